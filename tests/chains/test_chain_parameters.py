"""Every number of every chain moves something in the chain's own scenario, or beside another crop, or when firms are pressed.

The chain of the default scenarios is walked in tests/test_parameters_matter.py.
"""

from __future__ import annotations

import copy
import re
from typing import Any

import pytest
from pydantic import ValidationError

from chains.worlds import CHAINS, scenario
from linkage_sim import engine
from linkage_sim.errors import LinkageError
from linkage_sim.scenario.load import Declared, declared_parameters
from linkage_sim.scenario.scenario import Scenario

SHORT = {"timeline.spin_up": 12, "timeline.before": 12, "timeline.during": 24, "timeline.after": 0}
PRESSED = {
    ".firms.capacity": 30,
    "lead_firms.imitators": 3,
    "lead_firms.cautious_belief": 1,
    "lead_firms.growth": 0.8,
    "lead_firms.order_loss": 0.5,
    "lead_firms.fixed_cost": 0,
}
RIVALS = {".firms.rivals": 2}
NEAR = {"lead_firms.trip_hour": 0, "lead_firms.route_setup": 10, "lead_firms.route_running": 10, ".firms.trip_cost": 0}
BESIDE = RIVALS | {"value_chains.other": {"data": "onion"}, ".city.shock": 0.4}
ELSEWHERE = {
    r"assets\.(smallest|largest)": "bounds that few households reach in a small world",
    r"end_markets\.\w+\.depth": "binds where firms grow for long",
    r"firms\.order_cost": "firms of thin chains seldom invest within three years",
    r"end_markets\.bulk\..*": "the last resort of a glut",
}
"""Leaves that move something in other settings, walked in tests/test_parameters_matter.py."""


def idle(path: str, each: Any) -> bool:
    """Whether a leaf has nothing to act on in this chain: what needs no land has no gestation, what has no price no resale."""
    needs_land = each.assets.land > 0
    return (
        (path == "assets.gestation" and not needs_land)
        or (path in ("assets.herd_rate", "assets.breeding", "assets.deaths") and needs_land)
        or (path == "assets.resale" and each.assets.price == 0)
        or (path.endswith("equipment_life") and each.practices.quality.equipment_share == 0)
        or (path.endswith("equipment_share") and each.practices.quality.equipment_share == 0)
        or (path == "assets.gestation" and each.assets.gestation == 0)
    )


def changed(each: Scenario, path: str, value: Any) -> Scenario:
    """The scenario with one leaf changed; shares of the harvest still sum to 1."""
    data = copy.deepcopy(each.resolved())
    *way, last = path.split(".")
    place: Any = data
    for word in way:
        place = place[word]
    if ".harvest.season." in path:
        receiver = next(month for month in place if month != last and place[month] > 0)
        place[receiver] += place[last] - value
    place[last] = value
    return Scenario.model_validate(data)


def tries(leaf: Declared) -> list[Any]:
    """A third more or less, a lot, and the bounds."""
    assert leaf.low is not None
    assert leaf.high is not None
    wanted = [leaf.low, 1, 20] if leaf.value is None else [1.3 * leaf.value, leaf.value + 1, 0.3 * leaf.value, leaf.low]
    held = [min(max(value, leaf.low), leaf.high) for value in wanted]
    return [value for value in ([round(each) for each in held] if isinstance(leaf.value, int) else held) if value != leaf.value]


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in CHAINS if name != "apricot"])
def test_every_number_of_a_chain_moves_something(name: str) -> None:
    land = scenario(name).value_chains[name].assets.land > 0 and name != "onion"
    worlds = [scenario(name, SHORT | setting) for setting in ({}, PRESSED, BESIDE if land else RIVALS, NEAR)]
    seed = engine.seed_of(worlds[0], 0)
    expected = [engine.run(world, seed) for world in worlds]
    dead = []
    for leaf in declared_parameters(worlds[0]):
        path = leaf.path.removeprefix(f"value_chains.{name}.")
        if path == leaf.path or leaf.low is None or any(re.fullmatch(pattern, path) for pattern in ELSEWHERE):
            continue
        if idle(path, worlds[0].value_chains[name]):
            continue
        if not any(moves(world, leaf, outcome, seed) for world, outcome in zip(worlds, expected, strict=True)):
            dead.append(f"{leaf.path} = {leaf.value}")
    assert not dead, "\n".join(dead)


def moves(world: Scenario, leaf: Declared, expected: engine.Outcome, seed: int) -> bool:
    """Whether any other value of a leaf changes a bit of the recorded months."""
    for value in tries(leaf):
        try:
            found = engine.run(changed(world, leaf.path, value), seed)
        except (LinkageError, ValidationError):
            continue
        if found.monthly.tobytes() != expected.monthly.tobytes():
            return True
    return False
