"""``python -m workforce_sim.data.backtest``: the command of the back-test."""

import sys

from workforce_sim.data.backtest.command import main

if __name__ == "__main__":
    sys.exit(main())
