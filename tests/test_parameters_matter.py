"""Every value of a scenario moves something, or it has no business being there.

The walk takes each leaf of a small scenario that uses every act, changes it within its bounds, runs the world again and
asks whether any recorded month or any household differs in a single bit. A leaf that moves nothing in the usual setting
is tried in settings made for rarer events (firms short of cash, rivals, other price formulas) before it counts as dead.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from functools import cache
from itertools import islice
from typing import Any

import pytest
from pydantic import ValidationError

from linkage_sim import engine
from linkage_sim.errors import LinkageError
from linkage_sim.month.events import HANDLERS as EVENT_HANDLERS
from linkage_sim.programme.plan import ACTS
from linkage_sim.scenario.load import Declared, declared_parameters, scenario_from_resolved
from linkage_sim.scenario.scenario import Scenario
from linkage_sim.world.state import State
from linkage_sim.world.world import World
from promises.small_world import PLAN, with_plan

MARKETS = "value_chains.apricot.end_markets"
SETTINGS: dict[str, dict[str, Any]] = {
    "usual": {},
    "money_to_spare": {
        "facilitator.unit_cost_factor": 0.1,
        "lead_firms.entry": 0.5,
        "facilitator.concept": 1,
        "programme.selection.rule": "checked",
        "programme.second_selection.choose": 4,
        "programme.second_selection.visits": 0,
        "programme.second_selection.references": 6,
        "lead_firms.number": 12,
    },
    "firms_short_of_cash": {
        "lead_firms.capital": 2000,
        "lead_firms.capital_spread": 0,
        "lead_firms.credit_line": 0.1,
        "lead_firms.turnover": 0.05,
        "lead_firms.delay": 0,
        "lead_firms.route_setup": 20,
        "lead_firms.route_running": 20,
    },
    "rivals": {
        "lead_firms.entry": 8,
        "lead_firms.price_formula": "spot_plus",
        "lead_firms.order_cost": 0.1,
        "households.credit_access": 1,
        "households.interest": 0.05,
        "households.other_income": 300,
        "traders.conduct": 0.3,
        "programme.selection.rule": "checked",
        f"{MARKETS}.premium.depth": 1,
    },
    "slow_firms": {
        "lead_firms.capacity": 60,
        "region.roads.pass.kilometres": None,
        "region.roads.airport_road.kilometres": None,
        f"{MARKETS}.premium.orders": 800,
        f"{MARKETS}.regional.orders": 800,
        f"{MARKETS}.bulk.orders": 800,
        f"{MARKETS}.bulk.price": 1.1,
    },
    "second_crop": {"value_chains.potato": {"data": "potato"}},
    "herd": {
        "value_chains.apricot.assets.land": 0,
        "value_chains.apricot.assets.adjustment": 0.5,
        "value_chains.apricot.assets.herd_rate": 0.3,
        "value_chains.apricot.assets.breeding": 0.05,
        "value_chains.apricot.assets.deaths": 0.1,
        "value_chains.apricot.assets.price": 50,
        "value_chains.apricot.assets.resale": 0.5,
        "value_chains.apricot.city.price": 1.2,
    },
    "one_market": {
        f"{MARKETS}.premium.orders": 0,
        f"{MARKETS}.regional.orders": 0,
        f"{MARKETS}.bulk.price": 1.5,
        f"{MARKETS}.bulk.orders": 400,
        f"{MARKETS}.bulk.depth": 1.2,
        "lead_firms.growth": 0.5,
    },
    "late_pay": {
        "lead_firms.capital": 2000,
        "lead_firms.capital_spread": 0,
        "lead_firms.credit_line": 0.1,
        "lead_firms.turnover": 0.05,
        "lead_firms.delay": 0,
        "lead_firms.route_setup": 20,
        "lead_firms.route_running": 20,
        "programme.growth.share": 0,
        "programme.brokers.share": 0,
        "programme.grading.share": 0.29,
    },
    "plants": {
        f"{MARKETS}.premium.orders": 300,
        f"{MARKETS}.regional.orders": 300,
        f"{MARKETS}.regional.price": 1.6,
        "value_chains.apricot.processors.sorting_plant.margin": 0.3,
        "lead_firms.fixed_cost": 0,
        "lead_firms.order_loss": 0,
        "interventions.processor_links.capacity": 0,
        "interventions.processor_links.decay": 0,
        "interventions.processor_links.margin": 1,
        "programme.growth.share": 0,
        "programme.plants.share": 0.16,
    },
    # a small plant that buys in the city all it can take
    "busy_plant": {
        "value_chains.apricot.processors.sorting_plant.capacity": 500,
        "value_chains.apricot.processors.sorting_plant.margin": 0,
        "value_chains.apricot.processors.sorting_plant.cost": 0,
        "value_chains.apricot.city.price": 0.3,
        "lead_firms.fixed_cost": 0,
        "programme.growth.share": 0,
        "programme.plants.share": 0.16,
    },
    # one small, dear market that firms fill, and plants that must grow with it
    "growing_firms": {
        "lead_firms.capacity": 60,
        "lead_firms.order_loss": 0,
        "lead_firms.order_cost": 0.01,
        "lead_firms.growth": 0.5,
        "lead_firms.fixed_cost": 0,
        "lead_firms.route_running": 20,
        f"{MARKETS}.premium.orders": 300,
        f"{MARKETS}.premium.price": 3.5,
        f"{MARKETS}.regional.orders": 0,
        f"{MARKETS}.bulk.orders": 0,
    },
}
"""Tried in this order; each differs from the usual one only in what it names."""
WHERE_FIRST = {
    r".*\.assets\.(land|gestation)|behaviour\.area_noise": "second_crop",
    r".*\.assets\.(adjustment|price|resale|herd_rate|breeding|deaths)": "herd",
    r"region\.(roads|nodes)\..*|.*\.bulk\..*": "slow_firms",
    r".*\.refresh": "money_to_spare",
    r".*\.processor_links\.wear": "busy_plant",
    r".*\.processor_links\..*": "plants",
}
"""Settings in which some leaves are known to matter: only saves time."""

EVENTS: dict[str, dict[str, Any]] = {
    "ban": {"kind": "export_ban", "chain": "apricot", "at": 56, "lasts": 2, "chance": 0.3, "month": "sep"},
    "border": {"kind": "border_closure", "place": "oybek", "at": 43, "lasts": 2, "chance": 0.3, "month": "aug"},
    "exit": {"kind": "buyer_exit", "chain": "apricot", "firm": 3, "at": 66, "chance": 0.1},
    "frost": {
        "kind": "frost", "chain": "apricot", "districts": ["isfara"], "at": 52, "left": 0.6, "villages": 0.5, "chance": 0.3, "month": "may",
    },
    "remittances": {"kind": "remittance_drop", "households": 0.5, "lasts": 4, "at": 45, "chance": 0.3},
    "roads": {
        "kind": "road_closure", "districts": ["konibodom"], "roads": ["asht_khujand"], "at": 57, "lasts": 1, "chance": 0.4, "month": "jul",
    },
    "standard": {"kind": "standard_change", "chain": "apricot", "end_market": "bulk", "at": 26, "chance": 0.2},
}  # fmt: skip
"""One event of every kind; late, so that the years before are as they were."""

WORDS = {
    "format": "version of the file format: only one is allowed",
    "name": "short name of the file",
    "title": "for people",
    "story": "for people",
    "region.data": "tells which file values came from; they are leaves themselves",
    "value_chains.apricot.data": "tells which file values came from; they are leaves themselves",
    "interventions.data": "tells which file values came from; they are leaves themselves",
    "region.title": "for people",
    "region.price_year": "year of the dollars, for reports",
    "region.exchange_rate": "somoni beside dollars, for reports",
    "region.graph_file": "another way to give all places: tests/world/test_own_places.py",
    "region.roads.pass.mountain": "the terrain between its ends says so already",
    "region.nodes.oybek.settlement": "the node has a position of its own; the settlement would only name it",
    "value_chains.apricot.product": "for people",
    "value_chains.apricot.sold_in": "unit of sale, for reports",
    "value_chains.apricot.assets.unit": "what an asset unit is called in reports",
}
"""Leaves that only describe and may move nothing, each with the reason."""


KINDS_OF_WORDS = {
    r"lead_firms\.names\.\d+": "fictional names of firms",
    r"programme\.\w+\.act": "says which act it is: another word is another act with other leaves",
    r"events\.\w+\.kind": "says which event it is: another word is another event with other leaves",
    r"region\.nodes\.\w+\.kind": "says what may stand there; where that does not fit the scenario is refused",
}


def only_describes(path: str) -> bool:
    """Whether a leaf may move nothing."""
    return path in WORDS or any(re.fullmatch(pattern, path) for pattern in KINDS_OF_WORDS)


ECHOES = ("concept", "skill")
"""Recorded columns that repeat what the facilitator was given; a change there proves nothing."""


@cache
def base(setting: str) -> Scenario:
    """A small scenario that uses every act and meets every kind of event, in one of the settings."""
    return with_plan(PLAN, {**{f"events.{name}": event for name, event in EVENTS.items()}, **SETTINGS[setting]})


@cache
def settled(setting: str) -> tuple[World, State]:
    """World and state after the spin-up, shared by all that changes only the programme."""
    first = started(base(setting), None)
    first.run(until=0)
    return first.world, first.context.state


def started(scenario: Scenario, setting: str | None) -> engine.Simulation:
    """A run that is about to begin, after the spin-up of its setting where that is the same."""
    seed = engine.seed_of(scenario, 0)
    if setting is None or scenario.world_hash() != base(setting).world_hash():
        return engine.Simulation(scenario, seed)
    world, state = settled(setting)
    return engine.Simulation(scenario, seed, world=world, start=state)


@cache
def unchanged(setting: str) -> engine.Outcome:
    """What a setting as it is leaves behind."""
    simulation = started(base(setting), setting)
    simulation.run()
    return simulation.outcome()


def differs(scenario: Scenario, setting: str) -> bool:
    """Whether a scenario has any month or household that its setting does not have; stops at the first month."""
    expected = unchanged(setting)
    kept = [column for column, name in enumerate(expected.names) if name not in ECHOES]
    if scenario.timeline != base(setting).timeline:
        return True
    simulation = started(scenario, setting)
    for month in range(scenario.timeline.months):
        simulation.run(until=month + 1)
        if simulation.recorder.values[month, kept].tobytes() != expected.monthly[month, kept].tobytes():
            return True
    return simulation.outcome().households.tobytes() != expected.households.tobytes()


def other_values(leaf: Declared, scenario: Scenario) -> Iterator[Any]:
    """Values to try in place of a leaf's own, mild ones first."""
    if leaf.choices:
        return (word for word in leaf.choices if word != leaf.value)
    if leaf.low is None or leaf.high is None:
        return (word for word in other_words(leaf.path, scenario) if word != leaf.value)
    return other_numbers(leaf.value, leaf.low, leaf.high)


def other_numbers(value: float | None, low: float, high: float) -> Iterator[Any]:
    """A third more or less, a little, a lot, and to the bounds; some numbers where there is none."""
    tries = [4, 20, 90] if value is None else [1.3 * value, 0.7 * value, value + 1, value - 1]
    if value is not None:
        far = min(high, 10 * abs(value) + 1)
        tries += [3 * value, 0.1 * value, 0.3 * far, far, low]
    seen = {value}
    for wanted in tries:
        other = min(max(wanted, low), high)
        other = round(other) if isinstance(value, int) else other
        if other not in seen:
            seen.add(other)
            yield other


def other_words(path: str, scenario: Scenario) -> Iterator[Any]:
    """Names that could stand in place of a name."""
    *_, before, last = path.split(".")
    chain = scenario.value_chains["apricot"]
    if last in ("seat", "settlement"):
        yield from ("Istaravshan", "Panjakent")
    elif last in ("after", "until"):
        yield from (None, "training", *scenario.programme)
    elif last == "end_market":
        yield from chain.end_markets
    elif last == "price_formula":
        yield from ("fixed", "spot_plus", "floor_plus")
    elif before == "roads":
        yield from scenario.region.roads
    elif before == "districts":
        yield from scenario.region.districts
    else:
        yield from (*scenario.region.nodes, *scenario.region.districts)


def changed(scenario: Scenario, path: str, value: Any) -> Scenario:
    """The scenario with one leaf changed, and with what has to change with it.

    Shares of the harvest still sum to 1; a place needs both coordinates.
    """
    data = copy.deepcopy(scenario.resolved())
    *way, last = path.split(".")
    place: Any = data
    for word in way:
        place = place[int(word)] if isinstance(place, list) else place[word]
    if path.startswith("value_chains.apricot.harvest.season."):
        receiver = next(month for month in place if month != last)
        place[receiver] += place[last] - value
    if last in ("latitude", "longitude") and place[last] is None:
        place["latitude"], place["longitude"] = 39.9, 69.0
        value = {"latitude": 40.1, "longitude": 69.3}[last]
    if isinstance(place, list):
        place[int(last)] = value
    else:
        place[last] = value
    return scenario_from_resolved(data) if isinstance(value, str) else Scenario.model_validate(data)


def moves(leaf: Declared, setting: str, first: int, last: int | None) -> bool:
    """Whether one of a leaf's other values, from the first to the last, moves a recorded month or a household.

    A name in whose place no other name is allowed moves the whole scenario.
    """
    allowed = isinstance(leaf.value, str)
    for value in islice(other_values(leaf, base(setting)), first, last):
        try:
            if differs(changed(base(setting), leaf.path, value), setting):
                return True
            allowed = False
        except (LinkageError, ValidationError):
            continue
    return allowed


def alive(leaf: Declared) -> bool:
    """Whether a leaf moves anything: two mild changes are tried in all settings, then all changes."""
    known = [setting for pattern, setting in WHERE_FIRST.items() if re.fullmatch(pattern, leaf.path)]
    settings = [*known, *(setting for setting in SETTINGS if setting not in known)]
    return any(moves(leaf, setting, *part) for part in ((0, 2), (2, None)) for setting in settings)


PARTS = (
    r"(seed|timeline|region)\b.*",
    r"value_chains\.\w+\.(assets|harvest|practices|bazaar|city|contract|firms)\..*",
    r"value_chains\.\w+\.(end_markets|processors)\..*",
    r"(households|behaviour|trust)\..*",
    r"(traders|lead_firms|input_providers)\..*",
    r"(facilitator|interventions)\..*",
    r"events\..*",
    r"programme\.[a-k]\w*\..*",
    r"programme\.[l-z]\w*\..*",
)
"""The walk in parts; a test sees to it that they hold every leaf once."""


def walked() -> list[Declared]:
    """All leaves that must move something."""
    return [leaf for leaf in declared_parameters(base("usual")) if not only_describes(leaf.path)]


def test_walk_leaves_nothing_out() -> None:
    parts = [sum(re.fullmatch(part, leaf.path) is not None for part in PARTS) for leaf in walked()]
    assert parts == [1] * len(parts)
    paths = {leaf.path for leaf in declared_parameters(base("usual"))}
    assert not set(WORDS) - paths, "an exemption names a leaf that is gone"
    acts = {act.act for act in base("usual").programme.values()}
    assert acts == set(ACTS), "the walked plan must use every act"
    assert {event.kind for event in base("usual").events.values()} == {*EVENT_HANDLERS, "remittance_drop", "standard_change"}


@pytest.mark.slow
@pytest.mark.parametrize("part", PARTS)
def test_every_value_moves_something(part: str) -> None:
    leaves = [leaf for leaf in walked() if re.fullmatch(part, leaf.path)]
    dead = [f"{leaf.path} = {leaf.value!r}: {leaf.meaning}" for leaf in leaves if not alive(leaf)]
    assert not dead, "\n".join(["these values move nothing:", *dead])


def test_walk_can_fail() -> None:
    """A value that no rule reads is found: the price year is one, and would be named were it not exempt."""
    leaf = next(leaf for leaf in declared_parameters(base("usual")) if leaf.path == "region.price_year")
    assert not moves(leaf, "usual", 0, 2)
