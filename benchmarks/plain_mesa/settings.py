"""A built world as plain numbers, and a refusal of what this model does not know."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np

from linkage_sim.draws import STREAM, normal, uniform
from linkage_sim.scenario.scenario import Scenario
from linkage_sim.world.world import World

KNOWN_ACTS = (
    "training", "storage", "input_vouchers", "associations", "market_assessment", "lead_firm_selection", "brokering", "co_investment",
    "staff_coaching", "reflection_session",
)  # fmt: skip


class Unsupported(Exception):
    """A scenario asks for something that only linkage_sim knows."""


def plain(record: Any) -> SimpleNamespace:
    """One row of a record array as an object with ordinary Python numbers."""
    return SimpleNamespace(**values(record))


def values(record: Any) -> dict[str, Any]:
    return {name: record[name].item() for name in record.dtype.names}


class Luck:
    """The draws of linkage_sim, by stream, month and who draws."""

    def __init__(self, key: Any) -> None:
        self.key = key

    def uniform(self, stream: str, month: int, identity: int) -> float:
        return uniform(self.key, STREAM[stream], month, identity)

    def normal(self, stream: str, month: int, identity: int) -> float:
        return normal(uniform(self.key, STREAM[stream], month, identity))


class Settings:
    """Parameters of the world and of the programme, section by section."""

    def __init__(self, scenario: Scenario, world: World) -> None:
        numbers = world.parameters
        self.chain = plain(numbers.chains[0])
        self.firms = plain(numbers.firms[0])
        self.behaviour = plain(numbers.behaviour[0])
        self.people = plain(numbers.people[0])
        self.trust = plain(numbers.ties[0])
        self.inputs = plain(numbers.inputs[0])
        self.traders = plain(numbers.traders[0])
        self.season = [float(share) for share in numbers.season[0]]
        self.city_season = [float(factor) for factor in numbers.city_season[0]]
        self.effects = scenario.interventions
        self.timeline = scenario.timeline
        self.facilitator = scenario.facilitator
        self.plan = dict(scenario.programme)
        self.poverty_line = scenario.households.poverty_line


def refuse_what_is_unknown(scenario: Scenario, world: World) -> None:
    """Raise Unsupported, naming everything at once, where a scenario goes beyond the month of the apricot chain."""
    numbers, state = world.parameters, world.state
    chains = list(scenario.value_chains.values())
    found = []
    if len(chains) != 1:
        found.append(f"{len(chains)} value chains: exactly 1 is known")
    if scenario.events:
        found.append(f"events ({', '.join(scenario.events)})")
    if not np.array_equal(state.enterprise["household"], np.arange(len(state.household))):
        found.append("households without an enterprise, or with several: everybody must have one")
    if (numbers.chains["all_year"] == 1).any():
        found.append("a harvest in every month")
    if ((numbers.chains["assets_land"] <= 0) & (numbers.chains["assets_adjustment"] > 0)).any():
        found.append("herds and tools")
    if (numbers.markets["order_gap"] > 0).any():
        found.append("gaps in orders of end markets")
    for name, act in scenario.programme.items():
        if act.act not in KNOWN_ACTS:
            found.append(f"act {act.act} ({name})")
        elif getattr(act, "running", 0) > 0:
            found.append(f"running subsidies of firms ({name})")
        elif getattr(act, "districts", ()):
            found.append(f"acts limited to districts ({name})")
    if found:
        raise Unsupported("the plain Mesa model does not know: " + "; ".join(found))
