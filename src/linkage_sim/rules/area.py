"""How a household divides its land, and how many animals or tools it keeps (model 4, Area)."""

from __future__ import annotations

import math

from linkage_sim.rules.core import rule


@rule
def expected_return(kg: float, price_net: float, picking_cost: float, loss: float, yearly_cost: float) -> float:
    """Return expected of one asset unit in a year without news, USD; may be below 0.

    Parameters
    ----------
    kg : sold in a year after losses; price_net : USD/kg at the village; picking_cost : USD per kg picked
    loss : share lost at harvest, below 1; yearly_cost : USD of practices in use
    """
    return kg * (price_net - picking_cost / (1.0 - min(loss, 0.99))) - yearly_cost


@rule
def preference(base_share: float, expected: float, usual: float, scale: float, noise: float) -> float:
    """Weight of one use of land in the logit: base*exp((r - r_usual)/(noise*scale)).

    The share held at the start explains what returns do not (soil, water, taste), so that at usual returns the shares
    are the first ones (positive mathematical programming; Howitt 1995). The exponent is held to -20..20.

    Parameters
    ----------
    base_share : share of the land at the start, 0..1; expected, usual : USD a year and ha
    scale : mean usual return of the household's land, USD a year and ha, above 0; noise : above 0
    """
    return base_share * math.exp(min(20.0, max(-20.0, (expected - usual) / (noise * scale))))


@rule
def area_step(wanted: float, held: float, adjustment: float) -> float:
    """Change of an area this season: part of the way to what is wanted, ha."""
    return adjustment * (wanted - held)


@rule
def increase_kept(increase: float, decrease: float, idle: float) -> float:
    """Part of the increases that the land given up elsewhere and idle land leave room for, 0..1."""
    if increase <= 0.0:
        return 0.0
    return min(1.0, (decrease + idle) / increase)


@rule
def decrease_kept(increase: float, decrease: float) -> float:
    """Part of the decreases for which there is another use: nobody gives land up for nothing, 0..1."""
    if decrease <= 0.0:
        return 0.0
    return min(1.0, increase / decrease)


@rule
def herd_wanted(usual_units: float, expected: float, usual: float, noise: float, smallest: float, largest: float) -> float:
    """Asset units wanted of what needs no land: first number * exp((r - r_usual)/(noise*|r_usual|)), within bounds."""
    pull = (expected - usual) / (noise * max(abs(usual), 1e-9))
    return min(largest, max(smallest, usual_units * math.exp(min(20.0, max(-20.0, pull)))))


@rule
def herd_step(wanted: float, held: float, adjustment: float, herd_rate: float, breeding: float, money: float, unit_price: float) -> float:
    """Change of a herd this season, asset units: part of the way, at most the herd rate, own young first, the rest bought from cash.

    Parameters
    ----------
    wanted, held : asset units; adjustment : 0..1; herd_rate, breeding : share of ``held`` in a year
    money : USD that may be spent; unit_price : USD per asset unit, 0 = free
    """
    change = min(herd_rate * held, max(-herd_rate * held, adjustment * (wanted - held)))
    bred = breeding * held
    if unit_price > 0.0 and change > bred:
        change = bred + min(change - bred, max(0.0, money) / unit_price)
    return change


@rule
def deaths_share(mean: float, luck: float) -> float:
    """Share that dies this year: between nothing and twice the mean, never all of it; ``luck`` uniform 0..1."""
    return min(0.95, 2.0 * mean * luck)
