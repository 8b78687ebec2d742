"""A factor: one value of a scenario that a sweep varies, over a range, a distribution or a list of values."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from linkage_sim.scenario.messages import join, known_words, nearest_word, shown_value
from linkage_sim.scenario.read import Node
from linkage_sim.scenario.settle import Wrong, allowed_values, number, unit_after
from linkage_sim.scenario.shape import Leaf

Numbers = NDArray[np.float64]
Kind = Literal["lever", "uncertainty"]
CUT = 0.001
"""Share cut off at either end of a distribution without ends of its own, unless ``low`` or ``high`` cut it."""
KEYS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "uniform": (("low", "high"), ()),
    "loguniform": (("low", "high"), ()),
    "triangular": (("low", "mode", "high"), ()),
    "normal": (("mean", "sd"), ("low", "high")),
    "lognormal": (("median", "sigma"), ("low", "high")),
}
"""Numbers that a distribution needs, and those it may have; ``sigma`` is the standard deviation of the logarithm."""
WANTED = "allowed: {low: ..., high: ...}, {values: [...]}, or {distribution: ..., ...}"


@dataclass(frozen=True)
class Factor:
    """What is varied, and how.

    Parameters
    ----------
    path : dotted path in the scenario; the name of its column
    kind : lever (the programme chooses it) or uncertainty (it cannot)
    leaf : how the value is declared: unit, bounds, words
    distribution : a key of `KEYS`, ``values`` or, for a list of points, ``file``
    numbers : what the distribution needs, in the declared unit
    values : numbers or words to choose from, where it is ``values``
    default : value of the first scenario that has it
    scenarios : names of the scenarios that have it; the others are left as they are
    source : where the range comes from, as the file says
    place : file and line
    """

    path: str
    kind: Kind
    leaf: Leaf
    distribution: str
    numbers: Mapping[str, float]
    values: tuple[Any, ...]
    default: Any
    scenarios: tuple[str, ...]
    source: str = ""
    place: tuple[str, int] = field(default=("", 0), compare=False)

    @property
    def is_words(self) -> bool:
        """Whether it is no number: its column then holds the place of the word in ``values``, from 0."""
        return not self.leaf.is_number

    @property
    def low(self) -> float:
        """Lowest number of its column."""
        return min(self.columns_of_values) if self.values else self.numbers["low"]

    @property
    def high(self) -> float:
        """Highest number of its column."""
        return max(self.columns_of_values) if self.values else self.numbers["high"]

    @property
    def columns_of_values(self) -> list[float]:
        """Numbers in the column for each of ``values``."""
        return [float(place) if self.is_words else float(value) for place, value in enumerate(self.values)]

    def at(self, shares: Numbers) -> Numbers:
        """Numbers of its column at shares of its distribution, 0 to 1 (any shape)."""
        if self.values:
            places = np.minimum((shares * len(self.values)).astype(np.int64), len(self.values) - 1)
            return np.array(self.columns_of_values)[places]
        low, high = self.numbers["low"], self.numbers["high"]
        if self.leaf.value == "whole" and self.distribution == "uniform":
            return np.clip(low + np.floor(shares * (high - low + 1.0)), low, high)
        found = np.clip(self._quantiles(shares), low, high)
        return np.rint(found) if self.leaf.value == "whole" else found

    def value(self, column: float) -> Any:
        """What the scenario is given for a number of its column: a number of the declared type, or a word."""
        if self.is_words:
            return self.values[int(column)]
        return int(column) if self.leaf.value == "whole" else float(column)

    def _quantiles(self, shares: Numbers) -> Numbers:
        low, high = self.numbers["low"], self.numbers["high"]
        if self.distribution == "uniform":
            return np.asarray(low + shares * (high - low))
        if self.distribution == "loguniform":
            return np.asarray(np.exp(math.log(low) + shares * (math.log(high) - math.log(low))))
        from scipy import stats

        whole = stats.triang(*_triangle(self.numbers)) if self.distribution == "triangular" else _bell(self.distribution, self.numbers)
        first, last = whole.cdf(low), whole.cdf(high)
        return np.asarray(whole.ppf(first + shares * (last - first)))

    def described(self) -> dict[str, Any]:
        """Plain data for ``design.json``."""
        return {
            "name": self.path,
            "kind": self.kind,
            "unit": self.leaf.unit,
            "meaning": self.leaf.meaning,
            "low": self.low,
            "high": self.high,
            "values": list(self.values) or None,
            "distribution": self.distribution,
            "parameters": dict(self.numbers),
            "default": self.default,
            "scenarios": list(self.scenarios),
            "source": self.source,
        }


def _triangle(numbers: Mapping[str, float]) -> tuple[float, float, float]:
    span = numbers["high"] - numbers["low"]
    return (numbers["mode"] - numbers["low"]) / span, numbers["low"], span


def _bell(distribution: str, numbers: Mapping[str, float]) -> Any:
    """A frozen distribution of scipy, not yet cut."""
    from scipy import stats

    if distribution == "normal":
        return stats.norm(numbers["mean"], numbers["sd"])
    return stats.lognorm(s=numbers["sigma"], scale=numbers["median"])


def read_factor(path: str, node: Node, kind: Kind, leaf: Leaf, default: Any, scenarios: tuple[str, ...], *, from_file: bool) -> Factor:
    """Read how one value is varied.

    Parameters
    ----------
    path : dotted path of the value
    node : what the design file says about it
    leaf : how the value is declared
    from_file : points come from a file, so that nothing or a range to check them against is enough

    Raises
    ------
    Wrong
        Saying what is wrong and what is allowed.
    """
    nothing = node.value is None or node.value == {}
    if not isinstance(node.value, Mapping) and not (nothing and from_file):
        raise Wrong(f"{shown_value(node.plain())} where a range is wanted", WANTED)
    entries = dict(node.entries())
    source = _source(entries.pop("source", None))
    about = {"path": path, "kind": kind, "leaf": leaf, "default": default, "scenarios": scenarios, "source": source}
    about["place"] = (node.file, node.line)
    if not entries and from_file:
        words = leaf.choices or ((False, True) if leaf.value == "flag" else ())
        ends = {} if words else {"low": -math.inf if leaf.low is None else leaf.low, "high": math.inf if leaf.high is None else leaf.high}
        return Factor(distribution="values" if words else "file", numbers=ends, values=words, **about)
    if "values" in entries:
        return Factor(distribution="values", numbers={}, values=_values(entries, leaf), **about)
    if not leaf.is_number:
        raise Wrong("is no number, so it has no range", f"allowed: {{values: [...]}} of {allowed_values(leaf).partition(': ')[2]}")
    distribution = _distribution(entries.pop("distribution", None))
    return Factor(distribution=distribution, numbers=_numbers(distribution, entries, leaf), values=(), **about)


def _source(node: Node | None) -> str:
    if node is None:
        return ""
    if not isinstance(node.value, str) or not node.value.strip():
        raise Wrong(f"{shown_value(node.plain())} is no text", "allowed: a key of data/sources.yaml, or words of your own", key="source")
    return node.value


def _distribution(node: Node | None) -> str:
    if node is None:
        return "uniform"
    if node.value not in KEYS:
        found = f"unknown distribution {shown_value(node.plain())}"
        raise Wrong(found, known_words(list(KEYS)), nearest_word(str(node.plain()), KEYS), "distribution")
    return str(node.value)


def _values(entries: Mapping[str, Node], leaf: Leaf) -> tuple[Any, ...]:
    """A list of values, each of the declared type and within bounds."""
    _only(entries, ("values",), ())
    node = entries["values"]
    if not isinstance(node.value, tuple) or not node.value:
        raise Wrong(f"{shown_value(node.plain())} where a list is wanted", "allowed: such as [first, second]", key="values")
    found: list[Any] = []
    for place, child in enumerate(node.value):
        found.append(_inside(child, leaf, join("values", place)) if leaf.is_number else _word(child, leaf, join("values", place)))
    if len(set(found)) < len(found):
        raise Wrong("holds a value twice", key="values")
    return tuple(found)


def _word(node: Node, leaf: Leaf, key: str) -> Any:
    if leaf.value == "flag":
        if not isinstance(node.value, bool):
            raise Wrong(f"{shown_value(node.plain())} where true or false is wanted", "allowed: true, false", key=key)
    elif not isinstance(node.value, str):
        raise Wrong(f"{shown_value(node.plain())} where text is wanted", allowed_values(leaf), key=key)
    elif leaf.choices and node.value not in leaf.choices:
        raise Wrong(f"unknown word {shown_value(node.value)}", known_words(leaf.choices), nearest_word(node.value, leaf.choices), key)
    return node.value


def _numbers(distribution: str, entries: Mapping[str, Node], leaf: Leaf) -> dict[str, float]:
    """What a distribution needs, checked; ``low`` and ``high`` always among it."""
    needed, possible = KEYS[distribution]
    _only(entries, (*needed, *possible), needed)
    fraction = replace(leaf, value="number")
    found: dict[str, float] = {}
    for key, node in entries.items():
        if key in ("sd", "sigma"):
            free = replace(fraction, low=0.0, high=None, unit=leaf.unit if key == "sd" else "")
            found[key] = _read(node, free, key)
            if found[key] <= 0.0:
                raise Wrong(f"{shown_value(found[key])} where a number above 0 is wanted", key=key)
        else:
            found[key] = _inside(node, fraction if key in ("mean", "median") else leaf, key)
    if distribution in ("loguniform", "lognormal"):
        for key in ("low", "median"):
            if found.get(key, 1.0) <= 0.0:
                raise Wrong(f"{shown_value(found[key])} where a number above 0 is wanted (it is varied in its logarithm)", key=key)
    if distribution in ("normal", "lognormal"):
        _cut(distribution, found, leaf)
    if not found["low"] < found["high"]:
        raise Wrong(f"low {found['low']:g} is not below high {found['high']:g}", allowed_values(leaf))
    if not found["low"] <= found.get("mode", found["low"]) <= found["high"]:
        raise Wrong(f"{found['mode']:g} lies outside {found['low']:g} to {found['high']:g}", key="mode")
    return found


def _cut(distribution: str, found: dict[str, float], leaf: Leaf) -> None:
    """Ends of a distribution without ends: those given, else where nearly all of it lies."""
    whole = _bell(distribution, found)
    for key, share, bound in (("low", CUT, leaf.low), ("high", 1.0 - CUT, leaf.high)):
        end = found.setdefault(key, float(whole.ppf(share)))
        outside = bound is not None and (end < bound if key == "low" else end > bound)
        if outside:
            raise Wrong(f"reaches {end:g}{unit_after(leaf)}, out of bounds; cut it with {key}: {bound:g}", allowed_values(leaf))
    if found["low"] < found["high"] and not whole.cdf(found["high"]) - whole.cdf(found["low"]) > CUT:
        raise Wrong(f"hardly any of it lies between {found['low']:g} and {found['high']:g}")


def _read(node: Node, leaf: Leaf, key: str) -> float:
    try:
        return number(node, leaf, None)
    except Wrong as wrong:
        raise Wrong(wrong.found, wrong.allowed, wrong.nearest, key) from None


def _inside(node: Node, leaf: Leaf, key: str) -> float:
    """A number in the declared unit and within the declared bounds."""
    value = _read(node, leaf, key)
    if (leaf.low is not None and value < leaf.low) or (leaf.high is not None and value > leaf.high):
        raise Wrong(f"{shown_value(value)}{unit_after(leaf)} is out of bounds", allowed_values(leaf), key=key)
    return value


def _only(entries: Mapping[str, Node], known: tuple[str, ...], needed: tuple[str, ...]) -> None:
    for key in entries:
        if key not in known:
            words = [*known, "source"]
            raise Wrong(f"unknown key {shown_value(key)}", known_words(words), nearest_word(key, [*words, "distribution", "values"]), key)
    for key in needed:
        if key not in entries:
            raise Wrong(f"has no {key}", f"needed: {', '.join(needed)}")
