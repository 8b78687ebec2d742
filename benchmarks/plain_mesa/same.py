"""Whether the plain model and linkage_sim tell the same of a run."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from linkage_sim.books import FLOWS
from linkage_sim.engine import Simulation
from plain_mesa.model import PlainModel

RELATIVE = 1e-9
"""Allowed difference as a share of the value itself."""
OF_LARGEST = 1e-10
"""Allowed difference as a share of the largest value of its column: small numbers may be differences of large ones."""
ABSOLUTE = {"quote_gap": 1e-9}
"""Allowed difference of what is itself a relative gap between two nearly equal prices."""
ELSEWHERE = {
    "household": {"identity", "village", "member", "saved", "group_debt", "business", "mobile", "linked"},
    "enterprise": {"household", "chain", "identity", "firm", "owing_firm", "cash_gap", "asset_cost", "asset_sale", "income"},
    "firm": {"chain", "place", "word_loss", "word_due", "word_margin", "word_hears", "spent", "prepared", "processor", "plant_advance",
             "plant_orders", "plant_kg", "subsidy"},
    "village": {"bazaar", "organisation", "organisation_goal", "group", "group_goal", "fund", "mobile", "mobile_goal", "provider",
                "outlet_support"},
}  # fmt: skip
"""Columns that plain agents hold as references to other agents, as what they are worked out from, or not at all."""


def differs(ours: NDArray[Any], plain: NDArray[Any], absolute: float = 0.0) -> bool:
    largest = max(np.abs(ours).max(initial=0.0), np.abs(plain).max(initial=0.0))
    return not np.allclose(plain, ours, rtol=RELATIVE, atol=OF_LARGEST * largest + absolute)


def record_differences(simulation: Simulation, model: PlainModel) -> list[str]:
    """Columns of the monthly record and of the books in which the two differ in some month."""
    found = []
    flows = [flow.name for flow in FLOWS]
    for kind, names, ours, rows in (
        ("", simulation.recorder.names, simulation.recorder.values, model.recorder.months),
        ("flow ", flows, simulation.recorder.flows, model.recorder.flows),
    ):
        found += [f"{kind}{name} is unknown" for name in sorted(set().union(*rows) - set(names))]
        if len(rows) != len(ours):
            found.append(f"{kind}months: {len(ours)} and {len(rows)}")
            continue
        for column, name in enumerate(names):
            plain = np.array([row.get(name, 0.0) for row in rows], dtype=float)
            if differs(ours[:, column], plain, ABSOLUTE.get(name, 0.0)):
                month = int(np.argmax(np.abs(plain - ours[:, column])))
                found.append(f"{kind}{name}: {ours[month, column]:.12g} and {plain[month]:.12g} in month {month}")
    return found


def state_differences(simulation: Simulation, model: PlainModel) -> list[str]:
    """Columns of households, enterprises, villages and firms in which the two differ after the last month."""
    state = simulation.context.state
    agents = {"household": model.smallholders, "enterprise": model.smallholders, "village": model.villages, "firm": model.firms}
    found = []
    for table, everybody in agents.items():
        for name in getattr(state, table).dtype.names:
            if name not in ELSEWHERE[table]:
                plain = np.array([getattr(one, name) for one in everybody], dtype=float)
                if differs(getattr(state, table)[name].astype(float), plain):
                    found.append(f"{table}.{name}")
    linked = np.array([-1 if one.firm is None else one.firm.number for one in model.smallholders])
    owing = np.array([-1 if one.owing_firm is None else one.owing_firm.number for one in model.smallholders])
    found += ["enterprise.firm"] if (linked != state.enterprise["firm"]).any() else []
    found += ["enterprise.owing_firm"] if (owing != state.enterprise["owing_firm"]).any() else []
    trust = np.array([[one.kept.get(firm, 0.0) for firm in model.firms] for one in model.smallholders])
    doubt = np.array([[one.broken.get(firm, 0.0) for firm in model.firms] for one in model.smallholders])
    orders = np.array([list(firm.orders.values()) for firm in model.firms])
    prices = np.array([bazaar.usual_price for bazaar in model.bazaars])
    for name, ours, plain in (
        ("tie_kept", state.tie_kept, trust), ("tie_broken", state.tie_broken, doubt), ("orders", state.orders, orders),
        ("usual_price", state.usual_price[:, 0], prices),
    ):  # fmt: skip
        found += [name] if differs(ours, plain) else []
    return found
