"""From files to one tree: parents first, then data files below what names them, then overrides on top.

Every value keeps the file and line it came from, so that a message about a value of a data file points there.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from linkage_sim.scenario.messages import Problem, ProblemsFound, known_words, nearest_word, shown_value
from linkage_sim.scenario.overlay import Overlay
from linkage_sim.scenario.read import Node, as_node, read_file
from linkage_sim.scenario.scenario import FORMAT
from linkage_sim.scenario.settle import Settler
from linkage_sim.scenario.shape import scenario_shape
from linkage_sim.scenario.shipped import data_folder, shipped, shipped_scenarios

DEEPEST_FAMILY = 10
OWN_KEYS = ("format", "name", "title", "story")
"""What describes one file and is never taken over from its parent."""

GIVEN = "resolved scenario"


@dataclass(slots=True)
class Draft:
    """A scenario in plain data, not yet checked against the schema.

    Attributes
    ----------
    file : where it was read from
    data : plain data, units converted; a legal stand-in where a value was wrong
    places : file and line by dotted path
    sources : source key by dotted path
    failed : paths of values that were wrong and are stood in for
    problems : what was wrong so far
    """

    file: str
    data: dict[str, Any] = field(default_factory=dict)
    places: dict[str, tuple[str, int]] = field(default_factory=dict)
    sources: dict[str, str] = field(default_factory=dict)
    failed: set[str] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)

    def place(self, path: str) -> tuple[str, int]:
        """File and line of a path, or of the nearest section above it."""
        while path and path not in self.places:
            path = path.rpartition(".")[0]
        return self.places.get(path, (self.file, 1))


def draft_of_file(path: Path, overrides: Mapping[str, object] | None = None) -> Draft:
    """Read a scenario file with all that it builds on; never raises for what a file holds."""
    draft = Draft(str(path))
    try:
        family = _family(path)
    except ProblemsFound as error:
        draft.problems.extend(error.problems)
        return draft
    return _draft(draft, family, overrides or {})


def draft_of_data(data: Mapping[str, Any], overrides: Mapping[str, object] | None = None) -> Draft:
    """A resolved scenario given as plain data: nothing is looked up."""
    draft = Draft(GIVEN)
    try:
        family = [_opened({**data, "resolved": True}, as_node({**data, "resolved": True}, GIVEN))]
    except ProblemsFound as error:
        draft.problems.extend(error.problems)
        return draft
    return _draft(draft, family, overrides or {})


@dataclass(frozen=True, slots=True)
class _Layer:
    """One file of a family; a resolved one is complete and looks nothing up."""

    node: Node
    resolved: bool


def _draft(draft: Draft, family: list[_Layer], overrides: Mapping[str, object]) -> Draft:
    """Lay the files of a family over each other and settle the result."""
    overlay = Overlay()
    tree: Node | None = None
    if not family[0].resolved:
        tree = overlay.start(family[0].node)
    for layer in family:
        tree = overlay.lay(tree, layer.node, look_up=not layer.resolved)
    assert tree is not None
    for path, value in overrides.items():
        tree = overlay.override(tree, path, value)
    settler = Settler(None if family[-1].resolved else source_keys())
    draft.data = settler.settle(tree, scenario_shape())
    draft.places, draft.sources = settler.places, settler.sources
    draft.failed = settler.failed | overlay.failed
    stated = {problem.path for problem in overlay.problems}
    draft.problems.extend(overlay.problems)
    draft.problems.extend(problem for problem in settler.problems if problem.path not in stated)
    return draft


def source_keys() -> Collection[str] | None:
    """Keys of the shipped table of sources."""
    return read_file(data_folder() / "sources.yaml").entries().keys()


def _family(path: Path) -> list[_Layer]:
    """The file and its ancestors, eldest first, each without what only describes itself."""
    layers: list[_Layer] = []
    seen: list[str] = []
    child: Node | None = None
    while True:
        node = _read_member(path, child)
        key = str(path.resolve())
        if key in seen:
            raise _at(child or node, "extends", "a scenario cannot extend itself, not even by way of another")
        if len(seen) >= DEEPEST_FAMILY:
            raise _at(child or node, "extends", f"more than {DEEPEST_FAMILY} files extend each other")
        seen.append(key)
        layers.insert(0, _opened(node.plain() if "resolved" in node.entries() else {}, _member(node, child)))
        parent = node.entries().get("extends")
        if parent is None:
            return layers
        path, child = _parent(parent, Path(node.file)), parent


def _read_member(path: Path, child: Node | None) -> Node:
    """Read a file; where a parent is missing, say so at the line that names it."""
    try:
        return read_file(path)
    except ProblemsFound as error:
        first = error.problems[0]
        if child is None or first.line:
            raise
        raise _at(child, "extends", f"{path.name}: {first.found}", nearest=first.nearest) from None


def _member(node: Node, child: Node | None) -> Node:
    """A file without `extends`; an ancestor also without what describes only itself, after its format is checked."""
    entries = {key: value for key, value in node.entries().items() if key != "extends"}
    if child is not None:
        version = entries.get("format")
        if version is None or version.value != FORMAT or isinstance(version.value, bool):
            found = "format is missing" if version is None else f"format {shown_value(version.plain())}"
            raise _at(version or node, "format", found, f"allowed: {FORMAT}")
        entries = {key: value for key, value in entries.items() if key not in OWN_KEYS}
    return Node(entries, node.file, node.line)


def _parent(named: Node, file: Path) -> Path:
    """Path of the parent: a file beside this one, or a shipped scenario by name."""
    name = named.value
    if not isinstance(name, str) or not name.strip():
        hint = "allowed: other.yaml, or a shipped scenario such as apricot/baseline"
        raise _at(named, "extends", f"{shown_value(named.plain())} is no file name", hint)
    if name.endswith((".yaml", ".yml")):
        return Path(os.path.normpath(file.parent / name))
    known = shipped_scenarios()
    short = [full for full in known if full.rpartition("/")[2] == name]
    full = name if name in known else short[0] if len(short) == 1 else ""
    if not full:
        beside = [other.name for other in file.parent.glob("*.yaml") if other.stem == name]
        names = [*known, *(full.rpartition("/")[2] for full in known)]
        nearest = beside[0] if beside else nearest_word(name, names)
        raise _at(named, "extends", f"no shipped scenario {shown_value(name)}", known_words(known), nearest)
    return shipped(full)


def _opened(plain: Mapping[str, Any], node: Node) -> _Layer:
    """A resolved scenario gets its sources back at its values; any other file is taken as it is."""
    if plain.get("resolved") is not True:
        return _Layer(node, resolved=False)
    entries = {key: value for key, value in node.entries().items() if key not in ("resolved", "sources")}
    node = Node(entries, node.file, node.line)
    sources = plain.get("sources", {})
    for path, source in sources.items() if isinstance(sources, Mapping) else ():
        node = _with_source(node, path.split("."), source)
    return _Layer(node, resolved=True)


def _with_source(node: Node, keys: list[str], source: object) -> Node:
    """The same tree with a source at one value; unchanged where there is no such value."""
    if not keys:
        return Node({"value": node, "source": Node(str(source), node.file, node.line)}, node.file, node.line)
    head, rest = keys[0], keys[1:]
    if isinstance(node.value, Mapping) and head in node.value:
        return Node({**node.value, head: _with_source(node.value[head], rest, source)}, node.file, node.line)
    if isinstance(node.value, tuple) and head.isdecimal() and int(head) < len(node.value):
        items = list(node.value)
        items[int(head)] = _with_source(items[int(head)], rest, source)
        return Node(tuple(items), node.file, node.line)
    return node


def _at(node: Node, path: str, found: str, allowed: str = "", nearest: str = "") -> ProblemsFound:
    return ProblemsFound([Problem(node.file, node.line, path, found, allowed, nearest)])
