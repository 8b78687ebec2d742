"""A world: the market graph, its routes and the state everybody starts from, for one seed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from linkage_sim.draws import Key, key_of
from linkage_sim.scenario.scenario import Scenario, same_entries
from linkage_sim.world.graph import market_graph
from linkage_sim.world.layout import Layout, layout_of
from linkage_sim.world.luck import Luck, Turns, luck_of, turns_of
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
    layout : where things stand
    luck : of its households and fields
    scenario : it was built of
    """

    graph: nx.Graph[str]
    routes: Routes
    parameters: Parameters
    state: State
    key: Key
    layout: Layout
    luck: Luck
    scenario: Scenario

    @cached_property
    def turns(self) -> Turns:
        """Whose turn it is when a programme serves everybody."""
        household = self.state.household
        return turns_of(self.key, household["identity"], household["village"], len(self.state.village))


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
    peopled = like if like is not None and same_entries(scenario, like.scenario, OF_PEOPLE) else None
    numbered = peopled if peopled is not None and same_entries(scenario, peopled.scenario, BESIDE_FIRMS) else None
    parameters = Parameters.of(scenario, routes, None if numbered is None else numbered.parameters)
    state = populate(scenario, routes, parameters, key, None if peopled is None else peopled.state)
    layout = layout_of(state, parameters) if numbered is None else numbered.layout
    line = scenario.timeline
    if peopled is not None and line == peopled.scenario.timeline:
        luck = peopled.luck
    else:
        luck = luck_of(len(state.household), len(state.enterprise), -line.spin_up, line.months, np.any(parameters.season > 0.0, axis=0))
    return World(graph, routes, parameters, state, key, layout, luck, scenario)
