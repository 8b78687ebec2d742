"""Phase 10, record: what is kept of every month, and the books."""

from __future__ import annotations

from typing import Any

import numpy as np

from linkage_sim.compiled import as_table, compiled
from linkage_sim.rules.harvest import grade_a_share

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
    "claimed_over_true", "concept", "skill", "orders_kg", "lost_kg", "capacity_kg", "entries", "exits", "outlets", "bazaar_usd",
    "competitive_usd", "competitive_surplus", "large_kg",
)  # fmt: skip
"""Kept once for the region each month, not sums over villages."""


WHOLE_SUMS = np.dtype([(name, np.float64) for name in WHOLE])
CELL_SUMS = np.dtype([(name, np.float64) for name in PER_GROUP])


def whole_sums(villages: int) -> Any:
    """A table (V,) of sums with one column for each of `WHOLE`."""
    return as_table(np.zeros(villages, dtype=WHOLE_SUMS))


CELLS = 6
"""Kinds of households in a village: head's gender times tercile; groups are sums of them."""


def cell_sums(villages: int) -> Any:
    """A table (V, CELLS) of sums with one column for each of `PER_GROUP`."""
    return as_table(np.zeros((villages, CELLS), dtype=CELL_SUMS))


@compiled
def record_enterprise(en: Any, ch: Any, before_firm: int, price: float, w: Any) -> None:
    """Add one enterprise to the sums of its village; ``w`` is a row of `whole_sums`."""
    if en.potential > 0.0:
        share_a = grade_a_share(ch.harvest_grade_a, ch.practices_quality_gain, en.uses_quality)
        w.ripened_kg += en.potential
        w.unharvested_kg += en.potential - en.picked
        w.grade_a_kg += en.picked * share_a
        w.picked_kg += en.picked
        w.rival_kg += en.rival_a
        w.contract_kg += en.delivered
        w.contract_usd += en.firm_pays
    w.bazaar_kg += en.sold_a + en.sold_b
    w.sales_usd += (en.sold_a * (1.0 + ch.bazaar_grade_premium) + en.sold_b) * price
    w.stock_kg += en.stock_a + en.stock_b
    w.improved_users += en.uses_improved
    w.quality_users += en.uses_quality
    w.knowledge_improved += en.knowledge_improved
    w.knowledge_quality += en.knowledge_quality
    if en.kit_months > 0.0:
        w.stores += 1.0
    elif en.kit_effect > 0.0:
        w.kits_worn += 1.0
    if en.debt > 0.0:
        w.debt_usd += en.debt
    if en.firm >= 0:
        w.trust += en.linked_trust
        w.trust_ties += 1.0
    if before_firm >= 0:
        w.linked_before += 1.0
        w.still_linked += 1.0 if en.firm == before_firm else 0.0


@compiled
def record_income(hh: Any, window: int, calendar: int) -> None:
    """Add this month to a household's yearly income and to the window of the programme it falls in."""
    hh.year_income += hh.income + hh.other_income
    if calendar == 11:
        hh.last_income = hh.year_income
        if window == 1 or window == 2:
            hh.years_sum += hh.year_income
            hh.years_squares += hh.year_income * hh.year_income
        hh.year_income = 0.0
    if window == 0:
        hh.before_income += hh.income
    elif window == 1:
        hh.during_income += hh.income
    elif window == 2:
        hh.after_income += hh.income


@compiled
def add_to_cell(hh: Any, linked: float, poverty_line: float, cell: Any) -> None:
    """Add one household to the sums of its kind; ``cell`` is one entry of `cell_sums`."""
    cell.households += 1.0
    cell.income += hh.income
    cell.other_income += hh.other_income
    cell.linked += linked
    cell.reached += hh.reached
    if hh.last_income < poverty_line * 12.0 * hh.persons:
        cell.poor += 1.0


@compiled
def groups_in_order(cells: Any, village: Any, out: Any) -> None:
    """Sums of every group of `GROUPS` over villages in their order; ``cells`` (V, CELLS, k), ``out`` (groups, k)."""
    for v in range(cells.shape[0]):
        for cell in range(CELLS):
            for k in range(out.shape[1]):
                value = cells[v, cell, k]
                out[0, k] += value
                out[2 - cell // 3, k] += value
                out[3 + cell % 3, k] += value
                out[6 + village[v].remote, k] += value


@compiled
def record_village(
    first: int, last: int, window: int, calendar: int, first_household: Any, first_enterprise: Any, household: Any, enterprise: Any,
    village: Any, firm: Any, route: Any, chains: Any, receivable: Any, exit_firm: Any,
    poverty_line: float, bazaar_price: Any, cells: Any, whole: Any,
) -> None:  # fmt: skip
    """Sums of a range of villages: ``cells`` (V, CELLS) and ``whole`` (V,), tables."""
    for v in range(first, last):
        w = whole[v]
        e = first_enterprise[v]
        for h in range(first_household[v], first_household[v + 1]):
            hh = household[h]
            linked = 0.0
            while e < first_enterprise[v + 1] and enterprise[e].household == h:
                en = enterprise[e]
                record_enterprise(en, chains[en.chain], exit_firm[e], bazaar_price[village[v].bazaar, en.chain], w)
                if en.owing_firm >= 0:
                    for k in range(receivable.shape[1]):
                        w.owed_usd += receivable[e, k]
                if en.firm >= 0:
                    linked = 1.0
                    if firm[en.firm].supported == 1 or route[en.firm, v].introduced > 0.0:
                        hh.reached = hh.joined = hh.offered = 1
                e += 1
            record_income(hh, window, calendar)
            w.cash_usd += hh.cash
            add_to_cell(hh, linked, poverty_line, cells[v, hh.woman * 3 + hh.tercile])
        for f in range(route.shape[0]):
            ro = route[f, v]
            w.due_kg += ro.due + ro.side
            w.side_kg += ro.side
            w.broken_kg += ro.broken


@compiled
def in_order(sums: Any, out: Any) -> None:
    """Sum over villages in their order."""
    for v in range(sums.shape[0]):
        for k in range(out.shape[0]):
            out[k] += sums[v, k]


@compiled
def traders_and_consumers(
    chains: Any, bazaar_city: Any, bazaar_slope: Any, bazaar_haul: Any, bazaar_price: Any, bazaar_outflow: Any, bazaar_demand: Any,
    supply: Any, city_price: Any, out: Any,
) -> None:  # fmt: skip
    """Money of traders (sales, costs), consumer surplus up to the choke price, and supply at the bazaar price, USD."""
    out[:] = 0.0
    for c in range(chains.shape[0]):
        ch = chains[c]
        e = ch.bazaar_elasticity
        for b in range(bazaar_price.shape[0]):
            p = bazaar_price[b, c]
            x = bazaar_outflow[b, c]
            out[0] += p * bazaar_demand[b, c]
            out[3] += p * supply[b, c]
            out[1] += 0.5 * bazaar_slope[b, c] * x * x
            if x >= 0.0:
                out[0] += x * city_price[bazaar_city[b], c]
                out[1] += x * bazaar_haul[b]
            else:
                out[1] += -x * (city_price[bazaar_city[b], c] + bazaar_haul[b])
            top = ch.bazaar_choke * ch.bazaar_reference_price
            scale = bazaar_demand[b, c] * p**e
            if abs(e - 1.0) < 1e-9:
                out[2] += scale * np.log(top / p)
            else:
                out[2] += scale * (top ** (1.0 - e) - p ** (1.0 - e)) / (1.0 - e)


@compiled
def measure_region(
    firm: Any, route: Any, orders: Any, market_price: Any, chains: Any, village: Any, bazaar_price: Any, supply: Any, city_price: Any,
    bought: Any, was_active: Any, out: Any,
) -> None:  # fmt: skip
    """What is recorded of firms, routes and prices: ``out`` in the order of `MEASURED`; of margins only what was bought.

    ``was_active`` (F,) is brought up to date.
    """
    out[:] = 0.0
    for f in range(firm.shape[0]):
        fi = firm[f]
        lead = fi.active == 1 and fi.imitator == 0
        kg = 0.0
        for v in range(route.shape[1]):
            ro = route[f, v]
            kg += ro.bought_a + ro.bought_b
            if lead and ro.is_open == 1:
                out[0] += 1.0
        if lead:
            out[1] += 1.0
        if fi.active == 1 and fi.imitator == 1:
            out[2] += 1.0
        out[3] += fi.cash
        out[4] += fi.breaks
        out[5] += 1.0 if fi.late_months > 0.0 else 0.0
        out[6] += fi.supported * fi.active
        out[7] += kg * chains[fi.chain].contract_labour / 1000.0
        if fi.active == 1:
            out[14] += fi.capacity
            for m in range(orders.shape[1]):
                out[8] += orders[f, m]
        if fi.active != was_active[f]:
            out[15 if fi.active == 1 else 16] += 1.0
            was_active[f] = fi.active
    for m in range(market_price.shape[0]):
        out[9] = max(out[9], market_price[m])
    sold = 0.0
    for b in range(bazaar_price.shape[0]):
        for c in range(bazaar_price.shape[1]):
            sold += supply[b, c]
            out[10] += bazaar_price[b, c] * supply[b, c]
    out[10] = out[10] / sold if sold > 0.0 else np.mean(bazaar_price)
    out[11] = np.mean(city_price)
    for v in range(village.shape[0]):
        out[12] += village[v].association / village.shape[0]
        out[17] += village[v].outlet
        for f in range(firm.shape[0]):
            out[13] += bought[f, v]


MEASURED = (
    "routes", "firms", "rivals", "firm_cash", "firm_breaks", "firm_late", "supported", "jobs", "orders_kg", "premium_price",
    "bazaar_price", "city_price", "association", "firm_margin",
    "capacity_kg", "entries", "exits", "outlets",
)  # fmt: skip


@compiled
def measure_stocks(whole: Any, firm: Any, village: Any, ledger: float, out: Any) -> None:
    """Closing stocks in the order of `linkage_sim.books.STOCKED`; ``whole`` is the table of `whole_sums` of the month."""
    out[:] = 0.0
    for v in range(whole.shape[0]):
        w = whole[v]
        out[0] += w.stock_kg
        out[2] += w.cash_usd
        out[4] += w.debt_usd
        out[5] += w.owed_usd
    for f in range(firm.shape[0]):
        out[1] += firm[f].stock_a + firm[f].stock_b
        out[3] += firm[f].cash
    out[6] = ledger
    for v in range(village.shape[0]):
        out[7] += village[v].fund


READS = ("household.income", "enterprise.sold_a", "bazaar_price", "bazaar_demand", "flows", "firm_flows", "receivable")
WRITES = (
    "household.year_income", "household.last_income", "household.before_income", "household.during_income", "household.after_income",
    "household.reached", "household.joined", "household.offered", "household.years_sum", "household.years_squares", "flows", "firm_flows",
)  # fmt: skip
