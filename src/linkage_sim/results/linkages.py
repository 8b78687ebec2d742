"""Measures of linkages: what lasts, what holds by itself, and whether the system changed (model 7; DCED; adopt-adapt-expand-respond)."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from linkage_sim.results.declare import LIVES, ONCE, Measure, TwinMeasure
from linkage_sim.results.levels import Compute, ratio_of, share, total
from linkage_sim.results.observed import Level, Observed, Window
from linkage_sim.units import LASTING_MONTHS

ADOPTED = 10.0
"""Linkages of a supported firm at exit from which it counts as running the linkage."""
ADAPTED = 2.0
"""Seasons after exit in which a firm must invest its own money to count as having adapted."""


def survival(months_after: int) -> Compute:
    """Share of the linkages at exit that live so many months later; None where the run ends before."""

    def level(o: Observed, months: slice, group: str) -> Level:
        month = o.before + o.during + months_after - 1
        if month >= len(o.monthly):
            return None
        return share(float(o.column("still_linked")[month]), float(o.column("linked_before")[month]))

    return level


def volume_kept(months_after: int) -> Compute:
    """Kg under contract in the twelve months that end so long after exit, over those of the programme's last twelve."""

    def level(o: Observed, months: slice, group: str) -> Level:
        exit_month = o.before + o.during
        last = exit_month + months_after
        if last > len(o.monthly) or o.during < 12:
            return None
        return share(total(o, slice(last - 12, last), "contract_kg"), total(o, slice(exit_month - 12, exit_month), "contract_kg"))

    return level


def _of_routes(part: Callable[..., float], whole: Callable[..., float], *names: str) -> Compute:
    """One sum over routes over another; None where the run did not keep them or there is nothing to divide by."""

    def level(o: Observed, months: slice, group: str) -> Level:
        found = o.of_routes(*names)
        return None if found is None else share(float(part(*found)), float(whole(*found)))

    return level


def _later(compute: Compute) -> Compute:
    """The level, but None in a run that ends with the programme."""
    return lambda o, months, group: compute(o, months, group) if len(o.monthly) > o.before + o.during else None


def _households(flag: str) -> Compute:
    def level(o: Observed, months: slice, group: str) -> Level:
        found = o.of_households(flag)
        return None if found is None else float(found[0].sum())

    return level


def adopt(o: Observed, months: slice, group: str) -> Level:
    """Share of supported firms that run the linkage while supported; None where no firm is."""
    found = o.of_firms("supported", "active_exit", "links_exit")
    if found is None:
        return None
    supported, active, links = found
    return share(float(((supported == 1) & (active == 1) & (links >= ADOPTED)).sum()), float((supported == 1).sum()))


def adapt(o: Observed, months: slice, group: str) -> Level:
    """Share of supported firms that still run it in the end and went on investing their own money; None where no firm is."""
    found = o.of_firms("supported", "active", "links_end", "invested_seasons")
    if found is None:
        return None
    supported, active, links, seasons = found
    went_on = (supported == 1) & (active == 1) & (links >= ADOPTED) & (seasons >= ADAPTED)
    return share(float(went_on.sum()), float((supported == 1).sum()))


def subsidised_only(o: Observed, months: slice, group: str) -> Level:
    """Share of supported firms in business at exit that are gone in the end; None where no firm is."""
    found = o.of_firms("supported", "active_exit", "active")
    if found is None:
        return None
    lived = (found[0] == 1) & (found[1] == 1)
    return share(float((lived & (found[2] == 0)).sum()), float(lived.sum()))


def expand_linkages(own: Observed, twin: Observed, window: Window) -> Level:
    """Linkages in the last month on routes that the programme never touched, less those on the same routes of the twin."""
    found, other = own.of_routes("touched", "links_end"), twin.of_routes("links_end")
    if found is None or other is None or not (found[0] == 1).any():
        return None
    untouched = found[0] == 0
    return float((found[1] - other[0])[untouched].sum())


def expand_villages(own: Observed, twin: Observed, window: Window) -> Level:
    """Share of villages no touched firm links in which more linkages live in the last month than in the twin.

    None without a touched route, or where every village has one that links.
    """
    found, other = own.of_routes("village", "touched", "links_end"), twin.of_routes("links_end")
    if found is None or other is None or not (found[1] == 1).any():
        return None
    village, touched, links = found
    served = np.bincount(village, weights=(touched == 1) * links) > 0.0
    more = np.bincount(village, weights=links - other[0]) > 0.0
    return share(float((more & ~served).sum()), float((~served).sum()))


_WITHOUT = "in which the most that farmer and firm could gain by breaking their word is within what both would lose (Levin's pooled " \
    "condition), the facilitator's work taken away"  # fmt: skip
LINKAGES: tuple[Measure, ...] = (
    *(
        Measure(
            f"survival_{months}", "share", "higher", f"share of the linkages of the programme's last month that live {months} months later",
            ONCE, survival(months),
        )
        for months in (12, 24, 36)
    ),
    *(
        Measure(
            f"volume_kept_{months}", "share", "higher",
            f"kg under contract in the year that ends {months} months after exit, over those of the programme's last year", ONCE,
            volume_kept(months),
        )
        for months in (12, 24, 36)
    ),
    Measure(
        "trust", "share", "higher", "mean trust of linked households in their firm", LIVES,
        ratio_of(("trust",), "trust_ties"),
    ),
    Measure(
        "self_enforcing", "share", "higher", f"share of linkages in the programme's last month {_WITHOUT}", ONCE,
        _of_routes(lambda hold, links: hold.sum(), lambda hold, links: links.sum(), "hold_exit", "links_exit"),
    ),
    Measure(
        "self_enforcing_end", "share", "higher", f"share of linkages in the last month {_WITHOUT}", ONCE,
        _of_routes(lambda hold, links: hold.sum(), lambda hold, links: links.sum(), "hold_end", "links_end"),
    ),
    Measure(
        "survival_self_enforcing", "share", "higher",
        f"share of the linkages at exit that hold by themselves which live {LASTING_MONTHS} months later", ONCE,
        _later(_of_routes(lambda kept, hold: kept.sum(), lambda kept, hold: hold.sum(), "kept_hold", "hold_exit")),
    ),
    Measure(
        "survival_fragile", "share", "higher",
        f"share of the linkages at exit that do not hold by themselves which live {LASTING_MONTHS} months later", ONCE,
        _later(_of_routes(
            lambda kept, kept_hold, links, hold: (kept - kept_hold).sum(), lambda kept, kept_hold, links, hold: (links - hold).sum(),
            "kept", "kept_hold", "links_exit", "hold_exit",
        )),
    ),
    Measure(
        "offered", "households", "higher", "households ever offered a contract by a firm that the programme supports or introduced", ONCE,
        _households("offered"),
    ),
    Measure("joined", "households", "higher", "households that ever joined such a contract", ONCE, _households("joined")),
    Measure("surviving", "households", "higher", "households in such a contract in the last month", ONCE, _households("surviving")),
    Measure(
        "sustained", "households", "higher",
        f"households in such a contract in the programme's last month and still {LASTING_MONTHS} months later (or in the last month of a "
        "shorter run)", ONCE, _later(_households("sustained")),
    ),
    Measure(
        "adopt", "share", "higher",
        f"adopt: share of supported firms with {ADOPTED:g} linkages or more in the programme's last month", ONCE, adopt, relative=False,
    ),
    Measure(
        "adapt", "share", "higher",
        f"adapt: share of supported firms that invested their own money in {ADAPTED:g} seasons or more after exit and have {ADOPTED:g} "
        "linkages or more in the last month", ONCE, _later(adapt), relative=False,
    ),
    Measure(
        "gone_after_support", "share", "lower", "share of supported firms in business at exit that closed before the last month", ONCE,
        _later(subsidised_only), relative=False,
    ),
)  # fmt: skip
"""Measures of linkages and of lasting change in one run."""

EXPANSION: tuple[TwinMeasure, ...] = (
    TwinMeasure(
        "expand_linkages", "linkages", "higher",
        "expand: linkages in the last month of firms and villages that the programme never touched, less those of the same firms and "
        "villages in the twin; below 0 where touched firms took suppliers over", ("whole",), expand_linkages,
    ),
    TwinMeasure(
        "expand_villages", "share", "higher",
        "expand: share of villages in which no supported or introduced firm links anybody that have more linkages in the last month than "
        "in the twin", ("whole",), expand_villages,
    ),
)  # fmt: skip
"""Measures of expansion against the twin."""
