"""A world that takes over what it has in common with another is the same to the last bit as one built alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from itertools import islice
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from linkage_sim import engine
from linkage_sim.columns import Table
from linkage_sim.errors import LinkageError
from linkage_sim.scenario.scenario import OF_THE_WORLD, Scenario
from linkage_sim.world.world import World, build_world
from test_parameters_matter import base, changed, other_values, walked

SEED = 5


def arrays(held: Any) -> Iterator[tuple[str, Any]]:
    """Every array of a dataclass by name, tables and records column by column."""
    for each in fields(held):
        value = getattr(held, each.name)
        if isinstance(value, Table) or (isinstance(value, np.ndarray) and value.dtype.names):
            yield from ((f"{each.name}.{name}", value[name]) for name in value.dtype.names or ())
        elif isinstance(value, np.ndarray):
            yield each.name, value


def differences(one: World, other: World) -> list[str]:
    """Names of all that differs in any bit."""
    found = []
    for mine, its in ((one.state, other.state), (one.parameters, other.parameters), (one.layout, other.layout)):
        for (name, values), (_, others) in zip(arrays(mine), arrays(its), strict=True):
            if values.shape != others.shape or values.tobytes() != others.tobytes():
                found.append(name)
    return found if one.layout.months == other.layout.months else [*found, "months"]


def others() -> Iterator[tuple[str, Scenario]]:
    """The usual scenario with each value of the world changed once."""
    usual = base("usual")
    for leaf in walked():
        if leaf.path.split(".")[0] in OF_THE_WORLD:
            for value in islice(other_values(leaf, usual), 2):
                try:
                    yield leaf.path, changed(usual, leaf.path, value)
                    break
                except (LinkageError, ValidationError):
                    continue


@pytest.mark.slow
def test_whatever_differs_is_made_anew() -> None:
    """What `BESIDE_FIRMS` and `OF_PEOPLE` leave out would show here as a number that was taken over although it had changed."""
    usual = build_world(base("usual"), SEED)
    wrong, moved = {}, 0
    for path, scenario in others():
        alone = build_world(scenario, SEED)
        moved += bool(differences(usual, alone))
        if found := differences(alone, build_world(scenario, SEED, usual)):
            wrong[path] = found
    assert moved > 50, "worlds really differ"
    assert not wrong


def test_a_world_of_another_seed_lends_nothing() -> None:
    usual = build_world(base("usual"), SEED)
    assert not differences(build_world(base("usual"), SEED + 1), build_world(base("usual"), SEED + 1, usual))
    assert differences(usual, build_world(base("usual"), SEED + 1, usual))


def test_runs_together_are_those_alone() -> None:
    """Firms that differ, then people that differ: the second takes over much of the first, the third little of the second."""
    usual = base("usual")
    scenarios = [
        usual, changed(usual, "lead_firms.capital", 1.3 * usual.lead_firms.capital),
        changed(usual, "households.patience", 0.9 * usual.households.patience),
    ]  # fmt: skip
    together = [outcome for _, outcome in engine.run_together(scenarios, SEED, worlds=1)]
    for scenario, outcome in zip(scenarios, together, strict=True):
        alone = engine.run(scenario, SEED)
        assert outcome.monthly.tobytes() == alone.monthly.tobytes()
        assert outcome.households.tobytes() == alone.households.tobytes()
    assert together[0].monthly.tobytes() != together[1].monthly.tobytes() != together[2].monthly.tobytes()
