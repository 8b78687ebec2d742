"""What is written down of every month, under the names of the monthly record."""

from __future__ import annotations

from collections import Counter
from math import log
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from plain_mesa.market import Bazaar, City
    from plain_mesa.model import PlainModel
    from plain_mesa.smallholder import Smallholder

WORK_DAYS = 20.0


def groups_of(one: Smallholder) -> tuple[str, ...]:
    return (
        "all", "women" if one.woman else "men", ("poorest", "middle", "richest")[one.tercile], "remote" if one.village.remote else "near",
    )  # fmt: skip


class Recorder:
    """Keeps a dictionary a month; also each household's income before, during and after the programme."""

    def __init__(self, model: PlainModel) -> None:
        self.model = model
        self.months: list[dict[str, float]] = []
        self.flows: list[dict[str, float]] = []
        self.extra_elsewhere = dict.fromkeys(model.cities, 0.0)

    def window(self) -> str:
        line, month = self.model.timeline, self.model.month
        if month < 0:
            return "spin-up"
        return "before" if month < line.before else "during" if month < line.before + line.during else "after"

    def record(self) -> None:
        """Phase 10: households' books, then the month's row; flows begin anew."""
        model, row = self.model, Counter()
        for one in model.smallholders:
            self.live_on(one)
            if model.month >= 0:
                self.add_groups(one, row)
                self.add_goods(one, row)
        traders = self.money_of_traders({bazaar: (bazaar.price, bazaar.outflow, bazaar.demand) for bazaar in model.bazaars}, model.prices())
        flows = model.flows
        premium = flows["bazaar sales"] - traders["supply"]
        traders["sales"] += premium
        flows["sales of traders"] = traders["sales"]
        flows["buying in the city, hauls and handling"] = traders["costs"]
        flows["profit of traders"] = traders["sales"] - traders["costs"] - flows["bazaar sales"]
        model.facilitator.pay_vouchers()
        if model.month == -1:
            for firm in model.firms:
                firm.was_active = firm.active
            self.resell()
        if model.month >= 0:
            if model.month == model.timeline.before + model.timeline.during - 1:
                for one in model.smallholders:
                    one.exit_firm = one.firm
            self.add_routes(row)
            self.add_firms(row)
            self.add_region(row, traders, premium)
            self.months.append(dict(row))
            self.flows.append(dict(flows))
        model.flows.clear()

    # --- households -----------------------------------------------------------------------------------

    def live_on(self, one: Smallholder) -> None:
        window, calendar = self.window(), self.model.calendar
        if one.firm is not None and (one.firm.supported or one.village.routes[one.firm].introduced > 0):
            one.reached = one.joined = one.offered = 1
        one.year_income += one.income + one.other_income
        if calendar == 11:
            one.last_income = one.year_income
            if window in ("during", "after"):
                one.years_sum += one.year_income
                one.years_squares += one.year_income**2
            one.year_income = 0.0
        if window != "spin-up":
            name = f"{window}_income"
            setattr(one, name, getattr(one, name) + one.income)

    def add_groups(self, one: Smallholder, row: Counter) -> None:
        poor = one.last_income < self.model.settings.poverty_line * 12 * one.persons
        for group in groups_of(one):
            row[f"households.{group}"] += 1
            row[f"income.{group}"] += one.income
            row[f"other_income.{group}"] += one.other_income
            row[f"linked.{group}"] += one.firm is not None
            row[f"reached.{group}"] += one.reached
            row[f"poor.{group}"] += poor

    def add_goods(self, one: Smallholder, row: Counter) -> None:
        if one.potential > 0:
            row["ripened_kg"] += one.potential
            row["unharvested_kg"] += one.potential - one.picked
            row["grade_a_kg"] += one.picked * one.grade_a_share
            row["picked_kg"] += one.picked
            row["rival_kg"] += one.rival_a
            row["contract_kg"] += one.delivered
            row["contract_usd"] += one.firm_pays
        row["bazaar_kg"] += one.sold_a + one.sold_b
        row["sales_usd"] += (one.sold_a * (1 + self.model.chain.bazaar_grade_premium) + one.sold_b) * one.village.bazaar.price
        row["stock_kg"] += one.stock_a + one.stock_b
        for practice in ("improved", "quality"):
            row[f"{practice}_users"] += getattr(one, f"uses_{practice}")
            row[f"knowledge_{practice}"] += getattr(one, f"knowledge_{practice}")
        row["stores"] += one.kit_months > 0
        row["kits_worn"] += one.kit_months <= 0 and one.kit_effect > 0
        row["cash_usd"] += one.cash
        row["debt_usd"] += max(0, one.debt)
        row["owed_usd"] += sum(one.receivable.values())
        if one.firm is not None:
            row["trust"] += one.linked_trust
            row["trust_ties"] += 1
        if one.exit_firm is not None:
            row["linked_before"] += 1
            row["still_linked"] += one.firm is one.exit_firm

    # --- firms and routes -----------------------------------------------------------------------------

    def add_routes(self, row: Counter) -> None:
        for firm in self.model.firms:
            for route in firm.routes.values():
                row["due_kg"] += route.due + route.side
                row["side_kg"] += route.side
                row["broken_kg"] += route.broken
                row["routes"] += bool(firm.active and not firm.imitator and route.is_open)

    def add_firms(self, row: Counter) -> None:
        model, flows, days, purchases = self.model, self.model.flows, 0.0, 0.0
        for firm in model.firms:
            row["firms"] += bool(firm.active and not firm.imitator)
            row["rivals"] += bool(firm.active and firm.imitator)
            row["firm_cash"] += firm.cash
            row["firm_breaks"] += firm.breaks
            row["firm_late"] += firm.late_months > 0
            row["supported"] += bool(firm.supported and firm.active)
            if firm.active:
                row["capacity_kg"] += firm.capacity
                row["orders_kg"] += sum(firm.orders.values())
            row["entries"] += bool(firm.active and not firm.was_active)
            row["exits"] += bool(firm.was_active and not firm.active)
            firm.was_active = firm.active
            bought = sum(route.bought["a"] + route.bought["b"] for route in firm.routes.values())
            days += bought * model.chain.contract_labour / 1000
            purchases += firm.purchases
        days += row["picked_kg"] / 1000 * model.chain.harvest_labour
        if model.processors:
            labour = sum(plant.terms.labour for plant in model.processors) / len(model.processors)
            days += flows["shipped by processors"] / 1000 * labour
        row["jobs"] = days / WORK_DAYS
        costs = flows["processing, marketing and fixed cost"] + flows["collecting, hauls and members"] + flows["extension paid by firms"]
        costs += flows["paid to large suppliers, with hauls"]
        row["large_kg"] = flows["bought by firms from large suppliers"]
        row["firm_margin"] = flows["sales of firms"] - costs - purchases

    # --- prices and money -----------------------------------------------------------------------------

    def add_region(self, row: Counter, traders: dict[str, float], premium: float) -> None:
        model, flows = self.model, self.model.flows
        supply = sum(bazaar.supply for bazaar in model.bazaars)
        plain_mean = sum(bazaar.price for bazaar in model.bazaars) / len(model.bazaars)
        row["bazaar_price"] = sum(bazaar.price * bazaar.supply for bazaar in model.bazaars) / supply if supply > 0 else plain_mean
        row["city_price"] = sum(city.price for city in model.cities) / len(model.cities)
        row["premium_price"] = max(market.price for market in model.end_markets)
        row["association"] = sum(village.association for village in model.villages) / len(model.villages)
        row["outlets"] = sum(village.outlet for village in model.villages)
        row["trader_profit"] = flows["profit of traders"]
        row["consumer_surplus"] = traders["surplus"]
        row["bazaar_usd"] = traders["supply"]
        row["exports_usd"] = flows["sales of firms"]
        row["lost_kg"] = flows["lost at harvest"] + flows["lost in store"]
        row["quote_gap"] = model.quote_gap
        row["spent"] = flows["staff, visits and materials"] + flows["cost shares to firms"] + flows["vouchers"]
        row["claimed_over_true"] = model.facilitator.claimed_over_true
        row["concept"] = model.facilitator.concept
        row["skill"] = model.facilitator.skill
        fair = self.competitive()
        row["competitive_usd"] = fair["supply"]
        # farmers sell what traders buy, so that sales less costs and consumer surplus hold all three parties
        better = fair["sales"] + premium - fair["costs"] + fair["surplus"]
        row["competitive_surplus"] = better - (traders["sales"] - traders["costs"] + traders["surplus"])

    def competitive(self) -> dict[str, float]:
        """The same supply, were everybody free to trade with the city at the haul alone."""
        found: dict[Bazaar, tuple[float, float, float]] = {}
        prices: dict[City, float] = {}
        for city in self.model.cities:
            prices[city], cleared = city.clearing(self.extra_elsewhere[city], friction=False)
            found.update(zip(city.bazaars, cleared, strict=True))
        self.resell()
        return self.money_of_traders(found, prices, friction=False)

    def resell(self) -> None:
        """What is resold in a city this month reaches it next month."""
        self.extra_elsewhere = {city: city.extra for city in self.model.cities}

    def money_of_traders(
        self, cleared: dict[Bazaar, tuple[float, float, float]], prices: dict[City, float], friction: bool = True
    ) -> dict[str, float]:
        """Traders' sales and costs, the surplus of local buyers up to the choke price, and what the supply fetched, USD."""
        chain, out = self.model.chain, {"sales": 0.0, "costs": 0.0, "surplus": 0.0, "supply": 0.0}
        top, e = chain.bazaar_choke * chain.bazaar_reference_price, chain.bazaar_elasticity
        for bazaar, (price, moved, demand) in cleared.items():
            city_price = prices[bazaar.city]
            out["supply"] += price * bazaar.supply
            out["sales"] += price * demand + max(0, moved) * city_price
            out["costs"] += abs(moved) * bazaar.haul + max(0, -moved) * city_price
            out["costs"] += 0.5 * bazaar.slope * moved**2 if friction else 0.0
            scale = demand * price**e
            area = log(top / price) if abs(e - 1) < 1e-9 else (top ** (1 - e) - price ** (1 - e)) / (1 - e)
            out["surplus"] += scale * area
        return out
