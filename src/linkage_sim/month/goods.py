"""What an enterprise brings to the trade phase."""

from __future__ import annotations

from typing import Any

from linkage_sim.compiled import compiled
from linkage_sim.rules.harvest import grade_a_share, harvest_loss


@compiled
def loss_cut(en: Any, ch: Any) -> float:
    """Cut of the loss at harvest by the practices in use, share."""
    return ch.practices_improved_loss_cut * en.uses_improved + ch.practices_quality_loss_cut * en.uses_quality


@compiled
def bring(e: int, en: Any, hh: Any, ch: Any, bb: Any, ef: Any, go: Any) -> None:
    """Write what enterprise ``e`` brings into a record of `linkage_sim.world.goods.GOODS`."""
    kit = en.kit_effect if en.kit_months > 0.0 else 0.0
    go.row = e
    go.household, go.firm, go.chain = en.household, en.firm, en.chain
    go.potential, go.stock_a, go.stock_b, go.food, go.gap = en.potential, en.stock_a, en.stock_b, en.food_left, en.cash_gap
    go.offer_a, go.offer_b = en.stock_a, en.stock_b
    go.side_a = go.side_b = go.price_a = go.price_b = go.picked = 0.0
    go.share_a = grade_a_share(ch.harvest_grade_a, ch.practices_quality_gain, en.uses_quality)
    go.loss = harvest_loss(ch.harvest_loss_harvest, kit, loss_cut(en, ch))
    go.picking = ch.harvest_picking_cost * en.picking_factor * (1.0 - ef.business_skills_picking * hh.business)
    go.kept = hh.patience * (1.0 - ch.harvest_loss_store * (1.0 - kit))
    go.noise = bb.store_noise * (1.0 - ef.business_skills_timing * hh.business)
