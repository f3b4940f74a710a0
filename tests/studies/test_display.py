"""What a question may take is said before most of it is run; and nothing is said if that is not asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import workforce_sim as ws
from tests.studies.own import START, study
from workforce_sim.study.arm import Arm
from workforce_sim.study.display import Display
from workforce_sim.study.worlds import Worlds

PLANS = {
    "Do nothing": [],
    "Both": [ws.EarlyHelp(20, start=START), ws.NewPosts(1, start=START)],
}
TARGET = "open children at least 1 lower than Do nothing by 2026-04-01"
HOURS = {"casework.case_hours_per_day": (3.0, 5.0)}


def early(percent: float) -> ws.EarlyHelp:
    return ws.EarlyHelp(percent, start=START, cost_gbp_per_year=1000)


def fewer(percent: float) -> ws.DemandChange:
    return ws.DemandChange(-percent, start=START)


#: Question, its name on the screen, the worlds it may take, and whether it takes all of them.
QUESTIONS: list[tuple[Callable[..., Any], str, int, bool]] = [
    (lambda s, **p: s.claim(TARGET, replications=12, **p), "claim", 24, True),
    # 7 amounts, all of which may be tried, and doing nothing, each in up to 20 worlds
    (
        lambda s, **p: s.what_would_it_take(TARGET, early, (0, 60), step=10, first=10, most=20, **p),
        "what it would take",
        160,
        False,
    ),
    # 3 amounts by 2, and doing nothing
    (
        lambda s, **p: s.cheapest_mix(TARGET, (early, fewer), ((0, 60), (0, 20)), (30, 20), most=25, **p),
        "cheapest mix",
        175,
        False,
    ),
    (lambda s, **p: s.credit(replications=6, **p), "credit", 24, True),
    (lambda s, **p: s.best("caseload", difference=1, first=10, most=40, **p), "best", 80, False),
    (lambda s, **p: s.tornado(assumptions=HOURS, replications=4, **p), "tornado", 24, True),
    (lambda s, **p: s.uncertain(8, assumptions=HOURS, **p), "draws of assumptions", 32, True),
    (
        lambda s, **p: s.resilience(
            [ws.DemandChange(300, start="2025-11-01", end="2025-12-01")],
            measure="open_children",
            replications=10,
            **p,
        ),
        "resilience",
        40,
        True,
    ),
]


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The worlds that are run."""
    found: list[int] = []
    measure = Arm.measure
    monkeypatch.setattr(Arm, "measure", lambda arm, r: (found.append(r), measure(arm, r))[1])
    return found


@pytest.mark.parametrize(
    ("ask", "what", "most", "fixed"), QUESTIONS, ids=[what.replace(" ", "_") for _, what, _, _ in QUESTIONS]
)
def test_a_question_says_what_it_may_take(
    ask: Callable[..., Any],
    what: str,
    most: int,
    fixed: bool,
    runs: list[int],
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Once, with a bar of its own and none for each part; it takes no more, and says nothing if so asked."""
    one = study(scenarios=PLANS, processes=1)
    ask(one, progress=True)
    said = capsys.readouterr().err
    assert said.count(f"{what}: up to {most:,} worlds, ") == 1
    assert "worlds:" not in said, "the bar of worlds that are run for nobody in particular"
    assert len(runs) == most if fixed else len(runs) <= most
    one.run(progress=True)  # what was shown before is no reason to show this
    capsys.readouterr()
    ask(one, progress=False)
    assert capsys.readouterr().err == ""


def test_how_far_referrals_may_rise(runs: list[int], capsys: pytest.CaptureFixture[str]) -> None:
    """Three bisections of 0 and 40 percent: at most six looks of ten worlds, and in truth two."""
    one = ws.Study(study().plan.authority, {"Do nothing": []}, START, years=2, processes=1)
    one.tipping_point(most=40, step=40, replications=10)
    assert "tipping point: up to 60 worlds, " in capsys.readouterr().err
    assert len(runs) <= 20


def test_what_is_known_already_is_not_announced(capsys: pytest.CaptureFixture[str]) -> None:
    """Of 24 worlds 10 are there; asked again nothing has to be run, and nothing is shown."""
    one = study(scenarios=PLANS, processes=1)
    one.worlds.values(one.plan.arms, range(5))
    one.claim(TARGET, replications=12)
    assert "claim: up to 14 worlds, " in capsys.readouterr().err
    one.claim(TARGET, replications=12)
    assert capsys.readouterr().err == ""


def test_the_pace_known_so_far_is_told_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    """Before the first world is run; where no pace is known, after five; once in any case."""
    known = Display("a question", 600, lambda worlds: worlds / 2)
    known.begins()
    assert "a question: up to 600 worlds, about 5 minutes" in capsys.readouterr().err
    pace: list[float] = []
    new = Display("a question", 600, lambda worlds: worlds * pace[0] if pace else None)
    new.begins()
    pace.append(0.5)
    new.update(4)
    assert "up to" not in capsys.readouterr().err
    new.update(1)
    new.update(5)
    new.begins()
    assert capsys.readouterr().err.count("up to 600 worlds, about 5 minutes") == 1
    for display in (known, new):
        display.close()


def test_seconds_are_those_of_the_usual_scenario_on_all_processes() -> None:
    """The median pace, since the first world may compile; shared by the processes there are."""
    worlds = Worlds(processes=2)
    assert worlds.seconds(10) is None
    worlds._pace.update({"compiled": 30.0, "one": 0.4, "another": 0.6})
    assert worlds.seconds(10) == pytest.approx(3.0)


def test_a_long_question_is_worth_processes_though_its_looks_are_not() -> None:
    """As many worlds again as it has taken are likely, up to what it may take."""
    worlds = Worlds()
    assert worlds._likely(25) == 25
    with worlds.shown("a question", 1000, progress=False):
        assert worlds._likely(25) == 25, "nothing has been run"
        worlds._behind, worlds._ahead = 300, 700
        assert worlds._likely(25) == 300
        worlds._behind, worlds._ahead = 960, 40
        assert worlds._likely(25) == 40
    assert worlds._likely(25) == 25
