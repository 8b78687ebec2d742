"""What the facilitator does with lead firms: selection, brokering, co-investment."""

from __future__ import annotations

from math import exp, log, log1p
from typing import TYPE_CHECKING, Any

from plain_mesa import formulas

if TYPE_CHECKING:
    from plain_mesa.leadfirm import LeadFirm, Route
    from plain_mesa.market import EndMarket
    from plain_mesa.smallholder import Smallholder


class LeadFirmActs:
    """Acts on firms, mixed into the facilitator."""

    def start_with_firms(self) -> None:
        self.overstated: list[float] = []
        self.progress: dict[str, float] = {}
        self.promised: dict[Route, str] = {}
        self.memoranda: dict[LeadFirm, int] = {}
        self.last_addendum: dict[LeadFirm, int] = {}
        self.leaves: dict[LeadFirm, int] = {}

    @property
    def claimed_over_true(self) -> float:
        return sum(self.overstated) / len(self.overstated) if self.overstated else 0.0

    def supported_firms(self) -> list[LeadFirm]:
        return [firm for firm in self.model.firms if firm.supported and firm.active]

    def end_support_of_firms(self) -> None:
        for firm, month in list(self.leaves.items()):
            if month <= self.model.month:
                del self.leaves[firm]
                firm.supported = 0

    # --- selection ------------------------------------------------------------------------------------

    def do_lead_firm_selection(self, name: str, act: Any) -> bool:
        """A call, claims, checks and scores; the best by the staff's own criteria sign a memorandum."""
        applicants, visits, references = self.call_for_applications(name, act)
        if not applicants:
            return False
        true = {firm: firm.elsewhere + sum(route.members for route in firm.routes.values()) for firm in applicants}
        typical = exp(mean([log(max(number, 1)) for number in true.values()]))
        claimed, believed = {}, {}
        for firm in applicants:
            claimed[firm] = max(1, true[firm]) * (1 + self.best_overstatement(firm, true[firm], typical, visits))
            believed[firm] = self.believed_suppliers(firm, claimed[firm], true[firm], visits, references)
        score = self.scores(applicants, believed, visits)
        for firm in sorted(applicants, key=lambda one: score[one], reverse=True)[: act.choose]:
            firm.supported = 1
            self.memoranda[firm] = self.model.month
            self.leaves[firm] = self.model.month + act.support
            self.overstated.append(claimed[firm] / max(1, true[firm]))
        return True

    def call_for_applications(self, name: str, act: Any) -> tuple[list[LeadFirm], int, int]:
        """Who applies and is read, and how many visits and calls each gets for the money; pays for them."""
        purse = self.purses[name]
        applicants = [firm for firm in self.model.firms if firm.active and not firm.imitator and not firm.supported]
        if purse.units > 0 or not applicants:
            return [], 0, 0
        look = self.unit_cost(self.effects.lead_firm_selection.unit, 0)
        visits, references = (act.visits, act.references) if act.rule == "checked" else (0, 0)
        while visits and len(applicants) * (look + self.checks(visits, references)) > purse.free:
            visits -= 1
        each = look + self.checks(visits, references)
        read = int((purse.free + 1e-9) / each)
        if read < 1:
            return [], 0, 0
        if read < len(applicants):
            applied = {firm: self.model.luck.uniform("selection.score", -1, firm.number) for firm in applicants}
            applicants = sorted(sorted(applicants, key=lambda one: applied[one])[:read], key=lambda one: one.number)
        self.spend(name, len(applicants) * each)
        purse.units += len(applicants)
        return applicants, visits, references

    def checks(self, visits: int, references: int) -> float:
        return self.priced(visits * self.terms.visit + references * self.terms.call)

    def best_overstatement(self, firm: LeadFirm, suppliers: float, typical: float, checks: int) -> float:
        effect = self.effects.lead_firm_selection
        guilt = effect.claim_guilt * firm.honesty

        def worth(lie: float) -> float:
            chosen = formulas.logistic(effect.claim_slope * (log1p(lie) + log(max(suppliers, 1) / typical)))
            return chosen - (1 - (1 + lie) ** -checks) * effect.claim_penalty - guilt * lie

        return max((effect.highest_overstatement * step / 100 for step in range(101)), key=worth)

    def believed_suppliers(self, firm: LeadFirm, claimed: float, true: float, visits: int, references: int) -> float:
        if visits + references <= 0:
            return claimed
        effect, luck, month = self.effects.lead_firm_selection, self.model.luck, self.model.month
        bias = effect.reference_bias
        friendly = bias ** (firm.honesty**effect.reference_honesty)
        share, names = min(1, true / claimed), firm.number * 100_000
        found = sum(luck.uniform("selection.visit", month, names + k) < share for k in range(visits))
        said = sum(luck.uniform("selection.reference", month, names + k) < share + (1 - share) * friendly for k in range(references))
        return claimed * (1 + found + max(0, said - bias * references)) / (2 + visits + references * (1 - bias))

    def scores(self, applicants: list[LeadFirm], believed: dict[LeadFirm, float], visits: int) -> dict[LeadFirm, float]:
        effect, luck, month = self.effects.lead_firm_selection, self.model.luck, self.model.month
        criteria = self.criteria(applicants, believed, visits)
        weights = effect.weights.model_dump()
        inclusive = standard([sum(weights[word] * criteria[word][k] for word in weights) for k in range(len(applicants))])
        size = standard([log(max(firm.first_capital, 1)) for firm in applicants])
        blur = effect.score_noise * (1 - self.skill) * (1 - self.view)
        return {
            firm: self.concept * inclusive[k] + (1 - self.concept) * size[k] + blur * luck.normal("selection.score", month, firm.number)
            for k, firm in enumerate(applicants)
        }

    def criteria(self, applicants: list[LeadFirm], believed: dict[LeadFirm, float], visits: int) -> dict[str, list[float]]:
        """What serves smallholders as the appraiser sees it, in standard deviations over applicants."""
        growth, noise = self.effects.co_investment, self.effects.lead_firm_selection.score_noise
        seen, own = visits / (visits + 2), growth.investment * sum(1 - share for share in growth.shares)
        raw: dict[str, list[float]] = {name: [] for name in ("links", "demand", "own_money", "reach", "gain", "reputation")}
        for firm in applicants:
            open_routes = [route for route in firm.routes.values() if route.is_open]
            members = max(sum(route.members for route in open_routes), 1e-9)
            links = sum(route.members * (route.extension + route.loan + min(route.seasons, 3) / 3) / 3 for route in open_routes)
            raw["links"].append(links / members)
            unfilled = sum(firm.orders.values()) - sum(firm.large_plan.values()) - sum(route.believed_a for route in open_routes)
            wrong = self.model.luck.normal("selection.score", self.model.month, firm.number + 1000)
            raw["demand"].append(log(max(unfilled, 1)) + noise * (1 - self.view) * wrong)
            raw["own_money"].append(min(1, max(0, firm.cash / max(own, 1))))
            raw["gain"].append(sum(route.members * route.premium_a for route in open_routes) / members)
            reach, reputation = self.what_suppliers_say(firm)
            raw["reach"].append(reach)
            raw["reputation"].append(reputation)
        found = {name: standard(column) for name, column in raw.items()}
        for name in ("links", "reach", "reputation"):
            found[name] = [seen * value for value in found[name]]
        found["suppliers"] = standard([log(believed[firm]) for firm in applicants])
        margins, ages = (
            standard([firm.expected_margin for firm in applicants]),
            standard([log1p(firm.season_count) for firm in applicants]),
        )
        found["viability"] = [margin + age for margin, age in zip(margins, ages, strict=True)]
        return found

    def what_suppliers_say(self, firm: LeadFirm) -> tuple[float, float]:
        """Part of a firm's suppliers that is remote or poor, and their mean trust."""
        ties = self.model.ties
        members = [one for one in self.model.smallholders if one.firm is firm]
        if not members:
            return 0.0, ties.unknown_kept / (ties.unknown_kept + ties.unknown_broken)
        return mean([float(is_hard_to_reach(one)) for one in members]), mean([
            formulas.trust(one.kept.get(firm, 0.0), one.broken.get(firm, 0.0), ties.unknown_kept, ties.unknown_broken) for one in members
        ])  # fmt: skip

    # --- brokering ------------------------------------------------------------------------------------

    def do_brokering(self, name: str, act: Any) -> bool:
        """Introduce supported firms to villages; each whole month of effective work brings one introduction."""
        effect, purse, acted = self.effects.brokering, self.purses[name], False
        promise = effect.setup_share * self.model.firm_terms.route_setup
        new = [route for firm in self.supported_firms() for route in firm.routes.values() if route.introduced == 0]
        judged: dict[Route, float] = {}
        while new and self.unit_cost(effect.unit, purse.units) + promise <= purse.free:
            self.spend(name, self.unit_cost(effect.unit, purse.units))
            purse.units += 1
            done = self.progress.get(name, 0.0) + self.skill * self.concept * (1 - self.overlap)
            if done >= 1:
                done -= 1
                judged = judged or {route: self.worth_of_route(route, act) for route in new}
                best = max(new, key=lambda one: judged[one])
                self.introduce(best, name, promise)
                new.remove(best)
                acted = True
            self.progress[name] = done
        return acted

    def worth_of_route(self, route: Route, act: Any) -> float:
        """USD a year that the facilitator sees in a route; the view may be wrong."""
        model, firm, village = self.model, route.firm, route.village
        volume = sum(one.expected_kg for one in village.households) * model.chain.harvest_grade_a
        usual = sum(price * share for price, share in zip(village.bazaar.usual_price, model.season, strict=True))
        outside = usual * (1 + model.chain.bazaar_grade_premium) - village.haul
        best = 0.0
        for market, ordered in firm.orders.items():
            if ordered > 0:
                net = market.terms.conversion * market.price - market.costs - (route.haul + firm.market_haul[market])
                best = max(best, net - outside)
        worth = min(best * volume, best * sum(firm.orders.values()))
        place = firm.number * len(model.villages) + village.number
        wrong = model.luck.normal("brokering.view", model.calendar, place)
        worth *= exp(self.effects.brokering.view_noise * (1 - self.view) * wrong)
        if act.target == "remote":
            worth *= 1 if village.remote else 1e-3
        elif act.target in ("women", "poorest"):
            worth *= mean([float(self.wanted(one, act.target)) for one in village.households])
        return worth

    def introduce(self, route: Route, name: str, promise: float) -> None:
        effect, strength = self.effects.brokering, route.village.association
        route.introduced = effect.village_trust * (effect.trust_alone + (1 - effect.trust_alone) * strength)
        route.dependence = effect.substitution
        if not route.is_open and promise > 0:
            route.setup_promise = effect.setup_share
            self.purses[name].reserved += promise
            self.promised[route] = name

    def pay_openings(self) -> None:
        """Reimburse the promised share of set-up of routes that have opened."""
        for route, name in list(self.promised.items()):
            if route.setup_promise > 0 and route.is_open:
                del self.promised[route]
                amount = route.setup_promise * self.model.firm_terms.route_setup
                purse = self.purses[name]
                purse.reserved = max(0, purse.reserved - amount)
                self.spend(name, amount, "cost shares to firms")
                route.firm.cash += amount
                route.setup_promise = 0.0

    # --- co-investment --------------------------------------------------------------------------------

    def do_co_investment(self, name: str, act: Any) -> bool:
        """Cost-shared addenda, one after the other, that bring orders; a firm signs what pays with its own share."""
        signed = [self.sign_addendum(name, act, firm) for firm in self.supported_firms() if self.is_ready(firm)]
        return any(signed)

    def is_ready(self, firm: LeadFirm) -> bool:
        effect, month = self.effects.co_investment, self.model.month
        if firm.addenda >= len(effect.shares):
            return False
        if firm in self.last_addendum:
            return month >= self.last_addendum[firm] + effect.spacing
        return month >= self.memoranda[firm] + effect.memorandum

    def sign_addendum(self, name: str, act: Any, firm: LeadFirm) -> bool:
        effect, purse, terms = self.effects.co_investment, self.purses[name], self.model.firm_terms
        share = effect.shares[firm.addenda] if act.share_paid is None else act.share_paid
        cost = self.unit_cost(effect.unit, purse.units)
        market, most = self.best_room(effect.orders * effect.investment)
        size = min(self.bearable(firm, (1 - share) * effect.investment, most), (purse.free - cost) / max(share * effect.investment, 1e-9))
        if market is None or size < effect.smallest:
            return False
        investment = size * effect.investment
        part = share * investment
        kg = min(most, size * effect.orders * effect.investment / usual_worth(market))
        gain = firm.order_margin * kg * terms.patience / (1 - terms.patience)
        if kg <= 0 or gain < investment - part:
            return False
        self.spend(name, cost)
        self.spend(name, part, "cost shares to firms")
        purse.units += 1
        firm.cash += part - investment
        firm.addenda += 1
        self.model.flows["investment of firms"] += investment
        firm.orders[market] += kg
        firm.orders_left[market] += kg
        firm.capacity += effect.capacity * kg
        self.last_addendum[firm] = self.model.month
        return True

    def best_room(self, wanted: float) -> tuple[EndMarket | None, float]:
        """End market that pays most and still has orders to give, and how many kg a year of so many USD of sales."""
        best, kg, top = None, 0.0, 0.0
        for market in self.model.end_markets:
            taken = sum(firm.orders[market] for firm in self.model.firms if firm.active)
            room = market.depth - taken
            worth = market.terms.conversion * market.price - market.costs
            if room > 0 and worth > top:
                best, kg, top = market, min(wanted / usual_worth(market), room), worth
        return best, kg

    def bearable(self, firm: LeadFirm, own: float, kg: float) -> float:
        """Part of an addendum that a firm can pay and finance beside what it has planned."""
        if firm.planned_kg <= 0:
            return 0.0
        per_kg = firm.tied / firm.planned_kg
        spare = firm.cash - per_kg * max(0, firm.planned_kg - firm.stock_a - firm.stock_b)
        return max(0, min(1, spare / max(own + per_kg * kg, 1e-9), firm.cash / max(own, 1e-9)))


def usual_worth(market: EndMarket) -> float:
    """What a kg bought usually fetches there, USD."""
    return market.terms.conversion * market.terms.price


def is_hard_to_reach(one: Smallholder) -> bool:
    return bool(one.remote) or one.tercile == 0


def mean(numbers: list[float]) -> float:
    return sum(numbers) / len(numbers)


def standard(numbers: list[float]) -> list[float]:
    """Numbers less their mean, in standard deviations; zeros where all are equal."""
    middle = mean(numbers)
    spread = mean([(number - middle) ** 2 for number in numbers]) ** 0.5
    return [(number - middle) / spread if spread > 1e-12 else 0.0 for number in numbers]
