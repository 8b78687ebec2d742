"""Rules of savings groups, mended promises, graded lots and shared costs."""

from __future__ import annotations

import pytest

from linkage_sim.rules.contract import breach_mended, detection_chance, grading_worth, mended_price, rejection_chance
from linkage_sim.rules.firm import member_cost, running_cost
from linkage_sim.rules.group import group_loan, group_saving, season_interest
from linkage_sim.rules.selection import seen_share


def test_a_group_lends_what_is_wanted_what_it_may_and_what_it_has() -> None:
    assert group_loan(50.0, 40.0, 0.0, 3.0, 1.0, 640.0) == 50.0
    assert group_loan(500.0, 40.0, 20.0, 3.0, 1.0, 640.0) == 100.0
    assert group_loan(500.0, 40.0, 20.0, 3.0, 0.5, 640.0) == 40.0
    assert group_loan(500.0, 40.0, 0.0, 3.0, 1.0, 30.0) == 30.0
    assert group_loan(500.0, 40.0, 200.0, 3.0, 1.0, 640.0) == 0.0


def test_members_save_up_to_the_goal_and_get_it_back_as_the_group_fades() -> None:
    assert group_saving(0.0, 40.0, 1.0, 100.0, 0.1, 0.0) == 10.0
    assert group_saving(38.0, 40.0, 1.0, 100.0, 0.1, 0.0) == 2.0
    assert group_saving(40.0, 40.0, 0.5, 100.0, 0.1, 500.0) == -20.0
    assert group_saving(40.0, 40.0, 0.5, 100.0, 0.1, 5.0) == -5.0
    assert season_interest(0.28, 0.18, 0.0) == 0.14
    assert season_interest(0.28, 0.18, 1.0) == pytest.approx(0.09)


def test_nothing_is_mended_without_a_mender_and_all_by_a_perfect_one() -> None:
    assert breach_mended(0.0, 0.5, 0.0, 0.4) == 0.0
    assert breach_mended(1.0, 1.0, 0.0, 0.4) == 1.0
    assert breach_mended(0.8, 0.5, 1.0, 0.4) == pytest.approx(1 - 0.6 * 0.6)
    assert mended_price(0.5, 0.9, 0.0) == 0.5
    assert mended_price(0.5, 0.9, 0.25) == pytest.approx(0.6)
    assert mended_price(0.9, 0.5, 0.25) == 0.9


def test_grading_and_records() -> None:
    assert rejection_chance(0.1, 0.0, 0.6) == 0.1
    assert rejection_chance(0.1, 1.0, 0.6) == pytest.approx(0.04)
    assert detection_chance(0.9, 0.0, 0.5) == 0.9
    assert detection_chance(0.6, 1.0, 0.5) == pytest.approx(0.8)
    assert grading_worth(1000.0, 0.5, 0.1, 0.6) == pytest.approx(30.0)
    assert grading_worth(1000.0, -0.5, 0.1, 0.6) == 0.0


def test_costs_are_shared_and_what_the_facilitator_did_comes_on_top_afterwards() -> None:
    assert running_cost(100.0, 0.0, 0.3, True, 0.0) == pytest.approx(70.0)
    assert running_cost(100.0, 0.0, 0.3, False, 0.0) == pytest.approx(130.0)
    assert running_cost(100.0, 0.0, 0.0, False, 0.25) == 75.0
    assert member_cost(6.0, 0.5, 0.0) == 3.0
    assert member_cost(6.0, 0.0, 0.5) == 3.0
    assert seen_share(0.0) == 0.0
    assert seen_share(2.0) == 0.5
