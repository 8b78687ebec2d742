"""When does it flip: over which part of the uncertainty one scenario beats another, and where not, in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from linkage_sim.analysis.prim import Box, find_box
from linkage_sim.analysis.resample import DRAWS, draws, ends, known_points, mean_over_worlds
from linkage_sim.analysis.table import Factor, Outcome, Sweep
from linkage_sim.results.pairing import t_quantile

if TYPE_CHECKING:
    import pandas as pd

Numbers = NDArray[np.float64]
Flags = NDArray[np.bool_]

MOST_BOXES = 2
ENOUGH = 0.5
"""A box is told from this density on, and a second one only where it holds a tenth of the exceptions."""
CLEAR = 0.6
"""From this density on the other plan wins "unless"; below, the two are told to be nearer to even."""
RARE = 0.02
"""Exceptions at fewer points than this are not worth a sentence of their own."""


@dataclass(frozen=True)
class Flip:
    """One scenario against another over the uncertainty.

    Parameters
    ----------
    one, other : names; ``one`` wins at most points
    share, low, high : share of points at which ``one`` is better, with the 90 % interval over drawn-again points and worlds
    sure, sure_other : share of points at which the 90 % interval over the worlds of the point alone leaves no doubt; NaN with one world
    mean, mean_low, mean_high : mean lead of ``one`` over all points, in the unit of the outcome
    boxes : where ``other`` wins instead
    words : one sentence
    x, lead : points (n, factors) and the mean lead of ``one`` at each
    """

    one: str
    other: str
    share: float
    low: float
    high: float
    sure: float
    sure_other: float
    mean: float
    mean_low: float
    mean_high: float
    boxes: Sequence[Box]
    words: str
    x: Numbers
    lead: Numbers


def flips(sweep: Sweep, outcome: Outcome | None = None, resamples: int = DRAWS) -> list[Flip]:
    """Every two plans, and every plan against the baseline, over the points of a sweep.

    Parameters
    ----------
    outcome : one with a better direction; None for the sweep's first
    resamples : for the intervals
    """
    chosen = sweep.outcome() if outcome is None else outcome
    gains = sweep.gains(chosen) * chosen.sign
    known = known_points(gains)
    names = [*sweep.plans, sweep.baseline]
    every = np.concatenate([gains, np.zeros_like(gains[:, :, :1])], axis=2)
    pairs = [(one, other) for one in range(len(names)) for other in range(one + 1, len(names))]
    return [
        _flip(sweep, (names[one], names[other]), (every[:, :, one] - every[:, :, other])[known], known, resamples) for one, other in pairs
    ]


def _flip(sweep: Sweep, names: tuple[str, str], lead: Numbers, known: Flags, resamples: int) -> Flip:
    x, blocks = sweep.x[known], sweep.blocks[known]
    mean = mean_over_worlds(lead)
    if (mean > 0.0).mean() < (mean < 0.0).mean():
        names, lead, mean = (names[1], names[0]), -lead, -mean
    again = [mean_over_worlds(lead[points][:, worlds]) for points, worlds in draws(blocks, lead.shape[1], resamples)]
    low, high = ends([float((each[~np.isnan(each)] > 0.0).mean()) for each in again])
    mean_low, mean_high = ends([float(np.nanmean(each)) for each in again])
    sure, sure_other = _sure(lead)
    boxes = boxes_of(x, mean < 0.0, clearness(mean))
    titles = (sweep.title(names[0]), sweep.title(names[1]))
    words = in_words(titles, float((mean > 0.0).mean()), float((mean < 0.0).mean()), boxes, sweep.factors)
    return Flip(
        *names, float((mean > 0.0).mean()), low, high, sure, sure_other, float(mean.mean()), mean_low, mean_high, boxes, words, x, mean
    )  # fmt: skip


def _sure(lead: Numbers) -> tuple[float, float]:
    """Shares of points at which the interval of the lead over worlds lies above zero, and below it."""
    count = (~np.isnan(lead)).sum(axis=1)
    if count.min() < 2:
        return float("nan"), float("nan")
    mean = mean_over_worlds(lead)
    half = np.array([t_quantile(int(each)) for each in count]) * np.nanstd(lead, axis=1, ddof=1) / np.sqrt(count)
    return float((mean > half).mean()), float((-mean > half).mean())


def clearness(lead: Numbers) -> Numbers:
    """How clear each lead is, 0..1: its size against the median size, at most 1; so that near ties say little about where a box lies."""
    size = np.abs(lead)
    return np.asarray(np.minimum(size / max(float(np.median(size)), 1e-300), 1.0))


def boxes_of(x: Numbers, case: Flags, weight: Numbers) -> list[Box]:
    """Boxes that hold the cases, the best first, each among what the ones before leave; clear leads say more than near ties."""
    found: list[Box] = []
    left = np.ones(len(x), dtype=bool)
    while len(found) < MOST_BOXES:
        box = find_box(x[left], case[left], weight[left])
        if box is None or box.density < ENOUGH:
            break
        inside = box.inside(x) & left
        coverage = float((inside & case).sum()) / float(case.sum())
        if found and coverage < 0.1:
            break
        found.append(Box(box.limits, coverage, box.density, box.points, box.chances))
        left &= ~inside
    return found


def in_words(titles: tuple[str, str], share: float, other_share: float, boxes: Sequence[Box], factors: Sequence[Factor]) -> str:
    """The flip in one sentence, with coverage and density of each box."""
    one, other = f'"{titles[0]}"', f'"{titles[1]}"'
    if share == 0.0 and other_share == 0.0:
        return f"{one} and {other} never differ."
    if other_share == 0.0:
        return f"{one} wins over {other} at every point of the design{'' if share == 1.0 else ' where they differ'}."
    start = f"{one} wins over {other} at {_percent(share)} of the points"
    if not boxes:
        few = " It is nearly always ahead." if other_share < RARE else f" Where {other} wins, no simple box of the factors tells."
        return f"{start}.{few}"
    clear = [_told(box, factors, other) for box in boxes if box.density >= CLEAR]
    even = [_told(box, factors, other) for box in boxes if box.density < CLEAR]
    unless = f", unless {', or '.join(clear)}" if clear else ""
    about = f"; {'it is' if not clear else 'and'} nearer to even where {', or '.join(even)}" if even else ""
    return f"{start}{unless}{about}."


def _told(box: Box, factors: Sequence[Factor], other: str) -> str:
    """A box, how much of the exceptions it holds, and how pure it is."""
    return (
        f"{box_words(box, factors)} ({_percent(box.coverage)} of the exceptions; "
        f"there {other} wins at {_percent(box.density)} of {box.points:,} points)"
    )


def _percent(share: float) -> str:
    """A share that is neither all nor nothing is never told as 100 or 0 %."""
    if 0.995 <= share < 1.0:
        return "more than 99 %"
    return "under 1 %" if 0.0 < share < 0.005 else f"{100 * share:.0f} %"


def box_words(box: Box, factors: Sequence[Factor]) -> str:
    """The limits of a box in words, as "fewer than 3 traders per bazaar and reliability under 0.4"."""
    return " and ".join(factors[factor].limits(low, high) for factor, (low, high) in box.limits.items())


def flip_table(sweep: Sweep, found: Sequence[Flip]) -> pd.DataFrame:
    """One row a pair."""
    import pandas as pd

    names = ("one", "other", "share", "low", "high", "sure", "sure_other", "mean", "mean_low", "mean_high", "words")
    return pd.DataFrame([{name: getattr(flip, name) for name in names} | {"points": len(flip.lead)} for flip in found])


def box_table(sweep: Sweep, found: Sequence[Flip]) -> pd.DataFrame:
    """One row for every limit of every box."""
    import pandas as pd

    rows = [
        {
            "winner": flip.other, "loser": flip.one, "box": number, "factor": sweep.factors[factor].name,
            "words": sweep.factors[factor].words, "unit": sweep.factors[factor].unit, "low": low, "high": high,
            "chance": box.chances[factor], "coverage": box.coverage, "density": box.density, "points": box.points,
        }
        for flip in found for number, box in enumerate(flip.boxes, 1) for factor, (low, high) in box.limits.items()
    ]  # fmt: skip
    columns = ["winner", "loser", "box", "factor", "words", "unit", "low", "high", "chance", "coverage", "density", "points"]
    return pd.DataFrame(rows, columns=columns)
