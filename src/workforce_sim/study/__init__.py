"""Studies: scenarios x replications, paired comparisons, tables."""
