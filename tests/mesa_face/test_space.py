from __future__ import annotations

from collections.abc import Callable
from typing import Any

import mesa
import networkx as nx
import numpy as np
import pytest

from linkage_sim.agents import LeadFirm, Smallholder
from linkage_sim.books import DELIVERED, FIRM_SALES, FIRM_SHIPPED, FROM_CITY, SALES, TO_BAZAAR, TO_CITY, TO_RIVAL
from linkage_sim.errors import ResultsError
from linkage_sim.model import LinkageModel

Make = Callable[..., LinkageModel]
MONTHS = 32


# --- space --------------------------------------------------------------------------------------------


def test_the_network_is_the_market_graph_and_carries_agents(harvest: LinkageModel) -> None:
    graph = harvest.simulation.world.graph
    network = harvest.network
    assert isinstance(network, mesa.discrete_space.Network)
    assert {cell.coordinate for cell in network} == set(graph)
    for cell in network:
        data = graph.nodes[cell.coordinate]
        assert cell.position.tolist() == [data["longitude"], data["latitude"]]
        assert {other.coordinate for other in cell.neighborhood} == set(graph.neighbors(cell.coordinate))
    farmers = [agent for agent in network["asht/v01"].agents if isinstance(agent, Smallholder)]
    assert farmers == list(harvest.agents_by_type[Smallholder].select(lambda farmer: farmer.village == 0))
    everybody = [agent for cell in network for agent in cell.agents]
    assert len(everybody) == len(set(everybody)) == len(harvest.agents) - 1
    assert len(network.agents) == len(everybody)


def test_neighbourhoods_are_those_of_the_graph(harvest: LinkageModel) -> None:
    graph = harvest.simulation.world.graph
    for name, radius in (("asht", 1), ("asht", 2), ("khujand", 3), ("asht/v01", 2)):
        found = {cell.coordinate for cell in harvest.network[name].get_neighborhood(radius)}
        near = set(nx.single_source_shortest_path_length(graph, name, cutoff=radius))
        assert found == near - {name}
        around = harvest.network[name].get_neighborhood(radius, include_center=True)
        assert {cell.coordinate for cell in around} == near
    with pytest.raises(ValueError, match="radius must be 1 or more"):
        harvest.network["asht"].get_neighborhood(0)
    place = harvest.network["asht"]
    place.disconnect(harvest.network["khujand"])
    assert "khujand" not in {cell.coordinate for cell in place.neighborhood}
    harvest.network.remove_cell(harvest.network["konibodom/v01"])
    assert "konibodom/v01" in graph


def test_the_market_graph_tells_this_months_prices(harvest: LinkageModel) -> None:
    graph, s = harvest.market_graph(), harvest.state
    for number, bazaar in enumerate(harvest.simulation.world.routes.bazaar_names):
        assert graph.nodes[bazaar]["price_apricot"] == s.bazaar_price[number, 0]
    assert graph.nodes[harvest.scenario.region.city]["price_apricot"] == s.city_price[0]
    assert set(graph) == set(harvest.simulation.world.graph)
    assert "price_apricot" not in harvest.simulation.world.graph.nodes["asht"]
    assert graph.edges["asht/v01", "asht"]["kilometres"] > 0.0


def sums(graph: Any, *kinds: str) -> tuple[float, float]:
    edges = [data for *_, data in graph.edges(data=True) if data["kind"] in kinds]
    return sum(data["kg"] for data in edges), sum(data["usd"] for data in edges)


def test_the_trade_graph_sums_to_the_books_in_every_month(make: Make) -> None:
    model = make(replicate=1, keep_trade=True, through=MONTHS - 1)
    flows = model.outcome().flows
    for month in range(MONTHS):
        graph, booked = model.trade_graph(month), flows[month]
        assert graph.graph == {"month": month, "scenario": "combined"}
        assert sums(graph, "bazaar") == pytest.approx((booked[TO_BAZAAR], booked[SALES]))
        assert sums(graph, "contract", "spot")[0] == pytest.approx(booked[DELIVERED] + booked[TO_RIVAL])
        assert sums(graph, "traders")[0] == pytest.approx(booked[TO_CITY] + booked[FROM_CITY])
        assert sums(graph, "end market")[0] == pytest.approx(booked[FIRM_SHIPPED], abs=1e-6)
        outlets = sums(graph, "end market", "processors", "city")[1]
        assert outlets == pytest.approx(booked[FIRM_SALES], abs=1e-6)
    assert flows[:, DELIVERED].sum() > 1000.0


def test_edges_to_firms_carry_trust_members_and_prices(harvest: LinkageModel) -> None:
    graph = harvest.trade_graph()
    firms = harvest.agents_by_type[LeadFirm]
    seen = 0
    for firm in firms:
        assert graph.nodes[firm.name]["kind"] == "firm"
        assert graph.nodes[firm.name]["place"] == firm.place_name
        assert set(graph.predecessors(firm.name)) >= set(firm.villages)
        for village in graph.predecessors(firm.name):
            edge, route = graph.edges[village, firm.name], firm.route(village)
            assert (edge["members"], edge["price_a"]) == (route.members, route.price_a)
            assert edge["kg"] == route.bought_a + route.bought_b
            here = harvest.agents_by_type[Smallholder].select(lambda farmer, v=village: farmer.village_name == v)
            own = [each.trust_in(firm) for farmer in here for each in farmer.enterprises]
            assert edge["trust"] == pytest.approx(np.mean(own))
            seen += 1
    assert seen > 5
    assert set(graph.successors("asht/v01")) <= {"asht", *firms.get("name")}
    assert {data["kind"] for _, data in graph.nodes(data=True)} >= {"village", "bazaar", "city", "firm", "end market"}


def test_months_that_were_not_kept_or_lived_are_refused(make: Make) -> None:
    model = make(through=4)
    assert model.trade_graph().graph["month"] == 4
    assert nx.utils.graphs_equal(model.trade_graph(4), model.trade_graph())
    with pytest.raises(ResultsError, match="trade of month 3 was not kept: make the model with keep_trade=True"):
        model.trade_graph(3)
    with pytest.raises(ResultsError, match="month 5 has not been lived yet; the last one was 4"):
        model.trade_graph(5)
    fresh = make()
    assert fresh.trade_graph().graph["month"] == -1


def test_kept_months_do_not_change_afterwards(make: Make) -> None:
    model = make(keep_trade=True, replicate=1, through=18)
    then = model.trade_graph()
    model.run_model()
    assert nx.utils.graphs_equal(model.trade_graph(18), then)
    assert not nx.utils.graphs_equal(model.trade_graph(19), then)
