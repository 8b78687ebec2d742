"""What lasted: gains year by year with the exit marked, and linkages alive two years after it."""

from __future__ import annotations

from linkage_sim.plots.years import Course, years_figure
from linkage_sim.report.blocks import Block, Column, Grid, Picture, Section, Table, Text, Words, picture
from linkage_sim.report.numbers import GAP, number, percent
from linkage_sim.report.read import Row
from linkage_sim.report.view import (
    ALIVE,
    ALIVE_SHARE,
    INCOME_AFTER,
    INCOME_DURING,
    View,
    gain_cells,
    quoted,
    range_cell,
    years_words,
)
from linkage_sim.report.words import joined


def lasted_section(view: View) -> Section:
    """Courses of the income gain, and linkages that outlived the programme."""
    blocks: list[Block] = []
    pictures = _pictures(view)
    kept = _kept_in_words(view)
    if kept:
        blocks.append(Text(kept))
    if pictures:
        blocks.append(Grid(pictures))
    table = _linkages(view)
    if table:
        blocks.append(table)
    return Section("lasted", "What lasted", blocks)


def _pictures(view: View) -> list[Picture]:
    """One small figure per plan, all with the same axes."""
    courses = [(plan, view.comparison.course(plan.name, ("income_gain",))) for plan, _ in view.ranked]
    kept = [(plan, points) for plan, points in courses if points]
    ends = [end for _, points in kept for point in points for end in (point.low, point.high)]
    if not ends:
        return []
    air = 0.05 * (max(ends) - min(ends) or 1.0)
    limits = (min([0.0, *ends]) - air, max([0.0, *ends]) + air)
    found = []
    for place, (plan, points) in enumerate(kept):
        course = Course(
            plan.title,
            [p.year for p in points],
            [p.mean for p in points],
            [p.low for p in points],
            [p.high for p in points],
            view.look(plan),
        )
        said = "; ".join(f"year {point.year:g}: {number(point.mean, sign=True)}" for point in points)
        found.append(
            picture(
                years_figure([course], programme=view.programme_years, zero=True, limits=limits),
                f"lasted-{place}",
                f"{plan.title}: income gain by year",
                said,
                heading=view.named(plan),
            )
        )
    return found


def _kept_in_words(view: View) -> str:
    """How much of the gain stayed after exit."""
    stayed: list[str] = []
    lost: list[str] = []
    for plan, _ in view.ranked:
        during, after = view.comparison.row(plan.name, INCOME_DURING), view.comparison.row(plan.name, INCOME_AFTER)
        if during is None or after is None:
            continue
        words = f"{quoted(plan)} ({number(during.mean, sign=True)} with it, {number(after.mean, sign=True)} after)"
        (stayed if after.is_clear and after.mean > 0.0 else lost).append(words)
    if not stayed and not lost:
        return ""
    years = years_words(view.comparison.years[2])
    text = f"Income gained per household and year, USD: while the programme worked, and in the {years} after it had left. "
    if stayed:
        text += f"A gain that clearly stayed: {joined(stayed)}. "
    if lost:
        text += f"No gain after exit that can be told from luck: {joined(lost)}. "
    return text + (
        f"The band is the 90{GAP}% range of the average, the shaded years are those with the programme, and the broken line is its exit."
    )


def _linkages(view: View) -> Table | None:
    """Linkages alive 24 months after exit, against those that live without any programme."""
    comparison = view.comparison
    if not comparison.rows_of(ALIVE):
        return None
    plans = view.plans
    base = comparison.plan(comparison.baseline)
    rows = [comparison.row(plan.name, ALIVE) for plan in plans]
    lines: list[list[Words]] = [
        [
            view.named(plan),
            number(row.level if row else None, 0),
            percent(_level(comparison.row(plan.name, ALIVE_SHARE))),
            gain_cells([row], 0)[0],
            range_cell(row, 0),
            view.better(row),
        ]
        for plan, row in zip(plans, rows, strict=True)
    ]
    if base is not None:
        own = comparison.row(base.name, ALIVE)
        lines.append(
            [
                view.named(base),
                number(own.level if own else None, 0),
                percent(_level(comparison.row(base.name, ALIVE_SHARE))),
                number(None),
                number(None),
                number(None),
            ]
        )
    head = [
        Column("plan", numeric=False),
        Column("linkages at exit still alive"),
        Column("share of those at exit"),
        Column("more than without a programme"),
        Column(f"90{GAP}% range"),
        Column("worlds in which it was more"),
    ]
    return Table(
        "Linkages alive 24 months after exit",
        head,
        lines,
        "A linkage is a household with a contract with a firm. Some live without any programme: only what is added counts for a plan.",
    )


def _level(row: Row | None) -> float | None:
    return row.level if row else None
