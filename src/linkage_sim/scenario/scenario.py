"""The scenario: everything that one run needs, frozen, resolved and hashed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal

from pydantic import Field, PrivateAttr, field_validator, model_validator

from linkage_sim.scenario.acts import AnyAct, Facilitator
from linkage_sim.scenario.chain import ValueChain
from linkage_sim.scenario.declare import Section, parameter
from linkage_sim.scenario.effects import Interventions
from linkage_sim.scenario.events import AnyEvent
from linkage_sim.scenario.firms import InputProviders, LeadFirms, Traders
from linkage_sim.scenario.people import Behaviour, Households, Trust
from linkage_sim.scenario.region import Region

FORMAT = 1


class Timeline(Section):
    """Months of a run; month 0 is a January."""

    spin_up: int = parameter("months", 0, 600, "months lived before the record starts", default=60, source="trial", kind="setting")
    before: int = parameter("months", 0, 600, "recorded months before the programme", default=24, source="trial", kind="setting")
    during: int = parameter("months", 1, 600, "months of the programme", default=60, source="escomiad_term", kind="lever")
    after: int = parameter("months", 0, 600, "recorded months after it left", default=36, source="trial", kind="setting")

    @property
    def months(self) -> int:
        """Recorded months."""
        return self.before + self.during + self.after

    @model_validator(mode="after")
    def whole_years(self) -> Timeline:
        if self.spin_up % 12 or self.before % 12:
            raise ValueError("spin_up and before must be whole years (multiples of 12 months)")
        return self


class Scenario(Section):
    """A resolved scenario."""

    format: Literal[1] = Field(description="version of this file format")
    name: str = Field(pattern="^[a-z][a-z0-9_]*$", description="short name, as in the file name")
    title: str = Field(description="one line for people")
    story: str = Field(default="", description="what this scenario stands for")
    seed: int = parameter("number", 0, 2**63 - 1, "seed of the simulated worlds", default=1, source="assumed", kind="setting")
    timeline: Timeline = Field(default_factory=Timeline)
    region: Region
    value_chains: dict[str, ValueChain] = Field(min_length=1)
    households: Households = Field(default_factory=Households)
    behaviour: Behaviour = Field(default_factory=Behaviour)
    trust: Trust = Field(default_factory=Trust)
    traders: Traders = Field(default_factory=Traders)
    lead_firms: LeadFirms = Field(default_factory=LeadFirms)
    input_providers: InputProviders = Field(default_factory=InputProviders)
    events: dict[str, AnyEvent] = Field(default_factory=dict, description="what strikes this world, with or without a programme")
    facilitator: Facilitator = Field(default_factory=Facilitator)
    interventions: Interventions
    programme: dict[str, AnyAct] = Field(default_factory=dict, description="the plan: named acts")

    _sources: dict[str, str] = PrivateAttr(default_factory=dict)

    @field_validator("value_chains", "events", "programme")
    @classmethod
    def in_order_of_name(cls, named: dict[str, Any]) -> dict[str, Any]:
        """The order of entries in a file may not change a result."""
        return dict(sorted(named.items()))

    @property
    def sources(self) -> dict[str, str]:
        """Source key by dotted path, for values that a file gave with a source."""
        return self._sources

    def with_sources(self, sources: dict[str, str]) -> Scenario:
        """The same scenario, remembering where its values came from."""
        self._sources.update(sources)
        return self

    @model_validator(mode="after")
    def plan_is_possible(self) -> Scenario:
        problems = list(self._plan_problems())
        if problems:
            raise ValueError("\n".join(problems))
        return self

    def _plan_problems(self) -> Iterator[str]:
        """Everything in the plan that cannot be carried out, one line each."""
        total = sum(act.share for act in self.programme.values())
        if total > 1 + 1e-9:
            yield f"programme: the shares of the acts sum to {total:g}; they may not exceed 1"
        acts, districts = ", ".join(self.programme), ", ".join(self.region.districts)
        for name, act in self.programme.items():
            path = f"programme.{name}"
            for field in ("after", "until"):
                other = getattr(act, field)
                if other is not None and other not in self.programme:
                    yield f"{path}.{field}: no act named {other!r}; known: {acts}"
            if act.end is not None and act.end < act.start:
                yield f"{path}.end: ends in month {act.end} before it starts in month {act.start}"
            if act.start > self.timeline.during:
                yield f"{path}.start: the programme lasts {self.timeline.during} months"
            for district in getattr(act, "districts", ()):
                if district not in self.region.districts:
                    yield f"{path}.districts: no district {district!r}; known: {districts}"
            if getattr(act, "who", "") == "entrepreneurs" and (getattr(act, "target", "all") != "all" or getattr(act, "districts", ())):
                yield f"{path}.target: entrepreneurs are not chosen by village; leave out target and districts"
            waits = [name]
            while (other := self.programme[waits[-1]].after) in self.programme and other not in waits[1:]:
                waits.append(other)
            if waits[-1] == name and len(waits) > 1:
                yield f"{path}.after: waits in a circle, {' after '.join(waits)}"

    def resolved(self) -> dict[str, Any]:
        """Plain data of the whole scenario, as written to a run folder."""
        return self.model_dump(mode="json")

    def texts(self, *names: str) -> dict[str, str]:
        """Some entries as one line of JSON each, as they go into a hash."""
        return {name: _line(value) for name, value in self.model_dump(mode="json", include=set(names)).items()}

    def hash(self, known: Mapping[str, str] | None = None) -> str:
        """Sixteen hex digits of everything that can change a result.

        Parameters
        ----------
        known : entries whose `texts` are known already, as many scenarios have them in common
        """
        return self._hash([name for name in Scenario.model_fields if name not in WORDS], known or {})

    def world_hash(self) -> str:
        """Hash of all that is settled before any programme: scenarios that share it share their spin-up."""
        return self._hash(OF_THE_WORLD, {})

    def _hash(self, names: Iterable[str], known: Mapping[str, str]) -> str:
        texts = {**known, **self.texts(*(name for name in names if name not in known))}
        return _hashed("{" + ",".join(f'"{name}":{texts[name]}' for name in sorted(names)) + "}")

    def same_world(self, other: Scenario) -> bool:
        """Whether another scenario has the same world hash; sooner known than the hashes."""
        return same_entries(self, other, OF_THE_WORLD)


WORDS = ("name", "title", "story")
"""Entries that are for people only."""
OF_THE_WORLD = tuple(name for name in Scenario.model_fields if name not in (*WORDS, "facilitator", "interventions", "programme"))
"""Entries that are settled before any programme."""


def same_entries(one: Scenario, other: Scenario, names: Iterable[str]) -> bool:
    """Whether two scenarios are the same in some entries; where these are one object nothing is looked through."""
    return all((own := getattr(one, name)) is (its := getattr(other, name)) or own == its for name in names)


def digest(value: Any) -> str:
    """Sixteen hex digits of any plain data."""
    return _hashed(_line(value))


def _line(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _hashed(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()
