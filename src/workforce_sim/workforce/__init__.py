"""Workforce: SimPy processes for posts and the people who fill them, and the money they cost."""
