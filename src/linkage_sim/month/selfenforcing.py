"""Whether a linkage would hold by itself: Levin's pooled condition, from what both sides weigh when they decide (model 7)."""

from __future__ import annotations

from typing import Any

import numpy as np

from linkage_sim.compiled import compiled
from linkage_sim.month.goods import part_of_grade_a
from linkage_sim.month.join import tie_trust
from linkage_sim.month.offer import season_ahead
from linkage_sim.rules.contract import contract_price, is_self_enforcing, relationship_rent, side_selling_gain, social_sanction
from linkage_sim.rules.firm import future_at_stake, loss_of_keeping, running_cost

UNLINKED, FRAGILE, HOLDS = 0, 1, 2
"""What `links_hold` says of an enterprise."""


@compiled
def remembered_range(prices: Any, usual: float) -> tuple[float, float]:
    """Lowest and highest remembered season price net at the village, USD/kg; the usual one where none is remembered."""
    low = high = usual
    for price in prices:
        if price > 0.0:
            low = min(low, price)
            high = max(high, price)
    return low, high


@compiled
def grade_stakes(
    formula: int, kg: float, price: float, premium: float, usual: float, low: float, high: float, worth: float, bazaar: float,
    trusted: float, side: float, en: Any, hh: Any, vi: Any, bb: Any,
) -> tuple[float, float, float, float]:  # fmt: skip
    """One grade of one linkage in a year, USD: temptation of both, the farmer's future, what the firm earns, what both make.

    The farmer is tempted most in the remembered year with the highest price, the firm in that with the lowest.
    """
    if price <= 0.0 or kg <= 0.0:
        return 0.0, 0.0, 0.0, 0.0
    gap = min(1.0, hh.gap / hh.need) if hh.need > 0.0 else 0.0
    when_high = contract_price(formula, price, premium, high)
    when_low = contract_price(formula, price, premium, low)
    normal = contract_price(formula, price, premium, usual)
    gain = side_selling_gain(high, when_high, en.delay_value, en.debt, bb.debt_recovered, en.contracted, bb.cash_pull, gap, bazaar)
    temptation = kg * (max(0.0, gain) + max(0.0, loss_of_keeping(when_low, max(low, 0.0), worth)))
    outside = max(0.0, price - premium)
    sanction = social_sanction(bb.sanction, bb.sanction_alone, vi.association, side)
    rent = relationship_rent(trusted, normal, en.delay_value, outside, kg, kg, hh.patience_year, bb.breakup, bb.detection, sanction, bazaar)
    return temptation, kg * rent, kg * (worth - normal), kg * (worth - outside)


@compiled
def links_hold(calendar: int, w: Any, out: Any) -> None:
    """For every enterprise (E,): unlinked, or whether its linkage satisfies the pooled condition without the programme.

    Without the programme the firm does itself what the facilitator did for it.
    """
    bb = w.behaviour[0]
    formula = int(w.firms[0].formula)
    prices = np.zeros(w.season_ahead.shape)
    season_ahead(calendar, w.season, w.usual_price, w.bazaar_price, bb.news_memory, prices)
    for v in range(w.village.shape[0]):
        vi = w.village[v]
        growers = w.first_enterprise[v + 1] - w.first_enterprise[v]
        for e in range(w.first_enterprise[v], w.first_enterprise[v + 1]):
            en = w.enterprise[e]
            out[e] = UNLINKED
            f = en.firm
            if f < 0:
                continue
            c = en.chain
            ch = w.chains[c]
            fm = w.firms[c]
            ro = w.route[f, v]
            hh = w.household[en.household]
            bazaar = prices[vi.bazaar, c]
            usual = max(0.0, bazaar - vi.haul)
            low, high = remembered_range(w.price_memory[v, c], usual)
            share_a = part_of_grade_a(en, ch) if en.price_b > 0.0 else 1.0
            trusted = tie_trust(e, f, v, w.tie_kept, w.tie_broken, w.route, w.ties)
            temptation = future = margin = surplus = 0.0
            for g in range(2):
                kg = en.contracted * (share_a if g == 0 else 1.0 - share_a)
                better = 1.0 + (ch.bazaar_grade_premium if g == 0 else 0.0)
                found = grade_stakes(
                    formula, kg, en.price_a if g == 0 else en.price_b, en.premium_a if g == 0 else en.premium_b,
                    better * (usual + vi.haul) - vi.haul, better * (low + vi.haul) - vi.haul, better * (high + vi.haul) - vi.haul,
                    ro.worth_a if g == 0 else ro.worth_b, bazaar, trusted, w.side_share[v, c], en, hh, vi, bb,
                )  # fmt: skip
                temptation += found[0]
                future += found[1]
                margin += found[2]
                surplus += found[3]
            members = max(ro.members, 1.0)
            route_cost = running_cost(w.firm[f].running, ro.travel, ro.dependence, False, fm.association_saving * vi.association)
            cost = route_cost / members + fm.member_cost * (1.0 - vi.association)
            cost += fm.extension_cost if ro.extension == 1 else 0.0
            yearly = (1.0 - ro.side_record) * margin - cost
            future += future_at_stake(w.firm[f].reliability, fm.patience, yearly, 1.0, 1.0, fm.reputation, growers / members)
            out[e] = HOLDS if is_self_enforcing(temptation, future, surplus - cost) else FRAGILE
