"""Does a do-nothing year stay where it starts? Every preset against its own census row.

The rates no source gives are solved so that it should (docs/model.md, section 9). This runs the check:
the mean of 100 simulated years, their spread, and the row the preset was built from.
"""

import sys

import numpy as np

import workforce_sim as ws

REPLICATIONS = int(sys.argv[1]) if len(sys.argv) > 1 else 100

ROWS = {
    "in_post_fte": "In post (FTE)",
    "agency_rate": "Agency rate (%)",
    "vacancy_rate": "Vacancy rate (%)",
    "turnover_rate": "Turnover (%)",
    "caseload": "Caseload",
}

print("| preset | measure | census row | mean after a year (standard error) | spread between years (sd) |")
print("|---|---|---|---|---|")
for name in ws.Authority.preset_names():
    authority = ws.Authority.preset(name)
    start = authority.census.date.replace(day=1)
    study = ws.Study(authority, {"Do nothing": []}, start, years=1, seed=1, replications=REPLICATIONS)
    result = study.run(progress=False)
    for measure, label in ROWS.items():
        path = result.samples(measure, "Do nothing")
        census = authority.census.turnover_rate if measure == "turnover_rate" else path[0, 0]
        end = path[:, -1]
        error = end.std(ddof=1) / np.sqrt(len(end))
        print(f"| {name} | {label} | {census:.1f} | {end.mean():.1f} ({error:.1f}) | {end.std(ddof=1):.1f} |")
