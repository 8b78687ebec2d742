"""Adopting a practice, and what is known of it (model 4, Adopt)."""

from __future__ import annotations

from linkage_sim.rules.core import rule, sigmoid


@rule
def adoption_chance(gain: float, cost: float, interest: float, hurdle: float, habit: float, noise: float, scale: float) -> float:
    """Chance to use a practice this season: sigmoid((G-(1+r)*C*(1+hurdle*(1-habit)))/(s*C)).

    Parameters
    ----------
    gain : USD a season; cost : USD a season, what the household pays itself; interest : per season
    hurdle : extra gain wanted by those without habit; habit : 0..1; noise : share
    scale : USD, full cost of the practice, used for the noise so that a voucher does not sharpen the decision
    """
    if scale <= 0.0:
        return 1.0
    return sigmoid((gain - (1.0 + interest) * cost * (1.0 + hurdle * (1.0 - habit))) / (noise * scale))


@rule
def season_cost(unit_cost: float, assets: float, equipment_share: float, owns_equipment: bool, reach_factor: float) -> float:
    """Cost of a practice for a season, USD: the running part only while the equipment lasts."""
    full = unit_cost * assets * reach_factor
    return full * (1.0 - equipment_share) if owns_equipment else full


@rule
def outlay(
    season: float, unit_cost: float, assets: float, equipment_share: float, life_years: float, owns_equipment: bool, reach_factor: float
) -> float:
    """Cash needed at once, USD: the running cost, and the whole equipment where it must be bought."""
    if owns_equipment:
        return season
    return unit_cost * assets * reach_factor * (1.0 - equipment_share + equipment_share * life_years)


@rule
def quality_premium(
    trust: float,
    contracted: bool,
    price_a: float,
    delay_value: float,
    rejection: float,
    value_b: float,
    bazaar_premium: float,
    offer_chance: float,
    offer_premium: float,
) -> float:
    """Expected USD/kg that grade A earns over grade B.

    Under contract T-weighted contract price over grade B; outside the bazaar's premium plus P(offer)*T*premium offered nearby.
    """
    if contracted:
        inside = trust * (price_a * delay_value * (1.0 - rejection) - value_b) + (1.0 - trust) * bazaar_premium
        return max(inside, bazaar_premium)
    return bazaar_premium + offer_chance * trust * max(0.0, offer_premium - bazaar_premium)


@rule
def knowledge_next(knowledge: float, decay: float, diffusion: float, neighbours_using: float) -> float:
    """Knowledge a year on: k*(1-decay) + diffusion*neighbours using*(1-k); shares, 0..1."""
    return min(1.0, knowledge * (1.0 - decay) + diffusion * neighbours_using * (1.0 - knowledge))
