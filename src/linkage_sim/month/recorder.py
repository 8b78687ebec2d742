"""Phase 10: the monthly series of one run, and the closing of its books."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
from numpy.typing import NDArray

from linkage_sim.books import N_FLOWS, STOCKED, Books
from linkage_sim.columns import Table, table_of
from linkage_sim.compiled import as_table
from linkage_sim.context import Context
from linkage_sim.frames import frame_of
from linkage_sim.month import closing
from linkage_sim.month.looks import FIRMS, HOUSEHOLDS, NEVER, ROUTES, look
from linkage_sim.month.record import (
    CELLS,
    GROUPS,
    OBSERVED,
    PER_GROUP,
    SINGLE,
    WHOLE,
    cell_sums,
    record_villages,
    whole_sums,
)  # fmt: skip
from linkage_sim.month.yardstick import Yardstick
from linkage_sim.units import LASTING_MONTHS

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
        self.cells = cell_sums(context.villages)
        self.whole = whole_sums(context.villages)
        self.exit_firm = np.full(len(context.state.enterprise), -1, dtype=np.int32)
        self.exit_hold = np.zeros(len(context.state.enterprise), dtype=np.int8)
        self.money = np.zeros(4)
        self.window = np.array([before, during])
        self.line = np.array([poverty_line])
        self.judged = np.zeros(3)
        self.recorded = np.full(1, NEVER)
        self.was_active = context.state.firm["active"].copy()
        self.yardstick = Yardstick(context)
        exit = before + during - 1
        self.looks = np.array([exit, min(exit + LASTING_MONTHS, months - 1), months - 1])
        firms, villages = context.state.route.shape
        self.of_firms, self.of_routes = as_table(np.zeros(firms, dtype=FIRMS)), as_table(np.zeros((firms, villages), dtype=ROUTES))
        self.of_households = table_of(HOUSEHOLDS, len(context.state.household))
        self.stock_out = np.zeros(len(STOCKED))
        plants = context.parameters.plants
        picking = context.parameters.chains["harvest_labour"].mean()
        self.labour = np.array([picking, plants["labour"].mean() if len(plants) else 0.0])
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
            turnover=self.books.turnover, window=self.window, poverty_line=self.line, labour=self.labour, looks=self.looks,
            exit_hold=self.exit_hold, of_firms=self.of_firms, of_routes=self.of_routes, of_households=self.of_households,
            judged=self.judged, recorded=self.recorded,
        )  # fmt: skip

    def copy(self) -> Recorder:
        """An independent recorder that has recorded the same."""
        other: Recorder = _copied(self)
        other.look_through()
        return other

    def rewrite(self, context: Context, months: int) -> None:
        """Put what is observed of the facilitator of a context into the first so many months."""
        for name in OBSERVED:
            self.values[:months, self.single[name]] = context.facilitator[name][0]

    def record(self, context: Context) -> None:
        """Phase 10 of one month."""
        if context.threads == 1:
            closing.alone(context.month, context.whole, self.held)
        else:
            context.over_villages(record_villages, context.month, context.whole, self.held)
            closing.close_month(context.month, context.whole, self.held)
            look(context.month, context.whole, self.held)
        self.close(context)

    def close(self, context: Context) -> None:
        """What is left to Python after the month of the context, and after any that compiled code lived before it without Python.

        Raises
        ------
        BooksError
            where an account is off by more than a millionth of the month's turnover of its unit.
        """
        account, share, worst = self.judged.tolist()
        self.books.worst = max(self.books.worst, worst)
        self.books.judge(int(account), share, self.stock_out, context.month)

    def stocks_now(self, context: Context) -> NDArray[np.float64]:
        """Stocks measured in the state as it is between two months, in the order of `linkage_sim.books.STOCKED`."""
        s = context.state
        held = (s.enterprise["stock_a"] + s.enterprise["stock_b"], s.household["cash"], s.enterprise["debt"], s.receivable)
        self.whole_plain[:] = 0.0
        for name, amounts in zip(("stock_kg", "cash_usd", "debt_usd", "owed_usd"), held, strict=True):
            self.whole[name][0] = amounts.sum()
        closing.measure_stocks(context.whole, self.held)
        return self.stock_out


def _copied(value: Any) -> Any:
    """A copy of all arrays that something holds; plain values and what never changes are shared."""
    if isinstance(value, (np.ndarray, Table)):
        return value.copy()
    if isinstance(value, dict):
        return {name: _copied(each) for name, each in value.items()}
    if isinstance(value, (Recorder, Books, Yardstick)):
        other = copy.copy(value)
        vars(other).update(_copied(vars(value)))
        return other
    return value
