"""What phases work with beside enterprises and households themselves.

Enterprises of one village and chain stand side by side: passes go through all of them where one has anything to sell, in loops that run
in vectors.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np

from linkage_sim.columns import Table, table_of

GOODS = np.dtype(
    [
        ("share_a", np.float64),  # grade A in what is picked
        ("loss", np.float64),  # share lost at harvest
        ("picking", np.float64),  # own cost, USD/kg
        ("kept", np.float64),  # what patience and losses leave of a kg after a month, share
        ("noise", np.float64),  # noise of selling from store
        ("luck", np.float64),  # this month's luck in delivering what is under contract, as of `delivery_luck`
    ]
)
"""What passes read again and again of an enterprise; it stands in the row of the enterprise."""
WORK = np.dtype(
    [
        ("hold", np.float64),  # best worth of keeping a kg at the quote of the pass, USD/kg
        ("left", np.float64),  # what patience and losses leave of a kg after some months, share
        ("price_a", np.float64),  # what a firm pays under contract at the quote of the pass, USD/kg; 0 = nothing
        ("price_b", np.float64),
        ("picked", np.float64),  # kg
        ("wasted", np.float64),  # part of it lost at harvest, kg
        ("eaten", np.float64),  # kept for the home, kg
        ("offer_a", np.float64),  # kg that may be kept or sold after what goes under contract
        ("offer_b", np.float64),
        ("side_a", np.float64),  # kg side-sold
        ("side_b", np.float64),
        ("share", np.float64),  # part of the offer that is sold
        ("sells_a", np.float64),  # kg sold outside contracts
        ("sells_b", np.float64),
        ("luck", np.float64),  # uniform number
        ("normal", np.float64),  # normal number of the same rank
    ]
)
"""What weather and passes work out for the enterprises of one village and chain; the next village and chain overwrite it."""

MONEY = np.dtype(
    [
        ("goods", np.float64),  # what all that is for sale usually fetches
        ("spent", np.float64),  # consumed
        ("loan", np.float64),  # borrowed
        ("repaid", np.float64),  # with interest
        ("committed", np.float64),  # of cash, to practices of enterprises before
    ]
)
"""What is worked out for the households of one village, USD; the next village overwrites it."""

LANES = 1 if numba.config.DISABLE_JIT else 8
"""Loops over what is worked out go on to a multiple of this number, past the last, so that all of it runs in vectors."""


def goods_table(enterprises: int) -> Table:
    """A table for so many enterprises."""
    return table_of(GOODS, enterprises)


def work_table(rows: int, threads: int = 1, kind: np.dtype[Any] = WORK) -> tuple[Table, int]:
    """A table for threads to work in on so many enterprises or households at a time, and how many rows apart they stand in it."""
    apart = rows + LANES
    return table_of(kind, apart * threads), apart
