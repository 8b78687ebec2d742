"""The picture of a budget split frontier."""

from __future__ import annotations

from pathlib import Path

from matplotlib.figure import Figure

from linkage_sim.experiments.frontier import WITH, Frontier
from linkage_sim.plots.frontier import Line, frontier_figure
from linkage_sim.plots.style import LOOKS, save_figure

NAMES = ("frontier.svg", "frontier.png")


def frontier_picture(found: Frontier) -> Figure:
    """Draw a frontier: one line with organisation spending, one without."""
    lines, splits = [], []
    for place, (name, own) in enumerate(found.frame.groupby("line", sort=False)):
        splits = own["split"].tolist()
        words = f"{WITH} ({100 * found.organisation:.3g} % of the budget)" if name == WITH else str(name)
        lines.append(
            Line(
                words, own["mean"].tolist(), own["low"].tolist(), own["high"].tolist(), own["near_best"].tolist(), own["unspent"].tolist(),
                LOOKS[2 if place == 0 else 4],
            )
        )  # fmt: skip
    unit = found.unit.replace(" per household and year", "\nper household and year")
    label = f"{found.measure.replace('_', ' ')} gained, {unit}"
    return frontier_figure(splits, lines, ends=found.ends, axis_label=label)


def write_picture(found: Frontier, folder: Path) -> list[Path]:
    """Write the picture of a frontier into a folder."""
    figure = frontier_picture(found)
    return [save_figure(figure, folder / name) for name in NAMES]
