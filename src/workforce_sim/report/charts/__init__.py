"""Every picture: one file a kind of chart, and what they share (style, panels)."""
