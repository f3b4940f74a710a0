"""What every question answers with: a sentence that may be pasted, a table, a chart."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class Answer(ABC):
    """The answer to a question.

    Attributes:
        sentence: the answer in plain English with its interval; safe to paste.
        table: the numbers behind it.
    """

    sentence: str
    table: pd.DataFrame

    @abstractmethod
    def plot(self) -> Figure:
        """A chart of the table, returned and not shown."""

    def __str__(self) -> str:
        return self.sentence
