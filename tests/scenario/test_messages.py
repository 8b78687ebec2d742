"""Everything wrong is said at once: where, what, what is allowed, and the nearest word."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from linkage_sim.errors import ScenarioError
from linkage_sim.scenario.load import declared_parameters, load_scenario, scenario_from_resolved
from linkage_sim.scenario.messages import Problem, ProblemsFound, known_words, nearest_word, shown_path, shown_value
from linkage_sim.scenario.scenario import Scenario
from linkage_sim.scenario.settle import allowed_values, convertible
from linkage_sim.scenario.shape import Leaf

Problems = Callable[..., list[Problem]]
Write = Callable[..., Path]


def test_a_message_has_the_promised_form(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(
        "format: 1\nname: two_dairies\ntitle: x\n"
        "region: {data: sughd}\nvalue_chains: {apricot: {data: dried_apricot}}\n"
        "programme:\n  brokers:\n    act: brokring\n    share: 0.1\n",
        "scenarios/two_dairies.yaml",
    )
    monkeypatch.chdir(path.parents[1])
    with pytest.raises(ScenarioError) as caught:
        load_scenario(path)
    first, second = str(caught.value).splitlines()
    assert first == 'scenarios/two_dairies.yaml:8  programme.brokers.act  unknown act "brokring"'
    assert second.startswith("    nearest: brokering      known: training, storage, input_vouchers, associations, ")


def test_problems_of_all_kinds_come_together(problems: Problems) -> None:
    found = problems(
        "sed: 5\n"  # line 6
        "timeline: {before: 13}\n"
        "facilitator:\n"
        "  budget: -5\n"
        "  concept: {value: 2, source: assumd}\n"
        "households: {persons: '6'}\n"
        "lead_firms: {price_formula: floor}\n"
        "interventions: {training: {knowlege: 0.5}}\n"
        "programme:\n"
        "  a: {act: brokring, foo: 1}\n"  # line 15
        "  b: {act: training, start: 99, end: 3, districts: [ast]}\n"
        "  c: {act: storage, after: bb, share: 2 USD}\n"
        "  d: {share: 0.5}\n"
        "  e: {act: storage, after: f}\n"
        "  f: {act: storage, after: e}\n"
        "  g: {act: storage, after: g}\n"
    )
    assert {(problem.line, problem.path, problem.nearest) for problem in found} == {
        (6, "sed", "seed"),
        (7, "timeline.before", ""),
        (9, "facilitator.budget", ""),
        (10, "facilitator.concept", ""),
        (10, "facilitator.concept.source", "assumed"),
        (11, "households.persons", ""),
        (12, "lead_firms.price_formula", "floor_plus"),
        (13, "interventions.training.knowlege", "knowledge"),
        (15, "programme.a.act", "brokering"),
        (15, "programme.a.foo", ""),
        (16, "programme.b.start", ""),
        (16, "programme.b.end", ""),
        (16, "programme.b.districts", "asht"),
        (17, "programme.c.after", "b"),
        (17, "programme.c.share", ""),
        (18, "programme.d", ""),
        (19, "programme.e.after", ""),
        (20, "programme.f.after", ""),
        (21, "programme.g.after", ""),
    }
    assert [problem.line for problem in found] == sorted(problem.line for problem in found)


def test_a_number_out_of_bounds_shows_its_unit_and_its_range(problems: Problems) -> None:
    (found,) = problems("households: {remittances: 120 percent}\n")
    assert found.found == "1.2 share is out of bounds"
    assert found.allowed == "allowed: number, 0 to 0.95 share"


def test_shares_above_one_are_refused_at_the_programme(problems: Problems) -> None:
    (found,) = problems("programme:\n  a: {act: training, share: 0.7}\n  b: {act: storage, share: 0.7}\n")
    assert (found.line, found.path) == (6, "programme")
    assert "sum to 1.4" in found.found


def test_missing_values_name_the_line_of_their_section(problems: Problems) -> None:
    found = problems(
        "region:\n  data: sughd\n  districts:\n    new: {seat: Isfara, villages: 3, nearest: 1, farthest: 2}\n",
        "format: 1\nname: x\ntitle: x\n",
    )
    assert [(problem.line, problem.path) for problem in found] == [
        (1, "value_chains"),
        (7, "region.districts.new.households"),
    ]
    assert found[1].found == "is missing: mean households per village"
    assert found[1].allowed == "allowed: number, 1 to 100000"


def test_a_missing_section_names_the_data_files_there_are(problems: Problems) -> None:
    (found,) = problems("", "format: 1\nname: x\ntitle: x\nvalue_chains: {a: {data: dried_apricot}}\n")
    assert found.path == "region"
    assert "sughd" in found.allowed


def test_a_wrong_head_is_told_apart(problems: Problems) -> None:
    body = "region: {data: sughd}\nvalue_chains: {apricot: {data: dried_apricot}}\n"
    found = {problem.path: problem for problem in problems(body, "format: 2\nname: My File\n")}
    assert found["format"].text().endswith("allowed: 1")
    assert "small letters" in found["name"].allowed
    assert found["title"].found.startswith("is missing")


@pytest.mark.parametrize(
    ("line", "path", "words"),
    [
        ("{city: khujan}", "region.city", ['no city "khujan"', "nearest: khujand"]),
        ("{city: oybek}", "region.city", ['no city "oybek"', "known: khujand, dushanbe"]),
        (
            "{districts: {asht: {seat: Isfra}}}",
            "region.districts.asht.seat",
            ['unknown settlement "Isfra"', "nearest: Isfara"],
        ),
        (
            "{districts: {asht: {nearest: 90}}}",
            "region.districts.asht.nearest",
            ["nearest village at 90 km, farthest at"],
        ),
        (
            "{districts: {khujand: {seat: Khujand, villages: 1, households: 5, nearest: 1, farthest: 2}}}",
            "region.nodes.khujand",
            ["same name"],
        ),
        ("{nodes: {new: {kind: city}}}", "region.nodes.new", ["no position", "no road leads"]),
        ("{nodes: {oybek: {longitude: null}}}", "region.nodes.oybek", ["go together"]),
        (
            "{nodes: {new: {kind: town, settlement: Khujand}}}",
            "region.nodes.new.kind",
            ['unknown kind "town"', "known: city, border, export"],
        ),
        (
            "{roads: {asht_khujand: {ends: [asht, khujant]}}}",
            "region.roads.asht_khujand.ends",
            ['no place "khujant"', "nearest: khujand"],
        ),
        ("{roads: {asht_khujand: {ends: [asht]}}}", "region.roads.asht_khujand.ends", ["a list of 1", "allowed: 2"]),
        ("{roads: {asht_khujand: {ends: [asht, asht]}}}", "region.roads.asht_khujand.ends", ["to itself"]),
        ("{roads: {again: {ends: [khujand, asht]}}}", "region.roads.again.ends", ["the same places"]),
        ("{roads: {border_road: null}}", "region.nodes.oybek", ["no road leads from here"]),
        (
            "{districts: {asht: {villages: 5000, households: 100000}}}",
            "region.districts",
            ["households in all villages"],
        ),
        ("{roads: null}", "region.roads", ["is missing"]),
    ],
)
def test_places_that_are_not_there_are_found(problems: Problems, line: str, path: str, words: list[str]) -> None:
    head = "format: 1\nname: x\ntitle: x\nextends: baseline\n"
    found = problems(f"region: {line}\n", head)
    text = "\n".join(problem.text() for problem in found)
    assert path in {problem.path for problem in found}
    for word in words:
        assert word in text
    assert all(problem.line >= 1 for problem in found)


def test_markets_and_plants_must_lie_somewhere(problems: Problems) -> None:
    head = "format: 1\nname: x\ntitle: x\nextends: baseline\n"
    found = problems(
        "value_chains: {apricot: {end_markets: {bulk: {place: oybk}}, processors: {sorting_plant: {place: oybek, end_market: regionl}}}}\n",
        head,
    )
    assert {(problem.path, problem.nearest) for problem in found} == {
        ("value_chains.apricot.processors.sorting_plant.end_market", "regional"),
    }
    found = problems(
        "value_chains: {apricot: {end_markets: {bulk: {place: oybk}}, processors: {sorting_plant: {place: oybek}}}}\n",
        head,
    )
    assert {(problem.path, problem.nearest) for problem in found} == {
        ("value_chains.apricot.end_markets.bulk.place", "oybek"),
        ("value_chains.apricot.processors.sorting_plant.place", ""),
    }


def test_values_that_do_not_fit_together_point_into_the_users_own_file(problems: Problems) -> None:
    head = "format: 1\nname: x\ntitle: x\nextends: baseline\n"
    (found,) = problems("value_chains: {apricot: {assets: {median: 10}}}\n", head)
    assert (found.line, found.path) == (5, "value_chains.apricot.assets.median")
    (found,) = problems("value_chains: {apricot: {harvest: {season: {jul: 0.5}}}}\n", head)
    assert (found.line, found.path) == (5, "value_chains.apricot.harvest.season")
    assert "it sums to 0.5" in found.found


def test_problems_are_shown_once_and_in_order() -> None:
    one, two = Problem("b.yaml", 5, "x", "wrong"), Problem("b.yaml", 2, "y", "wrong")
    error = ProblemsFound([one, two, one, Problem("a.yaml", 9, "", "wrong")])
    assert str(error).splitlines() == ["b.yaml:2  y  wrong", "b.yaml:5  x  wrong", "a.yaml:9  wrong"]


def test_words_and_values_are_shown_as_a_user_writes_them() -> None:
    assert nearest_word("jna", ["jan", "jun"]) == "jan"
    assert nearest_word("USD/KG", ["kg", "USD/kg"]) == "USD/kg"
    assert nearest_word("zzz", ["jan"]) == ""
    assert known_words([]) == "known: none"
    assert known_words([f"word{n}" for n in range(100)]).endswith(", ...")
    shown = {"null": None, "true": True, "1": 1, "0.5": 0.5, '"a b"': "a\n b", "a list": [1], "a section": {"a": 1}}
    assert [shown_value(value) for value in shown.values()] == list(shown)
    assert len(shown_value("x" * 1000)) < 70
    assert shown_path("overrides") == "overrides"
    assert shown_path(str(Path.cwd() / "a" / "b.yaml")) == "a/b.yaml"
    assert convertible("USD/kg") == ["USD/kg", "USD/t"]
    assert allowed_values(Leaf("number", unit="kg", low=1e-9, high=2e7)) == "allowed: number, 1e-09 to 20,000,000 kg"


def test_every_declared_bound_is_enforced_with_a_message(scenario: Callable[..., Scenario]) -> None:
    """Walk all numbers of a resolved scenario, set each above its bound, and expect a message about that path."""
    resolved = scenario("programme: {a: {act: lead_firm_selection}, b: {act: training}}\n").resolved()
    numbers = [parameter for parameter in declared_parameters(scenario()) if parameter.is_number and parameter.path != "format"]
    assert len(numbers) > 200
    for parameter in numbers[:: len(numbers) // 60]:
        assert parameter.high is not None
        keys = parameter.path.split(".")
        place: Any = resolved
        for key in keys[:-1]:
            place = place[int(key) if isinstance(place, list) else key]
        last = int(keys[-1]) if isinstance(place, list) else keys[-1]
        above = parameter.high * 2 + 1
        before, place[last] = place[last], int(above) if isinstance(parameter.value, int) else above
        with pytest.raises(ProblemsFound) as caught:
            scenario_from_resolved(resolved)
        place[last] = before
        assert [problem.path for problem in caught.value.problems] == [parameter.path]
        assert "is out of bounds" in caught.value.problems[0].found
