"""Double entry: every wrong flow is caught and named, and every shipped scenario balances."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from linkage_sim import engine
from linkage_sim.books import ACCOUNTS, FLOWS, INCIDENCE, N_FLOWS, OPEN_ENDED, STOCKED, Books
from linkage_sim.errors import BooksError
from linkage_sim.scenario.load import load_scenario, shipped
from linkage_sim.scenario.shipped import scenario_folder
from promises.small_world import NAMES, PLAN, small, with_plan

Numbers = NDArray[np.float64]
EDGES = {"outside", "lost", "eaten", "consumers", "exports"}
PLACES_AND_PEOPLE = {
    "field",
    "households",
    "bazaars",
    "firms",
    "processors",
    "traders",
    "programme",
    "debts",
    "payables",
    "groups",
}


@dataclass(frozen=True)
class Month:
    """What one real month handed to the books."""

    opening: Numbers
    flows: Numbers
    closing: Numbers


@cache
def busiest_months() -> list[Month]:
    """Months of a real run in which, together, as many flows as possible moved."""
    simulation = engine.Simulation(with_plan(PLAN, {"lead_firms.entry": 8}), 7)
    months: list[Month] = []
    recorder = simulation.recorder
    simulation.run(until=0)
    while simulation.month < simulation.scenario.timeline.months:
        opening = recorder.books.stocks.copy()
        simulation.step()
        months.append(Month(opening, recorder.flows[simulation.month - 1].copy(), recorder.stock_out.copy()))
    return sorted(months, key=lambda month: -int((month.flows != 0).sum()))[:3]


def turnover(month: Month, unit: str) -> float:
    return 1.0 + sum(abs(amount) for amount, flow in zip(month.flows, FLOWS, strict=True) if flow.unit == unit)


def test_real_months_close() -> None:
    for month in busiest_months():
        Books(month.opening).close(month.flows, month.closing, 0)
        assert (month.flows != 0).sum() > 25


@pytest.mark.parametrize("number", range(N_FLOWS), ids=[flow.name for flow in FLOWS])
@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_every_wrong_flow_is_caught_and_an_account_of_its_named(number: int, sign: float) -> None:
    """A flow that is off by a hundred-thousandth of the month's turnover, up or down."""
    flow = FLOWS[number]
    ends = {f"{end} {flow.unit}" for end in (flow.source, flow.target)}
    for month in busiest_months():
        flows = month.flows.copy()
        flows[number] += sign * 1e-5 * turnover(month, flow.unit)
        with pytest.raises(BooksError, match=r"^month 17: account '.+' does not balance: .+ of a turnover of .+") as error:
            Books(month.opening).close(flows, month.closing, 17)
        assert str(error.value).split("'")[1] in ends - OPEN_ENDED


@pytest.mark.parametrize("account", STOCKED)
def test_every_stock_that_appears_from_nowhere_is_caught(account: str) -> None:
    for month in busiest_months():
        unit = account.partition(" ")[2]
        closing = month.closing.copy()
        closing[STOCKED.index(account)] += 1e-5 * turnover(month, unit)
        with pytest.raises(BooksError, match=account):
            Books(month.opening).close(month.flows, closing, 0)


def test_a_millionth_is_forgiven_and_remembered() -> None:
    month = busiest_months()[0]
    books = Books(month.opening)
    flows = month.flows.copy()
    flows[0] += 0.5e-6 * turnover(month, FLOWS[0].unit)
    books.close(flows, month.closing, 0)
    assert 0.4e-6 < books.worst <= 1e-6


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_what_is_no_number_is_caught(bad: float) -> None:
    month = busiest_months()[0]
    for number in range(N_FLOWS):
        flows = month.flows.copy()
        flows[number] = bad
        with pytest.raises(BooksError), np.errstate(invalid="ignore"):
            Books(month.opening).close(flows, month.closing, 0)


def test_the_next_month_opens_with_the_last_one_s_stocks() -> None:
    month = busiest_months()[0]
    books = Books(month.opening)
    books.close(month.flows, month.closing, 0)
    books.close(np.zeros(N_FLOWS), month.closing, 1)
    with pytest.raises(BooksError):
        books.close(month.flows, month.closing, 2)


def test_every_flow_leaves_one_account_and_enters_another_of_its_unit() -> None:
    assert (INCIDENCE.sum(axis=0) == 0).all()
    assert (np.abs(INCIDENCE).sum(axis=0) == 2).all()
    assert len({flow.name for flow in FLOWS}) == N_FLOWS
    for number, flow in enumerate(FLOWS):
        ends = [ACCOUNTS[row] for row in np.flatnonzero(INCIDENCE[:, number])]
        assert all(end.endswith(f" {flow.unit}") for end in ends)


def test_only_the_edge_of_the_model_is_open_ended() -> None:
    for account in OPEN_ENDED:
        assert account.split(" ")[0] in EDGES or account == "city kg"
        assert account not in STOCKED
    inner = {account.split(" ")[0] for account in ACCOUNTS if account not in OPEN_ENDED}
    assert inner == PLACES_AND_PEOPLE
    assert set(STOCKED) <= set(ACCOUNTS)


def test_every_flow_touches_an_account_that_is_checked() -> None:
    for flow in FLOWS:
        assert {f"{end} {flow.unit}" for end in (flow.source, flow.target)} - OPEN_ENDED, flow.name


def test_what_must_end_empty_has_a_way_in_and_a_way_out() -> None:
    for row, account in enumerate(ACCOUNTS):
        if account not in OPEN_ENDED:
            assert (INCIDENCE[row] > 0).any(), account
            assert (INCIDENCE[row] < 0).any(), account


HARD_TIMES: dict[str, Any] = {
    "lead_firms.capital": 2000,
    "lead_firms.credit_line": 0.1,
    "lead_firms.turnover": 0.05,
    "lead_firms.entry": 8,
    "households.other_income": 200,
    "households.credit_access": 1,
    "traders.slope": 1e-9,
}


@pytest.mark.parametrize("hard", [False, True])
@pytest.mark.parametrize("name", NAMES)
def test_every_month_of_every_shipped_scenario_balances(name: str, hard: bool) -> None:
    """To a millionth by the books, and again from the recorded series, which the books do not see.

    Hard times: firms that default and close, rivals, poor households that borrow, traders without cost.
    """
    outcome = engine.run(small(name, HARD_TIMES if hard else None), 7, check=True)
    assert outcome.worst_balance <= 1e-6
    made = INCIDENCE @ outcome.flows.T
    series = dict(zip(outcome.names, outcome.monthly.T, strict=True))
    pairs = {
        "households kg": "stock_kg", "households USD": "cash_usd", "firms USD": "firm_cash",
        "debts USD owed": "debt_usd", "payables USD owed": "owed_usd",
    }  # fmt: skip
    for account, column in pairs.items():
        change = np.diff(series[column])
        scale = 1e-6 * (1.0 + np.abs(outcome.flows).sum(axis=1)[1:])
        assert (np.abs(made[ACCOUNTS.index(account)][1:] - change) <= scale).all(), account
    for account in ("field kg", "bazaars kg", "processors kg", "traders USD"):
        assert np.abs(made[ACCOUNTS.index(account)]).max() <= 1e-6 * np.abs(outcome.flows).sum(axis=1).max()


TWO_OF_A_KIND: dict[str, dict[str, Any]] = {
    "a_brokers": {"act": "brokering", "share": 0},
    "a_few_vouchers": {"act": "input_vouchers", "share": 0.03, "paid": 1},
    "b_brokers": {"act": "brokering", "share": 0.2},
    "selection": {"act": "lead_firm_selection", "share": 0.1},
    "training": {"act": "training", "share": 0.2},
    "very_few_vouchers": {"act": "input_vouchers", "share": 0.001},
}
PLANS = {name: small(name) for name in NAMES} | {
    "every act": with_plan(PLAN),
    "two of a kind": with_plan(TWO_OF_A_KIND),
}


@pytest.mark.parametrize("name", PLANS)
def test_the_programme_spends_what_it_says(name: str) -> None:
    """Drawn = spent + returned, by flows, ledger and recorded series alike; no act spends more than its share."""
    scenario = PLANS[name]
    outcome = engine.run(scenario, 7)
    sums = dict(zip((flow.name for flow in FLOWS), outcome.flows.sum(axis=0).tolist(), strict=True))
    drawn, back = sums["budget received"], sums["unspent budget returned"]
    spent = outcome.programme["spent"]
    assert sum(spent.values()) == pytest.approx(drawn - back, abs=1e-6)
    assert outcome.monthly[:, outcome.names.index("spent")].sum() == pytest.approx(sum(spent.values()), abs=1e-6)
    assert outcome.programme["returned"] == pytest.approx(back)
    assert drawn <= scenario.facilitator.budget * (1 + 1e-9)
    for act, amount in spent.items():
        assert amount <= scenario.programme[act].share * scenario.facilitator.budget + 1e-6, act


@pytest.mark.parametrize("premium", [0.05, 0.25])
def test_traders_who_take_prices_never_lose_money(premium: float) -> None:
    """At a cost that rises with what they move, each kilogram but the last earns something."""
    outcome = engine.run(small("combined", {"value_chains.apricot.bazaar.grade_premium": premium}), 7)
    assert outcome.monthly[:, outcome.names.index("trader_profit")].min() >= -1e-6


def test_without_a_premium_for_grade_a_traders_who_take_prices_never_lose_money() -> None:
    outcome = engine.run(small("combined", {"value_chains.apricot.bazaar.grade_premium": 0}), 7)
    assert outcome.monthly[:, outcome.names.index("trader_profit")].min() >= -1e-6


def test_a_closed_firm_keeps_no_fruit_and_is_not_late() -> None:
    poor = {"lead_firms.capital": 1500, "lead_firms.credit_line": 0, "lead_firms.turnover": 0.05}
    simulation = engine.Simulation(small("combined", {**poor, "lead_firms.fixed_cost": 2500, "lead_firms.capacity": 60}), 0)
    simulation.run()
    firms = simulation.context.state.firm
    closed = firms[(firms["active"] == 0) & (firms["imitator"] == 0)]
    assert len(closed) > 0
    assert (closed["stock_a"] + closed["stock_b"]).sum() == 0.0
    assert (closed["late_months"] == 0.0).all()


FOLDERS = ("apricot", "chains", "regions", "tajikistan")
SHIPPED = sorted(f"{folder}/{path.stem}" for folder in FOLDERS for path in (scenario_folder() / folder).glob("*.yaml"))


@pytest.mark.parametrize("name", [name for name in SHIPPED if not name.endswith("national")])
def test_every_shipped_scenario_balances_to_its_last_month(name: str) -> None:
    scenario = load_scenario(shipped(name))
    assert engine.run(scenario, 1).worst_balance < 1e-9


def test_a_voucher_is_for_what_is_planted_in_its_month() -> None:
    """Money is set aside for no other: a voucher that waited for another crop's month would be redeemed unpaid."""
    plan = {"vouchers": {"act": "input_vouchers", "share": 0.2, "paid": 1.0}}
    simulation = engine.Simulation(load_scenario(shipped("chains/portfolio"), {"programme": plan}), 3)
    context, given = simulation.context, []
    planting = context.parameters.chains["practice_month"]

    def look(phase: str) -> None:
        held = context.state.enterprise[context.state.enterprise["voucher"] > 0.0]
        if phase == "acts":
            given.append(len(held))
            assert (planting[held["chain"]] == context.calendar).all()
        if phase == "choose":
            assert not len(held)

    simulation.watch = look
    simulation.run()
    assert len(set(planting.tolist())) > 1
    assert sum(given) > 20
