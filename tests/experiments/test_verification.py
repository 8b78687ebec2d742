"""The sweep over visits and the table of single acts: same budget, same worlds, nothing made up."""

from __future__ import annotations

import numpy as np
import pytest

from linkage_sim.experiments.one_act import acts_to_try, one_act_effects, plans
from linkage_sim.experiments.verification import SUPPLIERS_ONLY, plan_with, selection_cost, sweep
from linkage_sim.programme.plan import ACTS
from promises.small_world import SMALL


@pytest.mark.parametrize("visits", [0, 5, 24])
def test_every_number_of_visits_has_the_same_budget(visits: int) -> None:
    plan = plan_with(visits, {})
    assert sum(act.share for act in plan.programme.values()) == pytest.approx(1.0)
    assert plan.programme["selection"].share * plan.facilitator.budget == pytest.approx(selection_cost(plan, visits) + 1.0)
    usual = plan_with(0, {}).programme
    assert plan.programme["brokers"].share / plan.programme["growth"].share == pytest.approx(usual["brokers"].share / usual["growth"].share)


def test_more_visits_than_the_budget_pays_are_refused() -> None:
    with pytest.raises(ValueError, match="cost more than the budget"):
        plan_with(200, {})


def test_visits_are_made_and_there_is_a_best_number() -> None:
    found = sweep((0, 2, 24), 24, SUPPLIERS_ONLY)
    chosen = found.suppliers.mean(axis=1)
    assert chosen[1] > chosen[0]
    assert (np.diff(found.cost) > 0).all()
    # a few visits pay for themselves, many do not: neither none nor most is best
    assert found.best(found.per_dollar) == 2
    assert found.overstated[0].mean() > found.overstated[1].mean() > 1.0


def test_every_act_is_tried_alone_with_the_same_money() -> None:
    tried = list(acts_to_try())
    assert {act["act"] for _, act, _ in tried} == set(ACTS)
    assert len({act["share"] for _, act, _ in tried}) == 1
    for _, act, beside in tried:
        without, having = plans(act, beside, SMALL)
        assert without.world_hash() == having.world_hash()
        assert set(having.programme) - set(without.programme) <= {"one"}


def test_effects_are_differences_of_pairs() -> None:
    (kits,) = one_act_effects(3, SMALL, ["storage"])
    (nothing,) = one_act_effects(3, {**SMALL, "facilitator.budget": 0}, ["storage"])
    assert kits.spent[0] > 0.0
    assert kits.income[0] > 0.0
    assert nothing.spent[0] == nothing.income[0] == nothing.linked[0] == 0.0
