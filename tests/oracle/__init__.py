"""Casework in exact fractions: a second opinion on tiny worlds, without rounding and without the library."""
