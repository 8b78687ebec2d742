"""The doors of the room: load, override, several together, dump and read back, list of parameters."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import linkage_sim.scenario as room
from linkage_sim.errors import ScenarioError
from linkage_sim.scenario.load import (
    declared_parameters,
    dump_scenario,
    load_scenario,
    load_scenarios,
    scenario_from_resolved,
    shipped,
    shipped_scenarios,
)
from linkage_sim.scenario.resolve import source_keys
from linkage_sim.scenario.scenario import Scenario
from linkage_sim.units import UNITS

Make = Callable[..., Scenario]
Write = Callable[..., Path]
SIX = (
    "baseline",
    "combined",
    "demand_side_after_reflection",
    "demand_side_claims",
    "demand_side_only",
    "supply_side_only",
)


@pytest.fixture(scope="module")
def apricot() -> dict[str, Scenario]:
    return {each.name: each for each in load_scenarios(shipped("apricot"))}


def test_the_six_shipped_scenarios_are_comparable(apricot: dict[str, Scenario]) -> None:
    assert tuple(apricot) == SIX
    assert {each.facilitator.budget for each in apricot.values()} == {240000.0}
    assert len({each.world_hash() for each in apricot.values()}) == 1
    assert len({each.hash() for each in apricot.values()}) == 6
    assert not apricot["baseline"].programme
    for name, each in apricot.items():
        spent = sum(act.share for act in each.programme.values())
        assert spent == pytest.approx(0 if name == "baseline" else 1)
        assert 2 <= each.story.count(".") <= 5
        assert each.title


def test_the_shipped_scenarios_tell_the_story_of_their_acts(apricot: dict[str, Scenario]) -> None:
    acts = {name: {act.act for act in each.programme.values()} for name, each in apricot.items()}
    supply = {"training", "storage", "associations", "input_vouchers"}
    assert acts["supply_side_only"] == supply
    assert acts["demand_side_only"] == acts["demand_side_claims"]
    assert not acts["demand_side_only"] & supply
    assert acts["combined"] == supply | acts["demand_side_only"]
    claims, after = apricot["demand_side_claims"], apricot["demand_side_after_reflection"]
    assert claims.programme["selection"].model_dump()["rule"] == "claims"
    assert claims.facilitator.concept < apricot["demand_side_only"].facilitator.concept
    assert after.facilitator == claims.facilitator
    assert (after.programme["reflection"].act, after.programme["reflection"].start) == ("reflection_session", 24)
    assert after.programme["second_selection"].after == "reflection"
    assert after.programme["second_selection"].model_dump()["rule"] == "checked"


def test_firm_names_are_enough_different_and_said_to_be_invented(apricot: dict[str, Scenario]) -> None:
    firms = apricot["baseline"].lead_firms
    assert len(set(firms.names)) == len(firms.names) >= firms.number + firms.imitators
    assert "invented" in shipped("apricot/baseline").read_text(encoding="utf-8")


def test_every_shipped_source_is_a_key(apricot: dict[str, Scenario]) -> None:
    keys = source_keys()
    assert keys is not None
    for each in apricot.values():
        assert set(each.sources.values()) <= set(keys)
        assert {parameter.source for parameter in declared_parameters(each)} - {""} <= set(keys)


def test_paths_may_be_text_and_overrides_reach_every_kind_of_value(scenario: Make, write: Write) -> None:
    path = str(shipped("apricot/combined"))
    changed = load_scenario(
        path,
        {
            "facilitator.budget": 1000,
            "timeline.during": "4 years",
            "value_chains.apricot.city.season.jan": 1.5,
            "interventions.co_investment.shares.1": np.float64(0.3),
            "facilitator.staff": np.int64(4),
            "programme.training.target": "women",
            "programme.vouchers": None,
            "programme.more": {"act": "storage", "target": "poorest"},
            "region.roads.pass.closed.apr": 0.2,
            "lead_firms.names": ["One", "Two"],
            "households.persons": {"value": 5, "source": "assumed"},
        },
    )
    plain = load_scenario(path)
    assert changed.facilitator.budget == 1000
    assert changed.timeline.during == 48
    assert changed.value_chains["apricot"].city.season["jan"] == 1.5
    assert changed.value_chains["apricot"].city.season["feb"] == plain.value_chains["apricot"].city.season["feb"]
    assert changed.interventions.co_investment.shares == (0.5, 0.3, 0.2)
    assert changed.facilitator.staff == 4
    assert changed.programme["training"].model_dump()["target"] == "women"
    assert "vouchers" not in changed.programme
    assert changed.programme["more"].act == "storage"
    assert changed.region.roads["pass"].closed["apr"] == 0.2
    assert changed.lead_firms.names == ("One", "Two")
    assert changed.sources["households.persons"] == "assumed"
    assert plain.facilitator.budget == 240000


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        ("facilitator.budgt", 5, ['unknown name "budgt"', "nearest: budget"]),
        ("facilitater.budget", 5, ["nearest: facilitator"]),
        ("facilitator.budget", -5, ["overrides  facilitator.budget  -5 USD is out of bounds"]),
        ("facilitator.budget", float("nan"), ["facilitator.budget", "float nan"]),
        ("facilitator.budget", "5 kg", ['unit "kg" does not measure USD']),
        ("facilitator.budget.more", 5, ['unknown name "more"']),
        ("facilitator", 5, ["5 where a section is wanted"]),
        ("", 5, ['unknown name ""']),
        ("programme.trainin.share", 0.5, ["nearest: training"]),
        ("programme.trainin", None, ["nearest: training"]),
        ("programme.training.paid", 0.5, ['unknown name "paid"']),
        ("value_chains.aprikot.city.price", 1, ["nearest: apricot"]),
        ("value_chains.apricot.city.season.jna", 1, ['unknown month "jna"', "nearest: jan"]),
        ("value_chains.apricot.city.season.jan.x", 1, ['unknown name "jan"']),
        ("interventions.co_investment.shares.7", 0.5, ['unknown name "7"', "known: 0, 1, 2"]),
        ("region.data", "sugd", ["nearest: sughd"]),
    ],
)
def test_an_override_that_leads_nowhere_is_named(path: str, value: object, words: list[str]) -> None:
    with pytest.raises(ScenarioError) as caught:
        load_scenario(shipped("apricot/combined"), {path: value})
    for word in words:
        assert word in str(caught.value)


def test_a_folder_is_read_baseline_first_and_all_its_problems_come_together(write: Write, tmp_path: Path) -> None:
    body = "region: {data: sughd}\nvalue_chains: {apricot: {data: dried_apricot}}\n"
    for name in ("zebra", "baseline", "apple"):
        write(f"format: 1\nname: {name}\ntitle: x\n{body}", f"{name}.yaml")
    assert [each.name for each in load_scenarios(tmp_path)] == ["baseline", "apple", "zebra"]
    assert [each.name for each in load_scenarios([tmp_path / "zebra.yaml", tmp_path / "apple.yaml"])] == [
        "zebra",
        "apple",
    ]
    assert [each.name for each in load_scenarios(str(tmp_path / "zebra.yaml"))] == ["zebra"]
    write(f"format: 1\nname: zebra\ntitle: x\n{body}", "copy.yaml")
    write(f"format: 1\nname: wrong\ntitle: x\nseeed: 1\n{body}", "wrong.yaml")
    write("a: [\n", "broken.yaml")
    with pytest.raises(ScenarioError) as caught:
        load_scenarios(tmp_path)
    message = str(caught.value)
    assert 'zebra.yaml:2  name  "zebra" is also the name of copy.yaml' in message
    assert "wrong.yaml:4  seeed" in message
    assert "broken.yaml:1" in message or "broken.yaml:2" in message


def test_a_problem_of_a_shared_parent_is_told_once(write: Write, tmp_path: Path) -> None:
    write(
        "format: 1\nname: parent\ntitle: x\nregion: {data: sughd}\nvalue_chains: {a: {data: dried_apricot}}\nseed: -1\n",
        "parent.yaml",
    )
    for name in ("one", "two"):
        write(f"format: 1\nname: {name}\ntitle: x\nextends: parent.yaml\n", f"{name}.yaml")
    with pytest.raises(ScenarioError) as caught:
        load_scenarios(tmp_path)
    assert str(caught.value).count("parent.yaml:6  seed") == 1


def test_an_empty_or_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="holds no scenario files"):
        load_scenarios(tmp_path)
    with pytest.raises(ScenarioError, match="no such file"):
        load_scenarios(tmp_path / "nothing")


@pytest.mark.parametrize("name", SIX)
def test_a_resolved_scenario_reads_back_to_the_same_hash(apricot: dict[str, Scenario], write: Write, name: str) -> None:
    original = apricot[name]
    text = dump_scenario(original)
    again = load_scenario(write(text, "scenario.yaml"))
    assert again.hash() == original.hash()
    assert again.resolved() == original.resolved()
    assert again.sources == original.sources
    assert dump_scenario(again) == text
    assert scenario_from_resolved(original.resolved()).hash() == original.hash()
    assert [each.effective_source for each in declared_parameters(again)] == [
        each.effective_source for each in declared_parameters(original)
    ]


def test_reading_back_looks_nothing_up(apricot: dict[str, Scenario]) -> None:
    data = apricot["baseline"].resolved()
    data["region"]["data"] = "a_region_that_is_gone"
    del data["value_chains"]["apricot"]["end_markets"]["bulk"]
    again = scenario_from_resolved(data)
    assert again.region.data == "a_region_that_is_gone"
    assert "bulk" not in again.value_chains["apricot"].end_markets
    with pytest.raises(ScenarioError, match="region  is missing"):
        scenario_from_resolved({})
    del data["region"]["title"]
    with pytest.raises(ScenarioError, match=r"region\.title  is missing"):
        scenario_from_resolved(data)


def test_a_resolved_scenario_can_be_extended(apricot: dict[str, Scenario], write: Write) -> None:
    write(dump_scenario(apricot["combined"]), "run/scenario.yaml")
    child = load_scenario(write("format: 1\nname: child\ntitle: x\nextends: run/scenario.yaml\nfacilitator: {budget: 5}\n"))
    assert child.facilitator.budget == 5
    assert child.programme == apricot["combined"].programme


@settings(max_examples=60, deadline=None, derandomize=True)
@given(text=st.text(st.characters(exclude_categories=("Cs", "Cc", "Cn")), max_size=40), number=st.floats(0, 1e10))
def test_any_text_and_number_survive_the_round_trip(tmp_path_factory: pytest.TempPathFactory, text: str, number: float) -> None:
    path = tmp_path_factory.getbasetemp() / "trip.yaml"
    path.write_text(
        "format: 1\nname: trip\ntitle: x\nregion: {data: sughd}\nvalue_chains: {true_: {data: dried_apricot}}\n",
        encoding="utf-8",
    )
    made = load_scenario(path, {"title": text, "facilitator.budget": number})
    path.write_bytes(dump_scenario(made).encode("utf-8"))
    again = load_scenario(path)
    assert again.title == text
    assert again.facilitator.budget == number
    assert again.hash() == made.hash()


def test_parameters_carry_all_that_is_declared(apricot: dict[str, Scenario]) -> None:
    listed = declared_parameters(apricot["combined"])
    by_path = {parameter.path: parameter for parameter in listed}
    assert len(by_path) == len(listed) > 400
    price = by_path["value_chains.apricot.city.price"]
    assert (price.value, price.unit, price.low, price.high) == (0.72, "USD/kg", 0.001, 1000)
    assert (price.kind, price.source, price.effective_source) == ("uncertainty", "", "faostat_producer_prices")
    assert price.default is None
    budget = by_path["facilitator.budget"]
    assert (budget.kind, budget.default, budget.effective_source) == ("lever", 240000, "trial")
    assert by_path["programme.training.share"].effective_source == "scenario file"
    january = by_path["value_chains.apricot.city.season.jan"]
    assert (january.low, january.high, january.effective_source) == (0.1, 5, "trial")
    assert january.meaning.endswith("(jan)")
    assert by_path["interventions.co_investment.shares.0"].kind == "lever"
    assert by_path["programme.training.target"].choices == ("all", "women", "poorest", "remote", "linked")
    assert by_path["programme.training.refresh"].choices == (True, False)
    assert by_path["region.nodes.oybek.kind"].choices == ("city", "border", "export")
    assert all(parameter.meaning for parameter in listed)
    for parameter in listed:
        if parameter.is_number:
            assert parameter.unit in UNITS or parameter.path == "format"
            assert parameter.effective_source
            assert parameter.low is not None
            assert parameter.high is not None
            assert parameter.low <= parameter.value <= parameter.high


def test_every_listed_path_can_be_overridden(apricot: dict[str, Scenario]) -> None:
    path = shipped("apricot/combined")
    numbers = [parameter for parameter in declared_parameters(apricot["combined"]) if parameter.is_number]
    same = load_scenario(path, {parameter.path: parameter.value for parameter in numbers})
    assert same.hash() == apricot["combined"].hash()


def test_a_changed_default_has_another_source(scenario: Make) -> None:
    listed = {parameter.path: parameter for parameter in declared_parameters(scenario("households: {persons: 5}\n"))}
    assert listed["households.persons"].effective_source == "scenario file"
    assert listed["households.persons"].source == "expert_default"
    assert listed["households.buffer"].effective_source == "assumed"


def test_shipped_things_are_found_by_name() -> None:
    assert shipped("apricot").is_dir()
    assert shipped("apricot/baseline") == shipped("apricot/baseline.yaml")
    assert shipped("data/regions/sughd").name == "sughd.yaml"
    assert shipped("data/sources").name == "sources.yaml"
    assert "apricot/combined" in shipped_scenarios()


@pytest.mark.parametrize("name", ["apricot/baselin", "../src", "data/../../__init__.py", "", "/etc", "data/regions/sugd"])
def test_what_is_not_shipped_is_not_found(name: str) -> None:
    with pytest.raises(ScenarioError, match="known: "):
        shipped(name)


def test_the_room_opens_only_when_asked() -> None:
    assert room.load_scenario is load_scenario
    assert room.Scenario is Scenario
    assert all(hasattr(room, name) for name in room.__all__)
    with pytest.raises(AttributeError):
        room.nothing  # noqa: B018
    code = "import sys, linkage_sim.scenario; assert not {'pydantic', 'ruamel.yaml'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True, env=os.environ | {"PYTHONPATH": str(Path(room.__file__).parents[2])})
