"""Phase 6, trade: quote, decide, clear, until quotes and prices agree (model 4, Quote and clear).

Deciding needs a price that clears only after deciding. So passes of {decide at the quote; clear; move the quote
towards the cleared price} run with the same draws; in the last pass each firm has decided whether to keep its word,
stocks move, and the clearing price is paid in phase 7. What one enterprise decides is in `linkage_sim.month.trade`.
"""

from __future__ import annotations

from typing import Any

from linkage_sim.books import CONSUMED, FROM_CITY, TO_CITY
from linkage_sim.compiled import compiled
from linkage_sim.context import Context
from linkage_sim.month.bids import learn_of_rivals, rivals_bid
from linkage_sim.month.clear import clear
from linkage_sim.month.quotes import SETTLED, go_back, mark_still, next_quote
from linkage_sim.month.trade import decide, prices_ahead
from linkage_sim.month.word import firms_decide
from linkage_sim.rules.firm import netback
from linkage_sim.rules.harvest import expected_price


@compiled
def netbacks_today(
    firms: Any, markets: Any, market_price: Any, firm_haul: Any, market_haul: Any, city_haul: Any, firm: Any, route: Any, order_gap: Any,
    place_city: Any, city_price: Any,
) -> None:  # fmt: skip
    """Netback today, by grade, of the end markets that open routes were opened for, USD/kg; 0 where there is none.

    Where the end market places no order this month a kg is worth what the city paid last.
    """
    for f in range(route.shape[0]):
        fm = firms[firm[f].chain]
        place = firm[f].place
        for v in range(route.shape[1]):
            ro = route[f, v]
            ro.worth_a = ro.worth_b = 0.0
            for grade in range(2):
                tier = ro.tier_a if grade == 0 else ro.tier_b
                if tier < 0:
                    continue
                mk = markets[tier]
                haul = firm_haul[place, v] + market_haul[tier, place]
                worth = netback(
                    mk.conversion, market_price[tier], mk.processing_cost, mk.marketing_cost, haul, ro.trip, ro.lot, fm.smallest_lot
                )
                if order_gap[f, tier] == 1:
                    city = city_price[place_city[place], firm[f].chain] - city_haul[place]
                    worth = netback(1.0, city, 0.0, 0.0, firm_haul[place, v], ro.trip, ro.lot, fm.smallest_lot)
                if grade == 0:
                    ro.worth_a = worth
                else:
                    ro.worth_b = worth


@compiled
def sum_supply(chains: Any, village: Any, village_supply: Any, supply: Any) -> None:
    """Kg brought to each bazaar, summed over villages in their order."""
    supply[:] = 0.0
    for v in range(village.shape[0]):
        for c in range(chains.shape[0]):
            supply[village[v].bazaar, c] += village_supply[v, c]


@compiled
def first_quote(calendar: int, behaviour: Any, usual_price: Any, bazaar_price: Any, bazaar_quote: Any, firm: Any) -> None:
    """Start from the price expected after last month's; nobody has broken a word yet."""
    last = (calendar - 1) % 12
    for b in range(bazaar_quote.shape[0]):
        for c in range(bazaar_quote.shape[1]):
            bazaar_quote[b, c] = expected_price(
                usual_price[b, c, calendar], bazaar_price[b, c], usual_price[b, c, last], behaviour[0].news_memory
            )
    for f in range(firm.shape[0]):
        firm[f].breaks = 0


@compiled
def post_clearing(bazaar_quote: Any, bazaar_price: Any, bazaar_demand: Any, bazaar_outflow: Any, flows: Any) -> float:
    """Post what bazaars sold, sent and got; returns the largest gap between the price and the quote decided on, share."""
    worst = 0.0
    for b in range(bazaar_quote.shape[0]):
        for c in range(bazaar_quote.shape[1]):
            worst = max(worst, abs(bazaar_price[b, c] / bazaar_quote[b, c] - 1.0))
            flows[CONSUMED] += bazaar_demand[b, c]
            flows[TO_CITY] += max(0.0, bazaar_outflow[b, c])
            flows[FROM_CITY] += max(0.0, -bazaar_outflow[b, c])
    return worst


@compiled
def open_trade(
    month: int, chains: Any, behaviour: Any, firms: Any, markets: Any, market_chain: Any, market_price: Any, place_city: Any,
    firm_haul: Any, market_haul: Any, city_haul: Any, village: Any, firm: Any, route: Any, orders_left: Any, order_gap: Any, season: Any,
    usual_price: Any, bazaar_price: Any, city_price: Any, bazaar_quote: Any, rival_price: Any, rival_second: Any, rival_top: Any,
    rival_firm: Any, rival_ratio: Any, rival_cap: Any, first_enterprise: Any,
) -> None:  # fmt: skip
    """What stands before anybody decides: the first quote, rivals' bids, netbacks of the day."""
    first_quote(month % 12, behaviour, usual_price, bazaar_price, bazaar_quote, firm)
    rivals_bid(
        month, chains, firms, markets, market_chain, market_price, place_city, firm_haul, market_haul, city_haul, village, firm, route,
        orders_left, season, city_price, bazaar_quote, rival_price, rival_second, rival_top, rival_firm, rival_ratio, rival_cap,
        first_enterprise,
    )  # fmt: skip
    netbacks_today(firms, markets, market_price, firm_haul, market_haul, city_haul, firm, route, order_gap, place_city, city_price)


@compiled
def close_trade(
    village: Any, village_supply: Any, calendar: int, chains: Any, traders: Any, supply: Any, bazaar_city: Any, bazaar_slope: Any,
    bazaar_haul: Any, bazaar_closed: Any, bazaar_demand0: Any, city_base: Any, city_usual: Any, city_region: Any, city_extra: Any,
    bazaar_price: Any, bazaar_outflow: Any, bazaar_demand: Any, city_price: Any, bazaar_quote: Any, flows: Any,
) -> float:  # fmt: skip
    """Clear what was brought to market and post it; returns as `post_clearing`."""
    sum_supply(chains, village, village_supply, supply)
    clear(
        calendar, chains, traders, supply, bazaar_city, bazaar_slope, bazaar_haul, bazaar_closed, bazaar_demand0, city_base, city_usual,
        city_region, city_extra, bazaar_price, bazaar_outflow, bazaar_demand, city_price,
    )  # fmt: skip
    return post_clearing(bazaar_quote, bazaar_price, bazaar_demand, bazaar_outflow, flows)


@compiled
def seek_quotes(
    passes: int, season: Any, calendar: int, chains: Any, traders: Any, supply: Any, bazaar_city: Any, bazaar_slope: Any, bazaar_haul: Any,
    bazaar_closed: Any, bazaar_demand0: Any, city_base: Any, city_usual: Any, city_region: Any, city_extra: Any, bazaar_price: Any,
    bazaar_outflow: Any, bazaar_demand: Any, city_price: Any, behaviour: Any, firms: Any, first_goods: Any, last_goods: Any, goods: Any,
    work_at: Any, work: Any, household: Any, enterprise: Any, village: Any, firm: Any, route: Any, dealt: Any, side_share: Any,
    bazaar_quote: Any, rival_price: Any, rival_second: Any, rival_top: Any, rival_firm: Any, rival_ratio: Any, rival_want: Any,
    rival_cap: Any, village_supply: Any, flows: Any, ahead: Any, still: Any, effects: Any, asked: Any, last_quote: Any, last_gap: Any,
    bracket: Any, usual_price: Any,
) -> None:  # fmt: skip
    """All passes but the last, in one call: it saves a small world a tenth of its time. `seek_in_threads` does the same."""
    for number in range(passes - 1):
        prices_ahead(calendar, chains, behaviour, usual_price, bazaar_quote, ahead)
        mark_still(number, bazaar_quote, asked, still)
        decide(
            0, village.shape[0], 0, calendar, season, chains, behaviour, firms, first_goods, last_goods, goods, work_at, work, household,
            enterprise, village, firm, route, dealt, side_share, bazaar_quote, rival_price, rival_second, rival_top, rival_firm,
            rival_ratio, rival_want, rival_cap, village_supply, flows, ahead, still, effects,
        )  # fmt: skip
        sum_supply(chains, village, village_supply, supply)
        clear(
            calendar, chains, traders, supply, bazaar_city, bazaar_slope, bazaar_haul, bazaar_closed, bazaar_demand0, city_base, city_usual,
            city_region, city_extra, bazaar_price, bazaar_outflow, bazaar_demand, city_price,
        )  # fmt: skip
        if next_quote(number, bazaar_quote, bazaar_price, last_quote, last_gap, bracket) < SETTLED:
            return
    go_back(bazaar_quote, last_gap, bracket)


def seek_in_threads(context: Context, passes: int, deciding: tuple[Any, ...], clearing: tuple[Any, ...]) -> None:
    """All passes but the last, villages shared out over threads; to the last bit as in `seek_quotes`."""
    s, p = context.state, context.parameters
    for number in range(passes - 1):
        prices_ahead(context.calendar, p.chains, p.behaviour, s.usual_price, s.bazaar_quote, context.ahead)
        mark_still(number, s.bazaar_quote, context.asked, context.still)
        context.over_villages(decide, 0, *deciding)
        sum_supply(p.chains, s.village, s.village_supply, context.supply)
        clear(*clearing)
        if next_quote(number, s.bazaar_quote, s.bazaar_price, context.last_quote, context.last_gap, context.bracket) < SETTLED:
            return
    go_back(s.bazaar_quote, context.last_gap, context.bracket)


def run(context: Context) -> None:
    """Phase 6 of one month."""
    s, p = context.state, context.parameters
    month, calendar = context.month, context.calendar
    passes = int(p.behaviour["quote_passes"][0])
    open_trade(
        month, p.chains, p.behaviour, p.firms, p.markets, p.market_chain, s.market_price, p.place_city, p.firm_haul, p.market_haul,
        p.city_haul, s.village, s.firm, s.route, s.orders_left, s.order_gap, p.season, s.usual_price, s.bazaar_price, s.city_price,
        s.bazaar_quote, s.rival_price, s.rival_second, s.rival_top, s.rival_firm, s.rival_ratio, s.rival_cap, context.first_enterprise,
    )  # fmt: skip
    deciding = (
        calendar, p.season, p.chains, p.behaviour, p.firms, context.first_goods, context.last_goods, context.goods, context.work_at,
        context.work, s.household, s.enterprise, s.village, s.firm, s.route, context.dealt, s.side_share, s.bazaar_quote, s.rival_price,
        s.rival_second, s.rival_top, s.rival_firm, s.rival_ratio, s.rival_want, s.rival_cap, s.village_supply, s.flows, context.ahead,
        context.still, context.effects,
    )  # fmt: skip
    clearing = (
        calendar, p.chains, p.traders, context.supply, p.bazaar_city, p.bazaar_slope, p.bazaar_haul, s.bazaar_closed, s.bazaar_demand0,
        s.city_base, s.city_usual, s.city_region, s.city_extra, s.bazaar_price, s.bazaar_outflow, s.bazaar_demand, s.city_price,
    )  # fmt: skip
    if context.threads == 1:
        seek_quotes(
            passes, p.season, *clearing, *deciding[3:], context.asked, context.last_quote, context.last_gap, context.bracket, s.usual_price
        )
    else:
        seek_in_threads(context, passes, deciding, clearing)
    firms_decide(p.firms, s.village, s.firm, s.route, context.first_household)
    prices_ahead(calendar, p.chains, p.behaviour, s.usual_price, s.bazaar_quote, context.ahead)
    context.over_villages(decide, 1, *deciding)
    context.over_villages(
        learn_of_rivals, calendar, p.chains, p.season, s.village, s.bazaar_quote, s.rival_price, s.rival_ratio, s.rival_want, s.rival_gain
    )
    context.quote_gap = close_trade(s.village, s.village_supply, *clearing, s.bazaar_quote, context.outside_flows)


READS = ("enterprise.potential", "usual_price", "tie_kept", "tie_broken", "household.gap", "market_price", "firm.expected_margin")
WRITES = (
    "bazaar_quote", "bazaar_price", "bazaar_outflow", "bazaar_demand", "city_price", "rival_price", "rival_gain", "rival_second",
    "rival_top", "rival_firm", "rival_ratio", "rival_want", "rival_cap", "village_supply", "firm.breaks", "firm.season_breaks",
    "firm.word_loss", "firm.word_due", "firm.word_margin", "firm.word_hears", "enterprise.sold_a",
    "enterprise.sold_b", "enterprise.rival_a", "enterprise.picked", "enterprise.firm_pays", "enterprise.delivered",
    "enterprise.stock_a", "enterprise.stock_b", "enterprise.due_a", "enterprise.due_b", "enterprise.food_left", "enterprise.owing_firm",
    "enterprise.season_delivered", "enterprise.season_side", "enterprise.season_kept", "enterprise.season_broken", "route.due",
    "route.worth_a", "route.worth_b", "route.accepted", "route.margin",
    "route.loss", "route.bought_a", "route.bought_b", "route.side", "route.broken", "route.season_due", "route.season_side",
    "route.season_kept", "route.season_broken", "flows",
)  # fmt: skip
