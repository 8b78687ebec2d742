"""Acts that serve households directly: training, storage, input vouchers; and in which order households are served."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from linkage_sim.compiled import compiled
from linkage_sim.draws import uniforms

if TYPE_CHECKING:
    from linkage_sim.context import Context
    from linkage_sim.programme.facilitator import Facilitation
    from linkage_sim.scenario.acts import InputVouchers, Storage, Targeted, Training
    from linkage_sim.scenario.effects import UnitCost

Ints = NDArray[np.int64]


def household_order(programme: Facilitation, context: Context, name: str, act: Targeted) -> Ints:
    """Households in the order an act serves them: targeted ones first, village by village, luck within; rows (n,).

    The luck is drawn once; the order is made anew each month where the target (linked) changes.
    """
    if name in programme.queues and (act.target != "linked" or not links_changed(programme, context, name)):
        return programme.queues[name]
    households = context.state.household
    if "" not in programme.queues:
        village_draw = uniforms(context.key, "programme.target", 0, np.arange(context.villages))
        own_draw = uniforms(context.key, "programme.target", 1, households["identity"])
        programme.queues[""] = np.lexsort((own_draw, village_draw[households["village"]]))
    order = programme.queues[""]
    if act.districts:
        order = order[in_districts(programme, context, act)[households["village"][order]]]
    wanted = targeted(context, act)[order]
    programme.queues[name] = np.concatenate((order[wanted], order[~wanted]))
    return programme.queues[name]


def links_changed(programme: Facilitation, context: Context, name: str) -> bool:
    """Whether other enterprises are linked to firms than when the queue of an act was made."""
    linked = context.state.enterprise["firm"] >= 0
    if name in programme.linked and bool((linked == programme.linked[name]).all()):
        return False
    programme.linked[name] = linked
    return True


def targeted(context: Context, act: Targeted) -> NDArray[np.bool_]:
    """Which households an act serves first; (H,)."""
    households = context.state.household
    if act.target == "women":
        return np.asarray(households["woman"] == 1)
    if act.target == "poorest":
        return np.asarray(households["tercile"] == 0)
    if act.target == "remote":
        return np.asarray(households["remote"] == 1)
    if act.target == "linked":
        linked = np.zeros(len(households), dtype=bool)
        linked[context.state.enterprise["household"][context.state.enterprise["firm"] >= 0]] = True
        return linked
    return np.ones(len(households), dtype=bool)


def in_districts(programme: Facilitation, context: Context, act: Targeted) -> NDArray[np.bool_]:
    """Which villages lie in the districts an act is limited to; (V,)."""
    names = np.array(programme.world.routes.district_names)
    return np.isin(names[context.state.village["district"]], act.districts)


def duplicated(programme: Facilitation, context: Context, rows: Ints) -> NDArray[np.bool_]:
    """Which units are wasted because agencies overlap: money spent, nothing added."""
    draw = uniforms(context.key, "programme.duplicate", context.month, context.state.household["identity"][rows])
    wasted = np.asarray(draw < programme.overlap)
    programme.duplicated[context.state.household["village"][rows[wasted]]] = True
    return wasted


def affordable(programme: Facilitation, name: str, unit: UnitCost) -> bool:
    """Whether the money released so far pays for one more unit."""
    purse = programme.ledger.purses[name]
    return programme.ledger.unit_cost(unit, purse.units) <= purse.free + 1e-9


def serve(programme: Facilitation, context: Context, name: str, act: Targeted, unit: UnitCost, again: bool) -> Ints:
    """Serve the next households of an act's queue as far as money goes; pays and returns the rows that really gained.

    With ``again`` the queue is gone through again once all were served.
    """
    order = household_order(programme, context, name, act)
    purse = programme.ledger.purses[name]
    done = int(purse.units)
    start, most = done, len(order) if again else len(order) - done
    if act.target == "linked":  # whoever is linked by now and was served least comes next
        served = programme.served.setdefault(name, np.zeros(len(context.state.household), dtype=np.int64))
        order = order[np.argsort(served[order], kind="stable")]
        start = 0
    number, cost = programme.ledger.most_units(unit, purse, most)
    rows = order[(start + np.arange(number)) % max(len(order), 1)]
    programme.ledger.spend(name, cost, context.outside_flows)
    purse.units += number
    if act.target == "linked":
        served[rows] += 1
    return rows[~duplicated(programme, context, rows)] if len(rows) else rows


@compiled
def teach(rows: Ints, improved: float, quality: float, first_enterprise: Ints, household: Any, enterprise: Any) -> None:
    """Knowledge of each practice rises at least to what training gives, 0 for what is not taught."""
    for h in rows:
        for e in range(first_enterprise[h], first_enterprise[h + 1]):
            en = enterprise[e]
            en.knowledge_improved = max(en.knowledge_improved, improved)
            en.knowledge_quality = max(en.knowledge_quality, quality)
        household[h].trained = min(household[h].trained + 1, 255)
        household[h].reached = 1


@compiled
def hand_out(rows: Ints, loss_cut: float, life: float, first_enterprise: Ints, household: Any, enterprise: Any) -> None:
    """A new storage kit for every enterprise of these households."""
    for h in rows:
        for e in range(first_enterprise[h], first_enterprise[h + 1]):
            enterprise[e].kit_effect = loss_cut
            enterprise[e].kit_months = life
        household[h].reached = 1


@compiled
def promise_part(rows: Ints, share: float, planting: NDArray[np.bool_], first_enterprise: Ints, household: Any, enterprise: Any) -> None:
    """A voucher for every enterprise of these households whose chain (C,) is planted now: money is set aside for no other."""
    for h in rows:
        for e in range(first_enterprise[h], first_enterprise[h + 1]):
            if planting[enterprise[e].chain]:
                enterprise[e].voucher = share
        household[h].reached = 1


def train(programme: Facilitation, context: Context, name: str, act: Training) -> bool:
    """Training: knowledge of the practices taught rises to what training gives; it decays later."""
    effect = programme.effects.training
    if not affordable(programme, name, effect.unit):
        return False
    rows = serve(programme, context, name, act, effect.unit, act.refresh)
    if not len(rows):
        return False
    improved = effect.knowledge if act.topic in ("improved", "both") else 0.0
    quality = effect.knowledge if act.topic in ("quality", "both") else 0.0
    teach(rows, improved, quality, programme.first_enterprise, context.state.household, context.state.enterprise)
    return True


def give_kits(programme: Facilitation, context: Context, name: str, act: Storage) -> bool:
    """Storage: a kit that cuts losses until it wears out."""
    effect = programme.effects.storage
    if not affordable(programme, name, effect.unit):
        return False
    rows = serve(programme, context, name, act, effect.unit, False)
    if not len(rows):
        return False
    hand_out(rows, effect.loss_cut, effect.life, programme.first_enterprise, context.state.household, context.state.enterprise)
    return True


def give_vouchers(programme: Facilitation, context: Context, name: str, act: InputVouchers) -> bool:
    """Input vouchers in the planting month: as many as the money covers if all are redeemed."""
    p, state = context.parameters, context.state
    if not context.is_month("practice_month"):
        return False
    planting = p.chains["practice_month"] == context.calendar
    order = household_order(programme, context, name, act)
    chain = state.enterprise["chain"]
    most = np.zeros(len(state.household))
    for practice in ("improved", "quality"):
        share, life = p.chains[f"practices_{practice}_equipment_share"], p.chains[f"practices_{practice}_equipment_life"] / 12.0
        outlay = (p.chains[f"practices_{practice}_cost"] * (1.0 - share + share * life))[chain] * state.enterprise["assets"]
        factor = 1.0 + p.inputs["travel_cost"][0] * state.village["reach_hours"][state.household["village"][state.enterprise["household"]]]
        paid = act.paid * outlay * factor * planting[chain]
        most += np.bincount(state.enterprise["household"], weights=paid, minlength=len(most))
    purse = programme.ledger.purses[name]
    purse.reserved = 0.0
    costs = programme.ledger.unit_costs(programme.effects.input_vouchers.unit, purse, len(order))
    number = int(np.searchsorted(np.cumsum(costs + most[order]), purse.free, side="right"))
    rows = order[:number]
    if not len(rows):
        return False
    programme.ledger.spend(name, float(costs[:number].sum()), context.outside_flows)
    purse.reserved += float(most[rows].sum())
    purse.units += number
    real = rows[~duplicated(programme, context, rows)]
    promise_part(real, act.paid, planting, programme.first_enterprise, state.household, state.enterprise)
    return True
