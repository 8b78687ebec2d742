"""Large suppliers outside the villages: how much of an order a firm fills from them, and what it buys from them at harvest."""

from __future__ import annotations

from typing import Any

from linkage_sim.books import FROM_LARGE, LARGE_PAID
from linkage_sim.compiled import compiled
from linkage_sim.rules.firm import large_supplier_price, large_supplier_share
from linkage_sim.rules.harvest import expected_price


@compiled
def city_ahead(c: int, w: int, calendar: int, ch: Any, season: Any, city_season: Any, city_price: Any, memory: float) -> float:
    """Wholesale price expected over the coming harvest, USD/kg: months weighted by what ripens in them."""
    total = 0.0
    for ahead in range(12):
        m = (calendar + ahead) % 12
        if season[c, m] > 0.0:
            usual = ch.city_price * city_season[c, calendar]
            total += season[c, m] * expected_price(ch.city_price * city_season[c, m], city_price[w, c], usual, memory**ahead)
    return total


@compiled
def cheaper_kg(
    ordered: float, filled: float, left: float, money: float, worth: float, other: float, city: float, haul: float, reach: float, fm: Any
) -> float:
    """More kg of an order that a firm fills from large suppliers, since they leave it more per kg than ``other`` (USD).

    Parameters
    ----------
    ordered, filled, left : kg of the order, from large suppliers so far, still open
    money : USD to finance them with
    worth : of a kg at the firm, USD; city : wholesale price expected at harvest; haul : from there, USD/kg
    """
    part = large_supplier_share(worth - other - haul, city, fm.large_premium, reach)
    price = city * (1.0 + fm.large_premium) + haul
    return max(0.0, min(min(part * ordered - filled, left), money / max(price * fm.turnover, 1e-9)))


@compiled
def paid_for(ordered: float, filled: float, city: float, haul: float, reach: float, fm: Any) -> float:
    """Mean price of what is bought from large suppliers for an order, USD/kg: each is paid what it asks."""
    return large_supplier_price(city, fm.large_premium, 0.5 * filled / ordered, reach) + haul


@compiled
def still_wanted(
    f: int, c: int, w: int, fi: Any, passes: float, city: float, markets: Any, market_chain: Any, market_price: Any, market_haul: Any,
    market_barred: Any, orders_left: Any,
) -> float:  # fmt: skip
    """Kg of standing orders that a firm would still fill: they bring more than the city, and are not barred (no use in waiting)."""
    wanted = 0.0
    for m in range(markets.shape[0]):
        mk = markets[m]
        net = mk.conversion * market_price[m] * passes - mk.processing_cost - mk.marketing_cost - market_haul[m, fi.place]
        if market_chain[m] == c and net > city and market_barred[w, m] == 0:
            wanted += orders_left[f, m]
    return wanted


@compiled
def buy_large(
    f: int, c: int, w: int, ripe: float, lacking: float, fm: Any, fi: Any, markets: Any, market_chain: Any, market_price: Any,
    market_barred: Any, order_gap: Any, market_haul: Any, city_price: Any, city_haul: Any, orders: Any, orders_left: Any, large_plan: Any,
    firm_flows: Any,
) -> float:  # fmt: skip
    """Buy this month's part of what was planned from large suppliers, as far as it pays at today's prices; returns kg.

    Parameters
    ----------
    ripe : part of the year's harvest that is brought in this month
    lacking : kg of its orders for which the firm has nothing in store
    """
    bought = 0.0
    haul = city_haul[fi.place]
    city = city_price[w, c]
    for m in range(markets.shape[0]):
        if market_chain[m] != c or large_plan[f, m] <= 0.0 or orders[f, m] <= 0.0 or market_barred[w, m] == 1 or order_gap[f, m] == 1:
            continue
        mk = markets[m]
        worth = mk.conversion * market_price[m] - mk.processing_cost - mk.marketing_cost - market_haul[m, fi.place]
        pays = large_supplier_share(worth - haul, city, fm.large_premium, fi.reach) * orders[f, m]
        filled = min(large_plan[f, m], pays)
        if filled <= 0.0:
            continue
        price = paid_for(orders[f, m], filled, city, haul, fi.reach, fm)
        lot = min(min(filled * ripe, orders_left[f, m]), lacking - bought)
        lot = min(lot, max(0.0, fi.cash + fi.credit) / price)
        if lot <= 0.0:
            continue
        bought += lot
        fi.cash -= lot * price
        fi.season_margin -= lot * price
        fi.season_large += lot * (worth - price)
        firm_flows[f, LARGE_PAID] += lot * price
    fi.stock_a += bought
    fi.season_kg += bought
    firm_flows[f, FROM_LARGE] += bought
    return bought
