"""Acts that serve households directly: training, storage, input vouchers; and in which order households are served."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from linkage_sim.compiled import compiled
from linkage_sim.draws import STREAM, Key, uniform

if TYPE_CHECKING:
    from linkage_sim.context import Context
    from linkage_sim.programme.facilitator import Facilitation
    from linkage_sim.scenario.acts import InputVouchers, Storage, Targeted, Training

Ints = NDArray[np.int64]
Numbers = NDArray[np.float64]
DUPLICATE = STREAM["programme.duplicate"]
NONE = np.zeros(0, dtype=np.int64)


def household_order(programme: Facilitation, context: Context, name: str, act: Targeted) -> Ints:
    """Households in the order an act serves them: targeted ones first, village by village, luck within; rows (n,).

    Drawn once. Who is linked changes, so that these come first only when an act looks (`least_served`).
    """
    if name in programme.queues:
        return programme.queues[name]
    households = context.state.household
    if "" not in programme.queues:
        programme.queues[""] = np.lexsort((programme.household_luck, programme.village_luck[households["village"]]))
    order = programme.queues[""]
    if act.districts:
        order = order[in_districts(programme, context, act)[households["village"][order]]]
    programme.queues[name] = order if act.target == "linked" else first_of(order, targeted(context, act))
    return programme.queues[name]


def first_of(order: Ints, wanted: NDArray[np.bool_]) -> Ints:
    """Rows in an order, those that are wanted (H,) before all others."""
    those = wanted[order]
    return np.concatenate((order[those], order[~those]))


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


@compiled
def units_paid(cost: float, learning: float, done: float, free: float, most: int) -> tuple[int, float]:
    """How many units after ``done`` some money pays for, and what they cost; ``cost`` of the first ever, all USD."""
    total = 0.0
    for number in range(most):
        one = cost * (1.0 + done + number) ** -learning
        if total + one > free:
            return number, total
        total += one
    return max(most, 0), total


@compiled
def gaining(
    rows: Ints, key: Key, month: int, overlap: float, identity: Ints, village: Ints, duplicated: NDArray[np.bool_]
) -> Ints:  # fmt: skip
    """Which of the households served really gain; with the others agencies overlap: money spent, nothing added."""
    kept = np.empty(len(rows), dtype=np.int64)
    number = 0
    for h in rows:
        if uniform(key, DUPLICATE, month, identity[h]) < overlap:
            duplicated[village[h]] = True
        else:
            kept[number] = h
            number += 1
    return kept[:number]


@compiled
def least_served(order: Ints, number: int, times: int, served: Ints, of_household: Ints, by_household: Ints, firm: Ints) -> Ints:
    """The next households (number,) of an order: those served least, of these the ones linked by now, then as the order goes.

    ``times`` : how often all of them were served already
    """
    rows, others = np.empty(number, dtype=np.int64), np.empty(number, dtype=np.int64)
    found = 0
    while found < number:
        waiting = 0
        for h in order:
            if served[h] != times:
                continue
            if is_linked(h, of_household, by_household, firm):
                rows[found] = h
                found += 1
                if found == number:
                    break
            elif waiting < number:
                others[waiting] = h
                waiting += 1
        more = min(waiting, number - found)
        for k in range(more):
            rows[found + k] = others[k]
        found += more
        times += 1
    for h in rows:
        served[h] += 1
    return rows


@compiled
def is_linked(h: int, of_household: Ints, by_household: Ints, firm: Ints) -> bool:
    """Whether a household has a contract with some firm."""
    contracts = 0
    for k in range(of_household[h], of_household[h + 1]):
        e = by_household[k]
        contracts += firm[e] >= 0
    return contracts > 0


@compiled
def next_served(
    price: float, learning: float, done: int, free: float, most: int, order: Ints, served: Ints, of_household: Ints, by_household: Ints,
    firm: Ints, key: Key, month: int, overlap: float, identity: Ints, village: Ints, duplicated: NDArray[np.bool_],
) -> tuple[Ints, int, float]:  # fmt: skip
    """The next households of a queue as far as money goes: those that really gain, how many are paid for, and USD they cost.

    Without ``served`` the queue goes on after those done, and begins anew at its end.
    """
    number, cost = units_paid(price, learning, float(done), free, most)
    if len(served):
        rows = least_served(order, number, done // max(len(order), 1), served, of_household, by_household, firm)
    else:
        rows = np.empty(number, dtype=np.int64)
        for k in range(number):
            rows[k] = order[(done + k) % len(order)]
    return gaining(rows, key, month, overlap, identity, village, duplicated), number, cost


def serve(programme: Facilitation, context: Context, name: str, act: Targeted, again: bool) -> Ints:
    """Serve the next households of an act's queue as far as money goes; pays and returns the rows that really gain.

    With ``again`` the queue is gone through again once all were served. Where linked households are the target, whoever
    was served least and is linked by now comes next.
    """
    state, purse = context.state, programme.ledger.purses[name]
    order = household_order(programme, context, name, act)
    done = int(purse.units)
    rows, number, cost = next_served(
        purse.price, purse.learning, done, purse.free + 1e-9, len(order) if again else len(order) - done, order,
        programme.times_served(name, len(state.household)) if act.target == "linked" else NONE, *programme.enterprises,
        state.enterprise["firm"], context.key, context.month, programme.overlap, state.household["identity"],
        state.household["village"], programme.duplicated,
    )  # fmt: skip
    programme.ledger.spend(name, cost, context.outside_flows)
    purse.units += number
    return rows


@compiled
def teach(
    rows: Ints, improved: float, quality: float, of_household: Ints, by_household: Ints, household: Any, enterprise: Any, month: int,
    changed: Ints,
) -> None:  # fmt: skip
    """Knowledge of each practice rises at least to what training gives, 0 for what is not taught; ``changed`` (V,) as of a context."""
    for h in rows:
        for k in range(of_household[h], of_household[h + 1]):
            e = by_household[k]
            en = enterprise[e]
            en.knowledge_improved = max(en.knowledge_improved, improved)
            en.knowledge_quality = max(en.knowledge_quality, quality)
        household[h].trained = min(household[h].trained + 1, 255)
        household[h].reached = 1
        changed[household[h].village] = month


@compiled
def hand_out(
    rows: Ints, loss_cut: float, life: float, of_household: Ints, by_household: Ints, household: Any, enterprise: Any, month: int,
    changed: Ints,
) -> None:  # fmt: skip
    """A new storage kit for every enterprise of these households; ``changed`` (V,) as of a context."""
    for h in rows:
        for k in range(of_household[h], of_household[h + 1]):
            e = by_household[k]
            enterprise[e].kit_effect = loss_cut
            enterprise[e].kit_months = life
        household[h].reached = 1
        changed[household[h].village] = month


@compiled
def promise_part(
    rows: Ints, share: float, planting: NDArray[np.bool_], of_household: Ints, by_household: Ints, household: Any, enterprise: Any
) -> None:
    """A voucher for every enterprise of these households whose chain (C,) is planted now: money is set aside for no other."""
    for h in rows:
        for k in range(of_household[h], of_household[h + 1]):
            e = by_household[k]
            if planting[enterprise[e].chain]:
                enterprise[e].voucher = share
        household[h].reached = 1


@compiled
def worth_redeemed(
    paid: float, travel_cost: float, planting: NDArray[np.bool_], chains: Any, of_household: Ints, by_household: Ints, chain: Ints,
    assets: Numbers, village: Ints, reach_hours: Numbers,
) -> Numbers:  # fmt: skip
    """What vouchers of every household cost if all are redeemed, USD (H,)."""
    outlay = np.empty((2, chains.shape[0]))
    for c in range(chains.shape[0]):
        ch = chains[c]
        share, life = ch.practices_improved_equipment_share, ch.practices_improved_equipment_life / 12.0
        outlay[0, c] = ch.practices_improved_cost * (1.0 - share + share * life)
        share, life = ch.practices_quality_equipment_share, ch.practices_quality_equipment_life / 12.0
        outlay[1, c] = ch.practices_quality_cost * (1.0 - share + share * life)
    most = np.zeros(len(of_household) - 1)
    for h in range(len(most)):
        factor = 1.0 + travel_cost * reach_hours[village[h]]
        for practice in range(2):
            total = 0.0
            for k in range(of_household[h], of_household[h + 1]):
                e = by_household[k]
                if planting[chain[e]]:
                    total += paid * (outlay[practice, chain[e]] * assets[e]) * factor
            most[h] += total
    return most


def train(programme: Facilitation, context: Context, name: str, act: Training) -> bool:
    """Training: knowledge of the practices taught rises to what training gives; it decays later."""
    effect = programme.effects.training
    if not programme.ledger.purses[name].affords():
        return False
    rows = serve(programme, context, name, act, act.refresh)
    if not len(rows):
        return False
    improved = effect.knowledge if act.topic in ("improved", "both") else 0.0
    quality = effect.knowledge if act.topic in ("quality", "both") else 0.0
    teach(
        rows, improved, quality, *programme.enterprises, context.state.household, context.state.enterprise, context.month, context.changed
    )
    return True


def give_kits(programme: Facilitation, context: Context, name: str, act: Storage) -> bool:
    """Storage: a kit that cuts losses until it wears out."""
    effect = programme.effects.storage
    if not programme.ledger.purses[name].affords():
        return False
    rows = serve(programme, context, name, act, False)
    if not len(rows):
        return False
    hand_out(
        rows, effect.loss_cut, effect.life, *programme.enterprises, context.state.household, context.state.enterprise, context.month,
        context.changed,
    )  # fmt: skip
    return True


def give_vouchers(programme: Facilitation, context: Context, name: str, act: InputVouchers) -> bool:
    """Input vouchers in the planting month: as many as the money covers if all are redeemed."""
    p, state = context.parameters, context.state
    if not context.is_month("practice_month"):
        return False
    planting = p.chains["practice_month"] == context.calendar
    order = household_order(programme, context, name, act)
    if act.target == "linked":
        order = first_of(order, targeted(context, act))
    most = worth_redeemed(
        act.paid, float(p.inputs["travel_cost"][0]), planting, p.chains, *programme.enterprises, state.enterprise["chain"],
        state.enterprise["assets"], state.household["village"], state.village["reach_hours"],
    )  # fmt: skip
    purse = programme.ledger.purses[name]
    purse.reserved = 0.0
    costs = purse.unit_costs(len(order))
    number = int(np.searchsorted(np.cumsum(costs + most[order]), purse.free, side="right"))
    rows = order[:number]
    if not len(rows):
        return False
    programme.ledger.spend(name, float(costs[:number].sum()), context.outside_flows)
    purse.reserved += float(most[rows].sum())
    purse.units += number
    real = gaining(
        rows, context.key, context.month, programme.overlap, state.household["identity"], state.household["village"], programme.duplicated
    )
    promise_part(real, act.paid, planting, *programme.enterprises, state.household, state.enterprise)
    return True
