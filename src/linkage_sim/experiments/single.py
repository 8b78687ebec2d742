"""One scenario: run it into a folder, or again from its folder."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from linkage_sim.books import FLOWS
from linkage_sim.compiled import model_version
from linkage_sim.engine import Outcome, Simulation, seed_of
from linkage_sim.errors import ResultsError
from linkage_sim.experiments.executors import Progress, Workers, jobs_for, silent
from linkage_sim.experiments.worker import compile_once, remove_parts, with_seed
from linkage_sim.results.folders import Run, check_writable, open_run, run_name, write_run
from linkage_sim.scenario.load import load_scenario
from linkage_sim.scenario.scenario import Scenario


def run(
    scenario: Scenario | str | Path,
    seed: int | None = None,
    replicate: int = 0,
    out: str | Path | None = None,
    threads: int = 1,
) -> Run:
    """Run one scenario and write its run folder.

    Parameters
    ----------
    scenario : resolved, or a scenario file
    seed : of the series of worlds; None for the scenario's own
    replicate : which world of that series
    out : folder of runs; None for ``results`` below the current folder
    threads : villages are shared out over threads; the result is the same for any number

    Returns
    -------
    Run
        With ``monthly``, ``books``, ``households``, ``manifest`` and ``scenario``.

    Raises
    ------
    ScenarioError, EngineError, ResultsError
        for a file that is wrong, a run that cannot be carried out, a folder that cannot be written.
    """
    chosen = with_seed(scenario if isinstance(scenario, Scenario) else load_scenario(scenario), seed)
    return open_run(_run_into(_Task(chosen, replicate, Path("results" if out is None else out), threads, "")))


@dataclass(frozen=True)
class _Task:
    scenario: Scenario
    replicate: int
    out: Path
    threads: int
    name: str


def _lived(task: _Task, seed: int, progress: Progress) -> Outcome:
    """What a run leaves behind; its state, which may be large, is gone before anything is written."""
    line = task.scenario.timeline
    simulation = Simulation(task.scenario, seed, threads=task.threads, in_place=True)
    for month in range(1 - line.spin_up, line.months + 1):
        simulation.run(until=month)
        progress("months", line.spin_up + month, line.spin_up + line.months)
    return simulation.outcome()


def _run_into(task: _Task, progress: Progress = silent) -> Path:
    seed = seed_of(task.scenario, task.replicate)
    outcome = _lived(task, seed, progress)
    name = task.name or run_name(task.scenario, task.replicate)
    return write_run(task.out, name, task.scenario, outcome, FLOWS, task.replicate, seed)


def run_replicates(
    scenario: Scenario,
    replicates: int,
    out: Path,
    *,
    jobs: int | None = None,
    threads: int = 1,
    progress: Progress = silent,
) -> list[Run]:
    """Run one scenario in several worlds, one run folder each."""
    check_writable(out)
    compile_once([scenario], progress)
    tasks = [_Task(scenario, number, out, threads, "") for number in range(replicates)]
    try:
        if len(tasks) == 1:  # then its months are what there is to tell of
            paths = [_run_into(tasks[0], progress)]
        else:
            with Workers(jobs_for(jobs, len(tasks))) as workers:
                paths = workers.run(_run_into, tasks, lambda done: progress("worlds", done, len(tasks)))
    finally:
        remove_parts(out)
    return [open_run(path) for path in paths]


@dataclass(frozen=True)
class Rerun:
    """A run made again.

    Parameters
    ----------
    run : the new folder
    differs : monthly columns in which any bit differs from the old one; empty where the two are identical
    """

    run: Run
    differs: Sequence[str]


def rerun(path: str | Path, out: str | Path | None = None, threads: int = 1) -> Rerun:
    """Run a run folder again from itself and compare the two bit by bit.

    Parameters
    ----------
    path : a run folder
    out : where the new folder goes; None for beside the old one. It is called as the old one, with ``-again``

    Raises
    ------
    ResultsError
        where the folder is missing or damaged, or was made by another version of the model.
    """
    old = open_run(path)
    if old.manifest["model_version"] != model_version():
        raise ResultsError(
            f"{old.path}: made by model version {old.manifest['model_version']}, this is {model_version()}; "
            "the rules have changed, so numbers may differ\n"
            f"    to run its scenario by the rules of today: linkage-sim run {old.path / 'scenario.yaml'}"
        )
    folder = old.path.resolve()
    target = folder.parent if out is None else Path(out)
    new = open_run(_run_into(_Task(old.scenario, old.manifest["replicate"], target, threads, f"{folder.name}-again")))
    before, after = old.monthly, new.monthly
    names = [name for name in before.columns if name not in after or not _same_bits(before[name], after[name])]
    return Rerun(new, names)


def _same_bits(one: object, other: object) -> bool:
    return np.asarray(one, dtype=np.float64).tobytes() == np.asarray(other, dtype=np.float64).tobytes()
