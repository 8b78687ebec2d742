"""Double entry for kg and dollars: every month balances to a millionth of turnover, or the run stops (model 7)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from linkage_sim.compiled import compiled
from linkage_sim.errors import BooksError


@dataclass(frozen=True)
class Flow:
    """One kind of movement: ``amount`` of ``unit`` leaves ``source`` and arrives at ``target``."""

    name: str
    unit: str
    source: str
    target: str


def _flow(name: str, unit: str, source: str, target: str) -> int:
    FLOWS.append(Flow(name, unit, source, target))
    return len(FLOWS) - 1


FLOWS: list[Flow] = []
"""Every flow; its place is its column in the flow arrays."""

# kilograms
RIPENED = _flow("ripened", "kg", "outside", "field")
UNHARVESTED = _flow("unharvested", "kg", "field", "lost")
PICKED = _flow("picked", "kg", "field", "households")
LOST_HARVEST = _flow("lost at harvest", "kg", "households", "lost")
LOST_STORE = _flow("lost in store", "kg", "households", "lost")
EATEN = _flow("eaten at home", "kg", "households", "eaten")
TO_BAZAAR = _flow("sold at bazaars", "kg", "households", "bazaars")
TO_RIVAL = _flow("sold to rivals", "kg", "households", "firms")
DELIVERED = _flow("delivered under contract", "kg", "households", "firms")
CONSUMED = _flow("sold to local consumers", "kg", "bazaars", "consumers")
TO_CITY = _flow("taken to the city", "kg", "bazaars", "city")
FROM_CITY = _flow("brought from the city", "kg", "city", "bazaars")
FIRM_SHIPPED = _flow("shipped by firms", "kg", "firms", "exports")
FIRM_TO_PLANT = _flow("sold by firms to processors", "kg", "firms", "processors")
FIRM_TO_CITY = _flow("sold by firms in the city", "kg", "firms", "city")
PLANT_FROM_CITY = _flow("bought by processors in the city", "kg", "city", "processors")
PLANT_SHIPPED = _flow("shipped by processors", "kg", "processors", "exports")
FROM_LARGE = _flow("bought by firms from large suppliers", "kg", "city", "firms")
# dollars of households
WAGES = _flow("wages and transfers", "USD", "outside", "households")
CONSUMPTION = _flow("household spending", "USD", "households", "outside")
SALES = _flow("bazaar sales", "USD", "traders", "households")
HAULS = _flow("haul to bazaars", "USD", "households", "outside")
RIVAL_PAY = _flow("paid by rivals", "USD", "firms", "households")
CONTRACT_PAY = _flow("paid under contract", "USD", "firms", "households")
PICKING = _flow("picking and drying", "USD", "households", "outside")
STORING = _flow("storing", "USD", "households", "outside")
INPUTS = _flow("inputs and equipment", "USD", "households", "outside")
ASSETS_BOUGHT = _flow("planting, animals and tools", "USD", "households", "outside")
ASSETS_SOLD = _flow("animals and tools sold", "USD", "outside", "households")
BANK_LOAN = _flow("borrowed from banks", "USD", "outside", "households")
BANK_REPAID = _flow("repaid to banks", "USD", "households", "outside")
INPUT_LOAN = _flow("input loans of firms", "USD", "firms", "outside")
DEBT_REPAID = _flow("input loans repaid", "USD", "households", "firms")
# dollars of firms
SERVICES = _flow("extension paid by firms", "USD", "firms", "outside")
COLLECTING = _flow("collecting, hauls and members", "USD", "firms", "outside")
FIRM_SALES = _flow("sales of firms", "USD", "outside", "firms")
FIRM_COSTS = _flow("processing, marketing and fixed cost", "USD", "firms", "outside")
LARGE_PAID = _flow("paid to large suppliers, with hauls", "USD", "firms", "outside")
FIRM_INVEST = _flow("investment of firms", "USD", "firms", "outside")
OWNER_DRAW = _flow("taken out by owners", "USD", "firms", "outside")
OWNER_IN = _flow("capital of firms that enter", "USD", "outside", "firms")
FIRM_CLOSED = _flow("cash of firms that close", "USD", "firms", "outside")
# claims
DEBT_MADE = _flow("input loans given", "USD owed", "outside", "debts")
DEBT_PAID = _flow("input loans settled", "USD owed", "debts", "outside")
DEBT_LOST = _flow("input loans written off", "USD owed", "debts", "outside")
PAY_MADE = _flow("deliveries on account", "USD owed", "outside", "payables")
PAY_DONE = _flow("deliveries paid", "USD owed", "payables", "outside")
PAY_LOST = _flow("deliveries never paid", "USD owed", "payables", "outside")
# traders and programme
TRADER_SALES = _flow("sales of traders", "USD", "outside", "traders")
TRADER_COSTS = _flow("buying in the city, hauls and handling", "USD", "traders", "outside")
TRADER_PROFIT = _flow("profit of traders", "USD", "traders", "outside")
DONOR = _flow("budget received", "USD", "outside", "programme")
STAFF = _flow("staff, visits and materials", "USD", "programme", "outside")
GRANTS = _flow("cost shares to firms", "USD", "programme", "firms")
VOUCHERS = _flow("vouchers", "USD", "programme", "outside")
RETURNED = _flow("unspent budget returned", "USD", "programme", "outside")
# savings groups: what members pay in, borrow, pay back and get back
GROUP_SAVED = _flow("paid into savings groups", "USD", "households", "groups")
GROUP_LENT = _flow("borrowed from savings groups", "USD", "groups", "households")
GROUP_REPAID = _flow("repaid to savings groups", "USD", "households", "groups")
GROUP_SHARED = _flow("shared out by savings groups", "USD", "groups", "households")
PARTNERS = _flow("cost shares to processors and input providers", "USD", "programme", "outside")

N_FLOWS = len(FLOWS)
STOCKED = ("households kg", "firms kg", "households USD", "firms USD", "debts USD owed", "payables USD owed", "programme USD", "groups USD")
"""Accounts whose closing stock is measured in the state, independently of the flows."""


def _accounts() -> list[str]:
    names: list[str] = []
    for flow in FLOWS:
        for end in (flow.source, flow.target):
            name = f"{end} {flow.unit}"
            if name not in names:
                names.append(name)
    return names


ACCOUNTS: list[str] = _accounts()
OPEN_ENDED = frozenset(
    name for name in ACCOUNTS
    if name.split(" ")[0] in ("outside", "lost", "eaten", "consumers", "exports") or name == "city kg"
)  # fmt: skip
"""Accounts at the edge of the model; every other account must end the month with what the state holds, or empty."""

INCIDENCE = np.zeros((len(ACCOUNTS), N_FLOWS))
"""(accounts, flows): -1 where a flow leaves, 1 where it arrives."""
for _number, _one in enumerate(FLOWS):
    INCIDENCE[ACCOUNTS.index(f"{_one.source} {_one.unit}"), _number] -= 1.0
    INCIDENCE[ACCOUNTS.index(f"{_one.target} {_one.unit}"), _number] += 1.0
_UNITS = sorted({flow.unit for flow in FLOWS})
_SOURCE, _TARGET = INCIDENCE.argmin(axis=0), INCIDENCE.argmax(axis=0)
_FLOW_UNIT = np.array([_UNITS.index(flow.unit) for flow in FLOWS])
_ACCOUNT_UNIT = np.array([_UNITS.index(name.split(" ", 1)[1]) for name in ACCOUNTS])
_STOCK_ROWS = np.array([ACCOUNTS.index(name) for name in STOCKED])
_CHECKED = np.array([name not in OPEN_ENDED for name in ACCOUNTS])


BALANCED = 1e-6
"""Largest share of a month's turnover of its unit by which an account may be off."""
SMALLEST_TURNOVER = 10.0
"""Kg or USD added to a month's turnover: in a nearly empty month rounding of prices is all there is."""


@compiled
def balance(flows: Any, opening: Any, closing: Any, gap: Any, turnover: Any) -> tuple[int, float]:
    """Fill ``gap`` (accounts,) and ``turnover`` (units,); returns the checked account that is off most, and by what share."""
    gap[:] = 0.0
    turnover[:] = SMALLEST_TURNOVER
    for k in range(flows.shape[0]):
        gap[_SOURCE[k]] -= flows[k]
        gap[_TARGET[k]] += flows[k]
        turnover[_FLOW_UNIT[k]] += abs(flows[k])
    for k in range(closing.shape[0]):
        gap[_STOCK_ROWS[k]] -= closing[k] - opening[k]
    worst = 0
    share = 0.0
    for k in range(gap.shape[0]):
        off = abs(gap[k]) / turnover[_ACCOUNT_UNIT[k]]
        if _CHECKED[k] and not off <= share:
            worst = k
            share = off
            if math.isnan(off):
                break
    return worst, share


class Books:
    """Closing the month: flows against measured stocks."""

    def __init__(self, opening: NDArray[np.float64]) -> None:
        """Open with measured stocks, in the order of `STOCKED`."""
        self.stocks = opening.copy()
        self.worst = 0.0
        self.gap = np.zeros(len(ACCOUNTS))
        self.turnover = np.zeros(len(_UNITS))

    def close(self, flows: NDArray[np.float64], stocks: NDArray[np.float64], month: int) -> None:
        """Close a month.

        Parameters
        ----------
        flows : (N_FLOWS,) kg or USD moved this month
        stocks : (len(STOCKED),) measured closing stocks
        month : for the message

        Raises
        ------
        BooksError
            where an account is off by more than a millionth of the month's turnover of its unit.
        """
        self.judge(*balance(flows, self.stocks, stocks, self.gap, self.turnover), stocks, month)

    def judge(self, worst: int, share: float, stocks: NDArray[np.float64], month: int) -> None:
        """Close a month that `balance` has held against its flows; the next one opens with its stocks."""
        self.worst = max(self.worst, share)
        if not share <= BALANCED:
            raise BooksError(
                f"month {month}: account {ACCOUNTS[worst]!r} does not balance: {self.gap[worst]:.6g} of a turnover of "
                f"{self.turnover[_ACCOUNT_UNIT[worst]]:.6g}"
            )
        self.stocks[:] = stocks
