"""JSON Schema of a scenario file, so that an editor completes names and shows units, bounds and meanings."""

from __future__ import annotations

from typing import Any

from linkage_sim.scenario.declare import MONTHS
from linkage_sim.scenario.scenario import FORMAT
from linkage_sim.scenario.settle import convertible
from linkage_sim.scenario.shape import TAGS, Acts, Group, Leaf, Named, Shape, scenario_shape
from linkage_sim.scenario.shipped import data_names, shipped_scenarios

DIALECT = "https://json-schema.org/draft/2020-12/schema"
NUMBER = r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?"

_ESCAPED = str.maketrans({char: f"\\{char}" for char in ".^$*+?()[]{}|\\"})


def json_schema() -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of a scenario file.

    A file may leave out whatever its parent, its data files or declared defaults supply, so only ``format``, ``name``
    and ``title`` are required. A number may be bare, a text with a unit, or ``{value, unit, source}``.

    Returns
    -------
    dict
        Plain data, ready for ``json.dumps``.
    """
    definitions: dict[str, Any] = {}
    body = _section(scenario_shape(), definitions)
    parents = ", ".join(shipped_scenarios())
    extends = {"type": "string", "description": f"parent: a file beside this one (other.yaml), or one of {parents}"}
    body["properties"] = {"format": {"const": FORMAT}, "extends": extends, **body["properties"]}
    body["properties"]["format"]["description"] = "version of this file format"
    return {
        "$schema": DIALECT,
        "title": "linkage_sim scenario",
        **body,
        "required": ["format", "name", "title"],
        "$defs": dict(sorted(definitions.items())),
    }


def _schema(shape: Shape, definitions: dict[str, Any]) -> dict[str, Any]:
    """Schema of one value."""
    if isinstance(shape, Leaf):
        return _leaf(shape, definitions)
    if isinstance(shape, Named):
        # null removes what a parent or a data file has.
        entry = _schema(shape.entry, definitions)
        entry = {**entry, "type": ["object", "null"]} if "type" in entry else entry
        names = {"pattern": r"^[^0-9.\s][^.\s]*$"}
        named: dict[str, Any] = {"type": ["object", "null"], "propertyNames": names, "additionalProperties": entry}
        return _described(named, shape.meaning)
    if isinstance(shape, Acts):
        return _acts(shape, definitions)
    return _section(shape, definitions)


def _section(group: Group, definitions: dict[str, Any]) -> dict[str, Any]:
    """Schema of a section with fixed keys."""
    properties = {key: _schema(inner, definitions) for key, inner in group.fields.items()}
    if group.data is not None:
        words = data_names(group.data)
        properties["data"] = {
            "description": f"data file that this starts from: {', '.join(words)}, or your own such as mine.yaml",
            "anyOf": [{"enum": words}, {"type": "string", "pattern": r"\.ya?ml$"}],
        }
    section: dict[str, Any] = {"type": "object", "properties": properties, "additionalProperties": False}
    return _described(section, group.meaning)


def _acts(shape: Acts, definitions: dict[str, Any]) -> dict[str, Any]:
    """One schema per act or event, told apart by its word; without the word, changes to one that a parent has."""
    options: list[dict[str, Any]] = []
    together: dict[str, Any] = {}
    for word, group in shape.variants.items():
        section = _section(group, definitions)
        together.update({key: inner for key, inner in section["properties"].items() if key != shape.tag})
        section["properties"][shape.tag] = {"const": word, "description": TAGS[shape.tag][2]}
        section["required"] = [shape.tag]
        definitions[f"{shape.noun}_{word}"] = section
        options.append({"$ref": f"#/$defs/{shape.noun}_{word}"})
    definitions[f"{shape.noun}_changed"] = {
        "type": "object",
        "description": f"changes to an {shape.noun} that a parent has",
        "properties": together,
        "additionalProperties": False,
    }
    options += [{"$ref": f"#/$defs/{shape.noun}_changed"}, {"type": "null"}]
    return _described({"anyOf": options}, shape.meaning)


def _leaf(leaf: Leaf, definitions: dict[str, Any]) -> dict[str, Any]:
    one = _one(leaf, definitions)
    if leaf.form == "months":
        months = {"type": "object", "properties": dict.fromkeys(MONTHS, one), "additionalProperties": False}
        return _described({"anyOf": [months, _sourced(leaf, months)]}, _meaning(leaf))
    if leaf.form == "list":
        items: dict[str, Any] = {"type": "array", "items": one}
        if leaf.shortest:
            items["minItems"] = leaf.shortest
        if leaf.longest is not None:
            items["maxItems"] = leaf.longest
        return _described({"anyOf": [items, _sourced(leaf, items)]}, _meaning(leaf))
    schema = dict(one) if leaf.is_number else {"anyOf": [one, _sourced(leaf, one)]}
    if not leaf.required:
        schema["default"] = leaf.default
    if not leaf.required and leaf.default is None:
        schema["anyOf"] = [*schema["anyOf"], {"type": "null"}]
    return _described(schema, _meaning(leaf))


def _one(leaf: Leaf, definitions: dict[str, Any]) -> dict[str, Any]:
    """Schema of a single number, text, word, or true and false."""
    if not leaf.is_number:
        if leaf.value == "flag":
            return {"type": "boolean"}
        if leaf.choices:
            return {"enum": list(leaf.choices)}
        return {"type": "string", "pattern": leaf.pattern} if leaf.pattern else {"type": "string"}
    bare: dict[str, Any] = {"type": "integer" if leaf.value == "whole" else "number"}
    if leaf.low is not None:
        bare["minimum"] = leaf.low
    if leaf.high is not None:
        bare["maximum"] = leaf.high
    if not leaf.unit:
        return bare
    return {"anyOf": [bare, _quantity(leaf.unit, definitions), _sourced(leaf, bare)]}


def _quantity(unit: str, definitions: dict[str, Any]) -> dict[str, Any]:
    """Text with a number and one of the units that can be converted to ``unit``."""
    words = convertible(unit)
    name = "quantity_" + "".join(char if char.isalnum() else "_" for char in unit)
    units = "|".join(word.translate(_ESCAPED) for word in words)
    definitions[name] = {
        "type": "string",
        "pattern": rf"^\s*{NUMBER}\s*({units})\s*$",
        "description": f"number with a unit: {', '.join(words)}",
    }
    return {"$ref": f"#/$defs/{name}"}


def _sourced(leaf: Leaf, value: dict[str, Any]) -> dict[str, Any]:
    """``{value, unit, source}``; bounds hold only in the declared unit, so they are left out where it may differ."""
    inner: dict[str, Any] = {"type": ["number", "string"]} if leaf.is_number and leaf.form == "one" else value
    properties: dict[str, Any] = {"value": inner}
    if leaf.unit:
        properties["unit"] = {"enum": convertible(leaf.unit)}
    properties["source"] = {"type": "string", "description": "key of data/sources.yaml, or words of your own"}
    return {"type": "object", "properties": properties, "required": ["value"], "additionalProperties": False}


def _meaning(leaf: Leaf) -> str:
    """Meaning with unit, bounds and kind, as an editor shows it."""
    parts = [leaf.meaning]
    if leaf.is_number and leaf.unit:
        bounds = f", {leaf.low:g} to {leaf.high:g}" if leaf.low is not None and leaf.high is not None else ""
        parts.append(f"[{leaf.unit}{bounds}; {leaf.kind}]")
    return " ".join(part for part in parts if part)


def _described(schema: dict[str, Any], meaning: str) -> dict[str, Any]:
    return {**schema, "description": meaning} if meaning else schema
