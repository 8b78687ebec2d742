"""Real places and the ground between them: settlements, distances, terrain, and what a kilometre costs (model 2)."""

from __future__ import annotations

import csv
import functools
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib import resources
from typing import Any, NamedTuple

from linkage_sim.scenario.messages import Problem, ProblemsFound, known_words, nearest_word
from linkage_sim.scenario.region import Transport

KINDS = ("village", "bazaar", "city", "border", "export")
"""What a node of the market graph can be."""

EARTH_RADIUS = 6371.0
"""km, mean radius of the Earth (IUGG)."""

MOUNTAIN_BARRIER = 800.0
"""m, assumed: where the straight line between two markets rises this far above its higher end, the road is a pass."""


@dataclass(frozen=True)
class Settlement:
    """A settlement of ``data/places_settlements.csv`` (GeoNames); latitude and longitude in degrees."""

    geoname_id: str
    name: str
    other_names: tuple[str, ...]
    latitude: float
    longitude: float


class Where(NamedTuple):
    """Where a problem stands: file and line (empty and 0 where there is none), dotted key path."""

    file: str = ""
    line: int = 0
    path: str = ""


@dataclass
class Problems:
    """Everything that is wrong with one input, reported together."""

    found: list[Problem] = field(default_factory=list)

    def add(self, where: Where, what: str, *, word: str = "", known: Sequence[str] = (), allowed: str = "") -> None:
        """Note one problem.

        Parameters
        ----------
        where : file, line and key path
        what : what was found there
        word : the word that is not known
        known : the words that are known there; the nearest is named
        allowed : what is allowed, in words
        """
        hints = [known_words(known)] if known else []
        if allowed:
            hints.append(f"allowed: {allowed}")
        self.found.append(Problem(*where, what, "      ".join(hints), nearest_word(word, known)))

    def stop(self) -> None:
        """Raise all of them as one `ScenarioError`; do nothing where there is none."""
        if self.found:
            raise ProblemsFound(self.found)


def _rows(name: str) -> list[dict[str, str]]:
    text = (resources.files("linkage_sim") / "data" / name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


@functools.cache
def settlements() -> tuple[Settlement, ...]:
    """All settlements that ship with the package, in the order of their file (source: geonames)."""
    return tuple(
        Settlement(
            geoname_id=row["geoname_id"],
            name=row["name"],
            other_names=tuple(word for word in row["other_names"].split("|") if word),
            latitude=float(row["latitude"]),
            longitude=float(row["longitude"]),
        )
        for row in _rows("places_settlements.csv")
    )


def find_settlements(word: str) -> tuple[Settlement, ...]:
    """Settlements that a word may mean: by GeoNames number, else by name, else by another of their names.

    Parameters
    ----------
    word : as a user writes it

    Returns
    -------
    none, one, or several where the word is ambiguous
    """
    folded = word.strip().casefold()
    return (
        tuple(place for place in settlements() if place.geoname_id == folded)
        or tuple(place for place in settlements() if place.name.casefold() == folded)
        or tuple(place for place in settlements() if folded in (name.casefold() for name in place.other_names))
    )


def settlement(word: str, where: Where, problems: Problems) -> Settlement | None:
    """Return the one settlement that a word means; none or several are noted as a problem at ``where``."""
    found = find_settlements(word)
    if len(found) == 1:
        return found[0]
    if found:
        several = ", ".join(f"{place.geoname_id} ({place.name})" for place in found)
        problems.add(where, f'several settlements are called "{word}"', allowed=f"the number of one of {several}")
    else:
        problems.add(where, f'unknown settlement "{word}"', word=word, known=[place.name for place in settlements()])
    return None


@functools.cache
def _barriers() -> dict[frozenset[str], float]:
    return {
        frozenset((row["market_a"], row["market_b"])): float(row["barrier_above_higher_end_m"])
        for row in _rows("market_pairs.csv")
        if row["barrier_above_higher_end_m"]
    }


def barrier_metres(one: Settlement, other: Settlement) -> float | None:
    """Height of the ground between two WFP markets above the higher of them.

    Returns
    -------
    m, along the great circle on a coarse altitude map (source: terrain_tiles); None where one of the two is no WFP
    market
    """
    for name in (one.name, *one.other_names):
        for other_name in (other.name, *other.other_names):
            height = _barriers().get(frozenset((name, other_name)))
            if height is not None:
                return height
    return None


def great_circle_km(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Shortest distance over the ground between two points (latitude, longitude) in degrees.

    Returns
    -------
    km, at least 0 (haversine on a sphere; within 0.6 % of the ellipsoid)
    """
    (a, b), (c, d) = ((math.radians(x), math.radians(y)) for x, y in (one, other))
    h = math.sin((c - a) / 2) ** 2 + math.cos(a) * math.cos(c) * math.sin((d - b) / 2) ** 2
    return 2 * EARTH_RADIUS * math.asin(min(1.0, math.sqrt(h)))


def point_at(start: tuple[float, float], kilometres: float, bearing: float) -> tuple[float, float]:
    """Return the point that lies so far from ``start`` along a great circle.

    Parameters
    ----------
    start : latitude and longitude, degrees
    kilometres : km, at least 0
    bearing : degrees clockwise from north

    Returns
    -------
    latitude and longitude, degrees, -90..90 and -180..180
    """
    a, b, turn, arc = (*(math.radians(x) for x in (*start, bearing)), kilometres / EARTH_RADIUS)
    latitude = math.asin(math.sin(a) * math.cos(arc) + math.cos(a) * math.sin(arc) * math.cos(turn))
    east = math.sin(turn) * math.sin(arc) * math.cos(a)
    longitude = b + math.atan2(east, math.cos(arc) - math.sin(a) * math.sin(latitude))
    return math.degrees(latitude), (math.degrees(longitude) + 180) % 360 - 180


def place_attributes(
    kind: str, name: str, district: str, position: tuple[float, float], source: str, *, settlement: str = ""
) -> dict[str, Any]:
    """Attributes of a node of the market graph.

    Parameters
    ----------
    kind : one of `KINDS`
    name : the node itself
    district : district it lies in; empty for cities, border posts and export markets
    position : latitude and longitude, degrees
    source : where the position comes from
    settlement : name of the real settlement that stands there, for people; empty where there is none
    """
    return {
        "kind": kind,
        "name": name,
        "district": district,
        "latitude": position[0],
        "longitude": position[1],
        "synthetic": False,
        "source": source,
        "settlement": settlement,
    }


def road_attributes(
    kinds: tuple[str, str],
    name: str,
    kilometres: float,
    transport: Transport,
    *,
    closed: Sequence[float] = (0.0,) * 12,
    mountain: bool = False,
    derived: str = "given",
    hours: float | None = None,
    usd_per_kg: float | None = None,
) -> dict[str, Any]:
    """Attributes of a road of the market graph.

    A small lot on a village road costs time, and its handling once: where the road reaches a bazaar or a city, so that
    a road from village to village adds time only. Everywhere else full loads pay freight; their handling is added once
    a journey by `linkage_sim.world.routes`.

    Parameters
    ----------
    kinds : kinds of its two ends
    name : for people
    kilometres : km, at least 0
    transport : speeds and prices of the region
    closed : share (12,), chance from January to December that it is closed all that month
    mountain : slower
    derived : ``assumed`` where length or slope come from great circles and terrain, else ``given``
    hours : h; left out: kilometres over speed
    usd_per_kg : USD/kg; left out: as above
    """
    if hours is None:
        hours = kilometres / (transport.mountain_speed if mountain else transport.plain_speed)
    if usd_per_kg is None:
        if "village" in kinds:
            usd_per_kg = transport.hour * hours + (0.0 if kinds == ("village", "village") else transport.small_lot)
        else:
            usd_per_kg = transport.freight * kilometres / 1000 + transport.lorry_hour * hours
    return {
        "name": name,
        "kilometres": float(kilometres),
        "hours": float(hours),
        "usd_per_kg": float(usd_per_kg),
        "closed": tuple(float(chance) for chance in closed),
        "mountain": bool(mountain),
        "derived": derived,
    }
