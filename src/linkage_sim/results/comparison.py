"""Comparison folders: paired results of several scenarios, with their report."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from linkage_sim.errors import ResultsError
from linkage_sim.results.evaluation import EVALUATION_COLUMNS, evaluation_rows
from linkage_sim.results.folders import part_folder, read_json

if TYPE_CHECKING:
    import pandas as pd

FORMAT = 1
JSON, CSV, EVALUATION, REPORT = "comparison.json", "comparison.csv", "evaluation.csv", "report.html"
COLUMNS = ("scenario", "measure", "unit", "group", "mean", "low", "high", "share_better", "replicates")
"""Columns of ``comparison.csv``."""


@dataclass(frozen=True)
class Comparison:
    """Scenarios compared with a baseline, pair by pair.

    Parameters
    ----------
    folder : where it is written
    data : all of ``comparison.json``
    """

    folder: Path
    data: dict[str, Any]

    @property
    def report(self) -> Path:
        """The report, one HTML file."""
        return self.folder / REPORT

    @cached_property
    def frame(self) -> pd.DataFrame:
        """Tidy table: one row for every scenario, measure and group."""
        import pandas as pd

        return pd.DataFrame(self.data["rows"], columns=[*COLUMNS, "level"])

    @cached_property
    def evaluation(self) -> pd.DataFrame:
        """What evaluators without a twin would have reported of every scenario, beside the truth."""
        import pandas as pd

        return pd.DataFrame(evaluation_rows(self.data["rows"]), columns=list(EVALUATION_COLUMNS))

    def row(self, scenario: str, measure: str, group: str = "all") -> dict[str, Any] | None:
        """One row; None where it cannot be said."""
        return self._rows.get((scenario, measure, group))

    @cached_property
    def _rows(self) -> dict[tuple[str, str, str], dict[str, Any]]:
        return {(row["scenario"], row["measure"], row["group"]): row for row in self.data["rows"]}


def open_comparison(path: str | Path) -> Comparison:
    """Open a comparison folder.

    Raises
    ------
    ResultsError
        where it is missing, unfinished, damaged, or of another format.
    """
    folder = Path(path)
    if not folder.is_dir():
        raise ResultsError(f"{folder}: there is no such folder")
    data = read_json(folder / JSON, "not a finished comparison")
    if data.get("format") != FORMAT:
        raise ResultsError(f"{folder / JSON}: format {data.get('format')!r}, this version of linkage_sim reads format {FORMAT}")
    missing = [key for key in ("rows", "scenarios", "measures", "baseline", "replicates") if key not in data]
    if missing:
        raise ResultsError(f"{folder / JSON}: damaged, {', '.join(missing)} missing; compare again")
    return Comparison(folder, data)


def write_comparison(out: Path, name: str, data: dict[str, Any], write_report: Callable[[Path], Any]) -> Comparison:
    """Write a comparison folder; files move in only when all of them are whole, ``comparison.json`` last.

    Parameters
    ----------
    out, name : the folder; runs that it already holds stay
    data : plain data without NaN
    write_report : writes ``report.html`` into a folder that holds ``comparison.json``

    Raises
    ------
    ResultsError
        where it cannot be written.
    """
    with part_folder(out, name) as part:
        folder = part / name
        folder.mkdir()
        (folder / JSON).write_text(json.dumps(data, indent=1, allow_nan=False) + "\n", encoding="utf-8")
        (folder / CSV).write_bytes(csv_of(data["rows"]))
        (folder / EVALUATION).write_bytes(csv_of(evaluation_rows(data["rows"]), EVALUATION_COLUMNS))
        write_report(folder)
        (out / name).mkdir(exist_ok=True)
        for file in sorted(folder.iterdir(), key=lambda file: file.name == JSON):
            file.replace(out / name / file.name)
    return Comparison(out / name, data)


def csv_of(rows: list[dict[str, Any]], columns: Sequence[str] = COLUMNS) -> bytes:
    """The tidy table as CSV; the same rows always give the same bytes."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow(["" if row[column] is None else row[column] for column in columns])
    return text.getvalue().encode()
