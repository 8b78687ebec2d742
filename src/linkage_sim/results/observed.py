"""One run as measures see it, whether the engine just left it or a run folder holds it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from linkage_sim.errors import ResultsError

Numbers = NDArray[np.float64]
Window = Literal["before", "during", "after", "whole"]
Level = float | None
"""A measure of one run; None where it cannot be said (no such months, nothing to divide by)."""

ALL = "all"
"""The group of all households."""


@dataclass(frozen=True)
class Observed:
    """What measures are computed from: one run, as the engine leaves it or as a run folder holds it.

    Parameters
    ----------
    names : columns of ``monthly``; those of a group of households are called ``column.group``
    monthly : (months, columns)
    flow_names : columns of ``flows``
    flows : (months, flows) kg and USD posted between accounts
    households : record array (H,) of who they are and what they earned; None where it was not kept
    programme : what the facilitator did; empty without one
    before, during : months before and with the programme; the rest is after it
    firms, routes : record arrays of linkages at exit, later and at the end; None where they were not kept
    """

    names: tuple[str, ...]
    monthly: Numbers
    flow_names: tuple[str, ...]
    flows: Numbers
    households: NDArray[Any] | None
    programme: Mapping[str, Any]
    before: int
    during: int
    firms: NDArray[Any] | None = None
    routes: NDArray[Any] | None = None

    def column(self, name: str) -> Numbers:
        """Monthly values of a column, shape (months,); a flow of the books is asked for as ``flow <its name>``.

        Raises
        ------
        ResultsError
            where the run does not hold it.
        """
        place = _places(self.names).get(name)
        if place is not None:
            return self.monthly[:, place]
        place = _places(self.flow_names).get(name.removeprefix("flow ")) if name.startswith("flow ") else None
        if place is None:
            raise ResultsError(f"this run holds no monthly column {name!r}; it was made by another version of the model")
        return self.flows[:, place]

    def of_households(self, *names: str) -> tuple[NDArray[Any], ...] | None:
        """Columns of households (H,); None where the run did not keep them."""
        return _columns_of(self.households, names)

    def of_firms(self, *names: str) -> tuple[NDArray[Any], ...] | None:
        """Columns of firms (F,); None where the run did not keep them."""
        return _columns_of(self.firms, names)

    def of_routes(self, *names: str) -> tuple[NDArray[Any], ...] | None:
        """Columns of routes (F*V,); None where the run did not keep them."""
        return _columns_of(self.routes, names)

    @property
    def groups(self) -> tuple[str, ...]:
        """Groups of households, the group of all first."""
        return tuple(name.partition(".")[2] for name in self.names if name.startswith("households."))

    def months(self, window: Window) -> slice:
        """Recorded months of a window."""
        exit_month, last = self.before + self.during, len(self.monthly)
        ends = {"before": (0, self.before), "during": (self.before, exit_month), "after": (exit_month, last)}
        return slice(*ends.get(window, (self.before, last)))

    @property
    def years(self) -> list[slice]:
        """Months of every complete recorded year."""
        return [slice(start, start + 12) for start in range(0, len(self.monthly) - 11, 12)]


@lru_cache(maxsize=8)
def _places(names: tuple[str, ...]) -> dict[str, int]:
    """Place of each name; all runs of one model have the same names."""
    return {name: place for place, name in enumerate(names)}


def _columns_of(table: NDArray[Any] | None, names: tuple[str, ...]) -> tuple[NDArray[Any], ...] | None:
    if table is None or not set(names) <= set(table.dtype.names or ()):
        return None
    return tuple(table[name] for name in names)
