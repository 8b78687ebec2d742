"""Gain as the budget moves from one side to the other, with and without organisation spending."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from linkage_sim.plots.style import FAINT, INK, QUIET, Look, bare, drawing, new_figure, thousands


@dataclass(frozen=True, slots=True)
class Line:
    """One way of spending, over splits.

    Attributes
    ----------
    label : in words
    mean, low, high : gain at each split
    near_best : whether each split cannot be told from the best of all
    unspent : share of the budget left over at each split
    look : colour, dash and marker
    """

    label: str
    mean: Sequence[float]
    low: Sequence[float]
    high: Sequence[float]
    near_best: Sequence[bool]
    unspent: Sequence[float]
    look: Look


def frontier_figure(
    splits: Sequence[float], lines: Sequence[Line], *, ends: tuple[str, str], axis_label: str, width: float = 6.6
) -> Figure:
    """Draw the gain over splits of the budget, and below it what stays unspent.

    Parameters
    ----------
    splits : share of the budget on the second side, rising from 0 to 1
    lines : one a way of spending
    ends : titles of the two plans
    axis_label : what the gain is, with its unit
    width : inches
    """
    height = 4.6
    with drawing():
        figure = new_figure(width, height)
        left, wide = 0.75 / width, (width - 0.95) / width
        axes = figure.add_axes((left, 1.75 / height, wide, (height - 2.45) / height))
        below = figure.add_axes((left, 0.75 / height, wide, 0.62 / height), sharex=axes)
        for number, line in enumerate(lines):
            _line(axes, splits, line)
            step = (number - (len(lines) - 1) / 2) * 0.018
            below.bar(
                [split + step for split in splits],
                line.unspent,
                width=0.016,
                color=line.look.colour,
                edgecolor=line.look.colour,
                linewidth=0.5,
            )
        axes.axhline(0.0, color=INK, linewidth=1.0, zorder=1)
        axes.set_xlim(-0.035, 1.035)
        axes.yaxis.set_major_locator(MaxNLocator(5))
        axes.yaxis.set_major_formatter(FuncFormatter(thousands))
        axes.grid(axis="y", color=FAINT, linewidth=0.6)
        axes.tick_params(labelbottom=False)
        axes.set_ylabel(axis_label)
        top = max([0.1, *(each for line in lines for each in line.unspent)])
        below.set_ylim(0.0, 1.1 * top)
        below.yaxis.set_major_locator(MaxNLocator(2))
        for axis in (below.xaxis, below.yaxis):
            axis.set_major_formatter(FuncFormatter(lambda value, _: f"{100 * value:.0f} %"))
        below.set_ylabel("unspent", fontsize=9.5)
        below.set_xticks([0.0, 0.2, 0.4, 0.6, 0.8, 1.0])
        below.set_xlabel(f'share of the budget on "{ends[1]}"')
        for place, words, side in ((0.0, ends[0], "left"), (1.0, ends[1], "right")):
            below.text(place, -0.95, f'all on "{words}"', transform=below.transAxes, ha=side, va="top", fontsize=9, color=QUIET)
        for each in (axes, below):
            bare(each, left=True)
        figure.legend(
            *axes.get_legend_handles_labels(),
            loc="upper left",
            bbox_to_anchor=(0.0, 1.0),
            ncols=1,
            handlelength=3.6,
            borderpad=0.2,
            labelspacing=0.25,
        )
        figure.text(
            0.99, 1 - 0.16 / height, "ringed: cannot be told\nfrom the best of its line", ha="right", va="top", fontsize=9, color=QUIET
        )
        return figure


def _line(axes: Axes, splits: Sequence[float], line: Line) -> None:
    """One line with its band; splits that may as well be the best are ringed."""
    look = line.look
    axes.fill_between(splits, line.low, line.high, color=look.colour, alpha=0.15, linewidth=0)
    axes.plot(
        splits, line.mean, color=look.colour, linestyle=look.line, marker=look.marker, markeredgecolor="white", label=line.label, zorder=3
    )
    near = [place for place, is_near in enumerate(line.near_best) if is_near]
    axes.plot(
        [splits[place] for place in near], [line.mean[place] for place in near], linestyle="", marker="o", markersize=12,
        markerfacecolor="none", markeredgecolor=look.colour, markeredgewidth=1.3, zorder=4,
    )  # fmt: skip
