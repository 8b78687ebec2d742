"""What ties docs/odd.md and docs/state.md to the code: generated parts, and what a reader must look at again.

A rule's section in odd.md is a heading with its name, a generated line that says where it is and who uses it, and its
equation in a ``python`` block. The equation is run against the rule in tests/docs/test_odd.py.
"""

from __future__ import annotations

import ast
import hashlib
import importlib
import json
import pkgutil
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

DOCS = Path(__file__).resolve().parent
PACKAGE = DOCS.parent / "src" / "linkage_sim"
SOURCE = "../src/linkage_sim"
PAGE, HASHES, STATE = DOCS / "odd.md", DOCS / "odd_rules.json", DOCS / "state.md"
REBUILD = "then run `python docs/build.py odd`"
SECTION = re.compile(r"^#### `(\w+)`\n(.*?)(?=^#{2,4} |\Z)", re.MULTILINE | re.DOTALL)
WHERE = re.compile(r"^(#### `(\w+)`\n\n)(Rule in .*\n)?", re.MULTILINE)
BLOCK = re.compile(r"(<!-- (\w+): made by docs/build.py odd -->\n).*?(<!-- end -->)", re.DOTALL)
FENCE = re.compile(r"^```(python|text)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


# --- the code -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Rule:
    """A rule: its file below the package, its definition, and constants of that file that it uses."""

    name: str
    file: str
    node: ast.FunctionDef
    constants: dict[str, str]

    @property
    def has_loop(self) -> bool:
        """Whether it searches, so that no single expression can say what it computes."""
        return any(isinstance(node, (ast.For, ast.While)) for node in ast.walk(self.node))

    @property
    def hash(self) -> str:
        """Twelve hex digits of arguments and body, whatever its comments, docstring and layout."""
        body = self.node.body[1:] if ast.get_docstring(self.node) is not None else self.node.body
        parts = [ast.unparse(self.node.args), *map(ast.unparse, body), *(f"{key}={value}" for key, value in sorted(self.constants.items()))]
        return hashlib.blake2b("\n".join(parts).encode(), digest_size=6).hexdigest()


@cache
def tree(file: str) -> ast.Module:
    """Syntax tree of a file below the package."""
    return ast.parse((PACKAGE / file).read_text(encoding="utf8"))


@cache
def rules() -> dict[str, Rule]:
    """Every rule of the registry, once all modules of rules are imported."""
    import linkage_sim.rules as room
    from linkage_sim.rules.core import RULES

    for module in pkgutil.iter_modules(room.__path__):
        importlib.import_module(f"linkage_sim.rules.{module.name}")
    found = {}
    for name, function in RULES.items():
        file = f"{getattr(function, 'py_func', function).__module__.removeprefix('linkage_sim.').replace('.', '/')}.py"
        body = tree(file).body
        node = next(node for node in body if isinstance(node, ast.FunctionDef) and node.name == name)
        used = {inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name)}
        found[name] = Rule(name, file, node, {key: value for key, value in _constants(body).items() if key in used})
    return found


def _constants(body: list[ast.stmt]) -> dict[str, str]:
    """Constants of a module by name."""
    found: dict[str, str] = {}
    for node in body:
        if isinstance(node, ast.Assign):
            targets, values = node.targets, [node.value]
            if isinstance(targets[0], ast.Tuple) and isinstance(node.value, ast.Tuple):
                targets, values = targets[0].elts, node.value.elts
            found |= {target.id: ast.unparse(value) for target, value in zip(targets, values, strict=False) if isinstance(target, ast.Name)}
    return found


@cache
def users() -> dict[str, list[tuple[str, str]]]:
    """Who calls each rule: (function or Class.method, file below the package), rules among them, in order of the month."""
    found: dict[str, list[tuple[str, str]]] = {name: [] for name in rules()}
    for path in sorted(PACKAGE.rglob("*.py"), key=lambda path: (path.parent.name != "month", path.as_posix())):
        file = path.relative_to(PACKAGE).as_posix()
        known = _imported(tree(file)) | {rule.name: rule.name for rule in rules().values() if rule.file == file}
        if not known:
            continue
        for title, node in _functions(tree(file)):
            called = {known[call] for call in _called(node) if call in known}
            for name in called - {title}:
                found[name].append((title, file))
    return found


def _called(node: ast.AST) -> set[str]:
    """Names that are called; a variable may share its name with a rule."""
    return {inner.func.id for inner in ast.walk(node) if isinstance(inner, ast.Call) and isinstance(inner.func, ast.Name)}


def _imported(module: ast.Module) -> dict[str, str]:
    """Rules by the name they have in a module."""
    return {
        alias.asname or alias.name: alias.name
        for node in ast.walk(module)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("linkage_sim.rules.")
        for alias in node.names
        if alias.name in rules()
    }


def _functions(module: ast.Module) -> list[tuple[str, ast.AST]]:
    """Functions and methods of a module by title."""
    found: list[tuple[str, ast.AST]] = []
    for node in module.body:
        if isinstance(node, ast.FunctionDef):
            found.append((node.name, node))
        elif isinstance(node, ast.ClassDef):
            found += [(f"{node.name}.{inner.name}", inner) for inner in node.body if isinstance(inner, ast.FunctionDef)]
    return found


@cache
def phases_of_file() -> dict[str, set[int]]:
    """Numbers of the phases that a file of month/ or programme/ serves: its own, or those that import it, also through helpers."""
    from linkage_sim.month.plan import PHASES

    starts = {(f"month/{phase.name}.py" if phase.run is None else _file(phase.run.__module__)): phase.number for phase in PHASES}
    starts["month/recorder.py"] = len(PHASES)
    found = {file: {number} for file, number in starts.items()}
    for start, number in starts.items():
        waiting, seen = [start], {start}
        while waiting:
            for file in _helpers(waiting.pop()) - starts.keys() - seen:
                found.setdefault(file, set()).add(number)
                seen.add(file)
                waiting.append(file)
    return found


def _helpers(file: str) -> set[str]:
    """Files of month/ and programme/ that a file imports."""
    names: set[str] = set()
    for node in ast.walk(tree(file)):
        if isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    files = {_file(name) for name in names if name.startswith(("linkage_sim.month", "linkage_sim.programme"))}
    return {other for other in files if (PACKAGE / other).is_file()}


def _file(module: str) -> str:
    return f"{module.removeprefix('linkage_sim.').replace('.', '/')}.py"


def phases_of(name: str, seen: frozenset[str] = frozenset()) -> set[int]:
    """Numbers of the phases in which a rule is used, also by way of other rules."""
    found: set[int] = set()
    for title, file in users()[name]:
        if title in rules() and rules()[title].file == file:
            if title not in seen:
                found |= phases_of(title, seen | {name})
        else:
            found |= phases_of_file().get(file, set())
    return found


# --- the document ---------------------------------------------------------------------------------------


def sections(text: str) -> dict[str, str]:
    """Text below the heading of each rule."""
    return dict(SECTION.findall(text))


def heading_phase(text: str, name: str) -> int | None:
    """Number of the phase under whose heading a rule stands; None outside the phases."""
    before = text[: text.index(f"#### `{name}`\n")]
    last = re.findall(r"^#{2,3} (?:Phase (\d+) · )?.*$", before, re.MULTILINE)[-1]
    return int(last) if last else None


def link(file: str) -> str:
    """Relative link to a file of the package."""
    return f"[{file}]({SOURCE}/{file})"


def where(name: str) -> str:
    """Line that says where a rule is and who uses it."""
    rule = rules()[name]
    by: dict[str, list[str]] = {}
    for title, file in users()[name]:
        by.setdefault(file, []).append(f"`{title}`")
    said = "; ".join(f"{', '.join(titles)} in {link(file)}" for file, titles in by.items())
    return f"Rule in {link(rule.file)}; used by {said or 'nobody'}.\n"


def place_for(name: str) -> str:
    """Advice on where an undocumented rule belongs."""
    from linkage_sim.month.plan import PHASES

    numbers = sorted(phases_of(name))
    names = [f"'### Phase {phase.number} · {phase.name}'" for phase in PHASES if phase.number in numbers]
    under = " or ".join(names) or "the fitting heading of Submodels"
    return (
        f"rule `{name}` ({rules()[name].file}) is not in docs/odd.md: write under {under} a "
        f"heading '#### `{name}`' with a line of meaning and its equation in a ```python block, {REBUILD}"
    )


def phases_table() -> str:
    """The month as a table, from the plan that the engine follows."""
    from linkage_sim.month.plan import PHASES

    lines = ["| phase | what happens | file | reads above all | changes |", "|---|---|---|---|---|"]
    for phase in PHASES:
        file = f"month/{phase.name}.py" if phase.run is None else _file(phase.run.__module__)
        lines.append(
            f"| {phase.number} **{phase.name}** | {phase.meaning} | {link(file)} | {_by_table(phase.reads)} | {_by_table(phase.writes)} |"
        )
    return "\n".join([*lines, ""])


def _by_table(columns: tuple[str, ...]) -> str:
    """Columns gathered by table; wide columns stand alone."""
    by: dict[str, list[str]] = {}
    for column in columns:
        head, _, name = column.rpartition(".")
        by.setdefault(head, []).append(name)
    return "; ".join(f"*{head}*: {', '.join(names)}" if head else ", ".join(names) for head, names in sorted(by.items(), reverse=True))


def refreshed(text: str) -> str:
    """The document with all generated parts made anew."""
    made = {"phases": phases_table}
    text = BLOCK.sub(lambda found: found[1] + made[found[2]]() + found[3], text)
    return WHERE.sub(lambda found: found[1] + (where(found[2]) if found[2] in rules() else found[3] or ""), text)


def hashes() -> dict[str, str]:
    """What a reader looked at last: a hash of every rule."""
    return {name: rules()[name].hash for name in sorted(rules())}


def write() -> None:
    """Say in odd_rules.json that the document was read beside the rules as they are now, and renew what is generated."""
    text = PAGE.read_text(encoding="utf8")
    documented = sections(text)
    for name in rules():
        if name not in documented:
            print(place_for(name))
    for name in documented.keys() - rules().keys():
        print(f"`{name}` in docs/odd.md is no rule any more: delete its section")
    PAGE.write_text(refreshed(text), encoding="utf8")
    kept = {name: value for name, value in hashes().items() if name in documented}
    HASHES.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf8")


# --- equations ------------------------------------------------------------------------------------------


def equation(body: str) -> tuple[str, str] | None:
    """Language and text of the first fenced block of a section."""
    found = FENCE.search(body)
    return (found[1], found[2]) if found else None


def computed(name: str, text: str, arguments: dict[str, Any]) -> Any:
    """Value that an equation as printed gives a rule: lines run in order, the last of them sets the rule's own name."""
    import math

    called = {other: rule for other, rule in _callables().items() if other != name}
    space: dict[str, Any] = {"exp": math.exp, "log": math.log, "log1p": math.log1p, "sqrt": math.sqrt, **called}
    space |= {key: ast.literal_eval(value) for key, value in rules()[name].constants.items()} | arguments
    exec(compile(text, name, "exec"), space)
    return space[name]


@cache
def _callables() -> dict[str, Any]:
    """Every rule in its plain form."""
    from linkage_sim.rules.core import RULES

    rules()
    return {name: getattr(function, "py_func", function) for name, function in RULES.items()}


# --- state ----------------------------------------------------------------------------------------------


def state_page() -> str:
    """Markdown page of every state variable, from its declaration and from the plan of the month."""
    from linkage_sim.month.plan import PHASES
    from linkage_sim.world.state import COLUMNS, TABLES, WIDE

    writers = {column: [f"{phase.number} {phase.name}" for phase in PHASES if column in phase.writes] for column in _written(PHASES)}
    lines = [
        "# State variables",
        "",
        "All that changes in a run, and what stays fixed in its world. Made by `python docs/build.py state` from",
        f"[world/state.py]({SOURCE}/world/state.py) and [month/plan.py]({SOURCE}/month/plan.py). Bounds are checked after every phase",
        "when a run is checked, and each phase may change only what it declares. [`odd.md`](odd.md) says what the phases do.",
        "",
        "Tables: " + ", ".join(f"[{name}](#{name})" for name in TABLES) + ", [wide columns](#wide-columns).",
    ]
    for name in TABLES:
        lines += ["", f"## {name}", "", "| column | unit | bounds | owner | changed in | meaning |", "|---|---|---|---|---|---|"]
        for one in COLUMNS:
            if one.table == name:
                low, high = ("any" if abs(bound) == float("inf") else f"{bound:g}" for bound in (one.low, one.high))
                changed = ", ".join(writers.get(f"{name}.{one.name}", [])) or ("never" if one.owner == "world" else "")
                bounds = "any" if low == high else f"{low} to {high}"
                lines.append(f"| `{one.name}` | {one.unit} | {bounds} | {one.owner} | {changed} | {_cell(one.meaning)} |")
    lines += ["", "## Wide columns", "", "One value per pair or triple, as plain arrays beside the tables.", ""]
    lines += ["| column | one value per | owner | changed in | meaning |", "|---|---|---|---|---|"]
    for name, (shape, owner, meaning) in WIDE.items():
        changed = ", ".join(writers.get(name, [])) or ("never" if owner == "world" else "")
        lines.append(f"| `{name}` | {shape} | {owner} | {changed} | {_cell(meaning)} |")
    return "\n".join([*lines, ""])


def _written(phases: Any) -> set[str]:
    return {column for phase in phases for column in phase.writes}


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
