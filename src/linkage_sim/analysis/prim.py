"""Boxes in which something happens: patient rule induction (Friedman and Fisher 1999) with the tests of Bryant and Lempert (2010)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binomtest

from linkage_sim.analysis.words import rounded_between

Numbers = NDArray[np.float64]
Flags = NDArray[np.bool_]
Limits = dict[int, tuple[float | None, float | None]]
"""Factor -> (low, high): low lies within, high without; None where there is no limit on that side."""

PEEL = 0.05
"""Part of the points taken off at once; more where many share the same value."""
FEWEST = 8
"""A box holds at least so many points."""
HARDLY = 0.01
"""A limit is rounded where the balance falls by no more than this."""
MATTERS = 0.03
"""A limit stays only where without it the balance of coverage and density would fall by more than this."""


@dataclass(frozen=True)
class Box:
    """A box of factors.

    Parameters
    ----------
    limits : factor -> (low, high), low within, high without; None where it has no limit on that side
    coverage : share of all cases that lie in the box
    density : share of the points in the box that are cases
    points : how many points lie in it
    chances : factor -> chance of so dense a box if that factor's limits meant nothing (one-sided binomial test)
    """

    limits: Limits
    coverage: float
    density: float
    points: int
    chances: dict[int, float]

    def inside(self, x: Numbers) -> Flags:
        """Which points lie in the box."""
        return _inside(x, self.limits)


def _inside(x: Numbers, limits: Limits) -> Flags:
    found = np.ones(len(x), dtype=bool)
    for factor, (low, high) in limits.items():
        if low is not None:
            found &= x[:, factor] >= low
        if high is not None:
            found &= x[:, factor] < high
    return found


def balance(inside: Flags, case: Flags, weight: Numbers) -> float:
    """Harmonic mean of coverage and density by weight: 1 for a box that holds all cases and nothing else."""
    both = float(weight[inside & case].sum())
    return 2.0 * both / max(1e-300, float(weight[inside].sum() + weight[case].sum()))


def find_box(x: Numbers, case: Flags, weight: Numbers | None = None) -> Box | None:
    """The box that best holds the cases, on the path of boxes that peeling gives, with no more limits than it needs.

    Parameters
    ----------
    x : (points, factors); case : (points,) what is to be found
    weight : (points,) how much each point matters to where the box lies, such as how clear the case is; None for all the same. Coverage
        and density of the box that is found count points

    Returns
    -------
    None where no box is denser than the points as a whole by more than chance.
    """
    if case.sum() < FEWEST or case.all():
        return None
    weight = np.ones(len(x)) if weight is None else weight + 1e-9 * float(weight.mean())
    inside = np.ones(len(x), dtype=bool)
    best, best_balance = inside, balance(inside, case, weight)
    while inside.sum() > FEWEST:
        smaller = _peeled(x, case, inside, weight)
        if smaller is None:
            break
        inside = smaller
        if balance(inside, case, weight) > best_balance:
            best, best_balance = inside, balance(inside, case, weight)
    limits = _limits(x, best)
    limits = _rounded(x, case, _needed(x, case, limits, weight), weight)
    return _box(x, case, limits) if limits else None


def _peeled(x: Numbers, case: Flags, inside: Flags, weight: Numbers) -> Flags | None:
    """The box without the slice whose loss helps most, by gain in density for every point given up."""
    best, best_gain = None, -np.inf
    held = weight * case
    density = held[inside].sum() / weight[inside].sum()
    for factor in range(x.shape[1]):
        values = x[inside, factor]
        if np.ptp(values) == 0.0:
            continue
        low, high = np.quantile(values, [PEEL, 1.0 - PEEL])
        low = np.min(values[values > values.min()]) if low <= values.min() else low
        high = np.max(values[values < values.max()]) if high >= values.max() else high
        for kept in (inside & (x[:, factor] >= low), inside & (x[:, factor] <= high)):
            left = int(kept.sum())
            if FEWEST <= left < inside.sum():
                gain = (held[kept].sum() / weight[kept].sum() - density) / (inside.sum() - left)
                if gain > best_gain:
                    best, best_gain = kept, gain
    return best


def _limits(x: Numbers, inside: Flags) -> Limits:
    """Limits between the last point without and the first within, at the roundest number there is."""
    found: Limits = {}
    for factor in range(x.shape[1]):
        every, own = np.unique(x[:, factor]), x[inside, factor]
        below, above = every[every < own.min()], every[every > own.max()]
        low = rounded_between(float(below[-1]), float(own.min())) if len(below) else None
        high = rounded_between(float(own.max()), float(above[0])) if len(above) else None
        if low is not None or high is not None:
            found[factor] = (low, high)
    return found


def _rounded(x: Numbers, case: Flags, limits: Limits, weight: Numbers) -> Limits:
    """Limits with as few digits as leave the balance as it is, or nearly."""
    limits = dict(limits)
    for factor, (low, high) in list(limits.items()):
        span = float(np.ptp(x[:, factor]))
        for step in (10.0 ** np.floor(np.log10(span)) / part for part in (2, 10, 20, 100)):
            ends = tuple(None if end is None else round(round(end / step) * step, 12) for end in (low, high))
            tried = {**limits, factor: (ends[0], ends[1])}
            if balance(_inside(x, tried), case, weight) >= balance(_inside(x, limits), case, weight) - HARDLY:
                limits = tried
                break
    return limits


def _needed(x: Numbers, case: Flags, limits: Limits, weight: Numbers) -> Limits:
    """The limits without those that hardly matter or that chance explains, the least needed first, one side at a time."""
    limits = dict(limits)
    while limits:
        whole = balance(_inside(x, limits), case, weight)
        tried = []
        for factor, (low, high) in limits.items():
            for side in ("low", "high"):
                kept = (None, high) if side == "low" else (low, None)
                if (low if side == "low" else high) is None:
                    continue
                without = {each: ends for each, ends in limits.items() if each != factor}
                if kept != (None, None):
                    without[factor] = kept
                chance = _chance(case, _inside(x, limits), _inside(x, without))
                loss = whole - balance(_inside(x, without), case, weight)
                tried.append((loss if chance < 0.05 else -1.0, factor, side, without))
        loss, _, _, without = min(tried, key=lambda each: each[:3])
        if loss > MATTERS:
            return limits
        limits = without
    return limits


def _chance(case: Flags, inside: Flags, wider: Flags) -> float:
    """Chance of so many cases in the box if cases lay in it as they lie in the wider one."""
    points, rate = int(inside.sum()), float(case[wider].mean()) if wider.any() else 0.0
    return float(binomtest(int(case[inside].sum()), points, min(rate, 1.0), alternative="greater").pvalue) if points else 1.0


def _box(x: Numbers, case: Flags, limits: Limits) -> Box:
    inside = _inside(x, limits)
    chances = {
        factor: _chance(case, inside, _inside(x, {each: ends for each, ends in limits.items() if each != factor})) for factor in limits
    }
    held = int((inside & case).sum())
    return Box(limits, held / int(case.sum()), held / max(1, int(inside.sum())), int(inside.sum()), chances)
