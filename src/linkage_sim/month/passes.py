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
def post_clearing(bazaar_quote: Any, bazaar_price: Any, supply: Any, bazaar_demand: Any, bazaar_outflow: Any, flows: Any) -> float:
    """Post what bazaars sold, sent and got; returns the mean gap between price and quote decided on, share, weighed by what was sold."""
    sold = gaps = 0.0
    for b in range(bazaar_quote.shape[0]):
        for c in range(bazaar_quote.shape[1]):
            worth = supply[b, c] * bazaar_price[b, c]
            sold += worth
            gaps += worth * abs(bazaar_price[b, c] / bazaar_quote[b, c] - 1.0)
            flows[CONSUMED] += bazaar_demand[b, c]
            flows[TO_CITY] += max(0.0, bazaar_outflow[b, c])
            flows[FROM_CITY] += max(0.0, -bazaar_outflow[b, c])
    return gaps / sold if sold > 0.0 else 0.0


@compiled
def open_trade(month: int, w: Any) -> None:
    """What stands before anybody decides: the first quote, rivals' bids, netbacks of the day."""
    first_quote(month % 12, w.behaviour, w.usual_price, w.bazaar_price, w.bazaar_quote, w.firm)
    rivals_bid(
        month, w.chains, w.firms, w.markets, w.market_chain, w.market_price, w.place_city, w.firm_haul, w.market_haul, w.city_haul,
        w.village, w.firm, w.route, w.orders_left, w.season, w.city_price, w.bazaar_quote, w.rival_price, w.rival_second, w.rival_top,
        w.rival_firm, w.rival_ratio, w.rival_cap, w.first_enterprise,
    )  # fmt: skip
    netbacks_today(
        w.firms, w.markets, w.market_price, w.firm_haul, w.market_haul, w.city_haul, w.firm, w.route, w.order_gap, w.place_city,
        w.city_price,
    )  # fmt: skip


@compiled
def look_ahead(calendar: int, w: Any) -> None:
    """What prices everybody expects at the quotes as they stand."""
    prices_ahead(calendar, w.chains, w.behaviour, w.usual_price, w.bazaar_quote, w.ahead)


@compiled
def begin_pass(number: int, calendar: int, w: Any) -> None:
    """What prices everybody expects, and which quotes stand still."""
    look_ahead(calendar, w)
    mark_still(number, w.bazaar_quote, w.asked, w.last_gap, w.still)


@compiled
def decide_in_villages(first: int, last: int, commit: int, calendar: int, w: Any) -> None:
    """One pass in some villages; with ``commit`` it counts."""
    decide(
        first, last, commit, calendar, w.season, w.chains, w.behaviour, w.firms, w.of_chain, w.has_goods, w.has_rival, w.is_plain, w.goods,
        w.work_at, w.work, w.household, w.enterprise, w.village, w.firm, w.route, w.dealt, w.side_share, w.bazaar_quote, w.rival_price,
        w.rival_second, w.rival_top, w.rival_firm, w.rival_ratio, w.rival_want, w.rival_cap, w.village_supply, w.flows, w.ahead, w.still,
        w.effects,
    )  # fmt: skip


@compiled
def clear_everywhere(calendar: int, w: Any) -> None:
    """What was brought to market finds its price."""
    sum_supply(w.chains, w.village, w.village_supply, w.supply)
    clear(
        calendar, w.chains, w.traders, w.supply, w.bazaar_city, w.bazaar_slope, w.bazaar_haul, w.bazaar_closed, w.bazaar_demand0,
        w.city_base, w.city_usual, w.city_region, w.city_extra, w.bazaar_price, w.bazaar_outflow, w.bazaar_demand, w.city_price,
    )  # fmt: skip


@compiled
def end_pass(number: int, calendar: int, w: Any) -> float:
    """Clear, and move quotes towards prices; returns the gap left."""
    clear_everywhere(calendar, w)
    return next_quote(
        number, calendar, w.still, w.bazaar_quote, w.bazaar_price, w.last_quote, w.last_gap, w.bracket, w.quote_step
    )  # fmt: skip


def seek_in_threads(context: Context, passes: int) -> None:
    """All passes but the last, villages shared out over threads."""
    s, calendar, w = context.state, context.calendar, context.whole
    for number in range(passes - 1):
        begin_pass(number, calendar, w)
        context.over_villages(decide_in_villages, 0, calendar, w)
        if end_pass(number, calendar, w) < SETTLED:
            return
    go_back(s.bazaar_quote, context.last_gap, context.bracket)


@compiled
def nobody_trades(w: Any) -> bool:
    """Whether nobody has anything to sell this month: quotes need not be sought then."""
    found = False
    for v in range(w.has_goods.shape[0]):
        for c in range(w.has_goods.shape[1]):
            found = found or w.has_goods[v, c] == 1
    return not found


@compiled
def keep_word(calendar: int, w: Any) -> None:
    """Before the last pass each firm decides whether it keeps its word."""
    firms_decide(w.firms, w.village, w.firm, w.route, w.first_household)
    look_ahead(calendar, w)


@compiled
def rivals_remembered(first: int, last: int, calendar: int, w: Any) -> None:
    """What rivals paid this month in some villages."""
    learn_of_rivals(
        first, last, calendar, w.chains, w.season, w.village, w.bazaar_quote, w.rival_price, w.rival_ratio, w.rival_want, w.rival_gain
    )


@compiled
def last_pass(first: int, last: int, calendar: int, w: Any) -> None:
    """What some villages decide counts; what rivals paid there is remembered."""
    decide_in_villages(first, last, 1, calendar, w)
    rivals_remembered(first, last, calendar, w)


@compiled
def close_trade(calendar: int, w: Any) -> None:
    """Clear what was brought to market and post it; ``w.quote_gap`` (1,) as `post_clearing` returns it."""
    clear_everywhere(calendar, w)
    w.quote_gap[0] = post_clearing(w.bazaar_quote, w.bazaar_price, w.supply, w.bazaar_demand, w.bazaar_outflow, w.outside_flows)


@compiled
def alone(month: int, w: Any) -> None:
    """All of it in one thread, to the last bit as in several."""
    calendar, villages, passes = month % 12, w.village.shape[0], int(w.behaviour[0].quote_passes)
    open_trade(month, w)
    settled = passes == 1 or nobody_trades(w)
    number = 0
    while not settled and number < passes - 1:
        begin_pass(number, calendar, w)
        decide_in_villages(0, villages, 0, calendar, w)
        settled = end_pass(number, calendar, w) < SETTLED
        number += 1
    if not settled:
        go_back(w.bazaar_quote, w.last_gap, w.bracket)
    keep_word(calendar, w)
    last_pass(0, villages, calendar, w)
    close_trade(calendar, w)


def run(context: Context) -> None:
    """Phase 6 of one month."""
    month, calendar, w = context.month, context.calendar, context.whole
    if context.threads == 1:
        alone(month, w)
        return
    open_trade(month, w)
    if not nobody_trades(w):
        seek_in_threads(context, int(context.parameters.behaviour["quote_passes"][0]))
    keep_word(calendar, w)
    context.over_villages(last_pass, calendar, w)
    close_trade(calendar, w)


READS = ("enterprise.potential", "usual_price", "tie_kept", "tie_broken", "household.gap", "market_price", "firm.expected_margin")
WRITES = (
    "bazaar_quote", "quote_step", "bazaar_price", "bazaar_outflow", "bazaar_demand", "city_price", "rival_price", "rival_gain",
    "rival_second", "rival_top", "rival_firm", "rival_ratio", "rival_want", "rival_cap", "village_supply", "firm.breaks",
    "firm.season_breaks", "firm.word_loss", "firm.word_due", "firm.word_margin", "firm.word_hears", "enterprise.sold_a",
    "enterprise.sold_b", "enterprise.rival_a", "enterprise.picked", "enterprise.firm_pays", "enterprise.delivered", "enterprise.stock_a",
    "enterprise.stock_b", "enterprise.due_a", "enterprise.due_b", "enterprise.food_left", "enterprise.owing_firm",
    "enterprise.season_delivered", "enterprise.season_side", "enterprise.season_kept", "enterprise.season_broken", "route.due",
    "route.worth_a", "route.worth_b", "route.accepted", "route.margin", "route.loss", "route.bought_a", "route.bought_b", "route.side",
    "route.broken", "route.season_due", "route.season_side", "route.season_kept", "route.season_broken", "flows",
)  # fmt: skip
