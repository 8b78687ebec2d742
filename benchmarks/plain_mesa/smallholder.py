"""Smallholders: one household with one orchard, its money, its trust in firms and its decisions."""

from __future__ import annotations

from math import exp, sqrt
from typing import TYPE_CHECKING, Any

import mesa

from plain_mesa import formulas
from plain_mesa.choices import YearlyChoices

if TYPE_CHECKING:
    from plain_mesa.leadfirm import LeadFirm, Route
    from plain_mesa.model import PlainModel
    from plain_mesa.village import Village

REMEMBERED_YEARS = 5


class Smallholder(YearlyChoices, mesa.Agent):
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
        return min(1, self.model.chain.harvest_grade_a + self.model.chain.practices_quality_gain * self.uses_quality)

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
        share_a = self.grade_a_share
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
        if delivers and not self.rejected:
            route.accepted += lot
            route.margin += lot * (worth - price)
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
