"""How every figure looks: colours for colour-blind readers too, and a dash, marker and hatch beside each colour.

Nothing global is touched: settings live in a context (`drawing`), figures are made without pyplot.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullFormatter

INK = "#1a1a1a"
QUIET = "#5c5c5c"
FAINT = "#d4d4d4"
SHADE = "#f0ede6"

SETTINGS: dict[Any, Any] = {
    "font.family": ["DejaVu Sans"],
    "font.size": 10.5,
    "axes.labelsize": 10.5,
    "xtick.labelsize": 10,
    "ytick.labelsize": 10,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": QUIET,
    "xtick.color": QUIET,
    "ytick.color": QUIET,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.unicode_minus": True,
    "lines.linewidth": 1.8,
    "lines.markersize": 5,
    "hatch.linewidth": 0.7,
    "figure.facecolor": "white",
    "axes.facecolor": "white",
    "legend.frameon": False,
    "svg.fonttype": "none",
    "svg.hashsalt": "linkage_sim",
    "path.simplify": False,
}

_NO_DATE = {"Date": None, "Creator": None, "Format": None, "Type": None}


@dataclass(frozen=True, slots=True)
class Look:
    """How one plan is drawn everywhere.

    Attributes
    ----------
    colour : hex
    dash : on and off lengths in line widths; empty for a solid line
    marker : matplotlib marker
    hatch : matplotlib hatch
    """

    colour: str
    dash: tuple[float, ...]
    marker: str
    hatch: str

    @property
    def line(self) -> str | tuple[float, tuple[float, ...]]:
        """Line style for matplotlib."""
        return (0.0, self.dash) if self.dash else "-"


BASELINE = Look("#6b6b6b", (1.0, 1.6), "x", "")
"""Always the world without a programme."""

LOOKS = (
    Look("#0072b2", (), "o", "///"),
    Look("#c4500b", (5.0, 1.8), "s", "\\\\\\"),
    Look("#00795a", (6.0, 1.6, 1.2, 1.6), "^", "..."),
    Look("#a8478a", (2.2, 1.4), "D", "xxx"),
    Look("#8a6d00", (8.0, 2.0, 2.0, 2.0), "v", "+++"),
    Look("#2f3e5c", (3.5, 1.2, 1.0, 1.2, 1.0, 1.2), "P", "ooo"),
    Look("#56a3d9", (9.0, 3.0), "<", "---"),
    Look("#7a3b1d", (1.2, 1.2), ">", "|||"),
)


def looks(names: Iterable[str], baseline: str | None = None) -> dict[str, Look]:
    """One look for each plan, in the order given; the baseline is grey and dotted.

    Parameters
    ----------
    names : plans
    baseline : the plan that the others are compared with
    """
    found: dict[str, Look] = {}
    used = 0
    for name in names:
        if name == baseline:
            found[name] = BASELINE
        else:
            found[name] = LOOKS[used % len(LOOKS)]
            used += 1
    return found


@contextmanager
def drawing() -> Iterator[None]:
    """Settings of our figures, for as long as one is drawn or written."""
    with mpl.rc_context(SETTINGS):
        yield


def new_figure(width: float, height: float) -> Figure:
    """Make an empty figure without pyplot; call inside `drawing`.

    Parameters
    ----------
    width, height : inches
    """
    figure = Figure(figsize=(width, height))
    FigureCanvasAgg(figure)
    return figure


def thousands(value: float, _position: object = None) -> str:
    """Axis number with separators and a true minus."""
    return f"{value:,.10g}".replace("-", "\N{MINUS SIGN}")


def places(axis: Axis, is_log: bool, most: int) -> None:
    """Put round numbers on an axis, on one that shows logarithms 1, 2 and 5 of each power of ten."""
    axis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)) if is_log else MaxNLocator(most))
    axis.set_major_formatter(FuncFormatter(thousands))
    if is_log:
        axis.set_minor_formatter(NullFormatter())


def bare(axes: Axes, *, left: bool = False) -> None:
    """Leave only the bottom axis (and the left one where asked for)."""
    axes.spines["left"].set_visible(left)
    if not left:
        axes.tick_params(axis="y", length=0)


def svg_text(figure: Figure, name: str, title: str, description: str) -> str:
    """Write a figure as SVG for a web page: text stays text, ids are unique to ``name``, no date, no outside address.

    Parameters
    ----------
    figure : drawn
    name : letters, digits and hyphens; unique on the page
    title, description : read out in place of the picture

    Returns
    -------
    an ``<svg>`` element; the same bytes for the same figure
    """
    buffer = io.StringIO()
    with drawing():
        figure.savefig(buffer, format="svg", metadata=dict(_NO_DATE))
    text = buffer.getvalue()
    body = text[text.index("<svg") :].strip()
    body = re.sub(r"<metadata>.*?</metadata>\s*", "", body, flags=re.DOTALL)
    body = re.sub(r"<!--.*?-->\s*", "", body, flags=re.DOTALL)
    body = re.sub(r'\sxmlns(:\w+)?="[^"]*"', "", body)
    body = re.sub(
        r'\sid="(figure|axes|patch|line2d|text|matplotlib\.axis|xtick|ytick|LineCollection|PathCollection|PolyCollection|FillBetweenPolyCollection|legend)_\d+"',
        "",
        body,
    )
    body = re.sub(r'\bid="', f'id="{name}-', body)
    body = re.sub(r"url\(#", f"url(#{name}-", body)
    body = re.sub(r'xlink:href="#', f'href="#{name}-', body)
    body = re.sub(r"<defs>\s*<style[^>]*>.*?</style>\s*</defs>\s*", "", body, flags=re.DOTALL)
    body = re.sub(r"\s*font-family: [^;\"]*;?", "", body)
    body = re.sub(r"font: ([^;\"]*?) 'DejaVu Sans'[^;\"]*", _font_parts, body)
    body = re.sub(r' transform="rotate\(-0 [^"]*\)"', "", body)
    body = re.sub(r">\s+<", "><", body)
    return _with_title(body, name, title, description)


def _font_parts(found: re.Match[str]) -> str:
    """Style, weight and size of a font, without its family: a page's own is used."""
    words = found.group(1).split()
    parts = [f"font-size: {words[-1]}"]
    parts += ["font-weight: bold"] if {"bold", "700"} & set(words) else []
    parts += ["font-style: italic"] if {"italic", "oblique"} & set(words) else []
    return "; ".join(parts)


def _with_title(body: str, name: str, title: str, description: str) -> str:
    """Give the svg element its size as a view box, and what a screen reader says."""
    end = body.index(">")
    head = body[:end]
    box = re.search(r'viewBox="([^"]+)"', head)
    size = box.group(1) if box else "0 0 400 300"
    width = round(float(size.split()[2]) * 4 / 3)
    opening = f'<svg viewBox="{size}" class="figure" style="max-width:{width}px" role="img" aria-labelledby="{name}-title {name}-desc">'
    words = f'<title id="{name}-title">{escape(title)}</title><desc id="{name}-desc">{escape(description)}</desc>'
    return opening + words + body[end + 1 :]


def save_figure(figure: Figure, path: Path) -> Path:
    """Write a figure to a file (``.svg``, ``.png`` or ``.pdf``); the same bytes for the same figure.

    Parameters
    ----------
    figure : drawn
    path : its ending says the format
    """
    kind = path.suffix.lstrip(".").lower()
    metadata: dict[str, object] = {"svg": _NO_DATE, "pdf": {"CreationDate": None}, "png": {"Software": None}}.get(kind, {})  # type: ignore[assignment]
    with drawing():
        figure.savefig(path, format=kind, dpi=160, metadata=metadata)
    return path
