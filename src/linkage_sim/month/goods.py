"""What enterprises of one village and chain bring to the trade phase."""

from __future__ import annotations

from typing import Any

from linkage_sim.compiled import compiled, inlined
from linkage_sim.rules.harvest import grade_a_share, harvest_loss


@inlined
def loss_cut(en: Any, improved: float, quality: float) -> float:
    """Cut of the loss at harvest by the practices in use, which cut so much each; shares."""
    return improved * en.uses_improved + quality * en.uses_quality


@inlined
def kit_now(en: Any) -> float:
    """Part of its losses that a storage kit saves an enterprise this month, 0 without one or with a worn one."""
    return en.kit_effect if en.kit_months > 0.0 else 0.0


@inlined
def loss_at_harvest(en: Any, ch: Any, kit: float) -> float:
    """Share lost at harvest where a storage kit saves part ``kit`` of it."""
    return harvest_loss(ch.harvest_loss_harvest, kit, loss_cut(en, ch.practices_improved_loss_cut, ch.practices_quality_loss_cut))


@inlined
def part_of_grade_a(en: Any, ch: Any) -> float:
    """Share of grade A in what is picked."""
    return grade_a_share(ch.harvest_grade_a, ch.practices_quality_gain, en.uses_quality)


@compiled
def bring(first: int, last: int, plain: bool, kits: bool, ch: Any, bb: Any, ef: Any, household: Any, enterprise: Any, goods: Any) -> None:
    """Write what goods of enterprises of one chain are worth to keep into rows of `linkage_sim.world.goods.GOODS`.

    ``kits`` : whether any of them may have a storage kit; ``plain`` : nobody has a kit, business skill or a contract, so that a pass
    finds all the rest in what enterprises of a village and chain have in common
    """
    loss, noise, timing = ch.harvest_loss_store, bb.store_noise, ef.business_skills_timing
    for e in range(first, last):
        goods[e].kept = household[enterprise[e].household].patience * (1.0 - loss)
    if plain:
        return
    for e in range(first, last):
        goods[e].noise = noise * (1.0 - timing * household[enterprise[e].household].business)
    if kits:
        for e in range(first, last):
            go, en = goods[e], enterprise[e]
            go.kept = household[en.household].patience * (1.0 - loss * (1.0 - kit_now(en)))


@compiled
def bring_ripe(first: int, last: int, kits: bool, ch: Any, ef: Any, household: Any, enterprise: Any, goods: Any) -> None:
    """Add what is to know of what is ripe, unless all is plain; in other months nobody asks for it."""
    for e in range(first, last):
        go, en = goods[e], enterprise[e]
        go.share_a = part_of_grade_a(en, ch)
        go.loss = loss_at_harvest(en, ch, 0.0)
        business = household[en.household].business
        go.picking = ch.harvest_picking_cost * en.picking_factor * (1.0 - ef.business_skills_picking * business)
    if kits:
        for e in range(first, last):
            en = enterprise[e]
            goods[e].loss = loss_at_harvest(en, ch, kit_now(en))
