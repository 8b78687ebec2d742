"""Phase 4, practices in the planting month: what each enterprise wants, what the shops have, who can pay (model 4, Adopt)."""

from __future__ import annotations

from typing import Any

import numpy as np

from linkage_sim.books import DEBT_MADE, INPUT_LOAN, VOUCHERS
from linkage_sim.compiled import compiled, inlined
from linkage_sim.draws import STREAM, uniform
from linkage_sim.month.goods import part_of_grade_a
from linkage_sim.month.join import keep_to_targets, members_of, nothing_offered, offers_of, set_due, tie_trust
from linkage_sim.month.rows import room_for_rows, rows_of, rows_of_chain
from linkage_sim.month.savings import group_room
from linkage_sim.rules.contract import rejection_chance
from linkage_sim.rules.firm import outside_value
from linkage_sim.rules.group import season_interest
from linkage_sim.rules.practice import adoption_chance, outlay, quality_premium, season_cost

IMPROVED, QUALITY, SERVED = STREAM["practice.improved"], STREAM["practice.quality"], STREAM["practice.served"]


@compiled
def premium_expected(
    e: int, v: int, price: float, here: Any, en: Any, ch: Any, fm: Any, vi: Any, ef: Any, route: Any, ties: Any, tie_kept: Any,
    tie_broken: Any,
) -> float:  # fmt: skip
    """USD/kg that grade A is expected to earn over grade B.

    Parameters
    ----------
    price : expected over the coming harvest at the bazaar, USD/kg
    here : firms that offer a contract in the village, as of `offers_of`
    """
    value_b = outside_value(price, 0.0, vi.haul, 0.0)
    bonus = ch.bazaar_grade_premium * price
    trusted = 0.0
    offered = 0.0
    offered_premium = 0.0
    worth_later = en.delay_value
    for f in here:
        ro = route[f, v]
        t = tie_trust(e, f, v, tie_kept, tie_broken, route, ties)
        p = ro.price_a * worth_later * (1.0 - rejection_chance(fm.rejection, ro.written, ef.contract_support_rejection)) - value_b
        if t * p > trusted * offered_premium:
            trusted, offered_premium = t, p
        offered = 0.5
    contracted = en.firm >= 0
    rejection = fm.rejection
    if contracted:
        rejection = rejection_chance(fm.rejection, route[en.firm, v].written, ef.contract_support_rejection)
        trusted = tie_trust(e, en.firm, v, tie_kept, tie_broken, route, ties)
    return quality_premium(trusted, contracted, en.price_a, worth_later, rejection, value_b, bonus, offered, offered_premium)


@compiled
def premium_unlinked(price: float, ch: Any, vi: Any) -> float:
    """`premium_expected` of an enterprise without contract where no firm offers one."""
    value_b = outside_value(price, 0.0, vi.haul, 0.0)
    return quality_premium(0.0, False, 0.0, 0.0, 0.0, value_b, ch.bazaar_grade_premium * price, 0.0, 0.0)


@compiled
def costs_around(hh: Any, bb: Any, pp: Any, vi: Any, inputs: Any, ef: Any) -> tuple[float, float, float]:
    """Rise of input cost by the way to the shop, interest until harvest, extra gain wanted by a household without habit."""
    interest = season_interest(pp.interest, ef.savings_groups_interest, vi.group * hh.member)
    return 1.0 + inputs[0].travel_cost * vi.reach_hours, interest, bb.hurdle * (1.0 - ef.business_skills_hurdle * hh.business)


@compiled
def improved_case(
    price: float, premium: float, factor: float, interest: float, hurdle: float, en: Any, hh: Any, ch: Any, bb: Any, vi: Any, ef: Any
) -> tuple[float, float, float]:
    """Gain and cost of improved practice, USD a season, before vouchers, and the chance that it is wanted."""
    value_b = outside_value(price, 0.0, vi.haul, 0.0)
    picking = ch.harvest_picking_cost * en.picking_factor * (1.0 - ef.business_skills_picking * hh.business)
    kg = en.expected_kg
    share_a = part_of_grade_a(en, ch)
    best = value_b + share_a * max(0.0, premium)
    gain = ch.practices_improved_gain * kg * max(0.0, best - picking)
    gain += ch.practices_improved_loss_cut * kg * value_b
    own = season_cost(ch.practices_improved_cost, en.assets, ch.practices_improved_equipment_share, en.equipment_improved > 0.0, factor)
    chance = adoption_chance(
        gain, own * (1.0 - en.voucher), interest, hurdle, en.habit_improved, bb.adopt_noise,
        ch.practices_improved_cost * en.assets,
    )  # fmt: skip
    return gain, own, chance


@compiled
def quality_case(
    price: float, premium: float, factor: float, interest: float, hurdle: float, en: Any, ch: Any, bb: Any, vi: Any
) -> tuple[float, float, float]:
    """The same of quality practice."""
    value_b = outside_value(price, 0.0, vi.haul, 0.0)
    kg = en.expected_kg
    gain = ch.practices_quality_gain * kg * premium + ch.practices_quality_loss_cut * kg * value_b
    own = season_cost(ch.practices_quality_cost, en.assets, ch.practices_quality_equipment_share, en.equipment_quality > 0.0, factor)
    chance = adoption_chance(
        gain, own * (1.0 - en.voucher), interest, hurdle, en.habit_quality, bb.adopt_noise,
        ch.practices_quality_cost * en.assets,
    )  # fmt: skip
    return gain, own, chance


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
def wish(
    month: int, key: Any, price: float, premium: float, en: Any, hh: Any, ch: Any, bb: Any, pp: Any, vi: Any, inputs: Any, ef: Any
) -> tuple[bool, bool, float]:
    """Whether an enterprise wants improved and quality practice, as far as it knows them, and what inputs that takes, USD."""
    factor, interest, hurdle = costs_around(hh, bb, pp, vi, inputs, ef)
    improved = quality = False
    cost = 0.0
    if en.knowledge_improved > en.knows_improved_draw:
        _, own, chance = improved_case(price, premium, factor, interest, hurdle, en, hh, ch, bb, vi, ef)
        improved = uniform(key, IMPROVED, month, en.identity) < chance
        if improved:
            cost += outlay(
                own, ch.practices_improved_cost, en.assets, ch.practices_improved_equipment_share,
                ch.practices_improved_equipment_life / 12.0, en.equipment_improved > 0.0, factor,
            )  # fmt: skip
    if en.knowledge_quality > en.knows_quality_draw:
        _, own, chance = quality_case(price, premium, factor, interest, hurdle, en, ch, bb, vi)
        quality = uniform(key, QUALITY, month, en.identity) < chance
        if quality:
            cost += outlay(
                own, ch.practices_quality_cost, en.assets, ch.practices_quality_equipment_share,
                ch.practices_quality_equipment_life / 12.0, en.equipment_quality > 0.0, factor,
            )  # fmt: skip
    return improved, quality, cost


@compiled
def those_who_know(rows: Any, near: bool, enterprise: Any) -> int:
    """How many of these enterprises know a practice and have a shop in reach; they are moved to the front of ``rows``.

    The others want nothing.
    """
    n = 0
    for e in rows:
        en = enterprise[e]
        knows = near & ((en.knowledge_improved > en.knows_improved_draw) | (en.knowledge_quality > en.knows_quality_draw))
        if (not knows) & ((en.uses_improved | en.uses_quality == 1) | (en.wanted_cost != 0.0)):
            en.uses_improved = en.uses_quality = 0
            en.wanted_cost = 0.0
        rows[n] = e
        n += knows
    return n


@compiled
def practice_wish(
    first: int, last: int, month: int, key: Any, chosen: Any, chains: Any, behaviour: Any, people: Any, firms: Any, ties: Any, inputs: Any,
    ahead: Any, first_enterprise: Any, household: Any, enterprise: Any, village: Any, route: Any, tie_kept: Any, tie_broken: Any,
    effects: Any,
) -> None:  # fmt: skip
    """Which practices each enterprise of the chains that are 1 in ``chosen`` (C,) wants this season, and what inputs that takes."""
    per_chain = route.shape[0] // chosen.shape[0]
    rows = room_for_rows(first, last, first_enterprise)
    offers, here = offers_of(first, last, chosen, route)
    members = members_of(first, last, chosen, route)
    usual = np.zeros(chosen.shape[0])
    for v in range(first, last):
        vi = village[v]
        wanted = 0.0
        for c in range(chosen.shape[0]):
            if chosen[c] == 1:
                usual[c] = premium_unlinked(ahead[vi.bazaar, c], chains[c], vi)
        n = rows_of(first_enterprise[v], first_enterprise[v + 1], chosen, enterprise, rows)
        for e in rows[: those_who_know(rows[:n], vi.reach_hours <= inputs[0].reach, enterprise)]:
            en = enterprise[e]
            c = en.chain
            price, premium = ahead[vi.bazaar, c], usual[c]
            n = offers[v - first, c]
            if n > 0 or members[v - first, c] > 0.0:
                premium = premium_expected(
                    e, v, price, here[v - first, c * per_chain : c * per_chain + n], en, chains[c], firms[c], vi, effects[0], route, ties,
                    tie_kept, tie_broken,
                )  # fmt: skip
            improved, quality, cost = wish(
                month, key, price, premium, en, household[en.household], chains[c], behaviour[0], people[0], vi, inputs, effects[0]
            )
            en.uses_improved, en.uses_quality, en.wanted_cost = improved, quality, cost
            wanted += cost
        vi.input_wanted = wanted


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
def pay_practices(
    v: int, month: int, key: Any, committed: float, en: Any, hh: Any, ch: Any, bb: Any, fm: Any, vi: Any, inputs: Any, ef: Any, route: Any,
    flows: Any, route_services: Any,
) -> float:  # fmt: skip
    """An enterprise gets the inputs it wants, where the shop has them and the household can pay; returns its own part, USD."""
    lends = en.firm >= 0 and route[en.firm, v].loan == 1
    loan, voucher, own, money = purchase_terms(en, hh, vi, ch, fm, inputs, ef, lends, committed)
    if own > money or (vi.input_ratio < 1.0 and uniform(key, SERVED, month, en.identity) >= vi.input_ratio):
        en.uses_improved = 0
        en.uses_quality = 0
        return 0.0
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
    return own


@compiled
def kit_cost(own: float, en: Any, hh: Any, ch: Any, pp: Any, vi: Any, kits: Any, usual_price: Any) -> float:
    """A worn storage kit is replaced where that pays and the cash is there; returns what it costs, USD."""
    saved = ch.harvest_loss_harvest * en.kit_effect * en.expected_kg
    price = max(0.0, usual_price[vi.bazaar, en.chain, int(ch.harvest_start)] - vi.haul)
    if saved * price > kits[0] / (kits[1] / 12.0) * (1.0 + pp.interest * 0.5) and own + kits[0] < hh.cash:
        en.kit_months += kits[1]
        return kits[0]
    return 0.0


@inlined
def form_habit(en: Any, bb: Any) -> None:
    """Habit of each practice moves towards what is done."""
    en.habit_improved = bb.habit * en.habit_improved + (1.0 - bb.habit) * en.uses_improved
    en.habit_quality = bb.habit * en.habit_quality + (1.0 - bb.habit) * en.uses_quality


@compiled
def form_habits(rows: Any, bb: Any, enterprise: Any) -> None:
    """Habits of enterprises of one village and chain."""
    for e in rows:
        form_habit(enterprise[e], bb)


@compiled
def those_who_buy(rows: Any, enterprise: Any) -> int:
    """How many of these enterprises want inputs, have a worn kit, or something of last season's purchase to forget.

    They are moved to the front of ``rows``.
    """
    n = 0
    for e in rows:
        en = enterprise[e]
        worn = (en.kit_effect > 0.0) & (en.kit_months <= 12.0)
        rows[n] = e
        n += worn | (en.wanted_cost > 0.0) | (en.practice_cost != 0.0) | (en.voucher > 0.0)
    return n


@compiled
def reset_contracts(v: int, c: int, rows: Any, ch: Any, enterprise: Any, route: Any, sums: Any) -> None:
    """Contracts of a village and chain are set anew, now that practices are known; ``sums`` (firms of the chain, 2) is room."""
    some = False
    for e in rows:
        en = enterprise[e]
        if en.firm >= 0:
            some = True
            if en.season_delivered + en.season_side + en.season_broken <= 0.0:
                set_due(en, ch)
    if some:
        keep_to_targets(v, c, rows, enterprise, route, sums)


@compiled
def practice_purchase(
    first: int, last: int, month: int, key: Any, planting: Any, chains: Any, behaviour: Any, people: Any, firms: Any, inputs: Any,
    first_household: Any, first_enterprise: Any, of_chain: Any, household: Any, enterprise: Any, village: Any, route: Any, flows: Any,
    route_services: Any, kits: Any, usual_price: Any, effects: Any, money: Any, money_at: Any,
) -> None:  # fmt: skip
    """Who gets the inputs and can pay, in chains that are 1 in ``planting`` (C,); habit, equipment, loans; worn kits replaced."""
    sums = np.empty((route.shape[0] // planting.shape[0], 2))
    buyers = room_for_rows(first, last, first_enterprise)
    reset = planting.copy()  # chains whose contracts are set anew
    for c in range(reset.shape[0]):
        reset[c] *= chains[c].due_reset == 1.0
    nothing_offered(first, last, reset, route)
    members = members_of(first, last, reset, route)
    for v in range(first, last):
        vi = village[v]
        at = money_at[v] - first_household[v]
        n = rows_of(first_enterprise[v], first_enterprise[v + 1], planting, enterprise, buyers)
        for k in range(first_household[v + 1] - first_household[v]):
            money[money_at[v] + k].committed = 0.0
        for e in buyers[: those_who_buy(buyers[:n], enterprise)]:
            en = enterprise[e]
            c = en.chain
            own = 0.0
            hh = household[en.household]
            committed = money[at + en.household].committed
            if en.wanted_cost > 0.0:
                own = pay_practices(
                    v, month, key, committed, en, hh, chains[c], behaviour[0], firms[c], vi, inputs, effects[0], route, flows,
                    route_services,
                )  # fmt: skip
            if en.kit_effect > 0.0 and en.kit_months <= 12.0:
                own += kit_cost(own, en, hh, chains[c], people[0], vi, kits, usual_price)
            money[at + en.household].committed = committed + own
            if en.practice_cost != own:
                en.practice_cost = own
            if en.voucher > 0.0:
                en.voucher = 0.0
        for c in range(planting.shape[0]):
            rows = rows_of_chain(v, c, of_chain)
            if planting[c] == 1 and len(rows) > 0:
                form_habits(rows, behaviour[0], enterprise)
                if members[v - first, c] > 0.0:
                    reset_contracts(v, c, rows, chains[c], enterprise, route, sums)
