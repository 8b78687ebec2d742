"""Attribution against twins, and what designs without a twin report: textbook formulas, known answers, and real runs."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from linkage_sim import engine
from linkage_sim.books import FLOWS
from linkage_sim.errors import ResultsError
from linkage_sim.results.evaluation import (
    DESIGNS,
    EVALUATION_COLUMNS,
    against_neighbours,
    against_twin,
    attributed,
    before_after,
    comparable,
    difference_in_differences,
    evaluation_rows,
    mean_gain,
    worse_off,
)
from linkage_sim.results.folders import observed_of, open_run, write_run
from linkage_sim.results.measures import TWIN_MEASURES, measured, measured_against
from linkage_sim.results.observed import Observed
from linkage_sim.results.pairing import compared_rows, sample_of
from linkage_sim.scenario.scenario import Scenario
from promises.small_world import PLAN, small, with_plan
from results.made_up import observed, records

RANDOM = np.random.default_rng(11)


def run_of(**columns: Any) -> Observed:
    """A run of 12, 24 and 36 months with households of these columns."""
    zeros = dict.fromkeys(("reached", "offered", "joined", "linked_end", "surviving"), 0)
    incomes = dict.fromkeys(("before_income", "during_income", "after_income"), 0.0)
    given = {"identity": np.arange(4), "village": [0, 0, 1, 1], **zeros, **incomes, **columns}
    return observed(households=records(**given))


# --- formulas -------------------------------------------------------------------------------------------


def test_formulas_by_hand() -> None:
    before, now = np.array([10.0, 20.0, 30.0, 40.0]), np.array([16.0, 22.0, 31.0, 45.0])
    reached = np.array([True, True, False, False])
    assert before_after(before, now, reached) == pytest.approx((6 + 2) / 2)
    assert difference_in_differences(before, now, reached) == pytest.approx((6 + 2) / 2 - (1 + 5) / 2)
    village = np.array([0, 0, 1, 1])
    linked = np.array([True, False, True, False])
    assert against_neighbours(now, linked, village) == pytest.approx(((16 - 22) + (31 - 45)) / 2)


def test_nobody_or_everybody_reached_cannot_be_told() -> None:
    income, none = np.ones(3), np.zeros(3, dtype=bool)
    assert before_after(income, income, none) is None
    assert difference_in_differences(income, income, none) is None
    assert difference_in_differences(income, income, ~none) is None
    assert against_neighbours(income, none, np.zeros(3, dtype=int)) is None
    assert against_neighbours(income, np.array([True, True, False]), np.array([0, 0, 1])) is None, "no village with both"


def test_difference_in_differences_is_the_interaction_of_the_textbook_regression() -> None:
    """y = a + b*reached + c*later + effect*reached*later, by least squares over both periods."""
    before, now = RANDOM.normal(100, 20, 60), RANDOM.normal(110, 25, 60)
    reached = RANDOM.random(60) < 0.4
    treated, later = np.tile(reached, 2).astype(float), np.repeat([0.0, 1.0], 60)
    columns = np.column_stack((np.ones(120), treated, later, treated * later))
    effect = np.linalg.lstsq(columns, np.concatenate((before, now)), rcond=None)[0][3]
    assert difference_in_differences(before, now, reached) == pytest.approx(effect)


def test_neighbours_with_equal_shares_are_the_regression_with_village_dummies() -> None:
    village = np.repeat(np.arange(8), 6)
    linked = np.tile([True, True, False, False, False, False], 8)
    now = RANDOM.normal(100, 20, 48) + 10.0 * village + 7.0 * linked
    dummies = (village[:, None] == np.arange(8)).astype(float)
    effect = np.linalg.lstsq(np.column_stack((linked.astype(float), dummies)), now, rcond=None)[0][0]
    assert against_neighbours(now, linked, village) == pytest.approx(effect)


def test_neighbours_are_weighted_by_participants_and_lonely_villages_left_out() -> None:
    village = np.array([0, 0, 0, 1, 1, 1, 2, 3])
    linked = np.array([True, True, False, True, False, False, True, False])
    now = np.array([10.0, 20.0, 5.0, 30.0, 10.0, 20.0, 1e6, -1e6])
    assert against_neighbours(now, linked, village) == pytest.approx((2 * (15 - 5) + 1 * (30 - 15)) / 3)
    assert comparable(linked, village).tolist() == [True, True, False, True, False, False, False, False]


# --- attribution of hand-made runs ------------------------------------------------------------------------


def test_every_household_is_set_against_its_own_twin() -> None:
    twin = run_of(before_income=[10.0, 20, 30, 40], during_income=[20.0, 40, 60, 80], after_income=[30.0, 60, 90, 120])
    own = run_of(
        before_income=[10.0, 20, 30, 40], during_income=[22.0, 40, 58, 80], after_income=[36.0, 60, 84, 120],
        reached=[1, 0, 1, 0], offered=[1, 1, 0, 0], joined=[1, 0, 0, 0],
    )  # fmt: skip
    found = attributed(own, twin)
    assert found["before"].tolist() == [0.0] * 4
    assert found["during"] == pytest.approx([1.0, 0.0, -1.0, 0.0]), "24 months: two years"
    assert found["after"] == pytest.approx([2.0, 0.0, -2.0, 0.0]), "36 months: three years"
    assert found["whole"] == pytest.approx([8 / 5, 0.0, -8 / 5, 0.0])
    assert found["reached"].tolist() == [1, 0, 1, 0]
    assert mean_gain(own, twin, "after", np.array([True, True, False, False])) == pytest.approx(1.0)
    assert mean_gain(own, twin, "after", np.zeros(4, dtype=bool)) is None
    assert worse_off(own, twin, "after") == 0.25
    assert worse_off(own, twin, "during") == 0.0, "a dollar less is not counted"


def test_runs_of_other_worlds_have_no_twins() -> None:
    with pytest.raises(ResultsError, match="not of the same world"):
        attributed(run_of(), run_of(identity=[0, 1, 2, 9]))
    with pytest.raises(ResultsError, match="nothing can be attributed"):
        attributed(observed(), run_of())


def test_levels_say_what_designs_report_what_is_true_and_the_gap() -> None:
    """Everybody's income rose by 5 a year by luck; the programme added 3 to those reached and took 1 from the others."""
    twin = run_of(before_income=100.0, during_income=2 * 105.0, after_income=3 * 105.0)
    now = np.array([108.0, 104.0, 108.0, 104.0])
    own = run_of(
        before_income=100.0, during_income=2 * now, after_income=3 * now, reached=[1, 0, 1, 0], linked_end=[1, 0, 0, 0],
        offered=[1, 1, 0, 0], joined=[1, 0, 0, 0], surviving=[1, 0, 0, 0],
    )  # fmt: skip
    found = {name: level for (name, group), level in measured_against(own, twin).items() if group == "all"}
    expected = {
        "before_after_after": 8.0, "before_after_truth_after": 3.0, "before_after_bias_after": 5.0,
        "differences_during": 4.0, "differences_truth_during": 3.0, "differences_bias_during": 1.0,
        "neighbours_after": 4.0, "neighbours_truth_after": 3.0, "neighbours_bias_after": 1.0,
        "gain_reached": 3.0, "gain_offered_after": 1.0, "gain_joined_after": 3.0, "gain_surviving_after": 3.0,
        "worse_off": 0.0,
    }  # fmt: skip
    assert {name: found[name] for name in expected} == pytest.approx(expected)
    alone = measured_against(twin, twin)
    assert alone["gain_reached", "all"] is None
    assert alone["worse_off_after", "all"] == 0.0


def test_rows_and_table_of_a_comparison_hold_every_design() -> None:
    twin = run_of(before_income=100.0, during_income=210.0, after_income=315.0)
    samples: dict[str, list[Any]] = {"baseline": [], "plan": []}
    for gain in (3.0, 5.0):
        now = 105.0 + np.array([gain, 0.0, gain, 0.0])
        own = run_of(before_income=100.0, during_income=2 * now, after_income=3 * now, reached=[1, 0, 1, 0], linked_end=[1, 0, 1, 0])
        samples["baseline"].append(sample_of(twin, 0.0, 0.0, twin))
        samples["plan"].append(sample_of(own, 0.0, 0.0, twin))
    table = evaluation_rows(compared_rows(samples, "baseline"))
    found = {(row["scenario"], row["design"], row["window"]): row for row in table}
    assert set(found) == {("plan", design.name, window) for design in DESIGNS for window in design.windows}
    row = found["plan", "before_after", "after"]
    assert (row["estimate"], row["truth"], row["bias"], row["replicates"]) == pytest.approx((9.0, 4.0, 5.0, 2))
    assert row["bias_low"] == pytest.approx(row["bias_high"]), "the same luck in both worlds"
    assert row["truth_low"] < 4.0 < row["truth_high"]
    assert found["plan", "differences", "after"]["bias"] == pytest.approx(0.0)
    assert set(table[0]) == set(EVALUATION_COLUMNS)


def test_without_a_twin_nothing_is_attributed() -> None:
    sample = sample_of(run_of(), 0.0, 0.0)
    names = {measure.name for measure in TWIN_MEASURES}
    assert not [name for name, _ in sample.levels if name in names]


# --- real runs --------------------------------------------------------------------------------------------

SEED = 7


@cache
def lived(which: str) -> tuple[Scenario, engine.Outcome]:
    scenario = {
        "baseline": lambda: small("baseline"),
        "plan": lambda: with_plan(PLAN),
        "penniless": lambda: with_plan(PLAN, {"facilitator.budget": 0}),
    }[which]()
    return scenario, engine.run(scenario, SEED)


def seen(which: str) -> Observed:
    return observed_of(*lived(which), FLOWS)


def test_a_programme_that_spends_nothing_has_done_nothing_to_any_household() -> None:
    found = attributed(seen("penniless"), seen("baseline"))
    assert len(found) > 100
    for name in ("before", "during", "after", "whole", "reached", "offered", "joined", "surviving"):
        assert not found[name].any(), name


def test_gains_of_households_sum_to_the_gain_of_the_region() -> None:
    own, twin = seen("plan"), seen("baseline")
    found = attributed(own, twin)
    assert not found["before"].any(), "nothing was done before the programme"
    assert np.abs(found["after"]).max() > 1.0
    levels = [measured(run) for run in (own, twin)]
    for window, name in (("during", "income_during"), ("after", "income_after"), ("whole", "income")):
        gain = levels[0][name, "all"] - levels[1][name, "all"]  # type: ignore[operator]
        assert found[window].mean() == pytest.approx(gain, rel=1e-9)


def test_who_survives_has_joined_and_who_joined_was_offered() -> None:
    rows = lived("plan")[1].households
    flags: dict[str, NDArray[np.bool_]] = {
        name: rows[name] == 1 for name in ("offered", "joined", "surviving", "sustained", "linked_exit", "linked_end", "reached")
    }
    for few, many in (("surviving", "joined"), ("joined", "offered"), ("sustained", "linked_exit"), ("linked_exit", "joined"),
                      ("surviving", "linked_end"), ("joined", "reached")):  # fmt: skip
        assert not (flags[few] & ~flags[many]).any(), (few, many)
    counts = [int(flags[name].sum()) for name in ("surviving", "joined", "offered")]
    assert 0 < counts[0] < counts[1] < counts[2] <= len(rows)


def test_run_folders_give_the_same_attribution(tmp_path: Path) -> None:
    runs = [open_run(write_run(tmp_path, name, *lived(name), FLOWS, 0, SEED)) for name in ("plan", "baseline")]
    found = against_twin(*runs)
    expected = attributed(seen("plan"), seen("baseline"))
    assert list(found.columns) == list(expected.dtype.names or ())
    for name in found.columns:
        assert (found[name].to_numpy() == expected[name]).all()
    assert {"firms.parquet", "routes.parquet"} <= set(runs[0].manifest["files"])
    again = measured_against(runs[0].observed, runs[1].observed)
    assert again == measured_against(seen("plan"), seen("baseline"))
