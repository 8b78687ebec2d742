from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from experiments.small import small
from linkage_sim.errors import ResultsError
from linkage_sim.results.folders import new_folder, open_run, run_name, write_run
from results.made_up import MadeUpFlow, MadeUpOutcome


def write(out: Path, name: str = "made-up") -> Path:
    return write_run(out, name, small("baseline"), MadeUpOutcome(), [MadeUpFlow()], 4, 99)


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    outcome = MadeUpOutcome()
    run = open_run(write(tmp_path))
    assert run.monthly.columns.tolist() == list(outcome.names)
    assert run.monthly.to_numpy().tolist() == outcome.monthly.tolist(), "to the last bit"
    assert run.monthly.index.tolist() == list(range(12))
    assert run.books["bazaar sales"].tolist() == [1.0] * 12
    assert run.households["before_income"].tolist() == [2.5, 0.1]
    assert run.scenario.hash() == small("baseline").hash()
    assert (run.manifest["replicate"], run.manifest["world_seed"]) == (4, "99")
    assert {"python", "numpy", "numba", "package_version", "model_version", "created"} <= set(run.manifest)
    seen = run.observed
    assert (seen.before, seen.during) == (12, 36)
    assert seen.households is not None
    assert seen.households["identity"].tolist() == [1, 2]
    assert np.array_equal(seen.column("flow bazaar sales"), np.ones(12))


def test_the_same_values_give_the_same_bytes(tmp_path: Path) -> None:
    one, two = write(tmp_path / "one"), write(tmp_path / "two")
    for name in ("monthly.parquet", "books.parquet", "households.parquet", "scenario.yaml"):
        assert (one / name).read_bytes() == (two / name).read_bytes()


def test_flows_say_from_where_to_where(tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    field = pq.read_schema(write(tmp_path) / "books.parquet").field("bazaar sales")
    assert field.metadata == {b"unit": b"USD", b"source": b"traders", b"target": b"households"}


def test_the_name_tells_scenario_seed_and_replicate() -> None:
    scenario = small("baseline")
    assert run_name(scenario, 0) == f"baseline-{scenario.hash()[:8]}-s1"
    assert run_name(scenario, 2) == f"baseline-{scenario.hash()[:8]}-s1-r2"


def test_a_folder_is_replaced_whole(tmp_path: Path) -> None:
    path = write(tmp_path)
    (path / "left over.txt").touch()
    assert write(tmp_path) == path
    assert not (path / "left over.txt").exists()
    assert [each.name for each in tmp_path.iterdir()] == ["made-up"]


def stopped_half_way(out: Path, name: str, stop: type[BaseException]) -> None:
    with new_folder(out, name) as folder:
        (folder / "half").touch()
        raise stop


@pytest.mark.parametrize("stop", [KeyboardInterrupt, ValueError])
def test_a_stop_half_way_leaves_nothing_and_keeps_the_old(tmp_path: Path, stop: type[BaseException]) -> None:
    path = write(tmp_path)
    before = (path / "manifest.json").read_bytes()
    for name in ("made-up", "new"):
        with pytest.raises(stop):
            stopped_half_way(tmp_path, name, stop)
    assert [each.name for each in tmp_path.iterdir()] == ["made-up"]
    assert (path / "manifest.json").read_bytes() == before


def test_a_run_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(ResultsError, match="no such folder"):
        open_run(tmp_path / "nothing")
    with pytest.raises(ResultsError, match=r"not a run folder, manifest.json is missing"):
        open_run(tmp_path)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "damaged or unreadable"),
        ("[]", "holds no mapping"),
        ('{"format": 2}', "format 2, this version of linkage_sim reads format 1"),
        ('{"format": 1}', "damaged, files, model_version"),
        (b"\xff\xfe", "damaged or unreadable"),
    ],
)
def test_a_damaged_manifest_is_said(tmp_path: Path, content: str | bytes, message: str) -> None:
    path = write(tmp_path)
    (path / "manifest.json").write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(ResultsError, match=message):
        open_run(path)


def test_a_missing_or_damaged_table_is_said(tmp_path: Path) -> None:
    path = write(tmp_path)
    table = path / "monthly.parquet"
    good = table.read_bytes()
    for bad in (good[:-10], good.replace(good[100:110], b"0123456789"), b""):
        table.write_bytes(bad)
        with pytest.raises(ResultsError, match=r"monthly.parquet: is not what this run wrote"):
            _ = open_run(path).monthly
    table.unlink()
    with pytest.raises(ResultsError, match=r"monthly.parquet: is missing"):
        open_run(path)


def test_an_edited_scenario_is_noticed(tmp_path: Path) -> None:
    path = write(tmp_path)
    text = (path / "scenario.yaml").read_text(encoding="utf-8")
    (path / "scenario.yaml").write_text(text.replace("budget: 40000", "budget: 40001"), encoding="utf-8")
    with pytest.raises(ResultsError, match=r"scenario.yaml: is not what this run wrote"):
        _ = open_run(path).scenario


def test_a_run_without_households_says_so(tmp_path: Path) -> None:
    path = write(tmp_path)
    manifest = json.loads((path / "manifest.json").read_text(encoding="utf-8"))
    del manifest["files"]["households.parquet"]
    (path / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    run = open_run(path)
    with pytest.raises(ResultsError, match="kept no households"):
        _ = run.households
    assert run.observed.households is None


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ResultsError, match=r"file.*: cannot be written .*--out"):
        write(tmp_path / "file")
