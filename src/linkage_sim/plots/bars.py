"""Bars that also read in black and white: gains and losses side by side, and what money was spent on."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, MaxNLocator

from linkage_sim.plots.intervals import WIDTH
from linkage_sim.plots.style import FAINT, INK, QUIET, bare, drawing, new_figure, thousands

WIDE_ENOUGH = 0.11
"""A part of a bar is named inside it from this share of the axis on."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar with its range.

    Attributes
    ----------
    label : who
    mean, low, high : in the unit of the axis
    total : drawn below a line, in ink: the sum of those above
    """

    label: str
    mean: float
    low: float
    high: float
    total: bool = False


def bars_figure(
    bars: Sequence[Bar],
    axis_label: str,
    *,
    limits: tuple[float, float] | None = None,
    colour: str = "#0072b2",
    width: float = 3.7,
) -> Figure:
    """Draw gains to the right of zero and losses (hatched) to the left, each with its range.

    Parameters
    ----------
    bars : from top to bottom
    axis_label : what the axis measures, with its unit
    limits : ends of the axis; None fits the bars and always shows zero
    colour : of gains
    width : inches
    """
    with drawing():
        rows = len(bars)
        height = 0.46 * rows + 0.75
        figure = new_figure(width, height)
        axes = figure.add_axes((0.03, 0.62 / height, 0.94, 0.46 * rows / height))
        for place, bar in enumerate(bars):
            _bar(axes, bar, place, colour)
            axes.plot([0.0, 0.0], [place - 0.19, place + 0.26], color=INK, linewidth=1.0, zorder=4)
        axes.set_ylim(rows - 0.3, -0.62)
        axes.set_xlim(*(limits or bar_limits(bars)))
        axes.set_yticks([])
        axes.xaxis.set_major_locator(MaxNLocator(5))
        axes.xaxis.set_major_formatter(FuncFormatter(thousands))
        axes.grid(axis="x", color=FAINT, linewidth=0.6)
        axes.set_xlabel(axis_label)
        bare(axes)
        return figure


def bar_limits(bars: Sequence[Bar], margin: float = 0.06) -> tuple[float, float]:
    """Ends of an axis that holds zero and all ranges, with some air."""
    low = min([0.0, *(bar.low for bar in bars)])
    high = max([0.0, *(bar.high for bar in bars)])
    air = margin * (high - low or 1.0)
    return low - air, high + air


def _bar(axes: Axes, bar: Bar, place: int, colour: str) -> None:
    """One bar at a row, its label above it, its range across it."""
    if bar.total:
        axes.axhline(place - 0.62, color=QUIET, linewidth=0.8)
    gain = bar.mean >= 0.0
    ink = INK if bar.total else colour
    fill = to_rgb(ink)
    pale = tuple(1.0 - 0.5 * (1.0 - part) for part in fill)
    axes.barh(
        place,
        bar.mean,
        height=0.34,
        color=pale if gain else "white",
        edgecolor=ink,
        linewidth=1.2,
        hatch="" if gain else "////",
        zorder=2,
    )
    axes.plot([bar.low, bar.high], [place, place], color=INK, linewidth=1.4, zorder=3, marker="|", markersize=6)
    axes.text(
        0.0,
        place - 0.24,
        bar.label,
        transform=axes.get_yaxis_transform(),
        ha="left",
        va="bottom",
        fontsize=10,
        fontweight="bold" if bar.total else "normal",
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.0},
    )


def stacked_figure(
    names: Sequence[str],
    parts: Mapping[str, Sequence[float]],
    looks: Mapping[str, tuple[str, str]],
    axis_label: str,
    *,
    width: float = WIDTH,
) -> Figure:
    """Draw one bar per name, split into parts.

    Parameters
    ----------
    names : one bar each, from top to bottom
    parts : part -> value per bar; drawn from left to right, empty ones left out
    looks : part -> colour and hatch
    axis_label : what the axis measures, with its unit
    width : inches
    """
    with drawing():
        shown = {part: list(values) for part, values in parts.items() if any(value > 0.0 for value in values)}
        wrapped = [textwrap.wrap(name, int(width * 12)) or [""] for name in names]
        rows = len(names)
        height = 0.58 * rows + 1.25
        figure = new_figure(width, height)
        axes = figure.add_axes((0.03, 0.62 / height, 0.94, 0.58 * rows / height))
        top = max((sum(values[row] for values in shown.values()) for row in range(rows)), default=1.0) or 1.0
        for row, lines in enumerate(wrapped):
            left = 0.0
            for part, values in shown.items():
                _piece(axes, part, row, left, values[row], looks[part], top)
                left += values[row]
            axes.text(0.0, row - 0.25, "\n".join(lines), ha="left", va="bottom")
        axes.set_ylim(rows - 0.4, -0.66)
        axes.set_xlim(0.0, top * 1.01)
        axes.set_yticks([])
        axes.xaxis.set_major_locator(MaxNLocator(5))
        axes.xaxis.set_major_formatter(FuncFormatter(thousands))
        axes.set_xlabel(axis_label)
        bare(axes)
        keys = [Patch(facecolor=looks[part][0], edgecolor=INK, hatch=looks[part][1], label=part) for part in shown]
        figure.legend(
            handles=keys,
            loc="upper left",
            bbox_to_anchor=(0.02, 1.0),
            ncols=min(4, len(keys)),
            handlelength=1.6,
            columnspacing=1.2,
        )
        return figure


def _piece(axes: Axes, part: str, row: int, left: float, value: float, look: tuple[str, str], top: float) -> None:
    """One part of a stacked bar, with its number inside where there is room."""
    if value <= 0.0:
        return
    axes.barh(row, value, left=left, height=0.38, color=look[0], edgecolor=INK, linewidth=0.8, hatch=look[1])
    if value > WIDE_ENOUGH * top:
        axes.text(
            left + value / 2,
            row,
            thousands(float(f"{value:.3g}")),
            ha="center",
            va="center",
            fontsize=9.5,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.6},
        )
