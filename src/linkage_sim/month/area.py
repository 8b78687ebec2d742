"""Phase 4, before contracts and practices: once a year households shift land between crops and change herds (model 4, Area)."""

from __future__ import annotations

from typing import Any

import numpy as np

from linkage_sim.compiled import compiled
from linkage_sim.draws import STREAM, uniform
from linkage_sim.month.goods import kit_now, loss_at_harvest, part_of_grade_a
from linkage_sim.month.rows import room_for_rows, rows_of
from linkage_sim.rules.area import (
    area_step,
    deaths_share,
    decrease_kept,
    expected_return,
    herd_step,
    herd_wanted,
    increase_kept,
    preference,
)  # fmt: skip
from linkage_sim.rules.firm import outside_value
from linkage_sim.world.state import GESTATION

DEATHS = STREAM["assets.deaths"]
SPENDABLE = 0.5
"""Part of the cash in hand that may go into planting, animals and tools."""


@compiled
def unit_return(en: Any, ch: Any, price: float, premium: float) -> float:
    """Return expected of one asset unit, USD a year: bazaar price and, as far as it is trusted, the premium of the contract."""
    loss = loss_at_harvest(en, ch, kit_now(en))
    gain = ch.practices_improved_gain * en.uses_improved
    kg = ch.harvest_yield_per_asset * en.skill * (1.0 + gain) * ch.harvest_conversion * ch.usual_bad_year * (1.0 - loss)
    cost = ch.practices_improved_cost * en.uses_improved + ch.practices_quality_cost * en.uses_quality + ch.assets_upkeep
    return expected_return(kg, price + premium, ch.harvest_picking_cost * en.picking_factor, loss, cost)


@compiled
def young(e: int, ch: Any, growing: Any) -> float:
    """Asset units planted and not yet bearing."""
    total = 0.0
    if ch.gestation_years < 1.0:
        return total
    for k in range(growing.shape[1]):
        total += growing[e, k]
    return total


@compiled
def expects(en: Any, ch: Any, vi: Any, price: float) -> float:
    """Return that an enterprise expects of one asset unit at the bazaar price of the coming harvest, USD a year."""
    share_a = part_of_grade_a(en, ch)
    premium = ch.bazaar_grade_premium * price * share_a
    if en.firm >= 0:
        premium = max(premium, en.linked_trust * (en.premium_a * share_a + en.premium_b * (1.0 - share_a)))
    return unit_return(en, ch, outside_value(price, 0.0, vi.haul, 0.0), premium)


@compiled
def set_assets(en: Any, ch: Any, assets: float) -> None:
    """New number of bearing units; the harvest expected goes with it."""
    if en.assets > 0.0:
        en.expected_kg *= assets / en.assets
    else:
        en.expected_kg = (
            assets * ch.harvest_yield_per_asset * en.skill * ch.harvest_conversion * ch.usual_bad_year * (1.0 - ch.harvest_loss_harvest)
        )
    en.assets = assets


@compiled
def change_herd(e: int, month: int, key: Any, en: Any, ch: Any, hh: Any, expected: float, noise: float) -> None:
    """Deaths, own young, purchases and sales of one herd or set of tools."""
    held = en.assets
    if ch.assets_deaths > 0.0:
        held *= 1.0 - deaths_share(ch.assets_deaths, uniform(key, DEATHS, month, en.identity))
    wanted = herd_wanted(en.usual_assets, expected, en.usual_return, noise, ch.assets_smallest, ch.assets_largest)
    money = SPENDABLE * hh.cash
    change = herd_step(wanted, held, ch.assets_adjustment, ch.assets_herd_rate, ch.assets_breeding, money, ch.assets_price)
    bred = min(max(0.0, change), ch.assets_breeding * held)
    if change > bred:
        en.asset_cost += (change - bred) * ch.assets_price
    elif change < 0.0:
        en.asset_sale -= change * ch.assets_price * ch.assets_resale
    if held + change != en.assets:
        set_assets(en, ch, held + change)


@compiled
def ripen_trees(e: int, year: int, en: Any, ch: Any, growing: Any) -> None:
    """What was planted ``gestation`` years ago bears from now on."""
    slot = year % GESTATION
    if ch.gestation_years >= 1.0 and growing[e, slot] > 0.0:
        set_assets(en, ch, en.assets + growing[e, slot])
        growing[e, slot] = 0.0


@compiled
def change_area(e: int, year: int, en: Any, ch: Any, change: float, growing: Any) -> None:
    """Plant ``change`` asset units, or give up as many: young ones first."""
    if change > 0.0:
        en.asset_cost += change * ch.assets_price
        if ch.gestation_years < 1.0:
            set_assets(en, ch, en.assets + change)
        else:
            growing[e, (year + int(ch.gestation_years)) % GESTATION] += change
        return
    left = -change
    if ch.gestation_years >= 1.0:
        for k in range(growing.shape[1]):
            if growing[e, k] > 0.0:
                taken = min(left, growing[e, k])
                growing[e, k] -= taken
                left -= taken
    en.asset_sale += (-change) * ch.assets_price * ch.assets_resale
    if left > 0.0:
        set_assets(en, ch, max(0.0, en.assets - left))


@compiled
def use_idle_land(e: int, year: int, en: Any, ch: Any, hh: Any, growing: Any) -> None:
    """What `share_out_land` comes to for a household with one crop: it has no other use, and plants what lies idle."""
    land = en.usual_assets * ch.assets_land
    now = (en.assets + young(e, ch, growing)) * ch.assets_land
    change = area_step(land, now, ch.assets_adjustment)
    if change <= 0.0:
        return
    money = SPENDABLE * hh.cash
    cost = change * ch.assets_price / ch.assets_land
    if cost > money:
        change *= money / cost
    change = change * increase_kept(change, 0.0, max(0.0, land - now)) / ch.assets_land
    if change > 0.0:
        change_area(e, year, en, ch, change, growing)


@compiled
def share_out_land(rows: Any, year: int, chains: Any, hh: Any, enterprise: Any, noise: float, growing: Any, scratch: Any) -> None:
    """Logit shares of the household's land and part of the way towards them; ``scratch`` (chains, 3) expected, weight, change.

    ``rows`` are its enterprises that stand on land; ``scratch[c, 0]`` comes in as the return expected of one asset unit. Land given
    up and land taken into use are equal, but for land that lay idle.
    """
    land = usual = held = 0.0
    for e in rows:
        en = enterprise[e]
        ch = chains[en.chain]
        now = (en.assets + young(e, ch, growing)) * ch.assets_land
        scratch[en.chain, 2] = now
        land += en.usual_assets * ch.assets_land
        usual += en.usual_assets * en.usual_return
        held += now
    if land <= 0.0:
        return
    scale = max(usual / land, 1e-9)
    total = 0.0
    for e in rows:
        en = enterprise[e]
        ch = chains[en.chain]
        share = en.usual_assets * ch.assets_land / land
        weight = preference(share, scratch[en.chain, 0] / ch.assets_land, en.usual_return / ch.assets_land, scale, noise)
        scratch[en.chain, 1] = weight
        total += weight
    more = less = 0.0
    money = SPENDABLE * hh.cash
    for e in rows:
        c = enterprise[e].chain
        ch = chains[c]
        change = area_step(scratch[c, 1] / total * land, scratch[c, 2], ch.assets_adjustment)
        cost = change * ch.assets_price / ch.assets_land
        if cost > money:
            change *= money / cost
        money -= max(0.0, min(cost, money))
        scratch[c, 2] = change
        more += max(0.0, change)
        less += max(0.0, -change)
    up = increase_kept(more, less, max(0.0, land - held))
    down = decrease_kept(more, less)
    for e in rows:
        en = enterprise[e]
        ch = chains[en.chain]
        change = scratch[en.chain, 2] * (up if scratch[en.chain, 2] > 0.0 else down) / ch.assets_land
        if change != 0.0:
            change_area(e, year, en, ch, change, growing)


@compiled
def shift_land(
    first: int, last: int, month: int, chains: Any, vi: Any, of_household: Any, by_household: Any, household: Any, enterprise: Any,
    on_land: Any, noise: float, ahead: Any, growing: Any, scratch: Any, rows: Any,
) -> None:  # fmt: skip
    """Areas of the households of one village, of the chains that are 1 in ``on_land`` (C,): all land is shared out in one month.

    ``rows`` has room for the enterprises of one household and one more.
    """
    year = month // 12
    for h in range(first, last):
        n = 0
        for e in by_household[of_household[h] : of_household[h + 1]]:
            rows[n] = e
            n += on_land[enterprise[e].chain]
        for e in rows[:n]:
            ripen_trees(e, year, enterprise[e], chains[enterprise[e].chain], growing)
        if n == 1:
            e = rows[0]
            use_idle_land(e, year, enterprise[e], chains[enterprise[e].chain], household[h], growing)
        elif n > 1:
            for e in rows[:n]:
                c = enterprise[e].chain
                scratch[c, 0] = expects(enterprise[e], chains[c], vi, ahead[vi.bazaar, c])
            share_out_land(rows[:n], year, chains, household[h], enterprise, noise, growing, scratch)


@compiled
def shift_assets(
    first: int, last: int, month: int, key: Any, chosen: Any, chains: Any, behaviour: Any, ahead: Any, first_household: Any,
    first_enterprise: Any, of_household: Any, by_household: Any, household: Any, enterprise: Any, village: Any, growing: Any,
    scratch_all: Any,
) -> None:  # fmt: skip
    """Areas and herds of every household of a range of villages, of the chains that are 1 in ``chosen`` (C,) and shift."""
    noise = behaviour[0].area_noise
    rows = room_for_rows(first, last, first_enterprise)
    on_land, herds = np.empty_like(chosen), np.empty_like(chosen)
    fields = animals = 0
    for c in range(chosen.shape[0]):
        on_land[c] = chosen[c] * (chains[c].assets_land > 0.0)
        herds[c] = chosen[c] - on_land[c]
        fields += on_land[c]
        animals += herds[c]
    for v in range(first, last):
        vi = village[v]
        start, end = first_enterprise[v], first_enterprise[v + 1]
        if fields > 0:
            shift_land(
                first_household[v], first_household[v + 1], month, chains, vi, of_household, by_household, household, enterprise, on_land,
                noise, ahead, growing, scratch_all[v], rows,
            )  # fmt: skip
        if animals > 0:
            for e in rows[: rows_of(start, end, herds, enterprise, rows)]:
                en = enterprise[e]
                ch = chains[en.chain]
                change_herd(e, month, key, en, ch, household[en.household], expects(en, ch, vi, ahead[vi.bazaar, en.chain]), noise)
