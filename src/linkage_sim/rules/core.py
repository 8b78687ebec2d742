"""What all rules share: the decorator and a safe sigmoid. Rules know nothing else of this package."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np

from linkage_sim.compiled import compiled, inlined

F = TypeVar("F", bound=Callable[..., Any])

RULES: dict[str, Callable[..., Any]] = {}
"""Every rule by name, for documentation and for replaying a decision."""


def rule(function: F) -> F:
    """Mark a pure function of one agent's numbers as a rule of the model, and compile it.

    The compiled rule is what the population loops call and what explains one decision; its plain Python form is
    ``function.py_func``.
    """
    made = compiled(function)
    RULES[function.__name__] = made
    return made


@compiled
def narrowed(
    low: float, f_low: float, high: float, f_high: float, middle: float, f: float, below: bool, side: int
) -> tuple[float, float, float, float, int]:
    """Bracket of a root after one step of false position in its Illinois form: an end that stays twice counts half.

    Parameters
    ----------
    low, high : ends; f_low, f_high : what is to vanish, at each (the weight of an end that stayed is cut)
    middle, f : the step and its value; below : whether the root lies above ``middle``
    side : end moved last, 1 low, -1 high, 0 none

    Returns
    -------
    low, f_low, high, f_high, side
    """
    if below:
        return middle, f, high, 0.5 * f_high if side == 1 else f_high, 1
    return low, 0.5 * f_low if side == -1 else f_low, middle, f, -1


_INTO_LAST_BITS = 6755399441055744.0
"""1.5 * 2**52: a number added to it stands, rounded, in its last bits."""


def loop_rule(function: F) -> F:
    """As `rule`, for a rule that loops over many rows call for each: its callers take it in whole, so that the loop runs in vectors."""
    made = inlined(function)
    RULES[function.__name__] = made
    return made


@inlined
def exponential(x: float) -> float:
    """e**x for -700 <= x <= 700, to two units in the last place; the same bits on every system, and loops over it run in vectors.

    x = n*ln(2) + r with |r| <= ln(2)/2 (ln(2) in two parts, the first with room for n*ln(2) exact); Taylor series of e**r, its even and odd
    powers side by side; times 2**n.
    """
    shifted = np.float64(x * 1.4426950408889634 + _INTO_LAST_BITS)
    n = shifted - _INTO_LAST_BITS
    r = x - n * 0.6931471803691238 - n * 1.9082149292705877e-10
    square = r * r
    even, odd = 1.0 / 479001600.0, 1.0 / 6227020800.0
    even, odd = even * square + 1.0 / 3628800.0, odd * square + 1.0 / 39916800.0
    even, odd = even * square + 1.0 / 40320.0, odd * square + 1.0 / 362880.0
    even, odd = even * square + 1.0 / 720.0, odd * square + 1.0 / 5040.0
    even, odd = even * square + 1.0 / 24.0, odd * square + 1.0 / 120.0
    even, odd = even * square + 0.5, odd * square + 1.0 / 6.0
    series = 1.0 + (even * square + (odd * square * r + r))
    power_of_two = np.int64((shifted.view(np.int64) + 1023) << 52).view(np.float64)
    return series * power_of_two


@loop_rule
def sigmoid(x: float) -> float:
    """1 / (1 + exp(-x)) without overflow at either end."""
    power = exponential(-min(abs(x), 700.0))
    return (1.0 if x >= 0.0 else power) / (1.0 + power)
