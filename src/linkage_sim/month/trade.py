"""What an enterprise decides in a pass of phase 6: pick, deliver or side-sell, store or sell (model 4)."""

from __future__ import annotations

from typing import Any

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
from linkage_sim.columns import column_sum
from linkage_sim.compiled import compiled, inlined
from linkage_sim.month.goods import loss_cut
from linkage_sim.month.rows import linked_among
from linkage_sim.rules.contract import (
    breach_mended,
    contract_price,
    detection_chance,
    keeps_contract,
    mended_price,
    relationship_rent,
    side_selling_gain,
    social_sanction,
)  # fmt: skip
from linkage_sim.rules.firm import loss_of_keeping
from linkage_sim.rules.harvest import (
    expected_price,
    grade_a_share,
    harvest_loss,
    hold_value,
    in_need,
    months_to_sell,
    share_sold,
    worth_picking,
)
from linkage_sim.world.goods import LANES


@compiled
def prices_ahead(calendar: int, chains: Any, behaviour: Any, usual_price: Any, bazaar_quote: Any, ahead: Any) -> None:
    """Bazaar prices expected from the month after this one as long as a kg is kept, USD/kg.

    ``ahead`` (B, C, 13): at [b, c, k] the price k months on; at [b, c, 0] how many months there are.
    """
    memory = behaviour[0].news_memory
    for b in range(bazaar_quote.shape[0]):
        for c in range(bazaar_quote.shape[1]):
            ch = chains[c]
            months = int(months_to_sell(calendar, int(ch.harvest_start), ch.kept_for, ch.all_year))
            ahead[b, c, 0] = months
            remembered, today, usual = 1.0, bazaar_quote[b, c], usual_price[b, c, calendar]
            for k in range(1, months + 1):
                remembered *= memory
                ahead[b, c, k] = expected_price(usual_price[b, c, (calendar + k) % 12], today, usual, remembered)


@compiled
def whole_vectors(number: int) -> int:
    """So many goods and some more that nobody looks at: loops over a multiple of `LANES` leave nothing to do one by one."""
    return (number + LANES - 1) // LANES * LANES


@compiled
def hold_worths(first: int, last: int, at: int, ch: Any, ahead: Any, haul: float, goods: Any, work: Any) -> None:
    """Put into ``work.hold`` the best worth of keeping a kg, USD/kg: that of the month ahead that is worth most.

    Enterprises ``first`` to ``last`` are of one chain and village, what is worked out for them stands from ``work[at]`` on; ``ahead``
    (13,) as of `prices_ahead`. Month by month over all of them, so that it runs in vectors, two months at once, so that less is read and
    written. A month with no higher price than one before it is worth no more to anybody, for less is left by then.
    """
    number = whole_vectors(last - first)
    for k in range(number):
        wk = work[at + k]
        wk.left = 1.0
        wk.hold = 0.0
    best, passed, months, cost = 0.0, 0, 1, ch.harvest_storing_cost
    while months <= int(ahead[0]):
        net = ahead[months] - haul
        if net <= best:
            passed, months = passed + 1, months + 1
            continue
        for _ in range(passed):
            for k in range(number):
                work[at + k].left *= goods[first + k].kept
        passed, best = 0, max(net, ahead[months + 1] - haul) if months < int(ahead[0]) else net
        if best > net:  # two months at once
            for k in range(number):
                wk, kept = work[at + k], goods[first + k].kept
                left = wk.left * kept
                wk.left = left * kept
                wk.hold = max(wk.hold, max(hold_value(left, net, months, cost), hold_value(wk.left, best, months + 1, cost)))
            months += 2
        else:
            for k in range(number):
                wk = work[at + k]
                wk.left *= goods[first + k].kept
                wk.hold = max(wk.hold, hold_value(wk.left, net, months, cost))
            months += 1


@inlined
def what_binds(side: float, hh: Any, vi: Any, bb: Any, ro: Any, ef: Any) -> tuple[float, float, float, float]:
    """What holds a household to its contract beside prices, where part ``side`` of what was under contract was side-sold around it.

    Returns
    -------
    gap : cash it misses this month over what it needs, 0..1; sanction : social cost of side-selling as a share of value
    detection : chance that it is seen; mended : part of a promise broken by the firm that is mended
    """
    gap = min(1.0, hh.gap / hh.need) if hh.need > 0.0 else 0.0
    sanction = social_sanction(bb.sanction, bb.sanction_alone, vi.association + ef.village_organisations_sanction * vi.organisation, side)
    detection = detection_chance(bb.detection, ro.written, ef.contract_support_detection)
    mended = breach_mended(vi.organisation, ef.village_organisations_mended, ro.written, ef.contract_support_mended)
    return gap, sanction, detection, mended


@inlined
def delivery_terms(
    price: float, spot: float, bazaar: float, due: float, outside: float, bound: tuple[float, float, float, float], en: Any, hh: Any,
    bb: Any,
) -> tuple[float, float]:  # fmt: skip
    """What side-selling gains now and what keeping the contract is worth, USD/kg; ``due`` above 0, ``bound`` as of `what_binds`."""
    worth_later, (gap, sanction, detection, _) = en.delay_value, bound
    gain = side_selling_gain(spot, price, worth_later, en.debt, bb.debt_recovered, due, bb.cash_pull, gap, bazaar)
    rent = relationship_rent(
        en.linked_trust, price, worth_later, outside, en.contracted, due, hh.patience_year, bb.breakup, detection, sanction, bazaar
    )
    return gain, rent


KEPT_BACK, TAKEN, SIDE_SOLD = 0, 1, 2


@inlined
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


@inlined
def trade_contract(
    commit: int, grade: int, free: float, price: float, spot: float, spot_net: float, quote: float,
    bound: tuple[float, float, float, float], luck: float, breaks: int, en: Any, hh: Any, bb: Any, ro: Any,
) -> tuple[float, float]:  # fmt: skip
    """One grade of a contracted harvest: kg taken by the firm and kg side-sold; below one kg due it is delivered."""
    due = en.due_a if grade == 0 else en.due_b
    lot = min(free, due)
    if price <= 0.0 or lot <= 0.0:
        return 0.0, 0.0
    outside = max(0.0, en.price_a - en.premium_a) if grade == 0 else max(0.0, en.price_b - en.premium_b)
    gain, rent = delivery_terms(price, spot, quote, due, outside, bound, en, hh, bb)
    delivers = due < 1.0 or keeps_contract(rent, gain, bb.deliver_noise, max(quote, 1e-9), luck)
    worth = ro.worth_a if grade == 0 else ro.worth_b
    fate = settle_lot(commit, grade, lot, price, spot_net, worth, delivers, en.rejected == 1, breaks, bound[3], en, ro)
    return (lot if fate == TAKEN else 0.0), (lot if fate == SIDE_SOLD else 0.0)


@inlined
def pick(
    best_a: float, best_b: float, potential: float, food: float, share_a: float, loss: float, picking: float
) -> tuple[float, float, float, float]:
    """Pick what is worth picking, keep food first; returns kg picked, lost, eaten, and free (of both grades)."""
    value = share_a * best_a + (1.0 - share_a) * best_b
    picked = potential if worth_picking(value, loss, picking) else 0.0
    kg = picked * (1.0 - loss)
    eaten = min(food, kg * (1.0 - share_a))
    return picked, picked * loss, eaten, kg


@inlined
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
def clear_sums(v: int, c: int, firms_each: int, route: Any, dealt: Any) -> None:
    """Forget what firms of a chain were offered in a village before this pass; firms stand chain by chain, as many for each.

    ``dealt`` (V, F) is 1 where there is anything to forget.
    """
    for f in range(c * firms_each, (c + 1) * firms_each):
        if dealt[v, f] == 1:
            ro = route[f, v]
            ro.due = ro.accepted = ro.margin = ro.loss = ro.bought_a = ro.bought_b = ro.side = ro.broken = 0.0
            dealt[v, f] = 0


@compiled
def rival_buys(
    v: int, c: int, commit: int, route: Any, dealt: Any, rival_firm: Any, rival_ratio: Any, rival_want: Any, rival_cap: Any
) -> None:  # fmt: skip
    """Share the rival's appetite out over what was offered to it; with ``commit`` it has bought."""
    if commit == 0 and rival_want[v, c] > 0.0:
        rival_ratio[v, c] = min(1.0, rival_cap[v, c] / rival_want[v, c])
    if commit == 1 and rival_firm[v, c] >= 0:
        kg = rival_want[v, c] * rival_ratio[v, c]
        dealt[v, rival_firm[v, c]] = 1
        route[rival_firm[v, c], v].bought_a += kg
        route[rival_firm[v, c], v].season_kept += kg


@compiled
def offer_stock(first: int, last: int, at: int, enterprise: Any, work: Any) -> None:
    """What is in store is on offer."""
    for k in range(whole_vectors(last - first)):
        en, wk = enterprise[first + k], work[at + k]
        wk.offer_a, wk.offer_b = en.stock_a, en.stock_b
        wk.side_a = wk.side_b = 0.0


@compiled
def contract_prices(first: int, last: int, at: int, formula: int, net_a: float, net_b: float, enterprise: Any, work: Any) -> int:
    """What firms pay this month to those of a village and chain who have a contract, 0 to others; returns how many have one."""
    linked = linked_among(first, last, enterprise)
    for k in range(whole_vectors(last - first)):
        wk = work[at + k]
        wk.price_a = wk.price_b = 0.0
    if linked > 0:
        for k in range(last - first):
            en = enterprise[first + k]
            if en.firm >= 0:
                work[at + k].price_a, work[at + k].price_b = prices_under_contract(formula, net_a, net_b, en)
    return linked


@inlined
def pick_one(share_a: float, loss: float, picking: float, out_a: float, net_b: float, en: Any, wk: Any) -> None:
    """One enterprise picks; all is on offer, as if nothing went under contract."""
    best_a, best_b = max(max(out_a, wk.hold), wk.price_a), max(max(net_b, wk.hold), wk.price_b)
    picked, wasted, eaten, kg = pick(best_a, best_b, en.potential, en.food_left, share_a, loss, picking)
    wk.picked, wk.wasted, wk.eaten = picked, wasted, eaten
    wk.offer_a = en.stock_a + kg * share_a
    wk.offer_b = en.stock_b + (kg * (1.0 - share_a) - eaten)
    wk.side_a = wk.side_b = 0.0


@compiled
def pick_ripe(
    first: int, last: int, at: int, plain: bool, out_a: float, net_b: float, ch: Any, goods: Any, enterprise: Any, work: Any
) -> None:
    """Pick what is ripe in a village and chain. Runs in vectors."""
    if plain:  # numbers of the chain are read before the loop: read within it they would be too many to be told apart from what it writes
        grade_a, gain, picking = ch.harvest_grade_a, ch.practices_quality_gain, ch.harvest_picking_cost
        usual, improved, quality = ch.harvest_loss_harvest, ch.practices_improved_loss_cut, ch.practices_quality_loss_cut
        for k in range(whole_vectors(last - first)):
            en = enterprise[first + k]
            loss, share_a = harvest_loss(usual, 0.0, loss_cut(en, improved, quality)), grade_a_share(grade_a, gain, en.uses_quality)
            pick_one(share_a, loss, picking * en.picking_factor, out_a, net_b, en, work[at + k])
        return
    for k in range(whole_vectors(last - first)):
        go = goods[first + k]
        pick_one(go.share_a, go.loss, go.picking, out_a, net_b, enterprise[first + k], work[at + k])


@compiled
def deliver(
    v: int, commit: int, first: int, last: int, at: int, quote: float, net_a: float, net_b: float, out_a: float, bb: Any, ef: Any,
    goods: Any, work: Any, household: Any, enterprise: Any, vi: Any, firm: Any, route: Any, dealt: Any, side: float, flows: Any,
) -> None:  # fmt: skip
    """What was picked under contract is delivered, side-sold or refused; the rest stays on offer."""
    delivered = paid_later = 0.0
    for k in range(last - first):
        en = enterprise[first + k]
        if en.firm < 0:
            continue
        go, wk = goods[first + k], work[at + k]
        kg = wk.picked * (1.0 - go.loss)
        free_a = kg * go.share_a
        free_b = kg * (1.0 - go.share_a) - wk.eaten
        if free_a + free_b <= 0.0:
            continue
        hh = household[en.household]
        ro = route[en.firm, v]
        breaks = firm[en.firm].breaks
        dealt[v, en.firm] = 1
        bound = what_binds(side, hh, vi, bb, ro, ef)
        taken, side_a = trade_contract(commit, 0, free_a, wk.price_a, out_a, net_a, quote, bound, go.luck, breaks, en, hh, bb, ro)
        free_a -= taken + side_a
        taken, side_b = trade_contract(commit, 1, free_b, wk.price_b, net_b, net_b, quote, bound, go.luck, breaks, en, hh, bb, ro)
        free_b -= taken + side_b
        delivered += en.delivered
        paid_later += en.firm_pays
        wk.side_a, wk.side_b = side_a, side_b
        wk.offer_a, wk.offer_b = en.stock_a + free_a, en.stock_b + free_b
    if commit == 1:
        flows[v, DELIVERED] += delivered
        flows[v, PAY_MADE] += paid_later


@compiled
def post_picking(v: int, first: int, last: int, at: int, work: Any, enterprise: Any, flows: Any) -> None:
    """What was picked leaves tree and field, and food is kept."""
    number = last - first
    for k in range(number):
        en, wk = enterprise[first + k], work[at + k]
        en.picked = wk.picked
        en.food_left -= wk.eaten
    picked = column_sum(work, "picked", at, at + number)
    flows[v, PICKED] += picked
    flows[v, UNHARVESTED] += column_sum(enterprise, "potential", first, last) - picked
    flows[v, LOST_HARVEST] += column_sum(work, "wasted", at, at + number)
    flows[v, EATEN] += column_sum(work, "eaten", at, at + number)


@inlined
def share_of_one(months: float, price: float, quote: float, floor: float, noise: float, en: Any, wk: Any) -> None:
    """What part of its offer one enterprise sells, and how much that is."""
    share = sold_from_store(months, price, quote, wk.hold, en.cash_gap, wk.offer_a + wk.offer_b, noise, floor)
    wk.share = share
    wk.sells_a = wk.side_a + share * wk.offer_a
    wk.sells_b = wk.side_b + share * wk.offer_b


@compiled
def shares_sold(
    first: int, last: int, at: int, plain: bool, months: float, price: float, quote: float, bb: Any, goods: Any, enterprise: Any, work: Any
) -> None:
    """Put into ``work`` what part of its offer each sells; loops that run in vectors."""
    floor, noise = bb.need_floor, bb.store_noise
    if plain:
        for k in range(whole_vectors(last - first)):
            share_of_one(months, price, quote, floor, noise, enterprise[first + k], work[at + k])
        return
    for k in range(whole_vectors(last - first)):
        share_of_one(months, price, quote, floor, goods[first + k].noise, enterprise[first + k], work[at + k])


@compiled
def hand_over(v: int, c: int, first: int, last: int, at: int, ratio: float, work: Any, enterprise: Any, has_rival: Any, flows: Any) -> None:
    """What is sold leaves the store, part ``ratio`` of grade A to the rival."""
    number = last - first
    for k in range(number):
        en, wk = enterprise[first + k], work[at + k]
        en.sold_a = wk.sells_a - wk.sells_a * ratio
        en.sold_b = wk.sells_b
        en.stock_a = wk.offer_a * (1.0 - wk.share)
        en.stock_b = wk.offer_b * (1.0 - wk.share)
    if ratio > 0.0:
        has_rival[v, c] = 1
        for k in range(number):
            enterprise[first + k].rival_a = work[at + k].sells_a * ratio
    grade_a = column_sum(work, "sells_a", at, at + number)
    flows[v, TO_BAZAAR] += grade_a * (1.0 - ratio) + column_sum(work, "sells_b", at, at + number)
    flows[v, TO_RIVAL] += grade_a * ratio


@compiled
def decide(
    first: int, last: int, commit: int, calendar: int, season: Any, chains: Any, behaviour: Any, firms: Any, of_chain: Any, has_goods: Any,
    has_rival: Any, is_plain: Any, goods: Any, work_at: Any, work: Any, household: Any, enterprise: Any, village: Any, firm: Any,
    route: Any, dealt: Any, side_share: Any, bazaar_quote: Any, rival_price: Any, rival_second: Any, rival_top: Any, rival_firm: Any,
    rival_ratio: Any, rival_want: Any, rival_cap: Any, village_supply: Any, flows: Any, ahead: Any, still: Any, effects: Any,
) -> None:  # fmt: skip
    """Every enterprise of a range of villages that has goods decides at the quote; with ``commit`` stocks and dues move.

    Before that, those of a bazaar and chain that are ``still`` (B, C) stay with what they decided in the pass before.
    """
    formula = int(firms[0].formula)
    firms_each = route.shape[0] // chains.shape[0]
    for v in range(first, last):
        vi = village[v]
        b = vi.bazaar
        for c in range(chains.shape[0]):
            if commit == 0 and still[b, c] == 1:
                continue
            start, end, quote = of_chain[v, c], of_chain[v, c + 1], bazaar_quote[b, c]
            clear_sums(v, c, firms_each, route, dealt)
            if has_goods[v, c] == 0:
                village_supply[v, c] = rival_want[v, c] = 0.0
                continue
            net_a, net_b, rival, ratio, bid, out_a = spot_terms(
                quote, chains[c].bazaar_grade_premium, vi.haul, rival_firm[v, c], rival_top[v, c], rival_second[v, c],
                rival_ratio[v, c],
            )  # fmt: skip
            at, plain = work_at[v], is_plain[v] == 1
            hold_worths(start, end, at, chains[c], ahead[b, c], vi.haul, goods, work)
            if season[c, calendar] > 0.0:
                linked = contract_prices(start, end, at, formula, net_a, net_b, enterprise, work)
                pick_ripe(start, end, at, plain, out_a, net_b, chains[c], goods, enterprise, work)
                if linked > 0 and vi.closed == 0:
                    deliver(
                        v, commit, start, end, at, quote, net_a, net_b, out_a, behaviour[0], effects[0], goods, work, household, enterprise,
                        vi, firm, route, dealt, side_share[v, c], flows,
                    )  # fmt: skip
                if commit == 1:
                    post_picking(v, start, end, at, work, enterprise, flows)
            else:
                offer_stock(start, end, at, enterprise, work)
            price = net_b if vi.closed == 0 else 0.0
            shares_sold(start, end, at, plain, ahead[b, c, 0], price, quote, behaviour[0], goods, enterprise, work)
            grade_a = column_sum(work, "sells_a", at, at + end - start)
            village_supply[v, c] = grade_a * (1.0 - ratio) + column_sum(work, "sells_b", at, at + end - start)
            rival_want[v, c] = grade_a if rival else 0.0
            if commit == 1:
                hand_over(v, c, start, end, at, ratio, work, enterprise, has_rival, flows)
                if rival:
                    rival_price[v, c] = bid
            rival_buys(v, c, commit, route, dealt, rival_firm, rival_ratio, rival_want, rival_cap)
