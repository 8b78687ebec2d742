"""Acts on villages: associations, savings groups, village organisations, mobile payments; and in which order villages are served."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from linkage_sim.compiled import compiled
from linkage_sim.draws import STREAM, uniform
from linkage_sim.programme.direct import comes_first, overlap_now, targeted
from linkage_sim.programme.ledger import affords, pay_unit
from linkage_sim.programme.plan import (
    ALL,
    ASSOCIATIONS,
    GROUPS,
    MOBILE,
    NEVER,
    ORGANISATIONS,
    PROVIDERS,
    REMOTE,
    VILLAGE_ACTS,
)

if TYPE_CHECKING:
    from linkage_sim.context import Context
    from linkage_sim.programme.facilitator import Facilitation
    from linkage_sim.scenario.acts import SavingsGroups

Ints = NDArray[np.int64]
AIM, DUPLICATE = STREAM["programme.aim"], STREAM["programme.village_duplicate"]


@compiled
def aim_at(w: Any, p: Any) -> None:
    """Villages that coordination puts first have a 1 in ``p.wanted`` (V,): those in which a firm buys by contract, as far as it reaches."""
    aim = w.facilitator[0].aim
    for v in range(w.village.shape[0]):
        p.wanted[v] = 0.0
        for f in range(w.route.shape[0]):
            if aim > 0.0 and w.route[f, v].members > 0.0:
                p.wanted[v] = 1.0 if uniform(w.key, AIM, 0, v) < aim else 0.0
                break


@compiled
def weigh_villages(target: int, w: Any, p: Any) -> None:
    """How much an act with this target wants to serve each village, into ``p.wanted`` (V,): the share of households it serves first.

    A coordination table turns part of what has no target of its own towards villages in which a firm buys.
    """
    if target == ALL:
        aim_at(w, p)
        return
    for v in range(w.village.shape[0]):
        found, first, last = 0, w.first_household[v], w.first_household[v + 1]
        for h in range(first, last):
            found += comes_first(target, h, w)
        p.wanted[v] = w.village[v].remote if target == REMOTE else found / (last - first)


def village_order(programme: Facilitation, context: Context, i: int) -> Ints:
    """Villages in the order act ``i`` serves them: those that it wants most first, luck within; (n,)."""
    p = programme.held
    weigh_villages(programme.plan[i].target, context.whole, p)
    order = np.lexsort((p.village_luck, -p.wanted))
    return np.asarray(order[p.in_districts[i, order] == 1])


@compiled
def next_village(i: int, until: Any, month: int, w: Any, p: Any) -> int:
    """The first village in that order that is not paid for now (``until`` (V,)); -1 for none."""
    found = -1
    for v in range(w.village.shape[0]):
        if until[v] >= month or p.in_districts[i, v] == 0:
            continue
        before = found >= 0 and p.wanted[found] == p.wanted[v] and p.village_luck[v] < p.village_luck[found]
        if found < 0 or p.wanted[v] > p.wanted[found] or before:
            found = v
    return found


@compiled
def is_wasted(place: int, month: int, w: Any, p: Any) -> bool:
    """Whether a unit is wasted because another agency does the same work there: money spent, nothing added."""
    return uniform(w.key, DUPLICATE, month, place) < overlap_now(w, p)


@compiled
def reach_village(v: int, w: Any) -> None:
    """Note that an act has served every household of a village."""
    for h in range(w.first_household[v], w.first_household[v + 1]):
        w.household[h].reached = 1


@compiled
def set_goal(kind: int, village: Any, goal: float) -> None:
    """What the support of an act builds up in a village (its row), 0..1."""
    if kind == ASSOCIATIONS:
        village.association_goal = goal
    elif kind == ORGANISATIONS:
        village.organisation_goal = goal
    elif kind == MOBILE:
        village.mobile_goal = goal
    elif kind == GROUPS:
        village.group_goal = goal
    elif kind == PROVIDERS:
        village.outlet_support = goal


@compiled
def goal_and_months(kind: int, effects: Any) -> tuple[float, int]:
    """What an association, an organisation or mobile payments come to with support, 0..1, and for how many months a unit pays."""
    if kind == ASSOCIATIONS:
        return effects.associations_strength, int(effects.associations_support)
    if kind == ORGANISATIONS:
        return effects.village_organisations_strength, int(effects.village_organisations_support)
    return effects.mobile_payments_coverage, int(effects.mobile_payments_support)


@compiled
def support(i: int, month: int, w: Any, p: Any) -> bool:
    """Support village after village for some months; one whose months are over may be paid for again.

    Associations sell together, share collecting and watch over each other; village organisations settle disputes, watch over promises and
    take over part of collecting; agents and phones let firms pay earlier and at less cost.
    """
    a, acted = p.plan[i], False
    if not affords(a):
        return False
    weigh_villages(a.target, w, p)
    goal, months = goal_and_months(a.kind, w.effects[0])
    until = p.paid_until[a.kind - ASSOCIATIONS]
    while affords(a):
        v = next_village(i, until, month, w, p)
        if v < 0:
            break
        pay_unit(a, w.facilitator[0], w.outside_flows)
        pay_until(until, v, month + months, p)
        if not is_wasted(v, month, w, p):
            set_goal(a.kind, w.village[v], goal)
            reach_village(v, w)
            acted = True
    return acted


@compiled
def pay_until(until: Any, place: int, month: int, p: Any) -> None:
    """Note until which month a place is paid for."""
    until[place] = month
    if month + 1 < p.ends.shape[0]:
        p.ends[month + 1] = 1


def found_groups(programme: Facilitation, context: Context, i: int, act: SavingsGroups) -> bool:
    """Savings groups, one after the other; each takes the next households of a village that belong to none."""
    effect, purse, p, w = programme.effects.savings_groups, programme.plan[i], programme.held, context.whole
    household, wanted = context.state.household, targeted(purse.target, w)
    acted = False
    for v in village_order(programme, context, i).tolist():
        if not affords(purse):
            break
        first, last = context.first_household[v], context.first_household[v + 1]
        free = first + np.flatnonzero(household["member"][first:last] == 0)
        free = free[np.lexsort((programme.world.turns.household[free], ~wanted[free]))]
        while 2 * len(free) >= effect.members and affords(purse):
            pay_unit(purse, context.facilitator[0], context.outside_flows)
            joined, free = free[: effect.members], free[effect.members :]
            if is_wasted(v * 1000 + len(free), context.month, w, p):
                continue
            household["member"][joined] = 1
            household["reached"][joined] = 1
            pay_until(p.paid_until[GROUPS - ASSOCIATIONS], v, context.month + effect.support, p)
            context.state.village["group_goal"][v] = 1.0
            acted = True
    return acted


@compiled
def end_support(month: int, w: Any, p: Any) -> None:
    """What was paid for some months begins to fade when they are over."""
    if p.ends[month] == 0:
        return
    for k in range(VILLAGE_ACTS):
        for v in range(w.village.shape[0]):
            if p.paid_until[k, v] != NEVER and p.paid_until[k, v] < month:
                set_goal(ASSOCIATIONS + k, w.village[v], 0.0)
    for f in range(w.route.shape[0]):
        for v in range(w.village.shape[0]):
            if p.written_until[f, v] != NEVER and p.written_until[f, v] < month:
                w.route[f, v].written_goal = 0.0
