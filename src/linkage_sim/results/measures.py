"""What is measured in a run: every measure declared once with unit, direction, meaning and how it is computed (model 7)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from linkage_sim.errors import ResultsError

Numbers = NDArray[np.float64]
Better = Literal["higher", "lower", "neither"]
Window = Literal["before", "during", "after", "whole"]
Level = float | None
"""A measure of one run; None where it cannot be said (no such months, nothing to divide by)."""

ALL = "all"
"""The group of all households."""
LASTING_MONTHS = 24
"""Months after exit at which it is counted what lasted."""
IN_WORDS: dict[Window, str] = {
    "before": "in the recorded months before the programme",
    "during": "while the programme works",
    "after": "after it left",
    "whole": "from the start of the programme to the last month",
}


@dataclass(frozen=True)
class Observed:
    """What measures are computed from: one run, as the engine leaves it or as a run folder holds it.

    Parameters
    ----------
    names : columns of ``monthly``; those of a group of households are called ``column.group``
    monthly : (months, columns)
    flow_names : columns of ``flows``
    flows : (months, flows) kg and USD posted between accounts
    households : record array (H,) of who they are and what they earned; None where it was not kept
    programme : what the facilitator did; empty without one
    before, during : months before and with the programme; the rest is after it
    """

    names: tuple[str, ...]
    monthly: Numbers
    flow_names: tuple[str, ...]
    flows: Numbers
    households: NDArray[Any] | None
    programme: Mapping[str, Any]
    before: int
    during: int

    @cached_property
    def _columns(self) -> dict[str, Numbers]:
        found = {name: self.monthly[:, number] for number, name in enumerate(self.names)}
        return found | {f"flow {name}": self.flows[:, number] for number, name in enumerate(self.flow_names)}

    def column(self, name: str) -> Numbers:
        """Monthly values of a column, shape (months,); a flow of the books is asked for as ``flow <its name>``.

        Raises
        ------
        ResultsError
            where the run does not hold it.
        """
        if name not in self._columns:
            raise ResultsError(f"this run holds no monthly column {name!r}; it was made by another version of the model")
        return self._columns[name]

    @property
    def groups(self) -> tuple[str, ...]:
        """Groups of households, the group of all first."""
        return tuple(name.partition(".")[2] for name in self.names if name.startswith("households."))

    def months(self, window: Window) -> slice:
        """Recorded months of a window."""
        exit_month, last = self.before + self.during, len(self.monthly)
        ends = {"before": (0, self.before), "during": (self.before, exit_month), "after": (exit_month, last)}
        return slice(*ends.get(window, (self.before, last)))

    @property
    def years(self) -> list[slice]:
        """Months of every complete recorded year."""
        return [slice(start, start + 12) for start in range(0, len(self.monthly) - 11, 12)]


Compute = Callable[[Observed, slice, str], Level]


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


def _total(o: Observed, months: slice, *names: str) -> float:
    return float(sum(o.column(name)[months].sum() for name in names))


def _mean(o: Observed, months: slice, name: str) -> Level:
    values = o.column(name)[months]
    return float(values.mean()) if len(values) else None


def _share(part: float, whole: float) -> Level:
    return part / whole if whole > 0.0 else None


def _length(o: Observed, months: slice) -> float:
    """Years that a window lasts."""
    return len(o.monthly[months]) / 12.0


def _yearly(o: Observed, months: slice, amount: float) -> Level:
    return _share(amount, _length(o, months))


def _households(o: Observed, months: slice, group: str) -> Level:
    return _mean(o, months, f"households.{group}")


def _income(o: Observed, months: slice, group: str) -> Level:
    return _share(_total(o, months, f"income.{group}"), (_households(o, months, group) or 0.0) * _length(o, months))


def _income_total(o: Observed, months: slice, group: str) -> Level:
    return _total(o, months, f"income.{group}") if _households(o, months, group) else None


def _reached(o: Observed, months: slice, group: str) -> Level:
    values = o.column(f"reached.{group}")[months]
    return float(values[-1]) if len(values) and _households(o, months, group) else None


def _reached_share(o: Observed, months: slice, group: str) -> Level:
    return _share(_reached(o, months, group) or 0.0, _households(o, months, group) or 0.0)


def _linked(o: Observed, months: slice, group: str) -> Level:
    return _mean(o, months, f"linked.{group}") if _households(o, months, group) else None


def _poverty(o: Observed, months: slice, group: str) -> Level:
    """Whether a household is poor is known once its year is over, so it is read in Decembers."""
    decembers = np.arange(len(o.monthly))[months]
    decembers = decembers[decembers % 12 == 11]
    return _share(
        float(o.column(f"poor.{group}")[decembers].sum()), float(o.column(f"households.{group}")[decembers].sum())
    )


def _volatility(o: Observed, months: slice, group: str) -> Level:
    years = [year for year in o.years if year.start >= (months.start or 0)]
    sums = np.array([_total(o, year, f"income.{group}") for year in years])
    return float(sums.std() / sums.mean()) if len(sums) > 1 and sums.mean() > 0.0 else None


def _alive(o: Observed, column: str) -> Level:
    exit_month = o.before + o.during
    month = min(exit_month + LASTING_MONTHS, len(o.monthly)) - 1
    return float(o.column(column)[month]) if month >= exit_month else None


def _alive_share(o: Observed) -> Level:
    return _share(_alive(o, "still_linked") or 0.0, _alive(o, "linked_before") or 0.0)


def _price_received(o: Observed, months: slice) -> Level:
    paid = _total(o, months, "flow bazaar sales", "flow paid by rivals", "flow paid under contract")
    kg = _total(o, months, "bazaar_kg", "rival_kg", "contract_kg")
    return _share(paid - _total(o, months, "flow haul to bazaars"), kg)


def _bazaar_price(o: Observed, months: slice) -> Level:
    kg = o.column("bazaar_kg")[months]
    mean = _share(float((o.column("bazaar_price")[months] * kg).sum()), float(kg.sum()))
    return _mean(o, months, "bazaar_price") if mean is None else mean


def _ratio(o: Observed, months: slice, parts: tuple[str, ...], whole: str) -> Level:
    return _share(_total(o, months, *parts), _total(o, months, whole))


FIRMS_EARN = ("flow sales of firms", "flow input loans repaid")
FIRMS_PAY = (
    "flow processing, marketing and fixed cost", "flow collecting, hauls and members", "flow extension paid by firms",
    "flow paid under contract", "flow paid by rivals", "flow input loans of firms",
)  # fmt: skip


def _firm_margin(o: Observed, months: slice) -> Level:
    return _yearly(o, months, _total(o, months, *FIRMS_EARN) - _total(o, months, *FIRMS_PAY))


def _total_surplus(o: Observed, months: slice) -> Level:
    firms = _firm_margin(o, months)
    others = _yearly(o, months, _total(o, months, f"income.{ALL}", "trader_profit", "consumer_surplus"))
    return None if firms is None or others is None else firms + others


def _unspent(o: Observed) -> Level:
    if not o.programme.get("spent"):
        return 0.0
    return float(o.programme["returned"]) + float(o.programme["unassigned"])


def _gini(o: Observed, months: slice) -> Level:
    """Gini coefficient of household income a year from enterprises, wages and transfers; losses count as nothing."""
    rows = o.households
    if rows is None or not {"wages", "remittances"} <= set(rows.dtype.names or ()):
        return None
    earned = rows["during_income" if months == o.months("during") else "after_income"]
    income = 12.0 * (rows["wages"] + rows["remittances"]) + earned / _length(o, months)
    ordered = np.sort(np.maximum(income, 0.0))
    n, total = len(ordered), float(ordered.sum())
    return float((2.0 * np.arange(1, n + 1) - n - 1.0) @ ordered / (n * total)) if total > 0.0 else None


ACTIVE: tuple[Window, ...] = ("during", "after", "whole")
LIVES: tuple[Window, ...] = ("during", "after")
ONCE: tuple[Window, ...] = ("whole",)
FIRM_SHARE = "firm_share"

MEASURES: tuple[Measure, ...] = (
    Measure("income", "USD per household and year", "higher", "net income from the value chain's enterprises per household and year", ACTIVE, _income, grouped=True, yearly=True),
    Measure("income_total", "USD", "higher", "net enterprise income of all households of the group together; its difference to the baseline is the net attributable income", ONCE, _income_total, grouped=True),
    Measure("households", "households", "neither", "households in the group", ONCE, _households, grouped=True, relative=False),
    Measure("reached", "households", "higher", "households served by an act of the programme or linked to a firm it supports or introduced", ONCE, _reached, grouped=True),
    Measure("reached_share", "share", "higher", "share of the group's households that were reached", ONCE, _reached_share, grouped=True),
    Measure("linked", "households", "higher", "households with a contract, mean over months", LIVES, _linked, grouped=True, yearly=True),
    Measure("linkages_alive", "linkages", "higher", f"linkages of the programme's last month that live {LASTING_MONTHS} months later (or in the last month of a shorter run)", ONCE, lambda o, m, g: _alive(o, "still_linked")),
    Measure("linkages_alive_share", "share", "higher", f"share of the linkages of the programme's last month that live {LASTING_MONTHS} months later", ONCE, lambda o, m, g: _alive_share(o)),
    Measure("price_received", "USD/kg", "higher", "mean price that households received in the village from all buyers, hauls to the bazaar taken off", ACTIVE, lambda o, m, g: _price_received(o, m), yearly=True),
    Measure("bazaar_price", "USD/kg", "neither", "mean price at district bazaars, weighted by what households sold there", ACTIVE, lambda o, m, g: _bazaar_price(o, m), yearly=True),
    Measure("grade_a", "share", "higher", "share of the picked crop that is grade A", ACTIVE, lambda o, m, g: _ratio(o, m, ("grade_a_kg",), "picked_kg"), yearly=True),
    Measure("side_selling", "share", "lower", "share of contracted kg that came due and were sold elsewhere", ACTIVE, lambda o, m, g: _ratio(o, m, ("side_kg",), "due_kg"), yearly=True),
    Measure(FIRM_SHARE, "share", "neither", "share of the picked crop that was sold to firms, by contract or to rivals", ("before", *ACTIVE), lambda o, m, g: _ratio(o, m, ("contract_kg", "rival_kg"), "picked_kg"), yearly=True),
    Measure("adoption_improved", "share", "neither", "users of the improved practice per household, mean over months", LIVES, lambda o, m, g: _ratio(o, m, ("improved_users",), f"households.{ALL}"), yearly=True),
    Measure("adoption_quality", "share", "neither", "users of the quality practice per household, mean over months", LIVES, lambda o, m, g: _ratio(o, m, ("quality_users",), f"households.{ALL}"), yearly=True),
    Measure("firm_margin", "USD per year", "higher", "sales of all lead firms less what they paid farmers and their running costs; without investment and grants", ACTIVE, lambda o, m, g: _firm_margin(o, m), yearly=True),
    Measure("trader_profit", "USD per year", "higher", "profit of bazaar traders", ACTIVE, lambda o, m, g: _yearly(o, m, _total(o, m, "trader_profit")), yearly=True),
    Measure("consumer_surplus", "USD per year", "higher", "what buyers at district bazaars gain by paying less than five times the reference price", ACTIVE, lambda o, m, g: _yearly(o, m, _total(o, m, "consumer_surplus")), yearly=True),
    Measure("total_surplus", "USD per year", "higher", "households' enterprise income, firms' margin, traders' profit and consumer surplus together; the programme's spending is not taken off", ACTIVE, lambda o, m, g: _total_surplus(o, m), yearly=True),
    Measure("jobs", "full-time equivalents", "higher", "work in harvest, collection and processing, mean over months", ACTIVE, lambda o, m, g: _mean(o, m, "jobs"), yearly=True),
    Measure("poverty", "share", "lower", "share of households whose income from all sources in a calendar year is under the poverty line", LIVES, _poverty, grouped=True, yearly=True),
    Measure("gini", "number", "lower", "Gini coefficient of household income from enterprises, wages and transfers", LIVES, lambda o, m, g: _gini(o, m)),
    Measure("volatility", "share", "lower", "standard deviation over calendar years of the group's enterprise income, as a share of its mean", ONCE, _volatility, grouped=True),
    Measure("routes", "routes", "neither", "villages in which lead firms buy, summed over firms, mean over months", LIVES, lambda o, m, g: _mean(o, m, "routes"), yearly=True),
    Measure("association", "share", "neither", "strength of village associations, mean over villages and months", LIVES, lambda o, m, g: _mean(o, m, "association"), yearly=True),
    Measure("spent", "USD", "neither", "programme money spent", ONCE, lambda o, m, g: _total(o, m, "spent"), yearly=True, relative=False),
    Measure("unspent", "USD", "neither", "budget of the plan that was returned or given to no act", ONCE, lambda o, m, g: _unspent(o), relative=False),
)  # fmt: skip
"""Every measure of one run. What needs a twin (gains, costs per result) is declared in `linkage_sim.results.pairing`."""


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
    return {
        measure.name: [measure.compute(o, year, ALL) for year in o.years] for measure in MEASURES if measure.yearly
    }
