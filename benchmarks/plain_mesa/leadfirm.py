"""Lead firms and rivals: where they buy, at what price, whether they keep their word, and how they fare."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import mesa

from plain_mesa import formulas
from plain_mesa.large import LargeSuppliers

if TYPE_CHECKING:
    from plain_mesa.market import City, EndMarket
    from plain_mesa.model import PlainModel
    from plain_mesa.village import Village

LOT_UNKNOWN = 1000.0
"""Kg of one collection where a firm has no record of the village."""
MARGINAL = 1e-9
"""So much smaller than the last supplier wanted is the smallest one that gets an offer: rounding must not leave that one out."""


class Route:
    """A firm in a village: what it offers there, what it believes and what came of it; named as in docs/state.md."""

    def __init__(self, firm: LeadFirm, village: Village, haul: float, start: dict[str, Any]) -> None:
        for name, value in start.items():
            setattr(self, name, value)
        self.firm, self.village, self.haul = firm, village, haul
        self.tier_a: EndMarket | None = None
        self.tier_b: EndMarket | None = None
        self.goal_a = self.goal_b = 0.0
        self.services = 0.0
        self.bought = {"a": 0.0, "b": 0.0}

    def start_pass(self) -> None:
        self.due = self.accepted = self.margin = self.loss = self.side = self.broken = 0.0
        self.bought["a"] = self.bought["b"] = 0.0


class LeadFirm(LargeSuppliers, mesa.Agent):
    """A firm that buys from smallholders; a rival (``imitator``) buys without contract or services."""

    def __init__(self, model: PlainModel, number: int, city: City, city_haul: float, start: dict[str, Any]) -> None:
        super().__init__(model)
        for name, value in start.items():
            setattr(self, name, value)
        self.number, self.city, self.city_haul = number, city, city_haul
        self.market_haul: dict[EndMarket, float] = {}
        self.orders: dict[EndMarket, float] = {}
        self.orders_left: dict[EndMarket, float] = {}
        self.large_plan: dict[EndMarket, float] = {}
        self.plant_haul: list[float] = []
        self.routes: dict[Village, Route] = {}
        self.presented = self.paid_share = 0.0
        self.purchases = self.paid_at_gate = self.repaid = 0.0
        self.was_active = self.active

    @property
    def money(self) -> float:
        return max(0, self.cash + self.credit)

    def shared(self, village: Village) -> float:
        """Part of collecting that a village's association takes over."""
        return self.model.firm_terms.association_saving * village.association

    def member_cost(self, village: Village) -> float:
        return self.model.firm_terms.member_cost * (1 - village.association)

    def net_at_place(self, market: EndMarket, grade: str, passes: float) -> float:
        """What a kg in store fetches in an end market, net of cost and haul, USD."""
        return market.terms.conversion * market.pays(grade) * passes - market.costs - self.market_haul[market]

    # --- offer ----------------------------------------------------------------------------------------

    def plan(self) -> None:
        """Routes in order of profit, best end market first, while orders and money last.

        An order is filled from large suppliers before a village where a kg of theirs leaves more, and beyond all that grows there.
        """
        self.large_plan = {}
        self.orders_left = dict(self.orders)
        was_open = {village: bool(route.is_open) for village, route in self.routes.items()}
        for route in self.routes.values():
            self.forget_offers(route)
        if not self.active:
            return
        start = money = self.money
        planned, planned_kg, margin, large_margin = 0.0, 0.0, 0.0, 0.0
        terms, ahead = self.model.firm_terms, self.city.expected_season_price()
        tied_per_kg = (ahead * (1 + terms.large_premium) + self.city_haul) * terms.turnover
        for market in sorted(self.orders, key=self.worth_of_market, reverse=True):
            ordered = left = self.orders[market]
            opened, filled, room = [], 0.0, 0.0
            for profit, route in self.judged(market, left, was_open):
                if profit <= 0 or left <= 0:
                    break
                more = self.cheaper_kg(market, filled, left, money, self.profit_per_kg(route, ordered, profit), ahead)
                filled += more
                left -= more
                money -= more * tied_per_kg
                kg_a = min(route.goal_a, left) if route.price_a > 0 else 0.0
                kg_b = min(route.goal_b, left - kg_a) if route.price_b > 0 else 0.0
                new = not was_open[route.village]
                need = (route.price_a * kg_a + route.price_b * kg_b) * self.model.firm_terms.turnover
                need += self.model.firm_terms.route_setup if new else 0.0
                if kg_a <= 0 or need > money:
                    continue
                money -= need
                left -= kg_a + kg_b
                gain = (route.netback_a - route.price_a) * kg_a + (route.netback_b - route.price_b) * kg_b
                margin += gain
                planned += (1 - route.side_record) * gain
                planned -= formulas.running_cost(self.running, route.travel, 0, False, self.shared(route.village))
                planned_kg += kg_a + kg_b
                crop, share_a = self.crop(route.village), self.model.chain.harvest_grade_a
                room += max(0, crop * share_a - kg_a) + (max(0, crop * (1 - share_a) - kg_b) if route.price_b > 0 else 0.0)
                self.open_route(route, market, kg_a, kg_b, new)
                opened.append(route)
            if left > room:
                more = self.cheaper_kg(market, filled, left - room, money, 0.0, ahead)
                filled += more
                money -= more * tied_per_kg
            if filled > 0:
                self.large_plan[market] = filled
                large_margin += filled * (self.net_at_place(market, "a", 1) - self.large_price(market, filled, ahead))
            self.stretch_targets(opened, ordered - filled)
        for route in self.routes.values():
            if not route.is_open or self.imitator:
                route.price_a = route.price_b = 0.0
            elif route.tier_b is None:
                route.price_b = 0.0
        self.expected_margin = planned if self.season_count == 0 else 0.5 * (self.expected_margin + planned)
        self.planned_margin = margin / planned_kg if planned_kg > 0 else 0.0
        self.planned_kg = planned_kg + sum(self.large_plan.values())
        self.order_margin = (margin + large_margin) / self.planned_kg if self.planned_kg > 0 else 0.0
        self.tied = start - money

    def worth_of_market(self, market: EndMarket) -> float:
        return market.terms.conversion * market.price - market.costs

    def forget_offers(self, route: Route) -> None:
        """Forget last season's offers; set how many kg the firm believes it would get."""
        route.is_open = False
        route.price_a = route.price_b = route.target_a = route.target_b = 0.0
        route.extension = route.loan = False
        route.tier_a = route.tier_b = None
        route.goal_a, route.goal_b = route.believed_a, route.believed_b
        if route.seasons == 0:
            cautious = self.model.firm_terms.cautious_belief
            belief = cautious + (1 - cautious) * 0.5 * route.introduced
            crop, share_a = self.crop(route.village), self.model.chain.harvest_grade_a
            route.goal_a, route.goal_b = crop * share_a * belief, crop * (1 - share_a) * belief

    def crop(self, village: Village) -> float:
        return sum(one.expected_kg for one in village.households)

    def judged(self, market: EndMarket, left: float, was_open: dict[Village, bool]) -> list[tuple[float, Route]]:
        """Routes not yet taken with the profit expected of them, best first; sets the terms."""
        found = []
        for village, route in self.routes.items():
            if not route.is_open and route.goal_a > 0 and left > 0:
                found.append((self.judge(route, market, left, was_open[village]), route))
        return sorted(found, key=lambda one: one[0], reverse=True)

    def judge(self, route: Route, market: EndMarket, left: float, was_open: bool) -> float:
        """Yearly profit of serving a village from one end market beyond what it must earn, USD; sets the prices."""
        terms, village = self.model.firm_terms, route.village
        haul = route.haul + self.market_haul[market]
        theta = 0.0 if self.imitator else formulas.farmer_share(terms.farmer_share, terms.association_share, village.association)
        passes, total = (terms.spot_pass if self.imitator else 1.0), 0.0
        for grade, outside, goal in (("a", village.outside_a, route.goal_a), ("b", village.outside_b, route.goal_b)):
            end_price = market.pays(grade) * passes
            back = formulas.netback(
                market.terms.conversion, end_price, market.costs, haul, route.trip, max(route.lot, terms.smallest_lot)
            )  # fmt: skip
            surplus = back - outside if end_price > 0 else -1.0
            bought = surplus > 0
            premium = theta * surplus if bought else 0.0
            setattr(route, f"netback_{grade}", back)
            setattr(route, f"premium_{grade}", premium)
            setattr(route, f"price_{grade}", outside + premium if bought else 0.0)
            if bought:
                total += (1 - theta) * surplus * min(goal, left) * (1 - route.side_record)
        if not self.imitator:
            crop_a = self.crop(village) * self.model.chain.harvest_grade_a
            total -= len(village.households) * min(1, route.goal_a / max(crop_a, 1e-9)) * self.member_cost(village)
        running = formulas.running_cost(self.running, route.travel, route.dependence, self.model.helping, self.shared(village))
        return total - formulas.route_hurdle(
            was_open, running, terms.route_setup, terms.route_rate, terms.route_life / 12, route.setup_promise
        )

    def open_route(self, route: Route, market: EndMarket, kg_a: float, kg_b: float, new: bool) -> None:
        route.is_open = True
        route.tier_a, route.tier_b = market, market if kg_b > 0 else None
        route.target_a, route.target_b = kg_a, kg_b
        if not self.imitator:
            self.offer_services(route, kg_a)
        if new:
            route.seasons = 0.0
            self.cash -= self.model.firm_terms.route_setup
            self.model.flows["collecting, hauls and members"] += self.model.firm_terms.route_setup

    def offer_services(self, route: Route, kg_a: float) -> None:
        """The smallest supplier it offers to; extension and input loans where they pay."""
        chain, terms, village = self.model.chain, self.model.firm_terms, route.village
        theta = formulas.farmer_share(terms.farmer_share, terms.association_share, village.association)
        per_kg = (1 - theta) * max(route.netback_a - village.outside_a, 1e-9) * (1 - route.side_record)
        least = self.member_cost(village) / per_kg
        route.smallest = least
        if kg_a < 0.999 * route.goal_a:
            belief = route.goal_a / max(self.crop(village) * chain.harvest_grade_a, 1e-9)
            ranked = self.smallest_supplier(village, kg_a, least, belief)
            route.smallest = least + (ranked - least) * (1 - village.association)
        more_a = self.crop(village) / max(len(village.households), 1) * chain.practices_quality_gain
        worth = (1 - route.side_record) * (route.netback_a - route.price_a) * more_a
        route.extension = worth > terms.extension_cost
        lent = terms.loan_share * chain.practices_quality_cost * chain.assets_median
        lost = route.side_record * (1 - self.model.behaviour.debt_recovered)
        route.loan = worth > lent * (lost - (1 - route.side_record) * terms.loan_interest)

    def smallest_supplier(self, village: Village, wanted: float, least: float, belief: float) -> float:
        """Volume of grade A from which on suppliers together first bring more than is wanted, taken from the largest down."""
        volumes = sorted((one.expected_kg * self.model.chain.harvest_grade_a for one in village.households), reverse=True)
        total = 0.0
        for kg in volumes:
            total += kg * belief
            if total > wanted:
                return max(kg * (1 - MARGINAL), least)
        return least

    def stretch_targets(self, opened: list[Route], ordered: float) -> None:
        """Share what is left of an order out over the villages; where orders are full services gain nothing."""
        taken = sum(route.target_a + route.target_b for route in opened)
        if taken <= 0:
            return
        stretch = ordered / taken
        for route in opened:
            route.target_a *= stretch
            route.target_b *= stretch
            if stretch < 1.0001:
                route.extension = route.loan = False

    def pay_services(self) -> None:
        cost = sum(route.services for route in self.routes.values())
        for route in self.routes.values():
            route.services = 0.0
        self.cash -= cost
        self.season_margin -= cost

    # --- trade ----------------------------------------------------------------------------------------

    def value_routes_today(self) -> None:
        """Netback today of the end markets that routes were opened for, by grade."""
        self.breaks = False
        smallest = self.model.firm_terms.smallest_lot
        for route in self.routes.values():
            lot = max(route.lot, smallest)
            for grade, tier in (("a", route.tier_a), ("b", route.tier_b)):
                worth = 0.0
                if tier is not None:
                    haul = route.haul + self.market_haul[tier]
                    worth = formulas.netback(tier.terms.conversion, tier.price, tier.costs, haul, route.trip, lot)
                setattr(route, f"worth_{grade}", worth)

    def bid_for(self, village: Village) -> float:
        """What a rival can pay in a village this month, USD/kg; -1 without orders."""
        terms, route, best = self.model.firm_terms, self.routes[village], -1.0
        for market, left in self.orders_left.items():
            if left > 1:
                haul = route.haul + self.market_haul[market]
                price, lot = market.price * terms.spot_pass, terms.smallest_lot
                best = max(best, formulas.netback(market.terms.conversion, price, market.costs, haul, route.trip, lot))
        return best

    def share_out_appetite(self) -> None:
        """What a rival still takes this month, shared out over the villages where it won."""
        won = [village for village in self.routes if village.rival is self]
        people = sum(len(village.households) for village in won)
        passes = self.model.firm_terms.spot_pass
        left = sum(
            kg for market, kg in self.orders_left.items() if self.net_at_place(market, "a", passes) > self.city.price - self.city_haul
        )
        left = max(0, left - self.stock_a - self.stock_b)
        for village in won:
            village.rival_cap = min(left, self.money / village.rival_top) * len(village.households) / people

    def decide_on_word(self) -> None:
        """Once a month, for all routes together: whether to keep its word."""
        self.breaks = False
        if not self.active or self.imitator:
            return
        due = [route for route in self.routes.values() if route.accepted > 0]
        kg = sum(route.accepted for route in due)
        if kg <= 0:
            return
        terms = self.model.firm_terms
        margin = sum(route.margin for route in due)
        hears = sum(len(route.village.households) for route in due)
        at_stake = formulas.future_at_stake(
            self.reliability, terms.patience, self.expected_margin, margin / kg, self.planned_margin, terms.reputation, hears
        )
        if sum(route.loss for route in due) > at_stake:
            self.breaks = True
            self.season_breaks += 1

    # --- settle and sell ------------------------------------------------------------------------------

    def pay_dues(self) -> None:
        """Pay from cash and credit; what is missing is missing for everybody alike."""
        due, self.paid_share = self.presented, 1.0
        self.presented = 0.0
        if due > 0:
            money = self.money if self.active else 0.0
            self.paid_share = min(1, money / due)
            self.late_months = self.late_months + 1 if self.paid_share < 0.999999 else 0.0
            self.cash -= due * self.paid_share

    def receive(self) -> None:
        """Input loans come back, what was bought at the farm gate has been paid."""
        self.cash += self.repaid - self.paid_at_gate
        self.repaid = self.paid_at_gate = 0.0

    def collect(self) -> None:
        terms, cost = self.model.firm_terms, 0.0
        for village, route in self.routes.items():
            kg = route.bought["a"] + route.bought["b"]
            if kg > 0:
                lot = max(route.lot, terms.smallest_lot) if route.lot > 0 else LOT_UNKNOWN
                cost += kg * route.haul + max(1, kg / lot) * route.trip
                self.stock_a += route.bought["a"]
                self.stock_b += route.bought["b"]
                self.season_kg += kg
            if route.is_open:
                running = formulas.running_cost(self.running, route.travel, route.dependence, self.model.helping, self.shared(village))
                cost += (running + route.members * self.member_cost(village)) / 12
        self.cash -= cost
        self.season_margin -= cost
        self.model.flows["collecting, hauls and members"] += cost

    def sell_on(self) -> None:
        """Collect, ship to standing orders from the best market down, sell the rest to processors and in the city."""
        if not self.active:
            return
        self.collect()
        self.season_margin -= self.purchases
        fixed = self.model.firm_terms.fixed_cost / 12
        self.cash -= fixed
        self.model.flows["processing, marketing and fixed cost"] += fixed
        passes = self.model.firm_terms.spot_pass if self.imitator else 1.0
        city = self.city.price - self.city_haul
        if self.model.season[self.model.calendar] > 0 and self.reach > 0:
            self.buy_from_large(self.still_wanted(city, passes) - self.stock_a - self.stock_b)
        room = self.capacity
        for grade in "ab":
            stock = f"stock_{grade}"
            sold = self.ship(getattr(self, stock), grade, room, city, passes)
            room -= sold
            setattr(self, stock, getattr(self, stock) - sold)
        wanted = self.still_wanted(city, passes)
        chain, stock = self.model.chain, self.stock_a + self.stock_b
        last = formulas.months_to_sell(self.model.calendar, int(chain.harvest_start), chain.firm_keeps) == 0
        spare = stock if last else max(0, stock - wanted)
        if spare > 0:
            self.sell_spare(spare)

    def ship(self, kg: float, grade: str, room: float, city: float, passes: float) -> float:
        """Sell one grade to standing orders that pay more than the city; returns kg sold."""
        worth = {
            market: self.net_at_place(market, grade, passes)
            for market, left in self.orders_left.items()
            if left > 0 and self.city.can_reach[market]
        }
        sold = 0.0
        for market in sorted(worth, key=lambda one: worth[one], reverse=True):
            lot = min(kg - sold, room - sold, self.orders_left[market])
            if lot <= 0 or worth[market] <= city:
                continue
            self.orders_left[market] -= lot
            sold += lot
            income = lot * market.terms.conversion * market.pays(grade) * passes
            self.book_sale(income, lot * (market.costs + self.market_haul[market]))
            self.model.flows["shipped by firms"] += lot
        return sold

    def sell_spare(self, spare: float) -> None:
        city, left = self.city.price - self.city_haul, spare
        bids = [(plant.bid - haul, plant) for plant, haul in zip(self.model.processors, self.plant_haul, strict=True)]
        for bid, plant in sorted(bids, key=lambda one: one[0], reverse=True):
            lot = min(left, plant.free)
            if bid > city and lot > 0:
                plant.free -= lot
                left -= lot
                self.book_sale(lot * bid, 0.0)
                self.model.flows["sold by firms to processors"] += lot
        self.book_sale(left * self.city.price, left * self.city_haul)
        self.model.flows["sold by firms in the city"] += left
        self.city.extra += left
        from_b = min(self.stock_b, spare)
        self.stock_b -= from_b
        self.stock_a = max(0, self.stock_a - (spare - from_b))

    def book_sale(self, income: float, cost: float) -> None:
        self.cash += income - cost
        self.season_margin += income - cost
        self.model.flows["sales of firms"] += income
        self.model.flows["processing, marketing and fixed cost"] += cost

    # --- learn ----------------------------------------------------------------------------------------

    def update_records(self) -> None:
        """What the firm believes of every village after a season."""
        terms, chain = self.model.firm_terms, self.model.chain
        for route in self.routes.values():
            route.dependence *= 1 - self.model.effects.brokering.substitution_fade
            side = route.season_side / route.season_due if route.season_due > 0 else route.side_record
            if route.is_open:
                old = terms.record_memory if route.seasons > 0 else 0.0
                seen = route.season_kept if self.imitator else route.offered_a * chain.usual_bad_year
                route.believed_a = old * route.believed_a + (1 - old) * seen
                route.believed_b = old * route.believed_b + (1 - old) * route.offered_b * chain.usual_bad_year
                route.lot = (route.season_kept + route.season_broken) / chain.ripe_months
                route.seasons += 1
            else:
                side = terms.first_side_selling
                route.seasons = 0.0
            route.side_record = terms.record_memory * route.side_record + (1 - terms.record_memory) * side
            route.season_due = route.season_side = route.season_kept = route.season_broken = 0.0

    def close_season(self) -> None:
        """Expected margin, owners' draw, standing orders; bankrupt firms close."""
        terms = self.model.firm_terms
        self.expected_margin = 0.5 * self.expected_margin + 0.5 * (self.season_margin - self.season_large)
        self.season_count += 1
        profit = self.season_margin - terms.fixed_cost
        if profit > 0 and self.cash > 0:
            draw = min(terms.owner_draw * profit, self.cash)
            self.cash -= draw
            self.model.flows["taken out by owners"] += draw
        for market in self.orders:
            if self.orders[market] > 0:
                self.renew_orders(market, profit)
        if self.cash < -self.credit:
            self.close()
        self.season_margin = self.season_kg = self.season_large = self.season_breaks = 0.0

    def renew_orders(self, market: EndMarket, profit: float) -> None:
        """Standing orders wear; who fills them wins them back, who is full wins more, if it earns and can pay."""
        terms, ordered = self.model.firm_terms, self.orders[market]
        used = 1 - self.orders_left[market] / ordered
        lost = terms.order_loss * ordered
        wanted = lost if used > 0.5 else 0.0
        if used > 0.85:
            wanted += terms.growth * ordered
        more = min(wanted, max(0, market.depth - market.taken + lost))
        cost = more * terms.order_cost
        if profit <= 0 or cost >= 0.5 * self.cash:
            more = cost = 0.0
        self.orders[market] += more - lost
        market.taken += more - lost
        self.capacity += max(0, more - lost) * terms.growth_capacity
        self.cash -= cost
        self.model.flows["investment of firms"] += cost

    def close(self) -> None:
        """What is in store goes to the city, routes and contracts end."""
        flows, left = self.model.flows, self.stock_a + self.stock_b
        self.active = 0
        flows["sold by firms in the city"] += left
        flows["sales of firms"] += left * self.city.price
        self.city.extra += left
        flows["cash of firms that close"] += self.cash + left * self.city.price
        self.cash = self.stock_a = self.stock_b = self.late_months = 0.0
        for route in self.routes.values():
            route.is_open = False
            route.price_a = route.price_b = route.believed_a = route.believed_b = route.seasons = 0.0
        for one in self.model.smallholders:
            if one.firm is self:
                one.leave_firm()

    def consider_entry(self, observed: float) -> None:
        """A rival that waits opens with a chance that rises with the margin per kg that firms were seen to earn."""
        if not self.imitator or self.active or self.cash != 0:
            return
        if self.model.luck.uniform("firm.entry", self.model.month, self.number) < self.model.firm_terms.entry * observed:
            self.active = 1
            self.cash = self.first_capital
            self.model.flows["capital of firms that enter"] += self.cash
