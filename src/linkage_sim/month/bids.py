"""Rivals: firms without services that bid at harvest in the villages on their routes (model 4, Rivals)."""

from __future__ import annotations

from typing import Any

from linkage_sim.compiled import compiled
from linkage_sim.rules.firm import netback


@compiled
def rivals_bid(
    month: int, chains: Any, firms: Any, markets: Any, market_chain: Any, market_price: Any, place_city: Any, firm_haul: Any,
    market_haul: Any, city_haul: Any, village: Any, firm: Any, route: Any, orders_left: Any, season: Any, city_price: Any,
    bazaar_quote: Any, rival_price: Any, rival_second: Any, rival_top: Any, rival_firm: Any, rival_ratio: Any, rival_cap: Any,
    first_enterprise: Any,
) -> None:  # fmt: skip
    """At harvest rivals bid where they can work: the highest netback wins and pays the second bid or the outside value."""
    calendar = month % 12
    for c in range(chains.shape[0]):
        ch = chains[c]
        fm = firms[c]
        for v in range(village.shape[0]):
            rival_firm[v, c] = -1
            rival_cap[v, c] = 0.0
            rival_ratio[v, c] = 0.0
            if season[c, calendar] > 0.0:
                rival_price[v, c] = 0.0
            if season[c, calendar] <= 0.0 or village[v].closed == 1:
                continue
            best = bazaar_quote[village[v].bazaar, c] * (1.0 + ch.bazaar_grade_premium) - village[v].haul
            second = 0.0
            winner = -1
            for f in range(firm.shape[0]):
                fi = firm[f]
                if fi.chain != c or fi.active == 0 or fi.imitator == 0 or route[f, v].is_open == 0 or fi.cash + fi.credit <= 0.0:
                    continue
                top = -1.0
                for m in range(markets.shape[0]):
                    if market_chain[m] == c and orders_left[f, m] > 1.0:
                        mk = markets[m]
                        haul = firm_haul[fi.place, v] + market_haul[m, fi.place]
                        n = netback(
                            mk.conversion, market_price[m] * fm.spot_pass, mk.processing_cost, mk.marketing_cost, haul, route[f, v].trip,
                            fm.smallest_lot, fm.smallest_lot,
                        )  # fmt: skip
                        top = max(top, n)
                if top > best:
                    second = best if winner >= 0 else second
                    best = top
                    winner = f
                elif top > second:
                    second = top
            if winner >= 0:
                rival_second[v, c] = second
                rival_top[v, c] = best
                rival_firm[v, c] = winner
                rival_ratio[v, c] = 1.0
        for f in range(firm.shape[0]):
            if firm[f].chain != c or firm[f].imitator == 0:
                continue
            total = 0.0
            for v in range(village.shape[0]):
                if rival_firm[v, c] == f:
                    total += first_enterprise[v + 1] - first_enterprise[v]
            left = 0.0
            place = firm[f].place
            for m in range(markets.shape[0]):
                mk = markets[m]
                net = mk.conversion * market_price[m] * fm.spot_pass - mk.processing_cost - mk.marketing_cost - market_haul[m, place]
                if market_chain[m] == c and net > city_price[place_city[place], c] - city_haul[place]:
                    left += orders_left[f, m]
            left = max(0.0, left - firm[f].stock_a - firm[f].stock_b)
            money = max(0.0, firm[f].cash + firm[f].credit)
            for v in range(village.shape[0]):
                if rival_firm[v, c] == f:
                    part = (first_enterprise[v + 1] - first_enterprise[v]) / total
                    rival_cap[v, c] = min(left, money / rival_top[v, c]) * part


@compiled
def learn_of_rivals(
    first: int, last: int, calendar: int, chains: Any, season: Any, village: Any, bazaar_quote: Any, rival_price: Any, rival_ratio: Any,
    rival_want: Any, rival_gain: Any,
) -> None:  # fmt: skip
    """What rivals add to a kg sold freely: a running mean over harvest months, each with the weight of what ripens in it."""
    for v in range(first, last):
        for c in range(chains.shape[0]):
            ripe = season[c, calendar]
            if ripe <= 0.0:
                continue
            added = 0.0
            if rival_want[v, c] > 0.0:
                net = bazaar_quote[village[v].bazaar, c] * (1.0 + chains[c].bazaar_grade_premium) - village[v].haul
                added = rival_ratio[v, c] * max(0.0, rival_price[v, c] - net)
            rival_gain[v, c] += ripe * (added - rival_gain[v, c])
