"""The Mesa face of a run: ``LinkageModel``, whose ``step()`` is a month, its network and its networkx graphs."""

from __future__ import annotations

import inspect
import itertools
import math
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import mesa
import networkx as nx
import numpy as np
from mesa.discrete_space import Cell, CellCollection, Network

from linkage_sim.agents import VIEWS, Facilitator, InputProvider, LeadFirm, Processor, Smallholder, firm_name, trust_in
from linkage_sim.books import FIRM_SALES, FIRM_TO_CITY, FIRM_TO_PLANT, N_FLOWS, STOCKED
from linkage_sim.engine import Outcome, Simulation, seed_of
from linkage_sim.errors import EngineError, ResultsError
from linkage_sim.explain import Story, explain_simulation
from linkage_sim.results.trade import Trade, TradeMap
from linkage_sim.scenario.check import check as check_draft
from linkage_sim.scenario.load import load_scenario
from linkage_sim.scenario.messages import ProblemsFound
from linkage_sim.scenario.resolve import draft_of_data
from linkage_sim.scenario.scenario import Scenario
from linkage_sim.scenario.shipped import shipped
from linkage_sim.world.graph import graph_positions
from linkage_sim.world.state import State


def resolved_scenario(scenario: Scenario | str | Path | None, overrides: Mapping[str, object]) -> Scenario:
    """A scenario from a file, a shipped name (None: ``apricot/baseline``) or a scenario, with values changed."""
    if not isinstance(scenario, Scenario):
        named = "apricot/baseline" if scenario is None else scenario
        is_file = isinstance(named, Path) or named.endswith((".yaml", ".yml"))
        return load_scenario(named if is_file else shipped(str(named)), overrides)
    if not overrides:
        return scenario
    changed, problems = check_draft(draft_of_data(scenario.resolved() | {"sources": scenario.sources}, overrides))
    if changed is None:
        raise ProblemsFound(problems)
    return changed


def _seed(scenario: Scenario, rng: Any, replicate: Any) -> int:
    """Seed of a run, from ``rng`` or from the scenario's own and the replicate."""
    for name, value in (("rng", 0 if rng is None else rng), ("replicate", replicate)):
        if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < 0:
            raise EngineError(f"{name} must be a whole number, 0 or more, not {value!r}")
    if rng is not None and replicate:
        raise EngineError("give rng or replicate, not both: a replicate's seed is made from the scenario's")
    return seed_of(scenario, int(replicate)) if rng is None else int(rng)


# --- what Mesa needs to be told -------------------------------------------------------------------------


class Place(Cell):
    """A place of the market graph; unlike Mesa's cells it keeps no neighbourhoods, and so no models, in its class."""

    @property
    def neighborhood(self) -> CellCollection:
        """Places that a road joins to this one."""
        return self.get_neighborhood()

    def get_neighborhood(self, radius: int = 1, include_center: bool = False) -> CellCollection:
        """Places within so many roads of this one."""
        if radius < 1:
            raise ValueError(f"radius must be 1 or more, not {radius}")
        edge, found = [self], {self: None}
        for _ in range(radius):
            edge = [other for place in edge for other in place.connections.values() if other not in found]
            found |= dict.fromkeys(edge)
        return CellCollection(list(found)[0 if include_center else 1 :], random=self.random)

    def _clear_cache(self) -> None:
        """Nothing is kept, so nothing need be cleared."""


class MonthCollector(mesa.DataCollector):
    """Mesa's collector; what it keeps of agents is numbered as batch_run of Mesa 3.3 asks for it, from 0."""

    def collect(self, model: Any) -> None:
        super().collect(model)
        if not hasattr(self, "_collection_steps"):
            for kept in (self._agent_records, self._agenttype_records):
                if model.steps in kept:
                    kept[model.steps - 1] = kept.pop(model.steps)


def _recorded(name: str, model: LinkageModel) -> float:
    return model.recorded(name)


class LinkageModel(mesa.Model):
    """A run as a Mesa model; one step is one month.

    Parameters
    ----------
    scenario : a `Scenario`, a file, or the name of a shipped one; left out: ``apricot/baseline``
    rng : seed of the world and its luck, as `linkage_sim.engine.run` takes it; left out: from scenario and replicate
    replicate : 0 or more; which of the scenario's worlds this is. Vary this one in `mesa.batch_run`
    threads : villages are shared out over threads; the result is the same for any number
    spin_up : live the spin-up now; False: its months are steps like all others
    keep_trade : keep what `trade_graph` needs of every month, not only of the last
    check : check every column against its declaration after every phase
    model_reporters, agent_reporters, agenttype_reporters : as for `mesa.DataCollector`; a text that names a column of
        the monthly record (`recorded`) stands for it. Without ``model_reporters``: the record of the whole region
    overrides : values by dotted path, such as ``{"facilitator.budget": 1000}``
    paths : the same, written ``facilitator__budget=1000``

    Attributes
    ----------
    simulation : the run behind the face
    running : whether there are months left
    by_hand : kg and USD that writing to agents' attributes has put in (or taken out), by account of the books
    """

    def __init__(
        self, scenario: Scenario | str | Path | None = None, rng: int | None = None, replicate: int = 0,
        threads: int = 1, spin_up: bool = True, *, keep_trade: bool = False, check: bool = False,
        model_reporters: Mapping[str, Any] | None = None, agent_reporters: Mapping[str, Any] | None = None,
        agenttype_reporters: Mapping[Any, Any] | None = None, overrides: Mapping[str, object] | None = None,
        **paths: object,
    ) -> None:  # fmt: skip
        given = dict(overrides or {}) | {path.replace("__", "."): value for path, value in paths.items()}
        chosen = resolved_scenario(scenario, given)
        seed = _seed(chosen, rng, replicate)
        super().__init__(rng=seed)
        self.simulation = simulation = Simulation(chosen, seed, threads=threads, check=check)
        self.written, self.touched, self.keep_trade = False, False, keep_trade
        self.by_hand = dict.fromkeys(STOCKED, 0.0)
        state = simulation.context.state
        self._shipped, self._firm_flows = np.zeros_like(state.orders), np.zeros((len(state.firm), N_FLOWS))
        simulation.watch = self._look_on
        self._trades: dict[int, Trade] = {}
        self._views: dict[type[Any], list[Any]] = {}
        self._network: Any = None
        sizes = len(state.household), len(state.firm), len(simulation.context.parameters.plants), len(state.input_stock)
        self._view_ids, self._other_ids = itertools.count(1), itertools.count(sum(sizes) + 2)
        self._columns = {name: number for number, name in enumerate(simulation.recorder.names)}
        main = {name.removesuffix(".all"): name for name in self._columns if name.endswith(".all") or "." not in name}
        reporters = {
            name: partial(_recorded, each) if isinstance(each, str) and each in self._columns else each
            for name, each in (main if model_reporters is None else model_reporters).items()
        }
        self.datacollector = MonthCollector(reporters, agent_reporters, agenttype_reporters)
        if spin_up:
            simulation.run(until=0)

    @property
    def scenario(self) -> Scenario:
        """What is run; it cannot be changed."""
        return self.simulation.scenario

    @scenario.setter
    def scenario(self, value: Any) -> None:
        """Mesa 3.5 gives every model a scenario of its own, which is not used; after that none can be given."""
        if hasattr(self, "simulation"):
            raise EngineError("the scenario of a model cannot be changed; make another model")

    @property
    def seed(self) -> int:
        """Seed of the world and its luck."""
        return self.simulation.seed

    @property
    def month(self) -> int:
        """The month that comes next, 0 = the first recorded (a January); negative in the spin-up."""
        return self.simulation.month

    @property
    def state(self) -> State:
        """All tables of the run, for NumPy: ``model.state.household["cash"]``."""
        return self.simulation.context.state

    def step(self) -> None:
        """Live one month: ten phases.

        Raises
        ------
        EngineError
            after the last month.
        """
        recorder, context = self.simulation.recorder, self.simulation.context
        if self.written:
            found = recorder.stocks_now(context).copy()
            for name, amount in zip(STOCKED, (found - recorder.books.stocks).tolist(), strict=True):
                self.by_hand[name] += amount
            recorder.books.stocks[:], self.written, self.touched = found, False, True
        context.look_again()  # whoever holds an agent may have changed anything
        self.simulation.step()
        if self.month >= self.scenario.timeline.months:
            self.running = False
            context.close()
        if self.keep_trade:
            self._trades[self.month - 1] = self._last_trade()
        self.datacollector.collect(self)

    def _wrapped_step(self, *args: Any, **kwargs: Any) -> None:
        """Mesa counts a step before it is taken, so one after the last month is refused before that."""
        if self.month >= self.scenario.timeline.months:
            raise EngineError(f"the run has ended: it has {self.scenario.timeline.months} months")
        super()._wrapped_step(*args, **kwargs)

    def _look_on(self, phase: str) -> None:
        """What the engine calls after every phase; what firms ship stands in the state only around phase 8."""
        state = self.state
        if phase == "settle":
            self._shipped = state.orders_left.copy()
        elif phase == "sell":
            self._shipped, self._firm_flows = self._shipped - state.orders_left, state.firm_flows.copy()

    def recorded(self, name: str) -> float:
        """Value of a column of the monthly record in the last month, such as ``income.women``; nan before month 0.

        Raises
        ------
        ResultsError
            where there is no such column.
        """
        if name not in self._columns:
            raise ResultsError(f"no monthly column {name!r}; known: {', '.join(self._columns)}")
        values, last = self.simulation.recorder.values, self.month - 1
        return float(values[last, self._columns[name]]) if last >= 0 else math.nan

    def explain(self, agent: Smallholder | LeadFirm, month: int | None = None) -> str:
        """Why a household or firm did what it did so far, in words; the run is lived again for it.

        Parameters
        ----------
        agent : a view of this model
        month : only this month, with every number behind it; left out: year by year

        Raises
        ------
        EngineError
            for other agents, a month not yet lived, or a model whose attributes were changed by hand.
        """
        return self.explained(agent).text(month)

    def explained(self, agent: Smallholder | LeadFirm) -> Story:
        """As `explain`, with the inputs, draw and threshold of every decision."""
        if self.written or self.touched:
            raise EngineError("attributes of this model were changed by hand, so its run cannot be lived again")
        if not isinstance(agent, (Smallholder, LeadFirm)):
            raise EngineError(f"only households and lead firms decide by rules that can be explained, not {type(agent).__name__}")
        identity = int(self.state.household["identity"][agent.row]) if isinstance(agent, Smallholder) else None
        firm = agent.row + 1 if isinstance(agent, LeadFirm) else None
        story = explain_simulation(self.scenario, self.seed, household=identity, firm=firm, until=max(self.month, 0))
        story.months = max(self.month, 0)
        return story

    def outcome(self) -> Outcome:
        """What the run leaves behind, as `linkage_sim.engine.run` returns it; months not yet lived are 0."""
        return self.simulation.outcome()

    @property
    def agents(self) -> Any:
        """All agents, in the order of `linkage_sim.agents.VIEWS` and of rows."""
        self._open()
        return super().agents

    @property
    def agents_by_type(self) -> Any:
        """Agents by type."""
        self._open()
        return super().agents_by_type

    @property
    def agent_types(self) -> Any:
        """Types of agents."""
        self._open()
        return super().agent_types

    @property
    def network(self) -> Network:
        """The market graph as Mesa's network; cells have a ``position`` (degrees east, north) and carry agents."""
        self._open()
        return self._network

    def view(self, kind: type[Any], row: int) -> Any:
        """The agent of a kind and row."""
        self._open()
        return self._views[kind][row]

    def register_agent(self, agent: Any) -> None:
        """Number an agent: views by kind and row from 1, agents of the user's own after them.

        Mesa 3.3 numbers agents from a store of the class `mesa.Agent` that keeps every model alive: it is emptied.
        """
        getattr(mesa.Agent, "_ids", {}).pop(self, None)
        is_view = isinstance(agent, VIEWS)
        if is_view and Facilitator in self._views:
            raise EngineError(f"agents of type {type(agent).__name__} are made by the model, one for each row")
        super().register_agent(agent)
        agent.unique_id = next(self._view_ids if is_view else self._other_ids)

    def _open(self) -> None:
        """Make the network and, on its cells, one view of every row."""
        if self._views:
            return
        world, s = self.simulation.world, self.state
        routes, positions, chains = world.routes, graph_positions(world.graph), self.scenario.value_chains.values()
        has_layout = "layout" in inspect.signature(Network).parameters
        layout: dict[str, Any] = {"layout": positions} if has_layout else {}
        self._network = Network(world.graph.copy(), random=self.random, cell_klass=Place, **layout)
        if not has_layout:
            for cell in self._network:
                cell.position = np.array(positions[cell.coordinate])
        places: dict[type[Any], list[str]] = {
            Smallholder: [routes.village_names[village] for village in s.household["village"].tolist()],
            LeadFirm: [routes.place_names[place] for place in s.firm["place"].tolist()],
            Processor: [plant.place for chain in chains for plant in chain.processors.values()],
            InputProvider: list(routes.bazaar_names),
        }
        for kind, names in places.items():
            made = self._views.setdefault(kind, [])
            for row, name in enumerate(names):
                made.append(kind(self, row))
                made[-1].cell = self._network[name]
        self._views[Facilitator] = [Facilitator(self)]

    def market_graph(self) -> nx.Graph[str]:
        """The market graph with this month's prices at bazaars and the city, ``price_<chain>`` in USD/kg."""
        graph: nx.Graph[str] = self._trade_map().priced(self.simulation.world.graph.copy(), self._last_trade())
        return graph

    def trade_graph(self, month: int | None = None) -> nx.DiGraph[str]:
        """Who sold to whom in a month: villages, bazaars, the city, firms and end markets; see `TradeMap.graph`.

        Parameters
        ----------
        month : left out: the last one lived; earlier ones only with ``keep_trade=True``

        Raises
        ------
        ResultsError
            where the month has not been lived or was not kept.
        """
        last = self.month - 1
        if month is not None and month > last:
            raise ResultsError(f"month {month} has not been lived yet; the last one was {last}")
        if month is not None and month != last and month not in self._trades:
            raise ResultsError(f"the trade of month {month} was not kept: make the model with keep_trade=True")
        return self._trade_map().graph(self._last_trade() if month is None or month == last else self._trades[month])

    def _trade_map(self) -> TradeMap:
        world = self.simulation.world
        routes, names = world.routes, [firm_name(self.simulation, row) for row in range(len(self.state.firm))]
        places = routes.village_names, routes.bazaar_names, routes.place_names
        return TradeMap(
            self.scenario, world.graph, *places, names, routes.village_bazaar.tolist(), routes.city_names, routes.bazaar_city.tolist(),
            routes.place_city.tolist(),
        )  # fmt: skip

    def _last_trade(self) -> Trade:
        """Sums of the last month."""
        context, s, chains = self.simulation.context, self.state, self.simulation.context.parameters.chains
        en, sizes = s.enterprise, (context.villages, len(s.firm))
        village, chain = s.household["village"][en["household"]], en["chain"]
        price = s.bazaar_price[s.village["bazaar"][village], chain]
        usd = (en["sold_a"] * (1.0 + chains["bazaar_grade_premium"][chain]) + en["sold_b"]) * price
        sold = [np.bincount(village, each, sizes[0]) for each in (en["sold_a"] + en["sold_b"], usd)]
        grows = (chain[:, None] == s.firm["chain"]).astype(float)
        each = trust_in(self.simulation, np.arange(len(en))[:, None], np.arange(sizes[1]), village[:, None])
        total, count = np.zeros(sizes), np.zeros(sizes)
        np.add.at(total, village, grows * each)
        np.add.at(count, village, grows)
        trust = np.divide(total, count, out=np.full(sizes, np.nan), where=count > 0.0).T
        return Trade(
            month=self.month - 1, sold=np.stack(sold), firms=s.firm.copy(), routes=s.route.copy(), trust=trust,
            bought=np.stack([s.route["bought_a"] + s.route["bought_b"], context.bought]), shipped=self._shipped,
            outflow=s.bazaar_outflow.copy(), overflow=self._firm_flows[:, [FIRM_TO_PLANT, FIRM_TO_CITY]].T,
            sales=self._firm_flows[:, FIRM_SALES], bazaar_price=s.bazaar_price.copy(), city_price=s.city_price.copy(),
            market_price=s.market_price.copy(),
        )  # fmt: skip
