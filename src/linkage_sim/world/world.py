"""A world: the market graph, its routes and the state everybody starts from, for one seed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from linkage_sim.draws import Key, key_of
from linkage_sim.scenario.scenario import Scenario, same_entries
from linkage_sim.world.graph import market_graph
from linkage_sim.world.parameters import BESIDE_FIRMS, Parameters
from linkage_sim.world.population import OF_PEOPLE, populate
from linkage_sim.world.routes import Routes, compile_routes
from linkage_sim.world.state import State

if TYPE_CHECKING:
    import networkx as nx


@dataclass(frozen=True)
class World:
    """What scenarios of one world hash and one seed share.

    Parameters
    ----------
    graph : market graph; routes, parameters : compiled
    state : before the first spin-up month
    first_household, first_enterprise : (V+1,) rows of every village
    scenario : it was built of
    """

    graph: nx.Graph[str]
    routes: Routes
    parameters: Parameters
    state: State
    key: Key
    first_household: NDArray[np.int64]
    first_enterprise: NDArray[np.int64]
    scenario: Scenario


def build_world(scenario: Scenario, seed: int, like: World | None = None) -> World:
    """Build the world of a scenario for one seed; programme, facilitator and interventions play no part.

    Parameters
    ----------
    scenario : resolved
    seed : 0 or more; 0 is a seed
    like : a world that nobody has lived on: what it has in common with this one is taken from it, which gives the same bits
    """
    key = key_of(seed)
    if like is not None and not (np.array_equal(like.key, key) and same_entries(scenario, like.scenario, ("region",))):
        like = None
    graph = market_graph(scenario.region, key) if like is None else like.graph
    routes = compile_routes(graph, scenario.region) if like is None else like.routes
    same_numbers = like is not None and same_entries(scenario, like.scenario, BESIDE_FIRMS)
    parameters = Parameters.of(scenario, routes, like.parameters if like is not None and same_numbers else None)
    same_people = like is not None and same_entries(scenario, like.scenario, OF_PEOPLE)
    state = populate(scenario, routes, parameters, key, like.state if like is not None and same_people else None)
    villages = len(routes.village_names)
    of_household = state.household["village"]
    of_enterprise = of_household[state.enterprise["household"]]
    edges = np.arange(villages + 1)
    return World(
        graph, routes, parameters, state, key,
        np.searchsorted(of_household, edges).astype(np.int64), np.searchsorted(of_enterprise, edges).astype(np.int64),
        scenario,
    )  # fmt: skip
