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
    bazaar_city_hours : h (B)
    bazaar_city_cost : USD/kg (B), a full load to the regional city, handling included; 0 in the city itself
    bazaar_city_closed : share (B, 12)
    place_names : (P)
    place_village_hours : h (P, V)
    place_village_cost : USD/kg (P, V), collecting a full load, handling included
    place_city_cost : USD/kg (P), full load to the regional city, handling included; 0 in the city itself
    place_market_cost : USD/kg (P) by name of every place that is no village, as ``place_city_cost``
    market_closed : share (12) by the same names: the path from the regional city
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
    bazaar_city_hours: Floats
    bazaar_city_cost: Floats
    bazaar_city_closed: Floats
    place_names: tuple[str, ...]
    place_village_hours: Floats
    place_village_cost: Floats
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
    _check(graph, region.city)
    graph = _canonical(graph, region, lorry_time_share)
    villages, bazaars, cities, markets = (_of_kind(graph, *kinds) for kinds in (("village",), ("bazaar",), ("city",), MARKET_KINDS))
    places = (*bazaars, *cities)
    districts = sorted({str(graph.nodes[name]["district"]) for name in (*villages, *bazaars)})
    from_bazaar = [_paths(graph, name, "usd_per_kg") for name in bazaars]
    from_place = [_paths(graph, name, "lorry_usd_per_kg") for name in places]
    from_city = from_place[places.index(region.city)]
    carrying = np.array([[_sum(graph, paths[name], "usd_per_kg") for paths in from_bazaar] for name in villages])
    chosen = np.argmin(carrying, axis=1)
    own_paths = [from_bazaar[b][name] for name, b in zip(villages, chosen.tolist(), strict=True)]

    def full_load(paths: dict[str, list[str]], to: str) -> float:
        return _sum(graph, paths[to], "lorry_usd_per_kg") + (region.transport.large_lot if len(paths[to]) > 1 else 0.0)

    place_market_cost = {to: _floats([full_load(paths, to) for paths in from_place]) for to in markets}
    return Routes(
        district_names=tuple(districts),
        village_names=villages,
        village_district=_ints(districts.index(graph.nodes[name]["district"]) for name in villages),
        village_households=_ints(graph.nodes[name]["households"] for name in villages),
        village_bazaar=_ints(chosen.tolist()),
        village_bazaar_hours=_floats([_sum(graph, path, "hours") for path in own_paths]),
        village_bazaar_cost=_floats([_sum(graph, path, "usd_per_kg") for path in own_paths]),
        village_closed=_floats([_closed(graph, path) for path in own_paths]),
        bazaar_names=bazaars,
        bazaar_district=_ints(districts.index(graph.nodes[name]["district"]) for name in bazaars),
        bazaar_city_hours=_floats([_sum(graph, from_city[name], "hours") for name in bazaars]),
        bazaar_city_cost=_floats([full_load(from_city, name) for name in bazaars]),
        bazaar_city_closed=_floats([_closed(graph, from_city[name]) for name in bazaars]),
        place_names=places,
        place_village_hours=_floats([[_sum(graph, paths[to], "hours") for to in villages] for paths in from_place]),
        place_village_cost=_floats([[full_load(paths, to) for to in villages] for paths in from_place]),
        place_city_cost=_floats([full_load(from_city, name) for name in places]),
        place_market_cost=place_market_cost,
        market_closed={to: _floats(_closed(graph, from_city[to])) for to in markets},
    )


def _check(graph: nx.Graph[str], city: str) -> None:
    problems = Problems()
    for kind in ("village", "bazaar"):
        if not _of_kind(graph, kind):
            problems.add(Where(path="region"), f"the market graph has no {kind}", allowed=f"at least one {kind}")
    cities = _of_kind(graph, "city")
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
    return copy


def _of_kind(graph: nx.Graph[str], *kinds: str) -> tuple[str, ...]:
    """Places of these kinds in canonical order."""
    found = [name for name, data in graph.nodes(data=True) if data["kind"] in kinds]
    if kinds == ("village",):
        return tuple(sorted(found, key=lambda name: (str(graph.nodes[name]["district"]), _natural(name))))
    return tuple(sorted(found))


def _natural(name: str) -> tuple[tuple[str | int, ...], str]:
    """Sort key that puts v9 before v10."""
    return tuple(int(part) if part.isdecimal() else part for part in re.split(r"(\d+)", name)), name


def _paths(graph: nx.Graph[str], source: str, cost: str) -> dict[str, list[str]]:
    return dict(nx.single_source_dijkstra_path(graph, source, weight=cost))


def _sum(graph: nx.Graph[str], path: list[str], what: str) -> float:
    return float(sum(graph.edges[ends][what] for ends in nx.utils.pairwise(path)))


def _closed(graph: nx.Graph[str], path: list[str]) -> Floats:
    """Chance by month that at least one road of a path is closed, the roads closing independently."""
    open_all = np.ones(12)
    for ends in nx.utils.pairwise(path):
        open_all *= 1.0 - np.array(graph.edges[ends]["closed"], dtype=np.float64)
    return 1.0 - open_all


def _floats(values: Any) -> Floats:
    array = np.array(values, dtype=np.float64)
    array.flags.writeable = False
    return array


def _ints(values: Iterable[int]) -> Ints:
    array = np.array(list(values), dtype=np.int64)
    array.flags.writeable = False
    return array
