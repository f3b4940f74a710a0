"""Calibration: the rates that explain an authority's published years (docs/data.md, section 5)."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from workforce_sim.authority.authority import Authority
from workforce_sim.data.calibration.as_it_was import (
    as_it_was,
    cases_of,
    moved,
    posts_followed,
    stocks_of,
)
from workforce_sim.data.calibration.fitted_parameters import (
    Parameter,
    chosen_parameters,
    first_stage,
    rates_today,
    rates_with,
    settings_of,
    with_settings,
)
from workforce_sim.data.calibration.fitted_words import (
    fitted_authority,
    parameter_table,
    sentence,
    story,
    unknown_words,
)
from workforce_sim.data.calibration.moments import (
    OverDispersion,
    chosen_moments,
    figures,
    moments,
    over_dispersion,
)
from workforce_sim.data.calibration.simulated_moments import Estimate, estimate
from workforce_sim.data.calibration.yearly import Yearly, yearly
from workforce_sim.errors import InputError, Problem, shown
from workforce_sim.samples import whole
from workforce_sim.simulation import Simulation
from workforce_sim.study.questions.answer import Answer

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

Floats = npt.NDArray[np.float64]

_WHERE = "calibrate"

#: Worlds from which the spread of the moments is taken, for each whose mean is compared.
_SPREAD_WORLDS = 5

_CV = "workforce.leaving_year_cv"


@dataclass(frozen=True, eq=False)
class Calibration(Answer):
    """What was fitted, how well it is known, and how well it fits.

    Attributes:
        sentence: the fit in plain English; safe to paste.
        table: a row a parameter: ``value, from, to`` (95% interval, within the bounds), ``standard_error``,
            ``before``, ``lowest`` and ``highest`` allowed, ``unit``, ``remark``.
        authority: the authority with the fitted values, each with its source.
        moments: a row a moment: ``observed, fitted, standard_error`` (of the observed, by chance and unlike
            years) and ``away`` ((observed - fitted) / standard error).
        j: the J statistic.
        degrees_of_freedom: moments less parameters.
        p_value: of a J as large if the model can make these moments; nan without degrees of freedom.
        not_identified: what the years cannot tell, in words; empty if they tell all.
        over_dispersion: of leavers between years, by itself; None if leavers are not published.
        years: a row a figure and year: ``observed``, and ``mean, p5, p95`` of the fitted worlds.
        observed: the years.
        parameters: what was fitted, with their ranges.
        estimate: the same as numbers, in shares of the ranges.
    """

    authority: Authority
    moments: pd.DataFrame
    j: float
    degrees_of_freedom: int
    p_value: float
    not_identified: tuple[str, ...]
    over_dispersion: OverDispersion | None
    years: pd.DataFrame
    observed: Yearly
    parameters: tuple[Parameter, ...] = field(repr=False)
    estimate: Estimate = field(repr=False)

    def plot(self) -> Figure:
        """Every year as published, and where nine in ten of the fitted worlds lie; a panel a figure."""
        from workforce_sim.data.calibration.chart import chart_of_calibration

        figure: Figure = chart_of_calibration(self)
        return figure

    def story(self) -> str:
        """What was fitted to what, how well it fits and what cannot be told, in a few sentences."""
        return story(self)


def calibrate(
    authority: Authority,
    observed: str | os.PathLike[str] | pd.DataFrame | Yearly,
    area: str | None = None,
    *,
    years: tuple[int, int] | None = None,
    parameters: Sequence[str] | Mapping[str, tuple[float, float] | None] | None = None,
    moments: Sequence[str] | None = None,
    priors: bool = False,
    together: bool = False,
    worlds: int = 20,
    seed: int = 1,
) -> Calibration:
    """Fit rates of an authority to its published years, by simulated moments under fixed luck.

    The service is put back to the stocks of the first year and run to the last, many times, with candidates
    for the rates; those are taken whose years are most like the published in the moments chosen. The rules,
    with sources, are in docs/data.md, section 5.

    Args:
        authority: the service of today, as from ``Authority.from_csww`` or ``from_lists``.
        observed: its years: the CSWW file, what ``read_csww`` made of it, or a table of your own with a row a
            year (index) and columns as in the file: at least ``inpost_fte, vacancy_fte, agency_fte``.
        area: its name in the file.
        years: first and last that are used; None: all there are.
        parameters: paths of settings, or paths with bounds ``(low, high)``; None: rates of leaving, starters
            per vacancy, agency starts per empty post, hours of work per case, and how unlike years are.
        moments: names (``workforce_sim.data.calibration.moments.names_of_moments()``); None: the default, of
            those that are published.
        priors: whether the ranges are also priors: normal, the range two standard deviations either side.
        together: weigh the moments by their whole covariance, which is more exact if the model can make these
            years; False: each by its own variance, which is safer if it cannot.
        worlds: runs for every candidate; five times as many tell how much the moments vary.
        seed: of the luck, the same for every candidate.

    Raises:
        InputError: everything that is wrong with the arguments and years at once: unknown parameters and
            moments (with the nearest), parameters without a range, moments that are not published, or
            fewer moments than parameters.

    Example:
        >>> import pandas as pd, workforce_sim as ws
        >>> from workforce_sim.testing import small_authority
        >>> years = pd.DataFrame({"inpost_fte": [16.0, 17, 15, 16], "vacancy_fte": [4.0, 3, 5, 4],
        ...     "agency_fte": 2.0, "leavers_fte": [4.0, 3, 5, 4]}, index=[2022, 2023, 2024, 2025])
        >>> service = small_authority(20, vacant=4, covered=2,
        ...     workforce={"leaving_per_year_under_5": 0.2, "leaving_per_year_from_5": 0.1})
        >>> fit = ws.calibrate(service, years, parameters=["workforce.leaving_scale"],
        ...     moments=["turnover_rate"], worlds=2)
        >>> fit.table.index.tolist(), fit.degrees_of_freedom
        (['workforce.leaving_scale'], 0)
    """
    problems: list[Problem] = []
    if not isinstance(authority, Authority):
        fix = "Authority.from_csww(...), or from_lists"
        raise InputError(_WHERE, [Problem("authority", shown(authority), "an Authority", fix)])
    found: Yearly | None = None
    try:
        found = yearly(observed, area, years, _WHERE)
    except InputError as error:
        problems += error.problems
    fitted = chosen_parameters(authority, parameters, problems, _WHERE)
    published = figures(found.counts) if found is not None else {}
    names = chosen_moments(moments, published, problems) if found is not None else []
    number = whole("worlds", worlds, problems, "20", least=2)
    luck = whole("seed", seed, problems, "1", least=0)
    problems += [
        Problem(name, shown(value), "True or False", f"{name}=True")
        for name, value in (("priors", priors), ("together", together))
        if not isinstance(value, bool)
    ]
    if not problems and len(names) < len(fitted) and not priors:
        rule = f"at least as many moments as parameters ({', '.join(p.path for p in fitted)})"
        fix = "more moments or years, fewer parameters, or priors=True"
        problems.append(Problem("moments", f"{len(names)}: {', '.join(names)}", rule, fix))
    if not problems and not names:
        problems.append(
            Problem("moments", "none is published", "at least one", "columns for it: leavers_fte")
        )
    if problems or found is None:
        raise InputError(_WHERE, problems)
    return _fit(authority, found, fitted, names, priors, together, number, luck)


def _fit(
    authority: Authority,
    observed: Yearly,
    parameters: tuple[Parameter, ...],
    names: list[str],
    priors: bool,
    together: bool,
    worlds: int,
    seed: int,
) -> Calibration:
    import pandas as pd

    service = Candidates(authority, observed, parameters, names, seed)
    own = _over_dispersion(observed)
    target = moments(service.published, names, service.published)
    middle = np.array([p.share(p.value) for p in parameters])
    first = service.first_stage | ({} if own is None else {_CV: own.cv})
    start = np.array([p.share(first.get(p.path, p.value)) for p in parameters])
    spread_worlds = max(_SPREAD_WORLDS * worlds, 2 * len(names) + 4)
    prior = middle if priors else None
    best = estimate(service.moments, target, start, worlds, spread_worlds, prior, together)
    table = parameter_table(parameters, best)
    error = np.sqrt(np.diag(best.spread))
    with np.errstate(divide="ignore", invalid="ignore"):
        away = (target - best.simulated) / error
    columns = {"observed": target, "fitted": best.simulated, "standard_error": error, "away": away}
    by_moment = pd.DataFrame(columns, index=pd.Index(names, name="moment"))
    unknown = unknown_words(parameters, best)
    return Calibration(
        sentence=sentence(observed, parameters, best, table),
        table=table,
        authority=fitted_authority(authority, service.candidate(best.at, authority), observed, table),
        moments=by_moment,
        j=best.distance,
        degrees_of_freedom=best.degrees_of_freedom,
        p_value=best.p_value,
        not_identified=unknown,
        over_dispersion=own,
        years=service.years_at(best.at, spread_worlds),
        observed=observed,
        parameters=parameters,
        estimate=best,
    )


class Candidates:
    """The years of an authority as they would have been with other parameters; nothing is run twice."""

    def __init__(
        self,
        authority: Authority,
        observed: Yearly,
        parameters: Sequence[Parameter],
        names: Sequence[str],
        seed: int,
    ) -> None:
        self.observed, self.parameters, self.names, self.seed = observed, parameters, names, seed
        self.published = figures(observed.counts)
        turnover = observed.mean("leavers_fte") / observed.mean("inpost_fte") * 100
        rate = turnover if turnover > 0 else authority.census.turnover_rate

        def then(position: int | None) -> Authority:
            """The service with the stocks of a year, or of the average year."""
            cases = cases_of(observed, position)
            return as_it_was(authority, stocks_of(observed, position), cases, rate)

        self.today = authority.balanced()
        average = then(None).balanced()
        self.rates = rates_today(self.today, average)
        self.first_stage = first_stage(self.today, self.rates, average)
        self.start = then(0)
        self.policies = posts_followed(observed, self.start)
        self._worlds: dict[tuple[float, ...], list[dict[str, Floats]]] = {}

    def candidate(self, at: Floats, of: Authority) -> Authority:
        """A service with the parameters at shares of their ranges.

        Args:
            at: shape ``(parameters,)``.
            of: the service of the first year, or of today.
        """
        factors, plain = settings_of(self.parameters, at)
        posts = moved(rates_with(self.rates, factors), self.today, of)
        name = "work_hours" if of.pathway is None else "work_scale"
        work = getattr(self.today.casework, name) * factors.get("casework.work_scale", 1.0)
        changes: dict[str, Any] = {"posts": posts, "casework": {name: work}}
        if "demand.children_per_year" in factors:
            referred = of.demand.children_per_year * factors["demand.children_per_year"]
            changes["demand"] = {"children_per_year": referred}
        return with_settings(of.with_changes(**changes), plain)

    def moments(self, at: Floats, worlds: int) -> Floats:
        """Moments of so many worlds, shape ``(worlds, moments)``."""
        years = self._figures(at, worlds)
        return moments(years, self.names, self.published)

    def years_at(self, at: Floats, worlds: int) -> pd.DataFrame:
        """Every figure of every year: as published, and mean and quantiles of the worlds."""
        import pandas as pd

        rows = []
        for name, values in self._figures(at, worlds).items():
            for i, year in enumerate(self.observed.years):
                here = values[:, i][np.isfinite(values[:, i])]
                low, high = np.quantile(here, [0.05, 0.95]) if len(here) else (np.nan, np.nan)
                mean = here.mean() if len(here) else np.nan
                rows.append((name, year, self.published[name][i], mean, low, high))
        columns = ["figure", "year", "observed", "mean", "p5", "p95"]
        return pd.DataFrame(rows, columns=columns).set_index(["figure", "year"])

    def _figures(self, at: Floats, worlds: int) -> dict[str, Floats]:
        """Figure -> shape ``(worlds, years)``."""
        known = self._worlds.setdefault(tuple(at.tolist()), [])
        if len(known) < worlds:
            service = self.candidate(at, self.start).balanced()
            known += [self._years(service, world) for world in range(len(known), worlds)]
        counts = {name: np.stack([one[name] for one in known[:worlds]]) for name in known[0]}
        return figures(counts)

    def _years(self, service: Authority, world: int) -> dict[str, Floats]:
        """The years of one world as a return would show them; flows are nan in the first."""
        years = self.observed.years
        run = Simulation(
            service,
            self.policies,
            start=dt.date(years[0], 10, 1),
            years=len(years) - 1,
            seed=self.seed,
            replication=world,
        ).run()
        rows = [run.census(dt.date(year, 9, 30)) for year in years]
        return {
            "inpost_fte": np.array([r.in_post_fte for r in rows]),
            "vacancy_fte": np.array([r.vacancies_fte for r in rows]),
            "agency_fte": np.array([r.agency_fte for r in rows]),
            "case_holders_fte": np.array([r.case_holders_fte for r in rows]),
            "cases": np.array([r.cases for r in rows]),
            "leavers_fte": np.array([r.leavers_fte for r in rows]),
            "starters_fte": np.array([r.starters_fte for r in rows]),
        }


def _over_dispersion(observed: Yearly) -> OverDispersion | None:
    """Of the years' leavers, in proportion to people in post on average over the year."""
    people, leavers = observed.counts["inpost_fte"], observed.counts["leavers_fte"][1:]
    try:
        return over_dispersion(leavers, (people[1:] + people[:-1]) / 2)
    except InputError:
        return None
