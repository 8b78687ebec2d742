"""Acts on the organisation itself: market assessment, coaching, reflection, communication, coordination; and what fades of them."""

from __future__ import annotations

from typing import Any

from linkage_sim.compiled import compiled
from linkage_sim.draws import STREAM, Key, normal, uniform
from linkage_sim.programme.ledger import affords, pay_unit
from linkage_sim.programme.plan import ALL, NEVER, VOUCHERS
from linkage_sim.programme.villages import aim_at

TURNOVER, SKILL, CONCEPT = STREAM["staff.turnover"], STREAM["staff.skill"], STREAM["staff.concept"]


@compiled
def change_staff(month: int, w: Any, p: Any) -> None:
    """Turnover: who leaves is replaced by a newcomer with start values. The market view, sharing between agencies and aim fade."""
    fa, terms, effects = w.facilitator[0], p.terms[0], w.effects[0]
    any_left = False
    for officer in range(p.skill.shape[0]):
        if uniform(w.key, TURNOVER, month, officer) < terms.turnover / 12.0:
            p.skill[officer], p.concept[officer] = p.start_skill[officer], p.start_concept[officer]
            any_left = True
    if any_left:
        take_means(p.skill, p.concept, w.facilitator[0])
    fa.market_view *= 1.0 - effects.market_assessment_decay / 12.0
    fa.sharing += effects.reflection_session_sharing_decay / 12.0 * (terms.sharing - fa.sharing)
    fa.aim *= 1.0 - effects.coordination_decay / 12.0


@compiled
def hire(key: Key, mean_skill: float, mean_concept: float, spread: float, officers: Any, facilitator: Any) -> None:
    """Draw business skill and concept score of the field staff at the start and, not changed yet, now; and their means.

    ``officers`` (4, officers), ``facilitator`` : its row
    """
    for officer in range(officers.shape[1]):
        own = mean_skill + spread * normal(uniform(key, SKILL, 0, officer))
        officers[0, officer] = officers[2, officer] = min(max(own, 0.02), 1.0)
        own = mean_concept + spread * normal(uniform(key, CONCEPT, 0, officer))
        officers[1, officer] = officers[3, officer] = min(max(own, 0.0), 1.0)
    take_means(officers[2], officers[3], facilitator)


@compiled
def take_means(skill: Any, concept: Any, facilitator: Any) -> None:
    """Business skill and concept of the facilitator (its row) are the means of its staff's, (officers,) each."""
    skills = concepts = 0.0
    for officer in range(skill.shape[0]):
        skills += skill[officer]
        concepts += concept[officer]
    facilitator.skill, facilitator.concept = skills / skill.shape[0], concepts / skill.shape[0]


@compiled
def assess_market(i: int, month: int, w: Any, p: Any) -> bool:
    """A rapid market assessment: removes part of the ignorance of firms and markets; the view ages."""
    a, fa = p.plan[i], w.facilitator[0]
    if (a.units > 0.0 and month < a.assessed + a.every) or not is_paid(a, w):
        return False
    a.assessed = month
    fa.market_view += w.effects[0].market_assessment_view * (1.0 - fa.market_view)
    return True


@compiled
def coach(i: int, month: int, w: Any, p: Any) -> bool:
    """A month of coaching of the field team: skill and concept rise by part of what is missing."""
    if not is_paid(p.plan[i], w):
        return False
    raise_staff(w.effects[0].staff_coaching_skill, w.effects[0].staff_coaching_concept, w, p)
    return True


@compiled
def reflect(i: int, month: int, w: Any, p: Any) -> bool:
    """A full-day reflection session with role play, once: concept, skill and sharing rise."""
    effects = w.effects[0]
    if p.plan[i].units > 0.0 or not is_paid(p.plan[i], w):
        return False
    raise_staff(effects.reflection_session_skill, effects.reflection_session_concept, w, p)
    share_more(effects.reflection_session_sharing, w)
    return True


@compiled
def communicate(i: int, month: int, w: Any, p: Any) -> bool:
    """A month of explaining the approach: who knows less of it learns from colleagues, most within the own agency.

    Officer i belongs to agency i modulo their number; what colleagues of other agencies know passes as far as agencies share.
    """
    if not is_paid(p.plan[i], w):
        return False
    sharing, agencies = w.facilitator[0].sharing, int(p.terms[0].agencies)
    for officer in range(p.concept.shape[0]):
        total = learned = 0.0
        for colleague in range(p.concept.shape[0]):
            if colleague != officer:
                passes = 1.0 if colleague % agencies == officer % agencies else sharing
                total += passes
                learned += passes * max(0.0, p.concept[colleague] - p.concept[officer])
        p.learned[officer] = learned / max(total, 1e-12)
    for officer in range(p.concept.shape[0]):
        p.concept[officer] += w.effects[0].communication_spread * p.learned[officer]
    take_means(p.skill, p.concept, w.facilitator[0])
    share_more(w.effects[0].communication_sharing, w)
    return True


@compiled
def coordinate(i: int, month: int, w: Any, p: Any) -> bool:
    """A month at one table: agencies share more, and support without a target of its own turns towards linked villages."""
    fa, effects = w.facilitator[0], w.effects[0]
    if not is_paid(p.plan[i], w):
        return False
    share_more(effects.coordination_sharing, w)
    fa.aim += effects.coordination_aim * (1.0 - fa.aim)
    for other in range(p.plan.shape[0]):
        if p.plan[other].queued != NEVER and p.plan[other].target == ALL:
            aim_queue(p.plan[other], w, p)
    return True


@compiled
def is_paid(a: Any, w: Any) -> bool:
    """Pay one unit of an act (its row) on the organisation, if its money lasts."""
    if not affords(a):
        return False
    pay_unit(a, w.facilitator[0], w.outside_flows)
    return True


@compiled
def raise_staff(skill: float, concept: float, w: Any, p: Any) -> None:
    """Skill and concept of every officer rise by part of what is missing, 0..1 each."""
    for officer in range(p.skill.shape[0]):
        p.skill[officer] += skill * (1.0 - p.skill[officer])
        p.concept[officer] += concept * (1.0 - p.concept[officer])
    take_means(p.skill, p.concept, w.facilitator[0])


@compiled
def share_more(part: float, w: Any) -> None:
    """Part of the sharing between agencies that is missing is made good."""
    w.facilitator[0].sharing += part * (1.0 - w.facilitator[0].sharing)


@compiled
def aim_queue(a: Any, w: Any, p: Any) -> None:
    """Move linked villages forward in the queue of an act (its row) that serves all households; who was served keeps its place."""
    aim_at(w, p)
    queue = p.queues[a.queue]
    start = 0 if a.kind == VOUCHERS or a.queued == 0 else int(a.units) % a.queued
    at, waiting = start, 0
    for k in range(start, a.queued):
        if p.wanted[w.household[queue[k]].village] > 0.0:
            queue[at] = queue[k]
            at += 1
        else:
            p.others[waiting] = queue[k]
            waiting += 1
    for k in range(waiting):
        queue[at + k] = p.others[k]
