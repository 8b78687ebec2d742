"""From a draft to a checked scenario, or to every problem at once with its place."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from linkage_sim.scenario.crosscheck import Finding, findings
from linkage_sim.scenario.messages import Problem, join, known_words, nearest_word, shown_value
from linkage_sim.scenario.resolve import Draft
from linkage_sim.scenario.scenario import Scenario
from linkage_sim.scenario.settle import allowed_values, unit_after
from linkage_sim.scenario.shape import Acts, Group, Leaf, Named, Shape, follow, keys_of, stand_in
from linkage_sim.scenario.shipped import data_names

_BOUNDS = ("greater_than", "greater_than_equal", "less_than", "less_than_equal")
_PATH_FIRST = re.compile(r"([A-Za-z_][\w-]*(?:\.[\w-]+)*): (.*)", re.DOTALL)
_KNOWN = re.compile(r"(.*); known: (.*)", re.DOTALL)
_UNKNOWN_WORD = re.compile(r"['\"]([^'\"]+)['\"]$")
PASSES = 6


@dataclass(frozen=True, slots=True)
class Stated:
    """A problem with what it rests on.

    Attributes
    ----------
    keys : what to stand in for so that the rest can be checked; empty: nothing
    paths : dotted paths the problem rests on
    problem : the problem for people
    of_section : whether it is about several values of a section together
    unknown : whether the key itself is the mistake
    """

    keys: tuple[str, ...]
    paths: tuple[str, ...]
    problem: Problem
    of_section: bool = False
    unknown: bool = False


def check(draft: Draft) -> tuple[Scenario | None, list[Problem]]:
    """Check a draft against the schema and its own references.

    What is wrong is stood in for and the rest is checked again, so that a wrong number in one section does
    not hide an impossible date in another.

    Returns
    -------
    scenario : None where there is any problem
    problems : all that was found, here and while reading
    """
    problems = list(draft.problems)
    if problems and not draft.data:
        return None, problems
    data: dict[str, Any] = draft.data
    failed = set(draft.failed)
    scenario: Scenario | None = None
    for _ in range(PASSES):
        try:
            scenario = Scenario.model_validate(data)
            break
        except ValidationError as error:
            stated = list(_stated(error.errors(include_url=False), data, draft))
            problems.extend(each.problem for each in stated if not _echoes(each, failed))
            data = _mended(data, stated, failed)
    if scenario is not None:
        located = (Stated((), finding.paths, _located(finding, draft), of_section=True) for finding in findings(scenario))
        problems.extend(each.problem for each in located if not _echoes(each, failed))
    if not problems and (scenario is None or data is not draft.data):
        problems.append(Problem(draft.file, 1, "", "does not fit the schema"))
    if problems or scenario is None:
        return None, problems
    return scenario.with_sources(draft.sources), []


def _echoes(stated: Stated, failed: set[str]) -> bool:
    """Whether a problem may only be the echo of one that was already stated."""
    for path in stated.paths:
        if any(path == bad or path.startswith(f"{bad}.") for bad in failed):
            return True
        if stated.of_section and any(not path or bad.startswith(f"{path}.") for bad in failed):
            return True
    return False


def _located(finding: Finding, draft: Draft) -> Problem:
    path = finding.paths[0]
    file, line = draft.place(path)
    nearest = nearest_word(finding.word, finding.known) if finding.word else ""
    return Problem(file, line, path, finding.found, known_words(finding.known) if finding.known else "", nearest)


def _stated(details: list[ErrorDetails], data: dict[str, Any], draft: Draft) -> Iterator[Stated]:
    """Each pydantic error in our words."""
    for detail in details:
        keys, shape = follow(detail["loc"], data)
        path = ".".join(keys)
        if detail["type"] == "value_error":
            for message in str(detail.get("ctx", {}).get("error", detail["msg"])).split("\n"):
                rests_on, problem = _of_validator(message, path, shape, draft)
                # What rests on the whole scenario is set right by emptying the section it is about.
                mend = tuple(keys) or tuple(problem.path.split(".")[:1])
                yield Stated(mend, (rests_on,), problem, of_section=True)
            continue
        found, allowed, nearest = _worded(detail, keys, shape, data)
        file, line = draft.place(path)
        yield Stated(
            tuple(keys),
            (path,),
            Problem(file, line, path, found, allowed, nearest),
            unknown=detail["type"] == "extra_forbidden",
        )


def _of_validator(message: str, path: str, shape: Shape | None, draft: Draft) -> tuple[str, Problem]:
    """A check of a whole section, whose message may begin with the path it is about and end with known words.

    Returns
    -------
    path : what the check rests on: the path it states, else the whole section
    problem : at the value to look at
    """
    rests_on = path
    stated = _PATH_FIRST.fullmatch(message)
    if stated:
        path, message = join(path, stated.group(1)), stated.group(2)
        rests_on = path
    else:
        named = [join(path, word) for word in re.findall(r"[a-z_]+", message) if word in keys_of(shape, {})]
        # Of several values that do not fit together, the one in the user's own file is the one to look at.
        own = [each for each in named if draft.places.get(each, ("", 0))[0] == draft.file]
        path = next(iter(own or named), path)
    known = _KNOWN.fullmatch(message)
    allowed = nearest = ""
    if known:
        message, words = known.group(1), known.group(2).split(", ")
        unknown = _UNKNOWN_WORD.search(message)
        allowed, nearest = known_words(words), nearest_word(unknown.group(1), words) if unknown else ""
    file, line = draft.place(path)
    return rests_on, Problem(file, line, path, message, allowed, nearest)


def _worded(detail: ErrorDetails, keys: list[str], shape: Shape | None, data: dict[str, Any]) -> tuple[str, str, str]:
    """Found, allowed and nearest of one pydantic error."""
    kind, value = detail["type"], detail["input"]
    last = keys[-1] if keys else ""
    if kind == "extra_forbidden":
        known = _siblings(keys, data)
        return f"unknown key {shown_value(last)}", known_words(known), nearest_word(last, known)
    if kind == "missing":
        return _missing(shape)
    if kind in ("union_tag_invalid", "union_tag_not_found") and isinstance(shape, Acts):
        words = list(shape.variants)
        if kind == "union_tag_not_found":
            return f"{shape.tag} is missing", known_words(words), nearest_word(last, words)
        word = str(detail.get("ctx", {}).get("tag", ""))
        return f"unknown {shape.tag} {shown_value(word)}", known_words(words), nearest_word(word, words)
    if kind == "too_short":
        return "is empty", "allowed: at least one entry", ""
    if isinstance(shape, Leaf):
        if shape.pattern and kind == "string_pattern_mismatch":
            return (
                f"{shown_value(value)} is no short name",
                "allowed: small letters, digits and _, starting with a letter",
                "",
            )
        outside = " is out of bounds" if kind in _BOUNDS else " is not allowed"
        return f"{shown_value(value)}{unit_after(shape)}{outside}", allowed_values(shape), ""
    return str(detail["msg"]), "", ""


def _missing(shape: Shape | None) -> tuple[str, str, str]:
    """What to say about a value or section that nothing supplies."""
    if isinstance(shape, Leaf):
        return f"is missing: {shape.meaning}", allowed_values(shape), ""
    if isinstance(shape, Group) and shape.data is not None:
        return "is missing", f"allowed: a section, or data: and one of {', '.join(data_names(shape.data))}", ""
    return "is missing", f"allowed: a section ({shape.meaning})" if shape and shape.meaning else "", ""


def _siblings(keys: list[str], data: dict[str, Any]) -> list[str]:
    """Keys known beside the last one."""
    inner: Any = data
    for key in keys[:-1]:
        inner = inner.get(key) if isinstance(inner, dict) else None
    _, shape = follow(tuple(keys[:-1]), data, plain=True)
    return keys_of(shape, inner if isinstance(inner, dict) else {})


def _mended(data: dict[str, Any], stated: Iterable[Stated], failed: set[str]) -> dict[str, Any]:
    """A copy with legal stand-ins for what is wrong; their paths join ``failed``."""
    mended = copy.deepcopy(data)
    for each in stated:
        if not each.keys:
            continue
        failed.add(".".join(each.keys))
        parent: Any = mended
        for key in each.keys[:-1]:
            parent = parent.get(key) if isinstance(parent, dict) else None
        if not isinstance(parent, dict):
            continue
        if each.unknown:
            parent.pop(each.keys[-1], None)
        else:
            _, shape = follow(each.keys, mended, plain=True)
            parent[each.keys[-1]] = _made_up(shape)
    return mended


def _made_up(shape: Shape | None) -> Any:
    """The smallest legal value of a shape."""
    if isinstance(shape, Leaf):
        return stand_in(shape)
    if isinstance(shape, Acts):
        return {shape.tag: next(iter(shape.variants))}
    if isinstance(shape, Named):
        return {"x": _made_up(shape.entry)} if shape.fewest else {}
    if isinstance(shape, Group):
        return {key: _made_up(inner) for key, inner in shape.fields.items() if inner.required}
    return {}
