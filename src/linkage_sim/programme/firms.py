"""Acts on supported firms: brokering and co-investment, from the memorandum to exit."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from linkage_sim.books import FIRM_INVEST
from linkage_sim.compiled import compiled
from linkage_sim.draws import STREAM, Key, normal, uniform
from linkage_sim.programme.direct import in_districts, targeted
from linkage_sim.rules.selection import effective_months

if TYPE_CHECKING:
    from linkage_sim.context import Context
    from linkage_sim.programme.facilitator import Facilitation
    from linkage_sim.scenario.acts import Brokering, CoInvestment

Ints = NDArray[np.int64]
Numbers = NDArray[np.float64]
VIEW = STREAM["brokering.view"]


@compiled
def route_values(
    key: Key, calendar: int, partners: Ints, usual_price: Numbers, season: Numbers, orders: Numbers, market_price: Numbers,
    market_chain: Ints, firm_haul: Numbers, market_haul: Numbers, chains: Any, markets: Any, firm: Any, village: Any, household: Any,
    enterprise: Any, noise: float,
) -> Numbers:  # fmt: skip
    """Worth of routes of some firms (P,) to every village by what they would carry, USD a year; (P, V).

    It is wrong as luck has it and as much as ``noise`` (log) says.
    """
    volume, usual = np.zeros((chains.shape[0], village.shape[0])), np.zeros((usual_price.shape[0], chains.shape[0]))
    for e in range(enterprise.shape[0]):
        en = enterprise[e]
        volume[en.chain, household[en.household].village] += en.expected_kg * chains[en.chain].harvest_grade_a
    for b in range(usual.shape[0]):
        for c in range(usual.shape[1]):
            for m in range(12):
                usual[b, c] += usual_price[b, c, m] * season[c, m]
    value = np.zeros((len(partners), village.shape[0]))
    for i in range(len(partners)):
        f = partners[i]
        fi = firm[f]
        asked = 0.0
        for m in range(len(market_chain)):
            asked += orders[f, m]
        for v in range(village.shape[0]):
            vi = village[v]
            outside = usual[vi.bazaar, fi.chain] * (1.0 + chains[fi.chain].bazaar_grade_premium) - vi.haul
            best = 0.0
            for m in range(len(market_chain)):
                if market_chain[m] == fi.chain and orders[f, m] > 0.0:
                    mk = markets[m]
                    haul = firm_haul[fi.place, v] + market_haul[m, fi.place]
                    best = max(best, mk.conversion * market_price[m] - mk.processing_cost - mk.marketing_cost - haul - outside)
            wrong = normal(uniform(key, VIEW, calendar, f * village.shape[0] + v))
            value[i, v] = min(best * volume[fi.chain, v], best * asked) * math.exp(noise * wrong)
    return value


def judged_routes(programme: Facilitation, context: Context, act: Brokering, partners: Ints) -> Numbers:
    """Value the facilitator sees in a route of some firms (P,) to each village, USD a year; (P, V); the view may be wrong."""
    s, p = context.state, context.parameters
    villages = context.villages
    value = route_values(
        context.key, context.calendar, partners, s.usual_price, p.season, s.orders, s.market_price, p.market_chain, p.firm_haul,
        p.market_haul, p.chains, p.markets, s.firm, s.village, s.household, s.enterprise,
        programme.effects.brokering.view_noise * (1.0 - programme.view),
    )  # fmt: skip
    if act.target == "remote":
        value *= np.where(s.village["remote"] == 1, 1.0, 1e-3)
    elif act.target in ("women", "poorest"):
        at = s.household["village"]
        value *= np.bincount(at[targeted(context, act)], minlength=villages) / np.bincount(at, minlength=villages)
    if act.districts:
        value *= in_districts(programme, context, act)
    return value


def broker(programme: Facilitation, context: Context, name: str, act: Brokering) -> bool:
    """Brokering: staff introduce supported firms to villages, share set-up cost, and do part of the work."""
    purse = programme.ledger.purses[name]
    partners = partners_of(programme, context) if purse.unit_cost <= purse.free else []
    if not partners:
        return False
    promise = max(map(programme.setup_promises.__getitem__, partners))
    left = len(partners) * context.villages - sum(map(programme.introduced.__getitem__, partners))
    value: Numbers | None = None
    acted = False
    while left and purse.unit_cost + promise <= purse.free:
        programme.ledger.pay_unit(name, context.outside_flows)
        progress = programme.progress.get(name, 0.0)
        progress += effective_months(1.0, programme.skill, programme.concept, programme.overlap)
        if progress >= 1.0:
            progress -= 1.0
            value = judged_routes(programme, context, act, np.array(partners)) if value is None else value
            i, v = best_new(value, np.array(partners), context.state.route)
            introduce(programme, context, partners[i], v, name, programme.setup_promises[partners[i]])
            left -= 1
            acted = True
        programme.progress[name] = progress
    return acted


@compiled
def best_new(value: Numbers, partners: Ints, route: Any) -> tuple[int, int]:
    """Firm (its place among ``partners``) and village, not introduced to each other yet, whose route has the highest value (P, V)."""
    best, place, village = -1.0, 0, 0
    for i in range(value.shape[0]):
        for v in range(value.shape[1]):
            if route[partners[i], v].introduced == 0.0 and value[i, v] > best:
                best, place, village = value[i, v], i, v
    return place, village


def partners_of(programme: Facilitation, context: Context) -> list[int]:
    """Supported firms in business, in their order."""
    active = context.state.firm["active"]
    return [f for f in sorted(programme.leaves) if active[f]]


def introduce(programme: Facilitation, context: Context, f: int, v: int, name: str, promise: float) -> None:
    """Introduce one firm to one village: trust, belief, promised set-up, and dependence on the facilitator."""
    effect, route = programme.effects.brokering, context.state.route
    association, organisation = context.state.village["association"][v], context.state.village["organisation"][v]
    strength = association + organisation * (1.0 - association)
    route["introduced"][f, v] = effect.village_trust * (effect.trust_alone + (1.0 - effect.trust_alone) * strength)
    route["dependence"][f, v] = effect.substitution
    programme.introduced[f] += 1
    context.look_again(v)
    if route["is_open"][f, v] == 0 and promise > 0.0:
        route["setup_promise"][f, v] = effect.setup_share
        programme.ledger.purses[name].reserved += promise
        programme.promised[f, v] = name


def pay_openings(programme: Facilitation, context: Context) -> None:
    """Reimburse the promised share of set-up of routes that opened in the contracting month just over."""
    if not programme.promised or (context.month - 1) % 12 not in context.months["contract_month"]:
        return
    s = context.state
    opened = (s.route["setup_promise"] > 0.0) & (s.route["is_open"] == 1)
    if not opened.any():
        return
    setup = context.parameters.firms["route_setup"][s.firm["chain"]]
    for f, v in np.argwhere(opened).tolist():
        name = programme.promised.pop((f, v))
        amount = float(s.route["setup_promise"][f, v] * setup[f])
        purse = programme.ledger.purses[name]
        purse.reserved = max(0.0, purse.reserved - amount)
        programme.ledger.grant(name, amount, context.outside_flows)
        s.firm["cash"][f] += amount
        s.firm["spent"][f] += amount
        s.route["setup_promise"][f, v] = 0.0


def co_invest(programme: Facilitation, context: Context, name: str, act: CoInvestment) -> bool:
    """Cost-shared addenda, one after the other: equipment and market entry that bring orders; the programme's share falls.

    A firm signs what pays with its own share of the cost. Where the programme also pays part of what the firm costs to run,
    the firm plans and opens villages as if that went on.
    """
    acted = pay_running(programme, context, name, act.running)
    effect, purse = programme.effects.co_investment, programme.ledger.purses[name]
    f = -1
    while True:
        f = next_to_sign(
            f + 1, context.month, programme.ready, programme.shares, -1.0 if act.share_paid is None else act.share_paid,
            effect.investment, effect.smallest, purse.free - purse.unit_cost, context.state.firm,
        )  # fmt: skip
        if f < 0:
            return acted
        if sign_addendum(programme, context, name, act, f):
            acted = True


@compiled
def bearable(firm: Any, f: int, own: float, kg: float) -> float:
    """Part of an addendum that a firm can bear: what it pays itself and what the new orders tie up, besides what it has planned.

    Parameters
    ----------
    firm : all of them; f : its row; own : USD it would pay for the whole; kg : a year of new orders that the whole would bring
    """
    fi = firm[f]
    if fi.planned_kg <= 0.0:
        return 0.0
    per_kg = float(fi.tied / fi.planned_kg)
    spare = float(fi.cash) - per_kg * max(0.0, float(fi.planned_kg) - float(fi.stock_a + fi.stock_b))
    return max(0.0, min(1.0, spare / max(own + per_kg * kg, 1e-9), float(fi.cash) / max(own, 1e-9)))


@compiled
def next_to_sign(
    start: int, month: int, ready: Ints, shares: Numbers, share_paid: float, investment: float, smallest: float, money: float, firm: Any
) -> int:
    """The next supported firm, from a row on, that may sign and for which purse and own cash bear the smallest addendum; -1 for none.

    Parameters
    ----------
    ready : (F,) month from which each may sign; shares : the programme's, by addendum; share_paid : instead of these, unless negative
    investment : USD of a whole addendum; smallest : part of it that is worth signing; money : USD in the purse
    """
    for f in range(start, firm.shape[0]):
        fi = firm[f]
        if fi.supported == 0 or fi.active == 0 or month < ready[f] or fi.addenda >= shares.shape[0]:
            continue
        share = shares[fi.addenda] if share_paid < 0.0 else share_paid
        payable = money / max(share * investment, 1e-9)
        if payable >= smallest and bearable(firm, f, (1.0 - share) * investment, 0.0) >= smallest:
            return f
    return -1


def sign_addendum(programme: Facilitation, context: Context, name: str, act: CoInvestment, f: int) -> bool:
    """One addendum of one firm, as large as the firm can bear and the purse can pay, if the firm gains by it."""
    s, p, effect, ledger = context.state, context.parameters, programme.effects.co_investment, programme.ledger
    purse = ledger.purses[name]
    share = effect.shares[int(s.firm["addenda"][f])] if act.share_paid is None else act.share_paid
    payable = (purse.free - purse.unit_cost) / max(share * effect.investment, 1e-9)
    own = (1.0 - share) * effect.investment
    m, most = best_room(context, f, effect.orders * effect.investment)
    size = min(bearable(s.firm, f, own, most), payable)
    investment = size * effect.investment
    part = share * investment
    own = investment - part
    kg = min(most, size * effect.orders * effect.investment / usual_worth(p.markets, m, float(p.markets["conversion"][m])))
    patience = float(p.firms["patience"][s.firm["chain"][f]])
    gain = s.firm["order_margin"][f] * kg * patience / (1.0 - patience)
    if size < effect.smallest or kg <= 0.0 or gain < own:
        return False
    ledger.pay_unit(name, context.outside_flows)
    ledger.grant(name, part, context.outside_flows)
    s.firm["cash"][f] += part - investment
    s.firm["spent"][f] += part
    s.firm["addenda"][f] += 1
    s.firm_flows[f, FIRM_INVEST] += investment
    s.orders[f, m] += kg
    s.orders_left[f, m] += kg
    s.firm["capacity"][f] += effect.capacity * kg
    programme.ready[f] = context.month + effect.spacing
    return True


def pay_running(programme: Facilitation, context: Context, name: str, share: float) -> bool:
    """Pay part of a month's overhead and collecting cost of every supported firm, while the money lasts."""
    s, p = context.state, context.parameters
    if share <= 0.0:
        return False
    purse = programme.ledger.purses[name]
    acted = False
    for f in partners_of(programme, context):
        open_routes = s.route["is_open"][f] == 1
        running = float((s.firm["running"][f] * (1.0 - s.route["dependence"][f][open_routes])).sum())
        amount = share * (float(p.firms["fixed_cost"][s.firm["chain"][f]]) + running) / 12.0
        s.firm["subsidy"][f] = share if amount <= purse.free else 0.0
        if amount <= purse.free:
            programme.ledger.grant(name, amount, context.outside_flows)
            s.firm["cash"][f] += amount
            s.firm["season_margin"][f] += amount
            s.firm["spent"][f] += amount
            acted = True
    return acted


def end_support(programme: Facilitation, context: Context) -> None:
    """Firms leave support when the months agreed in their memorandum are over, and keep what they have built."""
    for f in [f for f, month in programme.leaves.items() if month <= context.month]:
        context.look_again()
        del programme.leaves[f]
        context.state.firm["supported"][f] = 0
        context.state.firm["subsidy"][f] = 0.0


def usual_worth(markets: Any, m: int, conversion: float) -> float:
    """What a kg bought usually fetches in an end market, USD; ``conversion`` to kg of its product."""
    return conversion * float(markets["price"][m])


def best_room(context: Context, f: int, wanted: float) -> tuple[int, float]:
    """End market with the highest netback in which a firm can still win orders, and how many kg a year of ``wanted`` USD of sales."""
    s, p = context.state, context.parameters
    m, room = best_market(s.firm["chain"][f], s.firm, s.orders, context.market_first, s.market_price, p.market_chain, p.markets)
    if m < 0:
        return 0, 0.0
    return m, min(wanted / usual_worth(p.markets, m, float(p.markets["conversion"][m])), room)


@compiled
def best_market(
    chain: int, firm: Any, orders: Numbers, market_first: Numbers, market_price: Numbers, market_chain: Ints, markets: Any
) -> tuple[int, float]:
    """End market of a chain that pays most of those with orders to give, and how many kg a year; -1 where none pays or gives any.

    ``orders`` (F, M), ``market_first`` (M,) : kg a year of standing orders now and first; as much is left as firms find that ask for more.
    """
    best, most, top = -1, 0.0, 0.0
    for m in range(len(market_chain)):
        mk = markets[m]
        worth = mk.conversion * market_price[m] - mk.processing_cost - mk.marketing_cost
        taken = 0.0
        for f in range(firm.shape[0]):
            if firm[f].active == 1:
                taken += orders[f, m]
        room = max(0.0, mk.depth * market_first[m] - taken)
        if market_chain[m] == chain and room > 0.0 and worth > top:
            best, most, top = m, room, worth
    return best, most
