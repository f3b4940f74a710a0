"""What is written of a result: the page for the meeting, and the bundle that proves it."""

from __future__ import annotations

import os
from pathlib import Path


class Outputs:
    """The files of a result: :class:`Result` is one of these."""

    def report(self, path: str | os.PathLike[str]) -> Path:
        """Write the page for the meeting: one self-contained HTML file. Returns its path.

        Raises:
            InputError: the folder does not exist or cannot be written to.
        """
        from workforce_sim.files import check_folder, write_text
        from workforce_sim.report.page import page
        from workforce_sim.study.result import Result

        assert isinstance(self, Result)
        check_folder(path, "Result.report")
        return write_text(path, page(self), "Result.report")

    def bundle(self, path: str | os.PathLike[str], *, report: bool = True) -> Path:
        """Write one zip file with all that is needed to check the result another time. Returns its path.

        In it are the inputs as a study file, versions, seeds, every number of every world, the tables, the
        page for the meeting and a text that says what is what. :func:`workforce_sim.verify` runs a sample of
        the worlds again and says whether the printed numbers still hold.

        Args:
            path: of the zip file.
            report: put the page in, which takes some seconds to draw.

        Raises:
            InputError: a path that cannot be written, or functions of your own that cannot be known again.
        """
        from workforce_sim.files import check_folder, write_bytes
        from workforce_sim.study.bundle import bundle_bytes
        from workforce_sim.study.result import Result

        assert isinstance(self, Result)
        check_folder(path, "Result.bundle")
        return write_bytes(path, bundle_bytes(self, report=report), "Result.bundle")
