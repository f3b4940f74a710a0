"""The explorer without a browser: what a position means, what is run for it, and what is said of it."""

import asyncio
import queue
import re
import threading
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

import workforce_sim as ws
from workforce_sim.measures.paths import MEASURES
from workforce_sim.numbers import places_apart, plain
from workforce_sim.report.answer import answers
from workforce_sim.report.explorer import pictures as explorer_pictures
from workforce_sim.report.explorer.explorer import Explorer, labels_of
from workforce_sim.report.explorer.sliders import Position
from workforce_sim.testing import small_authority

START = "2025-10-01"
HOSTILE = "<script>alert(1)</script>"


def service(**sections: Any) -> ws.Authority:
    """Four workers with more to do than they can, who leave; vacancies are filled within months."""
    workforce = {"leaving_per_year_under_5": 0.3, "leaving_per_year_from_5": 0.3}
    workforce |= {"hires_per_vacancy_year": 3.0, "caseload_elasticity": 0.2, "pay_elasticity_of_leaving": 1.0}
    return small_authority(4, referrals_per_day=0.4, caseload=12.0, workforce=workforce, **sections)


@pytest.fixture
def explore() -> Iterator[Callable[..., Explorer]]:
    """Half a year in six worlds, in this process; closed in the end."""
    made: list[Explorer] = []

    def explorer(**settings: Any) -> Explorer:
        usual = {"years": 0.5, "seed": 3, "replications": 6, "look_ahead": 0, "processes": 1}
        made.append(ws.explore(service(), START, **usual | settings))
        return made[-1]

    yield explorer
    for explorer_ in made:
        explorer_.close()


def by_hand(scenarios: dict[str, Any], replications: int = 6) -> ws.Result:
    """The study a planner would write."""
    study = ws.Study(service(), scenarios, START, 0.5, 3, max(replications, 2))
    with pytest.warns(ws.FewRunsWarning):
        return study.run(progress=False, processes=1)


# -- what a position means --------------------------------------------------------------------


def test_a_position_is_the_study_that_a_planner_would_write(explore: Callable[..., Explorer]) -> None:
    policies = [
        ws.NewPosts(1, start=START),
        ws.PayChange(percent=5, start=START),
        ws.AgencyConversion(bonus_gbp=2000, start=START),
    ]
    expected = by_hand({"Do nothing": [], "plan": policies})
    found = explore().result(posts=1, pay=5, conversion=2000)
    assert found.scenarios == ["Do nothing", "1 new post, +5% pay and agency conversion offer of £2,000"]
    for measure in MEASURES:
        for ours, theirs in zip(found.scenarios, expected.scenarios, strict=True):
            np.testing.assert_array_equal(
                found.samples(measure.name, ours), expected.samples(measure.name, theirs)
            )


def test_referrals_change_in_both_scenarios(explore: Callable[..., Explorer]) -> None:
    # a council cannot choose its referrals: what is compared is what it does about them
    more = ws.DemandChange(20, start=START)
    scenarios = explore().study(posts=2, demand=20).plan.scenarios
    assert scenarios["Do nothing, +20% referrals"] == (more,)
    assert scenarios["2 new posts, +20% referrals"] == (ws.NewPosts(2, start=START), more)


def test_referrals_alone_are_compared_with_referrals_as_they_are(explore: Callable[..., Explorer]) -> None:
    scenarios = explore().study(demand=-10).plan.scenarios
    assert scenarios == {
        "Do nothing": (),
        "Do nothing, -10% referrals": (ws.DemandChange(-10, start=START),),
    }


def test_all_sliders_at_0_are_one_scenario(explore: Callable[..., Explorer]) -> None:
    explorer = explore()
    assert explorer.study().plan.scenarios == {"Do nothing": ()}
    view = explorer.view(Position(), len(explorer.result().data["replication"]))
    assert "nothing to compare it with" in view.detail
    assert "Difference" not in view.table


def test_policies_have_the_dates_that_were_asked_for(explore: Callable[..., Explorer]) -> None:
    explorer = explore(begins="2025-12-01", posts_by="2026-02-01")
    _, plan = explorer.study(posts=2, pay=3).plan.scenarios.values()
    assert plan == (
        ws.NewPosts(2, start="2025-12-01", end="2026-02-01"),
        ws.PayChange(3, start="2025-12-01"),
    )


def test_an_amount_goes_to_the_nearest_stop(explore: Callable[..., Explorer]) -> None:
    explorer = explore(ranges={"pay": (-2, 4, 2), "demand": (-10, 10, 2.5)})
    assert explorer.position(pay=3.2, demand=-4) == Position(pay=4, demand=-5)
    assert explorer.position(pay=1) == Position(pay=0)  # as near to 0 as to 2
    assert explorer.sliders["demand"].amounts == (-10, -7.5, -5, -2.5, 0, 2.5, 5, 7.5, 10)


@pytest.mark.parametrize(
    ("preset", "amounts"),
    [("england-2025", tuple(range(0, 41, 2))), ("birmingham-2015", tuple(range(0, 131, 10)))],
)
def test_posts_go_up_to_two_fifths_of_those_that_hold_cases(preset: str, amounts: tuple[int, ...]) -> None:
    explorer = ws.explore(ws.Authority.preset(preset))
    assert explorer.sliders["posts"].amounts == amounts
    assert explorer.plan.start.isoformat() in ("2025-10-01", "2015-04-01")  # the day after the census row


def test_new_posts_hold_cases_whatever_grade_comes_first() -> None:
    groups = [
        {"grade": "manager", "number": 1, "holds_cases": False, "manages": True, "salary_gbp": 1.0},
        {"grade": "worker", "number": 3, "holds_cases": True, "salary_gbp": 1.0},
    ]
    explorer = ws.explore(small_authority(posts=groups), years=0.5, processes=1)
    assert explorer.study(posts=1).plan.scenarios["1 new post (worker)"][0].grade == "worker"


def test_everything_wrong_is_said_at_once(explore: Callable[..., Explorer]) -> None:
    ranges = {"posts": (1, 5, 1), "pay": (0, 5000, 100), "salary": (0, 1, 1), "demand": (0, 1e-3, 1e-9)}
    with pytest.raises(ws.InputError) as refused:
        explore(replications=1, begins="2027-01-01", ranges=ranges, measure="caselode", look_ahead=-1)
    wrong = {problem.path for problem in refused.value.problems}
    assert wrong == {
        *("replications", "begins", "ranges", "measure", "look_ahead"),
        *("ranges['posts']", "ranges['demand']"),
    }
    with pytest.raises(ws.InputError, match=r"ranges\['pay'\] at 5000"):  # by the rule of PayChange itself
        explore(ranges={"pay": (0, 5000, 100)})


@pytest.mark.parametrize("amounts", [{"post": 1}, {"posts": 99}, {"pay": float("nan")}, {"demand": "more"}])
def test_a_position_that_there_is_not_is_refused(
    explore: Callable[..., Explorer], amounts: dict[str, Any]
) -> None:
    with pytest.raises(ws.InputError) as refused:
        explore().result(**amounts)
    assert [problem.path for problem in refused.value.problems] == list(amounts)


# -- from a result ----------------------------------------------------------------------------


def test_a_result_is_explored_beside_its_first_scenario_whose_worlds_are_not_run_again() -> None:
    first = ws.NewPosts(1, start="2025-11-01")
    result = by_hand({"One post": [first], "Two": [first, ws.PayChange(5, start=START)]})
    explorer = result.explore(processes=1)
    assert explorer.worlds.missing(explorer.plan.arms, range(6)) == []
    again = explorer.result(pay=5)
    assert again.scenarios == ["One post", "One post, +5% pay"]
    np.testing.assert_array_equal(
        again.samples("caseload", "One post, +5% pay"), result.samples("caseload", "Two")
    )
    np.testing.assert_array_equal(
        again.samples("caseload", "One post"), result.samples("caseload", "One post")
    )


def test_a_plan_that_has_the_name_of_the_baseline_is_told_apart() -> None:
    result = by_hand({"1 new post": [], "Other": [ws.PayChange(5, start=START)]})
    assert list(result.explore(processes=1).study(posts=1).plan.scenarios) == [
        "1 new post",
        "1 new post (sliders)",
    ]


# -- what is said and drawn -------------------------------------------------------------------


def test_what_is_shown_of_the_first_worlds_is_the_study_of_so_many(explore: Callable[..., Explorer]) -> None:
    explorer = explore()
    explorer.result(posts=2)
    view = explorer.view(explorer.position(posts=2), 4)
    result = by_hand({"Do nothing": [], "2 new posts": [ws.NewPosts(2, start=START)]}, replications=4)
    (answer,) = answers(result, 6)
    assert (view.lead, view.detail) == (answer.lead, answer.detail)
    assert "In 4 simulated futures" in view.lead
    assert 'data-worlds="4" data-posts="2"' in view.chart
    assert result.plot("caseload").workforce_sim_alt in view.chart  # type: ignore[attr-defined]
    gap = result.compare(measures="caseload").iloc[-1]
    places = places_apart("caseload", [(gap["low"], gap["high"])])
    numbers = [plain(gap[column], places).removeprefix("−") for column in ("difference", "low", "high")]
    assert re.search(r"−?{} \(−?{} to −?{}\)</td></tr></tbody>".format(*map(re.escape, numbers)), view.table)
    assert "ws.NewPosts(number=2, start='2025-10-01')" in view.code


def test_a_complete_view_is_drawn_once_for_every_measure(explore: Callable[..., Explorer]) -> None:
    explorer = explore()
    explorer.result(posts=1)
    position = explorer.position(posts=1)
    caseload = explorer.view(position, 6)
    assert explorer.view(position, 6) is caseload
    assert explorer.view(position, 5) is not explorer.view(position, 5)
    explorer.measure = "cost_to_date_gbp"
    assert "Cost to date" in explorer.view(position, 6).table


def test_a_hostile_name_is_text() -> None:
    result = by_hand({HOSTILE: [], "Other": [ws.PayChange(5, start=START)]})
    explorer = result.explore(processes=1)
    explorer.result(posts=1)
    view = explorer.view(explorer.position(posts=1), 6)
    for html in (view.above, view.chart, view.below):
        assert "<script" not in html


def test_every_measure_that_can_be_chosen_is_one() -> None:
    names = {measure.name for measure in MEASURES}
    assert set(labels_of("limbo_children").values()) <= names
    assert len(labels_of("limbo_children")) == len(labels_of("caseload")) + 1


# -- what runs in the background --------------------------------------------------------------


def listen(explorer: Explorer) -> tuple[list[tuple[Position, int]], Callable[[Position], None]]:
    """What is heard, and a function that waits until a position is complete."""
    heard: list[tuple[Position, int]] = []
    complete = threading.Condition()

    def hears(position: Position, worlds: int, error: Exception | None) -> None:
        assert error is None
        with complete:
            heard.append((position, worlds))
            complete.notify_all()

    def wait(position: Position) -> None:
        with complete:
            assert complete.wait_for(lambda: (position, explorer.replications) in heard, timeout=600)

    explorer.background.listen(hears)
    return heard, wait


def test_worlds_come_in_order_until_all_are_there(explore: Callable[..., Explorer]) -> None:
    explorer = explore()
    heard, wait = listen(explorer)
    position = explorer.position(posts=1)
    explorer.background.want(position, "posts")
    wait(position)
    numbers = [worlds for _, worlds in heard]
    assert numbers == sorted(numbers)
    assert numbers[-1] == 6
    found = explorer.result_so_far(position, 6)
    expected = by_hand({"Do nothing": [], "1 new post": [ws.NewPosts(1, start=START)]})
    np.testing.assert_array_equal(found.data["caseload"], expected.data["caseload"])


def test_a_slider_that_moves_on_drops_what_it_left(explore: Callable[..., Explorer]) -> None:
    # the slider moves on when the first world is heard of: only what is under way is still run of the old one
    explorer = explore(replications=40)
    first, second = explorer.position(pay=5), explorer.position(pay=10)
    done = threading.Event()

    def hears(position: Position, worlds: int, error: Exception | None) -> None:
        if position == first:
            explorer.background.want(second, "pay")
        elif worlds == 40:
            done.set()

    explorer.background.listen(hears)
    explorer.background.want(first, "pay")
    assert done.wait(600)
    assert explorer.ready(second) == 40
    assert explorer.ready(first) <= 2


def test_what_may_be_next_is_run_ahead_while_nothing_else_is_wanted(explore: Callable[..., Explorer]) -> None:
    # two steps along the slider that moved, the few worlds of a first picture further on, one step elsewhere
    explorer = explore(look_ahead=6, replications=7, ranges={"posts": (0, 4, 1), "demand": (0, 10, 10)})
    position = explorer.position(posts=4)
    following = explorer.next_after(position, "posts", 6)
    assert following[:3] == [(Position(posts=3), 6), (Position(posts=2), 6), (Position(posts=3), 5)]
    assert following[-1] == (Position(posts=4, demand=10), 6)
    done = threading.Event()
    explorer.background.listen(
        lambda *heard: done.set() if all(explorer.ready(p) >= n for p, n in following) else None
    )
    explorer.background.want(position, "posts")
    assert done.wait(600)
    ready = [explorer.ready(Position(posts=n)) for n in (4, 3, 2, 1, 0)]
    assert ready == [7, 6, 6, 5, 7]  # doing nothing is there anyway


def test_a_result_may_be_asked_for_while_something_runs(explore: Callable[..., Explorer]) -> None:
    explorer = explore(replications=30)
    _, wait = listen(explorer)
    wanted = explorer.position(pay=5)
    explorer.background.want(wanted, "pay")
    assert explorer.result(pay=15).replications == 30
    wait(wanted)


def test_a_world_that_raises_is_told_and_the_next_position_runs(
    explore: Callable[..., Explorer], monkeypatch: pytest.MonkeyPatch
) -> None:
    explorer = explore()
    told: queue.Queue[Exception] = queue.Queue()
    explorer.background.listen(lambda position, worlds, error: told.put(error) if error else None)
    stream = explorer.worlds.stream

    def breaks(*arguments: Any) -> Any:
        raise ws.RunFailed("scenario '1 new post', replication 0 raised")

    monkeypatch.setattr(explorer.worlds, "stream", breaks)
    explorer.background.want(explorer.position(posts=1), "posts")
    assert "replication 0" in str(told.get(timeout=600))
    monkeypatch.setattr(explorer.worlds, "stream", stream)
    _, wait = listen(explorer)
    explorer.background.want(explorer.position(posts=2), "posts")
    wait(explorer.position(posts=2))


def test_arms_that_were_not_used_for_long_are_let_go(
    explore: Callable[..., Explorer], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workforce_sim.report.explorer.work.KEPT", 3)
    explorer = explore(replications=2)
    _, wait = listen(explorer)
    for pay in (1, 2, 3):
        explorer.background.want(explorer.position(pay=pay), "pay")
        wait(explorer.position(pay=pay))
    assert explorer.ready(explorer.position(pay=3)) == explorer.ready(explorer.position(pay=2)) == 2
    assert explorer.ready(explorer.position(pay=1)) == 0


# -- widgets, and where there are none --------------------------------------------------------


class Drawn:
    """A panel whose drawings are made when the test says so."""

    def __init__(self, explorer: Explorer) -> None:
        from workforce_sim.report.explorer.panel import Panel

        self.asked: queue.Queue[Callable[[], None]] = queue.Queue()
        self.explorer = explorer
        self.panel = Panel(explorer, self.asked.put)

    def until(self, what: str) -> None:
        self.asked.get(timeout=600)()
        while what not in self.panel.status.value:
            self.asked.get(timeout=600)()


needs_widgets = pytest.mark.skipif(
    not explorer_pictures.find_spec("ipywidgets"), reason="ipywidgets is not installed (extra notebook)"
)


@needs_widgets
def test_a_moved_slider_shows_its_position_and_a_typed_number_its_stop(
    explore: Callable[..., Explorer],
) -> None:
    explorer = explore(ranges={"pay": (0, 10, 5)})
    drawn = Drawn(explorer)
    drawn.until("All 6 worlds")
    assert "“Do nothing”" in drawn.panel.above.value
    drawn.panel.controls["posts"].bar.value = 1
    assert explorer.now == Position(posts=1)
    drawn.until("All 6 worlds")
    view = explorer.view(Position(posts=1), 6)
    shown = drawn.panel
    assert (shown.above.value, shown.chart.value, shown.below.value) == (view.above, view.chart, view.below)
    drawn.panel.controls["pay"].box.value = 4  # typed: stops are 0, 5 and 10
    assert (drawn.panel.controls["pay"].box.value, explorer.now) == (5, Position(posts=1, pay=5))
    drawn.panel.reset.click()
    assert explorer.now == Position()


@needs_widgets
def test_fewer_worlds_are_said_to_be_fewer(explore: Callable[..., Explorer]) -> None:
    explorer = explore(replications=12)
    drawn = Drawn(explorer)
    drawn.until("All 12 worlds")
    explorer.worlds.run(explorer.plan_of(Position(posts=1)).arms, range(7))
    with explorer.background.aside():  # nothing more is run: the seven that are there are shown
        drawn.panel.controls["posts"].bar.value = 1
        drawn.until("7 of 12 worlds so far")
        assert "In 7 simulated futures" in drawn.panel.above.value
        drawn.panel.controls["posts"].bar.value = 2
        drawn.until("Running the first worlds (0 of 12); shown is still the position before")
    drawn.until("All 12 worlds")
    assert "“2 new posts”" in drawn.panel.above.value


@needs_widgets
def test_another_measure_is_drawn_of_the_same_worlds(explore: Callable[..., Explorer]) -> None:
    drawn = Drawn(explore())
    drawn.until("All 6 worlds")
    drawn.panel.measure.value = "agency_rate"
    drawn.asked.get(timeout=600)()
    assert "Agency rate" in drawn.panel.chart.value


def in_a_kernel(explorer: Explorer) -> Any:
    """What a notebook is given to show."""

    async def shown() -> Any:
        return explorer._repr_mimebundle_()

    return asyncio.run(shown())


@needs_widgets
def test_a_notebook_is_given_widgets_and_words_for_pages_that_cannot_show_them(
    explore: Callable[..., Explorer], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(explorer_pictures, "_loop", asyncio.get_running_loop)
    bundle = in_a_kernel(explore())
    assert "application/vnd.jupyter.widget-view+json" in bundle
    assert "pip install" in bundle["text/html"]


def test_without_widgets_there_are_pictures_and_how_to_get_sliders(
    explore: Callable[..., Explorer], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(explorer_pictures, "_loop", asyncio.get_running_loop)
    monkeypatch.setattr(explorer_pictures, "find_spec", lambda name: None)
    explorer = explore(ranges={"posts": (0, 2, 1)}, replications=2)
    html = in_a_kernel(explorer)["text/html"]
    assert "pip install &quot;workforce_sim[notebook]&quot;" in html
    pictures = explorer.pictures(progress=False)
    positions = [picture.position for picture in pictures.listed]
    assert positions[:3] == [Position(), Position(posts=1), Position(posts=2)]
    assert len(positions) == len(set(positions)) == html.count('<img alt="') == 9
    for picture in pictures.listed:
        (answer,) = answers(explorer.result_so_far(picture.position, 2), 6)
        assert picture.sentence == answer.lead


def test_a_terminal_is_told_what_there_is(explore: Callable[..., Explorer]) -> None:
    bundle = explore()._repr_mimebundle_()
    assert list(bundle) == ["text/plain"]
    assert ".result(posts=...)" in bundle["text/plain"]
