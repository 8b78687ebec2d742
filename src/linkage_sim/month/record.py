"""Phase 10, record: what is kept of every month, and the books."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from linkage_sim.books import (
    COLLECTING, FIRM_COSTS, FIRM_SALES, GRANTS, LOST_HARVEST, LOST_STORE, N_FLOWS, PLANT_SHIPPED, SALES, SERVICES, STAFF, TRADER_COSTS, TRADER_PROFIT,
    TRADER_SALES, VOUCHERS, Books,
)  # fmt: skip
from linkage_sim.compiled import compiled
from linkage_sim.month.context import Context

WORK_DAYS_MONTH = 20.0
"""Work days of a full-time equivalent in a month (240 a year, DCED)."""
GROUPS = ("all", "women", "men", "poorest", "middle", "richest", "near", "remote")
PER_GROUP = ("households", "income", "other_income", "linked", "reached", "poor")
"""Kept for every group of households each month."""
WHOLE = (
    "ripened_kg", "unharvested_kg", "kits_worn", "grade_a_kg", "picked_kg", "bazaar_kg", "rival_kg", "contract_kg", "due_kg", "side_kg",
    "broken_kg", "sales_usd", "contract_usd", "improved_users", "quality_users", "knowledge_improved", "knowledge_quality", "trust",
    "trust_ties", "stock_kg", "linked_before", "still_linked", "cash_usd", "debt_usd", "owed_usd", "stores",
)  # fmt: skip
"""Kept once for the region each month, summed over villages."""
SINGLE = (
    "bazaar_price", "city_price", "premium_price", "routes", "firms", "firm_margin", "firm_cash", "firm_breaks", "firm_late",
    "trader_profit", "consumer_surplus", "jobs", "exports_usd", "association", "quote_gap", "spent", "supported", "rivals",
    "claimed_over_true", "concept", "skill", "orders_kg", "lost_kg",
)  # fmt: skip
"""Kept once for the region each month, not sums over villages."""


@compiled
def record_village(
    first: int, last: int, window: int, calendar: int, first_household: Any, first_enterprise: Any, household: Any, enterprise: Any,
    village: Any, firm: Any, route: Any, chains: Any, tie_kept: Any, tie_broken: Any, receivable: Any, ties: Any, exit_firm: Any,
    poverty_line: float, bazaar_price: Any, sums: Any, whole: Any,
) -> None:  # fmt: skip
    """Sums of a range of villages: ``sums`` (V, groups, per group), ``whole`` (V, whole)."""
    n_kept = sums.shape[2]
    values = np.zeros(n_kept)
    member = np.zeros(sums.shape[1], dtype=np.uint8)
    for v in range(first, last):
        sums[v] = 0.0
        whole[v] = 0.0
        w = whole[v]
        vi = village[v]
        e = first_enterprise[v]
        for h in range(first_household[v], first_household[v + 1]):
            hh = household[h]
            linked = 0.0
            while e < first_enterprise[v + 1] and enterprise[e].household == h:
                en = enterprise[e]
                ch = chains[en.chain]
                share_a = min(1.0, ch.harvest_grade_a + ch.practices_quality_gain * en.uses_quality)
                w[0] += en.potential
                w[1] += en.potential - en.picked
                w[2] += 1.0 if en.kit_effect > 0.0 and en.kit_months <= 0.0 else 0.0
                w[3] += en.picked * share_a
                w[4] += en.picked
                w[5] += en.sold_a + en.sold_b
                w[6] += en.rival_a
                w[7] += en.delivered
                w[11] += (en.sold_a * (1.0 + ch.bazaar_grade_premium) + en.sold_b) * bazaar_price[vi.bazaar, en.chain]
                w[12] += en.firm_pays
                w[13] += en.uses_improved
                w[14] += en.uses_quality
                w[15] += en.knowledge_improved
                w[16] += en.knowledge_quality
                w[19] += en.stock_a + en.stock_b
                w[23] += en.debt
                w[25] += 1.0 if en.kit_months > 0.0 else 0.0
                if en.owing_firm >= 0:
                    for k in range(receivable.shape[1]):
                        w[24] += receivable[e, k]
                if en.firm >= 0:
                    linked = 1.0
                    f = en.firm
                    if firm[f].supported == 1 or route[f, v].introduced > 0.0:
                        hh.reached = 1
                    known = route[f, v].introduced
                    a0 = ties[0].unknown_kept + known * (ties[0].introduced_kept - ties[0].unknown_kept)
                    b0 = ties[0].unknown_broken + known * (ties[0].introduced_broken - ties[0].unknown_broken)
                    a, b = tie_kept[e, f] + a0, tie_broken[e, f] + b0
                    w[17] += a / (a + b)
                    w[18] += 1.0
                if exit_firm[e] >= 0:
                    w[20] += 1.0
                    if en.firm == exit_firm[e]:
                        w[21] += 1.0
                e += 1
            total = hh.income + hh.other_income
            hh.year_income += total
            if calendar == 11:
                hh.last_income = hh.year_income
                hh.year_income = 0.0
            if window == 0:
                hh.before_income += hh.income
            elif window == 1:
                hh.during_income += hh.income
            elif window == 2:
                hh.after_income += hh.income
            w[22] += hh.cash
            values[0] = 1.0
            values[1] = hh.income
            values[2] = hh.other_income
            values[3] = linked
            values[4] = hh.reached
            values[5] = 1.0 if hh.last_income < poverty_line * 12.0 * hh.persons else 0.0
            member[0] = 1
            member[1] = hh.woman
            member[2] = 1 - hh.woman
            for third in range(3):
                member[3 + third] = 1 if hh.tercile == third else 0
            member[6] = 1 - hh.remote
            member[7] = hh.remote
            for g in range(8):
                if member[g] == 1:
                    for k in range(n_kept):
                        sums[v, g, k] += values[k]
        for f in range(route.shape[0]):
            ro = route[f, v]
            w[8] += ro.due + ro.side
            w[9] += ro.side
            w[10] += ro.broken


@compiled
def in_order(sums: Any, out: Any) -> None:
    """Sum over villages in their order."""
    for v in range(sums.shape[0]):
        for k in range(out.shape[0]):
            out[k] += sums[v, k]


@compiled
def traders_and_consumers(
    chains: Any, traders: Any, village: Any, bazaar_haul: Any, bazaar_price: Any, bazaar_outflow: Any, bazaar_demand: Any,
    city_price: Any, supply_value: float, out: Any,
) -> None:  # fmt: skip
    """Money of traders (sales, costs) and consumer surplus against five times the reference price."""
    slope = traders[0].slope / traders[0].number
    for c in range(chains.shape[0]):
        ch = chains[c]
        e = ch.bazaar_elasticity
        for b in range(bazaar_price.shape[0]):
            p = bazaar_price[b, c]
            x = bazaar_outflow[b, c]
            out[0] += p * bazaar_demand[b, c]
            out[1] += 0.5 * slope * x * x
            if x >= 0.0:
                out[0] += x * city_price[c]
                out[1] += x * bazaar_haul[b]
            else:
                out[1] += -x * (city_price[c] + bazaar_haul[b])
            top = 5.0 * ch.bazaar_reference_price
            scale = bazaar_demand[b, c] * p**e
            if abs(e - 1.0) < 1e-9:
                out[2] += scale * np.log(top / p)
            else:
                out[2] += scale * (top ** (1.0 - e) - p ** (1.0 - e)) / (1.0 - e)


class Recorder:
    """The monthly series of one run, and the closing of its books.

    Parameters
    ----------
    context : the run; months : recorded months; before, during : months before and with the programme
    poverty_line : USD a month and person
    """

    def __init__(self, context: Context, months: int, before: int, during: int, poverty_line: float) -> None:
        self.names = [f"{name}.{group}" for group in GROUPS for name in PER_GROUP] + list(WHOLE) + list(SINGLE)
        self.values: NDArray[np.float64] = np.zeros((months, len(self.names)))
        self.flows: NDArray[np.float64] = np.zeros((months, N_FLOWS))
        self.before, self.during = before, during
        self.poverty_line = poverty_line
        self.sums = np.zeros((context.villages, len(GROUPS), len(PER_GROUP)))
        self.whole = np.zeros((context.villages, len(WHOLE)))
        self.exit_firm = np.full(len(context.state.enterprise), -1, dtype=np.int32)
        self.groups_out = np.zeros(len(GROUPS) * len(PER_GROUP))
        self.whole_out = np.zeros(len(WHOLE))
        self.money = np.zeros(3)
        self.plant_labour = p_labour(context)
        self.books = Books(stocks(context))
        self.single = {name: len(self.groups_out) + len(WHOLE) + number for number, name in enumerate(SINGLE)}

    def window(self, month: int) -> int:
        """0 before, 1 during, 2 after the programme; 3 in the spin-up."""
        if month < 0:
            return 3
        return 0 if month < self.before else 1 if month < self.before + self.during else 2

    def record(self, context: Context) -> None:
        """Phase 10 of one month: sums, books, and what is cleared for the next."""
        s, p, month = context.state, context.parameters, context.month
        context.over_villages(
            record_village, self.window(month), context.calendar, context.first_household, context.first_enterprise, s.household,
            s.enterprise, s.village, s.firm, s.route, p.chains, s.tie_kept, s.tie_broken, s.receivable, p.ties, self.exit_firm,
            self.poverty_line, s.bazaar_price, self.sums, self.whole,
        )  # fmt: skip
        flows = self.close_books(context)
        if month < 0:
            return
        if month == self.before + self.during - 1:
            self.exit_firm[:] = s.enterprise["firm"]
        self.groups_out[:] = 0.0
        self.whole_out[:] = 0.0
        in_order(self.sums.reshape(context.villages, -1), self.groups_out)
        in_order(self.whole, self.whole_out)
        row = self.values[month]
        row[: len(self.groups_out)] = self.groups_out
        row[len(self.groups_out) : len(self.groups_out) + len(WHOLE)] = self.whole_out
        self.flows[month] = flows
        for name, value in self.singles(context, flows).items():
            row[self.single[name]] = value

    def singles(self, context: Context, flows: NDArray[np.float64]) -> dict[str, float]:
        """Values of `SINGLE` this month."""
        s, p = context.state, context.parameters
        active = (s.firm["active"] == 1) & (s.firm["imitator"] == 0)
        supply = context.supply.sum()
        worked = (s.route["bought_a"] + s.route["bought_b"]).sum(axis=1)
        jobs = (worked * p.chains["contract_labour"][s.firm["chain"]]).sum() / 1000.0 / WORK_DAYS_MONTH
        jobs += self.whole_out[4] / 1000.0 * p.chains["harvest_labour"][0] / WORK_DAYS_MONTH
        jobs += flows[PLANT_SHIPPED] / 1000.0 * self.plant_labour / WORK_DAYS_MONTH
        found = {
            "bazaar_price": float((s.bazaar_price * context.supply).sum() / supply) if supply > 0 else float(s.bazaar_price.mean()),
            "city_price": float(s.city_price.mean()),
            "premium_price": float(s.market_price.max()),
            "routes": float((s.route["is_open"][active] == 1).sum()),
            "firms": float(active.sum()),
            "firm_margin": float(flows[FIRM_SALES] - flows[FIRM_COSTS] - flows[COLLECTING] - flows[SERVICES] - context.bought.sum()),
            "firm_cash": float(s.firm["cash"].sum()),
            "firm_breaks": float(s.firm["breaks"].sum()),
            "firm_late": float((s.firm["late_months"] > 0).sum()),
            "trader_profit": float(flows[TRADER_PROFIT]),
            "consumer_surplus": float(self.money[2]),
            "jobs": float(jobs),
            "exports_usd": float(flows[FIRM_SALES]),
            "association": float(s.village["association"].mean()),
            "lost_kg": float(flows[LOST_HARVEST] + flows[LOST_STORE]),
            "quote_gap": context.quote_gap,
            "spent": float(flows[STAFF] + flows[GRANTS] + flows[VOUCHERS]),
            "supported": float((s.firm["supported"] * s.firm["active"]).sum()),
            "rivals": float(((s.firm["imitator"] == 1) & (s.firm["active"] == 1)).sum()),
            "claimed_over_true": 0.0,
            "concept": 0.0,
            "skill": 0.0,
            "orders_kg": float(s.orders[s.firm["active"] == 1].sum()),
        }
        if context.programme is not None:
            found.update(context.programme.observed())
        return found

    def close_books(self, context: Context) -> NDArray[np.float64]:
        """Post what traders earned, balance every account, clear the flows; returns the month's flows."""
        s, p = context.state, context.parameters
        self.money[:] = 0.0
        traders_and_consumers(
            p.chains, p.traders, s.village, p.bazaar_haul, s.bazaar_price, s.bazaar_outflow, s.bazaar_demand, s.city_price, 0.0, self.money
        )
        flows = context.outside_flows
        in_order(s.flows, flows)
        in_order(s.firm_flows, flows)
        flows[TRADER_SALES] = self.money[0]
        flows[TRADER_COSTS] = self.money[1]
        flows[TRADER_PROFIT] = self.money[0] - self.money[1] - flows[SALES]
        if context.programme is not None:
            context.programme.pay_vouchers(float(flows[VOUCHERS]))
        self.books.close(flows, stocks(context), context.month)
        done = flows.copy()
        flows[:] = 0.0
        s.flows[:] = 0.0
        s.firm_flows[:] = 0.0
        return done


def p_labour(context: Context) -> float:
    """Work days per tonne in processors, mean over plants; 0 without plants."""
    plants = context.parameters.plants
    return float(plants["labour"].mean()) if len(plants) else 0.0


def stocks(context: Context) -> NDArray[np.float64]:
    """Measured closing stocks in the order of `linkage_sim.books.STOCKED`."""
    s = context.state
    ledger = context.programme.ledger.cash if context.programme is not None else 0.0
    en, firm = s.enterprise, s.firm
    return np.array([
        en["stock_a"].sum() + en["stock_b"].sum(), firm["stock_a"].sum() + firm["stock_b"].sum(), s.household["cash"].sum(),
        firm["cash"].sum(), en["debt"].sum(), s.receivable.sum(), ledger,
    ])  # fmt: skip


READS = ("household.income", "enterprise.sold_a", "bazaar_price", "bazaar_demand", "flows", "firm_flows", "receivable")
WRITES = (
    "household.year_income", "household.last_income", "household.before_income", "household.during_income", "household.after_income", "household.reached",
    "flows", "firm_flows",
)  # fmt: skip
