"""Where the time of a run goes: seconds by phase, and how far a month is from what memory alone would allow."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from linkage_sim.engine import Simulation
from linkage_sim.experiments.executors import Progress, silent
from linkage_sim.experiments.worker import compile_once
from linkage_sim.month.plan import PHASES
from linkage_sim.scenario.scenario import Scenario

COPIED = 2**28
"""Bytes copied to measure how fast memory is: more than any cache holds."""


@dataclass(frozen=True)
class Profile:
    """Time of one run, compiled before.

    Parameters
    ----------
    world : seconds to make the world
    phases : phase -> seconds of all months; months : months lived, spin-up included
    state : bytes of all that may change in a month; enterprises : rows of the largest table
    bandwidth : bytes a second that copying reads and writes, by as many threads as the run had
    threads : of the run
    """

    world: float
    phases: dict[str, float]
    months: int
    state: int
    enterprises: int
    bandwidth: float
    threads: int

    @property
    def month(self) -> float:
        """Mean seconds of a month."""
        return sum(self.phases.values()) / self.months

    @property
    def least(self) -> float:
        """Seconds in which the state could be read and written once (the roofline)."""
        return 2 * self.state / self.bandwidth


def profile(scenario: Scenario, seed: int, *, threads: int = 1, progress: Progress | None = None) -> Profile:
    """Live one run and time its phases; nothing is written.

    Parameters
    ----------
    scenario : resolved; seed : of the world and its luck
    threads : of the run
    progress : told the months lived
    """
    told = silent if progress is None else progress
    compile_once([scenario], told)
    begun = time.perf_counter()
    simulation = Simulation(scenario, seed, threads=threads, in_place=True)
    world = time.perf_counter() - begun
    seconds = {phase.name: 0.0 for phase in PHASES}
    last = begun

    def mark(name: str) -> None:
        nonlocal last
        now = time.perf_counter()
        seconds[name] += now - last
        last = now

    simulation.watch = mark
    line = scenario.timeline
    months = line.spin_up + line.months
    for month in range(months):
        last = time.perf_counter()
        simulation.step()
        told("months", month + 1, months)
    simulation.context.close()
    state = simulation.context.state
    size = sum(value.nbytes for value in vars(state).values())
    return Profile(world, seconds, months, size, len(state.enterprise), copy_bandwidth(threads), threads)


def copy_bandwidth(threads: int = 1) -> float:
    """Bytes a second that are read and written together when a large array is copied; the best of five times."""
    source = np.ones(COPIED // 8)
    target = np.empty_like(source)
    parts = np.array_split(np.arange(len(source)), threads)
    slices = [slice(int(part[0]), int(part[-1]) + 1) for part in parts]
    best = np.inf
    with ThreadPoolExecutor(threads) as pool:
        for _ in range(5):
            begun = time.perf_counter()
            list(pool.map(lambda part: np.copyto(target[part], source[part]), slices))
            best = min(best, time.perf_counter() - begun)
    return 2 * source.nbytes / float(best)
