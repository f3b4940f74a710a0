"""Demand: the tape of referrals and families, and the luck behind every random number."""
