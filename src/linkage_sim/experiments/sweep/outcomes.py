"""What a sweep keeps of a run: levels of declared measures for all households, one number each."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from linkage_sim.results.declare import Measure, TwinMeasure, row_name
from linkage_sim.results.measures import MEASURES, TWIN_MEASURES
from linkage_sim.results.observed import ALL, Level, Observed, Window

_OWN: Mapping[str, tuple[Measure, Window]] = {
    row_name(measure.name, window): (measure, window) for measure in MEASURES for window in measure.windows
}
_AGAINST: Mapping[str, tuple[TwinMeasure, Window]] = {
    row_name(measure.name, window): (measure, window) for measure in TWIN_MEASURES for window in measure.windows
}
KNOWN: tuple[str, ...] = (*_OWN, *_AGAINST)
"""Names an outcome may have."""
RATIO_WORDS = "is said over worlds, not of one run; take what it is made of (such as income_total and spent; gains stand beside)"


def is_against_twin(name: str) -> bool:
    """Whether an outcome is already measured against the baseline, household by household."""
    return name in _AGAINST


def levels_of(names: Sequence[str], observed: Observed, twin: Observed | None) -> tuple[Level, ...]:
    """Outcomes of one run, in their order.

    Parameters
    ----------
    twin : the baseline in the same world; None where it is not at hand, so that what needs it cannot be said

    Returns
    -------
    None for what cannot be said of this run (no such months, nothing to divide by)
    """
    return tuple(_finite(_level(name, observed, twin)) for name in names)


def _level(name: str, observed: Observed, twin: Observed | None) -> Level:
    if name in _AGAINST:
        against, window = _AGAINST[name]
        some = len(observed.monthly[observed.months(window)]) > 0
        return against.compute(observed, twin, window) if twin is not None and some else None
    measure, window = _OWN[name]
    months = observed.months(window)
    return measure.compute(observed, months, ALL) if len(observed.monthly[months]) else None


def _finite(level: Level) -> Level:
    return None if level is None or not math.isfinite(level) else float(level)
