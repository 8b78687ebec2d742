"""What enterprises bring to the trade phase: what its passes read again and again, side by side in one small record.

A row of the table of enterprises fills seven cache lines, and most rows have nothing to sell in most months. Passes that read these
records instead take a quarter of the time in a world that does not fit the cache.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from linkage_sim.compiled import as_table, compiled
from linkage_sim.rules.harvest import grade_a_share, harvest_loss

GOODS = np.dtype(
    [
        ("row", np.int32),  # of the enterprise
        ("household", np.int32),  # row
        ("firm", np.int32),  # linked, -1 = none
        ("chain", np.int32),
        ("potential", np.float64),  # kg ripe
        ("stock_a", np.float64),  # kg in store
        ("stock_b", np.float64),
        ("food", np.float64),  # kg still to keep for the home
        ("share_a", np.float64),  # grade A in what is picked
        ("loss", np.float64),  # share lost at harvest
        ("picking", np.float64),  # own cost, USD/kg
        ("kept", np.float64),  # what patience and losses leave of a kg after a month, share
        ("gap", np.float64),  # its part of the cash its household misses, USD
        ("noise", np.float64),  # noise of selling from store
    ]
)


def goods_table(enterprises: int) -> Any:
    """A table with room for the goods of so many enterprises."""
    return as_table(np.zeros(enterprises, dtype=GOODS))


@compiled
def loss_cut(en: Any, ch: Any) -> float:
    """Cut of the loss at harvest by the practices in use, share."""
    return ch.practices_improved_loss_cut * en.uses_improved + ch.practices_quality_loss_cut * en.uses_quality


@compiled
def bring(e: int, en: Any, hh: Any, ch: Any, bb: Any, ef: Any, go: Any) -> None:
    """Write what enterprise ``e`` brings into a record of `GOODS`."""
    kit = en.kit_effect if en.kit_months > 0.0 else 0.0
    go.row = e
    go.household, go.firm, go.chain = en.household, en.firm, en.chain
    go.potential, go.stock_a, go.stock_b, go.food, go.gap = en.potential, en.stock_a, en.stock_b, en.food_left, en.cash_gap
    go.share_a = grade_a_share(ch.harvest_grade_a, ch.practices_quality_gain, en.uses_quality)
    go.loss = harvest_loss(ch.harvest_loss_harvest, kit, loss_cut(en, ch))
    go.picking = ch.harvest_picking_cost * en.picking_factor * (1.0 - ef.business_skills_picking * hh.business)
    go.kept = hh.patience * (1.0 - ch.harvest_loss_store * (1.0 - kit))
    go.noise = bb.store_noise * (1.0 - ef.business_skills_timing * hh.business)
