"""Phase 8, sell on: firms collect, process and sell by the quality ladder; processors buy what orders do not take."""

from __future__ import annotations

from typing import Any

import numpy as np

from linkage_sim.books import (
    COLLECTING,
    FIRM_COSTS,
    FIRM_SALES,
    FIRM_SHIPPED,
    FIRM_TO_CITY,
    FIRM_TO_PLANT,
    PLANT_FROM_CITY,
    PLANT_SHIPPED,
)  # fmt: skip
from linkage_sim.compiled import compiled
from linkage_sim.context import Context
from linkage_sim.month.large import buy_large, still_wanted
from linkage_sim.rules.firm import member_cost, plant_price, running_cost, shared_running
from linkage_sim.rules.harvest import months_to_sell


@compiled
def collect(f: int, working: int, fm: Any, fi: Any, firm_haul: Any, village: Any, route: Any, ef: Any, firm_flows: Any) -> None:
    """Bring this month's purchases in and pay for trips, hauls, members and running routes."""
    cost = 0.0
    for v in range(village.shape[0]):
        ro = route[f, v]
        kg = ro.bought_a + ro.bought_b
        if kg > 0.0:
            lots = max(1.0, kg / max(ro.lot, fm.smallest_lot)) if ro.lot > 0.0 else max(1.0, kg / 1000.0)
            cost += kg * firm_haul[fi.place, v] + lots * ro.trip
            fi.stock_a += ro.bought_a
            fi.stock_b += ro.bought_b
            fi.season_kg += kg
        if ro.is_open == 1:
            vi = village[v]
            shared = shared_running(ef.village_organisations_collection * vi.organisation, fm.association_saving * vi.association)
            cost += running_cost(fi.running, ro.travel, ro.dependence, working == 1, shared) / 12.0
            cost += ro.members * member_cost(fm.member_cost, vi.association, ef.mobile_payments_member_cost * vi.mobile) / 12.0
    fi.cash -= cost
    fi.season_margin -= cost
    firm_flows[f, COLLECTING] += cost


@compiled
def ship(
    f: int, c: int, w: int, fi: Any, kg: float, grade: int, room: float, markets: Any, market_chain: Any, market_price: Any,
    market_open: Any, order_gap: Any, market_haul: Any, orders_left: Any, firm_flows: Any, elsewhere: float, passes: float,
) -> float:  # fmt: skip
    """Sell one grade to standing orders from the best market down; returns kg sold.

    Orders that bring less per kg than ``elsewhere`` (the city, net of haul) are left.
    """
    sold = 0.0
    if kg <= 0.0 or room <= 0.0:
        return sold
    tried = np.zeros(markets.shape[0], dtype=np.uint8)
    for _ in range(markets.shape[0]):
        best = -1
        best_value = elsewhere
        for m in range(markets.shape[0]):
            if market_chain[m] != c or tried[m] == 1 or market_open[w, m] == 0 or orders_left[f, m] <= 0.0 or order_gap[f, m] == 1:
                continue
            mk = markets[m]
            grade_value = passes if grade == 0 else passes * mk.grade_b_value
            value = mk.conversion * market_price[m] * grade_value - mk.processing_cost - mk.marketing_cost - market_haul[m, fi.place]
            if value > best_value:
                best, best_value = m, value
        if best < 0:
            break
        tried[best] = 1
        mk = markets[best]
        lot = min(min(kg - sold, room - sold), orders_left[f, best])
        if lot <= 0.0:
            continue
        grade_value = passes if grade == 0 else passes * mk.grade_b_value
        income = lot * mk.conversion * market_price[best] * grade_value
        cost = lot * (mk.processing_cost + mk.marketing_cost + market_haul[best, fi.place])
        orders_left[f, best] -= lot
        sold += lot
        fi.cash += income - cost
        fi.season_margin += income - cost
        firm_flows[f, FIRM_SALES] += income
        firm_flows[f, FIRM_COSTS] += cost
        firm_flows[f, FIRM_SHIPPED] += lot
    return sold


@compiled
def plant_bid(q: int, plants: Any, plant_market: Any, plant_market_haul: Any, market_price: Any, left: float) -> float:
    """What a processor pays per kg at its gate, USD/kg; ``left`` is the part of its margin that it leaves to the seller."""
    pl = plants[q]
    return plant_price(pl.conversion, market_price[plant_market[q]], plant_market_haul[q], pl.margin, left, pl.cost)


@compiled
def overflow(
    f: int, c: int, fi: Any, kg: float, price_city: float, city_haul: Any, plants: Any, plant_chain: Any, plant_market: Any,
    plant_haul: Any, plant_market_haul: Any, plant_free: Any, market_price: Any, firm_flows: Any, ef: Any,
) -> float:  # fmt: skip
    """Sell what orders will not take to the best bidding processor, then in the city; returns kg sold in the city."""
    left = kg
    for _ in range(plants.shape[0]):
        best = -1
        best_bid = price_city - city_haul[fi.place]
        for q in range(plants.shape[0]):
            if plant_chain[q] == c and plant_free[q] > 0.0:
                left_to_it = fi.processor * ef.processor_links_margin
                bid = plant_bid(q, plants, plant_market, plant_market_haul, market_price, left_to_it) - plant_haul[q, fi.place]
                if bid > best_bid:
                    best, best_bid = q, bid
        if best < 0 or left <= 0.0:
            break
        lot = min(left, plant_free[best])
        plant_free[best] -= lot
        left -= lot
        fi.cash += lot * best_bid
        fi.season_margin += lot * best_bid
        firm_flows[f, FIRM_SALES] += lot * best_bid
        fi.plant_kg += lot
        firm_flows[f, FIRM_TO_PLANT] += lot
    income = left * price_city
    cost = left * city_haul[fi.place]
    fi.cash += income - cost
    fi.season_margin += income - cost
    firm_flows[f, FIRM_SALES] += income
    firm_flows[f, FIRM_COSTS] += cost
    firm_flows[f, FIRM_TO_CITY] += left
    return left


@compiled
def processors_ship(
    c: int, plants: Any, plant_city: Any, plant_chain: Any, plant_market: Any, plant_market_haul: Any, plant_city_haul: Any,
    market_price: Any, market_open: Any, city_price: Any, city_extra: Any, plant_free: Any, plant_capacity: Any, plant_flows: Any,
) -> None:  # fmt: skip
    """Processors of a chain ship what they took from firms, and fill up in their city where it sells for less than they can bid."""
    for q in range(plants.shape[0]):
        if plant_chain[q] != c:
            continue
        w = plant_city[q]
        took = plant_capacity[q] - plant_free[q] if market_open[w, plant_market[q]] == 1 else 0.0
        plant_flows[PLANT_SHIPPED] += took
        bid = plant_bid(q, plants, plant_market, plant_market_haul, market_price, 0.0) - plant_city_haul[q]
        if bid > city_price[w, c]:
            lot = plant_free[q]
            plant_free[q] = 0.0
            city_extra[w, c] -= lot
            plant_flows[PLANT_FROM_CITY] += lot
            plant_flows[PLANT_SHIPPED] += lot


@compiled
def sell_on(
    month: int, working: int, chains: Any, firms: Any, markets: Any, market_chain: Any, plants: Any, plant_city: Any,
    plant_chain: Any, plant_market: Any, place_city: Any, firm_haul: Any, market_haul: Any, city_haul: Any, plant_haul: Any,
    plant_market_haul: Any, plant_city_haul: Any, village: Any, firm: Any, route: Any, market_price: Any, market_open: Any, order_gap: Any,
    market_barred: Any, city_price: Any, city_extra: Any, plant_free: Any, orders_left: Any, firm_flows: Any, plant_flows: Any,
    bought_value: Any, plant_capacity: Any, effects: Any, season: Any, orders: Any, large_plan: Any,
) -> None:  # fmt: skip
    """All firms, then all processors; what ends in the city of their place enters its supply next month."""
    calendar = month % 12
    ef = effects[0]
    for q in range(plants.shape[0]):
        plant_free[q] = plant_capacity[q] if market_open[plant_city[q], plant_market[q]] == 1 else 0.0
    for c in range(chains.shape[0]):
        fm = firms[c]
        city_extra[:, c] = 0.0
        for f in range(firm.shape[0]):
            fi = firm[f]
            if fi.chain != c or fi.active == 0:
                continue
            collect(f, working, fm, fi, firm_haul, village, route, ef, firm_flows)
            fi.season_margin -= bought_value[f]
            fixed = fm.fixed_cost / 12.0
            fi.cash -= fixed
            firm_flows[f, FIRM_COSTS] += fixed
            room = fi.capacity
            w = place_city[fi.place]
            city = city_price[w, c] - city_haul[fi.place]
            passes = fm.spot_pass if fi.imitator == 1 else 1.0
            if season[c, calendar] > 0.0 and fi.reach > 0.0:
                wanted = still_wanted(
                    f, c, w, fi, passes, city, markets, market_chain, market_price, market_haul, market_barred, orders_left
                )
                city_extra[w, c] -= buy_large(
                    f, c, w, season[c, calendar], wanted - fi.stock_a - fi.stock_b, fm, fi, markets, market_chain, market_price,
                    market_barred, order_gap, market_haul, city_price, city_haul, orders, orders_left, large_plan, firm_flows,
                )  # fmt: skip
            for grade in range(2):
                sold = ship(
                    f, c, w, fi, fi.stock_a if grade == 0 else fi.stock_b, grade, room, markets, market_chain, market_price,
                    market_open, order_gap, market_haul, orders_left, firm_flows, city, passes,
                )  # fmt: skip
                room -= sold
                if grade == 0:
                    fi.stock_a -= sold
                else:
                    fi.stock_b -= sold
            wanted = still_wanted(f, c, w, fi, passes, city, markets, market_chain, market_price, market_haul, market_barred, orders_left)
            ends = months_to_sell(calendar, int(chains[c].harvest_start), chains[c].firm_keeps, 0.0) == 0.0
            spare = fi.stock_a + fi.stock_b if ends else max(0.0, fi.stock_a + fi.stock_b - wanted)
            spare = min(spare, fi.stock_a + fi.stock_b)
            if spare > 0.0:
                city_extra[w, c] += overflow(
                    f,
                    c,
                    fi,
                    spare,
                    city_price[w, c],
                    city_haul,
                    plants,
                    plant_chain,
                    plant_market,
                    plant_haul,
                    plant_market_haul,
                    plant_free,
                    market_price,
                    firm_flows,
                    ef,
                )
                part_b = min(fi.stock_b, spare)
                fi.stock_b -= part_b
                fi.stock_a = max(0.0, fi.stock_a - (spare - part_b))
        processors_ship(
            c, plants, plant_city, plant_chain, plant_market, plant_market_haul, plant_city_haul, market_price, market_open, city_price,
            city_extra, plant_free, plant_capacity, plant_flows,
        )  # fmt: skip


@compiled
def alone(month: int, w: Any) -> None:
    """All firms and processors."""
    farm_gate = np.zeros(w.bought.shape[0])
    for f in range(w.bought.shape[0]):
        for v in range(w.bought.shape[1]):
            farm_gate[f] += w.bought[f, v]
    sell_on(
        month, w.working[0], w.chains, w.firms, w.markets, w.market_chain, w.plants, w.plant_city, w.plant_chain, w.plant_market,
        w.place_city, w.firm_haul, w.market_haul, w.city_haul, w.plant_haul, w.plant_market_haul, w.plant_city_haul, w.village, w.firm,
        w.route, w.market_price, w.market_open, w.order_gap, w.market_barred, w.city_price, w.city_extra, w.plant_free, w.orders_left,
        w.firm_flows, w.outside_flows, farm_gate, w.plant_capacity, w.effects, w.season, w.orders, w.large_plan,
    )  # fmt: skip


def run(context: Context) -> None:
    """Phase 8 of one month."""
    alone(context.month, context.whole)


READS = ("route.bought_a", "route.bought_b", "market_price", "market_open", "orders_left", "firm.capacity", "city_price", "large_plan")
WRITES = (
    "firm.stock_a", "firm.stock_b", "firm.cash", "firm.season_margin", "firm.season_kg", "firm.season_large", "firm.plant_kg",
    "orders_left", "plant_free",
    "city_extra",
    "firm_flows",
)  # fmt: skip
