"""What it cost: money by side, costs per result, and the unit costs at which the ranking turns."""

from __future__ import annotations

from linkage_sim.plots.bars import stacked_figure
from linkage_sim.plots.breakeven import break_even_figure
from linkage_sim.report.blocks import Block, Column, Grid, Heading, Picture, Section, Table, Text, Words, picture
from linkage_sim.report.numbers import decimals_for, finite, number, percent, span
from linkage_sim.report.read import Plan, Row, as_text, mapping, sequence
from linkage_sim.report.view import COST_ADDED, COST_LINKAGE, COST_REACHED, COST_SUSTAINED, PER_DOLLAR, REACHED, View, quoted
from linkage_sim.report.words import FAMILIES, joined

LOOKS = {
    "supply": ("#9cc4e4", "///"),
    "demand": ("#f1b48b", "\\\\\\"),
    "organisation": ("#cfcfcf", "..."),
    "unspent": ("#ffffff", ""),
}
UNSPENT = "not spent"
GAINED = "USD per household and year"
MUCH = 0.05
"""Unspent money above this share of the budget is named in words."""


def cost_section(view: View) -> Section:
    """Spending, costs per result, break-even."""
    plans = [plan for plan in view.plans if plan.spent is not None]
    blocks: list[Block] = []
    if plans:
        blocks += [Text(_budgets(plans)), Grid([_spending(plans)], "single")]
    table = _per_result(view)
    if table:
        blocks.append(table)
    blocks += _break_even(view)
    return Section("cost", "What it cost", blocks)


def _budgets(plans: list[Plan]) -> str:
    """Whether budgets are equal, and who could not spend."""
    budgets = {round(plan.budget) for plan in plans if plan.budget is not None}
    start = ""
    if len(budgets) == 1:
        start = f"All plans have the same budget, {number(float(budgets.pop()), 0)} USD. "
    elif budgets:
        start = "The plans have different budgets: compare them by what a dollar brought, not by their gains. "
    left = [
        f"{quoted(plan)} left {number(plan.unspent)} USD ({percent(plan.unspent / plan.budget, 0)})"
        for plan in plans
        if plan.budget and plan.unspent is not None and plan.unspent > MUCH * plan.budget
    ]
    words = f"Not all could be spent: {joined(left)}. " if left else "Nearly all of it was spent in every plan. "
    return (
        start + words + "Both sides share one cost base: the same staff months, visits, materials and overhead. Staff and "
        "assessments are paid "
        "whether or not a firm succeeds. What is unspent is returned, and earns nothing for households here."
    )


def _spending(plans: list[Plan]) -> Picture:
    """Bars of money by side and what was left."""
    parts = {words: [plan.spent_on(family) for plan in plans] for family, words in FAMILIES.items()}
    parts[UNSPENT] = [plan.unspent or 0.0 for plan in plans]
    styles = {FAMILIES.get(family, UNSPENT): look for family, look in LOOKS.items()}
    said = "; ".join(
        f"{plan.title}: " + ", ".join(f"{words} {number(values[place])} USD" for words, values in parts.items() if values[place])
        for place, plan in enumerate(plans)
    )
    return picture(
        stacked_figure([plan.title for plan in plans], parts, styles, "USD, average over worlds", width=6.6),
        "spending",
        "Where the money went",
        said,
        heading="Where the money went",
    )


def _per_result(view: View) -> Table | None:
    """What a result cost, each with its range."""
    wanted = [
        ("USD spent per household reached", COST_REACHED),
        ("USD spent per household linked at exit and still 24 months later", COST_SUSTAINED),
        ("USD spent per linkage alive 24 months after exit", COST_LINKAGE),
        ("USD spent per linkage added, 24 months after exit", COST_ADDED),
        ("USD of household income gained per dollar spent", PER_DOLLAR),
    ]
    kept = [(words, names) for words, names in wanted if view.comparison.rows_of(names)]
    if not kept:
        return None
    head = [
        Column("plan", numeric=False),
        Column("USD spent"),
        Column("households reached"),
        *(Column(words) for words, _ in kept),
    ]
    lines: list[list[Words]] = []
    for plan in view.plans:
        reached = view.comparison.row(plan.name, REACHED)
        line: list[Words] = [view.named(plan), number(plan.spent), number(reached.mean if reached else None, 0)]
        line += [_with_range(view, view.comparison.row(plan.name, names)) for _, names in kept]
        lines.append(line)
    return Table(
        "What a result cost",
        head,
        lines,
        "A dash: it cannot be said, because no result could be told from chance. A gain per dollar counts the "
        "recorded years only; trees and trust may go on.",
    )


def _with_range(view: View, row: Row | None) -> Words:
    if row is None:
        return number(None)
    places = decimals_for([row.mean, row.low, row.high])
    return view.lines(number(row.mean, places), span(row.low, row.high, places))


def _break_even(view: View) -> list[Block]:
    """Figures and words of one or two break-evens."""
    given = view.comparison.data.get("break_even")
    entries = [mapping(entry) for entry in sequence(given)] or [mapping(given), mapping(mapping(given).get("sides"))]
    if len(entries) > 1 and entries[0].get("pair") == entries[1].get("pair"):
        entries = entries[:1]
    words: list[Block] = []
    pictures = []
    for place, entry in enumerate(entry for entry in entries if entry):
        text = as_text(entry.get("text"))
        shown = _break_even_picture(view, entry, place, text)
        if shown:
            pictures.append(shown)
        elif text:
            words.append(Text(text))
    found: list[Block] = list(words)
    if pictures:
        found.insert(0, Grid(pictures, "pair"))
    if found:
        found.insert(0, Heading("At which costs the ranking turns"))
        found.insert(
            1,
            Text(
                "Who comes first depends on what a unit of work costs. Here the unit costs of the first plan change "
                "at the same budget, and those of the other plan stay."
            ),
        )
    return found


def _break_even_picture(view: View, entry: object, place: int, text: str) -> Picture | None:
    data = mapping(entry)
    pair = [view.comparison.plan(name) for name in sequence(data.get("pair"))]
    level = finite(data.get("gain_runner_up"))
    points = [
        (finite(factor), finite(gain))
        for factor, gain in zip(sequence(data.get("factors")), sequence(data.get("gain_winner")), strict=False)
    ]
    kept = sorted((factor, gain) for factor, gain in points if factor is not None and gain is not None)
    if len(pair) != 2 or pair[0] is None or pair[1] is None or level is None or len(kept) < 2:
        return None
    title = f"{quoted(pair[0])} against {quoted(pair[1])}"
    return picture(
        break_even_figure(
            [factor for factor, _ in kept],
            [gain for _, gain in kept],
            level,
            names=(pair[0].title, pair[1].title),
            looks=(view.look(pair[0]), view.look(pair[1])),
            turns_at=finite(data.get("turns_at")),
            axis_label=GAINED,
        ),
        f"break-even-{place}",
        title,
        text or title,
        heading=title,
        caption=text,
    )
