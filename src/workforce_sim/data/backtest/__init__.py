"""Back-test: forecasts of years that are over, scored; the rules are in docs/backtest.md."""
