"""Acts that serve households directly: training, storage, input vouchers; and in which order households are served."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from linkage_sim.books import STAFF
from linkage_sim.compiled import compiled
from linkage_sim.draws import STREAM, uniform
from linkage_sim.programme.ledger import affords, free, pay
from linkage_sim.programme.plan import ALL, LINKED, NEVER, POOREST, REMOTE, WOMEN
from linkage_sim.rules.selection import duplicated_share

if TYPE_CHECKING:
    from linkage_sim.context import Context
    from linkage_sim.programme.facilitator import Facilitation
    from linkage_sim.scenario.acts import InputVouchers, Targeted

Ints = NDArray[np.int64]
Numbers = NDArray[np.float64]
DUPLICATE = STREAM["programme.duplicate"]


@compiled
def is_wanted(target: int, household: Any) -> bool:
    """Whether an act with this target serves a household (its row) before others; who is linked is asked when the act looks."""
    if target == WOMEN:
        return bool(household.woman == 1)
    if target == POOREST:
        return bool(household.tercile == 0)
    if target == REMOTE:
        return bool(household.remote == 1)
    return True


@compiled
def draw_queue(i: int, w: Any, p: Any) -> None:
    """Households in the order act ``i`` serves them, once drawn: targeted ones first, village by village, luck within.

    Who is linked changes, so that these come first only when an act looks (`least_served`).
    """
    a = p.plan[i]
    if a.queued != NEVER:
        return
    queue, number = p.queues[a.queue], 0
    for wanted in (True, False):
        for h in p.order:
            hh = w.household[h]
            if is_wanted(a.target, hh) == wanted and p.in_districts[i, hh.village] == 1:
                queue[number] = h
                number += 1
    a.queued = number


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


@compiled
def units_paid(cost: float, learning: float, done: float, money: float, most: int) -> tuple[int, float]:
    """How many units after ``done`` some money pays for, and what they cost; ``cost`` of the first ever, all USD."""
    total = 0.0
    for number in range(most):
        one = cost * (1.0 + done + number) ** -learning
        if total + one > money:
            return number, total
        total += one
    return max(most, 0), total


@compiled
def gaining(rows: Any, number: int, month: int, w: Any, p: Any) -> int:
    """How many of the first ``number`` rows of households served really gain, moved to the front.

    With the others agencies overlap: money spent, nothing added.
    """
    terms, kept = p.terms[0], 0
    overlap = duplicated_share(terms.overlap, w.facilitator[0].sharing, terms.agencies)
    for k in range(number):
        hh = w.household[rows[k]]
        if uniform(w.key, DUPLICATE, month, hh.identity) < overlap:
            p.duplicated[hh.village] = 1
        else:
            rows[kept] = rows[k]
            kept += 1
    return kept


@compiled
def least_served(queue: int, queued: int, number: int, times: int, w: Any, p: Any) -> None:
    """The next households of a queue into ``p.rows``: those served least, of these the ones linked by now, then as the queue goes.

    ``times`` : how often all of them were served already
    """
    order, served, found = p.queues[queue], p.served[queue], 0
    while found < number:
        waiting = 0
        for k in range(queued):
            h = order[k]
            if served[h] != times:
                continue
            if is_linked(h, w):
                p.rows[found] = h
                found += 1
                if found == number:
                    break
            elif waiting < number:
                p.others[waiting] = h
                waiting += 1
        for k in range(min(waiting, number - found)):
            p.rows[found] = p.others[k]
            found += 1
        times += 1
    for k in range(number):
        served[p.rows[k]] += 1


@compiled
def is_linked(h: int, w: Any) -> bool:
    """Whether a household has a contract with some firm."""
    contracts = 0
    for k in range(w.of_household[h], w.of_household[h + 1]):
        contracts += w.enterprise[w.by_household[k]].firm >= 0
    return contracts > 0


@compiled
def serve(i: int, month: int, w: Any, p: Any) -> int:
    """Serve the next households of an act's queue as far as money goes; pays, and returns how many of ``p.rows`` really gain.

    Where it is gone through again it begins anew once all were served; where linked households are the target, whoever was served
    least and is linked by now comes next.
    """
    a = p.plan[i]
    if not affords(a):
        return 0
    draw_queue(i, w, p)
    done = int(a.units)
    most = a.queued if a.again == 1 else a.queued - done
    number, cost = units_paid(a.price, a.learning, a.units, free(a) + 1e-9, most)
    if a.target == LINKED:
        least_served(a.queue, a.queued, number, done // max(a.queued, 1), w, p)
    else:
        for k in range(number):
            p.rows[k] = p.queues[a.queue, (done + k) % a.queued]
    pay(a, w.facilitator[0], w.outside_flows, STAFF, cost)
    a.units += number
    return gaining(p.rows, number, month, w, p)


@compiled
def train(i: int, month: int, w: Any, p: Any) -> bool:
    """Training: knowledge of the practices taught rises at least to what training gives; it decays later."""
    a, number = p.plan[i], serve(i, month, w, p)
    for k in range(number):
        h = p.rows[k]
        for j in range(w.of_household[h], w.of_household[h + 1]):
            en = w.enterprise[w.by_household[j]]
            en.knowledge_improved = max(en.knowledge_improved, a.improved)
            en.knowledge_quality = max(en.knowledge_quality, a.quality)
        hh = w.household[h]
        hh.trained = min(hh.trained + 1, 255)
        hh.reached = 1
        w.changed[hh.village] = month
    return number > 0


@compiled
def give_kits(i: int, month: int, w: Any, p: Any) -> bool:
    """Storage: a kit for every enterprise of a household that cuts losses until it wears out."""
    effects, number = w.effects[0], serve(i, month, w, p)
    for k in range(number):
        h = p.rows[k]
        for j in range(w.of_household[h], w.of_household[h + 1]):
            en = w.enterprise[w.by_household[j]]
            en.kit_effect, en.kit_months = effects.storage_loss_cut, effects.storage_life
        hh = w.household[h]
        hh.reached = 1
        w.changed[hh.village] = month
    return number > 0


@compiled
def promise_part(rows: Ints, share: float, planting: NDArray[np.bool_], w: Any) -> None:
    """A voucher for every enterprise of these households whose chain (C,) is planted now: money is set aside for no other."""
    for h in rows:
        for k in range(w.of_household[h], w.of_household[h + 1]):
            en = w.enterprise[w.by_household[k]]
            if planting[en.chain]:
                en.voucher = share
        w.household[h].reached = 1


@compiled
def worth_redeemed(paid: float, planting: NDArray[np.bool_], w: Any) -> Numbers:
    """What vouchers of every household cost if all are redeemed, USD (H,)."""
    outlay = np.empty((2, w.chains.shape[0]))
    for c in range(w.chains.shape[0]):
        ch = w.chains[c]
        share, life = ch.practices_improved_equipment_share, ch.practices_improved_equipment_life / 12.0
        outlay[0, c] = ch.practices_improved_cost * (1.0 - share + share * life)
        share, life = ch.practices_quality_equipment_share, ch.practices_quality_equipment_life / 12.0
        outlay[1, c] = ch.practices_quality_cost * (1.0 - share + share * life)
    most = np.zeros(w.household.shape[0])
    for h in range(len(most)):
        factor = 1.0 + w.inputs[0].travel_cost * w.village[w.household[h].village].reach_hours
        for practice in range(2):
            total = 0.0
            for k in range(w.of_household[h], w.of_household[h + 1]):
                en = w.enterprise[w.by_household[k]]
                if planting[en.chain]:
                    total += paid * (outlay[practice, en.chain] * en.assets) * factor
            most[h] += total
    return most


def give_vouchers(programme: Facilitation, context: Context, i: int, act: InputVouchers) -> bool:
    """Input vouchers in the planting month: as many as the money covers if all are redeemed."""
    purse, w = programme.plan[i], context.whole
    draw_queue(i, w, programme.held)
    order = programme.held.queues[purse.queue, : purse.queued]
    if act.target == "linked":
        order = first_of(order, targeted(context, act))
    planting = context.parameters.chains["practice_month"] == context.calendar
    most = worth_redeemed(act.paid, planting, w)
    purse.reserved = 0.0
    costs = purse.price * (1.0 + purse.units + np.arange(len(order))) ** -purse.learning
    number = int(np.searchsorted(np.cumsum(costs + most[order]), free(purse), side="right"))
    if not number:
        return False
    rows = order[:number].copy()
    pay(purse, context.facilitator[0], context.outside_flows, STAFF, float(costs[:number].sum()))
    purse.reserved += float(most[rows].sum())
    purse.units += number
    promise_part(rows[: gaining(rows, number, context.month, w, programme.held)], act.paid, planting, w)
    return True
