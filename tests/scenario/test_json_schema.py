"""The JSON Schema: well formed, complete, and of one mind with the reader."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from linkage_sim.scenario.json_schema import json_schema
from linkage_sim.scenario.load import dump_scenario, load_scenario, shipped, shipped_scenarios
from linkage_sim.scenario.read import read_file, read_text
from linkage_sim.scenario.shape import Acts, Group, Leaf, Named, Shape, scenario_shape

TYPES: dict[str, Any] = {
    "object": dict,
    "array": list,
    "string": str,
    "number": (int, float),
    "integer": int,
    "boolean": bool,
    "null": type(None),
}
KEYWORDS = {
    *("$schema", "$defs", "$ref", "title", "description", "default", "type", "enum", "const", "anyOf", "properties"),
    *("required", "additionalProperties", "propertyNames", "pattern", "minimum", "maximum"),
    *("items", "minItems", "maxItems"),
}


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    made: dict[str, Any] = json.loads(json.dumps(json_schema(), allow_nan=False))
    return made


def is_type(value: Any, name: str) -> bool:
    if isinstance(value, bool):
        return name == "boolean"
    return isinstance(value, TYPES[name]) or (name == "integer" and isinstance(value, float) and value.is_integer())


def fits(value: Any, rule: Any, root: dict[str, Any]) -> bool:
    """A small validator of its own for the keywords that are used; any other keyword fails the test."""
    if rule is True or rule is False:
        return bool(rule)
    assert set(rule) <= KEYWORDS, set(rule) - KEYWORDS
    if "$ref" in rule:
        return fits(value, root["$defs"][rule["$ref"].removeprefix("#/$defs/")], root)
    if "type" in rule and not any(is_type(value, name) for name in ([rule["type"]] if isinstance(rule["type"], str) else rule["type"])):
        return False
    if "const" in rule and value != rule["const"]:
        return False
    if "enum" in rule and value not in rule["enum"]:
        return False
    if "anyOf" in rule and not any(fits(value, option, root) for option in rule["anyOf"]):
        return False
    if isinstance(value, str) and "pattern" in rule and not re.search(rule["pattern"], value):
        return False
    if isinstance(value, (int, float)) and not rule.get("minimum", value) <= value <= rule.get("maximum", value):
        return False
    if isinstance(value, list):
        return rule.get("minItems", 0) <= len(value) <= rule.get("maxItems", len(value)) and all(
            fits(item, rule.get("items", True), root) for item in value
        )
    return fits_object(value, rule, root) if isinstance(value, dict) else True


def fits_object(value: dict[str, Any], rule: dict[str, Any], root: dict[str, Any]) -> bool:
    known, other = rule.get("properties", {}), rule.get("additionalProperties", True)
    return (
        set(rule.get("required", ())) <= set(value)
        and all(fits(key, rule.get("propertyNames", True), root) for key in value)
        and all(fits(child, known.get(key, other), root) for key, child in value.items())
    )


def rules(schema: Any) -> list[dict[str, Any]]:
    """Every schema inside a schema."""
    found: list[dict[str, Any]] = []
    if isinstance(schema, dict):
        found.append(schema)
        for key in ("properties", "$defs"):
            for child in schema.get(key, {}).values():
                found += rules(child)
        for key in ("items", "additionalProperties", "propertyNames"):
            found += rules(schema.get(key))
        for child in schema.get("anyOf", ()):
            found += rules(child)
    return found


def test_it_is_well_formed(schema: dict[str, Any]) -> None:
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["required"] == ["format", "name", "title"]
    for rule in rules(schema):
        assert set(rule) <= KEYWORDS
        if "$ref" in rule:
            assert rule["$ref"].removeprefix("#/$defs/") in schema["$defs"]
        if "pattern" in rule:
            re.compile(rule["pattern"])
        if "type" in rule:
            assert all(name in TYPES for name in ([rule["type"]] if isinstance(rule["type"], str) else rule["type"]))


@pytest.mark.parametrize("name", shipped_scenarios())
def test_shipped_scenarios_fit(schema: dict[str, Any], name: str) -> None:
    assert fits(read_file(shipped(name)).plain(), schema, schema)


def test_data_files_fit_their_sections(schema: dict[str, Any]) -> None:
    sections = schema["properties"]
    assert fits(read_file(shipped("data/regions/sughd")).plain(), sections["region"], schema)
    assert fits(read_file(shipped("data/interventions")).plain(), sections["interventions"], schema)
    assert fits(
        read_file(shipped("data/value_chains/dried_apricot")).plain(),
        sections["value_chains"]["additionalProperties"],
        schema,
    )


def test_a_resolved_scenario_fits_but_for_its_marks(schema: dict[str, Any]) -> None:
    data = read_text(dump_scenario(load_scenario(shipped("apricot/combined"))), "x").plain()
    del data["resolved"], data["sources"]
    for section in (data["region"], *data["value_chains"].values()):
        assert section.pop("data")
    data["region"].pop("graph_file")
    for act in data["programme"].values():
        act.update({key: "x" for key in ("after", "until") if act[key] is None})
    assert fits(data, schema, schema)


def test_every_key_of_the_schema_classes_is_there_with_its_meaning(schema: dict[str, Any]) -> None:
    def walk(shape: Shape, rule: dict[str, Any]) -> int:
        if isinstance(shape, Group):
            return sum(walk(inner, rule["properties"][key]) for key, inner in shape.fields.items())
        if isinstance(shape, Named):
            return walk(shape.entry, rule["additionalProperties"])
        if isinstance(shape, Acts):
            return sum(walk(group, schema["$defs"][f"{shape.noun}_{word}"]) for word, group in shape.variants.items())
        assert isinstance(shape, Leaf)
        assert rule["description"]
        if shape.is_number and shape.unit:
            assert f"[{shape.unit}" in rule["description"]
        return 1

    assert walk(scenario_shape(), schema) > 200


HEAD = {"format": 1, "name": "x", "title": "x"}


@pytest.mark.parametrize(
    "part",
    [
        {"facilitator": {"budget": 5}},
        {"facilitator": {"budget": "5 USD"}},
        {"facilitator": {"budget": {"value": 5, "unit": "USD", "source": "assumed"}}},
        {"facilitator": {"concept": "20 percent"}},
        {"timeline": {"during": "5 years"}},
        {"interventions": {"co_investment": {"shares": {"value": [0.5, 0.2], "source": "assumed"}}}},
        {"value_chains": {"a": {"data": "mine.yaml", "end_markets": {"bulk": None}}}},
        {"value_chains": {"a": {"city": {"season": {"value": {"jan": 1.2}, "source": "assumed"}}}}},
        {"programme": {"a": {"act": "training", "topic": "both"}, "b": {"share": 0.5}, "c": None}},
        {"programme": None},
        {"extends": "other.yaml"},
    ],
)
def test_what_the_reader_takes_fits(schema: dict[str, Any], part: dict[str, Any]) -> None:
    assert fits(HEAD | part, schema, schema)


@pytest.mark.parametrize(
    "part",
    [
        {"format": 2},
        {"name": "My Name"},
        {"seeed": 1},
        {"facilitator": {"budget": "5"}},
        {"facilitator": {"budget": "5 kg"}},
        {"facilitator": {"budget": -1}},
        {"facilitator": {"budget": True}},
        {"facilitator": {"budget": {"value": 5, "unit": "kg"}}},
        {"facilitator": {"budget": {"source": "assumed"}}},
        {"timeline": {"during": 2.5}},
        {"region": {"data": "sugd"}},
        {"region": {"roads": {"a": {"ends": ["x"]}}}},
        {"value_chains": {"a": {"city": {"season": {"jna": 1.2}}}}},
        {"lead_firms": {"price_formula": "floor"}},
        {"programme": {"a": {"act": "brokring"}}},
        {"programme": {"a": {"act": "storage", "topic": "both"}}},
        {"programme": {"a": {"act": "training", "target": "men"}}},
        {"programme": {"1a": {"act": "training"}}},
    ],
)
def test_what_the_reader_refuses_does_not_fit(schema: dict[str, Any], part: dict[str, Any]) -> None:
    assert not fits(HEAD | part, schema, schema)


def test_each_required_key_is_required(schema: dict[str, Any]) -> None:
    for key in HEAD:
        assert not fits({other: value for other, value in HEAD.items() if other != key}, schema, schema)
