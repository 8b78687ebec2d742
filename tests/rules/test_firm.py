from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkage_sim.rules.firm import (
    breaks_word,
    farmer_share,
    future_at_stake,
    large_supplier_price,
    large_supplier_share,
    loss_of_keeping,
    netback,
    outside_value,
    route_hurdle,
    route_profit,
    running_cost,
    shared_running,
    smallest_offer,
)

share = st.floats(0.0, 1.0)
price = st.floats(0.0, 5.0)
usd = st.floats(0.0, 2000.0)
NETBACK = st.tuples(
    st.floats(0.5, 1.0),
    price,
    price,
    price,
    price,
    st.floats(0.0, 100.0),
    st.floats(0.0, 5000.0),
    st.floats(1.0, 500.0),
)
NAMES = ("conversion", "end_price", "processing", "marketing", "haul", "trip", "lot", "smallest_lot")


@pytest.mark.parametrize(
    ("name", "sign"),
    [
        ("conversion", 1), ("end_price", 1), ("lot", 1), ("smallest_lot", 1),
        ("processing", -1), ("marketing", -1), ("haul", -1), ("trip", -1),
    ],
)  # fmt: skip
@given(values=NETBACK, step=st.floats(0.01, 1.0))
def test_netback_has_the_signs_of_the_model(name: str, sign: int, values: tuple[float, ...], step: float) -> None:
    less = dict(zip(NAMES, values, strict=True))
    more = less | {name: less[name] + step}
    assert sign * (netback(*more.values()) - netback(*less.values())) >= -1e-9


def test_netback_by_hand_and_with_the_smallest_lot() -> None:
    assert netback(0.9, 2.0, 0.22, 0.25, 0.06, 25.0, 500.0, 150.0) == pytest.approx(1.8 - 0.53 - 0.05)
    assert netback(0.9, 2.0, 0.22, 0.25, 0.06, 25.0, 0.0, 250.0) == pytest.approx(1.8 - 0.53 - 0.1)


@given(st.floats(0.01, 5.0), share, price, price)
def test_outside_value_is_the_best_alternative_and_never_nothing(bazaar: float, premium: float, haul: float, rival: float) -> None:
    value = outside_value(bazaar, premium, haul, rival)
    assert value == pytest.approx(max(bazaar * (1 + premium) - haul + rival, 0.05 * bazaar))
    assert value > 0.0
    assert outside_value(bazaar, premium, haul, rival + 1.0) >= value
    assert outside_value(bazaar, premium, haul + 1.0, rival) <= value
    assert outside_value(bazaar, min(1.0, premium + 0.1), haul, rival) >= value


@given(st.floats(0.0, 0.9), st.floats(0.0, 0.9), share)
def test_farmers_share_never_exceeds_nine_tenths(start: float, extra: float, association: float) -> None:
    offered = farmer_share(start, extra, association)
    assert start <= offered <= 0.9
    assert farmer_share(start, extra, min(1.0, association + 0.1)) >= offered
    assert farmer_share(start, extra, 0.0) == start


@given(st.floats(0.0, 0.9), st.floats(0.0, 3.0), st.floats(0.0, 1e5), share, st.floats(0.0, 200.0), st.floats(0.0, 50.0))
def test_profit_of_a_route_is_what_the_firm_keeps_of_what_arrives(
    kept: float, surplus: float, volume: float, side: float, members: float, cost: float
) -> None:
    profit = route_profit(kept, surplus, volume, side, members, cost)
    assert profit == pytest.approx((1 - kept) * surplus * volume * (1 - side) - members * cost, abs=1e-6)
    assert route_profit(kept, surplus, volume, 1.0, members, cost) == pytest.approx(-members * cost)


@given(usd, usd, share, st.floats(1.0, 50.0), share)
def test_hurdle_of_a_new_route_is_higher_unless_the_programme_pays_the_setup(
    running: float, setup: float, rate: float, life: float, paid: float
) -> None:
    old, new = (route_hurdle(is_open, running, setup, rate, life, paid) for is_open in (True, False))
    assert old == running
    assert new >= old
    assert route_hurdle(False, running, setup, rate, life, 1.0) == running
    assert route_hurdle(False, running, setup, rate, life, min(1.0, paid + 0.1)) <= new
    assert route_hurdle(False, running, setup, rate, life * 2, paid) <= new


def test_hurdle_by_hand() -> None:
    """250 a year + 700 at 25 % and a tenth written off = 250 + 245; half of the set-up paid: 250 + 122.5."""
    assert route_hurdle(False, 250.0, 700.0, 0.25, 10.0, 0.0) == pytest.approx(495.0)
    assert route_hurdle(False, 250.0, 700.0, 0.25, 10.0, 0.5) == pytest.approx(372.5)


STAKE = st.tuples(
    share,
    st.floats(0.0, 0.99),
    st.floats(-1e4, 1e4),
    st.floats(-2.0, 2.0),
    st.floats(-1.0, 2.0),
    st.floats(0.0, 100.0),
    usd,
)
STAKE_NAMES = (
    "reliability", "patience", "yearly_margin", "margin_now", "margin_planned", "reputation", "hears",
)  # fmt: skip


@pytest.mark.parametrize("name", ["reliability", "patience", "yearly_margin", "margin_now", "reputation", "hears"])
@given(values=STAKE, step=st.floats(0.001, 0.009))
def test_stake_rises_with_all_that_makes_the_future_matter(name: str, values: tuple[float, ...], step: float) -> None:
    less = dict(zip(STAKE_NAMES, values, strict=True))
    more = less | {name: less[name] + step}
    before, after = future_at_stake(*less.values()), future_at_stake(*more.values())
    assert before >= 0.0
    assert after >= before - 1e-9 * (1.0 + before)


def test_a_fallen_end_market_makes_promises_fragile() -> None:
    """A fifth of the planned margin left: the future is worth a fifth; none left: only the reputation counts."""
    whole = future_at_stake(0.5, 0.8, 1000.0, 0.3, 0.3, 0.0, 0.0)
    assert whole == pytest.approx(0.5 * 4.0 * 1000.0)
    assert future_at_stake(0.5, 0.8, 1000.0, 0.06, 0.3, 0.0, 0.0) == pytest.approx(whole / 5)
    assert future_at_stake(0.5, 0.8, 1000.0, 0.9, 0.3, 0.0, 0.0) == pytest.approx(whole)
    assert future_at_stake(0.5, 0.8, 1000.0, -0.1, 0.3, 3.0, 40.0) == pytest.approx(0.5 * 120.0)


@given(price, price, st.floats(-2.0, 5.0))
def test_keeping_costs_the_contract_price_less_the_cheaper_way_out(price_c: float, spot: float, now: float) -> None:
    loss = loss_of_keeping(price_c, spot, now)
    assert loss == pytest.approx(max(price_c - spot, price_c - now))
    assert loss_of_keeping(price_c, spot + 1.0, now) <= loss
    assert loss_of_keeping(price_c, spot, now + 1.0) <= loss


def test_keep_or_break() -> None:
    """A firm keeps while the bazaar is dear or the end market holds, and breaks when both fall below its promise."""
    at_stake = future_at_stake(0.6, 0.8, 500.0, 0.2, 0.2, 3.0, 50.0)
    assert not breaks_word(1000.0 * loss_of_keeping(0.9, 0.95, 1.2), at_stake)
    assert not breaks_word(1000.0 * loss_of_keeping(0.9, 0.7, 1.2), at_stake)
    fallen = future_at_stake(0.6, 0.8, 500.0, -0.4, 0.2, 3.0, 50.0)
    assert breaks_word(1000.0 * loss_of_keeping(0.9, 0.7, 0.5), fallen)
    assert not breaks_word(0.0, 0.0), "no loss, no reason to break"


@given(st.floats(-1e5, 1e5), st.floats(0.0, 1e5), st.floats(0.0, 1e4))
def test_more_at_stake_never_turns_a_kept_word_into_a_broken_one(loss: float, stake: float, more: float) -> None:
    assert breaks_word(loss, stake + more) <= breaks_word(loss, stake)
    assert breaks_word(loss + more, stake) >= breaks_word(loss, stake)


@given(st.floats(0.0, 1000.0), st.floats(0.0, 1000.0), share, share, share)
def test_a_village_that_shares_in_and_a_working_facilitator_make_a_route_cheaper(
    collecting: float, travel: float, dependence: float, organisation: float, association: float
) -> None:
    shared = shared_running(organisation, association)
    assert max(organisation, association) - 1e-9 <= shared <= min(1.0, organisation + association) + 1e-9
    cost = running_cost(collecting, travel, dependence, True, shared)
    assert 0.0 <= cost <= collecting + travel + 1e-9
    assert cost <= running_cost(collecting, travel, dependence, False, shared) + 1e-9
    assert cost <= running_cost(collecting, travel, dependence, True, 0.5 * shared) + 1e-9
    assert running_cost(100.0, 50.0, 0.3, False, 0.4) == pytest.approx((130.0 + 50.0) * 0.6)


@given(st.floats(0.0, 100.0), st.floats(0.0, 400.0), share)
def test_a_bulking_association_takes_in_the_small(least: float, more: float, association: float) -> None:
    smallest = smallest_offer(least, least + more, association)
    assert least - 1e-9 <= smallest <= least + more + 1e-9
    assert smallest_offer(least, least + more, 1.0) == pytest.approx(least)
    assert smallest_offer(least, least + more, 0.0) == pytest.approx(least + more)


@given(st.floats(0.01, 10.0), st.floats(0.01, 3.0), st.floats(0.01, 3.0), st.floats(0.0, 30.0))
def test_large_suppliers_are_asked_until_the_next_kg_is_as_dear_as_it_may_be(
    city: float, premium: float, reach: float, most: float
) -> None:
    filled = large_supplier_share(most, city, premium, reach)
    assert 0.0 <= filled <= 1.0
    asked = large_supplier_price(city, premium, filled, reach)
    if filled == 0.0:
        assert most <= city * (1.0 + premium) * (1.0 + 1e-9)
    elif filled < 1.0:
        assert asked == pytest.approx(most)
    else:
        assert asked <= most * (1.0 + 1e-9)
    assert large_supplier_price(city, premium, reach, reach) == pytest.approx(city * (1.0 + 2.0 * premium))
    assert large_supplier_share(most, city, premium, 0.0) == 0.0
