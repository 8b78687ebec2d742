"""Small runs in bulk: six apricot plans in many worlds on one core, and 36,000 runs of a rice world through the sweep machinery.

python benchmarks/bulk.py                     measures, prints, writes its section of docs/benchmarks.md
python benchmarks/bulk.py --dry               writes nothing
python benchmarks/bulk.py --whole             lives all 36,000 runs instead of some

Kernels are compiled before anything is timed. Other work on the machine shows: of the apricot plans the median world counts.
"""

from __future__ import annotations

import contextlib
import datetime
import os
import platform
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from linkage_sim import engine
from linkage_sim.experiments.sweep.design import read_design
from linkage_sim.experiments.sweep.run import swept
from linkage_sim.scenario.load import load_scenario, shipped
from linkage_sim.scenario.scenario import Scenario

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "benchmarks.md"
RICE = ROOT / "benchmarks" / "contract_rice"
HEADING = "## Small runs in bulk"
BEFORE = "\n## What was tried"
PLANS = tuple(f"apricot/{name}" for name in (
    "baseline", "supply_side_only", "demand_side_only", "combined", "demand_side_claims", "demand_side_after_reflection",
))  # fmt: skip
REPLICATES, POINTS, WORLDS, JOBS = 20, 600, 2, 2
PARTS = ("building the world", "spin-up", "months before the programme", "setting out from them", "own months", "outcome")


def together(scenarios: Sequence[Scenario], replicate: int) -> float:
    """Seconds of the plans in one world, set-up included, as a comparison lives them."""
    begun = time.perf_counter()
    for simulation in engine.begin_together(scenarios, engine.seed_of(scenarios[0], replicate), before=True):
        simulation.run()
        simulation.outcome()
    return time.perf_counter() - begun


def parts_of(scenarios: Sequence[Scenario], replicate: int) -> dict[str, float]:
    """The same once more, taken apart: seconds of each of `PARTS`, and of each plan's own months by its name."""
    spent = dict.fromkeys((*PARTS, *(scenario.name for scenario in scenarios)), 0.0)
    seed = engine.seed_of(scenarios[0], replicate)
    with clocked(spent, PARTS[0]):
        world = engine.build_world(scenarios[0], seed)
    with clocked(spent, PARTS[3]):
        first = engine.Simulation(scenarios[0], seed, world=world)
    with clocked(spent, PARTS[1]):
        first.run(until=0)
    with clocked(spent, PARTS[2]):
        first.run(until=scenarios[0].timeline.before)
    for scenario in scenarios:
        with clocked(spent, PARTS[3]):
            simulation = first.fork(scenario)
        with clocked(spent, PARTS[4]), clocked(spent, scenario.name):
            simulation.run()
        with clocked(spent, PARTS[5]):
            simulation.outcome()
    return spent


@contextlib.contextmanager
def clocked(spent: dict[str, float], part: str) -> Iterator[None]:
    """Add the seconds of a block to a part."""
    begun = time.perf_counter()
    yield
    spent[part] += time.perf_counter() - begun


def plans() -> tuple[float, dict[str, float], dict[str, float]]:
    """Seconds a run of the apricot plans, of each part of it, and of each plan with its share of what all have in common.

    They are the median world's, divided by its runs.
    """
    scenarios = [load_scenario(shipped(name)) for name in PLANS]
    together(scenarios, 0)
    whole = statistics.median(together(scenarios, replicate) for replicate in range(REPLICATES))
    taken = [parts_of(scenarios, replicate) for replicate in range(REPLICATES)]
    median = {part: statistics.median(each[part] for each in taken) for part in taken[0]}
    parts = {part: median[part] / len(PLANS) for part in PARTS}
    shared = sum(parts.values()) - parts[PARTS[4]]
    return whole / len(PLANS), parts, {scenario.name: shared + median[scenario.name] for scenario in scenarios}


@dataclass
class Swept:
    """How long a sweep took.

    Parameters
    ----------
    runs : lived; points : checked
    checking, starting, living, tabling : seconds until points were checked, the first runs were back, all were, and all was written
    at_first : runs that were back when the clock of ``living`` began
    """

    runs: int
    points: int
    checking: float
    starting: float
    living: float
    tabling: float
    at_first: int

    def scaled(self, runs: int, points: int) -> float:
        """Seconds of a larger sweep of this kind: checking goes with points, starting stays, the rest goes with runs."""
        each = self.living / (self.runs - self.at_first)
        return self.checking * points / self.points + self.starting + each * (runs - self.at_first) + self.tabling * runs / self.runs


def sweep_of(folder: Path, points: int, worlds: int) -> Swept:
    """Live a design like that of the rice world, with fewer points, in both processes."""
    for path in RICE.glob("*.yaml"):
        (folder / path.name).write_text(path.read_text(encoding="utf-8"), encoding="utf-8")
    design = folder / "design.yaml"
    text, found = re.subn(r"samples: \d+", f"samples: {points}", design.read_text(encoding="utf-8"))
    assert found == 1
    design.write_text(text, encoding="utf-8")
    moments: list[tuple[float, str, int]] = []
    begun = time.perf_counter()
    done = swept(design, worlds, JOBS, out=folder / "out", progress=lambda what, at, of: moments.append((time.perf_counter(), what, at)))
    ended = time.perf_counter()
    if done.failures:
        raise SystemExit(f"{done.failures} of {done.runs} runs failed: {list(done.failed)[:3]}")
    lived = [(when, at) for when, what, at in moments if what == "runs"]
    first, at_first = next((when, at) for when, at in lived if at >= 2 * JOBS)  # each process has its code
    return Swept(done.runs, points, lived[0][0] - begun, first - lived[0][0], lived[-1][0] - first, ended - lived[-1][0], at_first)


def rice(*, whole: bool) -> tuple[Swept, str]:
    """The sweep of the rice world, and what to say of it."""
    design = read_design(RICE / "design.yaml")
    points, worlds = (design.points, design.replicates) if whole else (POINTS, WORLDS)
    with tempfile.TemporaryDirectory() as folder:
        took = sweep_of(Path(folder), points, worlds)
    runs = design.points * design.replicates
    each = took.living / (took.runs - took.at_first)
    how = "all of them lived" if whole else f"scaled from {took.runs} runs"
    seasons = design.scenarios[0].timeline.months // 12
    told = (
        f"{took.scaled(runs, design.points) / 60:.1f} min, {how}; {JOBS * each * 1e3:.0f} ms a run and process, "
        f"{JOBS * each / seasons * 1e3:.1f} ms a season"
    )
    return took, told


def section() -> str:
    """The section of docs/benchmarks.md, measured now."""
    whole, parts, by_plan = plans()
    took, told = rice(whole="--whole" in sys.argv)
    shown = ", ".join(f"{part} {1e3 * seconds:.2f}" for part, seconds in parts.items())
    each = ", ".join(f"{name} {1e3 * seconds:.1f}" for name, seconds in by_plan.items())
    before_and_after = (
        f"Before any run {took.checking:.1f} s go by, then {took.starting:.1f} s until both processes work, at the end {took.tabling:.1f} s"
    )
    asked = "six apricot plans, 1,200 households x 120 months, one core, warm, set-up included, worlds shared"
    return f"""{HEADING}

`python benchmarks/bulk.py`, {os.cpu_count()} cores, Python {platform.python_version()}, {datetime.date.today():%d %B %Y}.

| what | asked | measured |
|---|---|---|
| {asked} | 10 ms a run | {1e3 * whole:.1f} ms a run |
| 36,000 runs of 3,000 households, 2 buyers, 18 seasons, two processes, from the command to the table | 5 min | {told} |

A run of the plans, ms (a sixth of what its world is shared for): {shown}. By plan: {each}.
The 36,000 runs are `benchmarks/contract_rice/design.yaml`, 1,200 points in 30 worlds, through `linkage-sim sweep`. They are as
many and as large as those of a published model of rice contracts in the Mekong delta (JASSS 22(3) 1), whose own code needs 1.4 to
1.9 s for each. A season of ours is a year of 12 months, so a run is 216 months. Every point has a world of its own, since buyers
differ; places, people and their usual year are taken over from the point before. {before_and_after} for the table.
"""


def written(page: str, text: str) -> str:
    """A page with its section on runs in bulk replaced, or put in before what was tried."""
    start = page.find(HEADING)
    if start < 0:
        return page.replace(BEFORE, f"\n{text}{BEFORE}", 1)
    end = page.find("\n## ", start)
    return page[:start] + text + (page[end:] if end >= 0 else "")


def main() -> None:
    """Measure, print, record."""
    text = section()
    print(text)
    if "--dry" not in sys.argv:
        PAGE.write_text(written(PAGE.read_text(encoding="utf-8"), text), encoding="utf-8")


if __name__ == "__main__":
    main()
