"""Phase 10, record: the end of a month in two calls, before and after the programme pays for vouchers."""

from __future__ import annotations

from typing import Any

import numpy as np

from linkage_sim.books import (
    COLLECTING,
    FIRM_COSTS,
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
)  # fmt: skip
from linkage_sim.compiled import compiled
from linkage_sim.month.record import (
    GROUPS,
    MEASURED,
    PER_GROUP,
    SINGLE,
    WHOLE,
    WORK_DAYS_MONTH,
    groups_in_order,
    in_order,
    measure_region,
    traders_and_consumers,
)  # fmt: skip
from linkage_sim.month.yardstick import competitive_month

_WHOLE = len(GROUPS) * len(PER_GROUP)
_SINGLE = _WHOLE + len(WHOLE)
_REGION = np.array([SINGLE.index(name) for name in MEASURED])
_JOBS, _MARGIN, _PICKED = MEASURED.index("jobs"), MEASURED.index("firm_margin"), WHOLE.index("picked_kg")
FTE, MARGIN, LARGE, PROFIT = (SINGLE.index(name) for name in ("jobs", "firm_margin", "large_kg", "trader_profit"))
SURPLUS, EXPORTS, LOST, GAP = (SINGLE.index(name) for name in ("consumer_surplus", "exports_usd", "lost_kg", "quote_gap"))
SPENT, PAID, FAIR, FAIR_GAIN = (SINGLE.index(name) for name in ("spent", "bazaar_usd", "competitive_usd", "competitive_surplus"))


@compiled
def traders_settle(
    chains: Any, bazaar_city: Any, bazaar_slope: Any, bazaar_haul: Any, bazaar_price: Any, bazaar_outflow: Any, bazaar_demand: Any,
    supply: Any, city_price: Any, village_flows: Any, firm_flows: Any, money: Any, flows: Any,
) -> float:  # fmt: skip
    """Sum the flows of villages and firms, which start from nothing again, and post what traders earned.

    What traders pay more for grade A is passed on to those who buy it from them: that premium, USD, is returned.
    ``money`` (4,) USD: traders' sales and costs, consumer surplus, the supply at the bazaar price.
    """
    traders_and_consumers(
        chains, bazaar_city, bazaar_slope, bazaar_haul, bazaar_price, bazaar_outflow, bazaar_demand, supply, city_price, money
    )
    in_order(village_flows, flows)
    in_order(firm_flows, flows)
    village_flows[:] = 0.0
    firm_flows[:] = 0.0
    premium = flows[SALES] - money[3]
    money[0] += premium
    flows[TRADER_SALES] = money[0]
    flows[TRADER_COSTS] = money[1]
    flows[TRADER_PROFIT] = money[0] - money[1] - flows[SALES]
    return premium


@compiled
def measure_month(
    cells: Any, whole: Any, was_active: Any, flows: Any, money: Any, fair: Any, premium: float, quote_gap: float, picking_labour: float,
    plant_labour: float, firm: Any, route: Any, orders: Any, market_price: Any, village: Any, bought: Any, calendar: int, chains: Any,
    traders: Any, supply: Any, bazaar_city: Any, no_slope: Any, bazaar_haul: Any, bazaar_closed: Any, bazaar_demand0: Any, city_base: Any,
    city_usual: Any, city_region: Any, resold: Any, bazaar_price: Any, city_price: Any, city_extra: Any, fair_price: Any,
    fair_outflow: Any, fair_demand: Any, fair_city: Any, row: Any,
) -> None:  # fmt: skip
    """Fill the ``row`` of a month: groups of households, the whole, and `SINGLE`, but for what a facilitator says of itself.

    ``money`` and ``fair`` (4,) as of `traders_settle`, at the prices paid and at competitive ones. Farmers' receipts are the traders'
    purchases, so that sales less costs and consumer surplus hold what all three parties would gain.
    """
    row[:] = 0.0
    groups_in_order(cells, village, row[:_WHOLE].reshape(len(GROUPS), len(PER_GROUP)))
    in_order(whole, row[_WHOLE:_SINGLE])
    single = row[_SINGLE:]
    region = np.zeros(len(MEASURED))
    measure_region(firm, route, orders, market_price, chains, village, bazaar_price, supply, city_price, bought, was_active, region)
    for i in range(region.shape[0]):
        single[_REGION[i]] = region[i]
    competitive_month(
        calendar, chains, traders, supply, bazaar_city, no_slope, bazaar_haul, bazaar_closed, bazaar_demand0, city_base, city_usual,
        city_region, resold, bazaar_price, city_price, city_extra, fair_price, fair_outflow, fair_demand, fair_city, fair,
    )  # fmt: skip
    days = region[_JOBS] + row[_WHOLE + _PICKED] / 1000.0 * picking_labour
    single[FTE] = (days + flows[PLANT_SHIPPED] / 1000.0 * plant_labour) / WORK_DAYS_MONTH
    spending = flows[FIRM_COSTS] + flows[COLLECTING] + flows[SERVICES] + flows[LARGE_PAID]
    single[MARGIN] = flows[FIRM_SALES] - spending - region[_MARGIN]
    single[LARGE] = flows[FROM_LARGE]
    single[PROFIT] = flows[TRADER_PROFIT]
    single[SURPLUS] = money[2]
    single[EXPORTS] = flows[FIRM_SALES]
    single[LOST] = flows[LOST_HARVEST] + flows[LOST_STORE]
    single[GAP] = quote_gap
    single[SPENT] = flows[STAFF] + flows[GRANTS] + flows[VOUCHERS] + flows[PARTNERS]
    single[PAID] = money[3]
    single[FAIR] = fair[3]
    single[FAIR_GAIN] = premium + fair[0] - fair[1] + fair[2] - (money[0] - money[1] + money[2])
