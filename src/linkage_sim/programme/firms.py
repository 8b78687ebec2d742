"""Acts on supported firms: brokering and co-investment, from the memorandum to exit."""

from __future__ import annotations

import math
from typing import Any

from linkage_sim.books import FIRM_INVEST, GRANTS
from linkage_sim.compiled import compiled
from linkage_sim.draws import STREAM, normal, uniform
from linkage_sim.programme.direct import overlap_now
from linkage_sim.programme.ledger import free, pay, pay_unit, unit_cost
from linkage_sim.programme.plan import ALL, LINKED, NEVER, REMOTE
from linkage_sim.programme.villages import weigh_villages
from linkage_sim.rules.selection import effective_months

VIEW = STREAM["brokering.view"]


@compiled
def is_partner(f: int, w: Any, p: Any) -> bool:
    """Whether a firm is supported and in business."""
    return bool(p.leaves[f] != NEVER and w.firm[f].active == 1)


@compiled
def judge_routes(i: int, month: int, w: Any, p: Any) -> None:
    """Value the facilitator sees in a route of each supported firm to each village, USD a year, into ``p.value`` (F, V).

    It is what the route would carry at what the firm's best order pays above the bazaar; it is wrong as luck has it and as far as
    there is no view of the market. Whom the act wants to serve weighs on it.
    """
    target, noise = p.plan[i].target, w.effects[0].brokering_view_noise * (1.0 - w.facilitator[0].market_view)
    villages, calendar = w.village.shape[0], month % 12
    p.volume[:] = 0.0
    for e in range(w.enterprise.shape[0]):
        en = w.enterprise[e]
        p.volume[en.chain, w.household[en.household].village] += en.expected_kg * w.chains[en.chain].harvest_grade_a
    p.usual[:] = 0.0
    for b in range(p.usual.shape[0]):
        for c in range(p.usual.shape[1]):
            for m in range(12):
                p.usual[b, c] += w.usual_price[b, c, m] * w.season[c, m]
    if target not in (ALL, REMOTE, LINKED):
        weigh_villages(target, w, p)
    for f in range(w.firm.shape[0]):
        if not is_partner(f, w, p):
            continue
        fi, asked = w.firm[f], 0.0
        for m in range(w.market_chain.shape[0]):
            asked += w.orders[f, m]
        for v in range(villages):
            vi = w.village[v]
            outside = p.usual[vi.bazaar, fi.chain] * (1.0 + w.chains[fi.chain].bazaar_grade_premium) - vi.haul
            best = 0.0
            for m in range(w.market_chain.shape[0]):
                if w.market_chain[m] == fi.chain and w.orders[f, m] > 0.0:
                    mk = w.markets[m]
                    haul = w.firm_haul[fi.place, v] + w.market_haul[m, fi.place]
                    best = max(best, mk.conversion * w.market_price[m] - mk.processing_cost - mk.marketing_cost - haul - outside)
            wrong = normal(uniform(w.key, VIEW, calendar, f * villages + v))
            value = min(best * p.volume[fi.chain, v], best * asked) * math.exp(noise * wrong)
            if target == REMOTE:
                value *= 1.0 if vi.remote == 1 else 1e-3
            elif target not in (ALL, LINKED):
                value *= p.wanted[v]
            p.value[f, v] = value * p.in_districts[i, v]


@compiled
def broker(i: int, month: int, w: Any, p: Any) -> bool:
    """Brokering: staff introduce supported firms to villages, share set-up cost, and do part of the work."""
    a, fa, villages = p.plan[i], w.facilitator[0], w.village.shape[0]
    if unit_cost(a) > free(a):
        return False
    left, promise = 0, 0.0
    for f in range(w.firm.shape[0]):
        if is_partner(f, w, p):
            left += villages - p.introduced[f]
            promise = max(promise, p.setup_promises[f])
    overlap = overlap_now(w, p)
    judged = acted = False
    while left > 0 and unit_cost(a) + promise <= free(a):
        pay_unit(a, fa, w.outside_flows)
        a.progress += effective_months(1.0, fa.skill, fa.concept, overlap)
        if a.progress >= 1.0:
            a.progress -= 1.0
            if not judged:
                judge_routes(i, month, w, p)
                judged = True
            f, v = best_new(w, p)
            introduce(f, v, i, p.setup_promises[f], month, w, p)
            left -= 1
            acted = True
    return acted


@compiled
def best_new(w: Any, p: Any) -> tuple[int, int]:
    """Supported firm and village, not introduced to each other yet, whose route has the highest value."""
    best, firm, village = -1.0, 0, 0
    for f in range(w.firm.shape[0]):
        if is_partner(f, w, p):
            for v in range(w.village.shape[0]):
                if w.route[f, v].introduced == 0.0 and p.value[f, v] > best:
                    best, firm, village = p.value[f, v], f, v
    return firm, village


@compiled
def introduce(f: int, v: int, i: int, promise: float, month: int, w: Any, p: Any) -> None:
    """Introduce one firm to one village for an act: trust, belief, promised set-up (USD), and dependence on the facilitator."""
    effects, route, vi = w.effects[0], w.route[f, v], w.village[v]
    strength = vi.association + vi.organisation * (1.0 - vi.association)
    alone = effects.brokering_trust_alone
    route.introduced = effects.brokering_village_trust * (alone + (1.0 - alone) * strength)
    route.dependence = effects.brokering_substitution
    p.introduced[f] += 1
    w.changed[v] = month
    if route.is_open == 0 and promise > 0.0:
        route.setup_promise = effects.brokering_setup_share
        p.plan[i].reserved += promise
        p.promised[f, v] = i


@compiled
def pay_openings(month: int, w: Any, p: Any) -> None:
    """Reimburse the promised share of set-up of routes that opened in the contracting month just over."""
    over = False
    for c in range(w.chains.shape[0]):
        over = over or w.chains[c].contract_month == (month - 1) % 12
    if not over:
        return
    for f in range(w.firm.shape[0]):
        for v in range(w.village.shape[0]):
            route, i = w.route[f, v], p.promised[f, v]
            if i == NEVER or route.is_open == 0:
                continue
            a, fi = p.plan[i], w.firm[f]
            amount = route.setup_promise * w.firms[fi.chain].route_setup
            a.reserved = max(0.0, a.reserved - amount)
            pay(a, w.facilitator[0], w.outside_flows, GRANTS, amount)
            fi.cash += amount
            fi.spent += amount
            route.setup_promise = 0.0
            p.promised[f, v] = NEVER


@compiled
def co_invest(i: int, month: int, w: Any, p: Any) -> bool:
    """Cost-shared addenda, one after the other: equipment and market entry that bring orders; the programme's share falls.

    A firm signs what pays with its own share of the cost. Where the programme also pays part of what the firm costs to run,
    the firm plans and opens villages as if that went on.
    """
    acted = pay_running(i, w, p)
    for f in range(w.firm.shape[0]):
        fi = w.firm[f]
        may = fi.supported == 1 and fi.active == 1 and month >= p.ready[f] and fi.addenda < p.shares.shape[0]
        if may and sign_addendum(i, f, month, w, p):
            acted = True
    return acted


@compiled
def bearable(fi: Any, own: float, kg: float) -> float:
    """Part of an addendum that a firm (its row) can bear: what it pays itself and what the new orders tie up, besides what it has planned.

    Parameters
    ----------
    own : USD it would pay for the whole; kg : a year of new orders that the whole would bring
    """
    if fi.planned_kg <= 0.0:
        return 0.0
    per_kg = float(fi.tied / fi.planned_kg)
    spare = float(fi.cash) - per_kg * max(0.0, float(fi.planned_kg) - float(fi.stock_a + fi.stock_b))
    return max(0.0, min(1.0, spare / max(own + per_kg * kg, 1e-9), float(fi.cash) / max(own, 1e-9)))


@compiled
def sign_addendum(i: int, f: int, month: int, w: Any, p: Any) -> bool:
    """One addendum of one firm, as large as the firm can bear and the purse can pay, if the firm gains by it."""
    a, fi, effects = p.plan[i], w.firm[f], w.effects[0]
    whole, smallest = effects.co_investment_investment, effects.co_investment_smallest
    share = p.shares[fi.addenda] if a.share_paid < 0.0 else a.share_paid
    payable = (free(a) - unit_cost(a)) / max(share * whole, 1e-9)
    own = (1.0 - share) * whole
    if payable < smallest or bearable(fi, own, 0.0) < smallest:
        return False
    m, room = best_market(fi.chain, w)
    wanted, worth = effects.co_investment_orders * whole, w.markets[m].conversion * w.markets[m].price
    most = min(wanted / worth, room)
    size = min(bearable(fi, own, most), payable)
    investment = size * whole
    part = share * investment
    own = investment - part
    kg = min(most, size * effects.co_investment_orders * whole / worth)
    patience = w.firms[fi.chain].patience
    gain = fi.order_margin * kg * patience / (1.0 - patience)
    if size < smallest or kg <= 0.0 or gain < own:
        return False
    pay_unit(a, w.facilitator[0], w.outside_flows)
    pay(a, w.facilitator[0], w.outside_flows, GRANTS, part)
    fi.cash += part - investment
    fi.spent += part
    fi.addenda += 1
    w.firm_flows[f, FIRM_INVEST] += investment
    w.orders[f, m] += kg
    w.orders_left[f, m] += kg
    fi.capacity += effects.co_investment_capacity * kg
    p.ready[f] = month + int(effects.co_investment_spacing)
    return True


@compiled
def pay_running(i: int, w: Any, p: Any) -> bool:
    """Pay part of a month's overhead and collecting cost of every supported firm, while the money lasts."""
    a, acted = p.plan[i], False
    if a.running <= 0.0:
        return False
    for f in range(w.firm.shape[0]):
        if not is_partner(f, w, p):
            continue
        fi, running = w.firm[f], 0.0
        for v in range(w.village.shape[0]):
            if w.route[f, v].is_open == 1:
                running += fi.running * (1.0 - w.route[f, v].dependence)
        amount = a.running * (w.firms[fi.chain].fixed_cost + running) / 12.0
        fi.subsidy = 0.0
        if amount <= free(a):
            fi.subsidy = a.running
            pay(a, w.facilitator[0], w.outside_flows, GRANTS, amount)
            fi.cash += amount
            fi.season_margin += amount
            fi.spent += amount
            acted = True
    return acted


@compiled
def end_support(month: int, w: Any, p: Any) -> None:
    """Firms leave support when the months agreed in their memorandum are over, and keep what they have built."""
    for f in range(w.firm.shape[0]):
        if p.leaves[f] != NEVER and p.leaves[f] <= month:
            w.changed[:] = month
            p.leaves[f] = NEVER
            w.firm[f].supported = 0
            w.firm[f].subsidy = 0.0


@compiled
def best_market(chain: int, w: Any) -> tuple[int, float]:
    """End market of a chain that pays most of those with orders to give, and how many kg a year; market 0 and no kg where none does.

    As much is left as firms find that ask for more: the depth of the market less standing orders.
    """
    best, most, top = 0, 0.0, 0.0
    for m in range(w.market_chain.shape[0]):
        mk = w.markets[m]
        worth = mk.conversion * w.market_price[m] - mk.processing_cost - mk.marketing_cost
        taken = 0.0
        for f in range(w.firm.shape[0]):
            if w.firm[f].active == 1:
                taken += w.orders[f, m]
        room = max(0.0, mk.depth * w.market_first[m] - taken)
        if w.market_chain[m] == chain and room > 0.0 and worth > top:
            best, most, top = m, room, worth
    return best, most
