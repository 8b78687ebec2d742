"""Acts on firms: selection on claims or checks, brokering, co-investment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from linkage_sim.books import FIRM_INVEST
from linkage_sim.draws import normals, uniforms
from linkage_sim.programme.direct import in_districts
from linkage_sim.rules.selection import best_overstatement, effective_months, estimated_suppliers

if TYPE_CHECKING:
    from linkage_sim.context import Context
    from linkage_sim.programme.facilitator import Facilitation
    from linkage_sim.scenario.acts import Brokering, CoInvestment, LeadFirmSelection

Numbers = NDArray[np.float64]


def true_suppliers(context: Context) -> Numbers:
    """True suppliers of every firm: those elsewhere and its members in the modelled villages; (F,)."""
    return np.asarray(context.state.firm["elsewhere"] + context.state.route["members"].sum(axis=1))


def standard(values: Numbers) -> Numbers:
    """Values less their mean, in standard deviations; zeros where all are equal."""
    spread = values.std()
    return (values - values.mean()) / spread if spread > 1e-12 else np.zeros_like(values)


def checked(programme: Facilitation, context: Context, f: int, claimed: float, true: float, visits: int, references: int) -> float:
    """What a programme believes after visiting claimed names and calling the firm's own referees."""
    bias = programme.effects.lead_firm_selection.reference_bias
    share = min(1.0, true / claimed)
    names = np.arange(max(visits, references, 1)) + f * 100_000
    found = uniforms(context.key, "selection.visit", context.month, names[:visits]) < share
    said = uniforms(context.key, "selection.reference", context.month, names[:references]) < share + (1.0 - share) * bias
    return float(estimated_suppliers(claimed, float(found.sum()), float(visits), float(said.sum()), float(references), bias))


def select(programme: Facilitation, context: Context, name: str, act: LeadFirmSelection) -> bool:
    """Call for applications, claims, checks, scores: the best by the staff's own criteria are supported."""
    effect, ledger = programme.effects.lead_firm_selection, programme.ledger
    purse = ledger.purses[name]
    firm = context.state.firm
    applicants = np.flatnonzero((firm["active"] == 1) & (firm["imitator"] == 0) & (firm["supported"] == 0))
    if purse.units > 0 or not len(applicants):
        return False
    look = ledger.unit_cost(effect.unit, 0.0)
    checking = act.rule == "checked"
    visits, references = (act.visits, act.references) if checking else (0, 0)
    per_check = ledger.priced(visits * programme.terms.visit + references * programme.terms.call)
    while visits and len(applicants) * (look + per_check) > purse.free:
        visits -= 1
        per_check = ledger.priced(visits * programme.terms.visit + references * programme.terms.call)
    read = int((purse.free + 1e-9) / (look + per_check))
    if read < 1:
        return False
    if read < len(applicants):  # the first that apply are read
        applied = uniforms(context.key, "selection.score", -1, applicants)
        applicants = np.sort(applicants[np.argsort(applied, kind="stable")[:read]])
    ledger.spend(name, len(applicants) * (look + per_check), context.outside_flows)
    purse.units += len(applicants)
    true = true_suppliers(context)
    typical = float(np.exp(np.log(np.maximum(true[applicants], 1.0)).mean()))
    claimed, believed = np.zeros(len(firm)), np.zeros(len(firm))
    for f in applicants:
        k = best_overstatement(
            true[f], typical, effect.claim_slope, float(visits), effect.claim_penalty, effect.claim_guilt * float(firm["honesty"][f]),
            effect.highest_overstatement,
        )  # fmt: skip
        claimed[f] = max(1.0, true[f]) * (1.0 + k)
        believed[f] = checked(programme, context, int(f), claimed[f], true[f], visits, references)
    noise = normals(context.key, "selection.score", context.month, np.concatenate((applicants, applicants + 1000)))
    orders = context.state.orders[applicants].sum(axis=1) * np.exp(effect.score_noise * (1.0 - programme.view) * noise[len(applicants) :])
    weight = effect.weight_suppliers
    inclusive = weight * standard(np.log(believed[applicants])) + (1.0 - weight) * standard(np.log(np.maximum(orders, 1.0)))
    size = standard(np.log(np.maximum(firm["first_capital"][applicants], 1.0)))
    blur = effect.score_noise * (1.0 - programme.skill) * (1.0 - programme.view)
    score = programme.concept * inclusive + (1.0 - programme.concept) * size + blur * noise[: len(applicants)]
    chosen = applicants[np.argsort(-score, kind="stable")[: act.choose]]
    firm["supported"][chosen] = 1
    for f in applicants:
        programme.claims.append({
            "month": float(context.month), "firm": float(f), "true": max(1.0, float(true[f])), "claimed": float(claimed[f]),
            "believed": float(believed[f]), "chosen": float(f in chosen),
        })  # fmt: skip
    programme.overstated = float(np.mean([one["claimed"] / one["true"] for one in programme.claims if one["chosen"]]))
    return True


def judged_routes(programme: Facilitation, context: Context, act: Brokering) -> Numbers:
    """Value the facilitator sees in a route of each firm and village, USD a year; (F, V); the view may be wrong."""
    s, p = context.state, context.parameters
    n_firms, n_villages = s.route.shape
    value = np.zeros((n_firms, n_villages))
    en = s.enterprise
    village = s.household["village"][en["household"]]
    for c in range(len(p.chains)):
        ch = p.chains[c]
        mine = en["chain"] == c
        volume = np.bincount(village[mine], weights=en["expected_kg"][mine] * ch["harvest_grade_a"], minlength=n_villages)
        usual = (s.usual_price[:, c, :] * p.season[c]).sum(axis=1)[s.village["bazaar"]]
        outside = usual * (1.0 + ch["bazaar_grade_premium"]) - s.village["haul"]
        firms = np.flatnonzero(s.firm["chain"] == c)
        place = s.firm["place"][firms]
        best = np.zeros((len(firms), n_villages))
        for m in np.flatnonzero(p.market_chain == c):
            mk = p.markets[m]
            haul = p.firm_haul[place] + p.market_haul[m, place][:, None]
            net = mk["conversion"] * s.market_price[m] - mk["processing_cost"] - mk["marketing_cost"] - haul
            best = np.maximum(best, np.where(s.orders[firms, m][:, None] > 0, net - outside, 0.0))
        value[firms] = np.minimum(best * volume, best * s.orders[firms].sum(axis=1)[:, None])
    ids = np.arange(n_firms * n_villages)
    wrong = normals(context.key, "brokering.view", context.calendar, ids).reshape(value.shape)
    value *= np.exp(programme.effects.brokering.view_noise * (1.0 - programme.view) * wrong)
    if act.target == "remote":
        value *= np.where(s.village["remote"] == 1, 1.0, 1e-3)
    elif act.target in ("women", "poorest"):
        wanted = s.household["woman"] == 1 if act.target == "women" else s.household["tercile"] == 0
        value *= np.bincount(s.household["village"][wanted], minlength=n_villages) / np.bincount(
            s.household["village"], minlength=n_villages
        )
    if act.districts:
        value *= in_districts(programme, context, act)
    return value


def broker(programme: Facilitation, context: Context, name: str, act: Brokering) -> bool:
    """Brokering: staff introduce supported firms to villages, share set-up cost, and do part of the work."""
    s, effect, ledger = context.state, programme.effects.brokering, programme.ledger
    purse = ledger.purses[name]
    supported = (s.firm["supported"] == 1) & (s.firm["active"] == 1)
    if not supported.any():
        return False
    promise = effect.setup_share * float(context.parameters.firms["route_setup"][0])
    if ledger.unit_cost(effect.unit, purse.units) + promise > purse.free:
        return False
    new = supported[:, None] & (s.route["introduced"] == 0.0)
    value: Numbers | None = None
    acted = False
    while new.any():
        cost = ledger.unit_cost(effect.unit, purse.units)
        if cost + promise > purse.free:
            break
        ledger.spend(name, cost, context.outside_flows)
        purse.units += 1
        progress = programme.progress.get(name, 0.0)
        progress += effective_months(1.0, programme.skill, programme.concept, programme.overlap)
        if progress >= 1.0:
            progress -= 1.0
            value = judged_routes(programme, context, act) if value is None else value
            best = int(np.argmax(np.where(new, value, -1.0)))
            f, v = divmod(best, s.route.shape[1])
            introduce(programme, context, f, v, name, promise)
            new[f, v] = False
            acted = True
        programme.progress[name] = progress
    return acted


def introduce(programme: Facilitation, context: Context, f: int, v: int, name: str, promise: float) -> None:
    """Introduce one firm to one village: trust, belief, promised set-up, and dependence on the facilitator."""
    effect, route = programme.effects.brokering, context.state.route
    strength = context.state.village["association"][v]
    route["introduced"][f, v] = effect.village_trust * (effect.trust_alone + (1.0 - effect.trust_alone) * strength)
    route["dependence"][f, v] = effect.substitution
    if route["is_open"][f, v] == 0 and promise > 0.0:
        route["setup_promise"][f, v] = effect.setup_share
        programme.ledger.purses[name].reserved += promise
        programme.promised[f, v] = name


def pay_openings(programme: Facilitation, context: Context) -> None:
    """Reimburse the promised share of set-up of routes that have opened."""
    s = context.state
    opened = (s.route["setup_promise"] > 0.0) & (s.route["is_open"] == 1)
    if not opened.any():
        return
    setup = float(context.parameters.firms["route_setup"][0])
    for f, v in np.argwhere(opened):
        name = programme.promised.pop((int(f), int(v)))
        amount = float(s.route["setup_promise"][f, v]) * setup
        purse = programme.ledger.purses[name]
        purse.reserved = max(0.0, purse.reserved - amount)
        programme.ledger.grant(name, amount, context.outside_flows)
        s.firm["cash"][f] += amount
        s.firm["spent"][f] += amount
        s.route["setup_promise"][f, v] = 0.0


def co_invest(programme: Facilitation, context: Context, name: str, act: CoInvestment) -> bool:
    """Cost-shared addenda: equipment and market entry that bring new orders; the programme's share falls."""
    s, p, effect, ledger = context.state, context.parameters, programme.effects.co_investment, programme.ledger
    purse = ledger.purses[name]
    acted = False
    for f in np.flatnonzero((s.firm["supported"] == 1) & (s.firm["active"] == 1)):
        number = int(s.firm["addenda"][f])
        if number >= len(effect.shares) or s.firm["planned_margin"][f] <= 0.0:
            continue
        part = effect.shares[number] * effect.investment
        own = effect.investment - part
        cost = ledger.unit_cost(effect.unit, purse.units)
        if part + cost > purse.free:
            continue
        m, kg = best_room(s, p, int(f), effect.orders * effect.investment)
        patience = float(p.firms["patience"][0])
        gain = s.firm["planned_margin"][f] * kg * patience / (1.0 - patience)
        if kg <= 0.0 or gain < own or s.firm["cash"][f] < own:
            continue
        ledger.spend(name, cost, context.outside_flows)
        ledger.grant(name, part, context.outside_flows)
        purse.units += 1
        s.firm["cash"][f] += part - effect.investment
        s.firm["spent"][f] += part
        s.firm["addenda"][f] += 1
        s.firm_flows[f, FIRM_INVEST] += effect.investment
        s.orders[f, m] += kg
        s.orders_left[f, m] += kg
        s.firm["capacity"][f] += effect.capacity * kg
        acted = True
    return acted


def best_room(s: Any, p: Any, f: int, wanted: float) -> tuple[int, float]:
    """End market with the highest netback in which a firm can still win orders, and how many kg a year."""
    taken = s.orders[s.firm["active"] == 1].sum(axis=0)
    best, most, top = 0, 0.0, 0.0
    for m in np.flatnonzero(p.market_chain == s.firm["chain"][f]):
        mk = p.markets[m]
        worth = float(mk["conversion"] * s.market_price[m] - mk["processing_cost"] - mk["marketing_cost"])
        room = max(0.0, float(mk["depth"] * mk["orders"]) * max(1, int((s.firm["imitator"] == 0).sum())) - float(taken[m]))
        if room > 0.0 and worth > top:
            best, most, top = int(m), min(wanted, room), worth
    return best, most
