"""Figures: functions that take plain data and return a matplotlib Figure; nothing global is changed.

Names are loaded when first used, so that importing this room does not import matplotlib.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from linkage_sim.plots.bars import Bar, bars_figure, stacked_figure
    from linkage_sim.plots.breakeven import break_even_figure
    from linkage_sim.plots.crossing import crossing_figure
    from linkage_sim.plots.flips import flip_figure
    from linkage_sim.plots.frontier import Line, frontier_figure
    from linkage_sim.plots.indices import Index, indices_figure
    from linkage_sim.plots.intervals import Interval, intervals_figure
    from linkage_sim.plots.map import MapPlace, MapRoad, map_figure
    from linkage_sim.plots.pattern import pattern_figure
    from linkage_sim.plots.regret import regret_figure
    from linkage_sim.plots.style import Look, looks, save_figure, svg_text
    from linkage_sim.plots.winmap import win_figure
    from linkage_sim.plots.years import Course, years_figure

_HOMES = {
    "Bar": "bars",
    "Course": "years",
    "Index": "indices",
    "Interval": "intervals",
    "Line": "frontier",
    "Look": "style",
    "MapPlace": "map",
    "MapRoad": "map",
    "bars_figure": "bars",
    "break_even_figure": "breakeven",
    "crossing_figure": "crossing",
    "flip_figure": "flips",
    "frontier_figure": "frontier",
    "indices_figure": "indices",
    "intervals_figure": "intervals",
    "looks": "style",
    "map_figure": "map",
    "pattern_figure": "pattern",
    "regret_figure": "regret",
    "save_figure": "style",
    "stacked_figure": "bars",
    "svg_text": "style",
    "win_figure": "winmap",
    "years_figure": "years",
}

__all__ = [
    "Bar",
    "Course",
    "Index",
    "Interval",
    "Line",
    "Look",
    "MapPlace",
    "MapRoad",
    "bars_figure",
    "break_even_figure",
    "crossing_figure",
    "flip_figure",
    "frontier_figure",
    "indices_figure",
    "intervals_figure",
    "looks",
    "map_figure",
    "pattern_figure",
    "regret_figure",
    "save_figure",
    "stacked_figure",
    "svg_text",
    "win_figure",
    "years_figure",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
