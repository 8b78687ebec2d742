"""Phase 2, acts: the facilitator, its staff and its plan (model 4, Effective facilitation; model 5)."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from linkage_sim.compiled import compiled
from linkage_sim.context import Context
from linkage_sim.draws import STREAM, Key, normals, uniform, uniforms
from linkage_sim.programme import direct, firms, links, organisation, selection, skills, villages
from linkage_sim.programme.ledger import Ledger, Purse
from linkage_sim.scenario.scenario import Scenario

Numbers = NDArray[np.float64]

if TYPE_CHECKING:
    from linkage_sim.world.world import World

AT_ONCE = ("market_assessment", "lead_firm_selection", "reflection_session")
"""Acts whose money is released whole; that of all others is released evenly over their months."""
LOOKED_AFTER = (
    "training", "storage", "brokering", "co_investment", "market_assessment", "staff_coaching", "reflection_session", "communication",
    "coordination",
)  # fmt: skip
"""Acts that say themselves where they change what phases look at (`Context.look_again`), or change nothing of it anywhere."""


@compiled
def replace_leavers(
    key: Key, stream: int, month: int, chance: float, start_skill: Numbers, start_concept: Numbers, skill: Numbers, concept: Numbers
) -> bool:
    """Staff that leave are replaced by newcomers with start values; returns whether any left."""
    any_left = False
    for officer in range(skill.shape[0]):
        if uniform(key, stream, month, officer) < chance:
            skill[officer], concept[officer] = start_skill[officer], start_concept[officer]
            any_left = True
    return any_left


class Facilitation:
    """The programme of one run.

    Parameters
    ----------
    scenario : gives plan, costs and effects; world : routes and graph; context : the run it acts in
    """

    def __init__(self, scenario: Scenario, world: World, context: Context) -> None:
        self.scenario, self.world = scenario, world
        self.terms, self.effects, self.plan = scenario.facilitator, scenario.interventions, scenario.programme
        self.first = scenario.timeline.before
        self.last = self.first + scenario.timeline.during - 1
        self.ledger = Ledger(self.terms)
        self.ledger.purses.update({name: self.purse_of(act) for name, act in self.plan.items()})
        self.voucher_purses = [self.ledger.purses[name] for name, act in self.plan.items() if act.act == "input_vouchers"]
        self.done: dict[str, int] = {}
        self.view = 0.0
        self.sharing = self.terms.sharing
        self.claims: list[dict[str, float]] = []
        self.overstated = 0.0
        self.progress: dict[str, float] = {}
        self.queues: dict[str, NDArray[np.int64]] = {}
        self.served: dict[str, NDArray[np.int64]] = {}
        self.duplicated = np.zeros(context.villages, dtype=bool)
        self.paid_until: dict[str, NDArray[np.int64]] = {}
        self.ends: set[int] = set()
        self.aim = 0.0
        self.ready = np.zeros(len(context.state.firm), dtype=np.int64)
        self.shares = np.array(self.effects.co_investment.shares)
        self.leaves: dict[int, int] = {}
        self.introduced = [0] * len(context.state.firm)
        self.promised: dict[tuple[int, int], str] = {}
        staff = np.arange(self.terms.staff)
        spread = self.terms.spread
        self.start_skill = np.clip(self.terms.skill + spread * normals(context.key, "staff.skill", 0, staff), 0.02, 1.0)
        self.start_concept = np.clip(self.terms.concept + spread * normals(context.key, "staff.concept", 0, staff), 0.0, 1.0)
        self.set_staff(self.start_skill.copy(), self.start_concept.copy())

    def set_staff(self, skill: Numbers, concept: Numbers) -> None:
        """Business skill and concept score of every officer, 0..1, and their means."""
        self.staff_skill, self.staff_concept = skill, concept
        self.skill = float(np.add.reduce(skill)) / len(skill)
        self.concept = float(np.add.reduce(concept)) / len(concept)

    def purse_of(self, act: Any) -> Purse:
        """The purse of an act, with its price and its months."""
        effect = getattr(self.effects, act.act)
        unit = effect.entrepreneur if act.act == "business_skills" and act.who == "entrepreneurs" else effect.unit
        end = self.scenario.timeline.during if act.end is None else act.end
        return Purse(
            act.share * self.terms.budget, self.ledger.unit_cost(unit, 0.0), self.terms.learning,
            self.first + act.start - 1, self.first + end - 1, act.act in AT_ONCE,
        )  # fmt: skip

    @property
    def cash(self) -> float:
        """USD in the ledger."""
        return self.ledger.cash

    @property
    def overlap(self) -> float:
        """Share of work duplicated between agencies: overlap*(1-sharing)*(agencies-1)/agencies."""
        return self.terms.overlap * (1.0 - self.sharing) * (self.terms.agencies - 1) / self.terms.agencies

    def is_working(self, month: int) -> bool:
        """Whether the programme is there in a recorded month and has a plan."""
        return bool(self.plan) and self.first <= month <= self.last

    def next_act(self, month: int) -> float:
        """The first month from this one on in which it does anything, be it to leave; infinity if in none."""
        return max(month, self.first) if self.plan and month <= self.last + 1 else math.inf

    def act(self, context: Context) -> None:
        """One month of the plan."""
        month = context.month
        context.working[0] = self.is_working(month)
        if self.next_act(month) > month:
            return
        if month == self.first:
            self.begin(context)
        if month == self.last + 1:
            self.leave(context)
        if not context.working[0]:
            return
        self.change_staff(context)
        firms.pay_openings(self, context)
        firms.end_support(self, context)
        for name, act, purse, handler in self.tasks:
            waits = act.after is not None and act.after not in self.done
            is_over = act.until is not None and act.until in self.done
            if waits or is_over or not purse.first <= month <= purse.last:
                continue
            purse.release(month)
            if handler(self, context, name, act):
                self.done.setdefault(name, month)
                if act.act not in LOOKED_AFTER:
                    context.look_again()
        villages.end_support(self, context)

    def begin(self, context: Context) -> None:
        """The programme begins: money arrives, and who is served by luck is drawn."""
        self.ledger.open(context.outside_flows)
        self.tasks = [(name, act, self.ledger.purses[name], HANDLERS[act.act]) for name, act in self.plan.items()]
        setup = self.effects.brokering.setup_share * context.parameters.firms["route_setup"]
        self.setup_promises: list[float] = setup[context.state.firm["chain"]].tolist()
        self.enterprises = context.of_household, context.by_household
        self.village_luck = uniforms(context.key, "programme.target", 0, np.arange(context.villages))
        self.household_luck = uniforms(context.key, "programme.target", 1, context.state.household["identity"])

    def change_staff(self, context: Context) -> None:
        """Turnover, and what fades: the market view and the sharing between agencies."""
        if replace_leavers(
            context.key, STREAM["staff.turnover"], context.month, self.terms.turnover / 12.0, self.start_skill, self.start_concept,
            self.staff_skill, self.staff_concept,
        ):  # fmt: skip
            self.set_staff(self.staff_skill, self.staff_concept)
        self.view *= 1.0 - self.effects.market_assessment.decay / 12.0
        fade = self.effects.reflection_session.sharing_decay / 12.0
        self.sharing += fade * (self.terms.sharing - self.sharing)
        self.aim *= 1.0 - self.effects.coordination.decay / 12.0

    def leave(self, context: Context) -> None:
        """The programme leaves: unspent money goes back, support ends."""
        context.look_again()
        self.ledger.close(context.outside_flows)
        villages.end_all(context)
        context.state.route["setup_promise"] = 0.0
        context.state.enterprise["voucher"] = 0.0

    def times_served(self, name: str, households: int) -> NDArray[np.int64]:
        """How often an act has served every household; (H,)."""
        if name not in self.served:
            self.served[name] = np.zeros(households, dtype=np.int64)
        return self.served[name]

    def until(self, act: str, shape: tuple[int, ...]) -> NDArray[np.int64]:
        """Last month paid for, of every village, route or firm that an act has served; -1 where it has not."""
        if act not in self.paid_until:
            self.paid_until[act] = np.full(shape, -1)
        return self.paid_until[act]

    def pay_until(self, act: str, place: int | tuple[int, int], month: int) -> None:
        """Note until which month a village, route or firm is paid for."""
        self.paid_until[act][place] = month
        self.ends.add(month + 1)

    def pay_vouchers(self, amount: float) -> None:
        """Charge redeemed vouchers to the acts that gave them, each by what it had set aside for them."""
        given = self.voucher_purses
        if not given:
            return
        set_aside = sum(purse.reserved for purse in given)
        if set_aside <= 0.0:
            return
        for purse in given:
            purse.spent += amount * purse.reserved / set_aside
            purse.reserved = 0.0
        self.ledger.cash -= amount

    def observed(self) -> dict[str, float]:
        """What is recorded of the facilitator every month."""
        return {"claimed_over_true": self.overstated, "concept": self.concept, "skill": self.skill}

    def report(self) -> dict[str, Any]:
        """What it did: spending and units by act, money returned, claims of applicants."""
        return {
            "budget": self.terms.budget,
            "spent": {name: purse.spent for name, purse in self.ledger.purses.items()},
            "units": {name: purse.units for name, purse in self.ledger.purses.items()},
            "returned": self.ledger.returned,
            "unassigned": self.terms.budget - sum(purse.total for purse in self.ledger.purses.values()),
            "claims": self.claims,
            "overlap": self.overlap,
            "concept_spread": float(self.staff_concept.std()),
            "villages_duplicated": float(self.duplicated.mean()),
        }


HANDLERS: dict[str, Callable[[Facilitation, Context, str, Any], bool]] = {
    "training": direct.train, "storage": direct.give_kits, "input_vouchers": direct.give_vouchers,
    "associations": villages.support_associations, "market_assessment": organisation.assess_market,
    "lead_firm_selection": selection.select, "brokering": firms.broker, "co_investment": firms.co_invest,
    "staff_coaching": organisation.coach, "reflection_session": organisation.reflect,
    "savings_groups": villages.found_groups, "village_organisations": villages.organise,
    "mobile_payments": villages.bring_mobile_payments, "business_skills": skills.teach_business,
    "contract_support": links.support_contracts, "input_provider_links": links.link_providers,
    "processor_links": links.link_processors, "communication": organisation.communicate,
    "coordination": organisation.coordinate,
}  # fmt: skip


def run(context: Context) -> None:
    """Phase 2 of one month."""
    programme = context.programme
    if programme is not None:
        programme.act(context)


READS = ("village.association", "route.is_open", "firm.active", "usual_price", "market_price")
WRITES = (
    "enterprise.knowledge_improved", "enterprise.knowledge_quality", "enterprise.kit_months", "enterprise.kit_effect",
    "enterprise.voucher", "village.association_goal", "household.reached", "household.trained", "firm.supported", "firm.addenda",
    "firm.spent", "firm.cash", "firm.capacity", "route.introduced", "route.dependence", "route.setup_promise", "orders", "orders_left",
    "firm_flows", "village.organisation_goal", "village.group_goal", "village.mobile_goal", "village.outlet_support",
    "village.provider", "village.outlet", "village.reach_hours", "input_stock", "household.member", "household.business",
    "firm.prepared", "firm.processor", "firm.plant_orders", "firm.plant_advance", "firm.credit", "firm.subsidy", "firm.season_margin",
    "plant_capacity",     "route.written", "route.written_goal",
)  # fmt: skip
