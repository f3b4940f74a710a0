"""Measures: the census as published, monthly paths, drift and cost."""
