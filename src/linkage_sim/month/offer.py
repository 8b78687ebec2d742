"""Phase 3, firms plan and offer: netback, where to open routes, at what price, with which services."""

from __future__ import annotations

from typing import Any

import numpy as np

from linkage_sim.books import COLLECTING
from linkage_sim.compiled import compiled
from linkage_sim.month.context import Context
from linkage_sim.rules.firm import farmer_share, netback, outside_value, route_hurdle, route_profit
from linkage_sim.rules.harvest import expected_price


@compiled
def season_price(usual_price: Any, season: Any, v: int, c: int, calendar: int, today: float, memory: float) -> float:
    """Bazaar price expected over the coming harvest, USD/kg: months weighted by what ripens in them."""
    total = 0.0
    for ahead in range(12):
        m = (calendar + ahead) % 12
        if season[c, m] > 0.0:
            total += season[c, m] * expected_price(usual_price[v, c, m], today, usual_price[v, c, calendar], memory**ahead)
    return total


@compiled
def netback_at(
    firm: int, v: int, m: int, grade_value: float, fm: Any, firm_place: int, markets: Any, market_price: Any, firm_haul: Any,
    market_haul: Any, lot: float,
) -> float:  # fmt: skip
    """Netback of end market ``m`` at village ``v`` for a grade that fetches ``grade_value`` of the full price, USD/kg."""
    mk = markets[m]
    haul = firm_haul[firm_place, v] + market_haul[m, firm_place]
    return netback(
        mk.conversion, market_price[m] * grade_value, mk.processing_cost, mk.marketing_cost, haul, fm.trip_cost, lot, fm.smallest_lot
    )


@compiled
def smallest_supplier(first: int, last: int, c: int, enterprise: Any, wanted: float, least: float, belief: float, share: float) -> float:
    """Volume below which a firm does not offer, so that those above bring about ``wanted`` kg (bisection)."""
    low = least
    high = 1e6
    for _ in range(40):
        middle = 0.5 * (low + high)
        total = 0.0
        for e in range(first, last):
            kg = enterprise[e].expected_kg * share
            if enterprise[e].chain == c and kg >= middle:
                total += kg * belief
        if total > wanted:
            low = middle
        else:
            high = middle
    return high if high < 1e5 else least


@compiled
def offer(
    month: int, working: int, chains: Any, behaviour: Any, firms: Any, season: Any, markets: Any, market_chain: Any,
    firm_haul: Any, market_haul: Any, first_enterprise: Any, enterprise: Any, village: Any, firm: Any, route: Any,
    usual_price: Any, bazaar_price: Any, market_price: Any, rival_price: Any, orders: Any, orders_left: Any,
    firm_flows: Any,
) -> None:  # fmt: skip
    """All offers of the contracting month; ``working`` is 1 while the programme runs."""
    calendar = month % 12
    fm = firms[0]
    memory = behaviour[0].news_memory
    n_villages = village.shape[0]
    n_markets = markets.shape[0]
    outside = np.zeros((n_villages, 2))
    volume = np.zeros((n_villages, 3))
    belief = np.zeros(n_villages)
    profit = np.zeros(n_villages)
    goal = np.zeros((n_villages, 2))
    for c in range(chains.shape[0]):
        ch = chains[c]
        if calendar != int(ch.contract_month):
            continue
        for v in range(n_villages):
            today = bazaar_price[village[v].bazaar, c]
            price = season_price(usual_price, season, v, c, calendar, today, memory)
            outside[v, 0] = outside_value(price, ch.bazaar_grade_premium, village[v].haul, rival_price[v, c])
            outside[v, 1] = outside_value(price, 0.0, village[v].haul, 0.0)
            volume[v, :] = 0.0
            for e in range(first_enterprise[v], first_enterprise[v + 1]):
                if enterprise[e].chain == c:
                    volume[v, 0] += enterprise[e].expected_kg * ch.harvest_grade_a
                    volume[v, 1] += enterprise[e].expected_kg * (1.0 - ch.harvest_grade_a)
                    volume[v, 2] += 1.0
        for f in range(firm.shape[0]):
            fi = firm[f]
            if fi.chain != c:
                continue
            for m in range(n_markets):
                orders_left[f, m] = orders[f, m]
            if fi.active == 0 or fi.imitator == 1:
                for v in range(n_villages):
                    route[f, v].is_open = 0 if fi.imitator == 0 else route[f, v].is_open
                    route[f, v].price_a = 0.0
                    route[f, v].price_b = 0.0
                continue
            was_open = route[f].is_open.copy()
            for v in range(n_villages):
                ro = route[f, v]
                ro.is_open = 0
                ro.price_a = 0.0
                ro.price_b = 0.0
                ro.extension = 0
                ro.loan = 0
                ro.tier_a = -1
                ro.tier_b = -1
                belief[v] = 1.0
                goal[v, 0] = ro.believed_a
                goal[v, 1] = ro.believed_b
                if ro.seasons == 0.0:
                    belief[v] = fm.cautious_belief + (1.0 - fm.cautious_belief) * 0.5 * ro.introduced
                    goal[v, 0] = volume[v, 0] * belief[v]
                    goal[v, 1] = volume[v, 1] * belief[v]
            money = max(0.0, fi.cash + fi.credit)
            planned = 0.0
            planned_kg = 0.0
            done = np.zeros(n_markets, dtype=np.uint8)
            for _ in range(n_markets):
                best = -1
                best_value = -1e18
                for m in range(n_markets):
                    value = markets[m].conversion * market_price[m] - markets[m].processing_cost - markets[m].marketing_cost
                    if market_chain[m] == c and done[m] == 0 and value > best_value:
                        best, best_value = m, value
                if best < 0:
                    break
                done[best] = 1
                left = orders[f, best]
                for v in range(n_villages):
                    profit[v] = -1.0
                    ro = route[f, v]
                    if ro.is_open == 1 or goal[v, 0] <= 0.0:
                        continue
                    theta = farmer_share(fm.farmer_share, fm.association_share, village[v].association)
                    total = 0.0
                    for g in range(2):
                        value = 1.0 if g == 0 else markets[best].grade_b_value
                        n = netback_at(f, v, best, value, fm, fi.place, markets, market_price, firm_haul, market_haul, ro.lot)
                        surplus = n - outside[v, g] if value > 0.0 else -1.0
                        premium = theta * surplus if surplus > 0.0 else 0.0
                        price = outside[v, g] + premium if surplus > 0.0 else 0.0
                        if g == 0:
                            ro.netback_a, ro.premium_a, ro.price_a = n, premium, price
                        else:
                            ro.netback_b, ro.premium_b, ro.price_b = n, premium, price
                        if surplus > 0.0:
                            total += route_profit(theta, surplus, min(goal[v, g], left), ro.side_record, 0.0, 0.0)
                    suppliers = volume[v, 2] * min(1.0, goal[v, 0] / max(volume[v, 0], 1e-9))
                    total -= suppliers * fm.member_cost * (1.0 - village[v].association)
                    dependence = ro.dependence
                    running = fi.running * (1.0 - dependence if working == 1 else 1.0 + dependence)
                    hurdle = route_hurdle(
                        was_open[v] == 1, running, fm.route_setup, fm.route_rate, fm.route_life / 12.0, ro.setup_promise
                    )
                    if total > hurdle:
                        profit[v] = total - hurdle
                for _v in range(n_villages):
                    v = int(np.argmax(profit))
                    if profit[v] <= 0.0 or left <= 0.0:
                        break
                    gain = profit[v]
                    profit[v] = -1.0
                    ro = route[f, v]
                    kg_a = min(goal[v, 0], left) if ro.price_a > 0.0 else 0.0
                    kg_b = min(goal[v, 1], left - kg_a) if ro.price_b > 0.0 else 0.0
                    need = (ro.price_a * kg_a + ro.price_b * kg_b) * fm.turnover
                    first_cost = 0.0 if was_open[v] == 1 else fm.route_setup
                    if kg_a <= 0.0 or need + first_cost > money:
                        continue
                    ro.is_open = 1
                    ro.tier_a = best
                    ro.tier_b = best if kg_b > 0.0 else -1
                    if kg_b <= 0.0:
                        ro.price_b = 0.0
                    left -= kg_a + kg_b
                    money -= need + first_cost
                    planned += gain
                    planned_kg += kg_a + kg_b
                    theta = farmer_share(fm.farmer_share, fm.association_share, village[v].association)
                    per_kg = (1.0 - theta) * max(ro.netback_a - outside[v, 0], 1e-9) * (1.0 - ro.side_record)
                    least = fm.member_cost * (1.0 - village[v].association) / per_kg
                    share = kg_a / max(goal[v, 0], 1e-9)
                    ro.smallest = least
                    if share < 0.999:
                        ro.smallest = smallest_supplier(
                            first_enterprise[v], first_enterprise[v + 1], c, enterprise, kg_a, least,
                            goal[v, 0] / max(volume[v, 0], 1e-9), ch.harvest_grade_a,
                        )  # fmt: skip
                    per_member = (volume[v, 0] + volume[v, 1]) / max(volume[v, 2], 1.0) * ch.practices_quality_gain
                    worth = (1.0 - ro.side_record) * (ro.netback_a - ro.price_a) * per_member
                    ro.extension = worth > fm.extension_cost
                    lent = fm.loan_share * ch.practices_quality_cost * ch.assets_median
                    risk = lent * (ro.side_record * (1.0 - behaviour[0].debt_recovered) - (1.0 - ro.side_record) * fm.loan_interest)
                    ro.loan = worth > risk
                    if was_open[v] == 0:
                        ro.seasons = 0.0
                        fi.cash -= fm.route_setup
                        firm_flows[f, COLLECTING] += fm.route_setup
            for v in range(n_villages):
                ro = route[f, v]
                if ro.is_open == 0:
                    ro.price_a = 0.0
                    ro.price_b = 0.0
            fi.expected_margin = planned if fi.expected_margin == 0.0 else 0.5 * (fi.expected_margin + planned)
            fi.planned_margin = planned / planned_kg if planned_kg > 0.0 else 0.0


def run(context: Context) -> None:
    """Phase 3 of one month; does nothing outside contracting months."""
    p = context.parameters
    if not (p.chains["contract_month"] == context.calendar).any():
        return
    s = context.state
    working = 1 if context.programme is not None and context.programme.is_working(context.month) else 0
    offer(
        context.month, working, p.chains, p.behaviour, p.firms, p.season, p.markets, p.market_chain, p.firm_haul, p.market_haul,
        context.first_enterprise, s.enterprise, s.village, s.firm, s.route, s.usual_price, s.bazaar_price, s.market_price,
        s.rival_price, s.orders, s.orders_left, s.firm_flows,
    )  # fmt: skip


READS = ("enterprise.expected_kg", "village.association", "usual_price", "bazaar_price", "market_price", "orders", "route.side_record")
WRITES = (
    "route.is_open", "route.price_a", "route.price_b", "route.premium_a", "route.premium_b", "route.netback_a",
    "route.netback_b", "route.tier_a", "route.tier_b", "route.smallest", "route.extension", "route.loan", "route.seasons",
    "firm.cash", "firm.expected_margin", "firm.planned_margin", "orders_left", "firm_flows",
)  # fmt: skip
