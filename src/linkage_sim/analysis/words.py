"""Paths of parameters in plain words with units, and their bounds as people would say them."""

from __future__ import annotations

import math
from collections.abc import Iterator

from linkage_sim.scenario.shape import Acts, Group, Leaf, Named, Shape, scenario_shape

LONGEST = 70
"""A meaning longer than this is cut at its last comma or semicolon."""


def leaf_of(path: str) -> Leaf | None:
    """Declaration behind a dotted path; None where there is none (months and items of lists are those of the whole)."""
    found = list(_leaves(scenario_shape(), path.split(".")))
    return found[0] if found else None


def _leaves(shape: Shape | None, keys: list[str]) -> Iterator[Leaf]:
    if isinstance(shape, Leaf):
        yield shape
    elif keys and isinstance(shape, Group):
        yield from _leaves(shape.fields.get(keys[0]), keys[1:])
    elif keys and isinstance(shape, Named):
        yield from _leaves(shape.entry, keys[1:])
    elif keys and isinstance(shape, Acts):
        for group in shape.variants.values():
            yield from _leaves(group, keys)


def plain(path: str) -> str:
    """A parameter in plain words: what is declared of it, and where it belongs.

    Parameters
    ----------
    path : dotted, as ``lead_firms.reliability``; one that is not declared is shown as it is, without its signs
    """
    leaf = leaf_of(path)
    keys = path.split(".")
    if leaf is None or not leaf.meaning:
        return " ".join(spelt(key) for key in keys)
    words = spelt(keys[-1]) if is_scale(leaf.meaning) else _cut(leaf.meaning)
    where = _where(keys)
    if where and where.split(",")[0].rstrip("s") not in words:
        words = f"{words[:-1]}; {where})" if words.endswith(")") else f"{words} ({where})"
    return words


def is_scale(meaning: str) -> bool:
    """Whether a meaning says what the numbers stand for, as "0 price-taking, ..."; the key then is the shorter name."""
    return meaning[:1].isdigit()


def spelt(key: str) -> str:
    """A key of a file as people write it."""
    return key.replace("co_", "co-", 1).replace("_", " ") if key.startswith("co_") else key.replace("_", " ")


def _cut(meaning: str) -> str:
    """The first part of a meaning that explains itself after a semicolon, or of a long one."""
    meaning = meaning.partition(";")[0]
    if len(meaning) <= LONGEST:
        return meaning
    ends = [place for place in (meaning.rfind(sign, 12, LONGEST) for sign in (";", ",", ":")) if place > 0]
    return meaning[: max(ends)] if ends else meaning


def _where(keys: list[str]) -> str:
    """The section of a value, and names that the user chose on the way to it."""
    shape: Shape | None = scenario_shape()
    names = []
    for key in keys[:-1]:
        if isinstance(shape, Named):
            names.append(spelt(key))
            shape = shape.entry
        elif isinstance(shape, Group):
            shape = shape.fields.get(key)
        else:
            shape = None
    section = spelt(keys[-2]) if len(keys) > 1 else ""
    return ", ".join(dict.fromkeys([section, *reversed(names)])) if section else ""


def quantity(value: float, unit: str) -> str:
    """A number with its unit: ``0.4``, ``2.5 USD/kg``, ``40 %``."""
    text = f"{value:.4g}" if abs(value) < 1e4 else f"{value:,.0f}"
    return text if unit in ("", "number", "share", "log") else f"{text} {unit}"


def rounded_between(low: float, high: float) -> float:
    """The number with the fewest digits above ``low`` and not above ``high``; the middle where they are equal."""
    if not low < high:
        return high
    digits = -math.floor(math.log10(max(abs(low), abs(high), 1e-300)))
    for places in range(digits, digits + 12):
        step = 10.0 ** (-places)
        for part in (step, step / 2.0):
            first = math.floor(high / part + 1e-9) * part
            if low < first <= high:
                return round(first, places + 1)
    return high


def bound_words(name: str, low: float | None, high: float | None, unit: str, whole: bool) -> str:
    """A range of a parameter in words; ``low`` is in it, ``high`` is not.

    Parameters
    ----------
    name : of the parameter, in words
    low, high : None where it has no limit on that side
    whole : the parameter takes whole numbers only
    """
    if whole:
        least = None if low is None else math.ceil(low - 1e-9)
        most = None if high is None else math.ceil(high - 1e-9)
        if least is not None and most is not None:
            span = f"exactly {least}" if most - least == 1 else f"{least} to {most - 1}"
        else:
            span = f"fewer than {most}" if most is not None else f"{least} or more"
        return f"{span} {name}" if unit in ("", "number") and name.split(" ")[0].endswith("s") else f"{name}: {span}"
    if low is not None and high is not None:
        return f"{name} from {quantity(low, unit)} to {quantity(high, unit)}"
    return f"{name} under {quantity(high, unit)}" if high is not None else f"{name} of {quantity(low or 0.0, unit)} or more"
