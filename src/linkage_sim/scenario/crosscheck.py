"""References inside one scenario: every place that a value names must exist and be reachable."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from linkage_sim.scenario.events import unknown_targets
from linkage_sim.scenario.region import Region
from linkage_sim.scenario.scenario import Scenario
from linkage_sim.scenario.shipped import data_folder, data_names

MOST_HOUSEHOLDS = 1_000_000


@dataclass(frozen=True, slots=True)
class Finding:
    """A reference that leads nowhere.

    Attributes
    ----------
    paths : dotted paths it rests on; the first is where it is shown
    found : what is wrong, in words
    word : the unknown word, empty where there is none
    known : words that would have been right
    """

    paths: tuple[str, ...]
    found: str
    word: str = ""
    known: tuple[str, ...] = ()


def findings(scenario: Scenario) -> Iterator[Finding]:
    """All references of a scenario that lead nowhere."""
    if scenario.region.graph_file is None:
        yield from _region(scenario.region)
        yield from _chains(scenario)
        yield from _owners(scenario)
    yield from _rivals(scenario)
    yield from _events(scenario)


def _events(scenario: Scenario) -> Iterator[Finding]:
    """Events strike places, chains and firms that exist, within the recorded months."""
    region = scenario.region if scenario.region.graph_file is None else None
    firms = scenario.lead_firms.number + scenario.lead_firms.imitators
    for name, event in scenario.events.items():
        for field, found, word, known in unknown_targets(event, scenario.value_chains, region, firms, scenario.timeline.months):
            yield Finding((f"events.{name}.{field}",), found, word, known)


def _region(region: Region) -> Iterator[Finding]:
    cities = tuple(name for name, node in region.nodes.items() if node.kind == "city")
    if region.city not in cities:
        yield Finding(("region.city", "region.nodes"), f'no city "{region.city}" among the nodes', region.city, cities)
    for name in region.nodes.keys() & region.districts.keys():
        yield Finding((f"region.nodes.{name}", "region.districts"), "a district has the same name")
    for name, node in region.nodes.items():
        path = f"region.nodes.{name}"
        if (node.latitude is None) != (node.longitude is None):
            yield Finding((path,), "latitude and longitude go together")
        elif not node.settlement and node.latitude is None:
            yield Finding((path,), "has no position: give settlement, or latitude and longitude")
        if node.settlement:
            yield from _settlement(node.settlement, f"{path}.settlement")
    for name, district in region.districts.items():
        path = f"region.districts.{name}"
        yield from _settlement(district.seat, f"{path}.seat")
        if district.city and district.city not in cities:
            yield Finding((f"{path}.city", "region.nodes"), f'no city "{district.city}" among the nodes', district.city, cities)
        if district.nearest > district.farthest:
            found = f"nearest village at {district.nearest:g} km, farthest at {district.farthest:g} km"
            yield Finding((f"{path}.nearest", f"{path}.farthest"), found)
    yield from _roads(region)
    yield from _reach(region)
    households = sum(round(district.villages * district.households) for district in region.districts.values())
    if not 0 < households <= MOST_HOUSEHOLDS:
        found = f"{households:,} households in all villages together; from 1 to {MOST_HOUSEHOLDS:,} can be simulated"
        yield Finding(("region.districts",), found)


def _settlement(word: str, path: str) -> Iterator[Finding]:
    """A settlement by number, else by name, else by another name; it must mean one place."""
    folded = word.strip().casefold()
    meant: list[str] = next(filter(None, (names.get(folded, []) for names in _settlements())), [])
    if len(meant) > 1:
        yield Finding((path,), f'several settlements are called "{word}": write the number of one of them', "", tuple(meant))
    elif not meant:
        known = tuple(dict.fromkeys(row["name"] for row in _rows()))
        yield Finding((path,), f'unknown settlement "{word}"', word, known)


@cache
def _rows() -> tuple[dict[str, str], ...]:
    """Rows of the shipped places file."""
    text = (data_folder() / "places_settlements.csv").read_text(encoding="utf-8")
    return tuple(csv.DictReader(text.splitlines()))


@cache
def _settlements() -> tuple[dict[str, list[str]], ...]:
    """GeoNames numbers by number, by name and by other names of the places file."""
    tables: tuple[dict[str, list[str]], ...] = ({}, {}, {})
    for row in _rows():
        number = row["geoname_id"]
        words = ([number], [row["name"]], row["other_names"].split("|"))
        for table, names in zip(tables, words, strict=True):
            for name in dict.fromkeys(name.casefold() for name in names if name):
                table.setdefault(name, []).append(number)
    return tables


def _roads(region: Region) -> Iterator[Finding]:
    """Roads join two different places, once."""
    places = (*region.nodes, *region.districts)
    joined: dict[frozenset[str], str] = {}
    for name, road in region.roads.items():
        path = f"region.roads.{name}.ends"
        for end in road.ends:
            if end not in places:
                yield Finding((path, "region.nodes", "region.districts"), f'no place "{end}"', end, places)
        first = joined.setdefault(frozenset(road.ends), name)
        if road.ends[0] == road.ends[1]:
            yield Finding((path,), "leads from a place to itself")
        elif first != name:
            yield Finding((path, f"region.roads.{first}.ends"), f'joins the same places as the road "{first}"')


def _reach(region: Region) -> Iterator[Finding]:
    """Every district and node must have a way to the city."""
    ends = [set(road.ends) for road in region.roads.values()]
    reached, grown = set[str](), {region.city}
    while grown - reached:
        reached |= grown
        grown = {place for pair in ends if pair & reached for place in pair}
    for kind, names in (("districts", region.districts), ("nodes", region.nodes)):
        for name in names:
            if name not in reached:
                found = f'no road leads from here to the city "{region.city}"'
                yield Finding((f"region.{kind}.{name}", "region.roads", "region.city"), found)


def _chains(scenario: Scenario) -> Iterator[Finding]:
    """End markets lie at a city, border or export market; processors at a bazaar or in a city."""
    nodes = scenario.region.nodes
    plants = (*scenario.region.districts, *(name for name, node in nodes.items() if node.kind == "city"))
    for name, chain in scenario.value_chains.items():
        for entry, market in chain.end_markets.items():
            if market.place not in nodes:
                yield _no_place(f"value_chains.{name}.end_markets.{entry}.place", market.place, tuple(nodes))
        for entry, plant in chain.processors.items():
            if plant.place not in plants:
                yield _no_place(f"value_chains.{name}.processors.{entry}.place", plant.place, plants)


def _owners(scenario: Scenario) -> Iterator[Finding]:
    """Owners are of chains of this scenario or of those that come with the package; what a scenario lacks is left unread."""
    for name, district in scenario.region.districts.items():
        for chain in district.owners:
            if chain in scenario.value_chains:
                continue
            known = tuple(dict.fromkeys((*scenario.value_chains, *data_names("value_chains"))))
            if chain not in known:
                path = f"region.districts.{name}.owners.{chain}"
                yield Finding((path, "value_chains"), f'no value chain "{chain}"', chain, known)


def _rivals(scenario: Scenario) -> Iterator[Finding]:
    """Rivals that buy from the start are some of the firms that may enter."""
    most = scenario.lead_firms.imitators
    for name, chain in scenario.value_chains.items():
        if chain.firms.rivals > most:
            found = f"{chain.firms.rivals} rivals, but lead_firms.imitators reserves {most}"
            yield Finding((f"value_chains.{name}.firms.rivals", "lead_firms.imitators"), found)


def _no_place(path: str, place: str, known: tuple[str, ...]) -> Finding:
    return Finding((path, "region.nodes", "region.districts"), f'no such place "{place}"', place, known)
