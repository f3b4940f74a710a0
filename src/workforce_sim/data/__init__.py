"""Data: published returns, and a council's own lists."""
