"""Selection: what firms claimed when they applied, against the truth that only the model knows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from linkage_sim.report.blocks import Block, Column, Section, Table, Text, Words
from linkage_sim.report.numbers import finite, number
from linkage_sim.report.read import Plan, as_text, mapping, sequence
from linkage_sim.report.view import View

TITLE = "What firms claimed, and the truth"


def claims_section(view: View) -> Section:
    """Claims over truth of applicants and of chosen firms; left out where nobody applied."""
    head = [
        Column("plan", numeric=False),
        Column("applicants: suppliers claimed for each true one"),
        Column("chosen firms: suppliers claimed for each true one"),
        Column("true suppliers of a chosen firm"),
        Column("true suppliers of an applicant"),
        Column("chosen against average applicant"),
    ]
    lines: list[list[Words]] = []
    for plan in view.plans:
        over, chosen_over, chosen, every = _claimed(plan)
        if any(value is not None for value in (over, chosen_over, chosen, every)):
            found = f"{number(chosen / every, 1)} times" if chosen is not None and every else number(None)
            lines.append([view.named(plan), number(over, 2), number(chosen_over, 2), number(chosen, 0), number(every, 0), found])
    if not lines:
        return Section("claims", TITLE)
    blocks: list[Block] = [
        Text(
            "Firms that apply say from how many smallholders they buy. Some overstate, the more so where nobody "
            "checks. Calls to referees and visits "
            "to suppliers uncover part of it, and deter. In the model the truth is known, so the choice can be judged."
        ),
        Table(
            "Claimed and true suppliers, average over all applications",
            head,
            lines,
            "1.0 is an honest claim; at 2.0 every second supplier is invented.",
        ),
    ]
    return Section("claims", TITLE, blocks)


def _claimed(plan: Plan) -> tuple[float | None, float | None, float | None, float | None]:
    """Claimed over true of applicants and of the chosen, true suppliers of the chosen and of applicants."""
    if isinstance(plan.claims, Mapping):
        keys = ("applicants_claimed_over_true", "chosen_claimed_over_true", "chosen_true", "all_true")
        one, two, three, four = (finite(plan.claims.get(key)) for key in keys)
        return one, two, three, four
    who: dict[str, Mapping[str, Any]] = {as_text(mapping(entry).get("who")): mapping(entry) for entry in sequence(plan.claims)}
    every, chosen = who.get("applicants", {}), who.get("chosen", {})
    return (
        finite(every.get("claimed_over_true")),
        finite(chosen.get("claimed_over_true")),
        finite(chosen.get("true")),
        finite(every.get("true")),
    )
