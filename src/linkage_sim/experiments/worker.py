"""One task of a comparison: all scenarios in one world, and the compiling that comes before the first."""

from __future__ import annotations

import contextlib
import gc
import os
import shutil
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any
from unittest import mock

import platformdirs
from numba.core import event
from numba.core.targetconfig import TargetConfig

from linkage_sim.books import FLOWS
from linkage_sim.calls import addresses_of
from linkage_sim.compiled import model_version
from linkage_sim.engine import Simulation, run_together, seed_of
from linkage_sim.errors import EngineError
from linkage_sim.experiments.executors import Progress, aside
from linkage_sim.month import passes, sell
from linkage_sim.month.plan import ALONE, RECORD
from linkage_sim.programme.acts import live_acts
from linkage_sim.results.folders import observed_of, write_run
from linkage_sim.results.observed import Observed
from linkage_sim.results.pairing import Sample, sample_of
from linkage_sim.scenario.scenario import Scenario


@dataclass(frozen=True)
class Replicate:
    """All scenarios in one world.

    Parameters
    ----------
    scenarios : of one seed; those of one world hash share their spin-up
    number : of the replicate
    model : version of the model in the parent; the worker must have the same
    folder : where run folders are kept, None for nowhere
    threads : of one run
    with_twins : the first scenario is the baseline, and all are also measured against it household by household
    """

    scenarios: tuple[Scenario, ...]
    number: int
    model: str
    folder: Path | None = None
    threads: int = 1
    with_twins: bool = False


def live(task: Replicate) -> list[Sample]:
    """Run the scenarios of a replicate and measure them, in their order.

    Raises
    ------
    EngineError
        where the sources of the model have changed since the parent started.
    """
    if model_version() != task.model:
        raise EngineError("the model's source files changed while runs were going on; start again")
    samples = []
    twin: Observed | None = None
    seed = seed_of(task.scenarios[0], task.number)
    for scenario, outcome in run_together(task.scenarios, seed, threads=task.threads):
        observed = observed_of(scenario, outcome, FLOWS)
        twin = observed if twin is None and task.with_twins else twin
        samples.append(sample_of(observed, outcome.mean_gap, outcome.worst_balance, twin))
        if task.folder is not None:
            write_run(task.folder, f"{scenario.name}-r{task.number}", scenario, outcome, FLOWS, task.number, seed)
    return samples


def with_seed(scenario: Scenario, seed: int | None) -> Scenario:
    """The same scenario with another seed; None keeps its own.

    Raises
    ------
    EngineError
        for a seed out of bounds.
    """
    if seed is None:
        return scenario
    if not 0 <= seed < 2**63:
        raise EngineError(f"seed must be a whole number from 0 to 2^63-1, not {seed}")
    return scenario.model_copy(update={"seed": seed})


def compile_once(scenarios: Sequence[Scenario], progress: Progress) -> None:
    """Compile the kernels here, once, so that every worker finds them in the user's cache folder.

    A mark in that folder says that it is complete; where the compiler is switched off nothing is done.

    Parameters
    ----------
    scenarios : a short run of the largest plan among them calls every kernel
    progress : told before compiling, which takes about half a minute on two processors: a second process helps
    """
    if os.environ.get("NUMBA_DISABLE_JIT", "0") not in ("", "0"):
        return
    folder = Path(platformdirs.user_cache_dir("linkage_sim")) / f"code-{model_version()}"
    mark = folder / f"complete-numba{version('numba')}-python{sys.version_info[0]}.{sys.version_info[1]}"
    if mark.exists():
        return
    helped: contextlib.AbstractContextManager[None] = contextlib.nullcontext()
    with contextlib.suppress(OSError):  # where nothing can be kept, what another process compiles would not be found
        folder.mkdir(parents=True, exist_ok=True)
        helped = aside(_compile_the_rest, scenarios)
    progress("compiling (first time only)", 0, 0)
    with helped, _quick_compiling():
        short = _short(scenarios, 12)
        short.run()
        short.outcome()
    with contextlib.suppress(OSError):
        mark.touch()


def _short(scenarios: Sequence[Scenario], spin_up: int) -> Simulation:
    """A short run of the largest plan: it calls every kernel."""
    scenario = max(scenarios, key=lambda each: len(each.programme))
    line = scenario.timeline.model_copy(update={"spin_up": spin_up, "before": 0, "during": 12, "after": 1})
    return Simulation(scenario.model_copy(update={"timeline": line}), scenario.seed)


def _compile_the_rest(scenarios: Sequence[Scenario]) -> None:
    """Trade and selling on, acts, the record; then what a month comes to last: what another process compiles from the beginning meets it.

    In this order both are done at about the same time.
    """
    with _quick_compiling():
        short = _short(scenarios, 0)
        whole, record, programme = short.context.whole, short.recorder.held, short.context.programme
        assert programme is not None
        addresses_of((passes.alone, sell.alone), whole)
        addresses_of((live_acts,), whole, programme.held)
        addresses_of((RECORD,), whole, record)
        addresses_of(tuple(reversed(ALONE)), whole)


def _told_to_nobody(told: Any) -> None:
    """In place of what tells whoever listens to the compiler."""


@contextlib.contextmanager
def _quick_compiling() -> Iterator[None]:
    """Spare the compiler three detours, a third of its time.

    Python looks for garbage less often, since most of what a compiler makes stays. Numba compares its options, which it does
    three hundred thousand times, by those that are not as usual instead of all. And nobody is told that it takes and gives back its lock.
    """
    before = gc.get_threshold()

    def unusual(one: Any) -> dict[str, Any]:
        return {name: value for name, value in one._values.items() if value != one.options[name].default}

    def same(one: Any, other: Any) -> Any:
        if not isinstance(other, TargetConfig):
            return NotImplemented
        return one._values == other._values or (one.options.keys() == other.options.keys() and unusual(one) == unusual(other))

    gc.set_threshold(50_000, 20, 50)
    try:
        equal = mock.patch.multiple(TargetConfig, __eq__=same, __hash__=lambda one: hash(type(one)))
        with equal, mock.patch.object(event, "broadcast", _told_to_nobody):
            yield
    finally:
        gc.set_threshold(*before)


def remove_parts(folder: Path) -> None:
    """Remove what stopped workers left half written in a folder of runs."""
    for part in folder.glob(".*.part"):
        shutil.rmtree(part, ignore_errors=True)
