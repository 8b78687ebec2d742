"""What is known to go wrong in each chain goes wrong in the model, from general mechanisms.

Paired over worlds: one number is changed, the luck stays. Each claim is a one-sided paired t-test at 1 %, or a statement
about every world.
"""

from __future__ import annotations

import numpy as np

from chains.worlds import broken_share, by_month, is_more, paired, price_swing, side_share, started, totals


def test_milk_late_pay_raises_side_selling_and_empties_the_dairy() -> None:
    monthly, late = paired("dairy", [{}, {".firms.delay": 4}])
    assert is_more(side_share(late), side_share(monthly))
    assert is_more(totals(monthly, "contract_kg"), totals(late, "contract_kg"))
    assert side_share(monthly).mean() < 0.25


def test_milk_cannot_wait_and_winter_brings_half() -> None:
    (found,) = paired("dairy", [{}])
    ripe, price, stock = (by_month(found, name) for name in ("ripened_kg", "bazaar_price", "stock_kg"))
    assert (ripe[:, [0, 1]].mean(axis=1) < 0.6 * ripe[:, [5, 6]].mean(axis=1)).all()
    assert (price[:, [0, 1]].mean(axis=1) > 1.3 * price[:, [5, 6]].mean(axis=1)).all()
    # only what a closed road keeps at the farm is there at the end of a month, and it is lost in the next
    assert (stock.sum(axis=1) < 0.02 * ripe.sum(axis=1)).all()
    (none,) = paired("dairy", [{"region.transport.village_closed": {"jan": 0}}], 3)
    assert (totals(none, "stock_kg") == 0.0).all()


def test_beef_many_buyers_make_side_selling_easy() -> None:
    many, none = paired("meat", [{}, {".firms.rivals": 0}])
    assert is_more(side_share(many), side_share(none))
    assert is_more(totals(none, "contract_kg"), totals(many, "contract_kg"))
    assert is_more(totals(many, "income.all"), totals(none, "income.all"))
    ripe = by_month(many, "ripened_kg").mean(axis=0)
    assert set(np.flatnonzero(ripe > 0)) == {0, 5, 6, 8, 9, 10}
    assert ripe[5] > ripe[6] > 0.0
    assert ripe[10] == ripe.max()


def test_potatoes_are_kept_to_spring_and_lose_weight() -> None:
    usual, better, unkept = paired("potato", [{}, {".harvest.loss_store": 0.005}, {".harvest.keeps": 0}])
    stock = by_month(usual, "stock_kg")
    assert (stock[:, [1, 2]] > 0.05 * stock[:, [10]]).all()
    assert is_more(by_month(better, "stock_kg")[:, 2], stock[:, 2])
    assert is_more(totals(usual, "lost_kg"), totals(better, "lost_kg"))
    assert is_more(totals(better, "income.all"), totals(usual, "income.all"))
    assert is_more(totals(usual, "income.all"), totals(unkept, "income.all"))
    # the price rises while stores run low, and a year without storing is a year of worse swings
    price = by_month(usual, "bazaar_price")
    assert (price[:, 3] > 1.4 * price[:, 9]).all()
    assert is_more(price_swing(unkept), price_swing(usual))


def test_onions_boom_and_bust() -> None:
    calm = {f".{where}.shock": 0.03 for where in ("city", "end_markets.export", "end_markets.winter_store")}
    usual, steady = paired("onion", [{}, calm])
    (apricot,) = paired("apricot", [{}])
    assert is_more(price_swing(usual), price_swing(steady))
    assert (price_swing(usual) > 1.5 * price_swing(apricot)).mean() > 0.8
    # contracts do not outlive the swings
    assert is_more(broken_share(usual) + side_share(usual), broken_share(steady) + side_share(steady))


def test_area_follows_the_price_with_a_lag() -> None:
    """Next season's area moves with what the price was at planting, and not before."""
    slopes = []
    for world in range(10):
        simulation = started("onion", world=world)
        state, line = simulation.context.state, simulation.scenario.timeline
        mine = state.enterprise["chain"] == 0
        areas, news = [], []
        while simulation.month < line.months:
            if simulation.context.calendar == 1:
                before = state.enterprise["assets"][mine].sum()
                news.append(np.log(state.bazaar_price[:, 0] / state.usual_price[:, 0, 0]).mean())
            simulation.step()
            if simulation.context.calendar == 2:
                areas.append(np.log(state.enterprise["assets"][mine].sum() / before))
        slopes.append(np.corrcoef(areas, news)[0, 1])
    assert np.mean(slopes) > 0.3
    assert (np.array(slopes) > 0.0).mean() >= 0.7


def test_handicrafts_orders_fail_to_come_and_first_pieces_are_rejected() -> None:
    gaps = {".end_markets.export.order_gap": 0, ".end_markets.shops.order_gap": 0}
    usual, ordered = paired("handicrafts", [{}, gaps])
    assert is_more(totals(ordered, "contract_kg"), totals(usual, "contract_kg"))
    assert is_more(broken_share(usual), broken_share(ordered))
    assert is_more(totals(ordered, "firm_margin"), totals(usual, "firm_margin"))
    strict, mild = paired("handicrafts", [{".firms.first_rejection": 0.5}, {".firms.first_rejection": 0.08}], 30)
    assert is_more(totals(mild, "contract_kg"), totals(strict, "contract_kg"))


def test_honey_loses_colonies_in_winter_and_meets_a_thin_market() -> None:
    usual, spared, more = paired("honey", [{}, {".assets.deaths": 0}, {".harvest.yield_per_asset": 26}])
    assert is_more(totals(spared, "ripened_kg"), totals(usual, "ripened_kg"))
    wide, wide_more = paired("honey", [{".city.size": 50}, {".city.size": 50, ".harvest.yield_per_asset": 26}])
    fall = np.log(totals(usual, "bazaar_price") / totals(more, "bazaar_price"))
    fall_wide = np.log(totals(wide, "bazaar_price") / totals(wide_more, "bazaar_price"))
    assert is_more(fall, fall_wide)


def test_apples_are_worth_more_in_winter_to_those_who_can_wait() -> None:
    usual, store = paired("apple", [{}, {".harvest.loss_store": 0.01}])
    price = by_month(usual, "bazaar_price")
    assert (price[:, 2] > 1.4 * price[:, 9]).all()
    assert is_more(by_month(store, "stock_kg")[:, 2], by_month(usual, "stock_kg")[:, 2])
    assert is_more(totals(store, "income.all"), totals(usual, "income.all"))
    even = {f".city.season.{month}": 1.0 for month in ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")}
    flat, flat_store = paired("apple", [even, even | {".harvest.loss_store": 0.01}])
    gain = totals(store, "income.all") - totals(usual, "income.all")
    assert is_more(gain, totals(flat_store, "income.all") - totals(flat, "income.all"))


def test_apricots_freeze() -> None:
    usual, spared = paired("apricot", [{}, {".harvest.bad_year.chance": 0}])
    assert is_more(totals(spared, "ripened_kg"), totals(usual, "ripened_kg"))
    assert is_more(totals(spared, "income.all"), totals(usual, "income.all"))
    frost = {".harvest.bad_year.chance": 1, ".harvest.bad_year.villages": 1}
    (every,) = paired("apricot", [frost])
    assert is_more(totals(every, "bazaar_price"), totals(spared, "bazaar_price"))
    assert totals(every, "ripened_kg").mean() < 0.7 * totals(spared, "ripened_kg").mean()
