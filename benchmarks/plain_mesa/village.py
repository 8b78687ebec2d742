"""Villages: where smallholders live, share a road, an association and an input outlet, and hear of each other."""

from __future__ import annotations

from math import exp
from typing import TYPE_CHECKING, Any

import mesa

from plain_mesa import formulas

if TYPE_CHECKING:
    from plain_mesa.leadfirm import LeadFirm, Route
    from plain_mesa.market import Bazaar
    from plain_mesa.model import PlainModel
    from plain_mesa.smallholder import Smallholder

REMEMBERED_YEARS = 5


class Village(mesa.Agent):
    """A village; attributes are named as in docs/state.md."""

    def __init__(self, model: PlainModel, number: int, bazaar: Bazaar, start: dict[str, Any]) -> None:
        super().__init__(model)
        for name, value in start.items():
            setattr(self, name, value)
        self.number, self.bazaar = number, bazaar
        self.households: list[Smallholder] = []
        self.routes: dict[LeadFirm, Route] = {}
        self.season_prices: dict[int, float] = {}
        self.met: dict[LeadFirm, tuple[float, float]] = {}
        self.members_met: dict[LeadFirm, int] = {}
        self.side_share = self.supply = 0.0
        self.season_price = self.outside_a = self.outside_b = 0.0
        self.improved_share = self.quality_share = 0.0
        self.rival: LeadFirm | None = None
        self.rival_buys = False
        self.rival_price = self.rival_gain = self.rival_second = self.rival_top = 0.0
        self.rival_ratio = self.rival_want = self.rival_cap = 0.0
        self.net_a = self.net_b = self.out_a = self.ratio = self.bid = 0.0

    # --- environment ----------------------------------------------------------------------------------

    def meet_the_month(self) -> None:
        self.closed = self.model.luck.uniform("road.village", self.model.month, self.number) < self.road_closed[self.model.calendar]

    def meet_the_weather(self) -> None:
        """This season's weather: lognormal for district and village, times what a bad year leaves."""
        chain, luck, month = self.model.chain, self.model.luck, self.model.month
        shared = 1.0
        for stream, place, spread in (
            ("weather.district", self.district, chain.harvest_weather_district),
            ("weather.village", self.number, chain.harvest_weather_village),
        ):
            shared *= exp(spread * luck.normal(stream, month, place * 64) - 0.5 * spread**2)
        if luck.uniform("weather.bad_year_village", month, self.number * 64) < chain.harvest_bad_year_villages:
            shared *= self.model.district_left[self.district]
        for one in self.households:
            one.meet_the_weather(shared)

    # --- offers and choices ---------------------------------------------------------------------------

    def look_at_the_season(self) -> None:
        """Price expected over the coming harvest, and what a kg sold freely is then worth here."""
        chain = self.model.chain
        self.season_price = self.bazaar.expected_season_price()
        self.outside_a = formulas.outside_value(self.season_price, chain.bazaar_grade_premium, self.haul, self.rival_gain)
        self.outside_b = formulas.outside_value(self.season_price, 0, self.haul, 0)

    def choose_contracts(self) -> None:
        for route in self.routes.values():
            route.members = 0
        for one in self.households:
            one.choose_contract()
        self.keep_to_targets()

    def keep_to_targets(self) -> None:
        """Scale contracts down where together they exceed what the firm contracts at most."""
        for firm, route in self.routes.items():
            members = [one for one in self.households if one.firm is firm]
            route.offered_a = sum(one.due_a for one in members)
            route.offered_b = sum(one.due_b for one in members)
            for one in members:
                if route.offered_a > route.target_a:
                    one.due_a *= route.target_a / route.offered_a
                if route.offered_b > route.target_b:
                    one.due_b *= route.target_b / route.offered_b
                one.contracted = one.due_a + one.due_b

    def wish_practices(self) -> None:
        self.input_wanted = 0.0
        for one in self.households:
            one.wish_practices()
            self.input_wanted += one.wanted_cost
        self.bazaar.inputs_wanted += self.input_wanted
        self.input_sales += self.input_wanted

    def buy_inputs(self) -> None:
        self.input_ratio = self.bazaar.input_ratio
        for one in self.households:
            one.buy_inputs()
        self.keep_to_targets()

    # --- trade ----------------------------------------------------------------------------------------

    def decide(self, final: bool) -> None:
        """One pass: what can be had outside a contract, then every household's decision."""
        quote, premium = self.bazaar.quote, self.model.chain.bazaar_grade_premium
        self.net_a, self.net_b = quote * (1 + premium) - self.haul, quote - self.haul
        self.rival_buys = self.rival is not None and self.net_a <= self.rival_top
        self.ratio = self.rival_ratio if self.rival_buys else 0.0
        self.bid = max(self.rival_second, self.net_a)
        self.out_a = self.ratio * self.bid + (1 - self.ratio) * self.net_a
        self.supply = self.rival_want = 0.0
        for route in self.routes.values():
            route.start_pass()
        for one in self.households:
            one.decide(final)
        if not final and self.rival_want > 0:
            self.rival_ratio = min(1, self.rival_cap / self.rival_want)
        if final and self.rival is not None:
            kg, route = self.rival_want * self.rival_ratio, self.routes[self.rival]
            route.bought["a"] += kg
            route.season_kept += kg

    def learn_of_rivals(self) -> None:
        """What rivals add to a kg sold freely: a mean over harvest months by what ripens in them."""
        ripe = self.model.season[self.model.calendar]
        if ripe <= 0:
            return
        added = 0.0
        if self.rival_want > 0:
            net = self.bazaar.quote * (1 + self.model.chain.bazaar_grade_premium) - self.haul
            added = self.rival_ratio * max(0, self.rival_price - net)
        self.rival_gain += ripe * (added - self.rival_gain)

    # --- learn ----------------------------------------------------------------------------------------

    def learn_monthly(self) -> None:
        """The association is built up or fades; the season's price is remembered."""
        effect = self.model.effects.associations
        if self.association < self.association_goal:
            self.association = min(self.association_goal, self.association + self.association_goal / effect.build)
        elif self.association > self.association_goal:
            self.association = max(self.association_goal, self.association * (1 - effect.decay / 12))
        ripe, year = self.model.season[self.model.calendar], self.model.year
        if ripe > 0:
            if self.model.calendar == int(self.model.chain.harvest_start):
                self.season_prices[year] = 0.0
                self.season_prices.pop(year - REMEMBERED_YEARS, None)
            net = max(0, self.bazaar.price - self.haul)
            self.season_prices[year] = self.season_prices.get(year, 0.0) + ripe * net

    def look_back(self) -> None:
        """What the village saw in the season that ends: promises by firm, who used a practice, side-selling."""
        dealt = side = 0.0
        seen: dict[LeadFirm, list[tuple[float, float]]] = {}
        for one in self.households:
            if one.firm is not None and one.season_kept + one.season_broken > 0:
                seen.setdefault(one.firm, []).append(one.dealings())
            dealt += one.season_kept + one.season_broken + one.season_side
            side += one.season_side
        self.met = {firm: (mean([a for a, _ in all_of]), mean([b for _, b in all_of])) for firm, all_of in seen.items()}
        self.members_met = {firm: len(all_of) for firm, all_of in seen.items()}
        self.improved_share = mean([one.uses_improved for one in self.households])
        self.quality_share = mean([one.uses_quality for one in self.households])
        self.side_share = side / dealt if dealt > 0 else 0.0

    def renew_outlet(self) -> None:
        """Once a year: an outlet of its own where sales cover it."""
        inputs = self.model.inputs
        earns = self.input_sales * inputs.margin
        if earns > inputs.outlet_cost:
            self.outlet = 1
        elif earns < 0.7 * inputs.outlet_cost:
            self.outlet = 0
        self.reach_hours = 0.0 if self.outlet else self.hours + (0.0 if self.bazaar.has_shop else 100.0)
        self.input_sales = 0.0


def mean(numbers: list[float]) -> float:
    return sum(numbers) / len(numbers) if numbers else 0.0
