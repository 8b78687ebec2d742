"""What evaluators without the households' twins would have reported of the same programme, and how wrong that is."""

from __future__ import annotations

from linkage_sim.plots.intervals import Interval, intervals_figure
from linkage_sim.report.blocks import Block, Column, Grid, Heading, Picture, Section, Table, Text, Words, picture
from linkage_sim.report.numbers import GAP, decimals_for, number, percent, span
from linkage_sim.report.read import Plan, Row
from linkage_sim.report.view import View, quoted, years_words
from linkage_sim.report.words import joined

DESIGNS = (
    (
        "before_after",
        "Before and after",
        "Income of the households reached, less what the same households earned before the programme. Good years and "
        "rising prices count as its success, bad years as its failure.",
    ),
    (
        "differences",
        "Difference in differences",
        "The same change, less the change of households that were not reached. Luck of the year drops out. Wrong where "
        "the programme also moved the prices of those others, or chose households that would have done better or worse anyway.",
    ),
    (
        "neighbours",
        "Participants against neighbours",
        "Income of households linked at the end, less that of unlinked households of the same villages. Wrong where "
        "larger or abler farmers are the ones who join and stay.",
    ),
)
"""Name in the rows, heading, and what goes wrong."""
WINDOWS = ("after", "during")
STAGES = (("offered", "ever offered a contract"), ("joined", "ever joined"), ("surviving", "still linked in the end"))
TITLE = "What an evaluation would have found"


def evaluation_section(view: View) -> Section:
    """Designs without a twin beside the truth; gains of those who stayed, joined and were offered."""
    blocks: list[Block] = []
    for name, heading, meaning in DESIGNS:
        table = _design(view, name, heading)
        if table:
            blocks += [Heading(heading), Text(meaning), table]
    if blocks:
        blocks[:0] = [Text(_opening(view)), *_pictures(view)]
    stages = _stages(view)
    if stages:
        blocks += [Heading("Those who stayed, those who joined, those who were asked"), Text(_stages_in_words(view)), stages]
    return Section("evaluation", TITLE, blocks)


def _opening(view: View) -> str:
    """What the tables are, and which design came how close."""
    text = (
        "In a simulation every household has a twin: the same household in the same world with the same luck, but "
        "without the programme. What it earns more than its twin is what the programme did. Evaluators have no twins. Below is "
        "what three usual designs would have reported from the very same runs, and by how much they would have been wrong. "
    )
    wrong = []
    for name, heading, _ in DESIGNS:
        rows = [(plan, view.comparison.row(plan.name, f"{name}_bias_after")) for plan in [*view.plans, *_baseline(view)]]
        clear = [plan for plan, row in rows if row is not None and row.is_clear]
        if clear:
            wrong.append(f"{heading.lower()} ({joined([quoted(plan) for plan in clear])})")
    if wrong:
        return text + f"Wrong on average beyond what luck explains, after exit: {joined(wrong)}."
    return text + "On average over worlds no design is wrong beyond what luck explains; a single study in one world still may be."


def _pictures(view: View) -> list[Block]:
    """How far off each design is after exit, all with the same axis."""
    found: dict[str, list[tuple[Plan, Row]]] = {}
    for name, _, _ in DESIGNS:
        rows = [(plan, view.comparison.row(plan.name, f"{name}_bias_after")) for plan in [*view.plans, *_baseline(view)]]
        found[name] = [(plan, row) for plan, row in rows if row is not None]
    ends = [end for rows in found.values() for _, row in rows for end in (row.low, row.high, row.mean) if end is not None]
    if not ends:
        return []
    air = 0.05 * (max(ends) - min(ends) or 1.0)
    limits = (min([0.0, *ends]) - air, max([0.0, *ends]) + air)
    pictures: list[Picture] = []
    for name, heading, _ in DESIGNS:
        bars = [
            Interval(
                plan.title, row.mean, row.mean if row.low is None else row.low, row.mean if row.high is None else row.high,
                look=view.look(plan),
            )
            for plan, row in found[name]
        ]  # fmt: skip
        if bars:
            said = "; ".join(f"{bar.label}: {number(bar.mean, sign=True)}" for bar in bars)
            figure = intervals_figure(bars, "USD per household and year", limits=limits, zero_label="the truth", width=4.2)
            pictures.append(picture(figure, f"off-by-{name}", f"{heading}: reported less true, after exit", said, heading=heading))
    words = (
        "How far off each design would be after exit: reported less true, on average over worlds, with its range. A range "
        "that holds the truth means right on average; one study in one world misses by more than the range shows."
    )
    return [Grid(pictures), Text(words, "note")]


def _design(view: View, name: str, heading: str) -> Table | None:
    """Reported, true and off by, for every plan and window that can be said."""
    lines: list[list[Words]] = []
    for window in WINDOWS:
        for plan in [*view.plans, *_baseline(view)]:
            rows = [view.comparison.row(plan.name, f"{name}{part}_{window}") for part in ("", "_truth", "_bias")]
            known = [row for row in rows if row is not None]
            if len(known) == len(rows):
                lines.append([view.named(plan), "with it" if window == "during" else "after exit", *_cells(view, *known)])
    if not lines:
        return None
    head = [
        Column("plan", numeric=False),
        Column("when", numeric=False),
        Column("would be reported"),
        Column("the truth for these households"),
        Column("off by"),
        Column(f"90{GAP}% range of it"),
    ]
    note = "The truth is the mean gain of the same households against their twins, so that both speak of the same people."
    if any(view.comparison.row(plan.name, f"{name}_after") for plan in _baseline(view)):
        note += " Without a programme the truth is 0: what would be reported there is only who joins."
    return Table(f"{heading}: USD per household and year", head, lines, note)


def _baseline(view: View) -> list[Plan]:
    base = view.comparison.plan(view.comparison.baseline)
    return [base] if base is not None else []


def _cells(view: View, said: Row, true: Row, bias: Row) -> list[Words]:
    """Reported and true with their ranges, and the gap between them."""
    places = decimals_for([said.mean, true.mean, bias.mean])
    return [
        view.lines(number(said.mean, places, sign=True), span(said.low, said.high, places)),
        view.lines(number(true.mean, places, sign=True), span(true.low, true.high, places)),
        number(bias.mean, places, sign=True),
        span(bias.low, bias.high, places),
    ]


def _stages(view: View) -> Table | None:
    """Households and their gains by how far they came; left out where no firm was supported or introduced."""
    lines: list[list[Words]] = []
    for plan in view.plans:
        line: list[Words] = [view.named(plan)]
        known = False
        for name, _ in STAGES:
            count, gain = view.comparison.row(plan.name, name), view.comparison.row(plan.name, f"gain_{name}_after")
            known = known or gain is not None
            line.append(number(count.level if count else None, 0))
            line.append(view.lines(number(gain.mean, 1, sign=True), span(gain.low, gain.high, 1)) if gain is not None else number(None))
        worse = view.comparison.row(plan.name, "worse_off_after")
        line.append(percent(worse.mean if worse else None))
        if known:
            lines.append(line)
    if not lines:
        return None
    head = [Column("plan", numeric=False)]
    for _, words in STAGES:
        head += [Column(f"households {words}"), Column("their gain")]
    head.append(Column("all households worse off than their twin"))
    return Table(
        "Gain after exit against twins, USD per household and year, by how far households came",
        head,
        lines,
        "Contracts with firms that the programme supports, or introduced in the village. Worse off: by more than one dollar a year.",
    )


def _stages_in_words(view: View) -> str:
    """Whether those who stayed gained more than those who were offered."""
    years = years_words(view.comparison.years[2])
    text = f"Gains in the {years} after exit. Studies often meet only those who are still there. "
    over = []
    for plan in view.plans:
        stayed, asked = (view.comparison.row(plan.name, f"gain_{name}_after") for name in ("surviving", "offered"))
        if stayed is not None and asked is not None and asked.mean > 0.0:
            over.append(f"{quoted(plan)} {number(stayed.mean / asked.mean, 1)} times")
    if over:
        text += f"The gain of those who stayed, for that of all who were offered a contract: {joined(over)}."
    return text
