"""How sure: every plan's gain with its range, and in how many worlds it did better."""

from __future__ import annotations

from linkage_sim.plots.intervals import Interval, intervals_figure
from linkage_sim.report.blocks import Block, Column, Grid, Picture, Section, Table, Text, Words, picture
from linkage_sim.report.numbers import GAP, decimals_for, number, span
from linkage_sim.report.read import Plan, Row
from linkage_sim.report.view import INCOME, INCOME_AFTER, INCOME_DURING, View, gain_cells, range_cell

FEW_WORLDS = 10
TITLE = "Gain in household income against no programme"


def sure_section(view: View) -> Section:
    """Intervals of income over the whole time, and the same while the programme worked and after."""
    ranked = view.ranked
    if not ranked:
        return Section("sure", "How sure")
    count = view.comparison.replicates
    blocks: list[Block] = [
        Text(
            "A world is one simulated run of these districts: its villages, people, frosts, harvests and prices. "
            f"Every plan lives through the same {count} "
            "worlds with the same luck, so that what differs is the plan. A dot is the average gain over these "
            "worlds. The bar is the "
            f"90{GAP}% range: with very many worlds, the average would most likely come to lie within it. It holds "
            "the luck of weather, people and "
            "markets, but not the doubt about the assumptions themselves."
        )
    ]
    if count < FEW_WORLDS:
        blocks.append(
            Text(
                f"Only {count} worlds were lived through: take ranges as rough, and run more before deciding.",
                "warning",
            )
        )
    blocks.append(Grid([_picture(view, ranked)], "single"))
    blocks.append(_table(view, [plan for plan, _ in ranked]))
    return Section("sure", "How sure", blocks)


def _picture(view: View, ranked: list[tuple[Plan, Row]]) -> Picture:
    rows = [
        Interval(
            plan.title,
            row.mean,
            row.mean if row.low is None else row.low,
            row.mean if row.high is None else row.high,
            f"better in {view.worlds(row)}" if row.share_better is not None else "",
            view.look(plan),
        )
        for plan, row in ranked
    ]
    said = "; ".join(f"{plan.title}: {number(row.mean, sign=True)}, better in {view.worlds(row)}" for plan, row in ranked)
    return picture(
        intervals_figure(rows, "USD per household and year", zero_label="no programme", width=6.6),
        "sure",
        TITLE,
        said,
        heading=TITLE,
        caption="A bar that crosses the line of no programme means that the plan may have done nothing, or harm.",
    )


def _table(view: View, plans: list[Plan]) -> Table:
    """Gains in dollars and somoni, while the programme worked and after."""
    comparison = view.comparison
    parts = [("whole time", INCOME), ("with the programme", INCOME_DURING), ("after it left", INCOME_AFTER)]
    kept = [(words, names) for words, names in parts if comparison.rows_of(names)]
    every = [row for _, names in kept for _, row in comparison.rows_of(names)]
    places = decimals_for([value for row in every for value in (row.low, row.high)])
    ends = [row.high for _, row in comparison.rows_of(INCOME) if row.high is not None]
    head = [Column("plan", numeric=False)]
    for words, _ in kept:
        head += [Column(f"{words}, USD"), Column("worlds in which it was better")]
    if comparison.rate is not None:
        head.insert(2, Column("the same in somoni (TJS)"))
    lines = []
    for plan in plans:
        line: list[Words] = [view.named(plan)]
        for place, (_, names) in enumerate(kept):
            row = comparison.row(plan.name, names)
            line.append(view.lines(gain_cells([row], places)[0], range_cell(row, places)))
            if place == 0 and comparison.rate is not None:
                line.append(_somoni(view, row, comparison.rate, max(0, decimals_for([value * comparison.rate for value in ends]))))
            line.append(view.better(row))
        lines.append(line)
    return Table(
        "Income gained per household and year, with and after the programme",
        head,
        lines,
        f"Below each number: its 90{GAP}% range.",
    )


def _somoni(view: View, row: Row | None, rate: float, places: int) -> Words:
    if row is None or row.low is None or row.high is None:
        return number(None)
    return view.lines(number(rate * row.mean, places, sign=True), span(rate * row.low, rate * row.high, places))
