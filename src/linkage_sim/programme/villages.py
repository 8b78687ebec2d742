"""Acts on villages: associations, savings groups, village organisations, mobile payments; and in which order villages are served."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from linkage_sim.draws import STREAM, uniform, uniforms
from linkage_sim.programme.direct import in_districts, targeted

if TYPE_CHECKING:
    from linkage_sim.context import Context
    from linkage_sim.programme.facilitator import Facilitation
    from linkage_sim.scenario.acts import Associations, MobilePayments, SavingsGroups, Targeted, VillageOrganisations

Ints = NDArray[np.int64]
GOALS = {
    "associations": "association_goal", "village_organisations": "organisation_goal", "mobile_payments": "mobile_goal",
    "savings_groups": "group_goal", "input_provider_links": "outlet_support",
}  # fmt: skip
"""Columns of a village that go back to 0 once the months paid for are over."""


def village_order(programme: Facilitation, context: Context, act: Targeted) -> Ints:
    """Villages in the order an act serves them: those with most of the households wanted first, luck within.

    A coordination table turns part of what has no target of its own towards villages in which a firm buys.
    """
    state = context.state
    if act.target == "all":
        wanted = aimed(programme, context).astype(float)
    elif act.target == "remote":
        wanted = state.village["remote"].astype(float)
    else:
        at = state.household["village"]
        wanted = np.bincount(at[targeted(context, act)], minlength=context.villages) / np.bincount(at, minlength=context.villages)
    order = np.lexsort((programme.village_luck, -wanted))
    return order[in_districts(programme, context, act)[order]] if act.districts else order


def aimed(programme: Facilitation, context: Context) -> NDArray[np.bool_]:
    """Villages that coordination puts first: those in which a firm buys by contract, as many of them as it reaches; (V,)."""
    if programme.aim <= 0.0:
        return np.zeros(context.villages, dtype=bool)
    linked = (context.state.route["members"] > 0.0).any(axis=0)
    return np.asarray(linked & (uniforms(context.key, "programme.aim", 0, np.arange(context.villages)) < programme.aim))


def is_wasted(programme: Facilitation, context: Context, place: int) -> bool:
    """Whether a unit is wasted because another agency does the same work there: money spent, nothing added."""
    return bool(uniform(context.key, STREAM["programme.village_duplicate"], context.month, place) < programme.overlap)


def reach_village(context: Context, v: int) -> None:
    """Note that an act has served every household of a village."""
    context.state.household["reached"][context.first_household[v] : context.first_household[v + 1]] = 1


def support_villages(programme: Facilitation, context: Context, name: str, kind: str, act: Targeted, months: int, strength: float) -> bool:
    """Support village after village for some months; one whose months are over may be paid for again."""
    purse = programme.ledger.purses[name]
    if not purse.affords():
        return False
    until = programme.until(kind, (context.villages,))
    acted = False
    for v in village_order(programme, context, act).tolist():
        if until[v] >= context.month:
            continue
        if not purse.affords():
            break
        programme.ledger.pay_unit(name, context.outside_flows)
        programme.pay_until(kind, v, context.month + months)
        if is_wasted(programme, context, v):
            continue
        context.state.village[GOALS[kind]][v] = strength
        reach_village(context, v)
        acted = True
    return acted


def support_associations(programme: Facilitation, context: Context, name: str, act: Associations) -> bool:
    """Associations: households sell together, share collecting, and watch over each other."""
    effect = programme.effects.associations
    return support_villages(programme, context, name, act.act, act, effect.support, effect.strength)


def organise(programme: Facilitation, context: Context, name: str, act: VillageOrganisations) -> bool:
    """Village organisations: they settle disputes, watch over promises and take over part of collecting."""
    effect = programme.effects.village_organisations
    return support_villages(programme, context, name, act.act, act, effect.support, effect.strength)


def bring_mobile_payments(programme: Facilitation, context: Context, name: str, act: MobilePayments) -> bool:
    """Mobile payments: agents and phones in a village; firms pay earlier and at less cost."""
    effect = programme.effects.mobile_payments
    return support_villages(programme, context, name, act.act, act, effect.support, effect.coverage)


def found_groups(programme: Facilitation, context: Context, name: str, act: SavingsGroups) -> bool:
    """Savings groups, one after the other; each takes the next households of a village that belong to none."""
    effect, purse = programme.effects.savings_groups, programme.ledger.purses[name]
    if not purse.affords():
        return False
    programme.until(act.act, (context.villages,))
    household, wanted = context.state.household, targeted(context, act)
    acted = False
    for v in village_order(programme, context, act).tolist():
        if not purse.affords():
            break
        first, last = context.first_household[v], context.first_household[v + 1]
        free = first + np.flatnonzero(household["member"][first:last] == 0)
        free = free[np.lexsort((programme.household_luck[free], ~wanted[free]))]
        while 2 * len(free) >= effect.members and purse.affords():
            programme.ledger.pay_unit(name, context.outside_flows)
            joined, free = free[: effect.members], free[effect.members :]
            if is_wasted(programme, context, v * 1000 + len(free)):
                continue
            household["member"][joined] = 1
            household["reached"][joined] = 1
            programme.pay_until(act.act, v, context.month + effect.support)
            context.state.village["group_goal"][v] = 1.0
            acted = True
    return acted


def end_support(programme: Facilitation, context: Context) -> None:
    """What was paid for some months begins to fade when they are over."""
    if context.month not in programme.ends:
        return
    for act, column in GOALS.items():
        if act in programme.paid_until:
            over = (programme.paid_until[act] >= 0) & (programme.paid_until[act] < context.month)
            if over.any():
                context.state.village[column][over] = 0.0
    if "contract_support" in programme.paid_until:
        until = programme.paid_until["contract_support"]
        over = (until >= 0) & (until < context.month)
        if over.any():
            context.state.route["written_goal"][over] = 0.0


def end_all(context: Context) -> None:
    """The programme leaves: nothing is supported any more."""
    for column in GOALS.values():
        context.state.village[column] = 0.0
    context.state.route["written_goal"] = 0.0
    context.state.firm["subsidy"] = 0.0
