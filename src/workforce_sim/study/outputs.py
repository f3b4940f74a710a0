"""What is written of a result: the page for the meeting, and the bundle that proves it."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from workforce_sim.study.questions.answer import Answer
    from workforce_sim.study.result import Result


class Outputs:
    """The files of a result: :class:`Result` is one of these."""

    def report(self, path: str | os.PathLike[str], *, answers: Sequence[Answer] | Answer = ()) -> Path:
        """Write the page for the meeting: one self-contained HTML file. Returns its path.

        Args:
            path: of the file.
            answers: of questions asked of the study (``study.claim(...)``, ``study.what_would_it_take(...)``,
                ``study.tornado()``, ...). They are printed where they belong. A page asks none by itself, as
                some take minutes.

        Raises:
            InputError: the folder does not exist or cannot be written to, or answers that are none.
        """
        from workforce_sim.report.printed.page import page

        return self._written(path, "Result.report", answers, lambda *given: page(*given).encode("utf-8"))

    def to_word(self, path: str | os.PathLike[str], *, answers: Sequence[Answer] | Answer = ()) -> Path:
        """Write the page as a Word document (.docx), for the templates of council papers. Returns its path.

        Headings, tables and lists are Word's own; charts are pictures with alternative text.

        Args:
            path: of the file.
            answers: as of :meth:`report`.

        Raises:
            ExtraMissing: python-docx is not installed; the message has the line that installs it.
            InputError: as of :meth:`report`.
        """
        from workforce_sim.report.printed.word import word

        return self._written(path, "Result.to_word", answers, word)

    def to_excel(self, path: str | os.PathLike[str], *, answers: Sequence[Answer] | Answer = ()) -> Path:
        """Write the tables as an Excel workbook (.xlsx): a sheet a table, numbers typed. Returns its path.

        The first sheet explains the others. Text is text: no name can become a formula.

        Args:
            path: of the file.
            answers: a sheet each, otherwise as of :meth:`report`.

        Raises:
            ExtraMissing: openpyxl is not installed; the message has the line that installs it.
            InputError: as of :meth:`report`.
        """
        from workforce_sim.report.printed.excel import workbook

        return self._written(path, "Result.to_excel", answers, workbook)

    def _written(
        self,
        path: str | os.PathLike[str],
        where: str,
        answers: Sequence[Answer] | Answer,
        made: Callable[[Result, Sequence[Answer]], bytes],
    ) -> Path:
        """Check everything before any work is done, then make the file and write it whole."""
        from workforce_sim.files import check_folder, write_bytes
        from workforce_sim.report.sections.asked import checked
        from workforce_sim.study.result import Result

        assert isinstance(self, Result)
        check_folder(path, where)
        return write_bytes(path, made(self, checked(self, answers, where)), where)

    def explore(self, **settings: Any) -> Any:
        """Sliders for posts, pay, conversion and demand, beside the first scenario of this result.

        Args:
            settings: as of :func:`workforce_sim.explore`: ``replications`` (by default as many as this
                result has), ``begins``, ``posts_by``, ``ranges``, ``measure``, ``look_ahead``, ``processes``.

        Returns:
            A :class:`~workforce_sim.report.explorer.explorer.Explorer`, which shows itself in a notebook; of
            a class that studies do not know.

        Raises:
            InputError: with everything that is not allowed.
        """
        from workforce_sim.report.explorer.explorer import explore_result
        from workforce_sim.study.result import Result

        assert isinstance(self, Result)
        return explore_result(self, **settings)

    def in_words(
        self,
        scenario: str | None = None,
        measures: str | Sequence[str] | None = None,
        at: int | Sequence[int] | None = None,
        *,
        to: str | None = None,
    ) -> str:
        """The paired differences from another scenario in plain English, a line a measure.

        Their intervals are those of the page: each holds for the ends of the years, and the months asked for,
        together. :meth:`Result.compare` of one month alone gives a narrower one.

        Args:
            scenario: a name of the study; by default every scenario but the one it is compared with.
            measures: names; by default caseload, agency, turnover and cost.
            at: months since the start; by default the last.
            to: what it is compared with; by default the first scenario.

        Returns:
            Lines that may be pasted; numbers have the digits that their intervals support.

        Raises:
            InputError: unknown scenario or measure, or a month outside the study.

        Example:
            >>> import workforce_sim as ws
            >>> from workforce_sim.testing import small_authority
            >>> study = ws.Study(
            ...     small_authority(workers=3, referrals_per_day=0.6),
            ...     {"Do nothing": [], "Early help": [ws.EarlyHelp(30, start="2025-04-01")]},
            ...     start="2025-04-01", years=0.5, replications=20,
            ... )
            >>> print(study.run(progress=False).in_words(measures="open_children"))
            “Early help” beside “Do nothing”, after six months:
              Children with an open case: ... lower (95% interval ... to ...)
            20 worlds, the same luck in every scenario. Chance only: assumptions held fixed; ...
        """
        from workforce_sim.report.in_words import in_words
        from workforce_sim.study.result import Result

        assert isinstance(self, Result)
        return in_words(self, scenario, measures, at, to)

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
