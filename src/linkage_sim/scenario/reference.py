"""The page of parameters: every value that a scenario may set, and the values that ship with the package, with their sources."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from linkage_sim.scenario.load import shipped
from linkage_sim.scenario.read import read_file
from linkage_sim.scenario.resolve import source_keys
from linkage_sim.scenario.settle import Settler
from linkage_sim.scenario.shape import Acts, Group, Leaf, Named, Shape, scenario_shape, variant
from linkage_sim.scenario.shipped import data_folder, data_names

NAME = "NAME"
"""Stands in a path for a name that the user chooses."""
DIVIDED = ("region", "value_chains", "interventions")
"""Sections that are too long for one table."""
WIDEST = 10
"""Entries with more values than this are columns of a table, not rows."""

HEAD = """# Parameters

Every value of a scenario by its dotted path, with unit, bounds, default, where the default comes from, and meaning; then what the
shipped data files hold. Made by `python docs/build.py parameters` from the declarations in
[`scenario/`](../src/linkage_sim/scenario) and the files in [`data/`](../src/linkage_sim/data); a test fails when it is out of date.

* A path is what sweeps, overrides and messages use: `behaviour.breakup`. `NAME` stands for a name of your own, as in `value_chains.NAME`.
* **kind**: a *lever* is chosen by a programme, an *uncertainty* by nobody, a *setting* says how the model is run.
* **default**: *file* where a data file or the scenario must give it; *none* where nothing is meant if it is left out.
* **source**: a key of the list [at the end](#sources); `assumed` and `trial` are judgement, and a report lists them as such.
* A value may be written in any unit that measures the same thing: `4 t/year`, or `{value: 4, unit: t/year, source: key}`.
"""


def parameters_page() -> str:
    """Markdown page of all declared parameters and all shipped values."""
    sections: list[tuple[str, list[str]]] = [*_declared(), *_shipped()]
    used = {part for _, lines in sections for line in lines if line.startswith("|") for part in line.split("`")[1::2]}
    sections.append(("Sources", _sources(used)))
    lines = [HEAD, "## Contents", ""]
    for title, body in sections:
        rows = sum(line.startswith("| `") for line in body)
        lines.append(f"* [{title}](#{anchor(title)}): {rows} rows")
    for title, body in sections:
        lines += ["", f"## {title}", "", *body]
    return "\n".join([*lines, ""])


def anchor(title: str) -> str:
    """Anchor that a Markdown reader makes of a heading."""
    kept = "".join(char for char in title.lower() if char.isalnum() or char in " -_")
    return kept.replace(" ", "-")


def cell(value: object) -> str:
    """Text that is safe inside a table."""
    return " ".join(str(value).split()).replace("|", "\\|").replace("<", "&lt;")


def table(head: list[str], rows: list[list[str]]) -> list[str]:
    """Lines of a Markdown table."""
    lines = [f"| {' | '.join(head)} |", "|" + "---|" * len(head)]
    return lines + [f"| {' | '.join(row)} |" for row in rows]


def number(value: float) -> str:
    """A number without needless digits; thousands are set apart from 10,000 on."""
    if value and not 1e-4 <= abs(value) < 1e15:
        return f"{value:.6g}"
    return f"{value:,.0f}" if value == int(value) and abs(value) >= 10_000 else f"{value:.10g}"


def shown(value: Any) -> str:
    """A value as it stands in a table."""
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "none"}[value]
    if isinstance(value, (int, float)):
        return number(value)
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {shown(each)}" for key, each in value.items()) or "none"
    if isinstance(value, (list, tuple)):
        return ", ".join(map(shown, value)) or "none"
    return cell(value) or "none"


# --- what is declared -----------------------------------------------------------------------------------


def _declared() -> Iterator[tuple[str, list[str]]]:
    """Sections of a scenario in the order of the schema."""
    shape = scenario_shape()
    own = {key: inner for key, inner in shape.fields.items() if isinstance(inner, Leaf)}
    yield "The scenario itself", _rows_of(own, "")
    for key, inner in shape.fields.items():
        if isinstance(inner, Leaf):
            continue
        meaning = [f"{cell(inner.meaning)}", ""] if inner.meaning else []
        entry, path = (inner.entry, f"{key}.{NAME}") if isinstance(inner, Named) else (inner, key)
        if isinstance(entry, Acts):
            yield f"Section `{key}`", meaning + _variants(entry, path)
        elif isinstance(entry, Group):
            yield f"Section `{key}`", meaning + (_divided(entry, path) if key in DIVIDED else _rows_of(entry.fields, path))


def _divided(group: Group, path: str) -> list[str]:
    """Tables of a long section: its own values, then one for each section in it."""
    own = {key: inner for key, inner in group.fields.items() if isinstance(inner, Leaf)}
    lines = _rows_of(own, path)
    for key, inner in group.fields.items():
        if not isinstance(inner, Leaf):
            meaning = inner.meaning or (inner.entry.meaning if isinstance(inner, Named) and not isinstance(inner.entry, Leaf) else "")
            lines += ["", f"### `{path}.{key}`", "", *([cell(meaning), ""] if meaning else []), *_rows_of({key: inner}, path)]
    return lines


def _variants(acts: Acts, path: str) -> list[str]:
    """What all kinds of entries have in common, then what each has of its own."""
    groups = list(acts.variants.values())
    common = {
        key: inner for key, inner in variant(acts, {}).fields.items()
        if all(group.fields.get(key) == inner or _is_word(group.fields.get(key), key) for group in groups)
    }  # fmt: skip
    words = ", ".join(f"`{word}`" for word in acts.variants)
    lines = [f"What an entry may hold depends on its word: {words}.", "", "Common to all:", "", *_rows_of(common, path)]
    for word, group in acts.variants.items():
        own = {key: inner for key, inner in group.fields.items() if key not in common}
        lines += ["", f"### `{path}` as `{word}`", "", cell(group.meaning), ""]
        lines += _rows_of(own, path) if own else ["Nothing of its own."]
    return lines


def _is_word(shape: Shape | None, key: str) -> bool:
    """Whether a value only tells entries apart."""
    return key in ("act", "kind") and isinstance(shape, Leaf) and len(shape.choices) == 1


def _rows_of(fields: Mapping[str, Shape], path: str) -> list[str]:
    rows = [_row(full, leaf) for key, inner in fields.items() for full, leaf in _leaves(inner, f"{path}.{key}" if path else key)]
    return table(["path", "unit", "bounds", "default", "source", "kind", "meaning"], rows)


def _leaves(shape: Shape, path: str) -> Iterator[tuple[str, Leaf]]:
    """Every leaf below a shape, named entries under `NAME`."""
    if isinstance(shape, Leaf):
        yield path, shape
    elif isinstance(shape, Named):
        yield from _leaves(shape.entry, f"{path}.{NAME}")
    elif isinstance(shape, Group):
        for key, inner in shape.fields.items():
            yield from _leaves(inner, f"{path}.{key}")


def _row(path: str, leaf: Leaf) -> list[str]:
    form = {"months": "by month: ", "list": "list: "}.get(leaf.form, "")
    low, high = ("any" if bound is None else number(bound) for bound in (leaf.low, leaf.high))
    bounds = {"flag": "true, false", "text": "text", "choice": ", ".join(leaf.choices)}.get(leaf.value, f"{low} to {high}")
    return [
        f"`{path}`", "" if leaf.unit in ("", "number") else cell(leaf.unit), cell(form + bounds),
        "*file*" if leaf.required else "*none*" if leaf.default in (None, "", (), {}) else shown(leaf.default),
        f"`{leaf.source}`" if leaf.source and not leaf.required else "", leaf.kind, cell(leaf.meaning),
    ]  # fmt: skip


# --- what is shipped ------------------------------------------------------------------------------------


def _shipped() -> Iterator[tuple[str, list[str]]]:
    """Values of every data file."""
    fields = scenario_shape().fields
    for key, title in (("value_chains", "Shipped value chain"), ("region", "Shipped region"), ("interventions", "Shipped interventions")):
        shape = fields[key]
        group = shape.entry if isinstance(shape, Named) else shape
        assert isinstance(group, Group)
        assert group.data is not None
        for name in data_names(group.data):
            inner = f"{group.data}/{name}" if group.data else name
            settler = Settler(source_keys())
            data = settler.settle(read_file(shipped(f"data/{inner}")), group)
            below = f"{key}.{NAME}" if isinstance(shape, Named) else key
            lines = [f"File [`{inner}.yaml`](../src/linkage_sim/data/{inner}.yaml); paths are those below `{below}`."]
            yield f"{title} `{name}`", lines + _values(group, data, settler.sources, name)


def _values(shape: Group, data: Mapping[str, Any], sources: Mapping[str, str], file: str) -> list[str]:
    """Tables of the values of a file: single ones, then one table for each set of named entries."""
    single: list[list[str]] = []
    after: list[str] = []
    for full, inner, value in _given(shape, data, ""):
        if isinstance(inner, Leaf):
            unit = "" if inner.unit in ("", "number") else cell(inner.unit)
            single.append([f"`{full}`", shown(value), unit, _source(sources, full)])
        elif isinstance(inner, Named) and value:
            after += ["", f"### `{full}` of `{file}`", "", *_entries(inner, value, sources, full)]
    return ["", *table(["path", "value", "unit", "source"], single), *after]


def _given(shape: Group, data: Mapping[str, Any], path: str) -> Iterator[tuple[str, Shape, Any]]:
    """Leaves and named entries that a file gives, in the order of the schema."""
    for key, inner in shape.fields.items():
        if key in data:
            full = f"{path}.{key}" if path else key
            if isinstance(inner, Group):
                yield from _given(inner, data[key], full)
            else:
                yield full, inner, data[key]


def _entries(named: Named, data: Mapping[str, Mapping[str, Any]], sources: Mapping[str, str], path: str) -> list[str]:
    """One table of named entries: a row each, or a column each where they hold much."""
    group = named.entry
    assert isinstance(group, Group)
    found = {name: {full: (inner, value) for full, inner, value in _given(group, entry, "")} for name, entry in data.items()}
    columns: dict[str, Shape] = {}
    for entry in found.values():
        columns |= {full: inner for full, (inner, _) in entry.items()}
    order = [full for full in _order(group) if full in columns]
    if len(order) > WIDEST:
        head = ["path", "unit", *(f"`{name}`" for name in found)]
        cells = {full: [_with_source(found, sources, path, name, full) for name in found] for full in order}
        return table(head, [[f"`{full}`", _unit(columns[full]), *cells[full]] for full in order])
    head = ["name", *(f"{full}, {_unit(columns[full])}" if _unit(columns[full]) else full for full in order), "sources"]
    rows = []
    for name, entry in found.items():
        by: dict[str, list[str]] = {}
        for full in order:
            for source in _keys(sources, f"{path}.{name}.{full}"):
                by.setdefault(source, []).append(full)
        said = "; ".join(f"`{source}`: {', '.join(full)}" for source, full in by.items())
        rows.append([f"`{name}`", *(shown(entry[full][1]) if full in entry else "" for full in order), said])
    return table(head, rows)


def _order(group: Group, path: str = "") -> Iterator[str]:
    for key, inner in group.fields.items():
        full = f"{path}.{key}" if path else key
        if isinstance(inner, Group):
            yield from _order(inner, full)
        else:
            yield full


def _unit(shape: Shape) -> str:
    leaf = shape.entry if isinstance(shape, Named) else shape
    return cell(leaf.unit) if isinstance(leaf, Leaf) and leaf.unit not in ("", "number") else ""


def _with_source(found: Mapping[str, Any], sources: Mapping[str, str], path: str, name: str, full: str) -> str:
    if full not in found[name]:
        return ""
    source = _source(sources, f"{path}.{name}.{full}")
    value = shown(found[name][full][1])
    return f"{value} ({source})" if source else value


def _keys(sources: Mapping[str, str], path: str) -> list[str]:
    """Sources of a value, or of its months, items and names, each once."""
    return list(dict.fromkeys(source for full, source in sources.items() if full == path or full.startswith(f"{path}.")))


def _source(sources: Mapping[str, str], path: str) -> str:
    return ", ".join(f"`{source}`" for source in _keys(sources, path))


# --- sources --------------------------------------------------------------------------------------------


def _sources(used: set[str]) -> list[str]:
    """What the keys that stand in the tables stand for."""
    rows = []
    for key, node in read_file(data_folder() / "sources.yaml").entries().items():
        entry = node.plain()
        if key in used:
            url = f" <{entry['url']}>" if entry.get("url") else ""
            rows.append([f"`{key}`", cell(entry["citation"]) + url, cell(entry["note"])])
    return table(["key", "citation", "what was taken"], rows)
