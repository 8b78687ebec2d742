"""What all rules share: the decorator and a safe sigmoid. Rules know nothing else of this package."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, TypeVar

from linkage_sim.compiled import compiled

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


@rule
def sigmoid(x: float) -> float:
    """1 / (1 + exp(-x)) without overflow at either end."""
    if x >= 0.0:
        return 1.0 / (1.0 + math.exp(-min(x, 700.0)))
    power = math.exp(max(x, -700.0))
    return power / (1.0 + power)
