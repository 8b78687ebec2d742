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
    support: int = parameter(
        "months", 1, 600, "months after which a chosen firm leaves support", default=60, source="assumed", kind="lever"
    )


class Brokering(Targeted):
    """Introduce supported firms to villages."""

    act: Literal["brokering"]


class CoInvestment(Act):
    """Share the cost of supported firms' growth; with high shares and running subsidies more than growth that pays."""

    act: Literal["co_investment"]
    share_paid: float | None = Field(
        default=None,
        ge=0,
        le=0.95,
        description="programme's share of every addendum; left out: the falling shares of the interventions table",
        json_schema_extra={"unit": "share", "source": "assumed", "kind": "lever"},
    )
    running: float = parameter(
        "share", 0, 1, "part of a supported firm's overhead and collecting cost paid month by month", default=0.0, source="assumed",
        kind="lever",
    )  # fmt: skip


class SavingsGroups(Targeted):
    """Found savings groups that lend to their members."""

    act: Literal["savings_groups"]


class VillageOrganisations(Targeted):
    """Build up village organisations."""

    act: Literal["village_organisations"]


class BusinessSkills(Targeted):
    """Teach business skills to farmers, or prepare aspiring entrepreneurs."""

    act: Literal["business_skills"]
    who: Literal["farmers", "entrepreneurs"] = Field(
        default="farmers", description="who is taught", json_schema_extra={"source": "assumed", "kind": "lever"}
    )


class ContractSupport(Act):
    """Written terms, third-party grading and mediation where firms buy."""

    act: Literal["contract_support"]


class InputProviderLinks(Targeted):
    """Help input-side lead firms to open outlets in villages."""

    act: Literal["input_provider_links"]


class ProcessorLinks(Act):
    """Link lead firms to processors."""

    act: Literal["processor_links"]


class MobilePayments(Targeted):
    """Bring agents and phones, so that firms can pay at once."""

    act: Literal["mobile_payments"]


class Communication(Act):
    """Explain the approach to all staff and partners, month by month."""

    act: Literal["communication"]


class Coordination(Act):
    """Keep all agencies at one table, month by month."""

    act: Literal["coordination"]


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
    | SavingsGroups
    | VillageOrganisations
    | BusinessSkills
    | ContractSupport
    | InputProviderLinks
    | ProcessorLinks
    | MobilePayments
    | StaffCoaching
    | Communication
    | Coordination
    | ReflectionSession,
    Field(discriminator="act"),
]
