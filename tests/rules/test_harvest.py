from __future__ import annotations

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkage_sim.rules.harvest import (
    expected_price,
    harvest,
    harvest_loss,
    hold_value,
    share_sold,
    worth_picking,
)

share = st.floats(0.0, 1.0)
some = st.floats(0.01, 10.0)
price = st.floats(0.01, 10.0)


def test_harvest_of_asht() -> None:
    """A hectare of 2,250 kg fresh is 500 kg dried; a quarter more with the improved practice, half after a frost."""
    assert harvest(1.0, 2250.0, 1.0, 0.0, 1.0, 1 / 4.5, 1.0) == pytest.approx(500.0)
    assert harvest(1.0, 2250.0, 1.0, 0.25, 0.5, 1 / 4.5, 1.0) == pytest.approx(312.5)
    assert harvest(1.0, 2250.0, 1.0, 0.0, 1.0, 1 / 4.5, 0.4) == pytest.approx(200.0)


@given(st.lists(some, min_size=7, max_size=7), st.integers(0, 6))
def test_harvest_rises_in_each_of_its_arguments(numbers: list[float], which: int) -> None:
    more = list(numbers)
    more[which] *= 1.5
    assert 0.0 < harvest(*numbers) < harvest(*more)


@given(st.lists(share, min_size=12, max_size=12), some)
def test_months_of_a_season_sum_to_the_year(weights: list[float], assets: float) -> None:
    total = sum(weights) or 1.0
    season = [weight / total for weight in weights] if sum(weights) else [1.0] + [0.0] * 11
    year = sum(harvest(assets, 2250.0, 1.1, 0.2, 0.9, 0.22, part) for part in season)
    assert year == pytest.approx(harvest(assets, 2250.0, 1.1, 0.2, 0.9, 0.22, 1.0), rel=1e-9)


@given(st.floats(0.0, 0.9), share, st.floats(0.0, 0.5))
def test_harvest_loss_is_a_share_and_falls_with_kit_and_quality(base: float, kit: float, cut: float) -> None:
    loss = harvest_loss(base, kit, cut)
    assert 0.0 <= loss <= base
    assert harvest_loss(base, min(1.0, kit + 0.1), cut) <= loss
    assert harvest_loss(base, kit, cut + 0.1) <= loss
    assert harvest_loss(base, 0.0, 0.0) == base
    assert harvest_loss(base, 1.0, 0.0) == 0.0


@given(price, st.floats(0.0, 0.9), st.floats(0.0, 1.0))
def test_a_crop_is_picked_where_it_pays(value: float, loss: float, cost: float) -> None:
    picks = worth_picking(value, loss, cost)
    assert picks == (value * (1.0 - loss) > cost)
    assert worth_picking(value * 2, loss, cost) >= picks
    assert worth_picking(value, loss, cost * 2 + 0.001) <= picks
    assert not worth_picking(0.0, loss, cost)


@given(share, price, st.integers(1, 11), st.floats(0.0, 0.1))
def test_worth_of_holding_falls_with_time_and_cost_and_rises_with_price_and_patience(
    kept: float, ahead: float, months: int, cost: float
) -> None:
    value = hold_value(kept, ahead, months, cost)
    assert value <= ahead
    assert hold_value(kept, ahead, months + 1, cost) <= value
    assert hold_value(kept, ahead, months, cost + 0.01) < value
    assert hold_value(kept, ahead + 1.0, months, cost) >= value
    assert hold_value(min(1.0, kept + 0.1), ahead, months, cost) >= value


def test_worth_of_holding_by_hand() -> None:
    """Half a year at 0.97 a month and 2 % loss: 0.7371 of 0.9 USD less 2.4 cents."""
    kept = (0.97 * 0.98) ** 6
    assert hold_value(kept, 0.9, 6, 0.004) == pytest.approx(0.9 * 0.97**6 * 0.98**6 - 0.024)


@given(st.floats(-1.0, 0.0) | st.floats(1e-6, 10.0), st.floats(0.0, 10.0), st.floats(0.01, 0.3))
def test_share_sold_is_a_share_that_rises_with_price_and_falls_with_waiting(now: float, hold: float, noise: float) -> None:
    sold = share_sold(now, hold, noise)
    assert 0.0 <= sold <= 1.0
    if now <= 0.0:
        assert sold == 0.0
    else:
        assert share_sold(now * 1.1, hold, noise) >= sold - 1e-12
        assert share_sold(now, hold + 0.1, noise) <= sold
        assert share_sold(now, now, noise) == 0.5
        assert (sold >= 0.5) == (now >= hold)


@given(price)
def test_share_sold_without_noise_is_all_or_nothing(now: float) -> None:
    assert share_sold(now, now * 0.98, 1e-6) == pytest.approx(1.0)
    assert share_sold(now, now * 1.02, 1e-6) == pytest.approx(0.0)


@given(price, price, price, share)
def test_expected_price_lies_between_what_is_usual_and_usual_shifted_by_the_news(
    ahead: float, today: float, usual: float, memory: float
) -> None:
    expected = expected_price(ahead, today, usual, memory)
    shifted = ahead * today / usual
    assert min(ahead, shifted) * (1 - 1e-12) <= expected <= max(ahead, shifted) * (1 + 1e-12)
    assert expected_price(ahead, today, usual, 0.0) == pytest.approx(ahead)
    assert expected_price(ahead, today, usual, 1.0) == pytest.approx(shifted)
    assert expected_price(ahead, usual, usual, memory) == pytest.approx(ahead)
    assert expected_price(ahead, today * 1.5, usual, memory) >= expected


def test_news_fade_with_months_ahead() -> None:
    """A price half above the usual one is expected to be 44 % above next month and 12 % above in a year (0.9)."""
    ratio = [expected_price(1.0, 1.5, 1.0, 0.9**ahead) for ahead in (0, 1, 12)]
    assert ratio == pytest.approx([1.5, 1.5**0.9, 1.5 ** (0.9**12)])
    assert all(math.log(later) < math.log(sooner) for sooner, later in pairwise(ratio))
