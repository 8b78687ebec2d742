"""Acts that serve households directly: training, storage, input vouchers; and in which order households are served."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from linkage_sim.books import STAFF
from linkage_sim.compiled import compiled
from linkage_sim.draws import STREAM, uniform
from linkage_sim.programme.ledger import affords, cost_after, free, pay
from linkage_sim.programme.plan import LINKED, NEVER, POOREST, REMOTE, VOUCHERS, WOMEN
from linkage_sim.rules.practice import outlay
from linkage_sim.rules.selection import duplicated_share

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


@compiled
def comes_first(target: int, h: int, w: Any) -> bool:
    """Whether an act with this target serves a household before others now, those linked by now too."""
    return is_linked(h, w) if target == LINKED else is_wanted(target, w.household[h])


@compiled
def targeted(target: int, w: Any) -> NDArray[np.bool_]:
    """Which households an act with this target serves first now; (H,)."""
    wanted = np.zeros(w.household.shape[0], dtype=np.bool_)
    for h in range(len(wanted)):
        wanted[h] = comes_first(target, h, w)
    return wanted


@compiled
def units_paid(cost: float, learning: float, done: float, money: float, most: int) -> tuple[int, float]:
    """How many units after ``done`` some money pays for, and what they cost; ``cost`` of the first ever, all USD."""
    total = 0.0
    for number in range(most):
        one = cost_after(cost, learning, done + number)
        if total + one > money:
            return number, total
        total += one
    return max(most, 0), total


@compiled
def overlap_now(w: Any, p: Any) -> float:
    """Share of work duplicated between agencies as far as they share now."""
    return duplicated_share(p.terms[0].overlap, w.facilitator[0].sharing, p.terms[0].agencies)


@compiled
def gaining(rows: Any, number: int, month: int, w: Any, p: Any) -> int:
    """How many of the first ``number`` rows of households served really gain, moved to the front.

    With the others agencies overlap: money spent, nothing added.
    """
    overlap, kept = overlap_now(w, p), 0
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
def is_planting(month: int, w: Any) -> bool:
    """Whether practices of some chain are decided on this month."""
    chains = 0
    for c in range(w.chains.shape[0]):
        chains += w.chains[c].practice_month == month % 12
    return chains > 0


@compiled
def worth_redeemed(h: int, paid: float, month: int, w: Any) -> float:
    """What a household's voucher costs if it buys all practices that are decided on this month, USD."""
    dearer, total = 1.0 + w.inputs[0].travel_cost * w.village[w.household[h].village].reach_hours, 0.0
    for k in range(w.of_household[h], w.of_household[h + 1]):
        en = w.enterprise[w.by_household[k]]
        ch = w.chains[en.chain]
        if ch.practice_month == month % 12:
            share, life = ch.practices_improved_equipment_share, ch.practices_improved_equipment_life / 12.0
            total += paid * outlay(0.0, ch.practices_improved_cost, en.assets, share, life, False, dearer)
            share, life = ch.practices_quality_equipment_share, ch.practices_quality_equipment_life / 12.0
            total += paid * outlay(0.0, ch.practices_quality_cost, en.assets, share, life, False, dearer)
    return total


@compiled
def give_vouchers(i: int, month: int, w: Any, p: Any) -> bool:
    """Input vouchers in the planting month: as many as the money covers if all are redeemed, for which it is set aside."""
    if not is_planting(month, w):
        return False
    a, waiting, number, cost, worth = p.plan[i], 0, 0, 0.0, 0.0
    draw_queue(i, w, p)
    for first in (True, False):
        for k in range(a.queued):
            h = p.queues[a.queue, k]
            if (a.target != LINKED or is_linked(h, w)) == first:
                p.rows[waiting] = h
                waiting += 1
    a.reserved = 0.0
    while number < waiting:
        one = cost_after(a.price, a.learning, a.units + number)
        most = worth_redeemed(p.rows[number], a.paid, month, w)
        if cost + worth + one + most > free(a):
            break
        cost, worth, number = cost + one, worth + most, number + 1
    pay(a, w.facilitator[0], w.outside_flows, STAFF, cost)
    a.reserved += worth
    a.units += number
    for k in range(gaining(p.rows, number, month, w, p)):
        h = p.rows[k]
        for j in range(w.of_household[h], w.of_household[h + 1]):
            en = w.enterprise[w.by_household[j]]
            if w.chains[en.chain].practice_month == month % 12:
                en.voucher = a.paid
        w.household[h].reached = 1
    return number > 0


@compiled
def charge_vouchers(w: Any, p: Any) -> None:
    """Charge vouchers redeemed last month to the acts that gave them, each by what it had set aside; what is left of that is free again."""
    fa, set_aside = w.facilitator[0], 0.0
    for i in range(p.plan.shape[0]):
        set_aside += p.plan[i].reserved * (p.plan[i].kind == VOUCHERS)
    if set_aside <= 0.0:
        return
    for i in range(p.plan.shape[0]):
        a = p.plan[i]
        if a.kind == VOUCHERS:
            a.spent += fa.redeemed * a.reserved / set_aside
            a.reserved = 0.0
    fa.redeemed = 0.0
