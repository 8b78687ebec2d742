"""A user's own places: rows of a GraphML or CSV file, checked and made into a market graph (model 2)."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import networkx as nx

from linkage_sim.scenario.messages import nearest_word
from linkage_sim.scenario.region import Region
from linkage_sim.world.own_files import CLOSED, Row, read_rows
from linkage_sim.world.places import (
    KINDS,
    Problems,
    Settlement,
    Where,
    find_settlements,
    place_attributes,
    road_attributes,
    settlement,
)

YES, NO = ("true", "yes", "1"), ("", "false", "no", "0")


def read_places(path: Path, region: Region) -> nx.Graph[str]:
    """Read a market graph from a file; the same shape as `linkage_sim.world.graph.market_graph` gives.

    A CSV edge list has the columns ``from``, ``to``, ``kilometres`` and, as wanted, ``hours``, ``usd_per_kg``,
    ``closed_jan`` to ``closed_dec`` (chances), ``mountain``, ``name``. Beside it ``<name>_nodes.csv`` may say of each
    place ``name``, ``kind``, ``district``, ``latitude``, ``longitude``, ``households``. A place without a kind is
    known from the scenario (a district is its bazaar, a node is itself) or is a village if a real settlement has its
    name. GraphML carries the same words as attributes of nodes and edges (a node without ``name`` goes by its label,
    or its id); attributes with other names are passed over.

    What a file leaves out comes from the region: hours and costs from ``transport``, positions from real settlements,
    households from the district. A village without a district belongs to that of its cheapest bazaar. Villages of a
    file are real unless it says ``synthetic``.

    Parameters
    ----------
    path : .csv, .graphml or .xml; relative to the working folder
    region : gives transport, city and what the file leaves out

    Raises
    ------
    ScenarioError
        with every problem: file, line, what was found, what is allowed, the nearest known word.
    """
    place_rows, road_rows = read_rows(path)
    problems = Problems()
    graph: nx.Graph[str] = nx.Graph()
    given = _given_places(place_rows, road_rows, problems)
    for name, row in given.items():
        kind = row.word("kind").lower() or _known_kind(name, region)
        if kind in KINDS:
            _add_place(graph, name, kind, row, region, problems)
        elif kind:
            problems.add(row.where, f'kind of "{name}" is "{kind}"', word=kind, known=KINDS)
        else:
            known = [other for other in dict.fromkeys((*region.districts, *region.nodes, *given)) if other != name]
            allowed = "a row with its kind, a district or node of the scenario, or a real settlement"
            problems.add(row.where, f'unknown place "{name}"', word=name, known=known, allowed=allowed)
    problems.stop()
    for row in road_rows:
        _add_road(graph, row, region, problems)
    problems.stop()
    _check_kinds(graph, path, region, problems)
    _fill_villages(graph, given, region, problems)
    problems.stop()
    return graph


def _given_places(place_rows: list[Row], road_rows: list[Row], problems: Problems) -> dict[str, Row]:
    """Return one row for each place: its own, or that of the first road that names it."""
    given: dict[str, Row] = {}
    for row in place_rows:
        name = row.word("name")
        if not name:
            problems.add(row.where, "a place without a name")
        elif name in given:
            first = given[name].where.line
            problems.add(row.where, f'"{name}" stands twice, first on line {first}', allowed="one row for a place")
        else:
            given[name] = row
    for row in road_rows:
        for end in (row.word("from"), row.word("to")):
            if end:
                given.setdefault(end, Row(row.where, {"name": end}))
    return given


def _known_kind(name: str, region: Region) -> str:
    """Return the kind of a place of which the file says none; empty where neither scenario nor places file know it."""
    if name in region.districts:
        return "bazaar"
    if name in region.nodes:
        return region.nodes[name].kind
    return "village" if find_settlements(name) else ""


def _number(row: Row, column: str, low: float, high: float, problems: Problems, *, needed: bool = False) -> float | None:
    """Return a number of a row within its bounds; None where it is left out or wrong (then a problem is noted)."""
    word = row.word(column)
    allowed = f"a number, {low:g} to {high:g}"
    if not word:
        if needed:
            problems.add(row.where, f"no {column}", allowed=allowed + _like(column, row))
        return None
    try:
        value = float(word.replace(",", "."))
    except ValueError:
        value = math.nan
    if not low <= value <= high:
        problems.add(row.where, f'{column} is "{word}"', allowed=allowed)
        return None
    return value


def _like(column: str, row: Row) -> str:
    near = nearest_word(column, [other for other in row.values if other not in ("from", "to", "name")])
    return f" (there is {near})" if near and near != column else ""


def _yes(row: Row, column: str, problems: Problems) -> bool:
    word = row.word(column).lower()
    if word not in YES + NO:
        problems.add(row.where, f'{column} is "{word}"', allowed="true or false")
    return word in YES


def _add_place(graph: nx.Graph[str], name: str, kind: str, row: Row, region: Region, problems: Problems) -> None:
    households = _number(row, "households", 1, 100000, problems)
    if households is not None and households != int(households):
        problems.add(row.where, f"households is {households:g}", allowed="a whole number")
    town = _town(name, kind, row, region, problems)
    position, source = _position(name, row, town, region, problems)
    district = row.word("district") or (name if kind == "bazaar" else "")
    attributes = place_attributes(kind, name, district, position, source, settlement=town.name if town else "")
    attributes["synthetic"] = _yes(row, "synthetic", problems)
    if households is not None:
        attributes["households"] = int(households)
    graph.add_node(name, **attributes)


def _town(name: str, kind: str, row: Row, region: Region, problems: Problems) -> Settlement | None:
    """Return the real settlement of a place: as the file says, as the scenario says, or of the same name."""
    if row.word("settlement"):
        return settlement(row.word("settlement"), row.where._replace(path="settlement"), problems)
    if kind == "bazaar" and name in region.districts:
        return settlement(region.districts[name].seat, Where(path=f"region.districts.{name}.seat"), problems)
    if name in region.nodes:
        word = region.nodes[name].settlement
        return settlement(word, Where(path=f"region.nodes.{name}.settlement"), problems) if word else None
    found = find_settlements(name)
    return found[0] if len(found) == 1 else None


def _position(name: str, row: Row, town: Settlement | None, region: Region, problems: Problems) -> tuple[tuple[float, float], str]:
    latitude = _number(row, "latitude", -90, 90, problems)
    longitude = _number(row, "longitude", -180, 180, problems)
    if latitude is not None and longitude is not None:
        return (latitude, longitude), row.word("source") or "own file"
    if town is not None:
        return (town.latitude, town.longitude), f"GeoNames {town.geoname_id}"
    node = region.nodes.get(name)
    if node is not None and node.latitude is not None and node.longitude is not None:
        return (node.latitude, node.longitude), "scenario"
    if not (row.word("latitude") and row.word("longitude")):
        problems.add(row.where, f'no position of "{name}"', allowed="latitude and longitude, or a real settlement")
    return (0.0, 0.0), ""


def _add_road(graph: nx.Graph[str], row: Row, region: Region, problems: Problems) -> None:
    one, other = row.word("from"), row.word("to")
    if not one or not other:
        problems.add(row.where, "a road with one end", allowed="from and to")
        return
    if one == other:
        problems.add(row.where, f'a road from "{one}" to itself', allowed="two different places")
        return
    if graph.has_edge(one, other):
        problems.add(row.where, f"a second road between {one} and {other}", allowed="one road between two places")
        return
    kilometres = _number(row, "kilometres", 0, 20000, problems, needed=True)
    closed = [_number(row, column, 0, 1, problems) or 0.0 for column in CLOSED]
    attributes = road_attributes(
        (graph.nodes[one]["kind"], graph.nodes[other]["kind"]),
        row.word("name") or f"{one} - {other}",
        kilometres or 0.0,
        region.transport,
        closed=closed,
        mountain=_yes(row, "mountain", problems),
        derived=row.word("derived") or "given",
        hours=_number(row, "hours", 0, 10000, problems),
        usd_per_kg=_number(row, "usd_per_kg", 0, 100, problems),
    )
    graph.add_edge(one, other, **attributes)


def _check_kinds(graph: nx.Graph[str], path: Path, region: Region, problems: Problems) -> None:
    kinds = {name: str(data["kind"]) for name, data in graph.nodes(data=True)}
    for kind in ("village", "bazaar", "city"):
        if kind not in kinds.values():
            problems.add(Where(str(path)), f"no {kind} among its places", allowed="at least one village, one bazaar and one city")
    if kinds.get(region.city) != "city":
        cities = sorted(name for name, kind in kinds.items() if kind == "city")
        problems.add(Where(path="region.city"), f'no city "{region.city}" in {path}', word=region.city, known=cities)


def _fill_villages(graph: nx.Graph[str], given: dict[str, Row], region: Region, problems: Problems) -> None:
    """Give each village its district and households where the file left them out."""
    bazaars = sorted(name for name, data in graph.nodes(data=True) if data["kind"] == "bazaar")
    nearest: dict[str, Any] = nx.multi_source_dijkstra_path(graph, bazaars, weight="usd_per_kg") if bazaars else {}
    for name, data in graph.nodes(data=True):
        if data["kind"] != "village":
            continue
        where = given[name].where
        if not data["district"]:
            if name not in nearest:
                problems.add(where, f'no road from "{name}" to a bazaar', allowed="a road, or a district")
                continue
            data["district"] = graph.nodes[nearest[name][0]]["district"]
        if "households" not in data:
            district = region.districts.get(data["district"])
            if district is None:
                problems.add(
                    where,
                    f'households of "{name}" are not given, and the scenario has no district "{data["district"]}"',
                    word=data["district"],
                    known=sorted(region.districts),
                )
            else:
                data["households"] = round(district.households)
