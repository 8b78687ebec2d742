"""Large suppliers outside the villages, from whom a lead firm fills orders where that is cheaper."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plain_mesa import formulas

if TYPE_CHECKING:
    from plain_mesa.leadfirm import Route
    from plain_mesa.market import EndMarket


class LargeSuppliers:
    """Planning with them and buying from them, mixed into the lead firm."""

    def profit_per_kg(self, route: Route, ordered: float, profit: float) -> float:
        kg = min(route.goal_a, ordered) if route.price_a > 0 else 0.0
        kg += min(route.goal_b, ordered) if route.price_b > 0 else 0.0
        return profit / max(1e-9, kg)

    def cheaper_kg(self, market: EndMarket, filled: float, left: float, money: float, other: float, city: float) -> float:
        """More kg of an order from large suppliers, as long as each leaves more than ``other`` USD and money lasts."""
        terms, most = self.model.firm_terms, self.net_at_place(market, "a", 1) - other - self.city_haul
        part = formulas.large_supplier_share(most, city, terms.large_premium, self.reach)
        each = (city * (1 + terms.large_premium) + self.city_haul) * terms.turnover
        return max(0, min(part * self.orders[market] - filled, left, money / max(each, 1e-9)))

    def large_price(self, market: EndMarket, filled: float, city: float) -> float:
        """Mean price of what is bought from large suppliers for an order: each is paid what it asks, USD/kg."""
        part = 0.5 * filled / self.orders[market]
        return formulas.large_supplier_price(city, self.model.firm_terms.large_premium, part, self.reach) + self.city_haul

    def still_wanted(self, city: float, passes: float) -> float:
        """Kg of standing orders that bring more than the city."""
        return sum(left for market, left in self.orders_left.items() if self.net_at_place(market, "a", passes) > city)

    def buy_from_large(self, lacking: float) -> None:
        """This month's part of what was planned from large suppliers, as far as it pays today and orders lack it."""
        city, premium, ripe = self.city.price, self.model.firm_terms.large_premium, self.model.season[self.model.calendar]
        for market, ordered in self.orders.items():
            if ordered <= 0:
                continue
            worth = self.net_at_place(market, "a", 1)
            pays = formulas.large_supplier_share(worth - self.city_haul, city, premium, self.reach) * ordered
            filled = min(self.large_plan.get(market, 0.0), pays)
            if filled <= 0:
                continue
            price = self.large_price(market, filled, city)
            lot = min(filled * ripe, self.orders_left[market], lacking, max(0, self.cash + self.credit) / price)
            if lot <= 0:
                continue
            lacking -= lot
            self.cash -= lot * price
            self.season_margin -= lot * price
            self.season_large += lot * (worth - price)
            self.stock_a += lot
            self.season_kg += lot
            self.city.extra -= lot
            self.model.flows["paid to large suppliers, with hauls"] += lot * price
            self.model.flows["bought by firms from large suppliers"] += lot
