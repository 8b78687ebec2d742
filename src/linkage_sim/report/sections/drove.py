"""What drove it: the chain from practice to price, year by year, and who won and lost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from linkage_sim.plots.years import Course, years_figure
from linkage_sim.report.blocks import Block, Grid, Heading, Picture, Section, Text, picture
from linkage_sim.report.numbers import decimals_for, number, percent
from linkage_sim.report.read import Plan, Point
from linkage_sim.report.sections.surplus import surplus_blocks
from linkage_sim.report.view import View, quoted

ALIKE = 0.05
"""Plans whose values lie within this part of each other are said to differ little."""


@dataclass(frozen=True, slots=True)
class Link:
    """One link of the chain, shown as one small figure.

    Attributes
    ----------
    measures : the first that is at hand is shown
    heading : with the unit
    see : what to look for
    share : shown in percent
    against : shown as difference to the world without a programme
    """

    measures: tuple[str, ...]
    heading: str
    see: str
    share: bool = False
    against: bool = False


CHAIN = (
    Link(
        ("adoption_improved",),
        "Households that use improved growing",
        "Training teaches it; it is kept where it pays.",
        share=True,
    ),
    Link(
        ("adoption_quality",),
        "Households that use quality drying",
        "It pays where a buyer pays for quality.",
        share=True,
    ),
    Link(
        ("grade_a",),
        "Grade A in the crop, change in percentage points",
        "Follows quality drying.",
        share=True,
        against=True,
    ),
    Link(("association",), "Strength of village associations", "Built by support; fades once it ends.", share=True),
    Link(("routes",), "Firm-village routes", "Villages in which lead firms buy, summed over firms."),
    Link(
        ("linked",),
        "Households with a contract",
        "Follows routes; some live without any programme.",
    ),
    Link(("firm_share",), "Share of the crop sold to firms", "What does not go to firms goes to the bazaar.", share=True),
    Link(
        ("side_selling",),
        "Side-selling: share of contracted fruit sold elsewhere",
        "Rises with the bazaar price and need for cash; falls with trust.",
        share=True,
    ),
    Link(
        ("bazaar_price",),
        "Bazaar price, USD per kg, change",
        "Below zero: more fruit pressed the price; above: firms took fruit away.",
        against=True,
    ),
    Link(
        ("price_received",),
        "Price that households received, USD per kg, change",
        "From all buyers together, in the village.",
        against=True,
    ),
    Link(("jobs",), "Jobs, full-time, change", "Harvest, collection and processing.", against=True),
)


def drove_section(view: View) -> Section:
    """Small figures along the chain, then surplus side by side."""
    blocks: list[Block] = []
    plans = [*view.plans, *(plan for plan in view.comparison.plans if plan.name == view.comparison.baseline)]
    pictures = [shown for place, link in enumerate(CHAIN) if (shown := _picture(view, plans, link, f"chain-{place}"))]
    if pictures:
        blocks += [
            Text(
                "Read along the chain: what households do, what firms do, and what this does to prices. Lines are "
                "averages over worlds; the shaded "
                "years are those with the programme. Good and bad years show in every line alike, because every plan "
                "meets the same weather. "
                "Where a heading says change, the line is the difference to the same worlds without a programme."
            ),
            view.key(plans),
            Grid(pictures),
        ]
    surplus = surplus_blocks(view)
    if surplus:
        blocks += [Heading("Who won and who lost"), *surplus]
    return Section("drove", "What drove it", blocks)


def _picture(view: View, plans: Sequence[Plan], link: Link, name: str) -> Picture | None:
    base = {point.year: point.mean for point in view.comparison.course(view.comparison.baseline, link.measures)}
    courses: list[tuple[Plan, list[Point]]] = []
    for plan in plans:
        points = view.comparison.course(plan.name, link.measures)
        if link.against:
            if plan.name == view.comparison.baseline:
                continue
            points = [Point(p.year, p.mean - base[p.year], p.mean, p.mean) for p in points if p.year in base]
        if points:
            courses.append((plan, points))
    if not courses or all(point.mean == 0.0 for _, points in courses for point in points):
        return None
    drawn = [Course(plan.title, [p.year for p in points], [p.mean for p in points], [], [], view.look(plan)) for plan, points in courses]
    points_of = link.share and link.against
    figure = years_figure(drawn, programme=view.programme_years, share=link.share, points=points_of, zero=link.against)
    noted = _noted(view, link, courses, base)
    return picture(figure, name, link.heading, noted, heading=link.heading, caption=f"{link.see} {noted}")


def _noted(view: View, link: Link, courses: list[tuple[Plan, list[Point]]], base: dict[float, float]) -> str:
    """Highest and lowest plan in the last year with the programme."""
    year = view.programme_years[1] if view.programme_years else courses[0][1][-1].year
    values = [
        (p.mean, quoted(plan)) for plan, points in courses for p in points if p.year == year and plan.name != view.comparison.baseline
    ]
    if not values:
        return ""
    (least, last), (most, first) = min(values), max(values)
    reference = base.get(year)
    places = decimals_for([most, least], 2) if not link.share else None

    def show(value: float) -> str:
        if link.share and link.against:
            return f"{number(100.0 * value, 1, sign=True)} points"
        return percent(value) if link.share else number(value, places, sign=link.against)

    level = percent(reference) if link.share else number(reference)
    without = "" if reference is None else f"; level without a programme {level}" if link.against else f"; without a programme {level}"
    if first == last:
        return f"Year {year:g}: {show(most)}{without}."
    scale = max(abs(most), abs(least), abs(reference or 0.0))
    if most - least <= ALIKE * scale and not link.against:
        return f"Year {year:g}: between {show(least)} and {show(most)}; the plans differ little{without}."
    return f"Year {year:g}: most in {first} ({show(most)}), least in {last} ({show(least)}){without}."
