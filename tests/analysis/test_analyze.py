from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis.tables import made_up, spread
from linkage_sim.analysis.analyze import analyze, analyzed
from linkage_sim.analysis.table import Sweep
from linkage_sim.cli import main
from linkage_sim.errors import ResultsError
from linkage_sim.report.analysis import analysis_text

FACTORS = [
    {"name": "traders.number", "unit": "number", "default": 6},
    {"name": "lead_firms.reliability", "unit": "share", "default": 0.6},
    {"name": "programme.selection.rule", "unit": "", "values": ["claims", "checked"]},
]
GAINS = {
    "farmers": lambda x: np.full(len(x), 5.0),
    "buyers": lambda x: 3.0 + 4.0 * x[:, 1] - 4.0 * ((x[:, 0] < 4.0) & (x[:, 1] < 0.4)) + x[:, 2],
}


def sweep(kind: str = "latin_hypercube", points: int = 120) -> Sweep:
    x = spread(points, 3)
    x[:, 0], x[:, 2] = np.ceil(10.0 * x[:, 0]), np.round(x[:, 2])
    made = made_up(x, FACTORS, GAINS, design={"kind": kind}, replicates=2, luck=0.5)
    made.design["format"] = 1  # type: ignore[index]
    made.design["plans"] = [{"name": "buyers", "title": "Buyers' <side>"}]  # type: ignore[index]
    return made


def folder(path: Path) -> Path:
    made = sweep()
    (path / "design.json").write_text(json.dumps(made.design), encoding="utf-8")
    made.frame.to_parquet(path / "table.parquet", index=False)
    return path


def test_a_folder_is_analysed_with_tables_figures_and_a_page(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["analyze", str(folder(tmp_path)), "--resamples", "30"]) == 0
    told = capsys.readouterr().out
    assert 'wins over "farmers"' in told
    assert "unless weight of the future in keeping" in told
    assert "What is worth knowing" in told
    names = {"sensitivity", "flips", "boxes", "information", "regret", "break_even", "variance"}
    for name in names:
        csv, parquet = pd.read_csv(tmp_path / "analysis" / f"{name}.csv"), pd.read_parquet(tmp_path / "analysis" / f"{name}.parquet")
        assert list(csv.columns) == list(parquet.columns)
        assert len(csv) == len(parquet) > 0
    assert {"flip_1.svg", "information.svg", "regret.svg", "sensitivity_1.svg", "tie_1.svg"} <= {
        path.name for path in (tmp_path / "analysis").iterdir()
    }
    page = (tmp_path / "analysis.html").read_text(encoding="utf-8")
    assert page.count("<svg") >= 6
    assert "Buyers&#39; &lt;side&gt;" in page
    assert "<side>" not in page
    assert "http" not in page.replace("http-equiv", "")
    # once more: the same tables and page, and nothing left over
    before = {path.name: path.read_bytes() for path in (tmp_path / "analysis").iterdir()}
    analyze(tmp_path, resamples=30)
    assert {path.name: path.read_bytes() for path in (tmp_path / "analysis").iterdir()} == before
    assert (tmp_path / "analysis.html").read_text(encoding="utf-8") == page
    assert {path.name for path in tmp_path.iterdir()} == {"design.json", "table.parquet", "analysis", "analysis.html"}


def test_the_page_names_each_failure_and_lonely_worlds() -> None:
    made = sweep()
    frame = made.frame[made.frame["replicate"] == 0].copy()
    frame.loc[(frame["point"] == 5) & (frame["scenario"] == "buyers"), "failed"] = True
    text = analysis_text(analyzed(Sweep(made.design, frame), None, 20))
    assert "1 runs failed or are missing" in text
    assert "One world a point" in text
    assert "What pairing saved" not in text


@pytest.mark.parametrize(
    ("options", "words"), [([], "there is no such folder"), (["--outcome", "incme"], "known: income"), (["--resamples", "3"], "20 or more")]
)
def test_wrong_input_is_told_with_exit_code_2(tmp_path: Path, capsys: pytest.CaptureFixture[str], options: list[str], words: str) -> None:
    target = folder(tmp_path) if options else tmp_path / "none"
    assert main(["analyze", str(target), *options]) == 2
    assert words in capsys.readouterr().err


def test_a_table_that_does_not_fit_its_design_is_told() -> None:
    made = sweep(points=20)
    with pytest.raises(ResultsError, match=r"lead_firms\.reliability missing"):
        Sweep(made.design, made.frame.drop(columns="lead_firms.reliability"))
    with pytest.raises(ResultsError, match="nothing to compare"):
        Sweep({**made.design, "scenarios": ["baseline"]}, made.frame)
    with pytest.raises(ResultsError, match="no run yet"):
        Sweep(made.design, made.frame.iloc[:0])


def test_a_sweep_of_another_version_is_still_analysed_but_not_in_dollars(tmp_path: Path) -> None:
    path = folder(tmp_path)
    (path / "scenarios").mkdir()
    (path / "scenarios" / "baseline.yaml").write_text("format: 1\nno_longer_known: 3\n", encoding="utf-8")
    found = analyze(path, resamples=20)
    assert set(found.information["unit"]) == {"USD per household and year"}
    assert "another version of linkage_sim wrote them" in (path / "analysis.html").read_text(encoding="utf-8")
