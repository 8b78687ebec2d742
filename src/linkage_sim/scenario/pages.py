"""The table of interventions as a page: what each act changes, for how long, at what cost, and why we believe it."""

from __future__ import annotations

from linkage_sim.scenario.declare import Section
from linkage_sim.scenario.load import load_scenario, shipped
from linkage_sim.scenario.parameters import declared_parameters

ACTS_THROUGH: dict[str, tuple[str, str, str]] = {
    "training": ("supply", "enterprise.knowledge_improved, enterprise.knowledge_quality, household.trained", "a household"),
    "storage": ("supply", "enterprise.kit_effect, enterprise.kit_months", "a household"),
    "input_vouchers": (
        "supply",
        "enterprise.voucher (part of practice costs paid this season)",
        "a household and season, besides the voucher",
    ),
    "associations": ("supply", "village.association_goal, and through it village.association", "a village for the supported months"),
    "market_assessment": ("demand", "the facilitator's view: errors in judging orders, firms and routes", "an assessment"),
    "lead_firm_selection": ("demand", "firm.supported", "an applicant, besides visits and calls"),
    "brokering": (
        "demand",
        "route.introduced, route.dependence, route.setup_promise",
        "an attempt; effective share = skill x concept x (1 - overlap)",
    ),
    "co_investment": ("demand", "orders, firm.capacity, firm.cash", "an addendum, besides the programme's share"),
    "savings_groups": (
        "supply",
        "household.member, village.group_goal; through them household.saved, household.group_debt, household.gap, household.bank_debt",
        "a group",
    ),
    "village_organisations": (
        "supply",
        "village.organisation_goal, and through it village.organisation: sanction, mended promises, cost of collecting, introductions",
        "a village for the supported months",
    ),
    "business_skills": (
        "supply",
        "household.business: timing of sales, hurdle of practices, picking cost; for entrepreneurs firm.prepared: entry",
        "a household (an entrepreneur costs more)",
    ),
    "contract_support": (
        "demand",
        "route.written: rejection, detection, mended promises, what late pay costs",
        "a route for the supported months",
    ),
    "input_provider_links": (
        "demand",
        "village.outlet, village.provider, village.outlet_support, village.reach_hours, input_stock",
        "a village outlet, besides the programme's share",
    ),
    "processor_links": (
        "demand",
        "plant_capacity, firm.plant_orders, firm.processor, firm.plant_advance, firm.credit",
        "a firm, besides the programme's share",
    ),
    "mobile_payments": (
        "demand",
        "village.mobile_goal; through it household.mobile, enterprise.delay_value, month of payment, a firm's cost per supplier",
        "a village for the supported months",
    ),
    "communication": ("organisation", "staff concept over the network of staff, sharing between agencies", "a month"),
    "coordination": (
        "organisation",
        "sharing between agencies (duplicated work), aim of untargeted support at linked villages",
        "a month",
    ),
    "staff_coaching": ("organisation", "staff skill and concept", "a month of coaching"),
    "reflection_session": ("organisation", "staff skill and concept, sharing between agencies", "a session"),
}
"""Family, columns changed and unit of every act. The family is a label for reports: no rule reads it."""


def unit_price(name: str) -> float:
    """Cost of the first unit of an act in USD at the shared rates, overhead included."""
    scenario = load_scenario(shipped("apricot/baseline"))
    terms, unit = scenario.facilitator, getattr(scenario.interventions, name).unit
    base = unit.staff_months * terms.staff_month + unit.visits * terms.visit + unit.materials
    return float(base * (1 + terms.overhead))


def interventions_page() -> str:
    """Markdown page with one table for all acts and one list of numbers with sources for each."""
    scenario = load_scenario(shipped("apricot/baseline"))
    lines = [
        "# Interventions",
        "",
        "What every act changes, what one unit costs, and where each number comes from. The numbers are data:",
        "`src/linkage_sim/data/interventions.yaml`; a scenario may override any of them under `interventions:`.",
        "All acts draw on one cost base (section `facilitator`): officer months, visits, calls, materials and overhead at the",
        "same rates for both sides. This page is made by `python docs/build.py interventions`.",
        "",
        "| act | side | acts through | one unit is | first unit, USD |",
        "|---|---|---|---|---|",
    ]
    for name in type(scenario.interventions).model_fields:
        if isinstance(getattr(scenario.interventions, name), Section):
            family, through, unit = ACTS_THROUGH[name]
            lines.append(f"| `{name}` | {family} | {through} | {unit} | {unit_price(name):,.0f} |")
    lines += ["", "| number | value | unit | meaning | source |", "|---|---|---|---|---|"]
    for one in declared_parameters(scenario):
        if one.path.startswith("interventions.") and one.is_number:
            path = one.path.removeprefix("interventions.")
            lines.append(f"| `{path}` | {one.value:g} | {one.unit} | {one.meaning} | `{one.effective_source}` |")
    return "\n".join([*lines, ""])
