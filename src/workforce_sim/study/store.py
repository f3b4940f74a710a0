"""The folder of a study: worlds as they are done, in files that are whole or not there at all."""

from __future__ import annotations

import contextlib
import errno
import os
import time
import tomllib
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from workforce_sim._version import __version__
from workforce_sim.errors import InputError, Problem, WorkforceSimError, WorkforceSimWarning, shown
from workforce_sim.files import as_path, write_whole
from workforce_sim.study.arm import Arm
from workforce_sim.study.keys import inputs_of
from workforce_sim.study.replicate import Done, Floats
from workforce_sim.study.world_file import Unreadable, World, as_bytes, from_bytes, header_of

#: Of the folder as a whole. A folder of a later format is left alone.
FORMAT = 1

_ABOUT = "about.toml"
_ENDING = ".worlds"

#: Seconds after which a half-written file belongs to nobody any more.
_ABANDONED = 24 * 3600.0


class DamagedFileWarning(WorkforceSimWarning):
    """A file of worlds is not what was written. It has been put aside, and its worlds are run again."""


class StoreError(WorkforceSimError):
    """The folder cannot take more. What it holds already is whole."""


class Store:
    """Worlds in a folder: a folder for every arm, named by its key, with a file for every batch.

    A file is written beside its place and moved there when it is on the disk, so that it is whole or not
    there, whenever the power fails. Files are never changed. Two processes that run the same worlds write
    the same numbers, each to files of its own.

    Args:
        folder: made if it is not there; nothing else in it is touched.

    Raises:
        InputError: not a folder, cannot be written to, or of a later format.
    """

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        self.folder = as_path(folder, "folder", "bid_worlds")
        self._arms: dict[str, dict[int, Path]] = {}
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            about = self.folder / _ABOUT
            if not about.exists():
                self._write(about, _about().encode())
            self._check_format(about)
        except (OSError, StoreError) as error:
            self._refuse("a folder that can be written to", f"the system says: {error}")

    def replications(self, arm: Arm, key: str) -> dict[int, Path]:
        """Worlds of an arm that are there, with their files. Files that are damaged are put aside.

        Every file is read through when it is seen first, others' files too.
        """
        place = self.folder / key
        found = self._arms.get(key)
        if found is None:
            found = self._arms[key] = {}
            if place.is_dir():
                self._clear(place)
            else:
                self._begin(place, arm)
        seen = set(found.values())
        for file in sorted(place.glob(f"*{_ENDING}")):
            if file not in seen and (world := self._read(file, key)) is not None:
                found.update(dict.fromkeys(world.replications, file))
        return found

    def write(self, done: Done) -> None:
        """Keep a batch.

        Raises:
            StoreError: the system refuses, for instance because the disk is full.
        """
        batch = done.batch
        if not len(done.values):
            return
        replications = batch.replications[: len(done.values)]
        data = as_bytes(World(batch.key, replications, done.values))
        name = f"{replications[0]:06}-{replications[-1]:06}-{data[-6:].hex()}{_ENDING}"
        file = self.folder / batch.key / name
        self._write(file, data)
        self._arms.setdefault(batch.key, {}).update(dict.fromkeys(replications, file))

    def values(self, key: str, replications: Sequence[int]) -> Floats | None:
        """Worlds of an arm, shape ``(replications, measures, months + 1)``; None if one is not there now."""
        known = self._arms[key]
        values: Floats | None = None
        places: dict[Path, list[tuple[int, int]]] = {}
        for i, r in enumerate(replications):
            places.setdefault(known[r], []).append((i, r))
        for file, wanted in places.items():
            world = self._read(file, key)
            if world is None:
                for r in [r for r, at in known.items() if at == file]:
                    del known[r]
                return None
            if values is None:
                values = np.empty((len(replications), *world.values.shape[1:]))
            rows = {r: row for row, r in enumerate(world.replications)}
            for i, r in wanted:
                values[i] = world.values[rows[r]]
        return values

    def forget(self, key: str) -> None:
        """Let go of what is known of an arm's files; they are looked at afresh when it is asked for again."""
        self._arms.pop(key, None)

    def count(self) -> int:
        """How many worlds there are, of all arms, by what their files say at their beginning."""
        return sum(len(header_of(f).replications) for f in self._files())

    def _files(self) -> Iterator[Path]:
        for file in sorted(self.folder.glob(f"*/*{_ENDING}")):
            with contextlib.suppress(OSError, Unreadable):
                header_of(file)
                yield file

    def _read(self, file: Path, key: str) -> World | None:
        try:
            world = from_bytes(file.read_bytes())
            if world.key != key:
                raise Unreadable("it belongs to another scenario")
            return world
        except FileNotFoundError:
            return None
        except OSError as error:
            self._warn(f"{file} cannot be read ({error}); its worlds are run again")
        except Unreadable as error:
            aside = file.with_name(f"{file.name}.damaged")
            try:
                os.replace(file, aside)
                where = f"it is now {aside.name!r}, and"
            except OSError:  # a folder that can only be read
                where = "it is left where it is, and"
            self._warn(f"{file} is damaged ({error}); {where} its worlds are run again")
        return None

    @staticmethod
    def _warn(text: str) -> None:
        warnings.warn(text, DamagedFileWarning, stacklevel=2)

    def _begin(self, place: Path, arm: Arm) -> None:
        """Make the folder of an arm, with what it stands for in words."""
        try:
            place.mkdir(exist_ok=True)
        except OSError as error:
            raise self._full(error) from error
        with contextlib.suppress(StoreError):  # for people only: the worlds do without
            self._write(place / "inputs.txt", ("\n\n".join([arm.name, *inputs_of(arm)]) + "\n").encode())

    def _write(self, file: Path, data: bytes) -> None:
        try:
            write_whole(file, data, sync=True)
        except OSError as error:
            raise self._full(error) from error

    def _full(self, error: OSError) -> StoreError:
        full = error.errno in (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC), errno.EFBIG)
        what = "there is no space left for more" if full else f"the system refuses: {error}"
        fix = "make space" if full else "mend that"
        with contextlib.suppress(OSError):
            kept = self.count()
            return StoreError(
                f"the folder {str(self.folder)!r} cannot take more worlds: {what}\n"
                f"  {kept} worlds are kept there and are whole; {fix} and run the same again: it goes on"
            )
        return StoreError(f"the folder {str(self.folder)!r} cannot take more worlds: {what}")

    def _clear(self, place: Path) -> None:
        """Take away what processes left half-written when they were killed."""
        for part in place.glob(".*.part"):
            with contextlib.suppress(OSError):
                if time.time() - part.stat().st_mtime > _ABANDONED:
                    part.unlink()

    def _check_format(self, about: Path) -> None:
        try:
            written = tomllib.loads(about.read_text("utf-8")).get("format")
        except (ValueError, RecursionError):
            fix = f"give another folder: {_ABOUT} in it is not ours"
            self._refuse("a folder of a study, or an empty one", fix)
        if written != FORMAT:
            fix = "update workforce_sim, or give another folder"
            self._refuse(f"a folder of format {FORMAT} (this one is of format {shown(written)})", fix)

    def _refuse(self, rule: str, fix: str) -> None:
        raise InputError("folder", [Problem("folder", shown(str(self.folder), 400), rule, fix)]) from None


def _about() -> str:
    return f"""# Worlds of studies of workforce_sim, kept so that nothing is run twice.
#
# A folder in here stands for one service under one list of interventions (inputs.txt says which), and is
# named by a digest of everything that decides its numbers. Its files hold worlds: a line of JSON, numbers
# as 64-bit little-endian, and a SHA-256 of all before it. They are written whole and never changed;
# *.damaged are files that were found not to be what was written. All of it may be deleted at any time: what
# is missing is run again.
format = {FORMAT}
begun_with = "workforce_sim {__version__}"
"""
