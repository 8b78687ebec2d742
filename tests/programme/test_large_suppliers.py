"""Large suppliers: firms fill orders from them where that is cheaper, big firms more; what that does to a choice of firms by size."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import stats

from linkage_sim import engine
from linkage_sim.books import FROM_LARGE, LARGE_PAID
from linkage_sim.programme.firms import bearable
from linkage_sim.scenario.load import load_scenario, shipped
from programme.watching import BEFORE, SEED, lived
from promises.small_world import small, with_plan

MANY_APPLICANTS: dict[str, Any] = {
    "lead_firms.number": 12,
    "lead_firms.capital": 60000,  # so that even small firms can pay their part: money does not decide
    "value_chains.apricot.end_markets.premium.orders": 3000,
    "value_chains.apricot.end_markets.regional.orders": 3000,
    "facilitator.budget": 80000,
    "programme.selection.choose": 2,
    "programme.brokers.share": 0.35,
    "programme.kits.share": 0.05,
    "programme.growth": {"act": "co_investment", "share": 0.4},
}


@pytest.mark.slow
def test_choosing_by_size_costs_smallholders_where_big_firms_know_large_suppliers() -> None:
    """Ten worlds, one-sided paired t-tests at 5 %: income and linkages lost to staff for whom a lead firm is a big firm."""
    lost = {reach: np.array([size_against_concept(reach, world) for world in range(10)]) for reach in (0.0, 0.1)}
    for measure in range(2):
        assert stats.ttest_1samp(lost[0.1][:, measure], 0.0, alternative="greater").pvalue < 0.05
        assert stats.ttest_rel(lost[0.1][:, measure], lost[0.0][:, measure], alternative="greater").pvalue < 0.05


def size_against_concept(reach: float, world: int) -> tuple[float, float]:
    """Yearly income and share of households linked that staff with a full concept bring above staff with none."""
    staff = [
        load_scenario(shipped("patterns/p9_staff"), {**MANY_APPLICANTS, "lead_firms.large_reach": reach, "facilitator.concept": concept})
        for concept in (0.0, 1.0)
    ]
    found = []
    for _, outcome in engine.run_together(staff, engine.seed_of(staff[0], world)):
        people = outcome.households
        linked = outcome.monthly[36:, outcome.names.index("linked.all")].mean() / len(people)
        found.append((float((people["during_income"] + people["after_income"]).mean()) / 5.0, float(linked)))
    return found[1][0] - found[0][0], found[1][1] - found[0][1]


def plans(**overrides: Any) -> engine.Simulation:
    """The small world in its first harvest, without a programme."""
    run = engine.Simulation(small("baseline", {f"lead_firms.{name}": value for name, value in overrides.items()}), SEED)
    run.run(until=9)
    return run


def test_firms_buy_from_large_suppliers_without_any_programme_and_pay_at_least_the_wholesale_price() -> None:
    run = plans()
    flows, s = run.outcome().flows, run.context.state
    assert flows[:, FROM_LARGE].sum() > 1000.0
    assert flows[:, LARGE_PAID].sum() / flows[:, FROM_LARGE].sum() > s.city_price.min() * (1.0 + run.scenario.lead_firms.large_premium)
    planned, reach = s.large_plan.sum(axis=1) / s.orders.sum(axis=1), s.firm["reach"]
    lead = (s.firm["imitator"] == 0) & (s.firm["active"] == 1)
    assert np.corrcoef(planned[lead], reach[lead])[0, 1] > 0.5
    assert not planned[s.firm["imitator"] == 1].any(), "rivals buy in villages only"
    assert (s.large_plan <= s.orders + 1e-9).all()


def test_none_are_asked_where_none_are_known_or_all_want_too_much() -> None:
    for setting in ({"large_reach": 0.0}, {"large_premium": 5.0}):
        assert plans(**setting).outcome().flows[:, FROM_LARGE].sum() == 0.0


def test_dearer_collecting_moves_orders_from_villages_to_large_suppliers() -> None:
    cheap, dear = (plans(route_running=cost).outcome().flows[:, FROM_LARGE].sum() for cost in (20.0, 250.0))
    assert dear > cheap


def test_a_dollar_of_co_investment_brings_the_same_sales_in_dear_and_cheap_goods() -> None:
    def gained(price: float) -> tuple[float, float]:
        market = "value_chains.apricot.end_markets.premium"
        plan = {"selection": {"act": "lead_firm_selection", "share": 0.1, "choose": 3}, "growth": {"act": "co_investment", "share": 0.5}}
        setting = {f"{market}.price": price, f"{market}.depth": 1000.0, "lead_firms.capital": 200000.0, f"{market}.shock": 0.0}
        run, seen = lived(plan, setting, orders=lambda c: c.state.orders[:6, 1].sum(), addenda=lambda c: c.state.firm["addenda"].sum())
        first = int(np.argmax(seen["addenda"] > 0))
        assert first >= BEFORE
        kg = (seen["orders"][first] - seen["orders"][first - 1]) / seen["addenda"][first]
        return kg * price * 0.9, run.scenario.interventions.co_investment.investment * run.scenario.interventions.co_investment.orders

    for price in (2.566, 8.0):
        sales, promised = gained(price)
        assert sales == pytest.approx(promised)


def test_a_firm_signs_what_its_working_capital_bears() -> None:
    firm = engine.Simulation(with_plan({}), SEED).context.state.firm[0]
    firm["cash"], firm["credit"], firm["tied"], firm["planned_kg"] = 10000.0, 0.0, 5000.0, 10000.0
    firm["stock_a"] = firm["stock_b"] = 0.0
    assert bearable(firm, 5000.0, 10000.0) == pytest.approx(0.5), "5,000 USD to spare against 5,000 of its own and 5,000 tied up"
    assert bearable(firm, 1000.0, 1000.0) == 1.0
    firm["cash"] = 4000.0
    assert bearable(firm, 1000.0, 1000.0) == 0.0, "the season's purchases come first"
    firm["planned_kg"] = 0.0
    assert bearable(firm, 1000.0, 1000.0) == 0.0
