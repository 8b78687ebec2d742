"""Living a run again while looking at one agent, before and after every phase."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from linkage_sim.compiled import model_version
from linkage_sim.engine import Simulation
from linkage_sim.errors import EngineError, ResultsError
from linkage_sim.explain.firm import FirmWatch
from linkage_sim.explain.household import HouseholdWatch
from linkage_sim.explain.story import Story
from linkage_sim.results.folders import open_run
from linkage_sim.scenario.messages import nearest_word
from linkage_sim.scenario.scenario import Scenario
from linkage_sim.world.state import State

KEPT_AFTER = ("record", "environment", "acts", "offer", "produce", "trade", "sell")
"""Phases after which the state is kept, so that the phase that follows can be looked at from before."""


class Watch(Protocol):
    """Looks at one agent."""

    def look(self, phase: str, before: State, simulation: Simulation) -> None:
        """A phase of a recorded month has run; ``before`` is a state from before it."""

    def story(self) -> Story:
        """What was seen."""


def live_again(simulation: Simulation, watches: list[Watch], until: int | None = None) -> None:
    """Live the recorded months of a run while some agents are looked at.

    Parameters
    ----------
    simulation : new, not yet begun
    watches : told after every phase
    until : month (exclusive); left out: all
    """
    simulation.run(until=0)
    kept = [simulation.context.state.copy()]

    def after(phase: str) -> None:
        for watch in watches:
            watch.look(phase, kept[0], simulation)
        if phase in KEPT_AFTER:
            kept[0] = simulation.context.state.copy()

    simulation.watch = after
    simulation.run(until=until)
    simulation.context.close()


def explain_simulation(
    scenario: Scenario,
    seed: int,
    *,
    household: int | None = None,
    firm: int | str | None = None,
    until: int | None = None,
    threads: int = 1,
) -> Story:
    """Live a run again and tell the story of one household or firm.

    Parameters
    ----------
    scenario, seed : of the run
    household : its identity, as in ``households.parquet``; firm : its number from 1, or its name
    until : last month (exclusive) to live; left out: all

    Raises
    ------
    EngineError
        where there is no such household or firm, or not exactly one of them is asked for.
    """
    if (household is None) == (firm is None):
        raise EngineError("name one agent: a household or a firm")
    simulation = Simulation(scenario, seed, threads=threads)
    watch: Watch
    if household is not None:
        watch = HouseholdWatch(simulation, household_row(simulation, household))
    else:
        assert firm is not None
        watch = FirmWatch(simulation, firm_row(simulation, firm))
    live_again(simulation, [watch], until)
    return watch.story()


def household_row(simulation: Simulation, identity: int) -> int:
    """Row of the household of an identity."""
    known: list[int] = simulation.context.state.household["identity"].tolist()
    if identity not in known:
        near = min(known, key=lambda each: abs(each - identity))
        raise EngineError(
            f"no household {identity} in this run: it has {len(known)}, numbered {min(known)} to {max(known)}; nearest: {near}"
        )
    return known.index(identity)


def firm_row(simulation: Simulation, firm: int | str) -> int:
    """Row of the firm of a number (from 1) or name."""
    count = len(simulation.context.state.firm)
    names = list(simulation.scenario.lead_firms.names[:count])
    word = str(firm).strip()
    number = int(word.removeprefix("firm ")) if word.removeprefix("firm ").isdecimal() else None
    if number is not None and 1 <= number <= count:
        return number - 1
    if word in names:
        return names.index(word)
    near = nearest_word(word, names)
    hint = f"; nearest: {near}" if near else f"; known: {', '.join(names)}" if names else ""
    raise EngineError(f'no firm "{word}" in this run: it has {count}, numbered 1 to {count}{hint}')


def explain_run(
    path: str | Path, *, household: int | None = None, firm: int | str | None = None, month: int | None = None, threads: int = 1
) -> Story:
    """Tell the story of one agent of a run folder, by living the run again from its scenario and seed.

    Parameters
    ----------
    path : a run folder
    household, firm : as in `explain_simulation`
    month : only this month is wanted; later ones are not lived

    Raises
    ------
    ResultsError
        where the folder is missing or damaged, or was made by another version of the model.
    EngineError
        where there is no such agent or month.
    """
    run = open_run(path)
    if run.manifest["model_version"] != model_version():
        raise ResultsError(
            f"{run.path}: made by model version {run.manifest['model_version']}, this is {model_version()}; "
            "the rules have changed, so this would be another story\n"
            f"    to run its scenario by the rules of today: linkage-sim run {run.path / 'scenario.yaml'}"
        )
    months = run.scenario.timeline.months
    if month is not None and not 0 <= month < months:
        raise EngineError(f"month {month} is not in this run: its months are 0 to {months - 1}")
    until = None if month is None else month + 1
    return explain_simulation(run.scenario, int(run.manifest["world_seed"]), household=household, firm=firm, until=until, threads=threads)
