"""Clearing: bazaar prices and the city price that fit what is brought to market."""

from __future__ import annotations

import math
from typing import Any

from linkage_sim.compiled import compiled
from linkage_sim.rules.core import narrowed
from linkage_sim.rules.price import city_price as city_price_rule
from linkage_sim.rules.price import clearing_price, local_demand, open_price, outflow

CLOSED_SLOPE = 1e9
"""USD/kg per kg/month where the road to the city is closed: nothing moves."""


@compiled
def bazaars_at(
    w: int, c: int, price_city: float, ch: Any, traders: Any, supply: Any, bazaar_city: Any, bazaar_slope: Any, bazaar_haul: Any,
    bazaar_closed: Any, bazaar_demand0: Any, bazaar_price: Any, bazaar_outflow: Any,
) -> float:  # fmt: skip
    """Clear every bazaar of a city and chain at a given city price; returns the kg that flow into the city."""
    total = 0.0
    for b in range(bazaar_price.shape[0]):
        if bazaar_city[b] != w:
            continue
        slope = bazaar_slope[b, c]
        if bazaar_closed[b] == 1:
            slope = CLOSED_SLOPE
        if slope == 0.0 and traders[0].conduct == 0.0:  # neither friction nor market power: no wedge to divide by
            price = open_price(
                supply[b, c], bazaar_demand0[b, c], ch.bazaar_reference_price, ch.bazaar_elasticity, price_city, bazaar_haul[b],
                ch.bazaar_choke * ch.bazaar_reference_price,
            )  # fmt: skip
            demand = local_demand(price, bazaar_demand0[b, c], ch.bazaar_reference_price, ch.bazaar_elasticity)
            bazaar_price[b, c] = price
            bazaar_outflow[b, c] = supply[b, c] - demand
            total += bazaar_outflow[b, c]
            continue
        price = clearing_price(
            supply[b, c], bazaar_demand0[b, c], ch.bazaar_reference_price, ch.bazaar_elasticity, price_city, bazaar_haul[b],
            slope, traders[0].conduct, bazaar_price[b, c],
        )  # fmt: skip
        price = min(price, ch.bazaar_choke * ch.bazaar_reference_price)
        demand = local_demand(price, bazaar_demand0[b, c], ch.bazaar_reference_price, ch.bazaar_elasticity)
        bazaar_price[b, c] = price
        bazaar_outflow[b, c] = outflow(price, price_city, bazaar_haul[b], slope, traders[0].conduct, demand, ch.bazaar_elasticity)
        total += bazaar_outflow[b, c]
    return total


@compiled
def clear_city(
    w: int, c: int, ch: Any, base: float, usual: float, rest: float, extra: float, traders: Any, supply: Any, bazaar_city: Any,
    bazaar_slope: Any, bazaar_haul: Any, bazaar_closed: Any, bazaar_demand0: Any, bazaar_price: Any, bazaar_outflow: Any, start: float,
) -> float:  # fmt: skip
    """Price of one city and chain: outer root on the city price, inner roots on its bazaars, which are left cleared."""
    low = high = math.log(start)
    f_low = f_high = 0.0
    # bracket: the price asked for, less the price that the inflow at that price would give, rises with price
    step = 0.01
    for _ in range(60):
        inflow = bazaars_at(
            w, c, math.exp(low), ch, traders, supply, bazaar_city, bazaar_slope, bazaar_haul, bazaar_closed, bazaar_demand0,
            bazaar_price, bazaar_outflow,
        )  # fmt: skip
        f_low = low - math.log(city_price_rule(base, rest, inflow + extra, usual, ch.city_elasticity))
        if f_low <= 0.0:
            break
        high, f_high = low, f_low
        low -= max(step, f_low)
        step *= 2.0
    step = 0.01
    if f_high <= 0.0:
        high, f_high = low, f_low
        for _ in range(60):
            if f_high >= 0.0:
                break
            low, f_low = high, f_high
            high += max(step, -f_high)
            step *= 2.0
            inflow = bazaars_at(
                w, c, math.exp(high), ch, traders, supply, bazaar_city, bazaar_slope, bazaar_haul, bazaar_closed, bazaar_demand0,
                bazaar_price, bazaar_outflow,
            )  # fmt: skip
            f_high = high - math.log(city_price_rule(base, rest, inflow + extra, usual, ch.city_elasticity))
    middle = low
    side = 0
    for _ in range(100):
        if high - low < 1e-13 or f_high == f_low:
            break
        middle = (low * f_high - high * f_low) / (f_high - f_low)
        inflow = bazaars_at(
            w, c, math.exp(middle), ch, traders, supply, bazaar_city, bazaar_slope, bazaar_haul, bazaar_closed, bazaar_demand0,
            bazaar_price, bazaar_outflow,
        )  # fmt: skip
        f = middle - math.log(city_price_rule(base, rest, inflow + extra, usual, ch.city_elasticity))
        if abs(f) < 1e-12:
            break
        low, f_low, high, f_high, side = narrowed(low, f_low, high, f_high, middle, f, f < 0.0, side)
    price = math.exp(middle)
    bazaars_at(
        w, c, price, ch, traders, supply, bazaar_city, bazaar_slope, bazaar_haul, bazaar_closed, bazaar_demand0, bazaar_price,
        bazaar_outflow,
    )  # fmt: skip
    return price


@compiled
def clear(
    calendar: int, chains: Any, traders: Any, supply: Any, bazaar_city: Any, bazaar_slope: Any, bazaar_haul: Any, bazaar_closed: Any,
    bazaar_demand0: Any, city_base: Any, city_usual: Any, city_region: Any, city_extra: Any, bazaar_price: Any, bazaar_outflow: Any,
    bazaar_demand: Any, city_price: Any,
) -> None:  # fmt: skip
    """Prices of all cities and chains (model 4): traders move goods between a bazaar and its city only, never between cities.

    The city's supply is what flows in now plus what firms and processors resold there last month.
    """
    for c in range(chains.shape[0]):
        ch = chains[c]
        for w in range(city_price.shape[0]):
            usual = city_usual[w, c, calendar]
            rest = max(0.0, usual - city_region[w, c, calendar])
            city_price[w, c] = clear_city(
                w, c, ch, city_base[w, c], usual, rest, city_extra[w, c], traders, supply, bazaar_city, bazaar_slope, bazaar_haul,
                bazaar_closed, bazaar_demand0, bazaar_price, bazaar_outflow, city_price[w, c],
            )  # fmt: skip
        for b in range(bazaar_price.shape[0]):
            demand = local_demand(bazaar_price[b, c], bazaar_demand0[b, c], ch.bazaar_reference_price, ch.bazaar_elasticity)
            if bazaar_price[b, c] >= ch.bazaar_choke * ch.bazaar_reference_price * (1.0 - 1e-12):
                demand = supply[b, c] - bazaar_outflow[b, c]  # at the choke price what there is is shared out
            bazaar_demand[b, c] = demand
