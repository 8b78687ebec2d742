"""The month as a list: ten phases, each with the columns it reads and writes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from linkage_sim.context import Context
from linkage_sim.month import choose, closing, environment, learn, offer, passes, produce, record, sell, settle
from linkage_sim.programme import facilitator


@dataclass(frozen=True)
class Phase:
    """One phase of the month.

    Parameters
    ----------
    reads : the columns that matter most to it; writes : every column it may change (tested)
    """

    number: int
    name: str
    meaning: str
    run: Callable[[Context], None] | None
    reads: tuple[str, ...]
    writes: tuple[str, ...]


PHASES: tuple[Phase, ...] = (
    Phase(
        1,
        "environment",
        "prices abroad, roads, weather and events, household shocks",
        environment.run,
        environment.READS,
        environment.WRITES,
    ),
    Phase(2, "acts", "the programme acts, within its ledger", facilitator.run, facilitator.READS, facilitator.WRITES),
    Phase(3, "offer", "firms plan routes and offer contracts (contracting month)", offer.run, offer.READS, offer.WRITES),
    Phase(
        4, "choose", "households choose contract and practices (contracting and planting month)", choose.run, choose.READS, choose.WRITES
    ),
    Phase(5, "produce", "losses in store; what ripens", produce.run, produce.READS, produce.WRITES),
    Phase(6, "trade", "quote, pick, deliver or side-sell, store or sell, clear", passes.run, passes.READS, passes.WRITES),
    Phase(7, "settle", "payments, credit, household money", settle.run, settle.READS, settle.WRITES),
    Phase(8, "sell", "firms and processors sell on", sell.run, sell.READS, sell.WRITES),
    Phase(9, "learn", "expectations, trust, investment, entry and exit", learn.run, learn.READS, learn.WRITES),
    Phase(10, "record", "what is kept, and the books close", None, record.READS, record.WRITES),
)

ALONE = (environment.alone, offer.alone, choose.alone, produce.alone, passes.alone, settle.alone, sell.alone, learn.alone)
"""What compiled code calls where one thread lives a month, with acts after the first; where events strike Python lives both before."""
RECORD = closing.alone
"""The end of such a month."""
