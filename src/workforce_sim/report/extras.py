"""What writing Word and Excel files needs: the packages, and text that such files can hold."""

from __future__ import annotations

import re
from importlib.util import find_spec

from workforce_sim.errors import ExtraMissing

#: How a package is called by pip, where that is another name.
_PIP = {"docx": "python-docx", "openpyxl": "openpyxl"}

#: Characters that no XML file may hold, whatever they were in a name.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


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


def writable_text(text: str) -> str:
    r"""Text with a mark in place of every character that an XML file cannot hold.

    Example:
        >>> writable_text("a\x07b"), writable_text("=1+1 <b>")
        ('a�b', '=1+1 <b>')
    """
    return _FORBIDDEN.sub("\ufffd", text)
