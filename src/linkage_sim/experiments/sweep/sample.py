"""Which points of the space of factors are visited: grids, Latin hypercubes, Sobol and Morris samples."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from linkage_sim.experiments.sweep.factor import Factor, Numbers

KINDS = ("grid", "latin_hypercube", "sobol", "morris", "list")


@dataclass(frozen=True)
class Layout:
    """How points are laid out.

    Parameters
    ----------
    kind : one of `KINDS`
    samples : points of a Latin hypercube; base samples of Sobol (a power of 2); trajectories of Morris
    levels : values of a range on a grid, or steps of Morris (even)
    seed : of the sample; the worlds have the seed of the baseline
    second_order : Sobol also for pairs of factors: 2k + 2 points a base sample instead of k + 2
    file : of a list of points
    """

    kind: str
    samples: int = 0
    levels: int = 0
    seed: int = 1
    second_order: bool = False
    file: str = ""

    def described(self) -> dict[str, Any]:
        """Plain data for ``design.json``."""
        return asdict(self)

    def points(self, factors: Sequence[Factor]) -> int:
        """How many points it has; of a grid at most, as whole numbers may fall together. Lists are not counted here."""
        k = len(factors)
        if self.kind == "grid":
            return int(np.prod([float(len(factor.values) or self.levels) for factor in factors]))
        return {"sobol": self.samples * ((2 * k if self.second_order else k) + 2), "morris": self.samples * (k + 1)}.get(
            self.kind, self.samples
        )


def sampled(layout: Layout, factors: Sequence[Factor]) -> tuple[Numbers, Numbers | None]:
    """Points of a design.

    Returns
    -------
    values : (points, factors), numbers of the columns
    shares : (points, factors), shares of each distribution they stand for; None for a grid
    """
    if layout.kind == "grid":
        steps = np.linspace(0.0, 1.0, layout.levels) if layout.levels > 1 else np.array([0.5])
        axes = [factor.columns_of_values if factor.values else list(dict.fromkeys(factor.at(steps).tolist())) for factor in factors]
        return np.array(list(itertools.product(*axes)), dtype=np.float64), None
    shares = _shares(layout, len(factors))
    return np.column_stack([factor.at(shares[:, number]) for number, factor in enumerate(factors)]), shares


def _shares(layout: Layout, factors: int) -> Numbers:
    # A generator of its own, as SALib takes a bare seed of 0 for none.
    luck = np.random.default_rng(layout.seed)
    if layout.kind == "latin_hypercube":
        from scipy.stats import qmc

        return np.asarray(qmc.LatinHypercube(factors, rng=luck).random(layout.samples))
    problem = {"num_vars": factors, "names": [str(number) for number in range(factors)], "bounds": [[0.0, 1.0]] * factors}
    if layout.kind == "sobol":
        from SALib.sample import sobol

        return np.asarray(sobol.sample(problem, layout.samples, calc_second_order=layout.second_order, seed=luck))
    from SALib.sample import morris

    return np.asarray(morris.sample(problem, layout.samples, num_levels=layout.levels, seed=luck))
