"""Sweep tables made of functions with known answers, in the format of the sweep store."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from linkage_sim.analysis.table import Sweep

Numbers = NDArray[np.float64]
Gain = Callable[[Numbers], Numbers]


def made_up(
    x: Numbers,
    factors: Sequence[Mapping[str, Any]],
    gains: Mapping[str, Gain],
    *,
    design: Mapping[str, Any],
    replicates: int = 1,
    luck: float = 0.0,
    better: str = "higher",
    unit: str = "USD per household and year",
    shared: float = 10.0,
) -> Sweep:
    """A sweep whose plans gain what functions of x say.

    Parameters
    ----------
    x : (points, factors); gains : plan -> function of x
    luck : spread of the luck that only one run has; shared : of that which all runs of a world share
    """
    rng = np.random.default_rng(3)
    base = shared * rng.standard_normal(replicates)
    names = [factor["name"] for factor in factors]
    parts = []
    for replicate in range(replicates):
        for scenario, gain in {"baseline": lambda x: np.zeros(len(x)), **gains}.items():
            found = gain(x) + (luck * rng.standard_normal(len(x)) if scenario != "baseline" else 0.0)
            part = pd.DataFrame(x, columns=names)
            part.insert(0, "point", np.arange(len(x)))
            part.insert(1, "replicate", replicate)
            part.insert(2, "scenario", scenario)
            part["income"] = 100.0 + base[replicate] + found
            part["gain.income"] = found
            part["key"], part["failed"], part["error"] = "k", False, ""
            parts.append(part)
    frame = pd.concat(parts).sort_values(["point", "replicate", "scenario"], ignore_index=True)
    data = {
        "name": "made up",
        "factors": [{"kind": "uncertainty", "unit": "", **factor} for factor in factors],
        "design": dict(design),
        "scenarios": ["baseline", *gains],
        "outcomes": [{"name": "income", "unit": unit, "better": better}],
        "replicates": replicates,
        "model_version": "none",
    }
    return Sweep(data, frame)


def spread(points: int, factors: int, low: float = 0.0, high: float = 1.0, seed: int = 1) -> Numbers:
    """Points spread evenly over a cube (Latin hypercube)."""
    from scipy.stats import qmc

    return np.asarray(low + (high - low) * qmc.LatinHypercube(factors, rng=seed).random(points))


def named(number: int, low: float = 0.0, high: float = 1.0) -> list[dict[str, Any]]:
    return [{"name": f"x{place}", "low": low, "high": high} for place in range(1, number + 1)]
