"""Phase 10: the monthly series of one run, and the closing of its books."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
from numpy.typing import NDArray

from linkage_sim.books import N_FLOWS, STOCKED, VOUCHERS, Books
from linkage_sim.context import Context
from linkage_sim.frames import frame_of
from linkage_sim.month.closing import close_month, measure_stocks, traders_settle
from linkage_sim.month.looks import Looks
from linkage_sim.month.record import (
    CELLS,
    GROUPS,
    PER_GROUP,
    SINGLE,
    WHOLE,
    cell_sums,
    record_villages,
    whole_sums,
)  # fmt: skip
from linkage_sim.month.yardstick import Yardstick

NAMES = (*(f"{name}.{group}" for group in GROUPS for name in PER_GROUP), *WHOLE, *SINGLE)
"""Columns of the monthly series."""


class Recorder:
    """The monthly series of one run, and the closing of its books.

    Parameters
    ----------
    context : the run; months : recorded months; before, during : months before and with the programme
    poverty_line : USD a month and person
    """

    def __init__(self, context: Context, months: int, before: int, during: int, poverty_line: float) -> None:
        self.names = NAMES
        self.values: NDArray[np.float64] = np.zeros((months, len(self.names)))
        self.flows: NDArray[np.float64] = np.zeros((months, N_FLOWS))
        self.before, self.during = before, during
        self.poverty_line = poverty_line
        self.cells = cell_sums(context.villages)
        self.whole = whole_sums(context.villages)
        self.exit_firm = np.full(len(context.state.enterprise), -1, dtype=np.int32)
        self.money = np.zeros(4)
        self.premium = 0.0
        self.was_active = context.state.firm["active"].copy()
        self.yardstick = Yardstick(context)
        self.looks = Looks(context, before, during, months)
        self.stock_out = np.zeros(len(STOCKED))
        plants = context.parameters.plants
        self.plant_labour = float(plants["labour"].mean()) if len(plants) else 0.0
        self.picking_labour = float(context.parameters.chains["harvest_labour"].mean())
        self.books = Books(np.zeros(len(STOCKED)))
        self.look_through()
        self.books.stocks[:] = self.stocks_now(context)
        self.single = {name: len(NAMES) - len(SINGLE) + number for number, name in enumerate(SINGLE)}

    def look_through(self) -> None:
        """Views of the sums as numbers: of kinds of households (V, CELLS, len(PER_GROUP)) and of villages (V, len(WHOLE)).

        With all else that compiled code needs to record they are put together in one piece.
        """
        self.cells_plain: NDArray[np.float64] = self.cells.view(np.float64).reshape(len(self.cells), CELLS, len(PER_GROUP))
        self.whole_plain: NDArray[np.float64] = self.whole.view(np.float64).reshape(len(self.whole), -1)
        fair = self.yardstick
        self.held = frame_of(
            cells=self.cells, whole=self.whole, cells_plain=self.cells_plain, whole_plain=self.whole_plain, exit_firm=self.exit_firm,
            was_active=self.was_active, money=self.money, stock_out=self.stock_out, fair_money=fair.money, fair_traders=fair.traders,
            fair_slope=fair.slope, resold=fair.resold, fair_price=fair.price, fair_outflow=fair.outflow, fair_demand=fair.demand,
            fair_city=fair.city, values=self.values, flows=self.flows, opening=self.books.stocks, gap=self.books.gap,
            turnover=self.books.turnover,
        )  # fmt: skip

    def copy(self) -> Recorder:
        """An independent recorder that has recorded the same."""
        other: Recorder = _copied(self)
        other.look_through()
        return other

    def rewrite(self, observed: dict[str, float], months: int) -> None:
        """Put what is observed of a facilitator that does not act yet into the first months."""
        for name, value in observed.items():
            self.values[:months, self.single[name]] = value

    def window(self, month: int) -> int:
        """0 before, 1 during, 2 after the programme; 3 in the spin-up."""
        if month < 0:
            return 3
        return 0 if month < self.before else 1 if month < self.before + self.during else 2

    def record(self, context: Context) -> None:
        """Phase 10 of one month: sums, books, and what is cleared for the next."""
        s, month = context.state, context.month
        self.sum_villages(context, self.window(month))
        if month >= self.before + self.during:
            self.looks.invest(context)
        self.close_month(context)
        if month == -1:
            self.was_active[:] = s.firm["active"]
            self.yardstick.start(context)
        if month < 0:
            return
        if month == self.before + self.during - 1:
            self.exit_firm[:] = s.enterprise["firm"]
        self.looks.take(context)

    def sum_villages(self, context: Context, window: int) -> None:
        """Sums of every village; households' income is added to the window of the programme."""
        context.over_villages(record_villages, window, context.calendar, self.poverty_line, context.whole, self.held)

    def close_month(self, context: Context) -> None:
        """Post what traders earned, balance every account, put the month into its row of the record, clear the flows."""
        flows, programme, month = context.outside_flows, context.programme, context.month
        self.premium = traders_settle(context.whole, self.held)
        if programme is not None:
            programme.pay_vouchers(flows.item(VOUCHERS))
        worst, share = close_month(
            month, context.calendar, self.premium, context.quote_gap, self.picking_labour, self.plant_labour,
            0.0 if programme is None else programme.cash, context.whole, self.held,
        )  # fmt: skip
        self.books.judge(worst, share, self.stock_out, month)
        flows.fill(0.0)
        if programme is not None and month >= 0:
            for name, value in programme.observed().items():
                self.values[month, self.single[name]] = value

    def stocks_now(self, context: Context) -> NDArray[np.float64]:
        """Stocks measured in the state as it is between two months, in the order of `linkage_sim.books.STOCKED`."""
        s = context.state
        held = (s.enterprise["stock_a"] + s.enterprise["stock_b"], s.household["cash"], s.enterprise["debt"], s.receivable)
        self.whole_plain[:] = 0.0
        for name, amounts in zip(("stock_kg", "cash_usd", "debt_usd", "owed_usd"), held, strict=True):
            self.whole[name][0] = amounts.sum()
        measure_stocks(context.whole, self.held, context.programme.cash if context.programme is not None else 0.0)
        return self.stock_out


def _copied(value: Any) -> Any:
    """A copy of all arrays that something holds; plain values and what never changes are shared."""
    if isinstance(value, np.ndarray):
        return value.copy()
    if isinstance(value, dict):
        return {name: _copied(each) for name, each in value.items()}
    if isinstance(value, (Recorder, Books, Looks, Yardstick)):
        other = copy.copy(value)
        vars(other).update(_copied(vars(value)))
        return other
    return value
