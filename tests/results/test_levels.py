from __future__ import annotations

import numpy as np
import pytest

from linkage_sim.errors import ResultsError
from linkage_sim.results.declare import row_name
from linkage_sim.results.levels import (
    alive,
    alive_share,
    bazaar_price,
    firm_margin,
    gini,
    income,
    income_total,
    poverty,
    price_received,
    reached,
    reached_share,
    total_surplus,
    unspent,
    volatility,
)
from linkage_sim.results.measures import MEASURES, measured, measured_by_year
from results.made_up import observed


def test_windows_split_the_recorded_months() -> None:
    run = observed(before=12, during=24, after=36)
    found = {window: run.months(window).indices(72)[:2] for window in ("before", "during", "after", "whole")}
    assert found == {"before": (0, 12), "during": (12, 36), "after": (36, 72), "whole": (12, 72)}
    assert [year.start for year in run.years] == [0, 12, 24, 36, 48, 60]
    assert len(observed(before=0, during=18, after=0).years) == 1, "a year that is not complete is left out"


def test_income_is_per_household_and_year() -> None:
    months = np.arange(72)
    run = observed(income__all=np.where(months < 36, 100.0, 200.0), income__women=20.0)
    assert income(run, run.months("during"), "all") == pytest.approx(120.0)
    assert income(run, run.months("after"), "all") == pytest.approx(240.0)
    assert income(run, run.months("during"), "women") == pytest.approx(60.0)
    assert income_total(run, run.months("whole"), "all") == pytest.approx(24 * 100 + 36 * 200)


def test_a_group_without_households_has_no_level() -> None:
    run = observed(households__women=0.0)
    assert income(run, run.months("during"), "women") is None
    assert income_total(run, run.months("during"), "women") is None
    assert reached_share(run, run.months("during"), "women") is None


def test_reached_is_counted_at_the_end() -> None:
    run = observed(reached__all=np.minimum(np.arange(72), 8.0))
    assert reached(run, run.months("whole"), "all") == 8.0
    assert reached_share(run, run.months("whole"), "all") == pytest.approx(0.8)


def test_poverty_is_read_in_december() -> None:
    run = observed(poor__all=np.where(np.arange(72) % 12 == 11, 3.0, 10.0))
    assert poverty(run, run.months("during"), "all") == pytest.approx(0.3)
    assert poverty(observed(before=0, during=6, after=0), slice(0, 6), "all") is None


@pytest.mark.parametrize(("after", "month"), [(36, 12 + 24 + 23), (24, 59), (13, 48), (1, 36)])
def test_what_lives_is_counted_24_months_after_exit_or_at_the_end(after: int, month: int) -> None:
    months = np.arange(36 + after, dtype=float)
    run = observed(after=after, still_linked=months, linked_before=np.where(months >= 36, 100.0, 0.0))
    assert alive(run, run.months("whole"), "all") == month
    assert alive_share(run, run.months("whole"), "all") == pytest.approx(month / 100.0)


def test_without_months_after_exit_nothing_lived() -> None:
    run = observed(after=0, still_linked=5.0)
    assert alive(run, run.months("whole"), "all") is None
    assert alive_share(run, run.months("whole"), "all") is None


def test_the_price_received_is_net_of_hauls_and_over_all_buyers() -> None:
    run = observed(
        bazaar_kg=100.0, contract_kg=50.0, rival_kg=10.0,
        flow__bazaar_sales=60.0, flow__haul_to_bazaars=5.0, flow__paid_under_contract=40.0, flow__paid_by_rivals=9.0,
    )  # fmt: skip
    assert price_received(run, run.months("during"), "all") == pytest.approx((60 - 5 + 40 + 9) / 160)
    assert price_received(observed(), slice(0, 12), "all") is None


def test_the_bazaar_price_is_weighted_by_what_was_sold() -> None:
    months = np.arange(72)
    price = np.where(months % 2 == 0, 1.0, 2.0)
    assert bazaar_price(observed(bazaar_price=price, bazaar_kg=np.where(months % 2 == 0, 30.0, 10.0)), slice(0, 12), "all") == 1.25
    assert bazaar_price(observed(bazaar_price=price), slice(0, 12), "all") == 1.5


def test_surplus_is_that_of_households_firms_traders_and_consumers() -> None:
    run = observed(
        income__all=100.0,
        trader_profit=10.0,
        consumer_surplus=20.0,
        flow__sales_of_firms=50.0,
        flow__paid_under_contract=30.0,
        flow__paid_by_rivals=4.0,
        flow__input_loans_repaid=2.0,
    )
    assert firm_margin(run, run.months("during"), "all") == pytest.approx(12 * (50 + 2 - 30 - 4))
    assert total_surplus(run, run.months("during"), "all") == pytest.approx(12 * (100 + 10 + 20 + 18))


def test_volatility_is_between_years() -> None:
    months = np.arange(72)
    year = months // 12
    run = observed(income__all=np.where(year % 2 == 0, 50.0, 150.0))
    whole = volatility(run, run.months("whole"), "all")
    yearly = np.array([1800.0, 600.0, 1800.0, 600.0, 1800.0])
    assert whole == pytest.approx(yearly.std() / yearly.mean())
    assert volatility(observed(income__all=-1.0), slice(12, 72), "all") is None


def test_gini_is_that_of_yearly_income_from_all_sources() -> None:
    kinds = [("wages", "f8"), ("remittances", "f8"), ("during_income", "f8"), ("after_income", "f8")]
    rows = np.array([(1.0, 0.0, 24.0, 0.0), (0.0, 1.0, 24.0, 0.0), (0.0, 0.0, -500.0, 0.0)], dtype=kinds)
    run = observed(households=rows)
    assert gini(run, run.months("during"), "all") == pytest.approx(1 / 3), "two alike, one with nothing"
    assert gini(run, run.months("after"), "all") == pytest.approx(1 / 3)
    equal = observed(households=np.array([(1.0, 1.0, 0.0, 0.0)] * 5, dtype=kinds))
    assert gini(equal, equal.months("after"), "all") == pytest.approx(0.0)
    assert gini(observed(), slice(12, 36), "all") is None


def test_what_a_plan_left_is_returned_or_given_to_no_act() -> None:
    run = observed(programme={"spent": {"training": 1.0}, "returned": 20.0, "unassigned": 3.0})
    assert unspent(run, slice(0, 72), "all") == 23.0
    nobody = observed(programme={"spent": {}, "returned": 0.0, "unassigned": 240000.0})
    assert unspent(nobody, slice(0, 72), "all") == 0.0


def test_every_measure_gives_a_level_for_its_windows_and_groups() -> None:
    found = measured(observed(income__all=1.0, picked_kg=1.0, due_kg=1.0, after=0))
    expected = {
        (row_name(measure.name, window), group)
        for measure in MEASURES
        for window in measure.windows
        for group in (("all", "women") if measure.grouped else ("all",))
    }
    assert set(found) == expected
    assert found["income_after", "all"] is None
    assert found["income_during", "all"] == found["income", "all"] == pytest.approx(1.2)
    assert len({measure.name for measure in MEASURES}) == len(MEASURES)


def test_yearly_levels_are_the_same_measures_year_by_year() -> None:
    run = observed(income__all=np.repeat(np.arange(6.0), 12))
    years = measured_by_year(run)
    assert years["income"] == pytest.approx([0.0, 1.2, 2.4, 3.6, 4.8, 6.0])
    assert set(years) == {measure.name for measure in MEASURES if measure.yearly}


def test_a_column_that_is_missing_is_named() -> None:
    with pytest.raises(ResultsError, match="no monthly column 'moonshine'"):
        observed().column("moonshine")
