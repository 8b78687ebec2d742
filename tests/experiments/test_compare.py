from __future__ import annotations

import json
import math
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from experiments.small import HOUSEHOLDS, PLANS, report_left_out, small, small_folder, small_scenarios
from linkage_sim import compare
from linkage_sim.compiled import model_version
from linkage_sim.errors import EngineError, ResultsError, ScenarioError
from linkage_sim.results.comparison import COLUMNS, open_comparison
from linkage_sim.results.folders import open_run


@pytest.fixture(autouse=True)
def _no_report(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("linkage_sim.experiments.compare._write_report", report_left_out)


@pytest.fixture(scope="module")
def compared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    out = tmp_path_factory.mktemp("results")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("linkage_sim.experiments.compare._write_report", report_left_out)
        yield compare(small_scenarios(), replicates=3, jobs=1, out=out, keep_runs=True)


def test_the_folder_holds_what_it_should(compared: Any) -> None:
    assert compared.folder.name.startswith("comparison-")
    files = {path.name for path in compared.folder.iterdir()}
    assert files == {"comparison.json", "comparison.csv", "evaluation.csv", "report.html", "runs"}
    assert {path.name for path in compared.folder.parent.iterdir()} == {compared.folder.name}, "no temporary folder stays"
    names = {f"{parent}-r{number}" for parent in PLANS.values() for number in range(3)}
    assert {path.name for path in (compared.folder / "runs").iterdir()} == names
    assert compared.report == compared.folder / "report.html"


def test_the_file_says_everything_and_no_nan(compared: Any) -> None:
    text = (compared.folder / "comparison.json").read_text(encoding="utf-8")
    data = json.loads(text, parse_constant=lambda word: pytest.fail(f"{word} in comparison.json"))
    assert data == compared.data
    assert open_comparison(compared.folder).data == data
    assert data["model_version"] == model_version()
    assert (data["replicates"], data["baseline"], data["households"]) == (3, "baseline", HOUSEHOLDS)
    assert data["timeline"] == {"before": 12, "during": 36, "after": 36}
    assert [each["name"] for each in data["scenarios"]] == list(PLANS.values())
    kept = "income income_gain bazaar_price price_received linked side_selling grade_a adoption_improved adoption_quality"
    kept += " routes firm_share firm_margin trader_profit spent jobs association"
    assert set(data["yearly"]["baseline"]) >= set(kept.split())
    assert {row["measure"] for row in data["rows"]} <= set(data["measures"])
    assert data["yearly"].keys() == {each["name"] for each in data["scenarios"]}
    for series in data["yearly"].values():
        assert set(series) <= set(data["measures"])
        assert series["income"]["years"] == [1, 2, 3, 4, 5, 6, 7]
    assert {entry["source"] for entry in data["register"]} >= set(data["sources"])
    assert "Only 3 worlds" in " ".join(data["warnings"])
    assert [node["kind"] for node in data["map"]["nodes"]].count("village") == 6
    share = data["pre_programme_firm_share"]
    assert 0.0 <= share["low"] <= share["mean"] <= share["high"] <= 1.0


def test_scenarios_say_what_they_spent(compared: Any) -> None:
    baseline, *plans = compared.data["scenarios"]
    assert (baseline["budget"], baseline["spent"], baseline["acts"]) == (0.0, 0.0, [])
    for plan in plans:
        assert plan["spent"] + plan["returned"] + plan["unassigned"] == pytest.approx(plan["budget"])
        row = compared.row(plan["name"], "spent")
        assert row["mean"] == pytest.approx(plan["spent"])
        assert compared.row(plan["name"], "unspent")["mean"] == pytest.approx(plan["returned"] + plan["unassigned"])
    assert plans[1]["claims"]["applications"] > 0
    assert plans[1]["claims"]["applicants_claimed_over_true"] >= 1.0


def test_differences_are_paired_by_replicate(compared: Any) -> None:
    """The mean and interval of a row follow from the run folders of the same comparison."""
    from scipy.stats import t

    def incomes(name: str) -> list[float]:
        found = []
        for number in range(3):
            monthly = open_run(compared.folder / "runs" / f"{name}-r{number}").monthly
            found.append(float(monthly["income.all"].iloc[12:].sum()) / HOUSEHOLDS / 6.0)
        return found

    gains = [a - b for a, b in zip(incomes("supply_side_only"), incomes("baseline"), strict=True)]
    row = compared.row("supply_side_only", "income")
    mean = sum(gains) / 3
    half = t.ppf(0.95, 2) * math.sqrt(sum((gain - mean) ** 2 for gain in gains) / 2 / 3)
    assert row["mean"] == pytest.approx(mean)
    assert (row["low"], row["high"]) == (pytest.approx(mean - half), pytest.approx(mean + half))
    assert row["share_better"] == sum(gain > 0 for gain in gains) / 3
    assert row["level"] == pytest.approx(sum(incomes("supply_side_only")) / 3)


def test_the_baseline_differs_from_itself_by_nothing(compared: Any) -> None:
    rows = [row for row in compared.data["rows"] if row["scenario"] == "baseline" and row["measure"] == "income_after"]
    assert rows
    assert all((row["mean"], row["low"], row["high"], row["share_better"]) == (0.0, 0.0, 0.0, None) for row in rows)
    assert compared.row("baseline", "cost_per_household") is None, "nothing was spent"


def test_break_even_pairs_the_best_with_the_next(compared: Any) -> None:
    (entry,) = compared.data["break_even"]
    assert set(entry["pair"]) == {"supply_side_only", "demand_side_only"}
    assert entry["gain_winner"][0] == pytest.approx(compared.row(entry["pair"][0], "income")["mean"])
    assert entry["gain_runner_up"] == pytest.approx(compared.row(entry["pair"][1], "income")["mean"])
    assert len(entry["gain_winner"]) == len(entry["factors"]) == 6


def test_the_frame_and_the_csv_are_tidy(compared: Any) -> None:
    import pandas as pd

    frame = compared.frame
    assert list(frame.columns) == [*COLUMNS, "level"]
    assert not frame.duplicated(["scenario", "measure", "group"]).any()
    read = pd.read_csv(compared.folder / "comparison.csv")
    assert list(read.columns) == list(COLUMNS)
    assert read["mean"].tolist() == frame["mean"].tolist(), "every digit is written"


def test_what_was_compared_is_opened_unless_anything_differs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lived: list[int] = []
    experiment = import_module("linkage_sim.experiments.compare")  # the package itself calls a function so
    usual = experiment.simulated

    def counted(*arguments: Any, **others: Any) -> Any:
        lived.append(1)
        return usual(*arguments, **others)

    monkeypatch.setattr(experiment, "simulated", counted)
    pair = small_scenarios()[:2]
    asked: dict[str, Any] = {"replicates": 2, "jobs": 1, "out": tmp_path, "break_even": False}
    first = compare(pair, **asked)
    second = compare(pair, **asked)
    assert len(lived) == 1
    assert second.data == first.data
    compare(pair, **asked, again=True)
    assert len(lived) == 2
    told = compare([pair[0], pair[1].model_copy(update={"story": "Another story."})], **asked)
    assert len(lived) == 3
    assert told.data["scenarios"][1]["story"] == "Another story."
    (told.folder / "comparison.json").write_text("{}", encoding="utf-8")
    assert compare(pair, **asked).data["rows"] == first.data["rows"]
    assert len(lived) == 4, "a damaged folder is no finished comparison"


def test_any_number_of_processes_gives_the_same_bytes(compared: Any, tmp_path: Path) -> None:
    two = compare(small_scenarios(), replicates=3, jobs=2, out=tmp_path)
    assert two.folder.name == compared.folder.name
    assert (two.folder / "comparison.csv").read_bytes() == (compared.folder / "comparison.csv").read_bytes()


def test_a_comparison_written_again_keeps_its_runs(tmp_path: Path) -> None:
    first = compare(small_scenarios()[:2], replicates=2, jobs=1, out=tmp_path, keep_runs=True, break_even=False)
    before = (first.folder / "comparison.csv").read_bytes()
    second = compare(small_scenarios()[:2], replicates=2, jobs=1, out=tmp_path, break_even=False)
    assert second.folder == first.folder
    assert (second.folder / "runs").is_dir()
    assert (second.folder / "comparison.csv").read_bytes() == before


def test_a_folder_of_files_names_the_results(tmp_path: Path) -> None:
    folder = small_folder(tmp_path / "valley")
    found = compare(folder, replicates=2, jobs=1, out=tmp_path / "results", seed=9, break_even=False)
    assert found.folder.name.startswith("valley-")
    assert found.data["seed"] == 9
    assert found.data["command_path"] == str(folder)
    files = compare(sorted(folder.glob("*.yaml")), replicates=2, jobs=1, out=tmp_path / "again", seed=9, break_even=False)
    assert files.folder.name == found.folder.name
    assert files.data["rows"] == found.data["rows"]


# --- refusals -----------------------------------------------------------------------------------------


def test_unequal_budgets_are_refused_unless_told(tmp_path: Path) -> None:
    folder = small_folder(tmp_path / "unequal", buyers=30000)
    with pytest.raises(EngineError) as raised:
        compare(folder, replicates=2, jobs=1, out=tmp_path / "results")
    assert "farmers 40,000 USD" in str(raised.value)
    assert "buyers 30,000 USD" in str(raised.value)
    assert "--allow-unequal-budgets" in str(raised.value)
    assert not (tmp_path / "results").exists(), "nothing runs first"
    told = compare(folder, replicates=2, jobs=1, out=tmp_path / "results", allow_unequal_budgets=True, break_even=False)
    assert any("Budgets differ" in warning for warning in told.data["warnings"])


def test_the_budget_of_a_baseline_without_a_plan_does_not_matter(tmp_path: Path) -> None:
    folder = small_folder(tmp_path / "valley", baseline=1)
    compare(folder, replicates=2, jobs=1, out=tmp_path / "results", break_even=False)


def test_other_timelines_are_refused_and_other_worlds_are_warned_of(tmp_path: Path) -> None:
    longer = small("supply_side_only", **{"timeline.after": 48})
    with pytest.raises(EngineError, match=r"timelines differ.*supply_side_only against baseline"):
        compare([small("baseline"), longer], replicates=2, jobs=1, out=tmp_path)
    poorer = small("supply_side_only", **{"households.other_income": 500})
    found = compare([small("baseline"), poorer], replicates=2, jobs=1, out=tmp_path, break_even=False)
    assert any("the world itself differs" in warning for warning in found.data["warnings"])


@pytest.mark.parametrize(
    ("scenarios", "words", "message"),
    [
        (["supply_side_only", "demand_side_only"], {}, "no scenario is named 'baseline'.*known: supply_side_only"),
        (["baseline"], {}, "only 'baseline' is there"),
        (["baseline", "baseline"], {}, "the same name"),
        (["baseline", "combined"], {"replicates": 1}, "replicates must be 2 or more"),
        (["baseline", "combined"], {"baseline": "nothing"}, "no scenario is named 'nothing'"),
        (["baseline", "combined"], {"jobs": 0}, "jobs must be 1 or more"),
        (["baseline", "combined"], {"seed": -1}, "seed must be"),
    ],
)
def test_what_cannot_be_compared_is_said(tmp_path: Path, scenarios: list[str], words: dict[str, Any], message: str) -> None:
    with pytest.raises(EngineError, match=message):
        compare([small(name) for name in scenarios], **{"replicates": 2, "out": tmp_path} | words)


def test_files_that_are_wrong_are_named(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="no such file"):
        compare(tmp_path / "nothing", replicates=2, out=tmp_path)
    with pytest.raises(ScenarioError, match="holds no scenario files"):
        compare(tmp_path, replicates=2, out=tmp_path)


def test_a_folder_that_cannot_be_written_is_named_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder", encoding="utf-8")
    monkeypatch.setattr("linkage_sim.experiments.compare.compile_once", lambda *_: pytest.fail("long work before the check"))
    with pytest.raises(ResultsError, match="cannot be written"):
        compare(small_scenarios()[:2], replicates=2, jobs=1, out=blocked, break_even=False)


def test_a_report_that_fails_leaves_no_comparison(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(folder: Path) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("linkage_sim.experiments.compare._write_report", fails)
    with pytest.raises(KeyboardInterrupt):
        compare(small_scenarios()[:2], replicates=2, jobs=1, out=tmp_path, break_even=False)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_the_real_report_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from linkage_sim.report import write_report

    monkeypatch.setattr("linkage_sim.experiments.compare._write_report", write_report)
    found = compare(small_scenarios(), replicates=3, jobs=2, out=tmp_path)
    text = found.report.read_text(encoding="utf-8")
    assert "<html" in text
    assert all(each["title"].split("'")[0] in text for each in found.data["scenarios"])
