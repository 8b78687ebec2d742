"""Selection: what firms claimed when they applied, against the truth that only the model knows."""

from __future__ import annotations

from linkage_sim.report.blocks import Block, Column, Section, Table, Text, Words
from linkage_sim.report.numbers import finite, number
from linkage_sim.report.view import View



def claims_section(view: View) -> Section:
    """Claims over truth of applicants and of chosen firms; left out where nobody applied."""
    head = [
        Column("plan", numeric=False), Column("all applicants: claimed suppliers for one true"), Column("chosen firms: claimed for one true"),
        Column("true suppliers of a chosen firm"), Column("true suppliers of an applicant"),
    ]  # fmt: skip
    keys = ("applicants_claimed_over_true", "chosen_claimed_over_true", "chosen_true", "all_true")
    lines: list[list[Words]] = []
    for plan in view.comparison.programmes:
        values = [finite(plan.claims.get(key)) for key in keys]
        if any(value is not None for value in values):
            lines.append([view.named(plan), *(number(value) for value in values)])
    if not lines:
        return Section("claims", "What firms claimed, and the truth")
    blocks: list[Block] = [
        Text(
            "Firms that apply say from how many smallholders they buy. Some overstate, the more so where nobody checks. Referees and visits "
            "to suppliers uncover part of it, and deter. Here the truth is known, so the choice can be judged."
        ),
        Table("Claimed and true suppliers, mean over worlds", head, lines, "1.0 is an honest claim; 2.0 is two claimed for every true supplier."),
    ]
    return Section("claims", "What firms claimed, and the truth", blocks)
