"""The published workforce indicators: read as they are, and the census formulas reproduce them (V49)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import workforce_sim as ws
from workforce_sim.data.csww import census_of, read_csww
from workforce_sim.measures import census

PUBLISHED = Path(__file__).resolve().parents[2] / "shared" / "data" / "csww_indicators_2017_to_2025.csv"
needs_file = pytest.mark.skipif(not PUBLISHED.exists(), reason="the published file is not beside the project")

HEADER = (
    "time_period,geographic_level,region_name,la_name,inpost_fte,starters_fte,leavers_fte,agency_fte,"
    "agency_cover_fte,vacancy_fte,case_holders_fte,cases\n"
)


def small(folder: Path, *rows: str) -> Path:
    """A file of a few rows, with the byte-order mark that some published files have."""
    file = folder / "csww.csv"
    file.write_text("\ufeff" + HEADER + "\n".join(rows) + "\n", encoding="utf-8")
    return file


def test_a_row_becomes_a_census(tmp_path: Path) -> None:
    """Counts are taken as they stand and rates recomputed from them."""
    table = read_csww(small(tmp_path, '2025,Local authority,North,Anytown,100,10,12,20,16,"1,000",60,900'))
    found = census_of(table, "Anytown", 2025)
    assert (found.turnover_rate, found.average_caseload) == (12.0, 15.0)
    assert (found.vacancies_fte, found.empty_fte) == (1000.0, 984.0)


def test_symbols_are_missing_values(tmp_path: Path) -> None:
    """A suppressed cell is no number, and what depends on it is no number either."""
    table = read_csww(small(tmp_path, "2025,Local authority,North,Anytown,100,c,u,x,z,low,-,"))
    found = census_of(table, "Anytown", 2025)
    assert np.isnan(
        [found.starters_fte, found.turnover_rate, found.agency_rate, found.average_caseload]
    ).all()


def test_cells_that_are_neither_are_named_with_their_rows(tmp_path: Path) -> None:
    """Every cell that cannot be read is in one error, with column, row and value."""
    good = "2025,Local authority,North,Anytown,100,1,2,3,4,5,6,7"
    with pytest.raises(ws.InputError) as refused:
        read_csww(small(tmp_path, good, good.replace("100", "many"), good.replace("7", "=1+1")))
    assert {(p.path, p.value) for p in refused.value.problems} == {
        ("inpost_fte, row 3", "'many'"),
        ("cases, row 4", "'=1+1'"),
    }


def test_unknown_areas_years_and_columns_are_refused(tmp_path: Path) -> None:
    """With the nearest name, or the years there are."""
    file = small(tmp_path, "2025,Local authority,North,Anytown,100,1,2,3,4,5,6,7")
    table = read_csww(file)
    with pytest.raises(ws.InputError, match="did you mean 'Anytown'"):
        census_of(table, "Antown", 2025)
    with pytest.raises(ws.InputError, match="2025 to 2025"):
        census_of(table, "Anytown", 2012)
    file.write_text(file.read_text("utf-8-sig").replace("inpost_fte", "in_post"), encoding="utf-8")
    with pytest.raises(ws.InputError, match="column inpost_fte"):
        read_csww(file)
    with pytest.raises(ws.InputError, match="the published CSV file"):
        read_csww(tmp_path / "nowhere.csv")


@needs_file
@pytest.mark.parametrize(
    ("published", "recomputed", "share"),
    [
        ("turnover_rate_fte", "turnover", 97.0),
        ("agency_rate_fte", "agency", 99.0),
        ("vacancy_rate_fte", "vacancy", 99.0),
        ("caseload_fte", "caseload", 99.0),
    ],
)
def test_formulas_reproduce_every_published_row(published: str, recomputed: str, share: float) -> None:
    """V49: 97% of authority-years agree within rounding, 99% where leavers are not in it."""
    table = read_csww(PUBLISHED)
    rows = table[table["level"] == "Local authority"]
    formulas = {
        "turnover": lambda r: census.turnover_rate(r["leavers_fte"], r["inpost_fte"]),
        "agency": lambda r: census.agency_rate(r["agency_fte"], r["inpost_fte"]),
        "vacancy": lambda r: census.vacancy_rate(r["vacancy_fte"], r["inpost_fte"]),
        "caseload": lambda r: census.average_caseload(r["cases"], r["case_holders_fte"]),
    }
    ours = rows.apply(formulas[recomputed], axis=1)
    both = ours.notna() & rows[published].notna()
    assert both.sum() > 1000
    agree = 100 * float(np.mean(np.abs(ours[both] - rows[published][both]) <= 0.1))
    assert agree >= share
