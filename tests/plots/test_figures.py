"""Figures: drawn from plain data, the same bytes for the same data, and nothing global left behind."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.figure import Figure

from linkage_sim.plots.bars import Bar, bar_limits, bars_figure, stacked_figure, thousands
from linkage_sim.plots.breakeven import break_even_figure
from linkage_sim.plots.crossing import crossing_figure
from linkage_sim.plots.flips import flip_figure
from linkage_sim.plots.frontier import Line, frontier_figure
from linkage_sim.plots.indices import Index, indices_figure
from linkage_sim.plots.intervals import Interval, intervals_figure, spread
from linkage_sim.plots.map import MapPlace, MapRoad, map_figure
from linkage_sim.plots.regret import regret_figure
from linkage_sim.plots.style import BASELINE, LOOKS, looks, save_figure, svg_text
from linkage_sim.plots.visits import visits_figure
from linkage_sim.plots.years import Course, years_figure

LOOK = LOOKS[0]


def intervals() -> Figure:
    rows = [Interval("A plan", 3.0, -1.0, 7.0, "12 of 20", LOOK), Interval("Another plan", 5.0, 4.0, 6.0)]
    return intervals_figure(rows, "USD per household and year")


def bars() -> Figure:
    return bars_figure([Bar("Households", 10.0, 5.0, 15.0), Bar("Traders", -3.0, -5.0, -1.0), Bar("All", 7.0, 1.0, 13.0, True)], "USD")


def stacked() -> Figure:
    parts = {"one side": [3.0, 0.0], "other side": [1.0, 4.0], "nothing": [0.0, 0.0]}
    styles = {"one side": ("#9cc4e4", "///"), "other side": ("#f1b48b", "..."), "nothing": ("white", "")}
    return stacked_figure(["A plan", "Another plan"], parts, styles, "USD")


def years() -> Figure:
    course = Course("A plan", [1, 2, 3], [0.1, 0.2, 0.3], [0.0, 0.1, 0.2], [0.2, 0.3, 0.4], LOOK)
    return years_figure([course], programme=(2, 2), share=True, legend=True, axis_label="share")


def break_even() -> Figure:
    return break_even_figure(
        [1.0, 1.5, 2.0], [9.0, 6.0, 3.0], 5.0, names=("A", "B"), looks=(LOOK, LOOKS[1]), turns_at=1.67, axis_label="USD"
    )


def region() -> Figure:
    places = [
        MapPlace("a", "A-town", "city", 69.0, 40.0),
        MapPlace("b", "B-bazaar", "bazaar", 70.0, 40.5),
        MapPlace("b/v1", "", "village", 70.1, 40.4),
    ]
    return map_figure(places, [MapRoad("a", "b", True, "over the pass"), MapRoad("b", "b/v1", False)])


def visits() -> Figure:
    line = [(3.0, 2.5, 3.5), (3.6, 3.1, 4.1), (2.0, 1.5, 2.5)]
    return visits_figure((0, 2, 24), {"shipped": line}, {"shipped": line})


def indices() -> Figure:
    rows = [Index("one factor in words", (0.6, 0.5, 0.7), (0.4, 0.3, 0.5)), Index("another", (0.1, 0.0, 0.2), (-0.02, -0.1, 0.1))]
    return indices_figure(rows, "share of the variance", keys=("total", "alone"))


def flips() -> Figure:
    x, lead = np.array([[1.0, 0.1], [2.0, 0.5], [1.0, 0.9]]), np.array([-1.0, 2.0, 0.5])
    boxes = [((None, 1.5), (None, 0.4))]
    return flip_figure(x, lead, names=("A", "B"), looks=(LOOK, BASELINE), labels=("traders", "reliability"), boxes=boxes)


def regret() -> Figure:
    values = {"A": np.array([0.0, 2.0, 1.0]), "B": np.array([3.0, 0.0, 0.0])}
    return regret_figure(values, {"A": LOOK, "B": LOOKS[1]}, "regret, USD")


def crossing() -> Figure:
    return crossing_figure(
        [0.0, 0.5, 1.0], [-1.0, 0.0, 2.0], [-2.0, -1.0, 1.0], [0.0, 1.0, 3.0], names=("A", "B"), looks=(LOOK, LOOKS[1]),
        label="reliability", axis_label="USD", tie=(0.5, 0.2, 0.8), usual=0.6,
    )  # fmt: skip


def frontier() -> Figure:
    line = Line("with", [1.0, 3.0, 2.0], [0.0, 2.0, 1.0], [2.0, 4.0, 3.0], [False, True, True], [0.0, 0.1, 0.2], LOOK)
    return frontier_figure([0.0, 0.5, 1.0], [line], ends=("A", "B"), axis_label="USD")


DRAWN = [intervals, bars, stacked, years, break_even, region, visits, indices, flips, regret, crossing, frontier]


@pytest.mark.parametrize("draw", DRAWN)
def test_a_figure_is_the_same_for_the_same_data_and_leaves_nothing_behind(draw: Callable[[], Figure]) -> None:
    before = dict(mpl.rcParams)
    first, again = (svg_text(draw(), "name", "Title", "What is to be seen") for _ in range(2))
    assert first == again
    assert dict(mpl.rcParams) == before


@pytest.mark.parametrize("draw", DRAWN)
def test_inline_svg_asks_for_nothing_from_outside(draw: Callable[[], Figure]) -> None:
    text = svg_text(draw(), "name", 'A "title" & more', "What is to be seen")
    assert "http" not in text
    assert "<metadata" not in text
    assert "<title" in text
    assert "&amp;" in text
    assert "nan" not in text.lower()
    ids = re.findall(r'\bid="([^"]+)"', text)
    assert all(each.startswith("name-") for each in ids)
    assert len(ids) == len(set(ids))
    used = set(re.findall(r'(?:url\(#|href="#)([^)"]+)', text))
    assert used <= set(ids)


@pytest.mark.parametrize("kind", ["svg", "png", "pdf"])
def test_a_saved_figure_is_the_same_file_twice(kind: str, tmp_path: Path) -> None:
    one, other = (save_figure(bars(), tmp_path / f"{number}.{kind}") for number in range(2))
    assert one.read_bytes() == other.read_bytes()
    assert one.stat().st_size > 1000


def test_importing_the_room_does_not_load_matplotlib_and_drawing_does_not_load_pyplot() -> None:
    code = (
        "import sys, linkage_sim.plots as p\n"
        "assert 'matplotlib' not in sys.modules\n"
        "p.bars_figure([p.Bar('a', 1.0, 0.5, 1.5)], 'gain')\n"
        "assert 'matplotlib.pyplot' not in sys.modules\n"
        "assert all(getattr(p, name) for name in p.__all__)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_plans_differ_in_more_than_colour() -> None:
    found = looks([f"plan{number}" for number in range(len(LOOKS))] + ["baseline"], "baseline")
    assert found["baseline"] is BASELINE
    every = list(found.values())
    for part in ("colour", "dash", "marker", "hatch"):
        assert len({getattr(look, part) for look in every}) == len(every)


def test_an_axis_always_holds_zero() -> None:
    assert spread([Interval("a", 3.0, 2.0, 4.0)])[0] == 0.0
    assert spread([Interval("a", -3.0, -4.0, -2.0)])[1] == 0.0
    assert bar_limits([Bar("a", 3.0, 2.0, 4.0)])[0] < 0.0 < bar_limits([Bar("a", -3.0, -4.0, -2.0)])[1]
    assert spread([]) == (0.0, 0.06)


def test_ranges_of_the_intervals_figure_are_drawn_where_they_belong() -> None:
    axes = intervals().axes[0]
    drawn = [tuple(line.get_xdata()) for line in axes.lines]
    assert (-1.0, 7.0) in drawn
    assert (4.0, 6.0) in drawn


@pytest.mark.parametrize(("value", "words"), [(-1500.0, "\N{MINUS SIGN}1,500"), (0.0, "0"), (0.25, "0.25"), (1e6, "1,000,000")])
def test_axis_numbers(value: float, words: str) -> None:
    assert thousands(value) == words
