"""What is measured in a run: every measure declared once with unit, direction and meaning (model 7)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from linkage_sim.results.levels import (
    LASTING_MONTHS,
    Compute,
    alive,
    alive_share,
    bazaar_price,
    firm_margin,
    gini,
    households,
    income,
    income_total,
    linked,
    mean_of,
    poverty,
    price_received,
    ratio_of,
    reached,
    reached_share,
    sum_of,
    total_surplus,
    unspent,
    volatility,
    yearly_sum_of,
)
from linkage_sim.results.observed import ALL, Level, Observed, Window

Better = Literal["higher", "lower", "neither"]
IN_WORDS: dict[Window, str] = {
    "before": "in the recorded months before the programme",
    "during": "while the programme works",
    "after": "after it left",
    "whole": "from the start of the programme to the last month",
}


@dataclass(frozen=True)
class Measure:
    """One thing that is measured.

    Parameters
    ----------
    name, unit, meaning : for people; the unit in words
    better : which direction is better for households
    windows : months it is computed for; ``whole`` adds nothing to the name, the others do (``income_after``)
    compute : its level in some months of a run, for a group of households
    grouped : computed for every group of households, not only for all
    yearly : also shown year by year
    relative : compared with the baseline twin of the same replicate
    """

    name: str
    unit: str
    better: Better
    meaning: str
    windows: tuple[Window, ...]
    compute: Compute
    grouped: bool = False
    yearly: bool = False
    relative: bool = True


ACTIVE: tuple[Window, ...] = ("during", "after", "whole")
LIVES: tuple[Window, ...] = ("during", "after")
ONCE: tuple[Window, ...] = ("whole",)
FIRM_SHARE = "firm_share"

MEASURES: tuple[Measure, ...] = (
    Measure(
        "income",
        "USD per household and year",
        "higher",
        "net income from the value chain's enterprises per household and year",
        ACTIVE,
        income,
        grouped=True,
        yearly=True,
    ),
    Measure(
        "income_total",
        "USD",
        "higher",
        "net enterprise income of all households of the group together (its difference to the baseline is their net attributable income)",
        ONCE,
        income_total,
        grouped=True,
    ),
    Measure(
        "households",
        "households",
        "neither",
        "households in the group",
        ONCE,
        households,
        grouped=True,
        relative=False,
    ),
    Measure(
        "reached",
        "households",
        "higher",
        "households served by an act of the programme or linked to a firm it supports or introduced",
        ONCE,
        reached,
        grouped=True,
    ),
    Measure(
        "reached_share",
        "share",
        "higher",
        "share of the group's households that were reached",
        ONCE,
        reached_share,
        grouped=True,
    ),
    Measure(
        "linked",
        "households",
        "higher",
        "households with a contract, mean over months",
        LIVES,
        linked,
        grouped=True,
        yearly=True,
    ),
    Measure(
        "linkages_alive",
        "linkages",
        "higher",
        f"linkages of the programme's last month that live {LASTING_MONTHS} months later (or in the last month of a shorter run)",
        ONCE,
        alive,
    ),
    Measure(
        "linkages_alive_share",
        "share",
        "higher",
        f"share of the linkages of the programme's last month that live {LASTING_MONTHS} months later",
        ONCE,
        alive_share,
    ),
    Measure(
        "price_received",
        "USD/kg",
        "higher",
        "mean price that households received in the village from all buyers, hauls to the bazaar taken off",
        ACTIVE,
        price_received,
        yearly=True,
    ),
    Measure(
        "bazaar_price",
        "USD/kg",
        "neither",
        "mean price at district bazaars, weighted by what households sold there",
        ACTIVE,
        bazaar_price,
        yearly=True,
    ),
    Measure(
        "grade_a",
        "share",
        "higher",
        "share of the picked crop that is grade A",
        ACTIVE,
        ratio_of(("grade_a_kg",), "picked_kg"),
        yearly=True,
    ),
    Measure(
        "side_selling",
        "share",
        "lower",
        "share of contracted kg that came due and were sold elsewhere",
        ACTIVE,
        ratio_of(("side_kg",), "due_kg"),
        yearly=True,
    ),
    Measure(
        FIRM_SHARE,
        "share",
        "neither",
        "share of the picked crop that was sold to firms, by contract or to rivals",
        ("before", *ACTIVE),
        ratio_of(("contract_kg", "rival_kg"), "picked_kg"),
        yearly=True,
    ),
    Measure(
        "adoption_improved",
        "share",
        "neither",
        "users of the improved practice per household, mean over months",
        LIVES,
        ratio_of(("improved_users",), f"households.{ALL}"),
        yearly=True,
    ),
    Measure(
        "adoption_quality",
        "share",
        "neither",
        "users of the quality practice per household, mean over months",
        LIVES,
        ratio_of(("quality_users",), f"households.{ALL}"),
        yearly=True,
    ),
    Measure(
        "firm_margin",
        "USD per year",
        "higher",
        "sales of all lead firms less what they paid farmers and their running costs; without investment and grants",
        ACTIVE,
        firm_margin,
        yearly=True,
    ),
    Measure(
        "trader_profit",
        "USD per year",
        "higher",
        "profit of bazaar traders",
        ACTIVE,
        yearly_sum_of("trader_profit"),
        yearly=True,
    ),
    Measure(
        "consumer_surplus",
        "USD per year",
        "higher",
        "what buyers at district bazaars gain by paying less than five times the reference price",
        ACTIVE,
        yearly_sum_of("consumer_surplus"),
        yearly=True,
    ),
    Measure(
        "total_surplus",
        "USD per year",
        "higher",
        "households' enterprise income, firms' margin, traders' profit and consumer surplus together; the programme's "
        "spending is not taken off",
        ACTIVE,
        total_surplus,
        yearly=True,
    ),
    Measure(
        "jobs",
        "full-time equivalents",
        "higher",
        "work in harvest, collection and processing, mean over months",
        ACTIVE,
        mean_of("jobs"),
        yearly=True,
    ),
    Measure(
        "poverty",
        "share",
        "lower",
        "share of households whose income from all sources in a calendar year is under the poverty line",
        LIVES,
        poverty,
        grouped=True,
        yearly=True,
    ),
    Measure(
        "gini",
        "number",
        "lower",
        "Gini coefficient of household income from enterprises, wages and transfers",
        LIVES,
        gini,
    ),
    Measure(
        "volatility",
        "share",
        "lower",
        "standard deviation over calendar years of the group's enterprise income, as a share of its mean",
        ONCE,
        volatility,
        grouped=True,
    ),
    Measure(
        "routes",
        "routes",
        "neither",
        "villages in which lead firms buy, summed over firms, mean over months",
        LIVES,
        mean_of("routes"),
        yearly=True,
    ),
    Measure(
        "association",
        "share",
        "neither",
        "strength of village associations, mean over villages and months",
        LIVES,
        mean_of("association"),
        yearly=True,
    ),
    Measure(
        "spent",
        "USD",
        "neither",
        "programme money spent",
        ONCE,
        sum_of("spent"),
        yearly=True,
        relative=False,
    ),
    Measure(
        "unspent",
        "USD",
        "neither",
        "budget of the plan that was returned or given to no act",
        ONCE,
        unspent,
        relative=False,
    ),
)
"""Every measure of one run; what needs a twin (gains, costs per result) is in `linkage_sim.results.pairing`."""


def row_name(name: str, window: Window) -> str:
    """Name of a measure in a window: ``income``, ``income_after``."""
    return name if window == "whole" else f"{name}_{window}"


def measured(o: Observed) -> dict[tuple[str, str], Level]:
    """Levels of every measure in its windows, by row name and group."""
    found: dict[tuple[str, str], Level] = {}
    for measure in MEASURES:
        for window in measure.windows:
            months = o.months(window)
            for group in o.groups if measure.grouped else (ALL,):
                level = measure.compute(o, months, group) if len(o.monthly[months]) else None
                found[row_name(measure.name, window), group] = level
    return found


def measured_by_year(o: Observed) -> dict[str, list[Level]]:
    """Levels of yearly measures in every complete recorded year, for all households."""
    return {measure.name: [measure.compute(o, year, ALL) for year in o.years] for measure in MEASURES if measure.yearly}
