"""A firm's story: where it buys, whether it keeps its word, what the programme shared, how it ended."""

from __future__ import annotations

from typing import Any

import numpy as np

from linkage_sim.engine import Simulation
from linkage_sim.explain.story import Decision, Entry, Story
from linkage_sim.explain.words import joined, price, quantity, usd
from linkage_sim.month.offer import best_untried, judge, market_outlet, offer, plant_outlet, start_plan, village_values
from linkage_sim.month.word import at_stake
from linkage_sim.rules.firm import breaks_word
from linkage_sim.world.state import State


def name_of(simulation: Simulation, f: int) -> str:
    """Fictional name of a firm, or its number."""
    names = simulation.scenario.lead_firms.names
    return names[f] if f < len(names) else f"firm {f + 1}"


def word_decision(simulation: Simulation, f: int) -> Decision | None:
    """Whether a firm keeps its word this month; None where nothing was due to it."""
    x = simulation.context
    fi = x.state.firm[f]
    fm = x.parameters.firms[int(fi["chain"])]
    if not fi["word_due"] > 0.0:
        return None
    loss, stake = float(fi["word_loss"]), at_stake(fi, fm)
    inputs = {
        "due_kg": float(fi["word_due"]), "margin_now_usd_kg": float(fi["word_margin"] / fi["word_due"]),
        "margin_planned_usd_kg": float(fi["planned_margin"]), "expected_margin_usd_year": float(fi["expected_margin"]),
        "reliability": float(fi["reliability"]), "households_that_hear": float(fi["word_hears"]),
    }  # fmt: skip
    replayed = {"breaks": float(breaks_word(loss, stake))}
    return Decision(
        x.month, "keep_word", f, -1, inputs, replayed, {"breaks": float(fi["breaks"])}, value=loss, threshold=stake
    )  # fmt: skip


def route_decisions(simulation: Simulation, before: State, f: int) -> list[Decision]:
    """Contracting month: every village a firm could buy in, judged for each end market in turn.

    Parameters
    ----------
    before : state before phase 3
    """
    x, p, now = simulation.context, simulation.context.parameters, simulation.context.state
    c = int(before.firm["chain"][f])
    working = int(x.programme is not None and x.programme.is_working(x.month))
    work, whole = before.copy(), before.copy()
    count = x.villages
    outside, volume = np.zeros((len(p.chains), count, 2)), np.zeros((len(p.chains), count, 3))
    village_values(
        0, count, x.calendar, float(p.behaviour["news_memory"][0]), x.chosen("contract_month"), p.chains, p.season, work.usual_price,
        work.bazaar_price, work.rival_gain, work.village, x.of_chain, work.enterprise, outside, volume,
    )  # fmt: skip
    offer(
        0, 1, np.array([f]), x.month, working, p.chains, p.behaviour, p.firms, p.season, p.markets, p.market_chain, p.firm_haul,
        p.market_haul, x.first_enterprise, whole.enterprise, whole.village, whole.firm, whole.route, whole.market_price, outside, volume,
        whole.orders, whole.orders_left, whole.firm_flows, x.effects, p.plants, p.plant_chain, p.plant_market, p.plant_haul,
        p.plant_market_haul, p.place_city, p.city_season, whole.city_price, p.city_haul, whole.large_plan,
    )  # fmt: skip
    goal, done, was_open = np.zeros((count, 2)), np.zeros(len(p.markets), dtype=np.uint8), np.zeros(count, dtype=np.uint8)
    outside, volume = outside[c], volume[c]
    start_plan(f, p.firms[c], work.route, volume, goal, was_open)
    terms: list[dict[str, float] | None] = [None] * count
    contracts = 1 - int(before.firm["imitator"][f])
    outlet, to_plant, fi, ef = np.zeros(6), False, work.firm[f], x.effects[0]
    while not to_plant:
        m = best_untried(c, p.markets, p.market_chain, work.market_price, done)
        to_plant = m < 0
        if to_plant:
            m = plant_outlet(
                c, int(fi["place"]), float(fi["processor"] * ef["processor_links_margin"]), p.plants, p.plant_chain, p.plant_market,
                p.plant_haul, p.plant_market_haul, work.market_price, outlet,
            )  # fmt: skip
            left = float(fi["plant_orders"]) if m >= 0 else 0.0
        else:
            done[m] = 1
            left = float(work.orders[f, m])
            market_outlet(m, int(fi["place"]), p.markets[m], work.market_price, p.market_haul, outlet)
        for v in range(count):
            taken = terms[v]
            if (taken is not None and taken["opened_here"]) or goal[v, 0] <= 0.0 or left <= 0.0:
                continue
            here = work.route[f, v : v + 1]
            earned, hurdle = judge(
                v, left, contracts, working, int(was_open[v]), p.firms[c], fi, work.village[v], here[0], outlet, p.firm_haul, outside,
                volume, goal, ef,
            )  # fmt: skip
            same = here["netback_a"][0] == now.route["netback_a"][f, v]  # an end market and a processor may share a number
            opened = bool(now.route["is_open"][f, v] == 1 and now.route["tier_a"][f, v] == m and same)
            if opened or taken is None or earned - hurdle > taken["profit_usd_year"] - taken["hurdle_usd_year"]:
                terms[v] = {
                    "end_market": float(m), "profit_usd_year": earned, "hurdle_usd_year": hurdle, "orders_kg": left,
                    "outside_a_usd_kg": float(outside[v, 0]), "netback_a_usd_kg": float(here["netback_a"][0]),
                    "price_a_usd_kg": float(here["price_a"][0]), "premium_a_usd_kg": float(here["premium_a"][0]),
                    "to_processor": float(to_plant),
                    "believed_a_kg": float(goal[v, 0]), "believed_b_kg": float(goal[v, 1]),
                    "side_selling_record": float(before.route["side_record"][f, v]), "was_open": float(was_open[v]),
                    "setup_paid_by_programme": float(before.route["setup_promise"][f, v]), "opened_here": float(opened),
                }  # fmt: skip
    return [
        _route(x.month, f, v, found, whole.route[f], now.route[f]) for v, found in enumerate(terms) if found is not None
    ]  # fmt: skip


def _route(month: int, f: int, v: int, found: dict[str, float], whole: Any, now: Any) -> Decision:
    replayed = {name: float(whole[name][v]) for name in ("is_open", "price_a", "price_b", "target_a", "tier_a")}
    happened = {name: float(now[name][v]) for name in replayed}
    if found.pop("opened_here"):
        replayed |= {"netback_a": found["netback_a_usd_kg"], "premium_a": found["premium_a_usd_kg"]}
        happened |= {name: float(now[name][v]) for name in ("netback_a", "premium_a")}
    return Decision(
        month, "open_route", f, v, found, replayed, happened, value=found["profit_usd_year"], threshold=found["hurdle_usd_year"]
    )


class FirmWatch:
    """Looks at one firm.

    Parameters
    ----------
    simulation : not yet begun; row : of the firm
    """

    def __init__(self, simulation: Simulation, row: int) -> None:
        self.simulation, self.row = simulation, row
        self.decisions: list[Decision] = []
        self.entries: list[Entry] = []
        self.ledger: list[dict[str, float]] = []
        chains = list(simulation.scenario.value_chains.values())
        self.unit = chains[int(simulation.context.state.firm["chain"][row])].sold_in
        self.names = simulation.world.routes.village_names
        self.markets = [
            name.replace("_", " ") for chain in simulation.scenario.value_chains.values() for name in chain.end_markets
        ]  # fmt: skip

    def look(self, phase: str, before: State, simulation: Simulation) -> None:
        """Note what a phase did to the firm and why."""
        x, f = simulation.context, self.row
        now = x.state
        if phase in ("environment", "learn"):
            self._comes_or_goes(before, now, x.month, phase)
        elif phase == "acts":
            self._acts(before, now, x.month)
        elif phase == "offer" and int(x.parameters.chains["contract_month"][now.firm["chain"][f]]) == x.calendar and now.firm["active"][f]:
            self._offer(route_decisions(simulation, before, f), x.month)
            self._large(now, x.month)
        elif phase == "trade" and now.firm["active"][f]:
            self._word(word_decision(simulation, f), x.month)
        elif phase == "settle" and now.firm_paid_share[f] < 0.999999 and now.firm_due[f].sum() > 0.0:
            due, share = float(now.firm_due[f].sum()), float(now.firm_paid_share[f])
            text = f"Of {usd(due)} due to suppliers it could pay {usd(share * due)}; the rest is late."
            self.entries.append(Entry(x.month, "late", text, turning=True))
        if phase == "settle":
            bought = float(now.route["bought_a"][f].sum() + now.route["bought_b"][f].sum())
            self.ledger.append({
                "bought": bought, "paid": float(x.bought[f].sum()), "cash": float(now.firm["cash"][f]),
                "routes": float(now.route["is_open"][f].sum()),
                "members": float(now.route["members"][f][now.route["is_open"][f] == 1].sum()),
                "active": float(now.firm["active"][f]),
            })  # fmt: skip
            if bought > 0.0:
                spent = self.ledger[-1]["paid"]
                cash = usd(self.ledger[-1]["cash"])
                text = f"Bought {self._kg(bought)} for {usd(spent)}, {self._price(spent / bought)}; cash after paying what was due: {cash}."
                self.entries.append(Entry(x.month, "bought", text))

    def _kg(self, amount: float) -> str:
        return quantity(amount, self.unit)

    def _price(self, amount: float) -> str:
        return price(amount, self.unit)

    def _comes_or_goes(self, before: State, now: State, month: int, phase: str) -> None:
        was, is_ = before.firm["active"][self.row], now.firm["active"][self.row]
        if was and not is_:
            cash, credit = float(before.firm["cash"][self.row]), float(before.firm["credit"][self.row])
            why = "struck by an event" if phase == "environment" else f"cash {usd(cash)} against a credit line of {usd(credit)}"
            self.entries.append(Entry(month, "closed", f"Closed for good: {why}.", turning=True))
        elif is_ and not was:
            self.entries.append(Entry(month, "entered", "Entered the market: it saw what others earned.", turning=True))
        orders = float(now.orders[self.row].sum() - before.orders[self.row].sum())
        if phase == "learn" and is_ and abs(orders) > 1.0:
            word = (
                f"won standing orders for {self._kg(orders)} a year more"
                if orders > 0
                else f"lost standing orders for {self._kg(-orders)} a year"
            )
            hopes = usd(float(now.firm["expected_margin"][self.row]))
            text = f"At the end of the season it {word}; it expects {hopes} a year from its routes."
            self.entries.append(Entry(month, "orders", text))

    def _acts(self, before: State, now: State, month: int) -> None:
        was, is_ = before.firm[self.row], now.firm[self.row]
        if is_["supported"] and not was["supported"]:
            self.entries.append(Entry(month, "chosen", "The programme chose it and signed a memorandum.", turning=True))
        if is_["addenda"] > was["addenda"]:
            gained = float(now.orders[self.row].sum() - before.orders[self.row].sum())
            text = f"Co-invested with the programme (addendum {int(is_['addenda'])}): orders grew by {self._kg(gained)} a year."
            self.entries.append(Entry(month, "addendum", text, turning=True))
        new = np.flatnonzero(now.route["introduced"][self.row] > before.route["introduced"][self.row])
        if len(new):
            self.entries.append(
                Entry(month, "introduced", f"The programme introduced it to {joined([self.names[v] for v in new])}.", turning=True)
            )

    def _offer(self, found: list[Decision], month: int) -> None:
        self.decisions += found
        for one in found:
            i, opened, was = one.inputs, one.replayed["is_open"] == 1.0, one.inputs["was_open"] == 1.0
            if not opened and not was and i["profit_usd_year"] <= 0.0:
                continue
            profit, hurdle = i["profit_usd_year"], i["hurdle_usd_year"]
            village = self.names[one.other]
            market = "contract with a processor" if i["to_processor"] else f"{self.markets[int(i['end_market'])]} market"
            verb = ("Went on buying in" if was else "Opened") if opened else ("Gave up" if was else "Did not open")
            sign = ">" if profit > hurdle else "<="
            text = f"{verb} {village} for the {market}: profit {usd(profit)} a year {sign} {usd(hurdle)} that the route must earn"
            if opened:
                worth, outside = self._price(i["netback_a_usd_kg"]), self._price(i["outside_a_usd_kg"])
                text += f"; pays {self._price(i['price_a_usd_kg'])} for grade A (worth {worth} to it, {outside} outside)."
            elif profit > hurdle:
                text += "; but orders were full, larger suppliers cheaper or money short."
            else:
                text += "."
            self.entries.append(Entry(month, "route", text, turning=opened != was, decision=one))

    def _large(self, now: State, month: int) -> None:
        planned, ordered = float(now.large_plan[self.row].sum()), float(now.orders[self.row][now.large_plan[self.row] > 0.0].sum())
        if planned > 0.0:
            text = f"Means to fill {self._kg(planned)} of orders for {self._kg(ordered)} from large suppliers, where these cost it less."
            self.entries.append(Entry(month, "large", text))

    def _word(self, one: Decision | None, month: int) -> None:
        if one is None or one.value is None or one.threshold is None:
            return
        self.decisions.append(one)
        broke = one.replayed["breaks"] == 1.0
        verb, sign = ("Broke", ">") if broke else ("Kept", "<=")
        text = (
            f"{verb} its word on {self._kg(one.inputs['due_kg'])}: keeping it costs {usd(one.value)} now {sign} {usd(one.threshold)} that "
            f"a broken word would lose it later. Margin today {self._price(one.inputs['margin_now_usd_kg'])}, planned "
            f"{self._price(one.inputs['margin_planned_usd_kg'])}."
        )
        self.entries.append(Entry(month, "word", text, turning=broke, decision=one))

    def story(self) -> Story:
        """All that was seen."""
        line, s = self.simulation.scenario.timeline, self.simulation.context.state
        fi = s.firm[self.row]
        where = self.simulation.world.routes.place_names[int(fi["place"])]
        kind = "a rival that buys without contract or services" if fi["imitator"] else "a lead firm that offers contracts"
        chain = list(self.simulation.scenario.value_chains)[int(fi["chain"])]
        about = (
            f"In {where}; {kind}; buys {chain.replace('_', ' ')}; reliability {float(fi['reliability']):.2f} of 1. Its name is invented."
        )
        years = []
        for first in range(0, len(self.ledger), 12):
            months = self.ledger[first : first + 12]
            bought, paid = sum(m["bought"] for m in months), sum(m["paid"] for m in months)
            if not any(m["active"] for m in months):
                years.append("not in business.")
            elif bought <= 0.0:
                years.append("bought nothing here.")
            else:
                most = max(months, key=lambda m: m["routes"])
                years.append(
                    f"bought {self._kg(bought)} in {int(most['routes'])} villages from {int(most['members'])} suppliers for {usd(paid)}, "
                    f"{self._price(paid / bought)}; cash at the end {usd(months[-1]['cash'])}."
                )
        return Story(
            name_of(self.simulation, self.row),
            self.simulation.scenario.title,
            line.before,
            line.during,
            line.months,
            about,
            self.entries,
            years,
        )
