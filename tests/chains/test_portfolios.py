"""Households with several enterprises: land is conserved, herds move slowly, money is posted, one chain leaves another alone."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from chains.worlds import column, is_more, scenario, started
from linkage_sim import engine
from linkage_sim.books import ASSETS_BOUGHT, ASSETS_SOLD
from linkage_sim.scenario.load import load_scenario, shipped


def land_of(simulation: engine.Simulation) -> Any:
    """Land in use by household, ha."""
    state, chains = simulation.context.state, simulation.context.parameters.chains
    en = state.enterprise
    units = (en["assets"] + state.growing.sum(axis=1)) * chains["assets_land"][en["chain"]]
    return np.bincount(en["household"], weights=units, minlength=len(state.household))


def test_land_is_conserved_while_areas_move() -> None:
    simulation = started("portfolio")
    first = land_of(simulation)
    before = simulation.context.state.enterprise["assets"].copy()
    for month in range(60):
        simulation.run(until=month + 1)
        assert land_of(simulation) == pytest.approx(first, rel=1e-9, abs=1e-9)
    several = np.bincount(simulation.context.state.enterprise["household"]).max()
    assert several >= 3
    moved = simulation.context.state.enterprise["assets"] != before
    assert moved.mean() > 0.3


def test_herds_change_at_most_at_their_rate_and_money_is_posted() -> None:
    setting = {".assets.deaths": 0, ".assets.herd_rate": 0.2, ".assets.breeding": 0.05}
    simulation = started("dairy", setting)
    state = simulation.context.state
    bought = 0.0
    for month in range(60):
        before = state.enterprise["assets"].copy()
        simulation.run(until=month + 1)
        change = state.enterprise["assets"] / before - 1.0
        assert (abs(change) <= 0.2 + 1e-12).all()
        assert month % 12 == 0 or (change == 0.0).all()
        bought += np.maximum(0.0, state.enterprise["assets"] - before * 1.05)[change > 0].sum()
    flows = simulation.outcome().flows.sum(axis=0)
    assert flows[ASSETS_BOUGHT] == pytest.approx(bought * 900.0, rel=1e-9)
    assert flows[ASSETS_SOLD] > 0.0


def test_trees_bear_only_after_their_gestation() -> None:
    setting = {
        "value_chains.apricot.assets.adjustment": 0.5,
        "value_chains.apricot.assets.gestation": "3 years",
        "value_chains.apricot.assets.price": 20,
        "value_chains.apricot.city.price": 1.5,
    }
    simulation = started("portfolio", setting)
    state = simulation.context.state
    trees = state.enterprise["chain"] == 0
    planted = {}
    for month in range(60):
        before, young = state.enterprise["assets"][trees].copy(), state.growing[trees].copy()
        simulation.run(until=month + 1)
        more = state.enterprise["assets"][trees] - before
        if month % 12 == 1:
            new = (state.growing[trees] - young).clip(min=0.0).sum()
            planted[month // 12] = new
        bearing = more.clip(min=0.0).sum()
        assert bearing == 0.0 or month % 12 == 1
        if bearing > 0.0 and month >= 36:
            assert bearing <= planted[month // 12 - 3] * (1 + 1e-9)
    assert sum(planted.values()) > 0.0


def test_a_dearer_crop_takes_land_from_the_other() -> None:
    change = []
    for world in range(10):
        areas = []
        for price in (0.26, 0.5):
            simulation = started("onion", world=world)
            simulation.context.parameters.chains["city_price"][0] = price
            simulation.run(until=48)
            en = simulation.context.state.enterprise
            areas.append([en["assets"][en["chain"] == c].sum() for c in (0, 1)])
        change.append(np.array(areas[1]) - np.array(areas[0]))
    found = np.array(change)
    assert is_more(found[:, 0], 0.0 * found[:, 0])
    assert found.sum(axis=1) == pytest.approx(0.0, abs=1e-6)


def test_one_land_crop_alone_never_moves() -> None:
    simulation = started("potato")
    simulation.run()
    en = simulation.context.state.enterprise
    assert (en["assets"] == en["usual_assets"]).all()
    assert not simulation.context.state.growing.any()


def test_what_one_chain_does_in_its_month_leaves_the_contracts_of_another_alone() -> None:
    simulation = started("portfolio")
    state, parameters = simulation.context.state, simulation.context.parameters
    for month in range(24):
        linked, members = state.enterprise["firm"].copy(), state.route["members"].copy()
        contracted = state.enterprise["contracted"].copy()
        simulation.run(until=month + 1)
        here = (parameters.chains["contract_month"] == month % 12) | (parameters.chains["practice_month"] == month % 12)
        ends = parameters.chains["season_end"] == month % 12
        same = ~(here | ends)[state.enterprise["chain"]]
        assert (state.enterprise["firm"][same] == linked[same]).all()
        assert (state.enterprise["contracted"][same] == contracted[same]).all()
        assert (state.route["members"] == members)[~(here | ends)[state.firm["chain"]]].all()


def test_nobody_is_linked_to_a_firm_of_another_chain() -> None:
    simulation = started("portfolio")
    for month in range(36):
        simulation.run(until=month + 1)
        en, firm = simulation.context.state.enterprise, simulation.context.state.firm
        linked = en["firm"] >= 0
        assert (firm["chain"][en["firm"][linked]] == en["chain"][linked]).all()


def test_order_and_threads_change_nothing() -> None:
    each = scenario("portfolio", {"timeline.during": 12})
    one, two = engine.run(each, 3), engine.run(each, 3, threads=2)
    assert one.monthly.tobytes() == two.monthly.tobytes()
    assert one.households.tobytes() == two.households.tobytes()


def test_the_need_for_cash_is_met_once() -> None:
    """Each enterprise brings its part of the missing cash, in proportion to what its goods are worth."""
    simulation = started("portfolio")
    simulation.run(until=9)
    state = simulation.context.state
    parts = np.bincount(state.enterprise["household"], weights=state.enterprise["cash_gap"], minlength=len(state.household))
    owns = np.unique(state.enterprise["household"])
    assert (parts[owns] <= state.household["gap"][owns] * (1 + 1e-9) + 1e-9).all()
    assert parts.sum() > 0.0


def test_a_chain_may_pay_at_its_own_time() -> None:
    """Two chains of one scenario pay after different delays."""
    simulation = started("portfolio")
    delays = dict(zip(simulation.scenario.value_chains, simulation.context.parameters.firms["delay"], strict=True))
    assert delays["dairy"] == 1.0
    assert delays["onion"] == 0.0
    assert delays["apricot"] == simulation.scenario.lead_firms.delay
    en = simulation.context.state.enterprise
    worth = [en["delay_value"][en["chain"] == c].mean() for c in range(len(delays))]
    assert worth[list(delays).index("onion")] == 1.0
    assert worth[list(delays).index("dairy")] > worth[list(delays).index("apricot")]


def test_the_shipped_chain_keeps_its_areas() -> None:
    each = load_scenario(
        shipped("apricot/baseline"), {"timeline.spin_up": 12, "timeline.before": 12, "timeline.during": 12, "timeline.after": 0}
    )
    simulation = engine.Simulation(each, 1)
    simulation.run()
    en = simulation.context.state.enterprise
    assert (en["assets"] == en["usual_assets"]).all()
    assert column(simulation.outcome(), "income.all").sum() > 0.0
