"""The same month three ways, in one run: linkage_sim, ordinary Mesa agents, and the hottest phase in NumPy columns.

python benchmarks/side_by_side.py                  300, 3,000 and 30,000 households
python benchmarks/side_by_side.py 300 3000         other sizes
python benchmarks/side_by_side.py --cold           also what a first use costs that must compile (about a minute)

Prints Markdown tables for docs/benchmarks.md. One core; kernels compiled beforehand; both sides start from the same built
world, live the same months and must record the same to 1e-9, or nothing is printed.
"""

from __future__ import annotations

import datetime
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import columnar
from plain_mesa import PlainModel
from plain_mesa.same import record_differences

import linkage_sim
from linkage_sim.context import Context
from linkage_sim.engine import Simulation
from linkage_sim.month import passes
from linkage_sim.scenario.load import load_scenario, shipped
from linkage_sim.scenario.scenario import Scenario

HERE = Path(__file__).resolve().parent
SIZES = (30, 300, 3_000, 30_000)
SHIPPED = 1_200
"""Households of the shipped apricot world, 50 in a village."""
SEED = 5


def sized(households: int, months: int, village: int = 50) -> Scenario:
    """The apricot baseline with more or fewer villages, and firms, orders and a processor that grow with them."""
    ratio = households / SHIPPED
    villages = max(3, households // village)
    first, second = (villages + 2) // 3, (villages + 1) // 3
    each = households // villages
    districts = {"asht": first, "isfara": second, "konibodom": villages - first - second}
    chain, market = "value_chains.apricot", "value_chains.apricot.end_markets"
    changes: dict[str, Any] = {"timeline.spin_up": 0, "timeline.before": 0, "timeline.during": months, "timeline.after": 0}
    for name, number in districts.items():
        changes |= {f"region.districts.{name}.villages": number, f"region.districts.{name}.households": each}
    usual = load_scenario(shipped("apricot/baseline"))
    for name, terms in usual.value_chains["apricot"].end_markets.items():
        changes[f"{market}.{name}.orders"] = terms.orders * ratio
    for name, plant in usual.value_chains["apricot"].processors.items():
        changes[f"{chain}.processors.{name}.capacity"] = plant.capacity * ratio
    for name in ("capital", "capacity", "fixed_cost"):
        changes[f"lead_firms.{name}"] = getattr(usual.lead_firms, name) * ratio
    return load_scenario(shipped("apricot/baseline"), changes)


def timed(function: Callable[[], Any]) -> float:
    started = time.perf_counter()
    function()
    return time.perf_counter() - started


def months_of(households: int) -> int:
    return 36 if households <= 3_000 else 12


def one_size(households: int) -> tuple[str, ...]:
    """A row: the same months both ways, agents and state built beforehand."""
    months = months_of(households)
    scenario = sized(households, months)
    first = Simulation(scenario, SEED)
    first.run()
    built = timed(lambda: Simulation(scenario, SEED))
    seconds = []
    for _ in range(9 if households <= 3_000 else 5):
        ours = Simulation(scenario, SEED, world=first.world)
        seconds.append(timed(ours.run))
    plain: list[PlainModel] = []
    agents = timed(lambda: plain.append(PlainModel(scenario, SEED, first.world)))
    slow = timed(plain[0].run)
    if found := record_differences(first, plain[0]):
        raise SystemExit(f"{households} households: not the same: {found[:5]}")
    people = len(first.context.state.household)
    fast = min(seconds)
    return (
        f"{people:,}", str(months), f"{fast / months * 1e3:.3g}", f"{slow / months * 1e3:.3g}", f"{slow / fast:.0f}",
        f"{fast / months / people * 1e9:.0f}", f"{slow / months / people * 1e9:,.0f}", f"{built * 1e3:.0f}", f"{agents * 1e3:.0f}",
    )  # fmt: skip


# --- the hottest phase --------------------------------------------------------------------------------


class FirstPass(Exception):
    """Stops a run where the household decision begins, with what its kernel is called with."""


def stop(context: Context, kernel: Callable[..., None], *arguments: Any) -> None:
    if kernel is passes.decide_in_villages:
        raise FirstPass(arguments)
    kernel(0, context.villages, *arguments)


def at_first_pass(scenario: Scenario, month: int) -> tuple[Context, tuple[Any, ...]]:
    """A run in phase 6 of a month, and the arguments of the kernel's first pass."""
    simulation = Simulation(scenario, SEED, threads=2)  # with one thread all passes are one call
    simulation.run(until=month)
    usual, Context.over_villages = Context.over_villages, stop  # type: ignore[method-assign]
    try:
        simulation.step()
    except FirstPass as caught:
        return simulation.context, (0, simulation.context.villages, *caught.args[0])
    finally:
        Context.over_villages = usual  # type: ignore[method-assign]
    raise SystemExit("the trade phase no longer decides village by village: side_by_side.py must follow")


def hottest(households: int, month: int) -> tuple[str, ...]:
    """A row: one pass of the household decision by kernel and in columns."""
    context, arguments = at_first_pass(sized(households, 36), month)
    columns, quotes, ahead = columnar.Columns(context), context.state.bazaar_quote[:, 0].copy(), context.ahead[:, 0].copy()
    found = columnar.decide(columns, quotes, ahead)
    passes.decide_in_villages(*arguments)
    if not columnar.same_as_kernel(context, found):
        raise SystemExit(f"{households} households, month {month}: the pass in columns is not the same")
    repeats = max(5, 200_000 // households)
    fast = min(timed(lambda: passes.decide_in_villages(*arguments)) for _ in range(repeats))
    slow = min(timed(lambda: columnar.decide(columns, quotes, ahead)) for _ in range(repeats))
    name = "harvest (August)" if month % 12 == 7 else "storing (January)"
    return f"{len(context.state.household):,}", name, f"{fast * 1e3:.3g}", f"{slow * 1e3:.3g}", f"{slow / fast:.1f}"


# --- first use ----------------------------------------------------------------------------------------

OURS = "from side_by_side import sized, Simulation, SEED; Simulation(sized(30, 12), SEED).run()"
PLAIN = "from side_by_side import sized, PlainModel, SEED; PlainModel(sized(30, 12), SEED).run()"


def fresh_process(code: str, cache: str | None = None) -> float:
    """Seconds of a new process, from its start to its end."""
    source = Path(linkage_sim.__file__).resolve().parents[1]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(HERE), str(source)])}
    if cache is not None:
        environment["XDG_CACHE_HOME"] = cache
    command = [sys.executable, "-c", code]
    return timed(lambda: subprocess.run(command, env=environment, check=True, cwd=HERE))


def table(heads: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    print(f"\n| {' | '.join(heads)} |\n|{'---|' * len(heads)}")
    for row in rows:
        print(f"| {' | '.join(row)} |")


def main() -> None:
    """All tables of the sizes asked for."""
    sizes = tuple(int(word) for word in sys.argv[1:] if word.isdigit()) or SIZES
    print(f"{datetime.date.today().isoformat()}, {os.cpu_count()} cores (one used), Python {platform.python_version()}")
    heads = ("households", "months", "ours ms a month", "plain Mesa ms a month", "times faster", "ours ns per household-month",
             "plain ns per household-month", "ours: world and state ms", "plain: agents ms")  # fmt: skip
    table(heads, [one_size(number) for number in sizes])
    heads = ("households", "one pass of `decide`", "kernel ms", "NumPy columns ms", "times faster")
    table(heads, [hottest(number, month) for number in sizes for month in (19, 24)])
    rows = [("linkage_sim, compiled before", f"{fresh_process(OURS):.2f}"), ("plain Mesa", f"{fresh_process(PLAIN):.2f}")]
    if "--cold" in sys.argv:
        with tempfile.TemporaryDirectory() as cache:
            rows.append(("linkage_sim, compiling everything", f"{fresh_process(OURS, cache):.2f}"))
    table(("a new process: 30 households, 12 months", "seconds"), rows)


if __name__ == "__main__":
    main()
