"""The shipped regions: what their data files say is what the world has."""

from __future__ import annotations

import csv
from functools import cache
from typing import Any

import networkx as nx
import numpy as np
import pytest

from linkage_sim import engine
from linkage_sim.draws import key_of
from linkage_sim.errors import ScenarioError
from linkage_sim.model import LinkageModel
from linkage_sim.month.join import tie_trust
from linkage_sim.month.season import ties_season
from linkage_sim.scenario.load import load_scenario, shipped
from linkage_sim.scenario.scenario import Scenario
from linkage_sim.world.graph import market_graph
from linkage_sim.world.places import place_attributes
from linkage_sim.world.population import owner_shares
from linkage_sim.world.routes import Routes, compile_routes
from linkage_sim.world.world import World, build_world
from promises.small_world import bits, small

REGIONS = ("regions/rasht", "regions/khatlon", "regions/gbao", "tajikistan/national")
DAYS = (31, 28.25, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
HOLDINGS = 726_995
"""Agricultural holdings of Tajikistan (FAO family-farming portrait)."""
CITIES_WITHOUT_HOLDINGS = {
    "TJK001D001", "TJK001D002", "TJK001D003", "TJK001D004",  # Dushanbe
    "TJK002D015", "TJK002D017", "TJK002D020", "TJK002D022",  # Khujand, Guliston, Istiklol, Buston
    "TJK003D025", "TJK005D008",  # Bokhtar, Khorugh
}  # fmt: skip


@cache
def scenario_of(name: str) -> Scenario:
    return load_scenario(shipped(name))


@cache
def graph_of(name: str) -> nx.Graph[str]:
    return market_graph(scenario_of(name).region, key_of(1))


@cache
def routes_of(name: str) -> Routes:
    return compile_routes(graph_of(name), scenario_of(name).region)


@cache
def world_of(name: str) -> World:
    return build_world(scenario_of(name), 1)


def districts_file() -> list[dict[str, str]]:
    return list(csv.DictReader(shipped("data/districts_population.csv").read_text(encoding="utf-8").splitlines()))


# --- places and roads ---------------------------------------------------------------------------------


def closed_days(name: str, one: str, other: str) -> float:
    """Expected days a year on which the way between two places is closed all month."""
    graph = graph_of(name)
    path = nx.dijkstra_path(graph, one, other, weight="usd_per_kg")
    is_open = np.prod([1.0 - np.array(graph.edges[ends]["closed"]) for ends in nx.utils.pairwise(path)], axis=0)
    return float(((1.0 - is_open) * DAYS).sum())


@pytest.mark.parametrize(
    ("name", "one", "other", "days"),
    [
        ("regions/gbao", "khorog", "dushanbe", 25), ("regions/rasht", "rasht", "dushanbe", 10),
        ("regions/khatlon", "bokhtar", "dushanbe", 1), ("regions/khatlon", "kulob", "dushanbe", 1),
        ("regions/khatlon", "dushanbe", "khujand", 5), ("tajikistan/national", "khujand", "dushanbe", 5),
        ("tajikistan/national", "rasht", "dushanbe", 10), ("tajikistan/national", "khorog", "kulob", 25),
        ("tajikistan/national", "bokhtar", "dushanbe", 1), ("tajikistan/national", "hisor", "dushanbe", 0),
    ],
)  # fmt: skip
def test_roads_close_as_long_as_the_evidence_says(name: str, one: str, other: str, days: float) -> None:
    assert closed_days(name, one, other) == pytest.approx(days, abs=0.25)


@pytest.mark.parametrize(
    ("one", "other", "kilometres"), [("dushanbe", "khorog", 600), ("dushanbe", "rasht", 185), ("dushanbe", "khujand", 340)]
)
def test_long_roads_have_their_known_length(one: str, other: str, kilometres: float) -> None:
    for name in REGIONS:
        graph = graph_of(name)
        if {one, other} <= set(graph):
            assert nx.dijkstra_path_length(graph, one, other, weight="kilometres") == pytest.approx(kilometres)


@pytest.mark.parametrize("name", REGIONS)
def test_every_village_sells_in_its_own_district_and_all_arrays_are_sound(name: str) -> None:
    routes = routes_of(name)
    own = [routes.district_names[d] == routes.bazaar_names[b] for d, b in zip(routes.village_district, routes.village_bazaar, strict=True)]
    assert np.mean(own) > 0.9  # near a border of districts the other bazaar may be cheaper
    for values in (routes.village_bazaar_cost, routes.bazaar_city_cost, routes.place_village_cost, routes.place_city_cost):
        assert np.isfinite(values).all()
        assert (values >= 0).all()
    assert len(routes.city_names) == {"regions/rasht": 1, "regions/khatlon": 3, "regions/gbao": 1}.get(name, 5)


def test_the_pamir_is_the_dearest_and_longest_cut_off() -> None:
    routes = routes_of("tajikistan/national")
    closed = (routes.market_closed["oybek"] * DAYS).sum(axis=1)
    assert routes.city_names[int(np.argmax(closed))] == "khorog"
    costs = {city: routes.place_market_cost["oybek"][routes.place_names.index(city)] for city in routes.city_names}
    assert max(costs, key=lambda city: costs[city]) == "khorog"


# --- the whole country --------------------------------------------------------------------------------


def test_the_national_file_places_all_holdings() -> None:
    routes = routes_of("tajikistan/national")
    assert routes.village_households.sum() == HOLDINGS
    in_district = np.bincount(routes.village_district, weights=routes.village_households)
    said = {row["district"]: int(row["holdings"]) for row in districts_file()}
    assert dict(zip(routes.district_names, in_district.astype(int).tolist(), strict=True)) == said
    sizes = routes.village_households
    assert 150 < sizes.min() <= sizes.max() < 250


def test_holdings_are_shared_out_by_people_outside_towns() -> None:
    """Largest remainders of the published number of holdings; the file says which populations are judgement."""
    rows = districts_file()
    rural = np.array([float(row["population_2020_thousand"]) - float(row["town_thousand"]) for row in rows])
    exact = HOLDINGS * rural / rural.sum()
    holdings = np.array([int(row["holdings"]) for row in rows])
    assert holdings.sum() == HOLDINGS
    assert np.abs(holdings - exact).max() < 1.0
    people = {
        province: sum(float(row["population_2020_thousand"]) for row in rows if row["district_id"].startswith(province))
        for province in ("TJK003", "TJK004", "TJK005")
    }
    assert people["TJK003"] + 110.8 == pytest.approx(3348.3, abs=0.1)  # with the city of Bokhtar
    assert people["TJK004"] == pytest.approx(2165.9, abs=0.1)
    assert people["TJK005"] + 30.5 == pytest.approx(228.9, abs=0.1)  # with the city of Khorugh


def test_every_district_of_the_country_is_there_once() -> None:
    known = list(csv.DictReader(shipped("data/places_districts.csv").read_text(encoding="utf-8").splitlines()))
    ours = [row["district_id"] for row in districts_file()]
    assert len(ours) == len(set(ours)) == 58
    assert set(ours) == {row["district_id"] for row in known} - CITIES_WITHOUT_HOLDINGS
    assert set(scenario_of("tajikistan/national").region.districts) == {row["district"] for row in districts_file()}


@pytest.mark.parametrize("name", ["regions/khatlon", "tajikistan/national"])
def test_a_bazaar_belongs_to_the_city_that_is_cheapest_to_reach(name: str) -> None:
    graph, routes = graph_of(name), routes_of(name)
    costs = [nx.single_source_dijkstra_path_length(graph, city, weight="usd_per_kg") for city in routes.city_names]
    for bazaar, own in zip(routes.bazaar_names, routes.bazaar_city.tolist(), strict=True):
        assert costs[own][bazaar] == pytest.approx(min(cost[bazaar] for cost in costs)), bazaar


def test_a_national_world_is_populated() -> None:
    world = world_of("tajikistan/national")
    state, routes = world.state, world.routes
    assert len(state.household) == HOLDINGS
    chains = world.parameters.chains
    assert state.city_price.shape == (5, len(chains)) == (5, 8)
    assert np.bincount(state.enterprise["chain"]).min() > 1000
    # usual supplies of all cities add up to the multiple of the crop that each chain asks for, or a little more
    for c, chain in enumerate(chains):
        crop = state.enterprise["expected_kg"][state.enterprise["chain"] == c].sum() / 12.0
        assert state.city_usual[:, c].mean(axis=1).sum() == pytest.approx(chain["city_size"] * crop, rel=0.02)
    # firms stand where their chain is kept, or in a city
    cities = {routes.place_names.index(city) for city in routes.city_names}
    kept = owner_shares(scenario_of("tajikistan/national"), routes)
    for c in range(len(chains)):
        grows = {b for b, d in enumerate(routes.bazaar_district.tolist()) if kept[d, c] > 0.0}
        assert set(state.firm["place"][state.firm["chain"] == c].tolist()) <= grows | cities


# --- differences between districts --------------------------------------------------------------------


def test_households_of_a_village_are_shared_out_evenly() -> None:
    world = build_world(small("baseline", {"region.districts.asht.villages": 3, "region.districts.asht.households": 10.7}), 1)
    asht = world.routes.village_district == world.routes.district_names.index("asht")
    assert world.routes.village_households[asht].tolist() == [11, 11, 10]


def by_district(world: World, column: str) -> dict[str, Any]:
    households = world.state.household
    district = world.routes.village_district[households["village"]]
    return {name: households[column][district == d] for d, name in enumerate(world.routes.district_names)}


def test_income_of_a_district_scales_its_own_households_only() -> None:
    usual, poorer = (build_world(small("baseline", changes), 3) for changes in ({}, {"region.districts.isfara.income": 0.5}))
    one, other = by_district(usual, "wages"), by_district(poorer, "wages")
    np.testing.assert_array_equal(other["isfara"], 0.5 * one["isfara"])
    np.testing.assert_array_equal(other["asht"], one["asht"])


def test_remittances_of_a_district_move_income_between_sources() -> None:
    usual, sent = (build_world(small("baseline", changes), 3) for changes in ({}, {"region.districts.asht.remittances": 0.5}))
    one, other = by_district(usual, "remittances"), by_district(sent, "remittances")
    both = [by_district(world, "wages")["asht"] + by_district(world, "remittances")["asht"] for world in (usual, sent)]
    np.testing.assert_allclose(both[0], both[1])
    assert (other["asht"] < one["asht"]).all()
    np.testing.assert_array_equal(other["konibodom"], one["konibodom"])


def test_households_of_gbao_have_less_income() -> None:
    world = world_of("tajikistan/national")
    wages = by_district(world, "wages")
    means = {name: values.mean() for name, values in wages.items()}
    assert means["shughnon"] / means["hisor"] == pytest.approx(0.77, abs=0.05)


def test_more_traders_at_a_bazaar_carry_more_to_the_city_at_a_better_price() -> None:
    usual, many = (engine.Simulation(small("baseline", changes), 4) for changes in ({}, {"region.districts.asht.traders": 10}))
    slopes = [run.world.parameters.bazaar_slope for run in (usual, many)]
    np.testing.assert_allclose((slopes[0] / slopes[1])[:, 0], [10, 1, 1])
    for run in (usual, many):
        run.run(until=8)  # the harvest of the first recorded year
    price, flow = (
        [run.context.state.bazaar_price[0, 0] for run in (usual, many)],
        [run.context.state.bazaar_outflow[0, 0] for run in (usual, many)],
    )
    assert price[1] > price[0]
    assert flow[1] > flow[0] > 0


def test_a_national_bazaar_has_traders_for_its_households() -> None:
    said = {row["district"]: int(row["holdings"]) for row in districts_file()}
    for name, district in scenario_of("tajikistan/national").region.districts.items():
        assert district.traders == pytest.approx(said[name] / 400, rel=0.01)


@pytest.mark.parametrize("word", ["apricot", "dried_apricot"])
def test_owners_of_a_district_are_respected(word: str) -> None:
    """By the scenario's name of the chain or by that of its data file; the others keep the chain's own share."""
    many = {f"region.districts.{name}.households": 200 for name in ("asht", "isfara", "konibodom")}
    world = build_world(small("baseline", {**many, f"region.districts.isfara.owners.{word}": 0.3}), 2)
    owned = np.zeros(len(world.state.household))
    owned[world.state.enterprise["household"]] = 1.0
    district = world.routes.village_district[world.state.household["village"]]
    share = {name: owned[district == d].mean() for d, name in enumerate(world.routes.district_names)}
    assert share["asht"] == share["konibodom"] == 1.0
    assert share["isfara"] == pytest.approx(0.3, abs=4 * (0.3 * 0.7 / 600) ** 0.5)


def test_the_scenarios_own_name_goes_before_that_of_the_file() -> None:
    changes = {"region.districts.isfara.owners.apricot": 0, "region.districts.isfara.owners.dried_apricot": 1}
    world = build_world(small("baseline", changes), 2)
    place = world.state.household["village"][world.state.enterprise["household"]]
    isfara = world.routes.district_names.index("isfara")
    assert isfara not in world.routes.village_district[place]
    assert world.routes.place_names.index("isfara") not in world.state.firm["place"]


def test_fewer_owners_move_a_run() -> None:
    usual, fewer = (engine.run(small("baseline", changes), 1) for changes in ({}, {"region.districts.asht.owners.apricot": 0.8}))
    assert bits(usual)[0] != bits(fewer)[0]


def test_an_unknown_chain_among_owners_is_named() -> None:
    with pytest.raises(ScenarioError) as caught:
        load_scenario(shipped("apricot/baseline"), {"region.districts.isfara.owners.aprikot": 0.3})
    assert "region.districts.isfara.owners.aprikot" in str(caught.value)
    assert 'no value chain "aprikot"' in str(caught.value)
    assert "nearest: apricot" in str(caught.value)


@pytest.mark.parametrize("share", [-0.1, 1.5])
def test_owners_out_of_bounds_are_refused(share: float) -> None:
    with pytest.raises(ScenarioError, match="owners"):
        load_scenario(shipped("apricot/baseline"), {"region.districts.isfara.owners.apricot": share})


@pytest.mark.parametrize(("city", "found"), [("khujant", 'no city "khujant"'), ("oybek", 'no city "oybek"')])
def test_an_unknown_city_of_a_district_is_named(city: str, found: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        load_scenario(shipped("apricot/baseline"), {"region.districts.isfara.city": city})
    assert "region.districts.isfara.city" in str(caught.value)
    assert found in str(caught.value)


# --- two cities in a run ------------------------------------------------------------------------------

TWO: dict[str, Any] = {"region.districts.isfara.city": "dushanbe"}


def test_naming_the_regions_own_city_changes_no_bit() -> None:
    usual, named = (engine.run(small("combined", changes), 4) for changes in ({}, {"region.districts.isfara.city": "khujand"}))
    assert bits(usual) == bits(named)


def test_two_cities_are_lived_alike_with_any_number_of_threads() -> None:
    """Books close every month of both runs (they raise otherwise), and the cities' prices part."""
    runs = [engine.Simulation(small("combined", TWO), 4, threads=threads) for threads in (1, 3)]
    for run in runs:
        run.run()
    assert bits(runs[0].outcome()) == bits(runs[1].outcome())
    prices = runs[0].context.state.city_price
    assert prices.shape == (2, 1)
    assert prices[0, 0] != prices[1, 0]


def test_supply_moves_the_price_of_its_own_city_only() -> None:
    """A double harvest in Isfara alone: in the first month only the city of Isfara answers."""
    more = engine.Simulation(small("baseline", TWO), 4), engine.Simulation(small("baseline", TWO), 4)
    for run in more:
        run.run(until=6)
    state = more[1].context.state
    district = more[1].world.routes.village_district[state.household["village"][state.enterprise["household"]]]
    isfara = district == more[1].world.routes.district_names.index("isfara")
    state.enterprise["weather"][isfara] *= 2.0
    for run in more:
        run.run(until=7)
    usual, doubled = (run.context.state.city_price[:, 0] for run in more)
    names = more[0].world.routes.city_names
    assert doubled[names.index("dushanbe")] < usual[names.index("dushanbe")]
    assert doubled[names.index("khujand")] == pytest.approx(usual[names.index("khujand")], rel=1e-3)


def test_a_closed_border_is_closed_for_a_city_by_its_own_path() -> None:
    cut = {"region.roads.pass.closed": {"jan": 1.0}}
    run = engine.Simulation(small("baseline", {**TWO, **cut}), 4)
    run.run(until=1)
    cities = run.world.routes.city_names
    markets = list(run.scenario.value_chains["apricot"].end_markets.values())
    is_open = run.context.state.market_open
    for m, market in enumerate(markets):
        if market.place == "airport":
            assert (is_open[cities.index("dushanbe"), m], is_open[cities.index("khujand"), m]) == (1, 0)
        else:
            assert is_open[cities.index("dushanbe"), m] == 0


def test_the_trade_of_a_month_names_both_cities() -> None:
    model = LinkageModel(small("baseline", TWO), rng=4)
    for _ in range(9):
        model.step()
    graph = model.trade_graph()
    assert {"price_apricot"} <= set(graph.nodes["khujand"]) & set(graph.nodes["dushanbe"])
    assert graph.edges["isfara", "dushanbe"]["kind"] == graph.edges["asht", "khujand"]["kind"] == "traders"
    assert not graph.has_edge("isfara", "khujand")


def test_a_place_of_the_users_own_belongs_to_the_regions_city() -> None:
    """Districts of the scenario say nothing about places that come from a file."""
    region = scenario_of("regions/khatlon").region
    assert region.city_of("vose") == "kulob"
    assert region.model_copy(update={"graph_file": "own.csv"}).city_of("vose") == "bokhtar"
    assert place_attributes("bazaar", "vose", "vose", (0.0, 0.0), "test")["district"] == "vose"


def test_ties_are_kept_with_firms_of_the_own_chain_only() -> None:
    """Two chains: an enterprise of the second remembers as many firms as its chain has, and finds the one it dealt with."""
    run = engine.Simulation(small("baseline", {"value_chains.late": {"data": "dried_apricot"}}), 4)
    state, p = run.context.state, run.context.parameters
    per_chain = len(state.firm) // 2
    assert state.tie_kept.shape == state.tie_broken.shape == (len(state.enterprise), per_chain)
    e = int(np.flatnonzero(state.enterprise["chain"] == 1)[0])
    state.enterprise["firm"][e], state.enterprise["season_kept"][e] = per_chain + 2, 10.0
    met_here, told, heard = np.zeros((len(state.firm), 3)), np.zeros((len(state.firm), 3)), np.zeros((2, len(state.firm)))
    ties_season(e, state.enterprise[e], p.ties[0], 0.0, met_here, told, heard, state.tie_kept, state.tie_broken)
    assert np.flatnonzero(state.tie_kept[e]).tolist() == [2]
    trusted = [tie_trust(e, f, 0, state.tie_kept, state.tie_broken, state.route, p.ties) for f in (per_chain + 2, per_chain + 3)]
    assert trusted[0] > trusted[1]
