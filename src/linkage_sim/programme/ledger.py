"""The facilitator's money: one cost base, a purse for each act, everything posted.

A purse stands in the row of its act in the plan (`linkage_sim.programme.plan`); the ledger is ``cash`` of the facilitator's row.
"""

from __future__ import annotations

from typing import Any

from linkage_sim.books import STAFF
from linkage_sim.compiled import compiled
from linkage_sim.scenario.acts import Facilitator
from linkage_sim.scenario.effects import UnitCost


def first_unit_cost(terms: Facilitator, unit: UnitCost) -> float:
    """Cost of the first unit of an act in USD at the shared rates, overhead included; it falls as units are done (`unit_cost`)."""
    base = unit.staff_months * terms.staff_month + unit.visits * terms.visit + unit.materials
    return priced(base, terms.overhead, terms.unit_cost_factor)


@compiled
def priced(amount: float, overhead: float, factor: float) -> float:
    """An amount with overhead and the break-even factor."""
    return amount * (1.0 + overhead) * factor


@compiled
def release(act: Any, month: int) -> None:
    """Release this month's part of an act's money: all that is left at once, or evenly over its months."""
    if act.at_once == 1:
        act.released = act.total
    else:
        act.released += (act.total - act.released) / max(1, act.last - month + 1)


@compiled
def free(act: Any) -> float:
    """USD of an act that may be spent or promised now."""
    return float(act.released - act.spent - act.reserved)


@compiled
def cost_after(first: float, learning: float, done: float) -> float:
    """USD of the unit that follows so many done; ``first`` of the first ever."""
    return float(first * (1.0 + done) ** -learning)


@compiled
def unit_cost(act: Any) -> float:
    """USD of the next unit of an act."""
    return cost_after(act.price, act.learning, act.units)


@compiled
def affords(act: Any) -> bool:
    """Whether the money released so far pays for one more unit."""
    return unit_cost(act) <= free(act) + 1e-9


@compiled
def pay(act: Any, facilitator: Any, flows: Any, flow: int, amount: float) -> None:
    """Pay for an act what it costs: its staff, or a share to a firm or a partner.

    Parameters
    ----------
    act, facilitator : rows; flows : the month's flows from and to outside; flow : place in them; amount : USD
    """
    act.spent += amount
    facilitator.cash -= amount
    flows[flow] += amount


@compiled
def pay_unit(act: Any, facilitator: Any, flows: Any) -> None:
    """Pay one unit of an act at what it costs by now."""
    pay(act, facilitator, flows, STAFF, unit_cost(act))
    act.units += 1.0
