"""What is measured in a run: every measure declared once with unit, direction and meaning (model 7)."""

from __future__ import annotations

from linkage_sim.results.declare import ACTIVE, LIVES, ONCE, Measure, TwinMeasure, row_name
from linkage_sim.results.evaluation import EVALUATION
from linkage_sim.results.levels import (
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
from linkage_sim.results.linkages import EXPANSION, LINKAGES
from linkage_sim.results.market import MARKET
from linkage_sim.results.observed import ALL, Level, Observed
from linkage_sim.units import LASTING_MONTHS

FIRM_SHARE = "firm_share"

HOUSEHOLDS_AND_MONEY: tuple[Measure, ...] = (
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
MEASURES: tuple[Measure, ...] = (*HOUSEHOLDS_AND_MONEY, *MARKET, *LINKAGES)
"""Every measure of one run; costs per result are in `linkage_sim.results.pairing`."""
TWIN_MEASURES: tuple[TwinMeasure, ...] = (*EVALUATION, *EXPANSION)
"""Every measure of a run against its baseline twin."""


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


def measured_against(o: Observed, twin: Observed) -> dict[tuple[str, str], Level]:
    """Levels of every measure against the twin, by row name and the group of all households."""
    found: dict[tuple[str, str], Level] = {}
    for measure in TWIN_MEASURES:
        for window in measure.windows:
            known = len(o.monthly[o.months(window)]) > 0
            found[row_name(measure.name, window), ALL] = measure.compute(o, twin, window) if known else None
    return found


def measured_by_year(o: Observed) -> dict[str, list[Level]]:
    """Levels of yearly measures in every complete recorded year, for all households."""
    return {measure.name: [measure.compute(o, year, ALL) for year in o.years] for measure in MEASURES if measure.yearly}
