"""A world: the market graph, its routes and the state everybody starts from, for one seed."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from linkage_sim.draws import Key, key_of
from linkage_sim.scenario.scenario import Scenario
from linkage_sim.world.graph import market_graph
from linkage_sim.world.layout import Layout, layout_of
from linkage_sim.world.parameters import Parameters
from linkage_sim.world.population import populate
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
    """

    graph: nx.Graph[str]
    routes: Routes
    parameters: Parameters
    state: State
    key: Key
    first_household: NDArray[np.int64]
    first_enterprise: NDArray[np.int64]

    @functools.cached_property
    def layout(self) -> Layout:
        """Where villages, households and chains stand in the tables."""
        return layout_of(self.state, self.first_household, self.first_enterprise, len(self.parameters.chains))


def build_world(scenario: Scenario, seed: int) -> World:
    """Build the world of a scenario for one seed; programme, facilitator and interventions play no part.

    Parameters
    ----------
    scenario : resolved
    seed : 0 or more; 0 is a seed
    """
    key = key_of(seed)
    graph = market_graph(scenario.region, key)
    routes = compile_routes(graph, scenario.region)
    parameters = Parameters.of(scenario, routes)
    state = populate(scenario, routes, parameters, key)
    villages = len(routes.village_names)
    of_household = state.household["village"]
    of_enterprise = of_household[state.enterprise["household"]]
    edges = np.arange(villages + 1)
    return World(
        graph, routes, parameters, state, key,
        np.searchsorted(of_household, edges).astype(np.int64), np.searchsorted(of_enterprise, edges).astype(np.int64),
    )  # fmt: skip
