"""Events of a recorded month: frost, closed borders and roads, bans, falling transfers, standards, buyers that leave.

An event begins in its scripted month, or where its draw falls below its chance in its calendar month; whether it goes on
is asked of the same draws, so nothing has to be remembered but what it did to a crop. Falling transfers are read where
households meet their month (`environment.py`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from linkage_sim.compiled import compiled
from linkage_sim.context import Context
from linkage_sim.draws import STREAM, uniform, uniforms
from linkage_sim.month.learn import close_firm
from linkage_sim.world.events import Events, Strike

STRIKES, HOUSEHOLD = STREAM["event.strikes"], STREAM["event.household"]


@compiled
def remittances_arrive(
    first: int, last: int, year: int, key: Any, fall: float, drop: Any, household: Any, begun: Any, places: Any, shares: Any, sizes: Any
) -> None:
    """Share of their usual transfers that a range of households gets: luck of the year, less what every drop that goes on takes.

    ``drop`` (years, H) is 1 for those whose transfers fall in a ``year``; ``begun``, ``places``, ``shares``, ``sizes`` (drops): month it
    began, address of its draws, share of households, fall.
    """
    for h in range(first, last):
        household[h].remittance_factor = 1.0 - fall if drop[year, h] == 1 else 1.0
    for i in range(begun.shape[0]):
        for h in range(first, last):
            hh = household[h]
            hh.remittance_factor *= 1.0 - sizes[i] if uniform(key, HOUSEHOLD, begun[i], places[i] + hh.identity) < shares[i] else 1.0


@compiled
def leave(
    f: int, c: int, firm: Any, first_enterprise: Any, enterprise: Any, route: Any, place_city: Any, city_price: Any, city_extra: Any,
    firm_flows: Any,
) -> None:  # fmt: skip
    """One firm closes now."""
    close_firm(f, c, firm[f], first_enterprise, enterprise, route, place_city, city_price, city_extra, firm_flows)


def begins(one: Strike, key: Any, month: int) -> bool:
    """Whether an event begins in a recorded month."""
    by_chance = one.chance > 0.0 and month % 12 == one.calendar and uniform(key, STRIKES, month, one.place) < one.chance
    return month == one.at or bool(by_chance)


def goes_on(one: Strike, key: Any, month: int) -> list[int]:
    """Months in which those of its strikes began that go on in this month."""
    return [start for start in range(max(0, month - one.lasts + 1), month + 1) if begins(one, key, start)]


NO_DROPS = 0, np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64), np.empty(0), np.empty(0)
"""What a scenario without events hands to `remittances_arrive`."""


def falling_remittances(context: Context) -> tuple[int, Any, Any, Any, Any]:
    """Whether transfers change within a year at all (0 or 1), and every drop that goes on, as `remittances_arrive` takes them."""
    if context.events is None:
        return NO_DROPS
    strikes = context.events.strikes
    drops = [one for one in strikes if one.kind == "remittance_drop"]
    going = [(start, one) for one in drops for start in goes_on(one, context.key, context.month)]
    return (
        int(bool(drops) and context.month >= 0),
        np.array([start for start, _ in going], dtype=np.int64),
        np.array([one.place for _, one in going], dtype=np.int64),
        np.array([one.share for _, one in going], dtype=np.float64),
        np.array([one.size for _, one in going], dtype=np.float64),
    )


def strike(context: Context, events: Events) -> None:
    """Let every event of a scenario do its work this month; months before the record are left alone."""
    s, p, key, month = context.state, context.parameters, context.key, context.month
    context.look_again()
    s.market_barred[:] = 0
    _new_crops(context)
    p.markets[:] = events.markets
    for one in events.strikes:
        if begins(one, key, month):
            events.happened.append((month, one.name))
        if one.kind == "standard_change":
            _change_standard(p.markets, one, sum(begins(one, key, start) for start in range(month + 1)))
        elif one.kind in HANDLERS and goes_on(one, key, month):
            HANDLERS[one.kind](context, events, one)


def _new_crops(context: Context) -> None:
    """The month after its harvest a chain's next crop begins whole; weather drawn now still meets earlier events."""
    s, p = context.state, context.parameters
    for c in range(len(p.chains)):
        ripe, before = p.season[c, context.calendar] > 0.0, p.season[c, context.calendar - 1] > 0.0
        drawn = context.calendar == int(p.chains["bad_month"][c])
        if (before and not ripe) or (p.chains["all_year"][c] == 1.0 and drawn):
            s.crop_left[:, c] = 1.0
        if drawn:
            _take_crop(context, c, s.crop_left[:, c])


def _take_crop(context: Context, c: int, left: Any) -> None:
    """Multiply the season's weather of a chain by a share left, (V,)."""
    s = context.state
    rows = np.flatnonzero(s.enterprise["chain"] == c)
    s.enterprise["weather"][rows] *= left[s.household["village"][s.enterprise["household"][rows]]]


def _frost(context: Context, events: Events, one: Strike) -> None:
    """Part of the crop is lost in the villages that are hit."""
    villages = one.place + np.arange(context.villages)
    hit = one.villages & (uniforms(context.key, "event.village", context.month, villages) < one.share)
    left = np.where(hit, one.size, 1.0)
    context.state.crop_left[:, one.chain] *= left
    _take_crop(context, one.chain, left)


def _bar(context: Context, events: Events, one: Strike) -> None:
    """End markets are barred: goods meant for them fetch no more than the best city last paid; a ban also weighs on the city."""
    s, p = context.state, context.parameters
    s.market_open[one.markets] = 0
    s.market_barred[one.markets] = 1
    for m in np.flatnonzero(one.markets.all(axis=0)):
        mk = p.markets[m]
        paid = float((s.city_price[:, p.market_chain[m]] + events.city_haul[m]).max())
        worth = paid + mk["processing_cost"] + mk["marketing_cost"]
        s.market_price[m] = min(s.market_price[m], worth / mk["conversion"])
    if one.kind == "export_ban":
        s.city_base[:, one.chain] *= 1.0 - one.size


def _close_roads(context: Context, events: Events, one: Strike) -> None:
    """Village roads, roads from bazaars to the city, roads to end markets."""
    s = context.state
    s.village["closed"][one.villages] = 1
    s.bazaar_closed[one.bazaars] = 1
    s.market_open[one.markets] = 0


def _close_buyer(context: Context, events: Events, one: Strike) -> None:
    """The firm that is named closes, or the one with the largest standing orders."""
    s, p = context.state, context.parameters
    f = one.firm
    if f < 0:
        active = (s.firm["chain"] == one.chain) & (s.firm["active"] == 1)
        f = int(np.argmax(np.where(active, s.orders.sum(axis=1), -1.0)))
    if s.firm["active"][f] == 1:
        leave(
            f, one.chain, s.firm, context.first_enterprise, s.enterprise, s.route, p.place_city, s.city_price, s.city_extra, s.firm_flows
        )  # fmt: skip


def _change_standard(markets: Any, one: Strike, times: int) -> None:
    """An end market's standard after it was tightened so many times."""
    mk = markets[one.market]
    mk["grade_b_value"] *= (1.0 - one.size) ** times
    mk["processing_cost"] += one.cost * times


HANDLERS: dict[str, Callable[[Context, Events, Strike], None]] = {
    "frost": _frost,
    "border_closure": _bar,
    "export_ban": _bar,
    "road_closure": _close_roads,
    "buyer_exit": _close_buyer,
}
WRITES = (
    "market_barred", "crop_left", "firm.active", "firm.cash", "firm.stock_a", "firm.stock_b", "firm.late_months", "city_extra",
    "firm_flows", "route.is_open", "route.price_a", "route.price_b", "route.believed_a", "route.believed_b", "route.seasons",
    "route.written",
    "enterprise.firm", "enterprise.due_a", "enterprise.due_b", "enterprise.price_a", "enterprise.price_b", "enterprise.premium_a",
    "enterprise.premium_b",
)  # fmt: skip
"""What events may change beside what the environment changes anyway."""
