"""Robust choice: how much each plan is regretted over the uncertainty, and at which value of a factor two plans tie."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from linkage_sim.analysis.resample import DRAWS, draws, ends, known_points, mean_over_worlds
from linkage_sim.analysis.smooth import FEW, local_lines, local_weights
from linkage_sim.analysis.table import Factor, Outcome, Sweep
from linkage_sim.errors import ResultsError

if TYPE_CHECKING:
    import pandas as pd

Numbers = NDArray[np.float64]

PLACES = 41
"""Places along a factor at which its curve is drawn."""


def regrets(gains: Numbers) -> Numbers:
    """What each plan gains less than the best at the same point, (points, plans); 0 for the best."""
    return np.asarray(gains.max(axis=1, keepdims=True) - gains)


def regret_table(sweep: Sweep, outcome: Outcome | None = None, resamples: int = DRAWS) -> pd.DataFrame:
    """Every plan over the points of a sweep: gain, regret, how often it is best, how often it does harm.

    Parameters
    ----------
    outcome : with a better direction; None for the sweep's first
    resamples : for the intervals

    Returns
    -------
    one row for every plan and measure: ``mean_gain``, ``worst_gain`` (the lowest of all points), ``mean_regret``, ``high_regret`` (nine of
    ten points have less), ``max_regret``, ``share_best``, ``share_harm`` (of points at which it gains less than nothing), each with a 90 %
    interval. Gains of outcomes that are better when lower are turned round. Worst and largest values are of means over
    few worlds and so lean to the bad side.
    """
    import pandas as pd

    chosen = sweep.outcome() if outcome is None else outcome
    gains = sweep.gains(chosen) * chosen.sign
    known = known_points(gains)
    gains, blocks = gains[known], sweep.blocks[known]
    found = _regret_numbers(mean_over_worlds(gains))
    again: dict[str, list[Numbers]] = {name: [] for name in found}
    for points, worlds in draws(blocks, gains.shape[1], resamples):
        mean = mean_over_worlds(gains[points][:, worlds])
        for name, values in _regret_numbers(mean[~np.isnan(mean).any(axis=1)]).items():
            again[name].append(values)
    rows = [
        (
            plan, name, float(values[place]), *ends([each[place] for each in again[name]]),
            "share" if name.startswith("share") else chosen.unit,
        )
        for place, plan in enumerate(sweep.plans) for name, values in found.items()
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["scenario", "measure", "estimate", "low", "high", "unit"])


def _regret_numbers(gains: Numbers) -> dict[str, Numbers]:
    regret = regrets(gains)
    best = np.eye(gains.shape[1])[gains.argmax(axis=1)]
    return {
        "mean_gain": gains.mean(axis=0), "worst_gain": gains.min(axis=0), "mean_regret": regret.mean(axis=0),
        "high_regret": np.quantile(regret, 0.9, axis=0), "max_regret": regret.max(axis=0),
        "share_best": best.mean(axis=0), "share_harm": (gains < 0.0).mean(axis=0),
    }  # fmt: skip


def choices(table: pd.DataFrame) -> dict[str, str]:
    """Plan that each rule chooses from a regret table: mean gain, worst gain, mean regret, minimax regret."""
    wanted = {"mean_gain": True, "worst_gain": True, "mean_regret": False, "max_regret": False}
    wide = table.pivot(index="scenario", columns="measure", values="estimate")
    return {name: str(wide[name].idxmax() if high else wide[name].idxmin()) for name, high in wanted.items()}


@dataclass(frozen=True)
class Crossing:
    """The lead of one plan over another along a factor, and where it changes sign.

    Parameters
    ----------
    at : places along the factor; lead, low, high : mean lead of ``one`` there with its 90 % interval, other factors as they were drawn
    value, value_low, value_high : where the lead crosses zero, None where it does not within the range; the interval is over drawings
        in which there is a crossing
    share : share of drawings in which there is one
    rising : whether ``one`` leads above the value; None without one
    """

    one: str
    other: str
    factor: Factor
    at: Numbers
    lead: Numbers
    low: Numbers
    high: Numbers
    value: float | None
    value_low: float
    value_high: float
    share: float
    rising: bool | None


def break_even(sweep: Sweep, one: str, other: str, factor: str, outcome: Outcome | None = None, resamples: int = DRAWS) -> Crossing:
    """Value of a factor at which two scenarios tie, by local lines through the paired differences.

    Parameters
    ----------
    one, other : scenarios of the sweep, the baseline among them
    factor : its path
    outcome : with a better direction; None for the sweep's first

    Raises
    ------
    ResultsError
        for a name that the sweep does not hold.
    """
    chosen = sweep.outcome() if outcome is None else outcome
    known_factors = {each.name: place for place, each in enumerate(sweep.factors)}
    for name, known in ((one, sweep.scenarios), (other, sweep.scenarios), (factor, list(known_factors))):
        if name not in known:
            raise ResultsError(f"the sweep holds no {name!r}\n    known: {', '.join(known)}")
    gains = np.concatenate([np.zeros((len(sweep.points), len(sweep.replicates), 1)), sweep.gains(chosen) * chosen.sign], axis=2)
    lead = gains[:, :, sweep.scenarios.index(one)] - gains[:, :, sweep.scenarios.index(other)]
    kept = known_points(lead)
    x, lead, blocks = sweep.x[kept, known_factors[factor]], lead[kept], sweep.blocks[kept]
    values = np.unique(x)
    spaced = np.geomspace if sweep.factors[known_factors[factor]].is_log else np.linspace
    at = values if len(values) <= FEW else np.asarray(spaced(float(values[0]), float(values[-1]), PLACES))
    weights = (at[:, None] == x[None, :]).astype(np.float64) if len(values) <= FEW else local_weights(x, at)
    counts, y = np.ones((len(x), resamples + 1)), np.empty((len(x), resamples + 1))
    y[:, 0] = mean_over_worlds(lead)
    for number, (points, worlds) in enumerate(draws(blocks, lead.shape[1], resamples), 1):
        counts[:, number] = np.bincount(points, minlength=len(x))
        y[:, number] = mean_over_worlds(lead[:, worlds])
    counts[np.isnan(y)] = 0.0
    curves = local_lines(weights, x, at, np.nan_to_num(y), counts)
    low, high = np.nanquantile(curves[:, 1:], [0.05, 0.95], axis=1) if resamples else (curves[:, 0], curves[:, 0])
    crossing = crossings(at, curves[:, 0])
    others = [found for number in range(1, resamples + 1) if (found := crossings(at, curves[:, number]))]
    nearest = [min(found, key=lambda each: abs(each - crossing[0])) for found in others] if crossing else []
    end = ends(nearest)
    rising = bool(curves[-1, 0] > 0.0) if len(crossing) == 1 else None
    return Crossing(
        one, other, sweep.factors[known_factors[factor]], at, curves[:, 0], low, high,
        crossing[0] if crossing else None, *end, len(others) / resamples if resamples else float("nan"), rising,
    )  # fmt: skip


def crossings(at: Numbers, curve: Numbers) -> list[float]:
    """Places at which a curve changes sign, between neighbours by a straight line; one that only touches zero does not count."""
    found: list[float] = []
    last: int | None = None
    for place, value in enumerate(curve):
        if not np.isfinite(value) or value == 0.0:
            continue
        if last is not None and curve[last] * value < 0.0:
            part = curve[last] / (curve[last] - value)
            found.append(float(at[last] + part * (at[place] - at[last])))
        last = place
    return found


def break_even_table(found: list[Crossing]) -> pd.DataFrame:
    """One row for every pair and factor."""
    import pandas as pd

    columns = ["one", "other", "factor", "words", "unit", "value", "low", "high", "share", "one_leads"]
    rows = [
        (
            each.one, each.other, each.factor.name, each.factor.words, each.factor.unit,
            each.value, each.value_low, each.value_high, each.share,
            ("" if each.value is not None else "everywhere" if each.lead.mean() > 0.0 else "nowhere") if each.rising is None
            else "above" if each.rising else "below",
        )
        for each in found
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)
