"""What a user writes: scenario files, read with places, extended, checked and resolved.

The names below are loaded when first used, so that ``import linkage_sim`` stays quick.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from linkage_sim.scenario.load import load_scenario, load_scenarios
    from linkage_sim.scenario.scenario import Scenario

__all__ = ["Scenario", "load_scenario", "load_scenarios"]

_HOMES = {"Scenario": "scenario", "load_scenario": "load", "load_scenarios": "load"}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
