from __future__ import annotations

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from linkage_sim.rules.contract import (
    FIXED,
    FLOOR_PLUS,
    SPOT_PLUS,
    contract_price,
    delayed_value,
    delivery_chance,
    delivery_luck,
    is_self_enforcing,
    join_chance,
    join_value,
    keeps_contract,
    relationship_rent,
    side_selling_gain,
    social_sanction,
)

share = st.floats(0.0, 1.0)
price = st.floats(0.05, 5.0)
kg = st.floats(1.0, 5000.0)
usd = st.floats(0.0, 500.0)


@given(price, st.floats(0.0, 1.0), st.floats(-0.5, 5.0))
def test_price_formulas(base: float, premium: float, spot: float) -> None:
    fixed, plus, floor = (contract_price(formula, base, premium, spot) for formula in (FIXED, SPOT_PLUS, FLOOR_PLUS))
    assert fixed == base
    assert plus == pytest.approx(max(spot, 0.0) + premium)
    assert floor == pytest.approx(max(base, spot + premium))
    assert floor >= fixed
    assert contract_price(SPOT_PLUS, base, premium, spot + 1.0) > plus - 1e-12
    assert contract_price(FLOOR_PLUS, base, premium, spot + 1.0) >= floor


@given(st.floats(0.8, 0.998), st.integers(0, 6))
def test_delayed_money_is_worth_less(patience: float, delay: int) -> None:
    worth = delayed_value(patience, float(delay))
    assert 0.0 < worth <= 1.0
    assert delayed_value(patience, delay + 1.0) < worth
    assert delayed_value(patience, 0.0) == 1.0
    assert delayed_value(0.97, 2.0) == pytest.approx(0.9409)


JOIN = st.tuples(
    share, price, st.floats(0.5, 1.0), st.floats(0.0, 0.9), price, kg, usd, st.floats(0.0, 10.0),
    st.floats(0.0, 1.0), st.floats(0.0, 1.0), share, usd, usd,
)  # fmt: skip
NAMES = (
    "trust", "price", "delay_value", "rejection", "outside", "volume", "loan_worth", "risk_aversion", "cv_outside",
    "cv_inside", "income_share", "autonomy", "hold_up",
)  # fmt: skip


@pytest.mark.parametrize(
    ("name", "sign"),
    [
        ("price", 1), ("delay_value", 1), ("rejection", -1), ("loan_worth", 1), ("cv_outside", 1), ("cv_inside", -1),
        ("autonomy", -1), ("hold_up", -1),
    ],
)  # fmt: skip
@given(values=JOIN, step=st.floats(0.01, 0.1))
def test_worth_of_joining_has_the_signs_of_the_model(name: str, sign: int, values: tuple[float, ...], step: float) -> None:
    less = dict(zip(NAMES, values, strict=True))
    more = less | {name: less[name] + step}
    change = join_value(*more.values()) - join_value(*less.values())
    assert sign * change >= -1e-9 * (1.0 + abs(join_value(*less.values())))


@given(values=JOIN, step=st.floats(0.01, 0.1))
def test_trust_makes_a_good_offer_better_and_a_bad_one_worse(values: tuple[float, ...], step: float) -> None:
    less = dict(zip(NAMES, values, strict=True))
    more = less | {"trust": less["trust"] + step}
    better = less["price"] * less["delay_value"] * (1.0 - less["rejection"]) - less["outside"]
    change = join_value(*more.values()) - join_value(*less.values())
    assert change == pytest.approx(step * better * less["volume"], abs=1e-7)


@given(values=JOIN)
def test_insurance_grows_with_risk_aversion_only_where_the_contract_is_safer(values: tuple[float, ...]) -> None:
    less = dict(zip(NAMES, values, strict=True))
    more = less | {"risk_aversion": less["risk_aversion"] + 1.0}
    change = join_value(*more.values()) - join_value(*less.values())
    safer = less["cv_outside"] - less["cv_inside"]
    assert change * safer >= -1e-7


def test_worth_of_joining_by_hand() -> None:
    """0.5*(1*0.9*0.9-0.6)*100 = 10.5; insurance 0.5*2*(0.16-0.09)*0.6*100*0.5 = 2.1; +3 -4 -1."""
    value = join_value(0.5, 1.0, 0.9, 0.1, 0.6, 100.0, 3.0, 2.0, 0.4, 0.3, 0.5, 4.0, 1.0)
    assert value == pytest.approx(10.5 + 2.1 + 3.0 - 4.0 - 1.0)


@given(st.floats(-1000.0, 1000.0), st.floats(1.0, 1000.0), st.floats(0.0, 1.0), st.floats(0.02, 0.1))
def test_chance_to_join_is_a_share_that_rises_with_worth_and_falls_with_what_is_wanted(
    value: float, base: float, extra: float, noise: float
) -> None:
    chance = join_chance(value, base, extra, noise)
    assert 0.0 <= chance <= 1.0
    assert join_chance(value + 10.0, base, extra, noise) >= chance
    assert join_chance(value, base, extra + 0.05, noise) <= chance
    assert join_chance(extra * base, base, extra, noise) == pytest.approx(0.5)


def test_newcomers_want_7_and_a_half_percent_more() -> None:
    """At a gain of 7.5 % a newcomer joins with one half, and a member stays with 0.82; at none with one half."""
    assert join_chance(7.5, 100.0, 0.075, 0.05) == pytest.approx(0.5)
    assert join_chance(7.5, 100.0, 0.0, 0.05) == pytest.approx(1 / (1 + math.exp(-1.5)))
    assert join_chance(0.0, 100.0, 0.0, 0.05) == pytest.approx(0.5)
    assert join_chance(0.0, 100.0, 0.075, 0.05) < 0.2


GAIN = st.tuples(price, price, st.floats(0.5, 1.0), usd, share, kg, st.floats(0.0, 2.0), share, price)
GAIN_NAMES = ("spot", "price", "delay_value", "debt", "recovered", "due", "cash_pull", "gap_share", "bazaar")


@pytest.mark.parametrize(
    ("name", "sign"),
    [
        ("spot", 1), ("debt", 1), ("gap_share", 1), ("cash_pull", 1), ("bazaar", 1),
        ("price", -1), ("delay_value", -1), ("recovered", -1), ("due", -1),
    ],
)  # fmt: skip
@given(values=GAIN, step=st.floats(0.01, 1.0))
def test_gain_from_side_selling_has_the_signs_of_the_model(name: str, sign: int, values: tuple[float, ...], step: float) -> None:
    less = dict(zip(GAIN_NAMES, values, strict=True))
    more = less | {name: less[name] + step}
    assert sign * (side_selling_gain(*more.values()) - side_selling_gain(*less.values())) >= -1e-9


def test_gain_from_side_selling_by_hand() -> None:
    """0.7 - 0.9*0.9 + 20*0.5/50 + 0.15*0.8*0.5 = 0.15."""
    assert side_selling_gain(0.7, 0.9, 0.9, 20.0, 0.5, 50.0, 0.15, 0.5, 0.8) == pytest.approx(0.15)


RENT = st.tuples(share, price, st.floats(0.5, 1.0), price, kg, kg, st.floats(0.1, 0.99), st.floats(0.0, 1.0), share, share, price)
RENT_NAMES = (
    "trust", "price", "delay_value", "outside", "yearly", "due", "patience_year", "breakup", "detection", "sanction",
    "bazaar",
)  # fmt: skip


@pytest.mark.parametrize(
    ("name", "sign"),
    [
        ("trust", 1), ("price", 1), ("delay_value", 1), ("outside", -1), ("yearly", 1), ("due", -1), ("breakup", -1),
        ("detection", 1), ("sanction", 1), ("bazaar", 1), ("patience_year", 1),
    ],
)  # fmt: skip
@given(values=RENT, step=st.floats(0.001, 0.009))
def test_rent_of_the_relationship_has_the_signs_of_the_model(name: str, sign: int, values: tuple[float, ...], step: float) -> None:
    less = dict(zip(RENT_NAMES, values, strict=True))
    more = less | {name: less[name] + step}
    before, after = relationship_rent(*less.values()), relationship_rent(*more.values())
    assert before >= 0.0
    assert sign * (after - before) >= -1e-9 * (1.0 + before)


def test_rent_is_a_perpetuity_that_may_break_up() -> None:
    """Next year's surplus 0.3, discounted by 0.7 and lost with 0.2 a year: 0.3*0.7/(1-0.56), half trusted, 0.9 seen."""
    rent = relationship_rent(0.5, 0.9, 1.0, 0.6, 100.0, 100.0, 0.7, 0.2, 0.9, 0.0, 0.8)
    assert rent == pytest.approx(0.5 * 0.3 * 0.9 * 0.7 / (1 - 0.7 * 0.8))
    series = sum(0.7**year * 0.8 ** (year - 1) for year in range(1, 200))
    assert rent == pytest.approx(0.5 * 0.3 * 0.9 * series)


@given(share, share, share, share)
def test_sanction_is_a_share_that_grows_with_the_association_and_falls_with_side_selling(
    base: float, alone: float, association: float, neighbours: float
) -> None:
    sanction = social_sanction(base, alone, association, neighbours)
    assert 0.0 <= sanction <= 2.0 * base + 1e-12
    assert social_sanction(base, alone, min(1.0, association + 0.1), neighbours) >= sanction
    assert social_sanction(base, alone, association, min(1.0, neighbours + 0.1)) <= sanction
    assert social_sanction(base, alone, association, 1.0) == 0.0


@given(st.floats(-5.0, 50.0), st.floats(-5.0, 5.0), st.floats(0.1, 0.5), price, st.floats(0.01, 2.0))
def test_delivery_rises_with_the_rent_and_falls_with_the_gain(rent: float, gain: float, noise: float, value: float, step: float) -> None:
    chance = delivery_chance(rent, gain, noise, value)
    assert 0.0 <= chance <= 1.0
    assert delivery_chance(rent + step, gain, noise, value) >= chance
    assert delivery_chance(rent, gain + step, noise, value) <= chance
    assert delivery_chance(gain, gain, noise, value) == 0.5


@given(st.floats(1e-9, 1.0 - 1e-9), st.floats(-5.0, 5.0), st.floats(-5.0, 5.0), st.floats(0.1, 0.5), price)
def test_a_contract_is_kept_where_the_draw_is_below_the_chance(draw: float, rent: float, gain: float, noise: float, value: float) -> None:
    chance = delivery_chance(rent, gain, noise, value)
    assert delivery_chance(delivery_luck(draw), 0.0, 1.0, 1.0) == pytest.approx(draw)
    assume(abs(chance - draw) > 1e-12)
    assert keeps_contract(rent, gain, noise, value, delivery_luck(draw)) == (draw < chance)


@given(st.floats(-5.0, 5.0), st.floats(-5.0, 5.0), price)
def test_delivery_without_noise_follows_the_larger(rent: float, gain: float, value: float) -> None:
    assume(abs(rent - gain) > 1e-3)
    assert delivery_chance(rent, gain, 1e-6, value) == pytest.approx(float(rent > gain), abs=1e-6)


@pytest.mark.parametrize(
    ("temptation", "future", "surplus", "holds"),
    [(5.0, 6.0, 1.0, True), (6.0, 6.0, 1.0, True), (6.1, 6.0, 1.0, False), (0.0, 6.0, 0.0, False), (0.0, 6.0, -1.0, False)],
)
def test_a_linkage_holds_where_the_future_outweighs_temptation_and_there_is_something_to_share(
    temptation: float, future: float, surplus: float, holds: bool
) -> None:
    assert is_self_enforcing(temptation, future, surplus) is holds
