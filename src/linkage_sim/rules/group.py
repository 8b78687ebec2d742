"""Savings groups: what a member may borrow, and what it pays in (model 5)."""

from __future__ import annotations

from linkage_sim.rules.core import rule


@rule
def group_loan(wanted: float, saved: float, owed: float, multiple: float, strength: float, fund: float) -> float:
    """What a group lends a member, USD: min(wanted, strength*multiple*savings - owed, cash of the group), never below 0.

    Parameters
    ----------
    wanted, saved, owed, fund : USD; multiple : of own savings; strength : how fully the group works, 0..1
    """
    return max(0.0, min(wanted, min(strength * multiple * saved - owed, fund)))


@rule
def group_saving(saved: float, goal: float, strength: float, spare: float, rate: float, fund: float) -> float:
    """What a member pays in this month, USD; below 0 where a fading group gives savings back as far as it has cash.

    Parameters
    ----------
    goal : savings of a member while the group works fully, USD; spare : cash left at the end of the month, USD; rate : part of it
    """
    missing = strength * goal - saved
    if missing >= 0.0:
        return min(missing, rate * max(0.0, spare))
    return -min(-missing, fund)


@rule
def season_interest(bank: float, group: float, strength: float) -> float:
    """Interest for half a year that a practice must earn: the bank's, or the group's as far as it works."""
    return (bank + strength * (group - bank)) * 0.5
