"""Phase 2, acts, as compiled code lives it: staff, what is owed, and every act of the plan in its order (model 4, 5).

Acts on what few plans have (savings groups, written contracts, processors and the like) are left to Python, which is asked in months in
which they have the money for anything.
"""

from __future__ import annotations

from typing import Any

from linkage_sim.books import DONOR, RETURNED
from linkage_sim.compiled import compiled
from linkage_sim.programme.direct import charge_vouchers, give_kits, give_vouchers, train
from linkage_sim.programme.firms import broker, co_invest, end_support, pay_openings
from linkage_sim.programme.ledger import affords, release
from linkage_sim.programme.organisation import assess_market, change_staff, coach, communicate, coordinate, reflect
from linkage_sim.programme.plan import (
    ASSESSMENT,
    ASSOCIATIONS,
    BROKERING,
    CO_INVESTMENT,
    COACHING,
    COMMUNICATION,
    COORDINATION,
    MOBILE,
    NEVER,
    PROVIDERS,
    REFLECTION,
    SELECTION,
    SKILLS,
    STORAGE,
    TRAINING,
    VOUCHERS,
)
from linkage_sim.programme.selection import select
from linkage_sim.programme.skills import teach_farmers
from linkage_sim.programme.villages import end_support as end_in_villages
from linkage_sim.programme.villages import set_goal, support

NOBODY = -1
"""Instead of an act whose turn it is: none."""


@compiled
def live_acts(month: int, w: Any, p: Any) -> None:
    """One month of the plan, from the act on whose turn it is, ``p.turn`` (1,); `NOBODY` for the beginning of the month.

    It then is the turn of the act that Python has to do, or of nobody once the month is over.
    """
    first, last = p.window[0], p.window[1]
    if p.plan.shape[0] == 0:
        return
    if month < first or month > last:
        if month == last + 1:
            leave(month, w, p)
        return
    start = p.turn[0]
    p.turn[0] = NOBODY
    if start == NOBODY:
        start = 0
        if month == first:
            begin(w, p)
        charge_vouchers(w, p)
        change_staff(month, w, p)
        pay_openings(month, w, p)
        end_support(month, w, p)
    for i in range(start, p.plan.shape[0]):
        a = p.plan[i]
        if not is_on(a, month, p):
            continue
        release(a, month)
        if not is_compiled(a):
            if affords(a):  # else there is nothing that Python could do
                p.turn[0] = i
                return
        elif live_act(i, month, w, p):
            note(i, month, w, p)
    end_in_villages(month, w, p)


@compiled
def begin(w: Any, p: Any) -> None:
    """The programme begins and receives the money of its plan; what no act asks for is never drawn."""
    w.working[0] = 1
    for i in range(p.plan.shape[0]):
        w.facilitator[0].cash += p.plan[i].total
    w.outside_flows[DONOR] += w.facilitator[0].cash


@compiled
def leave(month: int, w: Any, p: Any) -> None:
    """The programme leaves: unspent money goes back, nothing is supported any more."""
    charge_vouchers(w, p)
    w.working[0] = 0
    w.changed[:] = month
    p.returned[0] = w.facilitator[0].cash
    w.outside_flows[RETURNED] += w.facilitator[0].cash
    w.facilitator[0].cash = 0.0
    for v in range(w.village.shape[0]):
        for kind in range(ASSOCIATIONS, PROVIDERS + 1):
            set_goal(kind, w.village[v], 0.0)
        for f in range(w.route.shape[0]):
            w.route[f, v].written_goal = w.route[f, v].setup_promise = 0.0
    for f in range(w.firm.shape[0]):
        w.firm[f].subsidy = 0.0
    for e in range(w.enterprise.shape[0]):
        w.enterprise[e].voucher = 0.0


@compiled
def is_on(a: Any, month: int, p: Any) -> bool:
    """Whether it is the time of an act (its row): within its months, after the act it waits for and before the one that ends it."""
    waits = a.after != NEVER and p.plan[a.after].done == NEVER
    is_over = a.until != NEVER and p.plan[a.until].done != NEVER
    return bool(a.first <= month <= a.last and not waits and not is_over)


@compiled
def is_compiled(a: Any) -> bool:
    """Whether compiled code lives an act (its row)."""
    return bool(a.kind <= MOBILE and (a.kind != SKILLS or a.queue != NEVER))


@compiled
def live_act(i: int, month: int, w: Any, p: Any) -> bool:
    """One month of an act; returns whether it did anything."""
    kind = p.plan[i].kind
    if kind == TRAINING:
        return train(i, month, w, p)
    if kind == STORAGE:
        return give_kits(i, month, w, p)
    if kind == ASSESSMENT:
        return assess_market(i, month, w, p)
    if kind == BROKERING:
        return broker(i, month, w, p)
    if kind == CO_INVESTMENT:
        return co_invest(i, month, w, p)
    if kind == COACHING:
        return coach(i, month, w, p)
    if kind == REFLECTION:
        return reflect(i, month, w, p)
    if kind == COMMUNICATION:
        return communicate(i, month, w, p)
    if kind == COORDINATION:
        return coordinate(i, month, w, p)
    if kind == SELECTION:
        return select(i, month, w, p)
    if kind == VOUCHERS:
        return give_vouchers(i, month, w, p)
    if kind == SKILLS:
        return teach_farmers(i, month, w, p)
    return support(i, month, w, p)


@compiled
def note(i: int, month: int, w: Any, p: Any) -> None:
    """Note that an act did something: when it first did, and where phases look again because of it (`Context.look_again`).

    Acts numbered before `SELECTION` say that themselves, or change nothing of it anywhere.
    """
    a = p.plan[i]
    if a.done == NEVER:
        a.done = month
    if a.kind >= SELECTION:
        w.changed[:] = month
