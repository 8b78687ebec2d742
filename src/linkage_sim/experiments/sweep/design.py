"""Design files: which scenarios, which levers and uncertainties, which points, how many worlds, which outcomes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from linkage_sim.compiled import model_version
from linkage_sim.errors import ScenarioError
from linkage_sim.experiments.sweep.factor import Factor, Kind, Numbers, read_factor
from linkage_sim.experiments.sweep.listing import listed, seen
from linkage_sim.experiments.sweep.outcomes import KNOWN, RATIO_WORDS, is_against_twin
from linkage_sim.experiments.sweep.sample import KINDS, Layout, sampled
from linkage_sim.experiments.worker import with_seed
from linkage_sim.results.pairing import declared_measures
from linkage_sim.scenario.check import check
from linkage_sim.scenario.declare import MONTHS
from linkage_sim.scenario.messages import Problem, ProblemsFound, join, known_words, nearest_word, shown_value
from linkage_sim.scenario.read import Node, read_file
from linkage_sim.scenario.resolve import draft_of_file, source_keys
from linkage_sim.scenario.scenario import Scenario, digest
from linkage_sim.scenario.settle import Wrong, number
from linkage_sim.scenario.shape import Leaf, leaves, scenario_shape
from linkage_sim.scenario.shipped import shipped

FORMAT = 1
SECTIONS = ("format", "name", "title", "story", "scenarios", "levers", "uncertainties", "design", "replicates", "outcomes")
LAYOUT_KEYS: Mapping[str, tuple[str, ...]] = {
    "grid": ("levels",),
    "latin_hypercube": ("samples", "seed"),
    "sobol": ("samples", "seed", "second_order"),
    "morris": ("samples", "seed", "levels"),
    "list": ("file",),
}
MOST_RUNS = 5_000_000
USUAL_REPLICATES = 10
USUAL_LEVELS = 4
NOT_VARIED = ("format", "name", "title", "story", "seed")
_NAME = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True)
class Design:
    """A design file, checked, with its points.

    Parameters
    ----------
    name : of the folder of results, without its hash
    scenarios : the baseline first, all of one seed
    factors : what is varied, levers first; the order of columns
    values : (points, factors) numbers of the columns
    shares : (points, factors) shares of the distributions they stand for; None for grids and lists
    replicates : worlds; every point lives in each of them
    outcomes : row names of measures
    warnings : what is suspicious about it
    file : where it was read
    """

    name: str
    scenarios: tuple[Scenario, ...]
    factors: tuple[Factor, ...]
    layout: Layout
    values: Numbers
    shares: Numbers | None
    replicates: int
    outcomes: tuple[str, ...]
    warnings: tuple[str, ...] = ()
    file: str = ""

    @property
    def points(self) -> int:
        """How many points are visited."""
        return len(self.values)

    @property
    def seed(self) -> int:
        """Seed of the series of worlds."""
        return self.scenarios[0].seed

    @property
    def against_twin(self) -> bool:
        """Whether some outcome needs the baseline's households beside those of a run."""
        return any(is_against_twin(name) for name in self.outcomes)

    def described(self) -> dict[str, Any]:
        """All of ``design.json``: plain data that decides every number of the table."""
        measures = declared_measures()
        titles = [{"name": each.name, "title": each.title, "hash": each.hash()} for each in self.scenarios]
        return {
            "format": FORMAT,
            "name": self.name,
            "model_version": model_version(),
            "seed": self.seed,
            "replicates": self.replicates,
            "baseline": self.scenarios[0].name,
            "scenarios": [each.name for each in self.scenarios],
            "plans": titles,
            "factors": [factor.described() for factor in self.factors],
            "design": self.layout.described(),
            "outcomes": [{"name": name, **measures[name], "gain": not is_against_twin(name)} for name in self.outcomes],
            "points": self.points,
            "sample": self.values.tolist(),
            "shares": None if self.shares is None else self.shares.tolist(),
            "warnings": list(self.warnings),
        }

    @property
    def folder(self) -> str:
        """Name of the sweep folder: everything that decides the numbers is in its hash."""
        return f"{self.name}-{digest(self.described())[:8]}"


def read_design(path: str | Path, replicates: int | None = None) -> Design:
    """Read and check a design file, and draw its points.

    Parameters
    ----------
    path : a design file
    replicates : worlds instead of those of the file

    Raises
    ------
    ScenarioError
        With every problem, each with file, line, key path, what was found, what is allowed and the nearest word.
    """
    node = read_file(Path(path))
    reader = _Reader(node)
    design = reader.design(Path(path), replicates)
    if design is None:
        raise ProblemsFound(reader.problems)
    return design


class _Reader:
    """Goes through a design file section by section and collects what is wrong."""

    def __init__(self, node: Node) -> None:
        self.node, self.entries = node, node.entries()
        self.problems: list[Problem] = []

    def report(self, node: Node, path: str, found: str, allowed: str = "", nearest: str = "") -> None:
        self.problems.append(Problem(node.file, node.line, path, found, allowed, nearest))

    def wrong(self, node: Node, path: str, wrong: Wrong) -> None:
        """Report at the line of the key it is about, where that stands below ``node``."""
        inner = node
        for key in wrong.key.split(".") if wrong.key else ():
            below = inner.value
            inner = below.get(key, inner) if isinstance(below, Mapping) else below[int(key)] if isinstance(below, tuple) else inner
        self.report(inner, join(path, wrong.key) if wrong.key else path, wrong.found, wrong.allowed, wrong.nearest)

    def design(self, path: Path, replicates: int | None) -> Design | None:
        """The design, or None where there is any problem."""
        for key, node in self.entries.items():
            if key not in SECTIONS:
                self.report(node, key, f"unknown key {shown_value(key)}", known_words(SECTIONS), nearest_word(key, SECTIONS))
        for key in ("scenarios", "design", "outcomes"):
            if key not in self.entries:
                self.report(self.node, key, "is missing", _NEEDED[key])
        version = self.entries.get("format")
        if version is not None and (version.value != FORMAT or isinstance(version.value, bool)):
            self.report(version, "format", f"format {shown_value(version.plain())}", f"allowed: {FORMAT}")
        name, worlds = self._name(path), self._replicates(replicates)
        scenarios, layout, outcomes = self._scenarios(), self._layout(), self._outcomes()
        factors = self._factors(scenarios, layout) if scenarios else []
        if self.problems or layout is None:
            return None
        drawn = self._points(layout, factors, worlds, len(scenarios), path)
        if self.problems or drawn is None:
            return None
        factors, values, shares = drawn
        warnings = tuple(_budgets(scenarios))
        return Design(name, tuple(scenarios), tuple(factors), layout, values, shares, worlds, outcomes, warnings, str(path))

    def _name(self, path: Path) -> str:
        node = self.entries.get("name")
        name = path.stem if node is None else node.value
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            where = "name" if node else ""
            self.report(node or self.node, where, f"{shown_value(name)} is no short name", "allowed: small letters, digits and _")
            return ""
        return name

    def _replicates(self, asked: int | None) -> int:
        node = self.entries.get("replicates")
        worlds = self._whole(node, "replicates", 1, 100_000, USUAL_REPLICATES)
        if asked is not None and asked < 1:
            raise ScenarioError(f"replicates must be 1 or more, not {asked}")
        return worlds if asked is None else asked

    def _whole(self, node: Node | None, path: str, low: int, high: int, usual: int) -> int:
        """A whole number within bounds; the usual one where the file gives none."""
        if node is None:
            return usual
        leaf = Leaf("whole", low=float(low), high=float(high))
        try:
            value = int(number(node, leaf, None))
            if not low <= value <= high:
                raise Wrong(f"{value} is out of bounds", f"allowed: whole number, {low} to {high}")
        except Wrong as wrong:
            self.wrong(node, path, wrong)
            return usual
        return value

    # --- scenarios ------------------------------------------------------------------------------------

    def _scenarios(self) -> list[Scenario]:
        """Scenarios by file, the baseline first, all of its seed; empty where one of them is wrong."""
        node = self.entries.get("scenarios")
        if node is None:
            return []
        if not isinstance(node.value, tuple) or not node.value:
            self.report(node, "scenarios", f"{shown_value(node.plain())} where a list is wanted", _NEEDED["scenarios"])
            return []
        found: dict[str, Scenario] = {}
        for number_, child in enumerate(node.value):
            path = f"scenarios.{number_}"
            scenario = self._scenario(child, path)
            if scenario is None:
                continue
            if scenario.name in found:
                self.report(child, path, f"a second scenario is named {shown_value(scenario.name)}; names tell them apart in the table")
            found[scenario.name] = scenario
        if len(found) < len(node.value):
            return []
        first, *others = found.values()
        for number_, other in enumerate(others, start=1):
            if other.timeline != first.timeline:
                told = f"the timeline of {other.name} differs from that of {first.name}, so months cannot be paired"
                self.report(node.value[number_], f"scenarios.{number_}", told, "allowed: scenarios of one timeline")
        return [with_seed(each, first.seed) for each in found.values()]

    def _scenario(self, node: Node, path: str) -> Scenario | None:
        name = node.value
        if not isinstance(name, str) or not name.strip():
            self.report(node, path, f"{shown_value(node.plain())} is no scenario", _NEEDED["scenarios"])
            return None
        file = Path(node.file).parent / name
        if not file.is_file():
            try:
                file = shipped(name)
            except ScenarioError as error:
                hint = str(error).partition("\n    ")[2]
                nearest = re.match(r"nearest: (\S+)", hint)
                known = known_words([f"{name} beside this file, or a shipped scenario such as apricot/baseline"], "allowed")
                self.report(node, path, f"no such scenario file {shown_value(name)}", known, nearest.group(1) if nearest else "")
                return None
        scenario, problems = check(draft_of_file(file))
        self.problems.extend(problems)
        return scenario

    # --- factors --------------------------------------------------------------------------------------

    def _factors(self, scenarios: Sequence[Scenario], layout: Layout | None) -> list[Factor]:
        known = [_declared(scenario) for scenario in scenarios]
        factors: dict[str, Factor] = {}
        kinds: tuple[tuple[str, Kind], ...] = (("levers", "lever"), ("uncertainties", "uncertainty"))
        for section, kind in kinds:
            node = self.entries.get(section)
            if node is None or node.value is None:
                continue
            if not isinstance(node.value, Mapping):
                self.report(
                    node, section, f"{shown_value(node.plain())} where a section is wanted", "allowed: dotted path: {low: ..., high: ...}"
                )
                continue
            for path, child in node.value.items():
                factor = self._factor(path, child, kind, scenarios, known, layout)
                if factor is not None and path in factors:
                    self.report(child, join(section, path), "is a lever already")
                elif factor is not None:
                    factors[path] = factor
        if not factors and not self.problems:
            self.report(
                self.node, "levers", "nothing is varied", "allowed: levers and uncertainties by dotted path, such as facilitator.budget"
            )
        return list(factors.values())

    def _factor(
        self,
        path: str,
        node: Node,
        kind: Kind,
        scenarios: Sequence[Scenario],
        known: Sequence[dict[str, tuple[Leaf, Any]]],
        layout: Layout | None,
    ) -> Factor | None:
        having = [place for place, declared in enumerate(known) if path in declared]
        section = "levers" if kind == "lever" else "uncertainties"
        where = join(section, path)
        if not having or path.split(".")[0] in NOT_VARIED:
            words = list(dict.fromkeys(word for declared in known for word in declared))
            beside = [word for word in words if word.rpartition(".")[0] == path.rpartition(".")[0]]
            found = "is the same in all points" if having else f"none of the scenarios has a value {shown_value(path)}"
            nearest = "" if having else nearest_word(path, beside) or nearest_word(path, words)
            self.report(node, where, found, known_words(beside) if beside and not having else "allowed: dotted path of a value", nearest)
            return None
        leaf, default = known[having[0]][path]
        names = tuple(scenarios[place].name for place in having)
        try:
            factor = read_factor(path, node, kind, leaf, default, names, from_file=layout is not None and layout.kind == "list")
        except Wrong as wrong:
            self.wrong(node, where, wrong)
            return None
        keys = source_keys() or ()
        if factor.source and " " not in factor.source.strip() and factor.source not in keys:
            found, hint = f"unknown source {shown_value(factor.source)}", "allowed: a key of data/sources.yaml, or words of your own"
            self.report(node.entries()["source"], join(where, "source"), found, hint, nearest_word(factor.source, keys))
        return factor

    # --- points ---------------------------------------------------------------------------------------

    def _layout(self) -> Layout | None:
        node = self.entries.get("design")
        if node is None:
            return None
        if not isinstance(node.value, Mapping):
            self.report(node, "design", f"{shown_value(node.plain())} where a section is wanted", _NEEDED["design"])
            return None
        entries = node.entries()
        word = entries.get("kind")
        if word is None or word.value not in KINDS:
            found = "has no kind" if word is None else f"unknown kind {shown_value(word.plain())}"
            self.report(
                word or node, "design.kind", found, known_words(KINDS), "" if word is None else nearest_word(str(word.plain()), KINDS)
            )
            return None
        kind = str(word.value)
        known = ("kind", *LAYOUT_KEYS[kind])
        for key, child in entries.items():
            if key not in known:
                self.report(
                    child,
                    f"design.{key}",
                    f"unknown key {shown_value(key)} of a {kind} design",
                    known_words(known),
                    nearest_word(key, known),
                )
        samples = 0
        if "samples" in known:
            if "samples" not in entries:
                self.report(node, "design.samples", "is missing", "allowed: whole number, 1 to 1,000,000")
            samples = self._whole(entries.get("samples"), "design.samples", 1, 1_000_000, 1)
            if kind == "sobol" and samples & (samples - 1):
                power = 1 << samples.bit_length()
                self.report(
                    entries["samples"],
                    "design.samples",
                    f"{samples} is no power of 2, on which Sobol samples rest",
                    f"allowed: {power // 2}, {power}",
                )
        levels = self._whole(entries.get("levels"), "design.levels", 2, 1000, USUAL_LEVELS) if "levels" in known else 0
        if kind == "morris" and levels % 2:
            self.report(entries["levels"], "design.levels", f"{levels} is odd", f"allowed: an even number, such as {levels + 1}")
        seed = self._whole(entries.get("seed"), "design.seed", 0, 2**31 - 1, 1)
        return Layout(kind, samples, levels, seed, self._second_order(entries), self._file(node, kind))

    def _second_order(self, entries: Mapping[str, Node]) -> bool:
        node = entries.get("second_order")
        if node is not None and not isinstance(node.value, bool):
            self.report(node, "design.second_order", f"{shown_value(node.plain())} where true or false is wanted", "allowed: true, false")
        return node is not None and node.value is True

    def _file(self, node: Node, kind: str) -> str:
        named = node.entries().get("file")
        if kind != "list":
            return ""
        if named is None or not isinstance(named.value, str) or not named.value.strip():
            self.report(
                named or node, "design.file", "names no file", "allowed: a CSV file beside this one, one column a factor, one row a point"
            )
            return ""
        return named.value

    def _points(
        self, layout: Layout, factors: list[Factor], replicates: int, scenarios: int, path: Path
    ) -> tuple[list[Factor], Numbers, Numbers | None] | None:
        node = self.entries["design"]
        if layout.kind == "list":
            named = node.entries()["file"]
            values, problems = listed(named, path.parent / layout.file, factors)
            self.problems.extend(problems)
            if values is None:
                return None
            within = [seen(factor, values[:, place]) for place, factor in enumerate(factors)]
            return within, values, None
        if layout.points(factors) * replicates * scenarios > MOST_RUNS:
            count = layout.points(factors)
            found = f"{count:,} points in {replicates} worlds of {scenarios} scenarios are {count * replicates * scenarios:,} runs"
            self.report(node, "design", found, f"allowed: at most {MOST_RUNS:,}")
            return None
        values, shares = sampled(layout, factors)
        return factors, values, shares

    # --- outcomes -------------------------------------------------------------------------------------

    def _outcomes(self) -> tuple[str, ...]:
        node = self.entries.get("outcomes")
        if node is None:
            return ()
        if not isinstance(node.value, tuple) or not node.value:
            self.report(node, "outcomes", f"{shown_value(node.plain())} where a list is wanted", _NEEDED["outcomes"])
            return ()
        found: list[str] = []
        for place, child in enumerate(node.value):
            name = child.value
            if not isinstance(name, str) or name not in KNOWN:
                word = str(child.plain())
                told = RATIO_WORDS if word in declared_measures() else f"unknown measure {shown_value(child.plain())}"
                nearest = "" if word in declared_measures() else nearest_word(word, KNOWN)
                self.report(child, f"outcomes.{place}", told, known_words(KNOWN), nearest)
            elif name in found:
                self.report(child, f"outcomes.{place}", f"{name} stands there twice")
            else:
                found.append(name)
        return tuple(found)


_NEEDED = {
    "scenarios": "allowed: a list of scenario files, the baseline first, such as [apricot/baseline, apricot/combined]",
    "design": "allowed: such as {kind: latin_hypercube, samples: 100}",
    "outcomes": "allowed: a list of measures of docs/measures.md, such as [income, linkages_alive]",
}


def _declared(scenario: Scenario) -> dict[str, tuple[Leaf, Any]]:
    """Every single value of a scenario by dotted path, with how it is declared."""
    found: dict[str, tuple[Leaf, Any]] = {}
    for keys, leaf, value in leaves(scenario_shape(), scenario.resolved()):
        path = ".".join(keys)
        if leaf.form == "months":
            found.update({join(path, month): (replace(leaf, form="one"), value.get(month, 0.0)) for month in MONTHS})
        elif leaf.form == "list":
            found.update({join(path, place): (replace(leaf, form="one"), each) for place, each in enumerate(value)})
        else:
            found[path] = leaf, value
    return found


def _budgets(scenarios: Sequence[Scenario]) -> Iterable[str]:
    """What makes a ranking of the scenarios doubtful."""
    budgets = {each.name: each.facilitator.budget for each in scenarios if each.programme}
    if len(set(budgets.values())) > 1:
        listed = ", ".join(f"{name} {budget:,.0f} USD" for name, budget in budgets.items())
        yield f"Budgets differ, so gains cannot be ranked as they stand; compare them per dollar: {listed}."
    strange = [each.name for each in scenarios if each.world_hash() != scenarios[0].world_hash()]
    if strange:
        yield f"In {', '.join(strange)} the world itself differs from the baseline's, not only the programme: gains are of both together."
