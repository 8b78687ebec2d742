"""What is looked at only a few times in a run: at exit, some time after it, and in the last month (model 7)."""

from __future__ import annotations

from typing import Any

import numpy as np

from linkage_sim.compiled import compiled
from linkage_sim.month.selfenforcing import HOLDS, links_hold

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
HOUSEHOLDS = np.dtype([("linked_exit", "u1"), ("sustained", "u1"), ("linked_end", "u1"), ("surviving", "u1")])
"""Flags of households: linked at exit to a firm that the programme supports or introduced there; still so `LASTING_MONTHS` later; linked
to any firm in the last month; linked in the last month to such a firm."""
LONG_AGO = -(10**6)
"""A month before every other."""


@compiled
def look(month: int, w: Any, r: Any) -> None:
    """Look where this month asks for it: ``r.looks`` (3,) are the programme's last month, one some time later, and the last of all."""
    if month == r.looks[0]:
        at_exit(month, w, r)
    if month == r.looks[1] and month > r.looks[0]:
        some_time_after(w, r)
    if month == r.looks[2]:
        at_the_end(month, w, r)


@compiled
def is_touched(f: int, v: int, w: Any) -> bool:
    """Whether the programme supports a firm, or introduced it in a village."""
    return bool(w.firm[f].supported == 1 or w.route[f, v].introduced > 0.0)


@compiled
def at_exit(month: int, w: Any, r: Any) -> None:
    """Linkages in the programme's last month, and which of them hold by themselves: ``r.exit_firm``, ``r.exit_hold`` (E,)."""
    r.recorded[0] = LONG_AGO  # from now on the record asks which of these linkages live
    links_hold(month % 12, w, r.exit_hold)
    for e in range(w.enterprise.shape[0]):
        f, h = w.enterprise[e].firm, w.enterprise[e].household
        r.exit_firm[e] = f
        if f >= 0:
            v = w.household[h].village
            r.of_routes[f, v].links_exit += 1.0
            r.of_routes[f, v].hold_exit += r.exit_hold[e] == HOLDS
            r.of_firms[f].links_exit += 1.0
            if is_touched(f, v, w):
                r.of_households[h].linked_exit = 1
    for f in range(w.firm.shape[0]):
        r.of_firms[f].active_exit = w.firm[f].active


@compiled
def some_time_after(w: Any, r: Any) -> None:
    """Which linkages of the programme's last month live."""
    for e in range(w.enterprise.shape[0]):
        f, h = w.enterprise[e].firm, w.enterprise[e].household
        if f >= 0:
            v = w.household[h].village
            if f == r.exit_firm[e]:
                r.of_routes[f, v].kept += 1.0
                r.of_routes[f, v].kept_hold += r.exit_hold[e] == HOLDS
            if is_touched(f, v, w) and r.of_households[h].linked_exit == 1:
                r.of_households[h].sustained = 1


@compiled
def at_the_end(month: int, w: Any, r: Any) -> None:
    """Linkages of the last month."""
    holds = np.zeros(w.enterprise.shape[0], dtype=np.int8)
    links_hold(month % 12, w, holds)
    for e in range(w.enterprise.shape[0]):
        f, h = w.enterprise[e].firm, w.enterprise[e].household
        if f >= 0:
            v = w.household[h].village
            r.of_routes[f, v].links_end += 1.0
            r.of_routes[f, v].hold_end += holds[e] == HOLDS
            r.of_firms[f].links_end += 1.0
            r.of_households[h].linked_end = 1
            if is_touched(f, v, w):
                r.of_households[h].surviving = 1
    for f in range(w.firm.shape[0]):
        fi, of = w.firm[f], r.of_firms[f]
        of.firm, of.chain, of.imitator, of.supported, of.active, of.spent = f, fi.chain, fi.imitator, fi.supported, fi.active, fi.spent
        for v in range(w.route.shape[1]):
            route = r.of_routes[f, v]
            route.firm, route.village, route.touched = f, v, is_touched(f, v, w)
