"""Harvest, storing and selling: what a household's crop becomes (model 4)."""

from __future__ import annotations

import math

from linkage_sim.rules.core import exponential, loop_rule, rule, sigmoid


@rule
def harvest(assets: float, yield_per_asset: float, skill: float, gain: float, weather: float, conversion: float, season: float) -> float:
    """Crop of one month in the unit of sale (model 4, Harvest): A*y*k*(1+gain)*w*conv*season.

    Parameters
    ----------
    assets : asset units; yield_per_asset : fresh kg per unit and year; skill : 1 = average
    gain : share gained by improved practice this season; weather : product of shares, mean 1
    conversion : kg sold per kg fresh; season : share of the year's harvest that ripens this month

    Returns
    -------
    kg, 0 or more
    """
    return assets * yield_per_asset * skill * (1.0 + gain) * weather * conversion * season


@rule
def harvest_year(month: int, start: float) -> int:
    """Number of the harvest that a month belongs to: a new one begins each year in calendar month ``start`` (0..11)."""
    return int((month - int(start)) // 12)


@rule
def grade_a_share(usual: float, gain: float, uses: int) -> float:
    """Share of grade A in what is picked: usual+gain*uses quality practice, at most 1."""
    return min(1.0, usual + gain * uses)


@rule
def harvest_loss(base: float, kit_effect: float, quality_cut: float) -> float:
    """Share lost at harvest: lh*(1 - eta*storage) - cut by quality practice, never below 0."""
    return max(0.0, base * (1.0 - kit_effect) - quality_cut)


@loop_rule
def worth_picking(value: float, loss: float, cost: float) -> bool:
    """Whether a crop is picked: its value net of losses covers picking and drying (USD/kg)."""
    return value * (1.0 - loss) > cost


@rule
def months_to_sell(calendar: int, start: int, kept_for: float, all_year: float) -> float:
    """Months that a holder may still wait; 0 = all is sold now.

    Parameters
    ----------
    calendar, start : calendar month now and in which the year's harvest begins, 0..11
    kept_for : months after ``start`` by which all is sold, 0..11; for what is produced all year, months a kg is kept
    all_year : 1 where every month brings something, else 0
    """
    if all_year == 1.0:
        return kept_for
    return max(0.0, kept_for - (calendar - start) % 12)


@loop_rule
def hold_value(kept: float, expected_ahead: float, months: int, storing_cost: float) -> float:
    """Worth now of selling a kg after some months: (delta*(1-loss))^k * E[p] - k*cost.

    Parameters
    ----------
    kept : (delta*(1-loss))^k, what patience and losses leave of a dollar after k months, 0..1
    expected_ahead : USD/kg net at the village; months : k, 1 or more; storing_cost : USD/kg a month
    """
    return kept * expected_ahead - months * storing_cost


@loop_rule
def share_sold(price_net: float, best_hold: float, noise: float) -> float:
    """Share of the stock sold this month (model 4, Store or sell): sigmoid((p - V)/(s*p)); 0 where the price is 0."""
    if price_net <= 0.0:
        return 0.0
    # divided by what all rows of a loop share, once
    return sigmoid((price_net - best_hold) * (1.0 / (noise * price_net)))


@loop_rule
def in_need(price_net: float, best_hold: float, floor: float) -> float:
    """Part of an urgent need that is met by selling: all of it down to ``floor`` of what keeping is worth, none below 0.6 of that.

    Without this a falling price would make everybody in need sell more, and the price would fall to nothing.

    Parameters
    ----------
    price_net, best_hold : USD/kg; floor : 0..1
    """
    if best_hold <= 0.0 or floor <= 0.0:
        return 1.0
    return min(1.0, max(0.0, (price_net / best_hold - 0.6 * floor) * (1.0 / (0.4 * floor))))


@loop_rule
def expected_price(usual_ahead: float, today: float, usual_today: float, memory: float) -> float:
    """Price expected for a later month: E[m+k]*(p_t/E[m])^(rho^k) (model 4, Expect).

    Parameters
    ----------
    usual_ahead, usual_today : USD/kg, what is usual in the later and in the present calendar month, above 0
    today : USD/kg, above 0; memory : rho^k, 0..1
    """
    return usual_ahead * exponential(memory * math.log(today / usual_today))
