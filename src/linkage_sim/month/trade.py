"""What an enterprise decides in a pass of phase 6: pick, deliver or side-sell, store or sell (model 4)."""

from __future__ import annotations

from typing import Any

import numpy as np

from linkage_sim.books import (
    DELIVERED,
    EATEN,
    LOST_HARVEST,
    PAY_MADE,
    PICKED,
    TO_BAZAAR,
    TO_RIVAL,
    UNHARVESTED,
)  # fmt: skip
from linkage_sim.compiled import compiled
from linkage_sim.rules.contract import (
    breach_mended,
    contract_price,
    delivery_chance,
    detection_chance,
    mended_price,
    relationship_rent,
    side_selling_gain,
    social_sanction,
)  # fmt: skip
from linkage_sim.rules.firm import loss_of_keeping
from linkage_sim.rules.harvest import (
    expected_price,
    hold_value,
    in_need,
    months_to_sell,
    share_sold,
    worth_picking,
)


@compiled
def prices_ahead(calendar: int, chains: Any, behaviour: Any, usual_price: Any, bazaar_quote: Any, ahead: Any) -> None:
    """Bazaar prices expected from the month after this one as long as a kg is kept, USD/kg.

    ``ahead`` (B, C, 2, 13): at [b, c, 0, k] the price k months on, at [b, c, 1, k] the best of them from k on, so that a
    holder may stop looking; at [b, c, 0, 0] how many months there are.
    """
    memory = behaviour[0].news_memory
    for b in range(bazaar_quote.shape[0]):
        for c in range(bazaar_quote.shape[1]):
            ch = chains[c]
            months = int(months_to_sell(calendar, int(ch.harvest_start), ch.kept_for, ch.all_year))
            ahead[b, c, 0, 0] = months
            best = 0.0
            for k in range(months, 0, -1):
                m = (calendar + k) % 12
                price = expected_price(usual_price[b, c, m], bazaar_quote[b, c], usual_price[b, c, calendar], memory**k)
                best = max(best, price)
                ahead[b, c, 0, k] = price
                ahead[b, c, 1, k] = best


@compiled
def holding(discount: float, storing_cost: float, ahead: Any, haul: float) -> float:
    """Best worth of keeping a kg: the month ahead that is worth most, USD/kg; ``ahead`` (2, 13) of its bazaar and chain.

    ``discount`` is what patience and losses leave after a month, ``storing_cost`` USD/kg a month.
    """
    best = 0.0
    kept = 1.0
    for k in range(1, int(ahead[0, 0]) + 1):
        kept *= discount
        if hold_value(kept, ahead[1, k] - haul, k, storing_cost) <= best:
            break
        best = max(best, hold_value(kept, ahead[0, k] - haul, k, storing_cost))
    return best


@compiled
def delivery_terms(
    price: float, spot: float, bazaar: float, due: float, outside: float, side: float, en: Any, hh: Any, vi: Any, bb: Any, ro: Any,
    ef: Any,
) -> tuple[float, float, float]:  # fmt: skip
    """What side-selling gains now and what keeping the contract is worth, USD/kg, and the chance to deliver; ``due`` above 0."""
    worth_later = en.delay_value
    gap = min(1.0, hh.gap / hh.need) if hh.need > 0.0 else 0.0
    gain = side_selling_gain(spot, price, worth_later, en.debt, bb.debt_recovered, due, bb.cash_pull, gap, bazaar)
    standing = vi.association + ef.village_organisations_sanction * vi.organisation
    sanction = social_sanction(bb.sanction, bb.sanction_alone, standing, side)
    detection = detection_chance(bb.detection, ro.written, ef.contract_support_detection)
    rent = relationship_rent(
        en.linked_trust, price, worth_later, outside, en.contracted, due, hh.patience_year, bb.breakup, detection, sanction, bazaar
    )
    return gain, rent, delivery_chance(rent, gain, bb.deliver_noise, max(bazaar, 1e-9))


@compiled
def decides_to_deliver(
    price: float, spot: float, bazaar: float, due: float, outside: float, side: float, en: Any, hh: Any, vi: Any, bb: Any, ro: Any,
    ef: Any,
) -> bool:  # fmt: skip
    """Whether one contracted lot is delivered (True) or side-sold; below one kg due it is delivered."""
    if due < 1.0:
        return True
    _, _, chance = delivery_terms(price, spot, bazaar, due, outside, side, en, hh, vi, bb, ro, ef)
    return en.deliver_draw < chance


KEPT_BACK, TAKEN, SIDE_SOLD = 0, 1, 2


@compiled
def settle_lot(
    commit: int, grade: int, lot: float, price: float, spot_net: float, worth: float, delivers: bool, rejected: bool, breaks: int,
    mended: float, en: Any, ro: Any,
) -> int:  # fmt: skip
    """What becomes of one contracted lot: kept back (refused), taken by the firm, or side-sold; with ``commit`` it counts."""
    if delivers:
        ro.due += lot
    taken = delivers and not rejected
    if taken:
        ro.accepted += lot
        ro.margin += lot * (worth - price)
        ro.loss += lot * loss_of_keeping(price, max(spot_net, 0.0), worth) * (1.0 - mended)
    paid = price
    if taken and breaks == 1:
        taken = worth >= spot_net
        paid = mended_price(max(spot_net, 0.0), price, mended)
    if taken and grade == 0:
        ro.bought_a += lot
    elif taken:
        ro.bought_b += lot
    if commit == 1:
        if grade == 0:
            en.due_a -= lot
        else:
            en.due_b -= lot
        ro.season_due += lot
        if taken:
            en.firm_pays += lot * paid
            en.owing_firm = en.firm
            en.delivered += lot
            en.season_delivered += lot
        if not delivers:
            en.season_side += lot
            ro.season_side += lot
            ro.side += lot
        elif breaks == 1:
            en.season_broken += lot
            ro.season_broken += lot
            ro.broken += lot
        else:
            en.season_kept += lot
            ro.season_kept += lot
    if taken:
        return TAKEN
    return KEPT_BACK if delivers else SIDE_SOLD


@compiled
def trade_contract(
    commit: int, grade: int, free: float, price: float, spot: float, spot_net: float, quote: float, side: float, breaks: int,
    en: Any, hh: Any, vi: Any, bb: Any, ro: Any, ef: Any,
) -> tuple[float, float]:  # fmt: skip
    """One grade of a contracted harvest: kg taken by the firm and kg side-sold."""
    due = en.due_a if grade == 0 else en.due_b
    lot = min(free, due)
    if price <= 0.0 or lot <= 0.0:
        return 0.0, 0.0
    outside = max(0.0, en.price_a - en.premium_a) if grade == 0 else max(0.0, en.price_b - en.premium_b)
    delivers = decides_to_deliver(price, spot, quote, due, outside, side, en, hh, vi, bb, ro, ef)
    worth = ro.worth_a if grade == 0 else ro.worth_b
    mended = breach_mended(vi.organisation, ef.village_organisations_mended, ro.written, ef.contract_support_mended)
    fate = settle_lot(commit, grade, lot, price, spot_net, worth, delivers, en.rejected == 1, breaks, mended, en, ro)
    return (lot if fate == TAKEN else 0.0), (lot if fate == SIDE_SOLD else 0.0)


@compiled
def pick(best_a: float, best_b: float, go: Any) -> tuple[float, float, float, float]:
    """Pick what is worth picking, keep food first; returns kg picked, lost, eaten, and free (of both grades)."""
    value = go.share_a * best_a + (1.0 - go.share_a) * best_b
    picked = go.potential if worth_picking(value, go.loss, go.picking) else 0.0
    kg = picked * (1.0 - go.loss)
    eaten = min(go.food, kg * (1.0 - go.share_a))
    return picked, picked * go.loss, eaten, kg


@compiled
def sold_from_store(months: float, price: float, quote: float, hold: float, gap: float, stock: float, noise: float, floor: float) -> float:
    """Share of the stock sold: all in the last month, at least what urgent need takes, else as expectations say.

    In the last month a price that hardly covers the haul is not worth the trip to all: they differ by the decision noise.
    """
    if price <= 0.0:
        return 0.0
    if months == 0.0:
        return min(1.0, price / (noise * quote))
    share = share_sold(price, hold, noise)
    if gap > 0.0 and stock > 0.0:
        share = max(share, min(1.0, gap / (price * stock)) * in_need(price, hold, floor))
    return share


@compiled
def spot_terms(
    quote: float, premium: float, haul: float, rival_firm: int, rival_top: float, rival_second: float, rival_ratio: float
) -> tuple[float, float, bool, float, float, float]:
    """What can be had outside a contract, USD/kg at the village.

    Returns
    -------
    net_a, net_b : at the bazaar by grade; rival : whether a rival buys; ratio : share of free grade A it takes
    bid : what it pays; out_a : grade A outside, rival and bazaar together
    """
    net_a = quote * (1.0 + premium) - haul
    rival = rival_firm >= 0 and net_a <= rival_top
    ratio = rival_ratio if rival else 0.0
    bid = max(rival_second, net_a)
    return net_a, quote - haul, rival, ratio, bid, ratio * bid + (1.0 - ratio) * net_a


@compiled
def prices_under_contract(formula: int, net_a: float, net_b: float, en: Any) -> tuple[float, float]:
    """What the linked firm pays this month by grade, USD/kg; 0 where it does not buy."""
    price_a = contract_price(formula, en.price_a, en.premium_a, net_a) if en.price_a > 0.0 else 0.0
    price_b = contract_price(formula, en.price_b, en.premium_b, net_b) if en.price_b > 0.0 else 0.0
    return price_a, price_b


@compiled
def start_village(
    v: int, commit: int, chains: Any, vi: Any, route: Any, bazaar_quote: Any, rival_second: Any, rival_top: Any, rival_firm: Any,
    rival_ratio: Any, rival_want: Any, village_supply: Any, still: Any, terms: Any,
) -> None:  # fmt: skip
    """Clear the sums of one village before a pass and read its terms of trade: ``terms`` (C, 7) as `spot_terms`, after the quote.

    Firms stand chain by chain, as many for each.
    """
    number = route.shape[0] // chains.shape[0]
    for c in range(chains.shape[0]):
        if commit == 0 and still[vi.bazaar, c] == 1:
            continue
        for f in range(c * number, (c + 1) * number):
            ro = route[f, v]
            ro.due = ro.accepted = ro.margin = ro.loss = ro.bought_a = ro.bought_b = ro.side = ro.broken = 0.0
        village_supply[v, c] = 0.0
        rival_want[v, c] = 0.0
        quote = bazaar_quote[vi.bazaar, c]
        premium = chains[c].bazaar_grade_premium
        terms[c, 0] = quote
        terms[c, 1], terms[c, 2], terms[c, 3], terms[c, 4], terms[c, 5], terms[c, 6] = spot_terms(
            quote, premium, vi.haul, rival_firm[v, c], rival_top[v, c], rival_second[v, c], rival_ratio[v, c]
        )


@compiled
def end_village(
    v: int, commit: int, vi: Any, route: Any, rival_firm: Any, rival_ratio: Any, rival_want: Any, rival_cap: Any, still: Any
) -> None:
    """Share the rival's appetite out over what was offered to it; with ``commit`` the rival has bought."""
    for c in range(rival_want.shape[1]):
        if commit == 0 and still[vi.bazaar, c] == 0 and rival_want[v, c] > 0.0:
            rival_ratio[v, c] = min(1.0, rival_cap[v, c] / rival_want[v, c])
        if commit == 1 and rival_firm[v, c] >= 0:
            kg = rival_want[v, c] * rival_ratio[v, c]
            route[rival_firm[v, c], v].bought_a += kg
            route[rival_firm[v, c], v].season_kept += kg


@compiled
def decide(
    first: int, last: int, commit: int, chains: Any, behaviour: Any, firms: Any, first_enterprise: Any, goods: Any, last_goods: Any,
    household: Any, enterprise: Any, village: Any, firm: Any, route: Any, side_share: Any, bazaar_quote: Any, rival_price: Any,
    rival_second: Any, rival_top: Any, rival_firm: Any, rival_ratio: Any, rival_want: Any, rival_cap: Any, village_supply: Any, flows: Any,
    ahead: Any, still: Any, effects: Any,
) -> None:  # fmt: skip
    """Every enterprise of a range of villages that has goods decides at the quote; with ``commit`` stocks and dues move.

    Before that, those of a bazaar and chain that are ``still`` (B, C) stay with what they decided in the pass before.
    Sums are kept in numbers of their own and posted once a village.
    """
    bb = behaviour[0]
    ef = effects[0]
    formula = int(firms[0].formula)
    terms = np.zeros((chains.shape[0], 7))
    for v in range(first, last):
        vi = village[v]
        ripe = all_picked = lost = all_eaten = to_bazaar = to_rival = delivered = paid_later = 0.0
        start_village(
            v, commit, chains, vi, route, bazaar_quote, rival_second, rival_top, rival_firm, rival_ratio, rival_want, village_supply,
            still, terms,
        )  # fmt: skip
        for k in range(first_enterprise[v], last_goods[v]):
            go = goods[k]
            c = go.chain
            if commit == 0 and still[vi.bazaar, c] == 1:
                continue
            later = ahead[vi.bazaar, c]
            quote, net_a, net_b, ratio = terms[c, 0], terms[c, 1], terms[c, 2], terms[c, 4]
            hold = holding(go.kept, chains[c].harvest_storing_cost, later, vi.haul)
            free_a = free_b = side_a = side_b = 0.0
            if go.potential > 0.0:
                out_a = terms[c, 6]
                price_a = price_b = 0.0
                if go.firm >= 0:
                    price_a, price_b = prices_under_contract(formula, net_a, net_b, enterprise[go.row])
                picked, wasted, eaten, kg = pick(max(max(out_a, hold), price_a), max(max(net_b, hold), price_b), go)
                free_a = kg * go.share_a
                free_b = kg * (1.0 - go.share_a) - eaten
                if commit == 1:
                    en = enterprise[go.row]
                    en.picked = picked
                    en.food_left -= eaten
                    ripe += go.potential
                    all_picked += picked
                    lost += wasted
                    all_eaten += eaten
                if go.firm >= 0 and free_a + free_b > 0.0 and vi.closed == 0:
                    en = enterprise[go.row]
                    hh = household[go.household]
                    ro = route[go.firm, v]
                    breaks = firm[go.firm].breaks
                    side = side_share[v, c]
                    taken, side_a = trade_contract(commit, 0, free_a, price_a, out_a, net_a, quote, side, breaks, en, hh, vi, bb, ro, ef)
                    free_a -= taken + side_a
                    taken, side_b = trade_contract(commit, 1, free_b, price_b, net_b, net_b, quote, side, breaks, en, hh, vi, bb, ro, ef)
                    free_b -= taken + side_b
                    delivered += en.delivered
                    paid_later += en.firm_pays
            stock_a = go.stock_a + free_a
            stock_b = go.stock_b + free_b
            share = 0.0
            if vi.closed == 0:
                share = sold_from_store(later[0, 0], net_b, quote, hold, go.gap, stock_a + stock_b, go.noise, bb.need_floor)
            sells_a = side_a + share * stock_a
            sells_b = side_b + share * stock_b
            if terms[c, 3] == 1.0:
                rival_want[v, c] += sells_a
                if commit == 1:
                    rival_price[v, c] = terms[c, 5]
            village_supply[v, c] += sells_a * (1.0 - ratio) + sells_b
            if commit == 1:
                en = enterprise[go.row]
                en.rival_a = sells_a * ratio
                en.sold_a = sells_a - en.rival_a
                en.sold_b = sells_b
                en.stock_a = stock_a * (1.0 - share)
                en.stock_b = stock_b * (1.0 - share)
                to_bazaar += en.sold_a + en.sold_b
                to_rival += en.rival_a
        end_village(v, commit, vi, route, rival_firm, rival_ratio, rival_want, rival_cap, still)
        if commit == 1:
            flows[v, PICKED] += all_picked
            flows[v, UNHARVESTED] += ripe - all_picked
            flows[v, LOST_HARVEST] += lost
            flows[v, EATEN] += all_eaten
            flows[v, TO_BAZAAR] += to_bazaar
            flows[v, TO_RIVAL] += to_rival
            flows[v, DELIVERED] += delivered
            flows[v, PAY_MADE] += paid_later
