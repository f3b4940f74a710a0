"""Lists the cases pytest finds in files, slow or quick: ``python -m tests.invariants.listing FILE...``."""

from __future__ import annotations

import sys

import pytest


class Listing:
    """A plugin of pytest that keeps what was found."""

    def __init__(self) -> None:
        self.found: list[tuple[str, bool]] = []

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Every case, before any is left out."""
        self.found = [(item.nodeid, item.get_closest_marker("slow") is not None) for item in items]


if __name__ == "__main__":
    listing = Listing()
    pytest.main(["--collect-only", "-qq", "-p", "no:cacheprovider", *sys.argv[1:]], plugins=[listing])
    for name, slow in listing.found:
        sys.stdout.write(f"{'slow' if slow else 'quick'} {name}\n")
