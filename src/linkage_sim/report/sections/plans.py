"""The plans: their stories, and what they do with the money."""

from __future__ import annotations

from linkage_sim.report.blocks import Block, Column, Heading, Section, Table, Text, Words
from linkage_sim.report.numbers import number, percent
from linkage_sim.report.read import Act, Plan
from linkage_sim.report.view import View
from linkage_sim.report.words import ACTS, FAMILIES, plain, sentence


def plans_section(view: View) -> Section:
    """Story and acts of every plan, the world without a programme first."""
    blocks: list[Block] = []
    base = view.comparison.plan(view.comparison.baseline)
    for plan in [*([base] if base else []), *view.comparison.programmes]:
        blocks.append(Heading(view.named(plan)))
        if plan.story:
            blocks.append(Text(" ".join(plan.story.split())))
        if plan.acts:
            blocks.append(_acts(plan))
    return Section("plans", "The plans", blocks)


def _acts(plan: Plan) -> Table:
    """One line per act."""
    head = [
        Column("act", numeric=False), Column("side", numeric=False), Column("share of the budget"), Column("months of the programme"),
        Column("USD spent"), Column("units bought"),
    ]  # fmt: skip
    lines: list[list[Words]] = [
        [
            sentence(ACTS.get(act.act, plain(act.act))), FAMILIES.get(act.family, plain(act.family)), percent(act.share), _months(act),
            number(act.spent), number(act.units),
        ]
        for act in plan.acts
    ]  # fmt: skip
    return Table(f"Acts of the plan: {plan.title}", head, lines)


def _months(act: Act) -> str:
    if act.start is None:
        return number(None)
    return f"{act.start:g} to {act.end:g}" if act.end is not None else f"{act.start:g} to the end"
