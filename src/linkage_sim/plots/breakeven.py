"""At which unit costs the ranking of two plans turns."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator

from linkage_sim.plots.bars import thousands
from linkage_sim.plots.intervals import WIDTH
from linkage_sim.plots.style import FAINT, INK, Look, bare, drawing, new_figure

MOST_TICKS = 8


def break_even_figure(
    factors: Sequence[float],
    gains: Sequence[float],
    level: float,
    *,
    names: tuple[str, str],
    looks: tuple[Look, Look],
    turns_at: float | None,
    axis_label: str,
    width: float = WIDTH,
) -> Figure:
    """Draw the gain of the leading plan as its unit costs change, against the other plan at its own costs.

    Parameters
    ----------
    factors : times today's unit costs, rising
    gains : of the leading plan at each factor
    level : gain of the other plan
    names : the leading plan, the other
    looks : the same order
    turns_at : factor at which the two meet; None where they do not
    axis_label : what the gain is, with its unit
    width : inches
    """
    with drawing():
        figure = new_figure(width, 3.3)
        axes = figure.add_axes((0.62 / width, 0.58 / 3.3, (width - 0.75) / width, (3.3 - 1.15) / 3.3))
        first, second = looks
        axes.plot(
            factors, gains, color=first.colour, linestyle=first.line, marker=first.marker, markeredgecolor="white", label=names[0], zorder=3
        )  # fmt: skip
        axes.axhline(level, color=second.colour, linestyle=second.line if second.dash else (0, (5, 2)), linewidth=1.8, label=names[1])
        axes.axvline(1.0, color=INK, linewidth=0.8)
        later = turns_at is not None and turns_at > 1.0
        _mark(axes, 1.0, "costs as assumed", left=later)
        if turns_at is not None:
            axes.plot([turns_at], [level], marker="o", markersize=13, markerfacecolor="none", markeredgecolor=INK, markeredgewidth=1.4, zorder=4)
            axes.plot([turns_at, turns_at], [0.0, level], color=INK, linewidth=0.8, linestyle=(0, (2, 2)), zorder=1)
            _mark(axes, turns_at, "ranking turns", left=not later)
        low, high = min([0.0, level, *gains]), max([0.0, level, *gains])
        axes.set_ylim(low - 0.06 * (high - low), high + 0.06 * (high - low))
        axes.xaxis.set_major_locator(FixedLocator(list(factors)) if len(factors) <= MOST_TICKS else MaxNLocator(7))
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"×{value:g}"))
        axes.yaxis.set_major_locator(MaxNLocator(5))
        axes.yaxis.set_major_formatter(FuncFormatter(thousands))
        axes.grid(axis="y", color=FAINT, linewidth=0.6)
        axes.set_xlabel("unit costs of the leading plan, times those assumed")
        axes.set_ylabel(axis_label)
        bare(axes, left=True)
        figure.legend(loc="upper left", bbox_to_anchor=(0.08, 1.0), ncols=1, handlelength=3.6, labelspacing=0.25)
        return figure


def _mark(axes: Axes, place: float, words: str, *, left: bool) -> None:
    """Words at the foot of an upright line, on one side of it."""
    axes.annotate(
        words, (place, 0.0), xycoords=("data", "axes fraction"), xytext=(-4 if left else 4, 4), textcoords="offset points",
        ha="right" if left else "left", va="bottom", fontsize=9, bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.0},
    )  # fmt: skip
