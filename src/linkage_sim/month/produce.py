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
from linkage_sim.rules.contract import rejection_chance
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
    """Trust of a range of enterprises in the firms they are linked to; returns whether any is. ``had``: whether any was last month."""
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
def luck_of_lots(first: int, last: int, v: int, month: int, key: Any, fm: Any, enterprise: Any, route: Any, ef: Any) -> None:
    """The luck of this month's lots under contract, which is the same in every pass of the trade phase."""
    for e in range(first, last):
        en = enterprise[e]
        if en.firm >= 0:
            en.deliver_draw = uniform(key, DELIVER, month, en.identity)
            ro = route[en.firm, v]
            chance = rejection_chance(usual_rejection(fm, ro), ro.written, ef.contract_support_rejection)
            en.rejected = uniform(key, REJECT, month, en.identity) < chance


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
def produce(
    first: int, last: int, month: int, key: Any, chains: Any, firms: Any, ties: Any, season: Any, first_household: Any, of_chain: Any,
    of_household: Any, household: Any, enterprise: Any, village: Any, usual_price: Any, route: Any, tie_kept: Any,
    tie_broken: Any, flows: Any, behaviour: Any, effects: Any, goods: Any, has_goods: Any, has_rival: Any,
    has_links: Any, has_kits: Any, is_plain: Any, money: Any, money_at: Any,
) -> None:  # fmt: skip
    """Ripening and storage losses of a range of villages.

    ``has_goods`` (V, C) is 1 where somebody has anything to sell, ``has_rival`` (V, C) where a rival buys, ``has_links`` (V,) where
    somebody is linked; they come in as they were last month, 1 where that is not known. ``has_kits`` (V,) becomes 1 where a storage kit
    was ever given, ``is_plain`` (V,) where `bring` finds nothing of anybody's own.
    """
    calendar = month % 12
    for v in range(first, last):
        vi = village[v]
        from_row, to_row = of_chain[v, 0], of_chain[v, chains.shape[0]]
        has_links[v] = trust_linked(from_row, to_row, v, has_links[v] == 1, enterprise, tie_kept, tie_broken, route, ties)
        had = has = 0
        has_kits[v] = column_sum(enterprise, "kit_effect", from_row, to_row) > 0.0
        kits = has_kits[v] == 1
        skill = column_sum(household, "business", first_household[v], first_household[v + 1])
        is_plain[v] = skill == 0.0 and not kits and has_links[v] == 0
        for c in range(chains.shape[0]):
            start, end = of_chain[v, c], of_chain[v, c + 1]
            ripe, ripened = season[c, calendar], season[c, (calendar - 1) % 12]
            lost, left = lose_in_store(start, end, chains[c].harvest_loss_store, kits, enterprise)
            flows[v, LOST_STORE] += lost
            if ripe > 0.0:
                grown = ripen(start, end, month, ripe, chains[c], enterprise)
                flows[v, RIPENED] += grown
                left += grown
                if has_links[v] == 1:
                    luck_of_lots(start, end, v, month, key, firms[c], enterprise, route, effects[0])
            forget_trade(start, end, has_goods[v, c] == 1, left > 0.0, ripened > 0.0, ripe > 0.0, has_rival[v, c] == 1, enterprise)
            had += has_goods[v, c]
            has_goods[v, c], has_rival[v, c] = left > 0.0, 0
            if left > 0.0:
                has = 1
                bring(start, end, is_plain[v] == 1, kits, chains[c], behaviour[0], effects[0], household, enterprise, goods)
                if ripe > 0.0 and is_plain[v] == 0:
                    bring_ripe(start, end, kits, chains[c], effects[0], household, enterprise, goods)
        if had + has > 0:
            share_cash_gaps(
                v, vi.bazaar, calendar, vi.haul, first_household[v], first_household[v + 1], of_chain, of_household, household, enterprise,
                usual_price, money_at[v], money,
            )  # fmt: skip


@compiled
def in_villages(first: int, last: int, month: int, w: Any) -> None:
    """Some villages."""
    produce(
        first, last, month, w.key, w.chains, w.firms, w.ties, w.season, w.first_household, w.of_chain, w.of_household,
        w.household, w.enterprise, w.village, w.usual_price, w.route, w.tie_kept, w.tie_broken, w.flows, w.behaviour,
        w.effects, w.goods, w.has_goods, w.has_rival, w.has_links, w.has_kits, w.is_plain, w.money, w.money_at,
    )  # fmt: skip


@compiled
def alone(month: int, w: Any) -> None:
    """All of it in one thread."""
    in_villages(0, w.village.shape[0], month, w)


def run(context: Context) -> None:
    """Phase 5 of one month."""
    if context.threads == 1:
        alone(context.month, context.whole)
    else:
        context.over_villages(in_villages, context.month, context.whole)


READS = ("enterprise.assets", "enterprise.skill", "enterprise.weather", "enterprise.uses_improved", "enterprise.kit_months")
WRITES = (
    "enterprise.stock_a", "enterprise.stock_b", "enterprise.potential", "enterprise.food_left", "enterprise.year_harvest",
    "enterprise.linked_trust", "enterprise.deliver_draw", "enterprise.rejected", "enterprise.cash_gap", "enterprise.sold_a",
    "enterprise.sold_b", "enterprise.rival_a", "enterprise.picked", "enterprise.firm_pays", "enterprise.delivered", "flows",
)  # fmt: skip
