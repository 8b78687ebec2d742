"""Phase 10, record: the end of a month."""

from __future__ import annotations

from typing import Any

import numpy as np

from linkage_sim.books import (
    COLLECTING,
    FIRM_COSTS,
    FIRM_INVEST,
    FIRM_SALES,
    FROM_LARGE,
    GRANTS,
    LARGE_PAID,
    LOST_HARVEST,
    LOST_STORE,
    PARTNERS,
    PLANT_SHIPPED,
    SALES,
    SERVICES,
    STAFF,
    TRADER_COSTS,
    TRADER_PROFIT,
    TRADER_SALES,
    VOUCHERS,
    balance,
)  # fmt: skip
from linkage_sim.compiled import compiled
from linkage_sim.month.looks import look
from linkage_sim.month.record import (
    GROUPS,
    MEASURED,
    OBSERVED,
    PER_GROUP,
    SINGLE,
    WHOLE,
    WORK_DAYS_MONTH,
    groups_in_order,
    in_order,
    measure_region,
    record_villages,
    traders_and_consumers,
)  # fmt: skip
from linkage_sim.month.yardstick import competitive_month, put_in

_WHOLE = len(GROUPS) * len(PER_GROUP)
_SINGLE = _WHOLE + len(WHOLE)
_REGION = np.array([SINGLE.index(name) for name in MEASURED])
_JOBS, _MARGIN, _PICKED = MEASURED.index("jobs"), MEASURED.index("firm_margin"), WHOLE.index("picked_kg")
FTE, MARGIN, LARGE, PROFIT = (SINGLE.index(name) for name in ("jobs", "firm_margin", "large_kg", "trader_profit"))
SURPLUS, EXPORTS, LOST, GAP = (SINGLE.index(name) for name in ("consumer_surplus", "exports_usd", "lost_kg", "quote_gap"))
CLAIMED, CONCEPT, SKILL = (SINGLE.index(name) for name in OBSERVED)
SPENT, PAID, FAIR, FAIR_GAIN = (SINGLE.index(name) for name in ("spent", "bazaar_usd", "competitive_usd", "competitive_surplus"))


@compiled
def measure_stocks(w: Any, r: Any) -> None:
    """Closing stocks of the month in the order of `linkage_sim.books.STOCKED`."""
    out = r.stock_out
    out[:] = 0.0
    for v in range(r.whole.shape[0]):
        sums = r.whole[v]
        out[0] += sums.stock_kg
        out[2] += sums.cash_usd
        out[4] += sums.debt_usd
        out[5] += sums.owed_usd
    for f in range(w.firm.shape[0]):
        out[1] += w.firm[f].stock_a + w.firm[f].stock_b
        out[3] += w.firm[f].cash
    out[6] = w.facilitator[0].cash
    for v in range(w.village.shape[0]):
        out[7] += w.village[v].fund


@compiled
def close_books(w: Any, r: Any) -> tuple[int, float]:
    """Measure stocks and hold them against the month's flows, as `linkage_sim.books.balance`."""
    measure_stocks(w, r)
    return balance(w.outside_flows, r.opening, r.stock_out, r.gap, r.turnover)


@compiled
def close_month(month: int, w: Any, r: Any) -> None:
    """Close the books of a month, fill its row of the record unless it is of the spin-up, and forget its flows.

    ``r.judged`` (3,) becomes the account that is off most, by what share, and the largest share of any month; ``r.opening`` become
    those of the next month. The facilitator pays for the vouchers redeemed this month.
    """
    if month >= r.window[0] + r.window[1]:
        for f in range(w.firm.shape[0]):
            r.of_firms[f].invested_seasons += w.firm_flows[f, FIRM_INVEST] > 0.0
    premium = traders_settle(w, r)
    r.recorded[0] = month
    w.facilitator[0].cash -= w.outside_flows[VOUCHERS]
    w.facilitator[0].redeemed += w.outside_flows[VOUCHERS]
    worst, share = close_books(w, r)
    r.judged[0], r.judged[1], r.judged[2] = worst, share, max(r.judged[2], share)
    for k in range(r.stock_out.shape[0]):
        r.opening[k] = r.stock_out[k]
    if month >= 0:
        for k in range(w.outside_flows.shape[0]):
            r.flows[month, k] = w.outside_flows[k]
        measure_month(month, premium, w, r)
    w.outside_flows[:] = 0.0
    if month == -1:  # what changes is recorded from the next month on
        for f in range(w.firm.shape[0]):
            r.was_active[f] = w.firm[f].active
        put_in(w.city_extra, r.resold)


@compiled
def alone(month: int, w: Any, r: Any) -> None:
    """Phase 10 in one thread."""
    record_villages(0, w.village.shape[0], month, w, r)
    close_month(month, w, r)
    look(month, w, r)


@compiled
def traders_settle(w: Any, r: Any) -> float:
    """Sum the flows of villages and firms, which start from nothing again, and post what traders earned.

    What traders pay more for grade A is passed on to those who buy it from them: that premium, USD, is returned.
    ``r.money`` (4,) USD: traders' sales and costs, consumer surplus, the supply at the bazaar price.
    """
    money, flows = r.money, w.outside_flows
    traders_and_consumers(
        w.chains, w.bazaar_city, w.bazaar_slope, w.bazaar_haul, w.bazaar_price, w.bazaar_outflow, w.bazaar_demand, w.supply, w.city_price,
        money,
    )  # fmt: skip
    in_order(w.flows, 0, flows)
    in_order(w.firm_flows, 0, flows)
    w.flows[:] = 0.0
    w.firm_flows[:] = 0.0
    premium = flows[SALES] - money[3]
    money[0] += premium
    flows[TRADER_SALES] = money[0]
    flows[TRADER_COSTS] = money[1]
    flows[TRADER_PROFIT] = money[0] - money[1] - flows[SALES]
    return premium


@compiled
def measure_month(month: int, premium: float, w: Any, r: Any) -> None:
    """Fill the row of a month: groups of households, the whole, and `SINGLE`.

    ``r.labour`` (2,) days of work a tonne in picking and at processors. ``r.money`` and ``r.fair_money`` (4,) as of `traders_settle`,
    at the prices paid and at competitive ones. Farmers' receipts are the traders' purchases, so that sales less costs and consumer
    surplus hold what all three parties would gain.
    """
    row, flows, money, fair, fa = r.values[month], r.flows[month], r.money, r.fair_money, w.facilitator[0]
    row[:] = 0.0
    groups_in_order(r.cells_plain, w.village, row)
    in_order(r.whole_plain, _WHOLE, row)
    region = np.zeros(len(MEASURED))
    measure_region(
        w.firm, w.route, w.orders, w.market_price, w.chains, w.village, w.bazaar_price, w.supply, w.city_price, w.bought, r.was_active,
        region,
    )  # fmt: skip
    for i in range(region.shape[0]):
        row[_SINGLE + _REGION[i]] = region[i]
    competitive_month(
        month % 12, w.chains, r.fair_traders, w.supply, w.bazaar_city, r.fair_slope, w.bazaar_haul, w.bazaar_closed, w.bazaar_demand0,
        w.city_base, w.city_usual, w.city_region, r.resold, w.bazaar_price, w.city_price, w.city_extra, r.fair_price, r.fair_outflow,
        r.fair_demand, r.fair_city, fair,
    )  # fmt: skip
    days = region[_JOBS] + row[_WHOLE + _PICKED] / 1000.0 * r.labour[0]
    row[_SINGLE + FTE] = (days + flows[PLANT_SHIPPED] / 1000.0 * r.labour[1]) / WORK_DAYS_MONTH
    spending = flows[FIRM_COSTS] + flows[COLLECTING] + flows[SERVICES] + flows[LARGE_PAID]
    row[_SINGLE + MARGIN] = flows[FIRM_SALES] - spending - region[_MARGIN]
    row[_SINGLE + LARGE] = flows[FROM_LARGE]
    row[_SINGLE + PROFIT] = flows[TRADER_PROFIT]
    row[_SINGLE + SURPLUS] = money[2]
    row[_SINGLE + EXPORTS] = flows[FIRM_SALES]
    row[_SINGLE + LOST] = flows[LOST_HARVEST] + flows[LOST_STORE]
    row[_SINGLE + GAP] = w.quote_gap[0]
    row[_SINGLE + SPENT] = flows[STAFF] + flows[GRANTS] + flows[VOUCHERS] + flows[PARTNERS]
    row[_SINGLE + CLAIMED], row[_SINGLE + CONCEPT], row[_SINGLE + SKILL] = fa.claimed_over_true, fa.concept, fa.skill
    row[_SINGLE + PAID] = money[3]
    row[_SINGLE + FAIR] = fair[3]
    row[_SINGLE + FAIR_GAIN] = premium + fair[0] - fair[1] + fair[2] - (money[0] - money[1] + money[2])
