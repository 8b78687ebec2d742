"""The facilitator's money: purses of the acts, one cost base, everything posted."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from linkage_sim.books import DONOR, GRANTS, PARTNERS, RETURNED, STAFF
from linkage_sim.scenario.acts import Facilitator
from linkage_sim.scenario.effects import UnitCost


@dataclass(slots=True)
class Purse:
    """Money of one act, and when and at what price it acts.

    Parameters
    ----------
    total : USD set aside; price : USD of the first unit, overhead included; learning : how fast that falls as units are done
    first, last : months of the run; at_once : money is released whole, not evenly over these months
    released : USD that may be spent so far; spent, reserved : USD; units : done; months : when the last of some acts was done
    """

    total: float
    price: float = 0.0
    learning: float = 0.0
    first: int = 0
    last: int = 0
    at_once: bool = False
    released: float = 0.0
    spent: float = 0.0
    reserved: float = 0.0
    units: float = 0.0
    months: int = 0

    @property
    def free(self) -> float:
        """USD that may be spent or promised now."""
        return self.released - self.spent - self.reserved

    @property
    def unit_cost(self) -> float:
        """USD of the next unit."""
        return float(self.price * (1.0 + self.units) ** -self.learning)

    def affords(self) -> bool:
        """Whether the money released so far pays for one more unit."""
        return self.unit_cost <= self.released - self.spent - self.reserved + 1e-9

    def unit_costs(self, number: int) -> NDArray[np.float64]:
        """USD of each of the next units; (number,)."""
        return np.asarray(self.price * (1.0 + self.units + np.arange(number)) ** -self.learning)

    def release(self, month: int) -> None:
        """Release this month's part of the money."""
        if self.at_once:
            self.released = self.total
        else:
            self.released += (self.total - self.released) / max(1, self.last - month + 1)


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

    def pay_unit(self, name: str, flows: Any) -> None:
        """Pay one unit of an act at what it costs by now."""
        purse = self.purses[name]
        self.spend(name, purse.unit_cost, flows)
        purse.units += 1

    def partner(self, name: str, amount: float, flows: Any) -> None:
        """Pay a cost share to a processor or an input provider."""
        self.purses[name].spent += amount
        self.cash -= amount
        flows[PARTNERS] += amount
