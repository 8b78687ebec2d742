"""The month written a second time, as ordinary Mesa agents in benchmarks/plain_mesa, tells the same to 1e-9."""

from __future__ import annotations

import ast
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from linkage_sim import engine
from linkage_sim.scenario.load import load_scenario, shipped
from linkage_sim.world.world import build_world
from promises.small_world import small

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"
sys.path.insert(0, str(BENCHMARKS))

from plain_mesa import PlainModel, Unsupported  # noqa: E402  (beside the benchmarks, not installed)
from plain_mesa.same import record_differences, state_differences  # noqa: E402

MONTHS = {
    "timeline.spin_up": 12, "timeline.before": 12, "timeline.during": 18, "timeline.after": 6,
    "region.districts.asht.households": 11, "region.districts.isfara.households": 11, "region.districts.konibodom.households": 11,
}  # fmt: skip
"""99 households, 48 months."""
LATE: dict[str, Any] = {
    "lead_firms.capital": 300, "lead_firms.turnover": 0.02, "lead_firms.credit_line": 0.1, "lead_firms.fixed_cost": 100,
    "lead_firms.route_setup": 20, "lead_firms.grace": 1, "lead_firms.loan_share": 1.0, "lead_firms.rejection": 0.2,
    "interventions.storage.life": 13, "households.shock": 0.3, "lead_firms.price_formula": "floor_plus", "lead_firms.reliability": 0.05,
}  # fmt: skip
"""Firms that offer more than they can pay, mind their word little, and close; kits that wear out; many in need."""
CROWDED: dict[str, Any] = {
    "value_chains.apricot.firms.rivals": 1, "lead_firms.spot_pass": 1.0, "lead_firms.entry": 0.3, "lead_firms.price_formula": "spot_plus",
    "value_chains.apricot.end_markets.premium.price": 3.2, "value_chains.apricot.processors.sorting_plant.cost": 0.0,
    "value_chains.apricot.end_markets.premium.orders_spread": 1.5, "value_chains.apricot.harvest.keeps": 0,
    "input_providers.outlet_cost": 20, "input_providers.stock": 0.2, "input_providers.bazaar_outlets": 0.5, "input_providers.reach": 48,
}  # fmt: skip
"""Rivals that bid, enter and leave; a processor that pays; goods that do not keep; scarce inputs and village outlets."""
TRADERS: dict[str, Any] = {
    "traders.conduct": 0.5, "traders.slope": 0.004, "value_chains.apricot.harvest.picking_cost": 0.5,
    "value_chains.apricot.bazaar.choke": 1.5, "value_chains.apricot.city.shock": 0.3,
}  # fmt: skip
"""Traders with market power, dear picking, wild prices that meet the choke price."""
CASES: dict[str, tuple[str, dict[str, Any]]] = {
    "no programme": ("baseline", {}),
    "farmers' side": ("supply_side_only", {}),
    "both sides": ("combined", {}),
    "two selections": ("demand_side_after_reflection", {"programme.reflection.start": 12}),
    "late pay": ("combined", LATE),
    "rivals": ("demand_side_claims", CROWDED),
    "traders": ("supply_side_only", TRADERS),
}
SEED = 5


@cache
def both(case: str) -> tuple[engine.Simulation, PlainModel]:
    name, changes = CASES[case]
    scenario = small(name, {**MONTHS, **changes})
    simulation = engine.Simulation(scenario, SEED)
    simulation.run()
    model = PlainModel(scenario, SEED, simulation.world)
    model.run()
    return simulation, model


@pytest.mark.parametrize("case", CASES)
def test_the_second_writing_tells_the_same(case: str) -> None:
    simulation, model = both(case)
    assert not record_differences(simulation, model)
    assert not state_differences(simulation, model)


def test_the_cases_together_reach_nearly_everything_that_is_recorded() -> None:
    runs = [both(case)[0].recorder for case in CASES]
    names = [name for column, name in enumerate(runs[0].names) if not any(run.values[:, column].any() for run in runs)]
    assert not [name for name in names if not name.startswith("poor.")]


@pytest.mark.parametrize(
    ("section", "name"),
    [
        ("behaviour", "store_noise"), ("chain", "practices_quality_loss_cut"), ("firm_terms", "owner_draw"), ("people", "spending"),
        ("ties", "bad_news"),
    ],
)  # fmt: skip
def test_a_number_changed_by_a_thousandth_is_noticed(section: str, name: str) -> None:
    simulation, _ = both("late pay")
    model = PlainModel(simulation.scenario, SEED, simulation.world)
    setattr(getattr(model, section), name, getattr(getattr(model, section), name) * 1.001)
    model.run()
    assert record_differences(simulation, model) + state_differences(simulation, model)


def test_the_second_writing_uses_no_rule_and_no_kernel() -> None:
    allowed = ("linkage_sim.draws", "linkage_sim.world", "linkage_sim.scenario")
    to_compare = ("linkage_sim.books", "linkage_sim.engine")
    found = []
    for path in sorted((BENCHMARKS / "plain_mesa").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf8"))):
            module = node.module or "" if isinstance(node, ast.ImportFrom) else ""
            names = [one.name for one in node.names] if isinstance(node, ast.Import) else [module]
            usable = allowed + (to_compare if path.name == "same.py" else ())
            found += [f"{path.name}: {one}" for one in names if one.startswith("linkage_sim") and not one.startswith(usable)]
    assert not found


def test_what_it_does_not_know_it_refuses() -> None:
    frost = {"kind": "frost", "chain": "apricot", "districts": ["isfara"], "at": 3}
    changes = {**MONTHS, "events.late": frost, "programme.groups": {"act": "savings_groups", "share": 0.1}}
    with pytest.raises(Unsupported, match=r"events \(late\).*act savings_groups"):
        PlainModel(small("baseline", changes), SEED)
    dairy = load_scenario(shipped("chains/dairy"))
    with pytest.raises(Unsupported, match="harvest in every month"):
        PlainModel(dairy, SEED, build_world(dairy, SEED))
