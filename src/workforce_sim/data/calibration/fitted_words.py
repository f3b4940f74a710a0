"""What a calibration found: as a table, as sentences, and as an authority with sources for its rates."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from workforce_sim.authority.authority import Authority
from workforce_sim.authority.parts import Source
from workforce_sim.authority.taken import Taken
from workforce_sim.data.calibration.fitted_parameters import FACTORS_OF_GRADES, Parameter
from workforce_sim.data.calibration.simulated_moments import RANGE_VARIANCE, Estimate
from workforce_sim.data.calibration.yearly import Yearly
from workforce_sim.numbers import decimals, plain, plural

if TYPE_CHECKING:
    import pandas as pd

    from workforce_sim.data.calibration.calibrate import Calibration

#: Half-width of a 95% interval in standard errors.
_Z = 1.959964

#: A p below this says that the model cannot make these moments.
_UNLIKELY = 0.05

#: Parts of a combination that are named, relative to the largest.
_NAMED = 0.3


def parameter_table(parameters: Sequence[Parameter], best: Estimate) -> pd.DataFrame:
    """A row a parameter: see :class:`Calibration`."""
    import pandas as pd

    rows = []
    bound, errors = best.at_bound(), best.errors
    for i, p in enumerate(parameters):
        u, error = float(best.at[i]), float(errors[i])
        low, high = (float(p.at(min(1.0, max(0.0, u + side * _Z * error)))) for side in (-1, 1))
        value = float(p.at(u))
        per_share = value * np.log(p.high / p.low) if p.low > 0 else p.high - p.low
        said = []
        if bound[i]:
            said.append(f"at its {'lower' if u < 0.5 else 'upper'} bound")
        if error**2 >= RANGE_VARIANCE:
            said.append("not identified: the years say no more than its range")
        rows.append(
            (p.path, value, low, high, error * per_share, p.value, p.low, p.high, p.unit, "; ".join(said))
        )
    columns = ["parameter", "value", "from", "to", "standard_error", "before", "lowest", "highest"]
    return pd.DataFrame(rows, columns=[*columns, "unit", "remark"]).set_index("parameter")


def unknown_words(parameters: Sequence[Parameter], best: Estimate) -> tuple[str, ...]:
    """What the years cannot tell: combinations of parameters, and those at a bound."""
    found = []
    for direction in best.unknown_directions():
        size = np.abs(direction)
        first, *others = (int(i) for i in np.argsort(-size, kind="stable") if size[i] >= _NAMED * size.max())
        if others:
            also = " and ".join(
                f"{'more' if direction[i] > 0 else 'less'} of {parameters[i].words}" for i in others
            )
            found.append(f"more of {parameters[first].words} together with {also} hardly shows in the years")
        else:
            found.append(f"the years say less of {parameters[first].words} than its range does")
    bound = best.at_bound()
    for i, p in enumerate(parameters):
        if bound[i]:
            side = "lowest" if best.at[i] < 0.5 else "highest"
            found.append(f"{p.words} is at the {side} that was allowed ({float(p.at(best.at[i])):.3g})")
    return tuple(found)


def sentence(observed: Yearly, parameters: Sequence[Parameter], best: Estimate, table: pd.DataFrame) -> str:
    """The fit in one sentence, and whether it fits in another."""
    parts = []
    for p in parameters:
        row: Any = table.loc[p.path]
        half = float(row["to"] - row["from"]) / 2
        places = decimals([half], 4)
        between = f"95% interval {plain(row['from'], places)} to {plain(row['to'], places)}"
        parts.append(f"{p.words} {plain(row['value'], places)} ({between}; {p.unit})")
    said = f"Fitted to {observed.area}, {observed.years[0]} to {observed.years[-1]}: {', '.join(parts)}."
    return f"{said} {_fits(best)}"


def _fits(best: Estimate) -> str:
    free = best.degrees_of_freedom
    if free <= 0:
        return "There are no more moments than parameters, so that nothing says whether the model fits."
    j = f"J = {best.distance:.1f} on {plural(free, 'degree')} of freedom, p = {best.p_value:.2g}"
    if best.p_value < _UNLIKELY:
        return f"The model does not make these years with any values of these parameters ({j})."
    return f"The years do not speak against the model ({j})."


def story(found: Calibration) -> str:
    """What was fitted to what, how well it fits, and what cannot be told."""
    said = [found.sentence]
    worst = found.moments["away"].abs().sort_values(ascending=False)
    if len(worst) and worst.iloc[0] > _Z:
        row = found.moments.loc[worst.index[0]]
        said.append(
            f"Furthest off is {worst.index[0]}: {row['observed']:.3g} published, {row['fitted']:.3g} fitted, "
            f"{worst.iloc[0]:.1f} standard errors apart."
        )
    own = found.over_dispersion
    if own is not None:
        said.append(
            f"Leavers vary {own.ratio:.1f} times as much from year to year as chance alone would have it: "
            f"by itself that is a coefficient of variation of {own.cv:.2f} of the leaving rate "
            f"(95% interval {own.low:.2f} to {own.high:.2f}, {own.years} years)."
        )
    if found.not_identified:
        said.append(f"What the years cannot tell: {'; '.join(found.not_identified)}.")
    said.append("A service with these rates does not stay at today's row: it moves to where they lead.")
    return " ".join(said)


def fitted_authority(
    authority: Authority, fitted: Authority, observed: Yearly, table: pd.DataFrame
) -> Authority:
    """The fitted service with what was fitted as source and in the provenance; all else as it was."""
    sources, said = dict(authority.sources), list(authority.made_from)
    for path, row in table.iterrows():
        name = str(path)
        note = (
            f"calibrated to {observed.source}: {row['value']:.4g} (95% interval {row['from']:.4g} to "
            f"{row['to']:.4g}) {row['unit']}"
        )
        own = [name]
        if name in FACTORS_OF_GRADES:
            own = [f"posts.{g}.{rate}" for g in authority.grades for rate in FACTORS_OF_GRADES[name]]
        elif name == "casework.work_scale" and authority.pathway is None:
            own = ["casework.work_hours"]
        for one in own:
            sources[one] = Source(source=note, evidence="derived")
            value = _value(fitted, one)
            said.append(
                Taken(what=one, status="taken", value=f"{value:.4g}", source=observed.source, note=note)
            )
    return fitted.with_changes(sources=sources, made_from=tuple(said))


def _value(authority: Authority, path: str) -> float:
    """A setting by its path."""
    above, _, name = path.rpartition(".")
    if above.startswith("posts."):
        group = next(g for g in authority.posts if g.grade == above.removeprefix("posts."))
        return float(getattr(group, name))
    value: Any = authority.assumptions().loc[path, "value"]
    return float(value)
