"""Agent-based simulation of smallholder-lead-firm market linkages."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

_HOMES = {
    "load_scenario": "linkage_sim.scenario.load",
    "load_scenarios": "linkage_sim.scenario.load",
    "Scenario": "linkage_sim.scenario.scenario",
    "run": "linkage_sim.experiments.single",
    "open_run": "linkage_sim.results.folders",
    "compare": "linkage_sim.experiments.compare",
    "sweep": "linkage_sim.experiments.sweep.run",
    "analyze": "linkage_sim.analysis.analyze",
    "LinkageModel": "linkage_sim.model",
    "LinkageError": "linkage_sim.errors",
}

__all__ = [
    "LinkageError",
    "LinkageModel",
    "Scenario",
    "analyze",
    "compare",
    "load_scenario",
    "load_scenarios",
    "open_run",
    "run",
    "sweep",
]

if TYPE_CHECKING:
    from linkage_sim.analysis.analyze import analyze
    from linkage_sim.errors import LinkageError
    from linkage_sim.experiments.compare import compare
    from linkage_sim.experiments.single import run
    from linkage_sim.experiments.sweep.run import sweep
    from linkage_sim.model import LinkageModel
    from linkage_sim.results.folders import open_run
    from linkage_sim.scenario.load import load_scenario, load_scenarios
    from linkage_sim.scenario.scenario import Scenario


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
