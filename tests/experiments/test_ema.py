from __future__ import annotations

import pickle
import re
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from experiments.small import small
from linkage_sim.engine import run_together, seed_of
from linkage_sim.errors import EngineError, ScenarioError
from linkage_sim.experiments.ema import ModelFunction, ema_model, model_function, salib_outputs, salib_problem

PAGE = Path(__file__).resolve().parents[2] / "docs" / "analysis.md"

RANGES: dict[str, Any] = {
    "facilitator.budget": (5000, 40000),
    "behaviour.hurdle": (0.0, 1.0),
    "programme.training.topic": ["improved", "both"],
}


def function(ranges: dict[str, Any] = RANGES, replicates: int = 1) -> ModelFunction:
    return model_function([small("baseline"), small("supply_side_only")], ranges, ["income", "adoption_quality_after"], replicates)


def test_the_function_gives_the_paired_gain_of_the_scenario_with_these_values() -> None:
    values = {"facilitator.budget": 30000.0, "behaviour.hurdle": 0.1}
    own = [small(name, **values) for name in ("baseline", "supply_side_only")]
    gains = []
    for replicate in range(2):
        income = [
            float((outcome.households["during_income"] + outcome.households["after_income"]).mean()) / 6.0
            for _, outcome in run_together(own, seed_of(own[0], replicate))
        ]
        gains.append(income[1] - income[0])
    found = function(replicates=2)(values)
    assert found["income"] == pytest.approx(np.mean(gains), rel=1e-9)
    assert found["income"] != 0.0
    assert function(replicates=2)({"facilitator__budget": 30000.0, "behaviour__hurdle": 0.1}) == found


def test_ema_workbench_drives_the_model() -> None:
    model = ema_model(function())
    assert [each.name for each in model.uncertainties] == ["behaviour__hurdle"]
    assert [each.name for each in model.levers] == ["facilitator__budget", "programme__training__topic"]
    assert model.outcomes["income"].kind == 1  # maximised; adoption is for information only
    assert model.outcomes["adoption_quality_after"].kind == 0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from ema_workbench import perform_experiments

        experiments, outcomes = perform_experiments(model, scenarios=2, policies=2)
    assert len(experiments) == len(outcomes["income"]) == 4
    for number, row in enumerate(experiments.to_dict("records")):
        values = {path: row[path.replace(".", "__")] for path in RANGES}
        assert function()(values)["income"] == outcomes["income"][number]
    assert len(set(outcomes["income"].tolist())) > 1


def test_salib_drives_the_model() -> None:
    from SALib.analyze import morris
    from SALib.sample.morris import sample

    numbers = function({path: values for path, values in RANGES.items() if len(values) == 2 and not isinstance(values, list)})
    problem = salib_problem(numbers)
    assert problem == {"num_vars": 2, "names": list(numbers.ranges), "bounds": [[5000.0, 40000.0], [0.0, 1.0]]}
    x = sample(problem, 2, num_levels=4, seed=3)
    y = salib_outputs(numbers, x)
    assert y[0] == numbers(dict(zip(numbers.ranges, x[0].tolist(), strict=True)))["income"]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        effects = morris.analyze(problem, x, y, num_levels=4, seed=3)
    assert effects["mu_star"][0] > 0.0
    with pytest.raises(EngineError, match="not among the outcomes"):
        salib_outputs(numbers, x, "poverty")
    with pytest.raises(EngineError, match="2 columns"):
        salib_outputs(numbers, x[:, :1])
    with pytest.raises(EngineError, match="numbers only"):
        salib_problem(function())


def test_it_can_be_sent_to_another_process() -> None:
    again = pickle.loads(pickle.dumps(function()))
    assert again.ranges == RANGES


@pytest.mark.parametrize(
    ("ranges", "words"),
    [
        ({"behaviour.hurdel": (0, 1)}, "has a value 'behaviour.hurdel'"),
        ({"behaviour.hurdle": (0, 9)}, "goes beyond 0 to 5"),
        ({"behaviour.hurdle": (1, 1)}, "lowest and the highest"),
        ({"programme.training.topic": ["all"]}, "allowed are improved, quality, both"),
    ],
)
def test_wrong_ranges_are_told(ranges: dict[str, Any], words: str) -> None:
    with pytest.raises(EngineError, match=words):
        function(ranges)


def test_wrong_values_and_scenarios_are_told() -> None:
    with pytest.raises(EngineError, match="not among the parameters"):
        function()({"trust.memory": 0.5})
    with pytest.raises(ScenarioError, match="hurdle"):
        function()({"behaviour.hurdle": 99.0})
    with pytest.raises(EngineError, match="at least one plan"):
        model_function([small("baseline")], {})
    with pytest.raises(EngineError, match="no measure"):
        model_function([small("baseline"), small("combined")], {}, ["incme"])


def test_the_examples_of_the_page_run_when_made_small() -> None:
    _, tools, batch = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    for usual, less in (
        ("replicates=2", "replicates=1"),
        ("scenarios=20, policies=4", "scenarios=2, policies=1"),
        ("function), 10,", "function), 2,"),
    ):
        assert usual in tools
        tools = tools.replace(usual, less)
    names: dict[str, Any] = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        exec(compile(tools, str(PAGE), "exec"), names)
    assert len(names["outcomes"]["linked_after"]) == 2
    assert len(names["indices"]["mu_star"]) == 2
    assert max(names["indices"]["mu_star"]) > 0.0
    assert "range(2)" in batch
    exec(compile(batch.replace("range(2)", "range(1)"), str(PAGE), "exec"), names)
    assert names["gain"].shape == (2,)
    assert (names["gain"] != 0.0).all()
