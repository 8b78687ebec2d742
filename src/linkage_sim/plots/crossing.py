"""The lead of one plan over another along a factor, and where they tie."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from linkage_sim.plots.style import FAINT, INK, QUIET, SHADE, Look, bare, drawing, new_figure, places


def crossing_figure(
    at: Sequence[float],
    lead: Sequence[float],
    low: Sequence[float],
    high: Sequence[float],
    *,
    names: tuple[str, str],
    looks: tuple[Look, Look],
    label: str,
    axis_label: str,
    tie: tuple[float, float, float] | None = None,
    usual: float | None = None,
    log: bool = False,
    width: float = 4.6,
) -> Figure:
    """Draw the lead with its range; above zero in the colour of the plan that leads, below in that of the other.

    Parameters
    ----------
    at, lead, low, high : places along the factor, and the lead there with its range
    names, looks : of the plan that leads above zero, and of the other
    label : the factor, with its unit; axis_label : what the lead is counted in
    tie : where the lead crosses zero, with its range; None where it does not
    usual : value in the scenario as it is, marked on the axis
    log : the factor is shown by its logarithm
    width : inches
    """
    height = 3.5
    with drawing():
        figure = new_figure(width, height)
        axes = figure.add_axes((0.62 / width, 0.85 / height, (width - 0.8) / width, (height - 1.2) / height))
        if tie is not None and math.isfinite(tie[1]) and math.isfinite(tie[2]):
            axes.axvspan(tie[1], tie[2], color=SHADE, zorder=0, linewidth=0)
        for look, sign in ((looks[0], 1.0), (looks[1], -1.0)):
            bounds = [(max(0.0, sign * a), max(0.0, sign * b)) for a, b in zip(low, high, strict=True)]
            axes.fill_between(
                at, [sign * min(pair) for pair in bounds], [sign * max(pair) for pair in bounds], color=look.colour, alpha=0.18, linewidth=0
            )
        axes.plot(at, lead, color=INK, linewidth=1.9, zorder=3)
        axes.axhline(0.0, color=INK, linewidth=1.0, zorder=2)
        if tie is not None:
            axes.axvline(tie[0], color=INK, linewidth=1.0, linestyle=(0, (4, 2)), zorder=2)
            axes.plot(
                [tie[0]], [0.0], marker="o", markersize=11, markerfacecolor="none", markeredgecolor=INK, markeredgewidth=1.4, zorder=4
            )
        if usual is not None and min(at) <= usual <= max(at):
            axes.plot([usual], [0.0], marker="v", markersize=8, color=INK, transform=axes.get_xaxis_transform(), clip_on=False, zorder=5)
            words = {"facecolor": "white", "edgecolor": "none", "pad": 0.8}
            axes.annotate(
                "as it is",
                (usual, 0.0),
                xycoords=("data", "axes fraction"),
                xytext=(0, 7),
                textcoords="offset points",
                ha="center",
                va="bottom",
                fontsize=9,
                bbox=words,
                zorder=5,
            )
        axes.set_xlim(min(at), max(at))
        _words(axes, names, looks)
        if log:
            axes.set_xscale("log")
        places(axes.xaxis, log, 6)
        places(axes.yaxis, False, 5)
        axes.grid(axis="y", color=FAINT, linewidth=0.6)
        axes.set_xlabel("\n".join(textwrap.wrap(label, 48)))
        figure.text(0.03 / width, 1 - 0.14 / height, axis_label, fontsize=9.5, va="center", color=QUIET)
        bare(axes, left=True)
        return figure


def _words(axes: Axes, names: tuple[str, str], looks: tuple[Look, Look]) -> None:
    """Who leads above and below the line of a tie; only where there is room."""
    low, high = axes.get_ylim()
    span = high - low
    low, high = min(low - 0.12 * span, -0.15 * span), max(high + 0.12 * span, 0.15 * span)
    axes.set_ylim(low, high)
    back = {"facecolor": "white", "edgecolor": "none", "pad": 1.0}
    for place, name, look, side in ((1.0, names[0], looks[0], "top"), (0.12, names[1], looks[1], "bottom")):
        axes.text(
            0.99,
            place,
            f"{name} gains more",
            transform=axes.transAxes,
            ha="right",
            va=side,
            fontsize=9,
            color=look.colour,
            bbox=back,
            zorder=5,
        )
