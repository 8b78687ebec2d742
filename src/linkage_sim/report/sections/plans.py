"""The plans: their stories, and what they do with the money."""

from __future__ import annotations

from linkage_sim.report.blocks import Block, Column, Heading, Section, Table, Text, Words
from linkage_sim.report.numbers import GAP, MISSING, as_written, count, number
from linkage_sim.report.read import Act, Plan
from linkage_sim.report.view import View
from linkage_sim.report.words import ACTS, FAMILIES, UNITS_OF, plain, sentence


def plans_section(view: View) -> Section:
    """Story and acts of every plan, the world without a programme first."""
    blocks: list[Block] = []
    base = view.comparison.plan(view.comparison.baseline)
    for plan in [*([base] if base else []), *view.plans]:
        blocks.append(Heading(view.named(plan)))
        if plan.story:
            blocks.append(Text(" ".join(plan.story.split())))
        if plan.acts:
            blocks.append(_acts(plan))
    return Section("plans", "The plans", blocks)


def _acts(plan: Plan) -> Table:
    """One line per act."""
    head = [
        Column("act", numeric=False),
        Column("side", numeric=False),
        Column("share of the budget"),
        Column("months of the programme"),
        Column("USD spent"),
        Column("units bought", numeric=False),
    ]
    kinds = [act.act for act in plan.acts]
    sides = list(FAMILIES)
    acts = sorted(plan.acts, key=lambda act: (sides.index(act.family) if act.family in sides else len(sides), -(act.spent or 0.0)))
    lines: list[list[Words]] = []
    for act in acts:
        name = sentence(ACTS.get(act.act, plain(act.act))) + (f" ({plain(act.name)})" if kinds.count(act.act) > 1 else "")
        many = count(act.units)
        units = f"{many} {UNITS_OF.get(act.act, ('', ''))[many != '1']}".strip() if act.units is not None else MISSING
        share = MISSING if act.share is None else f"{as_written(round(100.0 * act.share, 1))}{GAP}%"
        lines.append([name, FAMILIES.get(act.family, plain(act.family)), share, _months(act), number(act.spent), units])
    return Table(f"Acts of the plan: {plan.title}", head, lines)


def _months(act: Act) -> str:
    if act.start is None:
        return number(None)
    return f"{act.start:g} to {act.end:g}" if act.end is not None else f"{act.start:g} to the end"
