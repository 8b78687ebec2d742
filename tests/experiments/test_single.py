from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import linkage_sim
from experiments.small import HOUSEHOLDS, small, small_folder
from linkage_sim.errors import EngineError, ResultsError, ScenarioError
from linkage_sim.experiments.executors import silent
from linkage_sim.experiments.single import rerun, run, run_replicates
from linkage_sim.results.folders import open_run


def test_the_public_verb_runs_a_file_into_a_folder(tmp_path: Path) -> None:
    files = small_folder(tmp_path / "scenarios")
    done = linkage_sim.run(files / "farmers.yaml", seed=5, out=tmp_path / "runs")
    assert done.path.parent == tmp_path / "runs"
    assert done.path.name.startswith("farmers-")
    assert done.path.name.endswith("-s5")
    assert done.manifest["seed"] == 5
    assert len(done.monthly) == 84
    assert len(done.households) == HOUSEHOLDS
    assert (done.books["bazaar sales"] >= 0).all()
    assert done.scenario.hash() == done.manifest["scenario_hash"]
    assert done.manifest["books_worst"] < 1e-6
    assert not done.manifest["flagged"]
    assert done.manifest["programme"]["spent"]["training"] > 0


def test_a_run_runs_again_from_its_folder_to_identical_bytes(tmp_path: Path) -> None:
    first = run(small("supply_side_only"), replicate=3, out=tmp_path)
    again = rerun(first.path)
    assert again.differs == []
    assert again.run.path == tmp_path / f"{first.path.name}-again"
    for name in ("monthly.parquet", "books.parquet", "households.parquet", "scenario.yaml"):
        assert (again.run.path / name).read_bytes() == (first.path / name).read_bytes(), name
    elsewhere = rerun(first.path, out=tmp_path / "elsewhere")
    assert elsewhere.run.path.parent == tmp_path / "elsewhere"


def test_threads_change_no_byte(tmp_path: Path) -> None:
    one = run(small("demand_side_only"), out=tmp_path / "one")
    two = run(small("demand_side_only"), out=tmp_path / "two", threads=2)
    assert (one.path / "monthly.parquet").read_bytes() == (two.path / "monthly.parquet").read_bytes()


def test_another_seed_and_replicate_are_other_worlds(tmp_path: Path) -> None:
    scenario = small("baseline")
    runs = [run(scenario, seed=seed, replicate=replicate, out=tmp_path) for seed, replicate in ((0, 0), (1, 0), (0, 1), (1, 1))]
    assert len({each.path.name for each in runs}) == 4
    assert len({each.monthly["income.all"].sum() for each in runs}) == 4
    assert [each.path.name.endswith("-r1") for each in runs] == [False, False, True, True]


def test_replicates_are_the_same_for_any_number_of_processes(tmp_path: Path) -> None:
    one = run_replicates(small("baseline"), 3, tmp_path / "one", jobs=1, progress=silent)
    two = run_replicates(small("baseline"), 3, tmp_path / "two", jobs=2, progress=silent)
    for here, there in zip(one, two, strict=True):
        assert here.path.name == there.path.name
        assert (here.path / "monthly.parquet").read_bytes() == (there.path / "monthly.parquet").read_bytes()


def test_a_rerun_by_other_rules_is_refused_with_a_remedy(tmp_path: Path) -> None:
    done = run(small("baseline"), out=tmp_path)
    manifest = json.loads((done.path / "manifest.json").read_text(encoding="utf-8"))
    manifest["model_version"] = "0123456789abcdef"
    (done.path / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    assert len(open_run(done.path).monthly) == 84, "old runs stay readable"
    with pytest.raises(ResultsError, match=r"made by model version 0123456789abcdef(.|\n)*rules have changed(.|\n)*linkage-sim run"):
        rerun(done.path)


def test_a_rerun_that_differs_names_the_columns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done = run(small("baseline"), out=tmp_path)
    from linkage_sim.experiments import single

    honest = single.Simulation.outcome

    def off_by_a_bit(simulation: single.Simulation) -> Any:
        outcome = honest(simulation)
        outcome.monthly[5, 1] += 1e-9
        return outcome

    monkeypatch.setattr(single.Simulation, "outcome", off_by_a_bit)
    assert rerun(done.path).differs == ["income.all"]


@pytest.mark.parametrize("seed", [-1, 2**63])
def test_a_seed_out_of_bounds_is_refused(tmp_path: Path, seed: int) -> None:
    with pytest.raises(EngineError, match="seed must be"):
        run(small("baseline"), seed=seed, out=tmp_path)


def test_what_is_wrong_with_the_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="no such file"):
        run(tmp_path / "nothing.yaml", out=tmp_path)


def test_a_run_alone_tells_its_months(tmp_path: Path) -> None:
    told: list[tuple[str, int, int]] = []
    (done,) = run_replicates(small("baseline"), 1, tmp_path, progress=lambda *what: told.append(what))
    months = [(at, of) for what, at, of in told if what == "months"]
    spin_up = small("baseline").timeline.spin_up
    assert months == [(at, spin_up + len(done.monthly)) for at in range(1, spin_up + len(done.monthly) + 1)]
    again = run(small("baseline"), out=tmp_path / "again")
    assert again.monthly.equals(done.monthly)
