"""Calibration: parameters fitted to published years by simulated moments; docs/data.md, section 5."""
