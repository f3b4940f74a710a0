"""A council's lists, as messy as they come: understood where they can be, and wrong rows all said at once."""

from __future__ import annotations

import datetime as dt
import math
from pathlib import Path
from typing import Any

import pytest

import workforce_sim as ws
from tests.data.council import CASES, STAFF, Row, case, post, write_csv, write_excel
from workforce_sim.data.case_list import CaseList, read_case_list
from workforce_sim.data.lists import Pseudonyms, Wrong, date, identity, number, yes_or_no
from workforce_sim.data.staff_list import StaffList, read_staff_list
from workforce_sim.data.templates import TEMPLATES, template_text, write_template

DAY = "2025-09-30"


def staff(folder: Path, *rows: Row, **settings: Any) -> StaffList:
    """A staff list of these rows."""
    return read_staff_list(write_csv(folder / "staff.csv", STAFF, list(rows)), DAY, **settings)


def cases(folder: Path, *rows: Row, **settings: Any) -> CaseList:
    """A case list of these rows."""
    return read_case_list(write_csv(folder / "cases.csv", CASES, list(rows)), DAY, **settings)


def said(refused: pytest.ExceptionInfo[ws.InputError]) -> set[tuple[str, str]]:
    """Where, and what to write."""
    return {(p.path, p.fix) for p in refused.value.problems}


# -- cells --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "cell",
    [
        "2024-03-01",
        "01/03/2024",
        "1/3/2024",
        "01/03/24",
        "1.3.2024",
        "01-03-2024",
        "1 March 2024",
        "1 Mar 2024",
        "01-Mar-24",
        "2024-03-01 00:00:00",
        "01/03/2024 09:30",
        "2024-03-01T09:30:00.000",
        "45352",
        45352.0,
        45352.75,
        dt.date(2024, 3, 1),
    ],
)
def test_a_date_is_a_date_however_it_is_written(cell: Any) -> None:
    """Day before month, with or without a time, as text, as Excel's date or as the number behind it."""
    assert date(cell) == dt.date(2024, 3, 1)


@pytest.mark.parametrize(
    "cell",
    [
        "03/13/2024",
        "31/02/2024",
        "2024",
        "March",
        "0001-01-01",
        "12/12/1066",
        "n/a",
        3.0,
        1e300,
        True,
        "9" * 40,
    ],
)
def test_what_is_no_date_is_no_date(cell: Any) -> None:
    """American order, days that are not there, the year alone, numbers that are no day of Excel's."""
    with pytest.raises(Wrong, match="a date"):
        date(cell)


def test_numbers_and_answers_are_read_as_people_write_them() -> None:
    """Percent signs, pounds and commas; yes in all its forms."""
    fte, pounds = number(0, 1, "1"), number(0, 500_000, "38500")
    assert [fte(cell) for cell in ("0.6", "60%", " 1 ", 0.6, None)] == [0.6, 0.6, 1.0, 0.6, None]
    assert [pounds(cell) for cell in ("£38,500", "38500.00", "38,500")] == [38500.0] * 3
    for wrong in ("0", "1.2", "37", "-1", "1e3", "nan", "inf", "½", "1,5", "0.6.1", "1_0"):
        with pytest.raises(Wrong, match="above 0"):
            fte(wrong)
    assert [yes_or_no(cell) for cell in ("Yes", "Y", "TRUE", "1", True, 1.0)] == [True] * 6
    assert [yes_or_no(cell) for cell in ("no", "N", "false", "0", False, None)] == [False] * 5 + [None]
    with pytest.raises(Wrong):
        yes_or_no("maybe")
    assert identity(1001.0) == identity("1001") == "1001"


# -- the staff list -----------------------------------------------------------------------------------------


def test_a_staff_list_is_read_as_it_is(tmp_path: Path) -> None:
    """Names of columns as in the payroll system, dates as text; what is not needed is not read."""
    (tmp_path / "payroll.csv").write_text(
        "Employee Number,Surname,Contract Type,Job Title,WTE,Date Started,Leaving Date,Team,Holds Cases\n"
        "001,Smith,Perm,Social Worker,60%,1/9/2019,,North,Y\n"
        "002,Jones,Locum,Social Worker,1,03/03/2025,,North,Y\n"
        ",,Vacancy,Social Worker,0.8,,,North,Y\n"
        "003,Brown,Substantive,Team Manager,1.0,6 Jan 2014,,North,N\n"
        ",,,,,,,,\n",
        "utf-8",
    )
    found = read_staff_list(tmp_path / "payroll.csv", DAY)
    assert [(p.contract, p.fte, p.case_holder, p.manager) for p in found.posts] == [
        ("permanent", 0.6, True, False),
        ("agency", 1.0, True, False),
        ("vacant", 0.8, True, False),
        ("permanent", 1.0, False, True),
    ]
    assert found.posts[0].start == dt.date(2019, 9, 1)
    assert found.ignored == ("Surname",)
    assert "salary_gbp" not in found.table()
    everything = repr(found) + found.table().to_string()
    assert not any(private in everything for private in ("Smith", "Jones", "'001'", " 001 "))


def test_everything_wrong_is_said_at_once_with_its_row(tmp_path: Path) -> None:
    """Six rows with something wrong, one with three things; ids are not shown, rows are."""
    with pytest.raises(ws.InputError) as refused:
        staff(
            tmp_path,
            post(1),
            post(2, start_date="31/02/2020", fte="37"),
            post(1, fte="0.5"),
            post(3, contract="permananet", case_holder=""),
            post(4, start_date="2026-01-05"),
            post(5, end_date="2024-06-30"),
            post("", start_date=""),
            post(6, manager="yes"),
            post("EXAMPLE 1"),
        )
    found = said(refused)
    assert {path for path, _ in found} == {
        "start_date, row 3",
        "fte, row 3",
        "worker_id, row 4",
        "contract, row 5",
        "case_holder, row 5",
        "start_date, row 6",
        "end_date, row 7",
        "worker_id, row 8",
        "start_date, row 8",
        "manager, row 9",
        "worker_id, row 10",
    }
    assert ("contract, row 5", "did you mean 'permanent'?") in found
    assert ("worker_id, row 4", "keep one of them; for two part-time posts add up the FTE") in found
    by_path = {p.path: p for p in refused.value.problems}
    assert by_path["worker_id, row 4"].value == "(not shown)"
    assert by_path["worker_id, row 4"].rule == "not the worker of row 2 again"
    assert "22.2 / 37" in by_path["fte, row 3"].fix


def test_wrong_rows_can_be_left_out_and_are_listed(tmp_path: Path) -> None:
    """Then the rest is the list."""
    found = staff(tmp_path, post(1), post(2, fte="many"), post(3), leave_out=True)
    assert len(found.posts) == 2
    assert [p.path for p in found.left_out] == ["fte, row 3"]


def test_who_came_back_is_there_twice_and_that_is_right(tmp_path: Path) -> None:
    """Two spells of one worker one after the other; leavers before the list begins are not part of it."""
    found = staff(
        tmp_path,
        post(1, start_date="2015-01-05", end_date="2024-12-31"),
        post(1, start_date="2025-02-03"),
        post(2, start_date="2010-01-04", end_date="2020-01-31"),
        observed_from="2023-09-30",
    )
    assert len(found.posts) == 2
    assert found.posts[0].worker == found.posts[1].worker
    assert len(found.leavers()) == 1
    assert found.service().ended.tolist() == [True, False]
    assert found.service().entry[0] == pytest.approx(
        (dt.date(2023, 9, 30) - dt.date(2015, 1, 5)).days / 365.25
    )


def test_thousands_of_wrong_rows_are_counted_not_printed(tmp_path: Path) -> None:
    """The first 200, and how many more there are."""
    with pytest.raises(ws.InputError) as refused:
        staff(tmp_path, *(post(i, fte="x") for i in range(1_000)))
    assert len(refused.value.problems) == 201
    assert refused.value.problems[-1].value == "800 more"


@pytest.mark.parametrize(
    ("as_of", "observed_from", "said"),
    [("soon", None, "as_of"), ("2025-09-30", "2025-10-01", "observed_from"), (None, None, "as_of")],
)
def test_dates_of_a_list_are_checked(as_of: Any, observed_from: Any, said: str, tmp_path: Path) -> None:
    """Before the list is read."""
    with pytest.raises(ws.InputError, match=said):
        read_staff_list(tmp_path / "not there.csv", as_of, observed_from=observed_from)


def test_missing_and_doubled_columns_are_named(tmp_path: Path) -> None:
    """With what to rename or to add."""
    (tmp_path / "staff.csv").write_text("worker_id,id,grades,fte\n1,1,a,1\n", "utf-8")
    with pytest.raises(ws.InputError) as refused:
        read_staff_list(tmp_path / "staff.csv", DAY)
    found = {p.path: p for p in refused.value.problems}
    assert found["column worker_id"].rule == "each column once"
    assert found["column grade"].fix == "rename 'grades' to grade"
    assert {"column contract", "column start_date", "column case_holder"} <= set(found)


def test_titles_above_the_names_of_columns_are_passed_over(tmp_path: Path) -> None:
    """As reports have them; rows keep the numbers they have in the spreadsheet."""
    file = write_csv(tmp_path / "plain.csv", STAFF, [post(1), post(2, fte="x")])
    titled = tmp_path / "titled.csv"
    titled.write_text("Staff in post,,\nPrinted,30/09/2025\n,,,\n" + file.read_text("utf-8-sig"), "utf-8")
    with pytest.raises(ws.InputError) as refused:
        read_staff_list(titled, DAY)
    assert [p.path for p in refused.value.problems] == ["fte, row 6"]


def test_a_family_referred_again_is_two_referrals(tmp_path: Path) -> None:
    """The same case closed, and opened again."""
    found = cases(
        tmp_path,
        case(1, referral_date="2024-02-05", stage_start="2024-02-05", closed_date="2024-04-01"),
        case(1, referral_date="2025-03-03", stage_start="2025-03-03"),
        observed_from="2024-01-01",
    )
    assert len(found.referred()) == 2
    assert found.episodes().ended.tolist() == [True, False]


# -- the case list ------------------------------------------------------------------------------------------


def test_a_case_list_is_read_with_common_names_of_stages(tmp_path: Path) -> None:
    """CIN, CP and LAC are known; your own names are given."""
    found = cases(
        tmp_path,
        case(1, stage="CIN"),
        case(2, stage="CP"),
        case(3, stage="LAC", worker_id=""),
        case(4, stage="Family Help"),
        stages={"family help": "child in need plan"},
    )
    assert [v.stage for v in found.visits] == [
        "child in need plan",
        "child protection plan",
        "looked after",
        "child in need plan",
    ]
    table = found.by_stage()
    assert table["children"].to_dict() == {
        "child in need plan": 4,
        "child protection plan": 2,
        "looked after": 2,
    }
    assert table["unallocated"].to_dict()["looked after"] == 2


def test_everything_wrong_with_cases_is_said_at_once(tmp_path: Path) -> None:
    """Closed cases, doubled ids, dates that cannot be, stages nobody knows, workers who are not there."""
    people = staff(
        tmp_path,
        post(1),
        post(2, case_holder="no"),
        post(3, start_date="2020-01-06", end_date="2025-03-31"),
        observed_from="2024-09-30",
    )
    with pytest.raises(ws.InputError) as refused:
        cases(
            tmp_path,
            case(1),
            case(1, stage="CIN"),
            case(2, closed_date="2025-07-01"),
            case(3, stage="asessment"),
            case(4, worker_id="77"),
            case(5, worker_id="2"),
            case(6, worker_id="2"),
            case(7, worker_id="3"),
            case(8, stage_start="2025-01-01"),
            case(9, referral_date="2025-12-01", stage_start=""),
            case(11, stage_end="2025-06-01"),
            case(10, children="0"),
            staff=people,
        )
    found = {p.path: p for p in refused.value.problems}
    assert set(found) == {
        "case_id, row 3",
        "closed_date, row 4",
        "stage, row 5",
        "worker_id, row 6",
        "worker_id, row 7",
        "worker_id, row 9",
        "stage_start, row 10",
        "referral_date, row 11",
        "stage_start, row 11",
        "stage_end, row 12",
        "children, row 13",
    }
    assert "did you mean 'assessment'?" in found["stage, row 5"].fix
    assert "row 3 of the staff list" in found["worker_id, row 7"].fix
    assert "left on 2025-03-31" in found["worker_id, row 9"].fix
    assert found["worker_id, row 6"].value == "(not shown)"


def test_stages_of_a_case_follow_each_other(tmp_path: Path) -> None:
    """One row a stage: lengths of stages that ended, and what goes on; the episode is counted once."""
    found = cases(
        tmp_path,
        case(1, referral_date="2024-01-08", stage_start="2024-01-08", stage_end="2024-02-19"),
        case(1, referral_date="2024-01-08", stage="CIN", stage_start="2024-02-19", closed_date="2025-01-20"),
        case(2, referral_date="2024-05-06", stage_start="2024-05-06", stage_end="2024-06-10"),
        case(2, referral_date="2024-05-06", stage="CIN", stage_start="2024-06-10"),
        observed_from="2024-01-01",
    )
    assert found.stages()["assessment"].times.tolist() == [42.0, 35.0]
    assert found.stages()["assessment"].ended.all()
    assert found.stages()["child in need plan"].ended.tolist() == [True, False]
    assert len(found.episodes().times) == 2
    assert [v.referred.year for v in found.referred()] == [2024, 2024]
    assert len(found.open()) == 1


def test_changes_of_worker_are_counted_per_child_and_year(tmp_path: Path) -> None:
    """Three children for a year with two changes, one for two years with none: 6 changes in 5 years."""
    found = cases(
        tmp_path,
        case(1, children="3", referral_date="2024-09-30", worker_changes="2"),
        case(2, children="1", referral_date="2023-09-30", worker_changes="0"),
        case(3, children="9", worker_changes=""),
    )
    assert found.changes_per_year() == pytest.approx(6 / 5, rel=1e-3)
    assert math.isnan(cases(tmp_path, case(1)).changes_per_year())


def test_the_same_worker_has_the_same_pseudonym_in_both_lists(tmp_path: Path) -> None:
    """Under a key nobody keeps; with a key of your own they are the same every time."""
    people = staff(tmp_path, post(1))
    found = cases(tmp_path, case(1), staff=people)
    assert found.visits[0].worker == people.posts[0].worker
    assert staff(tmp_path, post(1)).posts[0].worker != people.posts[0].worker, "a new key for every reading"
    keyed = [staff(tmp_path, post(1), key="ours").posts[0].worker for _ in range(2)]
    assert keyed[0] == keyed[1]
    assert "ours" not in repr(Pseudonyms.of("ours"))


# -- templates ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", TEMPLATES)
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_template_reads_but_for_its_example_rows(name: str, kind: str, tmp_path: Path) -> None:
    """What is written is what is read; examples that were not deleted are the only thing wrong."""
    pytest.importorskip("openpyxl")
    file = write_template(name, tmp_path / f"{name}.{kind}")
    read: Any = {"staff": read_staff_list, "cases": read_case_list}[name]
    with pytest.raises(ws.InputError) as refused:
        read(file, DAY, observed_from="2024-09-30")
    assert {p.fix for p in refused.value.problems} == {"this is an example row of the template: delete it"}


def test_the_templates_that_come_with_the_library_are_those_it_writes() -> None:
    """They are files of the package, to be copied without Python."""
    from importlib import resources

    for name in TEMPLATES:
        file = resources.files("workforce_sim.data").joinpath("templates", f"{name}.csv")
        assert file.read_text("utf-8") == template_text(name)


def test_templates_that_cannot_be_written_are_refused(tmp_path: Path) -> None:
    """Another name, another kind of file, a folder that is not there."""
    for name, path, why in (
        ("stuff", "a.csv", "did you mean 'staff'"),
        ("staff", "a.ods", "a .csv or .xlsx file"),
        ("staff", "no/a.csv", "make the folder"),
        ("staff", "no/a.xlsx", "make the folder"),
    ):
        with pytest.raises(ws.InputError, match=why):
            write_template(name, tmp_path / path)


# -- Excel --------------------------------------------------------------------------------------------------


def test_a_workbook_says_what_the_csv_file_says(tmp_path: Path) -> None:
    """Cells that are dates and numbers, as Excel keeps them."""
    pytest.importorskip("openpyxl")
    rows = [post(i, fte=0.8, start_date=dt.datetime(2019, 9, 2)) for i in range(1, 4)]
    rows.append(post("", contract="vacant", start_date="", fte=1))
    plain = [
        {**row, "start_date": "2019-09-02" if row["start_date"] else "", "fte": str(row["fte"])}
        for row in rows
    ]
    from_excel = read_staff_list(write_excel(tmp_path / "s.xlsx", STAFF, rows), DAY, key="k")
    from_csv = read_staff_list(write_csv(tmp_path / "s.csv", STAFF, plain), DAY, key="k")
    assert from_excel.posts == from_csv.posts
