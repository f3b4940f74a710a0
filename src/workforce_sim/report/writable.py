"""Text that any file can hold, whatever was in a name."""

from __future__ import annotations

import re

#: Characters that no XML file may hold, whatever they were in a name.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def writable_text(text: str) -> str:
    r"""Text with a mark in place of every character that an XML file cannot hold.

    Example:
        >>> writable_text("a\x07b"), writable_text("=1+1 <b>")
        ('a�b', '=1+1 <b>')
    """
    return _FORBIDDEN.sub("\ufffd", text)
