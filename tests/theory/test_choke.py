"""Where traders have power or a road is closed, prices stay below the one at which nobody buys any more."""

from __future__ import annotations

import pytest

from linkage_sim import engine
from linkage_sim.scenario.load import load_scenario, shipped

SMALL: dict[str, object] = {
    "region.districts.asht.villages": 3, "region.districts.isfara.villages": 2, "region.districts.konibodom.villages": 1,
    "timeline.spin_up": 24, "timeline.before": 12, "timeline.during": 12, "timeline.after": 0,
}  # fmt: skip
CLOSED = {f"region.roads.{road}.closed": dict.fromkeys(("jan", "feb", "mar", "apr", "may", "jun"), 0.5)
          for road in ("asht_khujand", "asht_konibodom")}  # fmt: skip


@pytest.mark.parametrize("change", [{"traders.conduct": 0.71}, {"traders.conduct": 1.0}, CLOSED], ids=["strong", "joint profit", "closed"])
def test_prices_stay_below_the_choke(change: dict[str, object]) -> None:
    scenario = load_scenario(shipped("apricot/baseline"), {**SMALL, **change})
    bazaar = scenario.value_chains["apricot"].bazaar
    simulation = engine.Simulation(scenario, 2, check=True)
    highest = 0.0
    while simulation.month < scenario.timeline.months:
        simulation.step()
        highest = max(highest, float(simulation.context.state.bazaar_price.max()))
    assert highest <= bazaar.choke * bazaar.reference_price * (1 + 1e-12)
    assert simulation.outcome().worst_balance <= 1e-6
