"""Smallholders: one household with one orchard, its money, its trust in firms and its decisions."""

from __future__ import annotations

from math import exp, sqrt
from typing import TYPE_CHECKING, Any

import mesa

from plain_mesa import formulas

if TYPE_CHECKING:
    from plain_mesa.leadfirm import LeadFirm, Route
    from plain_mesa.model import PlainModel
    from plain_mesa.village import Village

REMEMBERED_YEARS = 5


class Smallholder(mesa.Agent):
    """A household and its orchard; attributes are named as in docs/state.md."""

    def __init__(self, model: PlainModel, village: Village, household: dict[str, Any], orchard: dict[str, Any]) -> None:
        super().__init__(model)
        self.orchard = orchard["identity"]
        for name, value in (orchard | household).items():
            setattr(self, name, value)
        self.village = village
        self.firm: LeadFirm | None = None
        self.owing_firm: LeadFirm | None = None
        self.kept: dict[LeadFirm, float] = {}
        self.broken: dict[LeadFirm, float] = {}
        self.receivable: dict[int, float] = {}
        self.harvests: dict[int, float] = {}
        self.exit_firm: LeadFirm | None = None

    # --- environment ----------------------------------------------------------------------------------

    def meet_the_month(self) -> None:
        people, luck, month = self.model.people, self.model.luck, self.model.month
        if self.model.calendar == 0:
            fell = luck.uniform("household.remittance", month, self.identity) < people.remittance_drop
            self.remittance_factor = 1 - people.remittance_drop_size if fell else 1.0
        struck = luck.uniform("household.shock", month, self.identity) < people.shock
        self.shock = people.shock_size * self.need if struck else 0.0
        self.gap = max(0, self.need + self.shock - self.cash - self.wages - self.remittances * self.remittance_factor)

    def meet_the_weather(self, shared: float) -> None:
        spread = self.model.chain.harvest_weather_own
        z = self.model.luck.normal("weather.own", self.model.month, self.orchard)
        self.weather = shared * exp(spread * z - 0.5 * spread**2)

    # --- what it knows --------------------------------------------------------------------------------

    def trust_in(self, firm: LeadFirm) -> float:
        """Counts of kept and broken promises over a prior, which an introduction moves towards that of a known firm."""
        ties, known = self.model.ties, self.village.routes[firm].introduced
        prior_kept = ties.unknown_kept + known * (ties.introduced_kept - ties.unknown_kept)
        prior_broken = ties.unknown_broken + known * (ties.introduced_broken - ties.unknown_broken)
        return formulas.trust(self.kept.get(firm, 0.0), self.broken.get(firm, 0.0), prior_kept, prior_broken)

    @property
    def kit(self) -> float:
        return self.kit_effect if self.kit_months > 0 else 0.0

    @property
    def loss_cut(self) -> float:
        chain = self.model.chain
        return chain.practices_improved_loss_cut * self.uses_improved + chain.practices_quality_loss_cut * self.uses_quality

    @property
    def grade_a_share(self) -> float:
        return self.model.chain.harvest_grade_a + self.model.chain.practices_quality_gain * self.uses_quality

    def expected_harvest(self) -> float:
        """Kg in a year without news, with the practices in use now."""
        chain = self.model.chain
        gain = chain.practices_improved_gain * self.uses_improved
        loss = max(0, chain.harvest_loss_harvest * (1 - self.kit) - self.loss_cut)
        fresh = self.assets * chain.harvest_yield_per_asset * self.skill * (1 + gain)
        return fresh * chain.harvest_conversion * chain.usual_bad_year * (1 - loss)

    def variation(self, fixed_price: bool) -> float:
        """Coefficient of variation of the revenue of remembered years, at remembered prices or at one price."""
        revenues = []
        for year, kg in self.harvests.items():
            price = self.village.season_prices.get(year, 0.0)
            if kg > 0 and price > 0:
                revenues.append(kg if fixed_price else kg * price)
        if len(revenues) < 2:
            return 0.0
        mean = sum(revenues) / len(revenues)
        return sqrt(max(0, sum(one * one for one in revenues) / len(revenues) - mean * mean)) / mean

    # --- contract -------------------------------------------------------------------------------------

    def contract_worth(self, route: Route, cv_outside: float, cv_inside: float) -> tuple[float, float] | None:
        """Worth of a contract against selling freely, and what selling freely is worth, USD a season; None: not offered to it."""
        chain, behaviour, firms, village = self.model.chain, self.model.behaviour, self.model.firm_terms, self.village
        kg_a = self.expected_kg * self.grade_a_share
        kg_b = self.expected_kg * (1 - self.grade_a_share) if route.price_b > 0 else 0.0
        outside = village.outside_a * kg_a + village.outside_b * kg_b
        if outside <= 0 or kg_a < route.smallest:
            return None
        trusted = self.trust_in(route.firm)
        inside = cv_inside if firms.formula == 0 else cv_outside
        worth = 0.0
        for price, other, kg in ((route.price_a, village.outside_a, kg_a), (route.price_b, village.outside_b, kg_b)):
            if kg > 0:
                worth += trusted * (price * self.delay_value * (1 - firms.rejection) - other) * kg
                worth += formulas.insurance(self.model.people.risk_aversion, cv_outside, inside, other * kg, self.income_share)
        if route.loan:
            worth += behaviour.credit_value * firms.loan_share * chain.practices_quality_cost * self.assets
        worth -= chain.contract_autonomy * outside * (1 - village.association * (1 - behaviour.association_autonomy))
        worth -= chain.practices_quality_cost * self.assets * self.uses_quality * (1 - trusted)
        return worth, outside

    def best_offer(self, parted: bool) -> tuple[Route, float, float] | None:
        cv_outside, cv_inside = self.variation(False), self.variation(True)
        best = None
        for route in self.village.routes.values():
            if not route.is_open or route.price_a <= 0 or (parted and route.firm is self.firm):
                continue
            if self.owing_firm is not None and self.owing_firm is not route.firm:
                continue
            found = self.contract_worth(route, cv_outside, cv_inside)
            if found is None:
                continue
            worth, outside = found
            if route.firm.supported or route.introduced > 0:
                self.offered = 1
            if worth > -1 and (best is None or worth > best[1]):
                best = route, worth, outside
        return best

    def choose_contract(self) -> None:
        """Weigh the best of several offers; join by chance, bound for a season."""
        behaviour, luck, month = self.model.behaviour, self.model.luck, self.model.month
        self.expected_kg = self.expected_harvest()
        parted = self.firm is not None and luck.uniform("contract.breakup", month, self.orchard) < behaviour.breakup
        best, before = self.best_offer(parted), self.firm
        self.leave_firm()
        self.contracted = 0.0
        if best is None:
            return
        route, worth, outside = best
        extra = 0.0 if route.firm is before else behaviour.newcomer_gain
        if luck.uniform("contract.join", month, self.orchard) >= formulas.logistic((worth / outside - extra) / behaviour.join_noise):
            return
        self.firm = route.firm
        self.price_a, self.price_b = route.price_a, route.price_b
        self.premium_a, self.premium_b = route.premium_a, route.premium_b
        self.set_due()
        route.members += 1
        if route.extension:
            terms = self.model.firm_terms
            route.services += terms.extension_cost
            self.model.flows["extension paid by firms"] += terms.extension_cost
            self.knowledge_quality += terms.extension_effect * (1 - self.knowledge_quality)

    def leave_firm(self) -> None:
        self.firm = None
        self.price_a = self.price_b = self.premium_a = self.premium_b = self.due_a = self.due_b = 0.0

    def set_due(self) -> None:
        """Contract kg of the season: all of the grades bought that a year without events would give."""
        kg = self.expected_kg / self.model.chain.usual_bad_year
        self.due_a = kg * self.grade_a_share if self.price_a > 0 else 0.0
        self.due_b = kg * (1 - self.grade_a_share) if self.price_b > 0 else 0.0
        self.contracted = self.due_a + self.due_b

    # --- practices ------------------------------------------------------------------------------------

    def expected_premium(self) -> float:
        """USD that a kg of grade A is expected to earn over grade B."""
        terms, village = self.model.firm_terms, self.village
        bonus = self.model.chain.bazaar_grade_premium * village.season_price
        passes = self.delay_value * (1 - terms.rejection)
        if self.firm is not None:
            trusted = self.trust_in(self.firm)
            return max(trusted * (self.price_a * passes - village.outside_b) + (1 - trusted) * bonus, bonus)
        trusted = offered = chance = 0.0
        for route in village.routes.values():
            if route.is_open and route.price_a > 0:
                chance = 0.5
                t, premium = self.trust_in(route.firm), route.price_a * passes - village.outside_b
                if t * premium > trusted * offered:
                    trusted, offered = t, premium
        return bonus + chance * trusted * max(0, offered - bonus)

    def wish_practices(self) -> None:
        """Which practices it wants this season, and what inputs that takes."""
        chain, behaviour, village = self.model.chain, self.model.behaviour, self.village
        interest = self.model.people.interest * 0.5
        factor = 1 + self.model.inputs.travel_cost * village.reach_hours
        near = village.reach_hours <= self.model.inputs.reach
        premium, kg = self.expected_premium(), self.expected_kg
        best = village.outside_b + self.grade_a_share * max(0, premium)
        picking = chain.harvest_picking_cost * self.picking_factor
        gain_improved = chain.practices_improved_gain * kg * max(0, best - picking)
        gain_improved += chain.practices_improved_loss_cut * kg * village.outside_b
        gain_quality = chain.practices_quality_gain * kg * premium + chain.practices_quality_loss_cut * kg * village.outside_b
        self.wanted_cost = 0.0
        for name, gain in (("improved", gain_improved), ("quality", gain_quality)):
            practice = self.model.practices[name]
            full = practice.cost * self.assets * factor
            owns = getattr(self, f"equipment_{name}") > 0
            season = full * (1 - practice.equipment_share) if owns else full
            chance = formulas.adoption_chance(
                gain, season * (1 - self.voucher), interest, behaviour.hurdle, getattr(self, f"habit_{name}"), behaviour.adopt_noise,
                practice.cost * self.assets,
            )  # fmt: skip
            knows = getattr(self, f"knowledge_{name}") > getattr(self, f"knows_{name}_draw")
            wants = near and knows and self.model.luck.uniform(f"practice.{name}", self.model.month, self.orchard) < chance
            setattr(self, f"uses_{name}", int(wants))
            if wants:
                years = practice.equipment_life / 12
                self.wanted_cost += season if owns else full * (1 - practice.equipment_share + practice.equipment_share * years)

    def buy_inputs(self) -> None:
        """Get the inputs if the shop has them and money suffices; habits; a worn kit is replaced where that pays."""
        model, village = self.model, self.village
        chain, terms, behaviour = model.chain, model.firm_terms, model.behaviour
        route = village.routes[self.firm] if self.firm is not None else None
        loan = 0.0
        if self.uses_quality and route is not None and route.loan:
            loan = terms.loan_share * chain.practices_quality_cost * self.assets * (1 - self.voucher)
        voucher = self.wanted_cost * self.voucher
        own = max(0, self.wanted_cost - voucher - loan)
        money = self.cash + max(0, self.credit - self.bank_debt) + own * model.inputs.credit
        served = model.luck.uniform("practice.served", model.month, self.orchard) < village.input_ratio
        if self.wanted_cost > 0 and (not served or own > money):
            self.uses_improved = self.uses_quality = 0
            own = 0.0
        elif self.wanted_cost > 0:
            if self.uses_improved and self.equipment_improved <= 0:
                self.equipment_improved = chain.practices_improved_equipment_life
            if self.uses_quality and self.equipment_quality <= 0:
                self.equipment_quality = chain.practices_quality_equipment_life
            if loan > 0:
                self.debt += loan * (1 + terms.loan_interest)
                model.flows["input loans given"] += loan * (1 + terms.loan_interest)
                model.flows["input loans of firms"] += loan
                route.services += loan
            model.flows["vouchers"] += voucher
        self.habit_improved = behaviour.habit * self.habit_improved + (1 - behaviour.habit) * self.uses_improved
        self.habit_quality = behaviour.habit * self.habit_quality + (1 - behaviour.habit) * self.uses_quality
        if self.kit_effect > 0 and self.kit_months <= 12:
            own += self.replace_kit(own)
        if chain.due_reset and self.firm is not None and self.season_delivered + self.season_side + self.season_broken <= 0:
            self.set_due()
        self.practice_cost = own
        self.voucher = 0.0

    def replace_kit(self, spent: float) -> float:
        """Cost of a new kit, where the crop saved in a year pays for it and cash is there; else 0."""
        chain, storage = self.model.chain, self.model.effects.storage
        price, life = storage.unit.materials, storage.life
        saved = chain.harvest_loss_harvest * self.kit_effect * self.expected_kg
        worth = max(0, self.village.bazaar.usual_price[int(chain.harvest_start)] - self.village.haul)
        if saved * worth > price / (life / 12) * (1 + self.model.people.interest * 0.5) and spent + price < self.cash:
            self.kit_months += life
            return price
        return 0.0

    # --- produce --------------------------------------------------------------------------------------

    def produce(self) -> None:
        model = self.model
        chain, flows, ripens = model.chain, model.flows, model.season[model.calendar]
        lost = chain.harvest_loss_store * (1 - self.kit)
        flows["lost in store"] += lost * (self.stock_a + self.stock_b)
        self.stock_a *= 1 - lost
        self.stock_b *= 1 - lost
        self.potential = 0.0
        self.linked_trust = self.trust_in(self.firm) if self.firm is not None else 0.0
        if ripens <= 0:
            return
        if model.calendar == int(chain.harvest_start):
            self.food_left = chain.harvest_food_need
            self.year_harvest = 0.0
        gain = chain.practices_improved_gain * self.uses_improved
        fresh = self.assets * chain.harvest_yield_per_asset * self.skill * (1 + gain) * self.weather
        self.potential = fresh * chain.harvest_conversion * ripens
        self.year_harvest += self.potential
        flows["ripened"] += self.potential
        if self.firm is not None:
            terms, new = model.firm_terms, self.village.routes[self.firm].seasons == 0
            self.deliver_draw = model.luck.uniform("trade.deliver", model.month, self.orchard)
            chance = terms.first_rejection if new else terms.rejection
            self.rejected = model.luck.uniform("trade.reject", model.month, self.orchard) < chance

    # --- trade ----------------------------------------------------------------------------------------

    def best_of_holding(self) -> float:
        """Worth now of keeping a kg until the best month ahead, USD."""
        chain, village = self.model.chain, self.village
        keeps = self.patience * (1 - chain.harvest_loss_store * (1 - self.kit))
        best, kept = 0.0, 1.0
        for months, price in enumerate(village.bazaar.ahead, 1):
            kept *= keeps
            value = kept * (price - village.haul) - months * chain.harvest_storing_cost
            if value > best:
                best = value
        return best

    def decide(self, final: bool) -> None:
        """Pick, deliver or divert, store or sell at the quote; only the final pass moves stocks and dues."""
        if final:
            self.sold_a = self.sold_b = self.rival_a = self.picked = self.firm_pays = self.delivered = 0.0
        if self.potential <= 0 and self.stock_a + self.stock_b <= 0:
            return
        behaviour, village = self.model.behaviour, self.village
        hold = self.best_of_holding()
        free_a = free_b = side_a = side_b = 0.0
        if self.potential > 0:
            price_a, price_b = self.prices_under_contract()
            free_a, free_b = self.pick(max(village.out_a, hold, price_a), max(village.net_b, hold, price_b), final)
            if self.firm is not None and free_a + free_b > 0 and not village.closed:
                taken, side_a = self.trade_contract("a", free_a, price_a, final)
                free_a -= taken + side_a
                taken, side_b = self.trade_contract("b", free_b, price_b, final)
                free_b -= taken + side_b
        stock_a, stock_b = self.stock_a + free_a, self.stock_b + free_b
        share = 0.0 if village.closed else self.share_to_sell(hold, stock_a + stock_b, behaviour)
        sells_a, sells_b = side_a + share * stock_a, side_b + share * stock_b
        if village.rival_buys:
            village.rival_want += sells_a
        village.supply += sells_a * (1 - village.ratio) + sells_b
        if final:
            self.rival_a = sells_a * village.ratio
            self.sold_a, self.sold_b = sells_a - self.rival_a, sells_b
            self.stock_a, self.stock_b = stock_a * (1 - share), stock_b * (1 - share)
            if village.rival_buys:
                village.rival_price = village.bid
            flows = self.model.flows
            flows["sold at bazaars"] += self.sold_a + self.sold_b
            flows["sold to rivals"] += self.rival_a
            flows["delivered under contract"] += self.delivered
            flows["deliveries on account"] += self.firm_pays

    def prices_under_contract(self) -> tuple[float, float]:
        if self.firm is None:
            return 0.0, 0.0
        formula, village = int(self.model.firm_terms.formula), self.village
        price_a = formulas.contract_price(formula, self.price_a, self.premium_a, village.net_a) if self.price_a > 0 else 0.0
        price_b = formulas.contract_price(formula, self.price_b, self.premium_b, village.net_b) if self.price_b > 0 else 0.0
        return price_a, price_b

    def pick(self, best_a: float, best_b: float, final: bool) -> tuple[float, float]:
        """Pick if that pays and keep food from grade B; returns what is free of both grades, kg."""
        chain = self.model.chain
        loss = max(0, chain.harvest_loss_harvest * (1 - self.kit) - self.loss_cut)
        share_a = min(1, self.grade_a_share)
        value = share_a * best_a + (1 - share_a) * best_b
        worth_it = value * (1 - loss) > chain.harvest_picking_cost * self.picking_factor
        picked = self.potential if worth_it else 0.0
        kg = picked * (1 - loss)
        eaten = min(self.food_left, kg * (1 - share_a))
        if final:
            flows = self.model.flows
            self.picked = picked
            self.food_left -= eaten
            flows["picked"] += picked
            flows["unharvested"] += self.potential - picked
            flows["lost at harvest"] += picked * loss
            flows["eaten at home"] += eaten
        return kg * share_a, kg * (1 - share_a) - eaten

    def share_to_sell(self, hold: float, stock: float, behaviour: Any) -> float:
        """Share of the stock sold now: all in the last month, at least what urgent need takes, else as expectations say."""
        village = self.village
        price = village.net_b
        if price <= 0:
            return 0.0
        if not village.bazaar.ahead:
            return min(1, price / (behaviour.store_noise * village.bazaar.quote))
        share = formulas.share_sold(price, hold, behaviour.store_noise)
        if self.gap > 0 and stock > 0:
            share = max(share, min(1, self.gap / (price * stock)) * formulas.in_need(price, hold, behaviour.need_floor))
        return share

    def delivers(self, price: float, spot: float, agreed_outside: float, due: float) -> bool:
        """Whether the contracted lot goes to the firm: what keeping the contract is worth against what diverting it brings now."""
        if due < 1:
            return True
        behaviour, village, quote = self.model.behaviour, self.village, self.village.bazaar.quote
        later = price * self.delay_value
        pull = min(1, self.gap / self.need) if self.need > 0 else 0.0
        gain = spot - later + self.debt * (1 - behaviour.debt_recovered) / due + behaviour.cash_pull * quote * pull
        sanction = behaviour.sanction * (behaviour.sanction_alone + village.association) * (1 - village.side_share)
        rent = sanction * quote + formulas.relationship_rent(
            self.linked_trust, later - agreed_outside, self.contracted, due, self.patience_year, behaviour.breakup, behaviour.detection
        )
        return self.deliver_draw < formulas.logistic((rent - gain) / (behaviour.deliver_noise * max(quote, 1e-9)))

    def trade_contract(self, grade: str, free: float, price: float, final: bool) -> tuple[float, float]:
        """One grade of the contracted harvest: kg taken by the firm, and kg side-sold."""
        village, route = self.village, self.village.routes[self.firm]
        if grade == "a":
            due, outside, spot, net, worth = self.due_a, self.price_a - self.premium_a, village.out_a, village.net_a, route.worth_a
        else:
            due, outside, spot, net, worth = self.due_b, self.price_b - self.premium_b, village.net_b, village.net_b, route.worth_b
        lot = min(free, due)
        if price <= 0 or lot <= 0:
            return 0.0, 0.0
        delivers = self.delivers(price, spot, max(0, outside), due)
        if delivers:
            route.due += lot
            route.loss += lot * (price - min(max(net, 0), worth))
        breaks = self.firm.breaks
        taken = delivers and not self.rejected and (not breaks or worth >= net)
        if taken:
            route.bought[grade] += lot
        if final:
            if grade == "a":
                self.due_a -= lot
            else:
                self.due_b -= lot
            route.season_due += lot
            if taken:
                self.firm_pays += lot * (max(net, 0) if breaks else price)
                self.owing_firm = self.firm
                self.delivered += lot
                self.season_delivered += lot
            self.remember_lot(route, lot, delivers, breaks)
        return (lot if taken else 0.0), (0.0 if delivers else lot)

    def remember_lot(self, route: Route, lot: float, delivers: bool, breaks: bool) -> None:
        if not delivers:
            self.season_side += lot
            route.season_side += lot
            route.side += lot
        elif breaks:
            self.season_broken += lot
            route.season_broken += lot
            route.broken += lot
        else:
            self.season_kept += lot
            route.season_kept += lot

    # --- money ----------------------------------------------------------------------------------------

    def put_on_account(self) -> None:
        """This month's deliveries fall due after the usual delay; what is due now is presented to the firm."""
        if self.owing_firm is None:
            return
        month, due = self.model.month, self.model.month + int(self.model.firm_terms.delay)
        self.receivable[due] = self.receivable.get(due, 0.0) + self.firm_pays
        self.owing_firm.presented += self.receivable.get(month, 0.0)

    def settle(self) -> None:
        """A month's income, then spending, borrowing and repaying."""
        model, village = self.model, self.village
        chain, flows, price = model.chain, model.flows, village.bazaar.price
        self.other_income = self.wages + self.remittances * self.remittance_factor
        sold = self.sold_a * price * (1 + chain.bazaar_grade_premium) + self.sold_b * price
        haul = (self.sold_a + self.sold_b) * village.haul
        picking = self.picked * chain.harvest_picking_cost * self.picking_factor
        storing = (self.stock_a + self.stock_b) * chain.harvest_storing_cost
        inputs = self.practice_cost + self.assets * chain.assets_upkeep / 12
        self.practice_cost = 0.0
        income = sold - haul - picking - storing - inputs
        flows["bazaar sales"] += sold
        flows["haul to bazaars"] += haul
        flows["picking and drying"] += picking
        flows["storing"] += storing
        flows["inputs and equipment"] += inputs
        if self.rival_a > 0:
            paid = self.rival_a * village.rival_price
            income += paid
            flows["paid by rivals"] += paid
            village.rival.purchases += paid
            village.rival.paid_at_gate += paid
        if self.owing_firm is not None:
            income += self.get_paid()
        self.spend(income)

    def get_paid(self) -> float:
        """What the firm that owes pays this month, less the input loan held back, USD."""
        model, firm, flows = self.model, self.owing_firm, self.model.flows
        firm.purchases += self.firm_pays
        due = self.receivable.pop(model.month, 0.0)
        paid = due * firm.paid_share
        if due > 0 and firm.paid_share < 0.999999:
            if not firm.active or firm.late_months > model.firm_terms.grace:
                flows["deliveries never paid"] += due - paid + sum(self.receivable.values())
                self.receivable.clear()
                self.season_broken += self.season_kept
                self.season_kept = 0.0
            else:
                self.receivable[model.month + 1] = self.receivable.get(model.month + 1, 0.0) + due - paid
                self.season_late += 1 - firm.paid_share
        flows["paid under contract"] += paid
        flows["deliveries paid"] += paid
        if self.debt > 0 and firm is self.firm:
            back = min(self.debt, paid)
            self.debt -= back
            paid -= back
            flows["input loans repaid"] += back
            flows["input loans settled"] += back
            firm.repaid += back
        owed = sum(self.receivable.values())
        if owed <= 1e-9:
            flows["deliveries never paid"] += owed
            self.receivable.clear()
            self.owing_firm = None
        return paid

    def spend(self, income: float) -> None:
        people, flows = self.model.people, self.model.flows
        interest = self.bank_debt * people.interest / 12
        cash = self.cash + self.other_income + income - interest
        loan = max(0, -cash)
        self.bank_debt += loan
        cash += loan
        spent = min(cash, self.need + self.shock)
        cash -= spent
        back = min(self.bank_debt, 0.5 * cash)
        self.bank_debt -= back
        cash -= back
        more = people.spending * max(0, cash - people.buffer * self.need)
        self.cash = cash - more
        self.income = income - interest
        flows["wages and transfers"] += self.other_income
        flows["household spending"] += spent + more
        flows["borrowed from banks"] += loan
        flows["repaid to banks"] += interest + back

    def settle_loan(self) -> None:
        """At the season's end part of a loan that deliveries did not repay is recovered, the rest is lost to the firm."""
        if self.debt <= 0:
            return
        flows = self.model.flows
        back = min(self.debt * self.model.behaviour.debt_recovered, self.cash)
        self.cash -= back
        self.income -= back
        if self.firm is not None:
            self.firm.repaid += back
            flows["input loans repaid"] += back
        else:
            flows["household spending"] += back
        flows["input loans settled"] += back
        flows["input loans written off"] += self.debt - back
        self.debt = 0.0

    # --- learn ----------------------------------------------------------------------------------------

    def wear_equipment(self) -> None:
        self.kit_months = max(0, self.kit_months - 1)
        self.equipment_improved = max(0, self.equipment_improved - 1)
        self.equipment_quality = max(0, self.equipment_quality - 1)

    def dealings(self) -> tuple[float, float]:
        """Shares of the season's dealings in which its firm kept and broke its word; late pay counts in part."""
        met = self.season_kept + self.season_broken
        if self.firm is None or met <= 0:
            return 0.0, 0.0
        late = min(1, self.model.ties.late_weight * self.season_late)
        return self.season_kept / met * (1 - late), (self.season_broken + self.season_kept * late) / met

    def learn_of_season(self) -> None:
        """Trust in every firm, knowledge of practices, the harvest remembered."""
        ties, behaviour, village, year = self.model.ties, self.model.behaviour, self.village, self.model.year
        kept, broken = self.dealings()
        for firm in village.routes:
            here, told = village.met.get(firm, (0.0, 0.0)), village.bazaar.news.get(firm, (0.0, 0.0))
            seen = (kept, broken) if firm is self.firm else (0.0, 0.0)
            kept_now, broken_now = (seen[k] + ties.neighbours * here[k] + ties.bazaar_news * told[k] for k in (0, 1))
            self.kept[firm] = ties.memory * self.kept.get(firm, 0.0) + kept_now
            self.broken[firm] = ties.memory * self.broken.get(firm, 0.0) + ties.bad_news * broken_now
        self.harvests[year] = self.year_harvest
        self.harvests.pop(year - REMEMBERED_YEARS, None)
        for name, share in (("improved", village.improved_share), ("quality", village.quality_share)):
            decay = behaviour.knowledge_decay * (behaviour.user_decay if getattr(self, f"uses_{name}") else 1)
            knowledge = getattr(self, f"knowledge_{name}")
            setattr(self, f"knowledge_{name}", formulas.knowledge_next(knowledge, decay, behaviour.diffusion, share))
        self.season_kept = self.season_broken = self.season_side = self.season_late = self.season_delivered = 0.0
