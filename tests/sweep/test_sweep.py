from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import linkage_sim
from linkage_sim import LinkageError, sweep
from linkage_sim.books import FLOWS
from linkage_sim.cli import main
from linkage_sim.engine import run, seed_of
from linkage_sim.errors import BooksError, EngineError
from linkage_sim.experiments.sweep import batch as batch_room
from linkage_sim.experiments.sweep import read_table
from linkage_sim.experiments.sweep.batch import Batch, Lived, live_batch
from linkage_sim.experiments.sweep.run import swept
from linkage_sim.results.folders import observed_of
from linkage_sim.results.measures import measured, measured_against
from linkage_sim.scenario.load import load_scenario
from sweep.tiny import design_file, tiny_sweep

TABLE = "table.parquet"
FACTORS = ["programme.training.share", "interventions.storage.loss_cut", "value_chains.apricot.city.price"]
OUTCOMES = ["income", "income_during", "spent", "linkages_alive_share"]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of a sweep that nothing disturbed, in one process."""
    folder = tmp_path_factory.mktemp("whole")
    return Path(sweep(tiny_sweep(folder), jobs=1, out=folder / "out").attrs["folder"])


def test_the_table_has_its_columns_in_order(whole: Path) -> None:
    design, table = read_table(whole)
    assert list(table.columns) == [
        "point", "replicate", "scenario", *FACTORS, *OUTCOMES, *(f"gain.{name}" for name in OUTCOMES), "key", "failed", "error",
    ]  # fmt: skip
    where = list(zip(table["point"], table["replicate"], table["scenario"], strict=True))
    assert where == [(point, replicate, name) for point in range(6) for replicate in range(2) for name in ("baseline", "farmers")]
    assert not table["failed"].any()
    assert table["error"].isna().all()
    assert (table["gain.income"][table["scenario"] == "baseline"] == 0.0).all()
    assert design["baseline"] == "baseline"
    assert design["scenarios"] == ["baseline", "farmers"]
    assert [factor["name"] for factor in design["factors"]] == FACTORS
    assert (design["outcomes"][0]["name"], design["outcomes"][0]["better"]) == ("income", "higher")
    assert [(factor["kind"], factor["unit"]) for factor in design["factors"]] == [
        ("lever", "share"), ("uncertainty", "share"), ("uncertainty", "USD/kg"),
    ]  # fmt: skip
    assert np.array(design["sample"]).tolist() == table[table["replicate"] == 0][FACTORS].to_numpy()[::2].tolist()
    assert {path.name for path in whole.iterdir()} == {"design.json", TABLE, "parts", "scenarios", "lock"}


def test_a_row_is_what_the_run_by_itself_would_say(whole: Path, tmp_path: Path) -> None:
    _, table = read_table(whole)
    tiny_sweep(tmp_path)
    for point, replicate in ((0, 0), (3, 1)):
        rows = table[(table["point"] == point) & (table["replicate"] == replicate)].set_index("scenario")
        levels = {}
        for name in ("baseline", "farmers"):
            values = {path: float(rows.loc[name, path]) for path in FACTORS[1 if name == "baseline" else 0 :]}
            scenario = load_scenario(tmp_path / f"{name}.yaml", values)
            levels[name] = measured(observed_of(scenario, run(scenario, seed_of(scenario, replicate)), FLOWS))
            for outcome in OUTCOMES:
                level = levels[name][outcome, "all"]
                assert np.isnan(rows.loc[name, outcome]) if level is None else rows.loc[name, outcome] == level, (name, outcome)
        gain = levels["farmers"]["income", "all"] - levels["baseline"]["income", "all"]
        assert rows.loc["farmers", "gain.income"] == gain != 0.0


@pytest.mark.skipif(not hasattr(os, "fork"), reason="children are forked, so that the compiled code need not be loaded for each")
def test_five_kills_change_nothing(whole: Path, tmp_path: Path) -> None:
    script = Path(__file__).with_name("killed.py")
    command = [sys.executable, "-W", "ignore", str(script), str(tiny_sweep(tmp_path)), str(tmp_path / "out"), "5"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    kills = re.findall(r"killed (\w+) parts (\d+) finished (\d)", done.stdout)
    assert [(kill, finished) for kill, _, finished in kills] == [("True", "0")] * 5, done.stdout + done.stderr
    parts = [int(count) for _, count, _ in kills]
    assert parts == sorted(parts)
    assert len(set(parts)) >= 4, "the kills came at different moments"
    last = re.search(r"lived (\d+) of 24", done.stdout)
    assert last
    assert 0 < int(last.group(1)) < 24 - 3, "what was finished before a kill is not lived again"
    (table,) = (tmp_path / "out").glob(f"*/{TABLE}")
    assert table.read_bytes() == (whole / TABLE).read_bytes()


def test_a_run_that_raises_is_a_row_and_the_rest_goes_on(
    whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    usual = batch_room.levels_of

    def breaks(names: Sequence[str], observed: Any, twin: Any) -> Any:
        found = usual(names, observed, twin)
        if found[2] and round(found[2], 1) == round(broken, 1):
            raise BooksError("month 7: USD of firms\ndoes not balance")
        return found

    _, table = read_table(whole)
    broken = float(table["spent"][9])
    monkeypatch.setattr(batch_room, "levels_of", breaks)
    code = main(["sweep", str(tiny_sweep(tmp_path)), "--jobs", "1", "--out", str(tmp_path / "out")])
    shown = capsys.readouterr()
    assert code == 0
    assert "1 of 24 runs failed" in shown.out
    assert "1 runs, first point 2, replicate 0, farmers: BooksError: month 7: USD of firms does not balance" in shown.out
    assert "a run failed and the sweep goes on" in shown.err
    (folder,) = (tmp_path / "out").iterdir()
    _, found = read_table(folder)
    assert found["failed"].tolist() == [number == 9 for number in range(24)]
    assert found["error"][9] == "BooksError: month 7: USD of firms does not balance"
    assert found.loc[9, [*OUTCOMES, "gain.income"]].isna().all()
    others = [number for number in range(24) if number != 9]
    assert found.loc[others].equals(table.loc[others])


def dies_at_point_1(batch: Batch) -> Lived:
    if any((cell.point, cell.replicate) == (1, 0) for cell in batch.cells):
        os._exit(9)
    return live_batch(batch)


def test_a_worker_that_dies_takes_only_its_cell_and_processes_change_no_bit(
    whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("linkage_sim.experiments.sweep.run.live_batch", dies_at_point_1)
        found = swept(tiny_sweep(tmp_path), jobs=2, out=tmp_path / "out")
    _, table = read_table(found.folder)
    assert table[["point", "replicate"]][table["failed"]].drop_duplicates().to_numpy().tolist() == [[1, 0]]
    assert "worker processes keep dying" in table["error"].dropna().iloc[0]
    assert "a cell was given up" in capsys.readouterr().err
    again = swept(tmp_path / "tiny.yaml", jobs=1, out=tmp_path / "out")
    assert (again.lived, again.failures) == (2, 0)
    assert swept(tmp_path / "tiny.yaml", out=tmp_path / "out").lived == 0, "nothing is lived twice"
    assert (again.folder / TABLE).read_bytes() == (whole / TABLE).read_bytes()


def test_processes_that_only_die_stop_the_sweep(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("linkage_sim.experiments.sweep.run.MOST_DEATHS", 2)
    monkeypatch.setattr("linkage_sim.experiments.sweep.run.live_batch", dies)
    with pytest.raises(EngineError, match=r"keep dying.*2 in a row; what was finished is kept"):
        swept(tiny_sweep(tmp_path), jobs=2, out=tmp_path / "out")


def dies(batch: Batch) -> Lived:
    os._exit(9)


def test_a_stop_keeps_what_is_done(
    whole: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("linkage_sim.experiments.sweep.plan.BATCH_SECONDS", 0.0)  # cell by cell, so that a stop comes in between
    path = tiny_sweep(tmp_path)

    def stops(stage: str, done: int, total: int) -> None:
        if stage == "runs" and done >= 8:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt, match=r"runs are kept in .*the same command goes on") as stopped:
        swept(path, jobs=1, out=tmp_path / "out", progress=stops)
    kept = int(str(stopped.value).split()[0])
    assert 8 <= kept < 24
    found = swept(path, jobs=1, out=tmp_path / "out")
    assert found.lived == 24 - kept
    assert f"{kept} runs are there already; {24 - kept} are to be done" in capsys.readouterr().err
    assert (found.folder / TABLE).read_bytes() == (whole / TABLE).read_bytes()


def test_outcomes_against_the_twin_need_the_baseline_and_find_it_again(tmp_path: Path) -> None:
    tiny_sweep(tmp_path)
    text = "scenarios: [baseline.yaml, farmers.yaml]\nlevers:\n  programme.training.share: {values: [0.2, 0.5]}\n"
    text += "design: {kind: grid}\nreplicates: 1\noutcomes: [income, effect_during]\n"
    names = [measure for measure, _ in measured_names()]
    text = text.replace("effect_during", names[0])
    path = design_file(tmp_path, text)
    table = sweep(path, jobs=1, out=tmp_path / "out").set_index(["point", "scenario"])
    scenario = load_scenario(tmp_path / "farmers.yaml", {"programme.training.share": 0.5})
    base = load_scenario(tmp_path / "baseline.yaml")
    seed = seed_of(base, 0)
    own, twin = (observed_of(each, run(each, seed), FLOWS) for each in (scenario, base))
    assert table.loc[(1, "farmers"), names[0]] == measured_against(own, twin)[names[0], "all"] != 0.0
    assert f"gain.{names[0]}" not in table
    folder = next((tmp_path / "out").iterdir())
    whole = (folder / TABLE).read_bytes()
    parts = list((folder / "parts").iterdir())
    assert parts
    for part in parts:
        part.unlink()
    assert swept(path, jobs=1, out=tmp_path / "out").folder == folder
    assert (folder / TABLE).read_bytes() == whole


def measured_names() -> Iterator[tuple[str, str]]:
    from linkage_sim.results.declare import row_name
    from linkage_sim.results.measures import TWIN_MEASURES

    for measure in TWIN_MEASURES:
        if measure.unit.startswith("USD"):
            yield row_name(measure.name, measure.windows[0]), measure.unit


def test_wrong_engines_and_files_are_one_clear_message(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = str(tiny_sweep(tmp_path))
    out = ["--out", str(tmp_path / "out")]
    assert main(["sweep", path, "--engine", "daks", *out]) == 2
    assert "nearest: dask" in capsys.readouterr().err
    assert main(["sweep", path, "--engine", "tcp://127.0.0.1:1", "--jobs", "2", *out]) == 2
    assert "a scheduler has its own workers" in capsys.readouterr().err
    assert main(["sweep", path, "--replicates", "0", *out]) == 2
    assert "replicates must be 1 or more" in capsys.readouterr().err
    assert main(["sweep", str(tmp_path / "tin.yaml"), *out]) == 2
    assert "nearest: tiny.yaml" in capsys.readouterr().err


def test_a_worker_with_other_sources_stops_the_sweep(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch_room, "model_version", lambda: "other")
    with pytest.raises(EngineError, match="a worker has model version other"):
        swept(tiny_sweep(tmp_path), jobs=1, out=tmp_path / "out")


def test_dask_missing_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(LinkageError, match=r"linkage-sim\[cluster\]"):
        swept(tiny_sweep(tmp_path), engine="dask", out=tmp_path / "out")


def test_sweep_is_a_public_name() -> None:
    assert linkage_sim.sweep is sweep
