"""A file of worlds as bytes: a line of JSON, numbers, and a digest of both; reading one runs nothing."""

from __future__ import annotations

import hashlib
import json
import math
from pathlib import Path
from typing import Any, NamedTuple, TypeGuard

import numpy as np

from workforce_sim.measures.paths import NAMES
from workforce_sim.study.replicate import Floats

_FORMAT = "workforce_sim worlds 1"
_DIGEST = 32

#: No header is longer, and no file larger, by far: what says so is not ours.
_LONGEST_HEADER = 1_000_000
LARGEST_FILE = 2_000_000_000


class Unreadable(ValueError):
    """Bytes that are not a file of worlds as it was written."""


class World(NamedTuple):
    """Worlds of one arm.

    Attributes:
        key: of the arm.
        replications: which worlds.
        values: shape ``(replications, measures, months + 1)``, measures in the order of ``MEASURES``.
    """

    key: str
    replications: tuple[int, ...]
    values: Floats


class Header(NamedTuple):
    """The first line of a file."""

    key: str
    replications: tuple[int, ...]
    months: int


def as_bytes(world: World) -> bytes:
    """The file: one line of JSON, 64-bit little-endian numbers row by row, SHA-256 of all before it."""
    header = {
        "format": _FORMAT,
        "key": world.key,
        "replications": list(world.replications),
        "months": world.values.shape[2] - 1,
        "measures": list(NAMES),
    }
    body = json.dumps(header, separators=(",", ":")).encode() + b"\n"
    body += np.ascontiguousarray(world.values, dtype="<f8").tobytes()
    return body + hashlib.sha256(body).digest()


def from_bytes(data: bytes) -> World:
    """Read a file.

    Raises:
        Unreadable: says what is wrong with it.
    """
    if len(data) > LARGEST_FILE:
        raise Unreadable("it is far larger than any file of worlds")
    header, start = _header(data)
    shape = (len(header.replications), len(NAMES), header.months + 1)
    expected = start + 8 * math.prod(shape) + _DIGEST
    if len(data) != expected:
        raise Unreadable(f"it has {len(data)} bytes in place of {expected}")
    if hashlib.sha256(data[:-_DIGEST]).digest() != data[-_DIGEST:]:
        raise Unreadable("its contents do not fit its digest")
    values = np.frombuffer(data[start:-_DIGEST], dtype="<f8").astype(np.float64).reshape(shape)
    return World(header.key, header.replications, values)


def header_of(file: Path) -> Header:
    """The first line of a file, the rest of it unread.

    Raises:
        Unreadable: it is not one of ours.
        OSError: it cannot be read.
    """
    with file.open("rb") as stream:
        return _header(stream.readline(_LONGEST_HEADER + 1))[0]


def _header(data: bytes) -> tuple[Header, int]:
    end = data.find(b"\n", 0, _LONGEST_HEADER)
    if end < 0:
        raise Unreadable("it does not begin as a file of worlds does")
    try:
        found: Any = json.loads(data[:end])
    except (ValueError, RecursionError):
        raise Unreadable("it does not begin as a file of worlds does") from None
    if not isinstance(found, dict) or found.get("format") != _FORMAT:
        raise Unreadable("it is not of the format of this version")
    key, worlds, months = found.get("key"), found.get("replications"), found.get("months")
    if (
        not isinstance(key, str)
        or not isinstance(worlds, list)
        or not worlds
        or not all(_whole(r) for r in worlds)
        or len(set(worlds)) != len(worlds)
        or not _whole(months)
        or found.get("measures") != list(NAMES)
    ):
        raise Unreadable("its first line is not what is written there")
    return Header(key, tuple(worlds), months), end + 1


def _whole(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**63
