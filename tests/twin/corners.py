"""Small worlds at the corners of the rules of the workforce; each turns on one reading of the page."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tests.twin.strategies import NEVER, QUIET, plain_world
from tests.twin.world import Candidate, Case, Draws, Grade, Level, Post, Stage, World

ON = replace(QUIET, leaving_factor=1.0)


def worker(**more: Any) -> Post:
    """A permanent full-time worker."""
    return Post(0, 1.0, 8.0, "permanent", **more)


def manager(state: str = "permanent", team: int = 0, **more: Any) -> Post:
    """A full-time manager, of grade 1."""
    return Post(team, 1.0, 0.0, state, manages=True, grade=1, **more)


def family(time: float, *work: float, children: int = 1, **luck: float) -> Case:
    """A family by its days of full attention in each stage."""
    return Case(time, children, 0, 0.0, (Draws(work, **luck),))


G2 = (Grade(), Grade())
UP = (Grade(), Grade(promoted_from=0))
L2 = (Level(able=0.5, share=0.5, days=4.0), Level(share=0.5))
L3 = (
    Level(able=0.5, share=1.0, days=4.0),
    Level(share=0.0, days=4.0, exponential=True),
    Level(able=1.5, salary=2.0, share=0.0),
)
CORNERS: dict[str, World] = {
    "who converts moves up": plain_world(
        posts=(Post(0, 1.0, 8.0, "agency"),),
        levels=(Level(days=4.0, share=1.0), Level(able=1.5, salary=2.0, share=0.0)),
        changes=(replace(QUIET, convert_rate=0.5),),
        luck={"convert": ((1.0,),)},
    ),
    "who holds no cases is on no level": plain_world(
        posts=(Post(0, 1.0, 0.0, "permanent"),),
        levels=(Level(leaving=2.0),),
        bands=((0.0, 0.1),),
        changes=(ON,),
        luck={"leave": ((1.0,),)},
    ),
    "the level of agency is by able and salary": plain_world(
        posts=(Post(0, 1.0, 8.0, "agency"),),
        levels=(Level(leaving=2.0, salary=2.0, share=0.0), Level(share=1.0)),
        bands=((0.0, 0.1),),
        changes=(replace(ON, convert_rate=1.0),),
        luck={"convert": ((1.0,),), "leave": ((1.0,),)},
    ),
    "contagion without manager posts": plain_world(
        posts=(worker(), Post(0, 1.0, 8.0, "notice", notice_left=2.0)),
        bands=((0.0, 0.1),),
        changes=(ON,),
        months=(5.0,),
        contagion=1.0,
        luck={"leave": ((1.25,), NEVER)},
    ),
    "the norm acts on teams without manager posts": plain_world(
        teams_of_type=(2,),
        posts=(worker(), Post(1, 1.0, 8.0, "permanent"), manager("empty", team=1)),
        grades=G2,
        bands=((0.0, 0.1),),
        changes=(ON,),
        unsupervised=3.0,
        span=1.0,
        luck={"leave": ((1.0,), (1.0,), NEVER)},
    ),
    "the norm leaves out agency": plain_world(
        teams_of_type=(2,),
        posts=(worker(), manager(), Post(1, 1.0, 8.0, "agency"), manager("empty", team=1)),
        grades=G2,
        bands=((0.0, 0.1),),
        changes=(ON,),
        unsupervised=3.0,
        span=1.0,
        luck={"leave": ((1.0,),) + (NEVER,) * 3},
    ),
    "the norm leaves out notice": plain_world(
        teams_of_type=(2,),
        posts=(worker(), manager(), Post(1, 1.0, 8.0, "notice", notice_left=20.0), manager("empty", team=1)),
        grades=G2,
        bands=((0.0, 0.1),),
        changes=(ON,),
        unsupervised=3.0,
        span=1.0,
        luck={"leave": ((1.0,),) + (NEVER,) * 3},
    ),
    "contagion leaves out places above establishment": plain_world(
        posts=(
            worker(),
            Post(0, 1.0, 8.0, "notice", notice_left=2.0),
            Post(0, 1.0, 8.0, "agency", agency_only=True),
            manager(),
        ),
        grades=G2,
        bands=((0.0, 0.1),),
        changes=(ON,),
        months=(5.0,),
        contagion=1.0,
        luck={"leave": ((1.25,), NEVER, NEVER, NEVER)},
    ),
    "nobody moves up in a closed post": plain_world(
        posts=(worker(),), levels=L2, closings=((2.0, 0, 1),), luck={"level": ((0.25,),)}
    ),
    "moving up twice": plain_world(posts=(worker(),), levels=L3, luck={"second_level": ((1.0,),)}),
    "L and a pass put off": plain_world(
        teams_of_type=(2,),
        posts=(
            Post(0, 1.0, 8.0, "notice", notice_left=1.0),
            manager("empty"),
            Post(1, 1.0, 8.0, "permanent"),
        ),
        grades=G2,
        duty_days=5.0,
        turned_away_share=1.0,
        reference=2.0,
        cases=(
            replace(family(0, 20.0, children=3), opening=True, left=20.0),
            Case(3.0, 1, 0, 0.5, (Draws((1.0,), turned_away=0.25),)),
        ),
    ),
    "a promoted worker is another person for the family": plain_world(
        stages=(Stage(),),
        posts=(worker(cover=False), Post(0, 1.0, 8.0, "empty", grade=1, cover=False)),
        grades=UP,
        promotion_share=1.0,
        reading_hours=1.0,
        changes=(replace(QUIET, hire_rate=(0.0, 1.0)),),
        luck={"hire": (NEVER, (2.0,))},
        cases=(family(0, 5.0),),
    ),
    "experience of a converted worker promoted": plain_world(
        stages=(Stage(experienced_only=True),),
        posts=(Post(0, 1.0, 8.0, "agency", cover=False), Post(0, 1.0, 8.0, "empty", grade=1, cover=False)),
        grades=UP,
        promotion_share=1.0,
        experienced_days=20.0,
        changes=(replace(QUIET, hire_rate=(0.0, 1.0), convert_rate=1.0),),
        luck={"hire": (NEVER, (2.0,)), "convert": ((1.0,), NEVER)},
        cases=(family(3, 5.0),),
    ),
    "a promoted worker is on the level of before": plain_world(
        posts=(worker(cover=False), Post(0, 1.0, 8.0, "empty", grade=1, cover=False)),
        grades=UP,
        promotion_share=1.0,
        levels=L2,
        changes=(replace(QUIET, hire_rate=(0.0, 1.0)),),
        luck={"hire": (NEVER, (2.0,)), "level": ((0.75,), (0.25,))},
    ),
    "the time of a promoted worker begins anew": plain_world(
        posts=(worker(cover=False), Post(0, 1.0, 8.0, "empty", grade=1, cover=False)),
        grades=UP,
        promotion_share=1.0,
        levels=L2,
        changes=(replace(QUIET, hire_rate=(0.0, 1.0)),),
        luck={"hire": (NEVER, (2.0,)), "level": ((0.25,), (0.25,))},
    ),
    "a promoted manager is new in the post": plain_world(
        posts=(worker(), worker(service=50.0, cover=False), manager("empty", cover=False)),
        grades=UP,
        promotion_share=1.0,
        unsettled=2.0,
        settled_days=10.0,
        bands=((0.0, 0.1),),
        months=(5.0,),
        changes=(replace(ON, hire_rate=(0.0, 1.0)),),
        luck={"hire": (NEVER, NEVER, (2.0,)), "leave": ((1.0,), NEVER, NEVER)},
    ),
    "a converted manager has been there all along": plain_world(
        posts=(worker(), manager("agency", cover=False)),
        grades=G2,
        unsettled=2.0,
        settled_days=4.0,
        bands=((0.0, 0.1),),
        months=(6.0,),
        changes=(replace(ON, convert_rate=0.2),),
        luck={"convert": (NEVER, (1.0,)), "leave": ((1.0,), NEVER)},
    ),
    "an agency manager about to go is settled": plain_world(
        posts=(worker(), manager("agency", cover=False)),
        grades=G2,
        unsettled=2.0,
        settled_days=0.0,
        agency_notice_days=20.0,
        bands=((0.0, 0.1),),
        months=(6.0,),
        changes=(replace(ON, end_rate=0.2),),
        luck={"end": (NEVER, (1.0,)), "leave": ((1.0,), NEVER)},
    ),
    "who is promoted has not gone": plain_world(
        posts=(worker(), worker(service=9.0, cover=False), manager(), manager("empty", cover=False)),
        grades=UP,
        promotion_share=1.0,
        contagion=1.0,
        bands=((0.0, 0.1),),
        months=(5.0,),
        changes=(replace(ON, hire_rate=(0.0, 1.0)),),
        luck={"hire": (NEVER, NEVER, NEVER, (2.0,)), "leave": ((1.0,), NEVER, NEVER, NEVER)},
    ),
    "long absence of a promoted worker": plain_world(
        posts=(worker(cover=False), Post(0, 1.0, 8.0, "empty", grade=1, cover=False)),
        grades=UP,
        promotion_share=1.0,
        bands=((0.0, 0.1),),
        absences=((0, 0.0, 2.0),),
        hand_over_after=1.0,
        leaving_after_absence=2.0,
        changes=(replace(ON, hire_rate=(0.0, 1.0)),),
        luck={"hire": (NEVER, (3.0,)), "leave": (NEVER, (1.0,))},
    ),
    "K: who holds no case": plain_world(
        stages=(Stage(),),
        posts=(Post(0, 1.0, 8.0, "agency"), Post(0, 1.0, 8.0, "permanent")),
        cases=(family(0, 40.0), family(0, 4.0)),
        changes=(replace(QUIET, convert_rate=0.1),),
        months=(5.0,),
        convert_elasticity=1.0,
        luck={"convert": ((1.0,), NEVER)},
    ),
    "vacancies queue in the order in which they arose": plain_world(
        posts=(worker(cover=False), Post(0, 1.0, 8.0, "empty", opens=1.5, cover=False)),
        parallel=1,
        bands=((0.0, 0.5),),
        changes=(replace(ON, hire_rate=1.0),),
        luck={"leave": ((1.0,), NEVER), "hire": ((1.0,), (1.0,))},
    ),
    "agency service counts for settling": plain_world(
        posts=(worker(), manager("agency", service=10.0, cover=False), manager("empty", cover=False)),
        grades=G2,
        unsettled=2.0,
        settled_days=12.0,
        bands=((0.0, 0.1),),
        months=(1.0, 4.0),
        changes=(ON,),
        luck={"leave": ((1.0,), NEVER, NEVER)},
    ),
    "gone is forgotten": plain_world(
        horizon=90.0,
        posts=(worker(), Post(0, 1.0, 8.0, "notice", notice_left=2.0)),
        bands=((0.0, 0.1),),
        changes=(ON,),
        months=(5.0, 65.5),
        contagion=1.0,
        luck={"leave": ((10.0,), NEVER)},
    ),
    "progress in the post one is promoted into": plain_world(
        posts=(worker(cover=False), Post(0, 1.0, 8.0, "empty", grade=1, cover=False)),
        grades=UP,
        promotion_share=1.0,
        levels=(Level(able=0.5, share=1.0, days=4.0, exponential=True), Level(share=0.0)),
        changes=(replace(QUIET, hire_rate=(0.0, 1.0)),),
        luck={"hire": (NEVER, (2.0,)), "first_level": ((5.0,), (0.5,))},
    ),
    "who is absent is promoted": plain_world(
        stages=(Stage(),),
        posts=(worker(cover=False), Post(0, 1.0, 8.0, "empty", grade=1, cover=False)),
        grades=UP,
        promotion_share=1.0,
        absences=((0, 1.0, 20.0),),
        hand_over_after=5.0,
        leaving_after_absence=3.0,
        changes=(replace(QUIET, hire_rate=(0.0, 1.0)),),
        luck={"hire": (NEVER, (2.0,))},
        cases=(family(0, 4.0), family(1.5, 2.0)),
    ),
    "rebalancing where a pass is put off": plain_world(
        stages=(Stage(),),
        posts=(worker(), Post(0, 1.0, 8.0, "empty", cover=False), manager("empty", cover=False)),
        grades=G2,
        rebalancing="at once",
        duty_days=5.0,
        changes=(replace(QUIET, hire_rate=(1.0, 0.0)),),
        luck={"hire": (NEVER, (2.0,), NEVER)},
        cases=(family(0, 40.0), family(0, 40.0)),
    ),
    "the only manager post closes": plain_world(
        stages=(Stage(),),
        posts=(worker(), manager()),
        grades=G2,
        unsupervised=2.0,
        unsettled=2.0,
        bands=((0.0, 0.1),),
        months=(3.0,),
        closings=((2.0, 1, 1),),
        contagion=1.0,
        duty_days=5.0,
        changes=(ON,),
        luck={"leave": ((1.0,), NEVER)},
        cases=(family(2.5, 1.0),),
    ),
    "a manager above establishment alone": plain_world(
        stages=(Stage(sign_off=1.0),),
        posts=(worker(), Post(0, 1.0, 0.0, "agency", manages=True, grade=1, agency_only=True)),
        grades=G2,
        unsupervised=2.0,
        bands=((0.0, 0.1),),
        months=(3.0,),
        duty_days=5.0,
        sign_off_without_manager=3.0,
        changes=(replace(ON, end_rate=1.0),),
        luck={"end": (NEVER, (2.0,)), "leave": ((1.0,), NEVER)},
        cases=(family(0, 2.5), family(3, 1.0)),
    ),
    "experience comes during notice too": plain_world(
        stages=(Stage(experienced_only=True),),
        posts=(Post(0, 1.0, 8.0, "notice", service=3.0, notice_left=20.0),),
        experienced_days=5.0,
        months=(4.0,),
        new_cases_on_notice=True,
        cases=(family(5, 1.0),),
    ),
    "a full list turns whole families away, and hands back to itself": plain_world(
        posts=(Post(0, 1.0, 8.0, "notice", notice_left=2.0),),
        cap=4.0,
        list_limit=3,
        cases=(
            family(0, 9.0, children=3),
            family(1, 1.0, children=2),
            family(1, 1.0, children=2),
            family(1, 1.0),
            family(3, 1.0),
        ),
    ),
    "each team has its own list, which later stages fill too": plain_world(
        teams_of_type=(2, 1),
        stages=(Stage(next=((1.0, 1),)), Stage(team_type=1, next=((1.0, 0),)), Stage(team_type=1)),
        posts=(worker(), Post(1, 1.0, 8.0, "notice", notice_left=1.0), Post(2, 1.0, 8.0, "empty")),
        list_limit=1,
        exits=(1.0,),
        cases=(
            family(0, 1.0, 1.0),
            family(2, 1.0, 1.0),
            replace(family(2, 1.0, 1.0), place=0.5),
            replace(family(3, 1.0, 1.0, back=0.0, delay_days=2.0), place=0.5),
        ),
    ),
    "who decides and keeps a family that comes back to another has to read in": plain_world(
        horizon=12.25,
        stages=(Stage(decision=True, next=((1.0, 1),)), Stage()),
        posts=(Post(0, 1.0, 8.0, "notice", notice_left=3.0, cover=False), worker()),
        exits=(1.0,),
        reading_hours=4.0,
        per_change=0.5,
        cases=(
            family(0, 1.0, 1.0, back=0.0, delay_days=3.0),
            family(0.5, 2.0, 2.0, children=2),
        ),
    ),
    "who comes back is not given to the worker of another team": plain_world(
        horizon=9.5,
        teams_of_type=(1, 1),
        stages=(Stage(next=((1.0, 1),)), Stage(team_type=1)),
        posts=(worker(), Post(1, 1.0, 8.0, "permanent")),
        exits=(1.0,),
        continuity=True,
        cases=(family(0, 1.0, 1.0, back=0.0, delay_days=2.0), family(0, 60.0, 1.0)),
    ),
    "of those who come back in one instant the lower number finds the last place": plain_world(
        stages=(Stage(),),
        posts=(Post(0, 1.0, 8.0, "empty", opens=3.5, cover=False),),
        exits=(0.5,),
        cap=1.0,
        list_limit=1,
        changes=(replace(QUIET, hire_rate=1.0),),
        luck={"hire": ((0.0,),)},
        cases=(
            family(0, 20.0),
            family(0.5, 1.0, back=0.25, delay_days=3.5),
            family(1, 1.0, back=0.25, delay_days=3.0),
            family(2, 1.0, back=0.25, delay_days=2.0),
            family(3, 1.0, back=0.25, delay_days=1.0),
        ),
    ),
    "nothing moves to who is absent or in another team": plain_world(
        stages=(Stage(),),
        teams_of_type=(2,),
        posts=(
            worker(),
            worker(),
            Post(0, 1.0, 8.0, "empty", cover=False),
            Post(1, 1.0, 8.0, "permanent"),
            Post(1, 1.0, 8.0, "notice", notice_left=20.0),
        ),
        rebalancing="at once",
        new_cases_on_notice=False,
        absences=((0, 0.0, 9.0), (3, 9.5, 20.0)),
        changes=(replace(QUIET, hire_rate=1.0),),
        luck={"hire": (NEVER, NEVER, (2.0,), NEVER, NEVER)},
        cases=(
            *[family(1, 90.0)] * 4,
            *[replace(family(1, 90.0), place=0.5)] * 4,
        ),
    ),
    "a change of stage lets others have the case": plain_world(
        stages=(Stage(experienced_only=True, next=((1.0, 1),)), Stage(attention=0.125)),
        posts=(worker(service=50.0), worker()),
        experienced_days=20.0,
        rebalancing="at once",
        cases=(family(0, 2.0, 16.0), family(0, 4.0, 32.0)),
    ),
    "an absence that begins in the instant in which the post is filled, but for rounding": plain_world(
        posts=(
            Post(0, 1.0, 8.0, "empty", cover=False),
            Post(0, 1.0, 8.0, "empty", cover=False, opens=4.625),
            Post(0, 1.0, 8.0, "empty", cover=False, opens=6.625),
        ),
        grades=(Grade(hire_empty=0.5, vacancies=2.0),),
        sharing=0.5,  # a rate that is no whole number of eighths while one vacancy is open
        changes=(replace(QUIET, hire_rate=0.125),),
        luck={"hire": (NEVER, (0.125,), NEVER)},
        absence_rate=0.25,
        candidates=((), (Candidate(wait=0.5, days=1.0, kept=0.0),), ()),
    ),
}
