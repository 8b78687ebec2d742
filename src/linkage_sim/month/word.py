"""Whether firms keep their word this month (model 4, Firm keeps its word)."""

from __future__ import annotations

from typing import Any

from linkage_sim.compiled import compiled
from linkage_sim.rules.firm import breaks_word, future_at_stake


@compiled
def at_stake(fi: Any, fm: Any) -> float:
    """What a firm loses later by breaking its word this month, USD; contract kg must be due."""
    return future_at_stake(
        fi.reliability, fm.patience, fi.expected_margin, fi.word_margin / fi.word_due, fi.planned_margin, fm.reputation, fi.word_hears
    )


@compiled
def firms_decide(firms: Any, village: Any, firm: Any, route: Any, first_household: Any) -> None:
    """Each firm decides once, for all its routes together, whether it keeps its word this month."""
    for f in range(firm.shape[0]):
        fi = firm[f]
        fm = firms[fi.chain]
        fi.breaks = 0
        fi.word_loss = fi.word_due = fi.word_margin = fi.word_hears = 0.0
        if fi.active == 0 or fi.imitator == 1:
            continue
        for v in range(village.shape[0]):
            ro = route[f, v]
            if ro.accepted > 0.0:
                fi.word_loss += ro.loss
                fi.word_due += ro.accepted
                fi.word_margin += ro.margin
                fi.word_hears += first_household[v + 1] - first_household[v]
        if fi.word_due <= 0.0:
            continue
        if breaks_word(fi.word_loss, at_stake(fi, fm)):
            fi.breaks = 1
            fi.season_breaks += 1.0
