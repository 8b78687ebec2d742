"""What common random numbers saved: the variance of a paired difference against that of two runs with luck of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from linkage_sim.analysis.resample import DRAWS, draws, ends
from linkage_sim.analysis.table import Outcome, Sweep

if TYPE_CHECKING:
    import pandas as pd

Numbers = NDArray[np.float64]


def variance_ratio(sweep: Sweep, outcomes: list[Outcome] | None = None, resamples: int = DRAWS) -> pd.DataFrame:
    """Variance over worlds of unpaired and paired differences, at fixed factors, for every two scenarios.

    ``ratio = sum_p (var own_p + var other_p) / sum_p var(own_p - other_p)``: how many times as many worlds unpaired runs would need for
    the same interval. Above 1 pairing helped.

    Returns
    -------
    one row for every outcome and pair: ``paired`` and ``unpaired`` variance (mean over points, squared unit), ``ratio`` with ``low`` and
    ``high`` (90 %, points drawn again). Empty with one world a point; a difference that luck never moves has no row.
    """
    import pandas as pd

    columns = ["outcome", "one", "other", "unpaired", "paired", "ratio", "low", "high"]
    rows = []
    for outcome in sweep.outcomes if outcomes is None else outcomes:
        values = sweep.values(outcome)
        for one in range(1, len(sweep.scenarios)):
            for other in range(one):
                found = _ratio(sweep, values[:, :, one], values[:, :, other], resamples)
                if found is not None:
                    rows.append((outcome.name, sweep.scenarios[one], sweep.scenarios[other], *found))
    return pd.DataFrame(rows, columns=columns)


def _ratio(sweep: Sweep, own: Numbers, other: Numbers, resamples: int) -> tuple[float, float, float, float, float] | None:
    both = ~np.isnan(own) & ~np.isnan(other)
    usable = both.sum(axis=1) > 1
    if not usable.any():
        return None
    own, other = (np.where(both, each, np.nan)[usable] for each in (own, other))
    paired = np.nanvar(own - other, axis=1, ddof=1)
    unpaired = np.nanvar(own, axis=1, ddof=1) + np.nanvar(other, axis=1, ddof=1)
    if paired.sum() <= 1e-12 * max(unpaired.sum(), 1e-300):
        return None
    again = []
    for points, _ in draws(sweep.blocks[usable], 1, resamples):
        again.append(unpaired[points].sum() / paired[points].sum() if paired[points].sum() > 0.0 else np.nan)
    return float(unpaired.mean()), float(paired.mean()), float(unpaired.sum() / paired.sum()), *ends(again)
