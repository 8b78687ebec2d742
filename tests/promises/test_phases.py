"""Every phase changes only the columns that it declares, and all of those that it declares."""

from __future__ import annotations

from collections import defaultdict
from functools import cache
from typing import Any

import pytest

from linkage_sim import engine
from linkage_sim.month.plan import PHASES, Phase
from linkage_sim.world.state import COLUMNS, TABLES, WIDE
from promises.small_world import PLAN, columns, with_plan

MARKETS = "value_chains.apricot.end_markets"
SHORT_OF_CASH = {
    "lead_firms.capital": 2000,
    "lead_firms.capital_spread": 0,
    "lead_firms.credit_line": 0.1,
    "lead_firms.turnover": 0.05,
    "lead_firms.delay": 0,
    "lead_firms.route_setup": 20,
    "lead_firms.route_running": 20,
}


def exits(first: int, step: int) -> dict[str, Any]:
    """Every firm leaves, the first in this month, the next some months later."""
    terms = {"kind": "buyer_exit", "chain": "apricot"}
    return {f"events.exit_{number}": {**terms, "firm": number, "at": first + step * number} for number in range(6)}


SETTINGS: tuple[dict[str, Any], ...] = (
    {},
    # rivals that enter, firms that grow, village shops, kits that are bought again, closed roads
    {
        "lead_firms.entry": 8,
        "lead_firms.order_cost": 0.01,
        "lead_firms.growth": 0.5,
        "lead_firms.order_loss": 0,
        f"{MARKETS}.premium.orders": 300,
        f"{MARKETS}.premium.price": 3.5,
        "input_providers.outlet_cost": 1,
        "interventions.storage.life": 12,
        "interventions.storage.unit.materials": 1,
        "region.roads.asht_khujand.closed": {"jan": 0.5, "aug": 0.3},
    },
    # firms that close with fruit in store and money owed
    {
        "lead_firms.capital": 1500,
        "lead_firms.capital_spread": 0,
        "lead_firms.credit_line": 0,
        "lead_firms.turnover": 0.05,
        "lead_firms.fixed_cost": 2500,
        "lead_firms.delay": 0,
        "value_chains.apricot.city.price": 0.5,
        f"{MARKETS}.premium.grade_b_value": 1,
        f"{MARKETS}.regional.grade_b_value": 1,
        "lead_firms.capacity": 60,
    },
    # firms that pay late and live on; that default; that break their word
    SHORT_OF_CASH,
    SHORT_OF_CASH | {"lead_firms.grace": 0},
    SHORT_OF_CASH | {"lead_firms.reliability": 0.05, "lead_firms.reputation": 0},
    # firms that buy both grades and close
    {
        "lead_firms.capital": 1500,
        "lead_firms.capital_spread": 0,
        "lead_firms.credit_line": 0,
        "lead_firms.turnover": 0.05,
        "lead_firms.fixed_cost": 2500,
        "lead_firms.delay": 0,
        "value_chains.apricot.city.price": 0.5,
        f"{MARKETS}.premium.grade_b_value": 1,
        f"{MARKETS}.regional.grade_b_value": 1,
        f"{MARKETS}.bulk.price": 1.3,
        f"{MARKETS}.premium.price": 1.0,
        **exits(16, 1),
    },
    # every firm leaves: with written contracts; late with what it owes
    exits(33, 1),
    SHORT_OF_CASH | exits(32, 0),
    # events of every kind
    {
        "events.frost": {"kind": "frost", "chain": "apricot", "at": 17},
        "events.border": {"kind": "border_closure", "place": "oybek", "at": 19},
        "events.exit": {"kind": "buyer_exit", "chain": "apricot", "chance": 1.0, "month": "sep"},
        **exits(1, 1),
        "lead_firms.capacity": 60,
        "lead_firms.capital": 1500,
        "lead_firms.credit_line": 0,
        "lead_firms.delay": 0,
        "lead_firms.turnover": 0.05,
        f"{MARKETS}.bulk.price": 1.3,
    },
    # another crop on the same land, trees that begin to bear, orders that fail to come
    {
        "value_chains.potato": {"data": "potato"},
        "value_chains.apricot.assets.gestation": 12,
        "value_chains.apricot.assets.adjustment": 0.5,
        f"{MARKETS}.premium.order_gap": 0.3,
    },
    # what needs no land: bred, bought and sold; firms that buy in villages only, whose suppliers pay for grading
    {
        "lead_firms.large_reach": 0,
        "value_chains.apricot.assets.land": 0,
        "value_chains.apricot.assets.adjustment": 0.5,
        "value_chains.apricot.assets.herd_rate": 0.3,
        "value_chains.apricot.assets.price": 20,
        "value_chains.apricot.assets.resale": 0.5,
    },
    # firms that cannot ship at once, and a processor that bids more than the city for what they are left with
    {"lead_firms.capacity": 60, f"{MARKETS}.bulk.price": 1.1, "value_chains.apricot.processors.sorting_plant.cost": 0.0},
)
"""The usual setting and some in which rarer things happen."""


@cache
def changed() -> dict[str, set[str]]:
    """Columns that each phase changed in any month of any setting."""
    found: dict[str, set[str]] = defaultdict(set)
    for setting in SETTINGS:
        simulation = engine.Simulation(with_plan(PLAN, setting), 7)
        context = simulation.context
        while simulation.month < simulation.scenario.timeline.months:
            before = columns(context.state)
            for phase in PHASES:
                if phase.run is None:
                    simulation.recorder.record(context)
                else:
                    phase.run(context)
                after = columns(context.state)
                found[phase.name] |= {name for name, value in after.items() if value != before[name]}
                before = after
            context.month += 1
    return found


KNOWN = {f"{column.table}.{column.name}" for column in COLUMNS} | set(WIDE)


def test_every_table_and_wide_column_is_looked_at() -> None:
    fields = set(vars(engine.Simulation(with_plan(PLAN), 7).context.state))
    assert fields == set(TABLES) | set(WIDE)


@pytest.mark.parametrize("phase", PHASES, ids=lambda phase: phase.name)
def test_a_phase_names_real_columns_once(phase: Phase) -> None:
    assert set(phase.writes) <= KNOWN
    assert set(phase.reads) <= KNOWN
    assert len(set(phase.writes)) == len(phase.writes)


@pytest.mark.parametrize("phase", PHASES, ids=lambda phase: phase.name)
def test_a_phase_changes_only_what_it_declares(phase: Phase) -> None:
    assert not changed()[phase.name] - set(phase.writes)


@pytest.mark.parametrize("phase", PHASES, ids=lambda phase: phase.name)
def test_a_phase_declares_only_what_it_changes(phase: Phase) -> None:
    assert not set(phase.writes) - changed()[phase.name]


def test_what_the_world_fixes_nobody_changes() -> None:
    fixed = {f"{column.table}.{column.name}" for column in COLUMNS if column.owner == "world"}
    fixed |= {name for name, (_, owner, _) in WIDE.items() if owner == "world"}
    assert not {name: phases for phase in PHASES if (phases := changed()[phase.name] & fixed) for name in [phase.name]}


def test_every_owner_changes_what_it_owns() -> None:
    owned = {f"{column.table}.{column.name}": column.owner for column in COLUMNS}
    owned |= {name: owner for name, (_, owner, _) in WIDE.items()}
    idle = [f"{name} ({owner})" for name, owner in owned.items() if owner != "world" and name not in changed()[owner]]
    assert not idle
