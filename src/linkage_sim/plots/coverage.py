"""Pattern P1: what a treated household gains as more villages are covered, in several market settings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from linkage_sim.plots.style import FAINT, INK, Look, bare, drawing, looks, new_figure, thousands

Gain = tuple[float, float, float]
"""Mean and the two ends of its 90 % range."""


def coverage_figure(
    coverage: Sequence[float],
    gains_by_setting: Mapping[str, Sequence[Gain]],
    *,
    title: str = "Gain of a treated household as more villages are covered",
    axis_label: str = "gain per treated household, USD a year",
    note: str = "Dots: average over the same simulated worlds; upright bars: its 90 % range.",
    width: float = 7.0,
    height: float = 4.3,
) -> Figure:
    """Draw one line per market setting.

    Parameters
    ----------
    coverage : shares of villages covered, 0..1, rising
    gains_by_setting : setting -> (mean, low, high) at each share, USD per treated household and year
    title, note : above and below; empty for none
    axis_label : what the upright axis measures
    width, height : inches

    Raises
    ------
    ValueError
        where a setting has not one gain for every share.
    """
    for setting, gains in gains_by_setting.items():
        if len(gains) != len(coverage):
            raise ValueError(f"{setting}: {len(gains)} gains for {len(coverage)} shares of villages")
    with drawing():
        figure = new_figure(width, height)
        axes = figure.add_axes((0.75 / width, 0.95 / height, (width - 0.95) / width, (height - 1.75) / height))
        step = 0.006 * (max(coverage) - min(coverage)) if len(coverage) > 1 else 0.0
        middle = (len(gains_by_setting) - 1) / 2
        styles = looks(gains_by_setting)
        for order, (setting, gains) in enumerate(gains_by_setting.items()):
            _setting(axes, setting, [share + (order - middle) * step for share in coverage], gains, styles[setting])
        axes.axhline(0.0, color=INK, linewidth=1.0, zorder=1)
        axes.set_xticks(_apart(coverage))
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{100 * value:.0f} %"))
        axes.yaxis.set_major_locator(MaxNLocator(6))
        axes.yaxis.set_major_formatter(FuncFormatter(thousands))
        axes.grid(axis="y", color=FAINT, linewidth=0.6)
        axes.set_xlabel("share of villages covered")
        axes.set_ylabel(axis_label)
        figure.legend(
            loc="upper left",
            bbox_to_anchor=(0.75 / width - 0.01, 1 - 0.42 / height),
            ncols=2,
            handlelength=3.6,
            borderpad=0,
        )
        bare(axes, left=True)
        figure.text(0.75 / width, 1 - 0.3 / height, title, fontsize=12.5, fontweight="bold", va="center")
        figure.text(0.75 / width, 0.14 / height, note, fontsize=9.5, va="bottom")
        return figure


def _setting(axes: Axes, setting: str, places: Sequence[float], gains: Sequence[Gain], look: Look) -> None:
    """The line of one market setting, with an upright bar for each range."""
    lows, highs = [gain[1] for gain in gains], [gain[2] for gain in gains]
    axes.vlines(places, lows, highs, color=look.colour, linewidth=1.3, zorder=2)
    axes.plot(
        places,
        [gain[0] for gain in gains],
        color=look.colour,
        linestyle=look.line,
        marker=look.marker,
        markersize=6.5,
        markeredgecolor="white",
        label=setting,
        zorder=3,
    )


def _apart(coverage: Sequence[float], gap: float = 0.065) -> list[float]:
    """Shares whose words on the axis do not run into each other."""
    kept: list[float] = []
    for share in coverage:
        if not kept or share - kept[-1] >= gap * (max(coverage) - min(coverage)):
            kept.append(share)
    return kept
