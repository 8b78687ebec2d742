"""From what a file says to plain values: types checked, units converted, sources kept, places remembered.

A quantity is a number in the declared unit, a text such as ``"0.72 USD/kg"``, or
``{value: 0.72, unit: USD/kg, source: key}``; the same holds for values by month and for lists.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

from linkage_sim.scenario.declare import MONTHS
from linkage_sim.scenario.messages import Problem, join, known_words, nearest_word, shown_value
from linkage_sim.scenario.read import LONGEST_NUMBER, Node
from linkage_sim.scenario.shape import Acts, Group, Leaf, Named, Shape, stand_in, variant
from linkage_sim.units import UNITS, convert

QUANTITY_KEYS = ("value", "unit", "source")

_QUANTITY = re.compile(r"\s*([-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?)\s*(\D.*?)?\s*", re.DOTALL)
_NAME = re.compile(r"[^\W\d][\w-]*")
_SYNONYMS = {
    "%": "percent", "tonne": "t", "tonnes": "t", "ton": "t", "tons": "t", "dollar": "USD", "dollars": "USD",
    "$": "USD", "$/kg": "USD/kg", "hectare": "ha", "hectares": "ha", "hour": "h", "hours": "h", "hr": "h",
    "day": "days", "month": "months", "year": "years", "kilogram": "kg", "people": "persons", "season": "seasons",
}  # fmt: skip


class Wrong(Exception):
    """A leaf that cannot be used; carries what to say about it."""

    def __init__(self, found: str, allowed: str = "", nearest: str = "", key: str = "") -> None:
        super().__init__(found)
        self.found, self.allowed, self.nearest, self.key = found, allowed, nearest, key


class Settler:
    """Walks a merged tree beside its shape and collects plain data, places, sources and problems.

    Parameters
    ----------
    source_keys : keys of ``data/sources.yaml``; None: any word is taken as a source
    """

    def __init__(self, source_keys: Collection[str] | None) -> None:
        self.source_keys = source_keys
        self.places: dict[str, tuple[str, int]] = {}
        self.sources: dict[str, str] = {}
        self.failed: set[str] = set()
        self.problems: list[Problem] = []

    def settle(self, node: Node, shape: Shape | None, path: str = "") -> Any:
        """Plain value of a node; a legal stand-in where it is wrong."""
        self.places[path] = (node.file, node.line)
        if isinstance(shape, Leaf):
            try:
                return self._leaf(node, shape, path)
            except Wrong as wrong:
                self._report(node, path, wrong)
                return stand_in(shape)
        if shape is None:
            self.places.update(node.lines(path))
            return node.plain()
        if not isinstance(node.value, Mapping):
            found = f"{shown_value(node.plain())} where a section is wanted"
            self._report(node, path, Wrong(found, "allowed: named values, indented below it"))
            return {}
        return self._section(node.value, shape, path)

    def _section(self, entries: Mapping[str, Node], shape: Group | Acts | Named, path: str) -> dict[str, Any]:
        """Plain values of a section, a set of named entries or an act."""
        group = variant(shape, entries) if isinstance(shape, Acts) else shape
        settled: dict[str, Any] = {}
        for key, child in entries.items():
            inner = group.entry if isinstance(group, Named) else group.fields.get(key)
            if isinstance(group, Named) and not _NAME.fullmatch(key):
                hint = "allowed: letters, digits, _ and -, starting with a letter"
                self._report(child, join(path, key), Wrong(f"{shown_value(key)} is no name", hint))
                continue
            settled[key] = self.settle(child, inner, join(path, key))
        if isinstance(shape, Acts) and isinstance(group, Group) and join(path, shape.tag) in self.failed:
            self._unknown_word(entries, group, path)
        return settled

    def _unknown_word(self, entries: Mapping[str, Node], together: Group, path: str) -> None:
        """Nothing more can be said about this act or event, except keys that none has."""
        self.failed.add(path)
        for key, child in entries.items():
            if key not in together.fields:
                known = list(together.fields)
                wrong = Wrong(f"unknown key {shown_value(key)}", known_words(known), nearest_word(key, known))
                self._report(child, join(path, key), wrong)

    def _report(self, node: Node, path: str, wrong: Wrong) -> None:
        self.failed.add(path)
        shown = join(path, wrong.key) if wrong.key else path
        self.problems.append(Problem(node.file, node.line, shown, wrong.found, wrong.allowed, wrong.nearest))

    def _leaf(self, node: Node, leaf: Leaf, path: str) -> Any:
        unit: str | None = None
        if _is_quantity(node, leaf):
            node, unit = self._open(node, leaf, path)
        if leaf.form == "one":
            return self._one(node, leaf, unit, path)
        if leaf.form == "months":
            if not isinstance(node.value, Mapping):
                found = f"{shown_value(node.plain())} where values by month are wanted"
                raise Wrong(found, "allowed: such as {jul: 0.4, aug: 0.6}")
            if leaf.low is not None and leaf.low > 0 and not all(month in node.value for month in MONTHS):
                left_out = ", ".join(month for month in MONTHS if month not in node.value)
                raise Wrong(f"has no value for {left_out}", "allowed: all twelve months, as 0 is out of bounds")
            months = [(month, child) for month, child in node.value.items() if self._is_month(child, path, month)]
            return {month: self._part(child, leaf, unit, path, month) for month, child in months}
        if not isinstance(node.value, tuple):
            raise Wrong(f"{shown_value(node.plain())} where a list is wanted", "allowed: such as [first, second]")
        if not leaf.shortest <= len(node.value) <= (len(node.value) if leaf.longest is None else leaf.longest):
            wanted = str(leaf.shortest) if leaf.longest == leaf.shortest else f"at least {leaf.shortest}"
            raise Wrong(f"a list of {len(node.value)}", f"allowed: {wanted}")
        return [self._part(child, leaf, unit, path, index) for index, child in enumerate(node.value)]

    def _is_month(self, node: Node, path: str, month: str) -> bool:
        if month in MONTHS:
            return True
        wrong = Wrong(f"unknown month {shown_value(month)}", known_words(MONTHS), nearest_word(month[:3], MONTHS))
        self._report(node, path, wrong)
        return False

    def _part(self, node: Node, leaf: Leaf, unit: str | None, path: str, key: str | int) -> Any:
        """One month or one item of a list; bounds are checked here, as the schema states them for each."""
        inner = join(path, key)
        self.places[inner] = (node.file, node.line)
        try:
            if _is_quantity(node, leaf, part=True):
                node, own = self._open(node, leaf, inner)
                unit = own or unit
            value = self._one(node, leaf, unit, inner)
            if leaf.is_number and not (leaf.low is None or leaf.high is None or leaf.low <= value <= leaf.high):
                raise Wrong(f"{shown_value(value)}{unit_after(leaf)} is out of bounds", allowed_values(leaf))
        except Wrong as wrong:
            self._report(node, inner, wrong)
            self.failed.add(path)
            return leaf.low if leaf.is_number else "x"
        return value

    def _open(self, node: Node, leaf: Leaf, path: str) -> tuple[Node, str | None]:
        """Value and unit of ``{value, unit, source}``; its source is kept."""
        entries = node.entries()
        for key in entries:
            if key not in QUANTITY_KEYS:
                hint, nearest = known_words(QUANTITY_KEYS), nearest_word(key, QUANTITY_KEYS)
                raise Wrong(f"unknown key {shown_value(key)}", hint, nearest, key)
        if "value" not in entries:
            hint = f"allowed: {{value: ..., unit: {leaf.unit or '...'}, source: ...}}"
            raise Wrong("has no value", hint, key="value")
        self._source(entries.get("source"), path)
        unit = entries.get("unit")
        if unit is None or unit.value is None:
            return entries["value"], None
        if not isinstance(unit.value, str) or not leaf.unit:
            found = f"unit {shown_value(unit.plain())}" + ("" if leaf.unit else " where there is no unit")
            raise Wrong(found, allowed_units(leaf), key="unit")
        return entries["value"], unit.value

    def _source(self, node: Node | None, path: str) -> None:
        if node is None or node.value is None:
            return
        known = self.source_keys
        where = (node.file, node.line, join(path, "source"))
        hint = 'allowed: a key of data/sources.yaml, or words of your own such as "my survey 2025"'
        if not isinstance(node.value, str) or not node.value.strip():
            self.problems.append(Problem(*where, f"source {shown_value(node.plain())} is no text", hint))
        elif known is not None and node.value not in known and " " not in node.value.strip():
            # A sentence is a user's own source; a single word must be a key, so that it can be looked up.
            nearest = nearest_word(node.value, known)
            self.problems.append(Problem(*where, f"unknown source {shown_value(node.value)}", hint, nearest))
        else:
            self.sources[path] = node.value

    def _one(self, node: Node, leaf: Leaf, unit: str | None, path: str) -> Any:
        """One scalar of the declared type."""
        value = node.value
        if leaf.is_number:
            return number(node, leaf, unit)
        if leaf.value == "flag":
            if not isinstance(value, bool):
                raise Wrong(f"{shown_value(node.plain())} where true or false is wanted", "allowed: true, false")
        elif not isinstance(value, str):
            hint = "allowed: text; put numbers and true or false in quotes"
            hint = known_words(leaf.choices, "allowed") if leaf.choices else hint
            raise Wrong(f"{shown_value(node.plain())} where text is wanted", hint)
        elif leaf.choices and value not in leaf.choices and leaf.form == "one":
            found = f"unknown {path.rpartition('.')[2]} {shown_value(value)}"
            raise Wrong(found, known_words(leaf.choices), nearest_word(value, leaf.choices))
        return value


def _is_quantity(node: Node, leaf: Leaf, *, part: bool = False) -> bool:
    """Whether a mapping is ``{value, unit, source}`` rather than values by month."""
    if not isinstance(node.value, Mapping):
        return False
    return part or leaf.form != "months" or any(key in node.value for key in QUANTITY_KEYS)


def number(node: Node, leaf: Leaf, unit: str | None) -> int | float:
    """A number in the declared unit, from a bare number or a text with its unit.

    Parameters
    ----------
    node : number or text
    leaf : what is declared
    unit : unit stated beside it; None: the declared one
    """
    value = node.value
    if isinstance(value, str):
        value, stated = _from_text(value, leaf)
        if unit is not None and stated != unit:
            raise Wrong(f"two units, {shown_value(stated)} and {shown_value(unit)}", allowed_units(leaf))
        unit = stated
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise Wrong(f"{shown_value(node.plain())} where a number is wanted", allowed_values(leaf))
    if unit is not None and unit != leaf.unit:
        value = _converted(float(value), unit, leaf)
    if leaf.value == "number":
        return float(value)
    if isinstance(value, float) and (not value.is_integer() or abs(value) > 2**53):
        raise Wrong(f"{shown_value(value)} is not a whole number", allowed_values(leaf))
    return int(value)


def _from_text(text: str, leaf: Leaf) -> tuple[float, str]:
    """Number and unit of a text such as ``"0.72 USD/kg"``."""
    found = _QUANTITY.fullmatch(text)
    if found is None or len(found.group(1)) > LONGEST_NUMBER:
        raise Wrong(f"{shown_value(text)} where a number is wanted", allowed_values(leaf))
    digits, unit = found.group(1), found.group(2)
    if not unit:
        hint = f"allowed: {digits} without quotes ({allowed_values(leaf).partition(': ')[2]})"
        raise Wrong(f"text {shown_value(text)} where a number is wanted", hint)
    if not leaf.unit:
        raise Wrong(f"{shown_value(text)} where a bare number is wanted", allowed_values(leaf))
    value = float(digits)
    if value in (float("inf"), float("-inf")):
        raise Wrong(f"{shown_value(text)} is too large a number", allowed_values(leaf))
    return value, unit


def _converted(value: float, unit: str, leaf: Leaf) -> float:
    converted = convert(value, unit, leaf.unit)
    if converted is None:
        units = convertible(leaf.unit)
        nearest = _SYNONYMS.get(unit.lower(), "")
        nearest = nearest if nearest in units else nearest_word(unit, units)
        wrong = f"unit {shown_value(unit)} does not measure {leaf.unit}"
        raise Wrong(wrong if unit in UNITS else f"unknown unit {shown_value(unit)}", allowed_units(leaf), nearest)
    return converted


def convertible(unit: str) -> list[str]:
    """Units that can be converted to ``unit``, itself first."""
    return [unit, *(other for other in UNITS if other != unit and convert(1.0, other, unit) is not None)]


def allowed_units(leaf: Leaf) -> str:
    """Hint that names the units a value may be given in."""
    return known_words(convertible(leaf.unit), "allowed units") if leaf.unit else "allowed: a value without unit"


def allowed_values(leaf: Leaf) -> str:
    """Hint that names the range a value may lie in, with its unit."""
    if leaf.choices:
        return known_words(leaf.choices, "allowed")
    if not leaf.is_number:
        return {"flag": "allowed: true, false"}.get(leaf.value, "allowed: text")
    kind = "whole number" if leaf.value == "whole" else "number"
    if leaf.low is not None and leaf.low == leaf.high:
        return f"allowed: {leaf.low:g}"
    low, high = (_bound(bound) for bound in (leaf.low, leaf.high))
    return f"allowed: {kind}, {low} to {high}{unit_after(leaf)}"


def unit_after(leaf: Leaf) -> str:
    """The unit as it follows a number in a sentence; nothing for pure numbers."""
    return f" {leaf.unit}" if leaf.unit not in ("", "number") else ""


def _bound(bound: float | None) -> str:
    if bound is None:
        return "any"
    return f"{bound:,.0f}" if abs(bound) >= 1e6 else f"{bound:g}"
