"""Where one plan beats another over two factors: a point for each setting tried, and the box in which it turns."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from numpy.typing import NDArray

from linkage_sim.plots.style import INK, Look, bare, drawing, new_figure, places

Numbers = NDArray[np.float64]
Limits = tuple[float | None, float | None]


def flip_figure(
    x: Numbers,
    lead: Numbers,
    *,
    names: tuple[str, str],
    looks: tuple[Look, Look],
    labels: tuple[str, str],
    boxes: Sequence[tuple[Limits, Limits]] = (),
    log: tuple[bool, bool] = (False, False),
    pale: NDArray[np.bool_] | None = None,
    width: float = 4.8,
) -> Figure:
    """Draw the points of a sweep by two of its factors, each in the sign of the plan that gained more there.

    Parameters
    ----------
    x : (points, 2)
    lead : (points,) what the first plan gained more; larger leads are larger signs
    names, looks : of the two plans
    labels : of the two factors, with units
    boxes : limits along both factors, None where there is none
    log : whether each factor is shown by its logarithm
    pale : (points,) those that are shown faintly; None for none
    width : inches
    """
    height = 4.3
    with drawing():
        figure = new_figure(width, height)
        axes = figure.add_axes((0.8 / width, 0.85 / height, (width - 1.12) / width, (height - 1.55) / height))
        most = float(np.abs(lead).max()) or 1.0
        shown = np.column_stack([_apart(x[:, 0]), _apart(x[:, 1])])
        for name, look, mine in ((names[0], looks[0], lead > 0.0), (names[1], looks[1], lead < 0.0)):
            edges: dict[str, Any] = {"linewidths": 1.2} if look.marker == "x" else {"linewidths": 0.4, "edgecolors": "white"}
            size = 7.0 + 55.0 * np.abs(lead) / most
            faint = np.zeros(len(lead), dtype=bool) if pale is None else pale
            for part, alpha, words in ((mine & faint, 0.15, None), (mine & ~faint, 0.75, name)):
                axes.scatter(
                    shown[part, 0], shown[part, 1], s=size[part], c=look.colour, marker=look.marker, alpha=alpha, label=words, **edges
                )
        for is_log, scale in ((log[0], axes.set_xscale), (log[1], axes.set_yscale)):
            if is_log:
                scale("log")
        (left, right), (low, high) = axes.get_xlim(), axes.get_ylim()
        for across, up in boxes:
            ends = [
                floor if given is None else given
                for given, floor in ((across[0], left), (across[1], right), (up[0], low), (up[1], high))
            ]  # fmt: skip
            sides = Rectangle((ends[0], ends[2]), ends[1] - ends[0], ends[3] - ends[2], fill=False)
            sides.set(edgecolor=INK, linewidth=2.0, linestyle=(0, (4, 2)), zorder=4)
            axes.add_patch(sides)
        axes.set_xlim(left, right)
        axes.set_ylim(low, high)
        for axis, is_log in ((axes.xaxis, log[0]), (axes.yaxis, log[1])):
            places(axis, is_log, 6)
        axes.set_xlabel("\n".join(textwrap.wrap(labels[0], 50, max_lines=2, placeholder=" ...")), fontsize=9.5)
        axes.set_ylabel("\n".join(textwrap.wrap(labels[1], 42, max_lines=2, placeholder=" ...")), fontsize=9.5)
        bare(axes, left=True)
        legend = figure.legend(loc="upper left", bbox_to_anchor=(0.0, 1.0), ncols=1, borderpad=0.2, labelspacing=0.25, handletextpad=0.3)
        for sign in legend.legend_handles:
            sign.set(sizes=[50.0])  # type: ignore[union-attr]
        return figure


def _apart(values: Numbers) -> Numbers:
    """Values of a factor with few of them set apart a little, the same way each time, so that points do not hide each other."""
    different = np.unique(values)
    if len(different) < 2 or len(different) > 12:
        return values
    step = 0.28 * float(np.diff(different).min())
    golden = np.modf(np.arange(len(values)) * 0.6180339887498949)[0]
    return np.asarray(values + step * (2.0 * golden - 1.0))
