"""Lead-firm selection: call, claims, references, visits, scores, memorandum (model 4, Claims and checks; model 5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from linkage_sim.books import STAFF
from linkage_sim.compiled import compiled
from linkage_sim.draws import STREAM, Key, normals, uniform, uniforms
from linkage_sim.programme.ledger import free, pay, priced
from linkage_sim.rules.selection import best_overstatement, estimated_suppliers, referee_bias, seen_share

if TYPE_CHECKING:
    from linkage_sim.context import Context
    from linkage_sim.programme.facilitator import Facilitation
    from linkage_sim.scenario.acts import LeadFirmSelection

Numbers = NDArray[np.float64]
Ints = NDArray[np.int64]
VISIT, REFERENCE = STREAM["selection.visit"], STREAM["selection.reference"]
OF_ROUTES = ("members", "is_open", "extension", "loan", "seasons", "believed_a", "premium_a")
"""Columns of routes that criteria look at."""


def true_suppliers(context: Context) -> Numbers:
    """True suppliers of every firm: those elsewhere and its members in the modelled villages; (F,)."""
    return np.asarray(context.state.firm["elsewhere"] + context.state.route["members"].sum(axis=1))


def standard(values: Numbers) -> Numbers:
    """Values less their mean, in standard deviations; zeros where all are equal."""
    apart = values - values.mean()
    spread = np.sqrt((apart * apart).mean())
    return apart / spread if spread > 1e-12 else np.zeros_like(values)


@compiled
def confirmed(key: Key, stream: int, month: int, first: int, number: int, chance: float) -> float:
    """How many of so many names, numbered from ``first`` on, are confirmed."""
    found = 0.0
    for name in range(first, first + number):
        found += uniform(key, stream, month, name) < chance
    return found


@compiled
def apply_and_check(
    key: Key, month: int, applicants: Ints, true: Numbers, typical: float, honesty: Numbers, slope: float, penalty: float, guilt: float,
    highest: float, bias: float, follows: float, visits: int, references: int, claimed: Numbers, believed: Numbers,
) -> None:  # fmt: skip
    """What applicants claim, and what a programme believes after visiting claimed names and calling the firm's own referees; (F,) each.

    Referees are friends, closer ones where the firm minds lying less; the programme knows only what is usual and corrects for that.
    The numbers are those of `linkage_sim.scenario.effects.SelectionEffect`.
    """
    for f in applicants:
        k = best_overstatement(true[f], typical, slope, float(visits), penalty, guilt * honesty[f], highest)
        claimed[f] = max(1.0, true[f]) * (1.0 + k)
        share = min(1.0, true[f] / claimed[f])
        friendly = referee_bias(bias, honesty[f], follows)
        found = confirmed(key, VISIT, month, f * 100_000, visits, share)
        said = confirmed(key, REFERENCE, month, f * 100_000, references, share + (1.0 - share) * friendly)
        believed[f] = estimated_suppliers(claimed[f], found, float(visits), said, float(references), bias)


def select(programme: Facilitation, context: Context, i: int, act: LeadFirmSelection) -> bool:
    """Call for applications, claims, checks, scores: the best by the staff's own criteria sign a memorandum, without money yet."""
    applicants, visits, references = call(programme, context, i, act)
    if not len(applicants):
        return False
    effect, firm = programme.effects.lead_firm_selection, context.state.firm
    true = true_suppliers(context)
    typical = float(np.exp(np.log(np.maximum(true[applicants], 1.0)).mean()))
    claimed, believed = np.zeros(len(firm)), np.zeros(len(firm))
    apply_and_check(
        context.key, context.month, applicants, true, typical, firm["honesty"], effect.claim_slope, effect.claim_penalty,
        effect.claim_guilt, effect.highest_overstatement, effect.reference_bias, effect.reference_honesty, visits, references, claimed,
        believed,
    )  # fmt: skip
    score = scores(programme, context, applicants, believed[applicants], visits)
    chosen = applicants[np.argsort(-score, kind="stable")[: act.choose]]
    firm["supported"][chosen] = 1
    for f in chosen.tolist():
        programme.held.leaves[f] = context.month + act.support
        if firm["addenda"][f] == 0:
            programme.held.ready[f] = context.month + programme.effects.co_investment.memorandum
    for f in applicants:
        programme.claims.append({
            "month": float(context.month), "firm": float(f), "true": max(1.0, float(true[f])), "claimed": float(claimed[f]),
            "believed": float(believed[f]), "chosen": float(f in chosen),
        })  # fmt: skip
    overstated = [one["claimed"] / one["true"] for one in programme.claims if one["chosen"]]
    context.facilitator["claimed_over_true"] = np.mean(overstated)
    return True


def call(programme: Facilitation, context: Context, i: int, act: LeadFirmSelection) -> tuple[Ints, int, int]:
    """Who applies and is read, and how many visits and calls each gets for the money; pays for them.

    Returns
    -------
    firms read, in order (none where it is too dear); visits; references
    """
    purse, firm, terms = programme.plan[i], context.state.firm, programme.terms
    none = np.zeros(0, dtype=np.int64)
    applicants = np.flatnonzero((firm["active"] == 1) & (firm["imitator"] == 0) & (firm["supported"] == 0))
    if not len(applicants):
        return none, 0, 0
    look = purse.price
    visits, references = (act.visits, act.references) if act.rule == "checked" else (0, 0)
    per_check = priced(terms, visits * terms.visit + references * terms.call)
    while visits and len(applicants) * (look + per_check) > free(purse):
        visits -= 1
        per_check = priced(terms, visits * terms.visit + references * terms.call)
    read = int((free(purse) + 1e-9) / (look + per_check))
    if read < 1:
        return none, 0, 0
    if read < len(applicants):  # the first that apply are read
        applied = uniforms(context.key, "selection.score", -1, applicants)
        applicants = np.sort(applicants[np.argsort(applied, kind="stable")[:read]])
    pay(purse, context.facilitator[0], context.outside_flows, STAFF, len(applicants) * (look + per_check))
    purse.units += len(applicants)
    return applicants, visits, references


def scores(programme: Facilitation, context: Context, applicants: Ints, believed: Numbers, visits: int) -> Numbers:
    """Score of every applicant: concept times what serves smallholders, the rest mere size, and the appraiser's error; (A,)."""
    effect, fa = programme.effects.lead_firm_selection, context.facilitator[0]
    noise = normals(context.key, "selection.score", context.month, np.concatenate((applicants, applicants + 1000)))
    view_error = effect.score_noise * (1.0 - fa.market_view) * noise[len(applicants) :]
    found = criteria(programme, context, applicants, believed, visits, view_error)
    weights = effect.weights.model_dump()
    inclusive = standard(sum((weights[word] * found[word] for word in weights), np.zeros(len(applicants))))
    size = standard(np.log(np.maximum(context.state.firm["first_capital"][applicants], 1.0)))
    blur = effect.score_noise * (1.0 - fa.skill) * (1.0 - fa.market_view)
    return np.asarray(fa.concept * inclusive + (1.0 - fa.concept) * size + blur * noise[: len(applicants)])


def criteria(
    programme: Facilitation, context: Context, applicants: Ints, believed: Numbers, visits: int, view_error: Numbers
) -> dict[str, Numbers]:
    """What serves smallholders, as far as the appraiser sees it: each criterion in standard deviations over applicants; (A,) each.

    What only suppliers can tell (links, reach, reputation) counts as far as they were visited. The market view decides how
    well unfilled orders are known.
    """
    s, effect = context.state, programme.effects.co_investment
    firm, route = s.firm[applicants], {name: s.route[name][applicants] for name in OF_ROUTES}
    is_open = route["is_open"] == 1
    members = route["members"] * is_open
    total = np.maximum(members.sum(axis=1), 1e-9)
    services = (route["extension"] + route["loan"] + np.minimum(route["seasons"], 3.0) / 3.0) / 3.0
    asked = (s.orders - s.large_plan)[applicants].sum(axis=1)
    unfilled = np.maximum(asked - (route["believed_a"] * is_open).sum(axis=1), 1.0)
    own = effect.investment * sum(1.0 - share for share in effect.shares)
    reach, trust = suppliers_met(context, applicants)
    seen = seen_share(float(visits))
    return {
        "suppliers": standard(np.log(believed)),
        "links": seen * standard((members * services).sum(axis=1) / total),
        "demand": standard(np.log(unfilled) + view_error),
        "own_money": standard(np.clip(firm["cash"] / max(own, 1.0), 0.0, 1.0)),
        "viability": standard(firm["expected_margin"]) + standard(np.log1p(firm["season_count"])),
        "reach": seen * standard(reach),
        "gain": standard((members * route["premium_a"]).sum(axis=1) / total),
        "reputation": seen * standard(trust),
    }


def suppliers_met(context: Context, applicants: Ints) -> tuple[Numbers, Numbers]:
    """Of every applicant's suppliers in the modelled villages: the part that is remote or poor, and their mean trust; (A,) each.

    A firm without suppliers there counts as reaching nobody, and is trusted as an unknown firm is.
    """
    s, ties = context.state, context.parameters.ties[0]
    unknown = float(ties["unknown_kept"] / (ties["unknown_kept"] + ties["unknown_broken"]))
    hard = (s.household["remote"] == 1) | (s.household["tercile"] == 0)
    reach, trust = np.zeros(len(applicants)), np.full(len(applicants), unknown)
    linked = np.flatnonzero(s.enterprise["firm"] >= 0)
    firm, of_hard = s.enterprise["firm"][linked], hard[s.enterprise["household"][linked]]
    for place, f in enumerate(applicants.tolist()):
        mine, tie = np.flatnonzero(firm == f), f % s.tie_kept.shape[1]
        if len(mine):
            kept = s.tie_kept[:, tie][linked[mine]] + ties["unknown_kept"]
            broken = s.tie_broken[:, tie][linked[mine]] + ties["unknown_broken"]
            reach[place], trust[place] = np.count_nonzero(of_hard[mine]) / len(mine), (kept / (kept + broken)).mean()
    return reach, trust
