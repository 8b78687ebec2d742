"""What luck brings to the households and fields of a world: the same for all runs of it, so it is drawn once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from linkage_sim.draws import Key, uniforms

MOST = 32_000_000
"""Bytes from which on nothing is kept: a large world's luck is drawn by every run, month after month."""


@dataclass(frozen=True)
class Turns:
    """In which order a programme serves those that it does not prefer.

    Parameters
    ----------
    village, household : (V,), (H,) uniform numbers; order : (H,) households village by village, luck within
    """

    village: NDArray[np.float64]
    household: NDArray[np.float64]
    order: NDArray[np.int64]


def turns_of(key: Key, identity: NDArray[np.int64], village: NDArray[np.int64], villages: int) -> Turns:
    """Draw whose turn it is.

    Parameters
    ----------
    identity, village : (H,) of households
    """
    of_village = uniforms(key, "programme.target", 0, np.arange(villages))
    of_household = uniforms(key, "programme.target", 1, identity)
    return Turns(of_village, of_household, np.lexsort((of_household, of_village[village])))


@dataclass(frozen=True)
class Luck:
    """Draws of the months of a run, kept by the first run that meets them.

    With one row nothing is kept: each month takes the place of the one before.

    Parameters
    ----------
    first : (1,) month of the first row
    known : (months,) 1 for months in which all that follows was drawn
    shock : (months, H) 1 for households with an illness or a feast
    drop : (years, H) 1 for households whose transfers fall that year
    weather : (years, E) lognormal number of mean 1 that an enterprise's own weather is
    lots : (months,) which row of what follows is that of a month; only months in which something ripens have one
    deliver, keeps, reject : (rows, E) draws of whether a lot is delivered, the number whose sigmoid that is, and of whether it is
        rejected; 0 as long as none had a contract that month, and without rows where nothing is kept
    """

    first: NDArray[np.int64]
    known: NDArray[np.uint8]
    shock: NDArray[np.uint8]
    drop: NDArray[np.uint8]
    weather: NDArray[np.float64]
    lots: NDArray[np.int64]
    deliver: NDArray[np.float64]
    keeps: NDArray[np.float64]
    reject: NDArray[np.float64]


def luck_of(households: int, enterprises: int, first: int, last: int, ripens: NDArray[np.bool_]) -> Luck:
    """Room for the luck of months ``first`` to ``last``, that left out, or of one where that would take more than `MOST` bytes.

    ``ripens`` (12,) : whether anything does in a calendar month
    """
    months, years = last - first, (last - 1) // 12 - first // 12 + 1
    lots = np.cumsum(ripens[np.arange(first, last) % 12]) - 1
    rows = int(lots[-1]) + 1
    if months * households + years * (households + 8 * enterprises) + rows * 24 * enterprises > MOST:
        months, years, rows = 1, 1, 0
    return Luck(
        np.array([first]), np.zeros(months, dtype=np.uint8), np.zeros((months, households), dtype=np.uint8),
        np.zeros((years, households), dtype=np.uint8), np.zeros((years, enterprises)),
        lots, *(np.zeros((rows, enterprises)) for _ in range(3)),
    )  # fmt: skip
