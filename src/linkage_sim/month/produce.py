"""Phase 5, produce: losses in store, what ripens this month, food kept first."""

from __future__ import annotations

from typing import Any

from linkage_sim.books import LOST_STORE, RIPENED
from linkage_sim.compiled import compiled
from linkage_sim.context import Context
from linkage_sim.draws import STREAM, uniform
from linkage_sim.month.choose import tie_trust
from linkage_sim.rules.contract import rejection_chance
from linkage_sim.rules.harvest import harvest

DELIVER, REJECT = STREAM["trade.deliver"], STREAM["trade.reject"]


@compiled
def usual_rejection(fm: Any, ro: Any) -> float:
    """Chance that a lot is rejected at the gate; the first season of a route has its own, of which suppliers do not know."""
    return fm.first_rejection if ro.seasons == 0.0 else fm.rejection


@compiled
def share_cash_gap(first: int, last: int, b: int, calendar: int, household: Any, enterprise: Any, usual_price: Any, haul: float) -> None:
    """What each enterprise of a village must bring of the cash its household misses: in proportion to what its goods usually fetch."""
    start = first
    while start < last:
        end = start
        total = 0.0
        while end < last and enterprise[end].household == enterprise[start].household:
            en = enterprise[end]
            total += (en.stock_a + en.stock_b + en.potential) * max(0.0, usual_price[b, en.chain, calendar] - haul)
            end += 1
        gap = household[enterprise[start].household].gap
        for e in range(start, end):
            en = enterprise[e]
            en.cash_gap = gap
            if end - start > 1:
                worth = (en.stock_a + en.stock_b + en.potential) * max(0.0, usual_price[b, en.chain, calendar] - haul)
                en.cash_gap = gap * worth / total if total > 0.0 else 0.0
        start = end


@compiled
def produce(
    first: int, last: int, month: int, key: Any, chains: Any, firms: Any, ties: Any, season: Any, first_enterprise: Any, household: Any,
    enterprise: Any, village: Any, usual_price: Any, route: Any, tie_kept: Any, tie_broken: Any, flows: Any, effects: Any,
) -> None:  # fmt: skip
    """Ripening and storage losses of a range of villages."""
    calendar = month % 12
    for v in range(first, last):
        for e in range(first_enterprise[v], first_enterprise[v + 1]):
            en = enterprise[e]
            c = en.chain
            ch = chains[c]
            kit = en.kit_effect if en.kit_months > 0.0 else 0.0
            lost = ch.harvest_loss_store * (1.0 - kit)
            flows[v, LOST_STORE] += lost * (en.stock_a + en.stock_b)
            en.stock_a *= 1.0 - lost
            en.stock_b *= 1.0 - lost
            en.potential = 0.0
            en.linked_trust = tie_trust(e, en.firm, v, tie_kept, tie_broken, route, ties) if en.firm >= 0 else 0.0
            if season[c, calendar] > 0.0:
                if calendar == int(ch.harvest_start):
                    en.food_left = ch.harvest_food_need
                    en.year_harvest = 0.0
                if ch.all_year == 1.0:
                    en.food_left = ch.harvest_food_need / 12.0
                gain = ch.practices_improved_gain * en.uses_improved
                en.potential = harvest(
                    en.assets, ch.harvest_yield_per_asset, en.skill, gain, en.weather, ch.harvest_conversion, season[c, calendar]
                )
                en.year_harvest += en.potential
                flows[v, RIPENED] += en.potential
                if en.firm >= 0:  # the luck of this month's lot is the same in every pass of the trade phase
                    en.deliver_draw = uniform(key, DELIVER, month, en.identity)
                    ro = route[en.firm, v]
                    chance = rejection_chance(usual_rejection(firms[c], ro), ro.written, effects[0].contract_support_rejection)
                    en.rejected = uniform(key, REJECT, month, en.identity) < chance
        vi = village[v]
        share_cash_gap(first_enterprise[v], first_enterprise[v + 1], vi.bazaar, calendar, household, enterprise, usual_price, vi.haul)


def run(context: Context) -> None:
    """Phase 5 of one month."""
    s, p = context.state, context.parameters
    context.over_villages(
        produce, context.month, context.key, p.chains, p.firms, p.ties, p.season, context.first_enterprise, s.household,
        s.enterprise, s.village, s.usual_price, s.route, s.tie_kept, s.tie_broken, s.flows, context.effects,
    )  # fmt: skip


READS = ("enterprise.assets", "enterprise.skill", "enterprise.weather", "enterprise.uses_improved", "enterprise.kit_months")
WRITES = (
    "enterprise.stock_a", "enterprise.stock_b", "enterprise.potential", "enterprise.food_left", "enterprise.year_harvest",
    "enterprise.linked_trust", "enterprise.deliver_draw", "enterprise.rejected", "enterprise.cash_gap", "flows",
)  # fmt: skip
