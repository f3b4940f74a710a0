"""The packages that writing Word and Excel files needs, and the line that installs them."""

from __future__ import annotations

from importlib.util import find_spec

from workforce_sim.errors import ExtraMissing

#: How a package is called by pip, where that is another name.
_PIP = {"docx": "python-docx", "openpyxl": "openpyxl"}


def needed(package: str, extra: str, where: str) -> None:
    """Refuse to begin without a package that is only needed here.

    Raises:
        ExtraMissing: it is not installed; the message has the line that installs it.
    """
    if find_spec(package) is None:
        raise ExtraMissing(
            f"{where} needs {_PIP[package]}, which is not installed. Install it with:\n"
            f'  pip install "workforce_sim[{extra}]"   or   pip install {_PIP[package]}'
        )
