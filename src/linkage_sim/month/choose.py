"""Phase 4, households choose: areas and herds, contract in the contracting month, practices in the planting month."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from linkage_sim.books import DEBT_MADE, INPUT_LOAN, SERVICES, VOUCHERS
from linkage_sim.compiled import compiled
from linkage_sim.context import Context
from linkage_sim.draws import STREAM, uniform
from linkage_sim.month.area import shift_assets
from linkage_sim.month.goods import loss_cut
from linkage_sim.month.offer import season_ahead
from linkage_sim.month.savings import group_room
from linkage_sim.rules.contract import join_chance, join_value, rejection_chance
from linkage_sim.rules.firm import outside_value
from linkage_sim.rules.group import season_interest
from linkage_sim.rules.harvest import grade_a_share
from linkage_sim.rules.practice import adoption_chance, outlay, quality_premium, season_cost
from linkage_sim.rules.trust import trust

JOIN, BREAKUP = STREAM["contract.join"], STREAM["contract.breakup"]
NOT_OFFERED = -math.inf
"""Worth of a contract that the firm does not offer to this enterprise."""
IMPROVED, QUALITY, SERVED = STREAM["practice.improved"], STREAM["practice.quality"], STREAM["practice.served"]


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
    loss = ch.harvest_loss_harvest * (1.0 - (en.kit_effect if en.kit_months > 0.0 else 0.0))
    loss = max(0.0, loss - loss_cut(en, ch))
    return fresh * ch.harvest_conversion * ch.usual_bad_year * (1.0 - loss)


@compiled
def variation(prices: Any, harvests: Any, fixed: bool) -> float:
    """Coefficient of variation of remembered revenue: price times own harvest, or harvest alone at a fixed price."""
    n = 0
    total = 0.0
    squares = 0.0
    for y in range(harvests.shape[0]):
        if harvests[y] > 0.0 and prices[y] > 0.0:
            revenue = harvests[y] * (1.0 if fixed else prices[y])
            n += 1
            total += revenue
            squares += revenue * revenue
    if n < 2 or total <= 0.0:
        return 0.0
    mean = total / n
    return math.sqrt(max(0.0, squares / n - mean * mean)) / mean


@compiled
def contract_worth(
    e: int, f: int, v: int, en: Any, hh: Any, ch: Any, bb: Any, pp: Any, fm: Any, vi: Any, route: Any, ties: Any, tie_kept: Any,
    tie_broken: Any, outside_a: float, outside_b: float, cv_outside: float, cv_inside: float, ef: Any,
) -> tuple[float, float]:  # fmt: skip
    """Worth of the contract of firm ``f`` and the outside value it is compared with, USD a season."""
    ro = route[f, v]
    share_a = grade_a_share(ch.harvest_grade_a, ch.practices_quality_gain, en.uses_quality)
    kg_a = en.expected_kg * share_a if ro.price_a > 0.0 else 0.0
    kg_b = en.expected_kg * (1.0 - share_a) if ro.price_b > 0.0 else 0.0
    base = outside_a * kg_a + outside_b * kg_b
    if base <= 0.0 or kg_a < ro.smallest:
        return NOT_OFFERED, 1.0
    trusted = tie_trust(e, f, v, tie_kept, tie_broken, route, ties)
    worth_later = en.delay_value
    loan = bb.credit_value * fm.loan_share * ch.practices_quality_cost * en.assets if ro.loan == 1 else 0.0
    wanted = ch.contract_autonomy * base * (1.0 - vi.association * (1.0 - bb.association_autonomy))
    hold_up = ch.practices_quality_cost * en.assets * en.uses_quality * (1.0 - trusted)
    inside = cv_inside if fm.formula == 0.0 else cv_outside
    rejection = rejection_chance(fm.rejection, ro.written, ef.contract_support_rejection)
    value = join_value(
        trusted, ro.price_a, worth_later, rejection, outside_a, kg_a, loan, pp.risk_aversion, cv_outside, inside,
        en.income_share, wanted, hold_up,
    )  # fmt: skip
    if kg_b > 0.0:
        value += join_value(
            trusted, ro.price_b, worth_later, rejection, outside_b, kg_b, 0.0, pp.risk_aversion, cv_outside, inside,
            en.income_share, 0.0, 0.0,
        )  # fmt: skip
    return value, base


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
    e: int, v: int, c: int, parted: bool, en: Any, hh: Any, ch: Any, bb: Any, pp: Any, fm: Any, vi: Any, ef: Any, firm: Any, route: Any,
    ties: Any, tie_kept: Any, tie_broken: Any, outside_a: float, outside_b: float, cv_outside: float, cv_inside: float,
) -> tuple[int, float, float]:  # fmt: skip
    """The firm whose contract is worth most (-1 = no offer that can be taken), its worth and the outside value, USD a season."""
    best = -1
    best_value = NOT_OFFERED
    best_base = 1.0
    for f in range(c * tie_kept.shape[1], (c + 1) * tie_kept.shape[1]):  # firms stand chain by chain
        ro = route[f, v]
        if parted and f == en.firm:
            continue
        if ro.is_open == 0 or ro.price_a <= 0.0 or (en.owing_firm >= 0 and en.owing_firm != f):
            continue
        value, base = contract_worth(
            e, f, v, en, hh, ch, bb, pp, fm, vi, route, ties, tie_kept, tie_broken, outside_a, outside_b, cv_outside, cv_inside, ef
        )
        if value != NOT_OFFERED and (firm[f].supported == 1 or ro.introduced > 0.0):
            hh.offered = 1
        if value > best_value:
            best, best_value, best_base = f, value, base
    return best, best_value, best_base


@compiled
def chance_to_join(best: int, before: int, value: float, base: float, bb: Any) -> float:
    """Chance to take the best offer; a newcomer wants something on top."""
    return join_chance(value, base, 0.0 if best == before else bb.newcomer_gain, bb.join_noise)


@compiled
def set_due(en: Any, ch: Any) -> None:
    """Contract kg of the coming season: all of the grades bought that a year without events would give."""
    normal = en.expected_kg / ch.usual_bad_year
    share_a = grade_a_share(ch.harvest_grade_a, ch.practices_quality_gain, en.uses_quality)
    en.due_a = normal * share_a if en.price_a > 0.0 else 0.0
    en.due_b = normal * (1.0 - share_a) if en.price_b > 0.0 else 0.0
    en.contracted = en.due_a + en.due_b


@compiled
def keep_to_targets(v: int, first: int, last: int, chosen: Any, enterprise: Any, firm: Any, route: Any, sums: Any) -> None:
    """Scale the contracts of a village down where together they exceed what the firm contracts at most.

    ``chosen`` (C,) is 1 for chains whose contracts were set this month; others stay.
    """
    sums[:] = 0.0
    for e in range(first, last):
        en = enterprise[e]
        if en.firm >= 0:
            sums[en.firm, 0] += en.due_a
            sums[en.firm, 1] += en.due_b
    for f in range(sums.shape[0]):
        if chosen[firm[f].chain] == 1:
            route[f, v].offered_a = sums[f, 0]
            route[f, v].offered_b = sums[f, 1]
    for e in range(first, last):
        en = enterprise[e]
        if en.firm >= 0 and chosen[en.chain] == 1:
            ro = route[en.firm, v]
            if sums[en.firm, 0] > ro.target_a:
                en.due_a *= ro.target_a / sums[en.firm, 0]
            if sums[en.firm, 1] > ro.target_b:
                en.due_b *= ro.target_b / sums[en.firm, 1]
            en.contracted = en.due_a + en.due_b


@compiled
def contract_choice(
    first: int, last: int, month: int, key: Any, chains: Any, behaviour: Any, people: Any, firms: Any, ties: Any, ahead: Any,
    first_enterprise: Any, household: Any, enterprise: Any, village: Any, firm: Any, route: Any, tie_kept: Any, tie_broken: Any,
    memory: Any, price_memory: Any, rival_gain: Any, flows: Any, route_services: Any,
    effects: Any,
) -> None:  # fmt: skip
    """Who joins which firm; the best of several offers is weighed."""
    calendar = month % 12
    bb = behaviour[0]
    pp = people[0]
    n_firms = route.shape[0]
    sums = np.zeros((n_firms, 2))
    chosen = np.zeros(chains.shape[0], dtype=np.uint8)
    for c in range(chains.shape[0]):
        chosen[c] = calendar == int(chains[c].contract_month)
    for v in range(first, last):
        vi = village[v]
        for f in range(n_firms):
            if chosen[firm[f].chain] == 1:
                route[f, v].members = 0.0
            route_services[f, v] = 0.0
        for e in range(first_enterprise[v], first_enterprise[v + 1]):
            en = enterprise[e]
            ch = chains[en.chain]
            if calendar != int(ch.contract_month):
                continue
            c = en.chain
            fm = firms[c]
            hh = household[en.household]
            en.expected_kg = expected_harvest(en, ch)
            outside_a, outside_b = outside_values(v, c, ch, vi, ahead, rival_gain)
            before = en.firm
            best, value, base = best_offer(
                e, v, c, parts(month, key, en, bb), en, hh, ch, bb, pp, fm, vi, effects[0], firm, route, ties, tie_kept, tie_broken,
                outside_a, outside_b, variation(price_memory[v, c], memory[e], False), variation(price_memory[v, c], memory[e], True),
            )  # fmt: skip
            en.firm = -1
            en.price_a = en.price_b = en.premium_a = en.premium_b = 0.0
            en.due_a = en.due_b = en.contracted = 0.0
            if best < 0:
                continue
            if uniform(key, JOIN, month, en.identity) < chance_to_join(best, before, value, base, bb):
                ro = route[best, v]
                en.firm = best
                en.price_a, en.price_b = ro.price_a, ro.price_b
                en.premium_a, en.premium_b = ro.premium_a, ro.premium_b
                set_due(en, ch)
                ro.members += 1.0
                if ro.extension == 1:
                    route_services[best, v] += fm.extension_cost
                    flows[v, SERVICES] += fm.extension_cost
                    en.knowledge_quality += fm.extension_effect * (1.0 - en.knowledge_quality)
        keep_to_targets(v, first_enterprise[v], first_enterprise[v + 1], chosen, enterprise, firm, route, sums)


@compiled
def practice_case(
    e: int, v: int, c: int, en: Any, hh: Any, ch: Any, bb: Any, pp: Any, fm: Any, vi: Any, ef: Any, firm: Any, route: Any,
    ties: Any, inputs: Any, ahead: Any, tie_kept: Any, tie_broken: Any,
) -> tuple[float, float, float, float, float, float, float, float]:  # fmt: skip
    """What speaks for each practice this season.

    Returns
    -------
    premium : USD/kg that grade A is expected to earn over grade B; factor : rise of input cost by the way to the shop
    gain, cost (USD a season, before vouchers) and chance of improved practice; the same of quality practice
    """
    price = ahead[vi.bazaar, c]
    value_b = outside_value(price, 0.0, vi.haul, 0.0)
    bonus = ch.bazaar_grade_premium * price
    trusted = 0.0
    offered = 0.0
    offered_premium = 0.0
    worth_later = en.delay_value
    for f in range(c * tie_kept.shape[1], (c + 1) * tie_kept.shape[1]):  # firms stand chain by chain
        ro = route[f, v]
        if ro.is_open == 1 and ro.price_a > 0.0:
            t = tie_trust(e, f, v, tie_kept, tie_broken, route, ties)
            p = ro.price_a * worth_later * (1.0 - rejection_chance(fm.rejection, ro.written, ef.contract_support_rejection)) - value_b
            if t * p > trusted * offered_premium:
                trusted, offered_premium = t, p
            offered = 0.5
    contracted = en.firm >= 0
    price_a = en.price_a
    rejection = fm.rejection
    if contracted:
        rejection = rejection_chance(fm.rejection, route[en.firm, v].written, ef.contract_support_rejection)
        trusted = tie_trust(e, en.firm, v, tie_kept, tie_broken, route, ties)
    premium = quality_premium(trusted, contracted, price_a, worth_later, rejection, value_b, bonus, offered, offered_premium)
    hurdle = bb.hurdle * (1.0 - ef.business_skills_hurdle * hh.business)
    interest = season_interest(pp.interest, ef.savings_groups_interest, vi.group * hh.member)
    picking = ch.harvest_picking_cost * en.picking_factor * (1.0 - ef.business_skills_picking * hh.business)
    factor = 1.0 + inputs[0].travel_cost * vi.reach_hours
    kg = en.expected_kg
    share_a = grade_a_share(ch.harvest_grade_a, ch.practices_quality_gain, en.uses_quality)
    best = value_b + share_a * max(0.0, premium)
    gain = ch.practices_improved_gain * kg * max(0.0, best - picking)
    gain += ch.practices_improved_loss_cut * kg * value_b
    own = season_cost(ch.practices_improved_cost, en.assets, ch.practices_improved_equipment_share, en.equipment_improved > 0.0, factor)
    chance = adoption_chance(
        gain, own * (1.0 - en.voucher), interest, hurdle, en.habit_improved, bb.adopt_noise,
        ch.practices_improved_cost * en.assets,
    )  # fmt: skip
    gain_quality = ch.practices_quality_gain * kg * premium + ch.practices_quality_loss_cut * kg * value_b
    own_quality = season_cost(
        ch.practices_quality_cost, en.assets, ch.practices_quality_equipment_share, en.equipment_quality > 0.0, factor
    )
    chance_quality = adoption_chance(
        gain_quality, own_quality * (1.0 - en.voucher), interest, hurdle, en.habit_quality, bb.adopt_noise,
        ch.practices_quality_cost * en.assets,
    )  # fmt: skip
    return premium, factor, gain, own, chance, gain_quality, own_quality, chance_quality


@compiled
def purchase_terms(
    en: Any, hh: Any, vi: Any, ch: Any, fm: Any, inputs: Any, ef: Any, lends: bool, committed: float
) -> tuple[float, float, float, float]:
    """What a household pays for the practices it wants: input loan, voucher, own part, and the money it has for that, USD.

    ``committed`` is what its other enterprises have spent this month.
    """
    loan = 0.0
    if en.uses_quality == 1 and lends:
        loan = fm.loan_share * ch.practices_quality_cost * en.assets * (1.0 - en.voucher)
    voucher = en.wanted_cost * en.voucher
    own = max(0.0, en.wanted_cost - voucher - loan)
    credit = inputs[0].credit
    on_credit = own * (credit + (1.0 - credit) * ef.input_provider_links_credit * vi.provider)
    money = hh.cash + max(0.0, hh.credit - hh.bank_debt) + on_credit + group_room(hh, vi, ef) - committed
    return loan, voucher, own, money


@compiled
def practice_wish(
    first: int, last: int, month: int, key: Any, chains: Any, behaviour: Any, people: Any, firms: Any, ties: Any, inputs: Any,
    ahead: Any, first_enterprise: Any, household: Any, enterprise: Any, village: Any, firm: Any, route: Any, tie_kept: Any,
    tie_broken: Any, effects: Any,
) -> None:  # fmt: skip
    """Which practices each enterprise wants this season, and what inputs that takes."""
    calendar = month % 12
    bb = behaviour[0]
    ef = effects[0]
    for v in range(first, last):
        vi = village[v]
        vi.input_wanted = 0.0
        for e in range(first_enterprise[v], first_enterprise[v + 1]):
            en = enterprise[e]
            ch = chains[en.chain]
            if calendar != int(ch.practice_month):
                continue
            en.wanted_cost = 0.0
            c = en.chain
            hh = household[en.household]
            fm = firms[c]
            _, factor, _, own, chance, _, own_quality, chance_quality = practice_case(
                e, v, c, en, hh, ch, bb, people[0], fm, vi, ef, firm, route, ties, inputs, ahead, tie_kept, tie_broken,
            )  # fmt: skip
            near = vi.reach_hours <= inputs[0].reach
            knows = en.knowledge_improved > en.knows_improved_draw
            wants = near and knows and uniform(key, IMPROVED, month, en.identity) < chance
            en.uses_improved = 1 if wants else 0
            if wants:
                en.wanted_cost += outlay(
                    own, ch.practices_improved_cost, en.assets, ch.practices_improved_equipment_share,
                    ch.practices_improved_equipment_life / 12.0, en.equipment_improved > 0.0, factor,
                )  # fmt: skip
            knows = en.knowledge_quality > en.knows_quality_draw
            wants = near and knows and uniform(key, QUALITY, month, en.identity) < chance_quality
            en.uses_quality = 1 if wants else 0
            if wants:
                en.wanted_cost += outlay(
                    own_quality, ch.practices_quality_cost, en.assets, ch.practices_quality_equipment_share,
                    ch.practices_quality_equipment_life / 12.0, en.equipment_quality > 0.0, factor,
                )  # fmt: skip
            vi.input_wanted += en.wanted_cost


@compiled
def ration_inputs(village: Any, inputs: Any, input_stock: Any, input_sales: Any, wanted: Any) -> None:
    """Share the shops' stock out over the villages of a bazaar in proportion to what they want."""
    wanted[:] = 0.0
    for v in range(village.shape[0]):
        wanted[village[v].bazaar] += village[v].input_wanted
    for v in range(village.shape[0]):
        b = village[v].bazaar
        village[v].input_ratio = min(1.0, input_stock[b] / wanted[b]) if wanted[b] > 0.0 else 1.0
        village[v].input_sales += village[v].input_wanted
    for b in range(wanted.shape[0]):
        input_sales[b] += wanted[b]
        input_stock[b] = max(0.0, input_stock[b] - wanted[b])


@compiled
def practice_purchase(
    first: int, last: int, month: int, key: Any, chains: Any, behaviour: Any, people: Any, firms: Any, inputs: Any,
    first_enterprise: Any, household: Any, enterprise: Any, village: Any, firm: Any, route: Any, flows: Any, route_services: Any,
    kits: Any, usual_price: Any, effects: Any,
) -> None:  # fmt: skip
    """Who gets the inputs and can pay; habit, equipment, loans; worn kits replaced where that pays."""
    calendar = month % 12
    bb = behaviour[0]
    sums = np.zeros((route.shape[0], 2))
    chosen = np.zeros(chains.shape[0], dtype=np.uint8)
    for c in range(chains.shape[0]):
        chosen[c] = calendar == int(chains[c].practice_month) and chains[c].due_reset == 1.0
    for v in range(first, last):
        vi = village[v]
        before = -1
        committed = 0.0
        for e in range(first_enterprise[v], first_enterprise[v + 1]):
            en = enterprise[e]
            ch = chains[en.chain]
            if calendar != int(ch.practice_month):
                continue
            fm = firms[en.chain]
            hh = household[en.household]
            if en.household != before:
                before = en.household
                committed = 0.0
            lends = en.firm >= 0 and route[en.firm, v].loan == 1
            loan, voucher, own, money = purchase_terms(en, hh, vi, ch, fm, inputs, effects[0], lends, committed)
            served = uniform(key, SERVED, month, en.identity) < vi.input_ratio
            if en.wanted_cost > 0.0 and (not served or own > money):
                en.uses_improved = 0
                en.uses_quality = 0
                own = voucher = loan = 0.0
            elif en.wanted_cost > 0.0:
                if en.uses_improved == 1 and en.equipment_improved <= 0.0:
                    en.equipment_improved = ch.practices_improved_equipment_life
                if en.uses_quality == 1 and en.equipment_quality <= 0.0:
                    en.equipment_quality = ch.practices_quality_equipment_life
                if loan > 0.0:
                    en.debt += loan * (1.0 + fm.loan_interest)
                    flows[v, DEBT_MADE] += loan * (1.0 + fm.loan_interest)
                    flows[v, INPUT_LOAN] += loan
                    route_services[en.firm, v] += loan
                flows[v, VOUCHERS] += voucher
            en.habit_improved = bb.habit * en.habit_improved + (1.0 - bb.habit) * en.uses_improved
            en.habit_quality = bb.habit * en.habit_quality + (1.0 - bb.habit) * en.uses_quality
            if en.kit_effect > 0.0 and en.kit_months <= 12.0:
                saved = ch.harvest_loss_harvest * en.kit_effect * en.expected_kg
                price = max(0.0, usual_price[vi.bazaar, en.chain, int(ch.harvest_start)] - vi.haul)
                if saved * price > kits[0] / (kits[1] / 12.0) * (1.0 + people[0].interest * 0.5) and own + kits[0] < hh.cash:
                    own += kits[0]
                    en.kit_months += kits[1]
            if chosen[en.chain] == 1 and en.firm >= 0 and en.season_delivered + en.season_side + en.season_broken <= 0.0:
                set_due(en, ch)
            en.practice_cost = own
            committed += own
            en.voucher = 0.0
        keep_to_targets(v, first_enterprise[v], first_enterprise[v + 1], chosen, enterprise, firm, route, sums)


def run(context: Context) -> None:
    """Phase 4 of one month; does nothing outside contracting and planting months."""
    s, p = context.state, context.parameters
    contracting, planting = context.is_month("contract_month"), context.is_month("practice_month")
    ahead = context.season_ahead
    shifting = context.is_month("area_month")
    if not (shifting or contracting or planting):
        return
    season_ahead(context.calendar, p.season, s.usual_price, s.bazaar_price, float(p.behaviour["news_memory"][0]), ahead)
    if shifting:
        context.over_villages(
            shift_assets, context.month, context.key, p.chains, p.behaviour, ahead, context.first_household, context.first_enterprise,
            s.household, s.enterprise, s.village, s.growing, context.scratch,
        )  # fmt: skip
    if not contracting and not planting:
        return
    services = context.services
    services[:] = 0.0
    if contracting:
        context.over_villages(
            contract_choice, context.month, context.key, p.chains, p.behaviour, p.people, p.firms, p.ties, ahead,
            context.first_enterprise, s.household, s.enterprise, s.village, s.firm, s.route, s.tie_kept, s.tie_broken, s.memory,
            s.price_memory, s.rival_gain, s.flows, services, context.effects,
        )  # fmt: skip
    if planting:
        context.over_villages(
            practice_wish, context.month, context.key, p.chains, p.behaviour, p.people, p.firms, p.ties, p.inputs, ahead,
            context.first_enterprise, s.household, s.enterprise, s.village, s.firm, s.route, s.tie_kept, s.tie_broken, context.effects,
        )  # fmt: skip
        ration_inputs(s.village, p.inputs, s.input_stock, s.input_sales, context.wanted)
        context.over_villages(
            practice_purchase, context.month, context.key, p.chains, p.behaviour, p.people, p.firms, p.inputs,
            context.first_enterprise, s.household, s.enterprise, s.village, s.firm, s.route, s.flows, services, context.kits,
            s.usual_price, context.effects,
        )  # fmt: skip
    s.firm["cash"] -= services.sum(axis=1)
    s.firm["season_margin"] -= services.sum(axis=1)


READS = ("route.price_a", "route.is_open", "tie_kept", "tie_broken", "memory", "price_memory", "usual_price", "village.association")
WRITES = (
    "growing", "enterprise.assets", "enterprise.asset_cost", "enterprise.asset_sale",
    "enterprise.firm", "enterprise.price_a", "enterprise.price_b", "enterprise.premium_a", "enterprise.premium_b", "enterprise.due_a",
    "enterprise.due_b", "enterprise.contracted", "enterprise.expected_kg", "enterprise.uses_improved", "enterprise.uses_quality",
    "enterprise.habit_improved", "enterprise.habit_quality", "enterprise.equipment_improved", "enterprise.equipment_quality",
    "enterprise.debt", "enterprise.wanted_cost", "enterprise.practice_cost", "enterprise.knowledge_quality", "enterprise.voucher",
    "enterprise.kit_months", "household.offered", "route.members", "route.offered_a", "route.offered_b", "village.input_wanted",
    "village.input_ratio", "village.input_sales", "input_stock", "input_sales", "firm.cash", "firm.season_margin", "flows",
)  # fmt: skip
