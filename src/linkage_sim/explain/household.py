"""A household's story: whom it joined, what it adopted, delivered, side-sold and stored, what it was paid."""

from __future__ import annotations

from typing import Any

import numpy as np

from linkage_sim.engine import Simulation
from linkage_sim.explain.decisions import join_decision, own_place, practice_decisions, trade_decisions
from linkage_sim.explain.firm import name_of
from linkage_sim.explain.story import Decision, Entry, Story
from linkage_sim.explain.words import luck, price, quantity, unit_of_sale, usd
from linkage_sim.month.join import tie_trust
from linkage_sim.month.settle import months_to_pay
from linkage_sim.world.state import State

PRACTICES = {"improved": "improved practice (more yield)", "quality": "quality practice (more grade A)"}
TRUST_STEP = 0.02
"""Changes of trust below this are not told."""


class HouseholdWatch:
    """Looks at one household and its enterprises.

    Parameters
    ----------
    simulation : not yet begun; row : of the household
    """

    def __init__(self, simulation: Simulation, row: int) -> None:
        self.simulation, self.row = simulation, row
        s = simulation.context.state
        self.enterprises = np.flatnonzero(s.enterprise["household"] == row).tolist()
        self.village = int(s.household["village"][row])
        self.chains = [name.replace("_", " ") for name in simulation.scenario.value_chains]
        units = [chain.sold_in for chain in simulation.scenario.value_chains.values()]
        self.units = [units[own_place(simulation, e)[2]] for e in self.enterprises]
        self.unit = unit_of_sale(self.units)
        self.of_which = ""
        self.decisions: list[Decision] = []
        self.entries: list[Entry] = []
        self.ledger: list[dict[str, float]] = []

    def tell(self, kind: str, text: str, turning: bool = False, decision: Decision | None = None) -> None:
        """Add a sentence to this month."""
        if decision is not None:
            self.decisions.append(decision)
        self.entries.append(Entry(self.simulation.month, kind, self.of_which + text, turning, decision))

    def look(self, phase: str, before: State, simulation: Simulation) -> None:
        """Note what a phase did to the household and why."""
        now = simulation.context.state
        if phase == "environment":
            self._environment(before, now)
        elif phase == "acts":
            self._acts(before, now)
        for e, unit in zip(self.enterprises, self.units, strict=True):
            self.unit = unit
            chain = simulation.context.parameters.chains[own_place(simulation, e)[2]]
            calendar = simulation.context.calendar
            self.of_which = f"{self.chains[own_place(simulation, e)[2]].capitalize()}: " if len(self.enterprises) > 1 else ""
            if phase == "choose" and int(chain["contract_month"]) == calendar:
                self._join(join_decision(simulation, before, e))
            if phase == "choose" and int(chain["practice_month"]) == calendar:
                for one in practice_decisions(simulation, before, e):
                    self._practice(one)
            if phase == "trade":
                self._traded(trade_decisions(simulation, before, e), now.enterprise[e])
            elif phase == "settle":
                self._paid(e, before, now)
            elif phase == "learn":
                self._learnt(e, before, now)
        self.of_which, self.unit = "", unit_of_sale(self.units)
        if phase == "settle":
            self._close_month(now)

    def _kg(self, amount: float) -> str:
        return quantity(amount, self.unit)

    def _price(self, amount: float) -> str:
        return price(amount, self.unit)

    def _environment(self, before: State, now: State) -> None:
        hh, was = now.household[self.row], before.household[self.row]
        if hh["shock"] > 0.0:
            self.tell("shock", f"Illness or a feast cost {usd(float(hh['shock']))}.")
        if hh["remittance_factor"] < was["remittance_factor"]:
            self.tell("remittances", f"Transfers from abroad fell to {float(hh['remittance_factor']):.0%} of what is usual.", turning=True)
        if now.village["closed"][self.village]:
            self.tell("road", "The road to the bazaar was closed all month.")
        for e in self.enterprises:
            left = now.crop_left[self.village, own_place(self.simulation, e)[2]]
            if left < before.crop_left[self.village, own_place(self.simulation, e)[2]]:
                self.tell("frost", f"Frost or hail left {float(left):.0%} of the crop.", turning=True)
            self._lost_firm(e, before, now)

    def _lost_firm(self, e: int, before: State, now: State) -> None:
        was = int(before.enterprise["firm"][e])
        if was >= 0 and now.enterprise["firm"][e] < 0:
            self.tell("firm_closed", f"{self._firm(was)} closed; the contract ended with it.", turning=True)

    def _acts(self, before: State, now: State) -> None:
        if now.household["trained"][self.row] > before.household["trained"][self.row]:
            self.tell("trained", "Was trained by the programme.", turning=True)
        for e in self.enterprises:
            if now.enterprise["kit_months"][e] > before.enterprise["kit_months"][e]:
                self.tell("kit", "Was given a storage kit by the programme.", turning=True)
            if now.enterprise["voucher"][e] > before.enterprise["voucher"][e]:
                self.tell("voucher", f"Was given a voucher for {float(now.enterprise['voucher'][e]):.0%} of the cost of practices.")
        for f in np.flatnonzero(now.route["introduced"][:, self.village] > before.route["introduced"][:, self.village]).tolist():
            self.tell("introduced", f"The programme introduced {self._firm(f)} to the village.", turning=True)

    def _firm(self, f: int) -> str:
        return name_of(self.simulation, f)

    def _join(self, one: Decision) -> None:
        i, before, firm = one.inputs, int(one.inputs["firm_before"]), int(one.replayed["firm"])
        lead = f"The linkage with {self._firm(before)} ended for reasons of its own. " if i["parted"] else ""
        if one.chance is None or one.draw is None:
            why = "no firm offered a contract here" if i["offers"] == 0.0 else "no offer was for a household like this one"
            if i["offers"] and i["parted"]:
                why = "no other firm made an offer it could take"
            elif i["offers"] and i["owed_by_firm"] >= 0:
                why = f"{self._firm(int(i['owed_by_firm']))} still owed it money, so no other firm could be joined"
            self.tell("join", f"{lead}Sold freely: {why}.", before >= 0, one)
            return
        offered = self._firm(int(i["best_firm"]))
        verb = f"Joined {offered}" if firm >= 0 and firm != before else f"Stayed with {offered}" if firm >= 0 else f"Turned {offered} down"
        if firm < 0 and before == int(i["best_firm"]):
            verb = f"Left {offered}"
        text = (
            f"{lead}{verb}: the contract is worth {usd(abs(i['worth_usd']))} {'less' if i['worth_usd'] < 0.0 else 'more'} than selling "
            f"freely, which brings {usd(i['outside_worth_usd'])} a season ({self._price(i['price_a_usd_kg'])} for grade A against "
            f"{self._price(i['outside_a_usd_kg'])}, trust {i['trust']:.2f}; {luck(one.chance, one.draw)})."
        )
        self.tell("join", text, firm != before, one)

    def _practice(self, one: Decision) -> None:
        i, name = one.inputs, one.kind.removeprefix("adopt_")
        assert one.chance is not None
        assert one.draw is not None
        uses, used = next(iter(one.replayed.values())) == 1.0, i["used_before"] == 1.0
        verb = ("Went on with" if used else "Took up") if uses else ("Gave up" if used else "Did not take up")
        terms = f"gain {usd(i['gain_usd'])} against a cost of {usd(i['cost_usd'])} a season; {luck(one.chance, one.draw)}"
        if not i["near_shop"]:
            terms = f"the shop is {i['hours_to_shop']:.1f} hours away"
        elif not i["knows"]:
            terms = f"does not know it well enough (knowledge {i['knowledge']:.2f} of 1)"
        elif i["wants"] and not uses:
            terms += (
                "; the shop had run out"
                if not i["served"]
                else f"; but {usd(i['to_pay_usd'])} had to be paid and there was {usd(i['money_usd'])}"
            )
        self.tell(one.kind, f"{verb} {PRACTICES[name]}: {terms}.", uses != used, one)

    def _traded(self, found: list[Decision], en: Any) -> None:
        for one in found:
            if one.kind == "store":
                self._stored(one, en)
            else:
                self._delivered(one)

    def _delivered(self, one: Decision) -> None:
        i, firm = one.inputs, self._firm(one.other)
        assert one.chance is not None
        assert one.draw is not None
        keeps = i["due_kg"] < 1.0 or one.draw < one.chance
        grade, gain = one.kind[-1].upper(), i["gain_of_side_selling_usd_kg"]
        debt = f" and input debt {usd(i['debt_usd'])}" if i["debt_usd"] > 0.0 else ""
        why = (
            f"{self._price(i['price_outside_usd_kg'])} outside against {self._price(i['contract_price_usd_kg'])} under contract{debt}; "
            f"selling aside {'gains' if gain >= 0.0 else 'loses'} {self._price(abs(gain))} now, keeping the contract is worth "
            f"{self._price(i['rent_of_keeping_usd_kg'])} (trust {i['trust']:.2f}); {luck(one.chance, one.draw)}"
        )
        if i["due_kg"] < 1.0:
            why = "less than one kg was still due"
        if not keeps:
            text = f"Side-sold {self._kg(i['lot_kg'])} of grade {grade} that was due to {firm}: {why}."
        elif i["rejected"]:
            text = f"Brought {self._kg(i['lot_kg'])} of grade {grade} to {firm}, which rejected the lot at the gate ({why})."
        elif i["firm_breaks"]:
            text = f"Brought {self._kg(i['lot_kg'])} of grade {grade} to {firm}, which broke its word and paid or took less ({why})."
        else:
            text = f"Delivered {self._kg(i['lot_kg'])} of grade {grade} to {firm}: {why}."
        self.tell(one.kind, text, not keeps or i["firm_breaks"] == 1.0, one)

    def _stored(self, one: Decision, en: Any) -> None:
        i = one.inputs
        ripe, picked = i["ripe_kg"], i["picked_kg"]
        if ripe > 0.0 and picked <= 0.0:
            self.tell("unharvested", f"Left {self._kg(ripe)} unpicked: no price covered the cost of picking.", turning=True)
        if i["stock_kg"] <= 0.5:
            self.decisions.append(one)
            return
        terms = f"{self._price(i['net_b_usd_kg'])} now against {self._price(i['worth_of_keeping_usd_kg'])} for keeping it"
        if i["road_closed"]:
            terms = "the road was closed"
        elif i["months_to_harvest"] == 0.0:
            terms = "the last month before the next harvest, or fresh goods sold all the year"
        elif i["cash_gap_usd"] > 0.0:
            terms += f"; {usd(i['cash_gap_usd'])} was missing for this month's needs"
        sold = i["share_sold"] * i["stock_kg"]
        rival = (
            f", of which {self._kg(float(en['rival_a']))} to a rival for {self._price(i['rival_pays_usd_kg'])}"
            if en["rival_a"] > 0.5
            else ""
        )
        self.tell(
            "store",
            f"Of {self._kg(i['stock_kg'])} free to sell, sold {self._kg(sold)}{rival} and stored "
            f"{self._kg(i['stock_kg'] - sold)}: {terms}.",
            decision=one,
        )

    def _paid(self, e: int, before: State, now: State) -> None:
        f = int(before.enterprise["owing_firm"][e])
        if f < 0:
            return
        x = self.simulation.context
        usual = int(x.parameters.firms["delay"][now.enterprise["chain"][e]])
        delay = months_to_pay(usual, int(now.household["mobile"][self.row]), int(x.effects["mobile_payments_faster"][0]))
        due = float(before.receivable[e, self.simulation.month % before.receivable.shape[1]]) + (
            float(now.enterprise["firm_pays"][e]) if delay == 0 else 0.0
        )
        if due <= 0.005:
            return
        share = float(now.firm_paid_share[f])
        if share > 0.999999:
            self.tell("paid", f"{self._firm(f)} paid {usd(due)} that was due.")
        else:
            lost = now.receivable[e].sum() + share * due < 0.999 * before.receivable[e].sum() and now.enterprise["owing_firm"][e] < 0
            end = "the rest will never be paid" if lost else "the rest is late"
            self.tell("late", f"{self._firm(f)} paid {usd(share * due)} of {usd(due)} that was due; {end}.", turning=True)

    def _learnt(self, e: int, before: State, now: State) -> None:
        _, v, c = own_place(self.simulation, e)
        self._lost_firm(e, before, now)
        p = self.simulation.context.parameters
        if int(p.chains["season_end"][c]) != self.simulation.context.calendar:
            return
        for f in range(len(now.firm)):
            if now.firm["chain"][f] != c or not (now.route["is_open"][f, v] or before.enterprise["firm"][e] == f):
                continue
            was = tie_trust(e, f, v, before.tie_kept, before.tie_broken, before.route, p.ties)
            is_ = tie_trust(e, f, v, now.tie_kept, now.tie_broken, now.route, p.ties)
            if abs(is_ - was) >= TRUST_STEP:
                own = "from its own dealings and its neighbours'" if before.enterprise["firm"][e] == f else "from what neighbours met"
                self.tell("trust", f"Trust in {self._firm(f)} {'rose' if is_ > was else 'fell'} from {was:.2f} to {is_:.2f}, {own}.")

    def _close_month(self, now: State) -> None:
        hh, en = now.household[self.row], now.enterprise[self.enterprises]
        x = self.simulation.context
        chain = en["chain"]
        bazaar = now.bazaar_price[int(now.village["bazaar"][self.village]), chain]
        premium = x.parameters.chains["bazaar_grade_premium"][chain]
        self.ledger.append({
            "picked": float(en["picked"].sum()), "sold": float((en["sold_a"] + en["sold_b"]).sum()),
            "sales": float(((en["sold_a"] * (1.0 + premium) + en["sold_b"]) * bazaar).sum()), "rival": float(en["rival_a"].sum()),
            "delivered": float(en["delivered"].sum()), "contract": float(en["firm_pays"].sum()), "income": float(hh["income"]),
            "other": float(hh["other_income"]), "cash": float(hh["cash"]),
        })  # fmt: skip
        last = self.ledger[-1]
        if last["sold"] > 0.5:
            each = self._price(last["sales"] / last["sold"])
            earned = f"from its enterprises it earned {usd(last['income'])} this month"
            self.tell("sold", f"At the bazaar {self._kg(last['sold'])} went for {each} on average; {earned}.")

    def story(self) -> Story:
        """All that was seen."""
        line, s = self.simulation.scenario.timeline, self.simulation.context.state
        hh, vi = s.household[self.row], s.village[self.village]
        head = "a woman" if hh["woman"] else "a man"
        third = ("poorest", "middle", "best-off")[int(hh["tercile"])]
        units = [chain.assets.unit for chain in self.simulation.scenario.value_chains.values()]
        grows = []
        for e in self.enterprises:
            c = own_place(self.simulation, e)[2]
            grows.append(f"{float(s.enterprise['assets'][e]):.2f} {units[c]} ({self.chains[c]})")
        about = (
            f"In {self.simulation.world.routes.village_names[self.village]}, {float(vi['hours']):.1f} hours from its bazaar; "
            f"{int(hh['persons'])} persons, headed by {head}, of the {third} third; "
            f"{', '.join(grows) or 'without an enterprise of the model'}."
        )
        years = [self._year(self.ledger[first : first + 12]) for first in range(0, len(self.ledger), 12)]
        who, title = f"Household {int(hh['identity'])}", self.simulation.scenario.title
        return Story(who, title, line.before, line.during, line.months, about, self.entries, years)

    def _year(self, months: list[dict[str, float]]) -> str:
        total = {name: sum(month[name] for month in months) for name in months[0]}
        told = [f"picked {self._kg(total['picked'])}"]
        if total["sold"] > 0.5:
            told.append(f"sold {self._kg(total['sold'])} at the bazaar for {self._price(total['sales'] / total['sold'])} on average")
        if total["rival"] > 0.5:
            told.append(f"{self._kg(total['rival'])} to rivals")
        if total["delivered"] > 0.5:
            told.append(
                f"delivered {self._kg(total['delivered'])} under contract for {self._price(total['contract'] / total['delivered'])}"
            )
        return f"{', '.join(told)}; earned {usd(total['income'])} from it and {usd(total['other'])} from wages and transfers."
