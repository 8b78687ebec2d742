"""Phase 5, produce: losses in store, what ripens this month, food kept first."""

from __future__ import annotations

from typing import Any

from linkage_sim.books import LOST_STORE, RIPENED
from linkage_sim.columns import column_sum
from linkage_sim.compiled import compiled
from linkage_sim.context import Context
from linkage_sim.draws import STREAM, uniform
from linkage_sim.month.goods import bring, bring_ripe, kit_now
from linkage_sim.month.join import tie_trust
from linkage_sim.month.rows import linked_among
from linkage_sim.rules.contract import delivery_luck, rejection_chance
from linkage_sim.rules.harvest import harvest

DELIVER, REJECT = STREAM["trade.deliver"], STREAM["trade.reject"]


@compiled
def usual_rejection(fm: Any, ro: Any) -> float:
    """Chance that a lot is rejected at the gate; the first season of a route has its own, of which suppliers do not know."""
    return fm.first_rejection if ro.seasons == 0.0 else fm.rejection


@compiled
def forget_trade(
    first: int, last: int, had: bool, has: bool, was_harvest: bool, is_harvest: bool, had_rival: bool, enterprise: Any
) -> None:
    """What enterprises of one village and chain traded last month is forgotten, but for what they will overwrite this month.

    Those who have goods again write what they sell; only after a month of harvest is there anything picked, delivered or ripe.
    """
    if had and not has:
        for e in range(first, last):
            en = enterprise[e]
            en.sold_a = en.sold_b = 0.0
    if had_rival:
        for e in range(first, last):
            enterprise[e].rival_a = 0.0
    if had and was_harvest:
        for e in range(first, last):
            en = enterprise[e]
            en.picked = en.firm_pays = en.delivered = 0.0
        if not is_harvest:
            for e in range(first, last):
                enterprise[e].potential = 0.0


@compiled
def lose_in_store(first: int, last: int, loss: float, kits: bool, enterprise: Any) -> tuple[float, float]:
    """Losses in store of a range of enterprises of one chain, part ``loss`` of a stock a month; returns kg lost and kg left."""
    before = column_sum(enterprise, "stock_a", first, last) + column_sum(enterprise, "stock_b", first, last)
    if before == 0.0:
        return 0.0, 0.0
    if kits:
        for e in range(first, last):
            en = enterprise[e]
            kept = 1.0 - loss * (1.0 - kit_now(en))
            en.stock_a *= kept
            en.stock_b *= kept
    else:
        for e in range(first, last):
            enterprise[e].stock_a *= 1.0 - loss
            enterprise[e].stock_b *= 1.0 - loss
    left = column_sum(enterprise, "stock_a", first, last) + column_sum(enterprise, "stock_b", first, last)
    return before - left, left


@compiled
def trust_linked(first: int, last: int, v: int, had: bool, enterprise: Any, tie_kept: Any, tie_broken: Any, route: Any, ties: Any) -> bool:
    """Trust of a range of enterprises in the firms they are linked to; returns whether any is. ``had``: whether any was before."""
    linked = linked_among(first, last, enterprise)
    if linked > 0:
        for e in range(first, last):
            en = enterprise[e]
            en.linked_trust = tie_trust(e, en.firm, v, tie_kept, tie_broken, route, ties) if en.firm >= 0 else 0.0
    elif had:
        for e in range(first, last):
            enterprise[e].linked_trust = 0.0
    return linked > 0


@compiled
def look_at_village(v: int, w: Any) -> None:
    """Find whether anybody in a village is linked (and trusts), has a storage kit or business skill, and whether `bring` finds anything.

    Into ``w.has_links``, ``w.has_kits``, ``w.has_skill`` and ``w.is_plain`` (V,); what was brought to market is looked at again.
    """
    chains = w.chains.shape[0]
    first, last = w.of_chain[v, 0], w.of_chain[v, chains]
    linked = trust_linked(first, last, v, w.has_links[v] == 1, w.enterprise, w.tie_kept, w.tie_broken, w.route, w.ties)
    kits = column_sum(w.enterprise, "kit_effect", first, last) > 0.0
    skill = column_sum(w.household, "business", w.first_household[v], w.first_household[v + 1]) > 0.0
    w.has_links[v], w.has_kits[v], w.has_skill[v] = linked, kits, skill
    w.is_plain[v] = not (linked or kits or skill)
    for c in range(chains):
        w.is_brought[v, c] = 0


@compiled
def ripen(first: int, last: int, month: int, ripe: float, ch: Any, enterprise: Any) -> float:
    """What ripens this month (part ``ripe`` of a year) in a range of enterprises of one chain; returns kg."""
    starts = month % 12 == int(ch.harvest_start)
    if starts:
        for e in range(first, last):
            enterprise[e].food_left = ch.harvest_food_need
            enterprise[e].year_harvest = 0.0
    if ch.all_year == 1.0:
        for e in range(first, last):
            enterprise[e].food_left = ch.harvest_food_need / 12.0
    for e in range(first, last):
        en = enterprise[e]
        gain = ch.practices_improved_gain * en.uses_improved
        en.potential = harvest(en.assets, ch.harvest_yield_per_asset, en.skill, gain, en.weather, ch.harvest_conversion, ripe)
    for e in range(first, last):
        enterprise[e].year_harvest += enterprise[e].potential
    return column_sum(enterprise, "potential", first, last)


@compiled
def luck_of_lots(first: int, last: int, v: int, c: int, month: int, w: Any) -> None:
    """The luck of this month's lots under contract, which is the same in every pass of the trade phase and in all runs of a world."""
    fm, ef, row, is_kept = w.firms[c], w.effects[0], w.luck_lots[month - w.luck_first[0]], w.luck_deliver.shape[0] > 0
    for e in range(first, last):
        en = w.enterprise[e]
        if en.firm < 0:
            continue
        if is_kept and w.luck_deliver[row, e] > 0.0:
            en.deliver_draw, w.goods[e].luck, reject_draw = w.luck_deliver[row, e], w.luck_keeps[row, e], w.luck_reject[row, e]
        else:
            en.deliver_draw, reject_draw = uniform(w.key, DELIVER, month, en.identity), uniform(w.key, REJECT, month, en.identity)
            w.goods[e].luck = delivery_luck(en.deliver_draw)
            if is_kept:
                w.luck_deliver[row, e], w.luck_keeps[row, e], w.luck_reject[row, e] = en.deliver_draw, w.goods[e].luck, reject_draw
        ro = w.route[en.firm, v]
        en.rejected = reject_draw < rejection_chance(usual_rejection(fm, ro), ro.written, ef.contract_support_rejection)


@compiled
def share_cash_gaps(
    v: int, b: int, calendar: int, haul: float, first: int, last: int, of_chain: Any, of_household: Any, household: Any, enterprise: Any,
    usual_price: Any, at: int, money: Any,
) -> None:  # fmt: skip
    """What each enterprise of a village must bring of the cash that its household misses this month.

    It is shared out among several in proportion to what their goods usually fetch; one alone must bring all. ``first`` to ``last`` are
    the village's households, which are worked on in ``money`` from a row on.
    """
    chains = of_chain.shape[1] - 1
    if chains == 1:
        for e in range(of_chain[v, 0], of_chain[v, 1]):
            en = enterprise[e]
            en.cash_gap = household[en.household].gap
        return
    for k in range(last - first):
        money[at + k].goods = 0.0
    for c in range(chains):
        fetch = max(0.0, usual_price[b, c, calendar] - haul)
        for e in range(of_chain[v, c], of_chain[v, c + 1]):
            en = enterprise[e]
            en.cash_gap = (en.stock_a + en.stock_b + en.potential) * fetch
    for e in range(of_chain[v, 0], of_chain[v, chains]):
        en = enterprise[e]
        money[at + en.household - first].goods += en.cash_gap
    for e in range(of_chain[v, 0], of_chain[v, chains]):
        en = enterprise[e]
        h = en.household
        total, gap = money[at + h - first].goods, household[h].gap
        shared = gap * en.cash_gap / total if total > 0.0 else 0.0
        en.cash_gap = gap if of_household[h + 1] - of_household[h] == 1 else shared


@compiled
def produce(first: int, last: int, month: int, w: Any) -> None:
    """Ripening and storage losses of a range of villages.

    ``w.has_goods`` (V, C) is 1 where somebody has anything to sell, ``w.has_rival`` (V, C) where a rival buys: they come in as they were
    last month, 1 where that is not known. ``w.is_brought`` (V, C) is 1 where `bring` would find what it found before.
    """
    calendar, chains, household, enterprise, flows = month % 12, w.chains, w.household, w.enterprise, w.flows
    for v in range(first, last):
        vi = w.village[v]
        if w.changed[v] >= month - 1:
            look_at_village(v, w)
        kits, plain = w.has_kits[v] == 1, w.is_plain[v] == 1
        had = has = 0
        for c in range(chains.shape[0]):
            start, end = w.of_chain[v, c], w.of_chain[v, c + 1]
            ripe, ripened = w.season[c, calendar], w.season[c, (calendar - 1) % 12]
            lost, left = lose_in_store(start, end, chains[c].harvest_loss_store, kits, enterprise)
            flows[v, LOST_STORE] += lost
            if ripe > 0.0:
                grown = ripen(start, end, month, ripe, chains[c], enterprise)
                flows[v, RIPENED] += grown
                left += grown
                if w.has_links[v] == 1:
                    luck_of_lots(start, end, v, c, month, w)
            forget_trade(start, end, w.has_goods[v, c] == 1, left > 0.0, ripened > 0.0, ripe > 0.0, w.has_rival[v, c] == 1, enterprise)
            had += w.has_goods[v, c]
            w.has_goods[v, c], w.has_rival[v, c] = left > 0.0, 0
            if left > 0.0:
                has = 1
                if w.is_brought[v, c] == 0 or kits or w.has_skill[v] == 1:
                    bring(start, end, plain, kits, chains[c], w.behaviour[0], w.effects[0], household, enterprise, w.goods)
                    w.is_brought[v, c] = 1
                if ripe > 0.0 and not plain:
                    bring_ripe(start, end, kits, chains[c], w.effects[0], household, enterprise, w.goods)
        if had + has > 0:
            share_cash_gaps(
                v, vi.bazaar, calendar, vi.haul, w.first_household[v], w.first_household[v + 1], w.of_chain, w.of_household, household,
                enterprise, w.usual_price, w.money_at[v], w.money,
            )  # fmt: skip


@compiled
def alone(month: int, w: Any) -> None:
    """All of it in one thread."""
    produce(0, w.village.shape[0], month, w)


def run(context: Context) -> None:
    """Phase 5 of one month."""
    if context.threads == 1:
        alone(context.month, context.whole)
    else:
        context.over_villages(produce, context.month, context.whole)


READS = ("enterprise.assets", "enterprise.skill", "enterprise.weather", "enterprise.uses_improved", "enterprise.kit_months")
WRITES = (
    "enterprise.stock_a", "enterprise.stock_b", "enterprise.potential", "enterprise.food_left", "enterprise.year_harvest",
    "enterprise.linked_trust", "enterprise.deliver_draw", "enterprise.rejected", "enterprise.cash_gap", "enterprise.sold_a",
    "enterprise.sold_b", "enterprise.rival_a", "enterprise.picked", "enterprise.firm_pays", "enterprise.delivered", "flows",
)  # fmt: skip
