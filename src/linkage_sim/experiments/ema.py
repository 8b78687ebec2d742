"""Doors for other tools: EMA workbench and SALib drive the model as a function of its parameters.

`ModelFunction` is that function; `ema_model` wraps it for EMA workbench (the extra ``dev`` installs it, nothing else here needs it),
`salib_problem` and `salib_outputs` for SALib. For long experiments a design file and ``linkage-sim sweep`` keep every run; these
doors keep nothing.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from linkage_sim.books import FLOWS
from linkage_sim.engine import run_together, seed_of
from linkage_sim.errors import EngineError
from linkage_sim.results.folders import observed_of
from linkage_sim.results.measures import MEASURES
from linkage_sim.results.observed import ALL
from linkage_sim.results.pairing import declared_measures, sample_of
from linkage_sim.scenario.load import declared_parameters, load_scenario, scenario_from_resolved
from linkage_sim.scenario.parameters import Declared
from linkage_sim.scenario.scenario import Scenario

if TYPE_CHECKING:
    from ema_workbench import Model

Numbers = NDArray[np.float64]
Values = Sequence[Any]
"""Lowest and highest number of a parameter, or the words it may take."""

DOT = "__"
"""Stands for the dot of a path where a tool wants names of Python, as in `LinkageModel`."""


@dataclass(frozen=True)
class ModelFunction:
    """Gains of plans against a baseline as a function of parameters, in the same worlds at every call.

    Parameters
    ----------
    scenarios : the baseline first, then one or more plans; a parameter is set in those that have it
    ranges : dotted path -> lowest and highest number, or the words it may take; within the declared bounds
    outcomes : names of measures; each plan gives the difference to the baseline under ``outcome`` (one plan) or ``plan.outcome``
    replicates : worlds whose mean is taken

    Raises
    ------
    EngineError
        for one scenario only, an unknown parameter, measure, or a range beyond the bounds.
    """

    scenarios: tuple[Scenario, ...]
    ranges: Mapping[str, Values]
    outcomes: tuple[str, ...] = ("income",)
    replicates: int = 1

    def __post_init__(self) -> None:
        if len(self.scenarios) < 2:
            raise EngineError("give a baseline and at least one plan")
        if self.replicates < 1:
            raise EngineError(f"replicates must be 1 or more, not {self.replicates}")
        known = {each.name for each in MEASURES if "whole" in each.windows} | {
            f"{each.name}_{window}" for each in MEASURES for window in each.windows if window != "whole"
        }
        for name in self.outcomes:
            if name not in known:
                raise EngineError(f"no measure is named {name!r} (docs/measures.md)")
        declared = self.declared
        for path, values in self.ranges.items():
            _check_range(path, values, declared.get(path))

    @property
    def declared(self) -> dict[str, Declared]:
        """Declaration of every parameter of any of the scenarios."""
        return {each.path: each for scenario in reversed(self.scenarios) for each in declared_parameters(scenario)}

    @property
    def names(self) -> list[str]:
        """Names of what a call gives, in order."""
        plans = self.scenarios[1:]
        return [f"{plan.name}.{outcome}" if len(plans) > 1 else outcome for plan in plans for outcome in self.outcomes]

    def __call__(self, values: Mapping[str, Any]) -> dict[str, float]:
        """Gains at one point.

        Parameters
        ----------
        values : by path; dots may be written as ``__``

        Returns
        -------
        mean gain over worlds by name; NaN where a measure cannot be said

        Raises
        ------
        ScenarioError
            for values that do not fit together.
        """
        changed = {_path(name, self.ranges): value for name, value in values.items()}
        scenarios = [_with(scenario, changed) for scenario in self.scenarios]
        gains: dict[str, list[float]] = {name: [] for name in self.names}
        for replicate in range(self.replicates):
            levels = []
            for scenario, outcome in run_together(scenarios, seed_of(scenarios[0], replicate)):
                levels.append(sample_of(observed_of(scenario, outcome, FLOWS), outcome.mean_gap, outcome.worst_balance).levels)
            found = [
                float("nan") if own[name, ALL] is None or levels[0][name, ALL] is None else own[name, ALL] - levels[0][name, ALL]  # type: ignore[operator]
                for own in levels[1:] for name in self.outcomes
            ]  # fmt: skip
            for name, value in zip(self.names, found, strict=True):
                gains[name].append(float(value))
        return {name: float(np.mean(each)) for name, each in gains.items()}


def model_function(
    scenarios: Sequence[str | Path | Scenario], ranges: Mapping[str, Values], outcomes: Sequence[str] = ("income",), replicates: int = 1
) -> ModelFunction:
    """A `ModelFunction` of scenario files or scenarios, the baseline first."""
    loaded = tuple(each if isinstance(each, Scenario) else load_scenario(each) for each in scenarios)
    return ModelFunction(loaded, dict(ranges), tuple(outcomes), replicates)


def _check_range(path: str, values: Values, declared: Declared | None) -> None:
    if declared is None:
        raise EngineError(f"none of the scenarios has a value {path!r} (docs/parameters.md)")
    if declared.is_number:
        low, high = float(values[0]), float(values[-1])
        if len(values) != 2 or not low < high:
            raise EngineError(f"{path}: give the lowest and the highest number")
        assert declared.low is not None
        if low < declared.low or (declared.high is not None and high > declared.high):
            raise EngineError(f"{path}: {low:g} to {high:g} goes beyond {declared.low:g} to {declared.high:g} {declared.unit}")
    elif declared.choices and not set(values) <= set(declared.choices):
        raise EngineError(f"{path}: allowed are {', '.join(map(str, declared.choices))}")


def _path(name: str, ranges: Mapping[str, Values]) -> str:
    path = name if name in ranges else name.replace(DOT, ".")
    if path not in ranges:
        raise EngineError(f"{name!r} is not among the parameters: {', '.join(ranges)}")
    return path


def _with(scenario: Scenario, values: Mapping[str, Any]) -> Scenario:
    """The scenario with other values, checked; paths that it does not have (acts of another plan) are left out."""
    data = scenario.resolved()
    for path, value in values.items():
        *way, last = path.split(".")
        place: Any = data
        for key in way:
            place = place[int(key)] if isinstance(place, list) else place.get(key) if isinstance(place, dict) else None
        if isinstance(place, dict) and last in place:
            place[last] = round(value) if isinstance(place[last], int) and not isinstance(place[last], bool) else value
    return scenario_from_resolved(data)


# --- EMA workbench ------------------------------------------------------------------------------------


def ema_model(function: ModelFunction, name: str = "linkage") -> Model:
    """A Model of EMA workbench with uncertainties, levers and outcomes from the declarations.

    Parameters
    ----------
    function : numbers become Real or Integer parameters, words Categorical ones; levers are those that are declared as levers
    name : letters and digits

    Returns
    -------
    ema_workbench.Model
        Names have ``__`` where paths have dots. An outcome is maximised or minimised where it has a better direction.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns of engines that are not installed
        from ema_workbench import CategoricalParameter, IntegerParameter, Model, RealParameter, ScalarOutcome

    declared = function.declared
    kinds: dict[str, list[Any]] = {"lever": [], "uncertainty": []}
    for path, values in function.ranges.items():
        own, label = declared[path], path.replace(".", DOT)
        if not own.is_number:
            parameter = CategoricalParameter(label, list(values))
        elif isinstance(own.value, int):
            parameter = IntegerParameter(label, int(values[0]), int(values[1]))
        else:
            parameter = RealParameter(label, float(values[0]), float(values[1]))
        kinds["lever" if own.kind == "lever" else "uncertainty"].append(parameter)
    model = Model(name, function=_Called(function))
    model.uncertainties, model.levers = kinds["uncertainty"], kinds["lever"]
    better = declared_measures()
    sense = {"higher": ScalarOutcome.MAXIMIZE, "lower": ScalarOutcome.MINIMIZE}
    model.outcomes = [
        ScalarOutcome(each.replace(".", DOT), kind=sense.get(better[each.rpartition(".")[2]]["better"], ScalarOutcome.INFO))
        for each in function.names
    ]
    return model


class _Called:
    """The function as EMA workbench calls it: words for names, and it can be sent to another process."""

    __name__ = "linkage"

    def __init__(self, function: ModelFunction) -> None:
        self.function = function

    def __call__(self, **values: Any) -> dict[str, float]:
        return {name.replace(".", DOT): value for name, value in self.function(values).items()}


# --- SALib --------------------------------------------------------------------------------------------


def salib_problem(function: ModelFunction) -> dict[str, Any]:
    """The ``problem`` of SALib for the numbers among the parameters.

    Raises
    ------
    EngineError
        where a parameter is no number.
    """
    declared = function.declared
    words = [path for path in function.ranges if not declared[path].is_number]
    if words:
        raise EngineError(f"SALib varies numbers only, not {', '.join(words)}")
    bounds = [[float(values[0]), float(values[1])] for values in function.ranges.values()]
    return {"num_vars": len(bounds), "names": list(function.ranges), "bounds": bounds}


def salib_outputs(function: ModelFunction, x: Numbers, outcome: str | None = None) -> Numbers:
    """Outputs for the rows of a sample of SALib, (n,).

    Parameters
    ----------
    x : (n, parameters) from ``SALib.sample``; whole numbers are rounded
    outcome : one of ``function.names``; None for the first

    Raises
    ------
    EngineError
        for an outcome that the function does not give, or a sample of other parameters.
    """
    name = function.names[0] if outcome is None else outcome
    if name not in function.names:
        raise EngineError(f"{name!r} is not among the outcomes: {', '.join(function.names)}")
    if x.ndim != 2 or x.shape[1] != len(function.ranges):
        raise EngineError(f"a sample of {len(function.ranges)} columns is wanted, not of shape {x.shape}")
    return np.array([function(dict(zip(function.ranges, row, strict=True)))[name] for row in x.tolist()])
