"""What enterprises bring to the trade phase: what its passes read again and again, village by village and chain by chain.

Most enterprises have nothing to sell in most months, and chains differ in prices and in how long goods are kept: passes that find
the goods of one village and chain side by side run in vectors.
"""

from __future__ import annotations

import numpy as np

from linkage_sim.columns import Table, table_of

GOODS = np.dtype(
    [
        ("row", np.int32),  # of the enterprise
        ("household", np.int32),  # row
        ("firm", np.int32),  # linked, -1 = none
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
    ]
)
"""What a pass works out for the goods of one village and chain; the next village and chain overwrite it."""


LANES = 32
"""Loops over goods go on to a multiple of this number, past the last, so that all of it runs in vectors."""


def goods_table(enterprises: int) -> Table:
    """A table with room for the goods of so many enterprises, and for loops that go past the last."""
    return table_of(GOODS, enterprises + LANES)


def work_table(goods: int, threads: int = 1) -> tuple[Table, int]:
    """A table for threads to work in on so many goods at a time, and how many rows apart they stand in it."""
    apart = goods + LANES
    return table_of(WORK, apart * threads), apart
