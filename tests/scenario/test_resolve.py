"""Parents, data files, units and sources."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from linkage_sim.errors import ScenarioError
from linkage_sim.scenario.load import load_scenario, shipped
from linkage_sim.scenario.messages import Problem
from linkage_sim.scenario.scenario import Scenario

Make = Callable[..., Scenario]
Problems = Callable[..., list[Problem]]
Write = Callable[..., Path]

CHILD = "format: 1\nname: child\ntitle: A child\nextends: small.yaml\n"
PARENT = (
    "format: 1\nname: small\ntitle: Parent\nstory: of the parent\nregion: {data: sughd}\nvalue_chains: {apricot: {data: dried_apricot}}\n"
)


def test_data_files_lie_below_what_the_scenario_says(scenario: Make) -> None:
    plain = scenario()
    assert plain.region.data == "sughd"
    assert plain.region.districts["asht"].seat == "Shaydon"
    assert plain.interventions.data == "interventions"
    changed = scenario("interventions: {training: {knowledge: 0.5}}\n", **{"region.transport.winding": 2})
    assert changed.interventions.training.knowledge == 0.5
    assert changed.interventions.training.unit == plain.interventions.training.unit
    assert changed.region.transport.winding == 2.0
    assert changed.region.transport.freight == plain.region.transport.freight


def test_a_child_says_only_what_differs(write: Write) -> None:
    write(PARENT + "facilitator: {budget: 5, staff: 3}\nprogramme: {a: {act: training, share: 0.5}, b: {act: storage}}\n")
    child = load_scenario(
        write(
            CHILD + "facilitator: {budget: 7}\nprogramme: {a: {topic: quality}, b: null, c: {act: brokering}}\n",
            "child.yaml",
        )
    )
    assert (child.facilitator.budget, child.facilitator.staff) == (7, 3)
    assert child.programme["a"].share == 0.5
    assert getattr(child.programme["a"], "topic") == "quality"  # noqa: B009
    assert list(child.programme) == ["a", "c"]
    assert (child.name, child.title, child.story) == ("child", "A child", "")


def test_another_act_under_the_same_name_starts_afresh(write: Write) -> None:
    write(PARENT + "programme: {a: {act: training, share: 0.5, topic: quality}}\n")
    child = load_scenario(write(CHILD + "programme: {a: {act: storage}}\n", "child.yaml"))
    assert (child.programme["a"].act, child.programme["a"].share) == ("storage", 0.0)


def test_null_removes_what_a_data_file_has(scenario: Make) -> None:
    assert "bulk" in scenario().value_chains["apricot"].end_markets
    less = scenario("", **{"value_chains.apricot.end_markets.bulk": None})
    assert "bulk" not in less.value_chains["apricot"].end_markets


def test_null_in_a_child_reaches_through_its_parent_to_the_data_file(write: Write) -> None:
    write(PARENT)
    child = load_scenario(write(CHILD + "value_chains: {apricot: {end_markets: {bulk: null}}}\n", "child.yaml"))
    assert "bulk" not in child.value_chains["apricot"].end_markets
    with pytest.raises(ScenarioError, match=r'child\.yaml:5 .*null removes "bulkk".*\n.*nearest: bulk'):
        load_scenario(write(CHILD + "value_chains: {apricot: {end_markets: {bulkk: null}}}\n", "child.yaml"))


def test_values_by_month_and_lists_are_replaced_whole(write: Write) -> None:
    write(PARENT)
    child = load_scenario(
        write(
            CHILD + "value_chains: {apricot: {harvest: {season: {aug: 1}}}}\n" + "interventions: {co_investment: {shares: [0.4]}}\n",
            "child.yaml",
        )
    )
    assert child.value_chains["apricot"].harvest.season == {"aug": 1.0}
    assert child.interventions.co_investment.shares == (0.4,)


def test_a_shipped_scenario_can_be_extended_by_name(write: Write) -> None:
    for name in ("apricot/baseline", "baseline"):
        child = load_scenario(write(CHILD.replace("small.yaml", name)))
        assert child.lead_firms.names == load_scenario(shipped("apricot/baseline")).lead_firms.names


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("baselin", ["no shipped scenario", "nearest: baseline"]),
        ("none.yaml", ["none.yaml: no such file"]),
        ("[a, b]", ["no file name"]),
        ("../", ["no shipped scenario"]),
        ("small", ["no shipped scenario", "nearest: small.yaml"]),
        ("x" * 400, ["no shipped scenario"]),
        ("child.yaml", ["cannot extend itself"]),
    ],
)
def test_a_parent_that_is_not_there_is_named_at_its_line(write: Write, name: str, words: list[str]) -> None:
    write(PARENT)
    with pytest.raises(ScenarioError) as caught:
        load_scenario(write(CHILD.replace("small.yaml", name), "child.yaml"))
    assert "child.yaml:4  extends  " in str(caught.value)
    for word in words:
        assert word in str(caught.value)


def test_circles_and_long_families_are_refused(write: Write) -> None:
    for n in range(14):
        write(f"format: 1\nname: f{n}\ntitle: x\nextends: f{n + 1}.yaml\n", f"f{n}.yaml")
    write("format: 1\nname: one\ntitle: x\nextends: two.yaml\n", "one.yaml")
    circle = write("format: 1\nname: two\ntitle: x\nextends: one.yaml\n", "two.yaml")
    with pytest.raises(ScenarioError, match=r"one\.yaml:4  extends  a scenario cannot extend itself"):
        load_scenario(circle)
    with pytest.raises(ScenarioError, match="more than 10 files"):
        load_scenario(circle.parent / "f0.yaml")


def test_an_ancestor_must_be_of_this_format(write: Write) -> None:
    child = write(CHILD, "child.yaml")
    write(PARENT.replace("format: 1", "format: 2"))
    with pytest.raises(ScenarioError, match=r"small\.yaml:1  format  format 2\n    allowed: 1"):
        load_scenario(child)
    write(PARENT.replace("format: 1\n", ""))
    with pytest.raises(ScenarioError, match=r"small\.yaml:1  format  format is missing"):
        load_scenario(child)


def test_a_child_must_have_its_own_name(write: Write) -> None:
    write(PARENT)
    with pytest.raises(ScenarioError, match=r"child\.yaml:1  name  is missing"):
        load_scenario(write("format: 1\ntitle: x\nextends: small.yaml\n", "child.yaml"))


def test_a_broken_parent_is_reported_where_it_is_broken(write: Write) -> None:
    write(PARENT + "facilitator: {budget: -1}\n")
    with pytest.raises(ScenarioError, match=r"small\.yaml:7  facilitator\.budget  -1 USD is out of bounds"):
        load_scenario(write(CHILD, "child.yaml"))
    write("a: [\n")
    with pytest.raises(ScenarioError, match=r"small\.yaml:2  is not valid YAML"):
        load_scenario(write(CHILD, "child.yaml"))


@pytest.mark.parametrize(
    ("section", "words"),
    [
        ("region: {data: sugd}\n", ["region.data", 'unknown data file "sugd"', "nearest: sughd"]),
        ("region: {data: 5}\n", ["region.data", "5 is no name of a data file"]),
        ("region: {data: mine.yaml}\n", ["region.data", "mine.yaml: no such file"]),
        ("region: {data: ../../etc/passwd}\n", ["region.data", "unknown data file"]),
        ("interventions: {data: sources}\n", ["interventions.data", "known: interventions"]),
    ],
)
def test_a_data_file_that_is_not_there_is_one_problem(problems: Problems, section: str, words: list[str]) -> None:
    head = "format: 1\nname: small\ntitle: x\n"
    rest = "" if section.startswith("region") else "region: {data: sughd}\n"
    found = problems(section + rest + "value_chains: {apricot: {data: dried_apricot}}\n", head)
    assert len(found) == 1
    assert found[0].line == 4
    for word in words:
        assert word in found[0].text()


def test_a_users_own_data_file_is_read_and_its_mistakes_point_into_it(write: Write) -> None:
    text = shipped("data/regions/sughd").read_text(encoding="utf-8")
    write(text.replace("Apricot villages", "My villages"), "data/mine.yaml")
    small = write("format: 1\nname: small\ntitle: x\nregion: {data: data/mine.yaml}\nvalue_chains: {apricot: {data: dried_apricot}}\n")
    assert load_scenario(small).region.title.startswith("My villages")
    line = next(number for number, row in enumerate(text.splitlines(), 1) if "winding: {" in row)
    write(text.replace("winding: {value: 1.35", "winding: {value: 13.5"), "data/mine.yaml")
    with pytest.raises(ScenarioError, match=rf"mine\.yaml:{line}  region\.transport\.winding  13\.5 is out of bounds"):
        load_scenario(small)


def test_naming_another_data_file_starts_the_section_afresh(write: Write) -> None:
    text = shipped("data/regions/sughd").read_text(encoding="utf-8")
    write(text, "mine.yaml")
    write(PARENT.replace("region: {data: sughd}", "region: {data: sughd, transport: {winding: 2}}"))
    assert load_scenario(write(CHILD, "child.yaml")).region.transport.winding == 2
    afresh = load_scenario(write(CHILD + "region: {data: mine.yaml}\n", "child.yaml"))
    assert afresh.region.transport.winding == 1.35


@pytest.mark.parametrize(
    ("written", "months"),
    [
        ("60", 60),
        ("60 months", 60),
        ("5 years", 60),
        ("{value: 5, unit: years}", 60),
        ('{value: "5 years", source: assumed}', 60),
        ("60.0", 60),
    ],
)
def test_a_quantity_may_be_written_in_three_ways(scenario: Make, written: str, months: int) -> None:
    assert scenario(f"timeline: {{during: {written}}}\n").timeline.during == months


def test_units_are_converted_to_the_declared_one(scenario: Make) -> None:
    made = scenario(
        "facilitator: {concept: 20 percent}\n"
        "interventions: {co_investment: {shares: {value: [50, 20 percent], unit: percent, source: assumed}}}\n",
        **{"value_chains.apricot.city.price": "720 USD/t", "value_chains.apricot.city.season.jan": "150 percent"},
    )
    assert made.facilitator.concept == pytest.approx(0.2)
    assert made.interventions.co_investment.shares == pytest.approx((0.5, 0.2))
    assert made.value_chains["apricot"].city.price == pytest.approx(0.72)
    assert made.value_chains["apricot"].city.season["jan"] == pytest.approx(1.5)


@pytest.mark.parametrize(
    ("line", "found", "hint"),
    [
        ("facilitator: {budget: 5 kg}", 'unit "kg" does not measure USD', "allowed units: USD"),
        ("facilitator: {budget: 5 dollars}", 'unknown unit "dollars"', "nearest: USD"),
        ("facilitator: {concept: 20 %}", 'unknown unit "%"', "nearest: percent"),
        ("facilitator: {concept: {value: 20, unit: 5}}", "unit 5", "allowed units: share, percent"),
        ("facilitator: {budget: {value: 5 USD, unit: kg}}", 'two units, "USD" and "kg"', "allowed units: USD"),
        ("facilitator: {budget: {unit: USD}}", "has no value", "allowed: {value: ..., unit: USD"),
        ("facilitator: {budget: {value: 5, sorce: assumed}}", 'unknown key "sorce"', "nearest: source"),
        ('facilitator: {budget: "5"}', 'text "5" where a number is wanted', "5 without quotes"),
        ("facilitator: {budget: true}", "true where a number is wanted", "0 to 10,000,000,000 USD"),
        ("facilitator: {budget: yes}", '"yes" where a number is wanted', "allowed: number"),
        ("facilitator: {budget: [1]}", "a list where a number is wanted", "allowed: number"),
        ("facilitator: {budget: 1e400 USD}", "too large", "allowed: number"),
        ("facilitator: {staff: 2.5}", "2.5 is not a whole number", "whole number, 1 to 200"),
        ("facilitator: 5", "5 where a section is wanted", "indented below"),
        ("programme: {a: {act: training, refresh: 1}}", "1 where true or false is wanted", "allowed: true, false"),
        (
            "programme: {a: {act: training, refresh: yes}}",
            '"yes" where true or false is wanted',
            "allowed: true, false",
        ),
        (
            "programme: {a: {act: training, target: women and men}}",
            'unknown target "women and men"',
            "known: all, women",
        ),
        ("programme: {a: {act: training, after: 5}}", "5 where text is wanted", "in quotes"),
        (
            "programme: {a: {act: training, districts: asht}}",
            '"asht" where a list is wanted',
            "such as [first, second]",
        ),
        ("programme: {5a: {act: training}}", '"5a" is no name', "starting with a letter"),
        ("programme: {a.b: {act: training}}", '"a.b" is no name', "starting with a letter"),
        ("seed: 1 number", "1 number", ""),
        ("lead_firms: {names: [a, 5]}", "5 where text is wanted", "in quotes"),
        ("interventions: {co_investment: {shares: []}}", "a list of 0", "at least 1"),
        ("interventions: {co_investment: {shares: [0.5, 2]}}", "2 share is out of bounds", "0 to 0.95 share"),
    ],
)
def test_wrong_values_name_what_is_allowed(scenario: Make, problems: Problems, line: str, found: str, hint: str) -> None:
    if not hint:
        assert scenario(line + "\n").seed == 1
        return
    stated = problems(line + "\n")
    assert len(stated) == 1
    assert stated[0].line == 6
    assert found in stated[0].text()
    assert hint in stated[0].text()


def test_months_are_checked_one_by_one(write: Write) -> None:
    write(PARENT)
    text = "value_chains: {apricot: {city: {season: {jan: 1}}, harvest: {season: {jul: 0.5, agust: 0.5, sep: 3}}}}\n"
    with pytest.raises(ScenarioError) as caught:
        load_scenario(write(CHILD + text, "child.yaml"))
    message = str(caught.value)
    assert 'unknown month "agust"' in message
    assert "nearest: aug" in message
    assert "harvest.season.sep  3 share is out of bounds" in message
    assert "city.season  has no value for feb, mar" in message


def test_sources_are_kept_and_checked(scenario: Make, problems: Problems) -> None:
    made = scenario("facilitator: {budget: {value: 5, source: my own survey 2025}, concept: {value: 0.5, source: assumed}}\n")
    assert made.sources["facilitator.budget"] == "my own survey 2025"
    assert made.sources["facilitator.concept"] == "assumed"
    assert made.sources["value_chains.apricot.harvest.season"] == "trial"
    assert "facilitator.staff" not in made.sources
    wrong = problems("facilitator: {budget: {value: 5, source: asumed}, concept: {value: 0.5, source: 7}}\n")
    assert [problem.path for problem in wrong] == ["facilitator.budget.source", "facilitator.concept.source"]
    assert wrong[0].nearest == "assumed"
    assert 'words of your own such as "my survey 2025"' in wrong[0].allowed
