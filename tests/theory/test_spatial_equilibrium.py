"""Bazaars without trading cost or market power are a spatial price equilibrium (Samuelson 1952; Takayama & Judge 1964).

The equilibrium is solved independently as a sequence of quadratic programmes: inverse demand is linearised at the last
solution, surplus less haulage is maximised over flows of 0 or more, until the solution reproduces itself. Nothing of
the model's clearing is used; that the programmes found the equilibrium is checked on its own conditions.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.optimize import minimize

from linkage_sim.month.clear import clear
from linkage_sim.rules.price import clearing_price
from linkage_sim.scenario.load import load_scenario, shipped
from linkage_sim.world.parameters import Parameters
from linkage_sim.world.world import build_world

Numbers = NDArray[np.float64]
CASES = 60


@dataclass(frozen=True)
class Region:
    """Bazaars around one city; kg a month and USD/kg."""

    supply: Numbers
    demand0: Numbers
    haul: Numbers
    reference: float
    elasticity: float
    base: float
    city_elasticity: float
    usual: float
    rest: float
    extra: float

    @property
    def arrives(self) -> float:
        """Kg that reach the city whatever the region does."""
        return self.rest + self.extra

    def local_price(self, demand: Numbers) -> Numbers:
        """Inverse local demand."""
        return self.reference * (demand / self.demand0) ** (-1.0 / self.elasticity)

    def city_price(self, quantity: float) -> float:
        """Inverse demand of the city."""
        return float(self.base * (quantity / self.usual) ** (-1.0 / self.city_elasticity))


def random_region(number: int) -> Region:
    """A region drawn from a wide range: one to five bazaars, some without supply, cities from small to large."""
    draw = np.random.default_rng([20_526, number])
    bazaars = int(draw.integers(1, 6))
    demand0 = np.exp(draw.normal(8.5, 0.8, bazaars))
    supply = demand0 * draw.choice([0.0, 0.3, 1.0, 3.0, 10.0], bazaars) * np.exp(draw.normal(0.0, 0.3, bazaars))
    local = float(demand0.sum() + supply.sum())
    rest = local * float(np.exp(draw.uniform(np.log(0.8), np.log(20.0))))
    return Region(
        supply=supply,
        demand0=demand0,
        haul=draw.uniform(0.02, 0.3, bazaars),
        reference=float(draw.uniform(0.3, 2.0)),
        elasticity=float(draw.uniform(0.4, 2.5)),
        base=float(draw.uniform(0.3, 2.0)),
        city_elasticity=float(draw.uniform(0.5, 4.0)),
        usual=rest + 0.5 * float(supply.sum()),
        rest=rest,
        extra=float(draw.uniform(-0.1, 0.1)) * rest,
    )


# --- the independent solution -------------------------------------------------------------------------


def quadratic_programme(region: Region, demand: Numbers, quantity: float) -> tuple[Numbers, Numbers]:
    """Flows to and from the city that maximise surplus, demands being straight lines through the last solution.

    Steps are held to a factor of 3 in what any place consumes; kg are counted in thousands of what is moved about.
    """
    n, scale = len(region.supply), float(region.supply.sum() + region.demand0.sum()) / 1000.0
    price, city = region.local_price(demand), region.city_price(quantity)
    slope, city_slope = price / (region.elasticity * demand), city / (region.city_elasticity * quantity)

    def consumed(flows: Numbers) -> tuple[Numbers, float]:
        net = scale * (flows[:n] - flows[n:])
        return region.supply - net, region.arrives + float(net.sum())

    def loss(flows: Numbers) -> tuple[float, Numbers]:
        eaten, arrived = consumed(flows)
        worth = price * (eaten - demand) - 0.5 * slope * (eaten - demand) ** 2
        city_worth = city * (arrived - quantity) - 0.5 * city_slope * (arrived - quantity) ** 2
        haulage = float(region.haul @ (flows[:n] + flows[n:])) * scale
        marginal = city - city_slope * (arrived - quantity) - (price - slope * (eaten - demand))
        gradient = np.concatenate((region.haul - marginal, region.haul + marginal))
        return (haulage - float(worth.sum()) - city_worth) / scale, gradient

    def room(flows: Numbers) -> Numbers:
        eaten, arrived = consumed(flows)
        places = np.concatenate((eaten / demand, [arrived / quantity]))
        return np.concatenate((places - 1 / 3, 3 - places))

    net = (region.supply - demand) / scale
    found = minimize(
        loss,
        np.concatenate((np.maximum(net, 0.0), np.maximum(-net, 0.0))),
        jac=True,
        method="SLSQP",
        bounds=[(0.0, None)] * (2 * n),
        constraints={"type": "ineq", "fun": room},
        options={"maxiter": 500, "ftol": 1e-15},
    )
    return found.x[:n] * scale, found.x[n:] * scale


def equilibrium(region: Region) -> tuple[Numbers, float, Numbers, Numbers]:
    """Local prices, city price, flows to and from the city of the spatial price equilibrium."""
    demand = np.maximum(region.supply, np.minimum(0.1 * region.demand0, 0.3 * region.arrives / len(region.supply)))
    quantity = region.arrives + float((region.supply - demand).sum())
    for _ in range(200):
        out, back = quadratic_programme(region, demand, quantity)
        eaten = region.supply - out + back
        arrived = region.arrives + float((out - back).sum())
        change = max(np.abs(eaten / demand - 1.0).max(), abs(arrived / quantity - 1.0))
        demand, quantity = eaten, arrived
        if change < 1e-7:
            return region.local_price(demand), region.city_price(quantity), out, back
    raise AssertionError("the quadratic programmes do not settle")


@cache
def solved(number: int) -> tuple[Numbers, float, Numbers, Numbers]:
    """Equilibrium of a random region, found once."""
    return equilibrium(random_region(number))


def check_conditions(region: Region, price: Numbers, city: float, out: Numbers, back: Numbers) -> None:
    """No trade loses, all trade that would pay is done: the conditions of Samuelson and of Takayama and Judge."""
    assert region.arrives + float((out - back).sum()) > 0.1 * region.usual, "the model floors the city's supply below"
    least = 1e-4 * (region.supply + region.demand0)
    tolerance = 1e-4 * city
    assert (price >= city - region.haul - tolerance).all()
    assert (price <= city + region.haul + tolerance).all()
    assert np.abs(price - city + region.haul)[out > least].max(initial=0.0) < tolerance
    assert np.abs(price - city - region.haul)[back > least].max(initial=0.0) < tolerance
    assert (np.minimum(out, back) <= least).all()


# --- the model's clearing -----------------------------------------------------------------------------


@cache
def shipped_parameters() -> Parameters:
    """Compiled numbers of the shipped world; their chain and trader records are copied and changed."""
    return build_world(load_scenario(shipped("apricot/baseline")), 0).parameters


def cleared(
    region: Region,
    *,
    slope: float = 1e-9,
    number: float = 1000.0,
    conduct: float = 0.0,
    guess: float = 0.7,
) -> tuple[Numbers, float, Numbers, Numbers]:
    """Local prices, city price, net flows to the city and local demand by the model."""
    return cleared_together([region], slope=slope, number=number, conduct=conduct, guess=guess)[0]


def cleared_together(
    regions: list[Region],
    *,
    slope: float = 1e-9,
    number: float = 1000.0,
    conduct: float = 0.0,
    guess: float = 0.7,
    order: Numbers | None = None,
) -> list[tuple[Numbers, float, Numbers, Numbers]]:
    """The same for several cities at once, each with its own bazaars; ``order`` mixes the rows of the bazaars."""
    first, cities = regions[0], len(regions)
    of_bazaar = np.repeat(np.arange(cities), [len(region.supply) for region in regions])
    order = np.arange(len(of_bazaar)) if order is None else order
    chains, traders = shipped_parameters().chains[:1].copy(), shipped_parameters().traders.copy()
    chains["bazaar_choke"] = 1e6  # the quadratic programme knows no price at which buying ends
    chains["bazaar_reference_price"], chains["bazaar_elasticity"] = first.reference, first.elasticity
    chains["city_elasticity"] = first.city_elasticity
    traders["conduct"] = conduct
    n = len(of_bazaar)
    price, outflow, demand = np.full((n, 1), guess), np.zeros((n, 1)), np.zeros((n, 1))
    city = np.full((cities, 1), guess)
    usual = np.array([np.full((1, 12), region.usual) for region in regions])
    own = np.array([np.full((1, 12), region.usual - region.rest) for region in regions])
    supply, haul, demand0 = (np.concatenate([getattr(region, name) for region in regions])[order] for name in ("supply", "haul", "demand0"))
    clear(
        0, chains, traders, supply[:, None].copy(), of_bazaar[order], np.full((n, 1), slope / number), haul, np.zeros(n, dtype=np.uint8),
        demand0[:, None].copy(), np.array([[region.base] for region in regions]), usual, own,
        np.array([[region.extra] for region in regions]), price, outflow, demand, city,
    )  # fmt: skip
    rows = [np.flatnonzero(of_bazaar[order] == w)[np.argsort(order[of_bazaar[order] == w])] for w in range(cities)]
    return [(price[row, 0], float(city[w, 0]), outflow[row, 0], demand[row, 0]) for w, row in enumerate(rows)]


def balanced(region: Region, found: tuple[Numbers, float, Numbers, Numbers]) -> None:
    """Every bazaar's kilograms go somewhere, and the city's price is that of what it gets."""
    _, city, outflow, demand = found
    turnover = region.supply + demand + np.abs(outflow)
    assert (np.abs(region.supply - demand - outflow) <= 1e-6 * turnover.sum()).all()
    assert city == pytest.approx(region.city_price(region.arrives + float(outflow.sum())), rel=1e-4)


@pytest.mark.parametrize("slope", [1e-9, 0.0])
@pytest.mark.parametrize("number", range(CASES))
def test_cheap_competitive_traders_reproduce_the_spatial_price_equilibrium(number: int, slope: float) -> None:
    """Prices and flows to 1 %: the flows against what a bazaar supplies or eats. Slope 0 is the competitive yardstick."""
    region = random_region(number)
    price, city, out, back = solved(number)
    check_conditions(region, price, city, out, back)
    found = cleared(region, slope=slope)
    balanced(region, found)
    assert found[1] == pytest.approx(city, rel=0.01)
    assert found[0] == pytest.approx(price, rel=0.01)
    assert (np.abs(found[2] - (out - back)) <= 0.01 * np.maximum(region.supply, region.demand0)).all()


@pytest.mark.parametrize("number", range(0, CASES, 3))
def test_two_cities_with_their_own_bazaars_are_two_spatial_price_equilibria(number: int) -> None:
    """Nobody trades between cities: the programme of both splits in two; rows of their bazaars are mixed on purpose."""
    one = random_region(number)
    other = replace(random_region(number + 1), reference=one.reference, elasticity=one.elasticity, city_elasticity=one.city_elasticity)
    order = np.random.default_rng(number).permutation(len(one.supply) + len(other.supply))
    both = cleared_together([one, other], order=order)
    for region, found in zip((one, other), both, strict=True):
        price, city, out, back = equilibrium(region)
        check_conditions(region, price, city, out, back)
        balanced(region, found)
        assert found[1] == pytest.approx(city, rel=0.01)
        assert found[0] == pytest.approx(price, rel=0.01)
        assert (np.abs(found[2] - (out - back)) <= 0.01 * np.maximum(region.supply, region.demand0)).all()


@pytest.mark.parametrize("number", range(0, CASES, 5))
def test_a_second_city_changes_no_bit_of_the_first(number: int) -> None:
    region = random_region(number)
    other = replace(region, supply=0.5 * region.supply, base=1.3 * region.base)
    alone, beside = cleared(region, slope=4e-5, number=6.0), cleared_together([region, other], slope=4e-5, number=6.0)
    for one, same in zip(alone, beside[0], strict=True):
        np.testing.assert_array_equal(one, same)
    assert beside[1][1] != alone[1]


def test_the_cases_cover_all_regimes() -> None:
    """Bazaars that send, that receive, and that keep to themselves; small and large cities."""
    regions = [random_region(number) for number in range(CASES)]
    flows = [solved(number)[2:] for number in range(CASES)]
    least = [1e-3 * region.demand0 for region in regions]
    sends = sum(int((out > few).sum()) for (out, _), few in zip(flows, least, strict=True))
    receives = sum(int((back > few).sum()) for (_, back), few in zip(flows, least, strict=True))
    alone = sum(len(region.supply) for region in regions) - sends - receives
    share = [float((out - back).sum()) / region.arrives for (out, back), region in zip(flows, regions, strict=True)]
    assert min(sends, receives, alone) >= 10
    assert max(share) > 0.3
    assert min(np.abs(share)) < 0.01


def test_the_comparison_can_fail() -> None:
    """Traders with a cost or with market power are not the competitive equilibrium."""
    region = replace(random_region(0), supply=np.full(2, 20_000.0), demand0=np.full(2, 2000.0), haul=np.full(2, 0.06))
    price = equilibrium(region)[0]
    assert (cleared(region, slope=4e-5, number=6)[0] < 0.97 * price).all()
    assert (cleared(region, conduct=1 / 6)[0] < 0.9 * price).all()


# --- limits and known figures -------------------------------------------------------------------------

TRIAL: dict[str, Any] = {
    "reference": 0.75, "elasticity": 0.7, "base": 0.72, "city_elasticity": 1.5,
    "usual": 500_000.0, "rest": 450_000.0, "extra": 0.0,
}  # fmt: skip
ASHT = Region(
    supply=np.array([14_000.0, 16_000.0, 9_000.0]),
    demand0=np.array([2000.0, 2200.0, 1500.0]),
    haul=np.array([0.06, 0.08, 0.05]),
    **TRIAL,
)


@pytest.mark.parametrize("conduct", [lambda number: 0.0, lambda number: 1.0 / number])
def test_infinitely_many_traders_leave_only_the_haul(conduct: Callable[[float], float]) -> None:
    """Price-taking or Cournot: as traders become many the price becomes the city's less the haul."""
    gaps = []
    for number in (6.0, 60.0, 600.0, 1e6):
        price, city, _, _ = cleared(ASHT, slope=4e-5, number=number, conduct=conduct(number))
        gaps.append(float(np.abs(city - ASHT.haul - price).max()))
    assert all(later < sooner / 2 for sooner, later in pairwise(gaps))
    assert gaps[-1] < 1e-4


@pytest.mark.parametrize(("conduct", "passes", "share"), [(0.0, 0.98, 0.80), (1 / 6, 0.42, 0.48), (1.0, 0.17, 0.26)])
def test_pass_through_and_farm_gate_share_of_the_trial(conduct: float, passes: float, share: float) -> None:
    """Six traders, 14 t at harvest, local demand 2 t: figures of model_trial 1, Bazaar price, to 0.03."""

    def price(city: float) -> float:
        return clearing_price(14_000.0, 2000.0, 0.75, 0.7, city, 0.06, 4e-5 / 6, conduct, 0.5)

    assert (price(0.73) - price(0.71)) / 0.02 == pytest.approx(passes, abs=0.03)
    assert price(0.72) / 0.72 == pytest.approx(share, abs=0.03)


def test_market_power_lowers_pass_through_and_price_step_by_step() -> None:
    conducts = np.linspace(0.0, 1.0, 11)
    price = np.array(
        [[clearing_price(14_000.0, 2000.0, 0.75, 0.7, city, 0.06, 4e-5 / 6, conduct, 0.5) for city in (0.71, 0.73)] for conduct in conducts]
    )
    assert (np.diff(price.mean(axis=1)) < 0).all()
    assert (np.diff(price[:, 1] - price[:, 0]) < 0).all()


def small_city(share: float) -> Region:
    """A city that gets a share of its usual supply from this region."""
    usual = 60_000.0 / share
    return replace(ASHT, supply=np.array([25_000.0, 20_000.0, 15_000.0]), usual=usual, rest=usual - 60_000.0 + 5700.0)


@pytest.mark.parametrize("share", [0.01, 0.1, 0.5, 0.9])
def test_the_nested_root_converges_where_the_region_is_a_large_part_of_the_city(share: float) -> None:
    """The city price answers to what the region sends, down to a city that lives on the region."""
    region = small_city(share)
    for slope, conduct in ((1e-9, 0.0), (4e-5, 0.0), (4e-5, 1 / 6), (4e-5, 0.6)):
        for factor in (0.0, 0.3, 1.0, 2.0):
            case = replace(region, supply=region.supply * factor)
            found = cleared(case, slope=slope, number=6.0, conduct=conduct)
            balanced(case, found)
            assert np.isfinite(found[0]).all()


def test_a_good_harvest_lowers_the_price_of_a_small_city_more() -> None:
    falls = []
    for share in (0.01, 0.1, 0.5):
        usual, glut = (cleared(replace(small_city(share), supply=small_city(share).supply * k)) for k in (1.0, 1.5))
        falls.append(1.0 - glut[1] / usual[1])
    assert falls[0] < falls[1] < falls[2]
    assert falls[0] < 0.01
    assert falls[2] > 0.1


@pytest.mark.parametrize("number", range(0, CASES, 4))
def test_the_equilibrium_does_not_depend_on_where_the_search_starts(number: int) -> None:
    region = random_region(number)
    for slope, conduct in ((1e-9, 0.0), (4e-5, 0.2)):
        found = [cleared(region, slope=slope, number=6.0, conduct=conduct, guess=guess) for guess in (0.01, 0.7, 50.0)]
        for one in found[1:]:
            assert one[0] == pytest.approx(found[0][0], rel=1e-6)
            assert one[1] == pytest.approx(found[0][1], rel=1e-6)


def test_a_closed_road_makes_an_island() -> None:
    region = replace(ASHT, supply=np.array([3000.0, 2200.0, 500.0]))
    price, _, outflow, demand = cleared(region, slope=1e12, number=1.0)
    assert demand == pytest.approx(region.supply, rel=1e-6)
    assert price == pytest.approx(region.local_price(region.supply), rel=1e-6)
    assert np.abs(outflow).max() < 1e-3


@pytest.mark.parametrize(
    ("name", "value"),
    [("traders.conduct", 1 / 6), ("traders.number", 1), ("value_chains.apricot.bazaar.local_share", 1)],
)
def test_how_traders_behave_does_not_change_the_size_of_the_city(name: str, value: float) -> None:
    """ "size" is the city's normal supply as a multiple of this region's crop."""
    usual, other = (build_world(load_scenario(shipped("apricot/baseline"), changes), 0).state for changes in (None, {name: value}))
    crop = usual.enterprise["expected_kg"].sum() / 12.0
    assert usual.city_usual.mean() == pytest.approx(10.0 * crop, rel=0.1)
    assert other.city_usual.mean() == pytest.approx(usual.city_usual.mean(), rel=0.1)
