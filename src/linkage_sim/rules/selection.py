"""Claims and checks: how firms apply and how a programme judges them (model 4)."""

from __future__ import annotations

import math

from linkage_sim.rules.core import rule, sigmoid


@rule
def caught_chance(overstatement: float, checks: float) -> float:
    """Believed chance of being caught with some visits: 1-(1+k)^(-j)."""
    return 1.0 - (1.0 + overstatement) ** (-checks)


@rule
def claim_worth(overstatement: float, suppliers: float, typical: float, slope: float, checks: float, penalty: float, guilt: float) -> float:
    """Worth to a firm of claiming (1+k) times its true suppliers, in awards.

    P(select|claim) - P(caught|k,j)*penalty - guilt*k, with P(select|claim) logit in the log of the claim over a typical firm's.
    """
    chosen = sigmoid(slope * (math.log1p(overstatement) + math.log(max(suppliers, 1.0) / typical)))
    return chosen - caught_chance(overstatement, checks) * penalty - guilt * overstatement


@rule
def best_overstatement(
    suppliers: float, typical: float, slope: float, checks: float, penalty: float, guilt: float, highest: float
) -> float:
    """Overstatement k in 0..highest that is worth most to a firm (101 steps; ties go to the smaller lie)."""
    best = 0.0
    best_worth = claim_worth(0.0, suppliers, typical, slope, checks, penalty, guilt)
    for step in range(1, 101):
        k = highest * step / 100.0
        worth = claim_worth(k, suppliers, typical, slope, checks, penalty, guilt)
        if worth > best_worth:
            best, best_worth = k, worth
    return best


@rule
def referee_bias(bias: float, honesty: float, follows: float) -> float:
    """Chance that a referee named by a firm confirms a false name: b^(honesty^follows).

    Parameters
    ----------
    bias : that chance for the average firm, 0..1
    honesty : dislike of lying against the average firm, 0 or more; who dislikes it less names closer friends
    follows : how far that goes; 0 = all firms name the same kind of referees
    """
    return bias ** (honesty**follows)


@rule
def estimated_suppliers(
    claimed: float, confirmed: float, visited: float, references_confirmed: float, references: float, bias: float
) -> float:
    """Suppliers a programme believes in after checks: claimed * E[Beta(1+y, 1+v-y)].

    References chosen by the firm confirm with th+(1-th)*b, so each counts for (1-b) of a visit and its
    confirmation is first corrected for that bias. Without any check the claim stands.
    """
    if visited + references <= 0.0:
        return claimed
    corrected = max(0.0, references_confirmed - bias * references)
    weight = visited + references * (1.0 - bias)
    return claimed * (1.0 + confirmed + corrected) / (2.0 + weight)


@rule
def seen_share(visits: float) -> float:
    """How far what suppliers tell is taken for true after some visits: j/(j+2), as two doubtful voices stand against it."""
    return visits / (visits + 2.0)


@rule
def duplicated_share(overlap: float, sharing: float, agencies: float) -> float:
    """Share of work duplicated between agencies: overlap*(1-sharing)*(agencies-1)/agencies."""
    return overlap * (1.0 - sharing) * (agencies - 1.0) / agencies


@rule
def effective_months(months: float, skill: float, concept: float, overlap: float) -> float:
    """Effective facilitation: staff months * skill * concept * (1 - overlap)."""
    return months * skill * concept * (1.0 - overlap)
