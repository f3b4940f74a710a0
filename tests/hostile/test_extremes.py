"""Every number at both ends of what may be stated, alone and two at a time: a quarter runs and adds up."""

from __future__ import annotations

import contextlib
import re
import typing
import warnings
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import workforce_sim as ws
from tests.hostile.policies import MONTH_LATER, POLICIES, policy
from tests.hostile.worlds import QUARTER, SERVICES, START, changed, ends, numbers, run_and_check
from tests.hostile.worlds import settings as all_numbers

NUMBERS = [(service, section, model, name) for service, section, model, name in all_numbers()]
IDS = [f"{section}.{name}, {service}" for service, section, _, name in NUMBERS]

#: What takes minutes at its end, or memory for millions of children: looked at in the slow tests below.
HEAVY = {("posts", "number"), ("census", "caseload"), ("demand", "children_per_year"), ("teams", "number")}

#: Numbers that cannot be at their end while the others are as they are, and why.
TOGETHER = {
    ("workforce", "to_agency"): "shares of leavers add up to 1",
    ("workforce", "to_other_authority"): "shares of leavers add up to 1",
    ("careers", "newly_qualified_share"): "shares of levels add up to 1",
    ("careers", "senior_share"): "shares of levels add up to 1",
    ("posts", "number"): "no fewer than are vacant, and nobody at all has a test of its own",
    ("posts", "vacant"): "no more than there are posts",
    ("posts", "agency"): "no more than there are vacancies",
    ("posts", "agency_above_establishment"): "all posts together have a limit",
    ("stages", "work_low_hours"): "only with another law of work",
    ("stages", "work_high_hours"): "only with another law of work",
}


def stated(service: str, section: str, name: str, value: float) -> ws.Authority | None:
    """The authority with this number; None where it is refused, which only a rule of several numbers does."""
    try:
        return changed(SERVICES[service], section, name, value)
    except ws.InputError:
        assert (section, name) in TOGETHER, f"{section}.{name} = {value} is within its own limits"
        return None


#: A service of one stage starts in an instant, so all of its numbers are in the default run.
QUICK = [number for number in NUMBERS if number[0] == "one stage" and (number[1], number[3]) not in HEAVY]


def called_too_seldom(authority: ws.Authority) -> bool:
    """Whether agency above establishment is called so seldom that no number of places would be enough."""
    try:
        ws.Simulation(authority, [], START, QUARTER)
    except ws.InputError as refused:
        return "places" in str(refused)
    return False


@pytest.mark.parametrize(
    ("service", "section", "model", "name"), QUICK, ids=[f"{section}.{name}" for _, section, _, name in QUICK]
)
def test_every_number_at_its_ends(service: str, section: str, model: Any, name: str) -> None:
    """The least and the most that a number may be: it runs, nobody is lost, no number is none."""
    values = ends(model, name)
    for value in (min(values), max(values)):
        authority = stated(service, section, name, value)
        if authority is not None and not called_too_seldom(authority):
            run_and_check(authority)


@pytest.mark.slow
@pytest.mark.parametrize(("service", "section", "model", "name"), NUMBERS, ids=IDS)
def test_every_number_just_inside_its_ends(service: str, section: str, model: Any, name: str) -> None:
    """All four values at the ends, the heavy ones among them."""
    for value in ends(model, name):
        if (section, name) == ("posts", "number") and value > 1000:
            continue  # ten thousand posts have a test of their own
        authority = stated(service, section, name, value)
        if authority is not None and not called_too_seldom(authority):
            run_and_check(authority)


def test_the_sweep_finds_every_number_of_an_authority() -> None:
    """As many as the models have, in both kinds of service, those of the pathway in the slow tests."""
    swept = {(section, name) for _, section, _, name in NUMBERS}
    assert {section for section, _ in swept} >= {"posts", "stages", "exits", "pathway", "workforce", "costs"}
    assert {("stages", "urgency"), ("workforce.tenure_law", "cv"), ("casework", "caseload_cap")} <= swept
    stated = {path for path in SERVICES["pathway"].assumptions().index if path.startswith("workforce.")}
    words = {"new_cases_on_notice", "tenure_law"}
    assert {f"workforce.{name}" for section, name in swept if section == "workforce"} == stated - {
        f"workforce.{word}" for word in words
    }


@settings(max_examples=40, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_two_numbers_at_their_ends(data: st.DataObject) -> None:
    """Two numbers at their ends at a time: a run that adds up, or a refusal before it begins."""
    numbers_at_their_ends(data, 2)


@pytest.mark.slow
@settings(max_examples=1000, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_many_pairs_of_numbers_at_their_ends(data: st.DataObject) -> None:
    """The same for many more pairs: four numbers at a time are six pairs in one run."""
    numbers_at_their_ends(data, 4)


LIGHT = [number for number in NUMBERS if number[1:2] + number[3:] not in HEAVY]


def numbers_at_their_ends(data: st.DataObject, many: int) -> None:
    """So many numbers at their ends, without those that the ones before them do not allow."""
    service = data.draw(st.sampled_from(sorted(SERVICES)))
    mine = [number for number in LIGHT if number[0] == service and "." not in number[1]]
    authority = SERVICES[service]
    for _ in range(many):
        _, section, model, name = data.draw(st.sampled_from(mine))
        value = data.draw(st.sampled_from(ends(model, name)))
        with contextlib.suppress(ws.InputError):
            authority = changed(authority, section, name, value)
    try:
        ws.Simulation(authority, [], START, QUARTER)
    except ws.InputError:
        return
    run_and_check(authority)


# ---- Policies --------------------------------------------------------------------------------------------

ARGUMENTS = [(kind, name) for kind in sorted(POLICIES) for name in numbers(getattr(ws, kind))]


@pytest.mark.parametrize(("kind", "name"), ARGUMENTS, ids=[f"{k}.{n}" for k, n in ARGUMENTS])
def test_every_argument_of_a_policy_at_its_ends(kind: str, name: str) -> None:
    """The least and the most that an argument may be, for good and for a month."""
    for value in ends(getattr(ws, kind), name):
        if name == "number" and value > 1000:  # a place for each takes a minute; see the slow test
            continue
        for end in (None, "2025-12-05"):
            try:
                made = policy(kind, **{name: value}, end=end)
                ws.Simulation(SERVICES["pathway"], [made], START, QUARTER)
            except ws.InputError as error:
                refused = {p.path.rsplit(".")[-1] for p in error.problems}
                fixed = {"end", "team", "share", "percent", "number", "notice_weeks"}
                assert refused <= fixed
                continue
            run_and_check(SERVICES["pathway"], [made])


@settings(max_examples=15, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_policies_at_their_ends_together(data: st.DataObject) -> None:
    """Three policies at once, each with an argument at an end, starting by date or by condition."""
    policies = []
    for _ in range(3):
        kind, name = data.draw(st.sampled_from(ARGUMENTS))
        value = data.draw(st.sampled_from(ends(getattr(ws, kind), name)))
        if name == "number" and value > 1000:
            value = 50
        start = data.draw(st.sampled_from([START, MONTH_LATER, ws.When("caseload", above=0.0)]))
        try:
            policies.append(policy(kind, **{name: value}, start=start))
            ws.Simulation(SERVICES["pathway"], policies, START, QUARTER)
        except ws.InputError:
            return
    run_and_check(SERVICES["pathway"], policies)


# ---- Sizes -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("posts", [0, 1])
@pytest.mark.parametrize("children", [0.0, 1e-300, 500.0])
def test_hardly_anybody(posts: int, children: float, service: str) -> None:
    """No post or one, no family or many more than one can take: a year under every kind of policy."""
    group = {"grade": "social worker", "number": posts, "salary_gbp": 38500.0}
    authority = SERVICES[service].with_changes(posts=(group,), demand={"children_per_year": children})
    policies: list[Any] = [
        ws.PayChange(5, start=MONTH_LATER),
        ws.AgencyConversion(3000, start=MONTH_LATER),
        ws.CaseloadCap(10, start=MONTH_LATER),
        ws.HiringFreeze(start=MONTH_LATER, end="2026-02-01"),
        ws.Redundancy(posts, start="2026-04-01", grade="social worker"),
        ws.NewPosts(1, start="2026-06-01"),
    ]
    run_and_check(authority, policies, years=1)


def test_a_study_of_nobody_has_a_page_and_charts(tmp_path: Any) -> None:
    """Where there is nobody every table, chart and page says so, without a number that is none."""
    group = {"grade": "social worker", "number": 0, "salary_gbp": 0.0}
    nobody = SERVICES["pathway"].with_changes(posts=(group,), demand={"children_per_year": 0.0})
    study = ws.Study(
        nobody, {"a": [], "b": [ws.PayChange(5, start=START)]}, START, years=0.25, replications=2
    )
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.simplefilter("ignore", ws.study.study.FewRunsWarning)
        result = study.run(progress=False, processes=1)
        text = result.report(tmp_path / "page.html").read_text("utf-8")
        parts = result.decompose()["mean"]
    assert not np.isinf(parts).any(), "nobody's caseload has no parts"
    read = re.sub(r"data:[^\"')]*", "", text)  # what is shown: the letters of an image may spell anything
    assert "NaN" not in read


@pytest.mark.slow
def test_ten_thousand_posts() -> None:
    """All of a large region in one service: a year."""
    first, *rest = SERVICES["pathway"].posts
    large = SERVICES["pathway"].with_changes(
        posts=({**first.model_dump(), "number": 10_000, "vacant": 1_400, "agency": 1_000}, *rest),
        demand={"children_per_year": 180_000.0},
        teams={"number": 500},
    )
    run = run_and_check(large, [ws.NewPosts(500, start=MONTH_LATER)], years=1)
    assert run.paths["posts_fte"].iloc[-1] == 10_505


@pytest.mark.slow
@pytest.mark.parametrize("service", SERVICES)
def test_thirty_years(service: str) -> None:
    """Three decades with policies that begin in the last: nothing wears out."""
    policies = [
        ws.NewPosts(5, start="2050-01-03"),
        ws.DemandChange(20, start="2050-01-03", fades_over_years=0.01),
    ]
    run = run_and_check(SERVICES[service], policies, years=30)
    assert len(run.paths) == 361
    assert np.isfinite(run.paths["cost_to_date_gbp"]).all()


def test_a_policy_that_fades_fast_and_late_says_nothing_strange() -> None:
    """A surge of days, ten years ahead: what fades is looked at only from its start on."""
    surge = ws.DemandChange(20, start="2035-10-01", fades_over_years=0.01)
    run_and_check(SERVICES["one stage"], [surge], years=10.25)


TURNOVER_OUT_OF_REACH = {
    "nobody leaves in the first five years": {"leaving_per_year_under_5": 0.0},
    "nobody leaves in the first year": {"leaving_first_year_factor": 0.0},
}


@pytest.mark.parametrize("name", TURNOVER_OUT_OF_REACH)
def test_a_turnover_out_of_reach_is_refused_before_the_run(name: str) -> None:
    """Where nobody leaves for years no scale of leaving brings a turnover of 99%: it says what to change."""
    first, *rest = SERVICES["one stage"].posts
    authority = SERVICES["one stage"].with_changes(
        workforce=TURNOVER_OUT_OF_REACH[name] | {"notice_days": 0.0},
        posts=({**first.model_dump(), "turnover_rate": 200.0}, *rest),
    )
    with pytest.raises(ws.InputError, match=f"workforce.{next(iter(TURNOVER_OUT_OF_REACH[name]))}"):
        ws.Simulation(authority, [], START, QUARTER)


TOO_BUSY = {
    "hired and gone at once": {"leaving_scale": 1e9, "hires_per_vacancy_year": 1e9, "notice_days": 0.0},
    "covered and gone at once": {"covers_per_empty_post_year": 1e9, "agency_assignment_months": 0.01},
}


@pytest.mark.parametrize("name", TOO_BUSY)
def test_people_who_come_and_go_without_end_are_refused(name: str) -> None:
    """Rates at which a run would never be over are refused, or run."""
    first, *rest = SERVICES["one stage"].posts
    busy = SERVICES["one stage"].with_changes(
        posts=({**first.model_dump(), "number": 5_000, "vacant": 2_000, "agency": 1}, *rest),
        workforce=TOO_BUSY[name],
    )
    with pytest.raises(ws.InputError, match="comings and goings"):
        ws.Simulation(busy, [], START, QUARTER)


@pytest.mark.parametrize("service", SERVICES)
def test_calls_for_cover_that_are_turned_away_without_end_are_refused(service: str) -> None:
    """Where all agency workers convert at once the rate of calls that keeps their number is a billion a year:
    calls of vacancies that are tolerated would follow each other for ever. Where none is, it runs.
    """
    at_once = SERVICES[service].with_changes(workforce={"conversions_per_agency_year": 1e9})
    run_and_check(at_once)
    with pytest.raises(ws.InputError, match=r"agency\.tolerance = 0"):
        ws.Simulation(at_once.with_changes(agency={"tolerance": 0.5}), [], START, QUARTER)


@pytest.mark.parametrize("law", ["weibull", "gamma", "lognormal"])
@pytest.mark.parametrize("cv", [0.03, 10.0])
@pytest.mark.parametrize("clock", ["workforce.tenure_law", "recruitment.hiring_law", "agency.assignment_law"])
def test_laws_of_time_at_the_ends_of_their_spread(clock: str, cv: float, law: str) -> None:
    """Times that are all but fixed, and times of which a few are most: of every law, for every clock."""
    section, name = clock.split(".")
    run_and_check(SERVICES["one stage"].with_changes(**{section: {name: {"law": law, "cv": cv}}}))


def test_limits_are_read_from_the_models() -> None:
    """The sweep follows the models: a limit that is moved there is moved here."""
    workforce = ws.Authority.model_fields["workforce"].annotation
    assert isinstance(workforce, type)
    assert ends(workforce, "notice_days") == [1e-300, np.nextafter(253.0, 0), 0.0, 253.0]
    posts = typing.get_args(ws.Authority.model_fields["posts"].annotation)[0]
    assert max(ends(posts, "number")) == 100_000
