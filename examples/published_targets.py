"""How near the median authority of 2025, on defaults, comes to what is published about England.

Prints the table of docs/targets.md: target, published band, model, inside or not. The pathway's numbers were
set, stage by stage, from published lengths and hours (they are records, with their range and evidence); what
is outside its band stays outside.

    python examples/published_targets.py [worlds]
"""

from __future__ import annotations

import datetime as dt
import sys

import numpy as np
import pandas as pd

import workforce_sim as ws
from workforce_sim.authority.calendar import DAYS_PER_YEAR, WorkingCalendar

START, YEARS = "2025-10-01", 4
CARE = ("care proceedings", "looked after")
MONTH = DAYS_PER_YEAR / 12
CALENDAR = WorkingCalendar(dt.date.fromisoformat(START), 12 * YEARS)
ENGLAND = ws.Authority.preset("england-2025")


def worlds(authority: ws.Authority, number: int, seed: int = 1) -> list[ws.Run]:
    """Do-nothing years."""
    return [
        ws.Simulation(authority, [], START, YEARS, seed=seed, replication=i, log=True).run()
        for i in range(number)
    ]


def visits_of(runs: list[ws.Run]) -> pd.DataFrame:
    """All visits of all worlds, the last two years only for what ended."""
    return pd.concat([run.visits.assign(world=i) for i, run in enumerate(runs)], ignore_index=True)


def ended(visits: pd.DataFrame, end: float, *stages: str) -> pd.DataFrame:
    """Visits to these stages that ended in the last two years."""
    found = visits[visits["stage"].isin(stages) & (visits["ended_day"] > end - 2 * DAYS_PER_YEAR)]
    return found.assign(length=found["ended_day"] - found["entered_day"])


def calendar_days(first: float, last: float) -> float:
    """Days of the calendar between two working days of the run; before the start by the year's average."""
    begun = max(first, 0.0)
    return (CALENDAR.date(int(last)) - CALENDAR.date(int(begun))).days + (
        begun - first
    ) * 365.25 / DAYS_PER_YEAR


def shares(lengths: pd.Series, weights: pd.Series, edges: list[float]) -> list[float]:
    """Percent of children by band of length."""
    counts, _ = np.histogram(lengths, [-1.0, *edges, np.inf], weights=weights)
    return [float(x) for x in 100 * counts / counts.sum()]


def quartiles(lengths: pd.Series, weights: pd.Series) -> list[float]:
    """25%, 50% and 75% of children are done by then."""
    order = np.argsort(lengths.to_numpy())
    share = np.cumsum(weights.to_numpy()[order]) / weights.sum()
    return [float(lengths.to_numpy()[order][np.searchsorted(share, q)]) for q in (0.25, 0.5, 0.75)]


def episodes(visits: pd.DataFrame) -> pd.DataFrame:
    """One row an episode of need: referral to closure, or still open (the front door alone is not one)."""
    rows = visits[visits["stage"] != "front door"]
    grouped = rows.groupby(["world", "case", "episode"])
    found = grouped.agg(
        children=("children", "first"),
        referred=("referred_day", "first"),
        closed=("ended_day", "last"),
        open=("next", lambda ways: ways.iloc[-1] == ""),
        last=("next", "last"),
    )
    return found


def changes_of_worker(run: ws.Run, years: float) -> pd.Series:
    """Changes in the last so many years of every child looked after throughout them, by child."""
    end = float(run.simulation.calendar.end)
    since = end - years * DAYS_PER_YEAR
    visits, log = run.visits, run.log
    care = visits[visits["stage"].isin(CARE)]
    since_when = care.groupby(["case", "episode"])["entered_day"].min().rename("into_care")
    whole = care[care["ended_day"].isna()].join(since_when, on=["case", "episode"])
    # who was in the later stage at the start has been in care before, by the time that proceedings take
    already = (whole["stage"] == CARE[1]) & (whole["entered_day"] < 0)
    whole = whole[(whole["into_care"] <= since) | already]
    allocated = log[(log["event"] == "allocated") & (log["day"] > max(since, 0.0))]
    changes = allocated.groupby("case").size().reindex(whole["case"], fill_value=0)
    return pd.Series(np.repeat(changes.to_numpy(), whole["children"].to_numpy()))


def line(name: str, band: str, found: str, inside: bool | None) -> str:
    """A row of the table."""
    verdict = {True: "inside", False: "**outside**", None: "shown"}[inside]
    return f"| {name} | {band} | {found} | {verdict} |"


def text(values: list[float], decimals: int = 1) -> str:
    """Numbers with slashes between."""
    return " / ".join(f"{value:.{decimals}f}" for value in values)


def within(value: float, low: float, high: float) -> bool:
    """Inside a band, its ends included."""
    return low <= value <= high


def near(found: list[float], published: list[float], points: float) -> bool:
    """Every share within so many percentage points of the published one."""
    return all(abs(a - b) <= points for a, b in zip(found, published, strict=True))


def caseloads(runs: list[ws.Run]) -> str:
    """T7: social workers by children held, of those who hold any."""
    published = [9.0, 11.0, 19.0, 28.0, 20.0, 12.0]
    held = np.concatenate([run.service.desk.children_by_post() for run in runs])
    found = shares(pd.Series(held[held > 0]), pd.Series(np.ones((held > 0).sum())), [4, 9, 14, 19, 24])
    inside = near(found, published, 5)
    return line("T7 workers holding 1-4/5-9/10-14/15-19/20-24/25+", text(published, 0), text(found), inside)


def worker_changes(runs: list[ws.Run]) -> list[str]:
    """T8: changes of worker of children looked after all year."""
    one = pd.concat([changes_of_worker(run, 1.0) for run in runs])
    two = pd.concat([changes_of_worker(run, 2.0) for run in runs])
    any_, twice, both = (100 * float(x) for x in ((one >= 1).mean(), (one >= 2).mean(), (two >= 2).mean()))
    return [
        line(
            "T8 looked after, any change of worker in a year",
            "60% (52-68)",
            f"{any_:.0f}%",
            within(any_, 52, 68),
        ),
        line("T8 two or more in a year", "26-27% (21-32)", f"{twice:.0f}%", within(twice, 21, 32)),
        line("T8 two or more in two years", "55% (47-63)", f"{both:.0f}%", within(both, 47, 63)),
    ]


def assessments(visits: pd.DataFrame, end: float) -> list[str]:
    """T9: length of assessments, from referral to sign-off."""
    rows = ended(visits, end, "assessment")
    length = rows["ended_day"] - rows["referred_day"]
    bands = shares(length, rows["children"], [10, 20, 30, 40, 45, 50, 60])
    published = [13.5, 17.3, 15.8, 20.3, 18.9, 5.8, 4.3, 4.2]
    in_time, q = sum(bands[:5]), quartiles(length, rows["children"])
    spike = bands[4] / 5 > 1.5 * max(bands[3] / 10, bands[5] / 5)
    return [
        line("T9 assessments within 45 days", "83-88%", f"{in_time:.1f}%", within(in_time, 83, 88)),
        line("T9 quartiles, working days", "17/33/43 (each within 4)", text(q, 0), near(q, [17, 33, 43], 4)),
        line(
            "T9 <=10/11-20/21-30/31-40/41-45/46-50/51-60/61+",
            text(published),
            text(bands),
            near(bands, published, 6),
        ),
        line(
            "T9 spike: a day at 41-45 against its neighbours",
            "1.9 to 3.3 times",
            "yes" if spike else "no",
            spike,
        ),
    ]


def conferences(visits: pd.DataFrame, end: float) -> list[str]:
    """T10: section 47 to initial conference."""
    rows = ended(visits, end, "initial conference")
    bands = shares(rows["length"], rows["children"], [10, 15.5, 20])
    q, in_time = quartiles(rows["length"], rows["children"]), sum(bands[:2])
    return [
        line("T10 conferences within 15 days", "77-83%", f"{in_time:.1f}%", within(in_time, 77, 83)),
        line(
            "T10 quartiles, working days", "13/14/15 (each within 1)", text(q, 0), near(q, [13, 14, 15], 1.5)
        ),
    ]


def plans(visits: pd.DataFrame, end: float) -> str:
    """T11: length of child protection plans that ended."""
    rows = ended(visits, end, "child protection plan")
    # published by calendar months: the first review and a signature, 63 working days, falls on either side
    rows = rows.assign(
        length=[calendar_days(a, b) for a, b in zip(rows["entered_day"], rows["ended_day"], strict=True)]
    )
    bands = shares(rows["length"], rows["children"], [91.3, 182.6, 365.25, 730.5])
    published = [15.9, 11.0, 43.5, 25.2, 4.4]
    return line(
        "T11 plans ended: <=3 m/3-6/6-12/1-2 y/2 y+", text(published), text(bands), near(bands, published, 8)
    )


def in_need(visits: pd.DataFrame, end: float) -> list[str]:
    """T12: episodes of need, ended and open, by length."""
    found = episodes(visits)
    edges = [3 * MONTH, 6 * MONTH, 12 * MONTH, 24 * MONTH]
    done = found[
        ~found["open"] & (found["closed"] > end - 2 * DAYS_PER_YEAR) & (found["last"] != "not in need")
    ]
    bands = shares(done["closed"] - done["referred"], done["children"], edges)
    still = found[found["open"]]
    opens = shares(end - still["referred"], still["children"], edges)
    published, published_open = [47.0, 14.8, 16.0, 12.1, 10.1], [26.7, 11.0, 13.1, 13.7, 35.6]
    return [
        line(
            "T12 need ended: <3 m/3-6/6-12/1-2 y/2 y+",
            text(published),
            text(bands),
            near(bands, published, 8),
        ),
        line("T12 need open", text(published_open), text(opens), near(opens, published_open, 8)),
    ]


def one_more_case(number: int) -> str:
    """T13: points of assessments in time lost per child more on every list, near the working range."""
    points = []
    for factor in (0.94, 1.06):
        demand = {"children_per_year": factor * ENGLAND.demand.children_per_year}
        busier = ENGLAND.balanced().with_changes(demand=demand)
        paths = [run.paths for run in worlds(busier, number)]
        last = pd.concat([path.iloc[24:] for path in paths])
        points.append((last["caseload"].mean(), last["assessments_in_time_rate"].mean()))
    (low, high_rate), (high, low_rate) = points
    slope = float((low_rate - high_rate) / (high - low))
    return line(
        "T13 points of assessments in time per child more",
        "-1 (-2 to -0.4)",
        f"{slope:.1f}",
        within(slope, -2, -0.4),
    )


def milwaukee(number: int) -> list[str]:
    """T16: share out of care two years after entering it, by number of workers, with and without cost."""
    free = ENGLAND.with_changes(casework={"handover_reading_hours": 0.0, "handover_progress_lost": 0.0})
    rows = []
    for name, authority in (
        ("a handover costs 7 hours and a tenth", ENGLAND),
        ("a handover costs nothing", free),
    ):
        workers: dict[int, list[float]] = {}
        for run in worlds(authority, number):
            end, visits = float(run.simulation.calendar.end), run.visits
            care = visits[visits["stage"].isin(CARE)].groupby(["case", "episode"])
            care = care.agg(
                entered=("entered_day", "min"),
                ended=("ended_day", "last"),
                open=("ended_day", lambda days: days.isna().any()),
                workers=("workers", "sum"),
                children=("children", "first"),
            )
            care = care[(care["entered"] > 0) & (care["entered"] <= end - 2 * DAYS_PER_YEAR)]
            left = ~care["open"] & (care["ended"] <= care["entered"] + 2 * DAYS_PER_YEAR)
            for n, out, k in zip(care["workers"], left, care["children"], strict=True):
                workers.setdefault(min(int(n), 4), []).extend([float(out)] * int(k))
        gradient = [100 * float(np.mean(workers.get(n, [np.nan]))) for n in (1, 2, 3, 4)]
        rows.append(
            line(
                f"T16 out of care in two years by 1/2/3/4+ workers, {name}",
                "falls steeply",
                text(gradient, 0),
                None,
            )
        )
    return rows


def referrals(runs: list[ws.Run]) -> list[str]:
    """T17 and T18: who comes back, who goes no further, and August."""
    again = float(np.mean([run.paths["rereferral_rate"].iloc[-1] for run in runs]))
    doors = sum(
        (run.visits[run.visits["stage"] == "front door"]["next"].value_counts() for run in runs), start=0
    )
    away = sum(run.service.desk.totals(float(run.simulation.calendar.end))["turned_away"] for run in runs)
    nfa = 100 * float(doors["no further action"] / doors.sum())
    by_month = pd.concat([run.paths["referred_children"].iloc[1:] for run in runs])
    days = np.diff(runs[0].simulation.calendar.marks)
    daily = by_month / np.tile(days, len(runs))
    august = daily[daily.index.month == 9].mean() / daily.mean() - 1
    load = pd.concat([run.paths["caseload"].iloc[1:] for run in runs])
    summer, autumn = load[load.index.month == 8].mean(), load[load.index.month == 10].mean()
    return [
        line("T17 re-referred within 12 months", "21.5-24.7%", f"{again:.1f}%", within(again, 21.5, 24.7)),
        line("T17 no further action at the front door", "6-14%", f"{nfa:.1f}%", within(nfa, 6, 14)),
        line(
            "pressure: children turned away a world and year",
            "few at the start's load",
            f"{away / len(runs) / YEARS:.0f}",
            None,
        ),
        line(
            "T18 referrals a working day in August",
            "-19% (-24 to -14)",
            f"{100 * august:.0f}%",
            within(100 * august, -24, -14),
        ),
        line(
            "T18 and caseload, 1 August to 1 October",
            "a dip",
            f"{autumn - summer:+.2f} children",
            bool(autumn < summer),
        ),
    ]


def table(number: int) -> str:
    """The whole table."""
    runs = worlds(ENGLAND, number)
    end, visits = float(runs[0].simulation.calendar.end), visits_of(runs)
    rows = ["| target | published (band) | model | |", "| --- | --- | --- | --- |"]
    rows += [caseloads(runs), *worker_changes(runs), *assessments(visits, end), *conferences(visits, end)]
    rows += [plans(visits, end), *in_need(visits, end), one_more_case(max(4, number // 2))]
    rows += [*milwaukee(max(4, number // 2)), *referrals(runs)]
    return "\n".join(rows)


if __name__ == "__main__":
    print(table(int(sys.argv[1]) if len(sys.argv) > 1 else 30))
