"""The page for the meeting: one self-contained HTML file, the answer in words first."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from importlib import resources
from typing import TYPE_CHECKING

import jinja2

from workforce_sim.report.charts.style import Chart
from workforce_sim.report.contents import contents

if TYPE_CHECKING:
    from workforce_sim.study.questions.answer import Answer
    from workforce_sim.study.result import Result


def page(result: Result, answers: Sequence[Answer] = ()) -> str:
    """The page as HTML text: no scripts, nothing fetched, every name shown as text.

    The same result and answers give the same page, byte for byte.

    Args:
        result: of the study.
        answers: of questions that were asked of it; they are printed where they belong.
    """
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["png"] = _as_text
    template = resources.files("workforce_sim.report.printed").joinpath("page.html").read_text("utf-8")
    return environment.from_string(template).render(report=contents(result, answers))


def _as_text(chart: Chart) -> str:
    return base64.b64encode(chart.png()).decode("ascii")
