"""Scenario and seed in, monthly records out; without Mesa."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

from linkage_sim.calls import addresses_of, live
from linkage_sim.context import Context
from linkage_sim.draws import key_of
from linkage_sim.errors import EngineError
from linkage_sim.month import environment
from linkage_sim.month.looks import HOUSEHOLDS
from linkage_sim.month.plan import ALONE, PHASES, RECORD
from linkage_sim.month.recorder import Recorder
from linkage_sim.programme import facilitator
from linkage_sim.programme.acts import NOBODY, live_acts
from linkage_sim.programme.facilitator import Facilitation
from linkage_sim.scenario.scenario import Scenario, same_entries
from linkage_sim.world.events import events_of, own_markets
from linkage_sim.world.parameters import numbers_of
from linkage_sim.world.population import OF_PEOPLE
from linkage_sim.world.state import State, table_type
from linkage_sim.world.world import World, build_world


@dataclass(frozen=True)
class Outcome:
    """What one run leaves behind.

    Parameters
    ----------
    names : columns of ``monthly``
    monthly : (months, columns)
    flows : (months, N_FLOWS) kg and USD of the books
    households : record array (H,) of who they are, what they earned before, during and after the programme, and their linkages
    firms, routes : record arrays (F,) and (F*V,) of linkages at exit, later and at the end (`linkage_sim.month.looks`)
    programme : what the facilitator did: spending by act, selections, coverage
    worst_balance : largest relative gap of any account in any month
    mean_gap : mean gap between the price decided on and the price cleared, share; in each month weighed by what was sold
    events : (month, name) of the events that began
    """

    names: tuple[str, ...]
    monthly: NDArray[np.float64]
    flows: NDArray[np.float64]
    households: NDArray[Any]
    firms: NDArray[Any]
    routes: NDArray[Any]
    programme: dict[str, Any]
    worst_balance: float
    mean_gap: float
    events: tuple[tuple[int, str], ...] = ()


HOUSEHOLD_COLUMNS = (
    "identity", "village", "woman", "tercile", "remote", "persons", "wages", "remittances", "usual_income", "before_income",
    "during_income", "after_income", "years_sum", "years_squares", "reached", "trained", "offered", "joined",
)  # fmt: skip

KEPT = np.dtype([(name, table_type("household")[name]) for name in HOUSEHOLD_COLUMNS] + HOUSEHOLDS.descr)
"""Of each household."""


def seed_of(scenario: Scenario, replicate: int) -> int:
    """Seed of a replicate: scenario seed and replicate hashed together; the scenario itself is never part of it."""
    words = key_of("replicate", scenario.seed, replicate)
    return int(words[0]) | int(words[1]) << 32


class Simulation:
    """One run, month by month.

    Parameters
    ----------
    scenario : resolved
    seed : of the world and its luck
    threads : villages are shared out over threads; the result is the same for any number
    check : check every column against its declaration after every phase
    start : a state after the spin-up that another scenario of the same world and seed has lived through
    in_place : the world made here lives on itself, without a copy; no other run can start from it
    like : a world of the same seed: what this one has in common with it is not made again (same bits)

    Raises
    ------
    EngineError
        for less than one thread.
    """

    def __init__(
        self,
        scenario: Scenario,
        seed: int,
        *,
        threads: int = 1,
        check: bool = False,
        world: World | None = None,
        start: State | None = None,
        in_place: bool = False,
        like: World | None = None,
    ) -> None:
        if threads < 1:
            raise EngineError(f"threads must be 1 or more, not {threads}")
        if in_place and (world is not None or start is not None):
            raise EngineError("only a world made for one run is lived in place")
        self.scenario, self.seed, self.check = scenario, seed, check
        self.watch: Callable[[str], None] | None = None
        self.world: World = build_world(scenario, seed, like) if world is None else world
        line = scenario.timeline
        origin = self.world.state
        market_first = origin.orders[origin.firm["active"] == 1].sum(axis=0)
        state = origin if in_place else (origin if start is None else start).copy()
        parameters = self.world.parameters
        events = events_of(scenario, self.world.graph, self.world.routes, parameters)
        self.context = Context(
            state, parameters if events is None else own_markets(parameters), self.world.key, self.world.layout, self.world.luck,
            market_first, threads, month=-line.spin_up if start is None else 0, events=events,
        )  # fmt: skip
        self.context.no_ties[:] = start is None  # in a new world nobody has dealt with a firm yet
        self.context.effects = numbers_of(scenario.interventions)
        self._settle_interventions()
        self.recorder = Recorder(self.context, line.months, line.before, line.during, scenario.households.poverty_line)

    @property
    def month(self) -> int:
        """The month that comes next; negative in the spin-up."""
        return self.context.month

    def step(self) -> None:
        """Live one month: ten phases."""
        if self.month >= self.scenario.timeline.months:
            raise EngineError(f"the run has ended: it has {self.scenario.timeline.months} months")
        self._live(self.month + 1)

    def _live(self, end: int) -> None:
        """Live a month, or with one thread and no events all up to ``end``, that left out."""
        context, recorder, month = self.context, self.recorder, self.month
        if context.threads > 1 or self.check or self.watch is not None or numba.config.DISABLE_JIT:
            self._live_by_phases()
            return
        programme = context.programme
        assert programme is not None
        begun = context.events is not None  # what strikes is done by Python
        if begun:
            end = month + 1
            environment.run(context)
            facilitator.run(context)
        while True:
            context.month = live(
                context.month, end, begun, self._phases, context.whole, self._acts, programme.held, self._record, recorder.held
            )  # fmt: skip
            if programme.held.turn[0] == NOBODY:
                break
            programme.go_on(context)
            begun = True
        context.month -= 1
        recorder.close(context)
        context.month += 1

    @cached_property
    def _phases(self) -> NDArray[np.int64]:
        return addresses_of(ALONE, self.context.whole)

    @cached_property
    def _acts(self) -> int:
        assert self.context.programme is not None
        return int(addresses_of((live_acts,), self.context.whole, self.context.programme.held)[0])

    @cached_property
    def _record(self) -> int:
        return int(addresses_of((RECORD,), self.context.whole, self.recorder.held)[0])

    def _live_by_phases(self) -> None:
        for phase in PHASES:
            if phase.run is None:
                self.recorder.record(self.context)
            else:
                phase.run(self.context)
            if self.check:
                self.context.state.check(phase.name, self.month)
            if self.watch is not None:
                self.watch(phase.name)
        self.context.month += 1

    def run(self, until: int | None = None) -> None:
        """Live until a month (exclusive); left out: to the end.

        Raises
        ------
        EngineError
            for a month after the last.
        """
        months = self.scenario.timeline.months
        end = months if until is None else until
        if end > months:
            raise EngineError(f"the run has {months} months: it cannot live until month {end}")
        while self.month < end:
            self._live(end)

    def fork(self, scenario: Scenario) -> Simulation:
        """A simulation of a scenario of the same world that goes on from here; this one may go on too.

        Before the programme acts both would have lived the same months: they are lived once, to the same bits.

        Raises
        ------
        EngineError
            for a scenario of another world, or once the programme has begun.
        """
        if not scenario.same_world(self.scenario):
            raise EngineError(f"{scenario.name} has another world than {self.scenario.name}: it cannot go on from its months")
        if self.month > scenario.timeline.before:
            raise EngineError(f"month {self.month} is after the programme has begun: scenarios no longer share their months")
        return self._fork(scenario)

    def _fork(self, scenario: Scenario) -> Simulation:
        other = Simulation.__new__(Simulation)
        other.scenario, other.seed, other.world, other.check, other.watch = scenario, self.seed, self.world, self.check, None
        same = same_entries(scenario, self.scenario, ("interventions",))
        events = events_of(scenario, self.world.graph, self.world.routes, self.world.parameters)
        other.context = self.context.fork(self.context.effects if same else numbers_of(scenario.interventions), events)
        other._settle_interventions()
        other.recorder = self.recorder.fork()
        other.recorder.rewrite(other.context, max(self.month, 0))
        known = ("_phases", "_acts", "_record")  # where compiled code stands is the same for all of one kind
        vars(other).update({name: vars(self)[name] for name in known if name in vars(self)})
        return other

    def _settle_interventions(self) -> None:
        """What of the scenario's interventions stands apart, and its programme."""
        effects = self.scenario.interventions
        self.context.kits[:] = effects.storage.unit.materials, effects.storage.life
        self.context.substitution_fade[:] = effects.brokering.substitution_fade
        self.context.programme = Facilitation(self.scenario, self.world, self.context)

    def outcome(self) -> Outcome:
        """What the run leaves behind, after its last month."""
        programme = self.context.programme.report(self.context) if self.context.programme is not None else {}
        self.context.end()
        households = self.context.state.household
        recorder = self.recorder
        kept = np.empty(len(households), dtype=KEPT)
        for name in HOUSEHOLD_COLUMNS:
            kept[name] = households[name]
        for name in HOUSEHOLDS.names or ():
            kept[name] = recorder.of_households[name]
        gap = recorder.values[:, recorder.names.index("quote_gap")]
        return Outcome(
            recorder.names, recorder.values, recorder.flows, kept, recorder.of_firms, recorder.of_routes.reshape(-1),
            programme, recorder.books.worst,
            float(gap.mean()) if len(gap) else 0.0, tuple(self.context.events.happened) if self.context.events is not None else (),
        )  # fmt: skip


def run(scenario: Scenario, seed: int, *, threads: int = 1, check: bool = False) -> Outcome:
    """Run one scenario with one seed from the first spin-up month to the end."""
    simulation = Simulation(scenario, seed, threads=threads, check=check, in_place=True)
    simulation.run()
    return simulation.outcome()


def begin_together(
    scenarios: Iterable[Scenario], seed: int, *, threads: int = 1, before: bool = False, worlds: int | None = None
) -> Iterator[Simulation]:
    """Simulations of several scenarios with one seed after their spin-up, not yet lived further.

    Those of one world hash share their world and spin-up, with ``before`` also the recorded months before the programme
    (same bits, less time).

    Parameters
    ----------
    worlds : so many are kept for scenarios that come later, the oldest is let go; None for all

    Yields
    ------
    one simulation a scenario, in the order given
    """
    if isinstance(scenarios, Sequence) and len(scenarios) == 1:  # a country fits into memory once
        alone = Simulation(scenarios[0], seed, threads=threads, in_place=True)
        alone.run(until=alone.scenario.timeline.before if before else 0)
        yield alone
        return
    started: list[Simulation] = []
    for scenario, following in _with_next(scenarios):
        first = next((each for each in started if scenario.same_world(each.scenario)), None)
        if first is not None:
            yield first._fork(scenario)
            continue
        like = started[-1].world if started else None
        is_last = worlds == 1 and (following is None or not scenario.same_world(following))
        in_place = is_last and like is not None and same_entries(scenario, like.scenario, OF_PEOPLE)  # worlds to come are like that one
        first = Simulation(scenario, seed, threads=threads, like=like, in_place=in_place)
        if not in_place:
            started = [*started, first][-worlds:] if worlds is not None else [*started, first]
        first.run(until=scenario.timeline.before if before else 0)
        first.context.close()
        yield first if is_last else first._fork(scenario)


def _with_next(scenarios: Iterable[Scenario]) -> Iterator[tuple[Scenario, Scenario | None]]:
    """Each scenario with the one that follows it; what is raised in getting that is raised after this one was given."""
    waiting = iter(scenarios)
    scenario = next(waiting, None)
    while scenario is not None:
        raised: Exception | None = None
        following = None
        try:
            following = next(waiting, None)
        except Exception as error:
            raised = error
        yield scenario, following
        if raised is not None:
            raise raised
        scenario = following


def run_together(
    scenarios: Iterable[Scenario],
    seed: int,
    *,
    threads: int = 1,
    worlds: int | None = None,
    done: Callable[[Scenario], None] | None = None,
) -> Iterator[tuple[Scenario, Outcome]]:
    """Run several scenarios with one seed; the months before the programme are lived once a world (`begin_together`).

    Yields
    ------
    scenario and outcome, in the order given
    """
    for simulation in begin_together(scenarios, seed, threads=threads, before=True, worlds=worlds):
        simulation.run()
        yield simulation.scenario, simulation.outcome()
        if done is not None:
            done(simulation.scenario)


def with_values(scenario: Scenario, **changes: Any) -> Scenario:
    """A copy of a scenario with top-level sections replaced (validated again)."""
    data = scenario.resolved() | {
        name: value.model_dump(mode="json") if hasattr(value, "model_dump") else value for name, value in changes.items()
    }
    return Scenario.model_validate(data).with_sources(scenario.sources)
