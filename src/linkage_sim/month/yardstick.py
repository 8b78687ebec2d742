"""The competitive yardstick: what the same supply would fetch if anybody could trade with the city at the haul alone (model 7)."""

from __future__ import annotations

from typing import Any

import numpy as np

from linkage_sim.compiled import compiled
from linkage_sim.context import Context
from linkage_sim.month.clear import clear
from linkage_sim.month.record import traders_and_consumers


@compiled
def put_in(values: Any, out: Any) -> None:
    """The same numbers in another array of two dimensions; to assign one to the other takes seconds to compile."""
    for i in range(out.shape[0]):
        for k in range(out.shape[1]):
            out[i, k] = values[i, k]


@compiled
def competitive_month(
    calendar: int, chains: Any, traders: Any, supply: Any, bazaar_city: Any, bazaar_slope: Any, bazaar_haul: Any, bazaar_closed: Any,
    bazaar_demand0: Any, city_base: Any, city_usual: Any, city_region: Any, resold: Any, paid_price: Any, paid_city: Any,
    city_extra: Any, price: Any, flow: Any, demand: Any, city: Any, out: Any,
) -> None:  # fmt: skip
    """Clear once more with ``traders`` of no market power or friction.

    ``out`` (4,) USD: traders' sales, their costs, consumer surplus, and what the supply would have fetched.
    """
    put_in(paid_price, price)
    put_in(paid_city, city)
    clear(
        calendar, chains, traders, supply, bazaar_city, bazaar_slope, bazaar_haul, bazaar_closed, bazaar_demand0, city_base, city_usual,
        city_region, resold, price, flow, demand, city,
    )  # fmt: skip
    put_in(city_extra, resold)  # resold now, it reaches the city next month
    traders_and_consumers(chains, bazaar_city, bazaar_slope, bazaar_haul, price, flow, demand, supply, city, out)


def parts_of_yardstick(context: Context) -> dict[str, Any]:
    """What clears each month's supply of a run once more without market power or friction; nothing of it flows back. Parts of a frame."""
    s, p = context.state, context.parameters
    traders = p.traders.copy()
    traders["slope"] = traders["conduct"] = 0.0
    return {
        "fair_traders": traders, "fair_slope": np.zeros_like(p.bazaar_slope), "fair_price": s.bazaar_price.copy(),
        "fair_outflow": s.bazaar_outflow.copy(), "fair_demand": s.bazaar_demand.copy(), "fair_city": s.city_price.copy(),
        "resold": s.city_extra.copy(), "fair_money": np.zeros(4),
    }  # fmt: skip
