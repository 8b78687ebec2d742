"""The answer in words, made from the rows of the comparison and nothing else."""

from __future__ import annotations

from markupsafe import Markup

from linkage_sim.report.blocks import Block, Column, Section, Table, Text, glued, strong
from linkage_sim.report.numbers import GAP, decimals_for, finite, number, span, worlds
from linkage_sim.report.read import Plan, Row, mapping, sequence
from linkage_sim.report.view import (
    ALIVE,
    COST_REACHED,
    INCOME,
    INCOME_AFTER,
    PER_DOLLAR,
    PERCENT,
    REACHED,
    Duel,
    View,
    gain_cells,
    gained_percent,
    quoted,
    range_cell,
    years_words,
)
from linkage_sim.report.words import joined


def answer_section(view: View) -> Section:
    """Which plan raised income most, how clearly, and whether both sides together beat either."""
    ranked = view.ranked
    if not ranked:
        return Section("answer", "The answer", [Text("This comparison holds no income to compare.", "strong")])
    parts = [_best(view, *ranked[0])]
    if len(ranked) > 1:
        parts.append(_against_next(view, ranked))
    both = _both_sides(view)
    if both:
        parts.append(both)
    parts += _footing(view, ranked[0][0])
    blocks: list[Block] = [Text(glued(parts), "answer"), _table(view)]
    return Section("answer", "The answer", blocks)


def _best(view: View, plan: Plan, row: Row) -> Markup:
    """Which plan came first and by how much."""
    relative = view.comparison.row(plan.name, PERCENT)
    size = f", {gained_percent(relative)}" if relative else ""
    gain = f"{view.usd(row.mean)} a year for every household{size}"
    reach = f"90{GAP}% range {span(row.low, row.high)}{GAP}USD" if row.low is not None else "range unknown"
    often = view.worlds(row)
    if row.mean > 0.0 and row.is_clear:
        start = Markup("{} raised household income most: ").format(strong(quoted(plan)))
        return start + Markup("{} ({}), better than no programme in {}.").format(gain, reach, often)
    if row.mean > 0.0:
        start = Markup("No plan raised household income beyond doubt. The highest mean is that of {}: ").format(
            strong(quoted(plan))
        )
        return start + Markup("{}, but its {} includes zero; it did better than no programme in {}.").format(
            gain, reach, often
        )
    return Markup("No plan raised household income on average; the least loss is that of {}: {} ({}).").format(
        strong(quoted(plan)), gain, reach
    )


def _against_next(view: View, ranked: list[tuple[Plan, Row]]) -> Markup:
    """Whether the lead is clear, and with whom it is shared if not."""
    best = ranked[0][0]
    duels = [(plan, row, view.duel(best, plan)) for plan, row in ranked[1:]]
    ties = [(plan, row) for plan, row, duel in duels if duel is not None and duel.verdict == "tie"]
    if ties:
        names = [
            str(Markup("{} ({})").format(strong(quoted(plan)), f"{number(row.mean, sign=True)}{GAP}USD"))
            for plan, row in ties
        ]
        text = Markup("It is a {} with ").format(strong("tie")) + Markup(joined(names))
        first = duels[0][2]
        return text + (
            _how_close(view, ties[0][0], first)
            if first is not None and len(ties) == 1
            else ": luck may explain the difference."
        )
    plan, row, duel = duels[0]
    lead = Markup("Its lead over the next, {}, is clear").format(strong(quoted(plan)))
    if duel is None or duel.low is None:
        return lead + Markup(": {} against {}{}USD, and the ranges do not overlap{}.").format(
            number(ranked[0][1].mean, sign=True), number(row.mean, sign=True), GAP, _turns(view, best)
        )
    often = f", and it was ahead in {worlds(duel.share, view.comparison.replicates)}" if duel.share is not None else ""
    return lead + Markup(": {}{}USD (90{}% range {}){}{}.").format(
        number(duel.mean, sign=True), GAP, GAP, span(duel.low, duel.high), often, _turns(view, best)
    )


def _turns(view: View, best: Plan) -> str:
    """At which unit costs the lead is lost, where that was looked for and found."""
    given = view.comparison.data.get("break_even")
    for entry in (mapping(each) for each in (sequence(given) or [given])):
        at = finite(entry.get("turns_at"))
        if at is not None and at > 1.0 and best.name in list(sequence(entry.get("pair")))[:1]:
            return f"; but the order turns once what it buys costs {number(at)} times what is assumed"
    return ""


def _how_close(view: View, other: Plan, duel: Duel) -> str:
    """Numbers behind a tie."""
    del other
    if duel.low is None:
        return ": their ranges overlap, so luck may explain the difference."
    often = (
        f" and the lead was held in {worlds(duel.share, view.comparison.replicates)}" if duel.share is not None else ""
    )
    low, high = number(duel.low, sign=True), number(duel.high, sign=True)
    return f": the difference lies between {low} and {high}{GAP}USD{often}."


def _both_sides(view: View) -> Markup | None:
    """Whether money on both sides beats money on one."""
    sides = {
        side: [plan for plan, _ in view.ranked if view.side(plan) == side] for side in ("supply", "demand", "both")
    }
    if not sides["both"] or not (sides["supply"] or sides["demand"]):
        return None
    both = sides["both"][0]
    beaten: list[str] = []
    level: list[str] = []
    ahead: list[str] = []
    for side in ("supply", "demand"):
        for rival in sides[side][:1]:
            duel = view.duel(both, rival)
            if duel is not None:
                {"ahead": beaten, "tie": level, "behind": ahead}[duel.verdict].append(quoted(rival))
    if beaten and not level and not ahead:
        return Markup("Putting money on both sides did better than {}.").format(joined(beaten, "or"))
    parts = []
    if beaten:
        parts.append(f"beat {joined(beaten)}")
    if level:
        parts.append(f"cannot be told from {joined(level, 'or')}")
    if ahead:
        parts.append(f"fell behind {joined(ahead)}")
    return Markup("That both sides together beat either side alone is {} here: {} {}.").format(
        strong("not shown"), quoted(both), joined(parts, "and")
    )


def _footing(view: View, best: Plan) -> list[Markup]:
    """What stayed after exit, and who leads per dollar."""
    found = []
    after = view.comparison.row(best.name, INCOME_AFTER)
    if after is not None:
        _, _, years = view.comparison.years
        stay = "stayed" if after.is_clear and after.mean > 0.0 else "is not sure to have stayed"
        gain = f"{number(after.mean, sign=True)}{GAP}USD a year ({span(after.low, after.high)})"
        words = f"In the {years_words(years)} after the programme left, the gain {stay}: {gain}."
        found.append(Markup("{}").format(words))
    rates = sorted(view.comparison.rows_of(PER_DOLLAR), key=lambda pair: -pair[1].mean)
    if rates and rates[0][0].name != best.name:
        found.append(
            Markup("For each dollar spent, {} comes first ({}{}USD of income per dollar).").format(
                quoted(rates[0][0]), number(rates[0][1].mean), GAP
            )
        )
    return found


def _table(view: View) -> Table:
    """One line per plan: what a programme designer asks first."""
    comparison = view.comparison
    plans = [plan for plan, _ in view.ranked]
    income = [comparison.row(plan.name, INCOME) for plan in plans]
    places = decimals_for([value for row in income if row for value in (row.mean, row.low, row.high)])
    reached = [comparison.row(plan.name, REACHED) for plan in plans]
    cost = [comparison.row(plan.name, COST_REACHED) for plan in plans]
    rate = [comparison.row(plan.name, PER_DOLLAR) for plan in plans]
    alive = [comparison.row(plan.name, ALIVE) for plan in plans]
    head = [
        Column("plan", numeric=False),
        Column("income gained, USD per household and year"),
        Column("in percent"),
        Column("worlds in which it was better"),
        Column("households reached"),
        Column("USD spent per household reached"),
        Column("income per dollar spent"),
        Column("linkages added, 24 months after exit"),
    ]
    lines = []
    for place, plan in enumerate(plans):
        row = income[place]
        lines.append(
            [
                view.named(plan),
                view.lines(gain_cells(income, places)[place], range_cell(row, places)),
                gained_percent(comparison.row(plan.name, PERCENT)),
                view.better(row),
                _mean(reached[place], 0),
                _mean(cost[place], 0),
                _mean(rate[place]),
                gain_cells(alive, 0)[place],
            ]
        )
    return Table(
        f"Every plan against no programme, in the same {comparison.replicates} worlds",
        head,
        lines,
        "Averages over worlds, per household of the whole region, reached or not, from the start of the programme "
        f"to the last month. Below: 90{GAP}% range.",
    )


def _mean(row: Row | None, decimals: int | None = None) -> str:
    return number(row.mean if row else None, decimals)
