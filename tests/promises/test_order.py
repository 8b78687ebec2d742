"""The order in which things are written or stand in tables does not matter."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest

from linkage_sim import engine
from linkage_sim.scenario.load import scenario_from_resolved
from linkage_sim.world.layout import layout_of
from linkage_sim.world.luck import luck_of
from linkage_sim.world.state import WIDE
from linkage_sim.world.world import World, build_world
from promises.small_world import PLAN, bits, with_plan

SEED = 7


def turned_round(value: Any) -> Any:
    """The same data with every mapping written in the opposite order."""
    if isinstance(value, dict):
        return {key: turned_round(child) for key, child in reversed(value.items())}
    return [turned_round(child) for child in value] if isinstance(value, list) else value


def test_the_order_of_a_scenario_file_does_not_matter() -> None:
    """Districts, nodes, roads, end markets, acts, months: written from back to front, the same bits."""
    scenario = with_plan(PLAN)
    data = scenario.resolved()
    backwards = scenario_from_resolved(turned_round(data))
    assert list(turned_round(data)["region"]["districts"]) != list(data["region"]["districts"])
    assert backwards.hash() == scenario.hash()
    assert bits(engine.run(backwards, SEED)) == bits(engine.run(scenario, SEED))


def shuffled(world: World) -> World:
    """The world with the households of every village, and their enterprises with them, in another order of rows."""
    state = world.state.copy()
    draw = np.random.default_rng(1)
    order = np.concatenate([
        first + draw.permutation(last - first)
        for first, last in zip(world.layout.first_household[:-1], world.layout.first_household[1:], strict=True)
    ])  # fmt: skip
    place = np.empty_like(order)
    place[order] = np.arange(len(order))
    owner = place[state.enterprise["household"]]
    rows = np.lexsort((owner, state.enterprise["chain"], state.household["village"][state.enterprise["household"]]))
    state.household = state.household[order]
    state.enterprise = state.enterprise[rows]
    state.enterprise["household"] = owner[rows]
    for name, (shape, _, _) in WIDE.items():
        if shape.startswith("enterprise"):
            setattr(state, name, getattr(state, name)[rows])
    ripens = np.any(world.parameters.season > 0.0, axis=0)
    luck = luck_of(len(order), len(rows), -12, 72, ripens)  # kept in the order of rows
    return dataclasses.replace(world, state=state, layout=layout_of(state, world.parameters), luck=luck)


@pytest.mark.parametrize("seed", [SEED, 8])
def test_the_order_of_rows_inside_villages_does_not_matter(seed: int) -> None:
    """Luck belongs to identities. Only sums of floating-point numbers differ, by less than a millionth."""
    scenario = with_plan(PLAN)
    world = build_world(scenario, seed)
    outcomes = []
    for each in (world, shuffled(world)):
        simulation = engine.Simulation(scenario, seed, world=each)
        simulation.run()
        outcomes.append(simulation.outcome())
    usual, other = outcomes
    assert not (usual.households["identity"] == other.households["identity"]).all()
    assert usual.monthly == pytest.approx(other.monthly, rel=1e-6, abs=1e-6)
    back = other.households[np.argsort(other.households["identity"])]
    assert (back["identity"] == usual.households["identity"]).all()
    for name in usual.households.dtype.names:
        assert back[name] == pytest.approx(usual.households[name], rel=1e-6, abs=1e-6), name


def test_more_households_in_a_village_do_not_move_the_luck_of_others() -> None:
    """Identities are addresses: whoever was there before is the same person with the same land."""
    few = build_world(with_plan(PLAN), SEED).state
    many = build_world(with_plan(PLAN, {"region.districts.asht.households": 25}), SEED).state
    kept = np.isin(many.household["identity"], few.household["identity"])
    assert kept.sum() == len(few.household)
    for name in ("persons", "woman", "wages", "remittances", "patience", "credit"):
        assert (many.household[name][kept] == few.household[name]).all(), name
    assert (many.enterprise["assets"][kept] == few.enterprise["assets"]).all()
    assert (many.enterprise["skill"][kept] == few.enterprise["skill"]).all()
