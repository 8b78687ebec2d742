"""Paired runs of the small scenarios of one chain each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from scipy import stats

from linkage_sim import engine
from linkage_sim.engine import Simulation, seed_of
from linkage_sim.scenario.load import load_scenario, shipped
from linkage_sim.scenario.scenario import Scenario

CHAINS = ("apple", "apricot", "dairy", "handicrafts", "honey", "meat", "onion", "potato")
WORLDS = 12
LEVEL = 0.01


def scenario(name: str, setting: Mapping[str, Any] | None = None) -> Scenario:
    """A scenario of the folder ``chains``; a setting names values below the chain by a leading dot."""
    full = {f"value_chains.{name}{key}" if key.startswith(".") else key: value for key, value in (setting or {}).items()}
    return load_scenario(shipped(f"chains/{name}"), full)


def column(outcome: engine.Outcome, name: str) -> Any:
    """One monthly series of a run."""
    return outcome.monthly[:, outcome.names.index(name)]


def paired(name: str, settings: Sequence[Mapping[str, Any]], worlds: int = WORLDS) -> list[list[engine.Outcome]]:
    """Outcomes of every setting in the same worlds: [setting][world]."""
    scenarios = [scenario(name, setting) for setting in settings]
    return [[engine.run(each, seed_of(scenarios[0], world)) for world in range(worlds)] for each in scenarios]


def totals(outcomes: Sequence[engine.Outcome], name: str) -> Any:
    """Sum over the recorded months, by world."""
    return np.array([column(outcome, name).sum() for outcome in outcomes])


def side_share(outcomes: Sequence[engine.Outcome]) -> Any:
    """Share of contracted goods that was side-sold, by world."""
    return totals(outcomes, "side_kg") / np.maximum(totals(outcomes, "due_kg"), 1.0)


def broken_share(outcomes: Sequence[engine.Outcome]) -> Any:
    """Share of contracted goods for which the firm broke its word, by world."""
    return totals(outcomes, "broken_kg") / np.maximum(totals(outcomes, "due_kg"), 1.0)


def by_month(outcomes: Sequence[engine.Outcome], name: str) -> Any:
    """Means by calendar month; (worlds, 12)."""
    return np.array([column(outcome, name).reshape(-1, 12).mean(axis=0) for outcome in outcomes])


def price_swing(outcomes: Sequence[engine.Outcome]) -> Any:
    """Standard deviation of the log bazaar price, by world."""
    return np.array([np.log(column(outcome, "bazaar_price")).std() for outcome in outcomes])


def is_more(more: Any, less: Any) -> bool:
    """Whether the first is larger, paired by world, at a false-alarm rate of 1 %."""
    return bool(stats.ttest_rel(more, less, alternative="greater").pvalue < LEVEL)


def started(name: str, setting: Mapping[str, Any] | None = None, world: int = 0) -> Simulation:
    """A simulation after its spin-up."""
    each = scenario(name, setting)
    simulation = Simulation(each, seed_of(each, world))
    simulation.run(until=0)
    return simulation
