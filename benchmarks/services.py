"""Services of any size, for the benchmarks: the median authority of England, larger or smaller."""

from __future__ import annotations

import workforce_sim as ws

START = "2025-10-01"
STARTS = {"england-2025": START, "birmingham-2015": "2015-04-01"}


def places(authority: ws.Authority) -> int:
    """Posts and agency workers above establishment: everybody a run begins with has one of these."""
    return sum(group.number + group.agency_above_establishment for group in authority.posts)


def of_size(posts: int) -> ws.Authority:
    """England's median authority with about so many places, and children and teams in proportion."""
    one = ws.Authority.preset("england-2025")
    by = posts / places(one)
    scaled = tuple(
        {
            **group.model_dump(),
            "number": round(group.number * by),
            "vacant": round(group.vacant * by),
            "agency": min(round(group.agency * by), round(group.vacant * by)),
            "agency_above_establishment": round(group.agency_above_establishment * by),
        }
        for group in one.posts
    )
    return one.with_changes(
        name=f"{posts} posts",
        posts=scaled,
        demand={"children_per_year": one.demand.children_per_year * by},
        teams={"number": max(1, round(one.teams.number * by))},
    )


def small() -> ws.Authority:
    """Three workers and a family now and then: worlds of a few milliseconds."""
    from workforce_sim.testing import small_authority

    return small_authority(3, referrals_per_day=0.3)
