from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from linkage_sim.errors import ResultsError
from linkage_sim.results.comparison import COLUMNS, open_comparison, write_comparison

ROW = {
    "scenario": "plan", "measure": "income", "unit": "USD", "group": "all", "mean": 0.1, "low": 1 / 3, "high": 2.0,
    "share_better": None, "replicates": 2, "level": 5.0,
}  # fmt: skip
DATA: dict[str, Any] = {"format": 1, "rows": [ROW], "scenarios": [], "measures": {}, "baseline": "b", "replicates": 2}


def report(folder: Path) -> None:
    assert json.loads((folder / "comparison.json").read_text(encoding="utf-8")) == DATA
    assert folder.name == "valley-1"
    (folder / "report.html").write_text("<html>", encoding="utf-8")


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    written = write_comparison(tmp_path / "results", "valley-1", DATA, report)
    found = open_comparison(written.folder)
    assert found.data == DATA
    assert found.report.read_text(encoding="utf-8") == "<html>"
    assert found.row("plan", "income") == ROW
    assert found.row("plan", "income", "women") is None
    assert found.frame.loc[0, "mean"] == 0.1
    lines = (found.folder / "comparison.csv").read_text(encoding="utf-8").splitlines()
    assert lines == [",".join(COLUMNS), "plan,income,USD,all,0.1,0.3333333333333333,2.0,,2"]


def test_nan_is_never_written(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="JSON compliant"):
        write_comparison(tmp_path, "valley-1", DATA | {"rows": [ROW | {"mean": float("nan")}]}, report)
    assert list(tmp_path.iterdir()) == []


def test_a_comparison_that_is_not_there_or_not_finished_is_said(tmp_path: Path) -> None:
    with pytest.raises(ResultsError, match="no such folder"):
        open_comparison(tmp_path / "nothing")
    with pytest.raises(ResultsError, match="not a finished comparison"):
        open_comparison(tmp_path)


@pytest.mark.parametrize(("content", "message"), [("{", "damaged"), ('{"format": 9}', "format 9"), ('{"format": 1}', "rows, scenarios")])
def test_a_damaged_comparison_is_said(tmp_path: Path, content: str, message: str) -> None:
    (tmp_path / "comparison.json").write_text(content, encoding="utf-8")
    with pytest.raises(ResultsError, match=message):
        open_comparison(tmp_path)
