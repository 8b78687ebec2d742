"""What all pattern experiments share: paired runs of purpose-made scenarios, claims about them, and what is drawn."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from linkage_sim.engine import Outcome, Simulation, begin_together, run_together, seed_of
from linkage_sim.scenario.load import load_scenario, shipped
from linkage_sim.scenario.scenario import Scenario

Numbers = NDArray[np.float64]
Setting = Mapping[str, object]
CHAIN = "value_chains.apricot"
LEVEL = 0.01
"""False-alarm rate of a claim: how often it would pass by luck if the mechanism had no effect at all."""


@dataclass(frozen=True)
class Claim:
    """That one number is larger than another, paired by world.

    Parameters
    ----------
    text : the claim in words
    more, less : numbers of each world; a single number stands for all worlds. Worlds in which either is missing (NaN) are left out
    shows : text of the two means, with places for them
    """

    text: str
    more: Numbers | float
    less: Numbers | float
    shows: str = "{:.2f} against {:.2f}"

    def pairs(self) -> tuple[Numbers, Numbers]:
        """Both numbers of every world in which they exist."""
        more, less = np.broadcast_arrays(np.asarray(self.more, dtype=float), np.asarray(self.less, dtype=float))
        there = np.isfinite(more) & np.isfinite(less)
        return more[there], less[there]

    @property
    def chance(self) -> float:
        """One-sided p-value of a paired t-test; 1 where all pairs are equal."""
        more, less = self.pairs()
        if len(more) < 2 or np.ptp(more - less) == 0.0:
            return float(len(more) < 2 or (more <= less).any())
        return float(stats.ttest_rel(more, less, alternative="greater").pvalue)

    @property
    def holds(self) -> bool:
        """Whether the first is larger at a false-alarm rate of 1 %."""
        return self.chance < LEVEL

    @property
    def pass_rate(self) -> float:
        """Share of single worlds in which the first is larger."""
        more, less = self.pairs()
        return float((more > less).mean())

    @property
    def numbers(self) -> str:
        """Both means in words."""
        more, less = self.pairs()
        return self.shows.format(more.mean(), less.mean())


@dataclass(frozen=True)
class Panel:
    """One picture's worth of numbers.

    Parameters
    ----------
    title : above; x_label, y_label : what the axes measure
    places : positions of the points, or names for them
    lines : name -> (places, worlds)
    percent : whether the upright axis shows shares as per cent
    """

    title: str
    x_label: str
    y_label: str
    places: Sequence[float] | Sequence[str]
    lines: Mapping[str, Numbers]
    percent: bool = False


@dataclass(frozen=True)
class Shown:
    """One pattern over many worlds.

    Parameters
    ----------
    number, short, title : of the pattern, two words for a heading and the whole sentence; why : its cause in the model
    scenarios : files of ``scenarios/patterns``
    claims : each tested; panels : what is drawn; note : what does not hold, or how far it goes
    """

    number: int
    short: str
    title: str
    why: str
    scenarios: tuple[str, ...]
    claims: tuple[Claim, ...]
    panels: tuple[Panel, ...]
    note: str = ""
    worlds: int = field(default=0)


def pattern_file(name: str) -> Path:
    """Path of a shipped pattern scenario, such as ``p1_coverage``."""
    return shipped(f"patterns/{name}")


def paired_runs(
    name: str, settings: Sequence[Setting], replicates: int, measure: Callable[[Scenario, Outcome], Sequence[float]]
) -> Numbers:
    """Measure every setting in the same worlds.

    Parameters
    ----------
    name : pattern scenario
    settings : overrides by dotted path, one mapping a setting
    replicates : worlds
    measure : numbers of one run

    Returns
    -------
    (settings, replicates, numbers)
    """
    scenarios = [load_scenario(pattern_file(name), dict(setting)) for setting in settings]
    found: list[list[Sequence[float]]] = [[] for _ in scenarios]
    for replicate in range(replicates):
        seed = seed_of(scenarios[0], replicate)
        for place, (scenario, outcome) in enumerate(run_together(scenarios, seed)):
            found[place].append(measure(scenario, outcome))
    return np.array(found, dtype=float)


def begun(name: str, settings: Sequence[Setting], replicates: int) -> Iterator[list[Simulation]]:
    """For every world the simulations of all settings after their spin-up, so that a caller may stop, look and go on.

    Parameters
    ----------
    name, settings, replicates : as in `paired_runs`
    """
    scenarios = [load_scenario(pattern_file(name), dict(setting)) for setting in settings]
    for replicate in range(replicates):
        yield list(begin_together(scenarios, seed_of(scenarios[0], replicate)))


def column(outcome: Outcome, name: str) -> Numbers:
    """One monthly series of a run; (months,)."""
    return outcome.monthly[:, outcome.names.index(name)]


def mean_of(values: Numbers, where: NDArray[np.bool_]) -> float:
    """Mean of some values; NaN where there are none."""
    return float(values[where].mean()) if where.any() else float("nan")


def income_of(outcome: Outcome) -> Numbers:
    """Enterprise income of every household from the start of the programme to the end of the run, USD; (H,)."""
    return np.asarray(outcome.households["during_income"] + outcome.households["after_income"])
