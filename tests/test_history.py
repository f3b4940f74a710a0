"""The history from which open cases are taken: small pathways whose numbers can be worked out by hand."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workforce_sim.authority.history import SNAPSHOT, Handovers, History, progress_by, trace
from workforce_sim.authority.stage_rules import STAGE, StageTable, full_attention_days
from workforce_sim.errors import InputError

NONE = Handovers(changes_per_day=0.0, reading_hours=0.0, lost_share=0.0)
ATTENTION = 0.2


def stage(work: float = 30.0, cv: float = 0.0, *, gates: Any = (), **stated: Any) -> dict[str, Any]:
    """A stage of so many days of full attention on average; ``next`` lists (share, target)."""
    spread = math.sqrt(math.log1p(cv**2))
    location = math.log(work) - spread**2 / 2 if work else -math.inf
    usual = {"attention": ATTENTION, "location": location, "spread": spread, "deadline": math.inf}
    return {"urgency": 1.0, "gates": gates, "next": [(1.0, -1)], **usual, **stated}


def table(*stages: dict[str, Any], returns: tuple[float, ...] = (0.0,)) -> StageTable:
    rows = np.zeros(len(stages), STAGE)
    gates = np.full((len(stages), max(1, *(len(s["gates"]) for s in stages), 1)), np.inf)
    shares = np.ones((len(stages), max(len(s["next"]) for s in stages)))
    targets = np.zeros(shares.shape, np.int64)
    for i, stated in enumerate(stages):
        for name in STAGE.names or ():
            rows[i][name] = stated.get(name, 0)
        rows[i]["urgent_until"] = rows[i]["deadline"] - rows[i]["sign_off"]
        gates[i, : len(stated["gates"])] = stated["gates"]
        ways = stated["next"]
        shares[i, : len(ways) - 1] = np.cumsum([share for share, _ in ways])[:-1]
        targets[i] = ways[-1][1]
        targets[i, : len(ways)] = [to for _, to in ways]
    return StageTable(rows, gates, shares, targets, np.array(returns))


def seen(*stages: dict[str, Any], pace: float = 1.0, returns: Any = (0.0,), **stated: Any) -> History:
    return trace(table(*stages, returns=returns), pace, **{"handovers": NONE, **stated})


def busy() -> StageTable:
    """Everything but urgency: loops, two exits, three types of team, gates, sign-off, returns."""
    return table(
        stage(2, 0.5, next=[(0.6, -1), (0.4, 1)], sign_off=1.0),
        stage(15, 0.6, gates=(10.0, 45.0), next=[(0.5, -1), (0.3, 2), (0.2, 3)], team_type=1),
        stage(60, 0.8, gates=(20.0,), every=30.0, next=[(0.7, -1), (0.2, 1), (0.1, 3)], team_type=1),
        stage(200, 0.7, every=60.0, next=[(0.9, -2), (0.1, 2)], team_type=2, sign_off=5.0),
        returns=(0.25, 0.1),
    )


CHANGING = Handovers(changes_per_day=0.001, reading_hours=1.0, lost_share=0.2)


# --- days ---


def test_fixed_work_takes_as_many_days_as_it_is() -> None:
    """One stage of exactly 30 days at full pace is open 30 days, all of them worked on."""
    found = seen(stage(30))
    assert found.days == pytest.approx([30])
    assert found.worked_days == pytest.approx([30])
    assert found.worked_hours == pytest.approx([30 * ATTENTION])
    assert found.visits.tolist() == [1.0]
    assert found.exits.tolist() == [1.0]
    assert (found.returns, found.repeated_hours.tolist()) == (0.0, [0.0])


@pytest.mark.parametrize(
    ("work", "listed", "every", "ends"),
    [
        (30, (), 0.0, 30.0),  # no gates: at once
        (30, (30.0, 90.0), 0.0, 30.0),  # done just in time
        (31, (30.0, 90.0), 0.0, 90.0),
        (91, (30.0, 90.0), 0.0, 91.0),  # none is left: at once
        (91, (30.0, 90.0), 60.0, 150.0),
        (151, (30.0, 90.0), 60.0, 210.0),
        (1, (), 60.0, 60.0),
    ],
)
def test_a_stage_ends_at_the_first_gate_after_its_work(
    work: float, listed: tuple[float, ...], every: float, ends: float
) -> None:
    """Days open are the age of the first gate at or after the work is done; days worked on stay the work."""
    found = seen(stage(work, gates=listed, every=every))
    assert found.days == pytest.approx([ends])
    assert found.worked_days == pytest.approx([work])


def test_the_sign_off_comes_after_the_gate() -> None:
    """20 days of work, a gate at 45 and 7 days for the manager's signature: 52."""
    found = seen(stage(20, gates=(45.0,), sign_off=7.0))
    assert (found.days[0], found.worked_days[0]) == pytest.approx((52, 20))


def test_half_the_pace_doubles_the_days_worked_on() -> None:
    """20 days of work at pace 1/2 miss the gate at 30 and meet the one at 60; the hours stay the same."""
    found = seen(stage(20, gates=(30.0, 60.0)), pace=0.5)
    assert (found.days[0], found.worked_days[0]) == pytest.approx((60, 40))
    assert found.worked_hours == pytest.approx([20 * ATTENTION])


@pytest.mark.parametrize("cv", [0.3, 1.0])
def test_varying_work_has_its_mean(cv: float) -> None:
    """Lognormal work with mean 50 days is open 50 days on average, although only few cases are very long."""
    assert seen(stage(50, cv)).days == pytest.approx([50], rel=2e-3)


def test_urgency_shortens_what_falls_into_the_window() -> None:
    """60 days of work, deadline 50, window 20, factor 2: after day 30 the other 30 take 15 days."""
    urgent = {"deadline": 50.0, "window": 20.0, "urgency": 2.0}
    assert seen(stage(60, **urgent)).days == pytest.approx([45])
    # 100 days of work: 30 + 40 by the deadline, the other 30 at the ordinary pace
    assert seen(stage(100, **urgent)).days == pytest.approx([80])
    # at half the pace 30 days of work are 60 of full attention, as above
    assert seen(stage(30, **urgent), pace=0.5).days == pytest.approx([45])
    # a sign-off of 4 days has to be within the deadline too: the window is from day 26 to day 46
    assert seen(stage(60, sign_off=4.0, **urgent)).days == pytest.approx([26 + 17 + 4])


URGENT = st.fixed_dictionaries(
    {
        "deadline": st.one_of(st.just(math.inf), st.floats(1, 200)),
        "window": st.floats(0, 250),
        "urgency": st.floats(1, 3),
    }
)


@given(urgent=URGENT, work=st.floats(0, 500))
def test_progress_is_the_inverse_of_the_days_it_takes(urgent: dict[str, float], work: float) -> None:
    """What is done by the day on which the work is done is the work."""
    stages = table(stage(1, **urgent)).stages.view(np.recarray)
    days = full_attention_days(stages, 0, work, 0.0)
    assert progress_by(stages, 0, days) == pytest.approx(work, abs=1e-9)
    assert progress_by(stages, 0, 0.0) == 0.0


# --- ways ---


def test_shares_are_met() -> None:
    """Of all referrals 30% go on to the second stage, and 70% leave by the first exit."""
    found = seen(stage(10, next=[(0.3, 1), (0.7, -1)]), stage(50, next=[(1.0, -2)]), returns=(0.0, 0.0))
    assert found.visits == pytest.approx([1, 0.3], abs=1e-3)
    assert found.exits == pytest.approx([0.7, 0.3], abs=1e-3)
    assert found.days == pytest.approx([10, 50 * found.visits[1]])


def test_a_pathway_with_loops_has_the_visits_of_its_flow_equations() -> None:
    """Visits per referral solve: visits = entry + visits x shares of what comes next."""
    found = trace(busy(), 1.0, handovers=NONE)
    flows = np.array([[0, 0.4, 0, 0], [0, 0, 0.3, 0.2], [0, 0.2, 0, 0.1], [0, 0, 0.1, 0]])
    visits = np.linalg.solve(np.eye(4) - flows.T, [1.0, 0, 0, 0])
    assert found.visits == pytest.approx(visits, rel=5e-3)
    assert found.exits == pytest.approx([1 - 0.9 * visits[3], 0.9 * visits[3]], rel=5e-3)
    assert found.exits.sum() == pytest.approx(1)
    assert found.returns == pytest.approx(found.exits @ [0.25, 0.1], abs=1e-3)


def test_families_come_back_again_and_again() -> None:
    """With share r coming back, a share r of referrals does, and every referral is as long as the first."""
    found = seen(stage(30), returns=(0.4,))
    assert found.returns == pytest.approx(0.4, abs=1e-3)
    assert found.days == pytest.approx([30])
    ordinals = np.bincount(found.snapshot.ordinal)[:4] / len(found.snapshot)
    assert ordinals == pytest.approx(0.6 * 0.4 ** np.arange(4), abs=0.01)


def test_changes_of_worker_bring_families_back() -> None:
    """One transfer with g = 1/2 makes 20% into 30%; a stage of the same team changes nothing."""
    ways = [(0.5, 1), (0.5, -1)]

    def back(team_type: int) -> float:
        stages = stage(10, next=ways), stage(10, team_type=team_type, next=[(1.0, -2)])
        return seen(*stages, returns=(0.2, 0.2), return_per_change=0.5).returns

    assert back(0) == pytest.approx(0.2, abs=1e-3)
    assert back(1) == pytest.approx(0.5 * 0.2 + 0.5 * 0.3, abs=1e-3)


def test_nothing_ends_early_in_a_history() -> None:
    """So the share who come back after an early end plays no part."""
    usual, hurried = (trace(busy(), 1.0, handovers=NONE, early_return_factor=f) for f in (1.0, 3.0))
    assert usual.returns == hurried.returns


# --- repeated work ---


def test_another_team_reads_in() -> None:
    """Two hours of reading are ten days of full attention; who stays in the team reads nothing."""
    reading = Handovers(0.0, 2.0, 0.0)
    ways = [(1.0, 1)]
    same = seen(stage(10, next=ways), stage(50), handovers=reading)
    other = seen(stage(10, next=ways), stage(50, team_type=1), handovers=reading)
    assert same.days == pytest.approx([10, 50])
    assert other.days == pytest.approx([10, 60])
    assert other.repeated_hours == pytest.approx([0, 2])
    assert other.worked_hours == pytest.approx([10 * ATTENTION, 50 * ATTENTION + 2])


def test_families_who_come_back_to_another_team_are_read_again() -> None:
    """Everybody leaves from the second team, half come back to the first: half the referrals read 2 hours."""
    stages = stage(10, next=[(1.0, 1)]), stage(50, team_type=1)
    found = seen(*stages, handovers=Handovers(0.0, 2.0, 0.0), returns=(0.5,))
    assert found.repeated_hours == pytest.approx([2 * found.returns, 2])


def test_families_who_come_back_are_read_by_somebody_else_of_the_same_team() -> None:
    """One stage, half come back: a family who was gone has another worker, who reads for 2 hours."""
    found = seen(stage(10), handovers=Handovers(0.0, 2.0, 0.0), returns=(0.5,), return_per_change=0.5)
    assert found.repeated_hours == pytest.approx([2 * found.returns])
    assert found.returns == pytest.approx(0.5, abs=1e-3), "the first worker of an episode is no change"


def test_nobody_reads_in_at_the_front_door() -> None:
    """Whoever decides there reads nothing and is not the family's worker: the next team reads nothing either.

    Half come back. They are read by the team that works with them, and by nobody at the door.
    """
    reading = {"handovers": Handovers(0.01, 2.0, 0.5), "returns": (0.5,), "return_per_change": 0.5}
    door, help_ = stage(10, decision=1, next=[(1.0, 1)]), stage(50, team_type=1)
    found = seen(door, help_, **reading)
    alone = seen(help_ | {"team_type": 0}, **reading)
    assert found.repeated_hours == pytest.approx([0, alone.repeated_hours[0]], rel=1e-3)
    assert found.days == pytest.approx([10, alone.days[0]], rel=1e-3)
    assert found.returns == pytest.approx(0.5, abs=1e-3)


def test_there_may_be_more_ways_out_than_stages() -> None:
    """One stage, four exits, each with its share of the referrals and of those who come back."""
    ways = [(0.4, -1), (0.3, -2), (0.2, -3), (0.1, -4)]
    found = seen(stage(10, next=ways), returns=(0.0, 0.1, 0.2, 0.9))
    assert found.exits == pytest.approx([0.4, 0.3, 0.2, 0.1], abs=1e-3)
    assert found.returns == pytest.approx(0.03 + 0.04 + 0.09, abs=1e-3)


def test_leavers_make_work_repeat() -> None:
    """100 days of work at pace 1/2 see 0.4 changes, each of 10 days of reading and 15 of lost progress."""
    found = seen(stage(100), pace=0.5, handovers=Handovers(0.002, 10 * ATTENTION, 0.3))
    repeated = 0.4 * (10 + 0.3 * 100 / 2)
    assert found.repeated_hours == pytest.approx([repeated * ATTENTION])
    assert found.days == pytest.approx([(100 + repeated) / 0.5])


# --- snapshots ---


@pytest.mark.parametrize(("families", "snapshots"), [(20_000, 8_192), (5_000, 5_000), (1_000, 500)])
def test_a_fixed_stage_is_seen_at_a_uniform_age(families: int, snapshots: int) -> None:
    """Of 40 days at pace 1 every age is as likely, and what is done and what is left are 40."""
    look = seen(stage(40), families=families, snapshots=snapshots).snapshot
    assert look.dtype.fields == np.dtype((np.record, SNAPSHOT)).fields
    assert len(look) == snapshots
    assert (look.stage == 0).all()
    assert look.left + look.done == pytest.approx(40.0)
    assert look.done == pytest.approx(look.age)
    assert look.open_days == pytest.approx(look.age)
    distance = np.abs(np.sort(look.age) / 40 - (np.arange(snapshots) + 0.5) / snapshots).max()
    assert distance < 1.63 / math.sqrt(snapshots)  # Kolmogorov's 1% point
    assert look.age.min() >= 0
    assert look.age.max() <= 40


def test_a_case_at_its_gate_has_nothing_left() -> None:
    """30 days of work and a gate at 100: seven in ten open cases wait for the review."""
    look = seen(stage(30, gates=(100.0,))).snapshot
    at_gate = look.left == 0
    assert at_gate.mean() == pytest.approx(0.7, abs=0.02)
    assert (at_gate == (look.age >= 30 - 1e-9)).all()
    assert look.done[at_gate] == pytest.approx(30)


def test_a_snapshot_knows_pace_and_urgency() -> None:
    """At half the pace, doubled from day 30 to day 50: 15 days are done by day 30, 35 by day 50."""
    look = seen(stage(60, deadline=50.0, window=20.0, urgency=2.0), pace=0.5).snapshot
    assert look.done == pytest.approx(np.interp(look.age, [0, 30, 50, 100], [0, 15, 35, 60]))


def test_open_days_count_from_the_referral_of_the_episode() -> None:
    """In the second of two fixed stages a family has been open 10 days more; coming back begins again."""
    found = seen(stage(10, next=[(1.0, 1)]), stage(50), returns=(0.5,))
    look = found.snapshot
    assert look.open_days == pytest.approx(look.age + 10 * look.stage)
    assert (look.ordinal % 2 == look.stage).all()
    assert look.ordinal.max() > 5


def test_the_stock_is_what_the_days_say() -> None:
    """Shares of stages among open families are their shares of the mean days per referral."""
    found = trace(busy(), 0.8, handovers=CHANGING)
    mix = np.bincount(found.snapshot.stage, minlength=4) / len(found.snapshot)
    assert mix == pytest.approx(found.days / found.days.sum(), abs=2 / 8192)


def test_open_cases_are_the_long_ones() -> None:
    """Work seen at a random moment is length-biased, mean m (1 + cv^2), and half of it is done."""
    look = seen(stage(50, 0.8)).snapshot
    assert (look.left + look.done).mean() == pytest.approx(50 * (1 + 0.8**2), rel=0.01)
    assert look.left.mean() == pytest.approx(look.done.mean(), rel=0.03)


def test_any_first_part_is_a_fair_sample() -> None:
    """The first thousand have the stages and the ages of all, within four standard errors."""
    look = trace(busy(), 0.8, handovers=CHANGING).snapshot
    part = look[:1000]
    for value in (look.stage == 1, look.stage == 3, look.age, look.left, look.open_days):
        assert abs(value[:1000].mean() - value.mean()) < 4 * value.std() / math.sqrt(len(part))


# --- the whole ---


def test_a_plain_simulation_agrees() -> None:
    """The rules again, in plain Python with ordinary random numbers: means within four standard errors."""
    rules, pace, families, cost = busy(), 0.8, 6_000, CHANGING
    rng = np.random.default_rng(1)
    episodes: list[Any] = []
    for _ in range(families):
        team, again, new = None, True, True
        while again:
            s, workers, sums = 0, 1, np.zeros((3, 4))
            gone = not new  # nobody's family: whoever has it next reads in
            while s >= 0:
                stated = rules.stages[s]
                h = cost.reading_hours / stated["attention"]
                w = math.exp(rng.normal(stated["location"], stated["spread"]))
                extra = cost.changes_per_day * w / pace * (h + cost.lost_share * w / 2)
                if gone or team not in (None, stated["team_type"]):
                    extra += h
                    workers += not gone
                team, gone, new = stated["team_type"], False, False
                worked = ends = (w + extra) / pace
                later = [g for g in rules.gates[s] if worked <= g < math.inf]
                listed = [0.0, *(g for g in rules.gates[s] if g < math.inf)]
                if later:
                    ends = later[0]
                elif stated["every"] > 0:
                    ends = (
                        listed[-1]
                        + max(1, math.ceil((worked - listed[-1]) / stated["every"])) * stated["every"]
                    )
                sums[:, s] += ends + stated["sign_off"], worked, extra * stated["attention"]
                s = int(rules.targets[s][(rules.shares[s] <= rng.random()).sum()])
            again = rng.random() < rules.returns[-1 - s] * (1 + 0.5 * (workers - 1))
            episodes.append([*sums.ravel(), again])
    found = trace(rules, pace, handovers=cost, return_per_change=0.5)
    means = [*found.days, *found.worked_days, *found.repeated_hours, found.returns]
    sample = np.array(episodes)
    error = sample.std(axis=0) / math.sqrt(len(sample))
    assert (np.abs(sample.mean(axis=0) - means) < 4 * error).all()


def numbers(found: History) -> dict[str, Any]:
    return {name: np.asarray(value).tolist() for name, value in vars(found).items()}


def test_the_same_again_every_time() -> None:
    """A history has no luck of its own: whatever was traced between, an answer stays the same."""
    first = trace(busy(), 0.8, handovers=CHANGING)
    seen(stage(40), families=300, returns=(0.2,))
    trace(busy(), 0.7, handovers=CHANGING, return_per_change=0.3)
    assert numbers(trace(busy(), 0.8, handovers=CHANGING)) == numbers(first)
    means = numbers(trace(busy(), 0.8, handovers=CHANGING, snapshots=0))
    assert means.pop("snapshot") == []
    assert all(numbers(first)[name] == value for name, value in means.items())


def test_a_fresh_process_says_the_same() -> None:
    """Also with compiled rules that were kept from another process."""
    code = (
        "import json, sys; sys.path[:0] = sys.argv[1:]\n"
        "from tests.test_history import *\n"
        "print(json.dumps(numbers(trace(busy(), 0.8, handovers=CHANGING))))"
    )
    root = Path(__file__).resolve().parents[1]
    command = [sys.executable, "-c", code, str(root), str(root / "src")]
    answer = subprocess.run(command, capture_output=True, text=True, check=True)
    here = json.loads(json.dumps(numbers(trace(busy(), 0.8, handovers=CHANGING))))
    assert json.loads(answer.stdout) == here


def scaled(by: float) -> StageTable:
    rules = busy()
    rules.stages["location"] += math.log(by)
    return rules


def test_ways_do_not_depend_on_pace_or_work() -> None:
    """So families are compared with themselves when either changes."""
    first, other = (trace(scaled(by), pace, handovers=CHANGING) for by, pace in ((1.0, 0.8), (1.3, 0.5)))
    assert first.visits.tolist() == other.visits.tolist()
    assert first.exits.tolist() == other.exits.tolist()
    assert first.returns == other.returns


def test_more_work_takes_longer_without_jumps() -> None:
    """In steps of one in ten thousand, days worked on grow smoothly and days to the gates almost so."""
    found = [trace(scaled(1 + i * 1e-4), 0.8, handovers=CHANGING, snapshots=0) for i in range(50)]
    worked = np.diff([h.worked_days.sum() for h in found])
    assert worked.min() > 0
    assert worked.max() < 1.05 * worked.min()
    days = np.array([h.days.sum() for h in found])
    assert np.diff(days).min() > 0
    assert np.diff(days).max() < 1e-3 * days[0]
    assert np.abs(days - np.linspace(days[0], days[-1], len(days))).max() < 1e-3 * days[0]


def test_without_gates_days_are_in_proportion() -> None:
    """Twice the work at the same pace takes twice as long, to the last digits."""
    once, twice = seen(stage(20, 0.9)), seen(stage(40, 0.9))
    assert twice.days == pytest.approx(2 * once.days, rel=1e-12)


# --- what is refused ---


def test_a_pathway_without_end_is_refused() -> None:
    """A stage that leads back to itself nearly always, or families who always come back."""
    with pytest.raises(InputError, match="lower the shares"):
        seen(stage(10, next=[(0.999, 0), (0.001, -1)]), families=2_000)
    with pytest.raises(InputError, match="1000 stages"):
        seen(stage(10), returns=(1.0,), families=2_000)


def test_a_long_pathway_is_not_refused() -> None:
    """Fifty visits on average do end."""
    found = seen(stage(10, next=[(0.98, 0), (0.02, -1)]), families=2_000)
    assert found.visits == pytest.approx([50], rel=0.05)


@pytest.mark.parametrize("pace", [0.0, -1.0, math.nan, math.inf])
def test_nothing_is_done_at_pace_0(pace: float) -> None:
    """The message says what to change."""
    with pytest.raises(InputError, match="lower caseload"):
        seen(stage(10), pace=pace)


def test_work_beyond_all_measure_is_refused() -> None:
    """And does not hang."""
    with pytest.raises(InputError, match="finite"):
        seen(stage(1, location=1e4))


def test_without_work_nobody_is_ever_open() -> None:
    """No days, no snapshot, and no division by zero."""
    found = seen(stage(0), returns=(0.3,))
    assert found.days.tolist() == [0.0]
    assert len(found.snapshot) == 0
    assert found.returns == pytest.approx(0.3, abs=1e-3)
