"""What changes nothing: acts without money, the past, threads, other worlds in the process, a shared spin-up."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from linkage_sim import engine
from linkage_sim.errors import EngineError
from linkage_sim.programme.plan import ACTS
from promises.small_world import NAMES, PLAN, bits, columns, differing, small, with_plan

SEED = 7
OF_THE_FACILITATOR = {"concept", "skill"}
"""Recorded columns that say what the staff is like, before any month of work too."""


@pytest.fixture(scope="module")
def everything() -> engine.Outcome:
    return engine.run(with_plan(PLAN), SEED)


@pytest.fixture(scope="module")
def baseline() -> engine.Outcome:
    return engine.run(small("baseline"), SEED)


def test_the_plan_of_these_tests_does_something(everything: engine.Outcome, baseline: engine.Outcome) -> None:
    assert {act["act"] for act in PLAN.values()} == set(ACTS)
    idle = [name for name, units in everything.programme["units"].items() if units == 0]
    assert not idle
    assert len(differing(everything, baseline)) > 50


@pytest.mark.parametrize("name", ["a_first", "m_between", "z_last"])
@pytest.mark.parametrize("act", sorted(ACTS))
def test_an_act_without_money_changes_no_bit_of_a_plan(act: str, name: str, everything: engine.Outcome) -> None:
    """Wherever it stands in the plan: acts are carried out in the order of their names."""
    plan = {**PLAN, name: {"act": act, "share": 0}}
    outcome = engine.run(with_plan(plan), SEED)
    assert not differing(outcome, everything)
    assert outcome.programme["spent"] == {**everything.programme["spent"], name: 0.0}
    assert outcome.programme["units"] == {**everything.programme["units"], name: 0.0}


@pytest.mark.parametrize("act", sorted(ACTS))
def test_an_act_without_money_changes_no_bit_of_a_world_without_plan(act: str, baseline: engine.Outcome) -> None:
    assert not differing(engine.run(with_plan({"alone": {"act": act, "share": 0}}), SEED), baseline)


def test_a_plan_without_budget_changes_no_bit(baseline: engine.Outcome) -> None:
    assert not differing(engine.run(with_plan(PLAN, {"facilitator.budget": 0}), SEED), baseline)


def test_a_budget_without_plan_changes_no_bit(baseline: engine.Outcome) -> None:
    assert not differing(engine.run(small("baseline", {"facilitator.budget": 1e6}), SEED), baseline)


@pytest.mark.parametrize("name", NAMES[1:])
def test_months_before_the_programme_are_untouched(name: str, baseline: engine.Outcome) -> None:
    scenario = small(name)
    outcome = engine.run(scenario, SEED)
    kept = [column for column, word in enumerate(outcome.names) if word not in OF_THE_FACILITATOR]
    past = slice(0, scenario.timeline.before)
    assert outcome.monthly[past, kept].tobytes() == baseline.monthly[past, kept].tobytes()
    assert outcome.flows[past].tobytes() == baseline.flows[past].tobytes()
    assert outcome.monthly[:, kept].tobytes() != baseline.monthly[:, kept].tobytes()
    assert outcome.households["before_income"].tobytes() == baseline.households["before_income"].tobytes()


@pytest.mark.parametrize("act", sorted(ACTS))
def test_months_before_an_act_are_untouched(act: str) -> None:
    """An act that begins in month 13 of a programme leaves the twelve months before as they were."""
    selection = {"act": "lead_firm_selection", "share": 0.1, "choose": 2}
    plan: dict[str, dict[str, Any]] = {"a_selection": selection, "courses": {"act": "training", "share": 0.1}}
    late = plan | {"late": {"act": act, "share": 0.3, "start": 13}}
    if act == "lead_firm_selection":
        plan.pop("a_selection")
        late.pop("a_selection")
    without, having = (engine.run(with_plan(each), SEED) for each in (plan, late))
    start = 12 + 12
    assert having.monthly[:start].tobytes() == without.monthly[:start].tobytes()
    changed = [name for name in differing(having, without) if name not in OF_THE_FACILITATOR]
    assert "spent" in changed, "the act does something once it has begun"


@pytest.mark.parametrize("threads", [2, 3, 16])
def test_any_number_of_threads_gives_the_same_bits(threads: int, everything: engine.Outcome) -> None:
    outcome = engine.run(with_plan(PLAN), SEED, threads=threads)
    assert bits(outcome) == bits(everything)
    assert outcome.flows.tobytes() == everything.flows.tobytes()


def test_less_than_one_thread_is_refused() -> None:
    with pytest.raises(EngineError):
        engine.Simulation(small("baseline"), SEED, threads=0)


def test_two_worlds_in_one_process_do_not_touch(everything: engine.Outcome) -> None:
    """Stepped in turn, month by month, with other plans, seeds and settings."""
    others = [
        engine.Simulation(small("baseline", {"lead_firms.price_formula": "spot_plus", "lead_firms.delay": 0}), 3),
        engine.Simulation(with_plan(PLAN), SEED),
        engine.Simulation(with_plan(PLAN, {"facilitator.budget": 1e6}), SEED, threads=2),
    ]
    while others[0].month < others[0].scenario.timeline.months:
        for simulation in others:
            simulation.step()
    assert bits(others[1].outcome()) == bits(everything)
    assert bits(others[0].outcome()) == bits(engine.run(others[0].scenario, 3))


def test_running_twice_gives_the_same_bits(everything: engine.Outcome) -> None:
    assert bits(engine.run(with_plan(PLAN), SEED)) == bits(everything)


def test_another_seed_gives_another_world(everything: engine.Outcome) -> None:
    assert bits(engine.run(with_plan(PLAN), SEED + 1)) != bits(everything)


def test_checking_every_column_changes_no_bit(everything: engine.Outcome) -> None:
    assert bits(engine.run(with_plan(PLAN), SEED, check=True)) == bits(everything)


def test_a_shared_spin_up_gives_the_same_bits() -> None:
    scenarios = [small(name) for name in NAMES] + [with_plan(PLAN), small("baseline", {"behaviour.hurdle": 0.3})]
    assert len({scenario.world_hash() for scenario in scenarios}) == 2
    for scenario, outcome in engine.run_together(scenarios, SEED):
        alone = engine.run(scenario, SEED)
        assert not differing(outcome, alone), scenario.name
        assert outcome.flows.tobytes() == alone.flows.tobytes()
        assert outcome.programme == alone.programme


@pytest.mark.parametrize("before", [12, 24])
def test_months_before_the_programme_may_be_shared_whenever_it_begins(before: int) -> None:
    """Also with an event that began before and goes on, and staff that are recorded before they work."""
    closure = {"kind": "border_closure", "place": "oybek", "at": before - 2, "lasts": 6}
    settings = {"timeline.before": before, "events": {"closed": closure}, "facilitator.skill": 0.6}
    scenarios = [small("baseline", settings), with_plan(PLAN, settings | {"facilitator.skill": 0.2})]
    for scenario, outcome in engine.run_together(scenarios, SEED):
        alone = engine.run(scenario, SEED)
        assert bits(outcome) == bits(alone)
        assert outcome.events == alone.events
        assert outcome.monthly.tobytes() == alone.monthly.tobytes()


def test_what_was_lived_in_another_world_or_with_a_programme_is_not_shared() -> None:
    first = engine.Simulation(with_plan(PLAN), SEED)
    first.run(until=0)
    with pytest.raises(EngineError, match="another world"):
        first.fork(small("baseline", {"behaviour.hurdle": 0.3}))
    first.run(until=first.scenario.timeline.before + 1)
    with pytest.raises(EngineError, match="begun"):
        first.fork(small("baseline"))


def test_a_shared_start_is_left_as_it_was() -> None:
    first = engine.Simulation(with_plan(PLAN), SEED)
    first.run(until=0)
    state = first.context.state
    before = columns(state)
    second = engine.Simulation(with_plan(PLAN), SEED, world=first.world, start=state)
    second.run()
    assert columns(state) == before


def test_the_world_of_a_run_is_left_as_it_was() -> None:
    simulation = engine.Simulation(with_plan(PLAN), SEED)
    before = columns(simulation.world.state)
    parameters = [np.copy(value) for value in vars(simulation.world.parameters).values()]
    simulation.run()
    assert columns(simulation.world.state) == before
    after = vars(simulation.world.parameters).values()
    assert all(one.tobytes() == other.tobytes() for one, other in zip(parameters, after, strict=True))
