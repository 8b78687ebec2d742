from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import t

from linkage_sim.results.measures import MEASURES
from linkage_sim.results.pairing import (
    RATIOS,
    Sample,
    compared_rows,
    compared_years,
    declared_measures,
    difference,
    head_to_head,
    interval,
    own_mean,
    ratio,
    sample_of,
    share_better,
)
from results.made_up import observed

NUMBERS = st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=20)


@given(NUMBERS)
def test_the_interval_is_that_of_students_t(values: list[float]) -> None:
    mean, low, high = interval(values)
    half = t.ppf(0.95, len(values) - 1) * np.std(values, ddof=1) / math.sqrt(len(values))
    assert mean == pytest.approx(np.mean(values), abs=1e-6)
    assert high - mean == pytest.approx(half, rel=1e-6, abs=1e-6)
    assert mean - low == pytest.approx(half, rel=1e-6, abs=1e-6)


def test_the_interval_of_one_world_is_a_point() -> None:
    assert interval([3.0]) == (3.0, 3.0, 3.0)


def test_the_interval_holds_the_truth_nine_times_in_ten() -> None:
    """False-alarm rate: with 2,000 draws the share lies within 0.9 +- 0.02 except once in 300 (binomial, sd 0.0067)."""
    draws = np.random.default_rng(7).normal(5.0, 2.0, size=(2000, 6))
    held = [low <= 5.0 <= high for _, low, high in (interval(list(row)) for row in draws)]
    assert abs(np.mean(held) - 0.9) < 0.02


def test_better_means_the_declared_direction_and_a_tie_is_not_better() -> None:
    assert share_better([1.0, -1.0, 0.0, 2.0], "higher") == 0.5
    assert share_better([1.0, -1.0, 0.0, 2.0], "lower") == 0.25
    assert share_better([1.0], "neither") is None


def test_a_world_without_a_value_is_left_out_of_a_pair() -> None:
    found = difference([3.0, None, 5.0, 7.0], [1.0, 1.0, None, 3.0], "higher")
    assert found is not None
    assert (found.mean, found.replicates, found.level) == (3.0, 2, 5.0)
    assert difference([None], [1.0], "higher") is None
    assert own_mean([None, None]) is None
    alone = own_mean([2.0, None, 4.0])
    assert alone is not None
    assert (alone.mean, alone.share_better, alone.replicates) == (3.0, None, 2)


def test_pairing_removes_the_luck_that_both_share() -> None:
    luck = np.random.default_rng(3).normal(0.0, 100.0, 10)
    found = difference(list(luck + 1.0), list(luck), "higher")
    assert found is not None
    assert (found.low, found.high) == (pytest.approx(1.0), pytest.approx(1.0))
    assert found.share_better == 1.0


def test_a_ratio_is_one_of_means() -> None:
    found = ratio([10.0, 30.0], [1.0, 3.0], "lower", to_twin=False)
    assert found is not None
    assert (found.mean, found.low, found.high) == (pytest.approx(10.0), pytest.approx(10.0), pytest.approx(10.0))
    assert found.share_better is None
    spread = ratio([10.0, 30.0, 20.0], [2.0, 2.0, 2.0], "higher", to_twin=True, scale=100.0)
    assert spread is not None
    assert (spread.mean, spread.low, spread.high) == pytest.approx([100 * each / 2.0 for each in interval([10.0, 30.0, 20.0])])
    assert spread.share_better == 1.0


@pytest.mark.parametrize(
    ("tops", "bottoms"),
    [
        ([5.0, 5.0], [0.0, 0.0]),
        ([5.0, 5.0], [-1.0, -2.0]),
        ([5.0, 5.0], [-1.0, 4.0]),
        ([0.0, 0.0], [3.0, 3.0]),
        ([None], [1.0]),
    ],
)
def test_a_ratio_that_cannot_be_said_is_not(tops: list[float | None], bottoms: list[float | None]) -> None:
    assert ratio(tops, bottoms, "lower", to_twin=False) is None


def samples(*incomes: float, spent: float = 0.0, reached: float = 0.0) -> list[Sample]:
    found = []
    for income in incomes:
        plan = {"spent": {"training": 24.0 * spent}, "returned": 1.0, "unassigned": 0.0} if spent else {}
        run = observed(
            after=0,
            income__all=income,
            income__women=income / 2,
            spent=np.where(np.arange(36) < 12, 0.0, spent),
            reached__all=reached,
            programme=plan,
        )
        found.append(sample_of(run, 0.0, 0.0))
    return found


def rows_of(plans: dict[str, list[Sample]]) -> dict[tuple[str, str, str], dict[str, object]]:
    return {(row["scenario"], row["measure"], row["group"]): row for row in compared_rows(plans, "baseline")}


def test_rows_are_gains_costs_and_shares() -> None:
    plans = {"baseline": samples(100.0, 200.0), "plan": samples(110.0, 230.0, spent=10.0, reached=5.0)}
    rows = rows_of(plans)
    assert rows["plan", "income", "all"]["mean"] == pytest.approx(0.5 * (10 + 30) * 12 / 10)
    assert rows["plan", "income", "all"]["level"] == pytest.approx(0.5 * (110 + 230) * 12 / 10)
    assert rows["plan", "income_percent", "all"]["mean"] == pytest.approx(100 * 20 / 150)
    assert rows["plan", "income_total", "women"]["mean"] == pytest.approx(24 * 0.5 * 20)
    assert rows["plan", "income_per_dollar", "all"]["mean"] == pytest.approx(20 / 10)
    assert rows["plan", "income_per_dollar", "women"]["mean"] == pytest.approx(10 / 10)
    assert rows["plan", "cost_per_household", "all"]["mean"] == pytest.approx(240 / 5)
    assert rows["plan", "reached", "all"]["mean"] == 5.0
    assert rows["plan", "spent", "all"]["mean"] == 240.0
    assert rows["plan", "unspent", "all"]["mean"] == 1.0
    assert rows["baseline", "income", "all"]["mean"] == 0.0
    assert ("baseline", "income_per_dollar", "all") not in rows
    assert ("plan", "income_after", "all") not in rows, "there are no months after"
    assert not any(math.isnan(row[name]) for row in rows.values() for name in ("mean", "low", "high"))  # type: ignore[arg-type]


def test_every_row_is_declared() -> None:
    plans = {"baseline": samples(1.0, 2.0), "plan": samples(2.0, 3.0, spent=1.0, reached=1.0)}
    declared = declared_measures()
    assert {measure for _, measure, _ in rows_of(plans)} <= set(declared)
    assert {each.name for each in RATIOS} <= set(declared)
    assert not {each.name for each in RATIOS} & {measure.name for measure in MEASURES}
    assert all(entry["better"] in ("higher", "lower", "neither") for entry in declared.values())
    assert "baseline" in declared["income"]["meaning"]


def test_plans_stand_head_to_head() -> None:
    plans = {"baseline": samples(1.0, 2.0), "one": samples(4.0, 6.0), "two": samples(3.0, 3.0)}
    (entry,) = head_to_head(plans, "baseline")
    assert entry["pair"] == ["one", "two"]
    assert entry["mean"] == pytest.approx(2.0 * 1.2)
    assert entry["share_better"] == 1.0


def test_yearly_courses_leave_out_what_cannot_be_said() -> None:
    plans = {"baseline": samples(100.0, 200.0), "plan": samples(110.0, 230.0)}
    years = compared_years(plans, "baseline")
    assert years["plan"]["income"]["mean"] == pytest.approx([204.0] * 3)
    assert years["plan"]["income_gain"]["mean"] == pytest.approx([24.0] * 3)
    assert years["plan"]["income_gain"]["years"] == [1, 2, 3]
    assert years["plan"]["side_selling"] == {"years": [], "mean": [], "low": [], "high": []}
