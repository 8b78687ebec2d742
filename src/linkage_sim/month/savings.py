"""Savings groups in a month: loans against urgent need, and their books after households have settled (model 5)."""

from __future__ import annotations

from typing import Any

from linkage_sim.books import BANK_REPAID, GROUP_LENT, GROUP_REPAID, GROUP_SAVED, GROUP_SHARED
from linkage_sim.compiled import compiled
from linkage_sim.rules.group import group_loan, group_saving

NO_END = 1e18
"""Cash of a group that would never run out: what members want before it is rationed."""


@compiled
def rationed(wanted: float, fund: float) -> float:
    """Part of what all members want together that the group can give, 0..1: everybody gets the same part."""
    return min(1.0, fund / wanted) if wanted > 0.0 else 0.0


@compiled
def lend_for_need(v: int, first: int, last: int, household: Any, vi: Any, ef: Any, flows: Any) -> None:
    """Members short of cash this month borrow from their group before they sell in a hurry."""
    wanted = 0.0
    for h in range(first, last):
        hh = household[h]
        if hh.member == 1 and hh.gap > 0.0:
            wanted += group_loan(hh.gap, hh.saved, hh.group_debt, ef.savings_groups_multiple, vi.group, NO_END)
    part = rationed(wanted, vi.fund)
    for h in range(first, last):
        hh = household[h]
        if hh.member == 1 and hh.gap > 0.0:
            lent = part * group_loan(hh.gap, hh.saved, hh.group_debt, ef.savings_groups_multiple, vi.group, NO_END)
            hh.cash += lent
            hh.gap -= lent
            hh.group_debt += lent
    vi.fund = max(0.0, vi.fund - part * wanted)
    flows[v, GROUP_LENT] += part * wanted


@compiled
def group_room(hh: Any, vi: Any, ef: Any) -> float:
    """What a member could still borrow for a practice, USD."""
    return group_loan(NO_END, hh.saved, hh.group_debt, ef.savings_groups_multiple, vi.group, vi.fund)


@compiled
def member_pays(v: int, part: float, hh: Any, vi: Any, ef: Any, flows: Any) -> float:
    """Interest, refinancing of dearer loans as far as the group can, repayment of one member; returns the interest, USD."""
    interest = min(hh.cash, hh.group_debt * ef.savings_groups_interest / 12.0)
    hh.cash -= interest
    hh.income -= interest
    lent = part * group_loan(hh.bank_debt, hh.saved, hh.group_debt, ef.savings_groups_multiple, vi.group, NO_END)
    hh.bank_debt -= lent
    hh.group_debt += lent
    back = min(hh.group_debt, 0.5 * hh.cash) if lent <= 0.0 else 0.0
    hh.cash -= back
    hh.group_debt -= back
    flows[v, GROUP_LENT] += lent
    flows[v, BANK_REPAID] += lent
    flows[v, GROUP_REPAID] += back + interest
    return interest


@compiled
def member_saves(hh: Any, vi: Any, ef: Any) -> float:
    """What one member would pay in this month, USD; below 0 for what it would get back from a fading group."""
    return group_saving(hh.saved, ef.savings_groups_saving, vi.group, hh.cash, ef.savings_groups_deposit, NO_END)


@compiled
def groups_settle(
    first: int, last: int, first_household: Any, household: Any, village: Any, effects: Any, flows: Any
) -> None:  # fmt: skip
    """Books of the savings groups of a range of villages; interest goes to the members by their savings.

    What the group has not enough of is shared out in proportion, so that nobody gains by being first.
    """
    ef = effects[0]
    for v in range(first, last):
        vi = village[v]
        if vi.group <= 0.0:
            continue
        start, end = first_household[v], first_household[v + 1]
        wanted = 0.0
        for h in range(start, end):
            hh = household[h]
            if hh.member == 1:
                wanted += group_loan(hh.bank_debt, hh.saved, hh.group_debt, ef.savings_groups_multiple, vi.group, NO_END)
        part = rationed(wanted, vi.fund)
        interest = 0.0
        repaid = 0.0
        for h in range(start, end):
            hh = household[h]
            if hh.member == 1:
                before = hh.group_debt
                interest += member_pays(v, part, hh, vi, ef, flows)
                repaid += before - hh.group_debt
        vi.fund = max(0.0, vi.fund + repaid)
        out = 0.0
        for h in range(start, end):
            if household[h].member == 1:
                out += max(0.0, -member_saves(household[h], vi, ef))
        part = rationed(out, vi.fund)
        saved = 0.0
        put_in = 0.0
        for h in range(start, end):
            hh = household[h]
            if hh.member == 1:
                paid_in = member_saves(hh, vi, ef)
                if paid_in < 0.0:
                    paid_in *= part
                    flows[v, GROUP_SHARED] -= paid_in
                else:
                    flows[v, GROUP_SAVED] += paid_in
                hh.cash -= paid_in
                hh.saved += paid_in
                put_in += paid_in
                saved += hh.saved
        vi.fund = max(0.0, vi.fund + put_in)
        if saved <= 0.0:
            vi.fund += interest
            continue
        flows[v, GROUP_SHARED] += interest
        for h in range(start, end):
            hh = household[h]
            if hh.member == 1:
                hh.cash += interest * hh.saved / saved
                hh.income += interest * hh.saved / saved
