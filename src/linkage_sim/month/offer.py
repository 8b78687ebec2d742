"""Phase 3, firms plan and offer: netback, where to open routes, at what price, with which services."""

from __future__ import annotations

from typing import Any

import numpy as np

from linkage_sim.books import COLLECTING
from linkage_sim.compiled import compiled
from linkage_sim.context import Context
from linkage_sim.month.large import cheaper_kg, city_ahead, paid_for
from linkage_sim.month.rows import CONTRACTING, chains_of_month, fall, is_month, rows_of_chain
from linkage_sim.rules.firm import (
    farmer_share,
    member_cost,
    netback,
    outside_value,
    route_hurdle,
    route_profit,
    running_cost,
    shared_running,
    smallest_offer,
)
from linkage_sim.rules.harvest import expected_price

SOUGHT = 40
"""Villages that are sought one by one before the rest is put in order."""
MARGIN, KEPT, KG = 0, 1, 2
"""Places in a firm's plan: margin of all kg planned, what is kept of it after side-selling and running cost (USD), and these kg."""


@compiled
def season_price(usual_price: Any, season: Any, b: int, c: int, calendar: int, today: float, memory: float) -> float:
    """Bazaar price expected over the coming harvest, USD/kg: months weighted by what ripens in them."""
    total = 0.0
    for ahead in range(12):
        m = (calendar + ahead) % 12
        if season[c, m] > 0.0:
            total += season[c, m] * expected_price(usual_price[b, c, m], today, usual_price[b, c, calendar], memory**ahead)
    return total


@compiled
def season_ahead(calendar: int, season: Any, usual_price: Any, bazaar_price: Any, memory: float, ahead: Any) -> None:
    """`season_price` at every bazaar and of every chain: ``ahead`` (B, C), USD/kg."""
    for b in range(ahead.shape[0]):
        for c in range(ahead.shape[1]):
            ahead[b, c] = season_price(usual_price, season, b, c, calendar, bazaar_price[b, c], memory)


@compiled
def market_outlet(m: int, place: int, mk: Any, market_price: Any, market_haul: Any, outlet: Any) -> None:
    """An end market as a firm sees it: ``outlet`` becomes conversion, price, processing, marketing, haul, worth of grade B."""
    outlet[0] = mk.conversion
    outlet[1] = market_price[m]
    outlet[2] = mk.processing_cost
    outlet[3] = mk.marketing_cost
    outlet[4] = market_haul[m, place]
    outlet[5] = mk.grade_b_value


@compiled
def plant_outlet(
    c: int, place: int, left: float, plants: Any, plant_chain: Any, plant_market: Any, plant_haul: Any, plant_market_haul: Any,
    market_price: Any, outlet: Any,
) -> int:  # fmt: skip
    """The processor that pays a firm most under contract, as an outlet for both grades alike; returns its end market, -1 = none."""
    best = -1
    most = 0.0
    for q in range(plants.shape[0]):
        conversion = (1.0 - plants[q].margin * (1.0 - left)) * plants[q].conversion
        price = market_price[plant_market[q]] - plant_market_haul[q]
        pays = conversion * price - plants[q].cost - plant_haul[q, place]
        if plant_chain[q] == c and pays > most:
            best, most = int(plant_market[q]), pays
            outlet[0], outlet[1], outlet[2], outlet[3], outlet[4], outlet[5] = (
                conversion,
                price,
                plants[q].cost,
                0.0,
                plant_haul[q, place],
                1.0,
            )
    return best


@compiled
def smallest_supplier(first: int, last: int, c: int, enterprise: Any, wanted: float, least: float, belief: float, share: float) -> float:
    """Volume below which a firm does not offer, so that those above bring about ``wanted`` kg (bisection)."""
    suppliers = np.empty(last - first + 1)
    n = 0
    for e in range(first, last):
        suppliers[n] = enterprise[e].expected_kg * share
        n += enterprise[e].chain == c
    low = least
    high = most = 1e6
    for _ in range(40):
        middle = 0.5 * (low + high)
        total = 0.0
        between = 0
        for kg in suppliers[:n]:
            total += kg * belief if kg >= middle else 0.0
            between += (kg >= low) & ((kg < high) | (high == most))
        if between == 0:  # what those above bring no longer changes: only the upper end would come down
            break
        if total > wanted:
            low = middle
        else:
            high = middle
    return low if low > least * 1.000001 else least


@compiled
def village_values(
    first: int, last: int, calendar: int, memory: float, chosen: Any, chains: Any, season: Any, usual_price: Any, bazaar_price: Any,
    rival_gain: Any, village: Any, of_chain: Any, enterprise: Any, outside: Any, volume: Any,
) -> None:  # fmt: skip
    """Outside values (C, V, 2) USD/kg by grade, and what is there (C, V, 3): grade A kg, grade B kg, growers.

    Of the chains that are 1 in ``chosen`` (C,).
    """
    ahead = np.zeros(bazaar_price.shape)
    season_ahead(calendar, season, usual_price, bazaar_price, memory, ahead)
    for v in range(first, last):
        vi = village[v]
        for c in range(chosen.shape[0]):
            if chosen[c] == 0:
                continue
            price = ahead[vi.bazaar, c]
            outside[c, v, 0] = outside_value(price, chains[c].bazaar_grade_premium, vi.haul, rival_gain[v, c])
            outside[c, v, 1] = outside_value(price, 0.0, vi.haul, 0.0)
            grade_a = chains[c].harvest_grade_a
            kg_a = kg_b = 0.0
            rows = rows_of_chain(v, c, of_chain)
            for e in rows:
                kg_a += enterprise[e].expected_kg * grade_a
                kg_b += enterprise[e].expected_kg * (1.0 - grade_a)
            volume[c, v, 0], volume[c, v, 1], volume[c, v, 2] = kg_a, kg_b, len(rows)


@compiled
def start_plan(f: int, fm: Any, route: Any, volume: Any, goal: Any, was_open: Any) -> None:
    """Forget last season's offers; ``goal`` (V, 2) becomes the kg the firm believes it would get, ``was_open`` (V,) where it bought."""
    for v in range(goal.shape[0]):
        ro = route[f, v]
        was_open[v] = ro.is_open
        belief = fm.cautious_belief + (1.0 - fm.cautious_belief) * 0.5 * ro.introduced
        goal[v, 0] = volume[v, 0] * belief if ro.seasons == 0.0 else ro.believed_a
        goal[v, 1] = volume[v, 1] * belief if ro.seasons == 0.0 else ro.believed_b
    for v in range(goal.shape[0]):
        ro = route[f, v]
        if ro.tier_a >= 0:  # opened last time; elsewhere there is nothing to forget
            ro.is_open = 0
            ro.price_a = ro.price_b = ro.target_a = ro.target_b = 0.0
            ro.extension = ro.loan = 0
            ro.tier_a = ro.tier_b = -1


@compiled
def best_untried(c: int, markets: Any, market_chain: Any, market_price: Any, done: Any) -> int:
    """End market of a chain not yet tried that pays most per kg bought; -1 when all are."""
    best = -1
    best_value = -1e18
    for m in range(markets.shape[0]):
        mk = markets[m]
        value = mk.conversion * market_price[m] - mk.processing_cost - mk.marketing_cost
        if market_chain[m] == c and done[m] == 0 and value > best_value:
            best, best_value = m, value
    return best


@compiled
def judge(
    v: int, left: float, contracts: int, working: int, was_open: int, fm: Any, fi: Any, vi: Any, ro: Any, outlet: Any, firm_haul: Any,
    outside: Any, volume: Any, goal: Any, ef: Any,
) -> tuple[float, float]:  # fmt: skip
    """Yearly profit of serving a village from one outlet, and what the route must earn, USD; sets the terms."""
    haul = firm_haul[fi.place, v] + outlet[4]
    theta = farmer_share(fm.farmer_share, fm.association_share, vi.association) if contracts == 1 else 0.0
    total = 0.0
    for g in range(2):
        value = 1.0 if g == 0 else outlet[5]
        value *= 1.0 if contracts == 1 else fm.spot_pass
        n = netback(outlet[0], outlet[1] * value, outlet[2], outlet[3], haul, ro.trip, ro.lot, fm.smallest_lot)
        surplus = n - outside[v, g] if value > 0.0 else -1.0
        premium = theta * surplus if surplus > 0.0 else 0.0
        price = outside[v, g] + premium if surplus > 0.0 else 0.0
        if g == 0:
            ro.netback_a, ro.premium_a, ro.price_a = n, premium, price
        else:
            ro.netback_b, ro.premium_b, ro.price_b = n, premium, price
        if surplus > 0.0:
            total += route_profit(theta, surplus, min(goal[v, g], left), ro.side_record, 0.0, 0.0)
    if contracts == 1:
        suppliers = volume[v, 2] * min(1.0, goal[v, 0] / max(volume[v, 0], 1e-9))
        total -= suppliers * member_cost(fm.member_cost, vi.association, ef.mobile_payments_member_cost * vi.mobile)
    shared = shared_running(ef.village_organisations_collection * vi.organisation, fm.association_saving * vi.association)
    running = running_cost(fi.running, ro.travel, ro.dependence, working == 1, shared) * (1.0 - fi.subsidy)
    hurdle = route_hurdle(was_open == 1, running, fm.route_setup, fm.route_rate, fm.route_life / 12.0, ro.setup_promise)
    return total, hurdle


@compiled
def services(
    v: int, kg_a: float, ch: Any, bb: Any, fm: Any, vi: Any, ro: Any, c: int, first_enterprise: Any, enterprise: Any, outside: Any,
    volume: Any, goal: Any, ef: Any,
) -> None:  # fmt: skip
    """Smallest supplier, extension and input loans of an opened route."""
    theta = farmer_share(fm.farmer_share, fm.association_share, vi.association)
    per_kg = (1.0 - theta) * max(ro.netback_a - outside[v, 0], 1e-9) * (1.0 - ro.side_record)
    least = member_cost(fm.member_cost, vi.association, ef.mobile_payments_member_cost * vi.mobile) / per_kg
    ro.smallest = least
    if kg_a < 0.999 * goal[v, 0]:
        ranked = smallest_supplier(
            first_enterprise[v], first_enterprise[v + 1], c, enterprise, kg_a, least, goal[v, 0] / max(volume[v, 0], 1e-9),
            ch.harvest_grade_a,
        )  # fmt: skip
        ro.smallest = smallest_offer(least, ranked, vi.association)
    per_member = (volume[v, 0] + volume[v, 1]) / max(volume[v, 2], 1.0) * ch.practices_quality_gain
    worth = (1.0 - ro.side_record) * (ro.netback_a - ro.price_a) * per_member
    ro.extension = worth > fm.extension_cost
    lent = fm.loan_share * ch.practices_quality_cost * ch.assets_median
    risk = lent * (ro.side_record * (1.0 - bb.debt_recovered) - (1.0 - ro.side_record) * fm.loan_interest)
    ro.loan = worth > risk


@compiled
def next_outlet(
    f: int, c: int, fi: Any, markets: Any, market_chain: Any, market_price: Any, market_haul: Any, orders: Any, plants: Any,
    plant_chain: Any, plant_market: Any, plant_haul: Any, plant_market_haul: Any, ef: Any, done: Any, outlet: Any,
) -> tuple[int, float, bool]:  # fmt: skip
    """The best end market not yet tried, after them the processor under contract: its end market, kg ordered, whether a processor."""
    m = best_untried(c, markets, market_chain, market_price, done)
    if m >= 0:
        done[m] = 1
        market_outlet(m, fi.place, markets[m], market_price, market_haul, outlet)
        return m, orders[f, m], False
    m = plant_outlet(
        c, fi.place, fi.processor * ef.processor_links_margin, plants, plant_chain, plant_market, plant_haul, plant_market_haul,
        market_price, outlet,
    )  # fmt: skip
    return m, fi.plant_orders if m >= 0 else 0.0, True


@compiled
def open_route(
    v: int, m: int, kg_a: float, kg_b: float, was_open: int, contracts: int, ch: Any, bb: Any, fm: Any, fi: Any, vi: Any, ro: Any, c: int,
    first_enterprise: Any, enterprise: Any, outside: Any, volume: Any, goal: Any, ef: Any, plan: Any,
) -> None:  # fmt: skip
    """Open a route for some kg and add what is expected of it to ``plan``: margin, margin kept after running, kg."""
    ro.is_open = 1
    ro.tier_a = m
    ro.tier_b = m if kg_b > 0.0 else -1
    ro.target_a, ro.target_b = kg_a, kg_b
    gain = (ro.netback_a - ro.price_a) * kg_a + (ro.netback_b - ro.price_b) * kg_b
    shared = shared_running(ef.village_organisations_collection * vi.organisation, fm.association_saving * vi.association)
    plan[MARGIN] += gain
    plan[KEPT] += (1.0 - ro.side_record) * gain - running_cost(fi.running, ro.travel, 0.0, False, shared)
    plan[KG] += kg_a + kg_b
    if contracts == 1:
        services(v, kg_a, ch, bb, fm, vi, ro, c, first_enterprise, enterprise, outside, volume, goal, ef)
    if was_open == 0:
        ro.seasons = 0.0
        fi.cash -= fm.route_setup


@compiled
def route_kg(ordered: float, believed: Any, ro: Any) -> float:
    """Kg of both grades over which the profit of a route was judged, above 0."""
    kg = min(believed[0], ordered) if ro.price_a > 0.0 else 0.0
    return max(1e-9, kg + (min(believed[1], ordered) if ro.price_b > 0.0 else 0.0))


@compiled
def stretch_targets(f: int, stretch: float, now: Any, route: Any) -> None:
    """Contract up to the orders in the villages just opened."""
    for v in range(now.shape[0]):
        ro = route[f, v]
        if now[v] == 1:
            ro.target_a *= stretch
            ro.target_b *= stretch
            if stretch < 1.0001:  # orders are full: nothing to gain from more quality
                ro.extension = ro.loan = 0


@compiled
def forget_unopened(f: int, contracts: int, route: Any) -> None:
    """No price where the firm does not buy; a rival offers none beforehand."""
    for v in range(route.shape[1]):
        if route[f, v].is_open == 0 or contracts == 0:
            route[f, v].price_a = route[f, v].price_b = 0.0
        elif route[f, v].tier_b < 0:
            route[f, v].price_b = 0.0


@compiled
def next_village(place: int, profit: Any, order: Any) -> int:
    """The village of most profit of those left, the first of equals; those that had their turn, ``place`` of them, have less than 0.

    Most firms open a few routes; one that cannot pay for any goes through all villages, which it then puts in ``order``.
    """
    if place < SOUGHT:
        best = 0
        for v in range(1, profit.shape[0]):
            if profit[v] > profit[best]:
                best = v
        return best
    if place == SOUGHT:
        fall(profit, order)
    return int(order[place - SOUGHT])


@compiled
def plan_firm(
    f: int, c: int, working: int, ch: Any, bb: Any, fm: Any, fi: Any, markets: Any, market_chain: Any, market_price: Any, firm_haul: Any,
    market_haul: Any, village: Any, route: Any, orders: Any, first_enterprise: Any, enterprise: Any, outside: Any, volume: Any, goal: Any,
    profit: Any, was_open: Any, firm_flows: Any, ef: Any, plants: Any, plant_chain: Any, plant_market: Any, plant_haul: Any,
    plant_market_haul: Any, city: float, city_haul: Any, large_plan: Any,
) -> None:  # fmt: skip
    """Routes of one firm in order of profit, best end market first, then its contract with a processor, while money lasts.

    An order is filled from large suppliers before a village where that leaves the firm more per kg than the village's route,
    and as far as it pays beyond all that grows in its villages. ``city`` is the wholesale price expected at harvest. A rival
    plans the same way but pays the outside value, offers no contract, gives no services and knows no large suppliers.
    """
    contracts = 1 - fi.imitator
    start = money = max(0.0, fi.cash + fi.credit)
    n_villages = village.shape[0]
    plan = np.zeros(3)
    large_margin = large_kg = 0.0
    haul = city_haul[fi.place]
    done = np.zeros(markets.shape[0], dtype=np.uint8)
    now, order = np.zeros(n_villages, dtype=np.uint8), np.empty(n_villages, dtype=np.int64)
    outlet = np.zeros(6)
    to_plant = False
    while not to_plant:
        m, ordered, to_plant = next_outlet(
            f, c, fi, markets, market_chain, market_price, market_haul, orders, plants, plant_chain, plant_market, plant_haul,
            plant_market_haul, ef, done, outlet,
        )  # fmt: skip
        left, reach = ordered, 0.0 if to_plant else fi.reach
        worth = outlet[0] * outlet[1] - outlet[2] - outlet[3] - outlet[4]
        for v in range(n_villages):
            now[v] = 0
            profit[v] = -1.0
            if route[f, v].is_open == 0 and goal[v, 0] > 0.0 and left > 0.0:
                earned, hurdle = judge(
                    v, left, contracts, working, was_open[v], fm, fi, village[v], route[f, v], outlet, firm_haul, outside, volume, goal, ef,
                )  # fmt: skip
                profit[v] = earned - hurdle
        taken = filled = room = 0.0
        for place in range(n_villages):
            v = next_village(place, profit, order)
            if profit[v] <= 0.0 or left <= 0.0:
                break
            ro = route[f, v]
            if reach > 0.0:
                per_kg = profit[v] / route_kg(ordered, goal[v], ro)
                more = cheaper_kg(ordered, filled, left, money, worth, per_kg, city, haul, reach, fm)
                filled += more
                left -= more
                money -= more * (city * (1.0 + fm.large_premium) + haul) * fm.turnover
            profit[v] = -1.0
            kg_a = min(goal[v, 0], left) if ro.price_a > 0.0 else 0.0
            kg_b = min(goal[v, 1], left - kg_a) if ro.price_b > 0.0 else 0.0
            need = (ro.price_a * kg_a + ro.price_b * kg_b) * fm.turnover + (0.0 if was_open[v] == 1 else fm.route_setup)
            if kg_a <= 0.0 or need > money:
                continue
            now[v] = 1
            left -= kg_a + kg_b
            taken += kg_a + kg_b
            room += max(0.0, volume[v, 0] - kg_a) + (max(0.0, volume[v, 1] - kg_b) if ro.price_b > 0.0 else 0.0)
            money -= need
            firm_flows[f, COLLECTING] += 0.0 if was_open[v] == 1 else fm.route_setup
            open_route(
                v, m, kg_a, kg_b, was_open[v], contracts, ch, bb, fm, fi, village[v], ro, c, first_enterprise, enterprise, outside,
                volume, goal, ef, plan,
            )  # fmt: skip
        if reach > 0.0 and left > room:
            more = cheaper_kg(ordered, filled, left - room, money, worth, 0.0, city, haul, reach, fm)
            filled += more
            money -= more * (city * (1.0 + fm.large_premium) + haul) * fm.turnover
        if filled > 0.0:
            large_plan[f, m] = filled
            large_kg += filled
            large_margin += filled * (worth - paid_for(ordered, filled, city, haul, reach, fm))
        stretch_targets(f, (ordered - filled) / taken if taken > 0.0 else 1.0, now, route)
    forget_unopened(f, contracts, route)
    fi.expected_margin = plan[KEPT] if fi.season_count == 0.0 else 0.5 * (fi.expected_margin + plan[KEPT])
    fi.planned_margin = plan[MARGIN] / plan[KG] if plan[KG] > 0.0 else 0.0
    fi.planned_kg = plan[KG] + large_kg
    fi.order_margin = (plan[MARGIN] + large_margin) / fi.planned_kg if fi.planned_kg > 0.0 else 0.0
    fi.tied = start - money


@compiled
def offer(
    first: int, last: int, which: Any, month: int, working: int, chains: Any, behaviour: Any, firms: Any, season: Any, markets: Any,
    market_chain: Any, firm_haul: Any, market_haul: Any, first_enterprise: Any, enterprise: Any, village: Any, firm: Any, route: Any,
    market_price: Any, outside: Any, volume: Any, orders: Any, orders_left: Any, firm_flows: Any, effects: Any, plants: Any,
    plant_chain: Any, plant_market: Any, plant_haul: Any, plant_market_haul: Any, place_city: Any, city_season: Any, city_price: Any,
    city_haul: Any, large_plan: Any,
) -> None:  # fmt: skip
    """Plans of the firms ``which[first:last]`` in their contracting month.

    ``outside`` and ``volume`` are those of `village_values`; ``working`` is 1 while the programme runs.
    """
    n_villages = village.shape[0]
    goal = np.zeros((n_villages, 2))
    profit = np.zeros(n_villages)
    was_open = np.zeros(n_villages, dtype=np.uint8)
    for f in which[first:last]:
        fi = firm[f]
        c = fi.chain
        for m in range(markets.shape[0]):
            orders_left[f, m] = orders[f, m]
            large_plan[f, m] = 0.0
        start_plan(f, firms[c], route, volume[c], goal, was_open)
        if fi.active == 1:
            city = city_ahead(
                c, place_city[fi.place], month % 12, chains[c], season, city_season, city_price, behaviour[0].news_memory
            )  # fmt: skip
            plan_firm(
                f, c, working, chains[c], behaviour[0], firms[c], fi, markets, market_chain, market_price, firm_haul, market_haul, village,
                route, orders, first_enterprise, enterprise, outside[c], volume[c], goal, profit, was_open, firm_flows, effects[0],
                plants, plant_chain, plant_market, plant_haul, plant_market_haul, city, city_haul, large_plan,
            )  # fmt: skip


@compiled
def villages_worth(first: int, last: int, calendar: int, chosen: Any, w: Any, outside: Any, volume: Any) -> None:
    """What firms look at in some villages."""
    village_values(
        first, last, calendar, w.behaviour[0].news_memory, chosen, w.chains, w.season, w.usual_price, w.bazaar_price, w.rival_gain,
        w.village, w.of_chain, w.enterprise, outside, volume,
    )  # fmt: skip


@compiled
def firms_plan(first: int, last: int, which: Any, month: int, w: Any, outside: Any, volume: Any) -> None:
    """Plans and offers of some firms."""
    offer(
        first, last, which, month, w.working[0], w.chains, w.behaviour, w.firms, w.season, w.markets, w.market_chain, w.firm_haul,
        w.market_haul, w.first_enterprise, w.enterprise, w.village, w.firm, w.route, w.market_price, outside, volume, w.orders,
        w.orders_left, w.firm_flows, w.effects, w.plants, w.plant_chain, w.plant_market, w.plant_haul, w.plant_market_haul, w.place_city,
        w.city_season, w.city_price, w.city_haul, w.large_plan,
    )  # fmt: skip


@compiled
def alone(month: int, w: Any) -> None:
    """All of it in one thread; does nothing outside contracting months."""
    calendar, villages = month % 12, w.village.shape[0]
    if not is_month(CONTRACTING, calendar, w.month_of):
        return
    chosen = chains_of_month(CONTRACTING, calendar, w.month_of)
    outside, volume = np.zeros((chosen.shape[0], villages, 2)), np.zeros((chosen.shape[0], villages, 3))
    villages_worth(0, villages, calendar, chosen, w, outside, volume)
    which = np.empty(w.firm.shape[0], dtype=np.int64)
    number = 0
    for f in range(w.firm.shape[0]):
        if chosen[w.firm[f].chain] == 1:
            which[number] = f
            number += 1
    firms_plan(0, number, which, month, w, outside, volume)


def run(context: Context) -> None:
    """Phase 3 of one month."""
    s, w = context.state, context.whole
    if context.threads == 1:
        alone(context.month, w)
        return
    if not context.is_month("contract_month"):
        return
    chosen = context.chosen("contract_month")
    outside, volume = np.zeros((len(chosen), context.villages, 2)), np.zeros((len(chosen), context.villages, 3))
    context.over_villages(villages_worth, context.calendar, chosen, w, outside, volume)
    which = np.flatnonzero(chosen[s.firm["chain"]])
    which = which[np.argsort(which % context.threads, kind="stable")]  # those in business stand first: dealt out in turn
    context.over(len(which), firms_plan, which, context.month, w, outside, volume)


READS = (
    "enterprise.expected_kg", "village.association", "usual_price", "bazaar_price", "market_price", "city_price", "orders",
    "route.side_record",
)  # fmt: skip
WRITES = (
    "route.is_open", "route.price_a", "route.price_b", "route.premium_a", "route.premium_b", "route.netback_a", "route.netback_b",
    "route.target_a", "route.target_b", "route.tier_a", "route.tier_b", "route.smallest", "route.extension", "route.loan", "firm.cash",
    "firm.expected_margin", "firm.planned_margin", "firm.order_margin", "firm.planned_kg", "firm.tied", "orders_left", "large_plan",
    "firm_flows",
)  # fmt: skip
