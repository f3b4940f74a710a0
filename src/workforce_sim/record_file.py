"""Records that go to a file as they are made, so that a long run need not hold them."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from workforce_sim.errors import InputError, Problem


class RecordFile:
    """A file of NumPy's (``.npy``) that grows; under its own name only when it is whole.

    Until then it is beside it, named ``.*.part``, and is gone if it is let go of before it is finished.

    Args:
        file: in a folder that is there.
        kind: of the records.

    Example:
        >>> import tempfile
        >>> from pathlib import Path
        >>> folder = Path(tempfile.mkdtemp())
        >>> pairs = RecordFile(folder / "pairs.npy", np.dtype([("a", "i8"), ("b", "f8")]))
        >>> pairs.append(np.array([(1, 0.5), (2, 1.5)], pairs.kind))
        >>> float(pairs.read()["b"].sum()), list(folder.glob("*.npy"))
        (2.0, [])
        >>> pairs.finish()
        >>> np.load(folder / "pairs.npy")["a"].tolist()
        [1, 2]
    """

    def __init__(self, file: Path, kind: np.dtype[Any]) -> None:
        self.file = file
        self.kind = kind
        self._rows = 0
        self._finished = False
        with self._telling():
            handle, name = tempfile.mkstemp(dir=file.parent, prefix=".", suffix=".part")
            self._part = Path(name)
            self._stream = os.fdopen(handle, "wb")
            self._write_header()
            self._begins = self._stream.tell()

    def append(self, records: npt.NDArray[Any]) -> None:
        """Write these after the others."""
        with self._telling():
            self._stream.write(np.ascontiguousarray(records, self.kind).tobytes())
            self._rows += len(records)

    def read(self) -> Any:
        """All records so far, read from the file where they are looked at."""
        if not self._finished:
            with self._telling():
                self._stream.flush()
        if not self._rows:
            return np.zeros(0, self.kind).view(np.recarray)
        file = self.file if self._finished else self._part
        found = np.memmap(file, self.kind, mode="r", offset=self._begins, shape=(self._rows,))
        return found.view(np.recarray)

    def finish(self) -> None:
        """The file is whole."""
        with self._telling():
            self._stream.seek(0)
            self._write_header()
            self._stream.close()
            os.chmod(self._part, 0o644)  # others may read it too
            os.replace(self._part, self.file)
        self._finished = True

    def discard(self) -> None:
        """The run was not finished: what there is of it goes. A whole file stays."""
        with contextlib.suppress(OSError):
            self._stream.close()
        if not self._finished:
            with contextlib.suppress(OSError):
                self._part.unlink()

    def _write_header(self) -> None:
        """NumPy's header for so many rows; NumPy leaves room in it for numbers that grow."""
        header = {"descr": np.lib.format.dtype_to_descr(self.kind), "fortran_order": False}
        np.lib.format.write_array_header_1_0(self._stream, header | {"shape": (self._rows,)})

    @contextlib.contextmanager
    def _telling(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            rule = "room on the disk for the records of a run, and leave to write there"
            fix = f"the system says: {error}"
            raise InputError("Simulation", [Problem("file", str(self.file), rule, fix)]) from None


@contextlib.contextmanager
def records_kept(where: bool | Path, kind: np.dtype[Any]) -> Iterator[bool | RecordFile]:
    """The file for these records, if they are kept in one: whole afterwards, or not there if a run fails."""
    if isinstance(where, bool):
        yield where
        return
    file = RecordFile(where, kind)
    try:
        yield file
        file.finish()
    finally:
        file.discard()
