"""Runs paired by replicate: same worlds, same luck, only the programme differs."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from linkage_sim.results.declare import IN_WORDS, Better, row_name
from linkage_sim.results.measures import MEASURES, TWIN_MEASURES, measured, measured_against, measured_by_year
from linkage_sim.results.observed import ALL, Level, Observed
from linkage_sim.units import LASTING_MONTHS

CONFIDENCE = 0.90
"""Of every interval that is shown."""
RELATIVE_WORDS = "mean, low and high are of the difference to the baseline in the same world, level is the scenario's own mean"
OWN_WORDS = "mean, low and high are the scenario's own"


@dataclass(frozen=True)
class Sample:
    """What a comparison keeps of one run.

    Parameters
    ----------
    levels : by row name and group
    years : levels of every recorded year by measure
    programme : what the facilitator did
    quote_gap, books_worst : how well prices and books closed, share
    """

    levels: Mapping[tuple[str, str], Level]
    years: Mapping[str, Sequence[Level]]
    programme: Mapping[str, Any]
    quote_gap: float
    books_worst: float


def sample_of(observed: Observed, quote_gap: float, books_worst: float, twin: Observed | None = None) -> Sample:
    """Measure one run, and against its baseline twin where that is given."""
    levels = measured(observed)
    if twin is not None:
        levels |= measured_against(observed, twin)
    return Sample(levels, measured_by_year(observed), dict(observed.programme), quote_gap, books_worst)


@dataclass(frozen=True)
class Estimate:
    """A mean over worlds with its interval.

    Parameters
    ----------
    share_better : share of worlds in which the scenario does better than the baseline; None where none is better
    replicates : worlds in which it could be computed
    level : the scenario's own mean
    """

    mean: float
    low: float
    high: float
    share_better: float | None
    replicates: int
    level: float


@cache
def t_quantile(replicates: int) -> float:
    """Two-sided quantile of Student's t for `CONFIDENCE`, with replicates - 1 degrees of freedom."""
    from scipy.special import stdtrit

    return float(stdtrit(replicates - 1, 0.5 + CONFIDENCE / 2))


def interval(values: Sequence[float]) -> tuple[float, float, float]:
    """Mean of values over worlds and its t-interval; of a single value, that value three times."""
    n = len(values)
    mean = math.fsum(values) / n
    if n < 2:
        return mean, mean, mean
    spread = math.sqrt(math.fsum((value - mean) ** 2 for value in values) / (n - 1))
    half = t_quantile(n) * spread / math.sqrt(n)
    return mean, mean - half, mean + half


def share_better(differences: Sequence[float], better: Better) -> float | None:
    """Share of worlds in which a difference is for the better; a tie is not."""
    if better == "neither":
        return None
    sign = 1.0 if better == "higher" else -1.0
    return sum(sign * value > 0.0 for value in differences) / len(differences)


def difference(own: Sequence[Level], base: Sequence[Level], better: Better) -> Estimate | None:
    """Mean paired difference of two scenarios, one value a world each; None where no world has both."""
    pairs = [(a, b) for a, b in zip(own, base, strict=True) if a is not None and b is not None]
    if not pairs:
        return None
    gaps = [a - b for a, b in pairs]
    mean, low, high = interval(gaps)
    return Estimate(mean, low, high, share_better(gaps, better), len(pairs), math.fsum(a for a, _ in pairs) / len(pairs))


def own_mean(own: Sequence[Level]) -> Estimate | None:
    """Mean of one scenario by itself; None where no world has a value."""
    known = [value for value in own if value is not None]
    if not known:
        return None
    mean, low, high = interval(known)
    return Estimate(mean, low, high, None, len(known), mean)


def ratio(tops: Sequence[Level], bottoms: Sequence[Level], better: Better, *, to_twin: bool, scale: float = 1.0) -> Estimate | None:
    """Mean of one thing over the mean of another, with the linearised t-interval of a ratio of means.

    Where the divisor is nothing in some world, a mean of ratios could not be taken; a ratio of means can.

    Parameters
    ----------
    tops, bottoms : one value a world
    to_twin : the top is a difference to the baseline, so that its sign says whether the scenario does better

    Returns
    -------
    None where the divisor is nothing, or may as well be below 0 as above (its interval holds 0 and some world is
    below), so that the ratio cannot be said; and where there is no cost to divide.
    """
    pairs = [(a, b) for a, b in zip(tops, bottoms, strict=True) if a is not None and b is not None]
    if not pairs:
        return None
    bottom, least, _ = interval([b for _, b in pairs])
    is_known = bottom > 0.0 and (least > 0.0 or min(b for _, b in pairs) >= 0.0)
    if not is_known or (not to_twin and not any(a for a, _ in pairs)):
        return None
    value = math.fsum(a for a, _ in pairs) / len(pairs) / bottom
    _, low, high = interval([(a - value * b) / bottom for a, b in pairs])
    better_share = share_better([a for a, _ in pairs], better) if to_twin else None
    return Estimate(scale * value, scale * (value + low), scale * (value + high), better_share, len(pairs), scale * value)


Pick = Callable[[Sample, Sample, str], Level]
"""A value of one world, from the run of a scenario and of its baseline twin, for a group."""


@dataclass(frozen=True)
class Ratio:
    """A measure that needs the baseline twin or divides two others: gains and costs per result."""

    name: str
    unit: str
    better: Better
    meaning: str
    top: Pick
    bottom: Pick
    grouped: bool = False
    to_twin: bool = False
    scale: float = 1.0


def _own(name: str, whole: bool = False) -> Pick:
    return lambda own, base, group: own.levels.get((name, ALL if whole else group))


def _twin(name: str) -> Pick:
    return lambda own, base, group: base.levels.get((name, group))


def _gain(name: str) -> Pick:
    def gain(own: Sample, base: Sample, group: str) -> Level:
        a, b = own.levels.get((name, group)), base.levels.get((name, group))
        return None if a is None or b is None else a - b

    return gain


RATIOS: tuple[Ratio, ...] = (
    *(
        Ratio(
            row_name("income_percent", window),
            "percent",
            "higher",
            f"change of income from the value chain against the baseline, {IN_WORDS[window]}",
            _gain(row_name("income", window)),
            _twin(row_name("income", window)),
            grouped=True,
            to_twin=True,
            scale=100.0,
        )
        for window in ("during", "after", "whole")
    ),
    Ratio(
        "income_per_dollar",
        "USD per USD",
        "higher",
        "enterprise income that the group gained against the baseline, during and after the programme, for every "
        "dollar the programme spent on anybody",
        _gain("income_total"),
        _own("spent", whole=True),
        grouped=True,
        to_twin=True,
    ),
    Ratio(
        "cost_per_household",
        "USD per household",
        "lower",
        "programme money spent for every household reached",
        _own("spent"),
        _own("reached"),
    ),
    Ratio(
        "cost_per_sustained_household",
        "USD per household",
        "lower",
        f"programme money spent for every household linked by the programme at exit and still {LASTING_MONTHS} months later",
        _own("spent"),
        _own("sustained"),
    ),
    Ratio(
        "cost_per_linkage",
        "USD per linkage",
        "lower",
        f"programme money spent for every linkage alive {LASTING_MONTHS} months after exit, those that would live without it included",
        _own("spent"),
        _own("linkages_alive"),
    ),
    Ratio(
        "cost_per_added_linkage",
        "USD per linkage",
        "lower",
        f"programme money spent for every linkage alive {LASTING_MONTHS} months after exit beyond those of the "
        "baseline; left out where it added none that can be told from chance",
        _own("spent"),
        _gain("linkages_alive"),
    ),
)


def declared_measures() -> dict[str, dict[str, str]]:
    """Unit, direction and meaning of everything that a comparison holds, by row name."""
    found = {}
    for measure in MEASURES:
        for window in measure.windows:
            words = "" if window == "whole" else f", {IN_WORDS[window]}"
            how = RELATIVE_WORDS if measure.relative else OWN_WORDS
            text = f"{measure.meaning}{words}; {how}"
            found[row_name(measure.name, window)] = {"unit": measure.unit, "better": measure.better, "meaning": text}
        if measure.yearly and "whole" not in measure.windows:
            text = f"{measure.meaning}; year by year"
            found[measure.name] = {"unit": measure.unit, "better": measure.better, "meaning": text}
    for against in TWIN_MEASURES:
        for window in against.windows:
            words = "" if window == "whole" else f", {IN_WORDS[window]}"
            found[row_name(against.name, window)] = {"unit": against.unit, "better": against.better, "meaning": against.meaning + words}
    for each in RATIOS:
        text = f"{each.meaning}; a ratio of means over worlds"
        found[each.name] = {"unit": each.unit, "better": each.better, "meaning": text}
    words = "income per household and year less that of the baseline in the same world"
    found["income_gain"] = {"unit": "USD per household and year", "better": "higher", "meaning": words}
    return found


def compared_rows(samples: Mapping[str, Sequence[Sample]], baseline: str) -> list[dict[str, Any]]:
    """One row for every scenario, measure and group that can be said, in the order of declaration.

    Parameters
    ----------
    samples : of every scenario, by replicate
    baseline : name of the scenario that all are compared with; its own differences are 0
    """
    rows: list[dict[str, Any]] = []
    base = samples[baseline]
    groups = [group for name, group in base[0].levels if name == "households"]
    for scenario, own in samples.items():
        found: list[tuple[str, str, str, Estimate | None]] = []
        for measure in MEASURES:
            for name in (row_name(measure.name, window) for window in measure.windows):
                for group in groups if measure.grouped else [ALL]:
                    levels = [sample.levels[name, group] for sample in own]
                    twins = [sample.levels[name, group] for sample in base]
                    estimate = difference(levels, twins, measure.better) if measure.relative else own_mean(levels)
                    found.append((name, measure.unit, group, estimate))
        for against in TWIN_MEASURES:
            for name in (row_name(against.name, window) for window in against.windows):
                found.append((name, against.unit, ALL, own_mean([sample.levels.get((name, ALL)) for sample in own])))
        for each in RATIOS:
            for group in groups if each.grouped else [ALL]:
                found.append((each.name, each.unit, group, ratio_of(each, own, base, group)))
        for name, unit, group, estimate in found:
            if estimate is not None:
                rows.append(_row(scenario, name, unit, group, estimate, baseline))
    return rows


def _row(scenario: str, measure: str, unit: str, group: str, found: Estimate, baseline: str) -> dict[str, Any]:
    better = None if scenario == baseline else found.share_better
    return {
        "scenario": scenario,
        "measure": measure,
        "unit": unit,
        "group": group,
        "mean": found.mean,
        "low": found.low,
        "high": found.high,
        "share_better": better,
        "replicates": found.replicates,
        "level": found.level,
    }


def ratio_of(each: Ratio, own: Sequence[Sample], base: Sequence[Sample], group: str) -> Estimate | None:
    """Estimate a `Ratio` over worlds for one group."""
    pairs = list(zip(own, base, strict=True))
    tops = [each.top(a, b, group) for a, b in pairs]
    bottoms = [each.bottom(a, b, group) for a, b in pairs]
    return ratio(tops, bottoms, each.better, to_twin=each.to_twin, scale=each.scale)


def head_to_head(samples: Mapping[str, Sequence[Sample]], baseline: str, measure: str = "income") -> list[dict[str, Any]]:
    """Paired difference of every two plans (first less second) in a measure where higher is better."""
    plans = [name for name in samples if name != baseline]
    found = []
    for place, one in enumerate(plans):
        for other in plans[place + 1 :]:
            levels = [[sample.levels[measure, ALL] for sample in samples[name]] for name in (one, other)]
            gap = difference(levels[0], levels[1], "higher")
            if gap is not None:
                found.append(
                    {
                        "pair": [one, other],
                        "measure": measure,
                        "mean": gap.mean,
                        "low": gap.low,
                        "high": gap.high,
                        "share_better": gap.share_better,
                        "replicates": gap.replicates,
                    }
                )
    return found


def compared_years(samples: Mapping[str, Sequence[Sample]], baseline: str) -> dict[str, dict[str, Any]]:
    """Yearly courses by scenario and measure: levels, and the paired gain of income.

    Returns
    -------
    ``{scenario: {measure: {years, mean, low, high}}}``; years are recorded years from 1; a year in which a measure
    cannot be said in any world is left out.
    """
    found: dict[str, dict[str, Any]] = {}
    for scenario, own in samples.items():
        found[scenario] = {}
        for name in own[0].years:
            found[scenario][name] = _course([own_mean(values) for values in zip(*(s.years[name] for s in own), strict=True)])
        gains = [
            difference([s.years["income"][year] for s in own], [s.years["income"][year] for s in samples[baseline]], "higher")
            for year in range(len(own[0].years["income"]))
        ]
        found[scenario]["income_gain"] = _course(gains)
    return found


def _course(estimates: Sequence[Estimate | None]) -> dict[str, list[float]]:
    known = [(year, each) for year, each in enumerate(estimates, start=1) if each is not None]
    return {
        "years": [year for year, _ in known],
        "mean": [each.mean for _, each in known],
        "low": [each.low for _, each in known],
        "high": [each.high for _, each in known],
    }
