"""What smallholders choose once a year: a contract, practices and the inputs they take."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plain_mesa import formulas

if TYPE_CHECKING:
    from plain_mesa.leadfirm import Route

NEARBY_OFFER = 0.5
"""Chance of a contract that a household without one sees where some firm offers."""


class YearlyChoices:
    """Contract and practices, mixed into the smallholder."""

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
            if best is None or worth > best[1]:
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
                chance = NEARBY_OFFER
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
