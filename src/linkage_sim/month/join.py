"""Phase 4, who joins which firm: the best offer in the village against selling freely (model 4, Join)."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from linkage_sim.books import SERVICES
from linkage_sim.compiled import compiled
from linkage_sim.draws import STREAM, uniform
from linkage_sim.month.goods import kit_now, loss_at_harvest, part_of_grade_a
from linkage_sim.month.rows import rows_of_chain
from linkage_sim.rules.contract import join_chance, join_value, rejection_chance
from linkage_sim.rules.firm import outside_value
from linkage_sim.rules.trust import trust

JOIN, BREAKUP = STREAM["contract.join"], STREAM["contract.breakup"]
NOT_OFFERED = -math.inf
"""Worth of a contract that the firm does not offer to this enterprise."""


@compiled
def tie_trust(e: int, f: int, v: int, tie_kept: Any, tie_broken: Any, route: Any, ties: Any) -> float:
    """Trust of one enterprise in one firm; an introduction moves the prior towards that of a known firm."""
    tt = ties[0]
    known = route[f, v].introduced
    prior_kept = tt.unknown_kept + known * (tt.introduced_kept - tt.unknown_kept)
    prior_broken = tt.unknown_broken + known * (tt.introduced_broken - tt.unknown_broken)
    tie = f % tie_kept.shape[1]  # firms stand chain by chain, as many for each: ties are kept with those of the own chain only
    return trust(tie_kept[e, tie], tie_broken[e, tie], prior_kept, prior_broken)


@compiled
def expected_harvest(en: Any, ch: Any) -> float:
    """Harvest an enterprise expects in a year without news, kg, with its present practices."""
    gain = ch.practices_improved_gain * en.uses_improved
    fresh = en.assets * ch.harvest_yield_per_asset * en.skill * (1.0 + gain)
    return fresh * ch.harvest_conversion * ch.usual_bad_year * (1.0 - loss_at_harvest(en, ch, kit_now(en)))


@compiled
def expect_harvests(rows: Any, ch: Any, enterprise: Any) -> None:
    """Set the harvest expected by enterprises of one village and chain."""
    for e in rows:
        enterprise[e].expected_kg = expected_harvest(enterprise[e], ch)


@compiled
def spread_of(n: int, total: float, squares: float) -> float:
    """Coefficient of variation of ``n`` numbers from their sum and the sum of their squares; 0 where it has no meaning."""
    if n < 2 or total <= 0.0:
        return 0.0
    mean = total / n
    return math.sqrt(max(0.0, squares / n - mean * mean)) / mean


@compiled
def variation(prices: Any, harvests: Any) -> tuple[float, float]:
    """Coefficients of variation of remembered revenue: price times own harvest, and harvest alone, as at a fixed price."""
    n = 0
    total = squares = total_kg = squares_kg = 0.0
    for y in range(harvests.shape[0]):
        kg = harvests[y]
        if kg > 0.0 and prices[y] > 0.0:
            n += 1
            revenue = kg * prices[y]
            total += revenue
            squares += revenue * revenue
            total_kg += kg
            squares_kg += kg * kg
    return spread_of(n, total, squares), spread_of(n, total_kg, squares_kg)


@compiled
def offers_of(first: int, last: int, chosen: Any, route: Any) -> tuple[Any, Any]:
    """Firms that offer a contract in villages ``first``..``last``, of the chains that are 1 in ``chosen`` (C,).

    Returns
    -------
    offers : (V, C) how many; here : (V, F) which, those of chain ``c`` from the place of its first firm on
    """
    per_chain = route.shape[0] // chosen.shape[0]
    offers = np.zeros((last - first, chosen.shape[0]), dtype=np.int64)
    here = np.empty((last - first, route.shape[0]), dtype=np.int64)
    for f in range(route.shape[0]):
        c = f // per_chain  # firms stand chain by chain
        if chosen[c] == 1:
            for v in range(first, last):
                if route[f, v].is_open == 1 and route[f, v].price_a > 0.0:
                    here[v - first, c * per_chain + offers[v - first, c]] = f
                    offers[v - first, c] += 1
    return offers, here


@compiled
def members_of(first: int, last: int, chosen: Any, route: Any) -> Any:
    """Linked enterprises in villages ``first``..``last`` by chain (V, C), as counted when contracts were made; some may have left."""
    per_chain = route.shape[0] // chosen.shape[0]
    members = np.zeros((last - first, chosen.shape[0]))
    for f in range(route.shape[0]):
        if chosen[f // per_chain] == 1:
            for v in range(first, last):
                members[v - first, f // per_chain] += route[f, v].members
    return members


@compiled
def grades_bought(en: Any, ch: Any, ro: Any) -> tuple[float, float]:
    """Kg of grade A and grade B of a year without news that a firm would buy of an enterprise."""
    share_a = part_of_grade_a(en, ch)
    return en.expected_kg * share_a if ro.price_a > 0.0 else 0.0, en.expected_kg * (1.0 - share_a) if ro.price_b > 0.0 else 0.0


@compiled
def contract_worth(
    trusted: float, kg_a: float, kg_b: float, base: float, en: Any, ch: Any, bb: Any, pp: Any, fm: Any, vi: Any, ro: Any, ef: Any,
    outside_a: float, outside_b: float, cv_outside: float, cv_inside: float,
) -> float:  # fmt: skip
    """Worth of a contract for some kg, USD a season; ``base`` is the outside value it is compared with."""
    worth_later = en.delay_value
    loan = bb.credit_value * fm.loan_share * ch.practices_quality_cost * en.assets if ro.loan == 1 else 0.0
    wanted = ch.contract_autonomy * base * (1.0 - vi.association * (1.0 - bb.association_autonomy))
    hold_up = ch.practices_quality_cost * en.assets * en.uses_quality * (1.0 - trusted)
    rejection = rejection_chance(fm.rejection, ro.written, ef.contract_support_rejection)
    value = join_value(
        trusted, ro.price_a, worth_later, rejection, outside_a, kg_a, loan, pp.risk_aversion, cv_outside, cv_inside,
        en.income_share, wanted, hold_up,
    )  # fmt: skip
    if kg_b > 0.0:
        value += join_value(
            trusted, ro.price_b, worth_later, rejection, outside_b, kg_b, 0.0, pp.risk_aversion, cv_outside, cv_inside,
            en.income_share, 0.0, 0.0,
        )  # fmt: skip
    return value


@compiled
def outside_values(v: int, c: int, ch: Any, vi: Any, ahead: Any, rival_gain: Any) -> tuple[float, float]:
    """Outside value of grade A and grade B that a household expects at the village over the coming harvest, USD/kg."""
    price = ahead[vi.bazaar, c]
    return outside_value(price, ch.bazaar_grade_premium, vi.haul, rival_gain[v, c]), outside_value(price, 0.0, vi.haul, 0.0)


@compiled
def parts(month: int, key: Any, en: Any, bb: Any) -> bool:
    """Whether the linkage of an enterprise ends this year for reasons of its own."""
    return en.firm >= 0 and uniform(key, BREAKUP, month, en.identity) < bb.breakup


@compiled
def best_offer(
    e: int, v: int, parted: bool, here: Any, en: Any, hh: Any, ch: Any, bb: Any, pp: Any, fm: Any, vi: Any, ef: Any, firm: Any, route: Any,
    ties: Any, tie_kept: Any, tie_broken: Any, outside_a: float, outside_b: float, prices: Any, harvests: Any,
) -> tuple[int, float, float]:  # fmt: skip
    """The firm whose contract is worth most (-1 = no offer that can be taken), its worth and the outside value, USD a season.

    Parameters
    ----------
    here : firms that offer a contract in the village, as of `offers_of`
    prices, harvests : (years,) remembered, USD/kg and kg
    """
    best = -1
    best_value = NOT_OFFERED
    best_base = 1.0
    cv_outside = cv_inside = -1.0
    helped = False
    for f in here:
        ro = route[f, v]
        if (parted and f == en.firm) or (en.owing_firm >= 0 and en.owing_firm != f):
            continue
        kg_a, kg_b = grades_bought(en, ch, ro)
        base = outside_a * kg_a + outside_b * kg_b
        if base <= 0.0 or kg_a < ro.smallest:
            continue
        if cv_outside < 0.0:
            cv_outside, cv_inside = variation(prices, harvests)
            if fm.formula != 0.0:
                cv_inside = cv_outside
        trusted = tie_trust(e, f, v, tie_kept, tie_broken, route, ties)
        value = contract_worth(trusted, kg_a, kg_b, base, en, ch, bb, pp, fm, vi, ro, ef, outside_a, outside_b, cv_outside, cv_inside)
        helped = helped or firm[f].supported == 1 or ro.introduced > 0.0
        if value > best_value:
            best, best_value, best_base = f, value, base
    if helped and hh.offered == 0:
        hh.offered = 1
    return best, best_value, best_base


@compiled
def chance_to_join(best: int, before: int, value: float, base: float, bb: Any) -> float:
    """Chance to take the best offer; a newcomer wants something on top."""
    return join_chance(value, base, 0.0 if best == before else bb.newcomer_gain, bb.join_noise)


@compiled
def set_due(en: Any, ch: Any) -> None:
    """Contract kg of the coming season: all of the grades bought that a year without events would give."""
    normal = en.expected_kg / ch.usual_bad_year
    share_a = part_of_grade_a(en, ch)
    en.due_a = normal * share_a if en.price_a > 0.0 else 0.0
    en.due_b = normal * (1.0 - share_a) if en.price_b > 0.0 else 0.0
    en.contracted = en.due_a + en.due_b


@compiled
def keep_to_targets(v: int, c: int, rows: Any, enterprise: Any, route: Any, sums: Any) -> None:
    """Scale the contracts of a village and chain down where together they exceed what the firm contracts at most.

    ``rows`` are its enterprises, whose contracts were set this month; ``sums`` (firms of the chain, 2) is room.
    """
    sums[:] = 0.0
    begin = c * sums.shape[0]
    for e in rows:
        en = enterprise[e]
        if en.firm >= 0:
            sums[en.firm - begin, 0] += en.due_a
            sums[en.firm - begin, 1] += en.due_b
    for k in range(sums.shape[0]):
        route[begin + k, v].offered_a = sums[k, 0]
        route[begin + k, v].offered_b = sums[k, 1]
    for e in rows:
        en = enterprise[e]
        if en.firm >= 0:
            ro = route[en.firm, v]
            if sums[en.firm - begin, 0] > ro.target_a:
                en.due_a *= ro.target_a / sums[en.firm - begin, 0]
            if sums[en.firm - begin, 1] > ro.target_b:
                en.due_b *= ro.target_b / sums[en.firm - begin, 1]
            en.contracted = en.due_a + en.due_b


@compiled
def nothing_offered(first: int, last: int, chosen: Any, route: Any) -> None:
    """Forget what members would deliver, before `keep_to_targets` counts it anew where there are any."""
    per_chain = route.shape[0] // chosen.shape[0]
    for f in range(route.shape[0]):
        if chosen[f // per_chain] == 1:
            for v in range(first, last):
                route[f, v].offered_a = route[f, v].offered_b = 0.0


@compiled
def leave_firm(en: Any) -> None:
    """An enterprise has no contract until it joins anew; who has none has zeros here, and is not written."""
    if en.firm >= 0:
        en.firm = -1
        en.price_a = en.price_b = en.premium_a = en.premium_b = 0.0
        en.due_a = en.due_b = 0.0
    if en.contracted != 0.0:
        en.contracted = 0.0


@compiled
def join_firm(f: int, v: int, en: Any, ch: Any, fm: Any, ro: Any, flows: Any, route_services: Any) -> None:
    """An enterprise takes the offer of a firm."""
    en.firm = f
    en.price_a, en.price_b = ro.price_a, ro.price_b
    en.premium_a, en.premium_b = ro.premium_a, ro.premium_b
    set_due(en, ch)
    ro.members += 1.0
    if ro.extension == 1:
        route_services[f, v] += fm.extension_cost
        flows[v, SERVICES] += fm.extension_cost
        en.knowledge_quality += fm.extension_effect * (1.0 - en.knowledge_quality)


@compiled
def choose_firms(
    v: int, c: int, month: int, key: Any, rows: Any, here: Any, ch: Any, bb: Any, pp: Any, fm: Any, vi: Any, ef: Any, ties: Any,
    ahead: Any, household: Any, enterprise: Any, firm: Any, route: Any, tie_kept: Any, tie_broken: Any, memory: Any, price_memory: Any,
    rival_gain: Any, flows: Any, route_services: Any,
) -> bool:  # fmt: skip
    """Enterprises of a village and chain weigh what the firms ``here`` offer; whether any of them joins."""
    outside_a, outside_b = outside_values(v, c, ch, vi, ahead, rival_gain)
    some = False
    for e in rows:
        en = enterprise[e]
        before = en.firm
        best, value, base = best_offer(
            e, v, parts(month, key, en, bb), here, en, household[en.household], ch, bb, pp, fm, vi, ef, firm, route, ties, tie_kept,
            tie_broken, outside_a, outside_b, price_memory[v, c], memory[e],
        )  # fmt: skip
        leave_firm(en)
        if best >= 0 and uniform(key, JOIN, month, en.identity) < chance_to_join(best, before, value, base, bb):
            join_firm(best, v, en, ch, fm, route[best, v], flows, route_services)
            some = True
    return some


@compiled
def contract_choice(
    first: int, last: int, month: int, key: Any, chosen: Any, chains: Any, behaviour: Any, people: Any, firms: Any, ties: Any, ahead: Any,
    of_chain: Any, household: Any, enterprise: Any, village: Any, firm: Any, route: Any, tie_kept: Any, tie_broken: Any,
    memory: Any, price_memory: Any, rival_gain: Any, flows: Any, route_services: Any, effects: Any,
) -> None:  # fmt: skip
    """Who joins which firm, in the chains that are 1 in ``chosen`` (C,); the best of several offers is weighed.

    ``route_services`` (F, V) comes in as 0.
    """
    per_chain = route.shape[0] // chosen.shape[0]
    sums = np.empty((per_chain, 2))
    members = members_of(first, last, chosen, route)
    nothing_offered(first, last, chosen, route)
    offers, here = offers_of(first, last, chosen, route)
    for f in range(route.shape[0]):
        if chosen[f // per_chain] == 1:
            for v in range(first, last):
                route[f, v].members = 0.0
    for v in range(first, last):
        for c in range(chosen.shape[0]):
            rows = rows_of_chain(v, c, of_chain)
            if chosen[c] == 0 or len(rows) == 0:
                continue
            expect_harvests(rows, chains[c], enterprise)
            n = offers[v - first, c]
            if n > 0:
                some = choose_firms(
                    v, c, month, key, rows, here[v - first, c * per_chain : c * per_chain + n], chains[c], behaviour[0], people[0],
                    firms[c], village[v], effects[0], ties, ahead, household, enterprise, firm, route, tie_kept, tie_broken, memory,
                    price_memory, rival_gain, flows, route_services,
                )  # fmt: skip
                if some:
                    keep_to_targets(v, c, rows, enterprise, route, sums)
            elif members[v - first, c] > 0.0:
                for e in rows:
                    leave_firm(enterprise[e])
