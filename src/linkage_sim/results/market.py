"""Measures of prices, volumes, firms and the programme's own organisation, declared with how they are computed (model 7)."""

from __future__ import annotations

import numpy as np

from linkage_sim.results.declare import ACTIVE, LIVES, ONCE, Measure
from linkage_sim.results.levels import Compute, mean_of, ratio_of, share, sum_of, total, yearly_sum_of
from linkage_sim.results.observed import ALL, Level, Observed


def price_bazaar_net(o: Observed, months: slice, group: str = ALL) -> Level:
    """Price received at bazaars, hauls taken off, USD/kg."""
    return share(total(o, months, "flow bazaar sales") - total(o, months, "flow haul to bazaars"), total(o, months, "bazaar_kg"))


def contract_premium(o: Observed, months: slice, group: str = ALL) -> Level:
    """Price agreed under contract less the price at bazaars net of hauls, USD/kg."""
    inside, outside = ratio_of(("contract_usd",), "contract_kg")(o, months, group), price_bazaar_net(o, months)
    return None if inside is None or outside is None else inside - outside


def price_competitive(o: Observed, months: slice, group: str = ALL) -> Level:
    """Farm-gate price of the bazaar supply in the competitive equilibrium, USD/kg."""
    return share(total(o, months, "competitive_usd") - total(o, months, "flow haul to bazaars"), total(o, months, "bazaar_kg"))


def below_competitive(o: Observed, months: slice, group: str = ALL) -> Level:
    """Share by which the farm-gate price lies below the competitive one; premiums for grade on neither side."""
    hauls = total(o, months, "flow haul to bazaars")
    paid = share(total(o, months, "bazaar_usd") - hauls, total(o, months, "competitive_usd") - hauls)
    return None if paid is None else 1.0 - paid


def breach(o: Observed, months: slice, group: str = ALL) -> Level:
    """Share of the kg that members delivered which firms refused or paid less for than agreed."""
    return share(total(o, months, "broken_kg"), total(o, months, "due_kg") - total(o, months, "side_kg"))


def claimed_over_true(o: Observed, months: slice, group: str = ALL) -> Level:
    """Suppliers claimed for each true one by chosen firms; None where none was chosen."""
    values = o.column("claimed_over_true")[months]
    return float(values[-1]) if len(values) and values[-1] > 0.0 else None


def has_plan(o: Observed) -> bool:
    """Whether the run had a programme."""
    return bool(o.programme.get("spent"))


def concept(o: Observed, months: slice, group: str = ALL) -> Level:
    """Mean concept score of field staff in the last of the months."""
    values = o.column("concept")[months]
    return float(values[-1]) if len(values) and has_plan(o) else None


def _reported(name: str) -> Compute:
    """A number that the facilitator reports at the end; None without a plan."""
    return lambda o, months, group: float(o.programme[name]) if has_plan(o) and name in o.programme else None


def villages_missed(o: Observed, months: slice, group: str = ALL) -> Level:
    """Share of villages in which nobody was reached; None without a plan."""
    found = o.of_households("village", "reached")
    if found is None or not has_plan(o):
        return None
    reached = np.bincount(found[0], weights=found[1])
    return float((reached[np.unique(found[0])] == 0.0).mean())


def household_volatility(o: Observed, months: slice, group: str = ALL) -> Level:
    """Standard deviation of a household's yearly income over calendar years since the start, as a share of its mean.

    The mean over households whose mean income is above 0; None for less than two years.
    """
    found = o.of_households("years_sum", "years_squares")
    years = sum(1 for month in range(o.before, len(o.monthly)) if month % 12 == 11)
    if found is None or years < 2:
        return None
    mean = found[0] / years
    spread = np.sqrt(np.maximum(found[1] / years - mean**2, 0.0))
    known = mean > 0.0
    return float((spread[known] / mean[known]).mean()) if known.any() else None


MARKET: tuple[Measure, ...] = (
    Measure("price_bazaar", "USD/kg", "higher", "price received at bazaars, hauls taken off", ACTIVE, price_bazaar_net, yearly=True),
    Measure(
        "price_contract", "USD/kg", "higher", "price that firms owed for kg delivered under contract, in the village", ACTIVE,
        ratio_of(("contract_usd",), "contract_kg"), yearly=True,
    ),
    Measure(
        "price_rivals", "USD/kg", "higher", "price that rivals paid in the village", ACTIVE, ratio_of(("flow paid by rivals",), "rival_kg"),
    ),
    Measure(
        "contract_premium", "USD/kg", "higher", "price agreed under contract less the price at bazaars net of hauls, which grades and "
        "months of sale also move", ACTIVE, contract_premium,
    ),
    Measure(
        "price_competitive", "USD/kg", "neither", "price in the village that the same supply would fetch at bazaars in a competitive "
        "equilibrium: anybody may trade with the city at the haul alone", ACTIVE, price_competitive, yearly=True,
    ),
    Measure(
        "below_competitive", "share", "lower", "share by which the bazaar price in the village lies below the competitive one", ACTIVE,
        below_competitive, yearly=True,
    ),
    Measure(
        "competitive_surplus", "USD per year", "lower", "what farmers, traders and bazaar buyers together would gain if the same supply "
        "were traded competitively; effects on the city's own buyers left out", ACTIVE, yearly_sum_of("competitive_surplus"),
    ),
    Measure("volume_bazaar", "kg per year", "neither", "kg sold at bazaars", ACTIVE, yearly_sum_of("bazaar_kg")),
    Measure("volume_contract", "kg per year", "neither", "kg delivered under contract", ACTIVE, yearly_sum_of("contract_kg")),
    Measure("volume_rivals", "kg per year", "neither", "kg sold to rivals", ACTIVE, yearly_sum_of("rival_kg")),
    Measure(
        "unharvested", "share", "lower", "share of the ripe crop that was not worth picking", ACTIVE,
        ratio_of(("unharvested_kg",), "ripened_kg"),
    ),
    Measure("lost", "share", "lower", "share of the picked crop lost at harvest or in store", ACTIVE, ratio_of(("lost_kg",), "picked_kg")),
    Measure(
        "late_pay", "share", "lower", "share of lead firms that owe members money beyond the agreed delay, mean over months", ACTIVE,
        ratio_of(("firm_late",), "firms"),
    ),
    Measure("breach", "share", "lower", "share of kg brought under contract that firms refused or paid less for", ACTIVE, breach),
    Measure(
        "capacity_use", "share", "higher", "kg bought by firms as a share of what they could process, over all months of the year",
        ACTIVE, ratio_of(("contract_kg", "rival_kg"), "capacity_kg"),
    ),
    Measure("rivals", "firms", "neither", "imitators in business, mean over months", LIVES, mean_of("rivals"), yearly=True),
    Measure("entries", "firms", "neither", "firms that entered", ONCE, sum_of("entries")),
    Measure("exits", "firms", "lower", "firms that closed", ONCE, sum_of("exits")),
    Measure("outlets", "villages", "higher", "villages with an input outlet of their own, mean over months", LIVES, mean_of("outlets")),
    Measure(
        "household_volatility", "share", "lower", "standard deviation of a household's income from all sources over calendar years, as a "
        "share of its mean; mean over households", ONCE, household_volatility,
    ),
    Measure(
        "claimed_over_true", "number", "lower", "suppliers that chosen firms claimed for each true one", ONCE, claimed_over_true,
        relative=False,
    ),
    Measure(
        "concept", "score 0 to 1", "higher", "mean concept score of field staff in the last month: 0 a lead firm means a big firm, 1 it "
        "means income for smallholders", ("during",), concept, relative=False,
    ),
    Measure(
        "concept_spread", "score 0 to 1", "lower", "standard deviation of the concept score over field staff at the end of the programme",
        ONCE, _reported("concept_spread"), relative=False,
    ),
    Measure(
        "villages_missed", "share", "lower", "share of villages in which no household was reached", ONCE, villages_missed, relative=False,
    ),
    Measure(
        "villages_duplicated", "share", "lower", "share of villages in which agencies served households that another one had served",
        ONCE, _reported("villages_duplicated"), relative=False,
    ),
)  # fmt: skip
"""Measures of the market and of the programme's organisation."""
