"""Months lived by compiled phases in a row, with what was found before and luck drawn before, are the same to the last bit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from linkage_sim import engine
from linkage_sim.engine import Simulation
from linkage_sim.errors import BooksError, EngineError
from linkage_sim.world import luck
from promises.small_world import PLAN, bits, with_plan

EVENTS = {
    "events.frost": {"kind": "frost", "chain": "apricot", "at": 17},
    "events.drop": {"kind": "remittance_drop", "at": 20, "lasts": 9, "households": 0.5, "size": 0.4},
}
SETTINGS: dict[str, dict[str, Any]] = {"plan": {}, "events": EVENTS}


def lived(setting: str, live: Callable[[Simulation], None]) -> tuple[bytes, ...]:
    simulation = Simulation(with_plan(PLAN, SETTINGS[setting]), 7)
    live(simulation)
    return bits(simulation.outcome())


def phase_by_phase(simulation: Simulation) -> None:
    simulation.watch = lambda phase: None
    simulation.run()


def looking_again(simulation: Simulation) -> None:
    while simulation.month < simulation.scenario.timeline.months:
        simulation.context.look_again()
        simulation.step()


def told_between(simulation: Simulation) -> None:
    while simulation.month < simulation.scenario.timeline.months:
        simulation.run(until=min(simulation.month + 5, simulation.scenario.timeline.months))
        simulation.outcome()


def asked_in_every_phase(simulation: Simulation) -> None:
    """What a programme has done may be asked for at any time, also while vouchers are out."""
    programme = simulation.context.programme
    assert programme is not None
    simulation.watch = lambda phase: programme.report(simulation.context) and None
    simulation.run()


@pytest.mark.parametrize("setting", SETTINGS)
@pytest.mark.parametrize("live", [phase_by_phase, looking_again, told_between, asked_in_every_phase])
def test_months_in_a_row_are_the_months_one_by_one(setting: str, live: Callable[[Simulation], None]) -> None:
    assert lived(setting, Simulation.run) == lived(setting, live)


@pytest.mark.parametrize("setting", SETTINGS)
def test_luck_is_the_same_whether_drawn_now_before_or_kept_by_nobody(setting: str, monkeypatch: pytest.MonkeyPatch) -> None:
    scenario = with_plan(PLAN, SETTINGS[setting])
    world = engine.build_world(scenario, 7)
    first, second = Simulation(scenario, 7, world=world), Simulation(scenario, 7, world=world)
    first.run()
    assert world.luck.known.all()
    assert 0.0 < world.luck.shock.mean() < 0.2
    assert (world.luck.weather > 0.0).all()
    assert 0.0 < (world.luck.deliver > 0.0).mean() < 1.0, "lots of those who had a contract"
    second.run()
    monkeypatch.setattr(luck, "MOST", 0)
    alone = Simulation(scenario, 7, in_place=True)
    assert len(alone.world.luck.known) == len(alone.world.luck.weather) == 1
    assert len(alone.world.luck.deliver) == 0
    alone.run()
    assert bits(first.outcome()) == bits(second.outcome()) == bits(alone.outcome())


def test_no_month_is_lived_after_the_last(small: Simulation) -> None:
    months = small.scenario.timeline.months
    with pytest.raises(EngineError, match=f"the run has {months} months: it cannot live until month {months + 12}"):
        small.run(until=months + 12)


def test_a_month_whose_books_do_not_balance_is_the_last(small: Simulation) -> None:
    small.run(until=5)
    small.context.state.household["cash"][3] += 1000.0
    with pytest.raises(BooksError, match="month 5: account 'households USD'"):
        small.run()
    assert small.recorder.flows[5].any()
    assert not small.recorder.flows[6:].any()


@pytest.fixture
def small() -> Simulation:
    """A world in which nobody acts."""
    return Simulation(with_plan({}, {}), 7)
