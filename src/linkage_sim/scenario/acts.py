"""The facilitator and its acts: what a programme designer chooses (model 5)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from linkage_sim.scenario.declare import Section, parameter

Target = Literal["all", "women", "poorest", "remote", "linked"]


class Facilitator(Section):
    """The organisation that runs the programme."""

    budget: float = parameter(
        "USD", 0, 1e10, "total budget; scenarios of equal budget are comparable", default=240000, source="trial", kind="lever"
    )
    agencies: int = parameter("number", 1, 50, "agencies working in the same districts", default=7, source="locus_lessons", kind="setting")
    sharing: float = parameter("share", 0, 1, "how far they share what they know and do", default=0.4, source="assumed")
    overlap: float = parameter("share", 0, 1, "work duplicated by many agencies that share nothing", default=0.4, source="assumed")
    skill: float = parameter("share", 0, 1, "business skill of field staff at the start", default=0.45, source="assumed")
    concept: float = parameter(
        "share", 0, 1, "0: lead firm means big firm; 1: means income for smallholders", default=0.55, source="assumed"
    )
    spread: float = parameter("share", 0, 0.5, "spread of skill and concept over staff", default=0.15, source="assumed")
    staff: int = parameter("number", 1, 200, "field staff", default=6, source="assumed", kind="lever")
    turnover: float = parameter("per year", 0, 1, "staff replaced each year by newcomers with start values", default=0.15, source="assumed")
    staff_month: float = parameter("USD", 1, 1e5, "one officer month, all in", default=1500, source="trial")
    visit: float = parameter("USD", 0.1, 1e4, "one field visit", default=60, source="expert_default")
    call: float = parameter("USD", 0.1, 1e4, "one telephone reference", default=8, source="trial")
    overhead: float = parameter("share", 0, 2, "overhead on everything", default=0.12, source="assumed")
    learning: float = parameter(
        "number", 0, 1, "fall of unit cost: cost times (units done)^-learning", default=0.04, source="idh_service_costs"
    )
    unit_cost_factor: float = parameter("number", 0.1, 10, "multiplies every unit cost: for break-even", default=1, source="assumed")


class UnitCost(Section):
    """What one unit of an act takes from the one cost base."""

    staff_months: float = parameter("months", 0, 100, "officer months per unit")
    visits: float = parameter("number", 0, 1000, "field visits per unit")
    materials: float = parameter("USD", 0, 1e6, "materials and services per unit")


class TrainingEffect(Section):
    """Cost and effect of training."""

    unit: UnitCost
    knowledge: float = parameter("share", 0, 1, "knowledge after training")


class StorageEffect(Section):
    """Cost and effect of storage kits."""

    unit: UnitCost
    loss_cut: float = parameter("share", 0, 1, "part of losses that a storage kit avoids")
    life: float = parameter("months", 12, 240, "life of a kit, in months")


class VoucherEffect(Section):
    """Cost of handing out vouchers."""

    unit: UnitCost


class AssociationEffect(Section):
    """Cost and effect of supporting associations."""

    unit: UnitCost
    strength: float = parameter("share", 0, 1, "strength a supported association reaches")
    build_months: float = parameter("months", 1, 60, "months to reach it")
    support_months: int = parameter("months", 1, 600, "months that one unit supports an association; then it must be paid again or fades")
    decay: float = parameter("per year", 0, 1, "strength lost a year once support ends")


class AssessmentEffect(Section):
    """Cost and effect of a market assessment."""

    unit: UnitCost
    view: float = parameter("share", 0, 1, "how much of the remaining ignorance of firms and markets it removes")
    decay: float = parameter("per year", 0, 1, "how fast that view ages")


class SelectionEffect(Section):
    """Cost of appraising firms, and how firms and appraisers behave."""

    unit: UnitCost
    claim_guilt: float = parameter("number", 0, 100, "dislike of lying, in award units per unit of overstatement")
    claim_penalty: float = parameter("number", 0, 100, "believed penalty when caught, in awards")
    claim_slope: float = parameter("number", 0, 20, "believed rise of the chance of selection with log claim")
    highest_overstatement: float = parameter("number", 0, 20, "no firm claims more than (1+this) times the truth")
    reference_bias: float = parameter("share", 0, 1, "chance that a false name is confirmed by a friendly referee")
    weight_suppliers: float = parameter("share", 0, 1, "weight of true suppliers, against orders, among criteria that serve smallholders")
    score_noise: float = parameter("number", 0, 5, "noise of an appraisal without skill or market view")


class BrokeringEffect(Section):
    """Cost and effect of introducing a firm to a village."""

    unit: UnitCost
    substitution: float = parameter("share", 0, 1, "part of the firm's collecting work the facilitator does itself")
    substitution_fade: float = parameter("per year", 0, 1, "how fast a firm learns to do that part")
    setup_share: float = parameter("share", 0, 1, "share of the cost of opening a village the programme pays")
    village_trust: float = parameter("share", 0, 1, "how fully an introduction carries trust where the village association is strong")
    trust_alone: float = parameter("share", 0, 1, "part of that where there is no association")
    view_noise: float = parameter("number", 0, 5, "error of judging a route without market view (log)")


class CoInvestmentEffect(Section):
    """Cost and effect of cost-shared addenda."""

    unit: UnitCost
    investment: float = parameter("USD", 0, 1e7, "equipment and market entry of one addendum, both sides together")
    shares: tuple[float, ...] = Field(
        min_length=1,
        description="programme share of the first, second, ... addendum",
        json_schema_extra={"unit": "share", "source": "", "kind": "lever", "each_low": 0, "each_high": 0.95},
    )
    orders: float = parameter("kg/year per USD", 0, 100, "orders gained per dollar invested by both sides")
    capacity: float = parameter("number", 0, 100, "capacity gained, kg a month per kg a year of new orders")


class CoachingEffect(Section):
    """Cost and effect of coaching staff."""

    unit: UnitCost
    skill: float = parameter("share", 0, 1, "part of missing business skill made good per coached month")
    concept: float = parameter("share", 0, 1, "part of missing concept made good per coached month")


class ReflectionEffect(Section):
    """Cost and effect of a reflection session."""

    unit: UnitCost
    skill: float = parameter("share", 0, 1, "part of missing skill made good by a full-day session with role play")
    concept: float = parameter("share", 0, 1, "part of missing concept made good")
    sharing: float = parameter("share", 0, 1, "part of missing sharing between agencies made good")
    sharing_decay: float = parameter("per year", 0, 1, "how fast sharing falls back")


class Interventions(Section):
    """Costs and effects of every act: the table that docs print. A data file with sources."""

    data: str = Field(default="", description="name of a file in data/ that this starts from")
    training: TrainingEffect
    storage: StorageEffect
    input_vouchers: VoucherEffect
    associations: AssociationEffect
    market_assessment: AssessmentEffect
    lead_firm_selection: SelectionEffect
    brokering: BrokeringEffect
    co_investment: CoInvestmentEffect
    staff_coaching: CoachingEffect
    reflection_session: ReflectionEffect


class Act(Section):
    """What all acts of a plan have in common."""

    share: float = parameter("share", 0, 1, "share of the total budget set aside for this act", default=0.0, source="assumed", kind="lever")
    start: int = parameter(
        "months", 1, 600, "first month of the act, counted from the start of the programme", default=1, source="assumed", kind="lever"
    )
    end: int | None = Field(
        default=None,
        ge=1,
        le=600,
        description="last month of the act; left out: the end of the programme",
        json_schema_extra={"unit": "months", "source": "assumed", "kind": "lever"},
    )
    after: str | None = Field(default=None, description="wait until this act of the plan has taken place")
    until: str | None = Field(default=None, description="stop once this act of the plan has taken place")


class Targeted(Act):
    """An act that serves some before others."""

    target: Target = Field(
        default="all",
        description="whom it serves first: all, women, poorest, remote, linked",
        json_schema_extra={"source": "assumed", "kind": "lever"},
    )
    districts: tuple[str, ...] = Field(default=(), description="only these districts; empty: all")


class Training(Targeted):
    """Teach practices to households."""

    act: Literal["training"]
    topic: Literal["improved", "quality", "both"] = Field(
        default="both", description="practice that is taught", json_schema_extra={"source": "assumed", "kind": "lever"}
    )
    refresh: bool = Field(
        default=True,
        description="go back to those trained first once all are trained",
        json_schema_extra={"source": "assumed", "kind": "lever"},
    )


class Storage(Targeted):
    """Give storage kits to households."""

    act: Literal["storage"]


class InputVouchers(Targeted):
    """Pay part of the cost of practices."""

    act: Literal["input_vouchers"]
    paid: float = parameter(
        "share", 0, 1, "share of the cost of practices that the voucher pays", default=0.5, source="assumed", kind="lever"
    )


class Associations(Targeted):
    """Build up village associations."""

    act: Literal["associations"]


class MarketAssessment(Act):
    """Study the market."""

    act: Literal["market_assessment"]
    every: int = parameter(
        "months", 1, 600, "repeated after this many months while money lasts", default=24, source="assumed", kind="lever"
    )


class LeadFirmSelection(Act):
    """Choose firms to support."""

    act: Literal["lead_firm_selection"]
    rule: Literal["claims", "checked"] = Field(
        default="checked",
        description="claims: take the application's word; checked: judge on what checks show",
        json_schema_extra={"source": "assumed", "kind": "lever"},
    )
    choose: int = parameter("number", 1, 60, "firms chosen", default=3, source="trial", kind="lever")
    visits: int = parameter("number", 0, 1000, "claimed suppliers visited per applicant", default=6, source="assumed", kind="lever")
    references: int = parameter("number", 0, 1000, "referees called per applicant", default=3, source="assumed", kind="lever")


class Brokering(Targeted):
    """Introduce supported firms to villages."""

    act: Literal["brokering"]


class CoInvestment(Act):
    """Share the cost of supported firms' growth."""

    act: Literal["co_investment"]


class StaffCoaching(Act):
    """Coach field staff."""

    act: Literal["staff_coaching"]


class ReflectionSession(Act):
    """Stop for a day, reflect with role play."""

    act: Literal["reflection_session"]


AnyAct = Annotated[
    Training
    | Storage
    | InputVouchers
    | Associations
    | MarketAssessment
    | LeadFirmSelection
    | Brokering
    | CoInvestment
    | StaffCoaching
    | ReflectionSession,
    Field(discriminator="act"),
]
