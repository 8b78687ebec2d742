"""What a lead firm can pay, where it opens a route, and whether it keeps its word (model 4)."""

from __future__ import annotations

from linkage_sim.rules.core import rule


@rule
def netback(
    conversion: float, end_price: float, processing: float, marketing: float, haul: float, trip: float, lot: float, smallest_lot: float
) -> float:
    """Most a firm can pay at the village without loss, USD per kg bought.

    N = conv*P - processing - marketing - haul - trip/max(lot, smallest lot); lots in kg, trip in USD.
    """
    return conversion * end_price - processing - marketing - haul - trip / max(lot, smallest_lot)


@rule
def outside_value(bazaar: float, premium: float, haul: float, rival: float) -> float:
    """Value of a kg at the village without the contract: max(p*(1+phi) - haul + rival, 0.05*p), USD/kg.

    ``rival`` is what rivals usually add to a kg sold freely, averaged over what they take and what they leave: a rival
    that buys little moves the outside value little, whatever it bids.
    """
    return max(bazaar * (1.0 + premium) - haul + rival, 0.05 * bazaar)


@rule
def farmer_share(start: float, per_association: float, association: float) -> float:
    """Share of the surplus a firm offers: min(theta0 + theta1*association, 0.9)."""
    return min(start + per_association * association, 0.9)


@rule
def route_profit(share: float, surplus: float, volume: float, side_selling: float, members: float, member_cost: float) -> float:
    """Yearly profit a firm expects of one village before the route's own cost, USD.

    (1-theta)*S*Qhat*(1-ss) less the cost of serving members.
    """
    return (1.0 - share) * surplus * volume * (1.0 - side_selling) - members * member_cost


@rule
def smallest_offer(least: float, ranked: float, association: float) -> float:
    """Smallest supplier a firm offers to, kg: by size where it deals with each, by the association's list where that bulks."""
    return least + (ranked - least) * (1.0 - association)


@rule
def route_hurdle(is_open: bool, running: float, setup: float, rate: float, life_years: float, programme_share: float) -> float:
    """Yearly profit a route must exceed, USD: its running cost, and when new its set-up written off."""
    if is_open:
        return running
    return running + setup * (rate + 1.0 / life_years) * (1.0 - programme_share)


@rule
def shared_running(organisation: float, association: float) -> float:
    """Part of collecting that a village takes over: what its organisation leaves is shared by its association, 0..1."""
    return 1.0 - (1.0 - organisation) * (1.0 - association)


@rule
def running_cost(running: float, travel: float, dependence: float, helped: bool, shared: float) -> float:
    """Yearly cost of collecting in a village, USD.

    Parameters
    ----------
    running : of the firm alone, USD; travel : of its people to the village, USD
    dependence : part that the facilitator does while it helps and that is missing afterwards
    helped : whether the facilitator still does it; shared : part that the village takes over
    """
    return (running * (1.0 - dependence if helped else 1.0 + dependence) + travel) * (1.0 - shared)


@rule
def plant_price(conversion: float, end_price: float, haul: float, margin: float, left: float, cost: float) -> float:
    """What a processor pays per kg at its gate, USD/kg: (1-margin*(1-left))*conversion*(P-haul) - cost.

    ``left`` is the part of its margin that it leaves to a seller under contract.
    """
    return (1.0 - margin * (1.0 - left)) * conversion * (end_price - haul) - cost


@rule
def large_supplier_price(city: float, premium: float, filled: float, reach: float) -> float:
    """What the next kg from large suppliers costs where they sell, USD/kg: P_city*(1 + premium*(1 + filled/reach)).

    Parameters
    ----------
    city : wholesale price, USD/kg; premium : wanted above it for a sorted lot at a set date, share
    filled : part of an order already filled so; the nearest and cheapest come first
    reach : part of an order at which that premium has doubled, above 0; larger for a firm with more capital
    """
    return city * (1.0 + premium * (1.0 + filled / reach))


@rule
def large_supplier_share(most: float, city: float, premium: float, reach: float) -> float:
    """Part of an order for which large suppliers ask at most ``most`` USD/kg, 0..1; the inverse of `large_supplier_price`."""
    if reach <= 0.0 or most <= city * (1.0 + premium):
        return 0.0
    return min(1.0, reach * ((most / city - 1.0) / premium - 1.0))


@rule
def member_cost(usual: float, association: float, mobile: float) -> float:
    """Yearly cost of serving one supplier, USD: an association weighs and pays for many; so do mobile payments in part."""
    return usual * (1.0 - association) * (1.0 - mobile)


@rule
def future_at_stake(
    reliability: float, patience: float, yearly_margin: float, margin_now: float, margin_planned: float, reputation: float, hears: float
) -> float:
    """What a firm loses by breaking its word, USD: reliability*(d/(1-d)*margin*scale + reputation*households).

    The expected yearly margin is scaled by today's margin over the planned one, held to 0..1, so that a fallen end
    market makes promises fragile.
    """
    scale = 1.0
    if margin_planned > 0.0:
        scale = min(1.0, max(0.0, margin_now / margin_planned))
    return reliability * (patience / (1.0 - patience) * max(0.0, yearly_margin) * scale + reputation * hears)


@rule
def loss_of_keeping(price: float, spot: float, netback_now: float) -> float:
    """What keeping its word costs a firm per kg now, USD/kg: p_c - min(p_b net, N)."""
    return price - min(spot, netback_now)


@rule
def breaks_word(loss_now: float, at_stake: float) -> bool:
    """Whether a firm breaks its word this month: the loss now exceeds what it would lose later."""
    return loss_now > at_stake
