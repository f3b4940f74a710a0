"""Every mechanism of the sources moves the measure it should, the right way, under the same luck."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import workforce_sim as ws
from tests.mechanisms import FAR_ENOUGH, MECHANISMS, PAGE, READERS, Contrast, page
from workforce_sim.measures.paths import BY_NAME
from workforce_sim.workforce.levers import LEVERS

CONTRASTS = [
    pytest.param(c, id=f"{m.number} {c.measure} {c.direction} {i}")
    for m in MECHANISMS
    for i, c in enumerate(m.contrasts)
]


@pytest.mark.slow
@pytest.mark.parametrize("contrast", CONTRASTS)
def test_direction(contrast: Contrast) -> None:
    """The mean paired difference is far from 0 in the stated direction, and most worlds go that way."""
    found = contrast.differences() * (1 if contrast.direction == "up" else -1)
    error = found.std(ddof=1) / np.sqrt(len(found))
    assert error > 0
    assert found.mean() >= FAR_ENOUGH * error
    assert np.mean(found > 0) > 0.5


def test_every_mechanism_is_there_once() -> None:
    assert [m.number for m in MECHANISMS] == [f"M{i}" for i in range(1, 33)]
    assert all(m.contrasts for m in MECHANISMS)


@pytest.mark.parametrize("contrast", CONTRASTS)
def test_names_on_the_page_exist(contrast: Contrast) -> None:
    """What is in backticks is a policy, a setting or a lever; a measure has its months, a reader none."""
    known = {*ws.__all__, *LEVERS, *ws.Authority.preset("england-2025").assumptions().index}
    assert set(re.findall(r"`([^`]+)`", contrast.expressed_by)) <= known
    assert (contrast.measure in BY_NAME) != (contrast.measure in READERS)
    assert (contrast.months is None) == (contrast.measure in READERS)
    assert contrast.months is None or contrast.months[1] <= 12 * contrast.years


def _stated(settings: dict[str, Any], path: str = "") -> Iterator[tuple[str, Any]]:
    """Settings by their path in the assumption register."""
    for name, value in settings.items():
        if isinstance(value, dict) and name == "stages":
            yield from _stated(value, path)
        elif isinstance(value, dict):
            yield from _stated(value, f"{path}{name}.")
        else:
            yield path + name, value


@pytest.mark.parametrize("contrast", CONTRASTS)
def test_settings_are_within_what_the_evidence_allows(contrast: Contrast) -> None:
    """Low and high of the register; a number of the census row has no range."""
    register = ws.Authority.preset("england-2025").assumptions()
    arms = (contrast.settings, contrast.instead_settings, contrast.amid, contrast.less_amid or {})
    for path, value in (found for arm in arms for found in _stated(arm)):
        low, high = register.loc[path, ["low", "high"]]
        assert path == "census.caseload" or low <= value <= high, path


def test_the_page_is_up_to_date() -> None:
    """``python -m tests.mechanisms`` writes it."""
    assert PAGE.read_text(encoding="utf-8") == page()
