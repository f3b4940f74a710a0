"""Writing files whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import os
import tempfile
from pathlib import Path

from workforce_sim.errors import InputError, Problem, shown


def as_path(path: object, where: str, example: str) -> Path:
    """A path as the system can have it.

    Raises:
        InputError: no path, or characters that no name of a file has.
    """
    try:
        if isinstance(path, (str, os.PathLike)) and b"\0" not in os.fsencode(path):
            return Path(os.fsdecode(path))
    except UnicodeEncodeError:
        pass
    raise InputError(where, [Problem("path", shown(path), "the path of a file", f"for example {example!r}")])


def check_folder(path: str | os.PathLike[str], where: str) -> Path:
    """Refuse a path that cannot be written before any work is done for it."""
    file = as_path(path, where, "page.html")
    if not os.path.isdir(file.parent):
        fix = f"make the folder {str(file.parent)!r} first"
        raise InputError(where, [Problem("path", shown(str(file), 400), "a file in an existing folder", fix)])
    if os.path.isdir(file):
        raise InputError(
            where, [Problem("path", shown(str(file), 400), "a file, not a folder", "add a file name")]
        )
    return file


def write_text(path: str | os.PathLike[str], text: str, where: str) -> Path:
    """Write text to a file in one step: nothing half-written is left behind.

    Raises:
        InputError: the folder does not exist, or the system refuses.
    """
    try:
        data = text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise _refused(check_folder(path, where), where, error) from None
    return write_bytes(path, data, where)


def write_bytes(path: str | os.PathLike[str], data: bytes, where: str) -> Path:
    """Write a file in one step: nothing half-written is left behind.

    Raises:
        InputError: the folder does not exist, or the system refuses.
    """
    file = check_folder(path, where)
    try:
        write_whole(file, data)
    except OSError as error:
        raise _refused(file, where, error) from None
    return file


def write_whole(file: Path, data: bytes, *, sync: bool = False) -> None:
    """Write a file so that it is whole or as it was before, whatever happens meanwhile.

    Args:
        file: in a folder that is there. What is half-written is beside it, named ``.*.part``.
        data: all of it.
        sync: wait until it is on the disk, so that it is there if the power fails.

    Raises:
        OSError: the system refuses.
    """
    handle, temporary = tempfile.mkstemp(dir=file.parent, prefix=".", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
            if sync:
                stream.flush()
                os.fsync(stream.fileno())
        os.chmod(temporary, 0o644)  # others may read it too
        os.replace(temporary, file)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise
    if sync:
        _sync_folder(file.parent)


def _sync_folder(folder: Path) -> None:
    """See that the name of a file is on the disk, not only what is in it."""
    if os.name == "nt":  # not known there; the move itself is journalled
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError as error:  # some network disks cannot
        if error.errno != errno.EINVAL:
            raise
    finally:
        os.close(handle)


def _refused(file: Path, where: str, error: Exception) -> InputError:
    rule = "a file that can be written"
    return InputError(where, [Problem("path", shown(str(file), 400), rule, str(error))])
