"""Whatever the bounds allow, runs: finite numbers, balanced books, no traceback; or a message of ours says why not."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from linkage_sim.engine import Simulation
from linkage_sim.errors import EngineError, LinkageError, ScenarioError
from linkage_sim.scenario.load import Declared, declared_parameters, load_scenario, shipped

TINY: dict[str, object] = {
    "region.districts.asht.villages": 2, "region.districts.isfara.villages": 1, "region.districts.konibodom.villages": 1,
    "region.districts.asht.households": 8, "region.districts.isfara.households": 8, "region.districts.konibodom.households": 8,
    "timeline.spin_up": 12, "timeline.before": 12, "timeline.during": 24, "timeline.after": 12,
    "lead_firms.number": 3, "lead_firms.imitators": 2, "facilitator.budget": 60000,
}  # fmt: skip
SIZE = ("region.districts", "timeline", "lead_firms.number", "lead_firms.imitators", "seed", "format", "region.price_year")
PATH = shipped("apricot/demand_side_after_reflection")
NUMBERS = [
    one for one in declared_parameters(load_scenario(PATH, TINY)) if one.is_number and not one.path.startswith(SIZE) and one.low is not None
]


@st.composite
def extremes(draw: st.DrawFn) -> dict[str, object]:
    """One to five parameters at a bound, near it, or anywhere between."""
    chosen: list[Declared] = draw(st.lists(st.sampled_from(NUMBERS), min_size=1, max_size=5, unique_by=lambda one: one.path))
    values: dict[str, object] = {}
    for one in chosen:
        low, high = float(one.low or 0.0), float(one.high or 0.0)
        at = draw(st.sampled_from((0.0, 1.0, 1e-9, 1e-3, 0.5, 0.999)))
        value = low + at * (high - low)
        values[one.path] = round(value) if isinstance(one.value, int) else value
    return values


@pytest.mark.slow
@settings(max_examples=80, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(values=extremes())
def test_extreme_values_run_or_are_refused(values: dict[str, object]) -> None:
    try:
        scenario = load_scenario(PATH, TINY | values)
    except ScenarioError:
        return
    simulation = Simulation(scenario, 1, check=True)
    simulation.run()
    outcome = simulation.outcome()
    assert np.isfinite(outcome.monthly).all()
    assert outcome.worst_balance <= 1e-6


def test_a_run_that_has_ended_says_so() -> None:
    simulation = Simulation(load_scenario(PATH, TINY), 1)
    simulation.run()
    with pytest.raises(EngineError, match="has ended"):
        simulation.step()
    assert issubclass(EngineError, LinkageError)
