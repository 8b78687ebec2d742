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
SHOCK, REMITTANCE = STREAM["household.shock"], STREAM["household.remittance"]


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
def cash_needs(first: int, last: int, row: int, size: float, shock: Any, household: Any) -> None:
    """Illness and feasts (``shock`` (rows, H)) of a range of households, and the cash they miss this month; runs in vectors."""
    for h in range(first, last):
        hh = household[h]
        need = hh.need
        costs = size * need if shock[row, h] == 1 else 0.0
        hh.shock = costs
        hh.gap = max(0.0, need + costs - hh.cash - hh.wages - hh.remittances * hh.remittance_factor)


@compiled
def draw_for_all(first: int, last: int, row: int, key: Any, stream: int, month: int, chance: float, household: Any, out: Any) -> None:
    """Whom of a range of households something happens to: a row of ``out`` (rows, H) becomes 1 or 0; runs in vectors."""
    for h in range(first, last):
        out[row, h] = uniform(key, stream, month, household[h].identity) < chance


@compiled
def draw_weather(
    first: int, last: int, at: int, row: int, month: int, key: Any, spread: float, enterprise: Any, work: Any, out: Any
) -> None:
    """Lognormal numbers of mean 1 for enterprises of one village and chain: a row of ``out``; runs in vectors but for tails."""
    for k in range(last - first):
        work[at + k].luck = uniform(key, OWN, month, enterprise[first + k].identity)
    for k in range(last - first):
        work[at + k].normal = normal_of_middle(work[at + k].luck)
    for k in range(last - first):
        if abs(work[at + k].luck - 0.5) > MIDDLE:
            work[at + k].normal = normal(work[at + k].luck)
    for k in range(last - first):
        out[row, first + k] = exponential(spread * work[at + k].normal - 0.5 * spread * spread)


@compiled
def rows_of_luck(month: int, first: int, rows: int) -> tuple[int, int]:
    """Which row of luck kept from month ``first`` on is this month's, and which this year's; the only one where months are not kept."""
    if rows == 1:
        return 0, 0
    return month - first, month // 12 - first // 12


@compiled
def own_weather(v: int, c: int, month: int, year: int, is_known: bool, w: Any) -> None:
    """Weather of the enterprises of a village and chain for a season: district, village, bad years, and their own."""
    ch, d, key = w.chains[c], w.village[v].district, w.key
    start, end = w.of_chain[v, c], w.of_chain[v, c + 1]
    shared = lognormal(ch.harvest_weather_district, uniform(key, DISTRICT, month, d * 64 + c))
    shared *= lognormal(ch.harvest_weather_village, uniform(key, VILLAGE, month, v * 64 + c))
    if uniform(key, BAD_VILLAGE, month, v * 64 + c) < ch.harvest_bad_year_villages:
        shared *= w.district_bad[d, c]
    if not is_known:
        draw_weather(start, end, w.work_at[v], year, month, key, ch.harvest_weather_own, w.enterprise, w.work, w.luck_weather)
    for e in range(start, end):
        w.enterprise[e].weather = shared * w.luck_weather[year, e]


@compiled
def in_villages(first: int, last: int, month: int, w: Any, moving: int, start: Any, place: Any, share: Any, size: Any) -> None:
    """Village roads, household shocks, this season's weather of some villages; from ``moving`` on as `falling_remittances` gives it."""
    calendar, key, pp, household = month % 12, w.key, w.people[0], w.household
    row, year = rows_of_luck(month, w.luck_first[0], w.luck_known.shape[0])
    is_known = w.luck_known[row] == 1
    for v in range(first, last):
        vi = w.village[v]
        of, to = w.first_household[v], w.first_household[v + 1]
        vi.closed = uniform(key, ROAD_VILLAGE, month, v) < w.village_closed_chance[v, calendar]
        if not is_known:
            draw_for_all(of, to, row, key, SHOCK, month, pp.shock, household, w.luck_shock)
        if calendar == 0 or moving == 1:
            if not is_known or calendar > 0:
                draw_for_all(of, to, year, key, REMITTANCE, month - calendar, pp.remittance_drop, household, w.luck_drop)
            remittances_arrive(of, to, year, key, pp.remittance_drop_size, w.luck_drop, household, start, place, share, size)
        cash_needs(of, to, row, pp.shock_size, w.luck_shock, household)
        if vi.fund > 0.0:
            lend_for_need(v, of, to, household, vi, w.effects[0], w.flows)
        for c in range(w.chains.shape[0]):
            if calendar == int(w.chains[c].bad_month):
                own_weather(v, c, month, year, is_known, w)


@compiled
def everywhere(month: int, w: Any) -> None:
    """What is the same for all: prices, roads, bad years."""
    prices_and_roads(
        month, w.key, w.chains, w.city_season, w.markets, w.market_chain, w.bazaar_closed_chance, w.market_closed_chance, w.city_shock,
        w.city_base, w.market_shock, w.market_price, w.market_open, w.bazaar_closed, w.district_bad, w.firm, w.order_gap, w.orders,
        w.orders_left,
    )  # fmt: skip


@compiled
def note_luck(month: int, w: Any) -> None:
    """The luck of a month is drawn; where it is kept nobody draws it again."""
    if w.luck_known.shape[0] > 1:
        w.luck_known[month - w.luck_first[0]] = 1


@compiled
def alone(month: int, w: Any) -> None:
    """All of it in one thread, in a world that no event strikes."""
    none, nothing = np.empty(0, dtype=np.int64), np.empty(0)
    everywhere(month, w)
    in_villages(0, w.village.shape[0], month, w, 0, none, none, nothing, nothing)
    note_luck(month, w)


def run(context: Context) -> None:
    """Phase 1 of one month."""
    month, w = context.month, context.whole
    if context.threads == 1 and context.events is None:
        alone(month, w)
    else:
        everywhere(month, w)
        context.over_villages(in_villages, month, w, *falling_remittances(context))
        note_luck(month, w)
    if context.events is not None and context.month >= 0:
        strike(context, context.events)


READS = ("household.cash", "household.need", "district_bad")
WRITES = (
    "order_gap", "orders_left",
    "city_shock", "city_base", "market_shock", "market_price", "market_open", "bazaar_closed", "district_bad", "village.closed",
    "household.remittance_factor", "household.shock", "household.gap", "household.cash", "household.group_debt",
    "village.fund", "enterprise.weather", "flows", *BY_EVENTS,
)  # fmt: skip
