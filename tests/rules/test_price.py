from __future__ import annotations

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from linkage_sim.rules.price import city_price, clearing_price, excess_demand, local_demand, open_price, outflow

price = st.floats(0.05, 5.0)
elasticity = st.floats(0.05, 5.0)
kg = st.floats(1.0, 1e6)


@st.composite
def bazaars(draw: st.DrawFn) -> dict[str, float]:
    """A bazaar and a city whose prices are of one order; conduct below the elasticity: importers have a best price."""
    e, reference = draw(elasticity), draw(price)
    city = reference * draw(st.floats(0.2, 5.0))
    return {
        "supply": draw(st.floats(0.0, 1e6)),
        "demand_at_reference": draw(kg),
        "reference": reference,
        "elasticity": e,
        "city_price": city,
        "haul": city * draw(st.floats(0.0, 0.5)),
        "slope": draw(st.floats(1e-9, 1e-2)),
        "conduct": draw(st.floats(0.0, min(1.0, 0.9 * e))),
    }


def cleared(bazaar: dict[str, float], guess: float = 0.7) -> float:
    return clearing_price(*bazaar.values(), guess)


@given(price, kg, price, elasticity)
def test_local_demand_has_its_elasticity(at: float, demand: float, reference: float, e: float) -> None:
    now, later = (local_demand(p, demand, reference, e) for p in (at, at * 1.001))
    assert local_demand(reference, demand, reference, e) == pytest.approx(demand)
    assert math.log(later / now) / math.log(1.001) == pytest.approx(-e, rel=1e-6)


@given(bazaars(), price)
def test_traders_move_nothing_inside_the_band_and_towards_the_dearer_side_outside(bazaar: dict[str, float], at: float) -> None:
    city, haul = bazaar["city_price"], bazaar["haul"]
    moved = outflow(at, city, haul, bazaar["slope"], bazaar["conduct"], 1000.0, bazaar["elasticity"])
    if at < city - haul:
        assert moved > 0.0
    elif at > city + haul:
        assert moved < 0.0
    else:
        assert moved == 0.0
    more_costly = outflow(at, city, haul, bazaar["slope"] * 2, bazaar["conduct"], 1000.0, bazaar["elasticity"])
    fewer_rivals = outflow(at, city, haul, bazaar["slope"], bazaar["conduct"] + 0.1, 1000.0, bazaar["elasticity"])
    assert abs(more_costly) <= abs(moved)
    assert abs(fewer_rivals) <= abs(moved)


@given(bazaars(), st.floats(0.01, 10.0))
def test_the_price_clears_the_bazaar_whatever_the_guess(bazaar: dict[str, float], guess: float) -> None:
    """Local demand and net outflow equal supply to a millionth of the kilograms that a cent more would move."""
    found = cleared(bazaar, guess)
    excess = excess_demand(math.log(found), *bazaar.values())
    steps = [abs(excess_demand(math.log(found * near), *bazaar.values()) - excess) for near in (1 + 1e-9, 1 - 1e-9)]
    scale = bazaar["supply"] + bazaar["demand_at_reference"]
    assert abs(excess) <= max(*steps, 1e-9 * scale)
    assert found == pytest.approx(cleared(bazaar, 1.0), rel=1e-7)


@given(bazaars())
def test_the_root_is_the_only_one(bazaar: dict[str, float]) -> None:
    """Excess demand is positive below the price and negative above it, over twelve orders of magnitude."""
    found = cleared(bazaar)
    for step in range(1, 61):
        away = 10.0 ** (step / 10.0)
        assert excess_demand(math.log(found / away), *bazaar.values()) > 0.0
        assert excess_demand(math.log(found * away), *bazaar.values()) < 0.0


@given(bazaars(), st.floats(1.01, 2.0))
def test_the_price_falls_in_supply_and_rises_in_demand_and_in_the_city_price(bazaar: dict[str, float], factor: float) -> None:
    found = cleared(bazaar) * (1 + 1e-9)
    assert cleared(bazaar | {"supply": (bazaar["supply"] + 1.0) * factor}) <= found
    assert cleared(bazaar | {"demand_at_reference": bazaar["demand_at_reference"] * factor}) * (1 + 2e-9) >= found
    assert cleared(bazaar | {"city_price": bazaar["city_price"] * factor}) * (1 + 2e-9) >= found


@given(bazaars(), st.floats(1.01, 3.0))
def test_market_power_and_dear_roads_press_the_price_where_fruit_leaves(bazaar: dict[str, float], factor: float) -> None:
    found = cleared(bazaar)
    assume(found < bazaar["city_price"] - bazaar["haul"])
    assert cleared(bazaar | {"conduct": min(1.0, bazaar["conduct"] + 0.1)}) <= found * (1 + 1e-9)
    assert cleared(bazaar | {"slope": bazaar["slope"] * factor}) <= found * (1 + 1e-9)
    assert cleared(bazaar | {"haul": bazaar["haul"] * factor}) <= found * (1 + 1e-9)


@given(bazaars())
def test_without_traders_the_bazaar_is_an_island(bazaar: dict[str, float]) -> None:
    """A closed road (a slope without end): local demand takes what is there."""
    supply = bazaar["supply"] + 0.01 * bazaar["demand_at_reference"]
    alone = cleared(bazaar | {"slope": 1e12, "conduct": 0.0, "supply": supply})
    island = bazaar["reference"] * (supply / bazaar["demand_at_reference"]) ** (-1.0 / bazaar["elasticity"])
    assume(1e-3 < island < 1e3)
    assert alone == pytest.approx(island, rel=1e-6)


@given(bazaars())
def test_many_cheap_traders_hold_the_price_inside_the_band(bazaar: dict[str, float]) -> None:
    """Slope and conduct towards 0: the price is the local one where that lies in the band, else an edge of the band."""
    assume(bazaar["city_price"] - bazaar["haul"] > 0.01)
    supply = bazaar["supply"] + 0.01 * bazaar["demand_at_reference"]
    found = cleared(bazaar | {"slope": 1e-20, "conduct": 0.0, "supply": supply})
    island = bazaar["reference"] * (supply / bazaar["demand_at_reference"]) ** (-1.0 / bazaar["elasticity"])
    low, high = bazaar["city_price"] - bazaar["haul"], bazaar["city_price"] + bazaar["haul"]
    assert found == pytest.approx(min(max(island, low), high), rel=1e-4)


@given(price, st.floats(0.0, 1e6), st.floats(-1e6, 1e6), kg, st.floats(0.1, 50.0), st.floats(1.0, 1e5))
def test_the_city_price_falls_with_what_flows_in_and_stays_finite(
    base: float, rest: float, inflow: float, usual: float, e: float, more: float
) -> None:
    found = city_price(base, rest, inflow, usual, e)
    assert 0.0 < found <= base * 20.0 ** (1.0 / e) * (1 + 1e-12)
    assert city_price(base, rest, inflow + more, usual, e) <= found
    assert city_price(base, usual, 0.0, usual, e) == pytest.approx(base)


def test_a_fifth_less_fruit_in_the_city() -> None:
    assert city_price(0.72, 800.0, 0.0, 1000.0, 1.5) == pytest.approx(0.72 * 0.8 ** (-1 / 1.5))


@given(bazaars(), st.floats(0.5, 50.0))
def test_open_trade_is_the_limit_of_many_traders_without_market_power(bazaar: dict[str, float], choke: float) -> None:
    assume(bazaar["supply"] > 1.0)
    named = {"demand_at_reference", "reference", "elasticity", "city_price", "haul"}
    given_ = {name: value for name, value in bazaar.items() if name in named}
    free = open_price(supply=bazaar["supply"], choke=1e30, **given_)
    near = cleared(bazaar | {"slope": 1e-13, "conduct": 0.0})
    traded = bazaar["supply"] + local_demand(free, bazaar["demand_at_reference"], bazaar["reference"], bazaar["elasticity"])
    assert free == pytest.approx(near, rel=1e-6, abs=1e-13 * traded)
    low, high = bazaar["city_price"] - bazaar["haul"], bazaar["city_price"] + bazaar["haul"]
    assert low - 1e-12 <= free <= high + 1e-12
    assert open_price(supply=bazaar["supply"], choke=choke, **given_) == pytest.approx(min(free, choke))


def test_open_trade_by_hand() -> None:
    """Twice the demand at elasticity 1 halves the price; the city holds it up, imports hold it down, and an empty bazaar imports."""
    assert open_price(200.0, 100.0, 1.0, 1.0, 0.5, 0.1, 9.0) == pytest.approx(0.5)
    assert open_price(200.0, 100.0, 1.0, 1.0, 0.9, 0.1, 9.0) == pytest.approx(0.8)
    assert open_price(20.0, 100.0, 1.0, 1.0, 0.9, 0.1, 9.0) == pytest.approx(1.0)
    assert open_price(0.0, 100.0, 1.0, 1.0, 0.9, 0.1, 9.0) == pytest.approx(1.0)
    assert open_price(0.0, 100.0, 1.0, 1.0, 9.0, 0.1, 2.0) == 2.0
