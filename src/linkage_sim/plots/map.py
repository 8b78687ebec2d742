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
MARKERS = {"bazaar": "s", "city": "o", "border": "D", "export": "^", "village": "o"}
SIZES = {"bazaar": 9.5, "city": 12.0, "border": 9.0, "export": 7.0, "village": 4.5}
ORDER = ("village", "bazaar", "border", "city", "export")
"""Drawn from first to last: a small mark on top of a large one stays visible."""
COLOURS = {"bazaar": "#c4500b", "city": "#0072b2", "border": "#2f3e5c", "export": "#a8478a", "village": "#6b6b6b"}
LETTER = 6.2
"""Points that a letter of a name takes, about."""
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
    places: Sequence[MapPlace],
    roads: Sequence[MapRoad],
    *,
    width: float = 4.6,
    keys: bool = True,
    villages: bool = True,
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
        for place in sorted(shown.values(), key=lambda place: ORDER.index(place.kind) if place.kind in ORDER else 0):
            _symbol(axes, place)
        frame = _Frame(west, south, 72.0 * 0.98 * width / (east - west), 72.0 * height / (north - south), 72.0 * 0.98 * width)
        _names(axes, frame, list(shown.values()))
        _scale_bar(axes, stretch, list(shown.values()))
        axes.set_xticks([])
        axes.set_yticks([])
        for spine in axes.spines.values():
            spine.set_visible(True)
            spine.set_color("#b5b5b5")
        if keys:
            _keys(axes, figure, [kind for kind in MARKERS if any(place.kind == kind for place in shown.values())])
        return figure


def _frame(places: Sequence[MapPlace]) -> tuple[float, float, float, float, float]:
    """West, east, south, north with room for names, and how much shorter a degree is from west to east."""
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
        [start.longitude, end.longitude],
        [start.latitude, end.latitude],
        color="#bdb9b0" if to_village else "#6d675c",
        linewidth=0.8 if to_village else 2.2,
        linestyle=(0, (3, 1.6)) if road.mountain else "-",
        zorder=1 if to_village else 2,
    )
    if road.label:
        _words(
            axes,
            road.label,
            ((start.longitude + end.longitude) / 2, (start.latitude + end.latitude) / 2),
            (6, 0),
            "left",
            "center",
            9.0,
        )


def _symbol(axes: Axes, place: MapPlace) -> None:
    """The mark of one place."""
    kind = place.kind if place.kind in MARKERS else "village"
    axes.plot(
        [place.longitude],
        [place.latitude],
        marker=MARKERS[kind],
        markersize=SIZES[kind],
        color=COLOURS[kind],
        markeredgecolor="white",
        markeredgewidth=0.8,
        linestyle="",
        zorder=3.0 + 0.1 * ORDER.index(kind),
    )


@dataclass(frozen=True, slots=True)
class _Frame:
    """From degrees to points on the page: the south-west corner, points per degree, and the width in points."""

    west: float
    south: float
    across: float
    up: float
    width: float

    def point(self, place: MapPlace) -> tuple[float, float]:
        return (place.longitude - self.west) * self.across, (place.latitude - self.south) * self.up


Box = tuple[float, float, float, float]
"""Left, bottom, right, top in points."""


def _names(axes: Axes, frame: _Frame, places: Sequence[MapPlace]) -> None:
    """Write names where they cover the least: right, left, above or below of their place."""
    taken: list[Box] = []
    for place in places:
        x, y = frame.point(place)
        size = SIZES.get(place.kind, 6.0) / 2
        taken.append((x - size, y - size, x + size, y + size))
    for place in places:
        if not place.label:
            continue
        x, y = frame.point(place)
        long = LETTER * len(place.label)
        sides: list[tuple[tuple[int, int], str, str, Box]] = [
            ((8, 0), "left", "center", (x + 8, y - 6, x + 8 + long, y + 6)),
            ((-8, 0), "right", "center", (x - 8 - long, y - 6, x - 8, y + 6)),
            ((0, 7), "center", "bottom", (x - long / 2, y + 7, x + long / 2, y + 19)),
            ((0, -7), "center", "top", (x - long / 2, y - 19, x + long / 2, y - 7)),
        ]
        offset, side, foot, box = min(sides, key=lambda each: _covered(each[3], taken, frame.width))
        taken.append(box)
        _words(axes, place.label, (place.longitude, place.latitude), offset, side, foot, 10.5)


def _covered(box: Box, taken: Sequence[Box], width: float) -> float:
    """How much of other things a box covers, and how far it leaves the frame."""
    left, bottom, right, top = box
    both = sum(
        max(0.0, min(right, other[2]) - max(left, other[0])) * max(0.0, min(top, other[3]) - max(bottom, other[1])) for other in taken
    )
    return both + 1000.0 * (max(0.0, -left) + max(0.0, right - width))


def _words(axes: Axes, words: str, at: tuple[float, float], offset: tuple[int, int], side: str, foot: str, size: float) -> None:
    """Words with a white rim, so that lines below do not disturb them."""
    text = axes.annotate(
        words,
        at,
        xytext=offset,
        textcoords="offset points",
        ha=side,
        va=foot,
        fontsize=size,
        color=INK,
        zorder=6,
        style="italic" if size < 10 else "normal",
    )
    text.set_path_effects([patheffects.withStroke(linewidth=3, foreground="white")])


def _scale_bar(axes: Axes, stretch: float, places: Sequence[MapPlace]) -> None:
    """A bar of a round number of kilometres in the emptiest lower or upper corner."""
    west, east = axes.get_xlim()
    south, north = axes.get_ylim()
    whole = (east - west) * KM_PER_DEGREE * stretch
    length = max([size for size in ROUND_LENGTHS if size <= 0.3 * whole] or [1])
    degrees = length / (KM_PER_DEGREE * stretch)
    left, right = west + 0.04 * (east - west), east - 0.04 * (east - west) - degrees
    foot, head = south + 0.04 * (north - south), north - 0.08 * (north - south)

    def nearest(corner: tuple[float, float]) -> float:
        x, y = corner[0] + degrees / 2, corner[1]
        return min(((place.longitude - x) * stretch) ** 2 + (place.latitude - y) ** 2 for place in places)

    x, y = max(((left, foot), (right, foot), (left, head), (right, head)), key=nearest)
    axes.plot([x, x + degrees], [y, y], color=INK, linewidth=2.4, solid_capstyle="butt", zorder=6)
    _words(axes, f"{length} km", (x + degrees / 2, y), (0, 3), "center", "bottom", 9.5)


def _keys(axes: Axes, figure: Figure, kinds: Sequence[str]) -> None:
    """Name the symbols below the map."""
    words = {"village": "village (synthetic)", "border": "border crossing", "export": "export market"}
    handles = [
        axes.plot(
            [],
            [],
            marker=MARKERS[kind],
            markersize=8,
            color=COLOURS[kind],
            markeredgecolor="white",
            linestyle="",
            label=words.get(kind, kind),
        )[0]
        for kind in kinds
    ]
    handles.append(axes.plot([], [], color="#6d675c", linewidth=2.2, linestyle=(0, (3, 1.6)), label="mountain road")[0])
    figure.legend(
        handles=handles,
        loc="lower left",
        bbox_to_anchor=(0.0, 0.0),
        ncols=3,
        fontsize=9.5,
        handlelength=1.8,
        columnspacing=1.2,
    )
