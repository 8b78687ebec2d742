"""The sweep folder: parts that survive a kill at any moment, and the table made of them."""

from __future__ import annotations

import contextlib
import json
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from linkage_sim.errors import ResultsError
from linkage_sim.experiments.sweep.batch import Row
from linkage_sim.experiments.sweep.design import FORMAT
from linkage_sim.experiments.sweep.lock import FolderLock
from linkage_sim.results.folders import parquet_bytes, read_json

if TYPE_CHECKING:
    import pandas as pd

DESIGN, TABLE, PARTS, SCENARIOS = "design.json", "table.parquet", "parts", "scenarios"
FLUSH_SECONDS = 1.0
"""What was done since the last part was written is done again after a kill; this long at most."""
MANY_PARTS = 200
"""So many parts are made one when a folder is opened."""


class Store:
    """Rows of a sweep on disk; used as a context that holds the folder's lock and writes what is left at its end.

    A part is written beside its place, forced to disk and renamed, so it is whole or not there. One that is damaged
    all the same is put aside and its runs are done again.

    Parameters
    ----------
    folder : made where it is missing
    design : all of ``design.json``
    tell : told, in a line, what went wrong while the sweep goes on
    """

    def __init__(self, folder: Path, design: Mapping[str, Any], tell: Callable[[str], None]) -> None:
        self.folder, self.design, self.tell = folder, design, tell
        self.outcomes = [each["name"] for each in design["outcomes"]]
        self.rows: dict[str, Row] = {}
        self._new: list[Row] = []
        self._lock = FolderLock(folder)
        self._last = -FLUSH_SECONDS
        self._next = 1
        self._is_stuck = False

    def __enter__(self) -> Store:
        with _said(self.folder):
            (self.folder / PARTS).mkdir(parents=True, exist_ok=True)
            self._lock.__enter__()
            try:
                self._open()
            except BaseException:
                self._lock.__exit__(None, None, None)
                raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        try:
            self.flush()
            if self._new and error is None:
                raise ResultsError(f"{self.folder}: {len(self._new)} runs could not be written; free some space and start again")
        finally:
            self._lock.__exit__(None, None, None)

    @property
    def done(self) -> set[str]:
        """Keys of runs that need not be done again; those lost for want of a process are tried once more."""
        return {key for key, row in self.rows.items() if not row.lost}

    def add(self, rows: Sequence[Row]) -> None:
        """Keep rows; now and then they are written."""
        self.rows.update((row.key, row) for row in rows)
        self._new += rows
        if time.monotonic() - self._last >= FLUSH_SECONDS:
            self.flush()

    def flush(self) -> None:
        """Write what is new as a part; where that fails it is said once, kept in memory and tried again later."""
        self._last = time.monotonic()
        if not self._new:
            return
        try:
            self._write_part(self._new)
        except OSError as error:
            if not self._is_stuck:
                self.tell(f"{self.folder}: cannot be written ({error.strerror or error}); the sweep goes on and tries again")
            self._is_stuck = True
            return
        if self._is_stuck:
            self.tell(f"{self.folder}: written again, nothing was lost")
        self._is_stuck, self._new = False, []

    def write_design(self, scenarios: Mapping[str, str]) -> None:
        """Write ``design.json`` and the scenarios before anything is varied, where they are not there yet.

        Parameters
        ----------
        scenarios : text of each by its name
        """
        files = {DESIGN: json.dumps(self.design, indent=1, allow_nan=False) + "\n"}
        files |= {f"{SCENARIOS}/{name}.yaml": text for name, text in scenarios.items()}
        with _said(self.folder):
            (self.folder / SCENARIOS).mkdir(exist_ok=True)
            for name, text in files.items():
                path = self.folder / name
                if not path.is_file() or path.read_bytes() != text.encode():
                    _replace(path, text.encode())

    def write_table(self, content: bytes) -> None:
        """Put the finished table in its place."""
        with _said(self.folder):
            _replace(self.folder / TABLE, content)

    # --- parts ----------------------------------------------------------------------------------------

    def _open(self) -> None:
        """Take in the parts that are there."""
        parts = sorted((self.folder / PARTS).glob("part-*.parquet"))
        for left in (self.folder / PARTS).glob(".*"):
            left.unlink()
        whole: list[Path] = []
        for part in parts:
            self._next = max(self._next, int(part.stem.partition("-")[2]) + 1)
            try:
                rows = list(self._read_part(part))
            except Exception as error:  # a damaged file shows itself in many ways
                part.rename(part.with_suffix(".damaged"))
                self.tell(f"{part}: damaged ({' '.join(str(error).split())[:80]}), put aside; its runs are done again")
                continue
            whole.append(part)
            self.rows.update((row.key, row) for row in rows)
        if len(whole) > MANY_PARTS:
            self._write_part(list(self.rows.values()))
            for part in whole:
                part.unlink()

    def _read_part(self, path: Path) -> Iterator[Row]:
        import pyarrow.parquet as pq

        data = pq.read_table(path).to_pydict()
        levels = list(zip(*(data[name] for name in self.outcomes), strict=True))
        about = zip(data["key"], data["point"], data["replicate"], data["scenario"], data["error"], data["lost"], strict=True)
        names = self.design["scenarios"]
        for (key, point, replicate, scenario, error, lost), own in zip(about, levels, strict=True):
            yield Row(key, point, replicate, names.index(scenario), own, error, lost)

    def _write_part(self, rows: Sequence[Row]) -> None:
        import pyarrow as pa

        names = self.design["scenarios"]
        columns: dict[str, Any] = {
            "key": pa.array([row.key for row in rows], pa.string()),
            "point": pa.array([row.point for row in rows], pa.int64()),
            "replicate": pa.array([row.replicate for row in rows], pa.int64()),
            "scenario": pa.array([names[row.place] for row in rows], pa.string()),
        }
        columns |= {name: pa.array([row.levels[place] for row in rows], pa.float64()) for place, name in enumerate(self.outcomes)}
        columns["error"] = pa.array([row.error for row in rows], pa.string())
        columns["lost"] = pa.array([row.lost for row in rows], pa.bool_())
        _replace(self.folder / PARTS / f"part-{self._next:06d}.parquet", parquet_bytes(pa.table(columns)))
        self._next += 1


def _replace(path: Path, content: bytes) -> None:
    """Put a file in its place, whole or not at all, and safe from a loss of power."""
    part = path.with_name(f".{path.name}.part")
    try:
        with part.open("wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        part.replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            part.unlink()
        raise
    if os.name == "posix":
        descriptor = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


@contextlib.contextmanager
def _said(folder: Path) -> Iterator[None]:
    """Turn what the system says about a folder into one clear error."""
    try:
        yield
    except OSError as error:
        raise ResultsError(
            f"{error.filename or folder}: cannot be written ({error.strerror or error}); name another folder with --out"
        ) from error


def read_table(folder: str | Path) -> tuple[dict[str, Any], pd.DataFrame]:
    """Design and table of a finished sweep.

    Parameters
    ----------
    folder : a sweep folder

    Returns
    -------
    design : all of ``design.json``
    table : one row for every point, replicate and scenario, in this order

    Raises
    ------
    ResultsError
        where it is no sweep folder, not finished, or damaged.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    path = Path(folder)
    if not path.is_dir():
        raise ResultsError(f"{path}: there is no such folder")
    design = read_json(path / DESIGN, "not a sweep folder")
    if design.get("format") != FORMAT or "factors" not in design:
        raise ResultsError(f"{path / DESIGN}: format {design.get('format')!r}, this version of linkage_sim reads sweeps of format {FORMAT}")
    try:
        table = pq.read_table(path / TABLE).to_pandas()
    except FileNotFoundError as error:
        raise ResultsError(f"{path}: this sweep is not finished; give the same command again and it goes on") from error
    except (pa.ArrowException, OSError) as error:
        raise ResultsError(f"{path / TABLE}: cannot be read as Parquet ({error}); give the sweep's command again") from error
    return design, table
