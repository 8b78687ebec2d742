"""Phase 5, produce: losses in store, what ripens this month, food kept first."""

from __future__ import annotations

from typing import Any

from linkage_sim.books import LOST_STORE, RIPENED
from linkage_sim.compiled import compiled
from linkage_sim.context import Context
from linkage_sim.draws import STREAM, uniform
from linkage_sim.month.choose import tie_trust
from linkage_sim.month.goods import bring
from linkage_sim.rules.contract import rejection_chance
from linkage_sim.rules.harvest import harvest

DELIVER, REJECT = STREAM["trade.deliver"], STREAM["trade.reject"]


@compiled
def usual_rejection(fm: Any, ro: Any) -> float:
    """Chance that a lot is rejected at the gate; the first season of a route has its own, of which suppliers do not know."""
    return fm.first_rejection if ro.seasons == 0.0 else fm.rejection


@compiled
def share_cash_gap(first: int, last: int, gap: float, b: int, calendar: int, enterprise: Any, usual_price: Any, haul: float) -> None:
    """What each enterprise of a household must bring of the cash it misses: in proportion to what its goods usually fetch."""
    if last - first == 1:
        enterprise[first].cash_gap = gap
        return
    total = 0.0
    for e in range(first, last):
        en = enterprise[e]
        worth = (en.stock_a + en.stock_b + en.potential) * max(0.0, usual_price[b, en.chain, calendar] - haul)
        en.cash_gap = worth
        total += worth
    for e in range(first, last):
        enterprise[e].cash_gap = gap * enterprise[e].cash_gap / total if total > 0.0 else 0.0


@compiled
def ripen(
    e: int, v: int, month: int, key: Any, ripe: float, en: Any, ch: Any, fm: Any, route: Any, ef: Any
) -> None:  # fmt: skip
    """What ripens of one enterprise this month (part ``ripe`` of the year's harvest), and the luck of its lot under contract."""
    if month % 12 == int(ch.harvest_start):
        en.food_left = ch.harvest_food_need
        en.year_harvest = 0.0
    if ch.all_year == 1.0:
        en.food_left = ch.harvest_food_need / 12.0
    gain = ch.practices_improved_gain * en.uses_improved
    en.potential = harvest(en.assets, ch.harvest_yield_per_asset, en.skill, gain, en.weather, ch.harvest_conversion, ripe)
    en.year_harvest += en.potential
    if en.firm >= 0:  # the luck of this month's lot is the same in every pass of the trade phase
        en.deliver_draw = uniform(key, DELIVER, month, en.identity)
        ro = route[en.firm, v]
        chance = rejection_chance(usual_rejection(fm, ro), ro.written, ef.contract_support_rejection)
        en.rejected = uniform(key, REJECT, month, en.identity) < chance


@compiled
def produce(
    first: int, last: int, month: int, key: Any, chains: Any, firms: Any, ties: Any, season: Any, first_household: Any,
    first_enterprise: Any, household: Any, enterprise: Any, village: Any, usual_price: Any, route: Any, tie_kept: Any, tie_broken: Any,
    flows: Any, behaviour: Any, effects: Any, goods: Any, first_goods: Any, last_goods: Any,
) -> None:  # fmt: skip
    """Ripening and storage losses of a range of villages; what was traded last month is forgotten.

    Enterprises that have goods bring them to the trade phase: ``goods[first_goods[v, c]:last_goods[v, c]]``, records of `GOODS`.
    What does not change is not written: most rows have nothing in most months, and stay out of the way of those that have.
    """
    calendar = month % 12
    for v in range(first, last):
        vi = village[v]
        ripened = lost_in_store = 0.0
        e = first_enterprise[v]
        for c in range(chains.shape[0]):
            last_goods[v, c] = first_goods[v, c]
        for h in range(first_household[v], first_household[v + 1]):
            of_household = e
            some = False
            while e < first_enterprise[v + 1] and enterprise[e].household == h:
                en = enterprise[e]
                c = en.chain
                if en.stock_a + en.stock_b > 0.0:
                    kit = en.kit_effect if en.kit_months > 0.0 else 0.0
                    lost = chains[c].harvest_loss_store * (1.0 - kit)
                    lost_in_store += lost * (en.stock_a + en.stock_b)
                    en.stock_a *= 1.0 - lost
                    en.stock_b *= 1.0 - lost
                if en.potential > 0.0 or en.sold_a + en.sold_b + en.rival_a > 0.0:
                    en.sold_a = en.sold_b = en.rival_a = en.picked = en.firm_pays = en.delivered = en.potential = 0.0
                if en.firm >= 0:
                    en.linked_trust = tie_trust(e, en.firm, v, tie_kept, tie_broken, route, ties)
                elif en.linked_trust > 0.0:
                    en.linked_trust = 0.0
                if season[c, calendar] > 0.0:
                    ripen(e, v, month, key, season[c, calendar], en, chains[c], firms[c], route, effects[0])
                    ripened += en.potential
                some = some or en.stock_a + en.stock_b + en.potential > 0.0
                e += 1
            if some:
                hh = household[h]
                share_cash_gap(of_household, e, hh.gap, vi.bazaar, calendar, enterprise, usual_price, vi.haul)
                for k in range(of_household, e):
                    en = enterprise[k]
                    if en.stock_a + en.stock_b + en.potential > 0.0:
                        bring(k, en, hh, chains[en.chain], behaviour[0], effects[0], goods[last_goods[v, en.chain]])
                        last_goods[v, en.chain] += 1
        flows[v, RIPENED] += ripened
        flows[v, LOST_STORE] += lost_in_store


def run(context: Context) -> None:
    """Phase 5 of one month."""
    s, p = context.state, context.parameters
    context.over_villages(
        produce, context.month, context.key, p.chains, p.firms, p.ties, p.season, context.first_household, context.first_enterprise,
        s.household, s.enterprise, s.village, s.usual_price, s.route, s.tie_kept, s.tie_broken, s.flows, p.behaviour,
        context.effects, context.goods, context.first_goods, context.last_goods,
    )  # fmt: skip


READS = ("enterprise.assets", "enterprise.skill", "enterprise.weather", "enterprise.uses_improved", "enterprise.kit_months")
WRITES = (
    "enterprise.stock_a", "enterprise.stock_b", "enterprise.potential", "enterprise.food_left", "enterprise.year_harvest",
    "enterprise.linked_trust", "enterprise.deliver_draw", "enterprise.rejected", "enterprise.cash_gap", "enterprise.sold_a",
    "enterprise.sold_b", "enterprise.rival_a", "enterprise.picked", "enterprise.firm_pays", "enterprise.delivered", "flows",
)  # fmt: skip
