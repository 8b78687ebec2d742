"""Where things of a world stand, and when: what every run of it reads and none changes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from linkage_sim.world.parameters import Parameters, Table, bazaars_with_shop, usual_inputs
from linkage_sim.world.state import State


@dataclass(frozen=True)
class Layout:
    """What follows from a state before the first spin-up month and from the numbers of its world, firms left aside.

    Parameters
    ----------
    first_household, first_enterprise : (V+1,) rows of every village
    first_goods : (V, C) where the goods of a village and chain begin in their table, with room for all its enterprises
    most_goods : of a village and chain
    input_normal : (B,) USD that practices cost in a normal year round each bazaar
    bazaar_outlet : (B,) 1 where there is an input shop
    months : calendar months in which some chain has its ``contract_month``, ``practice_month``, ``season_end``, ``area_month``
    """

    first_household: NDArray[np.int64]
    first_enterprise: NDArray[np.int64]
    first_goods: NDArray[np.int64]
    most_goods: int
    input_normal: NDArray[np.float64]
    bazaar_outlet: NDArray[np.float64]
    months: dict[str, frozenset[int]]


def layout_of(state: State, parameters: Parameters) -> Layout:
    """Lay out the enterprises of a world that nobody has lived on."""
    chains, villages = parameters.chains, len(state.village)
    of_household, chain = state.household["village"], state.enterprise["chain"]
    of_enterprise = of_household[state.enterprise["household"]]
    edges = np.arange(villages + 1)
    place = of_enterprise.astype(np.int64) * len(chains) + chain
    counts = np.bincount(place, minlength=villages * len(chains))
    shops = len(state.input_stock)
    return Layout(
        np.searchsorted(of_household, edges).astype(np.int64), np.searchsorted(of_enterprise, edges).astype(np.int64),
        (np.cumsum(counts) - counts).reshape(villages, len(chains)), int(counts.max(initial=0)),
        usual_inputs(chains, state.enterprise["assets"], chain, state.village["bazaar"][of_enterprise], shops),
        bazaars_with_shop(shops, float(parameters.inputs["bazaar_outlets"][0])).astype(float), _months(chains),
    )  # fmt: skip


def _months(chains: Table) -> dict[str, frozenset[int]]:
    found = {name: frozenset(chains[name].astype(int).tolist()) for name in ("contract_month", "practice_month", "season_end")}
    moves = chains["assets_adjustment"] > 0.0
    return found | {"area_month": frozenset(chains["area_month"][moves].astype(int).tolist())}
