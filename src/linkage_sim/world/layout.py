"""Where things of a world stand, and when: what every run of it reads and none changes, since nobody moves."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from linkage_sim.world.parameters import Parameters, bazaars_with_shop, usual_inputs
from linkage_sim.world.state import State

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Layout:
    """What follows from a state before the first spin-up month and from the numbers of its world, firms left aside.

    Parameters
    ----------
    first_household, first_enterprise : (V+1,) where a village begins in these tables
    of_chain : (V, C+1) where the enterprises of a village and chain begin, and the village ends; their goods stand as theirs do
    by_household : (E,) enterprises in the order of their households; of_household : (H+1,) where those of a household begin in it
    most_goods : enterprises of the largest village and chain
    input_normal : (B,) USD that practices cost in a normal year round each bazaar
    bazaar_outlet : (B,) 1 where there is an input shop
    month_of : (4, C) calendar months of each chain by `MONTHS`; -1 for the last where areas do not shift
    """

    first_household: Ints
    first_enterprise: Ints
    of_chain: Ints
    by_household: Ints
    of_household: Ints
    most_goods: int
    input_normal: NDArray[np.float64]
    bazaar_outlet: NDArray[np.float64]
    month_of: Ints

    @cached_property
    def months(self) -> dict[str, frozenset[int]]:
        """Calendar months in which some chain has one of `MONTHS`, by name."""
        return {name: frozenset(of.tolist()) for name, of in zip(MONTHS, self.month_of, strict=True)}


MONTHS = ("contract_month", "practice_month", "season_end", "area_month")
"""In the order of `CONTRACTING`, `PLANTING`, `ENDING` and `SHIFTING` of `linkage_sim.month.rows`."""


def layout_of(state: State, parameters: Parameters) -> Layout:
    """Lay out the enterprises of a world that nobody has lived on."""
    chains, villages, shops = parameters.chains, len(state.village), len(state.input_stock)
    household, chain, village = state.enterprise["household"], state.enterprise["chain"], state.household["village"]
    of_enterprise = village[household].astype(np.int64)
    edges = np.arange(villages + 1)
    place = of_enterprise * len(chains) + chain
    of_chain = np.searchsorted(place, edges[:-1, None] * len(chains) + np.arange(len(chains) + 1))
    month_of = np.array([chains[name].astype(np.int64) for name in MONTHS])
    month_of[-1, chains["assets_adjustment"] <= 0.0] = -1
    of_household = np.zeros(len(state.household) + 1, dtype=np.int64)
    np.cumsum(np.bincount(household, minlength=len(state.household)), out=of_household[1:])
    return Layout(
        np.searchsorted(village, edges), np.searchsorted(of_enterprise, edges), of_chain,
        np.argsort(household, kind="stable"), of_household, int(np.diff(of_chain, axis=1).max(initial=0)),
        usual_inputs(chains, state.enterprise["assets"], chain, state.village["bazaar"][of_enterprise], shops),
        bazaars_with_shop(shops, float(parameters.inputs["bazaar_outlets"][0])).astype(float), month_of,
    )  # fmt: skip
