from __future__ import annotations

from collections.abc import Callable
from typing import Any

import networkx as nx
import numpy as np
import pytest

from linkage_sim.draws import key_of
from linkage_sim.errors import ScenarioError
from linkage_sim.scenario.region import Region
from linkage_sim.world.graph import market_graph
from linkage_sim.world.places import place_attributes, road_attributes
from linkage_sim.world.routes import LORRY_TIME_SHARE, Routes, compile_routes

Make = Callable[..., Region]
TRANSPORT = {
    "winding": 1, "plain_speed": 50, "mountain_speed": 20, "freight": 0.2, "hour": 0.01, "small_lot": 0.03,
    "large_lot": 0.05, "lorry_hour": 0.0, "village_closed": {},
}  # fmt: skip
PLACES = {
    "k": ("city", ""), "b": ("bazaar", "b"), "a": ("bazaar", "a"), "x": ("export", ""),
    "a/v10": ("village", "a"), "a/v9": ("village", "a"), "b/v1": ("village", "b"),
}  # fmt: skip
ROADS: list[tuple[str, str, float, dict[str, Any]]] = [
    ("a/v9", "a", 50, {"closed": [0.1] * 12}),
    ("a/v10", "a", 200, {}),
    ("a/v10", "b", 100, {"closed": [0.5] + [0.0] * 11}),
    ("b/v1", "b", 25, {}),
    ("a", "k", 100, {"closed": [0.2] + [0.0] * 11}),
    ("b", "a", 50, {"closed": [0.3] + [0.0] * 11}),
    ("b", "k", 200, {"mountain": True}),
    ("k", "x", 500, {"closed": [0.25] * 12}),
]
TABLE_FIELDS = [name for name in Routes.__dataclass_fields__ if name not in ("place_market_cost", "market_closed")]


@pytest.fixture
def plain(region: Make) -> Region:
    """A region whose city is k, with round numbers for transport."""
    return region(city="k", transport=TRANSPORT)


def build(region: Region, places: dict[str, tuple[str, str]] = PLACES, roads: list[tuple[str, str, float, Any]] = ROADS) -> nx.Graph[str]:
    graph: nx.Graph[str] = nx.Graph()
    for name, (kind, district) in places.items():
        graph.add_node(name, **place_attributes(kind, name, district, (40.0, 70.0), "test"), households=40)
    for one, other, kilometres, more in roads:
        kinds = (places[one][0], places[other][0])
        graph.add_edge(one, other, **road_attributes(kinds, f"{one}-{other}", kilometres, region.transport, **more))
    return graph


def test_names_are_in_canonical_order(plain: Region) -> None:
    routes = compile_routes(build(plain), plain)
    assert routes.district_names == ("a", "b")
    assert routes.village_names == ("a/v9", "a/v10", "b/v1")
    assert routes.village_district.tolist() == [0, 0, 1]
    assert routes.village_households.tolist() == [40, 40, 40]
    assert routes.bazaar_names == ("a", "b")
    assert routes.bazaar_district.tolist() == [0, 1]
    assert routes.place_names == ("a", "b", "k")
    assert list(routes.place_market_cost) == list(routes.market_closed) == ["a", "b", "k", "x"]


def test_villages_go_to_the_cheapest_bazaar(plain: Region) -> None:
    routes = compile_routes(build(plain), plain)
    assert routes.village_bazaar.tolist() == [0, 1, 1]  # v10 lies in district a but b is nearer
    np.testing.assert_allclose(routes.village_bazaar_hours, [1, 2, 0.5])
    np.testing.assert_allclose(routes.village_bazaar_cost, [0.03 + 0.01, 0.03 + 0.02, 0.03 + 0.005])
    np.testing.assert_allclose(routes.village_closed[0], [0.1] * 12)
    np.testing.assert_allclose(routes.village_closed[1], [0.5] + [0] * 11)


def test_full_loads_take_the_cheapest_path(plain: Region) -> None:
    # b - a - k is 150 km at 0.2 USD/t-km, b - k is 200 km over a mountain
    routes = compile_routes(build(plain), plain)
    np.testing.assert_allclose(routes.bazaar_city_cost, [0.05 + 0.02, 0.05 + 0.03])
    np.testing.assert_allclose(routes.bazaar_city_hours, [2, 3])
    np.testing.assert_allclose(routes.place_city_cost, [0.07, 0.08, 0])
    np.testing.assert_allclose(routes.place_market_cost["k"], [0.07, 0.08, 0])
    np.testing.assert_allclose(routes.place_market_cost["a"], [0, 0.05 + 0.01, 0.07])
    np.testing.assert_allclose(routes.place_market_cost["x"], [0.05 + 0.12, 0.05 + 0.13, 0.05 + 0.10])


def test_closures_of_a_path_are_independent(plain: Region) -> None:
    routes = compile_routes(build(plain), plain)
    np.testing.assert_allclose(routes.bazaar_city_closed[0], [0.2] + [0] * 11)
    np.testing.assert_allclose(routes.bazaar_city_closed[1], [1 - 0.8 * 0.7] + [0] * 11)
    np.testing.assert_allclose(routes.market_closed["x"], [[0.25] * 12])
    np.testing.assert_array_equal(routes.market_closed["k"], np.zeros((1, 12)))


TWO = PLACES | {"y": ("city", "")}
TWO_ROADS: list[tuple[str, str, float, dict[str, Any]]] = [*ROADS, ("b", "y", 150, {"closed": [0.4] + [0.0] * 11})]


@pytest.fixture
def two(region: Make) -> Region:
    """The same with a second city, y, to whose market the bazaar of district b belongs."""
    own = {name: {"seat": "Isfara", "villages": 1, "households": 5, "nearest": 3, "farthest": 9} for name in "ab"}
    own["b"]["city"] = "y"
    return region(city="k", transport=TRANSPORT, districts=own)


def test_a_bazaar_belongs_to_the_city_of_its_district(two: Region) -> None:
    routes = compile_routes(build(two, TWO, TWO_ROADS), two)
    assert routes.city_names == ("k", "y")
    assert routes.bazaar_city.tolist() == [0, 1]
    np.testing.assert_allclose(routes.bazaar_city_cost, [0.05 + 0.02, 0.05 + 0.03])
    np.testing.assert_allclose(routes.bazaar_city_hours, [2, 3])
    np.testing.assert_allclose(routes.bazaar_city_closed[:, 0], [0.2, 0.4])
    assert routes.place_names == ("a", "b", "k", "y")
    assert routes.place_city.tolist() == [0, 1, 0, 1]
    np.testing.assert_allclose(routes.place_city_cost, [0.07, 0.08, 0, 0])
    # from y to x: over b and a to k, 150 + 50 + 100 km, then 500 km
    np.testing.assert_allclose(routes.market_closed["x"][1, 0], 1 - 0.6 * 0.7 * 0.8 * 0.75)


def test_a_city_without_a_market_of_its_own_sells_in_the_cheapest(region: Make, two: Region) -> None:
    one = region(city="k", transport=TRANSPORT)
    routes = compile_routes(build(one, TWO, TWO_ROADS), one)
    assert routes.city_names == ("k",)
    assert routes.place_city.tolist() == [0, 0, 0, 0]
    routes = compile_routes(build(two, TWO | {"z": ("city", "")}, [*TWO_ROADS, ("z", "y", 10, {})]), two)
    assert routes.place_names[-1] == "z"
    assert routes.place_city[-1] == 1
    assert routes.place_city_cost[-1] == pytest.approx(0.05 + 0.002)


def test_a_district_with_an_unknown_city_is_named(two: Region) -> None:
    with pytest.raises(ScenarioError, match=r'region\.districts\.b\.city  no city "y" in the market graph'):
        compile_routes(build(two), two)


def test_villages_at_the_end_of_a_road_are_worked_out_together_as_one_by_one(plain: Region) -> None:
    """A second road between two villages makes both ordinary places: sums and closures must not move a bit."""
    dear = ("a/v9", "b/v1", 5000, {})
    assert_same(compile_routes(build(plain), plain), compile_routes(build(plain, PLACES, [*ROADS, dear]), plain))


def test_collection_by_lorry(plain: Region) -> None:
    routes = compile_routes(build(plain), plain)
    # from a: v9 50 km and 1 h; v10 over b 50 + 100 km and 1 + 2 h, of which 2 h on the village road
    half = LORRY_TIME_SHARE * 0.01
    np.testing.assert_allclose(routes.place_village_cost[0, :2], [0.05 + 0.01 + half * 1, 0.05 + 0.03 + half * 2])
    np.testing.assert_allclose(routes.place_village_hours[0, :2], [1, 3])
    # from the city: over a to v9
    assert routes.place_village_cost[2, 0] == pytest.approx(0.05 + 0.03 + half * 1)
    assert routes.place_village_hours[2, 0] == pytest.approx(3)
    dear = compile_routes(build(plain), plain, lorry_time_share=1.0)
    assert (dear.place_village_cost > routes.place_village_cost).all()
    np.testing.assert_array_equal(dear.village_bazaar_cost, routes.village_bazaar_cost)


def test_a_chain_of_villages_pays_handling_once(plain: Region) -> None:
    places = PLACES | {"a/v2": ("village", "a")}
    routes = compile_routes(build(plain, places, [*ROADS, ("a/v2", "a/v9", 100, {"closed": [0.5] * 12})]), plain)
    assert routes.village_names[0] == "a/v2"
    assert routes.village_bazaar_cost[0] == pytest.approx(0.03 + 0.01 * 3)
    np.testing.assert_allclose(routes.village_closed[0], [1 - 0.5 * 0.9] * 12)


def test_equal_costs_fall_to_the_first_name(plain: Region) -> None:
    roads = [*ROADS, ("b/v1", "a", 25, {})]
    routes = compile_routes(build(plain, PLACES, roads), plain)
    assert routes.village_bazaar[2] == 0


def test_order_of_creation_does_not_matter(plain: Region) -> None:
    turned = build(plain, dict(reversed(PLACES.items())), [(other, one, km, more) for one, other, km, more in reversed(ROADS)])
    assert_same(compile_routes(build(plain), plain), compile_routes(turned, plain))


def assert_same(one: Routes, other: Routes) -> None:
    for name in TABLE_FIELDS:
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name), err_msg=name)
    for name in ("place_market_cost", "market_closed"):
        np.testing.assert_equal(getattr(one, name), getattr(other, name), err_msg=name)


@pytest.mark.parametrize(
    ("cut", "name", "kind"),
    [(("b/v1", "b"), "b/v1", "village"), (("k", "x"), "x", "export")],
)
def test_an_unreachable_place_is_named(plain: Region, cut: tuple[str, str], name: str, kind: str) -> None:
    graph = build(plain)
    graph.remove_edge(*cut)
    with pytest.raises(ScenarioError) as caught:
        compile_routes(graph, plain)
    assert f'region.roads  no road joins the {kind} "{name}" to the city "k"' in str(caught.value)


def test_a_cut_off_district_is_named_with_its_villages(sughd: Region) -> None:
    graph = market_graph(sughd, key_of(1))
    graph.remove_edges_from([("asht", "khujand"), ("asht", "konibodom")])
    with pytest.raises(ScenarioError) as caught:
        compile_routes(graph, sughd)
    assert 'the bazaar "asht"' in str(caught.value)
    assert 'the village "asht/v10"' in str(caught.value)
    assert "isfara" not in str(caught.value)


def test_a_graph_without_villages_bazaars_or_city_is_refused(plain: Region) -> None:
    graph = build(plain)
    graph.remove_nodes_from(["a/v9", "a/v10", "b/v1", "a", "b", "k"])
    with pytest.raises(ScenarioError) as caught:
        compile_routes(graph, plain)
    for message in ("no village", "no bazaar", 'no city "k"'):
        assert message in str(caught.value)


@pytest.mark.parametrize("seed", range(5))
def test_shipped_region(sughd: Region, seed: int) -> None:
    routes = compile_routes(market_graph(sughd, key_of(seed)), sughd)
    shapes = {
        "village_bazaar_hours": (24,), "village_bazaar_cost": (24,), "village_closed": (24, 12),
        "bazaar_city_hours": (3,), "bazaar_city_cost": (3,), "bazaar_city_closed": (3, 12),
        "place_village_hours": (5, 24), "place_village_cost": (5, 24), "place_city_cost": (5,),
    }  # fmt: skip
    arrays = {name: getattr(routes, name) for name in shapes}
    arrays |= {f"cost {name}": value for name, value in routes.place_market_cost.items()}
    arrays |= {f"closed {name}": value for name, value in routes.market_closed.items()}
    for name, values in arrays.items():
        assert values.shape == shapes.get(name, (5,) if name.startswith("cost") else (1, 12))
        assert np.isfinite(values).all()
        assert (values >= 0).all()
        assert not values.flags.writeable
        if "closed" in name:
            assert (values <= 1).all()
    own = np.array([routes.bazaar_names.index(routes.district_names[d]) for d in routes.village_district])
    np.testing.assert_array_equal(routes.village_bazaar, own)
    assert routes.market_closed["airport"][0, 0] == pytest.approx(0.2)
    # what the trial assumed: 0.06 from bazaar to city, 0.02 + 0.015 an hour from village to bazaar
    assert (np.abs(routes.bazaar_city_cost - 0.06) < 0.006).all()  # the trial had no time cost of lorries
    assert (routes.village_bazaar_cost < 0.02 + 0.015 * 38 * 1.35 / 40).all()
    assert (routes.place_village_cost >= 0.05).all()  # the handling of a full load
