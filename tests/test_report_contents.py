"""What is in a report and where, and whether its numbers are those of the study: read as a second reader."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import workforce_sim as ws
from tests.hostile.policies import POLICIES, policy
from tests.test_report import PLANS, START, Page, study
from tests.test_report import undrawn as undrawn
from workforce_sim.measures.paths import BY_NAME, DRIFT
from workforce_sim.numbers import plain
from workforce_sim.report.badge import EFFECTS, record
from workforce_sim.report.blocks import Caution, Code, Picture, Report, Section, Table, Words
from workforce_sim.report.charts.change import change_chart
from workforce_sim.report.charts.drift import per_child_chart
from workforce_sim.report.charts.kinds import KINDS
from workforce_sim.report.charts.spread import spread_chart
from workforce_sim.report.contents import contents
from workforce_sim.report.printed.page import page
from workforce_sim.report.sections.asked import checked
from workforce_sim.report.sections.money import budget_table, price_table
from workforce_sim.report.sections.rerun import as_python, python_lines
from workforce_sim.report.sections.stress import stress_table
from workforce_sim.report.worlds_again import lists_on, run_again
from workforce_sim.report.writable import writable_text
from workforce_sim.study.questions.claim import Claim
from workforce_sim.study.questions.what_would_it_take import Needed


@pytest.fixture(scope="module")
def asked() -> ws.Study:
    authority = ws.Authority.preset("england-2025")
    return ws.Study(authority, PLANS, start=START, years=1, seed=3, replications=10, processes=1)


@pytest.fixture(scope="module")
def result(asked: ws.Study) -> ws.Result:
    return asked.run(progress=False)


@pytest.fixture(scope="module")
def claim(result: ws.Result) -> Claim:
    return result.claim("average caseload below 15", "10 posts")


@pytest.fixture(scope="module")
def needed(asked: ws.Study) -> Needed:
    lever = ws.NewPosts(1, start=START)
    return asked.what_would_it_take("average caseload below 16", lever, (0, 10), step=5, first=5, most=10)


@pytest.fixture(scope="module")
def report(result: ws.Result, claim: Claim, needed: Needed) -> Report:
    return contents(result, [needed, claim], phones=False)


class FewWorlds:
    """A study that answers as it would, from fewer worlds and assumptions than a bid asks for."""

    def __init__(self, study: ws.Study) -> None:
        self._study, self.sentences = study, list[str]()

    def claim(self, target: str) -> Any:
        return self._kept(self._study.claim(target, replications=10))

    def what_would_it_take(self, target: str, lever: ws.Intervention) -> Any:
        found = self._study.what_would_it_take(target, lever, (0, 10), step=5, first=5, most=10)
        return self._kept(found)

    def tornado(self) -> Any:
        hours = {"casework.case_hours_per_day": (3.0, 5.0)}
        return self._kept(self._study.tornado(assumptions=hours, replications=2, progress=False))

    def _kept(self, answer: Any) -> Any:
        self.sentences.append(answer.sentence)
        return answer


@pytest.mark.usefixtures("undrawn")
def test_the_example_of_the_page_hands_answers_over(
    asked: ws.Study, result: ws.Result, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The lines of docs/report.md write the page, each answer in its section."""
    text = (Path(__file__).parents[1] / "docs" / "report.md").read_text("utf-8")
    (lines,) = re.findall(r"(?ms)^```python\n(.*?)^```", text)
    monkeypatch.chdir(tmp_path)
    study = FewWorlds(asked)
    exec(lines, {"study": study, "result": result, "ws": ws})
    said = " ".join(Page((tmp_path / "bid.html").read_text("utf-8")).words)
    headings = (
        "The differences",
        "What it would take",
        "Which assumptions matter",
        "What the model leaves out",
    )
    differences, takes, weak, left_out = (said.rindex(f" {heading}") for heading in headings)
    claim, taken, tornado = (said.index(sentence) for sentence in study.sentences)
    assert claim < differences < takes < taken < weak < tornado < left_out


def words_in(section: Section) -> str:
    """Everything that a section says, captions and cells of tables with it."""
    said = []
    for block in section.blocks:
        if isinstance(block, (Words, Code)):
            said.append(block.text)
        elif isinstance(block, Table):
            said += [block.caption, *block.columns]
            for group in block.groups:
                said.append(group.heading)
                for row in group.rows:
                    said += [row.name, *(part for c in row.cells for part in (c.value, *c.under))]
    return " ".join(said)


def section(report: Report, key: str) -> Section:
    return next(s for s in report.sections if s.key == key)


# -- the order, and who put what in ---------------------------------------------------------------


def test_the_claim_comes_first_and_what_it_rests_on_after_it(report: Report) -> None:
    keys = [s.key for s in report.sections]
    wanted = ["answer", "differences", "money", "charts", "drift", "child", "takes", "weak", "left-out"]
    wanted += ["tested", "run", "stress", "assumptions"]
    assert [key for key in keys if key in wanted] == wanted


def test_answers_stand_where_they_belong(report: Report, claim: Claim, needed: Needed) -> None:
    assert claim.sentence in words_in(section(report, "answer"))
    assert needed.sentence in words_in(section(report, "takes"))
    assert needed.sentence not in words_in(section(report, "answer"))
    pictures = [b for b in section(report, "takes").blocks if isinstance(b, Picture)]
    assert [p.wide.workforce_sim_alt for p in pictures] == [needed.plot().workforce_sim_alt]  # type: ignore[attr-defined]
    assert "asked" not in [s.key for s in report.sections], "nothing was asked that has no place of its own"


def test_a_report_asks_nothing_by_itself_and_says_how_to_ask(result: ws.Result) -> None:
    found = contents(result, phones=False)
    assert "study.what_would_it_take(" in words_in(section(found, "takes"))
    assert "study.tornado()" in words_in(section(found, "weak"))
    counts = result.authority.assumptions()["evidence"].value_counts()
    assert f"Assumption {counts['assumption']} " in words_in(section(found, "weak"))


def test_the_assumptions_that_matter_stand_beside_their_evidence(asked: ws.Study, result: ws.Result) -> None:
    tornado = asked.tornado(
        assumptions=["pressure.margin", "workforce.notice_days"], replications=2, progress=False
    )
    credit = asked.credit(scenario="10 posts", replications=2)
    found = contents(result, [credit, tornado], phones=False)
    said = words_in(section(found, "weak"))
    assert tornado.sentence in said
    evidence = {str(p): str(r["evidence"]).capitalize() for p, r in tornado.table.iterrows()}
    table = next(b for b in section(found, "weak").blocks if isinstance(b, Table))
    assert [row.cells[-1].value for row in table.groups[0].rows] == list(evidence.values())
    assert credit.sentence in words_in(section(found, "asked"))


def test_everything_that_is_no_answer_of_this_study_is_refused_at_once(
    result: ws.Result, claim: Claim, tmp_path: object
) -> None:
    other = study({"Nothing": [], "Five": [ws.NewPosts(5, start=START)]}, years=0.25)
    stranger = other.claim("average caseload below 15", "Five")
    with pytest.raises(ws.InputError, match="3 problems") as refused:
        result.report(f"{tmp_path}/page.html", answers=["yes", stranger, 3, claim])  # type: ignore[list-item]
    said = str(refused.value)
    assert "answers[0] = 'yes'" in said
    assert "answers[1].scenario = 'Five'" in said
    assert "answers[2] = 3" in said
    with pytest.raises(ws.InputError, match="a list of answers"):
        result.to_word(f"{tmp_path}/page.docx", answers="yes")  # type: ignore[arg-type]


def test_one_answer_needs_no_list(result: ws.Result, claim: Claim) -> None:
    assert checked(result, claim, "Result.report") == (claim,)


# -- the second reader ----------------------------------------------------------------------------


@pytest.mark.usefixtures("undrawn")
def test_a_second_reader_finds_every_number_the_claim_rests_on(result: ws.Result) -> None:
    """The numbers of the lead are worked out again from the worlds, and stand in the tables below it."""
    html = page(result)
    lead = re.findall(r'<p class="lead">(.*?)</p>', html, flags=re.DOTALL)[0]
    rest = " ".join(Page(html.partition('<h2 id="differences">')[2]).words)
    worlds = {
        name: result.data["caseload"].sel(scenario=name).to_numpy()[:, -1]
        for name in ("10 posts", "Do nothing")
    }
    gap = worlds["10 posts"] - worlds["Do nothing"]
    cost = result.data["cost_to_date_gbp"].to_numpy()[:, :, -1]
    added = (cost[1] - cost[0]).mean()
    recomputed = [f"{worlds[name].mean():.1f}" for name in worlds] + [f"{-gap.mean():.1f}"]
    recomputed += [f"£{round(added, -3):,.0f}", f"{(gap < 0).sum()} of {len(gap)}"]
    for number in recomputed:
        assert number in lead, number
    numbers = re.findall(r"£?\d[\d,]*\.?\d*m?", lead.partition("“10 posts”")[2])
    assert len(numbers) >= 9
    for number in numbers:
        assert number.rstrip(".,") in rest, f"{number} of the claim is nowhere below it"


def test_the_budget_on_the_page_is_the_budget(result: ws.Result) -> None:
    table, found = budget_table(result), result.budget()
    assert table.columns == ("Heading", "2025-26 (6 months)", "2026-27 (6 months)")
    for group in table.groups:
        total = group.rows[-1]
        assert total.name == "Total"
        for year, cell in zip(("2025-26", "2026-27"), total.cells, strict=True):
            mean = float(found.loc[(group.heading, year, "total"), "mean"])  # type: ignore[index,arg-type]
            assert float(cell.value.strip("£m")) == pytest.approx(mean / 1e6, abs=0.006)
    assert not any(cell.under for row in table.groups[0].rows for cell in row.cells), (
        "nothing is added to itself"
    )
    assert all(cell.under for cell in table.groups[1].rows[-1].cells)


def test_an_improvement_has_a_price_only_where_there_is_one(result: ws.Result) -> None:
    table = price_table(result, result.months())
    prices = {(g.heading, row.name): row.cells[0] for g in table.groups for row in g.rows}
    found = result.cost_per("10 posts", "caseload")
    shown = prices["For one child fewer on every full-time list", "10 posts"]
    assert shown.value.startswith("£")
    assert float(shown.value.strip("£m").replace(",", "")) == pytest.approx(found.pounds, rel=0.1)
    for name in ("10 posts", "5% pay"):
        agency = result.cost_per(name, "agency_fte")
        cell = prices["For one agency worker fewer (full-time equivalent)", name]
        priced = np.isfinite(agency.low) and agency.improvement > 0
        assert cell.value.startswith("£") == priced, (name, agency.words)


# -- charts with a table of the same numbers -------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_chart_has_words_and_numbers(result: ws.Result, kind: str) -> None:
    chart = result.plot(kind=kind)
    assert len(chart.workforce_sim_alt) > 80  # type: ignore[attr-defined]
    assert chart.table.to_numpy().size > 5  # type: ignore[attr-defined]


def test_what_does_not_go_with_a_kind_is_refused_at_once(result: ws.Result) -> None:
    with pytest.raises(ws.InputError, match="did you mean 'posts'"):
        result.plot(kind="post")
    with pytest.raises(ws.InputError, match="3 problems"):
        result.plot("agency_rate", ["10 posts", "5% pay"], kind="posts", at=3)
    with pytest.raises(ws.InputError, match="a month after the start"):
        result.plot(kind="spread", at=0)


def test_tables_of_charts_have_the_numbers_that_are_drawn(result: ws.Result) -> None:
    fan = result.plot("agency_rate")
    table = fan.table.loc["10 posts"]  # type: ignore[attr-defined]
    assert table["median"].iloc[-1] == np.median(result.samples("agency_rate", "10 posts")[:, -1])
    posts = result.plot(kind="posts", scenarios=["10 posts"]).table.loc["10 posts"]  # type: ignore[attr-defined]
    parts = posts[["permanent_fte", "agency_covering_fte", "empty_fte"]].sum(axis=1)
    assert parts.to_numpy() == pytest.approx(posts["posts_fte"].to_numpy())
    drift = result.plot(kind="drift").table  # type: ignore[attr-defined]
    assert drift["all causes"].iloc[-1] == pytest.approx(
        result.samples("drift_share", "5% pay")[:, -1].mean()
    )


def test_lists_of_workers_have_the_average_caseload_as_their_mean(result: ws.Result) -> None:
    """The spread is that of the same worlds, at the end and at a month before it."""
    for month, lists in (
        (12, run_again(result, result.scenarios, 2)[0]),
        (5, lists_on(result, result.scenarios, 5, 2)),
    ):
        assert lists.worlds == 2
        for name in result.scenarios:
            pooled = lists.children[name].sum() / lists.fte[name].sum()
            caseload, holders = (result.samples(m, name)[:2, month] for m in ("caseload", "case_holders_fte"))
            assert pooled == pytest.approx((caseload * holders).sum() / holders.sum())
        shares = spread_chart(lists).table.sum()
        assert shares.to_numpy() == pytest.approx(100.0)


def test_days_of_children_add_up_and_are_those_of_the_same_children(result: ws.Result) -> None:
    _, days = run_again(result, result.scenarios, 1)
    run = result.plan.run("10 posts", 0)
    first_half = run.children["referred_day"].between(0, run.simulation.calendar.end / 2, inclusive="neither")
    rows = run.children[first_half]
    spent = (rows["children"] * rows["elapsed_days"]).sum() / rows["children"].sum()
    assert sum(days.days["10 posts"].values()) == pytest.approx(spent)
    assert len(set(days.children.values())) == 1, "posts and pay do not change who is referred"
    table = per_child_chart(days).table
    assert table["drift"].to_numpy() == pytest.approx(table[list(DRIFT)].sum(axis=1).to_numpy())


def test_parts_of_the_change_lead_from_the_start_to_the_end(result: ws.Result) -> None:
    chart = change_chart(result)
    for name in ("Do nothing", "5% pay"):
        parts = chart.table.loc[name, "mean"].drop("total")
        start, end = (result.samples("caseload", name)[:, m].mean() for m in (0, -1))
        assert start + parts.sum() == pytest.approx(end)
        assert f"“{name}”: from {plain(start, 1)} to {plain(end, 1)}" in chart.workforce_sim_alt
    hatched = {bool(bar.get_hatch()): bar.get_width() for panel in chart.axes for bar in panel.patches}
    assert all((width > 0) == hatch for hatch, width in hatched.items()), "rises are hatched, falls are not"


# -- how to run it again, and the checklist ---------------------------------------------------------


@pytest.mark.parametrize("kind", POLICIES)
def test_a_policy_is_written_as_it_is_typed(kind: str) -> None:
    made = policy(kind)
    assert eval(as_python(made), {"ws": ws}) == made


def test_conditions_and_ends_are_written_too() -> None:
    full = ws.When("unallocated_children", above=300, months=2)
    team = ws.ManagedTeam(10, start=full, end=ws.When("unallocated_children", below=50))
    assert eval(as_python(team), {"ws": ws}) == team


def test_a_service_of_ones_own_is_in_the_report_whole() -> None:
    """Not a preset: the file of the authority stands beside the lines, and reads back equal."""
    result = study({"Do nothing": []}, 0.25, name="Ours", teams={"number": 4})
    found = section(contents(result, phones=False), "run")
    lines = next(b for b in found.blocks if isinstance(b, Code)).text
    assert 'ws.Authority.from_file("authority.toml")' in lines
    (folded,) = (b for b in found.blocks if b.what == "folded")
    (file,) = folded.blocks
    assert isinstance(file, Code)
    assert ws.Authority.from_toml(file.text) == result.authority


def test_what_is_code_is_left_to_whoever_wrote_it() -> None:
    def freeze_lifted(env: object, service: object) -> None:
        return None

    result = study({"Do nothing": [], "Ours": [freeze_lifted]}, years=0.25)
    lines, whole = python_lines(result)
    assert not whole
    assert "...,  # your own freeze_lifted" in lines
    compile(lines, "page", "exec")


def test_the_checklist_has_every_item_filled_from_the_model(result: ws.Result) -> None:
    table = stress_table(result, ["caseload", "agency_rate"])
    headings = [
        "1. Objectives",
        "2. Logic",
        "3. Data",
        "4. Experimentation",
        "5. Implementation",
        "6. Code access",
    ]
    assert [g.heading for g in table.groups] == headings
    items = {row.name.partition(" ")[0]: row.cells[0].value for g in table.groups for row in g.rows}
    wanted = ["1.1", "1.2", "1.3", "2.1", "2.2", "2.3", "2.4", "2.5.1", "2.5.2", "2.5.3", "2.5.4", "2.5.5"]
    wanted += ["3.1", "3.2", "3.3", "3.4", "4.1", "4.2", "4.3", "5.1", "5.2", "5.3", "5.4", "6.1"]
    assert list(items) == wanted
    assert all(len(said) > 20 for said in items.values())
    assert "10 new posts, from 1 October 2025" in items["2.3"]
    assert "child protection plan" in items["2.1"]
    assert f"{result.authority.posts[0].number} social worker" in items["2.5.3"]
    assert f"{len(result.authority.assumptions())} settings" in items["3.3"]
    assert "10 replications" in items["4.3"]
    assert "seed 3" in items["5.2"]


def test_text_that_no_file_can_hold_is_marked() -> None:
    assert writable_text("a\x00b\ud800") == "a\ufffdb\ufffd"


def test_how_often_bands_have_held_is_told_or_that_nobody_knows(
    result: ws.Result, report: Report, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every row of the back-test is there; without one the caution at the top says that there is none."""
    said = words_in(section(report, "tested"))
    assert record()
    for one in record():
        assert f"{BY_NAME[one.measure].label} {one.horizon} year" in said
        assert f"{one.held_chance:.0f}%" in said
    assert EFFECTS in said
    caution = next(b for b in section(report, "answer").blocks if isinstance(b, Caution))
    assert "not been back-tested" not in caution.text
    monkeypatch.setattr("workforce_sim.report.contents.record", tuple)
    without = contents(result, phones=False)
    assert words_in(section(without, "tested")).startswith("Not back-tested.")
    caution = next(b for b in section(without, "answer").blocks if isinstance(b, Caution))
    assert "not been back-tested" in caution.text
