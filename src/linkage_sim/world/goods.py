"""Record of what enterprises bring to the trade phase: what its passes read again and again, side by side.

A row of the table of enterprises fills seven cache lines, and most rows have nothing to sell in most months. Passes that read these
records instead take a quarter of the time in a world that does not fit the cache.
"""

from __future__ import annotations

import numpy as np

from linkage_sim.columns import Table, table_of

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


def goods_table(enterprises: int) -> Table:
    """A table with room for the goods of so many enterprises."""
    return table_of(GOODS, enterprises)
