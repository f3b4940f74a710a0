"""Early help for £400,000 a year: how many referrals must it prevent to be felt in caseloads?

Three sizes are tried, 4%, 8% and 12% of referrals, building up over about a year. Evidence: an assumption.
That early help prevents referrals is widely held, but no size was found that could be carried over. Takes
about 20 seconds.

In short: each 4% of referrals prevented takes about 0.3 off the average caseload after three years; with 12%
it is 1.0 lower and 9 fewer children are looked after, for £1.0m.

Headline:

    “4% fewer referrals” beside “Do nothing”, after three years:
      Average caseload: 0.3 lower (95% interval 0.2 to 0.4): better
      Children looked after: cannot be told apart (95% interval 6 lower to 2 higher)
      Drift: 1.1 percentage points lower (95% interval 0.4 to 1.9): better
      Cost to date: £1.0m more (95% interval £1.00m to £1.00m)
    “8% fewer referrals” beside “Do nothing”, after three years:
      Average caseload: 0.7 lower (95% interval 0.5 to 0.9): better
      Children looked after: 5 lower (95% interval 1 to 9)
      Drift: 2.0 percentage points lower (95% interval 1.1 to 2.9): better
      Cost to date: £1.0m more (95% interval £1.00m to £1.00m)
    “12% fewer referrals” beside “Do nothing”, after three years:
      Average caseload: 1.0 lower (95% interval 0.8 to 1.2): better
      Children looked after: 9 lower (95% interval 4 to 15)
      Drift: 2.2 percentage points lower (95% interval 1.4 to 3.0): better
      Cost to date: £1.0m more (95% interval £1.00m to £1.00m)
    20 worlds, the same luck in every scenario. Chance only: assumptions held fixed; what plans
    change is not back-tested.
"""

from pathlib import Path

import workforce_sim as ws


def early_help(percent: float) -> ws.EarlyHelp:
    return ws.EarlyHelp(percent, start="2026-04-01", builds_over_years=1, cost_gbp_per_year=400_000)


study = ws.Study(
    ws.Authority.preset("england-2025"),
    {"Do nothing": [], **{f"{percent}% fewer referrals": [early_help(percent)] for percent in (4, 8, 12)}},
    start="2025-10-01",
    years=3,
    seed=1,
    replications=20,  # 100 for a paper to the council
)
result = study.run(progress=False)

print(result.in_words(measures=["caseload", "looked_after_children", "drift_share", "cost_to_date_gbp"]))

folder = Path("results")
folder.mkdir(exist_ok=True)
print(f"\nThe page for the meeting: {result.report(folder / 'early_help.html')}")
