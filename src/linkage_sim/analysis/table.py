"""A sweep as the analyses see it: points of the design, and what every scenario gained at each of them in each world."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from linkage_sim.analysis.words import bound_words, leaf_of, plain
from linkage_sim.errors import ResultsError, ScenarioError
from linkage_sim.experiments.sweep.store import SCENARIOS, read_table
from linkage_sim.scenario.load import load_scenario
from linkage_sim.scenario.scenario import Scenario

if TYPE_CHECKING:
    import pandas as pd

Numbers = NDArray[np.float64]
Whole = NDArray[np.int64]


OTHER_VERSION = (
    "The scenarios of this sweep can no longer be read: another version of linkage_sim wrote them. "
    "How many households and years there are is not known, so nothing is told in dollars."
)


@dataclass(frozen=True)
class Factor:
    """What was varied.

    Parameters
    ----------
    name : dotted path
    kind : lever (a programme chooses it) or uncertainty (nobody does)
    unit : of its values; words : what it is, in plain words
    whole : takes whole numbers only
    choices : words of a factor that is no number: its column holds the place of the word, from 0
    usual : value in the scenario as it is; None where that is not known or no number
    is_log : drawn evenly over its logarithm, so figures show it on such an axis
    """

    name: str
    kind: str
    unit: str
    words: str
    whole: bool
    choices: tuple[str, ...] = ()
    usual: float | None = None
    is_log: bool = False

    def limits(self, low: float | None, high: float | None) -> str:
        """A range of it in words; ``low`` is in it, ``high`` is not."""
        if self.choices:
            first, last = (0 if low is None else round(low + 0.499)), (len(self.choices) if high is None else round(high + 0.499))
            return f"{self.words}: {' or '.join(self.choices[first:last])}"
        return bound_words(self.words, low, high, self.unit, self.whole)


@dataclass(frozen=True)
class Outcome:
    """What was measured.

    Parameters
    ----------
    better : higher, lower or neither
    relative : its gain is the difference to the baseline run; else the value itself is already measured against the baseline
    """

    name: str
    unit: str
    better: str
    relative: bool = True

    @property
    def sign(self) -> float:
        """What a value is multiplied by so that more is better."""
        return -1.0 if self.better == "lower" else 1.0


class Sweep:
    """A sweep's design and table.

    Parameters
    ----------
    design : plain data of ``design.json``
    frame : the table, one row for every point, replicate and scenario
    scenario : the baseline before anything was varied, where it is known: it says how many households and years there are

    Raises
    ------
    ResultsError
        where the two do not fit together.
    """

    def __init__(self, design: Mapping[str, Any], frame: pd.DataFrame, scenario: Scenario | None = None) -> None:
        self.design, self.frame, self.scenario = design, frame, scenario
        missing = [key for key in ("factors", "design", "scenarios", "outcomes") if key not in design]
        columns = [] if missing else [factor["name"] for factor in design["factors"]] + [each["name"] for each in design["outcomes"]]
        missing += [name for name in ["point", "replicate", "scenario", *columns] if name not in frame.columns]
        if missing:
            raise ResultsError(f"the sweep is damaged: {', '.join(missing)} missing; run it again")
        if len(frame) == 0:
            raise ResultsError("the sweep holds no run yet; let it run first")
        self.scenarios: list[str] = list(design["scenarios"])
        self.baseline, self.plans = self.scenarios[0], self.scenarios[1:]
        if not self.plans:
            raise ResultsError(f"the sweep holds only {self.baseline!r}: there is nothing to compare it with")
        self.outcomes = [
            Outcome(each["name"], each.get("unit", ""), each.get("better", "neither"), bool(each.get("gain", True)))
            for each in design["outcomes"]
        ]
        self.points: Whole = np.unique(frame["point"].to_numpy(np.int64))
        self.replicates: Whole = np.unique(frame["replicate"].to_numpy(np.int64))

    @property
    def name(self) -> str:
        """Name of the sweep."""
        return str(self.design.get("name", "sweep"))

    @property
    def kind(self) -> str:
        """Kind of design: grid, latin_hypercube, sobol, morris or list."""
        return str(self.design["design"]["kind"])

    def title(self, scenario: str) -> str:
        """A scenario in words."""
        titles = {each["name"]: each["title"] for each in self.design.get("plans") or ()}
        return str(titles.get(scenario) or scenario.replace("_", " "))

    @cached_property
    def factors(self) -> tuple[Factor, ...]:
        """What was varied, in the order of the design."""
        found = []
        for number, each in enumerate(self.design["factors"]):
            name = each["name"]
            leaf = leaf_of(name)
            values = self.x[:, number]
            whole = (leaf is not None and leaf.value == "whole") or bool(np.all(values == np.round(values)) and len(np.unique(values)) > 2)
            unit = each.get("unit") or (leaf.unit if leaf else "")
            words = tuple(str(value) for value in each.get("values") or () if isinstance(value, (str, bool)))
            usual = each.get("default")
            usual = float(usual) if isinstance(usual, (int, float)) and not isinstance(usual, bool) else None
            is_log = str(each.get("distribution", "")).startswith("log") and bool((values > 0.0).all())
            found.append(Factor(name, each.get("kind", "uncertainty"), unit, plain(name), whole, words, usual, is_log))
        return tuple(found)

    def outcome(self, name: str | None = None) -> Outcome:
        """An outcome by name; left out: the first that has a better direction.

        Raises
        ------
        ResultsError
            for an unknown name, or where no outcome has a better direction.
        """
        known = {each.name: each for each in self.outcomes}
        if name is not None:
            if name not in known:
                raise ResultsError(f"no outcome is named {name!r}\n    known: {', '.join(known)}")
            return known[name]
        directed = [each for each in self.outcomes if each.better in ("higher", "lower")]
        if not directed:
            raise ResultsError(f"none of the outcomes has a better direction, so nothing can be chosen by them: {', '.join(known)}")
        return directed[0]

    @cached_property
    def x(self) -> Numbers:
        """Values of the factors, (points, factors)."""
        names = [factor["name"] for factor in self.design["factors"]]
        first = self.frame.drop_duplicates("point").sort_values("point")
        return np.ascontiguousarray(first[names].to_numpy(np.float64))

    @cached_property
    def blocks(self) -> Whole:
        """Number of the group of points that belongs together, (points,): what may be drawn again as one."""
        return self.points // self.block_size

    @property
    def block_size(self) -> int:
        """Points that belong together: the rows of one Saltelli sample, one Morris trajectory, or a point alone."""
        number = len(self.design["factors"])
        if self.kind == "morris":
            return number + 1
        if self.kind == "sobol":
            return (2 if self.second_order else 1) * number + 2
        return 1

    @property
    def second_order(self) -> bool:
        """Whether a Sobol design holds the rows for second-order indices."""
        return bool(self.design["design"].get("second_order"))

    @cached_property
    def _places(self) -> tuple[Whole, Whole, Whole, NDArray[np.bool_]]:
        """Place of every row: point, replicate, scenario; and whether it can be used."""
        frame = self.frame
        order = {name: place for place, name in enumerate(self.scenarios)}
        scenario = np.asarray(frame["scenario"].map(order).fillna(-1), dtype=np.int64)
        failed = frame["failed"].to_numpy(bool) if "failed" in frame.columns else np.zeros(len(frame), bool)
        point = np.searchsorted(self.points, frame["point"].to_numpy(np.int64)).astype(np.int64)
        replicate = np.searchsorted(self.replicates, frame["replicate"].to_numpy(np.int64)).astype(np.int64)
        return point, replicate, scenario, np.asarray(~failed & (scenario >= 0), dtype=np.bool_)

    def values(self, outcome: Outcome) -> Numbers:
        """Values of all scenarios, (points, replicates, scenarios); NaN where a run failed or is missing."""
        found = np.full((len(self.points), len(self.replicates), len(self.scenarios)), np.nan)
        point, replicate, scenario, usable = self._places
        found[point[usable], replicate[usable], scenario[usable]] = self.frame[outcome.name].to_numpy(np.float64)[usable]
        return found

    def gains(self, outcome: Outcome) -> Numbers:
        """Gains of the plans against the baseline run of the same point and replicate, (points, replicates, plans).

        A world in which any scenario failed is left out whole (NaN), so that plans are always compared in the same worlds.
        """
        values = self.values(outcome)
        gains: Numbers = values[:, :, 1:] - values[:, :, :1] if outcome.relative else values[:, :, 1:]
        gains[np.isnan(gains).any(axis=2)] = np.nan
        return gains

    @property
    def failures(self) -> int:
        """Runs that failed or are missing."""
        usable = self._places[3]
        return len(self.points) * len(self.replicates) * len(self.scenarios) - int(usable.sum())


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows of a table as plain mappings."""
    return [{str(key): value for key, value in row.items()} for row in frame.to_dict("records")]


def open_sweep(folder: str | Path) -> Sweep:
    """Open the folder of a sweep.

    Raises
    ------
    ResultsError
        where it is missing, damaged or holds nothing.
    """
    design, frame = read_table(Path(folder))
    baseline = Path(folder) / SCENARIOS / f"{design['scenarios'][0]}.yaml"
    try:
        return Sweep(design, frame, load_scenario(baseline) if baseline.is_file() else None)
    except ScenarioError:
        return Sweep({**design, "warnings": [*(design.get("warnings") or ()), OTHER_VERSION]}, frame)
