"""Dots with ranges, one under the other: how sure, and for whom."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from linkage_sim.plots.style import FAINT, INK, QUIET, Look, bare, drawing, new_figure, thousands

WIDTH = 5.6
LETTERS_PER_INCH = 10.2
CLEAR: dict[str, object] = {"facecolor": "white", "edgecolor": "none", "pad": 1.5}


@dataclass(frozen=True, slots=True)
class Interval:
    """One dot with its range.

    Attributes
    ----------
    label : who or what
    mean, low, high : in the unit of the axis
    note : words at the right end, such as "18 of 20 worlds better"
    look : colour and marker; None for plain ink
    """

    label: str
    mean: float
    low: float
    high: float
    note: str = ""
    look: Look | None = None


def intervals_figure(
    rows: Sequence[Interval],
    axis_label: str,
    *,
    limits: tuple[float, float] | None = None,
    zero_label: str = "no difference",
    width: float = WIDTH,
) -> Figure:
    """Draw one line per row: its label above, a dot and its range below.

    Parameters
    ----------
    rows : from top to bottom
    axis_label : what the axis measures, with its unit
    limits : ends of the axis; None fits the rows and always shows zero
    zero_label : words at the zero line; empty for no line
    width : inches
    """
    with drawing():
        names = [textwrap.wrap(row.label, max(18, int(width * LETTERS_PER_INCH) - len(row.note))) or [""] for row in rows]
        heights = [0.50 + 0.17 * (len(name) - 1) for name in names]
        total = sum(heights)
        room = 0.95 if zero_label else 0.70
        figure = new_figure(width, total + room)
        axes = figure.add_axes((0.03, 0.62 / (total + room), 0.94, total / (total + room)))
        axes.set_ylim(total, 0.0)
        axes.set_xlim(*(limits or spread(rows)))
        at_edge = axes.get_xlim()[0] == 0.0
        top = 0.0
        for row, name, height in zip(rows, names, heights, strict=True):
            _row(axes, row, "\n".join(name), top, height, at_edge)
            if not at_edge:
                axes.plot([0.0, 0.0], [top + height - 0.26, top + height], color=INK, linewidth=1.0, zorder=2)
            top += height
        if at_edge:
            axes.plot([0.0, 0.0], [0.0, total], color=INK, linewidth=1.4, zorder=2, clip_on=False)
        if zero_label:
            axes.annotate(
                zero_label,
                (0.0, 1.0),
                xycoords=("data", "axes fraction"),
                xytext=(0, 3),
                textcoords="offset points",
                ha="left" if at_edge else "center",
                va="bottom",
                fontsize=9,
                color=QUIET,
            )
        axes.set_yticks([])
        axes.xaxis.set_major_locator(MaxNLocator(6))
        axes.xaxis.set_major_formatter(FuncFormatter(thousands))
        axes.grid(axis="x", color=FAINT, linewidth=0.6)
        axes.set_xlabel(axis_label)
        bare(axes)
        return figure


def spread(rows: Sequence[Interval], margin: float = 0.06) -> tuple[float, float]:
    """Ends of an axis that holds zero and all ranges, with some air; zero is an end where nothing lies beyond it."""
    low = min([0.0, *(row.low for row in rows)])
    high = max([0.0, *(row.high for row in rows)])
    air = margin * (high - low or 1.0)
    return low - air if low < 0.0 else 0.0, high + air if high > 0.0 or low == 0.0 else 0.0


def _row(axes: Axes, row: Interval, name: str, top: float, height: float, indented: bool) -> None:
    """Label, note, range and dot of one row that starts at ``top`` inches."""
    ink = row.look.colour if row.look else INK
    place = top + height - 0.13
    axes.text(
        0.012 if indented else 0.0,
        top + 0.06,
        name,
        transform=axes.get_yaxis_transform(),
        ha="left",
        va="top",
        bbox=CLEAR,
    )
    if row.note:
        axes.text(
            1.0,
            top + 0.06,
            row.note,
            transform=axes.get_yaxis_transform(),
            ha="right",
            va="top",
            color=QUIET,
            bbox=CLEAR,
        )
    axes.plot([row.low, row.high], [place, place], color=ink, linewidth=2.6, solid_capstyle="butt", zorder=3)
    for end in (row.low, row.high):
        axes.plot([end, end], [place - 0.05, place + 0.05], color=ink, linewidth=1.4, zorder=3)
    marker = row.look.marker if row.look else "o"
    axes.plot(
        [row.mean],
        [place],
        marker=marker,
        markersize=8,
        color=ink,
        markeredgecolor="white",
        markeredgewidth=0.9,
        zorder=4,
    )
