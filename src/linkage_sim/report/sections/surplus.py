"""Who won and who lost: households, firms, traders and consumers side by side, with displacement named."""

from __future__ import annotations

from linkage_sim.plots.bars import Bar, bar_limits, bars_figure
from linkage_sim.report.blocks import Block, Column, Grid, Listing, Picture, Table, Text, picture
from linkage_sim.report.numbers import GAP, decimals_for, number, span
from linkage_sim.report.read import Plan
from linkage_sim.report.view import INCOME, View, quoted
from linkage_sim.report.words import joined, sentence

HOUSEHOLDS = "households"
PARTIES: tuple[tuple[str, tuple[str, ...]], ...] = (
    (HOUSEHOLDS, INCOME),
    ("lead firms", ("firm_margin",)),
    ("bazaar traders", ("trader_profit",)),
    ("consumers at bazaars", ("consumer_surplus",)),
    ("all together", ("total_surplus",)),
)
TOTAL = "all together"


def surplus_blocks(view: View) -> list[Block]:
    """Figures, a table and what was moved rather than made."""
    plans = view.plans
    bars = {plan.name: _bars(view, plan) for plan in plans}
    parties = [party for party, _ in PARTIES if any(party in found for found in bars.values())]
    if len(parties) < 2:
        return []
    limits = bar_limits([bar for found in bars.values() for bar in found.values()])
    pictures: list[Picture] = []
    for place, plan in enumerate(plans):
        shown = list(bars[plan.name].values())
        if shown:
            said = "; ".join(f"{bar.label} {number(bar.mean, sign=True)}" for bar in shown)
            figure = bars_figure(shown, "USD a year", limits=limits, colour=view.look(plan).colour)
            pictures.append(picture(figure, f"surplus-{place}", f"{plan.title}: who won and lost", said, heading=view.named(plan)))
    return [
        Text(
            "Change against no programme, in USD a year for the whole region. Hatched bars are losses. What farmers "
            "gain may be made, "
            "or only moved from somebody else's pocket."
        ),
        *_displaced(plans, bars),
        Grid(pictures),
        _table(view, plans, bars, parties),
    ]


def _bars(view: View, plan: Plan) -> dict[str, Bar]:
    """Bars of one plan by party; income per household becomes that of all households."""
    found: dict[str, Bar] = {}
    for party, measures in PARTIES:
        row = view.comparison.row(plan.name, measures)
        scale = view.households if party == HOUSEHOLDS else 1.0
        if row is None or scale is None:
            continue
        low, high = row.mean if row.low is None else row.low, row.mean if row.high is None else row.high
        found[party] = Bar(sentence(party), scale * row.mean, scale * low, scale * high, party == TOTAL)
    return found


def _displaced(plans: list[Plan], bars: dict[str, dict[str, Bar]]) -> list[Block]:
    """Name who clearly lost in which plan."""
    parts = []
    for plan in plans:
        lost = [
            f"{party} lost {number(-bar.mean)}{GAP}USD a year"
            for party, bar in bars[plan.name].items()
            if party not in (TOTAL, HOUSEHOLDS) and bar.high < 0.0
        ]
        if lost:
            parts.append(f"{quoted(plan)}: {joined(lost)}.")
    if not parts:
        return [
            Text(
                "Displacement: in no plan did firms, traders or consumers lose an amount that can be told from luck.",
                "note",
            )
        ]
    words = "Displacement: some lost, so part of what households and firms gained was moved from them, not made."
    return [Text(words, "note"), Listing(parts)]


def _table(view: View, plans: list[Plan], bars: dict[str, dict[str, Bar]], parties: list[str]) -> Table:
    places = decimals_for([value for found in bars.values() for bar in found.values() for value in (bar.low, bar.high)])
    lines = []
    for plan in plans:
        cells = []
        for party in parties:
            bar = bars[plan.name].get(party)
            cells.append(view.lines(number(bar.mean, places, sign=True), span(bar.low, bar.high, places)) if bar else number(None))
        spent, total = _spent_yearly(view, plan), bars[plan.name].get(TOTAL)
        left = None if spent is None or total is None else total.mean - spent
        lines.append([view.named(plan), *cells, number(spent, places), number(left, places, sign=True)])
    head = [
        Column("plan", numeric=False),
        *(Column(party) for party in parties),
        Column("programme spending"),
        Column("all together less spending"),
    ]
    return Table(
        "Gains and losses, USD a year for the region",
        head,
        lines,
        f"Below each number: 90{GAP}% range. Spending is spread over the recorded years from the programme's start; "
        "gains after the last year do not count here.",
    )


def _spent_yearly(view: View, plan: Plan) -> float | None:
    """Spending spread over the years from the programme's start to the last."""
    years = view.comparison.years[1] + view.comparison.years[2]
    return None if plan.spent is None or years <= 0.0 else plan.spent / years
