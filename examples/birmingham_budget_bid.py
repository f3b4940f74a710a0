"""Birmingham, spring 2015: would 80 more posts have been enough? Three plans, three years, 100 worlds."""

from pathlib import Path

import workforce_sim as ws

# Where the service stood: about a third agency, 25 children a worker. Sources: birmingham.assumptions().
birmingham = ws.Authority.preset("birmingham-2015")

# Phased in, because nobody establishes (or fills) 80 posts in a day.
posts = ws.NewPosts(80, start="2015-04-01", end="2017-03-31")
# Posts are not people: pay and an offer to agency workers are what may turn posts into permanent workers.
pay = ws.PayChange(percent=5, start="2015-10-01")
offer = ws.AgencyConversion(bonus_gbp=3_000, start="2015-10-01")

study = ws.Study(
    birmingham,
    {
        "Do nothing": [],  # the first is what the others are compared with
        "80 posts": [posts],
        "80 posts, 5% pay, conversion offer": [posts, pay, offer],
    },
    start="2015-04-01",
    years=3,
    seed=1,  # same seed, same worlds: a difference between plans is never a difference in luck
    replications=100,
)
result = study.run()

# The answer after three years: the mean of the worlds, and how well 100 worlds know it.
for measure, by_scenario in result.table(at=[36]).groupby("measure", sort=False):
    print(f"\n{result.data[measure].attrs['label']} ({result.data[measure].attrs['units']})")
    digits = 0 if measure.endswith("_gbp") else 1
    for (_, scenario, _), row in by_scenario.iterrows():
        mean, low, high = (f"{row[column]:,.{digits}f}" for column in ("mean", "low", "high"))
        print(f"  {scenario:36}{mean:>12}   95% interval {low} to {high}")

# What the council would take to the meeting: one page, and the charts on their own.
folder = Path("birmingham_bid")
folder.mkdir(exist_ok=True)
page = result.report(folder / "birmingham_bid.html")
for measure in ("caseload", "agency_rate"):
    result.plot(measure).savefig(folder / f"{measure}.png")

print(f"\nThe page for the meeting: {page}; charts beside it.")
print(f"The simulation took {result.data.attrs['seconds']:.0f} seconds.")
