"""The bazaar price: local demand, traders' outflow and inflow (model 4, Bazaar price)."""

from __future__ import annotations

import math

from linkage_sim.rules.core import narrowed, rule


@rule
def local_demand(price: float, demand_at_reference: float, reference: float, elasticity: float) -> float:
    """Local demand in kg a month: D0*(p/p0)^(-e); price above 0."""
    return demand_at_reference * (price / reference) ** (-elasticity)


@rule
def outflow(price: float, city_price: float, haul: float, slope: float, conduct: float, demand: float, elasticity: float) -> float:
    """Kg a month that traders take to the city; negative where they bring some in.

    ``slope`` is kappa over the number of traders (USD/kg per kg/month). Conduct 0 takes prices as given, 1/number is
    Cournot, 1 is joint profit (model 4; Bergquist & Dinerstein 2020). With slope and conduct towards 0 the price
    becomes that of the spatial price equilibrium (Samuelson 1952).
    """
    wedge = slope + conduct * price / (elasticity * max(demand, 1e-12))
    if price < city_price - haul:
        return (city_price - haul - price) / wedge
    if price > city_price + haul:
        return (city_price + haul - price) / wedge
    return 0.0


@rule
def excess_demand(
    log_price: float, supply: float, demand_at_reference: float, reference: float, elasticity: float,
    city_price: float, haul: float, slope: float, conduct: float,
) -> float:  # fmt: skip
    """Local demand and net outflow less supply, in kg a month: falls in price, 0 where the bazaar clears."""
    price = math.exp(log_price)
    demand = local_demand(price, demand_at_reference, reference, elasticity)
    return demand + outflow(price, city_price, haul, slope, conduct, demand, elasticity) - supply


@rule
def clearing_price(
    supply: float, demand_at_reference: float, reference: float, elasticity: float,
    city_price: float, haul: float, slope: float, conduct: float, guess: float,
) -> float:  # fmt: skip
    """Price at which the bazaar clears: bracketed root in log price, USD/kg.

    False position in its Illinois form; where that is slow every third step is a halving, since excess demand has kinks
    where traders begin to move. ``guess`` (above 0) only sets where the bracket starts; the root is unique.
    """
    low = high = math.log(guess)
    lowest = -300.0 / max(elasticity, 1.0)
    step = 0.02
    f_low = excess_demand(low, supply, demand_at_reference, reference, elasticity, city_price, haul, slope, conduct)
    f_high = f_low
    while f_low < 0.0 and low > lowest:
        high, f_high = low, f_low
        low -= step
        step *= 2.0
        f_low = excess_demand(low, supply, demand_at_reference, reference, elasticity, city_price, haul, slope, conduct)
    step = 0.02
    while f_high > 0.0 and high < 60.0:
        low, f_low = high, f_high
        high += step
        step *= 2.0
        f_high = excess_demand(high, supply, demand_at_reference, reference, elasticity, city_price, haul, slope, conduct)
    side = 0
    middle = 0.5 * (low + high)
    scale = supply + demand_at_reference + 1e-9
    for turn in range(200):
        if high - low < 1e-15 or f_low == f_high:
            break
        middle = 0.5 * (low + high) if turn > 8 and turn % 3 == 0 else (low * f_high - high * f_low) / (f_high - f_low)
        f = excess_demand(middle, supply, demand_at_reference, reference, elasticity, city_price, haul, slope, conduct)
        if abs(f) < 1e-12 * scale:
            break
        low, f_low, high, f_high, side = narrowed(low, f_low, high, f_high, middle, f, f > 0.0, side)
    return math.exp(middle)


@rule
def open_price(
    supply: float, demand_at_reference: float, reference: float, elasticity: float, city_price: float, haul: float, choke: float
) -> float:
    """Bazaar price when anybody may trade with the city at the haul alone: the spatial equilibrium, USD/kg.

    The price that clears local demand alone, held between the city's price less and plus the haul (Samuelson 1952), and
    never above ``choke``. It is the limit of `clearing_price` as slope and conduct go to 0.
    """
    alone = choke
    if supply > 0.0:
        alone = reference * (supply / demand_at_reference) ** (-1.0 / elasticity)
    return min(max(alone, city_price - haul), min(city_price + haul, choke))


@rule
def city_price(base: float, rest_of_world: float, inflow: float, usual: float, elasticity: float) -> float:
    """Wholesale price in the city: base*((rest of world + inflow)/usual)^(-1/e), USD/kg.

    All quantities kg a month; the supply is floored at a twentieth of the usual, so that a month in which
    traders draw fruit out of the city has a finite price.
    """
    return base * (max(rest_of_world + inflow, 0.05 * usual) / usual) ** (-1.0 / elasticity)
