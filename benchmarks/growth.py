"""How time and memory grow with households, from a thousand to a million: a table, and docs/images/growth.png.

python benchmarks/growth.py
"""

from __future__ import annotations

import time
from pathlib import Path

from side_by_side import SEED, sized

from linkage_sim.engine import Simulation
from linkage_sim.plots.style import INK, LOOKS, bare, drawing, new_figure, save_figure, thousands

SIZES = (1_000, 3_000, 10_000, 30_000, 100_000, 300_000, 1_000_000)
MONTHS = 12
VILLAGE = 200
"""Households of a village, as in the national file."""
IMAGE = Path(__file__).resolve().parents[1] / "docs" / "images" / "growth.png"


def month_of(households: int, threads: int) -> tuple[float, float]:
    """Seconds of a month (the second year's mean) and bytes of the state for each enterprise."""
    simulation = Simulation(sized(households, 2 * MONTHS, VILLAGE), SEED, threads=threads, in_place=True)
    simulation.run(until=MONTHS)
    begun = time.perf_counter()
    simulation.run()
    seconds = (time.perf_counter() - begun) / MONTHS
    simulation.context.close()
    state = simulation.context.state
    size = sum(value.nbytes for value in vars(state).values())
    return seconds, size / len(state.enterprise)


def draw(seconds: dict[int, list[float]]) -> None:
    """Time of a month against households, both on logarithms, with a line of slope one."""
    with drawing():
        figure = new_figure(6.4, 4.4)
        axes = figure.add_axes((0.13, 0.15, 0.82, 0.72))
        for look, (threads, values) in zip(LOOKS, seconds.items(), strict=False):
            name = f"{threads} thread{'s' if threads > 1 else ''}"
            axes.plot(SIZES, [1e3 * value for value in values], color=look.colour, marker=look.marker, label=name)
        middle = 1e3 * seconds[1][2] / SIZES[2]
        axes.plot(SIZES, [middle * size for size in SIZES], color=INK, linewidth=0.8, linestyle=":", label="as many times as households")
        axes.set_xscale("log")
        axes.set_yscale("log")
        axes.xaxis.set_major_formatter(thousands)
        axes.yaxis.set_major_formatter(thousands)
        axes.set_xlabel("households, one enterprise each")
        axes.set_ylabel("milliseconds a month")
        axes.set_title("A month against households (dried apricot)", loc="left", fontweight="bold")
        axes.legend(frameon=False)
        bare(axes, left=True)
        save_figure(figure, IMAGE)


def main() -> None:
    Simulation(sized(SIZES[0], 13, VILLAGE), SEED).run()  # compiled before anything is timed
    seconds: dict[int, list[float]] = {1: [], 2: []}
    print("| households | ms a month | ns for each household and month | with 2 threads, ms a month | bytes for each enterprise |")
    print("|---|---|---|---|---|")
    for households in SIZES:
        one, size = month_of(households, 1)
        two, _ = month_of(households, 2)
        seconds[1].append(one)
        seconds[2].append(two)
        print(f"| {households:,} | {1e3 * one:.3g} | {1e9 * one / households:.0f} | {1e3 * two:.3g} | {size:,.0f} |", flush=True)
    draw(seconds)


if __name__ == "__main__":
    main()
