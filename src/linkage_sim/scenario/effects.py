"""What acts cost and what they change: the numbers of `data/interventions.yaml` (model 5)."""

from __future__ import annotations

from pydantic import Field, model_validator

from linkage_sim.scenario.declare import Section, parameter


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


class AssessmentEffect(Section):
    """Cost and effect of a market assessment."""

    unit: UnitCost
    view: float = parameter("share", 0, 1, "how much of the remaining ignorance of firms and markets it removes")
    decay: float = parameter("per year", 0, 1, "how fast that view ages")


class Weights(Section):
    """Weight of every criterion that serves smallholders; only their proportions count."""

    suppliers: float = parameter("share", 0, 1, "suppliers believed in after checks")
    links: float = parameter("share", 0, 1, "quality of links: deliveries kept, extension and input loans, as seen at the villages visited")
    demand: float = parameter("share", 0, 1, "demand pull: orders not yet filled")
    own_money: float = parameter("share", 0, 1, "own money: how far its cash covers its part of all addenda")
    viability: float = parameter("share", 0, 1, "margin and years in business")
    reach: float = parameter("share", 0, 1, "part of its suppliers in remote villages or poor households")
    gain: float = parameter("share", 0, 1, "expected gain of a smallholder: what it offers above the outside value")
    reputation: float = parameter("share", 0, 1, "trust of the suppliers visited")

    @model_validator(mode="after")
    def weighs_something(self) -> Weights:
        if sum(getattr(self, name) for name in type(self).model_fields) <= 0.0:
            raise ValueError("at least one criterion needs a weight above 0")
        return self


class SelectionEffect(Section):
    """Cost of appraising firms, and how firms and appraisers behave."""

    unit: UnitCost
    claim_guilt: float = parameter("number", 0, 100, "dislike of lying, in award units per unit of overstatement")
    claim_penalty: float = parameter("number", 0, 100, "believed penalty when caught, in awards")
    claim_slope: float = parameter("number", 0, 20, "believed rise of the chance of selection with log claim")
    highest_overstatement: float = parameter("number", 0, 20, "no firm claims more than (1+this) times the truth")
    reference_bias: float = parameter("share", 0, 1, "chance that a false name is confirmed by a referee, for the average firm")
    reference_honesty: float = parameter(
        "number", 0, 3, "how far a firm that minds lying less names friendlier referees; 0 = all name the same kind"
    )
    weights: Weights
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
    orders: float = parameter(
        "USD/year per USD", 0, 100, "new yearly orders per dollar invested by both sides, at what the end market usually pays"
    )
    smallest: float = parameter("share", 0.01, 1, "least part of it that is signed; a firm signs what its working capital bears")
    capacity: float = parameter("number", 0, 100, "capacity gained, kg a month per kg a year of new orders")
    memorandum: int = parameter("months", 0, 60, "months from the choice of a firm to its first addendum: a memorandum without money")
    spacing: int = parameter("months", 1, 60, "months from one addendum of a firm to the next")


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


class FadingEffect(Section):
    """Cost of what support builds up in a village, and how it lasts."""

    unit: UnitCost
    build: float = parameter("months", 1, 60, "months until what is supported works fully")
    support: int = parameter("months", 1, 600, "months that one unit supports a village; then it must be paid again or fades")
    decay: float = parameter("per year", 0, 1, "what is lost of it a year once support ends")


class AssociationEffect(FadingEffect):
    """Cost and effect of supporting associations."""

    strength: float = parameter("share", 0, 1, "strength a supported association reaches")


class SavingsGroupEffect(FadingEffect):
    """Cost and effect of savings groups that lend to their members."""

    members: int = parameter("number", 5, 60, "households of one group")
    saving: float = parameter("USD", 0, 10000, "savings a member builds up while the group works fully")
    deposit: float = parameter("per month", 0, 1, "part of the cash left at the end of a month that a member pays in until then")
    multiple: float = parameter("number", 0, 20, "most a member may owe its group, in its own savings")
    interest: float = parameter("per year", 0, 2, "interest on group loans; it goes to the members by their savings")


class OrganisationEffect(FadingEffect):
    """Cost and effect of village organisations."""

    strength: float = parameter("share", 0, 1, "strength a supported organisation reaches")
    sanction: float = parameter("share", 0, 2, "social cost of side-selling it adds, against that of a full association")
    mended: float = parameter("share", 0, 1, "part of a broken promise that a full organisation gets mended")
    collection: float = parameter("share", 0, 0.9, "part of a firm's yearly cost of collecting there that it takes over")


class SkillsEffect(Section):
    """Cost and effect of business skills for farmers and for aspiring entrepreneurs."""

    unit: UnitCost
    entrepreneur: UnitCost
    skill: float = parameter("share", 0, 1, "business skill after a course")
    decay: float = parameter("per year", 0, 1, "business skill lost a year")
    timing: float = parameter("share", 0, 0.9, "cut of the noise in choosing when to sell, at full skill")
    hurdle: float = parameter("share", 0, 1, "cut of the extra gain wanted before a new practice, at full skill")
    picking: float = parameter("share", 0, 0.9, "cut of picking and storing cost by planning and records, at full skill")
    entry: float = parameter("number", 0, 100, "rise of the chance that a prepared entrepreneur opens a firm")
    plans_decay: float = parameter("per year", 0, 1, "how fast a prepared entrepreneur lets his plans go")


class ContractEffect(Section):
    """Cost and effect of written terms, third-party grading and mediation."""

    unit: UnitCost
    support: int = parameter("months", 1, 600, "months that one unit pays grading and mediation on a route")
    rejection: float = parameter("share", 0, 1, "part of rejected lots that a grader would have accepted")
    detection: float = parameter("share", 0, 1, "part of unseen side-selling that records bring to light")
    mended: float = parameter("share", 0, 1, "part of a broken promise that mediation gets mended")
    penalty: float = parameter("per month", 0, 1, "what a firm owes on top for a month of late pay")
    fee: float = parameter("USD/year", 0, 10000, "what grading on a route costs its users once support has ended")
    decay: float = parameter("per season", 0, 1, "what is lost a season where users do not pay")


class ProviderEffect(Section):
    """Cost and effect of linking input-side lead firms to villages."""

    unit: UnitCost
    investment: float = parameter("USD", 0, 1e6, "shop, shelf and first demonstration, both sides together")
    share: float = parameter("share", 0, 0.95, "programme's share of it")
    support: int = parameter("months", 1, 600, "months in which the programme carries part of the outlet's yearly cost")
    running: float = parameter("share", 0, 1, "that part")
    stock: float = parameter("number", 0, 10, "stock a new outlet brings, in normal years of what the village needs")
    credit: float = parameter("share", 0, 1, "part of its customers without credit that the outlet sells to on credit")


class ProcessorEffect(Section):
    """Cost and effect of linking lead firms to processors."""

    unit: UnitCost
    investment: float = parameter("USD", 0, 1e7, "equipment at the plant, both sides together")
    share: float = parameter("share", 0, 0.95, "programme's share of it")
    capacity: float = parameter("number", 0, 100, "plant capacity gained, kg a month per USD invested")
    wear: float = parameter("per year", 0, 1, "how fast that capacity wears")
    orders: float = parameter(
        "USD/year per USD",
        0,
        100,
        "what the plant sells of a firm's goods under contract in a year, at its usual price, per USD invested",
    )
    margin: float = parameter("share", 0, 1, "part of its margin a plant leaves to a firm under contract")
    advance: float = parameter("USD", 0, 1e6, "working capital a plant advances to a firm under contract")
    decay: float = parameter("per season", 0, 1, "what is lost of such a contract in a season without deliveries to the plant")


class MobileEffect(FadingEffect):
    """Cost and effect of mobile payments."""

    coverage: float = parameter("share", 0, 1, "part of a supported village that agents and phones can serve")
    adoption: float = parameter("share", 0, 1, "households within coverage that use it")
    faster: int = parameter("months", 0, 6, "months by which they are paid earlier")
    member_cost: float = parameter("share", 0, 0.9, "part of a firm's cost per supplier saved at full coverage")


class CommunicationEffect(Section):
    """Cost and effect of explaining the approach among staff and agencies."""

    unit: UnitCost
    spread: float = parameter("share", 0, 1, "part of the distance to better informed colleagues of one agency made good in a month")
    sharing: float = parameter("share", 0, 1, "part of missing sharing between agencies made good in a month")


class CoordinationEffect(Section):
    """Cost and effect of a coordination table of all agencies."""

    unit: UnitCost
    sharing: float = parameter("share", 0, 1, "part of missing sharing made good per month")
    aim: float = parameter("share", 0, 1, "part of untargeted supply-side support that one more month turns towards linked villages")
    decay: float = parameter("per year", 0, 1, "how fast that aim is lost")


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
    savings_groups: SavingsGroupEffect
    village_organisations: OrganisationEffect
    business_skills: SkillsEffect
    contract_support: ContractEffect
    input_provider_links: ProviderEffect
    processor_links: ProcessorEffect
    mobile_payments: MobileEffect
    communication: CommunicationEffect
    coordination: CoordinationEffect
