from __future__ import annotations

from experiments.small import small
from linkage_sim.experiments.register import map_of, register_of, sources_of


def test_every_value_stands_once_with_what_differs() -> None:
    scenarios = [small("supply_side_only"), small("baseline"), small("demand_side_claims")]
    register = register_of(scenarios, "baseline")
    paths = [entry["path"] for entry in register]
    assert len(paths) == len(set(paths))
    found = {entry["path"]: entry for entry in register}
    assert found["facilitator.skill"]["value"] == small("baseline").facilitator.skill
    assert found["facilitator.skill"]["differs"] == {"demand_side_claims": 0.3}
    assert found["facilitator.budget"]["differs"] == {}
    only = found["programme.training.share"]
    assert only["differs"] == {"supply_side_only": only["value"]}
    assert found["households.remittances"]["assumed"] is False
    assert found["facilitator.skill"]["assumed"] is True
    assert found["facilitator.budget"]["unit"] == "USD"


def test_sources_are_cited() -> None:
    sources = sources_of(register_of([small("baseline")], "baseline"))
    assert sources["assumed"]["url"] is None
    assert sources["asiaplus_income_2023"]["url"].startswith("http")
    assert all(source["citation"] for source in sources.values())


def test_the_map_joins_places_that_it_shows() -> None:
    shown = map_of(small("baseline"))
    names = {node["name"] for node in shown["nodes"]}
    assert {edge[end] for edge in shown["edges"] for end in ("from", "to")} <= names
    assert all(edge["kilometres"] >= 0 and edge["usd_per_kg"] >= 0 for edge in shown["edges"])
    assert map_of(small("baseline")) == shown
