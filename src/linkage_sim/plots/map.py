"""The market map: real towns, bazaars, borders and roads, and the synthetic villages between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, radians

from matplotlib import patheffects
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from linkage_sim.plots.style import INK, drawing, new_figure

KM_PER_DEGREE = 111.2
MARKERS = {"bazaar": "s", "city": "o", "border": "D", "export": "^", "village": "."}
SIZES = {"bazaar": 9.0, "city": 11.0, "border": 9.0, "export": 10.0, "village": 7.0}
COLOURS = {"bazaar": "#c4500b", "city": "#0072b2", "border": "#2f3e5c", "export": "#a8478a", "village": "#6b6b6b"}
ROUND_LENGTHS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)


@dataclass(frozen=True, slots=True)
class MapPlace:
    """One place: its key, the words shown (empty for none), kind, longitude and latitude in degrees."""

    key: str
    label: str
    kind: str
    longitude: float
    latitude: float


@dataclass(frozen=True, slots=True)
class MapRoad:
    """One road between two places; ``mountain`` roads are dashed; ``label`` may be empty."""

    start: str
    end: str
    mountain: bool
    label: str = ""


def map_figure(
    places: Sequence[MapPlace], roads: Sequence[MapRoad], *, width: float = 4.6, keys: bool = True, villages: bool = True
) -> Figure:
    """Draw places and roads, with a scale bar; north is up.

    Parameters
    ----------
    places : of any kind of `MARKERS`
    roads : between them; those to villages are drawn thin
    width : inches; the height follows the region
    keys : name the symbols
    villages : draw villages and the roads to them
    """
    shown = {place.key: place for place in places if villages or place.kind != "village"}
    with drawing():
        west, east, south, north, stretch = _frame(list(shown.values()))
        height = width * (north - south) / ((east - west) * stretch)
        foot = 0.62 if keys else 0.1
        figure = new_figure(width, height + foot)
        axes = figure.add_axes((0.01, foot / (height + foot), 0.98, height / (height + foot)))
        axes.set_xlim(west, east)
        axes.set_ylim(south, north)
        for road in roads:
            if road.start in shown and road.end in shown:
                _road(axes, shown[road.start], shown[road.end], road)
        for place in sorted(shown.values(), key=lambda place: place.kind != "village"):
            _place(axes, place, (west + east) / 2)
        _scale_bar(axes, stretch)
        axes.set_xticks([])
        axes.set_yticks([])
        for spine in axes.spines.values():
            spine.set_visible(True)
            spine.set_color("#b5b5b5")
        if keys:
            _keys(axes, figure, [kind for kind in MARKERS if any(place.kind == kind for place in shown.values())])
        return figure


def _frame(places: Sequence[MapPlace]) -> tuple[float, float, float, float, float]:
    """West, east, south and north of all places with room for names, and how much shorter a degree is from west to east."""
    longitudes = [place.longitude for place in places] or [0.0]
    latitudes = [place.latitude for place in places] or [0.0]
    stretch = cos(radians((min(latitudes) + max(latitudes)) / 2))
    wide = 1.2 * max(max(longitudes) - min(longitudes), 0.1) * stretch
    tall = 1.2 * max(max(latitudes) - min(latitudes), 0.1)
    wide, tall = max(wide, tall / 1.45), max(tall, 0.55 * wide)
    x, y = (min(longitudes) + max(longitudes)) / 2, (min(latitudes) + max(latitudes)) / 2
    return x - wide / stretch / 2, x + wide / stretch / 2, y - tall / 2, y + tall / 2, stretch


def _road(axes: Axes, start: MapPlace, end: MapPlace, road: MapRoad) -> None:
    """One road as a straight line: how it winds is not known."""
    to_village = "village" in (start.kind, end.kind)
    axes.plot(
        [start.longitude, end.longitude], [start.latitude, end.latitude], color="#bdb9b0" if to_village else "#6d675c",
        linewidth=0.8 if to_village else 2.2, linestyle=(0, (3, 1.6)) if road.mountain else "-", zorder=1 if to_village else 2,
    )  # fmt: skip
    if road.label:
        _words(axes, road.label, ((start.longitude + end.longitude) / 2, (start.latitude + end.latitude) / 2), (6, 0), "left", "center", 9.0)


def _place(axes: Axes, place: MapPlace, middle: float) -> None:
    """One symbol, its name on the side away from the frame."""
    kind = place.kind if place.kind in MARKERS else "village"
    axes.plot(
        [place.longitude], [place.latitude], marker=MARKERS[kind], markersize=SIZES[kind], color=COLOURS[kind],
        markeredgecolor="white", markeredgewidth=0.8, linestyle="", zorder=3 if kind == "village" else 4,
    )  # fmt: skip
    if place.label:
        west = place.longitude < middle
        _words(axes, place.label, (place.longitude, place.latitude), (8 if west else -8, 3), "left" if west else "right", "bottom", 10.5)


def _words(axes: Axes, words: str, at: tuple[float, float], offset: tuple[int, int], side: str, foot: str, size: float) -> None:
    """Words with a white rim, so that lines below do not disturb them."""
    text = axes.annotate(
        words, at, xytext=offset, textcoords="offset points", ha=side, va=foot, fontsize=size, color=INK, zorder=6,
        style="italic" if size < 10 else "normal",
    )  # fmt: skip
    text.set_path_effects([patheffects.withStroke(linewidth=3, foreground="white")])


def _scale_bar(axes: Axes, stretch: float) -> None:
    """A bar of a round number of kilometres at the lower left."""
    west, east = axes.get_xlim()
    south, north = axes.get_ylim()
    whole = (east - west) * KM_PER_DEGREE * stretch
    length = max([size for size in ROUND_LENGTHS if size <= 0.3 * whole] or [1])
    degrees = length / (KM_PER_DEGREE * stretch)
    x, y = west + 0.04 * (east - west), south + 0.05 * (north - south)
    axes.plot([x, x + degrees], [y, y], color=INK, linewidth=2.4, solid_capstyle="butt", zorder=6)
    _words(axes, f"{length} km", (x + degrees / 2, y), (0, 3), "center", "bottom", 9.5)


def _keys(axes: Axes, figure: Figure, kinds: Sequence[str]) -> None:
    """Name the symbols below the map."""
    words = {"village": "village (synthetic)", "border": "border crossing", "export": "export market"}
    handles = [
        axes.plot([], [], marker=MARKERS[kind], markersize=8, color=COLOURS[kind], markeredgecolor="white", linestyle="", label=words.get(kind, kind))[0]
        for kind in kinds
    ]
    handles.append(axes.plot([], [], color="#6d675c", linewidth=2.2, linestyle=(0, (3, 1.6)), label="mountain road")[0])
    figure.legend(handles=handles, loc="lower left", bbox_to_anchor=(0.0, 0.0), ncols=3, fontsize=9.5, handlelength=1.8, columnspacing=1.2)
