from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkage_sim.draws import key_of
from linkage_sim.errors import ScenarioError
from linkage_sim.scenario.region import Region
from linkage_sim.world.graph import graph_positions, market_graph
from linkage_sim.world.places import (
    KINDS,
    barrier_metres,
    find_settlements,
    great_circle_km,
    point_at,
)

Make = Callable[..., Region]
PASS = {"pass": {"ends": ["khujand", "dushanbe"]}}
NODE_WORDS = {"kind", "name", "district", "latitude", "longitude", "synthetic", "source", "settlement"}
ROAD_WORDS = {"name", "kilometres", "hours", "usd_per_kg", "closed", "mountain", "derived"}


def same(one: nx.Graph[str], other: nx.Graph[str]) -> bool:
    return (
        set(one) == set(other)
        and all(one.nodes[name] == other.nodes[name] for name in one)
        and all(other.has_edge(a, b) and other.edges[a, b] == data for a, b, data in one.edges(data=True))
    )


def point(graph: nx.Graph[str], name: str) -> tuple[float, float]:
    return graph.nodes[name]["latitude"], graph.nodes[name]["longitude"]


def test_towns_stand_where_geonames_puts_them(sughd: Region) -> None:
    graph = market_graph(sughd, key_of(1))
    assert point(graph, "khujand") == (40.28256, 69.62216)
    assert point(graph, "isfara") == (40.12649, 70.62526)
    assert point(graph, "asht") == (40.66992, 70.3502)
    assert graph.nodes["asht"]["settlement"] == "Shaydon"
    assert graph.nodes["isfara"]["source"] == "GeoNames 1514896"
    assert graph_positions(graph)["khujand"] == (69.62216, 40.28256)


def test_border_post_lies_west_of_khujand_and_north_of_the_syr_darya(sughd: Region) -> None:
    latitude, longitude = point(market_graph(sughd, key_of(1)), "oybek")
    assert 40.59 < latitude < 40.78
    assert 69.29 < longitude < 69.36


def test_all_declared_attributes(sughd: Region) -> None:
    graph = market_graph(sughd, key_of(1))
    assert len(graph) == 24 + 3 + 4
    for name, data in graph.nodes(data=True):
        assert set(data) == NODE_WORDS | ({"households"} if data["kind"] == "village" else set())
        assert data["name"] == name
        assert data["kind"] in KINDS
        assert data["synthetic"] == (data["kind"] == "village")
        assert (data["district"] in sughd.districts) == (data["kind"] in ("village", "bazaar"))
    for _, _, data in graph.edges(data=True):
        assert set(data) == ROAD_WORDS
        assert len(data["closed"]) == 12
        assert data["derived"] in ("assumed", "given")


def test_villages_lie_within_their_bounds_and_all_round(region: Make) -> None:
    district = {"seat": "Isfara", "villages": 400, "households": 30, "nearest": 5, "farthest": 20}
    graph = market_graph(region(districts={"isfara": district}, roads=PASS), key_of(7))
    villages = [name for name, data in graph.nodes(data=True) if data["kind"] == "village"]
    distances = [great_circle_km(point(graph, "isfara"), point(graph, name)) for name in villages]
    assert len(villages) == 400
    assert min(distances) >= 5 - 1e-9
    assert max(distances) <= 20 + 1e-9
    # 400 draws leave a twentieth of the range empty at either end with chance 2 * 0.95**400 < 1e-8
    assert min(distances) < 5.75
    assert max(distances) > 19.25
    north = [point(graph, name)[0] > point(graph, "isfara")[0] for name in villages]
    east = [point(graph, name)[1] > point(graph, "isfara")[1] for name in villages]
    assert 140 < sum(north) < 260  # six standard deviations
    assert 140 < sum(east) < 260
    assert {graph.nodes[name]["households"] for name in villages} == {30}


def test_same_seed_same_graph_other_seed_other_villages(sughd: Region) -> None:
    one, again, other = market_graph(sughd, key_of(0)), market_graph(sughd, key_of(0)), market_graph(sughd, key_of(1))
    assert same(one, again)
    towns = [name for name, data in one.nodes(data=True) if data["kind"] != "village"]
    assert all(one.nodes[name] == other.nodes[name] for name in towns)
    villages = set(one) - set(towns)
    assert all(point(one, name) != point(other, name) for name in villages)


def test_order_of_writing_does_not_matter(sughd_words: dict[str, Any]) -> None:
    turned = {key: dict(reversed(value.items())) if key in ("districts", "nodes", "roads") else value for key, value in sughd_words.items()}
    one = market_graph(Region.model_validate(sughd_words), key_of(3))
    other = market_graph(Region.model_validate(turned), key_of(3))
    assert same(one, other)
    assert list(one) == list(other)


def test_a_district_that_grows_keeps_its_villages(region: Make, sughd_words: dict[str, Any]) -> None:
    districts = sughd_words["districts"]
    grown = districts | {"asht": districts["asht"] | {"villages": 120}}
    few, many = market_graph(region(), key_of(5)), market_graph(region(districts=grown), key_of(5))
    assert "asht/v120" in many
    assert all(few.nodes[name] == many.nodes[name] for name in few)


def test_the_pass_is_closed_in_winter(sughd: Region) -> None:
    road = market_graph(sughd, key_of(1)).edges["khujand", "dushanbe"]
    assert road["mountain"]
    assert road["kilometres"] == 340
    assert road["derived"] == "given"
    assert road["hours"] == 340 / 25
    assert road["usd_per_kg"] == pytest.approx(0.1 * 340 / 1000 + sughd.transport.lorry_hour * 340 / 25)
    assert road["closed"] == (0.2, 0.2, 0.1, 0, 0, 0, 0, 0, 0, 0, 0, 0.1)


def test_lengths_left_out_are_assumed(sughd: Region) -> None:
    graph = market_graph(sughd, key_of(1))
    road = graph.edges["asht", "khujand"]
    assert road["derived"] == "assumed"
    assert road["kilometres"] == pytest.approx(1.35 * great_circle_km(point(graph, "asht"), point(graph, "khujand")))
    assert road["kilometres"] == pytest.approx(1.35 * 75.2, rel=0.01)
    assert not road["mountain"]


def test_small_lots_pay_time_and_handling(sughd: Region) -> None:
    graph = market_graph(sughd, key_of(1))
    road = graph.edges["asht/v03", "asht"]
    distance = great_circle_km(point(graph, "asht"), point(graph, "asht/v03"))
    assert road["kilometres"] == pytest.approx(1.35 * distance)
    assert road["hours"] == pytest.approx(1.35 * distance / 40)
    assert road["usd_per_kg"] == pytest.approx(0.02 + 0.015 * 1.35 * distance / 40)
    assert road["closed"] == (0.05, 0.05, 0.02, 0, 0, 0, 0, 0, 0, 0, 0, 0.02)


def test_terrain_makes_a_pass_where_the_scenario_says_nothing(region: Make) -> None:
    roads = {"pass": {"ends": ["khujand", "dushanbe"]}, "plain": {"ends": ["isfara", "khujand"]}}
    graph = market_graph(region(roads=roads), key_of(1))
    assert graph.edges["khujand", "dushanbe"]["mountain"]  # 2,955 m above its higher end
    assert graph.edges["khujand", "dushanbe"]["derived"] == "assumed"
    assert not graph.edges["isfara", "khujand"]["mountain"]  # 658 m


def test_a_market_is_found_by_another_name() -> None:
    (rasht,), (isfara,) = find_settlements("Gharm"), find_settlements("isfara")
    assert rasht.name == "Rasht"
    assert barrier_metres(rasht, isfara) == barrier_metres(isfara, rasht) == 2939
    (shaydon,) = find_settlements("Shaydon")
    assert barrier_metres(shaydon, isfara) is None


def test_every_problem_is_told_at_once(region: Make) -> None:
    districts = {
        "isfara": {"seat": "Isfera", "villages": 1, "households": 5, "nearest": 3, "farthest": 9},
        "asht": {"seat": "Shaydon", "villages": 1, "households": 5, "nearest": 30, "farthest": 9},
        "vahdat": {"seat": "Vahdat", "villages": 1, "households": 5, "nearest": 3, "farthest": 9},
    }
    nodes = {"asht": {"kind": "city", "settlement": "Khujand"}, "nowhere": {"kind": "border"}}
    with pytest.raises(ScenarioError) as caught:
        market_graph(region(districts=districts, nodes=nodes), key_of(1))
    text = str(caught.value)
    assert 'region.districts.isfara.seat  unknown settlement "Isfera"\n    nearest: Isfara' in text
    assert "region.districts.asht.nearest  nearest village at 30 km, farthest at 9 km" in text
    assert "1220855 (Vahdat), 1221802 (Vahdat)" in text
    assert 'region.nodes.asht  "asht" is a district' in text
    assert "region.nodes.nowhere  has no position" in text


def test_a_number_tells_two_settlements_apart(region: Make) -> None:
    district = {"seat": "1220855", "villages": 0, "households": 5, "nearest": 3, "farthest": 9}
    graph = market_graph(region(districts={"vahdat": district}, roads=PASS), key_of(1))
    assert graph.nodes["vahdat"]["latitude"] == 38.55632


@pytest.mark.parametrize(
    ("roads", "message"),
    [
        ({"one": {"ends": ["asht", "khujant"]}}, 'region.roads.one.ends  no place "khujant"\n    nearest: khujand'),
        ({"one": {"ends": ["asht", "asht"]}}, 'begins and ends at "asht"'),
        ({"a": {"ends": ["asht", "isfara"]}, "b": {"ends": ["isfara", "asht"]}}, "joined already by a"),
    ],
)
def test_bad_roads_are_told(region: Make, roads: dict[str, Any], message: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        market_graph(region(roads=roads), key_of(1))
    assert message in str(caught.value)


@pytest.mark.parametrize("city", ["khujant", "oybek"])
def test_the_city_must_be_a_city(region: Make, city: str) -> None:
    with pytest.raises(ScenarioError, match=r"region\.city  no city"):
        market_graph(region(city=city), key_of(1))


def test_great_circles_of_known_length() -> None:
    assert great_circle_km((0, 0), (0, 90)) == pytest.approx(6371 * math.pi / 2)
    assert great_circle_km((90, 0), (-90, 0)) == pytest.approx(6371 * math.pi)
    isfara, khujand = (find_settlements(name)[0] for name in ("Isfara", "Khujand"))
    # market_pairs.csv gives 86.5 km from WFP's own coordinates of the two markets
    one, other = ((town.latitude, town.longitude) for town in (isfara, khujand))
    assert great_circle_km(one, other) == pytest.approx(86.5, abs=2)


@given(st.floats(-80, 80), st.floats(-180, 180), st.floats(0.01, 500), st.floats(0, 360))
def test_a_point_lies_as_far_away_as_asked(latitude: float, longitude: float, km: float, bearing: float) -> None:
    there = point_at((latitude, longitude), km, bearing)
    assert great_circle_km((latitude, longitude), there) == pytest.approx(km, rel=1e-5, abs=1e-5)
    assert -90 <= there[0] <= 90
    assert -180 <= there[1] <= 180
