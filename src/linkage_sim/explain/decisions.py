"""Decisions of one enterprise, replayed with the functions that the monthly kernels call."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from linkage_sim.draws import STREAM, uniform
from linkage_sim.engine import Simulation
from linkage_sim.explain.story import Decision
from linkage_sim.month.adopt import (
    costs_around,
    improved_case,
    practice_purchase,
    practice_wish,
    premium_expected,
    purchase_terms,
    quality_case,
)
from linkage_sim.month.area import shift_assets
from linkage_sim.month.goods import bring, bring_ripe
from linkage_sim.month.join import (
    best_offer,
    chance_to_join,
    contract_choice,
    expected_harvest,
    offers_of,
    outside_values,
    parts,
    tie_trust,
    variation,
)
from linkage_sim.month.trade import (
    delivery_terms,
    hold_worths,
    pick,
    prices_under_contract,
    sold_from_store,
    spot_terms,
    trade_contract,
    what_binds,
)
from linkage_sim.rules.contract import delivery_chance, delivery_luck
from linkage_sim.world.goods import goods_table, work_table
from linkage_sim.world.state import State

TRADED = (
    "due_a", "due_b", "picked", "food_left", "firm_pays", "delivered", "season_side", "season_kept", "season_broken", "sold_a", "sold_b",
    "rival_a", "stock_a", "stock_b",
)  # fmt: skip
"""Columns of an enterprise that its decisions of a trade phase leave behind."""


def row_of(table: Any, *index: int) -> Any:
    """A copy of one row, in the form compiled functions read and write."""
    last = index[-1]
    return table[(*index[:-1], slice(last, last + 1))].copy()[0]


def own_place(simulation: Simulation, e: int) -> tuple[int, int, int]:
    """Household row, village and chain of an enterprise."""
    s = simulation.context.state
    h = int(s.enterprise["household"][e])
    return h, int(s.household["village"][h]), int(s.enterprise["chain"][e])


def before_contracts(simulation: Simulation, before: State, e: int) -> State:
    """The state in which one village weighs contracts: land and animals have been shifted where it is the month for that."""
    x, p = simulation.context, simulation.context.parameters
    _, v, _ = own_place(simulation, e)
    mid = before.copy()
    if x.is_month("area_month"):
        shift_assets(
            v, v + 1, x.month, x.key, x.chosen("area_month"), p.chains, p.behaviour, x.season_ahead, x.first_household,
            x.first_enterprise, x.of_household, x.by_household, mid.household, mid.enterprise, mid.village, mid.growing, x.scratch.copy(),
        )  # fmt: skip
    return mid


def offering(state: State, v: int, c: int, chains: int) -> NDArray[np.int64]:
    """Firms of a chain that offer a contract in a village."""
    offers, here = offers_of(v, v + 1, np.ones(chains, dtype=np.int64), state.route)
    first = c * (len(state.firm) // chains)
    found: NDArray[np.int64] = here[0, first : first + offers[0, c]]
    return found


def join_decision(simulation: Simulation, before: State, e: int) -> Decision:
    """Contracting month: the best offer against selling freely.

    Parameters
    ----------
    before : state before phase 4
    """
    x, p = simulation.context, simulation.context.parameters
    h, v, c = own_place(simulation, e)
    mid = before_contracts(simulation, before, e)
    en, hh, vi = row_of(mid.enterprise, e), row_of(mid.household, h), mid.village[v]
    ch, bb, pp, fm, ef = p.chains[c], p.behaviour[0], p.people[0], p.firms[c], x.effects[0]
    en["expected_kg"] = expected_harvest(en, ch)
    outside_a, outside_b = outside_values(v, c, ch, vi, x.season_ahead, mid.rival_gain)
    cv_outside, cv_inside = variation(mid.price_memory[v, c], mid.memory[e])
    parted = parts(x.month, x.key, en, bb)
    here = offering(mid, v, c, len(p.chains))
    best, value, base = best_offer(
        e, v, parted, here, en, hh, ch, bb, pp, fm, vi, ef, mid.firm, mid.route, p.ties, mid.tie_kept, mid.tie_broken, outside_a, outside_b,
        mid.price_memory[v, c], mid.memory[e],
    )  # fmt: skip
    chance = draw = None
    firm = -1
    inputs = {
        "outside_a_usd_kg": outside_a, "outside_b_usd_kg": outside_b, "expected_kg": float(en["expected_kg"]),
        "firm_before": float(en["firm"]), "parted": float(parted), "offers": float(len(here)),
        "variation_outside": cv_outside, "variation_inside": cv_inside, "owed_by_firm": float(en["owing_firm"]),
    }  # fmt: skip
    if best >= 0:
        chance = chance_to_join(best, int(en["firm"]), value, base, bb)
        draw = uniform(x.key, STREAM["contract.join"], x.month, int(en["identity"]))
        firm = best if draw < chance else -1
        ro = mid.route[best, v]
        inputs |= {
            "worth_usd": value, "outside_worth_usd": base, "price_a_usd_kg": float(ro["price_a"]), "price_b_usd_kg": float(ro["price_b"]),
            "trust": tie_trust(e, best, v, mid.tie_kept, mid.tie_broken, mid.route, p.ties), "delay_value": float(en["delay_value"]),
            "extra_wanted_share": 0.0 if best == int(en["firm"]) else float(bb["newcomer_gain"]), "best_firm": float(best),
        }  # fmt: skip
    now = x.state.enterprise[e]
    replayed = {"firm": float(firm), "expected_kg": float(en["expected_kg"])}
    happened = {"firm": float(now["firm"]), "expected_kg": float(now["expected_kg"])}
    return Decision(x.month, "join", e, best, inputs, replayed, happened, chance, draw)


def before_practices(simulation: Simulation, before: State, e: int) -> State:
    """The state in which one village weighs practices: contracts of the same month have been made."""
    x, p = simulation.context, simulation.context.parameters
    _, v, _ = own_place(simulation, e)
    mid = before_contracts(simulation, before, e)
    if (p.chains["contract_month"] == x.calendar).any():
        contract_choice(
            v, v + 1, x.month, x.key, x.chosen("contract_month"), p.chains, p.behaviour, p.people, p.firms, p.ties, x.season_ahead,
            x.of_chain, mid.household, mid.enterprise, mid.village, mid.firm, mid.route, mid.tie_kept, mid.tie_broken,
            mid.memory, mid.price_memory, mid.rival_gain, mid.flows, np.zeros_like(x.services), x.effects,
        )  # fmt: skip
    return mid


def spent_by_others(simulation: Simulation, wished: State, e: int) -> float:
    """What the household's earlier enterprises pay for practices and kits this month, USD; ``wished`` is left as it is."""
    x, p = simulation.context, simulation.context.parameters
    h, v, _ = own_place(simulation, e)
    paid = wished.copy()
    practice_purchase(
        v, v + 1, x.month, x.key, x.chosen("practice_month"), p.chains, p.behaviour, p.people, p.firms, p.inputs, x.first_household,
        x.first_enterprise, x.of_chain, paid.household, paid.enterprise, paid.village, paid.route, paid.flows, np.zeros_like(x.services),
        x.kits, paid.usual_price, x.effects, x.money.copy(), x.money_at,
    )  # fmt: skip
    spent = 0.0
    for other in np.flatnonzero(paid.enterprise["household"] == h).tolist():
        if other < e and int(p.chains["practice_month"][paid.enterprise["chain"][other]]) == x.calendar:
            spent += float(paid.enterprise["practice_cost"][other])
    return spent


def practice_decisions(simulation: Simulation, before: State, e: int) -> list[Decision]:
    """Planting month: both practices, weighed, then bought where the shop has them and the money is there."""
    x, p, now = simulation.context, simulation.context.parameters, simulation.context.state
    h, v, c = own_place(simulation, e)
    mid = before_practices(simulation, before, e)
    en, hh, vi = row_of(mid.enterprise, e), mid.household[h], mid.village[v]
    ch, bb, fm, ef = p.chains[c], p.behaviour[0], p.firms[c], x.effects[0]
    price = x.season_ahead[vi["bazaar"], c]
    here = offering(mid, v, c, len(p.chains))
    premium = premium_expected(e, v, price, here, en, ch, fm, vi, ef, mid.route, p.ties, mid.tie_kept, mid.tie_broken)
    factor, interest, hurdle = costs_around(hh, bb, p.people[0], vi, p.inputs, ef)
    gain, own, chance = improved_case(price, premium, factor, interest, hurdle, en, hh, ch, bb, vi, ef)
    gain_quality, own_quality, chance_quality = quality_case(price, premium, factor, interest, hurdle, en, ch, bb, vi)
    near = bool(vi["reach_hours"] <= p.inputs["reach"][0])
    practice_wish(
        v, v + 1, x.month, x.key, x.chosen("practice_month"), p.chains, p.behaviour, p.people, p.firms, p.ties, p.inputs, x.season_ahead,
        x.first_enterprise, mid.household, mid.enterprise, mid.village, mid.route, mid.tie_kept, mid.tie_broken, x.effects,
    )  # fmt: skip
    ratio = float(now.village["input_ratio"][v])
    mid.village["input_ratio"][v] = ratio
    wish = row_of(mid.enterprise, e)
    lends = bool(wish["firm"] >= 0 and mid.route["loan"][wish["firm"], v] == 1)
    loan, voucher, to_pay, money = purchase_terms(wish, hh, vi, ch, fm, p.inputs, ef, lends, spent_by_others(simulation, mid, e))
    served = uniform(x.key, STREAM["practice.served"], x.month, int(en["identity"])) < ratio
    bought = not (wish["wanted_cost"] > 0.0 and (not served or to_pay > money))
    shared = {
        "near_shop": float(near), "hours_to_shop": float(vi["reach_hours"]), "cost_factor": factor, "premium_usd_kg": premium,
        "voucher_share": float(en["voucher"]), "loan_usd": loan, "voucher_usd": voucher, "to_pay_usd": to_pay, "money_usd": money,
        "shop_has_share": ratio, "served": float(served), "wanted_cost_usd": float(wish["wanted_cost"]),
    }  # fmt: skip
    found = []
    for name, worth, cost, likely in (("improved", gain, own, chance), ("quality", gain_quality, own_quality, chance_quality)):
        draw = uniform(x.key, STREAM[f"practice.{name}"], x.month, int(en["identity"]))
        knows = bool(en[f"knowledge_{name}"] > en[f"knows_{name}_draw"])
        wants = near and knows and draw < likely
        inputs = shared | {
            "gain_usd": worth, "cost_usd": cost, "knows": float(knows), "knowledge": float(en[f"knowledge_{name}"]),
            "habit": float(en[f"habit_{name}"]), "used_before": float(en[f"uses_{name}"]), "wants": float(wants),
        }  # fmt: skip
        replayed = {f"uses_{name}": float(wants and bought)}
        happened = {f"uses_{name}": float(now.enterprise[f"uses_{name}"][e])}
        found.append(Decision(x.month, f"adopt_{name}", e, -1, inputs, replayed, happened, likely, draw))
    return found


def trade_decisions(simulation: Simulation, before: State, e: int) -> list[Decision]:
    """Trade phase: deliver or side-sell each grade, then sell or store; nothing where there is nothing to sell.

    Parameters
    ----------
    before : state before phase 6
    """
    x, p, now = simulation.context, simulation.context.parameters, simulation.context.state
    h, v, c = own_place(simulation, e)
    en, hh, vi, ch, bb = row_of(before.enterprise, e), before.household[h], before.village[v], p.chains[c], p.behaviour[0]
    ef = x.effects[0]
    if en["potential"] <= 0.0 and en["stock_a"] + en["stock_b"] <= 0.0:
        return []
    for name in ("sold_a", "sold_b", "rival_a", "picked", "firm_pays", "delivered"):
        en[name] = 0.0
    b = int(vi["bazaar"])
    quote = float(now.bazaar_quote[b, c])
    net_a, net_b, rival, ratio, bid, out_a = spot_terms(
        quote, float(ch["bazaar_grade_premium"]), float(vi["haul"]), int(now.rival_firm[v, c]), float(now.rival_top[v, c]),
        float(now.rival_second[v, c]), float(now.rival_ratio[v, c]),
    )  # fmt: skip
    goods = goods_table(len(before.enterprise))
    go = goods[e]
    bring(e, e + 1, False, True, ch, bb, ef, before.household, before.enterprise, goods)
    bring_ripe(e, e + 1, True, ch, ef, before.household, before.enterprise, goods)
    work, _ = work_table(1)
    hold_worths(e, e + 1, 0, ch, x.ahead[b, c], float(vi["haul"]), goods, work)
    hold = float(work["hold"][0])
    spot = {"quote_usd_kg": quote, "net_a_usd_kg": net_a, "net_b_usd_kg": net_b, "rival_buys": float(rival), "rival_pays_usd_kg": bid}
    found: list[tuple[str, int, dict[str, float], float | None, float | None]] = []
    free_a = free_b = side_a = side_b = 0.0
    if en["potential"] > 0.0:
        share_a = float(go["share_a"])
        price_a, price_b = prices_under_contract(int(p.firms["formula"][0]), net_a, net_b, en)
        picked, _, eaten, kg = pick(
            max(max(out_a, hold), price_a), max(max(net_b, hold), price_b), float(en["potential"]), float(en["food_left"]), share_a,
            float(go["loss"]), float(go["picking"]),
        )  # fmt: skip
        free_a, free_b = kg * share_a, kg * (1.0 - share_a) - eaten
        en["picked"] = picked
        en["food_left"] -= eaten
        if en["firm"] >= 0 and free_a + free_b > 0.0 and vi["closed"] == 0:
            f = int(en["firm"])
            ro, breaks, side = row_of(now.route, f, v), int(now.firm["breaks"][f]), float(before.side_share[v, c])
            bound, luck = what_binds(side, hh, vi, bb, ro, ef), delivery_luck(float(en["deliver_draw"]))
            lots = []
            for grade, free, price, outside in ((0, free_a, price_a, out_a), (1, free_b, price_b, net_b)):
                terms = _lot(grade, free, price, outside, side, quote, bound, en, hh, vi, bb, breaks)
                if terms is not None:
                    found.append((f"deliver_{'ab'[grade]}", f, spot | terms[0], terms[1], terms[2]))
                lots.append(
                    trade_contract(1, grade, free, price, outside, net_b if grade else net_a, quote, bound, luck, breaks, en, hh, bb, ro)
                )
            side_a, side_b = lots[0][1], lots[1][1]
            free_a -= lots[0][0] + side_a
            free_b -= lots[1][0] + side_b
    stock_a, stock_b = float(en["stock_a"]) + free_a, float(en["stock_b"]) + free_b
    share = 0.0
    if vi["closed"] == 0:
        months, noise, gap = float(x.ahead[b, c, 0]), float(go["noise"]), float(en["cash_gap"])
        share = sold_from_store(months, net_b, quote, hold, gap, stock_a + stock_b, noise, float(bb["need_floor"]))
    sells_a = side_a + share * stock_a
    en["rival_a"] = sells_a * ratio
    en["sold_a"] = sells_a - en["rival_a"]
    en["sold_b"] = side_b + share * stock_b
    en["stock_a"] = stock_a * (1.0 - share)
    en["stock_b"] = stock_b * (1.0 - share)
    store = spot | {
        "worth_of_keeping_usd_kg": hold, "share_sold": share, "stock_kg": stock_a + stock_b, "cash_gap_usd": float(en["cash_gap"]),
        "months_to_harvest": float(x.ahead[b, c, 0]), "road_closed": float(vi["closed"]), "ripe_kg": float(en["potential"]),
        "picked_kg": float(en["picked"]),
    }  # fmt: skip
    found.append(("store", -1, store, None, None))
    return _as_decisions(x.month, e, found, en, now.enterprise[e], net_b, hold)


def _lot(
    grade: int,
    free: float,
    price: float,
    outside: float,
    side: float,
    quote: float,
    bound: tuple[float, float, float, float],
    en: Any,
    hh: Any,
    vi: Any,
    bb: Any,
    breaks: int,
) -> tuple[dict[str, float], float, float] | None:
    """Inputs, chance and draw of one contracted lot; None where there is none. ``bound`` as of `what_binds`."""
    due = float(en["due_b"] if grade else en["due_a"])
    lot = min(free, due)
    if price <= 0.0 or lot <= 0.0:
        return None
    usual = float(en["price_b"] - en["premium_b"] if grade else en["price_a"] - en["premium_a"])
    gain = rent = 0.0
    likely = 1.0
    if due >= 1.0:
        gain, rent = delivery_terms(price, outside, quote, due, max(0.0, usual), bound, en, hh, bb)
        likely = delivery_chance(rent, gain, float(bb["deliver_noise"]), max(quote, 1e-9))
    inputs = {
        "contract_price_usd_kg": price, "price_outside_usd_kg": outside, "usual_outside_usd_kg": max(0.0, usual), "due_kg": due,
        "lot_kg": lot, "debt_usd": float(en["debt"]), "trust": float(en["linked_trust"]), "delay_value": float(en["delay_value"]),
        "cash_gap_usd": float(hh["gap"]), "neighbours_side_selling": side, "association": float(vi["association"]),
        "gain_of_side_selling_usd_kg": gain, "rent_of_keeping_usd_kg": rent,
        "rejected": float(en["rejected"]), "firm_breaks": float(breaks),
    }  # fmt: skip
    return inputs, likely, float(en["deliver_draw"])


def _as_decisions(
    month: int,
    e: int,
    found: list[tuple[str, int, dict[str, float], float | None, float | None]],
    en: Any,
    now: Any,
    net: float,
    hold: float,
) -> list[Decision]:
    """Decisions of one trade phase; each is held against all that the phase left behind in the enterprise's row."""
    replayed: Mapping[str, float] = {name: float(en[name]) for name in TRADED}
    happened = {name: float(now[name]) for name in TRADED}
    return [
        Decision(
            month, kind, e, other, inputs, replayed, happened, likely, draw,
            net if kind == "store" else None, hold if kind == "store" else None,
        )
        for kind, other, inputs, likely, draw in found
    ]  # fmt: skip
