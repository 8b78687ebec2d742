"""Phase 10, record: what is kept of every month, and the books."""

from __future__ import annotations

from typing import Any

import numpy as np

from linkage_sim.columns import column_sum
from linkage_sim.compiled import as_table, compiled
from linkage_sim.month.goods import part_of_grade_a
from linkage_sim.month.rows import linked_among

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
OBSERVED = ("claimed_over_true", "concept", "skill")
"""Of these, what the facilitator says of itself."""


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
def record_stores(first: int, last: int, price: float, ch: Any, enterprise: Any, w: Any) -> None:
    """Add what enterprises of one village and chain sold and keep to the sums of the village; ``w`` is a row of `whole_sums`."""
    sold_a, sold_b = column_sum(enterprise, "sold_a", first, last), column_sum(enterprise, "sold_b", first, last)
    w.bazaar_kg += sold_a + sold_b
    w.sales_usd += (sold_a * (1.0 + ch.bazaar_grade_premium) + sold_b) * price
    w.stock_kg += column_sum(enterprise, "stock_a", first, last) + column_sum(enterprise, "stock_b", first, last)


@compiled
def record_practices(first: int, last: int, enterprise: Any, exit_firm: Any, w: Any) -> None:
    """Sum knowledge, count users of practices, and linkages of the programme's last month that live; runs in vectors."""
    improved = quality = before = still = 0
    for e in range(first, last):
        en = enterprise[e]
        improved += en.uses_improved
        quality += en.uses_quality
        before += exit_firm[e] >= 0
        still += exit_firm[e] >= 0 and en.firm == exit_firm[e]
    w.improved_users, w.quality_users, w.linked_before, w.still_linked = improved, quality, before, still
    w.knowledge_improved = column_sum(enterprise, "knowledge_improved", first, last)
    w.knowledge_quality = column_sum(enterprise, "knowledge_quality", first, last)


@compiled
def record_kits(first: int, last: int, enterprise: Any, w: Any) -> None:
    """Count storage kits, and those that are worn."""
    stores = worn = 0
    for e in range(first, last):
        en = enterprise[e]
        stores += en.kit_months > 0.0
        worn += en.kit_months <= 0.0 and en.kit_effect > 0.0
    w.stores, w.kits_worn = stores, worn


@compiled
def record_harvest(first: int, last: int, ch: Any, enterprise: Any, w: Any) -> None:
    """Add what enterprises of one village and chain harvested and brought under contract."""
    ripened, picked = column_sum(enterprise, "potential", first, last), column_sum(enterprise, "picked", first, last)
    w.ripened_kg += ripened
    w.unharvested_kg += ripened - picked
    w.picked_kg += picked
    w.rival_kg += column_sum(enterprise, "rival_a", first, last)
    w.contract_kg += column_sum(enterprise, "delivered", first, last)
    w.contract_usd += column_sum(enterprise, "firm_pays", first, last)
    best = 0.0
    for e in range(first, last):
        en = enterprise[e]
        best += en.picked * part_of_grade_a(en, ch)
    w.grade_a_kg += best


@compiled
def record_owed(first: int, last: int, enterprise: Any, receivable: Any, w: Any) -> None:
    """Add what firms owe a range of enterprises."""
    owed = 0.0
    for e in range(first, last):
        if enterprise[e].owing_firm >= 0:
            for k in range(receivable.shape[1]):
                owed += receivable[e, k]
    w.owed_usd += owed


@compiled
def record_links(first: int, last: int, v: int, household: Any, enterprise: Any, firm: Any, route: Any) -> None:
    """Households of a range of enterprises are reached and linked."""
    for e in range(first, last):
        en = enterprise[e]
        if en.firm >= 0:
            hh = household[en.household]
            hh.linked = 1
            if firm[en.firm].supported == 1 or route[en.firm, v].introduced > 0.0:
                hh.reached = hh.joined = hh.offered = 1


@compiled
def record_income(first: int, last: int, window: int, calendar: int, household: Any) -> None:
    """Add this month to households' yearly income and to the window of the programme it falls in; runs in vectors."""
    if window == 0:
        for h in range(first, last):
            hh = household[h]
            hh.year_income += hh.income + hh.other_income
            hh.before_income += hh.income
    elif window == 1:
        for h in range(first, last):
            hh = household[h]
            hh.year_income += hh.income + hh.other_income
            hh.during_income += hh.income
    else:
        for h in range(first, last):
            hh = household[h]
            hh.year_income += hh.income + hh.other_income
            if window == 2:
                hh.after_income += hh.income
    if calendar == 11:
        for h in range(first, last):
            hh = household[h]
            hh.last_income = hh.year_income
            if window == 1 or window == 2:
                hh.years_sum += hh.year_income
                hh.years_squares += hh.year_income * hh.year_income
            hh.year_income = 0.0


@compiled
def record_households(first: int, last: int, poverty_line: float, household: Any, cells: Any) -> None:
    """Count a range of households and sum what they earn elsewhere, by their kinds; ``cells`` is a row of `cell_sums`."""
    line = poverty_line * 12.0
    for k in range(CELLS):
        cell = cells[k]
        cell.households = cell.other_income = cell.linked = cell.reached = cell.poor = 0.0
    for h in range(first, last):
        hh = household[h]
        cell = cells[hh.woman * 3 + hh.tercile]
        cell.households += 1.0
        cell.other_income += hh.other_income
        cell.linked += hh.linked
        cell.reached += hh.reached
        cell.poor += 1.0 if hh.last_income < line * hh.persons else 0.0


@compiled
def record_incomes(first: int, last: int, household: Any, cells: Any) -> None:
    """Sum what a range of households earned with their enterprises, by their kinds."""
    for k in range(CELLS):
        cells[k].income = 0.0
    for h in range(first, last):
        hh = household[h]
        cells[hh.woman * 3 + hh.tercile].income += hh.income


@compiled
def groups_in_order(cells: Any, village: Any, out: Any) -> None:
    """Sums of every group of `GROUPS`; ``cells`` (V, CELLS, k), ``out`` (groups * k or more,).

    Kinds are summed over near and over remote villages in their order, then groups over kinds.
    """
    each = cells.shape[2]
    kinds = np.zeros((2, CELLS, each))
    for v in range(cells.shape[0]):
        remote = village[v].remote
        for cell in range(CELLS):
            for k in range(each):
                kinds[remote, cell, k] += cells[v, cell, k]
    for remote in range(2):
        for cell in range(CELLS):
            for k in range(each):
                value = kinds[remote, cell, k]
                out[k] += value
                out[(2 - cell // 3) * each + k] += value
                out[(3 + cell % 3) * each + k] += value
                out[(6 + remote) * each + k] += value


LASTING = tuple(WHOLE.index(name) for name in (
    "improved_users", "quality_users", "linked_before", "still_linked", "knowledge_improved", "knowledge_quality",
))  # fmt: skip
"""What stays as it is while nobody gets or loses a contract, a practice or knowledge."""


@compiled
def forget_sums(v: int, same: bool, sums: Any) -> None:
    """Sums of a village begin from nothing, but for those of `LASTING` where they are the ``same`` as last month."""
    for k in range(sums.shape[1]):
        if not (same and k in LASTING):
            sums[v, k] = 0.0


@compiled
def record_village(v: int, window: int, calendar: int, same: bool, w: Any, r: Any) -> None:
    """Sums of one village into ``r.cells`` (V, CELLS) and ``r.whole`` (V,).

    ``same`` : what is summed of contracts, practices, knowledge, other and last year's income still stands there
    """
    chains, household, enterprise, sums = w.chains, w.household, w.enterprise, r.whole[v]
    start, end = w.of_chain[v, 0], w.of_chain[v, chains.shape[0]]
    of, to = w.first_household[v], w.first_household[v + 1]
    forget_sums(v, same, r.whole_plain)
    for c in range(chains.shape[0]):
        if w.has_goods[v, c] == 1:
            record_stores(w.of_chain[v, c], w.of_chain[v, c + 1], w.bazaar_price[w.village[v].bazaar, c], chains[c], enterprise, sums)
            if w.season[c, calendar] > 0.0:
                record_harvest(w.of_chain[v, c], w.of_chain[v, c + 1], chains[c], enterprise, sums)
    record_income(of, to, window, calendar, household)
    record_incomes(of, to, household, r.cells[v])
    sums.cash_usd = column_sum(household, "cash", of, to)
    sums.debt_usd = column_sum(enterprise, "debt", start, end)
    if w.has_owed[v] == 1:
        record_owed(start, end, enterprise, w.receivable, sums)
    if w.has_kits[v] == 1:
        record_kits(start, end, enterprise, sums)
    linked = linked_among(start, end, enterprise) if w.has_links[v] == 1 else 0
    if linked > 0:
        sums.trust, sums.trust_ties = column_sum(enterprise, "linked_trust", start, end), linked
    if not same:
        record_practices(start, end, enterprise, r.exit_firm, sums)
        for h in range(of, to):
            household[h].linked = 0
        if w.has_links[v] == 1:
            record_links(start, end, v, household, enterprise, w.firm, w.route)
        record_households(of, to, r.poverty_line[0], household, r.cells[v])
    for f in range(w.route.shape[0]):
        ro = w.route[f, v]
        if w.dealt[v, f] == 1:
            sums.due_kg += ro.due + ro.side
            sums.side_kg += ro.side
            sums.broken_kg += ro.broken


@compiled
def in_order(sums: Any, start: int, out: Any) -> None:
    """Sum over villages in their order, into ``out`` from a place on."""
    for v in range(sums.shape[0]):
        for k in range(sums.shape[1]):
            out[start + k] += sums[v, k]


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
def mean_of(values: Any) -> float:
    """Mean of an array of two dimensions."""
    total = 0.0
    for i in range(values.shape[0]):
        for k in range(values.shape[1]):
            total += values[i, k]
    return total / (values.shape[0] * values.shape[1])


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
    out[10] = out[10] / sold if sold > 0.0 else mean_of(bazaar_price)
    out[11] = mean_of(city_price)
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
def window_of(month: int, before: int, during: int) -> int:
    """0 before, 1 during, 2 after the programme; 3 in the spin-up."""
    if month < 0:
        return 3
    return 0 if month < before else 1 if month < before + during else 2


@compiled
def record_villages(first: int, last: int, month: int, w: Any, r: Any) -> None:
    """Sums of some villages; households' income is added to the window of the programme."""
    window, calendar = window_of(month, r.window[0], r.window[1]), month % 12
    # transfers change in January, the year ends in December
    same = r.recorded[0] == month - 1 and 0 < calendar < 11
    for v in range(first, last):
        record_village(v, window, calendar, same and w.changed[v] < month, w, r)


READS = ("household.income", "enterprise.sold_a", "bazaar_price", "bazaar_demand", "flows", "firm_flows", "receivable")
WRITES = (
    "household.year_income", "household.last_income", "household.before_income", "household.during_income", "household.after_income",
    "household.linked", "household.reached", "household.joined", "household.offered", "household.years_sum",
    "household.years_squares", "flows", "firm_flows",
)  # fmt: skip
