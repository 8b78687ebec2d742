"""The ODD document says what the code does: rules, equations, phases, functions, columns and parameters."""

from __future__ import annotations

import ast
import cmath
import json
import math
import re
import sys
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "docs"))

import odd  # noqa: E402  (beside the documents, not installed)

from linkage_sim.month.plan import PHASES  # noqa: E402
from linkage_sim.world.state import COLUMNS, WIDE  # noqa: E402

RULES = sorted(odd.rules())
TEXT = odd.PAGE.read_text(encoding="utf8")
SECTIONS = odd.sections(TEXT)


def test_every_rule_has_a_section_where_it_is_used_and_no_section_is_left_over() -> None:
    problems = [odd.place_for(name) for name in RULES if name not in SECTIONS]
    problems += [
        f"`{name}` in docs/odd.md is no rule any more: delete its section, {odd.REBUILD}" for name in SECTIONS if name not in RULES
    ]
    for name in SECTIONS:
        if name in RULES and (phase := odd.heading_phase(TEXT, name)) is not None and phase not in odd.phases_of(name):
            problems.append(f"`{name}` stands under phase {phase}, but is used in {sorted(odd.phases_of(name)) or 'no phase'}: move it")
    assert not problems, "\n".join(problems)
    assert len(re.findall(r"^#### ", TEXT, re.MULTILINE)) == len(SECTIONS), "two sections of one name, or a heading that names no rule"


def test_a_changed_rule_is_looked_at_again() -> None:
    kept = json.loads(odd.HASHES.read_text(encoding="utf8"))
    changed = [name for name in RULES if name in SECTIONS and kept.get(name) != odd.rules()[name].hash]
    assert not changed, "\n".join(
        f"rule `{name}` ({odd.rules()[name].file}) has changed: read its section in docs/odd.md again, {odd.REBUILD}" for name in changed
    )
    assert kept.keys() <= set(RULES), f"gone: {sorted(kept.keys() - set(RULES))}; run `python docs/build.py odd`"


def test_hashes_see_what_a_rule_does_and_nothing_else() -> None:
    def hashed(text: str) -> str:
        node = ast.parse(text).body[0]
        assert isinstance(node, ast.FunctionDef)
        return odd.Rule("f", "", node, {}).hash

    plain = hashed("def f(x):\n    return 2.0 * x")
    assert hashed('def f(x):\n    """Words."""\n    # more\n    return (2.0*x)') == plain
    assert hashed("def f(x):\n    return 3.0 * x") != plain
    assert hashed("def f(x, y):\n    return 2.0 * x") != plain


def test_generated_parts_are_up_to_date() -> None:
    assert odd.refreshed(TEXT) == TEXT, "run `python docs/build.py odd`"
    assert odd.state_page() == odd.STATE.read_text(encoding="utf8"), "run `python docs/build.py state`"


def test_the_phases_stand_in_the_order_of_the_month() -> None:
    headings = [(int(number), name) for number, name in re.findall(r"^### Phase (\d+) · (\w+)$", TEXT, re.MULTILINE)]
    assert headings == [(phase.number, phase.name) for phase in PHASES]
    elements = re.findall(r"^## (\d) ", TEXT, re.MULTILINE)
    assert elements == [str(number) for number in range(1, 8)]
    concepts = re.findall(r"^\*\*([A-Z][a-z ]+)\.\*\*", TEXT[TEXT.index("## 4 ") : TEXT.index("## 5 ")], re.MULTILINE)
    assert concepts == [
        "Basic principles", "Emergence", "Adaptation", "Objectives", "Learning", "Prediction", "Sensing", "Interaction", "Stochasticity",
        "Collectives", "Observation",
    ]  # fmt: skip


# --- equations ------------------------------------------------------------------------------------------


def arguments(rule: odd.Rule, draw: np.random.Generator) -> dict[str, Any]:
    """Arguments of the declared types from several scales, so that every branch is met; some below 0, some 0."""
    found: dict[str, Any] = {}
    for argument in rule.node.args.args:
        kind = ast.unparse(argument.annotation) if argument.annotation is not None else "float"
        scale = float(draw.choice([0.1, 1.0, 1.0, 1.0, 20.0]))
        if kind == "bool":
            found[argument.arg] = bool(draw.integers(2))
        elif kind == "int":
            found[argument.arg] = int(draw.integers(0, 13 if argument.arg in ("calendar", "start", "months") else 3))
        else:
            value = scale * float(draw.uniform(0.001, 0.999))
            found[argument.arg] = float(draw.choice([value, value, value, value, value, value, value, -value, 0.0]))
    return found


@cache
def texts() -> dict[str, tuple[str, str]]:
    return {name: found for name in RULES if (found := odd.equation(SECTIONS.get(name, "")))}


@pytest.mark.parametrize("name", RULES)
def test_the_equation_as_printed_is_the_rule(name: str) -> None:
    if name not in SECTIONS:
        pytest.fail(odd.place_for(name))
    assert name in texts(), f"`{name}` in docs/odd.md has no equation in a ```python block"
    language, text = texts()[name]
    rule = odd.rules()[name]
    if language == "text":
        assert rule.has_loop, f"`{name}` does not search: write its equation in a ```python block, so that it can be run"
        assert name in text
        return
    function = odd._callables()[name]
    draw = np.random.default_rng(7)
    met: set[float] = set()
    outside = valid = 0
    for _ in range(60 if rule.has_loop else 600):
        given = arguments(rule, draw)
        try:
            expected = function(**given)
        except (ZeroDivisionError, OverflowError, ValueError, TypeError):
            continue  # outside the rule's bounds
        if isinstance(expected, complex) or not math.isfinite(expected):
            continue
        valid += 1
        try:
            printed = odd.computed(name, text, given)
        except (ZeroDivisionError, OverflowError, ValueError, TypeError):
            outside += 1  # a line that this branch does not need
            continue
        met.add(float(expected))
        assert cmath.isclose(printed, expected, rel_tol=1e-9, abs_tol=1e-12), (
            f"docs/odd.md, `{name}`: printed equation gives {printed}, rule gives {expected} for {given}"
        )
    assert len(met) > 1, f"`{name}` was met with one value only: {met}"
    assert outside <= 0.3 * valid, f"`{name}`: the printed equation cannot be computed in {outside} of {valid} draws where the rule can"


# --- names in the text ----------------------------------------------------------------------------------


def test_functions_named_with_a_file_are_in_it() -> None:
    pairs = [
        (name, file)
        for names, file in re.findall(r"((?:`[\w.]+`(?:, | and )?)+) in \[[\w./]+\]\(\.\./src/linkage_sim/([\w./]+\.py)\)", TEXT)
        for name in re.findall(r"`([\w.]+)`", names)
    ]
    assert len(pairs) > 40
    missing = [f"{name} is not in {file}" for name, file in pairs if name not in titles(file)]
    assert not missing, "\n".join(missing)


def titles(file: str) -> set[str]:
    """Functions, methods and names declared in a file."""
    body = odd.tree(file).body
    declared = {node.target.id for node in body if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)}
    return {title for title, _ in odd._functions(odd.tree(file))} | declared | set(odd._constants(body))


def test_columns_and_parameters_named_in_the_text_exist() -> None:
    columns = {f"{column.table}.{column.name}" for column in COLUMNS} | set(WIDE)
    page = (ROOT / "docs" / "parameters.md").read_text(encoding="utf8")
    paths = set(re.findall(r"^\| `([\w.]+)` \|", page, re.MULTILINE))
    parameters = {".".join(path.split(".")[start:]) for path in paths for start in range(path.count(".") + 1)}
    sections = {path.rpartition(".")[0] for path in paths} | {"region.districts"}
    functions = {title for path in odd.PACKAGE.rglob("*.py") for title in titles(path.relative_to(odd.PACKAGE).as_posix())}
    named = set(re.findall(r"`([a-zA-Z_]+(?:\.[a-zA-Z_]+)+)`", odd.FENCE.sub("", TEXT)))
    named = {name for name in named if not name.endswith(".md")}
    unknown = {name for name in named if name not in columns | parameters | sections | functions}
    assert len(named) > 30
    assert not unknown, f"neither a column, a parameter nor a function: {sorted(unknown)}"


@pytest.mark.parametrize("page", ["odd.md", "state.md", "parameters.md"])
def test_links_lead_somewhere_and_tables_are_whole(page: str) -> None:
    text = (ROOT / "docs" / page).read_text(encoding="utf8")
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", text):
        assert target.startswith("http") or (ROOT / "docs" / target).exists(), target
    anchors = {anchor(title) for title in re.findall(r"^#+ (.*)$", text, re.MULTILINE)}
    assert set(re.findall(r"\]\(#([^)]+)\)", text)) <= anchors
    cells = 0
    for number, line in enumerate(text.splitlines(), 1):
        width = len(re.findall(r"(?<!\\)\|", line)) if line.startswith("|") else 0
        assert not line.startswith("|") or cells in (0, width), f"{page}:{number}: {width - 1} cells where the table has {cells - 1}"
        assert line.count("`") % 2 == 0 or line.startswith("```"), f"{page}:{number}: a backtick is left open"
        cells = width


def anchor(title: str) -> str:
    """Anchor that GitHub makes of a heading."""
    return re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")
