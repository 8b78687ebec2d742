"""Small runs in which something of the state is looked at every recorded month."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from linkage_sim import engine
from linkage_sim.context import Context
from promises.small_world import with_plan

Numbers = NDArray[np.float64]
Look = Callable[[Context], float]
SEED = 7
BEFORE, DURING, AFTER = 12, 36, 24
"""Months of the small world."""
CHOICE: dict[str, dict[str, Any]] = {"selection": {"act": "lead_firm_selection", "share": 0.1, "choose": 3}}


def lived(
    plan: Mapping[str, Mapping[str, Any]], overrides: Mapping[str, Any] | None = None, seed: int = SEED, **looks: Look
) -> tuple[engine.Simulation, dict[str, Numbers]]:
    """Run the small world with a plan; returns the finished run and what every look saw at each month's end, (months,) each."""
    simulation = engine.Simulation(with_plan(plan, overrides), seed)
    simulation.run(until=0)
    seen: dict[str, list[float]] = {name: [] for name in looks}
    while simulation.month < simulation.scenario.timeline.months:
        simulation.step()
        for name, look in looks.items():
            seen[name].append(float(look(simulation.context)))
    return simulation, {name: np.array(values) for name, values in seen.items()}


def column(simulation: engine.Simulation, name: str) -> Numbers:
    """One recorded series, (months,)."""
    return simulation.recorder.values[:, simulation.recorder.names.index(name)]


def flow(simulation: engine.Simulation, number: int) -> Numbers:
    """One flow of the books, (months,)."""
    return simulation.recorder.flows[:, number]


def alone(act: str, share: float = 0.2, **more: Any) -> dict[str, dict[str, Any]]:
    """A plan of one act besides the choice of firms."""
    return CHOICE | {"alone": {"act": act, "share": share, **more}}
