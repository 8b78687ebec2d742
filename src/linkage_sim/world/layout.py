"""Where villages, households and chains stand in the tables: found once for a world, since nobody moves and no enterprise changes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from linkage_sim.world.state import State

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Layout:
    """Rows of households, enterprises and goods.

    Parameters
    ----------
    first_household, first_enterprise : (V+1,) where a village begins in these tables
    first_goods : (V, C) where the goods of a village and chain begin in theirs, with room for all its enterprises
    by_chain : (E,) enterprises by village and chain, in the order of rows: those of a village and chain begin at ``first_goods``
    of_household : (H+1,) where the enterprises of a household begin
    most_goods : enterprises of the largest village and chain
    """

    first_household: Ints
    first_enterprise: Ints
    first_goods: Ints
    by_chain: NDArray[np.int32]
    of_household: Ints
    most_goods: int


def layout_of(state: State, first_household: Ints, first_enterprise: Ints, chains: int) -> Layout:
    """How a state of so many chains is laid out."""
    villages = len(first_household) - 1
    household = state.enterprise["household"]
    place = state.household["village"][household].astype(np.int64) * chains + state.enterprise["chain"]
    counts = np.bincount(place, minlength=villages * chains)
    return Layout(
        first_household, first_enterprise, (np.cumsum(counts) - counts).reshape(villages, chains),
        np.argsort(place, kind="stable").astype(np.int32),
        np.searchsorted(household, np.arange(len(state.household) + 1)), int(counts.max(initial=0)),
    )  # fmt: skip
