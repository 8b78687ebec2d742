"""Phase 9, learn: expectations every month; trust, records, investment, entry and exit at the end of a season."""

from __future__ import annotations

from typing import Any

import numpy as np

from linkage_sim.books import FIRM_CLOSED, FIRM_INVEST, FIRM_SALES, FIRM_TO_CITY, OWNER_DRAW, OWNER_IN
from linkage_sim.compiled import compiled
from linkage_sim.context import Context
from linkage_sim.draws import STREAM, uniform
from linkage_sim.month.rows import ENDING, chains_of_month, is_month
from linkage_sim.month.season import bazaar_news, season_end, season_met
from linkage_sim.month.supports import contracts_season, plants_wear, supports_month
from linkage_sim.rules.harvest import harvest_year

ENTRY = STREAM["firm.entry"]


@compiled
def learn_prices(calendar: int, behaviour: Any, usual_price: Any, bazaar_price: Any) -> None:
    """What is usual in a calendar month moves towards this year's price (model 4, Expect)."""
    rate = behaviour[0].price_learning
    for b in range(bazaar_price.shape[0]):
        for c in range(bazaar_price.shape[1]):
            usual_price[b, c, calendar] = (1.0 - rate) * usual_price[b, c, calendar] + rate * bazaar_price[b, c]


@compiled
def monthly(first: int, last: int, first_enterprise: Any, has_kits: Any, enterprise: Any) -> None:
    """What wears every month: kits and equipment."""
    for v in range(first, last):
        if has_kits[v] == 1:
            for e in range(first_enterprise[v], first_enterprise[v + 1]):
                enterprise[e].kit_months = max(0.0, enterprise[e].kit_months - 1.0)
    for e in range(first_enterprise[first], first_enterprise[last]):
        en = enterprise[e]
        en.equipment_improved = max(0.0, en.equipment_improved - 1.0)
        en.equipment_quality = max(0.0, en.equipment_quality - 1.0)


@compiled
def season_prices(first: int, last: int, month: int, chains: Any, season: Any, village: Any, price_memory: Any, bazaar_price: Any) -> None:
    """Remember the year's season price net at the village, month by month of harvest."""
    calendar = month % 12
    for v in range(first, last):
        for c in range(chains.shape[0]):
            if season[c, calendar] > 0.0:
                slot = harvest_year(month, chains[c].harvest_start) % price_memory.shape[2]
                if calendar == int(chains[c].harvest_start):
                    price_memory[v, c, slot] = 0.0
                net = max(0.0, bazaar_price[village[v].bazaar, c] - village[v].haul)
                price_memory[v, c, slot] += season[c, calendar] * net


@compiled
def renew_orders(
    f: int, m: int, profit: float, fm: Any, fi: Any, depth: float, orders: Any, orders_left: Any, market_taken: Any, firm_flows: Any
) -> None:
    """Standing orders wear; a firm that fills them wins them back, and when full wins more, if it earns and can pay."""
    used = 1.0 - orders_left[f, m] / orders[f, m]
    lost = fm.order_loss * orders[f, m]
    wanted = lost if used > 0.5 else 0.0
    if used > 0.85:
        wanted += fm.growth * orders[f, m]
    room = max(0.0, depth - market_taken[m] + lost)
    more = min(wanted, room)
    cost = more * fm.order_cost
    if profit <= 0.0 or cost >= 0.5 * fi.cash:
        more = cost = 0.0
    orders[f, m] += more - lost
    market_taken[m] += more - lost
    fi.capacity += max(0.0, more - lost) * fm.growth_capacity
    fi.cash -= cost
    firm_flows[f, FIRM_INVEST] += cost


@compiled
def close_firm(
    f: int, c: int, fi: Any, first_enterprise: Any, enterprise: Any, route: Any, place_city: Any, city_price: Any, city_extra: Any,
    firm_flows: Any,
) -> None:  # fmt: skip
    """A firm leaves business: what is in store goes to the city, its routes and contracts end."""
    fi.active = 0
    left = fi.stock_a + fi.stock_b
    w = place_city[fi.place]
    firm_flows[f, FIRM_TO_CITY] += left
    firm_flows[f, FIRM_SALES] += left * city_price[w, c]
    city_extra[w, c] += left
    fi.cash += left * city_price[w, c]
    fi.stock_a = fi.stock_b = fi.late_months = 0.0
    firm_flows[f, FIRM_CLOSED] += fi.cash
    fi.cash = 0.0
    for v in range(route.shape[1]):
        ro = route[f, v]
        ro.is_open = 0
        ro.price_a = ro.price_b = ro.believed_a = ro.believed_b = ro.seasons = ro.written = 0.0
        if ro.members > 0.0:  # counted when contracts were made: elsewhere nobody is linked to it
            for e in range(first_enterprise[v], first_enterprise[v + 1]):
                en = enterprise[e]
                if en.firm == f:
                    en.firm = -1
                    en.due_a = en.due_b = en.price_a = en.price_b = en.premium_a = en.premium_b = 0.0


@compiled
def firms_learn(
    month: int, key: Any, chains: Any, firms: Any, markets: Any, market_chain: Any, first_enterprise: Any, enterprise: Any, firm: Any,
    route: Any, orders: Any, orders_left: Any, market_taken: Any, market_first: Any, place_city: Any, city_price: Any,
    city_extra: Any, firm_flows: Any, effects: Any,
) -> None:  # fmt: skip
    """Margins, growth, exit and entry of firms at the end of their season."""
    calendar = month % 12
    for c in range(chains.shape[0]):
        if calendar != int(chains[c].season_end):
            continue
        fm = firms[c]
        margin = 0.0
        turnover = 0.0
        for m in range(markets.shape[0]):
            market_taken[m] = 0.0
            if market_chain[m] == c:
                for f in range(firm.shape[0]):
                    if firm[f].active == 1:
                        market_taken[m] += orders[f, m]
        for f in range(firm.shape[0]):
            fi = firm[f]
            if fi.chain != c or fi.active == 0:
                continue
            contracts_season(f, effects[0], fi, route, firm_flows)
            fi.expected_margin = 0.5 * fi.expected_margin + 0.5 * (fi.season_margin - fi.season_large)
            fi.season_count += 1.0
            profit = fi.season_margin - fm.fixed_cost
            if fi.imitator == 0:
                margin += max(0.0, profit)
                turnover += fi.season_kg
            if profit > 0.0 and fi.cash > 0.0:
                draw = min(fm.owner_draw * profit, fi.cash)
                fi.cash -= draw
                firm_flows[f, OWNER_DRAW] += draw
            for m in range(markets.shape[0]):
                if market_chain[m] == c and orders[f, m] > 0.0:
                    renew_orders(f, m, profit, fm, fi, markets[m].depth * market_first[m], orders, orders_left, market_taken, firm_flows)
            if fi.cash < -fi.credit:
                close_firm(f, c, fi, first_enterprise, enterprise, route, place_city, city_price, city_extra, firm_flows)
            fi.season_margin = fi.season_kg = fi.season_large = fi.season_breaks = 0.0
        observed = margin / max(turnover, 1000.0)
        for f in range(firm.shape[0]):
            fi = firm[f]
            if fi.chain == c:
                fi.prepared *= 1.0 - effects[0].business_skills_plans_decay
            waits = fi.chain == c and fi.imitator == 1 and fi.active == 0 and fi.cash == 0.0
            if waits and uniform(key, ENTRY, month, f) < fm.entry * observed * (1.0 + effects[0].business_skills_entry * fi.prepared):
                fi.active = 1
                fi.cash = fi.first_capital
                firm_flows[f, OWNER_IN] += fi.cash


@compiled
def providers_learn(
    calendar: int, chains: Any, inputs: Any, input_stock: Any, input_sales: Any, input_normal: Any, village: Any, bazaar_outlet: Any
) -> None:
    """Shops restock from last season's sales and open or close village outlets."""
    last = 0
    for c in range(chains.shape[0]):
        last = max(last, int(chains[c].practice_month))
    if (last + 1) % 12 != calendar:  # once a year, after the last planting
        return
    for b in range(input_stock.shape[0]):
        input_stock[b] = bazaar_outlet[b] * max(inputs[0].restock * input_sales[b], 0.25 * inputs[0].stock * input_normal[b])
        input_sales[b] = 0.0
    for v in range(village.shape[0]):
        vi = village[v]
        earns = vi.input_sales * inputs[0].margin
        cost = inputs[0].outlet_cost * (1.0 - vi.outlet_support)
        if earns > cost:
            vi.outlet = 1
        elif earns < 0.7 * cost:
            vi.outlet = vi.provider = 0
        vi.reach_hours = 0.0 if vi.outlet == 1 else vi.hours + 100.0 * (1.0 - bazaar_outlet[vi.bazaar])
        vi.input_sales = 0.0


@compiled
def month_everywhere(calendar: int, w: Any) -> None:
    """Usual prices, capacity of processors, input shops."""
    learn_prices(calendar, w.behaviour, w.usual_price, w.bazaar_price)
    plants_wear(w.plants, w.plant_capacity, w.effects)
    providers_learn(calendar, w.chains, w.inputs, w.input_stock, w.input_sales, w.input_normal, w.village, w.bazaar_outlet)


@compiled
def month_in_villages(first: int, last: int, month: int, w: Any) -> None:
    """What wears, what is supported, what is remembered of prices in some villages."""
    monthly(first, last, w.first_enterprise, w.has_kits, w.enterprise)
    supports_month(
        first, last, w.key, w.firms, w.effects, w.first_household, w.of_household, w.by_household, w.has_skill, w.household, w.enterprise,
        w.village,
    )  # fmt: skip
    season_prices(first, last, month, w.chains, w.season, w.village, w.price_memory, w.bazaar_price)


@compiled
def met_in_villages(first: int, last: int, ends: Any, w: Any, met: Any, seen: Any) -> None:
    """What suppliers of some villages met this season."""
    season_met(first, last, ends, w.ties, w.of_chain, w.enterprise, w.village, w.route, w.effects, met, seen)


@compiled
def season_in_villages(first: int, last: int, month: int, ends: Any, w: Any, met: Any, news: Any, seen: Any) -> None:
    """What is left of it in some villages."""
    season_end(
        first, last, month, ends, w.chains, w.behaviour, w.ties, w.firms, w.of_chain, w.enterprise, w.firm, w.route,
        w.tie_kept, w.tie_broken, w.no_ties, w.memory, w.side_share, w.substitution_fade[0], w.village, w.effects, met, news, seen,
    )  # fmt: skip


@compiled
def season_of_firms(month: int, w: Any) -> None:
    """What firms learn, invest, begin and end."""
    firms_learn(
        month, w.key, w.chains, w.firms, w.markets, w.market_chain, w.first_enterprise, w.enterprise, w.firm, w.route, w.orders,
        w.orders_left, w.market_taken, w.market_first, w.place_city, w.city_price, w.city_extra, w.firm_flows, w.effects,
    )  # fmt: skip


@compiled
def alone(month: int, w: Any) -> None:
    """All of it in one thread."""
    calendar, villages, firms = month % 12, w.village.shape[0], w.firm.shape[0]
    month_in_villages(0, villages, month, w)
    month_everywhere(calendar, w)
    if is_month(ENDING, calendar, w.month_of):
        ends = chains_of_month(ENDING, calendar, w.month_of)
        met, seen = np.zeros((villages, firms, 3)), np.zeros((villages, ends.shape[0], 5))
        news = np.zeros((w.input_stock.shape[0], firms, 3))
        met_in_villages(0, villages, ends, w, met, seen)
        bazaar_news(w.village, met, news)
        season_in_villages(0, villages, month, ends, w, met, news, seen)
        w.changed[:] = month
        season_of_firms(month, w)


def run(context: Context) -> None:
    """Phase 9 of one month."""
    s, w, month = context.state, context.whole, context.month
    if context.threads == 1:
        alone(month, w)
        return
    context.over_villages(month_in_villages, month, w)
    month_everywhere(context.calendar, w)
    if context.is_month("season_end"):
        ends = context.chosen("season_end")
        met = np.zeros((context.villages, len(s.firm), 3))
        news = np.zeros((len(s.input_stock), len(s.firm), 3))
        seen = np.zeros((context.villages, len(context.parameters.chains), 5))
        context.over_villages(met_in_villages, ends, w, met, seen)
        bazaar_news(s.village, met, news)
        context.over_villages(season_in_villages, month, ends, w, met, news, seen)
        context.look_again()
        season_of_firms(month, w)


READS = ("bazaar_price", "enterprise.year_harvest", "enterprise.season_kept", "route.season_due", "firm.season_margin", "orders_left")
WRITES = (
    "usual_price", "price_memory", "village.association", "enterprise.kit_months", "enterprise.equipment_improved",
    "enterprise.equipment_quality", "tie_kept", "tie_broken", "memory", "side_share", "enterprise.knowledge_improved",
    "enterprise.knowledge_quality", "enterprise.season_kept", "enterprise.season_broken", "enterprise.season_side",
    "enterprise.season_late", "enterprise.season_delivered", "enterprise.firm", "enterprise.due_a", "enterprise.due_b",
    "enterprise.price_a", "enterprise.price_b", "enterprise.premium_a", "enterprise.premium_b",
    "route.believed_a", "route.believed_b", "route.side_record", "route.lot", "route.seasons", "route.dependence", "route.season_due",
    "route.season_side", "route.season_kept", "route.season_broken", "route.is_open", "route.price_a", "route.price_b", "firm.active",
    "firm.cash", "firm.stock_a", "firm.stock_b", "firm.late_months", "city_extra", "firm.capacity", "firm.expected_margin",
    "firm.season_margin", "firm.season_kg", "firm.season_large",
    "firm.season_breaks", "firm.season_count", "orders", "market_taken", "input_stock",
    "input_sales", "village.outlet", "village.input_sales", "village.reach_hours", "firm_flows", "village.organisation", "village.group",
    "village.mobile", "village.provider", "household.business", "household.mobile", "enterprise.delay_value", "route.written",
    "route.grading", "firm.prepared", "firm.processor", "firm.plant_orders", "firm.plant_advance", "firm.credit", "firm.plant_kg",
    "plant_capacity",
)  # fmt: skip
