"""The facilitator's money: purses of the acts, one cost base, everything posted."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from linkage_sim.books import DONOR, GRANTS, PARTNERS, RETURNED, STAFF
from linkage_sim.compiled import compiled
from linkage_sim.scenario.acts import Facilitator
from linkage_sim.scenario.effects import UnitCost


@compiled
def units_paid(cost: float, learning: float, done: float, free: float, most: int) -> tuple[int, float]:
    """How many units after ``done`` some money pays for, and what they cost; ``cost`` of the first ever, all USD."""
    total = 0.0
    for number in range(most):
        one = cost * (1.0 + done + number) ** -learning
        if total + one > free:
            return number, total
        total += one
    return max(most, 0), total


@dataclass
class Purse:
    """Money of one act.

    Parameters
    ----------
    total : USD set aside; released : USD that may be spent so far; spent, reserved : USD; units : done
    """

    total: float
    released: float = 0.0
    spent: float = 0.0
    reserved: float = 0.0
    units: float = 0.0
    months: int = 0

    @property
    def free(self) -> float:
        """USD that may be spent or promised now."""
        return self.released - self.spent - self.reserved


@dataclass
class Ledger:
    """Cash of the programme, and its purses by act."""

    terms: Facilitator
    purses: dict[str, Purse] = field(default_factory=dict)
    cash: float = 0.0
    returned: float = 0.0

    def open(self, flows: Any) -> None:
        """Receive the money of the plan at the start of the programme; what no act asks for is never drawn."""
        self.cash = sum(purse.total for purse in self.purses.values())
        flows[DONOR] += self.cash

    def close(self, flows: Any) -> None:
        """Give back what was not spent."""
        self.returned += self.cash
        flows[RETURNED] += self.cash
        self.cash = 0.0
        for purse in self.purses.values():
            purse.released = purse.spent
            purse.reserved = 0.0

    def unit_cost(self, unit: UnitCost, done: float) -> float:
        """Cost of one unit in USD at the shared rates, overhead included; falls as units are done."""
        terms = self.terms
        base = unit.staff_months * terms.staff_month + unit.visits * terms.visit + unit.materials
        return float(self.priced(base) * (1.0 + done) ** -terms.learning)

    def unit_costs(self, unit: UnitCost, purse: Purse, number: int) -> NDArray[np.float64]:
        """Cost in USD of each of the next units; (number,)."""
        return np.asarray(self.unit_cost(unit, 0.0) * (1.0 + purse.units + np.arange(number)) ** -self.terms.learning)

    def most_units(self, unit: UnitCost, purse: Purse, most: int) -> tuple[int, float]:
        """How many more units the money released so far pays for, at most ``most``; and what they cost together, USD."""
        number, cost = units_paid(self.unit_cost(unit, 0.0), self.terms.learning, float(purse.units), purse.free + 1e-9, most)
        return number, cost

    def priced(self, amount: float) -> float:
        """An amount with overhead and the break-even factor."""
        return amount * (1.0 + self.terms.overhead) * self.terms.unit_cost_factor

    def spend(self, name: str, amount: float, flows: Any) -> None:
        """Pay staff, visits and materials of an act."""
        self.purses[name].spent += amount
        self.cash -= amount
        flows[STAFF] += amount

    def grant(self, name: str, amount: float, flows: Any) -> None:
        """Pay a cost share to a firm."""
        self.purses[name].spent += amount
        self.cash -= amount
        flows[GRANTS] += amount

    def partner(self, name: str, amount: float, flows: Any) -> None:
        """Pay a cost share to a processor or an input provider."""
        self.purses[name].spent += amount
        self.cash -= amount
        flows[PARTNERS] += amount
