"""The public package for analysts' own tests: small worlds, the audit, and policies that misbehave."""

from __future__ import annotations

import builtins
import datetime as dt
import importlib
import sys
from collections.abc import Generator
from typing import Any

import numpy as np
import pytest
import simpy

import workforce_sim as ws
from workforce_sim.errors import Problem
from workforce_sim.testing import (
    AuditError,
    PolicyError,
    audit,
    check_intervention,
    small_authority,
    stage,
)

SPELL: dict[str, Any] = {"start": dt.date(2026, 1, 12), "end": dt.date(2026, 6, 30)}


class WellBehaved(ws.Intervention):
    """An hour a week less for everybody while it lasts."""

    def levers(self, service: Any) -> dict[str, float]:
        return {"hours": -0.2}

    def yearly_gbp(self, service: Any) -> dict[str, float]:
        return {"programmes": 1000.0}


class TooSoon(WellBehaved):
    def act(self, env: simpy.Environment, service: Any, days: Any) -> Generator[Any, Any, Any]:
        service.set_lever("hours", "too soon", -2.0)
        service.accounts.pay("programmes", 10.0)
        yield env.timeout(1)


class Unsteady(WellBehaved):
    def begins(self, service: Any, key: object) -> None:
        super().begins(service, key)
        service.set_lever("hours", (key, "hours"), -float(np.random.default_rng().random()))


class Remembers(WellBehaved):
    seen: list[float] = []  # noqa: RUF012 (a setting of a model, copied for each)

    def begins(self, service: Any, key: object) -> None:
        super().begins(service, key)
        self.seen.append(service.env.now)


class NeverOver(WellBehaved):
    def is_over(self, service: Any, key: object) -> None:
        pass


class SendsPeopleHome(WellBehaved):
    """Takes the cases from a worker who stays, behind the service's back."""

    def begins(self, service: Any, key: object) -> None:
        super().begins(service, key)
        busy = max(range(8), key=service.desk.caseload_of)
        service.desk.leave(busy, service.env.now)


class AnyDate(WellBehaved):
    start: Any

    def problems(self, authority: Any, calendar: Any) -> list[Problem]:
        return []


class FirstComeFirstServed(WellBehaved):
    """Only the first listed does anything."""

    def act(self, env: simpy.Environment, service: Any, days: Any) -> Generator[Any, Any, Any] | None:
        first = service.__dict__.setdefault("first", self.start)
        return super().act(env, service, days) if first == self.start else None


class WrongHeading(WellBehaved):
    def once_gbp(self, service: Any) -> dict[str, float]:
        return {"programmes": float("nan")}


class Stumbles(WellBehaved):
    def begins(self, service: Any, key: object) -> None:
        service.set_lever("ours", key, 1.0)


def steadily(env: simpy.Environment, service: Any) -> Generator[Any, Any, Any]:
    """A process: two posts after half a year."""
    yield env.timeout(126)
    for _ in range(2):
        service.open_post(team=0, grade=0)


def problems_of(policy: Any) -> str:
    with pytest.raises(PolicyError) as caught:
        check_intervention(policy)
    return str(caught.value)


def test_a_well_behaved_policy_passes_every_check() -> None:
    """With an end there are fourteen checks; a function is checked for what it has."""
    assert len(check_intervention(WellBehaved(**SPELL))) == 14
    assert "the same seed gives the same run" in check_intervention(steadily)
    assert "books balance" in check_intervention(
        ws.NewPosts(1, start=ws.When("caseload", above=1, after="2025-06-01"))
    )


@pytest.mark.parametrize(
    ("policy", "said"),
    [
        (TooSoon, "the event log differs before its start"),
        (TooSoon, "a run that ends before its start differs"),
        (Unsteady, "two runs with the same seed differ"),
        (Remembers, "a run changes it"),
        (NeverOver, "after its end it still sets hours"),
        (NeverOver, "still pays for programmes"),
        (SendsPeopleHome, "books of a run with it do not balance"),
        (AnyDate, "takes 'soon' for a start"),
        (AnyDate, "starts after its start"),
        (FirstComeFirstServed, "listed before or after another of its kind"),
        (Stumbles, "a run with it stops with InputError: 1 problem in service.set_lever"),
        (WrongHeading, "its headings come to nan"),
    ],
)
def test_what_a_policy_does_wrong_is_said(policy: type[ws.Intervention], said: str) -> None:
    """Each of them is wrong in one way, and told what to do about it."""
    assert said in problems_of(policy(**SPELL))


def test_a_policy_must_go_to_other_processes() -> None:
    """A class made inside a function cannot be sent."""

    class Inside(WellBehaved):
        pass

    assert "cannot be pickled" in problems_of(Inside(**SPELL))


def test_an_end_before_the_start_must_be_refused() -> None:
    """Whoever overrides the check of dates is told."""

    class Backwards(WellBehaved):
        def _dates_in_order(self) -> Any:
            return self

    assert "takes an end before its start" in problems_of(Backwards(**SPELL))


def test_the_audit_says_what_where_when_and_what_it_expected() -> None:
    """Every broken relation in a line, the first twenty of them."""
    run = ws.Simulation(small_authority(workers=2), years=0.5, log=True).run()
    closed = run.log.index[run.log["event"] == "closed"]
    with pytest.raises(AuditError) as caught:
        audit(run, run.log.drop(index=list(closed)).reset_index(drop=True))
    lines = str(caught.value).splitlines()
    assert lines[0].endswith("broken relations in the log of this run:")
    assert "found" in lines[1]
    assert "expected" in lines[1]
    assert lines[-1].startswith("  and ")
    assert len(lines) == 22
    with pytest.raises(ws.InputError, match="keeps its log"):
        audit(ws.Simulation(small_authority(), years=0.25).run())


def test_in_a_small_authority_nothing_happens_but_what_is_stated() -> None:
    """Nobody comes, goes or is paid; with no referrals not even a family; what is stated holds."""
    quiet = ws.Simulation(small_authority(workers=1, referrals_per_day=0.0), years=1, log=True).run()
    assert set(quiet.log["event"]) <= {"referred", "allocated", "work done", "closed"}
    assert quiet.paths["cost_to_date_gbp"].iloc[-1] == 0
    stated = small_authority(
        posts=({"grade": "expert", "number": 3, "fte": 0.5, "salary_gbp": 1.0},),
        stages={"a": stage(5.0, next={"b": 1.0}), "b": stage(9.0, upkeep_hours_per_day=0.1)},
        exits={"closed": {"return_share": 0.2}},
        workforce={"notice_days": 20.0},
        agency={"notice_days": 3.0},
    )
    assert list(stated.grades) == ["expert"]
    assert (stated.workforce.notice_days, stated.agency.notice_days) == (20.0, 3.0)
    assert stated.pathway is not None
    assert stated.pathway.stage_names == ["a", "b"]
    with pytest.raises(ws.InputError, match=r"workforce\.notice_day"):
        small_authority(workforce={"notice_day": 20.0})


def test_without_hypothesis_the_strategies_say_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """The rest of the package works without it."""
    name = "workforce_sim.testing.strategies"
    real = builtins.__import__

    def none_of_it(module: str, *rest: Any) -> Any:
        if module.split(".")[0] == "hypothesis":
            raise ModuleNotFoundError(f"No module named {module!r}", name=module)
        return real(module, *rest)

    before = sys.modules.pop(name, None)
    monkeypatch.setattr(builtins, "__import__", none_of_it)
    with pytest.raises(ModuleNotFoundError, match=r"workforce_sim\[test\]"):
        importlib.import_module(name)
    monkeypatch.undo()
    if before is not None:
        sys.modules[name] = before


@pytest.mark.parametrize("policy", [ws.CaseloadCap, ws.ManagedTeam])
def test_a_policy_that_would_be_over_before_its_condition_is_met_never_begins(policy: Any) -> None:
    """The condition is first looked at on 1 July, and the last day was 21 May."""
    condition = ws.When("caseload", above=0.1, after="2024-07-01")
    late = policy(2, start=condition, end="2024-05-21")
    run, alone = (
        ws.Simulation(small_authority(), policies, dt.date(2024, 4, 1), 1, log=True).run()
        for policies in ([late], [])
    )
    assert run.digest() == alone.digest()
