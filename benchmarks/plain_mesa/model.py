"""The month of the apricot chain as a user of Mesa would write it."""

from __future__ import annotations

from collections import Counter
from math import exp
from types import SimpleNamespace
from typing import Any

import mesa
import numpy as np

from linkage_sim.scenario.scenario import Scenario
from linkage_sim.world.parameters import bazaars_with_shop
from linkage_sim.world.world import World, build_world
from plain_mesa.facilitator import Facilitator
from plain_mesa.leadfirm import LeadFirm, Route
from plain_mesa.market import Bazaar, City, EndMarket, Processor
from plain_mesa.record import Recorder
from plain_mesa.settings import Luck, Settings, plain, refuse_what_is_unknown, values
from plain_mesa.smallholder import Smallholder
from plain_mesa.village import Village


class PlainModel(mesa.Model):
    """One chain, month by month; ``step`` is a month, from the first month of the spin-up.

    Parameters
    ----------
    scenario : resolved; seed : of the world and its luck, as `linkage_sim.engine.run` takes it
    world : already built; it is read, never changed

    Raises
    ------
    Unsupported
        where the scenario needs what this model does not know.
    """

    settled = 0.02

    def __init__(self, scenario: Scenario, seed: int, world: World | None = None) -> None:
        super().__init__(rng=seed % 2**32)
        world = build_world(scenario, seed) if world is None else world
        refuse_what_is_unknown(scenario, world)
        self.settings = settings = Settings(scenario, world)
        self.chain, self.behaviour, self.people = settings.chain, settings.behaviour, settings.people
        self.firm_terms, self.ties, self.inputs, self.traders = settings.firms, settings.trust, settings.inputs, settings.traders
        self.season, self.effects, self.timeline = settings.season, settings.effects, settings.timeline
        self.practices = {name: practice(self.chain, name) for name in ("improved", "quality")}
        self.luck = Luck(world.key)
        self.month = -self.timeline.spin_up
        self.flows: Counter[str] = Counter()
        self.quote_gap = self.city_shock = 0.0
        self.build_markets(world)
        self.build_villages(world)
        self.build_firms(world)
        self.district_left = [1.0] * (1 + max(village.district for village in self.villages))
        self.facilitator = Facilitator(self)
        self.recorder = Recorder(self)

    # --- building -------------------------------------------------------------------------------------

    def build_markets(self, world: World) -> None:
        numbers, state = world.parameters, world.state
        first = state.orders[state.firm["active"] == 1].sum(axis=0)
        self.end_markets = [
            EndMarket(self, m, plain(numbers.markets[m]), numbers.market_haul[m].tolist(), float(first[m]))
            for m in range(len(numbers.markets))
        ]
        self.cities = [
            City(self, w, float(state.city_base[w, 0]), state.city_usual[w, 0].tolist(), state.city_region[w, 0].tolist())
            for w in range(len(state.city_base))
        ]
        self.market_closed = numbers.market_closed_chance.tolist()
        shops = bazaars_with_shop(len(state.input_stock), self.inputs.bazaar_outlets)
        self.bazaars = [
            Bazaar(self, b, self.cities[numbers.bazaar_city[b]], float(numbers.bazaar_haul[b]), float(numbers.bazaar_slope[b, 0]), {
                "demand0": float(state.bazaar_demand0[b, 0]), "usual": state.usual_price[b, 0].tolist(),
                "closed": numbers.bazaar_closed_chance[b].tolist(), "price": float(state.bazaar_price[b, 0]),
                "has_shop": bool(shops[b]), "input_stock": float(state.input_stock[b]), "input_normal": 0.0,
            })
            for b in range(len(state.input_stock))
        ]  # fmt: skip
        self.processors = [
            Processor(self, plain(numbers.plants[q]), self.cities[numbers.plant_city[q]], self.end_markets[numbers.plant_market[q]], {
                "from": numbers.plant_haul[q].tolist(), "market": float(numbers.plant_market_haul[q]),
                "city": float(numbers.plant_city_haul[q]),
            })
            for q in range(len(numbers.plants))
        ]  # fmt: skip

    def build_villages(self, world: World) -> None:
        state, closed = world.state, world.parameters.village_closed_chance.tolist()
        self.villages: list[Village] = []
        for number, row in enumerate(state.village):
            start = values(row)
            bazaar = self.bazaars[start.pop("bazaar")]
            village = Village(self, number, bazaar, start | {"road_closed": closed[number]})
            bazaar.villages.append(village)
            self.villages.append(village)
        costs = sum(one.cost for one in self.practices.values())
        self.smallholders: list[Smallholder] = []
        for household, orchard in zip(state.household, state.enterprise, strict=True):
            village = self.villages[household["village"]]
            one = Smallholder(self, village, values(household), values(orchard))
            village.households.append(one)
            village.bazaar.input_normal += one.assets * costs
            self.smallholders.append(one)

    def build_firms(self, world: World) -> None:
        numbers, state = world.parameters, world.state
        self.firms: list[LeadFirm] = []
        for number, row in enumerate(state.firm):
            place = int(row["place"])
            firm = LeadFirm(self, number, self.cities[numbers.place_city[place]], float(numbers.city_haul[place]), values(row))
            firm.orders = {market: float(state.orders[number, market.number]) for market in self.end_markets}
            firm.orders_left = dict(firm.orders)
            firm.market_haul = {market: market.haul[place] for market in self.end_markets}
            firm.plant_haul = [plant.haul[place] for plant in self.processors]
            for village in self.villages:
                haul = float(numbers.firm_haul[place, village.number])
                route = Route(firm, village, haul, values(state.route[number, village.number]))
                firm.routes[village] = village.routes[firm] = route
            self.firms.append(firm)

    # --- the month ------------------------------------------------------------------------------------

    @property
    def calendar(self) -> int:
        return self.month % 12

    @property
    def year(self) -> int:
        """Number of the harvest that the month belongs to."""
        return (self.month - int(self.chain.harvest_start)) // 12

    @property
    def helping(self) -> bool:
        """Whether the facilitator is there and does part of the work on routes."""
        return self.facilitator.is_working

    def prices(self) -> dict[City, float]:
        return {city: city.price for city in self.cities}

    def step(self) -> None:
        """Live one month: ten phases."""
        self.meet_the_month()
        self.facilitator.act()
        if self.calendar == int(self.chain.contract_month):
            self.offer()
        self.choose()
        self.every(Smallholder, "produce")
        self.trade()
        self.settle()
        self.sell_on()
        self.learn()
        self.recorder.record()
        self.month += 1

    def run(self) -> None:
        while self.month < self.timeline.months:
            self.step()

    def every(self, kind: type[mesa.Agent], method: str, *arguments: Any) -> None:
        """Every agent of a kind, in the order in which they were made."""
        self.agents_by_type[kind].do(method, *arguments)

    def meet_the_month(self) -> None:
        """Prices abroad, roads, weather, households' shocks."""
        chain, luck, month = self.chain, self.luck, self.month
        z = luck.normal("city.shock", month, 0)
        self.city_shock = chain.city_persistence * self.city_shock + chain.city_shock * z
        for city in self.cities:
            city.base = chain.city_price * self.settings.city_season[self.calendar] * exp(self.city_shock)
            for market in self.end_markets:
                place = city.number * len(self.end_markets) + market.number
                closed = self.market_closed[city.number][market.number][self.calendar]
                city.can_reach[market] = luck.uniform("road.market", month, place) >= closed
        self.every(EndMarket, "meet_the_month", z)
        self.every(Bazaar, "meet_the_month")
        self.every(Village, "meet_the_month")
        self.every(Smallholder, "meet_the_month")
        if self.calendar == int(chain.bad_month):
            self.district_left = [self.left_by_bad_year(d) for d in range(len(self.district_left))]
            self.every(Village, "meet_the_weather")

    def left_by_bad_year(self, district: int) -> float:
        chain, place = self.chain, district * 64
        if self.luck.uniform("weather.bad_year", self.month, place) >= chain.harvest_bad_year_chance:
            return 1.0
        mild = self.luck.uniform("weather.bad_year_size", self.month, place)
        return chain.harvest_bad_year_worst + mild * (chain.harvest_bad_year_mildest - chain.harvest_bad_year_worst)

    def offer(self) -> None:
        self.every(Village, "look_at_the_season")
        self.every(LeadFirm, "plan")

    def choose(self) -> None:
        """Contracts, then practices. Areas stay: a household has one crop, so its land has no other use."""
        if self.calendar == int(self.chain.contract_month):
            self.every(Village, "choose_contracts")
        if self.calendar == int(self.chain.practice_month):
            self.every(Village, "look_at_the_season")
            self.every(Village, "wish_practices")
            self.every(Bazaar, "ration_inputs")
            self.every(Village, "buy_inputs")
        self.every(LeadFirm, "pay_services")

    def trade(self) -> None:
        """Passes of deciding at a quote and clearing; before the last one firms decide whether they keep their word."""
        self.every(Bazaar, "first_quote")
        self.every(LeadFirm, "value_routes_today")
        self.rivals_bid()
        somebody = any(one.stock_a + one.stock_b + one.potential > 0 for one in self.smallholders)
        for number in range(int(self.behaviour.quote_passes) - 1 if somebody else 0):
            self.try_quotes(number)
            if max(bazaar.move_quote(number) for bazaar in self.bazaars) < self.settled:
                break
        else:
            if somebody:
                self.every(Bazaar, "go_back")
        self.every(LeadFirm, "decide_on_word")
        self.try_quotes(None)
        self.every(Village, "learn_of_rivals")
        worth = {bazaar: bazaar.supply * bazaar.price for bazaar in self.bazaars}
        gaps = sum(each * abs(bazaar.price / bazaar.quote - 1) for bazaar, each in worth.items())
        self.quote_gap = gaps / sum(worth.values()) if sum(worth.values()) > 0 else 0.0
        for bazaar in self.bazaars:
            self.flows["sold to local consumers"] += bazaar.demand
            self.flows["taken to the city"] += max(0, bazaar.outflow)
            self.flows["brought from the city"] += max(0, -bazaar.outflow)

    def try_quotes(self, number: int | None) -> None:
        """One pass: decide at the quotes and clear; without a number the final one."""
        self.every(Bazaar, "look_ahead")
        asking = {bazaar for bazaar in self.bazaars if number is None or bazaar.asks_again(number)}
        for village in self.villages:
            if village.bazaar in asking:
                village.decide(final=number is None)
        for bazaar in self.bazaars:
            bazaar.supply = sum(village.supply for village in bazaar.villages)
        self.every(City, "clear")

    def rivals_bid(self) -> None:
        """At harvest the rival with the highest netback wins a village's free grade A, at the second highest bid at least."""
        harvest = self.season[self.calendar] > 0
        for village in self.villages:
            village.rival, village.rival_cap, village.rival_ratio = None, 0.0, 0.0
            if not harvest:
                continue
            village.rival_price = 0.0
            if village.closed:
                continue
            best, second = village.bazaar.quote * (1 + self.chain.bazaar_grade_premium) - village.haul, 0.0
            for firm in self.firms:
                if not (firm.imitator and firm.active and firm.routes[village].is_open and firm.cash + firm.credit > 0):
                    continue
                bid = firm.bid_for(village)
                if bid > best:
                    second = best if village.rival is not None else second
                    best, village.rival, village.rival_ratio = bid, firm, 1.0
                else:
                    second = max(second, bid)
            village.rival_top, village.rival_second = best, second
        for firm in self.firms:
            firm.share_out_appetite()

    def settle(self) -> None:
        for firm in self.firms:
            firm.purchases = firm.presented = 0.0
        self.every(Smallholder, "put_on_account")
        self.every(LeadFirm, "pay_dues")
        self.every(Smallholder, "settle")
        self.every(LeadFirm, "receive")
        if self.calendar == int(self.chain.season_end):
            self.every(Smallholder, "settle_loan")
            self.every(LeadFirm, "receive")

    def sell_on(self) -> None:
        for city in self.cities:
            city.extra = 0.0
        self.every(Processor, "open_gate")
        self.every(LeadFirm, "sell_on")
        self.every(Processor, "buy_in_the_city")

    def learn(self) -> None:
        self.every(Bazaar, "learn_price")
        self.every(Smallholder, "wear_equipment")
        self.every(Village, "learn_monthly")
        if self.calendar == int(self.chain.season_end):
            self.every(Village, "look_back")
            self.every(Bazaar, "tell_news")
            self.every(Smallholder, "learn_of_season")
            self.every(LeadFirm, "update_records")
            self.renew_firms()
        if self.calendar == (int(self.chain.practice_month) + 1) % 12:
            self.every(Bazaar, "restock")
            self.every(Village, "renew_outlet")

    def renew_firms(self) -> None:
        """Growth and exit of firms at the end of their season, then entry of rivals on the margin that was seen."""
        for market in self.end_markets:
            market.taken = sum(firm.orders[market] for firm in self.firms if firm.active)
        margin = turnover = 0.0
        for firm in self.firms:
            if not firm.active:
                continue
            if not firm.imitator:
                margin += max(0, firm.season_margin - self.firm_terms.fixed_cost)
                turnover += firm.season_kg
            firm.close_season()
        self.every(LeadFirm, "consider_entry", margin / max(turnover, 1000))


def practice(chain: SimpleNamespace, name: str) -> SimpleNamespace:
    """Numbers of one practice."""
    wanted = ("gain", "loss_cut", "cost", "equipment_share", "equipment_life", "known")
    return SimpleNamespace(**{word: getattr(chain, f"practices_{name}_{word}") for word in wanted})


def state_of(model: PlainModel, name: str) -> np.ndarray:
    """One attribute of all smallholders, for comparisons."""
    return np.array([getattr(one, name) for one in model.smallholders], dtype=float)
