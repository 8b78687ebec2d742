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

EARNED = "household income from the value chain"


def answer_section(view: View) -> Section:
    """Which plan raised income most, how clearly, and whether both sides together beat either."""
    ranked = view.ranked
    if not ranked:
        return Section("answer", "The answer", [Text("This comparison holds no income to compare.", "strong")])
    ties = _ties(view)
    parts = [_best(view, *ranked[0], shared=bool(ties))]
    if ties:
        parts.append(_tied(view, ties))
    elif len(ranked) > 1:
        parts.append(_lead(view, ranked))
    both = _both_sides(view)
    if both:
        parts.append(both)
    parts += _footing(view, ranked[0][0])
    blocks: list[Block] = [Text(glued(parts), "answer"), _table(view)]
    return Section("answer", "The answer", blocks)


def _best(view: View, plan: Plan, row: Row, *, shared: bool) -> Markup:
    """Which plan came first and by how much."""
    gain = f"{view.usd(row.mean)} a year for every household, reached or not{_relative(view, plan)}"
    reach = f"90{GAP}% range {span(row.low, row.high)}{GAP}USD" if row.low is not None else "range unknown"
    often = view.worlds(row)
    name = strong(quoted(plan))
    if row.mean > 0.0 and row.is_clear:
        verb = f"had the largest average gain in {EARNED}" if shared else f"raised {EARNED} most"
        return Markup("{} {}: {} ({}); better than no programme in {}.").format(name, verb, gain, reach, often)
    if row.mean > 0.0:
        return Markup(
            "No plan raised {} beyond doubt. The largest average gain is that of {}: {}, but its {} includes zero; "
            "it did better than no programme in {}."
        ).format(EARNED, name, gain, reach, often)
    return Markup("No plan raised {} on average; the least loss is that of {}: {} ({}).").format(EARNED, name, gain, reach)


def _relative(view: View, plan: Plan) -> str:
    """The gain in percent of what is earned without a programme."""
    relative, base = view.comparison.row(plan.name, PERCENT), view.comparison.row(view.comparison.baseline, INCOME)
    if relative is None:
        return ""
    level = f" on the {number(base.level)}{GAP}USD without a programme" if base and base.level is not None else ""
    return f", {gained_percent(relative)}{level}"


def _ties(view: View) -> list[tuple[Plan, Row, Duel]]:
    """Plans after the first whose difference to it may be luck, up to the first that is clearly behind."""
    (best, _), *others = view.ranked
    found = []
    for plan, row in others:
        duel = view.duel(best, plan)
        if duel is None or duel.verdict != "tie":
            break
        found.append((plan, row, duel))
    return found


def _tied(view: View, ties: list[tuple[Plan, Row, Duel]]) -> Markup:
    """With whom the first place is shared."""
    names = [Markup("{} ({})").format(strong(quoted(plan)), f"{number(row.mean, sign=True)}{GAP}USD") for plan, row, _ in ties]
    text = Markup("But that is a {} with {}").format(strong("tie"), Markup(joined([str(name) for name in names])))
    duel = ties[0][2]
    if len(ties) > 1 or duel.low is None:
        return text + Markup(": the differences may be luck.")
    places = decimals_for([duel.low, duel.high], 2)
    low, high = number(duel.low, places, sign=True), number(duel.high, places, sign=True)
    held = f"; it was ahead in {worlds(duel.share, view.comparison.replicates)}" if duel.share is not None else ""
    return text + Markup(": the difference lies between {} and {}{}USD{}.").format(low, high, GAP, held)


def _lead(view: View, ranked: list[tuple[Plan, Row]]) -> Markup:
    """How far ahead of the next the first is, and at which costs the order turns."""
    best, (plan, row) = ranked[0][0], ranked[1]
    duel = view.duel(best, plan)
    lead = Markup("Its lead over the next, {}, is clear").format(strong(quoted(plan)))
    if duel is None or duel.low is None:
        return lead + Markup(": {} against {}{}USD, and the ranges do not overlap{}.").format(
            number(ranked[0][1].mean, sign=True), number(row.mean, sign=True), GAP, _turns(view, best)
        )
    often = f", ahead in {worlds(duel.share, view.comparison.replicates)}" if duel.share is not None else ""
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


def _both_sides(view: View) -> Markup | None:
    """Whether money on both sides beats money on one."""
    sides = {side: [plan for plan, _ in view.ranked if view.side(plan) == side] for side in ("supply", "demand", "both")}
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
    own = view.comparison.row(best.name, PER_DOLLAR)
    if rates and own is not None and rates[0][0].name != best.name:
        found.append(_per_dollar(*rates[0], own))
    return found


def _per_dollar(plan: Plan, row: Row, own: Row) -> Markup:
    """Another plan that comes first when gains are divided by what was spent."""
    apart = row.low is not None and own.high is not None and row.low > own.high
    places = decimals_for([row.mean, own.mean])
    gains = f"{number(row.mean, places)} against {number(own.mean, places)}{GAP}USD of income"
    return Markup("For each dollar spent, {} comes first ({}{}).").format(quoted(plan), gains, "" if apart else ", but the ranges overlap")


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
