"""Joining a contract, delivering or side-selling: the household's side of a linkage (model 4)."""

from __future__ import annotations

import math

from linkage_sim.rules.core import rule, sigmoid

FIXED, SPOT_PLUS, FLOOR_PLUS = 0, 1, 2


@rule
def contract_price(formula: int, base: float, premium: float, spot: float) -> float:
    """What a firm pays per kg this month, USD/kg.

    Parameters
    ----------
    formula : 0 fixed, 1 spot-plus, 2 floor-plus
    base : price agreed in the contracting month; premium : part of it above the outside value then
    spot : what the bazaar pays net of haul this month
    """
    if formula == SPOT_PLUS:
        return max(spot, 0.0) + premium
    if formula == FLOOR_PLUS:
        return max(base, spot + premium)
    return base


@rule
def delayed_value(patience: float, delay: float) -> float:
    """Worth now of a dollar paid after some months, at the household's monthly patience."""
    return patience**delay


@rule
def join_value(
    trust: float, price: float, delay_value: float, rejection: float, outside: float, volume: float,
    loan_worth: float, risk_aversion: float, cv_outside: float, cv_inside: float, income_share: float,
    autonomy: float, hold_up: float,
) -> float:  # fmt: skip
    """Worth of a contract for one grade against selling freely, USD a season (model 4, Join; Barrett et al. 2012).

    T*(p*dlay*(1-rej)-O)*H + mu*loan + 0.5*R*(cv_b^2-cv_c^2)*O*H*share - autonomy - hold_up.

    Parameters
    ----------
    trust : 0..1; price, outside : USD/kg at the village; delay_value : 0..1; rejection : 0..1; volume : kg expected
    loan_worth : USD; cv_outside, cv_inside : coefficients of variation of revenue outside and inside
    income_share : share of household income that this crop brings; autonomy, hold_up : USD
    """
    gain = trust * (price * delay_value * (1.0 - rejection) - outside) * volume
    insurance = 0.5 * risk_aversion * (cv_outside**2 - cv_inside**2) * outside * volume * income_share
    return gain + loan_worth + insurance - autonomy - hold_up


@rule
def join_chance(value: float, outside_value: float, extra: float, noise: float) -> float:
    """Chance to join: sigmoid((V/outside value - extra)/s); ``extra`` is what newcomers want on top."""
    return sigmoid((value / outside_value - extra) / noise)


@rule
def side_selling_gain(
    spot: float, price: float, delay_value: float, debt: float, recovered: float, due: float,
    cash_pull: float, gap_share: float, bazaar: float,
) -> float:  # fmt: skip
    """What diverting one kg brings now, USD/kg (model 4, Deliver or side-sell).

    Parameters
    ----------
    spot : best price outside, net at the village; price : contract price; delay_value : worth of delayed money
    debt : USD owed to the firm; recovered : part it would get back anyway; due : contract kg still due, above 0
    cash_pull : pull of urgent need; gap_share : cash gap over monthly need, 0..1; bazaar : USD/kg at the bazaar
    """
    return spot - price * delay_value + debt * (1.0 - recovered) / due + cash_pull * bazaar * gap_share


@rule
def relationship_rent(
    trust: float, price: float, delay_value: float, outside: float, yearly: float, due: float,
    patience_year: float, breakup: float, detection: float, sanction: float, bazaar: float,
) -> float:  # fmt: skip
    """What keeping the contract is worth per kg due, USD/kg (Levin 2003): future surplus and social sanction.

    Parameters
    ----------
    yearly : kg a household expects to deliver in a year; due : kg still due this season, above 0
    patience_year : yearly discount factor; sanction : share of value
    """
    horizon = patience_year / (1.0 - patience_year * (1.0 - breakup))
    future = trust * max(0.0, price * delay_value - outside) * (yearly / due) * horizon * detection
    return future + sanction * bazaar


@rule
def social_sanction(base: float, alone: float, association: float, neighbours: float) -> float:
    """Social cost of side-selling as a share of value: s0*(alone + association)*(1 - neighbours' side-selling)."""
    return base * (alone + association) * (1.0 - neighbours)


@rule
def is_self_enforcing(temptation: float, future: float, surplus: float) -> bool:
    """Whether a linkage holds by itself (Levin 2003, pooled): temptations of both sides within what both would lose.

    Parameters
    ----------
    temptation : most that farmer and firm together could gain by breaking their word in one season, USD
    future : discounted value of going on, of both together, USD
    surplus : what the linkage makes in a year beyond what both would have without it, USD; none: it will not last
    """
    return surplus > 0.0 and temptation <= future


@rule
def breach_mended(organisation: float, by_organisation: float, written: float, by_mediation: float) -> float:
    """Part of a broken promise that is mended: 1-(1-organisation*its part)*(1-written terms*mediation's part), 0..1."""
    return 1.0 - (1.0 - organisation * by_organisation) * (1.0 - written * by_mediation)


@rule
def mended_price(spot: float, price: float, mended: float) -> float:
    """What a firm that breaks its word pays in the end, USD/kg: the bazaar's price and the mended part of the gap."""
    return spot + mended * max(0.0, price - spot)


@rule
def rejection_chance(usual: float, graded: float, part: float) -> float:
    """Chance that a lot is rejected at the gate where a third party grades: usual*(1-graded*part)."""
    return usual * (1.0 - graded * part)


@rule
def detection_chance(usual: float, written: float, part: float) -> float:
    """Chance that side-selling is seen: records bring part of the rest to light."""
    return usual + (1.0 - usual) * written * part


@rule
def grading_worth(kept: float, surplus: float, usual: float, part: float) -> float:
    """Yearly worth of grading to those on a route, USD: kg no longer rejected times what a kg earns both sides.

    Parameters
    ----------
    kept : kg delivered at its word; surplus : netback less outside value, USD/kg; usual, part : as in `rejection_chance`
    """
    return kept * usual * part * max(0.0, surplus)


@rule
def delivery_chance(rent: float, gain: float, noise: float, value: float) -> float:
    """Chance that a household delivers its contracted lot: sigmoid((rent-gain)/(s*p)); value above 0, USD/kg."""
    return sigmoid((rent - gain) / (noise * value))


@rule
def delivery_luck(draw: float) -> float:
    """What the rent must exceed the gain by, over s*p, for a household to deliver: the number whose sigmoid is its draw, 0..1."""
    return math.log(draw / (1.0 - draw))


@rule
def keeps_contract(rent: float, gain: float, noise: float, value: float, luck: float) -> bool:
    """Whether a household delivers its contracted lot: if its draw is below `delivery_chance`, which is rent-gain > luck*s*p.

    Parameters
    ----------
    rent, gain, noise, value : as in `delivery_chance`; luck : as of `delivery_luck`
    """
    return rent - gain > luck * (noise * value)
