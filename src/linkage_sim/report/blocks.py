"""What a section of the report is built of; the template knows how to show each kind."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from markupsafe import Markup, escape
from matplotlib.figure import Figure

from linkage_sim.plots.style import svg_text

Words = str | Markup


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph; ``tone`` is empty, "note", "warning" or "strong"."""

    kind: ClassVar[str] = "text"
    words: Words
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Listing:
    """A list of points."""

    kind: ClassVar[str] = "listing"
    points: Sequence[Words]


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading inside a section."""

    kind: ClassVar[str] = "heading"
    words: Words


@dataclass(frozen=True, slots=True)
class Picture:
    """A figure with its heading and what to see in it."""

    kind: ClassVar[str] = "picture"
    svg: Markup
    heading: Words = ""
    caption: Words = ""


@dataclass(frozen=True, slots=True)
class Grid:
    """Pictures side by side where there is room, one below the other where there is not.

    ``width`` is "grid" for small ones, "pair" for two in a row, "single" for one.
    """

    kind: ClassVar[str] = "grid"
    pictures: Sequence[Picture]
    width: str = "grid"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table; numbers stand to the right."""

    words: Words
    numeric: bool = True
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A table; the first cell of each row is its heading."""

    kind: ClassVar[str] = "table"
    caption: Words
    columns: Sequence[Column]
    rows: Sequence[Sequence[Words]]
    note: Words = ""


@dataclass(frozen=True, slots=True)
class Key:
    """Which line and marker stands for which plan."""

    kind: ClassVar[str] = "key"
    entries: Sequence[Words]


@dataclass(frozen=True, slots=True)
class Code:
    """Lines to be typed or copied."""

    kind: ClassVar[str] = "code"
    lines: Sequence[str]


@dataclass(frozen=True, slots=True)
class Parameter:
    """One line of the assumption register."""

    path: str
    meaning: str
    value: str
    bounds: str
    decided: str
    source: Words
    assumed: bool
    differs: bool


@dataclass(frozen=True, slots=True)
class Register:
    """The assumption register, by part of the scenario."""

    kind: ClassVar[str] = "register"
    parts: Sequence[tuple[str, Sequence[Parameter]]]


Block = Text | Listing | Heading | Picture | Grid | Table | Key | Code | Register


@dataclass(frozen=True, slots=True)
class Section:
    """A numbered part of the report; without blocks it is left out."""

    name: str
    title: str
    blocks: Sequence[Block] = field(default_factory=tuple)


def picture(figure: Figure, name: str, title: str, description: str, *, heading: Words = "", caption: Words = "") -> Picture:
    """Make a picture of a figure.

    Parameters
    ----------
    figure : drawn
    name : unique in the report
    title, description : read out in place of the picture
    heading, caption : shown above and below
    """
    return Picture(Markup(svg_text(figure, name, title, description)), heading, caption)


def strong(words: object) -> Markup:
    """Words in bold."""
    return Markup("<strong>{}</strong>").format(words)


def glued(parts: Iterable[Words], between: str = " ") -> Markup:
    """Several pieces as one, each escaped unless it is markup."""
    return escape(between).join(escape(part) for part in parts)
