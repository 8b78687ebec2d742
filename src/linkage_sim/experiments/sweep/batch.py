"""What a worker does: live some runs of a sweep and measure them; a run that fails is a row that says why."""

from __future__ import annotations

import itertools
import pickle
import time
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from linkage_sim.books import FLOWS
from linkage_sim.compiled import model_version
from linkage_sim.engine import run_together, seed_of
from linkage_sim.errors import EngineError
from linkage_sim.experiments.sweep.outcomes import levels_of
from linkage_sim.results.folders import observed_of
from linkage_sim.results.observed import Level, Observed
from linkage_sim.scenario.scenario import Scenario

LONGEST_ERROR = 500


@dataclass(frozen=True)
class Bases:
    """Scenarios of a sweep before anything is varied.

    Parameters
    ----------
    data : resolved scenarios, the baseline first
    varied : for each scenario the factors it has, as (number of the factor, keys of its path)
    """

    data: tuple[dict[str, Any], ...]
    varied: tuple[tuple[tuple[int, tuple[str, ...]], ...], ...]

    def at(self, place: int, values: Sequence[Any]) -> dict[str, Any]:
        """Plain data of a scenario at a point; what is not varied is shared with the base.

        Parameters
        ----------
        place : number of the scenario
        values : of all factors
        """
        found: Any = self.data[place]
        for number, keys in self.varied[place]:
            found = _put(found, keys, values[number])
        return found  # type: ignore[no-any-return]

    def scenario(self, place: int, values: Sequence[Any]) -> Scenario:
        """A scenario at a point.

        Raises
        ------
        pydantic.ValidationError
            where values do not fit together.
        """
        found = self.at(place, values)
        return Scenario.model_validate({name: found[name] for name in self._moved(place)} | self._common[place])

    def hash(self, place: int, scenario: Scenario) -> str:
        """Hash of a scenario at a point."""
        return scenario.hash(self._texts[place])

    def packed(self) -> bytes:
        """Small enough to travel with every batch."""
        return zlib.compress(pickle.dumps(Bases(self.data, self.varied)))

    def _moved(self, place: int) -> set[str]:
        """Entries of a scenario in which something is varied."""
        return {keys[0] for _, keys in self.varied[place]}

    @cached_property
    def _common(self) -> tuple[dict[str, Any], ...]:
        """All other entries of each scenario, checked once; what several have in common is one object."""
        found: list[dict[str, Any]] = []
        for place, data in enumerate(self.data):
            whole = Scenario.model_validate(data)
            own = {name: getattr(whole, name) for name in Scenario.model_fields if name not in self._moved(place)}
            found.append({name: next((each[name] for each in found if each.get(name) == value), value) for name, value in own.items()})
        return tuple(found)

    @cached_property
    def _texts(self) -> tuple[dict[str, str], ...]:
        """Their lines in a hash."""
        return tuple(Scenario.model_validate(data).texts(*own) for data, own in zip(self.data, self._common, strict=True))


def _put(data: Any, keys: tuple[str, ...], value: Any) -> Any:
    """A copy with one value set; a list is asked by number."""
    if not keys:
        return value
    if isinstance(data, (list, tuple)):
        items = list(data)
        items[int(keys[0])] = _put(items[int(keys[0])], keys[1:], value)
        return items
    return {**data, keys[0]: _put(data.get(keys[0]), keys[1:], value)}


@lru_cache(maxsize=2)
def _unpacked(packed: bytes) -> Bases:
    found = pickle.loads(zlib.decompress(packed))
    assert isinstance(found, Bases)
    return found


@dataclass(frozen=True)
class Cell:
    """One point in one world.

    Parameters
    ----------
    values : of all factors, as scenarios take them
    runs : (number of the scenario, key of the run, whether its row is wanted); where outcomes are measured against
        the baseline, that comes first
    attempt : how often the process died that was to live it
    """

    point: int
    replicate: int
    values: tuple[Any, ...]
    runs: tuple[tuple[int, str, bool], ...]
    attempt: int = 0


@dataclass(frozen=True)
class Batch:
    """Some cells for one worker.

    Parameters
    ----------
    model : version of the model in the parent; the worker must have the same
    bases : packed `Bases`
    outcomes : what is kept of each run
    against_twin : whether some of it needs the baseline's households
    """

    model: str
    bases: bytes
    outcomes: tuple[str, ...]
    against_twin: bool
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Row:
    """What became of one run.

    Parameters
    ----------
    levels : outcomes; all None where it failed
    error : one line, None where it did not fail
    lost : it failed for want of a process or memory, so it is worth another try
    """

    key: str
    point: int
    replicate: int
    place: int
    levels: tuple[Level, ...]
    error: str | None = None
    lost: bool = False


@dataclass(frozen=True)
class Lived:
    """Rows of a batch, and the seconds it took."""

    rows: tuple[Row, ...]
    seconds: float


def live_batch(batch: Batch) -> Lived:
    """Live the runs of a batch; those of one world share their spin-up.

    Raises
    ------
    EngineError
        where the worker has another version of the model.
    """
    if model_version() != batch.model:
        raise EngineError(
            f"a worker has model version {model_version()}, this is {batch.model}: its source files differ or changed; "
            "give all the same version of linkage_sim and start again"
        )
    start = time.perf_counter()
    rows: list[Row] = []
    for _, cells in itertools.groupby(batch.cells, key=lambda cell: cell.replicate):
        rows += _lived([(cell, place, key, wanted) for cell in cells for place, key, wanted in cell.runs], batch)
    return Lived(tuple(rows), time.perf_counter() - start)


_One = tuple[Cell, int, str, bool]


def _lived(runs: list[_One], batch: Batch) -> Iterator[Row]:
    """Rows of runs with one seed; after one that fails the others go on."""
    bases = _unpacked(batch.bases)
    twins: dict[int, Observed] = {}
    while runs:
        done = 0
        try:
            seed = seed_of(bases.scenario(*_which(runs[0])), runs[0][0].replicate)
            for scenario, outcome in run_together((bases.scenario(*_which(run)) for run in runs), seed, worlds=len(bases.data)):
                cell, place, key, wanted = runs[done]
                observed = observed_of(scenario, outcome, FLOWS)
                if batch.against_twin and place == 0:
                    twins[cell.point] = observed
                row = Row(key, cell.point, cell.replicate, place, levels_of(batch.outcomes, observed, twins.get(cell.point)))
                done += 1
                if wanted:
                    yield row
            return
        except Exception as error:  # whatever a run raises is its own row; the sweep goes on
            cell, place, key, wanted = runs[done]
            nothing = (None,) * len(batch.outcomes)
            if wanted:
                yield Row(key, cell.point, cell.replicate, place, nothing, in_a_line(error), isinstance(error, MemoryError))
            runs = runs[done + 1 :]


def _which(run: _One) -> tuple[int, Sequence[Any]]:
    return run[1], run[0].values


def in_a_line(error: BaseException) -> str:
    """What was raised, on one line of bounded length."""
    text = " ".join(f"{type(error).__name__}: {error}".split())
    return text if len(text) <= LONGEST_ERROR else f"{text[:LONGEST_ERROR]}..."


def lost_rows(cell: Cell, outcomes: int, why: str) -> list[Row]:
    """Rows of a cell whose process kept dying."""
    return [Row(key, cell.point, cell.replicate, place, (None,) * outcomes, why, lost=True) for place, key, wanted in cell.runs if wanted]


def where_of(row: Row, names: Sequence[str]) -> str:
    """Point, world and scenario of a row in words."""
    return f"point {row.point}, replicate {row.replicate}, {names[row.place]}"


def shown_values(values: Mapping[str, Any]) -> str:
    """Values of factors in words: the first few."""
    words = [f"{name.rpartition('.')[2]} {value:.4g}" if isinstance(value, float) else f"{name} {value}" for name, value in values.items()]
    return ", ".join(words[:4]) + (", ..." if len(words) > 4 else "")
