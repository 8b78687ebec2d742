"""The shape of a scenario, read from the schema: which keys there are, and what each may hold.

Reading, merging, checking, the JSON Schema and the list of parameters all work from these shapes,
so that a parameter declared once in the schema is known everywhere.
"""

from __future__ import annotations

import re
import types
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from annotated_types import Ge, Le, MaxLen, MinLen
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from linkage_sim.scenario.chain import ValueChain
from linkage_sim.scenario.declare import MONTHS
from linkage_sim.scenario.effects import Interventions
from linkage_sim.scenario.region import Region
from linkage_sim.scenario.scenario import Scenario

DATA_FOLDERS: dict[type[BaseModel], str] = {Region: "regions", ValueChain: "value_chains", Interventions: ""}
"""Sections that may start from a data file, and the folder below ``data/`` that holds such files."""

TAGS: dict[str, tuple[str, str, str]] = {
    "act": ("act", "an act of the programme", "what is done"),
    "kind": ("event", "an event that strikes this world", "what strikes"),
}
"""Keys that tell entries of one section apart: what an entry is, in a word and in words, and what its word says."""

Value = Literal["number", "whole", "flag", "text", "choice"]
Form = Literal["one", "months", "list"]

_CHOICES = re.compile(r"\^\(([A-Za-z_|]+)\)\$")


@dataclass(frozen=True, slots=True)
class Leaf:
    """A value: one, twelve by month name, or a list.

    Attributes
    ----------
    value : number, whole (number), flag (true or false), text or choice (one of ``choices``)
    form : one, months (a mapping by month name) or list
    unit : key of `linkage_sim.units.UNITS`, empty where there is none
    low, high : inclusive bounds of each number, None where there is none
    shortest, longest : bounds of the length of a list
    choices : words allowed for a choice
    pattern : regular expression that a text must match, or empty
    required : whether a resolved scenario must have it
    default : value where it is left out and not required
    source : source of the default, as declared
    kind : lever, uncertainty or setting
    """

    value: Value
    form: Form = "one"
    unit: str = ""
    low: float | None = None
    high: float | None = None
    shortest: int = 0
    longest: int | None = None
    choices: tuple[str, ...] = ()
    pattern: str = ""
    required: bool = True
    default: Any = None
    meaning: str = ""
    source: str = ""
    kind: str = "setting"

    @property
    def is_number(self) -> bool:
        """Whether it holds numbers."""
        return self.value in ("number", "whole")


@dataclass(frozen=True, slots=True)
class Group:
    """A section with fixed keys; ``data`` is the folder of its data files, None where it has none."""

    fields: Mapping[str, Shape]
    meaning: str = ""
    required: bool = True
    data: str | None = None


@dataclass(frozen=True, slots=True)
class Acts:
    """One act of a programme or one event: which keys it has depends on its word, found at the key ``tag``."""

    variants: Mapping[str, Group]
    meaning: str = "an act of the programme"
    required: bool = True
    tag: str = "act"
    noun: str = "act"


@dataclass(frozen=True, slots=True)
class Named:
    """Entries of one shape under names that the user chooses."""

    entry: Shape
    meaning: str = ""
    required: bool = True
    fewest: int = 0


Shape = Leaf | Group | Acts | Named


@lru_cache(maxsize=1)
def scenario_shape() -> Group:
    """Shape of a whole scenario."""
    return _group(Scenario, required=True)


def below(shape: Shape | None, key: str, entries: Mapping[str, Any]) -> Shape | None:
    """Shape of ``key`` inside a value of ``shape``; None where the key is unknown.

    Parameters
    ----------
    shape : shape of the value, None where that is unknown
    key : key inside it
    entries : what the value holds; tells which act it is
    """
    if isinstance(shape, Group):
        return shape.fields.get(key)
    if isinstance(shape, Named):
        return shape.entry
    if isinstance(shape, Acts):
        return variant(shape, entries).fields.get(key)
    return None


def variant(shape: Acts, entries: Mapping[str, Any]) -> Group:
    """Keys of an act or event; those of all together where its own word is missing or unknown."""
    word = entries.get(shape.tag)
    word = getattr(word, "value", word)
    known = shape.variants.get(word) if isinstance(word, str) else None
    if known is not None:
        return known
    together: dict[str, Shape] = {}
    for each in shape.variants.values():
        together.update(each.fields)
    word = Leaf("choice", choices=tuple(shape.variants), meaning=TAGS[shape.tag][2])
    return Group({**together, shape.tag: word}, shape.meaning)


def keys_of(shape: Shape | None, entries: Mapping[str, Any]) -> list[str]:
    """Keys that a value of this shape may have, or has where the user names them."""
    if isinstance(shape, Group):
        return list(shape.fields)
    if isinstance(shape, Acts):
        return list(variant(shape, entries).fields)
    return list(entries) if isinstance(shape, Named) else []


def follow(path: tuple[str | int, ...], data: Any, *, plain: bool = False) -> tuple[list[str], Shape | None]:
    """Keys of a pydantic location without the marks pydantic adds, and the shape found there.

    Parameters
    ----------
    path : location of a pydantic error; below an act it also holds the act's word
    data : plain data of the whole scenario
    plain : whether the location holds keys only
    """
    shape: Shape | None = scenario_shape()
    keys: list[str] = []
    skip = ""
    for key in path:
        if key == "[key]" or (skip and key == skip):
            skip = ""
            continue
        keys.append(str(key))
        if isinstance(shape, Leaf):
            continue
        entries = data if isinstance(data, dict) else {}
        shape = below(shape, str(key), entries)
        data = entries.get(str(key))
        skip = str(data.get(shape.tag, "")) if isinstance(shape, Acts) and isinstance(data, dict) and not plain else ""
    return keys, shape


def _group(model: type[BaseModel], *, required: bool) -> Group:
    fields = {name: _shape(info.annotation, info) for name, info in model.model_fields.items()}
    meaning = " ".join((model.__doc__ or "").split())
    return Group(fields, meaning, required, DATA_FOLDERS.get(model))


def _shape(annotation: Any, info: FieldInfo) -> Shape:
    """Shape of one declared field."""
    required = info.is_required()
    annotation = _without_none(annotation)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return _group(annotation, required=required)
    if get_origin(annotation) is dict:
        key, entry = get_args(annotation)
        if get_origin(key) is not Literal:
            fewest = max((rule.min_length for rule in info.metadata if isinstance(rule, MinLen)), default=0)
            if get_origin(entry) is Annotated and get_args(entry)[0] is float:
                return Named(replace(_leaf(float, info, "one"), required=True, default=None), info.description or "", required, fewest)
            return Named(_entry(entry), info.description or "", required, fewest)
        return _leaf(entry, info, "months")
    if get_origin(annotation) is tuple:
        return _leaf(get_args(annotation)[0], info, "list", get_args(annotation))
    return _leaf(annotation, info, "one")


def _entry(annotation: Any) -> Shape:
    """Shape of one named entry: a section, or an act told apart by its word."""
    if get_origin(annotation) is Annotated:
        union, info = get_args(annotation)
        tag = str(info.discriminator)
        noun, meaning, _ = TAGS[tag]
        variants = {get_args(model.model_fields[tag].annotation)[0]: _variant(model, tag) for model in get_args(union)}
        return Acts(variants, meaning, tag=tag, noun=noun)
    return _group(annotation, required=True)


def _variant(model: type[BaseModel], tag: str) -> Group:
    """One act or event; its word is declared by its class, so its meaning is added here."""
    group = _group(model, required=True)
    word = group.fields[tag]
    assert isinstance(word, Leaf)
    return replace(group, fields={**group.fields, tag: replace(word, meaning=TAGS[tag][2])})


def _without_none(annotation: Any) -> Any:
    """``X`` for ``X | None``."""
    if get_origin(annotation) in (Union, types.UnionType):
        kept = [part for part in get_args(annotation) if part is not type(None)]
        return kept[0] if len(kept) == 1 else annotation
    return annotation


def _leaf(annotation: Any, info: FieldInfo, form: Form, parts: tuple[Any, ...] = ()) -> Leaf:
    """A value with all that its declaration says."""
    extra: dict[str, Any] = info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}
    low = next((float(rule.ge) for rule in info.metadata if isinstance(rule, Ge)), extra.get("each_low"))  # type: ignore[arg-type]
    high = next((float(rule.le) for rule in info.metadata if isinstance(rule, Le)), extra.get("each_high"))  # type: ignore[arg-type]
    pattern = next((rule.pattern for rule in info.metadata if getattr(rule, "pattern", None)), "")
    words = _CHOICES.fullmatch(str(pattern))
    choices = tuple(words.group(1).split("|")) if words else ()
    fixed = len(parts) if parts and parts[-1] is not Ellipsis else None
    shortest = next((rule.min_length for rule in info.metadata if isinstance(rule, MinLen)), fixed or 0)
    longest = next((rule.max_length for rule in info.metadata if isinstance(rule, MaxLen)), fixed)
    value: Value = "choice" if choices else "text"
    if get_origin(annotation) is Literal:
        options = get_args(annotation)
        if isinstance(options[0], int):
            value, low, high = "whole", float(min(options)), float(max(options))
        else:
            value, choices = "choice", options
    elif annotation in (bool, int, float):
        value = {bool: "flag", int: "whole", float: "number"}[annotation]  # type: ignore[assignment]
    default = None if info.is_required() else info.get_default(call_default_factory=True, validated_data={})
    return Leaf(
        value=value,
        form=form,
        unit=str(extra.get("unit", "")),
        low=low,
        high=high,
        shortest=shortest,
        longest=longest,
        choices=choices,
        pattern="" if words else str(pattern),
        required=info.is_required(),
        default=default,
        meaning=info.description or "",
        source=str(extra.get("source", "")),
        kind=str(extra.get("kind", "setting")),
    )


def stand_in(leaf: Leaf) -> Any:
    """A legal value in place of a wrong one, so that the rest of the scenario can still be checked."""
    if not leaf.required:
        return list(leaf.default) if isinstance(leaf.default, tuple) else leaf.default
    one: Any = {"flag": False, "text": "x", "choice": leaf.choices[0] if leaf.choices else "x"}.get(leaf.value)
    if leaf.is_number:
        one = int(leaf.low or 0) if leaf.value == "whole" else float(leaf.low or 0.0)
    if leaf.form == "months":
        return {MONTHS[0]: min(1.0, leaf.high if leaf.high is not None else 1.0)}
    return [one] * max(1, leaf.shortest) if leaf.form == "list" else one


def leaves(shape: Shape, data: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Leaf, Any]]:
    """Every leaf of a resolved scenario: ``(keys, leaf, value)``; plain data as `Scenario.resolved` gives it."""
    if isinstance(shape, Leaf):
        yield path, shape, data
    elif isinstance(data, dict):
        for key in keys_of(shape, data):
            inner = below(shape, key, data)
            if inner is not None and key in data:
                yield from leaves(inner, data[key], (*path, key))
