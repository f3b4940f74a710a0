"""What is counted at every mark of a run."""

from __future__ import annotations

from workforce_sim.workforce.post import State
from workforce_sim.workforce.service import FLOWS, Service


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
    new, agency = service.people.new, service.people.state == State.AGENCY
    counts["holders_new_posts"] = float(service.people.fte[holds & new & ~agency].sum())
    counts["holders_agency"] = float(service.people.fte[holds & agency].sum())
    counts |= {f"sum_{name}": value for name, value in desk.totals(now).items()}
    stages = desk.stage_counts()
    for i in range(len(stages["open"])):
        counts[f"open_stage_{i}"] = float(stages["open"][i])
        counts[f"sum_ended_stage_{i}"] = float(stages["ended"][i])
        counts[f"sum_in_time_stage_{i}"] = float(stages["in_time"][i])
    counts |= {f"sum_{name}": service.flows[name] for name in FLOWS}
    counts |= {f"sum_cost_{heading}": gbp for heading, gbp in headcount.accounts.read(now).items()}
    for g, gbp in enumerate(headcount.pay_by_grade.read(now).values()):
        counts[f"sum_pay_grade_{g}"] = gbp
    return counts
