"""What moves an outcome: one pair of bars a factor, the whole effect pale and the part it has alone dark, each with its range."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, MaxNLocator

from linkage_sim.plots.style import FAINT, INK, bare, drawing, new_figure, thousands

Range = tuple[float, float, float]
"""Estimate and the two ends of its range."""
LETTERS_PER_INCH = 11.5
PALE, DARK = "#9cc4e4", "#0072b2"


@dataclass(frozen=True, slots=True)
class Index:
    """One factor.

    Attributes
    ----------
    label : in words
    whole : total effect; part : what it has alone, None where only one is known
    """

    label: str
    whole: Range
    part: Range | None = None


def indices_figure(rows: Sequence[Index], axis_label: str, *, keys: tuple[str, str] | None = None, width: float = 4.6) -> Figure:
    """Draw one row per factor: its words above, its bars below.

    Parameters
    ----------
    rows : from top to bottom
    axis_label : what the axis measures
    keys : words for the pale and the dark bar; None where there is one kind
    width : inches
    """
    with drawing():
        names = [textwrap.wrap(row.label, int(width * LETTERS_PER_INCH)) or [""] for row in rows]
        heights = [0.42 + 0.17 * len(name) for name in names]
        above = 0.32 if keys else 0.05
        total, height = sum(heights), sum(heights) + 0.6 + above
        figure = new_figure(width, height)
        axes = figure.add_axes((0.03, 0.55 / height, 0.92, total / height))
        top = 0.0
        for row, name, room in zip(rows, names, heights, strict=True):
            _row(axes, row, "\n".join(name), top, room)
            top += room
        axes.set_ylim(total, 0.0)
        most = max([each for row in rows for each in row.whole + (row.part or (0.0,))], default=0.0)
        least = min([0.0, *(each for row in rows for each in row.whole + (row.part or (0.0,)))])
        axes.set_xlim(min(0.0, 1.05 * least), 1.04 * most if most > 0.0 else 1.0)
        axes.axvline(0.0, color=INK, linewidth=1.2, zorder=4)
        axes.set_yticks([])
        axes.xaxis.set_major_locator(MaxNLocator(5))
        axes.xaxis.set_major_formatter(FuncFormatter(thousands))
        axes.grid(axis="x", color=FAINT, linewidth=0.6)
        axes.set_xlabel(axis_label)
        bare(axes)
        if keys:
            marks = [Patch(facecolor=PALE, edgecolor=INK, hatch="///", label=keys[0]), Patch(facecolor=DARK, edgecolor=INK, label=keys[1])]
            figure.legend(
                handles=marks, loc="upper left", bbox_to_anchor=(0.0, 1.0), ncols=2, handlelength=1.6, fontsize=9.5, borderpad=0.2
            )
        return figure


def _row(axes: Axes, row: Index, name: str, top: float, room: float) -> None:
    """Words, bars and ranges of one factor that starts at ``top`` inches."""
    words = {"facecolor": "white", "edgecolor": "none", "pad": 1.0}
    axes.text(0.012, top + 0.06, name, transform=axes.get_yaxis_transform(), ha="left", va="top", fontsize=10, bbox=words, zorder=5)
    foot = top + room - 0.05
    wide = 0.24
    axes.barh(
        foot - wide / 2, row.whole[0], height=wide, color=PALE if row.part else DARK, edgecolor=INK, linewidth=0.8,
        hatch="///" if row.part else "", zorder=2,
    )  # fmt: skip
    if row.part:
        axes.barh(foot - wide / 4, row.part[0], height=wide / 2, color=DARK, edgecolor=INK, linewidth=0.8, zorder=3)
        _range(axes, row.part, foot - wide / 4)
    _range(axes, row.whole, foot - (0.75 * wide if row.part else 0.5 * wide))


def _range(axes: Axes, values: Range, place: float) -> None:
    """The range of a bar: ink with a white edge, so that it shows on dark and pale."""
    axes.plot(values[1:], [place, place], color="white", linewidth=2.8, zorder=4, solid_capstyle="butt")
    axes.plot(values[1:], [place, place], color=INK, linewidth=1.3, zorder=5, marker="|", markersize=6)
