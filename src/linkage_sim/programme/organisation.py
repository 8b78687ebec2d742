"""Acts on the organisation itself: market assessment, staff coaching, reflection session."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from linkage_sim.context import Context
    from linkage_sim.programme.facilitator import Facilitation
    from linkage_sim.scenario.acts import MarketAssessment, ReflectionSession, StaffCoaching


def assess_market(programme: Facilitation, context: Context, name: str, act: MarketAssessment) -> bool:
    """A rapid market assessment: removes part of the ignorance of firms and markets; the view ages."""
    effect = programme.effects.market_assessment
    purse = programme.ledger.purses[name]
    cost = programme.ledger.unit_cost(effect.unit, purse.units)
    if cost > purse.free + 1e-9 or (purse.units > 0 and context.month < purse.months + act.every):
        return False
    programme.ledger.spend(name, cost, context.outside_flows)
    purse.units += 1
    purse.months = context.month
    programme.view += effect.view * (1.0 - programme.view)
    return True


def coach(programme: Facilitation, context: Context, name: str, act: StaffCoaching) -> bool:
    """A month of coaching of the field team: skill and concept rise by part of what is missing."""
    effect = programme.effects.staff_coaching
    purse = programme.ledger.purses[name]
    cost = programme.ledger.unit_cost(effect.unit, purse.units)
    if cost > purse.free + 1e-9:
        return False
    programme.ledger.spend(name, cost, context.outside_flows)
    purse.units += 1
    programme.staff_skill += effect.skill * (1.0 - programme.staff_skill)
    programme.staff_concept += effect.concept * (1.0 - programme.staff_concept)
    return True


def reflect(programme: Facilitation, context: Context, name: str, act: ReflectionSession) -> bool:
    """A full-day reflection session with role play, once: concept, skill and sharing rise."""
    effect = programme.effects.reflection_session
    purse = programme.ledger.purses[name]
    cost = programme.ledger.unit_cost(effect.unit, purse.units)
    if purse.units > 0 or cost > purse.free + 1e-9:
        return False
    programme.ledger.spend(name, cost, context.outside_flows)
    purse.units += 1
    programme.staff_skill += effect.skill * (1.0 - programme.staff_skill)
    programme.staff_concept += effect.concept * (1.0 - programme.staff_concept)
    programme.sharing += effect.sharing * (1.0 - programme.sharing)
    return True
