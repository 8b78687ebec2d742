"""A small region that lives through six years in a few hundredths of a second, as scenarios and as files."""

from __future__ import annotations

from pathlib import Path

from linkage_sim import Scenario, load_scenario

OVERRIDES: dict[str, object] = {
    "timeline.spin_up": 12,
    "timeline.before": 12,
    "timeline.during": 36,
    "timeline.after": 36,
    "facilitator.budget": 40000,
    "region.districts.asht.villages": 3,
    "region.districts.isfara.villages": 2,
    "region.districts.konibodom.villages": 1,
    "region.districts.asht.households": 12,
    "region.districts.isfara.households": 12,
    "region.districts.konibodom.households": 12,
}
HOUSEHOLDS = 72
FILE = """\
format: 1
extends: apricot/{parent}
name: {name}
title: Small {name}
timeline: {{spin_up: 12, before: 12, during: 36, after: 36}}
facilitator: {{budget: {budget}}}
region:
  districts:
    asht: {{villages: 3, households: 12}}
    isfara: {{villages: 2, households: 12}}
    konibodom: {{villages: 1, households: 12}}
"""
PLANS = {"baseline": "baseline", "farmers": "supply_side_only", "buyers": "demand_side_only"}


def small(parent: str, **changes: object) -> Scenario:
    """A shipped apricot scenario in the small region."""
    from linkage_sim.scenario.shipped import shipped

    return load_scenario(shipped(f"apricot/{parent}"), OVERRIDES | changes)


def small_scenarios() -> list[Scenario]:
    return [small(parent) for parent in PLANS.values()]


def small_folder(folder: Path, **budgets: int) -> Path:
    """The same as files, with other budgets where they are given by name."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, parent in PLANS.items():
        text = FILE.format(name=name, parent=parent, budget=budgets.get(name, 40000))
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    return folder


def report_left_out(folder: Path) -> None:
    """Stands in for the report, which has tests of its own."""
    (folder / "report.html").write_text("", encoding="utf-8")
