"""Measures of prices, volumes, firms and the programme's organisation: known answers, and that a real run gives them."""

from __future__ import annotations

import numpy as np
import pytest

from linkage_sim.results.market import MARKET
from linkage_sim.results.observed import Level, Observed
from results.made_up import observed, records
from results.test_evaluation import lived, seen

LEVELS = {measure.name: measure.compute for measure in MARKET}


def level(name: str, run: Observed, window: str = "during") -> Level:
    return LEVELS[name](run, run.months(window), "all")  # type: ignore[arg-type]


def test_prices_by_channel() -> None:
    run = observed(
        bazaar_kg=100.0, contract_kg=50.0, rival_kg=10.0, contract_usd=45.0, flow__bazaar_sales=65.0, flow__haul_to_bazaars=5.0,
        flow__paid_by_rivals=7.0,
    )  # fmt: skip
    assert level("price_bazaar", run) == pytest.approx(0.6)
    assert level("price_contract", run) == pytest.approx(0.9)
    assert level("price_rivals", run) == pytest.approx(0.7)
    assert level("contract_premium", run) == pytest.approx(0.3)
    assert [level(f"volume_{name}", run) for name in ("bazaar", "contract", "rivals")] == pytest.approx([1200.0, 600.0, 120.0])
    assert level("contract_premium", observed(bazaar_kg=1.0)) is None


def test_the_competitive_yardstick_is_read_at_the_farm_gate() -> None:
    run = observed(bazaar_kg=100.0, bazaar_usd=60.0, competitive_usd=85.0, flow__haul_to_bazaars=5.0, competitive_surplus=3.0)
    assert level("price_competitive", run) == pytest.approx(0.8)
    assert level("below_competitive", run) == pytest.approx(1 - 55 / 80)
    assert level("competitive_surplus", run) == pytest.approx(36.0)
    assert level("below_competitive", observed()) is None


def test_breach_lateness_losses_and_capacity() -> None:
    run = observed(
        due_kg=100.0, side_kg=20.0, broken_kg=8.0, firms=4.0, firm_late=1.0, ripened_kg=200.0, unharvested_kg=10.0, picked_kg=190.0,
        lost_kg=19.0, contract_kg=60.0, rival_kg=20.0, capacity_kg=400.0,
    )  # fmt: skip
    assert level("breach", run) == pytest.approx(0.1)
    assert level("late_pay", run) == pytest.approx(0.25)
    assert level("unharvested", run) == pytest.approx(0.05)
    assert level("lost", run) == pytest.approx(0.1)
    assert level("capacity_use", run) == pytest.approx(0.2)


def test_entry_and_exit_are_counted() -> None:
    months = np.arange(72)
    run = observed(entries=np.where(months % 24 == 20, 1.0, 0.0), exits=np.where(months == 3, 5.0, 0.0), rivals=2.0, outlets=3.0)
    assert level("entries", run, "whole") == 3.0
    assert level("exits", run, "whole") == 0.0, "before the programme nothing counts"
    assert (level("rivals", run), level("outlets", run)) == (2.0, 3.0)


def test_volatility_is_that_of_each_household_over_years() -> None:
    """Five Decembers since the start: one household earns 80 and 120 in turn, one the same every year, one loses."""
    years = np.array([[80.0, 120, 80, 120, 80], [50.0] * 5, [-10.0] * 5])
    run = observed(households=records(years_sum=years.sum(axis=1), years_squares=(years**2).sum(axis=1)))
    expected = (years[0].std() / years[0].mean() + 0.0) / 2
    assert level("household_volatility", run, "whole") == pytest.approx(expected)
    assert level("household_volatility", observed(), "whole") is None
    short = observed(before=0, during=18, after=0, households=records(years_sum=[1.0], years_squares=[1.0]))
    assert level("household_volatility", short, "whole") is None


def test_the_organisation_is_measured_only_where_there_is_a_plan() -> None:
    plan = {"spent": {"training": 1.0}, "concept_spread": 0.2, "villages_duplicated": 0.25}
    people = records(village=[0, 0, 1, 2], reached=[0, 1, 0, 0])
    run = observed(programme=plan, households=people, concept=np.linspace(0, 0.71, 72), claimed_over_true=1.5)
    assert level("concept", run) == pytest.approx(0.35), "in the last month of the programme"
    assert level("concept_spread", run) == 0.2
    assert level("villages_duplicated", run) == 0.25
    assert level("villages_missed", run) == pytest.approx(2 / 3)
    assert level("claimed_over_true", run) == 1.5
    nobody = observed(households=people, concept=0.5)
    names = ("concept", "concept_spread", "villages_duplicated", "villages_missed", "claimed_over_true")
    assert [level(name, nobody) for name in names] == [None] * 5


def test_a_real_run_gives_plausible_levels() -> None:
    run, twin = seen("plan"), seen("baseline")
    for name in LEVELS:
        assert level(name, run, "whole") is not None or name in ("price_rivals",), name
    for each in (run, twin):
        assert (each.column("competitive_surplus") >= -1e-6 * each.column("bazaar_usd").max()).all(), "nobody could do better than that"
        assert 0.0 < level("below_competitive", each, "whole") < 1.0  # type: ignore[operator]
        assert each.column("entries").sum() - each.column("exits").sum() == pytest.approx(
            (each.firms["active"] == 1).sum() - active_first(each)  # type: ignore[index]
        )


def active_first(run: Observed) -> float:
    """Firms in business when the record begins, from the first month's levels."""
    first = run.column("firms")[0] + run.column("rivals")[0]
    return float(first - run.column("entries")[0] + run.column("exits")[0])


def test_household_volatility_follows_from_the_record_of_years() -> None:
    """The sums that a household carries are those of its calendar years: of all households together, the region's income."""
    rows = lived("plan")[1].households
    run = seen("plan")
    months = slice(run.before, len(run.monthly))
    income = run.column("income.all")[months].sum() + run.column("other_income.all")[months].sum()
    assert rows["years_sum"].sum() == pytest.approx(income, rel=1e-9)
