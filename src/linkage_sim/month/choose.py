"""Phase 4, households choose: areas and herds, contract in the contracting month, practices in the planting month."""

from __future__ import annotations

from linkage_sim.context import Context
from linkage_sim.month.adopt import practice_purchase, practice_wish, ration_inputs
from linkage_sim.month.area import shift_assets
from linkage_sim.month.join import contract_choice
from linkage_sim.month.offer import season_ahead


def run(context: Context) -> None:
    """Phase 4 of one month; does nothing outside contracting and planting months."""
    s, p = context.state, context.parameters
    contracting, planting = context.is_month("contract_month"), context.is_month("practice_month")
    ahead = context.season_ahead
    shifting = context.is_month("area_month")
    if not (shifting or contracting or planting):
        return
    season_ahead(context.calendar, p.season, s.usual_price, s.bazaar_price, float(p.behaviour["news_memory"][0]), ahead)
    if shifting:
        context.over_villages(
            shift_assets, context.month, context.key, context.chosen("area_month"), p.chains, p.behaviour, ahead, context.first_enterprise,
            s.household, s.enterprise, s.village, s.growing, context.scratch,
        )  # fmt: skip
    if not contracting and not planting:
        return
    services = context.services
    services[:] = 0.0
    if contracting:
        context.over_villages(
            contract_choice, context.month, context.key, context.chosen("contract_month"), p.chains, p.behaviour, p.people, p.firms,
            p.ties, ahead, context.first_enterprise, s.household, s.enterprise, s.village, s.firm, s.route, s.tie_kept, s.tie_broken,
            s.memory, s.price_memory, s.rival_gain, s.flows, services, context.effects,
        )  # fmt: skip
    if planting:
        chosen = context.chosen("practice_month")
        context.over_villages(
            practice_wish, context.month, context.key, chosen, p.chains, p.behaviour, p.people, p.firms, p.ties, p.inputs, ahead,
            context.first_enterprise, s.household, s.enterprise, s.village, s.route, s.tie_kept, s.tie_broken, context.effects,
        )  # fmt: skip
        ration_inputs(s.village, p.inputs, s.input_stock, s.input_sales, context.wanted)
        context.over_villages(
            practice_purchase, context.month, context.key, chosen, p.chains, p.behaviour, p.people, p.firms, p.inputs,
            context.first_enterprise, s.household, s.enterprise, s.village, s.route, s.flows, services, context.kits,
            s.usual_price, context.effects,
        )  # fmt: skip
    spent = services.sum(axis=1)
    s.firm["cash"] -= spent
    s.firm["season_margin"] -= spent


READS = ("route.price_a", "route.is_open", "tie_kept", "tie_broken", "memory", "price_memory", "usual_price", "village.association")
WRITES = (
    "growing", "enterprise.assets", "enterprise.asset_cost", "enterprise.asset_sale",
    "enterprise.firm", "enterprise.price_a", "enterprise.price_b", "enterprise.premium_a", "enterprise.premium_b", "enterprise.due_a",
    "enterprise.due_b", "enterprise.contracted", "enterprise.expected_kg", "enterprise.uses_improved", "enterprise.uses_quality",
    "enterprise.habit_improved", "enterprise.habit_quality", "enterprise.equipment_improved", "enterprise.equipment_quality",
    "enterprise.debt", "enterprise.wanted_cost", "enterprise.practice_cost", "enterprise.knowledge_quality", "enterprise.voucher",
    "enterprise.kit_months", "household.offered", "route.members", "route.offered_a", "route.offered_b", "village.input_wanted",
    "village.input_ratio", "village.input_sales", "input_stock", "input_sales", "firm.cash", "firm.season_margin", "flows",
)  # fmt: skip
