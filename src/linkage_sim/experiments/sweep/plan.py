"""From a design to runs: every point in every world with every scenario, each run with its key."""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any

from linkage_sim.compiled import model_version
from linkage_sim.engine import seed_of
from linkage_sim.experiments.executors import Progress
from linkage_sim.experiments.sweep.batch import Bases, Batch, Cell, shown_values
from linkage_sim.experiments.sweep.design import Design
from linkage_sim.scenario.check import check
from linkage_sim.scenario.crosscheck import findings
from linkage_sim.scenario.messages import Problem, ProblemsFound
from linkage_sim.scenario.resolve import draft_of_data
from linkage_sim.scenario.scenario import Scenario

NOT_OF_THE_WORLD = ("facilitator", "interventions", "programme")
"""Sections that leave the spin-up as it is (`Scenario.world_hash`)."""
SHOWN_POINTS = 3
BATCH_SECONDS = 1.5
"""Work sent at once: long beside what sending it and building its first world cost, short beside what is lost when a worker dies."""
LAST_SECONDS, PART_OF_REST = 0.35, 8
"""Towards the end less, this part of what waits, but no less than so much: no process shall have much left while others have nothing."""
LARGEST_BATCH = 2000


@dataclass(frozen=True)
class Plan:
    """All runs of a sweep.

    Parameters
    ----------
    bases : scenarios before anything is varied
    values : of every point, as scenarios take them
    hashes : of every point and scenario
    """

    design: Design
    bases: Bases
    values: tuple[tuple[Any, ...], ...]
    hashes: tuple[tuple[str, ...], ...]

    def key(self, point: int, replicate: int, place: int) -> str:
        """Key of a run: hash of resolved scenario, seed and model version.

        Where outcomes are measured against the baseline, that is part of what the row says, so it is part of the key.
        """
        hashes = self.hashes[point]
        parts = [hashes[place], str(seed_of(self.design.scenarios[0], replicate)), model_version()]
        parts += [hashes[0]] if self.design.against_twin else []
        return hashlib.blake2b("\n".join(parts).encode(), digest_size=16).hexdigest()

    def cells(self, done: Collection[str]) -> list[Cell]:
        """Cells that are still to be lived, each run once, in the order in which they are sent.

        World by world, so that an unfinished sweep has seen all points; points that share their spin-up stand together.
        """
        worlds = self._worlds()
        order = sorted(range(self.design.points), key=lambda point: (worlds[point], point))
        known = set(done)
        found = []
        for replicate in range(self.design.replicates):
            for point in order:
                runs = [(place, self.key(point, replicate, place)) for place in range(len(self.bases.data))]
                missing = [(place, key, True) for place, key in runs if key not in known]
                if not missing:
                    continue
                known.update(key for _, key, _ in missing)
                if self.design.against_twin and missing[0][0] != 0:
                    missing.insert(0, (0, runs[0][1], False))
                found.append(Cell(point, replicate, self.values[point], tuple(missing)))
        return found

    def _worlds(self) -> list[int]:
        """For every point the first point of the same world."""
        own = [place for place, factor in enumerate(self.design.factors) if factor.path.split(".")[0] not in NOT_OF_THE_WORLD]
        first: dict[tuple[Any, ...], int] = {}
        return [first.setdefault(tuple(values[place] for place in own), point) for point, values in enumerate(self.values)]


def planned(design: Design, progress: Progress) -> Plan:
    """Check every scenario at every point, and give each its hash.

    Raises
    ------
    ScenarioError
        where values do not fit together at some point: the first few of such points, each with its values.
    """
    bases = bases_of(design)
    values = tuple(
        tuple(factor.value(column) for factor, column in zip(design.factors, row, strict=True)) for row in design.values.tolist()
    )
    hashes: list[tuple[str, ...]] = []
    problems: list[Problem] = []
    bad = 0
    for point, own in enumerate(values):
        if point % 100 == 0:
            progress("checking points", point, len(values))
        found = [(place, _checked(bases, place, own)) for place in range(len(bases.data))]
        hashes.append(tuple(bases.hash(place, scenario) for place, scenario in found if scenario is not None))
        wrong = [place for place, scenario in found if scenario is None]
        bad += bool(wrong)
        if wrong and bad <= SHOWN_POINTS:
            problems += _told(design, bases, point, own, wrong[0])
    if problems:
        more = f"at {bad} of {len(values)} points values do not fit together; narrow the ranges"
        raise ProblemsFound([Problem(design.file, 0, "", more), *problems])
    progress("checking points", len(values), len(values))
    return Plan(design, bases, values, tuple(hashes))


def bases_of(design: Design) -> Bases:
    """Scenarios of a design with the factors that each has."""
    varied = [
        tuple((number, tuple(factor.path.split("."))) for number, factor in enumerate(design.factors) if scenario.name in factor.scenarios)
        for scenario in design.scenarios
    ]
    return Bases(tuple(scenario.resolved() for scenario in design.scenarios), tuple(varied))


def _checked(bases: Bases, place: int, values: Sequence[Any]) -> Scenario | None:
    """A scenario at a point; None where it is wrong."""
    try:
        scenario = bases.scenario(place, values)
    except ValueError:
        return None
    return None if any(True for _ in findings(scenario)) else scenario


def _told(design: Design, bases: Bases, point: int, values: Sequence[Any], place: int) -> list[Problem]:
    """What is wrong with a point, at the lines of the factors it is about."""
    _, problems = check(draft_of_data(bases.at(place, values)))
    factors = {factor.path: factor for factor in design.factors}
    named = shown_values(dict(zip(factors, values, strict=True)))
    found = []
    for problem in problems:
        about = factors.get(problem.path) or next((each for path, each in factors.items() if path.startswith(problem.path)), None)
        file, line = about.place if about is not None else (design.file, 1)
        words = f"point {point} ({named}), {design.scenarios[place].name}: {problem.found}"
        found.append(Problem(file, line, problem.path, words, problem.allowed, problem.nearest))
    return found


class Queue:
    """Cells that wait to be sent, handed out in batches of about the same time.

    Parameters
    ----------
    cells : in the order in which they are sent
    attempts : how often a cell is sent whose process dies
    """

    def __init__(self, plan: Plan, cells: Sequence[Cell], attempts: int) -> None:
        design = plan.design
        self.waiting, self.attempts = deque(cells), attempts
        self.frame = Batch(model_version(), plan.bases.packed(), design.outcomes, design.against_twin, ())
        self.seconds_a_run: float | None = None

    def take(self) -> Batch | None:
        """The next batch; None where nothing waits."""
        if not self.waiting:
            return None
        cells = [self.waiting.popleft()]
        count = len(cells[0].runs)
        runs = 1.0
        if self.seconds_a_run is not None:
            rest = self.seconds_a_run * count * (len(self.waiting) + 1)
            seconds = min(BATCH_SECONDS, max(LAST_SECONDS, rest / PART_OF_REST))
            runs = min(seconds / max(self.seconds_a_run, 1e-6), LARGEST_BATCH)
        # A cell that lost its process before goes alone, so that it takes no other with it.
        while self.waiting and not cells[0].attempt and not self.waiting[0].attempt and count + len(self.waiting[0].runs) / 2 <= runs:
            count += len(self.waiting[0].runs)
            cells.append(self.waiting.popleft())
        return replace(self.frame, cells=tuple(cells))

    def took(self, batch: Batch, seconds: float) -> None:
        """Learn how long a batch took; early ones also load compiled code, so later ones count more."""
        each = seconds / sum(len(cell.runs) for cell in batch.cells)
        self.seconds_a_run = each if self.seconds_a_run is None else 0.6 * self.seconds_a_run + 0.4 * each

    def died(self, batch: Batch) -> list[Cell]:
        """Send the cells of a batch again whose process died, one by one; those given up are returned."""
        again = [replace(cell, attempt=cell.attempt + 1) for cell in batch.cells]
        alone = len(again) == 1
        given_up = [cell for cell in again if alone and cell.attempt >= self.attempts]
        self.waiting.extendleft(reversed([cell for cell in again if cell not in given_up]))
        return given_up
