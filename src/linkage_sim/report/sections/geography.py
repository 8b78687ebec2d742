"""The market map: real places, synthetic villages, roads and what a journey costs."""

from __future__ import annotations

from collections.abc import Mapping
from math import cos, hypot, radians
from typing import Any

from linkage_sim.plots.map import KM_PER_DEGREE, MapPlace, MapRoad, map_figure
from linkage_sim.report.blocks import Block, Column, Grid, Picture, Section, Table, Text, Words, picture
from linkage_sim.report.numbers import decimals_for, finite, number
from linkage_sim.report.read import as_text, mapping, sequence
from linkage_sim.report.view import View
from linkage_sim.report.words import joined, plain, sentence

VILLAGE = "village"
SAME_PLACE = 15.0
"""Kilometres within which two places share one name on the map."""
CREDIT = "Places: GeoNames (CC BY 4.0)."


def map_section(view: View) -> Section:
    """Two maps, the whole market and the villages, and the main roads."""
    given = mapping(view.comparison.data.get("map"))
    places = [place for node in sequence(given.get("nodes")) if (place := _place(mapping(node)))]
    towns = [place for place in places if place.kind != VILLAGE]
    villages = [place for place in places if place.kind == VILLAGE]
    if len(places) < 2:
        return Section("map", "The market map")
    edges = [mapping(edge) for edge in sequence(given.get("edges"))]
    names = _shared_names(towns)
    shown = [MapPlace(p.key, names.get(p.key, ""), p.kind, p.longitude, p.latitude) for p in places]
    blocks: list[Block] = [Text(_words(towns, villages)), Grid(_maps(shown, edges, villages, towns), "pair")]
    table = _roads({place.key for place in towns}, edges)
    if table:
        blocks.append(table)
    return Section("map", "The market map", blocks)


def _place(node: Mapping[str, Any]) -> MapPlace | None:
    longitude, latitude = finite(node.get("longitude")), finite(node.get("latitude"))
    name = as_text(node.get("name"))
    if longitude is None or latitude is None or not name:
        return None
    return MapPlace(name, sentence(plain(name)), as_text(node.get("kind")) or VILLAGE, longitude, latitude)


def _shared_names(towns: list[MapPlace]) -> dict[str, str]:
    """Names on the map; places that nearly coincide share one."""
    order = {"city": 0, "bazaar": 1, "border": 2}
    names: dict[str, str] = {}
    heads: list[MapPlace] = []
    for town in sorted(towns, key=lambda town: order.get(town.kind, 3)):
        near = next((head for head in heads if _kilometres(head, town) < SAME_PLACE), None)
        if near is None:
            heads.append(town)
            names[town.key] = town.label + (" (border)" if town.kind == "border" else "")
        else:
            names[near.key] += f", {town.label.lower()}"
    return names


def _kilometres(one: MapPlace, other: MapPlace) -> float:
    """Distance on a flat map, good enough for names."""
    stretch = cos(radians((one.latitude + other.latitude) / 2))
    return KM_PER_DEGREE * hypot((one.longitude - other.longitude) * stretch, one.latitude - other.latitude)


def _words(towns: list[MapPlace], villages: list[MapPlace]) -> str:
    kinds = {
        "bazaar": ("bazaar", "bazaars"),
        "city": ("city", "cities"),
        "border": ("border crossing", "border crossings"),
        "export": ("export market", "export markets"),
    }
    parts = []
    for kind, (one, several) in kinds.items():
        names = [town.label for town in towns if town.kind == kind]
        if names:
            parts.append(f"{joined(names)} ({one if len(names) == 1 else several})")
    return (
        f"Real places: {', '.join(parts)}. The {len(villages)} villages are synthetic: they lie at plausible "
        "distances from their bazaar, "
        "in directions drawn from the seed, elsewhere in every world; the map shows one. Roads are drawn straight. "
        "Their lengths are derived from distance and terrain, not from a road survey. " + CREDIT
    )


def _maps(places: list[MapPlace], edges: list[Mapping[str, Any]], villages: list[MapPlace], towns: list[MapPlace]) -> list[Picture]:
    """The whole market, and the part where the villages are."""
    roads = [_road(edge) for edge in edges]
    said = f"{len(towns)} towns and markets, {len(villages)} villages, {len(edges)} roads; the roads are listed below."
    found = [
        picture(
            map_figure(places, roads, villages=len(villages) < 200),
            "map-whole",
            "The whole market",
            said,
            heading="The whole market",
        )
    ]
    if villages:
        near = _near(places, villages)
        if 2 < len(near) < len(places):
            plain_roads = [MapRoad(road.start, road.end, road.mountain) for road in roads]
            found.append(
                picture(
                    map_figure(near, plain_roads, keys=False),
                    "map-villages",
                    "Where the villages are",
                    said,
                    heading="Where the villages are",
                )
            )
    return found


def _near(places: list[MapPlace], villages: list[MapPlace]) -> list[MapPlace]:
    """Places within the frame of the villages."""
    west, east = min(v.longitude for v in villages), max(v.longitude for v in villages)
    south, north = min(v.latitude for v in villages), max(v.latitude for v in villages)
    air_x, air_y = 0.05 * (east - west), 0.05 * (north - south)
    return [
        place for place in places if west - air_x <= place.longitude <= east + air_x and south - air_y <= place.latitude <= north + air_y
    ]


def _road(edge: Mapping[str, Any]) -> MapRoad:
    kilometres, hours = finite(edge.get("kilometres")), finite(edge.get("hours"))
    mountain = bool(edge.get("mountain"))
    label = f"over the pass: {number(kilometres)} km,\n{number(hours)} hours" if mountain and kilometres and hours else ""
    return MapRoad(as_text(edge.get("from")), as_text(edge.get("to")), mountain, label)


def _roads(towns: set[str], edges: list[Mapping[str, Any]]) -> Table | None:
    """Roads between towns; those to villages in one line."""
    main = [edge for edge in edges if as_text(edge.get("from")) in towns and as_text(edge.get("to")) in towns]
    small = [edge for edge in edges if edge not in main]
    if not main:
        return None
    costs = decimals_for([finite(edge.get("usd_per_kg")) for edge in main])
    lines: list[list[Words]] = [
        [
            f"{sentence(plain(as_text(edge.get('from'))))} to {sentence(plain(as_text(edge.get('to'))))}"
            + (" (over the pass)" if edge.get("mountain") else ""),
            number(finite(edge.get("kilometres"))),
            number(finite(edge.get("hours"))),
            number(finite(edge.get("usd_per_kg")), costs),
        ]
        for edge in main
    ]
    if small:
        lines.append(
            [
                "Village to bazaar, from nearest to farthest",
                *(_ends(small, name) for name in ("kilometres", "hours", "usd_per_kg")),
            ]
        )
    head = [Column("road", numeric=False), Column("kilometres"), Column("hours"), Column("USD per kg")]
    return Table("Roads, and what it costs to carry a kg over them", head, lines)


def _ends(edges: list[Mapping[str, Any]], name: str) -> str:
    values = [value for edge in edges if (value := finite(edge.get(name))) is not None]
    places = decimals_for(values)
    return f"{number(min(values), places)} to {number(max(values), places)}" if values else number(None)
