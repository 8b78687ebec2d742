"""Phase 2, acts: the facilitator, its staff and its plan (model 4, Effective facilitation; model 5)."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from linkage_sim.columns import Table
from linkage_sim.context import Context
from linkage_sim.frames import Frame, frame_of
from linkage_sim.programme import direct, links, skills, villages
from linkage_sim.programme.acts import NOBODY, live_acts, note
from linkage_sim.programme.ledger import first_unit_cost
from linkage_sim.programme.organisation import hire
from linkage_sim.programme.plan import NEVER, VILLAGE_ACTS, has_queue, is_for_entrepreneurs, plan_of
from linkage_sim.programme.selection import CLAIM, CRITERIA
from linkage_sim.rules.selection import duplicated_share
from linkage_sim.scenario.scenario import Scenario
from linkage_sim.world.parameters import numbers_of

Numbers = NDArray[np.float64]

if TYPE_CHECKING:
    from linkage_sim.world.world import World


@dataclass(frozen=True)
class DrawnUp:
    """What follows from a scenario for all programmes of it.

    Parameters
    ----------
    plan : before its first month; terms : numbers of the facilitator; shares : of the programme in the first, second, ... addendum
    weights : of criteria; queues, selections : how many acts serve households, and choose firms
    """

    plan: Table
    terms: Any
    shares: Numbers
    weights: Numbers
    queues: int
    selections: int


class _Itself:
    """A scenario as a key: only the same object with the same acts is the same; to compare two takes longer than to draw up a plan."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario, self.acts = scenario, tuple(scenario.programme.items())

    def __hash__(self) -> int:
        return id(self.scenario)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, _Itself) or self.scenario is not other.scenario or len(self.acts) != len(other.acts):
            return False
        return all(name == its and act is one for (name, act), (its, one) in zip(self.acts, other.acts, strict=True))


@functools.lru_cache(maxsize=32)
def _drawn_up(one: _Itself) -> DrawnUp:
    scenario = one.scenario
    acts, effects = scenario.programme.values(), scenario.interventions
    units = [effects.business_skills.entrepreneur if is_for_entrepreneurs(act) else getattr(effects, act.act).unit for act in acts]
    return DrawnUp(
        plan_of(scenario, [first_unit_cost(scenario.facilitator, unit) for unit in units]), numbers_of(scenario.facilitator),
        np.array(effects.co_investment.shares), np.array([getattr(effects.lead_firm_selection.weights, word) for word in CRITERIA]),
        sum(map(has_queue, acts)), sum(act.act == "lead_firm_selection" for act in acts),
    )  # fmt: skip


class Facilitation:
    """The programme of one run.

    Parameters
    ----------
    scenario : gives plan, costs and effects; world : routes, and whose turn it is; context : the run it acts in

    Attributes
    ----------
    plan : one row an act (`linkage_sim.programme.plan.PLAN`)
    held : the plan and all else that compiled acts read and change, as ``p`` of kernels. Shapes: n acts, H households, V villages, F firms

        * ``turn`` (1,) the act that Python has to do, between months none; ``window`` (2,) first and last month of the programme;
          ``returned`` (1,) USD
        * ``order`` (H,) households village by village; ``queues``, ``served`` (acts that serve households, H) in which order an act
          serves them, and how often it did; ``rows``, ``others`` (H,) to work in; all empty where no act serves households
        * ``in_districts`` (n, V) 1 for villages an act is limited to; ``village_luck`` (V,) draws; ``duplicated`` (V,) 1 where work was
          done twice
        * ``wanted`` (V,), ``volume`` (C, V), ``usual`` (B, C), ``value`` (F, V) to work in
        * ``paid_until`` (kinds, V), ``written_until`` (F, V) last month paid for; ``ends`` (months,) 1 where some payment is over
        * ``weights`` (8,) of criteria; ``applicants`` (F,) to work in; ``claims`` (acts that choose firms * F, 6), of which the first
          ``claimed`` (1,) are applications read
        * ``leaves`` (F,) month in which a supported firm leaves support; ``ready`` (F,) from which it may sign an addendum
        * ``introduced`` (F,) villages; ``promised`` (F, V) act that promised part of the set-up; ``setup_promises`` (F,) USD of one
        * ``start_skill``, ``start_concept``, ``skill``, ``concept`` (officers,) at the start and now; ``learned`` (officers,) to work in
        * ``terms`` numbers of the facilitator; ``shares`` of the programme in the first, second, ... addendum
    """

    def __init__(self, scenario: Scenario, world: World, context: Context) -> None:
        self.scenario, self.world, self.numbers = scenario, world, context.facilitator  # not the context, which holds this
        self.terms, self.effects = scenario.facilitator, scenario.interventions
        self.first = scenario.timeline.before
        self.last = self.first + scenario.timeline.during - 1
        self.drawn_up = _drawn_up(_Itself(scenario))
        self.plan = self.drawn_up.plan.copy()
        self.tasks = [(act, HANDLERS.get(act.act)) for act in scenario.programme.values()]
        self.taught_until = np.full(len(context.state.firm), NEVER)
        self.turn = np.full(1, NOBODY)
        self.officers = np.empty((4, self.terms.staff))
        hire(context.key, self.terms.skill, self.terms.concept, self.terms.spread, self.officers, context.facilitator[0])
        self.numbers["sharing"] = self.terms.sharing
        self.held = self.laid_out(context)

    def laid_out(self, context: Context) -> Frame:
        """All that compiled acts need beside the run, in one piece."""
        s, told = context.state, self.drawn_up
        (firms, villages), (start_skill, start_concept, skill, concept) = s.route.shape, self.officers
        queues, applicants = told.queues, np.empty(firms, dtype=np.int64)
        households = len(s.household) if queues else 0
        setup = self.effects.brokering.setup_share * context.parameters.firms["route_setup"]
        shapes = *context.parameters.chains.shape, len(s.usual_price)
        return frame_of(
            plan=self.plan, turn=self.turn, window=np.array([self.first, self.last]), returned=np.zeros(1), terms=told.terms,
            shares=told.shares, order=self.world.turns.order if queues else applicants[:0],
            queues=np.empty((queues, households), dtype=np.int64),
            served=np.zeros((queues, households), dtype=np.int64), rows=np.empty(households, dtype=np.int64),
            others=np.empty(households, dtype=np.int64), in_districts=self.in_districts(s.village["district"]),
            village_luck=self.world.turns.village if len(self.plan) else np.zeros(villages),
            duplicated=np.zeros(villages, dtype=np.uint8), wanted=np.zeros(villages), volume=np.zeros((shapes[0], villages)),
            usual=np.zeros((shapes[1], shapes[0])), value=np.zeros((firms, villages)),
            paid_until=np.full((VILLAGE_ACTS, villages), NEVER), written_until=np.full((firms, villages), NEVER),
            ends=np.zeros(self.last + 2, dtype=np.uint8), leaves=np.full(firms, NEVER), ready=np.zeros(firms, dtype=np.int64),
            introduced=np.zeros(firms, dtype=np.int64), promised=np.full((firms, villages), NEVER),
            setup_promises=setup[s.firm["chain"]], weights=told.weights, applicants=applicants,
            claims=np.zeros((told.selections * firms, len(CLAIM))), claimed=np.zeros(1, dtype=np.int64),
            skill=skill, concept=concept, start_skill=start_skill, start_concept=start_concept,
            learned=np.zeros(self.terms.staff),
        )  # fmt: skip

    def in_districts(self, district: NDArray[Any]) -> NDArray[np.uint8]:
        """Which villages lie in the districts that each act is limited to, by their own ``district`` (V,); (n, V)."""
        within = np.ones((len(self.plan), len(district)), dtype=np.uint8)
        for place, act in enumerate(self.scenario.programme.values()):
            chosen = vars(act).get("districts")
            if chosen:
                within[place] = np.isin(np.array(self.world.routes.district_names)[district], chosen)
        return within

    @property
    def overlap(self) -> float:
        """Share of work duplicated between agencies."""
        return duplicated_share(self.terms.overlap, float(self.numbers["sharing"][0]), float(self.terms.agencies))

    def is_working(self, month: int) -> bool:
        """Whether the programme is there in a recorded month and has a plan."""
        return bool(len(self.plan)) and self.first <= month <= self.last

    def act(self, context: Context) -> None:
        """One month of the plan."""
        live_acts(context.month, context.whole, self.held)
        self.go_on(context)

    def go_on(self, context: Context) -> None:
        """The rest of a month of the plan in which Python has to do an act."""
        while (turn := self.turn.item()) != NOBODY:
            act, handler = self.tasks[turn]
            if handler(self, context, turn, act):
                note(turn, context.month, context.whole, self.held)
            self.turn[0] = turn + 1
            live_acts(context.month, context.whole, self.held)

    def claims(self) -> Numbers:
        """Applications read so far; (n, 6) in the order of `linkage_sim.programme.selection.CLAIM`."""
        return self.held.claims[: self.held.claimed[0]]  # type: ignore[no-any-return]

    def report(self, context: Context) -> dict[str, Any]:
        """What it did: spending and units by act, money returned, claims of applicants."""
        if context.facilitator["redeemed"][0] > 0.0:  # before a month is over what will be redeemed is not known
            direct.charge_vouchers(context.whole, self.held)
        names = tuple(self.scenario.programme)
        return {
            "budget": self.terms.budget,
            "spent": dict(zip(names, self.plan["spent"].tolist(), strict=True)),
            "units": dict(zip(names, self.plan["units"].tolist(), strict=True)),
            "returned": self.held.returned.item(),
            "unassigned": self.terms.budget - sum(self.plan["total"].tolist()),
            "claims": [dict(zip(CLAIM, claim, strict=True)) for claim in self.claims().tolist()],
            "overlap": self.overlap,
            "concept_spread": float(self.officers[3].std()),
            "villages_duplicated": float(self.held.duplicated.mean()),
        }


HANDLERS: dict[str, Callable[[Facilitation, Context, int, Any], bool]] = {
    "savings_groups": villages.found_groups, "business_skills": skills.prepare_entrepreneurs,
    "contract_support": links.support_contracts, "input_provider_links": links.link_providers, "processor_links": links.link_processors,
}  # fmt: skip
"""What Python does of the acts that compiled code does not live."""


def run(context: Context) -> None:
    """Phase 2 of one month."""
    if context.programme is not None:
        context.programme.act(context)


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
