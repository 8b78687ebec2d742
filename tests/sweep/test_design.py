from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from linkage_sim.errors import ScenarioError
from linkage_sim.experiments.sweep.design import read_design
from linkage_sim.experiments.sweep.plan import bases_of, planned
from linkage_sim.scenario.load import load_scenario
from linkage_sim.scenario.messages import ProblemsFound
from linkage_sim.scenario.shipped import scenario_folder
from sweep.tiny import design_file, tiny_sweep

TOP = "scenarios: [apricot/baseline, apricot/supply_side_only]\noutcomes: [income]\n"
ORDERS = "interventions.co_investment.orders"
LHS = "design: {kind: latin_hypercube, samples: 200, seed: 0}\n"


def silent(stage: str, done: int, total: int) -> None:
    pass


def factor_of(tmp_path: Path, spec: str, path: str = ORDERS, design: str = LHS):  # type: ignore[no-untyped-def]
    """The only factor of a design, its column and its shares."""
    design_ = read_design(design_file(tmp_path, f"{TOP}uncertainties:\n  {path}: {spec}\n{design}"))
    return design_.factors[0], design_.values[:, 0], design_.shares


def refused(tmp_path: Path, text: str) -> str:
    with pytest.raises(ScenarioError) as caught:
        read_design(design_file(tmp_path, text))
    return str(caught.value)


def test_all_problems_of_a_design_are_told_together_with_line_and_nearest_word(tmp_path: Path) -> None:
    text = """\
scenarios: [apricot/baseline, apricot/supply_side_onyl]
levers:
  facilitator.budgte: {low: 1000, high: 2000}
uncertainties:
  interventions.co_investment.orders: {low: -1, high: 1.5}
  interventions.storage.loss_cut: {low: 0.5, high: 0.2}
  traders.conduct: {distribution: unifrom, low: 0, high: 0.1}
  timeline.after: {low: 12 kg, high: 24}
design: {kind: latin_hypercubes, samples: 10}
replicates: 0
outcome: [income]
outcomes: [incom, income_per_dollar]
"""
    problems = refused(tmp_path, text)
    assert "tiny.yaml:1  scenarios.1  no such scenario file" in problems
    assert "nearest: apricot/supply_side_only" in problems
    assert "design.kind" in problems
    assert "nearest: latin_hypercube" in problems
    assert "tiny.yaml:10  replicates  0 is out of bounds" in problems
    assert "tiny.yaml:11  outcome  unknown key" in problems
    assert 'tiny.yaml:12  outcomes.0  unknown measure "incom"' in problems
    assert "outcomes.1  is said over worlds" in problems
    again = refused(tmp_path, text.replace("onyl", "only"))
    assert "tiny.yaml:3  levers.facilitator.budgte" in again
    assert "nearest: facilitator.budget" in again
    assert "tiny.yaml:5  uncertainties.interventions.co_investment.orders.low  -1 USD/year per USD is out of bounds" in again
    assert "low 0.5 is not below high 0.2" in again
    assert "nearest: uniform" in again
    assert 'timeline.after.low  unit "kg" does not measure months' in again
    assert "latin_hypercubes" in again, "sections that have nothing to do with it are told as well"


@pytest.mark.parametrize(
    ("spec", "told"),
    [
        ("{distribution: normal, mean: 0.5, sd: 0.5}", "cut it with low: 0"),
        ("{distribution: normal, mean: 0.5, sd: 0}", "above 0"),
        ("{distribution: loguniform, low: 0, high: 1}", "logarithm"),
        ("{distribution: triangular, low: 0.1, mode: 2, high: 1}", "lies outside"),
        ("{distribution: triangular, low: 0.1, high: 1}", "has no mode"),
        ("{values: [0.5, 0.5]}", "holds a value twice"),
        ("{values: []}", "list is wanted"),
        ("{low: 0.1, hihg: 1}", "nearest: high"),
        ("0.5", "where a range is wanted"),
        ("{low: 0.1, high: 1, source: nobody}", "unknown source"),
    ],
)
def test_an_impossible_range_is_refused(tmp_path: Path, spec: str, told: str) -> None:
    assert told in refused(tmp_path, f"{TOP}uncertainties:\n  {ORDERS}: {spec}\n{LHS}")


@pytest.mark.parametrize(
    ("design", "told"),
    [
        ("design: {kind: sobol, samples: 100}\n", "allowed: 64, 128"),
        ("design: {kind: morris, samples: 4, levels: 5}\n", "allowed: an even number"),
        ("design: {kind: grid, samples: 4}\n", "unknown key"),
        ("design: {kind: latin_hypercube}\n", "is missing"),
        ("design: {kind: list, file: points.csv}\n", "cannot be read"),
        ("design: {kind: latin_hypercube, samples: 1000000}\n", "runs"),
    ],
)
def test_a_layout_that_cannot_be_is_refused(tmp_path: Path, design: str, told: str) -> None:
    assert told in refused(tmp_path, f"{TOP}uncertainties:\n  {ORDERS}: {{low: 0.1, high: 1}}\n{design}")


def test_values_that_do_not_fit_together_are_refused_with_their_point(tmp_path: Path) -> None:
    text = f"{TOP}levers:\n  programme.training.share: {{low: 0.5, high: 0.9}}\ndesign: {{kind: grid, levels: 2}}\n"
    design = read_design(design_file(tmp_path, text))
    with pytest.raises(ProblemsFound, match=r"tiny.yaml:4  programme.training.share|shares of the acts sum to 1.35") as caught:
        planned(design, silent)
    assert "point 1 (share 0.9), supply_side_only" in str(caught.value)


def test_distributions_have_their_mean_and_ends(tmp_path: Path) -> None:
    _, column, _ = factor_of(tmp_path, "{distribution: normal, mean: 1.0, sd: 0.1}")
    assert (column.mean(), column.std()) == (pytest.approx(1.0, abs=0.01), pytest.approx(0.1, abs=0.01))
    assert column.min() > 1.0 - 0.1 * 3.1
    _, column, _ = factor_of(tmp_path, "{distribution: lognormal, median: 0.5, sigma: 0.3}")
    assert np.median(column) == pytest.approx(0.5, rel=0.01)
    assert np.log(column).std() == pytest.approx(0.3, rel=0.05)
    _, column, _ = factor_of(tmp_path, "{distribution: triangular, low: 0.0, mode: 0.3, high: 1.2}")
    assert column.mean() == pytest.approx(0.5, abs=0.01)
    _, column, _ = factor_of(tmp_path, "{distribution: loguniform, low: 0.01, high: 1.0}")
    assert np.log(column).mean() == pytest.approx(math.log(0.1), abs=0.02)
    _, column, shares = factor_of(tmp_path, "{distribution: normal, mean: 0.5, sd: 0.5, low: 0.2, high: 0.8}")
    assert 0.2 <= column.min() < column.max() <= 0.8
    assert shares is not None
    assert np.argsort(column).tolist() == np.argsort(shares[:, 0]).tolist()


def test_units_whole_numbers_and_words(tmp_path: Path) -> None:
    factor, column, _ = factor_of(tmp_path, "{low: 100 t/year, high: 200 t/year}", "value_chains.apricot.end_markets.premium.orders")
    assert (factor.low, factor.high, factor.leaf.unit) == (100_000.0, 200_000.0, "kg/year")
    factor, column, _ = factor_of(tmp_path, "{low: 4, high: 7}", "lead_firms.number")
    assert {value: int((column == value).sum()) for value in set(column)} == {4.0: 50, 5.0: 50, 6.0: 50, 7.0: 50}
    assert factor.value(5.0) == 5
    assert isinstance(factor.value(5.0), int)
    factor, column, _ = factor_of(tmp_path, "{values: [quality, both]}", "programme.training.topic")
    assert set(column) == {0.0, 1.0}
    assert (factor.value(1.0), factor.scenarios) == ("both", ("supply_side_only",))
    assert "nearest: quality" in refused(tmp_path, f"{TOP}levers:\n  programme.training.topic: {{values: [qualty]}}\n{LHS}")


@pytest.mark.parametrize(
    ("design", "points"),
    [
        ("{kind: sobol, samples: 8}", 8 * 4),
        ("{kind: sobol, samples: 8, second_order: true}", 8 * 6),
        ("{kind: morris, samples: 5, levels: 4}", 5 * 3),
        ("{kind: latin_hypercube, samples: 7}", 7),
        ("{kind: grid, levels: 3}", 9),
    ],
)
def test_layouts_have_their_points_and_follow_their_seed(tmp_path: Path, design: str, points: int) -> None:
    text = f"{TOP}uncertainties:\n  {ORDERS}: {{low: 0.5, high: 1}}\n  traders.conduct: {{low: 0, high: 0.1}}\ndesign: "
    one = read_design(design_file(tmp_path, text + design))
    assert one.points == points
    assert one.layout.points(one.factors) == points
    assert one.values.min(axis=0).tolist() >= [0.5, 0.0]
    assert one.values.max(axis=0).tolist() <= [1.0, 0.1]
    assert one.values.tolist() == read_design(design_file(tmp_path, text + design)).values.tolist()
    if "grid" not in design:
        zero, other = (read_design(design_file(tmp_path, text + design.replace("}", f", seed: {seed}}}"))) for seed in (0, 1))
        assert zero.values.tolist() == read_design(design_file(tmp_path, text + design.replace("}", ", seed: 0}"))).values.tolist()
        assert (zero.values != other.values).any()


def test_a_list_of_points_is_checked_cell_by_cell(tmp_path: Path) -> None:
    text = f"{TOP}levers:\n  lead_firms.number: {{}}\nuncertainties:\n  {ORDERS}: {{low: 0.1, high: 1}}\n"
    text += "design: {kind: list, file: points.csv}\n"
    points = tmp_path / "points.csv"
    points.write_text(f"{ORDERS},lead_firms.number\n0.5,3\n0.7,5\n\n", encoding="utf-8")
    design = read_design(design_file(tmp_path, text))
    assert design.values.tolist() == [[3.0, 0.5], [5.0, 0.7]]
    assert [(factor.low, factor.high) for factor in design.factors] == [(3.0, 5.0), (0.5, 0.7)]
    points.write_text(f"{ORDERS},lead_firms.number\n0.5,3.5\n1.7,5\n0.5\n", encoding="utf-8")
    told = refused(tmp_path, text)
    assert 'points.csv:2  lead_firms.number  "3.5" is out of bounds' in told
    assert f'points.csv:3  {ORDERS}  "1.7" is out of bounds' in told
    assert "points.csv:4  has 1 values" in told
    points.write_text("lead_firms.numbers\n3\n", encoding="utf-8")
    assert "nearest: lead_firms.number" in refused(tmp_path, text)


def test_a_scenario_at_a_point_is_what_a_file_with_these_values_would_be(tmp_path: Path) -> None:
    path = tiny_sweep(tmp_path)
    design = read_design(path)
    plan = planned(design, silent)
    names = [factor.path for factor in design.factors]
    assert names == ["programme.training.share", "interventions.storage.loss_cut", "value_chains.apricot.city.price"]
    for point in (0, 4):
        values = dict(zip(names, plan.values[point], strict=True))
        farmers = load_scenario(tmp_path / "farmers.yaml", values)
        without = {name: value for name, value in values.items() if not name.startswith("programme")}
        assert plan.hashes[point] == (load_scenario(tmp_path / "baseline.yaml", without).hash(), farmers.hash())
        assert bases_of(design).scenario(1, plan.values[point]).resolved() == farmers.resolved()


def test_keys_follow_scenario_world_and_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = planned(read_design(tiny_sweep(tmp_path)), silent)
    keys = {plan.key(point, replicate, place) for point in range(6) for replicate in range(2) for place in range(2)}
    assert len(keys) == 24
    same = planned(read_design(tiny_sweep(tmp_path / "other")), silent)
    assert same.key(3, 1, 1) in keys
    monkeypatch.setattr("linkage_sim.experiments.sweep.plan.model_version", lambda: "another")
    assert plan.key(3, 1, 1) not in keys


def test_a_run_that_several_points_share_is_lived_once(tmp_path: Path) -> None:
    tiny_sweep(tmp_path)
    text = "scenarios: [baseline.yaml, farmers.yaml]\nlevers:\n  programme.training.share: {low: 0.1, high: 0.5}\n"
    design = read_design(design_file(tmp_path, f"{text}design: {{kind: grid, levels: 5}}\nreplicates: 2\noutcomes: [income]\n"))
    cells = planned(design, silent).cells(set())
    assert sum(len(cell.runs) for cell in cells) == 2 * (1 + 5), "one baseline for each world"


@pytest.mark.parametrize("path", sorted((scenario_folder() / "sweeps").glob("*.yaml")), ids=lambda path: path.stem)
def test_shipped_designs_are_in_order(path: Path) -> None:
    design = read_design(path)
    assert design.scenarios[0].name == "baseline"
    assert not design.warnings
    for factor in design.factors:
        if isinstance(factor.default, float):
            assert factor.low <= factor.default <= factor.high, f"{factor.path}: what is shipped lies outside its range"
    few = min(design.points, 20)
    assert len(planned(replace(design, values=design.values[:few]), silent).hashes) == few
