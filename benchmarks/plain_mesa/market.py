"""Markets: end markets, wholesale cities, district bazaars with their anonymous traders and input shops, processors."""

from __future__ import annotations

from math import exp, log, sqrt
from typing import TYPE_CHECKING, Any

import mesa
from scipy.optimize import brentq

from plain_mesa import formulas

if TYPE_CHECKING:
    from plain_mesa.leadfirm import LeadFirm
    from plain_mesa.model import PlainModel
    from plain_mesa.village import Village

CLOSED = 1e9
"""Slope of traders' cost where the road to the city is closed: nothing moves."""
HALVING = 4
"""Passes after which a quote that does not settle is halved between bounds."""
FAR = 0.1
"""Gap (log) from which a quote is not trusted after the last try."""
STILL = 0.001
"""Villages are not asked again before the last pass where the quote has moved by no more than this share since they decided."""


class EndMarket(mesa.Agent):
    """A rung of the quality ladder."""

    def __init__(self, model: PlainModel, number: int, terms: Any, haul: list[float], first_orders: float) -> None:
        super().__init__(model)
        self.number, self.terms, self.haul = number, terms, haul
        self.shock, self.price, self.taken = 0.0, terms.price, 0.0
        self.depth = terms.depth * first_orders
        self.costs = terms.processing_cost + terms.marketing_cost

    def meet_the_month(self, city_z: float) -> None:
        terms, own = self.terms, self.model.luck.normal("market.shock", self.model.month, self.number)
        z = terms.correlation * city_z + sqrt(1 - terms.correlation**2) * own
        self.shock = terms.persistence * self.shock + terms.shock * z
        self.price = terms.price * exp(self.shock)

    def pays(self, grade: str) -> float:
        """USD per kg of product by grade."""
        return self.price if grade == "a" else self.price * self.terms.grade_b_value


class Processor(mesa.Agent):
    """Buys from firms what orders do not take, and in the city what it still can."""

    def __init__(self, model: PlainModel, terms: Any, city: City, market: EndMarket, hauls: dict[str, Any]) -> None:
        super().__init__(model)
        self.terms, self.city, self.market = terms, city, market
        self.haul, self.market_haul, self.city_haul = hauls["from"], hauls["market"], hauls["city"]
        self.free = 0.0

    @property
    def is_open(self) -> bool:
        return self.city.can_reach[self.market]

    @property
    def bid(self) -> float:
        terms = self.terms
        return formulas.processor_price(terms.conversion, self.market.price, self.market_haul, terms.margin, terms.cost)

    def open_gate(self) -> None:
        self.free = self.terms.capacity if self.is_open else 0.0

    def buy_in_the_city(self) -> None:
        flows = self.model.flows
        flows["shipped by processors"] += self.terms.capacity - self.free if self.is_open else 0.0
        if self.bid - self.city_haul > self.city.price:
            self.city.extra -= self.free
            flows["bought by processors in the city"] += self.free
            flows["shipped by processors"] += self.free
            self.free = 0.0


class City(mesa.Agent):
    """A wholesale market that clears around its own bazaars."""

    def __init__(self, model: PlainModel, number: int, base: float, usual: list[float], region: list[float]) -> None:
        super().__init__(model)
        self.number, self.base, self.price = number, base, base
        self.usual, self.region = usual, region
        self.extra = self.extra_elsewhere = 0.0
        self.bazaars: list[Bazaar] = []
        self.can_reach: dict[EndMarket, bool] = {}

    def expected_season_price(self) -> float:
        """Wholesale price expected over the coming harvest, months weighted by what ripens in them."""
        now, memory, season = self.model.calendar, self.model.behaviour.news_memory, self.model.season
        usual = [self.model.chain.city_price * factor for factor in self.model.settings.city_season]
        ahead = [(now + months) % 12 for months in range(12)]
        return sum(
            season[then] * formulas.expected_price(usual[then], self.price, usual[now], memory**months)
            for months, then in enumerate(ahead)
            if season[then] > 0
        )

    def price_from(self, inflow: float) -> float:
        usual = self.usual[self.model.calendar]
        rest = max(0, usual - self.region[self.model.calendar])
        return formulas.wholesale_price(self.base, rest + inflow, usual, self.model.chain.city_elasticity)

    def clearing(self, extra: float, friction: bool) -> tuple[float, list[tuple[float, float, float]]]:
        """The price that what flows in at that price brings about; and price, outflow and demand of every bazaar then."""

        def missing(log_price: float) -> float:
            price = exp(log_price)
            inflow = sum(one.cleared_at(price, friction)[1] for one in self.bazaars)
            return log_price - log(self.price_from(inflow + extra))

        low = high = log(self.price)
        while missing(low) > 0:
            low -= 0.1
        while missing(high) < 0:
            high += 0.1
        price = exp(low if low == high else brentq(missing, low, high, xtol=1e-15, rtol=1e-15))
        return price, [one.cleared_at(price, friction) for one in self.bazaars]

    def clear(self) -> None:
        self.price, found = self.clearing(self.extra, friction=True)
        for bazaar, (price, moved, demand) in zip(self.bazaars, found, strict=True):
            bazaar.price, bazaar.outflow, bazaar.demand = price, moved, demand


class Bazaar(mesa.Agent):
    """A district bazaar: local buyers, traders who link it to its city, and an input shop."""

    def __init__(self, model: PlainModel, number: int, city: City, haul: float, slope: float, start: dict[str, Any]) -> None:
        super().__init__(model)
        self.number, self.city, self.haul, self.slope = number, city, haul, slope
        self.demand_at_reference: float = start["demand0"]
        self.usual_price: list[float] = start["usual"]
        self.road_closed: list[float] = start["closed"]
        self.price = self.quote = self.last_quote = self.asked = start["price"]
        self.demand = self.outflow = self.supply = self.last_gap = 0.0
        self.step = [0.5] * 12
        self.asks = True
        self.bounds = [None, None]
        self.closed = False
        self.ahead: list[float] = []
        self.villages: list[Village] = []
        self.news: dict[LeadFirm, tuple[float, float]] = {}
        self.has_shop: bool = start["has_shop"]
        self.input_stock: float = start["input_stock"]
        self.input_normal: float = start["input_normal"]
        self.input_sales = self.inputs_wanted = 0.0
        self.input_ratio = 1.0
        city.bazaars.append(self)

    def meet_the_month(self) -> None:
        self.closed = self.model.luck.uniform("road.bazaar", self.model.month, self.number) < self.road_closed[self.model.calendar]

    # --- expectations ---------------------------------------------------------------------------------

    def expected_season_price(self) -> float:
        """Price expected over the coming harvest, months weighted by what ripens in them."""
        now, memory = self.model.calendar, self.model.behaviour.news_memory
        total = 0.0
        for months in range(12):
            then = (now + months) % 12
            if self.model.season[then] > 0:
                price = formulas.expected_price(self.usual_price[then], self.price, self.usual_price[now], memory**months)
                total += self.model.season[then] * price
        return total

    def first_quote(self) -> None:
        """The price expected after last month's."""
        now, memory = self.model.calendar, self.model.behaviour.news_memory
        self.quote = formulas.expected_price(self.usual_price[now], self.price, self.usual_price[now - 1], memory)

    def look_ahead(self) -> None:
        """Prices expected in the months until all is sold."""
        chain, now, memory = self.model.chain, self.model.calendar, self.model.behaviour.news_memory
        months = formulas.months_to_sell(now, int(chain.harvest_start), chain.kept_for)
        self.ahead = [
            formulas.expected_price(self.usual_price[(now + k) % 12], self.quote, self.usual_price[now], memory**k)
            for k in range(1, months + 1)
        ]

    def asks_again(self, number: int) -> bool:
        """Whether another pass could change anything: the quote is not settled and has moved since its villages decided."""
        settled = abs(self.last_gap) <= self.model.settled or abs(self.quote / self.asked - 1) <= STILL
        self.asks = number == 0 or not settled
        if self.asks:
            self.asked = self.quote
        return self.asks

    # --- clearing -------------------------------------------------------------------------------------

    def cleared_at(self, city_price: float, friction: bool) -> tuple[float, float, float]:
        """Price, kg that traders take to the city and kg sold to local buyers, at a city price.

        Without ``friction`` anybody trades with the city at the haul alone (unless the road is closed).
        """
        chain, traders = self.model.chain, self.model.traders
        slope, conduct = (self.slope, traders.conduct) if friction else (0.0, 0.0)
        if self.closed:
            slope = CLOSED
        choke = chain.bazaar_choke * chain.bazaar_reference_price
        if slope == 0 and conduct == 0:
            price = self.price_by_arbitrage(city_price, choke)
            demand = self.demand_at(price)
            moved = self.supply - demand
        else:
            price = self.price_with_traders(city_price, slope, conduct, choke)
            demand = self.demand_at(price)
            moved = formulas.outflow(price, city_price, self.haul, slope, conduct, demand, chain.bazaar_elasticity)
        if price >= choke * (1 - 1e-12):
            demand = self.supply - moved
        return price, moved, demand

    def demand_at(self, price: float) -> float:
        chain = self.model.chain
        return formulas.local_demand(price, self.demand_at_reference, chain.bazaar_reference_price, chain.bazaar_elasticity)

    def price_with_traders(self, city_price: float, slope: float, conduct: float, choke: float) -> float:
        def excess(log_price: float) -> float:
            price = exp(log_price)
            demand = self.demand_at(price)
            moved = formulas.outflow(price, city_price, self.haul, slope, conduct, demand, self.model.chain.bazaar_elasticity)
            return demand + moved - self.supply

        highest = log(choke)
        if excess(highest) >= 0:
            return choke
        low = high = min(log(self.price), highest)
        while excess(low) < 0:
            low -= 0.25
        while excess(high) > 0:
            high = min(high + 0.25, highest)
        return exp(low if low == high else brentq(excess, low, high, xtol=1e-15, rtol=1e-15))

    def price_by_arbitrage(self, city_price: float, choke: float) -> float:
        chain = self.model.chain
        alone = choke
        if self.supply > 0:
            alone = chain.bazaar_reference_price * (self.supply / self.demand_at_reference) ** (-1 / chain.bazaar_elasticity)
        return min(max(alone, city_price - self.haul), min(city_price + self.haul, choke))

    def move_quote(self, number: int) -> float:
        """Move the quote towards the cleared price; returns the gap (log) before that."""
        gap = log(self.price / self.quote)
        if self.asks:
            share = self.share_of_gap(number, gap)
        else:
            share = 0.0 if abs(gap) <= self.model.settled else self.step[self.model.calendar]
        self.last_quote, self.last_gap = self.quote, gap
        self.quote *= exp(share * gap)
        return abs(gap)

    def share_of_gap(self, number: int, gap: float) -> float:
        """First as in the last year, then where the last two passes say; once that has failed, half the way between bounds."""
        here, moved, share = log(self.quote), log(self.quote / self.last_quote), self.step[self.model.calendar]
        if number == 0:
            self.bounds, self.closest = [None, None], (1e9, self.quote)
        self.closest = min(self.closest, (abs(gap), self.quote), key=lambda one: one[0])
        side = 0 if gap > 0 else 1
        self.bounds[side] = here
        other = self.bounds[1 - side]
        if other is not None and (other <= here if side == 0 else other >= here):
            self.bounds[1 - side] = here + gap
        if number > 0 and abs(moved) > 1e-9:
            fall = (gap - self.last_gap) / moved
            if fall < 0:
                share = self.step[self.model.calendar] = min(1, max(0.1, -1 / fall))
        low, high = self.bounds
        if number >= HALVING and abs(gap) > self.model.settled and low is not None and high is not None:
            self.step[self.model.calendar] = 0.5
            return (0.5 * (low + high) - here) / gap
        return share

    def go_back(self) -> None:
        """A quote still far off after the last try goes back to the one that came closest."""
        if abs(self.last_gap) > FAR:
            self.quote = self.closest[1]

    # --- the input shop, and learning -----------------------------------------------------------------

    def ration_inputs(self) -> None:
        wanted = self.inputs_wanted
        self.input_ratio = min(1, self.input_stock / wanted) if wanted > 0 else 1.0
        self.input_sales += wanted
        self.input_stock = max(0, self.input_stock - wanted)
        self.inputs_wanted = 0.0

    def restock(self) -> None:
        """Once a year, from last season's sales."""
        inputs = self.model.inputs
        stock = max(inputs.restock * self.input_sales, 0.25 * inputs.stock * self.input_normal)
        self.input_stock = stock if self.has_shop else 0.0
        self.input_sales = 0.0

    def learn_price(self) -> None:
        now, rate = self.model.calendar, self.model.behaviour.price_learning
        self.usual_price[now] = (1 - rate) * self.usual_price[now] + rate * self.price

    def tell_news(self) -> None:
        """What is told here of every firm: mean over all members who sell here."""
        kept: dict[LeadFirm, float] = {}
        broken: dict[LeadFirm, float] = {}
        members: dict[LeadFirm, int] = {}
        for village in self.villages:
            for firm, (k, b) in village.met.items():
                number = village.members_met[firm]
                kept[firm] = kept.get(firm, 0.0) + k * number
                broken[firm] = broken.get(firm, 0.0) + b * number
                members[firm] = members.get(firm, 0) + number
        self.news = {firm: (kept[firm] / number, broken[firm] / number) for firm, number in members.items()}
