"""Clearing: bazaar prices and the city price that fit what is brought to market."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from linkage_sim.compiled import compiled
from linkage_sim.rules.price import city_price as city_price_rule
from linkage_sim.rules.price import clearing_price, local_demand, open_price, outflow

CLOSED_SLOPE = 1e9
"""USD/kg per kg/month where the road to the city is closed: nothing moves."""
QUICK = 8
"""Steps that prices of a city and its bazaars take together before each bazaar is cleared at every city price tried."""
ROW, BROUGHT, USUAL, HAUL, SLOPE, ALONE, FOLLOWS, PRICE, SENT, DEMAND = range(10)
"""Columns of the bazaars of one city while it clears: row in the state, supply, demand at the reference price, haul, slope, price
if nobody came from the city, what the price rises with the city's, and what is sought: price, outflow, demand."""


@compiled
def responses(
    price: float, city_price: float, haul: float, slope: float, conduct: float, demand: float, elasticity: float
) -> tuple[float, float]:
    """How prices answer where traders move goods, or begin to.

    Returns
    -------
    kg a month by which excess demand falls per USD/kg, and what the price that clears rises with the city's
    """
    power = conduct / (elasticity * max(demand, 1e-12))
    eased = 1.0 / (slope + power * price)
    gap = (city_price - haul if price <= city_price - haul else city_price + haul) - price
    falls = elasticity * demand / price + eased * (1.0 + gap * eased * power * (1.0 + elasticity))
    return falls, eased / falls


@compiled
def clear_bazaars(quick: bool, price_city: float, rise: float, conduct: float, ch: Any, bazaars: Any) -> tuple[float, float, bool]:
    """Clear the ``bazaars`` of a city at its price; where ``quick`` by one step of Newton's method only.

    ``rise`` is what the city's price has risen by since they were last cleared.

    Returns
    -------
    kg that flow into the city, what they gain per USD/kg of its price, and whether all steps were too small to matter
    """
    inflow = gains = 0.0
    settled = True
    reference, elasticity = ch.bazaar_reference_price, ch.bazaar_elasticity
    choke = ch.bazaar_choke * reference
    for b in range(bazaars.shape[0]):
        brought, usual, haul = bazaars[b, BROUGHT], bazaars[b, USUAL], bazaars[b, HAUL]
        slope, alone = bazaars[b, SLOPE], bazaars[b, ALONE]
        edge = min(max(alone, price_city - haul), price_city + haul)
        if edge == alone and edge < choke:
            bazaars[b, PRICE], bazaars[b, SENT], bazaars[b, DEMAND], bazaars[b, FOLLOWS] = alone, 0.0, brought, 0.0
            continue
        if slope == 0.0 and conduct == 0.0:  # neither friction nor market power: no wedge to divide by, the price is `open_price`
            price = min(edge, choke)
            demand = local_demand(price, usual, reference, elasticity)
            sent = brought - demand
            if price == edge:
                gains += elasticity * demand / price
        else:
            low, high = min(alone, edge), max(alone, edge)
            before = min(max(bazaars[b, PRICE] + bazaars[b, FOLLOWS] * rise, low), high)
            demand = local_demand(before, usual, reference, elasticity)
            excess = demand + outflow(before, price_city, haul, slope, conduct, demand, elasticity) - brought
            falls, follows = responses(before, price_city, haul, slope, conduct, demand, elasticity)
            price = min(min(max(before + excess / falls, low), high), choke)
            if quick and falls > 0.0 and abs(price - before) < 0.5 * before:
                settled = settled and abs(price - before) <= 1e-9 * before
                demand *= 1.0 - elasticity * (price - before) / before
            else:
                price = min(clearing_price(brought, usual, reference, elasticity, price_city, haul, slope, conduct, before), choke)
                demand = local_demand(price, usual, reference, elasticity)
            if price < choke:
                sent = brought - demand
                gains += elasticity * demand / price * follows
            else:
                sent = outflow(price, price_city, haul, slope, conduct, demand, elasticity)
                gains += falls * follows if sent != 0.0 else 0.0
                follows = 0.0
            bazaars[b, FOLLOWS] = follows
        bazaars[b, PRICE], bazaars[b, SENT] = price, sent
        # at the choke price what there is is shared out
        bazaars[b, DEMAND] = demand if price < choke * (1.0 - 1e-12) else brought - sent
        inflow += sent
    return inflow, gains, settled


@compiled
def clear_city(ch: Any, conduct: float, base: float, usual: float, rest: float, extra: float, start: float, bazaars: Any) -> float:
    """Price of one city and chain, with its bazaars left cleared at it: the one that what flows in at it would make.

    Prices of city and bazaars step together by Newton's method; where kinks keep that from its end after `QUICK` steps the
    bazaars are cleared to the last digit at every price tried, and the root is held in a bracket.
    """
    price, rise, low, high = start, 0.0, 0.0, math.inf
    for turn in range(100):
        inflow, gains, settled = clear_bazaars(turn < QUICK, price, rise, conduct, ch, bazaars)
        made = city_price_rule(base, rest, inflow + extra, usual, ch.city_elasticity)
        if settled and abs(made - price) <= 1e-12 * price:
            break
        supplied = rest + inflow + extra
        falls = gains * made / (ch.city_elasticity * supplied) if supplied > 0.05 * usual else 0.0
        after = price + (made - price) / (1.0 + falls)
        if turn >= QUICK:
            low, high = max(low, min(price, made)), min(high, max(price, made))
            if high - low <= 1e-15 * price:
                break
            after = after if low < after < high and turn % 3 > 0 else 0.5 * (low + high)
        rise = after - price
        price = after
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
    table = np.empty((bazaar_price.shape[0], 10))
    for c in range(chains.shape[0]):
        ch = chains[c]
        choke = ch.bazaar_choke * ch.bazaar_reference_price
        for w in range(city_price.shape[0]):
            number = 0
            for b in range(bazaar_price.shape[0]):
                if bazaar_city[b] != w:
                    continue
                row = table[number]
                number += 1
                row[ROW], row[BROUGHT], row[USUAL], row[HAUL] = b, supply[b, c], bazaar_demand0[b, c], bazaar_haul[b]
                row[SLOPE], row[PRICE], row[FOLLOWS] = bazaar_slope[b, c], bazaar_price[b, c], 0.0
                row[ALONE] = open_price(row[BROUGHT], row[USUAL], ch.bazaar_reference_price, ch.bazaar_elasticity, 0.0, math.inf, math.inf)
                if bazaar_closed[b] == 1:
                    row[SLOPE], row[PRICE] = CLOSED_SLOPE, min(row[ALONE], choke)
            usual = city_usual[w, c, calendar]
            rest = max(0.0, usual - city_region[w, c, calendar])
            city_price[w, c] = clear_city(
                ch, traders[0].conduct, city_base[w, c], usual, rest, city_extra[w, c], city_price[w, c], table[:number]
            )
            for k in range(number):
                b = int(table[k, ROW])
                bazaar_price[b, c], bazaar_outflow[b, c], bazaar_demand[b, c] = table[k, PRICE], table[k, SENT], table[k, DEMAND]
