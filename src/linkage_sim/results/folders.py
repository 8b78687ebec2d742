"""Run folders: one run, whole and re-runnable from itself; written under a temporary name, then renamed."""

from __future__ import annotations

import contextlib
import datetime
import hashlib
import json
import os
import platform
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from linkage_sim import __version__
from linkage_sim.errors import ResultsError
from linkage_sim.results.observed import Observed
from linkage_sim.scenario.scenario import Scenario

if TYPE_CHECKING:
    import pandas as pd

FORMAT = 1
LARGEST_GAP = 0.05
"""Share; a run whose price decided on and price cleared differ by more on average is flagged (model 4)."""
MANIFEST, SCENARIO, MONTHLY, BOOKS, HOUSEHOLDS, FIRMS, ROUTES = (
    "manifest.json",
    "scenario.yaml",
    "monthly.parquet",
    "books.parquet",
    "households.parquet",
    "firms.parquet",
    "routes.parquet",
)


class OutcomeLike(Protocol):
    """What the engine leaves behind (`linkage_sim.engine.Outcome`)."""

    @property
    def names(self) -> tuple[str, ...]: ...
    @property
    def monthly(self) -> NDArray[np.float64]: ...
    @property
    def flows(self) -> NDArray[np.float64]: ...
    @property
    def households(self) -> NDArray[Any]: ...
    @property
    def firms(self) -> NDArray[Any]: ...
    @property
    def routes(self) -> NDArray[Any]: ...
    @property
    def programme(self) -> dict[str, Any]: ...
    @property
    def worst_balance(self) -> float: ...
    @property
    def mean_gap(self) -> float: ...
    @property
    def events(self) -> tuple[tuple[int, str], ...]: ...


class FlowLike(Protocol):
    """A kind of movement in the books (`linkage_sim.books.Flow`)."""

    @property
    def name(self) -> str: ...
    @property
    def unit(self) -> str: ...
    @property
    def source(self) -> str: ...
    @property
    def target(self) -> str: ...


def observed_of(scenario: Scenario, outcome: OutcomeLike, flows: Sequence[FlowLike]) -> Observed:
    """Make a run ready to be measured."""
    line = scenario.timeline
    return Observed(
        outcome.names,
        outcome.monthly,
        tuple(flow.name for flow in flows),
        outcome.flows,
        outcome.households,
        outcome.programme,
        line.before,
        line.during,
        outcome.firms,
        outcome.routes,
    )


@dataclass(frozen=True)
class Run:
    """A run folder, read when asked.

    Parameters
    ----------
    path : the folder
    manifest : versions, seeds, hashes, what the programme did, how well books and prices closed
    """

    path: Path
    manifest: dict[str, Any]

    @cached_property
    def scenario(self) -> Scenario:
        """The scenario as it was run, every value filled in."""
        from linkage_sim.scenario.load import load_scenario

        self._whole(SCENARIO)
        return load_scenario(self.path / SCENARIO)

    @cached_property
    def monthly(self) -> pd.DataFrame:
        """Declared columns, one row a recorded month; the index is the month, 0 is a January."""
        return self._frame(MONTHLY).set_index("month")

    @cached_property
    def books(self) -> pd.DataFrame:
        """Kg and USD moved each month, one column for every kind of flow."""
        return self._frame(BOOKS).set_index("month")

    @cached_property
    def households(self) -> pd.DataFrame:
        """One row a household: who they are and what they earned before, during and after the programme."""
        if HOUSEHOLDS not in self.manifest["files"]:
            raise ResultsError(f"{self.path}: this run kept no households")
        return self._frame(HOUSEHOLDS)

    @cached_property
    def firms(self) -> pd.DataFrame:
        """One row a firm: linkages when the programme left and at the end, seasons after exit in which it invested."""
        return self._frame(FIRMS)

    @cached_property
    def routes(self) -> pd.DataFrame:
        """One row a firm and village: linkages at exit, later and at the end, and those that hold by themselves."""
        return self._frame(ROUTES)

    @property
    def observed(self) -> Observed:
        """The run, ready to be measured."""
        monthly, books = self.monthly, self.books
        kept = self.households.to_records(index=False) if HOUSEHOLDS in self.manifest["files"] else None
        return Observed(
            tuple(monthly.columns),
            monthly.to_numpy(),
            tuple(books.columns),
            books.to_numpy(),
            kept,
            self.manifest["programme"],
            self.manifest["timeline"]["before"],
            self.manifest["timeline"]["during"],
            self.firms.to_records(index=False) if FIRMS in self.manifest["files"] else None,
            self.routes.to_records(index=False) if ROUTES in self.manifest["files"] else None,
        )

    def _whole(self, name: str) -> bytes:
        """Bytes of a file, checked against the manifest."""
        path = self.path / name
        try:
            content = path.read_bytes()
        except OSError as error:
            raise ResultsError(f"{path}: cannot be read ({error.strerror}); run the scenario again") from error
        if fingerprint(content) != self.manifest["files"].get(name):
            raise ResultsError(f"{path}: is not what this run wrote (damaged or edited); run the scenario again")
        return content

    def _frame(self, name: str) -> pd.DataFrame:
        import pyarrow as pa
        import pyarrow.parquet as pq

        try:
            return pq.read_table(pa.BufferReader(self._whole(name))).to_pandas()  # type: ignore[no-any-return]
        except (pa.ArrowException, OSError) as error:
            raise ResultsError(f"{self.path / name}: cannot be read as Parquet ({error}); run the scenario again") from error


def fingerprint(content: bytes) -> str:
    """Sixteen hex digits of a file's bytes."""
    return hashlib.blake2b(content, digest_size=8).hexdigest()


def run_name(scenario: Scenario, replicate: int) -> str:
    """Name of a run's folder: ``<name>-<hash>-s<seed>``, and ``-r<replicate>`` for all but the first."""
    name = f"{scenario.name}-{scenario.hash()[:8]}-s{scenario.seed}"
    return name if replicate == 0 else f"{name}-r{replicate}"


def write_run(
    out: Path,
    name: str,
    scenario: Scenario,
    outcome: OutcomeLike,
    flows: Sequence[FlowLike],
    replicate: int,
    world_seed: int,
) -> Path:
    """Write a run folder; it appears under its name only when it is whole.

    Parameters
    ----------
    out : folder of runs; made where it is missing
    name : of the run folder; one that is there already is replaced
    flows : what the columns of ``outcome.flows`` are
    replicate, world_seed : its place in a series of worlds, and the seed that follows from it

    Raises
    ------
    ResultsError
        where the folder cannot be written.
    """
    from linkage_sim.scenario.load import dump_scenario

    months = np.arange(len(outcome.monthly), dtype=np.int32)
    files = {
        SCENARIO: dump_scenario(scenario).encode(),
        MONTHLY: _parquet(months, outcome.names, outcome.monthly, {}),
        BOOKS: _parquet(
            months,
            [flow.name for flow in flows],
            outcome.flows,
            {flow.name: {"unit": flow.unit, "source": flow.source, "target": flow.target} for flow in flows},
        ),
        HOUSEHOLDS: _record_parquet(outcome.households),
        FIRMS: _record_parquet(outcome.firms),
        ROUTES: _record_parquet(outcome.routes),
    }
    manifest = _manifest(scenario, outcome, replicate, world_seed)
    manifest["files"] = {file: fingerprint(content) for file, content in files.items()}
    files[MANIFEST] = (json.dumps(manifest, indent=1, allow_nan=False) + "\n").encode()
    with new_folder(out, name) as folder:
        for file, content in files.items():
            (folder / file).write_bytes(content)
    return out / name


def _manifest(scenario: Scenario, outcome: OutcomeLike, replicate: int, world_seed: int) -> dict[str, Any]:
    from linkage_sim.compiled import model_version

    line = scenario.timeline
    return {
        "format": FORMAT,
        "created": now(),
        "package_version": __version__,
        "model_version": model_version(),
        "python": platform.python_version(),
        "numpy": np.__version__,
        "numba": version("numba"),
        "name": scenario.name,
        "title": scenario.title,
        "seed": scenario.seed,
        "replicate": replicate,
        "world_seed": str(world_seed),
        "scenario_hash": scenario.hash(),
        "world_hash": scenario.world_hash(),
        "timeline": {"spin_up": line.spin_up, "before": line.before, "during": line.during, "after": line.after},
        "households": len(outcome.households),
        "books_worst": outcome.worst_balance,
        "quote_gap": outcome.mean_gap,
        "flagged": outcome.mean_gap > LARGEST_GAP,
        "programme": outcome.programme,
        "events": [{"month": month, "event": name} for month, name in outcome.events],
    }


def now() -> str:
    """Date and time to the second, with the zone."""
    return datetime.datetime.now().astimezone().isoformat(timespec="seconds")


def _parquet(months: NDArray[np.int32], names: Sequence[str], values: NDArray[np.float64], notes: dict[str, dict[str, str]]) -> bytes:
    """Parquet bytes of monthly columns; the same values always give the same bytes."""
    import pyarrow as pa

    fields = [pa.field("month", pa.int32())]
    fields += [pa.field(name, pa.float64(), metadata=notes.get(name)) for name in names]
    columns = [pa.array(months), *(pa.array(np.ascontiguousarray(values[:, number])) for number in range(len(names)))]
    return parquet_bytes(pa.Table.from_arrays(columns, schema=pa.schema(fields)))


def _record_parquet(records: NDArray[Any]) -> bytes:
    import pyarrow as pa

    names = records.dtype.names or ()
    return parquet_bytes(pa.table({name: np.ascontiguousarray(records[name]) for name in names}))


def parquet_bytes(table: Any) -> bytes:
    """Parquet of a table of Arrow; the same values always give the same bytes."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    sink = pa.BufferOutputStream()
    few = [field.name for field in table.schema if not pa.types.is_floating(field.type)]  # numbers that hardly ever come twice need no list
    pq.write_table(table, sink, compression="zstd", use_dictionary=few)
    return bytes(sink.getvalue())


@contextlib.contextmanager
def part_folder(out: Path, name: str) -> Iterator[Path]:
    """An empty folder beside where a result will stand, gone when the block ends, however it ends.

    Raises
    ------
    ResultsError
        where something in the block cannot be written.
    """
    part = out / f".{name}.{os.getpid()}.part"
    try:
        out.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir()
        yield part
    except OSError as error:
        raise ResultsError(
            f"{error.filename or out / name}: cannot be written ({error.strerror or error}); name another folder with --out"
        ) from error
    finally:
        shutil.rmtree(part, ignore_errors=True)


@contextlib.contextmanager
def new_folder(out: Path, name: str) -> Iterator[Path]:
    """A folder to fill that gets its name only when the block ends well; one that has the name is replaced."""
    with part_folder(out, name) as part:
        folder, old = part / "new", part / "old"
        folder.mkdir()
        yield folder
        if (out / name).exists():
            (out / name).rename(old)
        folder.rename(out / name)


def check_writable(out: Path) -> None:
    """Find out before long work, not after it, whether a folder can be written.

    Raises
    ------
    ResultsError
        where it cannot.
    """
    with part_folder(out, "check") as folder:
        (folder / MANIFEST).write_bytes(b"{}")


def open_run(path: str | Path) -> Run:
    """Open a run folder; tables are read, and checked against the manifest, when they are first asked for.

    Parameters
    ----------
    path : a folder that `write_run` wrote

    Raises
    ------
    ResultsError
        where it is missing, not a run folder, damaged, or of another format.
    """
    folder = Path(path)
    if not folder.is_dir():
        raise ResultsError(f"{folder}: there is no such folder")
    manifest = read_json(folder / MANIFEST, "not a run folder")
    if manifest.get("format") != FORMAT:
        raise ResultsError(f"{folder / MANIFEST}: format {manifest.get('format')!r}, this version of linkage_sim reads format {FORMAT}")
    missing = [key for key in ("files", "model_version", "timeline", "programme", "replicate", "seed") if key not in manifest]
    if missing:
        raise ResultsError(f"{folder / MANIFEST}: damaged, {', '.join(missing)} missing; run the scenario again")
    for name in manifest["files"]:
        if not (folder / name).is_file():
            raise ResultsError(f"{folder / name}: is missing; run the scenario again")
    return Run(folder, manifest)


def read_json(path: Path, otherwise: str) -> dict[str, Any]:
    """Read a JSON file that holds one mapping.

    Raises
    ------
    ResultsError
        where it is missing (``otherwise`` says what the folder then is not), unreadable or no mapping.
    """
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ResultsError(f"{path.parent}: {otherwise}, {path.name} is missing") from error
    except (OSError, ValueError) as error:
        raise ResultsError(f"{path}: damaged or unreadable ({error})") from error
    if not isinstance(data, dict):
        raise ResultsError(f"{path}: damaged, it holds no mapping")
    return data
