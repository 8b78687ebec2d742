"""The market graph compiled to arrays: what it costs and how long it takes to get from where to where (model 2)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from linkage_sim.scenario.region import Region
from linkage_sim.world.places import Problems, Where

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

LORRY_TIME_SHARE = 0.5
"""Assumed: share of a small lot's time cost that a lorry pays while it collects in a village."""

MARKET_KINDS = ("bazaar", "border", "city", "export")
"""Where an end market may be reached: everywhere but in a village."""


@dataclass(frozen=True, eq=False)
class Routes:
    """Routes of V villages, B bazaars and P places where firms and processors may stand (bazaars, then cities).

    All arrays are finite, at least 0, read-only and in canonical order: districts by name; villages by district, then
    number or name; bazaars and cities by name. Place ``p < B`` is bazaar ``p``. Costs are USD/kg one way, for the
    cheapest path; closures are chances (share, January to December) that the path is closed all that month, its roads
    closing independently.

    Attributes
    ----------
    district_names : all districts that have a village or a bazaar
    village_names : (V)
    village_district : int (V), place in ``district_names``
    village_households : int (V)
    village_bazaar : int (V), the bazaar that is cheapest to reach, place in ``bazaar_names``
    village_bazaar_hours : h (V)
    village_bazaar_cost : USD/kg (V), a small lot, handling included
    village_closed : share (V, 12), the path from village to bazaar
    bazaar_names : (B)
    bazaar_district : int (B), place in ``district_names``
    bazaar_city : int (B), the city whose wholesale market it belongs to, place in ``city_names``
    bazaar_city_hours : h (B)
    bazaar_city_cost : USD/kg (B), a full load to its city, handling included; 0 in the city itself
    bazaar_city_closed : share (B, 12)
    city_names : (W) cities with a wholesale market
    place_names : (P)
    place_village_hours : h (P, V)
    place_village_cost : USD/kg (P, V), collecting a full load, handling included
    place_city : int (P), place in ``city_names``: of a bazaar its own, of a city itself or else the cheapest to reach
    place_city_cost : USD/kg (P), full load to that city, handling included; 0 in the city itself
    place_market_cost : USD/kg (P) by name of every place that is no village, as ``place_city_cost``
    market_closed : share (W, 12) by the same names: the path from each city
    """

    district_names: tuple[str, ...]
    village_names: tuple[str, ...]
    village_district: Ints
    village_households: Ints
    village_bazaar: Ints
    village_bazaar_hours: Floats
    village_bazaar_cost: Floats
    village_closed: Floats
    bazaar_names: tuple[str, ...]
    bazaar_district: Ints
    bazaar_city: Ints
    bazaar_city_hours: Floats
    bazaar_city_cost: Floats
    bazaar_city_closed: Floats
    city_names: tuple[str, ...]
    place_names: tuple[str, ...]
    place_village_hours: Floats
    place_village_cost: Floats
    place_city: Ints
    place_city_cost: Floats
    place_market_cost: dict[str, Floats]
    market_closed: dict[str, Floats]


def compile_routes(graph: nx.Graph[str], region: Region, *, lorry_time_share: float = LORRY_TIME_SHARE) -> Routes:
    """Find the cheapest paths of a market graph.

    A household carries a small lot to the bazaar: the sum of ``usd_per_kg``. A lorry pays the handling of a full load
    once a journey, and on each road freight for its kilometres (``usd_per_kg`` outside villages). On village roads it
    also pays a share of the time cost of small lots: it loads household by household and waits, but one driver's time
    is spread over a full load. With a share of 0 a remote village would cost hardly more to collect from than a near
    one; with 1 the firm would gain nothing from coming with a lorry. A half is assumed.

    Parameters
    ----------
    graph : from `linkage_sim.world.graph.market_graph`
    region : gives the regional city and transport costs
    lorry_time_share : share, 0..1

    Raises
    ------
    ScenarioError
        naming every place that no road joins to the regional city, or the kind of place that is missing.
    """
    _check(graph, region)
    graph = _canonical(graph, region, lorry_time_share)
    villages, bazaars, cities, markets = (_of_kind(graph, *kinds) for kinds in (("village",), ("bazaar",), ("city",), MARKET_KINDS))
    places = (*bazaars, *cities)
    districts = sorted({str(graph.nodes[name]["district"]) for name in (*villages, *bazaars)})
    of_bazaar = [region.city_of(str(graph.nodes[name]["district"])) for name in bazaars]
    wholesale = tuple(sorted({region.city, *of_bazaar}))
    from_bazaar = [Journeys(graph, name, "usd_per_kg", villages) for name in bazaars]
    from_place = [Journeys(graph, name, "lorry_usd_per_kg", villages) for name in places]
    from_city = {name: from_place[places.index(name)] for name in wholesale}
    carrying = np.array([journeys.to_villages("usd_per_kg") for journeys in from_bazaar]).T
    chosen = np.argmin(carrying, axis=1)
    own_hours = np.array([journeys.to_villages("hours") for journeys in from_bazaar])[chosen, np.arange(len(villages))]

    def full_load(journeys: Journeys, to: str) -> float:
        return journeys.sum(to, "lorry_usd_per_kg") + (region.transport.large_lot if to != journeys.source else 0.0)

    def city_of_place(place: int) -> int:
        if place < len(bazaars):
            return wholesale.index(of_bazaar[place])
        return int(np.argmin([full_load(from_city[name], places[place]) for name in wholesale]))

    place_city = [city_of_place(place) for place in range(len(places))]
    place_market_cost = {to: _floats([full_load(journeys, to) for journeys in from_place]) for to in markets}
    own = list(zip(bazaars, of_bazaar, strict=True))
    return Routes(
        district_names=tuple(districts),
        village_names=villages,
        village_district=_ints(districts.index(graph.nodes[name]["district"]) for name in villages),
        village_households=_ints(graph.nodes[name]["households"] for name in villages),
        village_bazaar=_ints(chosen.tolist()),
        village_bazaar_hours=_floats(own_hours),
        village_bazaar_cost=_floats(carrying[np.arange(len(villages)), chosen]),
        village_closed=_floats([from_bazaar[b].closed(name) for name, b in zip(villages, chosen.tolist(), strict=True)]),
        bazaar_names=bazaars,
        bazaar_district=_ints(districts.index(graph.nodes[name]["district"]) for name in bazaars),
        bazaar_city=_ints(wholesale.index(city) for city in of_bazaar),
        bazaar_city_hours=_floats([from_city[city].sum(name, "hours") for name, city in own]),
        bazaar_city_cost=_floats([full_load(from_city[city], name) for name, city in own]),
        bazaar_city_closed=_floats([from_city[city].closed(name) for name, city in own]),
        city_names=wholesale,
        place_names=places,
        place_village_hours=_floats([journeys.to_villages("hours") for journeys in from_place]),
        place_village_cost=_floats([journeys.to_villages("lorry_usd_per_kg") + region.transport.large_lot for journeys in from_place]),
        place_city=_ints(place_city),
        place_city_cost=_floats([full_load(from_city[wholesale[w]], name) for name, w in zip(places, place_city, strict=True)]),
        place_market_cost=place_market_cost,
        market_closed={to: _floats([from_city[name].closed(to) for name in wholesale]) for to in markets},
    )


class Journeys:
    """Cheapest paths from one place; villages at the end of one road, as most are, are worked out all at once.

    Parameters
    ----------
    graph : as `_canonical` leaves it
    source : where the paths begin; no village
    cost : what they are cheapest in
    villages : in canonical order
    """

    def __init__(self, graph: nx.Graph[str], source: str, cost: str, villages: tuple[str, ...]) -> None:
        self.graph, self.source, self.villages = graph, source, villages
        self.paths: dict[str, list[str]] = dict(nx.single_source_dijkstra_path(graph.graph["crossings"], source, weight=cost))

    def sum(self, to: str, what: str) -> float:
        """Sum of an attribute of the roads to a place, road by road."""
        total = 0.0
        for ends in nx.utils.pairwise(self.path(to)):
            total += self.graph.edges[ends][what]
        return total

    def to_villages(self, what: str) -> Floats:
        """The same for every village: (V,)."""
        leaves: dict[str, Ints] = self.graph.graph["leaves"]
        found = np.zeros(len(self.villages))
        for gate, rows in leaves.items():
            found[rows] = self.sum(gate, what) + self.graph.graph["last_road"][what][rows]
        for row in self.graph.graph["others"]:
            found[row] = self.sum(self.villages[row], what)
        return found

    def closed(self, to: str) -> Floats:
        """Chance by month that at least one road to a place is closed, the roads closing independently."""
        open_all = np.ones(12)
        for ends in nx.utils.pairwise(self.path(to)):
            open_all *= 1.0 - np.array(self.graph.edges[ends]["closed"], dtype=np.float64)
        return 1.0 - open_all

    def path(self, to: str) -> list[str]:
        """Places on the way, both ends included."""
        if to in self.paths:
            return self.paths[to]
        (gate,) = self.graph[to]
        return [*self.paths[gate], to]


@dataclass(frozen=True, eq=False)
class Ways:
    """Places on the cheapest paths, ends included: from village to bazaar, bazaar to its city, every city to markets."""

    village: dict[str, list[str]]
    bazaar: dict[str, list[str]]
    market: tuple[dict[str, list[str]], ...]


def ways_of(graph: nx.Graph[str], region: Region, routes: Routes, *, lorry_time_share: float = LORRY_TIME_SHARE) -> Ways:
    """The paths that compiled routes stand for, so that an event can close what lies on them."""
    graph = _canonical(graph, region, lorry_time_share)
    from_city = [Journeys(graph, name, "lorry_usd_per_kg", routes.village_names) for name in routes.city_names]
    from_bazaar = [Journeys(graph, name, "usd_per_kg", routes.village_names) for name in routes.bazaar_names]
    return Ways(
        {name: from_bazaar[b].path(name) for name, b in zip(routes.village_names, routes.village_bazaar.tolist(), strict=True)},
        {name: from_city[w].path(name) for name, w in zip(routes.bazaar_names, routes.bazaar_city.tolist(), strict=True)},
        tuple({name: journeys.path(name) for name in routes.place_market_cost} for journeys in from_city),
    )


def _check(graph: nx.Graph[str], region: Region) -> None:
    city = region.city
    problems = Problems()
    for kind in ("village", "bazaar"):
        if not _of_kind(graph, kind):
            problems.add(Where(path="region"), f"the market graph has no {kind}", allowed=f"at least one {kind}")
    cities = _of_kind(graph, "city")
    for name in _of_kind(graph, "bazaar"):
        district = str(graph.nodes[name]["district"])
        other = region.city_of(district)
        if other != city and other not in cities:
            path = f"region.districts.{district}.city"
            problems.add(Where(path=path), f'no city "{other}" in the market graph', word=other, known=cities)
    if city not in cities:
        problems.add(Where(path="region.city"), f'no city "{city}" in the market graph', word=city, known=cities)
    else:
        joined = nx.node_connected_component(graph, city)
        for name in sorted(set(graph) - joined, key=_natural):
            kind = graph.nodes[name]["kind"]
            problems.add(Where(path="region.roads"), f'no road joins the {kind} "{name}" to the city "{city}"', allowed="a road")
    problems.stop()


def _canonical(graph: nx.Graph[str], region: Region, lorry_time_share: float) -> nx.Graph[str]:
    """Copy places and roads in canonical order, so that ties fall alike, and add what a lorry pays on each road."""
    copy: nx.Graph[str] = nx.Graph()
    copy.add_nodes_from((name, graph.nodes[name]) for name in sorted(graph))
    for one, other in sorted(tuple(sorted(ends)) for ends in graph.edges):
        data = dict(graph.edges[one, other])
        lorry = data["usd_per_kg"]
        if "village" in (graph.nodes[one]["kind"], graph.nodes[other]["kind"]):
            time = lorry_time_share * region.transport.hour * data["hours"]
            lorry = region.transport.freight * data["kilometres"] / 1000 + time
        copy.add_edge(one, other, **data, lorry_usd_per_kg=lorry)
    _mark_leaves(copy)
    return copy


def _mark_leaves(graph: nx.Graph[str]) -> None:
    """Set apart the villages at the end of a single road: no path leads through them, so the others make a small graph."""
    villages = _of_kind(graph, "village")
    gates = {name: next(iter(graph[name])) for name in villages if graph.degree[name] == 1}
    ends = {name: gate for name, gate in gates.items() if graph.nodes[gate]["kind"] != "village"}
    leaves: dict[str, list[int]] = {}
    for row, name in enumerate(villages):
        if name in ends:
            leaves.setdefault(ends[name], []).append(row)
    graph.graph["leaves"] = {gate: np.array(rows) for gate, rows in leaves.items()}
    graph.graph["others"] = [row for row, name in enumerate(villages) if name not in ends]
    graph.graph["last_road"] = {
        what: np.array([graph.edges[name, ends[name]][what] if name in ends else 0.0 for name in villages])
        for what in ("hours", "usd_per_kg", "lorry_usd_per_kg")
    }
    crossings: nx.Graph[str] = nx.Graph()
    crossings.add_nodes_from(name for name in graph if name not in ends)
    crossings.add_edges_from((one, other, data) for one, other, data in graph.edges(data=True) if one not in ends and other not in ends)
    graph.graph["crossings"] = crossings


def _of_kind(graph: nx.Graph[str], *kinds: str) -> tuple[str, ...]:
    """Places of these kinds in canonical order."""
    found = [name for name, data in graph.nodes(data=True) if data["kind"] in kinds]
    if kinds == ("village",):
        return tuple(sorted(found, key=lambda name: (str(graph.nodes[name]["district"]), _natural(name))))
    return tuple(sorted(found))


def _natural(name: str) -> tuple[tuple[str | int, ...], str]:
    """Sort key that puts v9 before v10."""
    return tuple(int(part) if part.isdecimal() else part for part in re.split(r"(\d+)", name)), name


def _floats(values: Any) -> Floats:
    array = np.array(values, dtype=np.float64)
    array.flags.writeable = False
    return array


def _ints(values: Iterable[int]) -> Ints:
    array = np.array(list(values), dtype=np.int64)
    array.flags.writeable = False
    return array
