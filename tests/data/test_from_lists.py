"""An authority from a council's own lists: known laws come back, and what they do not say is filled in."""

from __future__ import annotations

from pathlib import Path

import pytest

import workforce_sim as ws
from tests.data.council import AS_OF, CASES, SINCE, STAFF, Row, case, council, post, write_csv
from workforce_sim.data.case_list import read_case_list
from workforce_sim.data.durations_chart import chart_of_fits
from workforce_sim.data.staff_list import read_staff_list

DATES = {"as_of": str(AS_OF), "observed_from": str(SINCE)}


@pytest.fixture(scope="module")
def lists(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A council's two lists."""
    folder = tmp_path_factory.mktemp("council")
    staff, cases = council()
    return write_csv(folder / "staff.csv", STAFF, staff), write_csv(folder / "cases.csv", CASES, cases)


def few(folder: Path, staff: list[Row], cases: list[Row] | None = None) -> tuple[Path, Path | None]:
    """Two short lists."""
    people = write_csv(folder / "staff.csv", STAFF, staff)
    return people, write_csv(folder / "cases.csv", CASES, cases) if cases is not None else None


def test_the_laws_of_a_council_are_recovered(lists: tuple[Path, Path]) -> None:
    """Service of 5 years, assignments of 26 weeks, cases open for 222 days: each inside its interval."""
    staff = read_staff_list(lists[0], **DATES)
    cases = read_case_list(lists[1], staff=staff, **DATES)
    for spells, mean, law in (
        (staff.service(), 5.0, "exponential"),
        (staff.service("agency"), 182 / 365.25, "exponential"),
        (cases.episodes(), 250 * 0.886227, "weibull"),
    ):
        low, high = spells.fit(law).interval(0.99)  # type: ignore[arg-type]
        assert low < mean < high
    assert cases.episodes().fit().law == "weibull"
    assert "weibull law" in chart_of_fits(cases.episodes()).workforce_sim_alt


def test_a_service_starts_from_its_own_lists(lists: tuple[Path, Path]) -> None:
    """Posts, turnover, leaving by service, agency, caseload and referrals; what is from where is said."""
    made = ws.Authority.from_lists(*lists, **DATES, name="Anytown")
    staff = read_staff_list(lists[0], **DATES)
    cases = read_case_list(lists[1], staff=staff, **DATES)
    posts = {g.grade: g for g in made.posts}
    agency = len(staff.current("agency"))
    assert (posts["social worker"].agency, posts["social worker"].vacant) == (agency, agency + 6)
    assert posts["team manager"].manages
    assert posts["team manager"].promoted_from == "social worker"
    assert posts["team manager"].salary_gbp == 54_000
    assert made.open_children() == cases.open_children()
    leavers = sum(p.fte for p in staff.leavers())
    in_post = sum(p.fte for p in staff.current("permanent"))
    assert made.census.turnover_rate == pytest.approx(100 * leavers / in_post / staff.years, abs=1e-3)
    assert 4.0 < made.workforce.agency_assignment_months < 8.5
    assert 0.1 < made.workforce.leaving_per_year_under_5 < 0.3
    assert made.demand.children_per_year == pytest.approx(1200 * 1.6, rel=0.1)
    assert made.demand.children_per_family == pytest.approx(1.6, rel=0.1)
    said = made.provenance()
    assert said.loc["posts.social worker.salary_gbp", "status"] == "filled in"
    assert said.loc["census.caseload", "status"] == "taken"
    assert "have no worker in the list" in said.loc["census.caseload", "note"]
    assert made.assumptions().loc["census.caseload", "evidence"] == "yours"
    assert ws.Authority.from_toml(made.to_toml()) == made
    run = ws.Simulation(made, [], start="2025-10-01", years=1 / 12, seed=1).run()
    assert run.census("2025-11-01").cases > 700


def test_without_leavers_and_cases_the_rest_is_of_an_authority_like_it(tmp_path: Path) -> None:
    """A bare staff list: posts are its own; turnover, caseload and demand those of the other, to scale."""
    like = ws.Authority.preset("birmingham-2025")
    people, _ = few(tmp_path, [post(i) for i in range(20)])
    made = ws.Authority.from_lists(people, as_of="2025-09-30", like=like)
    assert made.case_holders_fte() == 20
    assert made.census.turnover_rate == like.census.turnover_rate
    assert made.census.caseload == like.census.caseload
    ratio = like.demand.children_per_year / like.open_children()
    assert made.demand.children_per_year == pytest.approx(ratio * made.census.caseload * 20, abs=0.1)
    status = made.provenance()["status"]
    assert status["census.turnover_rate"] == status["demand.children_per_year"] == "filled in"
    assert "Birmingham 2025" in made.note


def test_a_grade_that_does_two_things_is_two(tmp_path: Path) -> None:
    """Senior practitioners of whom some hold cases; part-time hours are kept on average."""
    people, _ = few(
        tmp_path,
        [
            post(1, grade="senior", fte="0.5"),
            post(2, grade="senior"),
            post(3, grade="senior", case_holder="no"),
            post(4, contract="agency", covers_vacancy="no"),
        ],
    )
    made = ws.Authority.from_lists(people, as_of="2025-09-30")
    posts = {g.grade: g for g in made.posts}
    assert set(posts) == {"senior, holding cases", "senior, without cases", "social worker"}
    assert posts["senior, holding cases"].fte == 0.75
    assert posts["social worker"].agency_above_establishment == 1
    assert made.case_holders_fte() == 2.5


def test_both_lists_are_refused_together(tmp_path: Path) -> None:
    """What is wrong with either is in one error."""
    people, families = few(tmp_path, [post(1, fte="2")], [case(1, stage="limbo")])
    with pytest.raises(ws.InputError) as refused:
        ws.Authority.from_lists(people, families, as_of="2025-09-30")
    assert [p.path for p in refused.value.problems] == ["staff list: fte, row 2", "case list: stage, row 2"]


def test_rows_that_were_left_out_are_on_the_record(tmp_path: Path) -> None:
    """And columns that were not read."""
    people, families = few(tmp_path, [post(1), post(2, fte="2")], [case(1), case(2, worker_id="2")])
    made = ws.Authority.from_lists(people, families, as_of="2025-09-30", leave_out=True)
    ignored = made.provenance().query("status == 'ignored'")
    assert list(ignored.index) == ["fte, row 3", "worker_id, row 3"]
    assert made.open_children() == 2


def test_no_id_and_no_pay_of_one_person_is_in_the_authority(tmp_path: Path) -> None:
    """What is written to a file, and shown as where figures are from."""
    people, families = few(
        tmp_path,
        [
            post("ZQ-77123", salary_gbp="38123"),
            post("ZQ-77124", salary_gbp="39127"),
            post("ZQ-77125", salary_gbp="39127"),
            post("ZQ-77126", grade="principal", salary_gbp="61234"),
        ],
        [case("FAM-5566", worker_id="ZQ-77123")],
    )
    made = ws.Authority.from_lists(people, families, as_of="2025-09-30")
    written = made.to_toml() + made.provenance().to_string() + made.assumptions().to_string()
    for private in ("77123", "77124", "5566", "38123", "39127", "61234"):
        assert private not in written.casefold()
    assert made.posts[0].salary_gbp == pytest.approx(116_377 / 3, abs=0.01)
    said = made.provenance().loc["posts.principal.salary_gbp"]
    assert (said["status"], said["note"]) == ("filled in", "salary_gbp of fewer than 3 in the list")


def test_what_makes_no_authority_is_refused(tmp_path: Path) -> None:
    """Nobody who holds cases, no case that is open, no date, nothing to be like, lists of different days."""
    holders, families = few(tmp_path, [post(1)], [case(1)])
    nobody = write_csv(tmp_path / "nobody.csv", STAFF, [post(1, case_holder="no")])
    nothing = write_csv(tmp_path / "nothing.csv", CASES, [])
    other_day = read_case_list(families, "2025-08-31") if families else None
    for staff, cases, settings, why in (
        (nobody, None, {"as_of": "2025-09-30"}, "somebody who holds cases"),
        (holders, nothing, {"as_of": "2025-09-30"}, "open cases"),
        (holders, None, {}, "the date of the lists"),
        (holders, None, {"as_of": "2025-09-30", "like": 3}, "an Authority, or the name of a preset"),
        (holders, None, {"as_of": "2025-09-30", "like": "birmingham"}, "did you mean"),
        (holders, other_day, {"as_of": "2025-09-30"}, "lists of one day"),
    ):
        with pytest.raises(ws.InputError, match=why):
            ws.Authority.from_lists(staff, cases, **settings)
