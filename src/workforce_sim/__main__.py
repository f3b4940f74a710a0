"""``python -m workforce_sim``: the command, also installed as ``workforce-sim``."""

import sys

from workforce_sim.command import main

if __name__ == "__main__":
    sys.exit(main())
