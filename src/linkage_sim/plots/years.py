"""One quantity over the years, one line per plan, with the programme's years shaded and its exit marked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from linkage_sim.plots.style import FAINT, INK, QUIET, SHADE, Look, bare, drawing, new_figure, thousands

FEW = 2
"""Up to this many lines, ranges are drawn as bands; more would hide each other."""


@dataclass(frozen=True, slots=True)
class Course:
    """One line.

    Attributes
    ----------
    label : plan, named in the legend
    years, mean, low, high : of equal length; ``low`` and ``high`` may be empty
    look : colour, dash and marker
    """

    label: str
    years: Sequence[float]
    mean: Sequence[float]
    low: Sequence[float]
    high: Sequence[float]
    look: Look


def years_figure(
    courses: Sequence[Course],
    *,
    programme: tuple[float, float] | None = None,
    share: bool = False,
    points: bool = False,
    zero: bool = False,
    legend: bool = False,
    limits: tuple[float, float] | None = None,
    width: float = 3.7,
    height: float = 2.45,
    axis_label: str = "",
) -> Figure:
    """Draw lines over years.

    Parameters
    ----------
    courses : one line each, in the order of drawing
    programme : first and last year with the programme, shaded; the exit is marked after the last
    share : values are shares, shown in percent
    points : values are differences of shares, shown in percentage points
    zero : mark zero, for differences
    legend : name the lines inside the figure; the report names them once, outside
    limits : ends of the upright axis; None fits the lines
    width, height : inches
    axis_label : what the upright axis measures, with its unit; may be empty where a heading says it
    """
    with drawing():
        figure = new_figure(width, height)
        left, bottom = 0.62 + (0.2 if axis_label else 0.0), 0.52
        axes = figure.add_axes((left / width, bottom / height, (width - left - 0.12) / width, (height - bottom - 0.26) / height))
        if programme is not None:
            _programme(axes, *programme)
        if zero:
            axes.axhline(0.0, color=INK, linewidth=1.0, zorder=1)
        for course in courses:
            _line(axes, course, band=len(courses) <= FEW)
        if limits is not None:
            axes.set_ylim(*limits)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=9))
        axes.yaxis.set_major_locator(MaxNLocator(5))
        axes.yaxis.set_major_formatter(FuncFormatter(_points if points else _percent if share else thousands))
        axes.grid(axis="y", color=FAINT, linewidth=0.6)
        axes.set_xlabel("year")
        axes.set_ylabel(axis_label)
        bare(axes)
        if legend:
            axes.legend(loc="best", fontsize=9.5, handlelength=3.4)
        return figure


def _programme(axes: Axes, first: float, last: float) -> None:
    """Shade the years with the programme and mark its exit."""
    axes.axvspan(first - 0.5, last + 0.5, color=SHADE, zorder=0, linewidth=0)
    axes.axvline(last + 0.5, color=QUIET, linewidth=1.1, linestyle=(0, (4, 2)), zorder=1)
    for place, word, side in (((first + last) / 2, "programme", "center"), (last + 0.5, " exit", "left")):
        axes.annotate(
            word,
            (place, 1.0),
            xycoords=("data", "axes fraction"),
            xytext=(0, 2),
            textcoords="offset points",
            ha=side,
            va="bottom",
            fontsize=9,
            color=QUIET,
        )


def _line(axes: Axes, course: Course, *, band: bool) -> None:
    """One line with its markers, and its range as a band where that is asked for and known."""
    look, crossed = course.look, course.look.marker == "x"
    if band and len(course.low) == len(course.years):
        axes.fill_between(course.years, course.low, course.high, color=look.colour, alpha=0.16, linewidth=0)
    axes.plot(
        course.years,
        course.mean,
        color=look.colour,
        linestyle=look.line,
        marker=look.marker,
        markeredgecolor=look.colour if crossed else "white",
        markeredgewidth=1.2 if crossed else 0.6,
        markersize=5.5,
        label=course.label,
        zorder=3,
        clip_on=False,
    )


def _percent(value: float, _position: object = None) -> str:
    """Share on an axis."""
    return f"{thousands(round(100.0 * value, 6))} %"


def _points(value: float, _position: object = None) -> str:
    """Difference of shares on an axis."""
    return thousands(round(100.0 * value, 6))
