"""For whom: who among the households gained, and who was left out."""

from __future__ import annotations

from linkage_sim.plots.intervals import Interval, intervals_figure, spread
from linkage_sim.report.blocks import Block, Column, Grid, Picture, Section, Table, Text, picture
from linkage_sim.report.numbers import GAP, decimals_for, number, percent
from linkage_sim.report.read import Plan
from linkage_sim.report.view import INCOME, PERCENT, REACHED_SHARE, View, gain_cells, gained_percent, quoted, range_cell
from linkage_sim.report.words import GROUPS, sentence

SHOWN = ("all", "women", "men", "poorest", "richest", "near", "remote")
PAIRS = (("women", "men"), ("poorest", "richest"), ("remote", "near"))
"""Groups at risk of being left out, and whom to compare them with."""
FULL = {
    "women": "households headed by women",
    "men": "those headed by men",
    "poorest": "the poorest third",
    "richest": "the richest third",
    "remote": "remote villages",
    "near": "those near a bazaar",
}


def whom_section(view: View) -> Section:
    """Gains by group of households, as figure and table."""
    groups = [group for group in SHOWN if view.comparison.rows_of(INCOME, group)]
    if len(groups) < 2:
        return Section("whom", "For whom")
    plans = view.plans
    blocks: list[Block] = [Text(_in_words(view, plans)), Grid(_pictures(view, plans, groups))]
    blocks.append(_gains(view, plans, groups))
    reached = _reached(view, plans, groups)
    if reached:
        blocks.append(reached)
    return Section("whom", "For whom", blocks)


def _in_words(view: View, plans: list[Plan]) -> str:
    """Which groups gained less than their counterparts, plan by plan."""
    parts = []
    for plan in plans:
        for weak, strong in PAIRS:
            one, other = view.comparison.row(plan.name, INCOME, weak), view.comparison.row(plan.name, INCOME, strong)
            if one and other and one.high is not None and other.low is not None and one.high < other.low:
                gains = f"{number(one.mean, sign=True)} against {number(other.mean, sign=True)}{GAP}USD"
                parts.append(f"{FULL[weak]} than by {FULL[strong]} in {quoted(plan)} ({gains})")
    if parts:
        return (
            f"Clearly less was gained by {'; '.join(parts)}. For all other pairs (headed by women or men, poorest or "
            "richest third, "
            "remote or near) the ranges overlap. Those who have more trees gain more dollars from the same help, so "
            "percent are shown as well."
        )
    return (
        "In no plan did households headed by women, the poorest third or remote villages gain clearly less than men, "
        "the richest third or "
        "villages near a bazaar: in dollars, the ranges overlap. That is no proof that all were served alike; see "
        "who was reached below."
    )


def _pictures(view: View, plans: list[Plan], groups: list[str]) -> list[Picture]:
    """One small figure per plan, all with the same axis."""
    found: list[tuple[Plan, list[Interval]]] = []
    every = [view.comparison.row(plan.name, INCOME, group) for plan in plans for group in groups]
    places = decimals_for([row.mean for row in every if row])
    for plan in plans:
        rows = []
        for group in groups:
            row = view.comparison.row(plan.name, INCOME, group)
            if row and row.low is not None and row.high is not None:
                look = view.look(plan) if group == "all" else None
                rows.append(Interval(sentence(GROUPS[group]), row.mean, row.low, row.high, number(row.mean, places, sign=True), look))
        if rows:
            found.append((plan, rows))
    limits = spread([row for _, rows in found for row in rows])
    return [
        picture(
            intervals_figure(rows, "USD per household and year", limits=limits, zero_label="", width=3.9),
            f"whom-{place}",
            f"{plan.title}: gain by group",
            "; ".join(f"{row.label} {row.note}" for row in rows),
            heading=view.named(plan),
        )
        for place, (plan, rows) in enumerate(found)
    ]


def _gains(view: View, plans: list[Plan], groups: list[str]) -> Table:
    """Mean, range and percent by plan and group."""
    comparison = view.comparison
    rows = {(plan.name, group): comparison.row(plan.name, INCOME, group) for plan in plans for group in groups}
    places = decimals_for([value for row in rows.values() if row for value in (row.low, row.high)])
    lines = []
    for plan in plans:
        line = [view.named(plan)]
        for group in groups:
            row = rows[plan.name, group]
            relative = comparison.row(plan.name, PERCENT, group)
            percents = [gained_percent(relative)] if relative else []
            line.append(view.lines(gain_cells([row], places)[0], range_cell(row, places), *percents))
        lines.append(line)
    head = [Column("plan", numeric=False), *(Column(GROUPS[group]) for group in groups)]
    return Table(
        "Income gained by group, USD per household and year",
        head,
        lines,
        f"Below each number: its 90{GAP}% range, and percent of what the group earns from the value chain without a programme.",
    )


def _reached(view: View, plans: list[Plan], groups: list[str]) -> Table | None:
    """Share of each group that a plan reached."""
    comparison = view.comparison
    if not comparison.rows_of(REACHED_SHARE):
        return None
    lines = []
    for plan in plans:
        rows = [comparison.row(plan.name, REACHED_SHARE, group) for group in groups]
        lines.append([view.named(plan), *(percent(row.mean if row else None, 0) for row in rows)])
    head = [Column("plan", numeric=False), *(Column(GROUPS[group]) for group in groups)]
    return Table(
        "Share of each group that was reached",
        head,
        lines,
        "Served by an act of the programme, or linked to a firm that it supports or introduced.",
    )
