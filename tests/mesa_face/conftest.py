from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from linkage_sim.model import LinkageModel

SMALL: dict[str, Any] = {
    "timeline.spin_up": 12, "timeline.before": 12, "timeline.during": 18, "timeline.after": 2,
    **{f"region.districts.{name}.villages": number for name, number in (("asht", 3), ("isfara", 2), ("konibodom", 1))},
    **{f"region.districts.{name}.households": 40 for name in ("asht", "isfara", "konibodom")},
    "lead_firms.route_setup": 50, "lead_firms.route_running": 40, "lead_firms.trip_cost": 5,
    "lead_firms.fixed_cost": 100,
}  # fmt: skip
"""Six villages of 40 households, firms that find it cheap to come, 32 months."""
HARVEST = 19
"""An August in which much is traded."""


@pytest.fixture
def small() -> dict[str, Any]:
    return dict(SMALL)


@pytest.fixture
def make() -> Callable[..., LinkageModel]:
    """A small model, lived up to (and with) a month."""

    def made(scenario: Any = "apricot/combined", *, through: int | None = None, **given: Any) -> LinkageModel:
        model = LinkageModel(scenario, **{"overrides": SMALL, **given})
        while through is not None and model.month <= through:
            model.step()
        return model

    return made


@pytest.fixture
def harvest(make: Callable[..., LinkageModel]) -> LinkageModel:
    return make(through=HARVEST, replicate=1)
