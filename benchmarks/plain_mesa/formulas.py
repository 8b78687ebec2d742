"""The equations of docs/odd.md, written once more: nothing here is taken from the package's own rules."""

from __future__ import annotations

from math import exp


def logistic(x: float) -> float:
    if x >= 0:
        return 1 / (1 + exp(-x))
    power = exp(max(x, -700))
    return power / (1 + power)


# --- prices -------------------------------------------------------------------------------------------


def expected_price(usual_ahead: float, today: float, usual_today: float, memory: float) -> float:
    return usual_ahead * (today / usual_today) ** memory


def outside_value(bazaar: float, premium: float, haul: float, rivals_add: float) -> float:
    return max(bazaar * (1 + premium) - haul + rivals_add, 0.05 * bazaar)


def netback(conversion: float, price: float, costs: float, haul: float, trip: float, lot: float) -> float:
    return conversion * price - costs - haul - trip / lot


def local_demand(price: float, at_reference: float, reference: float, elasticity: float) -> float:
    return at_reference * (price / reference) ** -elasticity


def outflow(price: float, city_price: float, haul: float, slope: float, conduct: float, demand: float, elasticity: float) -> float:
    wedge = slope + conduct * price / (elasticity * max(demand, 1e-12))
    if price < city_price - haul:
        return (city_price - haul - price) / wedge
    if price > city_price + haul:
        return (city_price + haul - price) / wedge
    return 0.0


def wholesale_price(base: float, supplied: float, usual: float, elasticity: float) -> float:
    return base * (max(supplied, 0.05 * usual) / usual) ** (-1 / elasticity)


def processor_price(conversion: float, end_price: float, haul: float, margin: float, cost: float) -> float:
    return (1 - margin) * conversion * (end_price - haul) - cost


def months_to_sell(calendar: int, harvest_start: int, kept_for: float) -> int:
    return int(max(0, kept_for - (calendar - harvest_start) % 12))


# --- firms --------------------------------------------------------------------------------------------


def farmer_share(start: float, per_association: float, association: float) -> float:
    return min(start + per_association * association, 0.9)


def running_cost(running: float, travel: float, dependence: float, helped: bool, shared: float) -> float:
    own = running * (1 - dependence) if helped else running * (1 + dependence)
    return (own + travel) * (1 - shared)


def route_hurdle(is_open: bool, running: float, setup: float, rate: float, life_years: float, programme_share: float) -> float:
    return running if is_open else running + setup * (rate + 1 / life_years) * (1 - programme_share)


def large_supplier_price(city: float, premium: float, filled: float, reach: float) -> float:
    return city * (1 + premium * (1 + filled / reach))


def large_supplier_share(most: float, city: float, premium: float, reach: float) -> float:
    """Part of an order for which large suppliers ask at most so much."""
    if reach <= 0 or most <= city * (1 + premium):
        return 0.0
    return min(1, reach * ((most / city - 1) / premium - 1))


def future_at_stake(
    reliability: float, patience: float, yearly_margin: float, margin_now: float, margin_planned: float, reputation: float, hears: float
) -> float:
    scale = min(1, max(0, margin_now / margin_planned)) if margin_planned > 0 else 1
    return reliability * (patience / (1 - patience) * max(0, yearly_margin) * scale + reputation * hears)


# --- contracts ----------------------------------------------------------------------------------------


def trust(kept: float, broken: float, prior_kept: float, prior_broken: float) -> float:
    return (kept + prior_kept) / (kept + broken + prior_kept + prior_broken)


def contract_price(formula: int, agreed: float, premium: float, spot: float) -> float:
    """Fixed (0), spot-plus (1), floor-plus (2)."""
    return {0: agreed, 1: max(spot, 0) + premium, 2: max(agreed, spot + premium)}[formula]


def insurance(risk_aversion: float, cv_outside: float, cv_inside: float, worth: float, income_share: float) -> float:
    return 0.5 * risk_aversion * (cv_outside**2 - cv_inside**2) * worth * income_share


def relationship_rent(
    trusted: float, surplus: float, yearly: float, due: float, patience_year: float, breakup: float, detection: float
) -> float:
    horizon = patience_year / (1 - patience_year * (1 - breakup))
    return trusted * max(0, surplus) * (yearly / due) * horizon * detection


# --- practices ----------------------------------------------------------------------------------------


def adoption_chance(gain: float, cost: float, interest: float, hurdle: float, habit: float, noise: float, scale: float) -> float:
    wanted = (1 + interest) * cost * (1 + hurdle * (1 - habit))
    return logistic((gain - wanted) / (noise * scale)) if scale > 0 else 1.0


def knowledge_next(knowledge: float, decay: float, diffusion: float, neighbours_using: float) -> float:
    return min(1, knowledge * (1 - decay) + diffusion * neighbours_using * (1 - knowledge))


# --- storing ------------------------------------------------------------------------------------------


def share_sold(price: float, best_hold: float, noise: float) -> float:
    return logistic((price - best_hold) / (noise * price)) if price > 0 else 0.0


def in_need(price: float, best_hold: float, floor: float) -> float:
    if best_hold <= 0 or floor <= 0:
        return 1.0
    return min(1, max(0, (price / best_hold - 0.6 * floor) / (0.4 * floor)))
