"""What a comparison rests on: every value with its source, and the map of places."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from linkage_sim.draws import key_of
from linkage_sim.engine import seed_of
from linkage_sim.scenario.load import declared_parameters, shipped
from linkage_sim.scenario.parameters import DEFAULT, FROM_FILE, Declared
from linkage_sim.scenario.scenario import Scenario

JUDGEMENT = frozenset(
    {
        "assumed",
        "trial",
        "expert_default",
        "claim_inflation",
        "domain_shocks",
        "domain_facilitator",
        "domain_reflection",
        "domain_selection",
        DEFAULT,
        "",
    }
)
"""Sources that are our own judgement; what rests on them is an assumption."""


def is_assumed(each: Declared) -> bool:
    """Whether nobody outside this project stands behind a value."""
    source = each.effective_source
    return source in JUDGEMENT or (source == FROM_FILE and each.kind == "uncertainty")


def register_of(scenarios: Sequence[Scenario], baseline: str) -> list[dict[str, Any]]:
    """Every value of the baseline, then those that only other scenarios have; with what differs between them.

    Parameters
    ----------
    scenarios : compared with each other; baseline : name of one
    """
    ordered = sorted(scenarios, key=lambda scenario: scenario.name != baseline)
    found: dict[str, dict[str, Any]] = {}
    for scenario in ordered:
        for each in declared_parameters(scenario):
            if each.path not in found:
                differs = {} if scenario.name == baseline else {scenario.name: each.value}
                found[each.path] = _entry(each) | {"differs": differs}
            elif found[each.path]["value"] != each.value or found[each.path]["differs"]:
                found[each.path]["differs"][scenario.name] = each.value
    return list(found.values())


def _entry(each: Declared) -> dict[str, Any]:
    return {
        "path": each.path,
        "value": each.value,
        "unit": each.unit,
        "low": each.low,
        "high": each.high,
        "kind": each.kind,
        "source": each.effective_source,
        "assumed": is_assumed(each),
        "meaning": each.meaning,
    }


def sources_of(register: Sequence[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Citation and address of every source that a register names, by key."""
    from ruamel.yaml import YAML

    known = YAML(typ="safe", pure=True).load(shipped("data/sources").read_text(encoding="utf-8"))
    used = sorted({entry["source"] for entry in register} & set(known))
    return {key: {"citation": known[key]["citation"], "url": known[key]["url"]} for key in used}


def map_of(scenario: Scenario) -> dict[str, Any]:
    """Places and roads of the first world; villages are synthetic and lie elsewhere in other worlds."""
    from linkage_sim.world.graph import market_graph

    graph = market_graph(scenario.region, key_of(seed_of(scenario, 0)))
    nodes = [
        {"name": name} | {key: data[key] for key in ("kind", "latitude", "longitude", "district", "synthetic")}
        for name, data in graph.nodes(data=True)
    ]
    edges = [
        {"from": one, "to": other} | {key: data[key] for key in ("kilometres", "hours", "usd_per_kg", "mountain")}
        for one, other, data in graph.edges(data=True)
    ]
    return {"nodes": nodes, "edges": edges, "replicate": 0}
