"""Phase 10: the monthly series of one run, and the closing of its books."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
from numpy.typing import NDArray

from linkage_sim.books import N_FLOWS, STOCKED, Books
from linkage_sim.columns import table_of
from linkage_sim.compiled import as_table
from linkage_sim.context import Context
from linkage_sim.frames import frame_of
from linkage_sim.month import closing
from linkage_sim.month.looks import FIRMS, HOUSEHOLDS, LONG_AGO, ROUTES, look
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
from linkage_sim.month.yardstick import parts_of_yardstick
from linkage_sim.units import LASTING_MONTHS

NAMES = (*(f"{name}.{group}" for group in GROUPS for name in PER_GROUP), *WHOLE, *SINGLE)
"""Columns of the monthly series."""


def sums_of(villages: int) -> dict[str, Any]:
    """Sums of a month, of kinds of households (V, CELLS) and of villages (V,) by name, and the same as plain numbers. Parts of a frame."""
    cells, whole = cell_sums(villages), whole_sums(villages)
    return {
        "cells": cells, "whole": whole, "cells_plain": cells.view(np.float64).reshape(villages, CELLS, len(PER_GROUP)),
        "whole_plain": whole.view(np.float64).reshape(villages, len(WHOLE)),
    }  # fmt: skip


class Recorder:
    """The monthly series of one run, and the closing of its books.

    Parameters
    ----------
    context : the run; months : recorded months; before, during : months before and with the programme
    poverty_line : USD a month and person
    """

    def __init__(self, context: Context, months: int, before: int, during: int, poverty_line: float) -> None:
        self.names = NAMES
        s, plants, exit = context.state, context.parameters.plants, before + during - 1
        firms, villages = s.route.shape
        picking = context.parameters.chains["harvest_labour"].mean()
        self.books = Books(np.zeros(len(STOCKED)))
        self.held = frame_of(
            **sums_of(villages), **parts_of_yardstick(context), values=np.zeros((months, len(NAMES))), flows=np.zeros((months, N_FLOWS)),
            opening=self.books.stocks, gap=self.books.gap, turnover=self.books.turnover, window=np.array([before, during]),
            poverty_line=np.array([poverty_line]), labour=np.array([picking, plants["labour"].mean() if len(plants) else 0.0]),
            was_active=s.firm["active"].copy(), exit_firm=np.full(len(s.enterprise), -1, dtype=np.int32),
            exit_hold=np.zeros(len(s.enterprise), dtype=np.int8), money=np.zeros(4), stock_out=np.zeros(len(STOCKED)),
            judged=np.zeros(3), recorded=np.full(1, LONG_AGO),
            looks=np.array([exit, min(exit + LASTING_MONTHS, months - 1), months - 1]), of_firms=as_table(np.zeros(firms, dtype=FIRMS)),
            of_routes=as_table(np.zeros((firms, villages), dtype=ROUTES)), of_households=table_of(HOUSEHOLDS, len(s.household)),
        )  # fmt: skip
        self.books.stocks[:] = self.stocks_now(context)

    def fork(self) -> Recorder:
        """An independent recorder that has recorded the same."""
        other = Recorder.__new__(Recorder)
        sums = sums_of(len(self.cells))
        own = frozenset(self.held.kind.place).difference(sums)
        other.names, other.books, other.held = self.names, copy.copy(self.books), self.held.copied(own, **sums)
        other.books.stocks, other.books.gap, other.books.turnover = other.opening, other.gap, other.turnover
        other.recorded[0] = LONG_AGO  # sums of a month begin from nothing
        return other

    def __getattr__(self, name: str) -> Any:
        """A part of what is held."""
        if name == "held":
            raise AttributeError(name)
        return getattr(self.held, name)

    def rewrite(self, context: Context, months: int) -> None:
        """Put what is observed of the facilitator of a context into the first so many months."""
        for name in OBSERVED:
            self.values[:months, NAMES.index(name)] = context.facilitator[name][0]

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
