from __future__ import annotations

import pytest

from experiments.small import small
from linkage_sim.experiments.break_even import FACTORS, break_even_of, family, side_pair, turning_point
from linkage_sim.programme.plan import ACTS
from linkage_sim.results.pairing import Sample
from linkage_sim.scenario.scenario import Scenario


def test_where_a_falling_gain_meets_another() -> None:
    assert turning_point([1.0, 2.0, 4.0], [10.0, 8.0, 0.0], 9.0) == pytest.approx(1.5)
    assert turning_point([1.0, 2.0, 4.0], [10.0, 8.0, 0.0], 4.0) == pytest.approx(3.0)
    assert turning_point([1.0, 2.0], [10.0, 8.0], 7.0) is None
    assert turning_point([1.0, 2.0], [6.0, 8.0], 7.0) == 1.0


def test_every_act_has_a_side() -> None:
    organisation = {act for act in ACTS if family(act) == "organisation"}
    assert organisation == {"staff_coaching", "reflection_session", "communication", "coordination"}
    assert {family(act) for act in ACTS} == {"supply", "demand", "organisation"}


def sample(income: float, spent: float) -> Sample:
    levels = {("income", "all"): income, ("income_total", "all"): 100.0 * income, ("spent", "all"): spent}
    return Sample(levels, {}, {}, 0.0, 0.0)


def test_the_two_best_and_the_two_sides_are_turned() -> None:
    plans = [small(name) for name in ("supply_side_only", "demand_side_only", "combined")]
    baseline = small("baseline")
    asked: list[str] = []

    def simulate(dearer: list[Scenario], worlds: int) -> list[list[Sample]]:
        asked.extend(f"{each.name} {each.facilitator.unit_cost_factor:g}" for each in dearer)
        assert worlds == 3
        return [[sample(1.0 + 6.0 / each.facilitator.unit_cost_factor, 100.0) for _ in range(worlds)] for each in dearer]

    samples = {
        "baseline": [sample(1.0, 0.0)] * 3,
        "supply_side_only": [sample(3.0, 100.0)] * 3,
        "demand_side_only": [sample(4.0, 50.0)] * 3,
        "combined": [sample(7.0, 100.0)] * 3,
    }
    top, sides = break_even_of([baseline, *plans], samples, "baseline", simulate)
    assert top["pair"] == ["combined", "demand_side_only"]
    assert sides["pair"] == ["demand_side_only", "supply_side_only"]
    assert asked == [f"{name} {factor:g}" for name in ("demand_side_only", "combined") for factor in FACTORS]
    assert top["gain_winner"] == pytest.approx([6.0, 6 / 1.25, 4.0, 3.0, 2.0, 1.5])
    assert top["gain_runner_up"] == pytest.approx(3.0)
    assert top["turns_at"] == pytest.approx(2.0)
    assert top["lead"]["mean"] == pytest.approx(3.0)
    # per dollar the runner-up, which spends half, gains as much today
    assert top["per_dollar"]["gain_winner"][0] == pytest.approx(6.0)
    assert top["per_dollar"]["gain_runner_up"] == pytest.approx(6.0)
    assert top["per_dollar"]["turns_at"] == pytest.approx(1.0)
    assert "2.00 times its unit costs" in top["text"]
    assert "is ahead already today" in top["text"]


def test_one_plan_has_no_rival() -> None:
    def simulate(dearer: list[Scenario], worlds: int) -> list[list[Sample]]:
        raise AssertionError("nothing to run")

    samples = {"baseline": [sample(1.0, 0.0)] * 2, "combined": [sample(7.0, 100.0)] * 2}
    assert break_even_of([small("baseline"), small("combined")], samples, "baseline", simulate) == []


def test_sides_are_the_usual_plans_or_the_best_of_each_side() -> None:
    supply, demand, claims, both = (small(name) for name in ("supply_side_only", "demand_side_only", "demand_side_claims", "combined"))
    gains = {"supply_side_only": 2.0, "demand_side_only": 1.0, "demand_side_claims": 3.0, "combined": 9.0}
    assert side_pair([supply, claims, demand, both], gains) == ("supply_side_only", "demand_side_only")
    assert side_pair([supply, claims, both], gains) == ("demand_side_claims", "supply_side_only")
    assert side_pair([demand, claims, both], gains) is None
