"""Safe reading of YAML: plain values only, each with the file and line on which it stands.

The text is read as a stream of parser events, so nothing is constructed, nothing recurses, and every limit
holds while reading: tags, directives, merge keys, alias bombs, deep nesting and huge files are refused.
Plain words mean what YAML 1.2 says: only ``true`` and ``false`` are booleans.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from numbers import Integral, Real
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from linkage_sim.scenario.messages import Problem, ProblemsFound, nearest_word, shown_value

LARGEST_FILE = 5_000_000
DEEPEST = 40
MOST_ALIASES = 100
MOST_VALUES = 50_000
LONGEST_NUMBER = 40
LONGEST_REMEMBERED = 100_000

Scalar = str | int | float | bool | None

_WHOLE = re.compile(r"[-+]?[0-9]+")
_NUMBER = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_NOT_FINITE = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_WORDS: dict[str, bool | None] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Node:
    """A value and where it stands. Never changed once made, so that files may share parts.

    Attributes
    ----------
    value : mapping of names to nodes, tuple of nodes, or a scalar
    file : full path of the file, or a word for what no file holds
    line : line from 1 (of the key, where there is one); 0 where there is no file
    """

    value: Mapping[str, Node] | tuple[Node, ...] | Scalar
    file: str
    line: int

    def plain(self) -> Any:
        """The value without places: dicts, lists and scalars."""
        if isinstance(self.value, Mapping):
            return {key: child.plain() for key, child in self.value.items()}
        if isinstance(self.value, tuple):
            return [child.plain() for child in self.value]
        return self.value

    def entries(self) -> Mapping[str, Node]:
        """Children by name; empty where this is no mapping."""
        return self.value if isinstance(self.value, Mapping) else {}

    def lines(self, path: str = "") -> Iterator[tuple[str, tuple[str, int]]]:
        """``(dotted path, (file, line))`` of this value and everything below it."""
        yield path, (self.file, self.line)
        children = (
            self.entries().items() if isinstance(self.value, Mapping) else (enumerate(self.value) if isinstance(self.value, tuple) else ())
        )
        for key, child in children:
            yield from child.lines(f"{path}.{key}" if path else str(key))


def read_file(path: Path) -> Node:
    """Read one YAML file.

    Parameters
    ----------
    path : a regular file of UTF-8 text, at most 5 MB

    Returns
    -------
    Node
        The mapping at the top of the file.

    Raises
    ------
    ScenarioError
        With file, line and what to do, for anything that is not a plain mapping in safe YAML.
    """
    return read_text(_text_of(path), str(path))


def _text_of(path: Path) -> str:
    """Text of a file, or one clean problem."""
    file = str(path)
    try:
        if path.is_dir():
            raise _problem(file, 0, "is a folder, not a file")
        if not path.exists():
            raise _missing(path)
        if not path.is_file():
            raise _problem(file, 0, "is not a regular file")
        with path.open("rb") as stream:
            raw = stream.read(LARGEST_FILE + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise _problem(file, 0, f"cannot be read: {reason}") from None
    if len(raw) > LARGEST_FILE:
        raise _problem(file, 1, f"is larger than {LARGEST_FILE / 1e6:g} MB", "allowed: a scenario is a short text file")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        found = f"byte {raw[error.start]:#04x} is not UTF-8 text"
        raise _problem(file, line, found, "allowed: save the file as UTF-8") from None


def _missing(path: Path) -> ProblemsFound:
    """No such file; names the nearest one beside it."""
    try:
        beside = sorted(other.name for other in path.parent.iterdir() if other.suffix in (".yaml", ".yml"))
    except OSError:
        beside = []
    return ProblemsFound([Problem(str(path), 0, "", "no such file", nearest=nearest_word(path.name, beside))])


def _problem(file: str, line: int, found: str, allowed: str = "", path: str = "") -> ProblemsFound:
    return ProblemsFound([Problem(file, line, path, found, allowed)])


def read_text(text: str, file: str) -> Node:
    """Read YAML text; a short text of the same file is read once, as the result never changes.

    Parameters
    ----------
    text : YAML with one mapping at the top
    file : name for messages

    Raises
    ------
    ScenarioError
        See `read_file`.
    """
    return _remembered(text, file) if len(text) <= LONGEST_REMEMBERED else _read(text, file)


@lru_cache(maxsize=64)
def _remembered(text: str, file: str) -> Node:
    return _read(text, file)


def _read(text: str, file: str) -> Node:
    """The mapping at the top of ``text``, or all that is wrong with its YAML."""
    odd = _UNPRINTABLE.search(text)
    if odd:
        line = text.count("\n", 0, odd.start()) + 1
        raise _problem(file, line, f"holds the control character U+{ord(odd.group()):04X}", "allowed: plain text")
    tree = _Tree(file)
    line = 1
    try:
        for event in YAML(typ="safe", pure=True).parse(text):
            line = event.start_mark.line + 1
            tree.take(event, line)
    except MarkedYAMLError as error:
        # What never ends is to be sought where it began.
        endless = "end of stream" in str(error.problem) or "stream end" in str(error.problem)
        marks = (error.context_mark, error.problem_mark) if endless else (error.problem_mark, error.context_mark)
        mark = marks[0] or marks[1]
        line = mark.line + 1 if mark else line
        what = " ".join(filter(None, (error.problem, error.context and f"({error.context})")))
        raise _problem(file, min(line, text.count("\n") + 1), f"is not valid YAML: {what}") from None
    except (YAMLError, ValueError, ArithmeticError, LookupError, TypeError, AttributeError, AssertionError) as error:
        # The parser answers a few malformed texts, such as impossible escapes, with plain Python errors.
        raise _problem(file, line, f"is not valid YAML: {' '.join(str(error).split()) or type(error).__name__}") from None
    return tree.finished()


@dataclass(slots=True)
class _Open:
    """A mapping or list that is still being read."""

    line: int
    anchor: str | None
    mapping: dict[str, Node] | None
    items: list[Node] = field(default_factory=list)
    key: tuple[str, int] | None = None
    wants_key: bool = True


class _Tree:
    """Builds nodes from parser events and refuses what a scenario must not hold."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.open: list[_Open] = []
        self.anchors: dict[str, Node] = {}
        self.root: Node | None = None
        self.documents = self.aliases = self.values = 0
        self.problems: list[Problem] = []

    def take(self, event: Any, line: int) -> None:
        """Take in one event that starts on ``line``."""
        if getattr(event, "tag", None) is not None:
            found = f"tag {shown_value(str(event.tag))} is refused"
            raise _problem(self.file, line, found, "allowed: plain values without tags")
        if isinstance(event, ScalarEvent):
            self._scalar(event, line)
        elif isinstance(event, AliasEvent):
            self._alias(str(event.anchor), line)
        elif isinstance(event, (MappingStartEvent, SequenceStartEvent)):
            self._begin(event, line)
        elif isinstance(event, (MappingEndEvent, SequenceEndEvent)):
            self._end()
        elif isinstance(event, DocumentStartEvent):
            self._document(event, line)

    def finished(self) -> Node:
        """The mapping at the top, once all events are in."""
        if self.root is None or not isinstance(self.root.value, Mapping):
            nothing = self.root is None or self.root.value is None
            found = "is empty" if nothing else f"holds {shown_value(self.root and self.root.plain())} at the top"
            line = self.root.line if self.root else 1
            self.problems.append(Problem(self.file, line, "", found, "allowed: named values, such as name: baseline"))
        if self.problems or self.root is None:
            raise ProblemsFound(self.problems)
        return self.root

    def _document(self, event: Any, line: int) -> None:
        self.documents += 1
        if self.documents > 1:
            raise _problem(self.file, line, "a second document starts here (---)", "allowed: one scenario per file")
        if event.version or event.tags:
            raise _problem(self.file, 1, "YAML directives (%) are refused", "allowed: YAML 1.2 without directives")

    def _begin(self, event: Any, line: int) -> None:
        mapping: dict[str, Node] | None = {} if isinstance(event, MappingStartEvent) else None
        if self.open and self.open[-1].mapping is not None and self.open[-1].wants_key:
            raise _problem(self.file, line, "a key is a list or a section", "allowed: words as keys")
        if len(self.open) >= DEEPEST:
            raise _problem(self.file, line, f"is nested more than {DEEPEST} deep")
        self._count(1, line)
        start = self.open[-1].key[1] if self.open and self.open[-1].key else line
        self.open.append(_Open(start, event.anchor, mapping))

    def _end(self) -> None:
        ended = self.open.pop()
        node = Node(ended.mapping if ended.mapping is not None else tuple(ended.items), self.file, ended.line)
        self._add(node, ended.anchor)

    def _scalar(self, event: Any, line: int) -> None:
        text = str(event.value)
        odd = _UNPRINTABLE.search(text)
        if odd:
            found = f"holds the control character U+{ord(odd.group()):04X}"
            raise _problem(self.file, line, found, "allowed: plain text")
        self._count(1, line)
        place = self.open[-1] if self.open else None
        if place and place.mapping is not None and place.wants_key:
            self._key(place, text, line, quoted=event.style is not None)
            return
        value: Scalar = text if event.style is not None else _plain_word(text, self.file, line)
        self._add(Node(value, self.file, place.key[1] if place and place.key else line), event.anchor)

    def _key(self, place: _Open, text: str, line: int, *, quoted: bool) -> None:
        if text == "<<":
            raise _problem(self.file, line, "merge keys (<<) are refused", "allowed: extends: other.yaml")
        if not text or (not quoted and not isinstance(_plain_word(text, self.file, line), str)):
            raise _problem(self.file, line, f"key {shown_value(text)} is not a word", "allowed: words as keys")
        place.key, place.wants_key = (text, line), False

    def _alias(self, name: str, line: int) -> None:
        self.aliases += 1
        if self.open and self.open[-1].mapping is not None and self.open[-1].wants_key:
            raise _problem(self.file, line, f"alias *{name} stands for a key", "allowed: words as keys")
        if name not in self.anchors:
            raise _problem(self.file, line, f"alias *{name} stands before its anchor is complete")
        if self.aliases > MOST_ALIASES:
            raise _problem(self.file, line, f"more than {MOST_ALIASES} aliases", "allowed: extends: other.yaml")
        size, height = _extent(self.anchors[name])
        self._count(size, line)
        if len(self.open) + height > DEEPEST:
            raise _problem(self.file, line, f"alias *{name} nests more than {DEEPEST} deep")
        self._add(self.anchors[name], None)

    def _add(self, node: Node, anchor: str | None) -> None:
        """Put a complete value where it belongs."""
        if anchor:
            self.anchors[anchor] = node
        if not self.open:
            self.root = node
            return
        place = self.open[-1]
        if place.mapping is None:
            place.items.append(node)
        elif place.key is not None:
            name, line = place.key
            if name in place.mapping:
                first = place.mapping[name].line
                found = f"is written twice, on lines {first} and {line}"
                self.problems.append(Problem(self.file, line, self._path(name), found))
            else:
                place.mapping[name] = node
            place.key, place.wants_key = None, True

    def _path(self, name: str) -> str:
        return ".".join([place.key[0] if place.key else str(len(place.items)) for place in self.open[:-1]] + [name])

    def _count(self, more: int, line: int) -> None:
        self.values += more
        if self.values > MOST_VALUES:
            raise _problem(self.file, line, f"more than {MOST_VALUES} values, aliases counted where they are used")


def _extent(node: Node) -> tuple[int, int]:
    """Number of values in a node and how deep they nest."""
    below = node.value.values() if isinstance(node.value, Mapping) else node.value if isinstance(node.value, tuple) else ()
    extents = [_extent(child) for child in below]
    nests = isinstance(node.value, (Mapping, tuple))
    return 1 + sum(size for size, _ in extents), nests + max((height for _, height in extents), default=0)


def _plain_word(text: str, file: str, line: int) -> Scalar:
    """What an unquoted word means in YAML 1.2."""
    if text in _WORDS:
        return _WORDS[text]
    if not _NUMBER.fullmatch(text):
        if _NOT_FINITE.fullmatch(text):
            raise _problem(file, line, f"{text} is not a number to calculate with", "allowed: finite numbers")
        return text
    if len(text) > LONGEST_NUMBER:
        raise _problem(file, line, f"a number of {len(text)} characters", f"allowed: at most {LONGEST_NUMBER}")
    if _WHOLE.fullmatch(text):
        return int(text)
    value = float(text)
    if not math.isfinite(value):
        raise _problem(file, line, f"{text} is too large a number", "allowed: finite numbers")
    return value


def as_node(value: Any, file: str) -> Node:
    """Plain Python data as a node that stands in no file.

    Raises
    ------
    ScenarioError
        For values that a scenario file could not hold.
    """
    return _as_node(value, file, 0)


def _as_node(value: Any, file: str, depth: int) -> Node:
    if depth > DEEPEST:
        raise _problem(file, 0, f"is nested more than {DEEPEST} deep")
    if isinstance(value, Mapping):
        if not all(isinstance(key, str) and key for key in value):
            raise _problem(file, 0, "a key is not a word", "allowed: words as keys")
        return Node({str(key): _as_node(child, file, depth + 1) for key, child in value.items()}, file, 0)
    if isinstance(value, (list, tuple)):
        return Node(tuple(_as_node(child, file, depth + 1) for child in value), file, 0)
    if value is None or isinstance(value, bool):
        return Node(value, file, 0)
    if isinstance(value, str):
        if _UNPRINTABLE.search(value):
            raise _problem(file, 0, f"{shown_value(value)} holds a control character", "allowed: plain text")
        return Node(str(value), file, 0)
    if isinstance(value, Integral):
        return Node(int(value), file, 0)
    if isinstance(value, Real) and math.isfinite(value):
        return Node(float(value), file, 0)
    found = f"{type(value).__name__} {str(value)[:40]} is no value of a scenario"
    raise _problem(file, 0, found, "allowed: finite numbers, text, true, false")
