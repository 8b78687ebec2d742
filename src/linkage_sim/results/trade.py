"""Who sold what to whom in one month, as a networkx graph with flows, prices and trust."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from linkage_sim.scenario.scenario import Scenario

Numbers = NDArray[np.float64]
Edge = tuple[str, str, dict[str, Any]]


@dataclass(frozen=True)
class Trade:
    """Sums of one month. Shapes: V villages, F firms, B bazaars, C chains, M end markets, P places of firms.

    Attributes
    ----------
    month : its number
    sold : (2, V) kg and USD from villages to their bazaar
    bought : (2, F, V) kg and USD from villages to firms
    firms, routes : record array (F,) and table (F, V) with the columns of the state
    trust : (F, V) mean over all there who grow what the firm buys; nan where nobody does
    outflow : (B, C) kg from bazaars to the city; negative: brought from it
    shipped : (F, M) kg from firms to end markets
    overflow : (2, F) kg from firms to processors and to the city
    sales : (F,) USD of each firm
    bazaar_price, city_price, market_price : (B, C), (W, C) and (M,) USD/kg; W wholesale cities
    """

    month: int
    sold: Numbers
    bought: Numbers
    firms: NDArray[Any]
    routes: Any
    trust: Numbers
    outflow: Numbers
    shipped: Numbers
    overflow: Numbers
    sales: Numbers
    bazaar_price: Numbers
    city_price: Numbers
    market_price: Numbers


@dataclass(frozen=True)
class TradeMap:
    """Where trade takes place; draws graphs of any month.

    Parameters
    ----------
    scenario : gives chains and end markets, in the order of the arrays
    market_graph : places and roads
    villages, bazaars, places, firms : names in the order of the arrays
    own_bazaar : place in ``bazaars`` of where each village sells
    cities : names in the order of the arrays
    bazaar_city, place_city : place in ``cities`` of each bazaar and of each place of firms
    """

    scenario: Scenario
    market_graph: nx.Graph[str]
    villages: Sequence[str]
    bazaars: Sequence[str]
    places: Sequence[str]
    firms: Sequence[str]
    own_bazaar: Sequence[int]
    cities: Sequence[str]
    bazaar_city: Sequence[int]
    place_city: Sequence[int]

    def priced(self, graph: Any, trade: Trade) -> Any:
        """Write the month's prices to bazaars and cities of a graph: ``price_<chain>``, USD/kg."""
        for c, chain in enumerate(self.scenario.value_chains):
            for w, city in enumerate(self.cities):
                graph.nodes[city][f"price_{chain}"] = float(trade.city_price[w, c])
            for b, bazaar in enumerate(self.bazaars):
                graph.nodes[bazaar][f"price_{chain}"] = float(trade.bazaar_price[b, c])
        return graph

    def graph(self, trade: Trade) -> nx.DiGraph[str]:
        """Trade of a month.

        Nodes are the places of the market graph, firms (``kind`` firm, by name), end markets and processors (by
        ``chain/name``). Every edge has ``kind``, ``kg`` and ``usd``; those from villages to firms also ``trust``,
        ``members``, ``price_a`` and ``price_b``.
        """
        graph: nx.DiGraph[str] = nx.DiGraph(month=trade.month, scenario=self.scenario.name)
        graph.add_nodes_from((name, dict(data)) for name, data in self.market_graph.nodes(data=True))
        self.priced(graph, trade)
        for village, own, kg, usd in zip(self.villages, self.own_bazaar, *trade.sold.tolist(), strict=True):
            graph.add_edge(village, self.bazaars[own], kind="bazaar", kg=kg, usd=usd)
        for f, name in enumerate(self.firms):
            firm = trade.firms[f]
            chain = list(self.scenario.value_chains)[firm["chain"]]
            node = name if name not in graph else f"{name} (firm)"
            graph.add_node(node, kind="firm", active=bool(firm["active"]), chain=chain, **self._at(int(firm["place"])))
            graph.add_edges_from(self._purchases(trade, f, node))
            graph.add_edges_from(self._sales(graph, trade, f, node, chain))
        graph.add_edges_from(self._traders(trade))
        return graph

    def _at(self, place: int) -> dict[str, Any]:
        at = self.market_graph.nodes[self.places[place]]
        return {"place": self.places[place], "latitude": at["latitude"], "longitude": at["longitude"]}

    def _purchases(self, trade: Trade, f: int, node: str) -> Iterator[Edge]:
        """From villages where a firm buys or is open for it."""
        kind = "spot" if trade.firms["imitator"][f] else "contract"
        for v in np.flatnonzero((trade.routes["is_open"][f] == 1) | (trade.bought[0, f] > 0.0)).tolist():
            route = trade.routes[f, v]
            kg, usd = trade.bought[:, f, v].tolist()
            told = {name: float(route[name]) for name in ("members", "price_a", "price_b")}
            told |= {"kg": kg, "usd": usd, "trust": float(trade.trust[f, v])}
            yield self.villages[v], node, {"kind": kind, **told}

    def _sales(self, graph: Any, trade: Trade, f: int, node: str, chain: str) -> Iterator[Edge]:
        """To end markets, processors and the city; sales are shared out by what each took, at full price."""
        w, outlets = self.place_city[int(trade.firms["place"][f])], []
        chains = self.scenario.value_chains
        markets = [(each, name, market) for each in chains for name, market in chains[each].end_markets.items()]
        for m, (each, name, market) in enumerate(markets):
            price, kg = float(trade.market_price[m]), float(trade.shipped[f, m])
            if each == chain:
                graph.add_node(f"{chain}/{name}", kind="end market", place=market.place, price=price)
                outlets.append((f"{chain}/{name}", "end market", kg, kg * market.conversion * price))
        to_plants, to_city = trade.overflow[:, f].tolist()
        city_price = float(trade.city_price[w, list(chains).index(chain)])
        if chains[chain].processors:
            graph.add_node(f"{chain}/processors", kind="processors", place="", price=city_price)
            outlets.append((f"{chain}/processors", "processors", to_plants, to_plants * city_price))
        outlets.append((self.cities[w], "city", to_city, to_city * city_price))
        worth = sum(value for *_, value in outlets)
        scale = float(trade.sales[f]) / worth if worth > 0.0 else 0.0
        for outlet, kind, kg, value in outlets:
            if kg > 0.0:
                yield node, outlet, {"kind": kind, "kg": kg, "usd": value * scale}

    def _traders(self, trade: Trade) -> Iterator[Edge]:
        """Between bazaars and their city, at the price of the city; both ways where chains differ."""
        out, back = trade.outflow.clip(min=0.0), (-trade.outflow).clip(min=0.0)
        for b, bazaar in enumerate(self.bazaars):
            w = self.bazaar_city[b]
            city = self.cities[w]
            for one, other, kg in ((bazaar, city, out[b]), (city, bazaar, back[b])):
                if one == bazaar or kg.any():
                    usd = float((kg * trade.city_price[w]).sum())
                    yield one, other, {"kind": "traders", "kg": float(kg.sum()), "usd": usd}
