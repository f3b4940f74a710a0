"""Published tables: every layout there has been is read or named, and an area is found in other returns."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import workforce_sim as ws
from tests.data.returns import C1, C4, CSWW, csww_row, d3, files_of_cin, write, write_csww
from workforce_sim.data.areas import find, plain
from workforce_sim.data.cin import read_cin
from workforce_sim.data.csww import rates_from_counts, read_csww
from workforce_sim.data.published import MOST_BYTES


def test_names_of_earlier_years_are_known(tmp_path: Path) -> None:
    """The layout up to 2022 had other names and percent signs; it reads as that of today."""
    old = {
        "inpost_fte": "social_worker_fte",
        "leavers_fte": "leaver_fte",
        "turnover_rate_fte": "turnover_rate_fte_%",
        "agency_rate_fte": "agency_worker_rate_fte_%",
        "agency_fte": "agency_worker_fte",
    }
    file = write_csww(tmp_path / "new.csv", csww_row("Anytown"))
    text = file.read_text("utf-8-sig").splitlines()
    header = ",".join(old.get(name, name) for name in text[0].split(","))
    (tmp_path / "old.csv").write_text("\n".join([header, *text[1:]]), "utf-8")
    pd.testing.assert_frame_equal(read_csww(tmp_path / "old.csv"), read_csww(file))


def test_new_columns_are_named_and_left_alone(tmp_path: Path) -> None:
    """A column nobody has heard of is no reason to refuse a file; it is on the list of what was ignored."""
    file = write_csww(tmp_path / "csww.csv", csww_row("Anytown", mean_salary="41,250", remark="see page 4"))
    table = read_csww(file)
    assert table.attrs["unknown"] == ["mean_salary", "remark"]
    made = ws.Authority.from_csww(file, "Anytown")
    ignored = made.provenance().query("status == 'ignored'")
    assert ignored.loc["mean_salary", "note"] == "a column this version does not know"


@pytest.mark.parametrize(
    ("period", "year"),
    [("2025", 2025), ("202425", 2025), ("2024-25", 2025), ("2024/25", 2025), ("199900", 2000)],
)
def test_a_year_is_that_in_which_it_ends(period: str, year: int, tmp_path: Path) -> None:
    """A year of two numbers is the second of them."""
    file = write_csww(tmp_path / "csww.csv", csww_row("Anytown", time_period=period))
    assert read_csww(file)["year"].tolist() == [year]


@pytest.mark.parametrize("period", ["20", "2025-27", "202427", "next", "2024-25-26", ""])
def test_what_is_no_year_is_refused_with_its_row(period: str, tmp_path: Path) -> None:
    """Nothing is made of it."""
    file = write_csww(tmp_path / "csww.csv", csww_row("Elsewhere"), csww_row("Anytown", time_period=period))
    with pytest.raises(ws.InputError, match="time_period, row 3"):
        read_csww(file)


def test_an_area_twice_in_a_year_is_refused(tmp_path: Path) -> None:
    """It could be either."""
    with pytest.raises(ws.InputError, match="one row an area and year"):
        read_csww(write_csww(tmp_path / "csww.csv", csww_row("Anytown"), csww_row("Anytown")))


def test_symbols_say_why_a_number_is_missing(tmp_path: Path) -> None:
    """They are kept beside the numbers."""
    table = read_csww(write_csww(tmp_path / "csww.csv", csww_row("Anytown", agency_fte="u", cases="c")))
    assert np.isnan(table["agency_fte"][0])
    assert table["symbols"][0] == "agency_fte u, cases c"


def test_a_file_larger_than_any_published_table_is_refused_unread(tmp_path: Path) -> None:
    """A hundred megabytes, of which the disk holds none."""
    file = tmp_path / "csww.csv"
    with open(file, "wb") as stream:
        stream.truncate(100_000_000)
    assert MOST_BYTES < 100_000_000
    with pytest.raises(ws.InputError, match="100 MB"):
        read_csww(file)


def test_a_table_of_hundreds_of_columns_is_refused(tmp_path: Path) -> None:
    """No published table is so wide."""
    file = tmp_path / "csww.csv"
    file.write_text(",".join(f"a{i}" for i in range(501)) + "\n", "utf-8")
    with pytest.raises(ws.InputError, match="at most 500 columns"):
        read_csww(file)


def test_children_in_need_tables_are_told_by_their_columns(tmp_path: Path) -> None:
    """Whatever the files are called; others are listed, those that are missing are asked for."""
    folder = files_of_cin(tmp_path)
    (folder / "notes.csv").write_text("what,when\nnothing,never\n")
    (folder / "old.csv").write_bytes("caf\u00e9,b\n".encode("cp1252"))
    table = read_cin(folder)
    assert table.attrs["unused"] == ["notes.csv", "old.csv"]
    assert sorted(table.attrs["tables"]) == ["B1", "C1", "C4", "D3"]
    anytown = table[table["area"] == "Anytown"].iloc[0]
    assert (anytown["referral_count"], anytown["At31_episodes"], anytown["CPP_start"]) == (3000, 2000, 150)
    (folder / "c1.csv").unlink()
    with pytest.raises(ws.InputError, match="table C1"):
        read_cin(folder)


def test_wrong_ways_to_name_the_tables_are_refused(tmp_path: Path) -> None:
    """No folder, no list, a file that is none of them, a table twice."""
    folder = files_of_cin(tmp_path)
    for wrong, said in (
        (folder / "nowhere", "a folder that exists"),
        (3, "a list of files"),
        ([folder / "b1.csv", write(tmp_path / "x.csv", [{"a": "1"}])], "one of the children in need tables"),
        ([folder / "b1.csv", folder / "b1.csv", folder / "c1.csv"], "each table once"),
    ):
        with pytest.raises(ws.InputError, match=said):
            read_cin(wrong)  # type: ignore[arg-type]


def test_cells_of_a_table_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    """With file, column and row."""
    folder = files_of_cin(tmp_path)
    text = (folder / "c1.csv").read_text().replace("3000", "3,0,0,0".replace(",", ";"))
    (folder / "c1.csv").write_text(text)
    with pytest.raises(ws.InputError, match=r"c1\.csv") as refused:
        read_cin(folder)
    assert refused.value.problems[0].path == "referral_count, row 3"


def area(name: str, code: str = "", old: str = "", level: str = "Local authority") -> pd.Series:
    """What is looked for."""
    return pd.Series({"level": level, "area": name, "code": code, "old_code": old, "region": ""})


def table(*names: tuple[str, str, str]) -> pd.DataFrame:
    """Rows of another return."""
    rows = [{"level": "Local authority", "area": a, "code": c, "old_code": o} for a, c, o in names]
    return pd.DataFrame(rows)


def test_an_area_is_found_by_code_old_code_or_name() -> None:
    """Codes change with a boundary, names are written in more than one way."""
    here = table(("Barnsley", "E08000016", "370"), ("Kingston upon Hull, City of", "E06000010", "810"))
    assert find(area("Barnsley", "E08000038", "370"), here) is not None
    by_name = find(area("Kingston Upon Hull"), here)
    assert by_name is not None
    assert by_name.rows == (1,)
    assert find(area("Hull"), here) is None
    assert plain("Bristol, City of") == plain("Bristol City")


def test_joint_areas_are_their_parts_together() -> None:
    """Kingston and Richmond return their workforce together, and their children in need each."""
    here = table(("Richmond upon Thames", "E09000027", "318"), ("Kingston upon Thames", "E09000021", "314"))
    joint = area("Kingston upon Thames / Richmond upon Thames", "E09000021 / E09000027", "314 / 318")
    found = find(joint, here)
    assert found is not None
    assert found.rows == (1, 0)
    assert found.whole
    assert find(joint, here[:1]) is None, "half of it is not it"


def test_an_area_that_was_divided_is_found_as_it_was() -> None:
    """In the year of the change one return has the old authority and the other the new ones."""
    before = table(("Cumbria", "E10000006", "909"))
    found = find(area("Cumberland", "E06000063", "942"), before)
    assert found is not None
    assert not found.whole
    assert "2023: Cumbria was divided" in found.note
    joint = area("North Northamptonshire / West Northamptonshire", "E06000061 / E06000062", "940 / 941")
    whole = find(joint, table(("Northamptonshire", "E10000021", "928")))
    assert whole is not None
    assert whole.whole


def test_rates_and_counts_agree_within_rounding_or_are_listed(tmp_path: Path) -> None:
    """Small authorities may differ by more than a tenth and agree; what does not has its size beside it."""
    small = {"inpost_fte": "10.0", "leavers_fte": "1.0", "turnover_rate_fte": "10.4"}
    wrong = {"inpost_fte": "1000", "leavers_fte": "100", "turnover_rate_fte": "10.2"}
    file = write_csww(tmp_path / "csww.csv", csww_row("Small", **small), csww_row("Wrong", **wrong))
    found = rates_from_counts(read_csww(file)).set_index("area")
    assert found["agrees"].to_dict() == {"Small": True, "Wrong": False}
    assert found.loc["Wrong", "difference"] == pytest.approx(0.2)
    assert {"turnover_rate_fte"} == set(found["rate"])


def test_the_layouts_here_are_those_published() -> None:
    """The made-up files of these tests have the columns of the real ones."""
    assert CSWW[:3] == ("time_period", "geographic_level", "region_name")
    assert C1[-1] == "not_in_need_count"
    assert C4[-2:] == ("Section47", "ICPC")
    assert d3("Anytown", 1)["CPP_start"] == "1"
