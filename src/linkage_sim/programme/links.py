"""Acts around a linkage: contract support on routes, links of input providers to villages and of firms to processors."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from linkage_sim.books import PARTNERS
from linkage_sim.programme.ledger import affords, free, pay, pay_unit, unit_cost
from linkage_sim.programme.plan import ASSOCIATIONS, PROVIDERS
from linkage_sim.programme.villages import is_wasted, pay_until, reach_village, village_order
from linkage_sim.rules.firm import plant_price
from linkage_sim.world.parameters import usual_inputs

if TYPE_CHECKING:
    from linkage_sim.context import Context
    from linkage_sim.programme.facilitator import Facilitation
    from linkage_sim.scenario.acts import ContractSupport, InputProviderLinks, ProcessorLinks


def support_contracts(programme: Facilitation, context: Context, i: int, act: ContractSupport) -> bool:
    """Written terms, third-party grading and mediation, route by route: supported firms first, then most members."""
    s, effect, purse, p = context.state, programme.effects.contract_support, programme.plan[i], programme.held
    until = p.written_until
    open_now = (s.route["is_open"] == 1) & (s.route["members"] > 0.0) & (s.firm["active"] == 1)[:, None] & (until < context.month)
    firms, villages = np.nonzero(open_now)
    order = np.lexsort((firms, villages, -s.route["members"][firms, villages], -s.firm["supported"][firms].astype(int)))
    acted = False
    for f, v in zip(firms[order].tolist(), villages[order].tolist(), strict=True):
        if not affords(purse):
            break
        pay_unit(purse, context.facilitator[0], context.outside_flows)
        pay_until(until[f], v, context.month + effect.support, p)
        if is_wasted(f * 100_000 + v, context.month, context.whole, p):
            continue
        s.route["written"][f, v] = s.route["written_goal"][f, v] = 1.0
        s.household["reached"][members_of(context, f, v)] = 1
        acted = True
    return acted


def members_of(context: Context, f: int, v: int) -> NDArray[np.int64]:
    """Households of a village that have a contract with a firm."""
    enterprise, household = context.state.enterprise, context.state.household
    mine = enterprise["household"][enterprise["firm"] == f]
    return np.asarray(mine[household["village"][mine] == v])


def input_need(context: Context) -> NDArray[np.float64]:
    """What the practices of all households of a village cost in a normal year, USD; (V,)."""
    s, chains = context.state, context.parameters.chains
    at = s.household["village"][s.enterprise["household"]]
    return usual_inputs(chains, s.enterprise["assets"], s.enterprise["chain"], at, context.villages)


def link_providers(programme: Facilitation, context: Context, i: int, act: InputProviderLinks) -> bool:
    """Input-side lead firms open outlets: the programme shares shop and first years; sales must carry them afterwards."""
    s, effect, purse, p = context.state, programme.effects.input_provider_links, programme.plan[i], programme.held
    yearly = effect.running * float(context.parameters.inputs["outlet_cost"][0]) * effect.support / 12.0
    grant = effect.share * effect.investment + yearly
    until = p.paid_until[PROVIDERS - ASSOCIATIONS]
    if unit_cost(purse) + grant > free(purse) + 1e-9:
        return False
    need = input_need(context)
    order = village_order(programme, context, i)
    if act.target == "all":  # a provider goes where most is wanted that is hard to get now
        worth = need[order] * np.minimum(s.village["reach_hours"][order], 24.0)
        order = order[np.argsort(-worth, kind="stable")]
    acted = False
    for v in order.tolist():
        if until[v] >= 0 or s.village["outlet"][v] == 1:
            continue
        if unit_cost(purse) + grant > free(purse) + 1e-9:
            break
        pay_unit(purse, context.facilitator[0], context.outside_flows)
        pay_until(until, v, context.month + effect.support, p)
        if is_wasted(2 * 10**6 + v, context.month, context.whole, p):
            continue
        pay(purse, context.facilitator[0], context.outside_flows, PARTNERS, grant)
        s.village["outlet"][v] = s.village["provider"][v] = 1
        s.village["reach_hours"][v] = 0.0
        s.village["outlet_support"][v] = effect.running
        s.input_stock[s.village["bazaar"][v]] += effect.stock * need[v]
        reach_village(v, context.whole)
        acted = True
    return acted


def link_processors(programme: Facilitation, context: Context, i: int, act: ProcessorLinks) -> bool:
    """Contracts between firms and processors: plant equipment, a yearly order, part of its margin, an advance."""
    s, p, effect, purse = context.state, context.parameters, programme.effects.processor_links, programme.plan[i]
    grant = effect.share * effect.investment
    wanted = (s.firm["active"] == 1) & (s.firm["imitator"] == 0) & (s.firm["plant_advance"] == 0.0)
    acted = False
    for f in np.flatnonzero(wanted)[np.argsort(-s.firm["supported"][wanted].astype(int), kind="stable")]:
        if unit_cost(purse) + grant > free(purse) + 1e-9:
            break
        q = best_plant(context, int(f), effect.margin)
        if q < 0:
            continue
        pay_unit(purse, context.facilitator[0], context.outside_flows)
        pay(purse, context.facilitator[0], context.outside_flows, PARTNERS, grant)
        s.plant_capacity[q] += effect.capacity * effect.investment
        worth = float(p.plants["conversion"][q]) * float(p.markets["price"][p.plant_market[q]])
        s.firm["plant_orders"][f] += effect.orders * effect.investment / worth
        s.firm["processor"][f] = 1.0
        s.firm["plant_advance"][f] += effect.advance
        s.firm["credit"][f] += effect.advance
        s.firm["spent"][f] += grant
        acted = True
    return acted


def best_plant(context: Context, f: int, left: float) -> int:
    """Processor that pays a firm most at its door when it leaves part of its margin; -1 where none pays anything."""
    s, p = context.state, context.parameters
    best, most = -1, 0.0
    for q in np.flatnonzero(p.plant_chain == s.firm["chain"][f]).tolist():
        plant, price = p.plants[q], s.market_price[p.plant_market[q]]
        bid = plant_price(plant["conversion"], price, p.plant_market_haul[q], plant["margin"], left, plant["cost"])
        if bid - p.plant_haul[q, s.firm["place"][f]] > most:
            best, most = q, bid - p.plant_haul[q, s.firm["place"][f]]
    return best
