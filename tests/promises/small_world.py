"""A world small enough to be run many times, in which firms trade, and a plan that uses every act."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from linkage_sim import engine
from linkage_sim.scenario.load import load_scenario, shipped
from linkage_sim.scenario.scenario import Scenario
from linkage_sim.world.state import COLUMNS, WIDE, State

SMALL: dict[str, Any] = {
    "timeline.spin_up": 12,
    "timeline.before": 12,
    "timeline.during": 36,
    "timeline.after": 24,
    "region.districts.asht.villages": 4,
    "region.districts.isfara.villages": 3,
    "region.districts.konibodom.villages": 2,
    "region.districts.asht.households": 16,
    "region.districts.isfara.households": 16,
    "region.districts.konibodom.households": 16,
    # small villages: cheaper routes and smaller orders, so that firms trade as they do in the shipped world
    "lead_firms.route_setup": 200,
    "lead_firms.route_running": 60,
    "lead_firms.member_cost": 2,
    "lead_firms.fixed_cost": 500,
    "lead_firms.cautious_belief": 0.7,
    "lead_firms.capacity": 1500,
    "value_chains.apricot.end_markets.bulk.orders": 3000,
    "value_chains.apricot.end_markets.regional.orders": 2000,
    "value_chains.apricot.end_markets.premium.orders": 2000,
    "value_chains.apricot.processors.sorting_plant.capacity": 400,
    "interventions.co_investment.investment": 8000,
}
NORTH = ["asht", "isfara"]
PLAN: dict[str, dict[str, Any]] = {
    "assessment": {"act": "market_assessment", "share": 0.14, "every": 12, "end": 30},
    "selection": {
        "act": "lead_firm_selection", "share": 0.04, "after": "courses", "until": "reflection",
        "rule": "claims", "choose": 2, "visits": 4, "references": 2,
    },
    "reflection": {"act": "reflection_session", "share": 0.04, "after": "associations", "end": 20},
    "second_selection": {
        "act": "lead_firm_selection", "share": 0.03, "after": "reflection",
        "rule": "checked", "choose": 1, "visits": 5, "references": 3,
    },
    "brokers": {"act": "brokering", "share": 0.13, "after": "selection", "target": "remote", "districts": NORTH},
    "later_brokers": {"act": "brokering", "share": 0.03, "after": "second_selection", "target": "women", "start": 12},
    "growth": {"act": "co_investment", "share": 0.14, "after": "selection", "running": 0.05},
    "coaching": {"act": "staff_coaching", "share": 0.05, "start": 2, "until": "second_selection"},
    "training": {"act": "training", "share": 0.045, "target": "linked", "topic": "quality"},
    "schools": {
        "act": "training", "share": 0.045, "target": "women", "topic": "improved", "refresh": False, "end": 24,
    },
    "courses": {"act": "training", "share": 0.02, "target": "all", "topic": "both", "districts": NORTH, "start": 3},
    "last_course": {"act": "training", "share": 0.02, "target": "poorest", "start": 28},
    "kits": {"act": "storage", "share": 0.01, "target": "poorest"},
    "drying": {"act": "storage", "share": 0.01, "target": "linked", "districts": NORTH},
    "associations": {"act": "associations", "share": 0.035, "target": "remote"},
    "north": {"act": "associations", "share": 0.02, "districts": NORTH, "start": 6},
    "vouchers": {"act": "input_vouchers", "share": 0.02, "target": "poorest", "paid": 0.6},
    "tickets": {"act": "input_vouchers", "share": 0.015, "target": "all", "districts": NORTH, "start": 14},
    "groups": {"act": "savings_groups", "share": 0.01, "target": "women"},
    "councils": {"act": "village_organisations", "share": 0.025, "target": "linked", "start": 2},
    "books": {"act": "business_skills", "share": 0.01, "target": "linked"},
    "starters": {"act": "business_skills", "share": 0.01, "who": "entrepreneurs"},
    "grading": {"act": "contract_support", "share": 0.02},
    "outlets": {"act": "input_provider_links", "share": 0.02},
    "plants": {"act": "processor_links", "share": 0.03, "after": "selection"},
    "phones": {"act": "mobile_payments", "share": 0.01, "target": "linked"},
    "talks": {"act": "communication", "share": 0.012},
    "table": {"act": "coordination", "share": 0.012},
}  # fmt: skip
"""Every act and every kind of target; acts that wait for others and acts that stop."""
NAMES = (
    "baseline", "supply_side_only", "demand_side_only", "demand_side_claims", "demand_side_after_reflection",
    "combined",
)  # fmt: skip
"""The shipped scenarios of the apricot folder."""


def small(name: str, overrides: Mapping[str, Any] | None = None) -> Scenario:
    """A shipped scenario in the small world."""
    return load_scenario(shipped(f"apricot/{name}"), {**SMALL, **(overrides or {})})


def with_plan(plan: Mapping[str, Mapping[str, Any]], overrides: Mapping[str, Any] | None = None) -> Scenario:
    """The small baseline with a plan of its own."""
    return small("baseline", {**{f"programme.{name}": act for name, act in plan.items()}, **(overrides or {})})


def columns(state: State) -> dict[str, bytes]:
    """Every column of a state as bytes: "table.name" for those of tables, the bare name of wide ones."""
    found = {f"{column.table}.{column.name}": getattr(state, column.table)[column.name].tobytes() for column in COLUMNS}
    return found | {name: getattr(state, name).tobytes() for name in WIDE}


def bits(outcome: engine.Outcome) -> tuple[bytes, ...]:
    """Monthly values, flows and tables of a run, as bytes."""
    return tuple(values.tobytes() for values in (outcome.monthly, outcome.flows, outcome.households, outcome.firms, outcome.routes))


def differing(one: engine.Outcome, other: engine.Outcome) -> list[str]:
    """Monthly columns in which two runs differ in any bit, and "households" where those differ."""
    assert one.names == other.names
    found = [name for column, name in enumerate(one.names) if one.monthly[:, column].tobytes() != other.monthly[:, column].tobytes()]
    return found + (["households"] if one.households.tobytes() != other.households.tobytes() else [])
