"""Smooth curves through scattered points: a spline for what a factor explains, a local line for where a curve crosses zero."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]

KNOTS = 5
FEW = 6
"""Factors with no more different values than this are taken value by value."""
SPAN = 0.4
"""Share of points that a local line looks at."""


def basis(x: Numbers, knots: Numbers) -> Numbers:
    """Natural cubic spline basis, (n, knots): constant, line, and curves that are straight beyond the end knots.

    Parameters
    ----------
    x : (n,), held within the knots
    knots : rising, two or more
    """
    span = knots[-1] - knots[0]
    z, at = (np.clip(x, knots[0], knots[-1]) - knots[0]) / span, (knots - knots[0]) / span
    last = at[-1]

    def bend(knot: float) -> Numbers:
        return np.asarray((np.maximum(z - knot, 0.0) ** 3 - np.maximum(z - last, 0.0) ** 3) / (last - knot))

    columns = [np.ones_like(z), z]
    if len(at) > 2:
        reference = bend(float(at[-2]))
        columns += [bend(float(knot)) - reference for knot in at[:-2]]
    return np.stack(columns, axis=1)


def features(x: Numbers, like: Numbers) -> Numbers:
    """Columns on which a smooth function of one factor is fitted, (n, k).

    Parameters
    ----------
    x : where; like : all values of the factor, which decide knots or values
    """
    values = np.unique(like)
    if len(values) <= FEW:
        nearest = np.abs(x[:, None] - values[None, :]).argmin(axis=1)
        return np.asarray(np.eye(len(values))[nearest])
    knots = np.unique(np.quantile(like, np.linspace(0.02, 0.98, KNOTS)))
    return basis(x, knots) if len(knots) > 1 else np.ones((len(x), 1))


def fitted(design: Numbers, y: Numbers, at: Numbers) -> Numbers:
    """Least-squares values at other rows of the design, (m, outputs)."""
    coefficients = np.linalg.lstsq(design, y, rcond=None)[0]
    return np.asarray(at @ coefficients)


def solved(square: Numbers, product: Numbers) -> Numbers:
    """Least-squares coefficients from normal equations, with a ridge too small to see, so that columns may depend on each other."""
    ridge = 1e-10 * max(float(np.trace(square)) / len(square), 1e-300)
    return np.asarray(np.linalg.solve(square + ridge * np.eye(len(square)), product))


def local_weights(x: Numbers, at: Numbers, span: float = SPAN) -> Numbers:
    """Tricube weights of every point for a local line at each place, (places, n); wide enough for two different values."""
    distance = np.abs(at[:, None] - x[None, :])
    nearest = np.sort(distance, axis=1)
    width = nearest[:, min(len(x) - 1, max(2, int(np.ceil(span * len(x)))))]
    gaps = np.diff(np.unique(x))
    least = 1.5 * float(gaps.max()) if len(gaps) else 1.0
    width = np.maximum(width, least)[:, None]
    return np.asarray(np.clip(1.0 - (distance / width) ** 3, 0.0, None) ** 3)


def local_lines(weights: Numbers, x: Numbers, at: Numbers, y: Numbers, counts: Numbers) -> Numbers:
    """Local-line estimates at each place for many resamples at once, (places, resamples).

    Parameters
    ----------
    weights : (places, n) of `local_weights`
    y : (n, resamples); counts : (n, resamples) how often each point was drawn
    """
    s0, s1, s2 = weights @ counts, weights @ (counts * x[:, None]), weights @ (counts * (x**2)[:, None])
    t0, t1 = weights @ (counts * y), weights @ (counts * y * x[:, None])
    spread = s0 * s2 - s1**2
    with np.errstate(divide="ignore", invalid="ignore"):
        slope = np.where(spread > 1e-12 * np.maximum(s0 * s2, 1e-300), (s0 * t1 - s1 * t0) / spread, 0.0)
        centre = t0 / s0
        return np.asarray(centre + slope * (at[:, None] - s1 / s0))
