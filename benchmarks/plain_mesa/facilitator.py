"""The facilitator: staff, ledger and plan, and the acts that serve households, villages and its own staff."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import mesa

from plain_mesa.lead_firm_acts import LeadFirmActs

if TYPE_CHECKING:
    from plain_mesa.model import PlainModel
    from plain_mesa.smallholder import Smallholder
    from plain_mesa.village import Village

AT_ONCE = ("market_assessment", "lead_firm_selection", "reflection_session")
ROUNDING = 1e-9


@dataclass
class Purse:
    """Money of one act, USD."""

    total: float
    released: float = 0.0
    spent: float = 0.0
    reserved: float = 0.0
    units: float = 0.0
    last: int = 0

    @property
    def free(self) -> float:
        return self.released - self.spent - self.reserved


@dataclass
class Officer:
    """One of the field staff; who leaves is followed by a newcomer with the first skill and concept score."""

    first_skill: float
    first_concept: float
    skill: float = 0.0
    concept: float = 0.0

    def __post_init__(self) -> None:
        self.start_anew()

    def start_anew(self) -> None:
        self.skill, self.concept = self.first_skill, self.first_concept


class Facilitator(LeadFirmActs, mesa.Agent):
    """The programme and its one budget."""

    def __init__(self, model: PlainModel) -> None:
        super().__init__(model)
        line, self.terms, self.effects, self.plan = model.timeline, model.settings.facilitator, model.effects, model.settings.plan
        self.first, self.last = line.before, line.before + line.during - 1
        self.purses = {name: Purse(act.share * self.terms.budget) for name, act in self.plan.items()}
        self.cash = 0.0
        self.done: set[str] = set()
        self.view, self.sharing = 0.0, self.terms.sharing
        self.supported_until: dict[Village, int] = {}
        self.queue: list[Smallholder] = []
        self.served: dict[str, Counter[Smallholder]] = {}
        self.staff = [self.hire(number) for number in range(self.terms.staff)]
        self.start_with_firms()

    def hire(self, number: int) -> Officer:
        terms, luck = self.terms, self.model.luck
        skill = terms.skill + terms.spread * luck.normal("staff.skill", 0, number)
        concept = terms.concept + terms.spread * luck.normal("staff.concept", 0, number)
        return Officer(min(1, max(0.02, skill)), min(1, max(0, concept)))

    @property
    def skill(self) -> float:
        return sum(one.skill for one in self.staff) / len(self.staff)

    @property
    def concept(self) -> float:
        return sum(one.concept for one in self.staff) / len(self.staff)

    @property
    def overlap(self) -> float:
        """Share of work that several agencies do twice."""
        return self.terms.overlap * (1 - self.sharing) * (self.terms.agencies - 1) / self.terms.agencies

    @property
    def is_working(self) -> bool:
        return bool(self.plan) and self.first <= self.model.month <= self.last

    # --- the month ------------------------------------------------------------------------------------

    def act(self) -> None:
        month, flows = self.model.month, self.model.flows
        if not self.plan:
            return
        if month == self.first:
            self.cash = sum(purse.total for purse in self.purses.values())
            flows["budget received"] += self.cash
        if month == self.last + 1:
            self.leave()
        if not self.is_working:
            return
        self.change_staff()
        self.pay_openings()
        self.end_support_of_firms()
        for name, act in self.plan.items():
            if self.is_due(act):
                self.release(name, act)
                if getattr(self, f"do_{act.act}")(name, act):
                    self.done.add(name)
        for village, until in self.supported_until.items():
            if until < month:
                village.association_goal = 0.0

    def is_due(self, act: Any) -> bool:
        since = self.model.month - self.first + 1
        end = self.model.timeline.during if act.end is None else act.end
        waits = act.after is not None and act.after not in self.done
        over = act.until is not None and act.until in self.done
        return act.start <= since <= end and not waits and not over

    def release(self, name: str, act: Any) -> None:
        """Money of assessment, selection and reflection comes at once, that of other acts evenly over the months left."""
        purse = self.purses[name]
        if act.act in AT_ONCE:
            purse.released = purse.total
            return
        end = self.first + (self.model.timeline.during if act.end is None else act.end) - 1
        purse.released += (purse.total - purse.released) / max(1, end - self.model.month + 1)

    def change_staff(self) -> None:
        for number, one in enumerate(self.staff):
            if self.model.luck.uniform("staff.turnover", self.model.month, number) < self.terms.turnover / 12:
                one.start_anew()
        self.view *= 1 - self.effects.market_assessment.decay / 12
        self.sharing += self.effects.reflection_session.sharing_decay / 12 * (self.terms.sharing - self.sharing)

    def leave(self) -> None:
        self.model.flows["unspent budget returned"] += self.cash
        self.cash = 0.0
        for purse in self.purses.values():
            purse.released, purse.reserved = purse.spent, 0.0
        for village in self.model.villages:
            village.association_goal = 0.0
            for route in village.routes.values():
                route.setup_promise = 0.0
        for one in self.model.smallholders:
            one.voucher = 0.0

    # --- money ----------------------------------------------------------------------------------------

    def priced(self, amount: float) -> float:
        return amount * (1 + self.terms.overhead) * self.terms.unit_cost_factor

    def unit_cost(self, unit: Any, done: float) -> float:
        base = unit.staff_months * self.terms.staff_month + unit.visits * self.terms.visit + unit.materials
        return self.priced(base) * (1 + done) ** -self.terms.learning

    def spend(self, name: str, amount: float, flow: str = "staff, visits and materials") -> None:
        self.purses[name].spent += amount
        self.cash -= amount
        self.model.flows[flow] += amount

    def pay_unit(self, name: str, unit: Any) -> bool:
        """Pay one unit, if the money released so far lasts."""
        purse = self.purses[name]
        cost = self.unit_cost(unit, purse.units)
        if cost > purse.free + ROUNDING:
            return False
        self.spend(name, cost)
        purse.units += 1
        return True

    def pay_vouchers(self) -> None:
        """Charge what was redeemed to the acts that gave vouchers, each by what it had set aside."""
        given = [self.purses[name] for name, act in self.plan.items() if act.act == "input_vouchers"]
        set_aside = sum(purse.reserved for purse in given)
        if set_aside <= 0:
            return
        amount = self.model.flows["vouchers"]
        for purse in given:
            purse.spent += amount * purse.reserved / set_aside
            purse.reserved = 0.0
        self.cash -= amount

    # --- whom to serve --------------------------------------------------------------------------------

    def wanted(self, one: Smallholder, target: str) -> bool:
        return {
            "all": True, "women": one.woman == 1, "poorest": one.tercile == 0, "remote": one.remote == 1, "linked": one.firm is not None,
        }[target]  # fmt: skip

    def in_order(self, target: str) -> list[Smallholder]:
        """Households village by village in an order drawn once, those of the target first."""
        if not self.queue:
            luck = self.model.luck
            places = {village: luck.uniform("programme.target", 0, village.number) for village in self.model.villages}
            own = {one: luck.uniform("programme.target", 1, one.identity) for one in self.model.smallholders}
            self.queue = sorted(self.model.smallholders, key=lambda one: (places[one.village], own[one]))
        return sorted(self.queue, key=lambda one: not self.wanted(one, target))

    def is_duplicated(self, one: Smallholder) -> bool:
        return self.model.luck.uniform("programme.duplicate", self.model.month, one.identity) < self.overlap

    def serve(self, name: str, act: Any, unit: Any, again: bool) -> list[Smallholder]:
        """Serve the next of a queue as far as money goes; those whom another agency serves as well gain nothing.

        Among the linked, who change, those come next whom the act has served least.
        """
        order, purse, served, times = self.in_order(act.target), self.purses[name], [], self.served.setdefault(name, Counter())
        start, places = int(purse.units), len(order) if again else len(order) - int(purse.units)
        if act.target == "linked":
            order.sort(key=lambda one: times[one])
            start = 0
        while len(served) < places:
            one = order[(start + len(served)) % len(order)]
            if not self.pay_unit(name, unit):
                break
            served.append(one)
        times.update(served)
        return [one for one in served if not self.is_duplicated(one)]

    # --- acts -----------------------------------------------------------------------------------------

    def do_training(self, name: str, act: Any) -> bool:
        effect = self.effects.training
        taught = self.serve(name, act, effect.unit, act.refresh)
        for one in taught:
            if act.topic in ("improved", "both"):
                one.knowledge_improved = max(one.knowledge_improved, effect.knowledge)
            if act.topic in ("quality", "both"):
                one.knowledge_quality = max(one.knowledge_quality, effect.knowledge)
            one.trained += 1
            one.reached = 1
        return bool(taught)

    def do_storage(self, name: str, act: Any) -> bool:
        effect = self.effects.storage
        helped = self.serve(name, act, effect.unit, False)
        for one in helped:
            one.kit_effect, one.kit_months, one.reached = effect.loss_cut, effect.life, 1
        return bool(helped)

    def do_input_vouchers(self, name: str, act: Any) -> bool:
        """In the planting month, for as many as the money covers if all are redeemed."""
        if self.model.calendar != int(self.model.chain.practice_month):
            return False
        purse, unit = self.purses[name], self.effects.input_vouchers.unit
        purse.reserved = 0.0
        given, cost, promised = [], 0.0, 0.0
        for one in self.in_order(act.target):
            own = self.unit_cost(unit, purse.units + len(given))
            most = act.paid * self.dearest_inputs(one)
            if cost + promised + own + most > purse.free:
                break
            given.append(one)
            cost += own
            promised += most
        if not given:
            return False
        self.spend(name, cost)
        purse.reserved += promised
        purse.units += len(given)
        for one in given:
            if not self.is_duplicated(one):
                one.voucher, one.reached = act.paid, 1
        return True

    def dearest_inputs(self, one: Smallholder) -> float:
        factor = 1 + self.model.inputs.travel_cost * one.village.reach_hours
        return sum(
            practice.cost * (1 - practice.equipment_share + practice.equipment_share * practice.equipment_life / 12) * one.assets * factor
            for practice in self.model.practices.values()
        )

    def do_associations(self, name: str, act: Any) -> bool:
        effect, luck, acted = self.effects.associations, self.model.luck, False
        order = sorted(self.model.villages, key=lambda one: luck.uniform("programme.target", 0, one.number))
        order.sort(key=lambda one: sum(self.wanted(each, act.target) for each in one.households) / len(one.households), reverse=True)
        for village in order:
            if self.supported_until.get(village, -1) >= self.model.month:
                continue
            if not self.pay_unit(name, effect.unit):
                break
            self.supported_until[village] = self.model.month + effect.support
            if luck.uniform("programme.village_duplicate", self.model.month, village.number) < self.overlap:
                continue
            village.association_goal = effect.strength
            for one in village.households:
                one.reached = 1
            acted = True
        return acted

    def do_market_assessment(self, name: str, act: Any) -> bool:
        purse, effect = self.purses[name], self.effects.market_assessment
        if purse.units > 0 and self.model.month < purse.last + act.every:
            return False
        if not self.pay_unit(name, effect.unit):
            return False
        purse.last = self.model.month
        self.view += effect.view * (1 - self.view)
        return True

    def do_staff_coaching(self, name: str, act: Any) -> bool:
        effect = self.effects.staff_coaching
        if not self.pay_unit(name, effect.unit):
            return False
        self.teach_staff(effect)
        return True

    def do_reflection_session(self, name: str, act: Any) -> bool:
        effect = self.effects.reflection_session
        if self.purses[name].units > 0 or not self.pay_unit(name, effect.unit):
            return False
        self.teach_staff(effect)
        self.sharing += effect.sharing * (1 - self.sharing)
        return True

    def teach_staff(self, effect: Any) -> None:
        for one in self.staff:
            one.skill += effect.skill * (1 - one.skill)
            one.concept += effect.concept * (1 - one.concept)
