"""Which factors move a gain: Sobol and Morris indices by SALib, and for any other sample the part that a smooth curve explains."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from linkage_sim.analysis.resample import DRAWS, SEED, draws, ends, known_points, mean_over_worlds
from linkage_sim.analysis.smooth import features, fitted
from linkage_sim.analysis.table import Outcome, Sweep
from linkage_sim.errors import ResultsError

if TYPE_CHECKING:
    import pandas as pd

Numbers = NDArray[np.float64]
Index = Callable[[Numbers, Numbers], dict[str, Numbers]]
"""Indices by name, one value a factor, of points (n, factors) and their outputs (n,)."""

COLUMNS = ("scenario", "outcome", "factor", "words", "index", "estimate", "low", "high", "points", "worlds")
LEVELS = 4
"""Levels of a Morris design that says nothing else."""


def sensitivity(sweep: Sweep, outcomes: list[Outcome] | None = None, resamples: int = DRAWS) -> pd.DataFrame:
    """Sensitivity of every plan's gain, and of the difference of every two plans, to every factor.

    Parameters
    ----------
    sweep : of any design. Sobol designs give ``first`` and ``total`` order indices (shares of variance), Morris designs ``mu_star``,
        ``mu`` and ``sigma`` (in the outcome's unit), all others ``alone`` (share of variance that a smooth curve of one factor explains)
    outcomes : None for all
    resamples : how often points and worlds are drawn again for the intervals

    Returns
    -------
    tidy table with a row for every scenario (or pair ``a - b``), outcome, factor and index; ``low`` and ``high`` are the ends of a 90 %
    interval over drawn-again points and worlds. A gain that never changes has no indices.

    Raises
    ------
    ResultsError
        where no block of the design is complete.
    """
    import pandas as pd

    rows: list[tuple[Any, ...]] = []
    for outcome in sweep.outcomes if outcomes is None else outcomes:
        for name, gains in outputs(sweep, outcome):
            rows += _rows(sweep, name, outcome, gains, resamples)
    return pd.DataFrame(rows, columns=list(COLUMNS))


def outputs(sweep: Sweep, outcome: Outcome) -> Iterator[tuple[str, Numbers]]:
    """What is looked into: the gain of each plan and the difference of each two, (points, replicates)."""
    gains = sweep.gains(outcome)
    for number, plan in enumerate(sweep.plans):
        yield plan, gains[:, :, number]
    for one in range(len(sweep.plans)):
        for other in range(one + 1, len(sweep.plans)):
            yield f"{sweep.plans[one]} - {sweep.plans[other]}", gains[:, :, one] - gains[:, :, other]


def _rows(sweep: Sweep, name: str, outcome: Outcome, gains: Numbers, resamples: int) -> list[tuple[Any, ...]]:
    kept = complete(sweep, gains)
    if not kept.any():
        raise ResultsError("no complete block of the design is there: every sample has failed runs; see the column error of the table")
    x, gains, blocks = sweep.x[kept], gains[kept], sweep.blocks[kept]
    index = _index(sweep)
    mean = mean_over_worlds(gains)
    if np.ptp(mean) <= 1e-12 * max(1.0, float(np.abs(mean).max())):
        return []
    found = index(x, mean)
    again: dict[str, list[Numbers]] = {key: [] for key in found}
    for points, worlds in draws(blocks, gains.shape[1], resamples):
        drawn = mean_over_worlds(gains[points][:, worlds])
        if np.isnan(drawn).any() or np.ptp(drawn) == 0.0:
            continue
        for key, values in index(x[points], drawn).items():
            again[key].append(values)
    rows = []
    for key, values in found.items():
        every = np.array(again[key]).reshape(-1, len(values))
        for number, factor in enumerate(sweep.factors):
            low, high = ends(every[:, number])
            estimate = float(values[number])
            rows.append((name, outcome.name, factor.name, factor.words, key, estimate, low, high, len(x), gains.shape[1]))
    return rows


def complete(sweep: Sweep, gains: Numbers) -> NDArray[np.bool_]:
    """Points of blocks of which every point is there and known: Sobol and Morris indices need them whole."""
    known = known_points(gains)
    whole = np.bincount(sweep.blocks, weights=known, minlength=int(sweep.blocks.max()) + 1) == sweep.block_size
    return np.asarray(known & whole[sweep.blocks])


def _index(sweep: Sweep) -> Index:
    if sweep.kind == "sobol":
        return lambda x, y: sobol_indices(y, x.shape[1], sweep.second_order)
    if sweep.kind == "morris":
        levels = int(sweep.design["design"].get("levels") or LEVELS)
        return lambda x, y: morris_indices(x, y, levels)
    return lambda x, y: {"alone": explained(x, y)}


def problem(number: int) -> dict[str, Any]:
    """Problem of SALib for so many factors; indices do not depend on bounds."""
    return {"num_vars": number, "names": [str(place) for place in range(number)], "bounds": [[0.0, 1.0]] * number}


def sobol_indices(y: Numbers, factors: int, second_order: bool) -> dict[str, Numbers]:
    """First and total order indices by SALib's estimators (Saltelli et al. 2010, doi:10.1016/j.cpc.2009.09.018).

    Parameters
    ----------
    y : (n,) outputs in the order of a Saltelli design
    """
    from SALib.analyze import sobol

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = sobol.analyze(problem(factors), y, calc_second_order=second_order, num_resamples=2, seed=SEED)
    return {"first": np.asarray(found["S1"]), "total": np.asarray(found["ST"])}


def morris_indices(x: Numbers, y: Numbers, levels: int) -> dict[str, Numbers]:
    """Elementary effects by SALib (Morris 1991; Campolongo et al. 2007): mean of sizes, mean, and spread, per full range of a factor."""
    from SALib.analyze import morris

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = morris.analyze(problem(x.shape[1]), x, y, num_levels=levels, num_resamples=2, seed=SEED)
    return {name: np.asarray(found[name], dtype=np.float64) for name in ("mu_star", "mu", "sigma")}


def explained(x: Numbers, y: Numbers) -> Numbers:
    """Share of the variance of y that a smooth curve of each factor alone explains, corrected for the curve's own freedom, (factors,)."""
    total = float(((y - y.mean()) ** 2).sum()) / (len(y) - 1)
    found = np.zeros(x.shape[1])
    for number in range(x.shape[1]):
        columns = features(x[:, number], x[:, number])
        rank = int((np.abs(columns).sum(axis=0) > 0.0).sum())
        if rank > 1 and len(y) > rank:
            left = y - fitted(columns, y[:, None], columns)[:, 0]
            found[number] = max(0.0, 1.0 - float((left**2).sum()) / (len(y) - rank) / total)
    return found
