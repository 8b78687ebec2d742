"""Measure what the project promises about speed, print it, and add a line to docs/benchmarks.md.

python benchmarks/bench.py            measure and record
python benchmarks/bench.py --dry      measure only
"""

from __future__ import annotations

import datetime
import os
import platform
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "benchmarks.md"
COLUMNS = (
    "date",
    "version",
    "model",
    "machine",
    "import s",
    "one run ms",
    "spin-up ms",
    "world ms",
    "6 x 20 runs s",
    "ns per enterprise-month",
)


def import_seconds() -> float:
    """Seconds that `import linkage_sim` takes in a fresh process, best of five."""
    code = "import time; t = time.perf_counter(); import linkage_sim; print(time.perf_counter() - t)"
    return min(float(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout) for _ in range(5))


def best(function: object, times: int) -> float:
    """Seconds of the fastest of several calls."""
    seconds = []
    for _ in range(times):
        started = time.perf_counter()
        function()  # type: ignore[operator]
        seconds.append(time.perf_counter() - started)
    return min(seconds)


def measure() -> dict[str, str]:
    """All figures of one line of the table."""
    from linkage_sim import __version__, engine
    from linkage_sim.compiled import model_version
    from linkage_sim.experiments.compare import compare
    from linkage_sim.scenario.load import load_scenario, shipped

    scenario = load_scenario(shipped("apricot/combined"))
    seed = engine.seed_of(scenario, 0)
    first = engine.Simulation(scenario, seed)
    first.run(until=0)
    state = first.context.state

    def one_run() -> None:
        simulation = engine.Simulation(scenario, seed, world=first.world, start=state)
        simulation.run()
        simulation.outcome()

    def spin_up() -> None:
        engine.Simulation(scenario, seed, world=first.world).run(until=0)

    one_run()
    run = best(one_run, 15)
    spun = best(spin_up, 7)
    world = best(lambda: engine.build_world(scenario, seed), 7)
    folder = ROOT / "results" / "bench"
    started = time.perf_counter()
    compare(shipped("apricot"), replicates=20, jobs=os.cpu_count(), out=folder, break_even=False)
    whole = time.perf_counter() - started
    rows = len(state.enterprise) * scenario.timeline.months
    return {
        "date": datetime.date.today().isoformat(), "version": __version__, "model": model_version()[:8],
        "machine": f"{os.cpu_count()} cores, Python {platform.python_version()}", "import s": f"{import_seconds():.3f}",
        "one run ms": f"{run * 1e3:.0f}", "spin-up ms": f"{spun * 1e3:.0f}", "world ms": f"{world * 1e3:.0f}",
        "6 x 20 runs s": f"{whole:.1f}", "ns per enterprise-month": f"{run / rows * 1e9:.0f}",
    }  # fmt: skip


def main() -> None:
    """Measure, print, record."""
    found = measure()
    for name in COLUMNS:
        print(f"{name:>26}  {found[name]}")
    if "--dry" in sys.argv:
        return
    if not PAGE.exists():
        PAGE.write_text(
            "# Benchmarks\n\nMade by `make bench`. One run: the combined apricot plan, 1,200 households x 120 months,\n"
            "warm, spin-up shared. 6 x 20 runs: the six apricot scenarios at 20 replicates on all cores, spin-up once\n"
            "a world, results written, without break-even.\n\n"
            f"| {' | '.join(COLUMNS)} |\n|{'---|' * len(COLUMNS)}\n",
            encoding="utf8",
        )
    with PAGE.open("a", encoding="utf8") as page:
        page.write(f"| {' | '.join(found[name] for name in COLUMNS)} |\n")


if __name__ == "__main__":
    main()
