"""What a programme did to every household, and what evaluators without its twin would have reported (model 7; DCED).

A simulated household has an exact twin: the same household in the same world with the same luck, without the programme. The
difference is what can be attributed. Three usual designs that do without a twin are applied to the same run, so that their
bias can be seen.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from linkage_sim.errors import ResultsError
from linkage_sim.results.declare import TwinMeasure, row_name
from linkage_sim.results.observed import Level, Numbers, Observed, Window

Flags = NDArray[np.bool_]
WORSE = 1.0
"""USD a year below its twin from which a household counts as worse off."""
UNIT = "USD per household and year"
FLAGS = ("reached", "offered", "joined", "linked_end", "surviving")
EARNED = ("before", "during", "after", "whole")


def yearly(o: Observed, window: Window) -> Numbers | None:
    """Enterprise income of every household in a window, USD a year; (H,); None where it was not kept or there is no such month."""
    months = len(o.monthly[o.months(window)])
    parts = ("during", "after") if window == "whole" else (window,)
    found = o.of_households(*(f"{part}_income" for part in parts))
    if found is None or not months:
        return None
    return np.asarray(sum(found) * 12.0 / months, dtype=np.float64)


def attributed(own: Observed, twin: Observed) -> NDArray[Any]:
    """Net attributable income change of every household.

    Parameters
    ----------
    own, twin : runs of the same world with and without the programme

    Returns
    -------
    record array (H,)
        ``identity``, ``village``, the flags ``reached, offered, joined, linked_end, surviving``, and the income less that of the
        twin, USD a year, ``before, during, after, whole`` (0 where the window has no months).

    Raises
    ------
    ResultsError
        where a run kept no households, or they are not the same ones.
    """
    who, other = own.of_households("identity", "village", *FLAGS), twin.of_households("identity")
    if who is None or other is None:
        raise ResultsError("a run without its households, or of another version: nothing can be attributed to a household")
    if not np.array_equal(who[0], other[0]):
        raise ResultsError("the two runs are not of the same world: their households differ, so none is the other's twin")
    kinds = [("identity", "i8"), ("village", "i4"), *((name, "u1") for name in FLAGS), *((name, "f8") for name in EARNED)]
    found = np.zeros(len(who[0]), dtype=kinds)
    for name, values in zip(("identity", "village", *FLAGS), who, strict=True):
        found[name] = values
    for window in EARNED:
        with_it, without = yearly(own, window), yearly(twin, window)  # type: ignore[arg-type]
        if with_it is not None and without is not None:
            found[window] = with_it - without
    return found


def against_twin(run: Any, twin: Any) -> Any:
    """Net attributable income change of every household of two run folders, as a pandas table.

    Parameters
    ----------
    run, twin : `linkage_sim.results.folders.Run` of the same world, with and without the programme
    """
    import pandas as pd

    return pd.DataFrame(attributed(run.observed, twin.observed))


# --- what evaluators would do ---------------------------------------------------------------------------


def before_after(before: Numbers, now: Numbers, reached: Flags) -> Level:
    """Mean change of those reached; None where nobody was."""
    return float((now - before)[reached].mean()) if reached.any() else None


def difference_in_differences(before: Numbers, now: Numbers, reached: Flags) -> Level:
    """Mean change of those reached less mean change of all others; None where one side is empty."""
    if not reached.any() or reached.all():
        return None
    change = now - before
    return float(change[reached].mean() - change[~reached].mean())


def against_neighbours(now: Numbers, linked: Flags, village: NDArray[Any]) -> Level:
    """Mean of linked households less that of unlinked ones of the same village, weighted by linked households.

    Villages in which all or none are linked tell nothing and are left out; None where no other village is.
    """
    size = int(village.max()) + 1 if len(village) else 0
    inside = np.bincount(village[linked], minlength=size)
    outside = np.bincount(village[~linked], minlength=size)
    told = (inside > 0) & (outside > 0)
    if not told.any():
        return None
    one = np.bincount(village[linked], weights=now[linked], minlength=size)[told] / inside[told]
    other = np.bincount(village[~linked], weights=now[~linked], minlength=size)[told] / outside[told]
    return float(((one - other) * inside[told]).sum() / inside[told].sum())


def comparable(linked: Flags, village: NDArray[Any]) -> Flags:
    """Linked households whose village also has unlinked ones: those that `against_neighbours` speaks of; (H,)."""
    both = np.intersect1d(village[linked], village[~linked])
    return np.asarray(linked & np.isin(village, both))


@dataclass(frozen=True)
class Design:
    """A way to estimate the effect without a twin.

    Parameters
    ----------
    name, title, meaning : for tables and people
    windows : in which it is applied
    estimate : of a run alone
    subjects : households (H,) whose true mean attributable change it tries to find
    """

    name: str
    title: str
    meaning: str
    windows: tuple[Window, ...]
    estimate: Callable[[Observed, Window], Level]
    subjects: Callable[[Observed], Flags | None]


def _flag(name: str) -> Callable[[Observed], Flags | None]:
    def flagged(o: Observed) -> Flags | None:
        found = o.of_households(name)
        return None if found is None else found[0] == 1

    return flagged


def _linked_beside_others(o: Observed) -> Flags | None:
    found = o.of_households("linked_end", "village")
    return None if found is None else comparable(found[0] == 1, found[1])


def _of_reached(formula: Callable[[Numbers, Numbers, Flags], Level]) -> Callable[[Observed, Window], Level]:
    def estimate(o: Observed, window: Window) -> Level:
        before, now, reached = yearly(o, "before"), yearly(o, window), _flag("reached")(o)
        return None if before is None or now is None or reached is None else formula(before, now, reached)

    return estimate


def _neighbours(o: Observed, window: Window) -> Level:
    now, found = yearly(o, window), o.of_households("linked_end", "village")
    return None if now is None or found is None else against_neighbours(now, found[0] == 1, found[1])


DESIGNS: tuple[Design, ...] = (
    Design(
        "before_after", "before and after", "mean change of the income of households reached since before the programme",
        ("during", "after"), _of_reached(before_after), _flag("reached"),
    ),
    Design(
        "differences", "difference in differences", "change of the income of households reached, less that of households not reached",
        ("during", "after"), _of_reached(difference_in_differences), _flag("reached"),
    ),
    Design(
        "neighbours", "participants against neighbours",
        "income of households linked at the end less that of unlinked households of the same villages",
        ("after",), _neighbours, _linked_beside_others,
    ),
)  # fmt: skip
"""Designs in the order in which they are shown."""


def mean_gain(own: Observed, twin: Observed, window: Window, subjects: Flags | None) -> Level:
    """Mean attributable change of some households, USD a year; None where there is none of them."""
    with_it, without = yearly(own, window), yearly(twin, window)
    if with_it is None or without is None or subjects is None or not subjects.any():
        return None
    return float((with_it - without)[subjects].mean())


def _gain_of(flag: str) -> Callable[[Observed, Observed, Window], Level]:
    return lambda own, twin, window: mean_gain(own, twin, window, _flag(flag)(own))


def worse_off(own: Observed, twin: Observed, window: Window) -> Level:
    """Share of all households that earn less than their twin by more than `WORSE`."""
    with_it, without = yearly(own, window), yearly(twin, window)
    return None if with_it is None or without is None else float((with_it - without < -WORSE).mean())


def _estimate_of(design: Design) -> TwinMeasure:
    words = f"what evaluators with the design {design.title} would report: {design.meaning}"
    return TwinMeasure(
        design.name, UNIT, "neither", words, design.windows, lambda own, twin, window: design.estimate(own, window)
    )  # fmt: skip


def _truth_of(design: Design) -> TwinMeasure:
    words = f"true mean change, against their twins, of the households that the design {design.title} speaks of"
    return TwinMeasure(
        f"{design.name}_truth", UNIT, "higher", words, design.windows,
        lambda own, twin, window: mean_gain(own, twin, window, design.subjects(own)),
    )  # fmt: skip


def _bias_of(design: Design) -> TwinMeasure:
    def bias(own: Observed, twin: Observed, window: Window) -> Level:
        said, true = design.estimate(own, window), mean_gain(own, twin, window, design.subjects(own))
        return None if said is None or true is None else said - true

    words = f"what the design {design.title} would report less the truth; 0 is right"
    return TwinMeasure(f"{design.name}_bias", UNIT, "neither", words, design.windows, bias)


_TWIN = "less that of the same households without the programme, in the same world with the same luck"
EVALUATION: tuple[TwinMeasure, ...] = (
    TwinMeasure(
        "gain_reached", UNIT, "higher", f"income of households reached, {_TWIN}", ("during", "after", "whole"), _gain_of("reached"),
    ),
    TwinMeasure(
        "gain_offered", UNIT, "higher",
        f"income of households ever offered a contract by a firm that the programme supports or introduced, {_TWIN}",
        ("after", "whole"), _gain_of("offered"),
    ),
    TwinMeasure(
        "gain_joined", UNIT, "higher", f"income of households that ever joined such a contract, {_TWIN}", ("after", "whole"),
        _gain_of("joined"),
    ),
    TwinMeasure(
        "gain_surviving", UNIT, "higher", f"income of households still in such a contract in the last month, {_TWIN}", ("after", "whole"),
        _gain_of("surviving"),
    ),
    TwinMeasure(
        "worse_off", "share", "lower", f"share of all households that earn less than their twin by more than {WORSE:g} USD a year",
        ("during", "after", "whole"), worse_off,
    ),
    *(make(design) for design in DESIGNS for make in (_estimate_of, _truth_of, _bias_of)),
)  # fmt: skip
"""Measures against the twin: who gained, and what designs without a twin would have said."""

EVALUATION_COLUMNS = (
    "scenario", "design", "window", "estimate", "estimate_low", "estimate_high", "truth", "truth_low", "truth_high", "bias", "bias_low",
    "bias_high", "replicates",
)  # fmt: skip
"""Columns of ``evaluation.csv``."""


def evaluation_rows(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """What each design would have reported of each scenario, beside the truth, from the rows of a comparison."""
    known = {(row["scenario"], row["measure"]): row for row in rows if row["group"] == "all"}
    found = []
    for scenario in dict.fromkeys(row["scenario"] for row in rows):
        for design in DESIGNS:
            for window in design.windows:
                names = [row_name(name, window) for name in (design.name, f"{design.name}_truth", f"{design.name}_bias")]
                said = [known.get((scenario, name)) for name in names]
                if None in said:
                    continue
                line: dict[str, Any] = {"scenario": scenario, "design": design.name, "window": window}
                for part, row in zip(("estimate", "truth", "bias"), said, strict=True):
                    assert row is not None
                    line |= {part: row["mean"], f"{part}_low": row["low"], f"{part}_high": row["high"], "replicates": row["replicates"]}
                found.append(line)
    return found
