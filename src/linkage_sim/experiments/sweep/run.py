"""A sweep from its design file to its table: what is done is kept, what fails is a row, what is missing is lived."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from linkage_sim.errors import EngineError, LinkageError
from linkage_sim.experiments.executors import KEEP_DYING, Progress, silent
from linkage_sim.experiments.sweep.batch import Cell, Row, live_batch, lost_rows, where_of
from linkage_sim.experiments.sweep.design import read_design
from linkage_sim.experiments.sweep.engines import Engine, engine_of
from linkage_sim.experiments.sweep.plan import Plan, Queue, planned
from linkage_sim.experiments.sweep.store import Store, read_table
from linkage_sim.experiments.worker import compile_once
from linkage_sim.results.folders import check_writable, parquet_bytes
from linkage_sim.scenario.load import dump_scenario

if TYPE_CHECKING:
    import pandas as pd

MOST_DEATHS = 20
"""Processes that die one after the other, none doing anything, before a sweep is stopped: then it is not one run's fault."""


@dataclass(frozen=True)
class Swept:
    """A finished sweep.

    Parameters
    ----------
    folder : the sweep folder
    runs : rows of the table
    lived : runs lived this time; the others were there already
    failed : rows that failed, by their error
    warnings : what is suspicious about the design
    """

    folder: Path
    runs: int
    lived: int
    failed: Mapping[str, Sequence[str]]
    warnings: tuple[str, ...]

    @property
    def failures(self) -> int:
        """How many rows failed."""
        return sum(len(rows) for rows in self.failed.values())


def sweep(
    file: str | Path,
    replicates: int | None = None,
    jobs: int | None = None,
    engine: str = "local",
    out: str | Path = "results",
    progress: Progress | None = None,
) -> pd.DataFrame:
    """Run a sweep, or go on with one that was stopped, and give its table.

    Parameters
    ----------
    file : a design file (docs/sweeps.md)
    replicates : worlds instead of those of the file
    jobs : processes; None for one a processor. The table does not depend on it
    engine : ``local``, ``dask``, or the address of a Dask scheduler such as ``tcp://host:8786``
    out : folder of results
    progress : told how far it is

    Returns
    -------
    pandas.DataFrame
        One row for every point, replicate and scenario (see `read_table`); ``attrs["folder"]`` is the sweep folder.

    Raises
    ------
    ScenarioError, EngineError, ResultsError
        for files that are wrong, an engine that is not there, a folder that cannot be written. What was done is kept.
    """
    found = swept(file, replicates, jobs, engine, out, progress)
    _, table = read_table(found.folder)
    table.attrs["folder"] = str(found.folder)
    return table


def swept(
    file: str | Path,
    replicates: int | None = None,
    jobs: int | None = None,
    engine: str = "local",
    out: str | Path = "results",
    progress: Progress | None = None,
) -> Swept:
    """Run a sweep as `sweep` does, and say what became of it."""
    told = silent if progress is None else progress
    design = read_design(file, replicates)
    check_writable(Path(out))
    plan = planned(design, told)
    folder = Path(out) / design.folder
    with Store(folder, design.described(), tell) as store:
        store.write_design({scenario.name: dump_scenario(scenario) for scenario in design.scenarios})
        cells = plan.cells(store.done)
        if cells:
            if "://" not in engine:
                compile_once(design.scenarios, told)
            with engine_of(engine, jobs, len(cells)) as workers:
                try:
                    lived = _live(workers, plan, cells, store, told)
                except KeyboardInterrupt:
                    raise KeyboardInterrupt(f"{len(store.done)} runs are kept in {folder}; the same command goes on") from None
        else:
            lived = 0
        store.flush()
        store.write_table(parquet_bytes(tabled(plan, store.rows)))
        failed = _failures(plan, store.rows)
    return Swept(folder, design.points * design.replicates * len(design.scenarios), lived, failed, design.warnings)


def tell(line: str) -> None:
    """One line for whoever watches, while the work goes on."""
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


def _live(workers: Engine, plan: Plan, cells: Sequence[Cell], store: Store, progress: Progress) -> int:
    """Live the cells that are missing; how many runs that were.

    Raises
    ------
    LinkageError
        where workers cannot work at all.
    """
    queue = Queue(plan, cells, workers.attempts)
    total = sum(wanted for cell in cells for _, _, wanted in cell.runs)
    done, deaths, first_failure = 0, 0, True
    there = len(store.done)
    if there:
        tell(f"{there} runs are there already; {total} are to be done")
    progress("runs", 0, total)
    for batch, answer in workers.each(live_batch, queue.take):
        if answer.error is not None:
            raise answer.error if isinstance(answer.error, LinkageError) else _unexpected(answer.error)
        deaths = deaths + 1 if answer.died else 0
        if deaths >= MOST_DEATHS:
            raise EngineError(f"{KEEP_DYING}: {deaths} in a row; what was finished is kept")
        if answer.died:
            rows = [row for cell in queue.died(batch) for row in lost_rows(cell, len(plan.design.outcomes), KEEP_DYING)]
            tell("a worker process died; its runs are sent again" if not rows else f"a cell was given up: {KEEP_DYING}")
        else:
            assert answer.value is not None
            rows = list(answer.value.rows)
            queue.took(batch, answer.value.seconds)
        bad = [row for row in rows if row.error is not None]
        if bad and first_failure:
            first_failure = False
            tell(f"a run failed and the sweep goes on: {where_of(bad[0], plan.design.described()['scenarios'])}: {bad[0].error}")
        store.add(rows)
        done += len(rows)
        progress("runs", done, total)
    return done


def _unexpected(error: Exception) -> LinkageError:
    return EngineError(f"a worker cannot work: {type(error).__name__}: {error}; what was finished is kept")


def tabled(plan: Plan, rows: Mapping[str, Row]) -> Any:
    """Columns of the table: every point, replicate and scenario in this order, the same whatever came first.

    Parameters
    ----------
    rows : of all runs, by key
    """
    import pyarrow as pa

    design = plan.design
    places = sorted(range(len(design.scenarios)), key=lambda place: design.scenarios[place].name)
    where: list[tuple[int, int, int]] = []
    found: list[Row] = []
    twins: list[Row] = []
    for point in range(design.points):
        for replicate in range(design.replicates):
            own = [rows[plan.key(point, replicate, place)] for place in range(len(places))]
            for place in places:
                where.append((point, replicate, place))
                found.append(own[place])
                twins.append(own[0])
    sizes = design.values[[point for point, _, _ in where]]
    columns: dict[str, Any] = {
        "point": pa.array([point for point, _, _ in where], pa.int64()),
        "replicate": pa.array([replicate for _, replicate, _ in where], pa.int64()),
        "scenario": pa.array([design.scenarios[place].name for _, _, place in where], pa.string()),
    }
    columns |= {factor.path: pa.array(sizes[:, number]) for number, factor in enumerate(design.factors)}
    described = design.described()["outcomes"]
    for number, outcome in enumerate(described):
        columns[outcome["name"]] = pa.array([row.levels[number] for row in found], pa.float64())
    for number, outcome in enumerate(described):
        if outcome["gain"] and len(places) > 1:
            gains = [_gap(row.levels[number], twin.levels[number]) for row, twin in zip(found, twins, strict=True)]
            columns[f"gain.{outcome['name']}"] = pa.array(gains, pa.float64())
    columns["key"] = pa.array([row.key for row in found], pa.string())
    columns["failed"] = pa.array([row.error is not None for row in found], pa.bool_())
    columns["error"] = pa.array([row.error for row in found], pa.string())
    return pa.table(columns)


def _gap(own: float | None, base: float | None) -> float | None:
    return None if own is None or base is None else own - base


def _failures(plan: Plan, rows: Mapping[str, Row]) -> dict[str, list[str]]:
    """Where runs failed, by their error, in the order of the table."""
    found: dict[str, list[str]] = {}
    design = plan.design
    names = [scenario.name for scenario in design.scenarios]
    bad = {key: row for key, row in rows.items() if row.error is not None}
    if not bad:
        return found
    for point in range(design.points):
        for replicate in range(design.replicates):
            for place in range(len(names)):
                row = bad.get(plan.key(point, replicate, place))
                if row is not None:
                    found.setdefault(str(row.error), []).append(f"point {point}, replicate {replicate}, {names[place]}")
    return found
