"""Which side wins over two assumptions: a grid of coloured cells with the difference written in, and the winner's sign."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, TwoSlopeNorm
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from numpy.typing import NDArray

from linkage_sim.plots.style import INK, QUIET, drawing, new_figure

SUPPLY, DEMAND = "#0072b2", "#c4500b"
COLOURS = LinearSegmentedColormap.from_list("supply_demand", [SUPPLY, "#8fbcd9", "#f7f5f0", "#e6ab84", DEMAND])
CELL = 0.62


def win_figure(
    title: str,
    lead: NDArray[np.float64],
    sure: NDArray[np.bool_],
    best: NDArray[np.int64],
    *,
    x: tuple[str, Sequence[str], str],
    y: tuple[str, Sequence[str], str],
    worlds: int,
) -> Figure:
    """Draw where the buyers' side gains more than the farmers' side, and where less.

    Parameters
    ----------
    title : above
    lead : (y, x) demand-side less supply-side gain, USD per household and year
    sure : (y, x) whether its 95 % interval leaves out zero
    best : (y, x) which plan gains most: 0 supply side, 1 demand side, 2 both sides
    x, y : label, words of the steps, and the step that is shipped (empty for none)
    worlds : how many, for the note
    """
    rows, columns = lead.shape
    left, bottom, right, top = 1.0, 1.75, 0.25, 0.62
    width, height = max(left + columns * CELL * 1.2 + right, 6.6), bottom + rows * CELL + top
    with drawing():
        figure = new_figure(width, height)
        axes = figure.add_axes((left / width, bottom / height, columns * CELL * 1.2 / width, rows * CELL / height))
        most = max(1e-9, float(np.abs(lead).max()))
        norm = TwoSlopeNorm(0.0, -most, most)
        axes.imshow(lead, cmap=COLOURS, norm=norm, origin="lower", aspect="auto")
        for row in range(rows):
            for column in range(columns):
                _cell(axes, column, row, float(lead[row, column]), bool(sure[row, column]), int(best[row, column]), most)
        _axis(axes, x, y)
        figure.text(0.12 / width, 1 - 0.14 / height, title, fontsize=12, fontweight="bold", va="top")
        _key(figure, width, height, worlds)
        return figure


def _cell(axes: Axes, column: int, row: int, lead: float, sure: bool, best: int, most: float) -> None:
    """The difference in words, bold and framed where it is sure, and a small plus where both sides together gain most."""
    ink = "white" if abs(lead) > 0.8 * most else INK
    text = "0.0" if abs(lead) < 0.05 else f"{lead:+.1f}".replace("-", "\N{MINUS SIGN}")
    axes.text(column, row, text, ha="center", va="center", fontsize=9.5, color=ink, fontweight="bold" if sure else "normal")
    if sure:
        axes.add_patch(Rectangle((column - 0.46, row - 0.44), 0.92, 0.88, fill=False, edgecolor=ink, linewidth=1.3))
    if best == 2:
        axes.text(column + 0.43, row - 0.41, "both", ha="right", va="bottom", fontsize=6.5, color=ink)


def _axis(axes: Axes, x: tuple[str, Sequence[str], str], y: tuple[str, Sequence[str], str]) -> None:
    """Words along the axes; the step that is shipped is bold."""
    axes.set_xticks(range(len(x[1])), x[1])
    axes.set_yticks(range(len(y[1])), y[1])
    axes.set_xlabel(x[0])
    axes.set_ylabel(y[0], fontsize=9.5)
    for labels, usual in ((axes.get_xticklabels(), x[2]), (axes.get_yticklabels(), y[2])):
        for label in labels:
            if label.get_text() == usual:
                label.set_fontweight("bold")
    axes.tick_params(length=0)
    for side in axes.spines.values():
        side.set_visible(False)


def _key(figure: Figure, width: float, height: float, worlds: int) -> None:
    """What colours and signs mean."""
    for place, colour, words in ((0.12, DEMAND, "buyers' side gains more"), (2.35, SUPPLY, "farmers' side gains more")):
        figure.patches.append(
            Rectangle((place / width, 0.87 / height), 0.2 / width, 0.16 / height, transform=figure.transFigure, color=colour)
        )
        figure.text((place + 0.27) / width, 0.95 / height, words, fontsize=9, va="center")
    lines = (
        f"Numbers: gain of the buyers' side less gain of the farmers' side, USD per household and year, mean of {worlds} worlds,",
        'at the same budget. Bold and framed: its 95 % interval leaves out zero. "both": half the money on each side gains',
        "most. Bold on an axis: the value shipped.",
    )
    for number, line in enumerate(lines):
        figure.text(0.12 / width, (0.6 - 0.2 * number) / height, line, fontsize=8, color=QUIET, va="center")
