"""The market graph: real towns, bazaars, borders and roads, and synthetic villages drawn from the seed (model 2)."""

from __future__ import annotations

from pathlib import Path

import networkx as nx
import numpy as np

from linkage_sim.draws import Key, uniforms
from linkage_sim.scenario.chain import month_values
from linkage_sim.scenario.region import District, Node, Region, Road
from linkage_sim.world.own_places import read_places
from linkage_sim.world.places import (
    MOUNTAIN_BARRIER,
    Problems,
    Settlement,
    Where,
    barrier_metres,
    great_circle_km,
    place_attributes,
    point_at,
    road_attributes,
    settlement,
)

VILLAGES_APART = 8192
"""Draws of two districts lie this far apart (more than the most villages that a district may have)."""


def market_graph(region: Region, key: Key) -> nx.Graph[str]:
    """Build the market graph of a region.

    Nodes are names: districts (their bazaar, at the seat), cities, border posts, export markets, and villages
    (``asht/v01``). Each has ``kind`` (village, bazaar, city, border, export), ``name``, ``district``, ``latitude``
    and ``longitude`` (degrees), ``synthetic`` (True for generated villages), ``source``, ``settlement`` (real name or
    empty); villages also ``households``. Each road has ``name``, ``kilometres``, ``hours``, ``usd_per_kg`` (see
    `linkage_sim.world.places.road_attributes`), ``closed`` (12 chances from January), ``mountain`` and ``derived``
    (``assumed`` where length or slope come from great circles or terrain: no road data could be had).

    Villages stand in for the real ones, which are missing from the places file. Their distance and direction from the
    seat are drawn; the direction is for pictures only and knows no rivers, lakes or frontiers. A district that gets
    more villages keeps those it had. The graph does not depend on the order in which things are written.

    Parameters
    ----------
    region : real places and roads, or ``graph_file`` with places of the user's own
    key : key of the world's draws

    Raises
    ------
    ScenarioError
        all together: unknown settlements, roads to unknown places, two things of one name, a bad ``graph_file``.
    """
    if region.graph_file is not None:
        return read_places(Path(region.graph_file), region)
    problems = Problems()
    graph: nx.Graph[str] = nx.Graph()
    towns: dict[str, Settlement] = {}
    for name, district in sorted(region.districts.items()):
        _add_bazaar(graph, towns, name, district, problems)
    for name, node in sorted(region.nodes.items()):
        _add_node(graph, towns, name, node, problems)
    problems.stop()
    for name, road in sorted(region.roads.items()):
        _add_road(graph, towns, name, road, region, problems)
    if region.nodes.get(region.city) is None or region.nodes[region.city].kind != "city":
        cities = [name for name, node in sorted(region.nodes.items()) if node.kind == "city"]
        problems.add(Where(path="region.city"), f'no city "{region.city}"', word=region.city, known=cities)
    problems.stop()
    for order, (name, district) in enumerate(sorted(region.districts.items())):
        _add_villages(graph, name, order, district, region, key)
    return graph


def graph_positions(graph: nx.Graph[str]) -> dict[str, tuple[float, float]]:
    """Where each place lies, for pictures and for Mesa's Network.

    Returns
    -------
    longitude and latitude by place, degrees
    """
    return {name: (float(data["longitude"]), float(data["latitude"])) for name, data in graph.nodes(data=True)}


def _add_bazaar(graph: nx.Graph[str], towns: dict[str, Settlement], name: str, district: District, problems: Problems) -> None:
    path = f"region.districts.{name}"
    if "/" in name:
        problems.add(Where(path=path), f'the name "{name}" holds "/"', allowed='names without "/", which is kept for villages')
    if district.nearest > district.farthest:
        problems.add(
            Where(path=f"{path}.nearest"),
            f"nearest village at {district.nearest:g} km, farthest at {district.farthest:g} km",
            allowed=f"0 to {district.farthest:g} km",
        )
    seat = settlement(district.seat, Where(path=f"{path}.seat"), problems)
    if seat is not None:
        towns[name] = seat
        position = (seat.latitude, seat.longitude)
        source = f"GeoNames {seat.geoname_id}"
        graph.add_node(name, **place_attributes("bazaar", name, name, position, source, settlement=seat.name))


def _add_node(graph: nx.Graph[str], towns: dict[str, Settlement], name: str, node: Node, problems: Problems) -> None:
    path = f"region.nodes.{name}"
    if name in graph or "/" in name:
        problems.add(
            Where(path=path),
            f'"{name}" is a district, or holds "/"',
            allowed='a name that no district has, without "/"',
        )
        return
    town = settlement(node.settlement, Where(path=f"{path}.settlement"), problems) if node.settlement else None
    if town is not None:
        towns[name] = town
    if node.latitude is not None and node.longitude is not None:
        position, source = (node.latitude, node.longitude), "scenario"
    elif town is not None:
        position, source = (town.latitude, town.longitude), f"GeoNames {town.geoname_id}"
    else:
        if not node.settlement:
            problems.add(Where(path=path), "has no position", allowed="a settlement, or both latitude and longitude")
        return
    real_name = town.name if town is not None else ""
    graph.add_node(name, **place_attributes(node.kind, name, "", position, source, settlement=real_name))


def _add_road(graph: nx.Graph[str], towns: dict[str, Settlement], name: str, road: Road, region: Region, problems: Problems) -> None:
    where = Where(path=f"region.roads.{name}.ends")
    one, other = road.ends
    for end in road.ends:
        if end not in graph:
            problems.add(where, f'no place "{end}"', word=end, known=sorted(graph))
    if one not in graph or other not in graph:
        return
    if one == other:
        problems.add(where, f'begins and ends at "{one}"', allowed="two different places")
        return
    if graph.has_edge(one, other):
        problems.add(where, f"{one} and {other} are joined already by {graph.edges[one, other]['name']}", allowed="one road")
        return
    kilometres, derived, mountain = road.kilometres, "given", road.mountain
    if kilometres is None:
        ends = [(graph.nodes[end]["latitude"], graph.nodes[end]["longitude"]) for end in road.ends]
        kilometres, derived = great_circle_km(ends[0], ends[1]) * region.transport.winding, "assumed"
    if not mountain and one in towns and other in towns:
        height = barrier_metres(towns[one], towns[other])
        if height is not None and height > MOUNTAIN_BARRIER:
            mountain, derived = True, "assumed"
    kinds = (graph.nodes[one]["kind"], graph.nodes[other]["kind"])
    closed = month_values(road.closed)
    attributes = road_attributes(kinds, name, kilometres, region.transport, closed=closed, mountain=mountain, derived=derived)
    graph.add_edge(one, other, **attributes)


def _add_villages(graph: nx.Graph[str], name: str, order: int, district: District, region: Region, key: Key) -> None:
    ids = order * VILLAGES_APART + np.arange(district.villages, dtype=np.int64)
    spread = district.farthest - district.nearest
    distances = district.nearest + spread * uniforms(key, "world.village_distance", 0, ids)
    bearings = 360.0 * uniforms(key, "world.village_bearing", 0, ids)
    seat = (graph.nodes[name]["latitude"], graph.nodes[name]["longitude"])
    closed = month_values(region.transport.village_closed)
    in_all = round(district.villages * district.households)
    least, more = divmod(in_all, max(district.villages, 1))
    for ordinal, (distance, bearing) in enumerate(zip(distances.tolist(), bearings.tolist(), strict=True), start=1):
        village = f"{name}/v{ordinal:02d}"
        position = point_at(seat, distance, bearing)
        attributes = place_attributes("village", village, name, position, "synthetic, drawn from the seed")
        graph.add_node(village, **attributes | {"synthetic": True, "households": least + (ordinal <= more)})
        road = road_attributes(
            ("village", "bazaar"),
            village,
            distance * region.transport.winding,
            region.transport,
            closed=closed,
            derived="assumed",
        )
        graph.add_edge(village, name, **road)
