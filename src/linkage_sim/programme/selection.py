"""Lead-firm selection: call, claims, references, visits, scores, memorandum (model 4, Claims and checks; model 5)."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from linkage_sim.books import STAFF
from linkage_sim.compiled import compiled
from linkage_sim.draws import STREAM, Key, normal, uniform
from linkage_sim.programme.ledger import free, pay, priced
from linkage_sim.rules.selection import best_overstatement, estimated_suppliers, referee_bias, seen_share

Numbers = NDArray[np.float64]
VISIT, REFERENCE, SCORE = STREAM["selection.visit"], STREAM["selection.reference"], STREAM["selection.score"]
CRITERIA = ("suppliers", "links", "demand", "own_money", "viability", "reach", "gain", "reputation")
"""What serves smallholders, in the order of the weights in the table of interventions."""
CLAIM = ("month", "firm", "true", "claimed", "believed", "chosen")
"""What is kept of every application that is read."""
MONTH, FIRM, TRUE, CLAIMED, BELIEVED, CHOSEN = range(len(CLAIM))


@compiled
def true_suppliers(f: int, w: Any) -> float:
    """True suppliers of a firm: those elsewhere and its members in the modelled villages."""
    members = 0.0
    for v in range(w.route.shape[1]):
        members += w.route[f, v].members
    return float(w.firm[f].elsewhere + members)


@compiled
def select(i: int, month: int, w: Any, p: Any) -> bool:
    """Call for applications, claims, checks, scores: the best by the staff's own criteria sign a memorandum, without money yet."""
    a, effects = p.plan[i], w.effects[0]
    if a.units > 0.0:
        return False
    read, visits = call(i, w, p)
    if read < 1:
        return False
    claimed, believed = np.zeros(w.firm.shape[0]), np.zeros(w.firm.shape[0])
    apply_and_check(month, read, visits, a.references, w, p, claimed, believed)
    score = scores(month, read, visits, believed, w, p)
    first = p.claimed[0]
    for k in range(read):
        f = p.applicants[k]
        claim = p.claims[first + k]
        claim[MONTH], claim[FIRM], claim[TRUE] = month, f, max(1.0, true_suppliers(f, w))
        claim[CLAIMED], claim[BELIEVED], claim[CHOSEN] = claimed[f], believed[f], 0.0
    p.claimed[0] += read
    for _ in range(min(a.choose, read)):
        best = -1
        for k in range(read):
            if p.claims[first + k, CHOSEN] == 0.0 and (best < 0 or score[k] > score[best]):
                best = k
        f = p.applicants[best]
        p.claims[first + best, CHOSEN] = 1.0
        w.firm[f].supported = 1
        p.leaves[f] = month + a.support
        if w.firm[f].addenda == 0:
            p.ready[f] = month + int(effects.co_investment_memorandum)
    w.facilitator[0].claimed_over_true = mean_overstatement(p)
    return True


@compiled
def mean_overstatement(p: Any) -> float:
    """Suppliers claimed over those they had, mean of all firms chosen so far."""
    total, chosen = 0.0, 0
    for k in range(p.claimed[0]):
        if p.claims[k, CHOSEN] == 1.0:
            total += p.claims[k, CLAIMED] / p.claims[k, TRUE]
            chosen += 1
    return total / chosen


@compiled
def call(i: int, w: Any, p: Any) -> tuple[int, int]:
    """Who applies and is read, into ``p.applicants``, in their order; pays for reading and checking them.

    Returns
    -------
    how many are read (none where it is too dear); how many visits each gets for the money
    """
    a, terms, applied = p.plan[i], p.terms[0], 0
    for f in range(w.firm.shape[0]):
        fi = w.firm[f]
        if fi.active == 1 and fi.imitator == 0 and fi.supported == 0:
            p.applicants[applied] = f
            applied += 1
    visits = a.visits
    each = a.price + priced(visits * terms.visit + a.references * terms.call, terms.overhead, terms.unit_cost_factor)
    while visits > 0 and applied * each > free(a):
        visits -= 1
        each = a.price + priced(visits * terms.visit + a.references * terms.call, terms.overhead, terms.unit_cost_factor)
    read = applied if each <= 0.0 else int(min(float(applied), (free(a) + 1e-9) / each))
    if read < applied:
        first_to_apply(applied, read, w, p)
    if read > 0:
        pay(a, w.facilitator[0], w.outside_flows, STAFF, read * each)
        a.units += read
    return read, visits


@compiled
def first_to_apply(applied: int, read: int, w: Any, p: Any) -> None:
    """Leave the first so many that apply in ``p.applicants``; luck says who is first."""
    luck, kept = np.zeros(applied), 0
    for k in range(applied):
        luck[k] = uniform(w.key, SCORE, -1, p.applicants[k])
    for k in range(applied):
        earlier = 0
        for other in range(applied):
            earlier += luck[other] < luck[k]
        if earlier < read:
            p.applicants[kept] = p.applicants[k]
            kept += 1


@compiled
def confirmed(key: Key, stream: int, month: int, first: int, number: int, chance: float) -> float:
    """How many of so many names, numbered from ``first`` on, are confirmed."""
    found = 0.0
    for name in range(first, first + number):
        found += uniform(key, stream, month, name) < chance
    return found


@compiled
def apply_and_check(month: int, read: int, visits: int, references: int, w: Any, p: Any, claimed: Numbers, believed: Numbers) -> None:
    """What applicants claim, and what a programme believes after visiting claimed names and calling the firm's own referees; (F,) each.

    Referees are friends, closer ones where the firm minds lying less; the programme knows only what is usual and corrects for that.
    """
    effects, typical = w.effects[0], 0.0
    for k in range(read):
        typical += math.log(max(true_suppliers(p.applicants[k], w), 1.0))
    typical = math.exp(typical / read)
    bias = effects.lead_firm_selection_reference_bias
    for k in range(read):
        f = p.applicants[k]
        true, honesty = true_suppliers(f, w), w.firm[f].honesty
        lie = best_overstatement(
            true, typical, effects.lead_firm_selection_claim_slope, float(visits), effects.lead_firm_selection_claim_penalty,
            effects.lead_firm_selection_claim_guilt * honesty, effects.lead_firm_selection_highest_overstatement,
        )  # fmt: skip
        claimed[f] = max(1.0, true) * (1.0 + lie)
        share = min(1.0, true / claimed[f])
        friendly = referee_bias(bias, honesty, effects.lead_firm_selection_reference_honesty)
        found = confirmed(w.key, VISIT, month, f * 100_000, visits, share)
        said = confirmed(w.key, REFERENCE, month, f * 100_000, references, share + (1.0 - share) * friendly)
        believed[f] = estimated_suppliers(claimed[f], found, float(visits), said, float(references), bias)


@compiled
def standardise(values: Numbers) -> None:
    """Values become what they are less their mean, in standard deviations; zeros where all are equal."""
    mean = spread = 0.0
    for k in range(len(values)):
        mean += values[k] / len(values)
    for k in range(len(values)):
        values[k] -= mean
        spread += values[k] * values[k] / len(values)
    spread = math.sqrt(spread)
    for k in range(len(values)):
        values[k] = values[k] / spread if spread > 1e-12 else 0.0


@compiled
def scores(month: int, read: int, visits: int, believed: Numbers, w: Any, p: Any) -> Numbers:
    """Score of every applicant: concept times what serves smallholders, the rest mere size, and the appraiser's error; (A,)."""
    fa, noise = w.facilitator[0], w.effects[0].lead_firm_selection_score_noise
    error = noise * (1.0 - fa.market_view)
    found, size, inclusive = criteria(month, read, visits, error, believed, w, p), np.zeros(read), np.zeros(read)
    for k in range(read):
        size[k] = math.log(max(w.firm[p.applicants[k]].first_capital, 1.0))
        for j in range(len(p.weights)):
            inclusive[k] += p.weights[j] * found[j, k]
    standardise(size)
    standardise(inclusive)
    for k in range(read):
        blur = noise * (1.0 - fa.skill) * (1.0 - fa.market_view) * normal(uniform(w.key, SCORE, month, p.applicants[k]))
        size[k] = fa.concept * inclusive[k] + (1.0 - fa.concept) * size[k] + blur
    return size


@compiled
def criteria(month: int, read: int, visits: int, error: float, believed: Numbers, w: Any, p: Any) -> Numbers:
    """What serves smallholders, as far as the appraiser sees it: each of `CRITERIA` in standard deviations over applicants; (8, A).

    What only suppliers can tell (links, reach, reputation) counts as far as they were visited. The market view decides how
    well unfilled orders are known: they are wrong as luck has it and as much as ``error`` says.
    """
    effects, own, seen = w.effects[0], 0.0, seen_share(float(visits))
    for k in range(len(p.shares)):
        own += 1.0 - p.shares[k]
    own *= effects.co_investment_investment
    found, age = np.zeros((len(p.weights), read)), np.zeros(read)
    for k in range(read):
        f = p.applicants[k]
        fi, members, served, gain, expected, asked = w.firm[f], 0.0, 0.0, 0.0, 0.0, 0.0
        for v in range(w.route.shape[1]):
            ro = w.route[f, v]
            if ro.is_open == 1:
                members += ro.members
                served += ro.members * (ro.extension + ro.loan + min(ro.seasons, 3.0) / 3.0) / 3.0
                gain += ro.members * ro.premium_a
                expected += ro.believed_a
        for m in range(w.orders.shape[1]):
            asked += w.orders[f, m] - w.large_plan[f, m]
        found[0, k] = math.log(believed[f])
        found[1, k] = served / max(members, 1e-9)
        found[2, k] = math.log(max(asked - expected, 1.0))
        found[3, k] = min(max(fi.cash / max(own, 1.0), 0.0), 1.0)
        found[4, k], age[k] = fi.expected_margin, math.log1p(fi.season_count)
        found[5, k], found[7, k] = suppliers_met(f, w)
        found[6, k] = gain / max(members, 1e-9)
    for k in range(read):
        found[2, k] += error * normal(uniform(w.key, SCORE, month, p.applicants[k] + 1000))
    for j in range(len(found)):
        standardise(found[j])
    standardise(age)
    for k in range(read):
        found[4, k] += age[k]
        for j in (1, 5, 7):
            found[j, k] *= seen
    return found


@compiled
def suppliers_met(f: int, w: Any) -> tuple[float, float]:
    """Of a firm's suppliers in the modelled villages: the part that is remote or poor, and their mean trust.

    A firm without suppliers there counts as reaching nobody, and is trusted as an unknown firm is.
    """
    ties, tie, mine, hard, trust = w.ties[0], f % w.tie_kept.shape[1], 0, 0, 0.0
    for e in range(w.enterprise.shape[0]):
        if w.enterprise[e].firm == f:
            hh = w.household[w.enterprise[e].household]
            kept, broken = w.tie_kept[e, tie] + ties.unknown_kept, w.tie_broken[e, tie] + ties.unknown_broken
            mine += 1
            hard += hh.remote == 1 or hh.tercile == 0
            trust += kept / (kept + broken)
    if mine == 0:
        return 0.0, float(ties.unknown_kept / (ties.unknown_kept + ties.unknown_broken))
    return hard / mine, trust / mine
