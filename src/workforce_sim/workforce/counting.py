"""What is counted at every mark of a run."""

from __future__ import annotations

from workforce_sim.workforce.post import AGENCY
from workforce_sim.workforce.service import FLOWS, Service

_FLOWS = tuple(f"sum_{name}" for name in FLOWS)


def count(service: Service) -> dict[str, float]:
    """Everything that is counted at a mark: stocks now, flows since the start. Changes nothing."""
    now, desk, headcount = service.env.now, service.desk, service.headcount
    three_workers, limbo = desk.many_workers(now)
    counts = {
        "open": float(desk.open_children),
        "unallocated": float(desk.unallocated_children),
        "held": float(desk.held_children),
        "three_workers": float(three_workers),
        "limbo": float(limbo),
        "case_holders": desk.case_holders_fte(),
        "in_post": service.in_post_fte,
        "agency": service.agency_fte,
        "covered": service.covered_fte,
        "empty": service.empty_fte,
        "newly_qualified": headcount.levels[0],
        "senior": headcount.levels[-1],
    }
    holds = desk.children_by_post()[: len(service.posts)] > 0
    people, agency = service.people, service.people.are(AGENCY)
    counts["holders_new_posts"] = float(people.fte[holds & people.new & ~agency].sum())
    counts["holders_agency"] = float(people.fte[holds & agency].sum())
    counts |= {f"sum_{name}": value for name, value in desk.totals(now).items()}
    by_stage = zip(*(desk.in_stages(name) for name in ("open", "ended", "in_time")), strict=True)
    for i, (open_now, ended, in_time) in enumerate(by_stage):
        counts[f"open_stage_{i}"] = float(open_now)
        counts[f"sum_ended_stage_{i}"] = float(ended)
        counts[f"sum_in_time_stage_{i}"] = float(in_time)
    counts.update(zip(_FLOWS, service.flows.values(), strict=True))
    counts |= {f"sum_cost_{heading}": gbp for heading, gbp in headcount.accounts.read(now).items()}
    for g, gbp in enumerate(headcount.pay_by_grade.read(now).values()):
        counts[f"sum_pay_grade_{g}"] = gbp
    return counts
