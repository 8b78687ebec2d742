"""Every value of a scenario with its unit, bounds, meaning, kind and source, in one list."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from linkage_sim.scenario.scenario import Scenario
from linkage_sim.scenario.shape import Leaf, leaves, scenario_shape

FROM_FILE = "scenario file"
DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class Declared:
    """One value of a resolved scenario.

    Attributes
    ----------
    path : dotted path; an override by this path sets the value
    value : number, text, true or false, or None
    unit : key of `linkage_sim.units.UNITS`, empty where there is none
    low, high : inclusive bounds in ``unit``, None where there are none
    meaning : one line
    kind : lever, uncertainty or setting
    default : value where a file gives none; None where a file must give it
    source : source of the default, as declared; may be empty
    effective_source : where the value in use comes from: the source its file gave; ``scenario file`` where that gave
        none; where it is the default, the source of that, or ``default``
    choices : allowed words (or true and false), empty where any value or number goes
    """

    path: str
    value: Any
    unit: str
    low: float | None
    high: float | None
    meaning: str
    kind: str
    default: Any
    source: str
    effective_source: str
    choices: tuple[str | bool, ...] = ()

    @property
    def is_number(self) -> bool:
        """Whether the value is a number with bounds, so that it can be varied between them."""
        return self.low is not None and isinstance(self.value, (int, float)) and not isinstance(self.value, bool)


def declared_parameters(scenario: Scenario) -> list[Declared]:
    """All values of a scenario in the order of its file, months and items of lists one by one.

    Parameters
    ----------
    scenario : checked and resolved

    Returns
    -------
    list of Declared
        One per value; an empty mapping or list of values gives none.
    """
    return list(_walk(scenario))


def _walk(scenario: Scenario) -> Iterator[Declared]:
    for keys, leaf, value in leaves(scenario_shape(), scenario.resolved()):
        path = ".".join(keys)
        if leaf.form == "months":
            for month, each in value.items():
                default = leaf.default.get(month) if isinstance(leaf.default, Mapping) else None
                yield _declared(scenario, leaf, path, month, each, default)
        elif leaf.form == "list":
            for index, each in enumerate(value):
                default = leaf.default[index] if leaf.default is not None and index < len(leaf.default) else None
                yield _declared(scenario, leaf, path, str(index), each, default)
        else:
            yield _declared(scenario, leaf, path, "", value, leaf.default)


def _declared(scenario: Scenario, leaf: Leaf, path: str, part: str, value: Any, default: Any) -> Declared:
    full = f"{path}.{part}" if part else path
    given = scenario.sources.get(full) or scenario.sources.get(path)
    is_default = not leaf.required and value == default
    word = f"{int(part) + 1}" if part.isdecimal() else part
    return Declared(
        path=full,
        value=value,
        unit=leaf.unit,
        low=leaf.low,
        high=leaf.high,
        meaning=f"{leaf.meaning} ({word})" if part else leaf.meaning,
        kind=leaf.kind,
        default=default,
        source=leaf.source,
        effective_source=given or ((leaf.source or DEFAULT) if is_default else FROM_FILE),
        choices=(True, False) if leaf.value == "flag" else leaf.choices,
    )
