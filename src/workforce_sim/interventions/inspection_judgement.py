"""Inspection judgement: what a published judgement does to those who work there and those who might."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple

from pydantic import Field

from workforce_sim.authority.parts import one_of
from workforce_sim.interventions.base import LEFT_OUT, Intervention
from workforce_sim.interventions.fades import fades
from workforce_sim.interventions.for_good import NoEnd

if TYPE_CHECKING:
    import datetime as dt

    from workforce_sim.interventions.when import When
    from workforce_sim.orders import Fading
    from workforce_sim.workforce.service import Service


class _Peak(NamedTuple):
    """Changes on the day of the judgement, in percent."""

    leaving: float
    hiring: float
    cover: float


#: What each judgement does at its peak.
_PEAKS = {
    # turnover +2.5 points on about 17 in the census year of an Inadequate, above the national mean. Since the
    # year before: vacancy +7.1, +7.6, +5.3 and agency +6.6, +5.5, +3.6 points in that year and the two after
    # it; half the hires and 30% more cover give +4.7, +5.9, +6.6 and +4.3, +5.0, +5.7 (england-2025, 16 runs)
    "inadequate": _Peak(leaving=15.0, hiring=-50.0, cover=30.0),
    # no mark of its own: turnover and vacancies are those of the nation, about
    "requires improvement": _Peak(leaving=0.0, hiring=0.0, cover=0.0),
    # turnover 15.1 against 17.1 under requires improvement, half of the gap taken to be due to the judgement
    "good": _Peak(leaving=-5.0, hiring=10.0, cover=0.0),
    # turnover 13.9 against 17.1, vacancy 10.5 against 19.1, likewise
    "outstanding": _Peak(leaving=-10.0, hiring=20.0, cover=0.0),
}

Judgement = Annotated[Literal["inadequate", "requires improvement", "good", "outstanding"], one_of(*_PEAKS)]


class InspectionJudgement(Intervention):
    """Publish an inspection judgement of the service (Ofsted's four grades).

    Leaving, hires per vacancy and cover by agency change at once, and the change fades: inadequate +15%,
    -50% and +30%; good -5%, +10% and none; outstanding -10%, +20% and none; requires improvement nothing.
    What people did in the years before a judgement, knowing what was coming, is not in it. It is an event
    and costs nothing by itself. Effect path: leaving, hiring and cover -> vacancies, agency -> caseload.
    Evidence: assumption, with derived marks: in the census year of an Inadequate turnover is 2.5 points
    above the national mean, vacancy 12 and agency 15, of which 5 and 8 were there the year before (own
    analysis of Ofsted history and the DfE census 2018 to 2025: few events, not causal); hiring and cover
    are chosen to give the rise since the year before; good and outstanding are half of the gap between
    grades, or a guess.

    Args:
        judgement: ``"inadequate"``, ``"requires improvement"``, ``"good"`` or ``"outstanding"``.
        start: on this date.
        fade_years: years until 63% of it has faded (``1 - 1 / e``).

    Raises:
        InputError: with every problem found.

    Example:
        >>> import workforce_sim as ws
        >>> ws.InspectionJudgement("inadequate", start="2026-02-10").headline()
        'judged inadequate'
    """

    effect = "percent of leaving, hires per vacancy and cover, fading -> vacancies, agency, caseload"
    evidence = "assumption"

    end: NoEnd = None
    judgement: Judgement = Field(examples=["'inadequate'"])
    fade_years: float = Field(default=3.0, gt=0, le=100, examples=[3.0])

    def __init__(
        self,
        judgement: str = LEFT_OUT,
        *,
        start: str | dt.date | When = LEFT_OUT,
        fade_years: float = 3.0,
        **misspelt: Any,
    ) -> None:
        super().__init__(judgement=judgement, start=start, fade_years=fade_years, **misspelt)

    def headline(self) -> str:
        """What it is, without its dates."""
        return f"judged {self.judgement}"

    def levers(self, service: Service) -> Mapping[str, float | Fading]:
        """Those of the three that it changes."""
        peaks = _PEAKS[self.judgement]._asdict()
        return {name: fades(peak, service, self.fade_years) for name, peak in peaks.items() if peak}
