"""A run made up of easy numbers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from linkage_sim.results.levels import FIRMS_EARN, FIRMS_PAY
from linkage_sim.results.observed import Observed

GROUPS = ("all", "women")
PER_GROUP = ("households", "income", "linked", "reached", "poor")
WHOLE = (
    "still_linked",
    "linked_before",
    "bazaar_kg",
    "rival_kg",
    "contract_kg",
    "due_kg",
    "side_kg",
    "picked_kg",
    "grade_a_kg",
    "improved_users",
    "quality_users",
    "bazaar_price",
    "trader_profit",
    "consumer_surplus",
    "jobs",
    "routes",
    "association",
    "spent",
    "contract_usd",
    "bazaar_usd",
    "competitive_usd",
    "competitive_surplus",
    "broken_kg",
    "ripened_kg",
    "unharvested_kg",
    "lost_kg",
    "firm_late",
    "firms",
    "capacity_kg",
    "rivals",
    "entries",
    "exits",
    "outlets",
    "trust",
    "trust_ties",
    "claimed_over_true",
    "concept",
)
FLOWS = tuple(
    name.removeprefix("flow ")
    for name in ("flow bazaar sales", "flow haul to bazaars", *FIRMS_EARN, *FIRMS_PAY)
)  # fmt: skip
NAMES = tuple(f"{name}.{group}" for group in GROUPS for name in PER_GROUP) + WHOLE


def observed(
    before: int = 12,
    during: int = 24,
    after: int = 36,
    households: NDArray[Any] | None = None,
    programme: dict[str, Any] | None = None,
    firm_rows: NDArray[Any] | None = None,
    route_rows: NDArray[Any] | None = None,
    **columns: object,
) -> Observed:
    """A run of 10 households, 4 headed by women; columns by name (a dot is written __), flows as flow__its_name."""
    months = before + during + after
    monthly = np.zeros((months, len(NAMES)))
    flows = np.zeros((months, len(FLOWS)))
    given = {"households__all": 10.0, "households__women": 4.0} | columns
    for name, values in given.items():
        if name.startswith("flow__"):
            flows[:, FLOWS.index(name[6:].replace("_", " "))] = values
        else:
            monthly[:, NAMES.index(name.replace("__", "."))] = values
    return Observed(NAMES, monthly, FLOWS, flows, households, programme or {}, before, during, firm_rows, route_rows)


def records(**columns: Any) -> NDArray[Any]:
    """A record array of columns of one length: whole numbers become flags or indices, others floats."""
    arrays = {name: np.asarray(values) for name, values in columns.items()}
    length = max(array.size for array in arrays.values())
    found = np.zeros(length, dtype=[(name, "i4" if array.dtype.kind in "ib" else "f8") for name, array in arrays.items()])
    for name, array in arrays.items():
        found[name] = array
    return found


@dataclass(frozen=True)
class MadeUpOutcome:
    """What an engine would leave."""

    names: tuple[str, ...] = ("households.all", "income.all")
    monthly: NDArray[np.float64] = field(default_factory=lambda: np.arange(24.0).reshape(12, 2) / 7.0)
    flows: NDArray[np.float64] = field(default_factory=lambda: np.ones((12, 1)))
    households: NDArray[Any] = field(
        default_factory=lambda: np.array([(1, 2.5), (2, 0.1)], dtype=[("identity", "i8"), ("before_income", "f8")])
    )
    firms: NDArray[Any] = field(default_factory=lambda: np.array([(0, 1)], dtype=[("firm", "i4"), ("active", "u1")]))
    routes: NDArray[Any] = field(default_factory=lambda: np.array([(0, 3.0)], dtype=[("firm", "i4"), ("links_end", "f8")]))
    programme: dict[str, Any] = field(default_factory=lambda: {"spent": {"training": 5.0}})
    events: tuple[tuple[int, str], ...] = ((3, "late_frost"),)
    worst_balance: float = 1e-12
    mean_gap: float = 0.002


@dataclass(frozen=True)
class MadeUpFlow:
    """A movement in the books."""

    name: str = "bazaar sales"
    unit: str = "USD"
    source: str = "traders"
    target: str = "households"
