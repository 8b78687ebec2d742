"""Kernels that only borrow arrays do not count who uses them, and what others make is given back."""

from __future__ import annotations

import gc
import importlib
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numba.core.dispatcher import Dispatcher
from numba.core.runtime import _nrt_python, rtsys

from linkage_sim import engine
from linkage_sim.compiled import HERE, compiled, only_borrows
from promises.small_world import PLAN, with_plan


@compiled
def made(rows: int) -> Any:
    return np.zeros(rows)


@compiled
def total(values: Any) -> float:
    return float(values[0])


def of_made(rows: int) -> float:
    return total(made(rows))  # type: ignore[no-any-return]


def of_given(values: Any) -> float:
    return total(values)  # type: ignore[no-any-return]


def part_of_given(values: Any) -> Any:
    return values[1:]


def copied(values: Any) -> float:
    return float(values.copy()[0])


@pytest.mark.parametrize(("kernel", "borrows"), [(of_given, True), (of_made, False), (part_of_given, False), (copied, False)])
def test_who_only_borrows_is_told_by_what_it_makes_and_gets(kernel: Callable[..., Any], borrows: bool) -> None:
    assert only_borrows(kernel) is borrows


def test_what_was_told_of_a_kernel_holds_once_all_that_it_calls_is_there() -> None:
    """A kernel is looked at as soon as it is written; what stands further down in its module is not there yet."""
    for path in HERE.rglob("*.py"):
        if "linkage_sim.compiled import" in path.read_text(encoding="utf-8"):
            importlib.import_module(".".join(("linkage_sim", *path.relative_to(HERE).with_suffix("").parts)))
    found = [each for each in gc.get_objects() if issubclass(type(each), Dispatcher)]  # an isinstance asks dead references too
    kernels = [each for each in found if each.py_func.__module__.startswith("linkage_sim.")]
    assert len(kernels) > 300
    assert [each.py_func.__qualname__ for each in kernels if each.targetoptions["_nrt"] is only_borrows(each.py_func)] == []


def test_a_run_gives_back_all_that_its_kernels_make() -> None:
    scenario = with_plan(PLAN)
    engine.run(scenario, 7)
    _nrt_python.memsys_enable_stats()
    try:
        before = rtsys.get_allocation_stats()
        engine.run(scenario, 7, threads=2)
        engine.run(scenario, 7)
        after = rtsys.get_allocation_stats()
    finally:
        _nrt_python.memsys_disable_stats()
    assert after.alloc > before.alloc
    assert after.alloc - before.alloc == after.free - before.free
    assert after.mi_alloc - before.mi_alloc == after.mi_free - before.mi_free
