"""Drawing points and worlds again: intervals that hold both the luck of the worlds and that of the sampled points."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from linkage_sim.results.pairing import CONFIDENCE

Numbers = NDArray[np.float64]
Whole = NDArray[np.int64]

SEED = 20_240_229
"""Of every resampling, so that the same table gives the same intervals; not 0, which SALib 1.6 takes for none."""
DRAWS = 300


def mean_over_worlds(gains: Numbers) -> Numbers:
    """Mean over replicates, (points, ...); NaN where no world of a point is known."""
    known = ~np.isnan(gains)
    count = known.sum(axis=1)
    total = np.where(known, gains, 0.0).sum(axis=1)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def known_points(gains: Numbers) -> NDArray[np.bool_]:
    """Points at which at least one world is known for all plans."""
    return np.asarray(~np.isnan(mean_over_worlds(gains)).reshape(len(gains), -1).any(axis=1))


def draws(blocks: Whole, replicates: int, number: int = DRAWS) -> Iterator[tuple[Whole, Whole]]:
    """Points and replicates drawn again with replacement, blocks of points as one; the same for the same sizes.

    Replicates are drawn once for all points: a world is the same luck at every point.

    Yields
    ------
    places of points, places of replicates
    """
    rng = np.random.default_rng(SEED)
    order = np.argsort(blocks, kind="stable")
    starts = np.flatnonzero(np.diff(blocks[order], prepend=blocks[order][:1] - 1))
    members = np.split(order, starts[1:])
    for _ in range(number):
        chosen = rng.integers(len(members), size=len(members))
        yield np.concatenate([members[place] for place in chosen]), rng.integers(replicates, size=replicates)


def ends(values: Sequence[float] | Numbers, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """Ends of the percentile interval of resampled values; NaN where none is known."""
    known = np.asarray(values, dtype=np.float64)
    known = known[np.isfinite(known)]
    if len(known) == 0:
        return float("nan"), float("nan")
    low, high = np.quantile(known, [0.5 - confidence / 2, 0.5 + confidence / 2])
    return float(low), float(high)
