"""What a measure is: a name with unit, direction, meaning, windows, and how it is computed (model 7)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from linkage_sim.results.levels import Compute
from linkage_sim.results.observed import Level, Observed, Window

Better = Literal["higher", "lower", "neither"]
IN_WORDS: dict[Window, str] = {
    "before": "in the recorded months before the programme",
    "during": "while the programme works",
    "after": "after it left",
    "whole": "from the start of the programme to the last month",
}


@dataclass(frozen=True)
class Measure:
    """One thing that is measured.

    Parameters
    ----------
    name, unit, meaning : for people; the unit in words
    better : which direction is better for households
    windows : months it is computed for; ``whole`` adds nothing to the name, the others do (``income_after``)
    compute : its level in some months of a run, for a group of households
    grouped : computed for every group of households, not only for all
    yearly : also shown year by year
    relative : compared with the baseline twin of the same replicate
    """

    name: str
    unit: str
    better: Better
    meaning: str
    windows: tuple[Window, ...]
    compute: Compute
    grouped: bool = False
    yearly: bool = False
    relative: bool = True


ComputeAgainst = Callable[[Observed, Observed, Window], Level]
"""Level of a measure of one run against its baseline twin of the same world, in a window."""


@dataclass(frozen=True)
class TwinMeasure:
    """One thing that only a simulation can measure: it needs the twin of every household.

    Parameters
    ----------
    name, unit, better, meaning, windows : as of `Measure`
    compute : of a run and its twin; the twin of the baseline is the baseline itself
    """

    name: str
    unit: str
    better: Better
    meaning: str
    windows: tuple[Window, ...]
    compute: ComputeAgainst


def row_name(name: str, window: Window) -> str:
    """Name of a measure in a window: ``income``, ``income_after``."""
    return name if window == "whole" else f"{name}_{window}"


ACTIVE: tuple[Window, ...] = ("during", "after", "whole")
LIVES: tuple[Window, ...] = ("during", "after")
ONCE: tuple[Window, ...] = ("whole",)
