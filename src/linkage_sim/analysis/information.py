"""Which unknown, if measured, would most improve the choice between plans: expected value of perfect information, of all and of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from linkage_sim.analysis.resample import DRAWS, SEED, draws, ends, known_points, mean_over_worlds
from linkage_sim.analysis.smooth import features, solved
from linkage_sim.analysis.table import Outcome, Sweep
from linkage_sim.scenario.scenario import Scenario

if TYPE_CHECKING:
    import pandas as pd

Numbers = NDArray[np.float64]
Whole = NDArray[np.int64]

FOLDS = 10
ALL = "all of them"


@dataclass(frozen=True)
class Scale:
    """How much money a unit of an outcome is.

    Parameters
    ----------
    households : of the region; years : from the start of the programme to the end; None where the sweep does not say
    """

    households: float | None = None
    years: float | None = None

    def usd(self, outcome: Outcome) -> float | None:
        """Dollars in one unit of an outcome; None where it is no money or the scale is not known.

        A gain in USD per household and year is worth ``gain x households x years``, one in USD per year ``gain x years``.
        """
        if outcome.unit == "USD":
            return 1.0
        if outcome.unit in ("USD per year", "USD/year"):
            return self.years
        if outcome.unit.startswith("USD per household and year") and self.households and self.years:
            return self.households * self.years
        return None


def scale_of(scenario: Scenario | None) -> Scale:
    """Households and years of a scenario, as laid out before anything is varied; nothing where there is none."""
    if scenario is None:
        return Scale()
    line = scenario.timeline
    households = sum(district.villages * district.households for district in scenario.region.districts.values())
    return Scale(households, (line.during + line.after) / 12.0)


def information(sweep: Sweep, outcome: Outcome | None = None, scale: Scale | None = None, resamples: int = DRAWS) -> pd.DataFrame:
    """Expected value of perfect information about all uncertainties, and about each alone.

    With ``g_a`` the gain of plan a (mean over worlds) and ``x`` the uncertainties: all of them ``E[max_a g_a] - max_a E[g_a]``, one of
    them ``E_xi[max_a E(g_a | xi)] - max_a E[g_a]``; ``E(g_a | xi)`` is a spline of the factor, fitted after what the other factors add
    on their own was taken off (not for list designs, whose factors may depend on each other).

    A plan is chosen on nine tenths of the points and scored on the last (for all of them: chosen on some worlds, scored on another), and
    measured against the plan that is best over all points: an unknown that tells nothing is worth nothing, and the truth lies between
    ``estimate`` (cautious; all of them no less than any one) and ``optimistic``, apart from the luck of the sample.

    Parameters
    ----------
    outcome : with a better direction; None for the sweep's first
    scale : turns gains into dollars; None for that of the sweep's baseline. Where neither is known values stay in the outcome's unit
    resamples : for the intervals

    Returns
    -------
    rows by value, the best first: factor, words, ``estimate`` with ``low`` and ``high`` (90 %), ``optimistic`` (scored where it was chosen:
    too high), unit. Levers are no unknowns and are left out. With a single plan there is nothing to choose and no row.
    """
    import pandas as pd

    chosen = sweep.outcome() if outcome is None else outcome
    usd = (scale or scale_of(sweep.scenario)).usd(chosen)
    gains = sweep.gains(chosen) * chosen.sign * (1.0 if usd is None else usd)
    known = known_points(gains)
    gains, x, blocks = gains[known], sweep.x[known], sweep.blocks[known]
    columns = ["factor", "words", "estimate", "low", "high", "optimistic", "unit"]
    if len(sweep.plans) < 2:
        return pd.DataFrame(columns=columns)
    unknown = [(place, factor) for place, factor in enumerate(sweep.factors) if factor.kind != "lever"]
    designs = [features(x[:, place], x[:, place]) for place, _ in unknown]
    fold = folds_of(blocks)
    independent = sweep.kind != "list"
    again: list[list[float]] = [[] for _ in range(len(unknown) + 1)]
    for points, worlds in draws(blocks, gains.shape[1], resamples):
        drawn = mean_over_worlds(gains[points][:, worlds])
        points, drawn = points[~np.isnan(drawn).any(axis=1)], drawn[~np.isnan(drawn).any(axis=1)]
        own = [design[points] for design in designs]
        for place, alone in enumerate(others_removed(own, drawn) if independent else [drawn] * len(own)):
            again[place].append(min(partial(own[place], alone, fold[points]), optimistic(own[place], alone)))
        again[-1].append(max([perfect(gains[points]), *(each[-1] for each in again[:-1])]))
    mean = mean_over_worlds(gains)
    rows = []
    parts = others_removed(designs, mean) if independent else [mean] * len(designs)
    for place, (_, factor) in enumerate(unknown):
        naive = optimistic(designs[place], parts[place])
        rows.append((factor.name, factor.words, min(partial(designs[place], parts[place], fold), naive), *ends(again[place]), naive))
    nothing = 1e-9 * float(np.abs(gains[~np.isnan(gains)]).max(initial=0.0))
    rows.sort(key=lambda row: (-row[2] if row[2] > nothing else 0.0, -row[4]))
    naive = float(mean.max(axis=1).mean() - mean.mean(axis=0).max())
    whole = max([perfect(gains), *(row[2] for row in rows)])
    rows.insert(0, ("", ALL, whole, *ends(again[-1]), max([naive, *(row[5] for row in rows)])))
    unit = chosen.unit if usd is None else "USD"
    shown = [(*row[:2], *(value if value > nothing else 0.0 for value in row[2:]), unit) for row in rows]
    return pd.DataFrame(shown, columns=columns)


def folds_of(blocks: Whole) -> Whole:
    """Fold of every point, blocks as one; the same for the same blocks."""
    rng = np.random.default_rng(SEED)
    unique, place = np.unique(blocks, return_inverse=True)
    order = np.empty(len(unique), dtype=np.int64)
    order[rng.permutation(len(unique))] = np.arange(len(unique))
    return np.asarray(order % min(FOLDS, max(2, len(unique))))[place]


def others_removed(designs: Sequence[Numbers], gains: Numbers) -> list[Numbers]:
    """Gains without what the other factors add on their own, one array (n, plans) a factor.

    Where factors were drawn independently this changes no expectation given one factor, and takes away most of its noise.

    Parameters
    ----------
    designs : columns (n, k) of each factor; gains : (n, plans)
    """
    if not designs:
        return []
    centred = [design - design.mean(axis=0) for design in designs]
    every = np.concatenate(centred, axis=1)
    coefficients = solved(every.T @ every, every.T @ (gains - gains.mean(axis=0)))
    ends_at = np.cumsum([design.shape[1] for design in designs])
    parts = [own @ coefficients[end - own.shape[1] : end] for own, end in zip(centred, ends_at, strict=True)]
    whole = np.sum(parts, axis=0)
    return [gains - (whole - part) for part in parts]


def partial(design: Numbers, gains: Numbers, fold: Whole) -> float:
    """Value of knowing one factor, chosen on the other folds and scored on the own; may be a little below 0.

    Parameters
    ----------
    design : (n, k) columns of the factor; gains : (n, plans); fold : (n,)
    """
    total = 0.0
    square, product = design.T @ design, design.T @ gains
    for number in np.unique(fold):
        own = fold == number
        f, g = design[own], gains[own]
        choice = (f @ solved(square - f.T @ f, product - f.T @ g)).argmax(axis=1)
        total += float(g[np.arange(len(g)), choice].sum())
    return total / len(gains) - float(gains.mean(axis=0).max())


def optimistic(design: Numbers, gains: Numbers) -> float:
    """The same, scored by the fitted curves themselves: too high, the more the fewer the points."""
    curve = design @ solved(design.T @ design, design.T @ gains)
    return float(curve.max(axis=1).mean() - curve.mean(axis=0).max())


def perfect(gains: Numbers) -> float:
    """Value of knowing all factors: chosen on all worlds but one, scored on that one; with a single world chosen and scored on it.

    Parameters
    ----------
    gains : (n, worlds, plans)
    """
    worlds = gains.shape[1]
    if worlds < 2:
        mean = mean_over_worlds(gains)
        return float(np.nanmean(mean.max(axis=1)) - np.nanmean(mean, axis=0).max())
    total, usual, count = 0.0, np.zeros(gains.shape[2]), 0
    sums, number = np.nansum(gains, axis=1), (~np.isnan(gains[:, :, 0])).sum(axis=1)
    for world in range(worlds):
        own = gains[:, world]
        usable = ~np.isnan(own).any(axis=1) & (number > 1)
        others = (sums[usable] - own[usable]) / (number[usable] - 1)[:, None]
        choice = others.argmax(axis=1)
        total += float(own[usable][np.arange(len(choice)), choice].sum())
        usual += own[usable].sum(axis=0)
        count += len(choice)
    return (total - float(usual.max())) / count if count else float("nan")
