"""What an authority was made from: figures taken, filled in and ignored, as a table for whoever asks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from workforce_sim.authority.parts import Part, one_of

if TYPE_CHECKING:
    import pandas as pd

    from workforce_sim.authority.authority import Authority

#: What can have become of a figure.
STATUSES = ("taken", "filled in", "ignored")


class Taken(Part):
    """What became of one figure of a return or list.

    Attributes:
        what: the setting it is for, or the column that was ignored.
        status: ``taken`` from the authority's own figures, ``filled in`` from elsewhere, or ``ignored``.
        value: as it was used.
        source: where it is from.
        note: why, if that is not plain.
    """

    what: str
    status: Annotated[Literal["taken", "filled in", "ignored"], one_of(*STATUSES)]
    value: str = ""
    source: str = ""
    note: str = ""


def provenance(authority: Authority) -> pd.DataFrame:
    """One row a figure: see :meth:`Authority.provenance`."""
    import pandas as pd

    rows = []
    for record in authority.made_from:
        row = record.model_dump()
        if record.status != "ignored" and not _still(authority, record.what):
            row["status"] = "changed since"
        rows.append(row)
    return pd.DataFrame(rows, columns=list(Taken.model_fields)).set_index("what")


def _still(authority: Authority, path: str) -> bool:
    """Whether what was taken still holds: a change of a setting drops its source."""
    if path.startswith("posts"):
        return any(source.startswith("posts.") for source in authority.sources)
    return path in authority.sources
