"""Quotes: who is asked again, and how far a quote moves."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from linkage_sim import engine
from linkage_sim.month.quotes import SETTLED, STILL, mark_still, next_quote
from promises.small_world import PLAN, with_plan

QUOTE = 2.0


def one(value: float) -> NDArray[np.float64]:
    return np.array([[value]])


def moved(number: int, gap: float, *, still: int = 0, last: tuple[float, float] = (QUOTE, 0.0), step: float = 0.5) -> tuple[float, float]:
    """Log by which a quote moves towards a price that is ``gap`` (log) away, and the step remembered for this calendar month."""
    quote, steps = one(QUOTE), np.full((1, 1, 12), step)
    bracket = np.array([[[-1e9]], [[1e9]], [[QUOTE]], [[1e9]]])
    marks = np.full((1, 1), still, dtype=np.uint8)
    worst = next_quote(number, 4, marks, quote, one(QUOTE * math.exp(gap)), one(last[0]), one(last[1]), bracket, steps)
    assert worst == pytest.approx(abs(gap))
    assert (np.delete(steps[0, 0], 4) == step).all()
    return math.log(quote[0, 0] / QUOTE), float(steps[0, 0, 4])


@pytest.mark.parametrize(
    ("number", "gap", "by", "still"),
    [
        (0, 0.0, 0.0, 0),  # in the first pass everybody is asked
        (1, 0.9 * SETTLED, 0.1, 1),
        (1, 1.1 * SETTLED, 0.1, 0),
        (1, 1.1 * SETTLED, 0.5 * STILL, 1),
    ],
)
def test_villages_are_asked_again_until_their_own_quote_settles(number: int, gap: float, by: float, still: int) -> None:
    asked, marks = one(QUOTE / (1.0 + by)), np.zeros((1, 1), dtype=np.uint8)
    mark_still(number, one(QUOTE), asked, one(gap), marks)
    assert marks[0, 0] == still
    assert asked[0, 0] == (QUOTE / (1.0 + by) if still else QUOTE)


def test_the_first_step_goes_as_far_as_the_year_before() -> None:
    assert moved(0, 0.1) == pytest.approx((0.05, 0.5))
    assert moved(0, 0.1, step=0.9) == pytest.approx((0.09, 0.9))


def test_later_steps_go_where_the_last_two_passes_point_and_are_remembered() -> None:
    before = QUOTE * math.exp(-0.08)  # it rose by 0.08 and the gap fell from 0.10 to 0.04: 4/3 of a step closes it
    assert moved(1, 0.04, last=(before, 0.10)) == pytest.approx((0.04, 1.0))  # never past the cleared price
    assert moved(1, 0.04, last=(before, 0.20)) == pytest.approx((0.02, 0.5))
    assert moved(1, 0.09, last=(before, 0.05), step=0.7) == pytest.approx((0.063, 0.7))  # a gap that grew says nothing


def test_a_quote_that_nobody_was_asked_about_stands_unless_its_city_moved_it_away() -> None:
    assert moved(2, 0.5 * SETTLED, still=1, last=(1.0, 0.3)) == pytest.approx((0.0, 0.5))
    assert moved(2, 4.0 * SETTLED, still=1, last=(1.0, 0.3)) == pytest.approx((2.0 * SETTLED, 0.5))


def test_every_bazaar_that_trades_settles_to_the_share_promised() -> None:
    simulation = engine.Simulation(with_plan(PLAN), 7)
    simulation.run(until=simulation.scenario.timeline.months)
    gaps = simulation.recorder.values[:, simulation.recorder.names.index("quote_gap")]
    assert np.median(gaps) < SETTLED / 4
    steps = simulation.context.state.quote_step
    assert ((steps >= 0.1) & (steps <= 1.0)).all()
    assert (steps != 0.5).any()
