"""Every English authority of the published returns under four plans, as one study on a Dask cluster.

python examples/all_authorities.py CSWW.csv CIN_FOLDER --replications 20 --folder worlds --out answer.csv

Stop it whenever you like: with a folder it goes on where it was. The cluster is this machine; give
``--scheduler tcp://...`` for another. What it took is in docs/studies_at_scale.md.
"""

import argparse
import csv
import resource
import time
from collections.abc import Iterator

from distributed import Client, LocalCluster

import workforce_sim as ws
from workforce_sim.data.cin import read_cin
from workforce_sim.data.csww import read_csww

START = "2025-10-01"


def plans(authority: ws.Authority) -> dict[str, list[ws.Intervention]]:
    """The same four plans everywhere, in proportion to the service."""
    posts = max(1, round(0.1 * sum(group.number for group in authority.posts if group.holds_cases)))
    new_posts = ws.NewPosts(posts, start="2026-04-01", end="2027-03-31")
    offer = ws.AgencyConversion(bonus_gbp=3_000, start="2026-04-01")
    pay = ws.PayChange(percent=5, start="2026-04-01")
    return {
        "Do nothing": [],
        "10% more posts": [new_posts],
        "5% pay": [pay],
        "Posts, pay and conversion offer": [new_posts, pay, offer],
    }


def studies(given: argparse.Namespace, refused: list[str]) -> Iterator[tuple[str, ws.Study]]:
    """A study an authority, made when it is its turn."""
    table, need = read_csww(given.csww), read_cin(given.cin)
    rows = table[(table["year"] == 2025) & (table["level"] == "Local authority")]
    for name in rows["area"][: given.first]:
        try:
            authority = ws.Authority.from_csww(table, name, year=2025, cin=need)
            yield name, ws.Study(authority, plans(authority), START, 3, replications=given.replications)
        except ws.InputError as error:  # too little of its row is published
            refused.append(f"{name}: {error.problems[0].rule}")


def cost() -> tuple[float, float]:
    """Processor seconds of this process, and the most memory it has had, in MB."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("csww")
    parser.add_argument("cin")
    parser.add_argument("--replications", type=int, default=20)
    parser.add_argument("--first", type=int, help="so many authorities only, to try it")
    parser.add_argument("--folder")
    parser.add_argument("--out", default="all_authorities.csv")
    parser.add_argument("--scheduler", help="of another cluster; by default one is made of this machine")
    given = parser.parse_args()

    began, refused = time.perf_counter(), []
    cluster = given.scheduler or LocalCluster(threads_per_worker=1, dashboard_address=":0")
    with Client(cluster) as client, open(given.out, "w", newline="") as out:
        table = csv.writer(out)
        table.writerow(
            ["authority", "plan", "caseload", "low", "high", "change", "change_low", "change_high"]
        )
        jobs = studies(given, refused)
        done = 0
        for name, result in ws.run_all(jobs, client=client, folder=given.folder):
            done += 1
            means = result.table("caseload", at=36).xs(("caseload", 36), level=("measure", "month"))
            apart = result.compare(measures="caseload", at=36).xs(
                ("caseload", 36), level=("measure", "month")
            )
            for plan in result.scenarios:
                change = (
                    apart.loc[plan, ["difference", "low", "high"]] if plan in apart.index else ["", "", ""]
                )
                table.writerow([name, plan, *means.loc[plan, ["mean", "low", "high"]], *change])
            out.flush()
        workers = client.run(cost).values()
    print(f"\n{done} authorities, {given.replications} worlds of 4 plans each, {len(refused)} refused:")
    print("\n".join(refused))
    seconds, used = time.perf_counter() - began, sum(worker[0] for worker in workers)
    print(f"{seconds:.0f} s; {used:.0f} s of the workers' processors")
    print(f"memory at most: here {cost()[1]:.0f} MB, workers {max(worker[1] for worker in workers):.0f} MB")


if __name__ == "__main__":
    main()
