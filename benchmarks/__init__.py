"""How fast the library is, measured beside other ways to run the same model: ``python -m benchmarks``."""
