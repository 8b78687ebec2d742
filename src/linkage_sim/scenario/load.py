"""Scenarios from files, from run folders and back to text: the doors of this room."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from linkage_sim.scenario.check import check
from linkage_sim.scenario.messages import Problem, ProblemsFound
from linkage_sim.scenario.parameters import Declared, declared_parameters
from linkage_sim.scenario.resolve import Draft, draft_of_data, draft_of_file
from linkage_sim.scenario.scenario import Scenario
from linkage_sim.scenario.shipped import shipped, shipped_scenarios

__all__ = [
    "Declared",
    "declared_parameters",
    "dump_scenario",
    "load_scenario",
    "load_scenarios",
    "scenario_from_resolved",
    "shipped",
    "shipped_scenarios",
]

BASELINE = "baseline"
HEADER = "# Complete: every value of one scenario. Written by linkage_sim; nothing is looked up when it is read."

_BARE_KEY = re.compile(r"[a-z_][a-z0-9_]*")
_RESERVED = ("true", "false", "null")


def load_scenario(path: str | Path, overrides: Mapping[str, object] | None = None) -> Scenario:
    """Read, extend, complete and check one scenario file.

    Parameters
    ----------
    path : a scenario file, or the ``scenario.yaml`` of a run folder
    overrides : values by dotted path, such as ``{"facilitator.budget": 1000}``; months and items of lists too

    Raises
    ------
    ScenarioError
        With every problem, each with file, line, path, what was found, what is allowed and the nearest word.
    """
    return _checked(draft_of_file(Path(path), overrides))


def load_scenarios(folder_or_files: str | Path | Iterable[str | Path]) -> list[Scenario]:
    """Read several scenarios and report the problems of all of them together.

    Parameters
    ----------
    folder_or_files : a folder (its ``*.yaml``), a file, or several of either

    Returns
    -------
    list of Scenario
        By file name within a folder; the one named ``baseline`` comes first.

    Raises
    ------
    ScenarioError
        As `load_scenario`; also where two scenarios share a name.
    """
    named = [folder_or_files] if isinstance(folder_or_files, (str, Path)) else list(folder_or_files)
    problems: list[Problem] = []
    scenarios: list[Scenario] = []
    names: dict[str, str] = {}
    for path in _files(named, problems):
        draft = draft_of_file(path)
        scenario, found = check(draft)
        problems.extend(found)
        if scenario is None:
            continue
        if scenario.name in names:
            file, line = draft.place("name")
            clash = f'"{scenario.name}" is also the name of {Path(names[scenario.name]).name}'
            problems.append(Problem(file, line, "name", clash))
        names.setdefault(scenario.name, str(path))
        scenarios.append(scenario)
    if problems:
        raise ProblemsFound(problems)
    return sorted(scenarios, key=lambda scenario: scenario.name != BASELINE)


def _files(named: Iterable[str | Path], problems: list[Problem]) -> Iterator[Path]:
    for each in map(Path, named):
        inside = sorted(each.glob("*.yaml")) if each.is_dir() else [each]
        if not inside:
            problems.append(Problem(str(each), 0, "", "holds no scenario files", "allowed: a folder with *.yaml"))
        yield from inside


def scenario_from_resolved(data: Mapping[str, Any]) -> Scenario:
    """A scenario from its own plain data, as `Scenario.resolved` or a run folder gives it; nothing is looked up.

    Raises
    ------
    ScenarioError
        Where the data is not a complete scenario.
    """
    return _checked(draft_of_data(data))


def _checked(draft: Draft) -> Scenario:
    scenario, problems = check(draft)
    if scenario is None:
        raise ProblemsFound(problems)
    return scenario


def dump_scenario(scenario: Scenario) -> str:
    """YAML text of a resolved scenario with its sources; `load_scenario` reads it back to the same hash."""
    data = {"resolved": True, **scenario.resolved(), "sources": dict(sorted(scenario.sources.items()))}
    return f"{HEADER}\n{''.join(_lines(data, 0))}"


def _lines(data: Mapping[str, Any], depth: int) -> Iterator[str]:
    """Lines of a mapping in block style, scalars and lists as JSON, which YAML reads alike."""
    for key, value in data.items():
        word = key if _BARE_KEY.fullmatch(key) and key not in _RESERVED else _text(key)
        if isinstance(value, Mapping) and value:
            yield f"{'  ' * depth}{word}:\n"
            yield from _lines(value, depth + 1)
        else:
            yield f"{'  ' * depth}{word}: {_text(value)}\n"


def _text(value: Any) -> str:
    """A scalar or list on one line, with nothing that YAML would read as a line break or refuse."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False)
    return "".join(char if char.isprintable() else _escaped(char) for char in text)


def _escaped(char: str) -> str:
    return f"\\u{ord(char):04x}" if ord(char) < 0x10000 else f"\\U{ord(char):08x}"
