"""Laying one tree over another: sections merge, values replace, null removes, ``data:`` brings in a file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from linkage_sim.scenario.messages import Problem, ProblemsFound, join, known_words, nearest_word, shown_value
from linkage_sim.scenario.read import Node, as_node, read_file
from linkage_sim.scenario.shape import Acts, Group, Leaf, Named, Shape, below, keys_of, scenario_shape
from linkage_sim.scenario.shipped import data_folder, data_names

OVERRIDES = "overrides"
USUAL_INTERVENTIONS = "interventions"


class Overlay:
    """Merges the layers of one scenario and collects what is wrong on the way."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.failed: set[str] = set()

    def start(self, place: Node) -> Node:
        """What every scenario starts from: the shipped table of interventions."""
        name = Node(USUAL_INTERVENTIONS, place.file, place.line)
        begun = self._begin(None, Node({"data": name}, place.file, place.line), "", "interventions")
        return Node({"interventions": begun} if begun else {}, place.file, place.line)

    def lay(self, base: Node | None, over: Node, *, look_up: bool) -> Node:
        """``over`` on top of ``base``.

        Parameters
        ----------
        base : what is there already, None for nothing
        over : whole scenario or part of one
        look_up : whether ``data:`` brings in files
        """
        laid = self._merge(base, over, scenario_shape(), "", look_up=look_up)
        return laid or Node({}, over.file, over.line)

    def _merge(self, base: Node | None, over: Node, shape: Shape | None, path: str, *, look_up: bool = True) -> Node | None:
        if over.value is None:
            return None
        if shape is None or isinstance(shape, Leaf) or not isinstance(over.value, Mapping):
            return over
        if isinstance(shape, Group) and shape.data is not None and look_up and "data" in over.value:
            base = self._begin(base, over, shape.data, path)
        if base is not None and isinstance(shape, Acts) and _says_otherwise(base, over, shape.tag):
            base = None
        entries = dict(base.entries()) if base else {}
        for key, child in over.value.items():
            if child.value is None and isinstance(shape, Named) and path and key not in entries:
                self._nothing_to_remove(child, join(path, key), list(entries))
            inner = below(shape, key, {**entries, **over.value})
            merged = self._merge(entries.get(key), child, inner, join(path, key), look_up=look_up)
            entries.pop(key, None) if merged is None else entries.update({key: merged})
        return Node(entries, over.file, over.line)

    def _nothing_to_remove(self, node: Node, path: str, known: list[str]) -> None:
        word = path.rpartition(".")[2]
        found = f"null removes {shown_value(word)}, which is not there"
        self.problems.append(Problem(node.file, node.line, path, found, known_words(known), nearest_word(word, known)))

    def _begin(self, base: Node | None, over: Node, folder: str, path: str) -> Node | None:
        """What a section with ``data:`` starts from; naming another file than the parent did starts it afresh."""
        named = over.entries()["data"]
        if named.value == "" or named.value is None or (base is not None and not _says_otherwise(base, over, "data")):
            return base
        try:
            data = self._read_data(named, folder, path)
        except ProblemsFound as error:
            self.problems.extend(error.problems)
            self.failed.add(path)
            return None
        return Node({**data.entries(), "data": named}, over.file, over.line)

    def _read_data(self, named: Node, folder: str, path: str) -> Node:
        """The file that ``data:`` names: a shipped one by its word, the user's own by its file name."""
        name, where = named.value, join(path, "data")
        known = data_names(folder)
        if not isinstance(name, str):
            found = f"{shown_value(named.plain())} is no name of a data file"
            raise ProblemsFound([Problem(named.file, named.line, where, found, known_words(known))])
        if name in known:
            return read_file(data_folder() / folder / f"{name}.yaml")
        if not name.endswith((".yaml", ".yml")):
            found = f"unknown data file {shown_value(name)}"
            hint = f"{known_words(known)}, or a file of your own such as mine.yaml"
            raise ProblemsFound([Problem(named.file, named.line, where, found, hint, nearest_word(name, known))])
        own = Path(named.file).parent / name
        try:
            return read_file(own)
        except ProblemsFound as error:
            if error.problems[0].line:
                raise
            first = error.problems[0]
            found = f"{own.name}: {first.found}"
            raise ProblemsFound([Problem(named.file, named.line, where, found, nearest=first.nearest)]) from None

    def override(self, tree: Node, path: str, value: object) -> Node:
        """One value set by its dotted path; a month or an item of a list may be the last word.

        Parameters
        ----------
        tree : merged scenario
        path : such as ``facilitator.budget`` or ``value_chains.apricot.city.season.jan``
        value : number, text with a unit, list, mapping, or None to remove a named entry
        """
        try:
            node = as_node(value, OVERRIDES)
            return self._put(tree, scenario_shape(), path.split("."), node, "") or tree
        except ProblemsFound as error:
            self.problems.extend(Problem(each.file, 0, path, each.found, each.allowed, each.nearest) for each in error.problems)
            return tree

    def _put(self, node: Node | None, shape: Shape | None, keys: list[str], value: Node, path: str) -> Node | None:
        head, rest = keys[0], keys[1:]
        entries = dict(node.entries()) if node else {}
        if isinstance(shape, Leaf):
            return _put_part(node, shape, keys, value, path)
        known = keys_of(shape, entries)
        inner = below(shape, head, entries)
        adds = isinstance(shape, Named) and not rest and value.value is not None
        if inner is None or (head not in known and not adds):
            raise _unknown(join(path, head), head, known)
        if not rest:
            return self._merge(node, Node({head: value}, value.file, value.line), shape, path)
        put = self._put(entries.get(head), inner, rest, value, join(path, head))
        entries.update({head: put} if put else {})
        return Node(entries, node.file if node else value.file, node.line if node else value.line)


def _put_part(node: Node | None, leaf: Leaf, keys: list[str], value: Node, path: str) -> Node:
    """A month or an item inside a value."""
    head = keys[0]
    if node is not None and isinstance(node.value, Mapping) and "value" in node.value:
        inner = _put_part(node.value["value"], leaf, keys, value, path)
        return Node({**node.value, "value": inner}, node.file, node.line)
    if len(keys) == 1 and leaf.form == "months":
        # A month that is no month is refused where months are settled.
        place = node or value
        return Node({**(node.entries() if node else {}), head: value}, place.file, place.line)
    if len(keys) == 1 and leaf.form == "list" and node is not None and isinstance(node.value, tuple):
        known = [str(index) for index in range(len(node.value))]
        if head not in known:
            raise _unknown(join(path, head), head, known)
        items = list(node.value)
        items[int(head)] = value
        return Node(tuple(items), node.file, node.line)
    raise _unknown(join(path, head), head, [])


def _unknown(path: str, word: str, known: list[str]) -> ProblemsFound:
    found, nearest = f"unknown name {shown_value(word)}", nearest_word(word, known)
    return ProblemsFound([Problem(OVERRIDES, 0, path, found, known_words(known), nearest)])


def _says_otherwise(base: Node, over: Node, key: str) -> bool:
    """Whether ``over`` gives ``key`` another value than ``base`` has."""
    old, new = base.entries().get(key), over.entries().get(key)
    return new is not None and (old is None or old.value != new.value)
