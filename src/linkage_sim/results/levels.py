"""How measures are computed: functions of a run, some of its months, and a group of households (model 7)."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from linkage_sim.results.observed import ALL, Level, Observed
from linkage_sim.units import LASTING_MONTHS

Compute = Callable[[Observed, slice, str], Level]
"""Level of a measure in some months of a run, for a group of households."""
FIRMS_EARN = ("flow sales of firms", "flow input loans repaid")
FIRMS_PAY = (
    "flow processing, marketing and fixed cost",
    "flow collecting, hauls and members",
    "flow extension paid by firms",
    "flow paid under contract",
    "flow paid by rivals",
    "flow input loans of firms",
)


def mean_of(column: str) -> Compute:
    """Mean over months of a column that is kept for the region."""
    return lambda o, months, group: mean(o, months, column)


def sum_of(column: str) -> Compute:
    """Sum over months of a column that is kept for the region."""
    return lambda o, months, group: total(o, months, column)


def yearly_sum_of(column: str) -> Compute:
    """Sum over months of a column that is kept for the region, per year."""
    return lambda o, months, group: per_year(o, months, total(o, months, column))


def ratio_of(parts: tuple[str, ...], whole: str) -> Compute:
    """Sum of columns over the sum of another one."""
    return lambda o, months, group: share(total(o, months, *parts), total(o, months, whole))


def total(o: Observed, months: slice, *names: str) -> float:
    """Sum of columns over months."""
    return float(sum(o.column(name)[months].sum() for name in names))


def mean(o: Observed, months: slice, name: str) -> Level:
    """Mean of a column over months; None without months."""
    values = o.column(name)[months]
    return float(values.mean()) if len(values) else None


def share(part: float, whole: float) -> Level:
    """Part over whole; None where the whole is not above 0."""
    return part / whole if whole > 0.0 else None


def _length(o: Observed, months: slice) -> float:
    """Years that a window lasts."""
    return len(o.monthly[months]) / 12.0


def per_year(o: Observed, months: slice, amount: float) -> Level:
    """An amount of some months, per year."""
    return share(amount, _length(o, months))


def households(o: Observed, months: slice, group: str) -> Level:
    """Households of the group."""
    return mean(o, months, f"households.{group}")


def income(o: Observed, months: slice, group: str) -> Level:
    """Net income from enterprises per household and year."""
    return share(total(o, months, f"income.{group}"), (households(o, months, group) or 0.0) * _length(o, months))


def income_total(o: Observed, months: slice, group: str) -> Level:
    """Net enterprise income of all households of the group, USD."""
    return total(o, months, f"income.{group}") if households(o, months, group) else None


def reached(o: Observed, months: slice, group: str) -> Level:
    """Households reached so far, in the last of the months."""
    values = o.column(f"reached.{group}")[months]
    return float(values[-1]) if len(values) and households(o, months, group) else None


def reached_share(o: Observed, months: slice, group: str) -> Level:
    """Share of the group's households reached so far."""
    return share(reached(o, months, group) or 0.0, households(o, months, group) or 0.0)


def linked(o: Observed, months: slice, group: str) -> Level:
    """Households with a contract, mean over months."""
    return mean(o, months, f"linked.{group}") if households(o, months, group) else None


def poverty(o: Observed, months: slice, group: str) -> Level:
    """Whether a household is poor is known once its year is over, so it is read in Decembers."""
    decembers = np.arange(len(o.monthly))[months]
    decembers = decembers[decembers % 12 == 11]
    return share(float(o.column(f"poor.{group}")[decembers].sum()), float(o.column(f"households.{group}")[decembers].sum()))


def volatility(o: Observed, months: slice, group: str) -> Level:
    """Standard deviation over years of the group's enterprise income, as a share of its mean."""
    years = [year for year in o.years if year.start >= (months.start or 0)]
    sums = np.array([total(o, year, f"income.{group}") for year in years])
    return float(sums.std() / sums.mean()) if len(sums) > 1 and sums.mean() > 0.0 else None


def alive(o: Observed, months: slice, group: str) -> Level:
    """Linkages of the programme's last month that live some time later."""
    return _alive(o, "still_linked")


def _alive(o: Observed, column: str) -> Level:
    exit_month = o.before + o.during
    month = min(exit_month + LASTING_MONTHS, len(o.monthly)) - 1
    return float(o.column(column)[month]) if month >= exit_month else None


def alive_share(o: Observed, months: slice, group: str) -> Level:
    """Share of the linkages at exit that live some time later."""
    return share(_alive(o, "still_linked") or 0.0, _alive(o, "linked_before") or 0.0)


def price_received(o: Observed, months: slice, group: str = ALL) -> Level:
    """Mean price received in the village, hauls to the bazaar taken off, USD/kg."""
    paid = total(o, months, "flow bazaar sales", "flow paid by rivals", "flow paid under contract")
    kg = total(o, months, "bazaar_kg", "rival_kg", "contract_kg")
    return share(paid - total(o, months, "flow haul to bazaars"), kg)


def bazaar_price(o: Observed, months: slice, group: str = ALL) -> Level:
    """Bazaar price weighted by what households sold; the plain mean where they sold nothing."""
    kg = o.column("bazaar_kg")[months]
    weighted = share(float((o.column("bazaar_price")[months] * kg).sum()), float(kg.sum()))
    return mean(o, months, "bazaar_price") if weighted is None else weighted


def firm_margin(o: Observed, months: slice, group: str = ALL) -> Level:
    """Sales of firms less purchases and running cost, USD a year."""
    return per_year(o, months, total(o, months, *FIRMS_EARN) - total(o, months, *FIRMS_PAY))


def total_surplus(o: Observed, months: slice, group: str = ALL) -> Level:
    """Income of households, margin of firms, profit of traders and consumer surplus, USD a year."""
    firms = firm_margin(o, months)
    others = per_year(o, months, total(o, months, f"income.{ALL}", "trader_profit", "consumer_surplus"))
    return None if firms is None or others is None else firms + others


def unspent(o: Observed, months: slice, group: str) -> Level:
    """Money of the plan that was returned or given to no act; 0 without a plan."""
    if not o.programme.get("spent"):
        return 0.0
    return float(o.programme["returned"]) + float(o.programme["unassigned"])


def gini(o: Observed, months: slice, group: str = ALL) -> Level:
    """Gini coefficient of household income a year from enterprises, wages and transfers; losses count as nothing."""
    rows = o.households
    if rows is None or not {"wages", "remittances"} <= set(rows.dtype.names or ()):
        return None
    earned = rows["during_income" if months == o.months("during") else "after_income"]
    income = 12.0 * (rows["wages"] + rows["remittances"]) + earned / _length(o, months)
    ordered = np.sort(np.maximum(income, 0.0))
    n, total = len(ordered), float(ordered.sum())
    return float((2.0 * np.arange(1, n + 1) - n - 1.0) @ ordered / (n * total)) if total > 0.0 else None
