"""The hottest phase in columns: one pass of the household decision (phase 6) in NumPy, all households at once.

A rival for `decide` of `linkage_sim.month.trade`, as a user of NumPy or pandas would write it. It knows passes before the
last of one chain without a programme. Columns are arrays of their own, made once; only the pass is timed.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from linkage_sim.context import Context

Numbers = NDArray[np.float64]


def logistic(x: Numbers) -> Numbers:
    return 1 / (1 + np.exp(-np.clip(x, -700, 700)))


class Columns:
    """What a pass reads, column by column, of a state in phase 6."""

    def __init__(self, context: Context) -> None:
        state, numbers = context.state, context.parameters
        self.chain, self.behaviour, self.terms = numbers.chains[0], numbers.behaviour[0], numbers.firms[0]
        self.e = {name: np.ascontiguousarray(state.enterprise[name]) for name in state.enterprise.dtype.names}
        household = state.household[state.enterprise["household"]]
        self.h = {name: np.ascontiguousarray(household[name]) for name in ("patience", "patience_year", "gap", "need")}
        self.v = {name: np.ascontiguousarray(state.village[name]) for name in ("bazaar", "haul", "closed", "association")}
        self.village = np.ascontiguousarray(household["village"])
        self.villages, self.firms = len(state.village), len(state.firm)
        self.breaks = state.firm["breaks"] == 1
        self.worth = {grade: state.route[f"worth_{grade}"].ravel() for grade in "ab"}
        self.rival = {name: getattr(state, f"rival_{name}")[:, 0].copy() for name in ("firm", "top", "second", "ratio", "cap")}
        self.side_share = state.side_share[:, 0]
        self.linked = self.e["firm"] >= 0
        self.route = np.where(self.linked, self.e["firm"], 0) * self.villages + self.village


def decide(one: Columns, quotes: Numbers, ahead: Numbers) -> dict[str, Numbers]:
    """One pass at quotes by bazaar; sums by village and by route that the kernel leaves in the state.

    ``ahead`` (B, 13) : prices expected, as `linkage_sim.month.trade.prices_ahead` leaves them for the chain
    """
    e, v, at = one.e, one.v, one.village
    quote = quotes[v["bazaar"]]
    net_a, net_b = quote * (1 + one.chain["bazaar_grade_premium"]) - v["haul"], quote - v["haul"]
    rival = (one.rival["firm"] >= 0) & (net_a <= one.rival["top"])
    ratio = np.where(rival, one.rival["ratio"], 0.0)
    out_a = ratio * np.maximum(one.rival["second"], net_a) + (1 - ratio) * net_a
    kit = np.where(e["kit_months"] > 0, e["kit_effect"], 0.0)
    hold = holding(one, ahead, kit)
    share_a = np.minimum(1, one.chain["harvest_grade_a"] + one.chain["practices_quality_gain"] * e["uses_quality"])
    price_a, price_b = contract_prices(one, net_a[at], net_b[at])
    free_a, free_b = pick(
        one, kit, share_a, np.maximum(np.maximum(out_a[at], hold), price_a), np.maximum(np.maximum(net_b[at], hold), price_b)
    )
    found: dict[str, Numbers] = {"due": np.zeros(one.firms * one.villages), "loss": np.zeros(one.firms * one.villages)}
    side = {}
    for grade, free, price, spot, net in (("a", free_a, price_a, out_a, net_a), ("b", free_b, price_b, net_b, net_b)):
        taken, side[grade] = trade_contract(one, grade, free, price, spot[at], net[at], quote[at], found)
        free -= taken + side[grade]
    stock_a, stock_b = e["stock_a"] + free_a, e["stock_b"] + free_b
    share = np.where(v["closed"][at] == 1, 0.0, share_to_sell(one, net_b[at], quote[at], hold, stock_a + stock_b, ahead))
    sells_a, sells_b = side["a"] + share * stock_a, side["b"] + share * stock_b
    found["want"] = np.where(rival, np.bincount(at, weights=sells_a, minlength=one.villages), 0.0)
    found["supply"] = np.bincount(at, weights=sells_a * (1 - ratio[at]) + sells_b, minlength=one.villages)
    return found


def holding(one: Columns, ahead: Numbers, kit: Numbers) -> Numbers:
    """Best worth of keeping a kg, of every enterprise."""
    keeps = one.h["patience"] * (1 - one.chain["harvest_loss_store"] * (1 - kit))
    bazaar, haul = one.v["bazaar"][one.village], one.v["haul"][one.village]
    best, kept = np.zeros(len(kit)), np.ones(len(kit))
    for k in range(1, int(ahead[0, 0]) + 1):
        kept *= keeps
        np.maximum(best, kept * (ahead[bazaar, k] - haul) - k * one.chain["harvest_storing_cost"], out=best)
    return best


def contract_prices(one: Columns, net_a: Numbers, net_b: Numbers) -> tuple[Numbers, Numbers]:
    e, formula, found = one.e, int(one.terms["formula"]), []
    for grade, spot in (("a", net_a), ("b", net_b)):
        base, premium = e[f"price_{grade}"], e[f"premium_{grade}"]
        price = (base, np.maximum(spot, 0) + premium, np.maximum(base, spot + premium))[formula]
        found.append(np.where(base > 0, price, 0.0))
    return found[0], found[1]


def pick(one: Columns, kit: Numbers, share_a: Numbers, best_a: Numbers, best_b: Numbers) -> tuple[Numbers, Numbers]:
    e, chain = one.e, one.chain
    cut = chain["practices_improved_loss_cut"] * e["uses_improved"] + chain["practices_quality_loss_cut"] * e["uses_quality"]
    loss = np.maximum(0, chain["harvest_loss_harvest"] * (1 - kit) - cut)
    picks = (share_a * best_a + (1 - share_a) * best_b) * (1 - loss) > chain["harvest_picking_cost"] * e["picking_factor"]
    kg = np.where(picks, e["potential"], 0.0) * (1 - loss)
    return kg * share_a, kg * (1 - share_a) - np.minimum(e["food_left"], kg * (1 - share_a))


def trade_contract(
    one: Columns, grade: str, free: Numbers, price: Numbers, spot: Numbers, net: Numbers, quote: Numbers, found: dict[str, Numbers]
) -> tuple[Numbers, Numbers]:
    """Kg taken by firms and kg side-sold of one grade; adds to the sums by route."""
    e, h, bb = one.e, one.h, one.behaviour
    due = e[f"due_{grade}"]
    lot = np.where(one.linked & (one.v["closed"][one.village] == 0) & (price > 0), np.minimum(free, due), 0.0)
    rows = np.flatnonzero(lot > 0)
    taken, side = np.zeros(len(lot)), np.zeros(len(lot))
    bought = np.zeros(one.firms * one.villages)
    if len(rows):
        at, due, kg, q = one.village[rows], due[rows], lot[rows], quote[rows]
        later = price[rows] * e["delay_value"][rows]
        pull = np.where(h["need"][rows] > 0, np.minimum(1, h["gap"][rows] / h["need"][rows]), 0.0)
        gain = spot[rows] - later + e["debt"][rows] * (1 - bb["debt_recovered"]) / due + bb["cash_pull"] * q * pull
        sanction = bb["sanction"] * (bb["sanction_alone"] + one.v["association"][at]) * (1 - one.side_share[at])
        year = h["patience_year"][rows]
        horizon = year / (1 - year * (1 - bb["breakup"]))
        outside = np.maximum(0, e[f"price_{grade}"][rows] - e[f"premium_{grade}"][rows])
        rent = e["linked_trust"][rows] * np.maximum(0, later - outside) * (e["contracted"][rows] / due) * horizon * bb["detection"]
        chance = logistic((rent + sanction * q - gain) / (bb["deliver_noise"] * np.maximum(q, 1e-9)))
        delivers = (due < 1) | (e["deliver_draw"][rows] < chance)
        route, worth = one.route[rows], one.worth[grade][one.route[rows]]
        size = one.firms * one.villages
        found["due"] += np.bincount(route, weights=kg * delivers, minlength=size)
        loss = price[rows] - np.minimum(np.maximum(net[rows], 0), worth)
        accepted = delivers & (e["rejected"][rows] == 0)
        found["loss"] += np.bincount(route, weights=kg * loss * accepted, minlength=size)
        takes = accepted & (~one.breaks[e["firm"][rows]] | (worth >= net[rows]))
        bought = np.bincount(route, weights=kg * takes, minlength=size)
        taken[rows], side[rows] = kg * takes, kg * ~delivers
    found[f"bought_{grade}"] = bought
    return taken, side


def share_to_sell(one: Columns, price: Numbers, quote: Numbers, hold: Numbers, stock: Numbers, ahead: Numbers) -> Numbers:
    noise, floor, gap = one.behaviour["store_noise"], one.behaviour["need_floor"], one.e["cash_gap"]
    pays = price > 0
    safe = np.where(pays, price, 1.0)
    if ahead[0, 0] == 0:
        return np.where(pays, np.minimum(1, price / (noise * quote)), 0.0)
    share = logistic((price - hold) / (noise * safe))
    with np.errstate(divide="ignore", invalid="ignore"):
        part = np.clip((price / hold - 0.6 * floor) / (0.4 * floor), 0, 1)
        urgent = np.minimum(1, gap / (safe * stock)) * np.where((hold <= 0) | (floor <= 0), 1.0, part)
    share = np.where((gap > 0) & (stock > 0), np.maximum(share, urgent), share)
    return np.where(pays, share, 0.0)


def same_as_kernel(context: Context, found: dict[str, Any]) -> bool:
    """Whether the sums are those that the kernel left in the state."""
    state = context.state
    ours = {name: state.route[name].ravel() for name in ("due", "loss", "bought_a", "bought_b")}
    ours |= {"want": state.rival_want[:, 0], "supply": state.village_supply[:, 0]}
    return all(np.allclose(found[name], ours[name], rtol=1e-9, atol=1e-7) for name in ours)
