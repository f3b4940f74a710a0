"""An offer to agency workers who turn permanent: how much agency work does it end, and does it pay?

A bonus of £3,000 or of £6,000, which is the whole pay gap of a year. Evidence: an assumption. No conversion
rate is published; 10% a year without an offer, and 30% with one that closes the gap, are bounds from the
stock of agency workers in 2022 to 2025. Takes about 20 seconds.

In short: the larger offer leaves 4.1 fewer agency workers after three years. What it costs cannot be told
from doing nothing: the bonus is about what agency work costs above pay.

Headline:

    “£3,000” beside “Do nothing”, after three years:
      Agency workers: 2.4 FTE fewer (95% interval 1.7 to 3.0): better
      Agency rate: 1.2 percentage points lower (95% interval 0.9 to 1.5): better
      Permanent workers in post: 2.5 FTE more (95% interval 1.5 to 3.5): better
      Average caseload: cannot be told apart (95% interval 0.3 lower to 0.1 higher)
      Cost to date: cannot be told apart (95% interval £24,000 less to £3,000 more)
    “£6,000” beside “Do nothing”, after three years:
      Agency workers: 4.1 FTE fewer (95% interval 3.1 to 5.1): better
      Agency rate: 2.1 percentage points lower (95% interval 1.6 to 2.6): better
      Permanent workers in post: 4.7 FTE more (95% interval 3.1 to 6.3): better
      Average caseload: cannot be told apart (95% interval 0.3 lower to 0.1 higher)
      Cost to date: cannot be told apart (95% interval £17,000 less to £25,000 more)
    20 worlds, the same luck in every scenario. Chance only: assumptions held fixed; what plans
    change is not back-tested.
"""

from pathlib import Path

import workforce_sim as ws

study = ws.Study(
    ws.Authority.preset("england-2025"),
    {
        "Do nothing": [],
        "£3,000": [ws.AgencyConversion(bonus_gbp=3_000, start="2026-04-01")],
        "£6,000": [ws.AgencyConversion(bonus_gbp=6_000, start="2026-04-01")],
    },
    start="2025-10-01",
    years=3,
    seed=1,
    replications=20,  # 100 for a paper to the council
)
result = study.run(progress=False)

print(result.in_words(measures=["agency_fte", "agency_rate", "in_post_fte", "caseload", "cost_to_date_gbp"]))

folder = Path("results")
folder.mkdir(exist_ok=True)
print(f"\nThe page for the meeting: {result.report(folder / 'agency_conversion.html')}")
