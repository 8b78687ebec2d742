"""The events of a scenario in the form the months read: who is struck, where, when and how hard."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from typing import Any

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from linkage_sim.scenario.declare import MONTHS
from linkage_sim.scenario.events import ABROAD, AnyEvent
from linkage_sim.scenario.scenario import Scenario
from linkage_sim.world.parameters import Parameters, Table
from linkage_sim.world.places import Problems, Where
from linkage_sim.world.routes import Routes, Ways, ways_of

Flags = NDArray[np.bool_]
FREE = 2**31
"""Draws of two events lie this far apart: more than there are households."""


@dataclass(frozen=True)
class Strike:
    """One event.

    Parameters
    ----------
    name, kind : as in the scenario; place : of its draws
    at : recorded month, -1 for none; chance : a year, in ``calendar`` month (0 = January); lasts : months, 1 or more
    chain, market, firm : indices, -1 where it has none
    villages (V,), bazaars (B,), markets (W, M) by city : whom it may reach
    size : how hard: share left, fall or size by kind; share : of villages or households hit; cost : USD/kg
    """

    name: str
    kind: str
    place: int
    at: int
    chance: float
    calendar: int
    lasts: int
    chain: int
    market: int
    firm: int
    villages: Flags
    bazaars: Flags
    markets: Flags
    size: float
    share: float
    cost: float


@dataclass
class Events:
    """All events of a run, in order of name.

    Parameters
    ----------
    markets : end markets as they were before any change of standard
    city_haul : (M, W) USD/kg from every city to each end market
    happened : (month, name) of every event that began, as the run goes
    """

    strikes: tuple[Strike, ...]
    markets: Table
    city_haul: NDArray[np.float64]
    happened: list[tuple[int, str]] = field(default_factory=list)


def place_of(name: str) -> int:
    """Address of an event's draws: from its name alone, so that another event does not change its luck."""
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=4).digest(), "little") % FREE * FREE


def events_of(scenario: Scenario, graph: nx.Graph[str], routes: Routes, parameters: Parameters) -> Events | None:
    """Compile the events of a scenario; None where it has none.

    Raises
    ------
    ScenarioError
        for districts, roads or places that a file of the user's own does not have.
    """
    if not scenario.events:
        return None
    ways = ways_of(graph, scenario.region, routes)
    problems = Problems()
    strikes = tuple(_strike(name, event, scenario, graph, routes, ways, problems) for name, event in scenario.events.items())
    problems.stop()
    cities = [routes.place_names.index(name) for name in routes.city_names]
    return Events(strikes, parameters.markets.copy(), parameters.market_haul[:, cities].copy())


def own_markets(parameters: Parameters) -> Parameters:
    """The same numbers with end markets of this run's own, as a change of standard may change them."""
    return replace(parameters, markets=parameters.markets.copy())


def _strike(name: str, event: AnyEvent, scenario: Scenario, graph: nx.Graph[str], routes: Routes, ways: Ways, problems: Problems) -> Strike:
    chains = list(scenario.value_chains)
    market_names = [(chain, market) for chain, each in scenario.value_chains.items() for market in each.end_markets]
    market_places = [each.place for chain in scenario.value_chains.values() for each in chain.end_markets.values()]
    kinds = [graph.nodes[place]["kind"] for place in market_places]
    chain = getattr(event, "chain", "")
    villages, bazaars = (np.zeros(len(names), dtype=bool) for names in (routes.village_names, routes.bazaar_names))
    markets = np.zeros((len(routes.city_names), len(market_names)), dtype=bool)
    wanted = getattr(event, "districts", ())
    _known(wanted, routes.district_names, f"events.{name}.districts", problems)
    of_districts = np.array([routes.district_names[d] in wanted for d in routes.village_district])
    if event.kind == "frost":
        villages = of_districts if wanted else ~villages
    elif event.kind == "export_ban":
        markets[:] = [own == chain and kind in ABROAD for (own, _), kind in zip(market_names, kinds, strict=True)]
    elif event.kind == "border_closure":
        _known((event.place,), [each for each, data in graph.nodes(data=True) if data["kind"] in ABROAD], f"events.{name}.place", problems)
        markets[:] = [[event.place in way[place] for place in market_places] for way in ways.market]
    elif event.kind == "road_closure":
        roads = {data["name"]: frozenset((one, other)) for one, other, data in graph.edges(data=True)}
        _known(event.roads, [each for each in roads if "/" not in each], f"events.{name}.roads", problems)
        closed = {roads[each] for each in event.roads if each in roads}
        villages = of_districts | np.array([_passes(ways.village[each], closed) for each in routes.village_names])
        bazaars = np.array([_passes(ways.bazaar[each], closed) for each in routes.bazaar_names])
        markets[:] = [[_passes(way[place], closed) for place in market_places] for way in ways.market]
    target: Any = getattr(event, "firm", None)
    of_chain = chains.index(chain) * (scenario.lead_firms.number + scenario.lead_firms.imitators) if chain else 0
    return Strike(
        name, event.kind, place_of(name), -1 if event.at is None else event.at, event.chance, MONTHS.index(event.month),
        getattr(event, "lasts", 1), chains.index(chain) if chain else -1,
        market_names.index((chain, event.end_market)) if event.kind == "standard_change" else -1,
        -1 if target is None else of_chain + target, villages, bazaars, markets,
        _first(event, "left", "city_fall", "size", "grade_b_fall"), _first(event, "villages", "households"), _first(event, "cost_rise"),
    )  # fmt: skip


def _first(event: AnyEvent, *names: str) -> float:
    """The one of these numbers that an event has; 0 where it has none."""
    return next((float(getattr(event, name)) for name in names if hasattr(event, name)), 0.0)


def _known(words: Any, known: Any, path: str, problems: Problems) -> None:
    for word in words:
        if word not in known:
            problems.add(Where(path=path), f'no "{word}" among the places', word=word, known=tuple(known))


def _passes(path: list[str], closed: set[frozenset[str]]) -> bool:
    """Whether a path uses a closed road."""
    return any(frozenset(ends) in closed for ends in nx.utils.pairwise(path))
