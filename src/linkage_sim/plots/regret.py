"""Regret of every plan over the settings tried, sorted: how often a plan is far from the best."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator
from numpy.typing import NDArray

from linkage_sim.plots.style import FAINT, Look, bare, drawing, new_figure, thousands


def regret_figure(regrets: Mapping[str, NDArray[np.float64]], looks: Mapping[str, Look], axis_label: str, *, width: float = 6.2) -> Figure:
    """Draw one line per plan: its regret at every point of the sweep, the worst at the left.

    Parameters
    ----------
    regrets : title of a plan -> what it gained less than the best, one value a point
    looks : of each title
    axis_label : what regret is counted in
    width : inches
    """
    height = 4.0
    with drawing():
        figure = new_figure(width, height)
        above = 0.24 * len(regrets) + 0.12
        axes = figure.add_axes((0.7 / width, 0.6 / height, (width - 1.0) / width, (height - 0.75 - above) / height))
        for name, values in regrets.items():
            ranked = np.sort(values)[::-1]
            share = (np.arange(len(ranked)) + 0.5) / len(ranked)
            look = looks[name]
            axes.plot(
                share, ranked, color=look.colour, linestyle=look.line, marker=look.marker, markevery=max(1, len(ranked) // 12),
                markeredgecolor="white", label=name, zorder=3,
            )  # fmt: skip
        axes.set_xlim(0.0, 1.0)
        axes.set_ylim(0.0, None)
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{100 * value:.0f} %"))
        axes.yaxis.set_major_locator(MaxNLocator(5))
        axes.yaxis.set_major_formatter(FuncFormatter(thousands))
        axes.grid(axis="y", color=FAINT, linewidth=0.6)
        axes.set_xlabel("share of the points, those most regretted first")
        axes.set_ylabel(axis_label)
        bare(axes, left=True)
        figure.legend(loc="upper left", bbox_to_anchor=(0.0, 1.0), ncols=1, handlelength=3.6, borderpad=0.2, labelspacing=0.25)
        return figure
