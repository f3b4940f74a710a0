"""Made-up returns in the published layout: an authority, its region and England, reckoned by hand."""

from __future__ import annotations

import csv
from pathlib import Path

PLACE = ("time_period", "geographic_level", "region_name", "old_la_code", "new_la_code", "la_name")
CSWW = (
    *("time_period", "geographic_level", "region_name", "old_la_code", "new_la_code", "la_name"),
    *("inpost_fte", "starters_fte", "leavers_fte", "agency_fte", "agency_headcount", "agency_cover_fte"),
    *("vacancy_fte", "case_holders_fte", "cases"),
)
B1 = (*PLACE, "Started_episodes", "Ended_episodes", "At31_episodes")
C1 = (*PLACE, "referral_count", "rereferral_count", "no_further_action_count", "not_in_need_count")
C4 = (*PLACE, "Section47", "ICPC")
D3 = (*PLACE, "CPP_start", "CPP_subsequent")

Cells = dict[str, str]


def place(area: str, year: str = "2025") -> Cells:
    """The columns that say which row it is; North is the region, England the country."""
    level = {"England": "National", "North": "Regional"}.get(area, "Local authority")
    named = area if level == "Local authority" else ""
    region = "" if level == "National" else "North"
    found = {"time_period": year, "geographic_level": level, "region_name": region, "la_name": named}
    return {"old_la_code": "", "new_la_code": "", **found}


def csww_row(area: str, **cells: str) -> Cells:
    """A row of indicators: 100 in post, 20 agency of which 16 in the 30 vacancies, 60 with 15 cases each."""
    counts = {
        "inpost_fte": "100",
        "starters_fte": "10",
        "leavers_fte": "12",
        "agency_fte": "20",
        "agency_headcount": "25",
        "agency_cover_fte": "16",
        "vacancy_fte": "30",
        "case_holders_fte": "60",
        "cases": "900",
    }
    return place(area) | counts | cells


def b1(area: str, stock: int) -> Cells:
    """Children in need on 31 March."""
    return place(area) | {"Started_episodes": "2100", "Ended_episodes": "1900", "At31_episodes": str(stock)}


def c1(area: str, referrals: int, **cells: str) -> Cells:
    """Referrals: a tenth no further action, a quarter again, three in ten not in need."""
    return place(area) | {
        "referral_count": str(referrals),
        "rereferral_count": str(referrals // 4),
        "no_further_action_count": str(referrals // 10),
        "not_in_need_count": str(3 * referrals // 10),
        **cells,
    }


def c4(area: str, enquiries: int) -> Cells:
    """Enquiries, a third of which come to a conference."""
    return place(area) | {"Section47": str(enquiries), "ICPC": str(enquiries // 3)}


def d3(area: str, plans: int) -> Cells:
    """Protection plans started."""
    return place(area) | {"CPP_start": str(plans), "CPP_subsequent": str(plans // 5)}


def write(path: Path, rows: list[Cells]) -> Path:
    """Rows as a published file, with a byte-order mark as some have."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    with open(path, "w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, names, restval="")
        writer.writeheader()
        writer.writerows(rows)
    return path


def write_csww(path: Path, *rows: Cells) -> Path:
    """A file of the workforce indicators."""
    return write(path, list(rows))


def files_of_cin(folder: Path, **anytown: str) -> Path:
    """A folder of children in need tables: Anytown (with these cells in C1), the North and England."""
    here = folder / "cin"
    here.mkdir()
    write(here / "b1.csv", [b1("England", 40_000), b1("North", 10_000), b1("Anytown", 2_000)])
    write(here / "c4.csv", [c4("England", 18_000), c4("North", 6_000), c4("Anytown", 600)])
    write(here / "d3.csv", [d3("England", 5_000), d3("North", 1_000), d3("Anytown", 150)])
    rows = [c1("England", 60_000), c1("Anytown", 3_000, **anytown), c1("North", 16_000)]
    write(here / "c1.csv", rows)
    return here
