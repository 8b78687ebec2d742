"""Phase 1, environment: prices abroad, roads, weather and events, household shocks."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from linkage_sim.compiled import compiled
from linkage_sim.context import Context
from linkage_sim.draws import MIDDLE, STREAM, normal, normal_of_middle, uniform
from linkage_sim.month.events import WRITES as BY_EVENTS
from linkage_sim.month.events import falling_remittances, remittances_arrive, strike
from linkage_sim.month.savings import lend_for_need
from linkage_sim.rules.core import exponential

CITY_SHOCK, MARKET_SHOCK = STREAM["city.shock"], STREAM["market.shock"]
ROAD_VILLAGE, ROAD_BAZAAR, ROAD_MARKET = STREAM["road.village"], STREAM["road.bazaar"], STREAM["road.market"]
DISTRICT, VILLAGE, OWN = STREAM["weather.district"], STREAM["weather.village"], STREAM["weather.own"]
BAD_YEAR, BAD_SIZE, BAD_VILLAGE = STREAM["weather.bad_year"], STREAM["weather.bad_year_size"], STREAM["weather.bad_year_village"]
ORDER_GAP = STREAM["market.order_gap"]
SHOCK = STREAM["household.shock"]


@compiled
def shocked(before: float, persistence: float, size: float, z: float) -> float:
    """Next log price shock: an AR(1) step."""
    return persistence * before + size * z


@compiled
def lognormal(spread: float, u: float) -> float:
    """Lognormal number of mean 1 from a uniform number."""
    return math.exp(spread * normal(u) - 0.5 * spread * spread)


@compiled
def prices_and_roads(
    month: int, key: Any, chains: Any, city_season: Any, markets: Any, market_chain: Any, bazaar_closed_chance: Any,
    market_closed_chance: Any, city_shock: Any, city_base: Any, market_shock: Any, market_price: Any, market_open: Any,
    bazaar_closed: Any, district_bad: Any, firm: Any, order_gap: Any, orders: Any, orders_left: Any,
) -> None:  # fmt: skip
    """Prices abroad and in the city before supply; roads; bad years of districts."""
    calendar = month % 12
    for c in range(chains.shape[0]):
        ch = chains[c]
        z = normal(uniform(key, CITY_SHOCK, month, c))
        city_shock[c] = shocked(city_shock[c], ch.city_persistence, ch.city_shock, z)
        for w in range(city_base.shape[0]):
            city_base[w, c] = ch.city_price * city_season[c, calendar] * math.exp(city_shock[c])
        for m in range(markets.shape[0]):
            if market_chain[m] == c:
                mk = markets[m]
                own = normal(uniform(key, MARKET_SHOCK, month, m))
                mixed = mk.correlation * z + math.sqrt(1.0 - mk.correlation**2) * own
                market_shock[m] = shocked(market_shock[m], mk.persistence, mk.shock, mixed)
                market_price[m] = mk.price * math.exp(market_shock[m])
                if mk.order_gap > 0.0:
                    for f in range(firm.shape[0]):
                        order_gap[f, m] = firm[f].chain == c and uniform(key, ORDER_GAP, month, f * 1024 + m) < mk.order_gap
                        if order_gap[f, m] == 1:
                            orders_left[f, m] = max(0.0, orders_left[f, m] - orders[f, m] / 12.0)
        if calendar == int(ch.bad_month):
            for d in range(district_bad.shape[0]):
                district_bad[d, c] = 1.0
                if uniform(key, BAD_YEAR, month, d * 64 + c) < ch.harvest_bad_year_chance:
                    left = uniform(key, BAD_SIZE, month, d * 64 + c)
                    low = ch.harvest_bad_year_worst
                    district_bad[d, c] = low + left * (ch.harvest_bad_year_mildest - low)
    markets_in_all = market_open.shape[1]
    for w in range(market_open.shape[0]):
        for m in range(markets_in_all):
            market_open[w, m] = uniform(key, ROAD_MARKET, month, w * markets_in_all + m) >= market_closed_chance[w, m, calendar]
    for b in range(bazaar_closed.shape[0]):
        bazaar_closed[b] = uniform(key, ROAD_BAZAAR, month, b) < bazaar_closed_chance[b, calendar]


@compiled
def cash_needs(first: int, last: int, month: int, key: Any, chance: float, size: float, household: Any) -> None:
    """Illness and feasts of a range of households, and the cash they miss this month; runs in vectors."""
    for h in range(first, last):
        hh = household[h]
        hh.shock = size * hh.need if uniform(key, SHOCK, month, hh.identity) < chance else 0.0
    for h in range(first, last):
        hh = household[h]
        hh.gap = max(0.0, hh.need + hh.shock - hh.cash - hh.wages - hh.remittances * hh.remittance_factor)


@compiled
def own_weather(first: int, last: int, at: int, month: int, key: Any, shared: float, spread: float, enterprise: Any, work: Any) -> None:
    """Weather of enterprises of one village and chain: ``shared``, times a lognormal number of mean 1; runs in vectors but for tails."""
    for k in range(last - first):
        work[at + k].luck = uniform(key, OWN, month, enterprise[first + k].identity)
    for k in range(last - first):
        work[at + k].normal = normal_of_middle(work[at + k].luck)
    for k in range(last - first):
        if abs(work[at + k].luck - 0.5) > MIDDLE:
            work[at + k].normal = normal(work[at + k].luck)
    for k in range(last - first):
        enterprise[first + k].weather = shared * exponential(spread * work[at + k].normal - 0.5 * spread * spread)


@compiled
def households_and_weather(
    first: int, last: int, month: int, key: Any, first_household: Any, of_chain: Any, chains: Any, people: Any,
    village_closed_chance: Any, district_bad: Any, household: Any, enterprise: Any, village: Any, effects: Any, flows: Any, work: Any,
    work_at: Any, redo: int, begun: Any, places: Any, shares: Any, sizes: Any,
) -> None:  # fmt: skip
    """Village roads, household shocks, this season's weather."""
    calendar = month % 12
    pp = people[0]
    for v in range(first, last):
        vi = village[v]
        vi.closed = uniform(key, ROAD_VILLAGE, month, v) < village_closed_chance[v, calendar]
        if calendar == 0 or redo == 1:
            remittances_arrive(
                first_household[v], first_household[v + 1], key, month - calendar, pp.remittance_drop, pp.remittance_drop_size, household,
                begun, places, shares, sizes,
            )  # fmt: skip
        cash_needs(first_household[v], first_household[v + 1], month, key, pp.shock, pp.shock_size, household)
        if vi.fund > 0.0:
            lend_for_need(v, first_household[v], first_household[v + 1], household, vi, effects[0], flows)
        for c in range(chains.shape[0]):
            ch = chains[c]
            if calendar != int(ch.bad_month):
                continue
            d = vi.district
            shared = lognormal(ch.harvest_weather_district, uniform(key, DISTRICT, month, d * 64 + c))
            shared *= lognormal(ch.harvest_weather_village, uniform(key, VILLAGE, month, v * 64 + c))
            if uniform(key, BAD_VILLAGE, month, v * 64 + c) < ch.harvest_bad_year_villages:
                shared *= district_bad[d, c]
            own_weather(of_chain[v, c], of_chain[v, c + 1], work_at[v], month, key, shared, ch.harvest_weather_own, enterprise, work)


@compiled
def everywhere(month: int, w: Any) -> None:
    """What is the same for all: prices, roads, bad years."""
    prices_and_roads(
        month, w.key, w.chains, w.city_season, w.markets, w.market_chain, w.bazaar_closed_chance, w.market_closed_chance, w.city_shock,
        w.city_base, w.market_shock, w.market_price, w.market_open, w.bazaar_closed, w.district_bad, w.firm, w.order_gap, w.orders,
        w.orders_left,
    )  # fmt: skip


@compiled
def in_villages(first: int, last: int, month: int, w: Any, moving: int, start: Any, place: Any, share: Any, size: Any) -> None:
    """What households and fields of some villages meet; from ``moving`` on as `falling_remittances` gives it."""
    households_and_weather(
        first, last, month, w.key, w.first_household, w.of_chain, w.chains, w.people, w.village_closed_chance, w.district_bad, w.household,
        w.enterprise, w.village, w.effects, w.flows, w.work, w.work_at, moving, start, place, share, size,
    )  # fmt: skip


@compiled
def alone(month: int, w: Any) -> None:
    """All of it in one thread, in a world that no event strikes."""
    none, nothing = np.empty(0, dtype=np.int64), np.empty(0)
    everywhere(month, w)
    in_villages(0, w.village.shape[0], month, w, 0, none, none, nothing, nothing)


def run(context: Context) -> None:
    """Phase 1 of one month."""
    month, w = context.month, context.whole
    if context.threads == 1 and context.events is None:
        alone(month, w)
    else:
        everywhere(month, w)
        context.over_villages(in_villages, month, w, *falling_remittances(context))
    if context.events is not None and context.month >= 0:
        strike(context, context.events)


READS = ("household.cash", "household.need", "district_bad")
WRITES = (
    "order_gap", "orders_left",
    "city_shock", "city_base", "market_shock", "market_price", "market_open", "bazaar_closed", "district_bad", "village.closed",
    "household.remittance_factor", "household.shock", "household.gap", "household.cash", "household.group_debt",
    "village.fund", "enterprise.weather", "flows", *BY_EVENTS,
)  # fmt: skip
