"""What enterprises of one village and chain bring to the trade phase."""

from __future__ import annotations

from typing import Any

from linkage_sim.compiled import compiled
from linkage_sim.rules.harvest import grade_a_share, harvest_loss


@compiled
def loss_cut(en: Any, ch: Any) -> float:
    """Cut of the loss at harvest by the practices in use, share."""
    return ch.practices_improved_loss_cut * en.uses_improved + ch.practices_quality_loss_cut * en.uses_quality


@compiled
def bring(first: int, last: int, kits: bool, ch: Any, bb: Any, ef: Any, household: Any, enterprise: Any, goods: Any) -> None:
    """Write what goods of enterprises of one chain are worth to keep into rows of `linkage_sim.world.goods.GOODS`.

    ``kits`` : whether any of them may have a storage kit
    """
    loss, noise, timing = ch.harvest_loss_store, bb.store_noise, ef.business_skills_timing
    for e in range(first, last):
        go, en = goods[e], enterprise[e]
        hh = household[en.household]
        go.kept = hh.patience * (1.0 - loss)
        go.noise = noise * (1.0 - timing * hh.business)
    if kits:
        for e in range(first, last):
            go, en = goods[e], enterprise[e]
            go.kept = household[en.household].patience * (1.0 - loss * (1.0 - (en.kit_effect if en.kit_months > 0.0 else 0.0)))


@compiled
def bring_ripe(first: int, last: int, kits: bool, ch: Any, ef: Any, household: Any, enterprise: Any, goods: Any) -> None:
    """Add what is to know of what is ripe; in other months nobody asks for it."""
    for e in range(first, last):
        go, en = goods[e], enterprise[e]
        go.share_a = grade_a_share(ch.harvest_grade_a, ch.practices_quality_gain, en.uses_quality)
        go.loss = harvest_loss(ch.harvest_loss_harvest, 0.0, loss_cut(en, ch))
        business = household[en.household].business
        go.picking = ch.harvest_picking_cost * en.picking_factor * (1.0 - ef.business_skills_picking * business)
    if kits:
        for e in range(first, last):
            en = enterprise[e]
            kit = en.kit_effect if en.kit_months > 0.0 else 0.0
            goods[e].loss = harvest_loss(ch.harvest_loss_harvest, kit, loss_cut(en, ch))
