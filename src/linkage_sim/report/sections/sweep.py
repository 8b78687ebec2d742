"""Sections of the page of a sweep: what moves gains, when the order flips, what is worth knowing, robust choice, what pairing saved."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure

from linkage_sim.analysis.analyze import Analysis
from linkage_sim.analysis.flips import Flip
from linkage_sim.analysis.information import ALL
from linkage_sim.analysis.prim import Box
from linkage_sim.analysis.resample import known_points, mean_over_worlds
from linkage_sim.analysis.robust import Crossing, regrets
from linkage_sim.analysis.sensitivity import explained
from linkage_sim.analysis.table import records
from linkage_sim.plots.crossing import crossing_figure
from linkage_sim.plots.flips import flip_figure
from linkage_sim.plots.indices import Index, indices_figure
from linkage_sim.plots.intervals import Interval, intervals_figure
from linkage_sim.plots.regret import regret_figure
from linkage_sim.plots.style import Look, looks
from linkage_sim.report.blocks import Block, Grid, Picture, Section, Table, Text, Words, picture
from linkage_sim.report.numbers import MISSING, number, percent, span
from linkage_sim.report.view import View, columns

MOST_FACTORS = 8
"""Factors shown in a figure; tables hold all."""
MOST_FLIPS = 6
MOST_CROSSINGS = 6
ENOUGH = 0.5
"""A tie is shown where at least this share of drawings has one."""


@dataclass
class Gallery:
    """An analysis, and the figures drawn of it by name."""

    found: Analysis
    figures: dict[str, Figure]

    @property
    def unit(self) -> str:
        """Unit of the outcome by which plans are chosen."""
        return self.found.outcome.unit

    @property
    def looks(self) -> dict[str, Look]:
        """Colour and marker of every scenario."""
        return looks([*self.found.sweep.plans, self.found.sweep.baseline], self.found.sweep.baseline)

    def title(self, name: str) -> str:
        """A scenario, or the difference of two, in words."""
        return " against ".join(self.found.sweep.title(part) for part in name.split(" - "))

    def picture(self, figure: Figure, name: str, title: str, said: str, heading: Words = "", caption: Words = "") -> Picture:
        """A picture of a figure, which is also kept for the folder."""
        self.figures[name] = figure
        return picture(figure, name.replace("_", "-"), title, said, heading=heading, caption=caption)


def moves_section(gallery: Gallery) -> Section:
    """Sensitivity of each plan's gain and of the differences between plans."""
    found = gallery.found
    table = found.sensitivity[found.sensitivity["outcome"] == found.outcome.name]
    if len(table) == 0:
        return Section("moves", "What moves the gain")
    kinds = set(table["index"])
    if "first" in kinds:
        words, keys, label = _SOBOL, ("total: with others", "first: alone"), "share of the variance of the gain"
        whole, part = "total", "first"
    elif "mu_star" in kinds:
        words, keys, label = _MORRIS, ("mean size of effect", "mean effect"), f"change over the whole range, {gallery.unit}"
        whole, part = "mu_star", "mu"
    else:
        words, keys, label, whole, part = _ALONE, None, "share of the variance of the gain explained", "alone", ""
    pictures = []
    for place, (scenario, own) in enumerate(table.groupby("scenario", sort=False)):
        by = {name: rows.set_index("factor") for name, rows in own.groupby("index")}
        order = by[whole]["estimate"].sort_values(ascending=False).index[:MOST_FACTORS]
        rows = [
            Index(
                str(by[whole].loc[factor, "words"]),
                tuple(float(by[whole].loc[factor, name]) for name in ("estimate", "low", "high")),  # type: ignore[arg-type]
                tuple(float(by[part].loc[factor, name]) for name in ("estimate", "low", "high")) if part else None,  # type: ignore[arg-type]
            )
            for factor in order
        ]
        heading = f"{gallery.title(str(scenario))}"
        said = "; ".join(f"{row.label}: {number(row.whole[0])}" for row in rows)
        shown = label.replace("the gain", "the difference") if " - " in str(scenario) else label
        figure = indices_figure(rows, shown, keys=keys)
        pictures.append(gallery.picture(figure, f"sensitivity_{place + 1}", f"What moves the gain: {heading}", said, heading=heading))
    return Section("moves", "What moves the gain", [Text(words), Grid(pictures, "pair")])


_SOBOL = (
    "How much of the spread of a gain (mean over worlds, from point to point) each factor makes: alone (first-order Sobol index) and "
    "together with all others (total index). A total far above the first says that the factor works through others. Of two plans, "
    "what matters for the choice between them is the figure of their difference. An index below 0 is noise of the sample."
)
_MORRIS = (
    "How far a gain moves when one factor goes through its whole range from many starting points (elementary effects of Morris): the mean "
    "size, and the mean with its sign. Where the two differ, the factor helps at some points and harms at others."
)
_ALONE = (
    "How much of the spread of a gain (mean over worlds, from point to point) a smooth curve of one factor alone explains. What factors do "
    "only together is not in it: a Sobol design shows that. Of two plans, what matters for the choice is the figure of their difference."
)


def flips_section(gallery: Gallery) -> Section:
    """Who beats whom over which part of the points."""
    found = gallery.found
    sweep = found.sweep
    rows: list[list[Words]] = [
        [
            f"{sweep.title(flip.one)} over {sweep.title(flip.other)}",
            percent(flip.share),
            f"{percent(flip.low)} to {percent(flip.high)}",
            percent(flip.sure) if np.isfinite(flip.sure) else MISSING,
            percent(flip.sure_other) if np.isfinite(flip.sure) else MISSING,
            number(flip.mean, sign=True),
            span(flip.mean_low, flip.mean_high),
        ]
        for flip in found.flips
    ]
    heads = columns(
        "who wins more often",
        "share of points",
        "its 90 % range",
        "surely",
        "surely the other",
        f"mean lead, {gallery.unit}",
        "its 90 % range",
    )
    note = "Surely: the 90 % interval over the worlds of that point alone leaves out zero. With few worlds many points stay open."
    blocks: list[Block] = [Table("Who beats whom, over the points of the design", heads, rows, note)]
    blocks += [Text(flip.words) for flip in found.flips]
    shown = [flip for flip in found.flips if 0.0 < flip.share < 1.0 and flip.x.shape[1] > 1][:MOST_FLIPS]
    pictures = [_flip_picture(gallery, flip, place) for place, flip in enumerate(shown, 1)]
    if pictures:
        blocks.append(Grid(pictures, "pair"))
    return Section("flips", "When does it flip", blocks)


def _flip_picture(gallery: Gallery, flip: Flip, place: int) -> Picture:
    """Points by the two factors of the first box, or those that explain most of the lead."""
    factors = gallery.found.sweep.factors
    ranked = [int(each) for each in np.argsort(-explained(flip.x, flip.lead))]
    first = list(flip.boxes[0].limits) if flip.boxes else []
    across, up = [*first, *(each for each in ranked if each not in first)][:2]
    nothing = (None, None)
    boxes = [(box.limits.get(across, nothing), box.limits.get(up, nothing)) for box in flip.boxes[:1]]
    beside = [factors[each] for each in first if each not in (across, up)]
    pale = ~Box({each: flip.boxes[0].limits[each] for each in first if each not in (across, up)}, 0.0, 0.0, 0, {}).inside(flip.x)
    names = (gallery.title(flip.one), gallery.title(flip.other))
    labels = tuple(
        f"{factors[each].words}{f', {factors[each].unit}' if factors[each].unit not in ('', 'number') else ''}" for each in (across, up)
    )
    figure = flip_figure(
        flip.x[:, [across, up]], flip.lead, names=(f"{names[0]} gains more", f"{names[1]} gains more"),
        looks=(gallery.looks[flip.one], gallery.looks[flip.other]), labels=(labels[0], labels[1]), boxes=boxes,
        log=(factors[across].is_log, factors[up].is_log), pale=pale if beside else None,
    )  # fmt: skip
    more = " Larger signs: larger leads." + (" Dashed: the (first) box of the sentence above." if boxes else "")
    if beside:
        more += f" Pale: outside the box by {' or '.join(each.words for each in beside)}."
    return gallery.picture(
        figure, f"flip_{place}", f"{names[0]} and {names[1]}", flip.words, heading=f"{names[0]} and {names[1]}", caption=more.strip()
    )


def worth_section(gallery: Gallery) -> Section:
    """What is worth knowing, in dollars where the scale is known."""
    table = gallery.found.information
    if len(table) < 2:
        return Section("worth", "What is worth knowing")
    unit = str(table["unit"].iloc[0])
    scale = gallery.found.scale
    rows = [
        Interval(
            "all of them together" if row["words"] == ALL else str(row["words"]),
            float(row["estimate"]),
            float(row["low"]),
            float(row["high"]),
        )
        for row in records(table.head(1 + MOST_FACTORS))
    ]
    figure = intervals_figure(rows, f"value of knowing it before choosing, {unit}", zero_label="", width=6.6)
    said = "; ".join(f"{row.label}: {number(row.mean)}" for row in rows)
    money = (
        f" A gain in USD per household and year is worth {number(scale.households, 0)} households times {number(scale.years)} years "
        "in dollars of farm income."
        if unit == "USD" and gallery.unit != "USD" and scale.households and scale.years
        else ""
    )
    words = (
        "Today one plan must be chosen for all points. If a factor were measured first, the plan could be chosen for its true value: this "
        "is what that choice would gain on average over the design (expected value of partial perfect information). Measuring perfectly is "
        "never worth more; compare it with what measuring would cost." + money
    )
    lines: list[list[Words]] = [
        [
            "all of them together" if row["words"] == ALL else str(row["words"]),
            number(row["estimate"]),
            span(row["low"], row["high"]),
            number(row["optimistic"]),
        ]
        for row in records(table)
    ]
    note = "Value: chosen on some points, scored on others (leans low). Optimistic: scored where it was chosen (leans high)."
    return Section(
        "worth",
        "What is worth knowing",
        [
            Text(words),
            Grid([gallery.picture(figure, "information", "What is worth knowing", said)], "single"),
            Table(
                "Value of knowing a factor before choosing",
                columns("factor", f"value, {unit}", "its 90 % range", "optimistic"),
                lines,
                note,
            ),
        ],
    )


def regret_section(gallery: Gallery) -> Section:
    """Regret of every plan."""
    found = gallery.found
    sweep = found.sweep
    if len(sweep.plans) < 2:
        return Section("regret", "Robust choice")
    gains = sweep.gains(found.outcome) * found.outcome.sign
    regret = regrets(mean_over_worlds(gains[known_points(gains)]))
    titles = {plan: sweep.title(plan) for plan in sweep.plans}
    figure = regret_figure(
        {titles[plan]: regret[:, place] for place, plan in enumerate(sweep.plans)},
        {titles[plan]: gallery.looks[plan] for plan in sweep.plans}, f"regret, {gallery.unit}",
    )  # fmt: skip
    numbers = {(row["scenario"], row["measure"]): row for row in records(found.regret)}

    def cell(plan: str, name: str) -> Words:
        row = numbers[plan, name]
        shown, low, high = float(row["estimate"]), float(row["low"]), float(row["high"])
        if name.startswith("share"):
            return View.lines(percent(shown), f"{percent(low)} to {percent(high)}")
        return View.lines(number(shown), span(low, high))

    names = ("mean_gain", "worst_gain", "mean_regret", "high_regret", "max_regret", "share_best", "share_harm")
    heads = columns("plan", "mean gain", "worst gain", "mean regret", "regret, 9 of 10 points less", "largest regret", "best at", "harm at")
    lines: list[list[Words]] = [[titles[plan], *(cell(plan, name) for name in names)] for plan in sweep.plans]
    words = (
        "Regret is what a plan gains less than the plan that is best at the same point. A robust plan has little of it nearly everywhere."
    )
    said = "; ".join(f"{titles[plan]}: mean {number(float(regret[:, place].mean()))}" for place, plan in enumerate(sweep.plans))
    return Section(
        "regret", "Robust choice",
        [
            Text(words), Grid([gallery.picture(figure, "regret", "Regret of every plan", said)], "single"),
            Table(f"Gain and regret over all points, {gallery.unit}", heads, lines, "Below each number: its 90 % range."),
        ],
    )  # fmt: skip


def ties_section(gallery: Gallery) -> Section:
    """Values of factors at which two plans tie."""
    found = gallery.found
    known = [each for each in found.crossings if each.value is not None and each.share >= ENOUGH]
    known.sort(key=lambda each: (each.value_high - each.value_low) / max(1e-12, float(np.ptp(each.at))))
    if not found.crossings:
        return Section("ties", "Where two plans tie")
    if not known:
        words = "Along no single factor do two plans change places on average over the others, within the ranges tried."
        return Section("ties", "Where two plans tie", [Text(words)])
    words = (
        "Lead of one plan over another along one factor, on average over all others. Where the line crosses zero the two tie; the shaded "
        "strip is the 90 % range of that value."
    )
    pictures = [_tie_picture(gallery, each, place) for place, each in enumerate(known[:MOST_CROSSINGS], 1)]
    lines: list[list[Words]] = [
        [
            each.factor.words, number(each.value), span(each.value_low, each.value_high), each.factor.unit,
            gallery.title(each.one if each.rising else each.other) if each.rising is not None else "more than one tie",
            gallery.title(each.other if each.rising else each.one) if each.rising is not None else "", percent(each.share, 0),
        ]
        for each in known
    ]  # fmt: skip
    heads = columns("factor", "tie at", "its 90 % range", "unit", "ahead above", "ahead below", "drawings with a tie")
    return Section("ties", "Where two plans tie", [Text(words), Grid(pictures, "pair"), Table("Ties", heads, lines)])


def _tie_picture(gallery: Gallery, each: Crossing, place: int) -> Picture:
    names = (gallery.title(each.one), gallery.title(each.other))
    unit = f", {each.factor.unit}" if each.factor.unit not in ("", "number") else ""
    figure = crossing_figure(
        each.at.tolist(), each.lead.tolist(), each.low.tolist(), each.high.tolist(), names=names,
        looks=(gallery.looks[each.one], gallery.looks[each.other]), label=f"{each.factor.words}{unit}", axis_label=gallery.unit,
        tie=None if each.value is None else (each.value, each.value_low, each.value_high), usual=each.factor.usual, log=each.factor.is_log,
    )  # fmt: skip
    said = f"tie at {number(each.value)} ({span(each.value_low, each.value_high)})"
    return gallery.picture(figure, f"tie_{place}", f"{names[0]} against {names[1]}", said, heading=f"{names[0]} against {names[1]}")


def pairing_section(gallery: Gallery) -> Section:
    """What common random numbers saved."""
    table = gallery.found.tables["variance"]
    if len(table) == 0:
        return Section("pairing", "What pairing saved")
    rows: list[list[Words]] = [
        [
            f"{row['outcome'].replace('_', ' ')}: {gallery.title(row['one'])} against {gallery.title(row['other'])}",
            number(row["ratio"]),
            span(row["low"], row["high"]),
        ]
        for row in records(table)
        if row["outcome"] == gallery.found.outcome.name or row["other"] == gallery.found.sweep.baseline
    ]
    words = (
        "Every plan lives in the same worlds with the same luck. The ratio says how many times as many worlds would have been needed for "
        "the same interval if each plan had had worlds of its own; below 1, pairing would have harmed. "
        "The range is over points; the worlds are those of the sweep."
    )
    heads = columns("outcome and pair", "times as many worlds", "its 90 % range")
    return Section("pairing", "What pairing saved", [Text(words), Table("Variance unpaired over variance paired", heads, rows)])


SECTIONS = (flips_section, moves_section, worth_section, regret_section, ties_section, pairing_section)
"""In the order of the page, after the answer."""
