"""Whether the system changed: adopt, adapt, expand, respond; linkages that hold by themselves; the competitive yardstick."""

from __future__ import annotations

from linkage_sim.report.blocks import Block, Column, Heading, Section, Table, Text, Words
from linkage_sim.report.numbers import number, percent
from linkage_sim.report.read import Plan, Row
from linkage_sim.report.view import View

TITLE = "Did the system change"


def system_section(view: View) -> Section:
    """Tables of systemic change; each left out where nothing is known of it."""
    blocks: list[Block] = []
    for heading, words, table in (
        (
            "Adopt, adapt, expand, respond",
            "Four tests of whether a new way of trading took root: do supported firms run it; do they invest their own money once "
            "support has ended; do firms and villages copy it that nobody supported; do others around them react.",
            _stages(view),
        ),
        (
            "Linkages that hold by themselves",
            "A linkage holds by itself if the most that farmer and firm could gain by breaking their word is within what both would "
            "lose later, without the facilitator's help. Looked at when the programme leaves, it is a forecast of who will stay; "
            "the table says how good a one.",
            _holding(view),
        ),
        (
            "How far from a competitive market",
            "What the same supply would fetch if anybody could take it to the city for the cost of the haul: the yardstick. What is "
            "missing to it is the traders' market power and their limited capacity.",
            _yardstick(view),
        ),
    ):
        if table:
            blocks += [Heading(heading), Text(words), table]
    return Section("system", TITLE, blocks)


def _row(view: View, plan: Plan, name: str) -> Row | None:
    return view.comparison.row(plan.name, name)


def _share(row: Row | None) -> str:
    return percent(row.level if row else None)


def _more(row: Row | None, decimals: int) -> str:
    """Difference to the baseline."""
    return number(row.mean if row else None, decimals, sign=True)


def _stages(view: View) -> Table | None:
    names = ("adopt", "adapt", "gone_after_support", "expand_linkages", "expand_villages")
    plans = [plan for plan in view.plans if any(_row(view, plan, name) for name in names)]
    if not plans:
        return None
    lines: list[list[Words]] = [
        [
            view.named(plan),
            *(_share(_row(view, plan, name)) for name in names[:3]),
            _more(_row(view, plan, "expand_linkages"), 0),
            _share(_row(view, plan, "expand_villages")),
            _more(_row(view, plan, "outlets_after"), 1),
            _more(_row(view, plan, "rivals_after"), 1),
        ]
        for plan in plans
    ]
    head = [
        Column("plan", numeric=False),
        Column("adopt: supported firms that run it at exit"),
        Column("adapt: that invest their own money in two seasons or more after exit"),
        Column("supported firms that closed after exit"),
        Column("expand: linkages of firms and villages never touched, more than without a programme"),
        Column("expand: villages without touched firms that have more linkages"),
        Column("respond: village input shops, more than without"),
        Column("respond: rival firms, more than without"),
    ]
    note = "Below 0 under expand: firms that were helped took suppliers over from others. In a thin market with few firms, expansion may " \
        "be out of reach, and adaptation by one firm the realistic best."  # fmt: skip
    return Table("Adopt, adapt, expand, respond", head, lines, note)


def _holding(view: View) -> Table | None:
    plans = [plan for plan in _all(view) if _row(view, plan, "self_enforcing")]
    if not plans:
        return None
    names = ("self_enforcing", "survival_self_enforcing", "survival_fragile", "self_enforcing_end")
    lines: list[list[Words]] = [[view.named(plan), *(_share(_row(view, plan, name)) for name in names)] for plan in plans]
    head = [
        Column("plan", numeric=False),
        Column("linkages at exit that hold by themselves"),
        Column("of these alive 24 months later"),
        Column("of all others alive 24 months later"),
        Column("linkages in the last month that hold by themselves"),
    ]
    note = "Averages over worlds; a world without any other linkage does not count in the third number. Contracts also end for reasons " \
        "that neither side weighs, such as moving away or a better offer."  # fmt: skip
    return Table("Linkages that hold by themselves", head, lines, note)


def _yardstick(view: View) -> Table | None:
    plans = [plan for plan in _all(view) if _row(view, plan, "below_competitive")]
    if not plans:
        return None
    lines: list[list[Words]] = []
    for plan in plans:
        found = [_row(view, plan, name) for name in ("price_bazaar", "price_contract", "price_competitive")]
        below, lost = _row(view, plan, "below_competitive"), _row(view, plan, "competitive_surplus")
        prices: list[Words] = [number(row.level if row else None, 2) for row in found]
        lines.append([view.named(plan), *prices, _share(below), number(lost.level if lost else None, 0)])
    head = [
        Column("plan", numeric=False),
        Column("price at bazaars, USD/kg"),
        Column("price under contract, USD/kg"),
        Column("competitive price, USD/kg"),
        Column("bazaar price below the competitive one"),
        Column("lost to farmers, traders and buyers together, USD a year"),
    ]
    note = "All prices are in the village, hauls taken off; bazaar prices include premiums for grade, the percentage does not. " \
        "From the start of the programme to the last month."  # fmt: skip
    if view.comparison.pieces:
        note += f" A kg of {' and '.join(view.comparison.pieces)} is a piece."
    return Table("Prices against a competitive market", head, lines, note)


def _all(view: View) -> list[Plan]:
    """Plans, best first, and the baseline last."""
    base = view.comparison.plan(view.comparison.baseline)
    return [*view.plans, *([base] if base is not None else [])]
