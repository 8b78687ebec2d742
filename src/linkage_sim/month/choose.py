"""Phase 4, households choose: areas and herds, contract in the contracting month, practices in the planting month."""

from __future__ import annotations

from typing import Any

from linkage_sim.compiled import compiled
from linkage_sim.context import Context
from linkage_sim.month.adopt import practice_purchase, practice_wish, ration_inputs
from linkage_sim.month.area import shift_assets
from linkage_sim.month.join import contract_choice
from linkage_sim.month.offer import season_ahead
from linkage_sim.month.rows import CONTRACTING, PLANTING, SHIFTING, chains_of_month, is_month


@compiled
def expect(calendar: int, w: Any) -> None:
    """The season's price that everybody expects."""
    season_ahead(calendar, w.season, w.usual_price, w.bazaar_price, w.behaviour[0].news_memory, w.season_ahead)


@compiled
def shift(first: int, last: int, month: int, chosen: Any, w: Any) -> None:
    """Areas and herds in some villages."""
    shift_assets(
        first, last, month, w.key, chosen, w.chains, w.behaviour, w.season_ahead, w.first_household, w.first_enterprise, w.of_household,
        w.by_household, w.household, w.enterprise, w.village, w.growing, w.scratch,
    )  # fmt: skip


@compiled
def contract(first: int, last: int, month: int, chosen: Any, w: Any) -> None:
    """Contracts in some villages."""
    contract_choice(
        first, last, month, w.key, chosen, w.chains, w.behaviour, w.people, w.firms, w.ties, w.season_ahead, w.of_chain, w.household,
        w.enterprise, w.village, w.firm, w.route, w.tie_kept, w.tie_broken, w.memory, w.price_memory, w.rival_gain, w.flows, w.services,
        w.effects,
    )  # fmt: skip


@compiled
def wish(first: int, last: int, month: int, chosen: Any, w: Any) -> None:
    """What some villages want for practices."""
    practice_wish(
        first, last, month, w.key, chosen, w.chains, w.behaviour, w.people, w.firms, w.ties, w.inputs, w.season_ahead, w.first_enterprise,
        w.household, w.enterprise, w.village, w.route, w.tie_kept, w.tie_broken, w.effects,
    )  # fmt: skip


@compiled
def ration(w: Any) -> None:
    """What input shops have for whom."""
    ration_inputs(w.village, w.inputs, w.input_stock, w.input_sales, w.wanted)


@compiled
def purchase(first: int, last: int, month: int, chosen: Any, w: Any) -> None:
    """What some villages buy for practices."""
    practice_purchase(
        first, last, month, w.key, chosen, w.chains, w.behaviour, w.people, w.firms, w.inputs, w.first_household, w.first_enterprise,
        w.of_chain, w.household, w.enterprise, w.village, w.route, w.flows, w.services, w.kits, w.usual_price, w.effects, w.money,
        w.money_at,
    )  # fmt: skip


@compiled
def pay_services(w: Any) -> None:
    """Firms pay for what they did for suppliers."""
    for f in range(w.services.shape[0]):
        spent = 0.0
        for v in range(w.services.shape[1]):
            spent += w.services[f, v]
        w.firm[f].cash -= spent
        w.firm[f].season_margin -= spent


@compiled
def alone(month: int, w: Any) -> None:
    """All of it in one thread; does nothing outside contracting and planting months and those in which areas shift."""
    calendar, villages = month % 12, w.village.shape[0]
    shifting = is_month(SHIFTING, calendar, w.month_of)
    contracting, planting = is_month(CONTRACTING, calendar, w.month_of), is_month(PLANTING, calendar, w.month_of)
    if shifting or contracting or planting:
        expect(calendar, w)
    if shifting:
        shift(0, villages, month, chains_of_month(SHIFTING, calendar, w.month_of), w)
    if contracting or planting:
        w.changed[:] = month
        w.services[:] = 0.0
        if contracting:
            contract(0, villages, month, chains_of_month(CONTRACTING, calendar, w.month_of), w)
        if planting:
            chosen = chains_of_month(PLANTING, calendar, w.month_of)
            wish(0, villages, month, chosen, w)
            ration(w)
            purchase(0, villages, month, chosen, w)
        pay_services(w)


def run(context: Context) -> None:
    """Phase 4 of one month."""
    w, month = context.whole, context.month
    if context.threads == 1:
        alone(month, w)
        return
    contracting, planting = context.is_month("contract_month"), context.is_month("practice_month")
    shifting = context.is_month("area_month")
    if not (shifting or contracting or planting):
        return
    expect(context.calendar, w)
    if shifting:
        context.over_villages(shift, month, context.chosen("area_month"), w)
    if not contracting and not planting:
        return
    context.look_again()
    w.services[:] = 0.0
    if contracting:
        context.over_villages(contract, month, context.chosen("contract_month"), w)
    if planting:
        chosen = context.chosen("practice_month")
        context.over_villages(wish, month, chosen, w)
        ration(w)
        context.over_villages(purchase, month, chosen, w)
    pay_services(w)


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
