"""One pattern of the model: means over worlds with their intervals, as lines along a number or dots beside names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator
from numpy.typing import NDArray
from scipy import stats

from linkage_sim.plots.style import FAINT, INK, Look, bare, drawing, looks, new_figure, thousands

HEIGHT = 3.9
LEFT = 0.78
GAP = 0.45


class PanelLike(Protocol):
    """What is drawn in one panel: see `linkage_sim.experiments.patterns.Panel`."""

    @property
    def title(self) -> str: ...
    @property
    def x_label(self) -> str: ...
    @property
    def y_label(self) -> str: ...
    @property
    def places(self) -> Sequence[float] | Sequence[str]: ...
    @property
    def lines(self) -> Mapping[str, NDArray[np.float64]]: ...
    @property
    def percent(self) -> bool: ...


def pattern_figure(title: str, panels: Sequence[PanelLike], worlds: int) -> Figure:
    """Draw the panels of one pattern side by side.

    Parameters
    ----------
    title : above all
    panels : one or two; lines (places, worlds), missing numbers (NaN) are left out
    worlds : how many, for the note
    """
    named = [_is_named(panel) for panel in panels]
    widths = [max(3.6, 0.8 * len(panel.places)) if names else 3.6 for panel, names in zip(panels, named, strict=True)]
    if len(panels) == 1:
        widths = [max(widths[0], 5.4)]
    width = sum(widths) + (LEFT + 0.1) * len(panels) + (GAP - 0.3) * (len(panels) - 1)
    with drawing():
        figure = new_figure(width, HEIGHT)
        start = LEFT
        for panel, wide, names in zip(panels, widths, named, strict=True):
            axes = figure.add_axes((start / width, 0.98 / HEIGHT, wide / width, (HEIGHT - 1.95) / HEIGHT))
            _draw(axes, panel, names=names)
            start += wide + LEFT + 0.1 + GAP - 0.3
        figure.text(0.12 / width, 1 - 0.14 / HEIGHT, title, fontsize=12.5, fontweight="bold", va="top")
        note = f"Points: mean over {worlds} simulated worlds; upright bars: its 90 % interval (over worlds, not paired)."
        figure.text(0.12 / width, 0.1 / HEIGHT, note, fontsize=9)
        return figure


def _is_named(panel: PanelLike) -> bool:
    return any(isinstance(place, str) for place in panel.places)


def interval_of(values: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Mean over worlds and half its 90 % interval (Student's t) at every place; (places,) each."""
    mean, half = np.full(len(values), np.nan), np.zeros(len(values))
    for place, row in enumerate(values):
        there = row[np.isfinite(row)]
        if len(there):
            mean[place] = there.mean()
        if len(there) > 1:
            half[place] = stats.t.ppf(0.95, len(there) - 1) * there.std(ddof=1) / np.sqrt(len(there))
    return mean, half


def _draw(axes: Axes, panel: PanelLike, *, names: bool) -> None:
    """One panel."""
    styles = looks(panel.lines)
    numbers = np.arange(len(panel.places)) if names else np.array(panel.places, dtype=float)
    span = float(numbers[-1] - numbers[0]) if len(numbers) > 1 else 1.0
    middle = (len(panel.lines) - 1) / 2
    for order, (name, values) in enumerate(panel.lines.items()):
        shift = (order - middle) * (0.14 if names else 0.008 * span)
        _line(axes, name, order, numbers + shift, values, styles[name], joined=not names)
    axes.set_title(panel.title, fontsize=10.5, loc="left", pad=22 if len(panel.lines) > 1 else 8)
    axes.set_xlabel(panel.x_label)
    axes.set_ylabel(panel.y_label)
    axes.set_xticks(numbers)
    axes.set_xticklabels([str(place) if names else f"{place:g}" for place in panel.places], fontsize=8.5 if names else 9.5)
    axes.set_xlim(numbers[0] - (0.5 if names else 0.05 * span), numbers[-1] + (0.5 if names else 0.05 * span))
    low, high = axes.get_ylim()
    axes.set_ylim(min(low, 0.0) if low > -0.02 * high or low >= 0.0 else low, high)
    if low < 0.0 < high:
        axes.axhline(0.0, color=INK, linewidth=1.0, zorder=1)
    axes.yaxis.set_major_locator(MaxNLocator(5))
    axes.yaxis.set_major_formatter(FuncFormatter(_percent if panel.percent else thousands))
    axes.grid(axis="y", color=FAINT, linewidth=0.6)
    if len(panel.lines) > 1:
        axes.legend(loc="lower left", bbox_to_anchor=(-0.02, 1.0), ncols=3, handlelength=2.6, columnspacing=1.2, borderpad=0, fontsize=9)
    bare(axes, left=True)


def _percent(value: float, _position: object = None) -> str:
    return f"{100 * value:g} %"


def _line(
    axes: Axes, name: str, order: int, places: NDArray[np.floating], values: NDArray[np.float64], look: Look, *, joined: bool
) -> None:
    """Means with their intervals."""
    mean, half = interval_of(values)
    lowest = 0.0 if np.nanmin(values) >= 0.0 else -np.inf  # a share or count has no interval below nothing
    axes.vlines(places, np.maximum(mean - half, lowest), mean + half, color=look.colour, linewidth=1.3, zorder=2)
    axes.plot(
        places, mean, color=look.colour, linestyle=look.line if joined else "none", marker=look.marker, markersize=6.5,
        markeredgecolor="white", label=name, zorder=4 - order / 10,
    )  # fmt: skip
