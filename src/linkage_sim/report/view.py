"""The comparison as the sections see it: plans with their colours, and figures in the words of the report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from markupsafe import Markup

from linkage_sim.plots.style import Look, looks
from linkage_sim.report.blocks import Column, Key
from linkage_sim.report.numbers import GAP, MISSING, finite, money, number, percent, span, worlds
from linkage_sim.report.read import Comparison, Plan, Row, as_text, mapping, sequence
from linkage_sim.report.swatch import swatch

INCOME = ("income", "income_gain")
INCOME_DURING = ("income_during",)
INCOME_AFTER = ("income_after",)
PERCENT = ("income_percent",)
REACHED = ("reached",)
REACHED_SHARE = ("reached_share",)
PER_DOLLAR = ("income_per_dollar",)
COST_REACHED = ("cost_per_household",)
COST_LINKAGE = ("cost_per_linkage",)
COST_SUSTAINED = ("cost_per_sustained_household",)
COST_ADDED = ("cost_per_added_linkage",)
ALIVE = ("linkages_alive",)
ALIVE_SHARE = ("linkages_alive_share",)

ENOUGH = 0.15
"""A plan works on a side when at least this part of its spending goes there."""

Verdict = Literal["ahead", "tie", "behind"]
Side = Literal["supply", "demand", "both", "neither"]


@dataclass(frozen=True)
class Duel:
    """Two plans in the same worlds: how the first stands against the second.

    Attributes
    ----------
    low, high, share : of the paired difference; None where the file does not hold it
    """

    verdict: Verdict
    mean: float
    low: float | None = None
    high: float | None = None
    share: float | None = None


class View:
    """A comparison with ways to show it.

    Parameters
    ----------
    comparison : as read
    """

    def __init__(self, comparison: Comparison) -> None:
        self.comparison = comparison
        self.looks = looks([plan.name for plan in comparison.plans], comparison.baseline)

    def look(self, plan: Plan) -> Look:
        """Colour and marker of a plan."""
        return self.looks[plan.name]

    def named(self, plan: Plan) -> Markup:
        """A plan's sample and title, kept together."""
        return Markup('<span class="plan">{}{}</span>').format(swatch(self.look(plan)), plan.title)

    @property
    def plans(self) -> list[Plan]:
        """Programmes, best first; those without an income at the end."""
        ranked = [plan for plan, _ in self.ranked]
        return ranked + [plan for plan in self.comparison.programmes if plan not in ranked]

    def key(self, plans: Sequence[Plan]) -> Key:
        """Which line stands for which plan."""
        return Key([self.named(plan) for plan in plans])

    def usd(self, value: float | None, decimals: int | None = None, *, sign: bool = True) -> str:
        """Dollars and somoni of one household."""
        return money(value, self.comparison.rate, decimals, sign=sign)

    def worlds(self, row: Row) -> str:
        """In how many worlds the plan did better, in a sentence."""
        return worlds(row.share_better, row.replicates or self.comparison.replicates)

    def better(self, row: Row | None) -> str:
        """In how many worlds the plan did better, in a table: "18 of 20"."""
        return MISSING if row is None else self.worlds(row).rpartition(" ")[0] or MISSING

    @staticmethod
    def lines(first: str, *others: str) -> Markup:
        """Several lines in one cell, quieter from the second on."""
        rest = Markup("").join(Markup('<br><span class="quiet">{}</span>').format(line) for line in others)
        return Markup("{}{}").format(first, rest)

    @property
    def households(self) -> float | None:
        """Households of the region."""
        return finite(self.comparison.data.get("households"))

    @property
    def programme_years(self) -> tuple[float, float] | None:
        """First and last recorded year with the programme, counted from 1."""
        before, during, _ = self.comparison.years
        return (before + 1.0, before + during) if during > 0.0 else None

    # --- who is who ---------------------------------------------------------------------------------------

    def side(self, plan: Plan) -> Side:
        """On which side a plan spends its money, by what it spent (or was given) there."""
        supply, demand = plan.spent_on("supply"), plan.spent_on("demand")
        if supply + demand == 0.0:
            supply = sum(act.share or 0.0 for act in plan.acts if act.family == "supply")
            demand = sum(act.share or 0.0 for act in plan.acts if act.family == "demand")
        whole = supply + demand
        if whole <= 0.0:
            return "neither"
        if min(supply, demand) >= ENOUGH * whole:
            return "both"
        return "supply" if supply > demand else "demand"

    @property
    def ranked(self) -> list[tuple[Plan, Row]]:
        """Programmes by income gained, best first."""
        return sorted(self.comparison.rows_of(INCOME), key=lambda pair: -pair[1].mean)

    @property
    def best(self) -> Plan | None:
        """The programme with the highest mean income gain."""
        return self.ranked[0][0] if self.ranked else None

    def duel(self, first: Plan, second: Plan) -> Duel | None:
        """How one plan's income stands against another's; a tie when luck may explain the difference.

        The paired difference is used where the file holds it; otherwise overlapping ranges count as a tie.
        """
        one, other = self.comparison.row(first.name, INCOME), self.comparison.row(second.name, INCOME)
        if one is None or other is None:
            return None
        paired = self._paired(first, second)
        if paired is not None:
            return paired
        mean = one.mean - other.mean
        ends = (one.low, one.high, other.low, other.high)
        apart = None not in ends and ((one.low or 0.0) > (other.high or 0.0) or (other.low or 0.0) > (one.high or 0.0))
        return Duel(("ahead" if mean > 0.0 else "behind") if apart else "tie", mean)

    def _paired(self, first: Plan, second: Plan) -> Duel | None:
        for entry in sequence(self.comparison.data.get("head_to_head")):
            pair = [as_text(name) for name in sequence(mapping(entry).get("pair"))]
            if set(pair) != {first.name, second.name} or mapping(entry).get("measure", INCOME[0]) not in INCOME:
                continue
            mean, low, high, share = (finite(entry.get(name)) for name in ("mean", "low", "high", "share_better"))
            if mean is None or low is None or high is None:
                continue
            if pair[0] != first.name:
                mean, low, high, share = -mean, -high, -low, None if share is None else 1.0 - share
            luck = low <= 0.0 <= high  # the one rule for a tie, that of `linkage_sim.results.answer` too
            return Duel("tie" if luck else "ahead" if mean > 0.0 else "behind", mean, low, high, share)
        return None


def quoted(plan: Plan) -> str:
    """A plan's title inside a sentence."""
    return f"\N{LEFT DOUBLE QUOTATION MARK}{plan.title}\N{RIGHT DOUBLE QUOTATION MARK}"


def gain_cells(rows: Sequence[Row | None], decimals: int) -> list[str]:
    """Mean gains of one table column, all with the same decimals."""
    return [number(row.mean if row else None, decimals, sign=True) for row in rows]


def range_cell(row: Row | None, decimals: int) -> str:
    """The 90 % range of a row."""
    return span(row.low, row.high, decimals) if row else span(None, None)


def gained_percent(row: Row | None) -> str:
    """A relative gain that is written in percent, not as a share."""
    if row is None:
        return percent(None)
    scale = 0.01 if row.unit in ("percent", "%") else 1.0
    return percent(scale * row.mean, sign=True)


def columns(*names: str) -> list[Column]:
    """Columns of a table whose first holds words and all others numbers."""
    return [Column(name, numeric=place > 0) for place, name in enumerate(names)]


def years_words(years: float) -> str:
    """A number of years in words."""
    small = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
    words = small[int(years)] if years == int(years) and 0 <= years < len(small) else number(years)
    return f"{words}{GAP}{'year' if years == 1 else 'years'}"
