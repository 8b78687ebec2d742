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


@rule
def sigmoid(x: float) -> float:
    """1 / (1 + exp(-x)) without overflow at either end."""
    if x >= 0.0:
        return 1.0 / (1.0 + math.exp(-min(x, 700.0)))
    power = math.exp(max(x, -700.0))
    return power / (1.0 + power)
