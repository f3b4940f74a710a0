"""About the same money: a rise for everybody, or a market supplement for those who hold cases?

5% for all grades costs about as much as 10% for social workers alone. The third plan is the supplement when
neighbours match it within about two years. Evidence: an assumption. No figure for social workers was found;
1% more pay is taken to mean 1% less leaving and 1% more hiring (for teachers 0 to 3). Takes about 20
seconds.

In short: a rise for everybody brings 3.9 more permanent workers after three years, a supplement 3.2, and 1.6
if neighbours match it. The turnover of a single year does not show any of it.

Headline:

    “5% for everybody” beside “Do nothing”, after three years:
      Permanent workers in post: 3.9 FTE more (95% interval 2.4 to 5.4): better
      Agency workers: 3.3 FTE fewer (95% interval 2.0 to 4.6): better
      Turnover, last 12 months: cannot be told apart (95% interval 1.1 lower to 0.2 percentage
      points higher)
      Cost to date: £1.3m more (95% interval £1.2m to £1.3m)
    “10% for social workers” beside “Do nothing”, after three years:
      Permanent workers in post: 3.2 FTE more (95% interval 2.0 to 4.5): better
      Agency workers: 2.9 FTE fewer (95% interval 1.4 to 4.3): better
      Turnover, last 12 months: cannot be told apart (95% interval 0.9 lower to 0.3 percentage
      points higher)
      Cost to date: £1.2m more (95% interval £1.1m to £1.2m)
    “10%, matched by neighbours” beside “Do nothing”, after three years:
      Permanent workers in post: 1.6 FTE more (95% interval 0.6 to 2.7): better
      Agency workers: 1.4 FTE fewer (95% interval 0.6 to 2.1): better
      Turnover, last 12 months: cannot be told apart (95% interval 0.6 lower to 0.5 percentage
      points higher)
      Cost to date: £1.1m more (95% interval £1.1m to £1.2m)
    20 worlds, the same luck in every scenario. Chance only: assumptions held fixed; what plans
    change is not back-tested.
"""

from pathlib import Path

import workforce_sim as ws

START = "2026-04-01"
supplement = {"percent": 10, "start": START, "grades": ["social worker"]}
study = ws.Study(
    ws.Authority.preset("england-2025"),
    {
        "Do nothing": [],
        "5% for everybody": [ws.PayChange(5, start=START)],
        "10% for social workers": [ws.PayChange(**supplement)],
        "10%, matched by neighbours": [ws.PayChange(**supplement, matched_after_years=2)],
    },
    start="2025-10-01",
    years=3,
    seed=1,
    replications=20,  # 100 for a paper to the council
)
result = study.run(progress=False)

print(result.in_words(measures=["in_post_fte", "agency_fte", "turnover_rate", "cost_to_date_gbp"]))

folder = Path("results")
folder.mkdir(exist_ok=True)
print(f"\nThe page for the meeting: {result.report(folder / 'pay_and_supplement.html')}")
