"""What is looked at only a few times in a run: at exit, some time after it, and in the last month (model 7)."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from linkage_sim.compiled import compiled
from linkage_sim.context import Context
from linkage_sim.month.selfenforcing import HOLDS, holding_links
from linkage_sim.units import LASTING_MONTHS

FIRMS = np.dtype([
    ("firm", "i4"), ("chain", "i2"), ("imitator", "u1"), ("supported", "u1"), ("active", "u1"), ("active_exit", "u1"),
    ("links_exit", "f8"), ("links_end", "f8"), ("invested_seasons", "f8"), ("spent", "f8"),
])  # fmt: skip
"""One row a firm: linkages when the programme leaves and at the end, seasons after exit in which it invested, USD granted."""
ROUTES = np.dtype([
    ("firm", "i4"), ("village", "i4"), ("touched", "u1"), ("links_exit", "f8"), ("hold_exit", "f8"), ("kept", "f8"), ("kept_hold", "f8"),
    ("links_end", "f8"), ("hold_end", "f8"),
])  # fmt: skip
"""One row a firm and village: linkages, those that hold by themselves, those at exit that lived `LASTING_MONTHS` later, of all and of
those that held; ``touched`` where the programme supported the firm or introduced it there."""
HOUSEHOLDS = ("linked_exit", "sustained", "linked_end", "surviving")
"""Flags of households: linked at exit to a firm that the programme supports or introduced; still so `LASTING_MONTHS` later; linked to
any firm in the last month; linked in the last month to such a firm."""


@compiled
def count_links(chosen: Any, firm: Any, village: Any, out: Any) -> None:
    """Enterprises ``chosen`` (E,) by firm and village; ``out`` (F, V)."""
    out[:] = 0.0
    for e in range(chosen.shape[0]):
        if chosen[e]:
            out[firm[e], village[e]] += 1.0


@compiled
def mark_linked(firm: Any, household: Any, village: Any, routes: Any, found: Any) -> None:
    """Which households have a contract on some of the ``routes`` (F, V); ``found`` (H,) of 0 and 1."""
    found[:] = 0
    for e in range(firm.shape[0]):
        if firm[e] >= 0 and routes[firm[e], village[e]]:
            found[household[e]] = 1


class Looks:
    """Linkages at exit, later and at the end.

    Parameters
    ----------
    context : the run; before, during : months before and with the programme; months : recorded months
    """

    def __init__(self, context: Context, before: int, during: int, months: int) -> None:
        self.exit, self.last = before + during - 1, months - 1
        self.later = min(self.exit + LASTING_MONTHS, self.last)
        shape = context.state.route.shape
        self.firms = np.zeros(shape[0], dtype=FIRMS)
        self.invested = np.zeros(shape[0])
        self.routes = np.zeros(shape, dtype=ROUTES)
        self.households = {name: np.zeros(len(context.state.household), dtype=np.uint8) for name in HOUSEHOLDS}
        self.exit_firm = np.full(len(context.state.enterprise), -1)
        self.exit_hold = np.zeros(len(context.state.enterprise), dtype=bool)
        self.village = context.state.household["village"][context.state.enterprise["household"]]

    def next(self, month: int) -> float:
        """The first month from this one on after which there is anything to look at; infinity for none."""
        return min((look for look in (self.exit, self.later, self.last) if look >= month), default=math.inf)

    def take(self, context: Context) -> None:
        """Look where this month asks for it."""
        if context.month == self.exit:
            self.at_exit(context)
        if context.month == self.later > self.exit:
            self.some_time_after(context)
        if context.month == self.last:
            self.at_the_end(context)

    def at_exit(self, context: Context) -> None:
        """Linkages in the programme's last month, and which of them hold by themselves."""
        self.exit_firm[:] = context.state.enterprise["firm"]
        self.exit_hold[:] = holding_links(context) == HOLDS
        self.routes["links_exit"] = self.count(self.exit_firm >= 0, self.exit_firm)
        self.routes["hold_exit"] = self.count(self.exit_hold, self.exit_firm)
        self.firms["links_exit"] = self.routes["links_exit"].sum(axis=1)
        self.firms["active_exit"] = context.state.firm["active"]
        self.households["linked_exit"][:] = self.linked(context, touched(context))

    def some_time_after(self, context: Context) -> None:
        """Which linkages of the programme's last month live."""
        kept = (self.exit_firm >= 0) & (context.state.enterprise["firm"] == self.exit_firm)
        self.routes["kept"] = self.count(kept, self.exit_firm)
        self.routes["kept_hold"] = self.count(kept & self.exit_hold, self.exit_firm)
        self.households["sustained"][:] = self.households["linked_exit"] & self.linked(context, touched(context))

    def at_the_end(self, context: Context) -> None:
        """Linkages of the last month."""
        s, firm, supported = context.state, context.state.enterprise["firm"], touched(context)
        self.routes["firm"], self.routes["village"] = np.indices(s.route.shape)
        self.routes["touched"] = supported
        self.routes["links_end"] = self.count(firm >= 0, firm)
        self.routes["hold_end"] = self.count(holding_links(context) == HOLDS, firm)
        self.firms["links_end"] = self.routes["links_end"].sum(axis=1)
        self.firms["firm"] = np.arange(len(self.firms))
        self.firms["invested_seasons"] = self.invested
        for name in ("chain", "imitator", "supported", "active", "spent"):
            self.firms[name] = s.firm[name]
        self.households["linked_end"][:] = self.linked(context, np.ones(s.route.shape, dtype=bool))
        self.households["surviving"][:] = self.linked(context, supported)

    def count(self, chosen: NDArray[np.bool_], firm: NDArray[Any]) -> NDArray[np.float64]:
        """Enterprises chosen by firm and village; (F, V)."""
        out = np.empty(self.routes.shape)
        count_links(chosen, firm, self.village, out)
        return out

    def linked(self, context: Context, routes: NDArray[np.bool_]) -> NDArray[np.uint8]:
        """Which households have a contract on some of the routes; (H,) of 0 and 1."""
        enterprise = context.state.enterprise
        found = np.empty(len(context.state.household), dtype=np.uint8)
        mark_linked(enterprise["firm"], enterprise["household"], self.village, routes, found)
        return found


def touched(context: Context) -> NDArray[np.bool_]:
    """Routes of firms that the programme supports, and those it introduced; (F, V)."""
    return np.asarray((context.state.firm["supported"][:, None] == 1) | (context.state.route["introduced"] > 0.0))
