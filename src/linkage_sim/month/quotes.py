"""Where the quote goes after a pass: between what was decided on and what cleared (model 4, Quote and clear)."""

from __future__ import annotations

import math
from typing import Any

from linkage_sim.compiled import compiled

SECANT = 4
"""Passes after which a quote that has not settled is bracketed."""
SETTLED = 0.02
"""Passes end early once quote and clearing price agree to this share."""
FAR = 0.1
"""Gap (log) from which a quote is not trusted any more after the last pass before stocks move."""
STILL = 0.001
"""A bazaar whose quotes moved by no more than this share since its villages last decided is not asked again before the last pass."""


@compiled
def mark_still(number: int, bazaar_quote: Any, asked: Any, still: Any) -> None:
    """Find the bazaars and chains for which a pass would change next to nothing.

    ``asked`` (B, C) is the quote, USD/kg, that villages of a bazaar last decided on; ``still`` (B, C) is 1 where they need not again.
    """
    for b in range(bazaar_quote.shape[0]):
        for c in range(bazaar_quote.shape[1]):
            still[b, c] = number > 0 and abs(bazaar_quote[b, c] / asked[b, c] - 1.0) <= STILL
            if still[b, c] == 0:
                asked[b, c] = bazaar_quote[b, c]


@compiled
def next_quote(number: int, bazaar_quote: Any, bazaar_price: Any, last_quote: Any, last_gap: Any, bracket: Any) -> float:
    """Move the quote towards the cleared price; returns the largest gap (log) before that.

    The first step is to the geometric mean of both. Supply rises with the quote, so the cleared price falls with it and
    the quote that clears lies between the two: later steps go where the last two passes say (secant), never past it.
    Where supply is so elastic that this has not settled after `SECANT` passes, later steps halve the ``bracket`` (4, B, C)
    of log quotes between which it must lie; its last two rows keep the quote that came closest, and by how much (log).
    """
    worst = 0.0
    for b in range(bazaar_quote.shape[0]):
        for c in range(bazaar_quote.shape[1]):
            gap = math.log(bazaar_price[b, c] / bazaar_quote[b, c])
            worst = max(worst, abs(gap))
            share = 0.5
            moved = math.log(bazaar_quote[b, c] / last_quote[b, c])
            if number == 0:
                bracket[0, b, c], bracket[1, b, c], bracket[3, b, c] = -1e9, 1e9, 1e9
            here = math.log(bazaar_quote[b, c])
            if abs(gap) < bracket[3, b, c]:
                bracket[2, b, c], bracket[3, b, c] = bazaar_quote[b, c], abs(gap)
            if gap > 0.0:
                bracket[0, b, c] = here
                if bracket[1, b, c] <= here:
                    bracket[1, b, c] = here + gap
            else:
                bracket[1, b, c] = here
                if bracket[0, b, c] >= here:
                    bracket[0, b, c] = here + gap
            if number > 0 and abs(moved) > 1e-9:
                fall = (gap - last_gap[b, c]) / moved
                if fall < 0.0:
                    share = min(1.0, max(0.1, -1.0 / fall))
            last_quote[b, c] = bazaar_quote[b, c]
            last_gap[b, c] = gap
            if number >= SECANT and abs(gap) > SETTLED and bracket[0, b, c] > -1e8 and bracket[1, b, c] < 1e8:
                bazaar_quote[b, c] = math.exp(0.5 * (bracket[0, b, c] + bracket[1, b, c]))
            else:
                bazaar_quote[b, c] *= math.exp(share * gap)
    return worst


@compiled
def go_back(bazaar_quote: Any, last_gap: Any, bracket: Any) -> None:
    """Where supply jumps no quote settles: one that was still `FAR` off in the last pass goes back to the one that came closest."""
    for b in range(bazaar_quote.shape[0]):
        for c in range(bazaar_quote.shape[1]):
            if abs(last_gap[b, c]) > FAR:
                bazaar_quote[b, c] = bracket[2, b, c]
