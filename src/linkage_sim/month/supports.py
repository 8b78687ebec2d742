"""What support has built, a month and a season on: associations, village organisations, groups, phones, grading, contracts with plants."""

from __future__ import annotations

from typing import Any

from linkage_sim.books import COLLECTING
from linkage_sim.compiled import compiled
from linkage_sim.draws import STREAM, uniform
from linkage_sim.rules.contract import delayed_value, grading_worth

PHONE = STREAM["mobile.adopt"]


@compiled
def built(strength: float, goal: float, months: float, decay: float) -> float:
    """Strength a month on: it rises to its goal in so many months, and fades at a yearly rate once support ends."""
    if strength < goal:
        return min(goal, strength + goal / months)
    if strength > goal:
        return max(goal, strength * (1.0 - decay / 12.0))
    return strength


@compiled
def supports_month(
    first: int, last: int, key: Any, firms: Any, effects: Any, first_household: Any, of_household: Any, by_household: Any,
    has_skill: Any, household: Any, enterprise: Any, village: Any,
) -> None:  # fmt: skip
    """Associations, village organisations, savings groups and mobile payments a month on; who is paid by phone; business skill fades."""
    ef = effects[0]
    for v in range(first, last):
        village_month(village[v], ef)
        covered = village[v].mobile * ef.mobile_payments_adoption
        if has_skill[v] == 1:
            for h in range(first_household[v], first_household[v + 1]):
                household[h].business *= 1.0 - ef.business_skills_decay / 12.0
        if covered <= 0.0:  # once there, coverage fades and never ends
            continue
        for h in range(first_household[v], first_household[v + 1]):
            hh = household[h]
            phone = 1 if uniform(key, PHONE, 0, hh.identity) < covered else 0
            if phone == hh.mobile:
                continue
            hh.mobile = phone
            for e in by_household[of_household[h] : of_household[h + 1]]:
                en = enterprise[e]
                delay = max(0.0, firms[en.chain].delay - phone * ef.mobile_payments_faster)
                en.delay_value = delayed_value(hh.patience, delay)


@compiled
def village_month(vi: Any, ef: Any) -> None:
    """Strength of what a village has been helped to build."""
    vi.association = built(vi.association, vi.association_goal, ef.associations_build, ef.associations_decay)
    vi.organisation = built(vi.organisation, vi.organisation_goal, ef.village_organisations_build, ef.village_organisations_decay)
    vi.group = built(vi.group, vi.group_goal, ef.savings_groups_build, ef.savings_groups_decay)
    vi.mobile = built(vi.mobile, vi.mobile_goal, ef.mobile_payments_build, ef.mobile_payments_decay)


@compiled
def grading_season(ro: Any, fm: Any, ef: Any) -> None:
    """Grading and mediation once the programme no longer pays: kept where its users gain more than its fee, else it wears off."""
    worth = grading_worth(ro.season_kept, ro.netback_a - ro.price_a + ro.premium_a, fm.rejection, ef.contract_support_rejection)
    if ro.is_open == 1 and worth * ro.written > ef.contract_support_fee:
        ro.grading = ef.contract_support_fee
    else:
        ro.written *= 1.0 - ef.contract_support_decay


@compiled
def contracts_season(f: int, ef: Any, fi: Any, route: Any, firm_flows: Any) -> None:
    """A firm pays for grading on its routes; its contract with a processor fades after a season without deliveries there."""
    for v in range(route.shape[1]):
        fee = route[f, v].grading
        fi.cash -= fee
        fi.season_margin -= fee
        firm_flows[f, COLLECTING] += fee
    if fi.plant_kg <= 0.0:
        fi.processor *= 1.0 - ef.processor_links_decay
        fi.credit -= fi.plant_advance * ef.processor_links_decay
        fi.plant_orders *= 1.0 - ef.processor_links_decay
        fi.plant_advance *= 1.0 - ef.processor_links_decay
    fi.plant_kg = 0.0


@compiled
def plants_wear(plants: Any, plant_capacity: Any, effects: Any) -> None:
    """What a plant has beyond its first capacity wears month by month."""
    wear = effects[0].processor_links_wear
    for q in range(plants.shape[0]):
        if plant_capacity[q] > plants[q].capacity:
            plant_capacity[q] -= (plant_capacity[q] - plants[q].capacity) * wear / 12.0
