"""Where the quote goes after a pass: between what was decided on and what cleared (model 4, Quote and clear)."""

from __future__ import annotations

import math
from typing import Any

from linkage_sim.compiled import compiled
from linkage_sim.world.state import FIRST_STEP

SECANT = 4
"""Passes after which a quote that has not settled is bracketed."""
SETTLED = 0.02
"""Where quote and clearing price agreed to this share (log) villages are not asked again before the last pass."""
STILL = 0.001
"""Nor are those whose quote moved by no more than this share since they last decided."""
FAR = 0.1
"""Gap (log) from which a quote is not trusted any more after the last pass before stocks move."""


@compiled
def mark_still(number: int, bazaar_quote: Any, asked: Any, last_gap: Any, still: Any) -> None:
    """Find the bazaars and chains that need no further pass: their quote settled, or a pass would change next to nothing.

    ``asked`` (B, C) is the quote, USD/kg, that villages of a bazaar last decided on, ``last_gap`` (B, C) how far from it the price
    cleared (log); ``still`` (B, C) is 1 where they need not again.
    """
    for b in range(bazaar_quote.shape[0]):
        for c in range(bazaar_quote.shape[1]):
            settled = abs(last_gap[b, c]) <= SETTLED or abs(bazaar_quote[b, c] / asked[b, c] - 1.0) <= STILL
            still[b, c] = number > 0 and settled
            if still[b, c] == 0:
                asked[b, c] = bazaar_quote[b, c]


@compiled
def next_quote(
    number: int, calendar: int, still: Any, bazaar_quote: Any, bazaar_price: Any, last_quote: Any, last_gap: Any, bracket: Any,
    quote_step: Any,
) -> float:  # fmt: skip
    """Move quotes towards cleared prices; returns the largest gap (log) before that.

    A quote whose villages were not asked (``still``, (B, C)) stands where it is, unless the price of its city has moved it out of reach.
    ``quote_step`` (B, C, 12) as of `share_of_gap`.
    """
    worst = 0.0
    for b in range(bazaar_quote.shape[0]):
        for c in range(bazaar_quote.shape[1]):
            quote = bazaar_quote[b, c]
            gap = math.log(bazaar_price[b, c] / quote)
            worst = max(worst, abs(gap))
            if still[b, c] == 0:
                share = share_of_gap(number, quote, gap, last_quote[b, c], last_gap[b, c], bracket[:, b, c], quote_step[b, c], calendar)
            else:
                share = 0.0 if abs(gap) <= SETTLED else quote_step[b, c, calendar]
            last_quote[b, c], last_gap[b, c] = quote, gap
            bazaar_quote[b, c] = quote * math.exp(share * gap)
    return worst


@compiled
def share_of_gap(
    number: int, quote: float, gap: float, last_quote: float, last_gap: float, bracket: Any, step: Any, calendar: int
) -> float:
    """What part of the gap (log) to the cleared price a quote moves by.

    Supply rises with the quote, so the cleared price falls with it and the quote that clears lies between the two. Later steps go where
    the last two passes say (secant), never past it; the first goes as far as that was the last time in the same calendar month,
    ``step`` (12,), which starts as `FIRST_STEP`. Where supply is so elastic that this has not settled after `SECANT` passes, later steps
    halve the ``bracket`` (4,) of log quotes between which it must lie (and the next year starts with `FIRST_STEP` again); its last two rows
    keep the quote that came closest, and by how much (log).
    """
    here, moved, share = math.log(quote), math.log(quote / last_quote), step[calendar]
    if number == 0:
        bracket[0], bracket[1], bracket[3] = -1e9, 1e9, 1e9
    if abs(gap) < bracket[3]:
        bracket[2], bracket[3] = quote, abs(gap)
    if gap > 0.0:
        bracket[0] = here
        if bracket[1] <= here:
            bracket[1] = here + gap
    else:
        bracket[1] = here
        if bracket[0] >= here:
            bracket[0] = here + gap
    if number > 0 and abs(moved) > 1e-9:
        fall = (gap - last_gap) / moved
        if fall < 0.0:
            share = min(1.0, max(0.1, -1.0 / fall))
            step[calendar] = share
    if number >= SECANT and abs(gap) > SETTLED and bracket[0] > -1e8 and bracket[1] < 1e8:
        step[calendar] = FIRST_STEP
        return (0.5 * (bracket[0] + bracket[1]) - here) / gap
    return share


@compiled
def go_back(bazaar_quote: Any, last_gap: Any, bracket: Any) -> None:
    """Where supply jumps no quote settles: one that was still `FAR` off in the last pass goes back to the one that came closest."""
    for b in range(bazaar_quote.shape[0]):
        for c in range(bazaar_quote.shape[1]):
            if abs(last_gap[b, c]) > FAR:
                bazaar_quote[b, c] = bracket[2, b, c]
