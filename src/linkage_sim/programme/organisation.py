"""Acts on the organisation itself: market assessment, coaching, reflection, communication, coordination."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from linkage_sim.programme.villages import aimed

if TYPE_CHECKING:
    from linkage_sim.context import Context
    from linkage_sim.programme.facilitator import Facilitation
    from linkage_sim.scenario.acts import Communication, Coordination, MarketAssessment, ReflectionSession, StaffCoaching


def assess_market(programme: Facilitation, context: Context, name: str, act: MarketAssessment) -> bool:
    """A rapid market assessment: removes part of the ignorance of firms and markets; the view ages."""
    effect = programme.effects.market_assessment
    purse = programme.ledger.purses[name]
    if (purse.units > 0 and context.month < purse.months + act.every) or not is_paid(programme, context, name):
        return False
    purse.months = context.month
    programme.view += effect.view * (1.0 - programme.view)
    return True


def coach(programme: Facilitation, context: Context, name: str, act: StaffCoaching) -> bool:
    """A month of coaching of the field team: skill and concept rise by part of what is missing."""
    effect = programme.effects.staff_coaching
    if not is_paid(programme, context, name):
        return False
    raise_staff(programme, effect.skill, effect.concept)
    return True


def reflect(programme: Facilitation, context: Context, name: str, act: ReflectionSession) -> bool:
    """A full-day reflection session with role play, once: concept, skill and sharing rise."""
    effect = programme.effects.reflection_session
    if programme.ledger.purses[name].units > 0 or not is_paid(programme, context, name):
        return False
    raise_staff(programme, effect.skill, effect.concept)
    programme.sharing += effect.sharing * (1.0 - programme.sharing)
    return True


def communicate(programme: Facilitation, context: Context, name: str, act: Communication) -> bool:
    """A month of explaining the approach: who knows less of it learns from colleagues, most within the own agency.

    Officer i belongs to agency i modulo their number; what colleagues of other agencies know passes as far as agencies share.
    """
    effect = programme.effects.communication
    if not is_paid(programme, context, name):
        return False
    concept = programme.staff_concept
    agency = np.arange(len(concept)) % programme.terms.agencies
    passes = np.where(agency[:, None] == agency[None, :], 1.0, programme.sharing)
    np.fill_diagonal(passes, 0.0)
    better = np.maximum(0.0, concept[None, :] - concept[:, None])
    total = np.maximum(passes.sum(axis=1), 1e-12)
    programme.set_staff(programme.staff_skill, concept + effect.spread * (passes * better).sum(axis=1) / total)
    programme.sharing += effect.sharing * (1.0 - programme.sharing)
    return True


def coordinate(programme: Facilitation, context: Context, name: str, act: Coordination) -> bool:
    """A month at one table: agencies share more, and support without a target of its own turns towards linked villages."""
    effect = programme.effects.coordination
    if not is_paid(programme, context, name):
        return False
    programme.sharing += effect.sharing * (1.0 - programme.sharing)
    programme.aim += effect.aim * (1.0 - programme.aim)
    aim_queues(programme, context)
    return True


def is_paid(programme: Facilitation, context: Context, name: str) -> bool:
    """Pay one unit of an act on the organisation, if its money lasts."""
    if not programme.ledger.purses[name].affords():
        return False
    programme.ledger.pay_unit(name, context.outside_flows)
    return True


def raise_staff(programme: Facilitation, skill: float, concept: float) -> None:
    """Skill and concept of every officer rise by part of what is missing, 0..1 each."""
    programme.set_staff(
        programme.staff_skill + skill * (1.0 - programme.staff_skill),
        programme.staff_concept + concept * (1.0 - programme.staff_concept),
    )


def aim_queues(programme: Facilitation, context: Context) -> None:
    """Move linked villages forward in the queues of acts that serve all households; who was served keeps its place."""
    moved = [(name, act) for name, act in programme.plan.items() if name in programme.queues and getattr(act, "target", "") == "all"]
    if not moved:
        return
    first = aimed(programme, context)[context.state.household["village"]]
    for name, act in moved:
        order = programme.queues[name]
        served = 0 if act.act == "input_vouchers" else int(programme.ledger.purses[name].units) % max(len(order), 1)
        left = order[served:]
        programme.queues[name] = np.concatenate((order[:served], left[first[left]], left[~first[left]]))
