"""Savings groups in a month: loans against urgent need, and their books after households have settled (model 5)."""

from __future__ import annotations

from typing import Any

from linkage_sim.books import BANK_REPAID, GROUP_LENT, GROUP_REPAID, GROUP_SAVED, GROUP_SHARED
from linkage_sim.compiled import compiled
from linkage_sim.rules.group import group_loan, group_saving


@compiled
def lend_for_need(v: int, hh: Any, vi: Any, ef: Any, flows: Any) -> None:
    """A member short of cash this month borrows from its group before it sells in a hurry."""
    lent = group_loan(hh.gap, hh.saved, hh.group_debt, ef.savings_groups_multiple, vi.group, vi.fund)
    hh.cash += lent
    hh.gap -= lent
    hh.group_debt += lent
    vi.fund -= lent
    flows[v, GROUP_LENT] += lent


@compiled
def group_room(hh: Any, vi: Any, ef: Any) -> float:
    """What a member could still borrow for a practice, USD."""
    return group_loan(1e18, hh.saved, hh.group_debt, ef.savings_groups_multiple, vi.group, vi.fund)


@compiled
def member_month(v: int, hh: Any, vi: Any, ef: Any, flows: Any) -> float:
    """Interest, refinancing of dearer loans, repayment and savings of one member; returns the interest it paid, USD."""
    interest = min(hh.cash, hh.group_debt * ef.savings_groups_interest / 12.0)
    hh.cash -= interest
    hh.income -= interest
    lent = group_loan(hh.bank_debt, hh.saved, hh.group_debt, ef.savings_groups_multiple, vi.group, vi.fund)
    hh.bank_debt -= lent
    hh.group_debt += lent
    back = min(hh.group_debt, 0.5 * hh.cash) if lent <= 0.0 else 0.0
    hh.cash -= back
    hh.group_debt -= back
    vi.fund += back - lent
    paid_in = group_saving(
        hh.saved, ef.savings_groups_saving, vi.group, hh.cash, ef.savings_groups_deposit, vi.fund
    )  # fmt: skip
    hh.cash -= paid_in
    hh.saved += paid_in
    vi.fund += paid_in
    flows[v, GROUP_LENT] += lent
    flows[v, BANK_REPAID] += lent
    flows[v, GROUP_REPAID] += back + interest
    flows[v, GROUP_SAVED] += max(0.0, paid_in)
    flows[v, GROUP_SHARED] += max(0.0, -paid_in)
    return interest


@compiled
def groups_settle(
    first: int, last: int, first_household: Any, household: Any, village: Any, effects: Any, flows: Any
) -> None:  # fmt: skip
    """Books of the savings groups of a range of villages; interest goes to the members by their savings."""
    ef = effects[0]
    for v in range(first, last):
        vi = village[v]
        if vi.group <= 0.0:
            continue
        interest = 0.0
        saved = 0.0
        for h in range(first_household[v], first_household[v + 1]):
            if household[h].member == 1:
                interest += member_month(v, household[h], vi, ef, flows)
                saved += household[h].saved
        vi.fund += interest
        if interest <= 0.0 or saved <= 0.0 or vi.fund < interest:
            continue
        vi.fund -= interest
        flows[v, GROUP_SHARED] += interest
        for h in range(first_household[v], first_household[v + 1]):
            hh = household[h]
            if hh.member == 1:
                hh.cash += interest * hh.saved / saved
                hh.income += interest * hh.saved / saved
