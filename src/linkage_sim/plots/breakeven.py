"""At which unit costs the ranking of two plans turns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator

from linkage_sim.plots.style import FAINT, INK, Look, bare, drawing, new_figure, thousands


def break_even_figure(
    factors: Sequence[float],
    gains: Sequence[float],
    level: float,
    *,
    names: tuple[str, str],
    looks: tuple[Look, Look],
    turns_at: float | None,
    axis_label: str,
    width: float = 4.6,
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
        figure = new_figure(width, 3.5)
        axes = figure.add_axes((0.42 / width, 0.78 / 3.5, (width - 0.6) / width, (3.5 - 1.62) / 3.5))
        _lines(axes, factors, gains, level, names, looks)
        low, high = min([0.0, level, *gains]), max([0.0, level, *gains])
        axes.set_ylim(low - 0.06 * (high - low) if low < 0.0 else 0.0, high + 0.08 * (high - low))
        axes.set_xlim(min(factors) - 0.03 * (max(factors) - min(factors)), max(factors))
        if turns_at is not None:
            _turning(axes, turns_at, level, left=turns_at > (min(factors) + max(factors)) / 2)
        axes.xaxis.set_major_locator(FixedLocator(_apart(factors)))
        axes.xaxis.set_major_formatter(FuncFormatter(_times))
        axes.yaxis.set_major_locator(MaxNLocator(5))
        axes.yaxis.set_major_formatter(FuncFormatter(thousands))
        axes.grid(axis="y", color=FAINT, linewidth=0.6)
        axes.set_xlabel("unit costs of the first plan, times those assumed")
        figure.text(0.03 / width, 1 - 0.68 / 3.5, axis_label, fontsize=9.5)
        bare(axes, left=True)
        figure.legend(loc="upper left", bbox_to_anchor=(0.0, 1.0), ncols=1, handlelength=3.6, labelspacing=0.25, borderpad=0.2)
        return figure


def _lines(
    axes: Axes,
    factors: Sequence[float],
    gains: Sequence[float],
    level: float,
    names: tuple[str, str],
    looks: tuple[Look, Look],
) -> None:
    """The falling gain of one plan and the level of the other."""
    first, second = looks
    axes.plot(
        factors,
        gains,
        color=first.colour,
        linestyle=first.line,
        marker=first.marker,
        markeredgecolor="white",
        label=names[0],
        zorder=3,
    )
    dashed = second.line if second.dash else (0, (5, 2))
    axes.axhline(level, color=second.colour, linestyle=dashed, linewidth=1.8, label=names[1])


def _turning(axes: Axes, place: float, level: float, *, left: bool) -> None:
    """A ring where the two meet, and a line down to the axis."""
    axes.plot([place, place], [0.0, level], color=INK, linewidth=0.9, linestyle=(0, (2, 2)), zorder=1)
    ring: dict[str, Any] = {"markerfacecolor": "none", "markeredgecolor": INK, "markeredgewidth": 1.4}
    axes.plot([place], [level], marker="o", markersize=13, zorder=4, **ring)
    _mark(axes, place, "ranking turns", left=left)


def _times(value: float, _position: object = None) -> str:
    """A cost factor on the axis."""
    return f"×{value:g}" + ("\nas assumed" if value == 1.0 else "")


def _apart(factors: Sequence[float], gap: float = 0.08) -> list[float]:
    """Factors whose words on the axis do not run into each other; 1 is always among them."""
    kept = [1.0] if min(factors) <= 1.0 <= max(factors) else []
    for factor in factors:
        if all(abs(factor - other) >= gap * (1.6 if other == 1.0 else 1.0) * (max(factors) - min(factors)) for other in kept):
            kept.append(factor)
    return sorted(kept)


def _mark(axes: Axes, place: float, words: str, *, left: bool) -> None:
    """Words at the foot of an upright line, on one side of it."""
    axes.annotate(
        words,
        (place, 0.0),
        xycoords=("data", "axes fraction"),
        xytext=(-4 if left else 4, 4),
        textcoords="offset points",
        ha="right" if left else "left",
        va="bottom",
        fontsize=9,
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.0},
    )
