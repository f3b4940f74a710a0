"""Questions a bid asks, a file each: every answer is a sentence, a table with intervals, and a chart."""
