"""Tables in columns and frames: Python and compiled code see the same numbers."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from linkage_sim.columns import SPARE, Row, column_sum, table_of
from linkage_sim.compiled import compiled
from linkage_sim.frames import frame_of
from linkage_sim.month.rows import fall

CROPS = np.dtype([("kg", np.float64), ("firm", np.int32), ("used", np.uint8)])


@compiled
def summed(table: Any, first: int, last: int) -> float:
    return column_sum(table, "kg", first, last)


@compiled
def harvest(table: Any, kg: float) -> None:
    for e in range(table.shape[0]):
        en = table[e]
        en.kg += kg * (e + 1)
        en.firm = e - 1
        en.used = 1


@compiled
def through(w: Any, first: int, last: int) -> float:
    total = 0.0
    for e in range(first, last):
        total += w.crops[e].kg * w.prices[w.crops[e].used, e]
    w.money[0] += total
    return total


@compiled
def past_the_last(table: Any, number: int) -> float:
    total = 0.0
    for e in range(number):
        total += table[e].kg * 0.0 if e >= table.shape[0] else table[e].kg
    return total


def crops(rows: int) -> Any:
    table = table_of(CROPS, rows)
    table["kg"] = np.random.default_rng(3).normal(size=rows) * 10.0 ** np.random.default_rng(4).integers(-6, 6, rows)
    return table


@pytest.mark.parametrize("rows", [0, 1, 7, 8, 9, 16, 63, 1000])
def test_sums_in_lanes_are_the_same_bits_in_python_and_compiled(rows: int) -> None:
    table = crops(rows + 5)
    for first in (0, 3):
        assert summed(table, first, first + rows) == column_sum(table, "kg", first, first + rows)
        exact = math.fsum(table["kg"][first : first + rows])
        assert summed(table, first, first + rows) == pytest.approx(exact, rel=1e-12, abs=1e-12 * np.abs(table["kg"]).max())
    assert summed(table, 4, 2) == 0.0, "no rows, no sum"


def test_the_order_of_lanes_is_fixed() -> None:
    """Eight lanes, pairwise at the end: 1e16 + 1 loses the one unless both stand in one lane with what takes the large number away."""
    table = table_of(CROPS, 16)
    table["kg"][[0, 1, 8]] = 1e16, 1.0, -1e16
    assert summed(table, 0, 16) == 1.0
    table["kg"] = 0.0
    table["kg"][[0, 1, 2]] = 1e16, 1.0, -1e16
    assert summed(table, 0, 16) == 0.0


def test_compiled_code_writes_what_python_reads() -> None:
    table = table_of(CROPS, 3)
    harvest(table, 2.0)
    assert table["kg"].tolist() == [2.0, 4.0, 6.0]
    assert table["firm"].tolist() == [-1, 0, 1]
    assert table["used"].tolist() == [1, 1, 1]
    row = table[2]
    assert isinstance(row, Row)
    row.kg = 9.0
    assert table["kg"][2] == 9.0
    other = table.copy()
    harvest(other, 1.0)
    assert table["kg"].tolist() == [2.0, 4.0, 9.0], "a copy is apart"


def test_loops_may_read_some_rows_past_the_last() -> None:
    table = crops(5)
    assert past_the_last(table, 5 + SPARE) == pytest.approx(table["kg"].sum())


def test_a_frame_hands_over_the_arrays_themselves() -> None:
    table = table_of(CROPS, 4)
    harvest(table, 1.0)
    frame = frame_of(crops=table, prices=np.array([[0.0] * 4, [1.0, 2.0, 3.0, 4.0]]), money=np.zeros(1))
    assert through(frame, 0, 4) == 1.0 + 4.0 + 9.0 + 16.0
    assert frame.money[0] == 30.0
    frame.prices[1, 0] = 11.0
    assert through(frame, 0, 1) == 11.0
    assert type(frame) is type(frame_of(crops=crops(9), prices=np.zeros((2, 9)), money=np.zeros(3))), "frames of one kind share a class"
    with pytest.raises(AttributeError, match="nothing called 'firms'"):
        _ = frame.firms


def test_a_frame_takes_no_array_with_gaps() -> None:
    with pytest.raises(AssertionError, match="prices is not contiguous"):
        frame_of(prices=np.zeros((4, 6))[:, ::2])


@pytest.mark.parametrize("number", [0, 1, 2, 3, 7, 100])
def test_places_fall_by_value_and_equals_keep_their_order(number: int) -> None:
    values = np.round(np.random.default_rng(number).normal(size=number), 1)
    order = np.empty(number, dtype=np.int64)
    fall(values, order)
    assert order.tolist() == np.argsort(-values, kind="stable").tolist()
