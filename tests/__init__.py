"""Tests of workforce_sim."""
