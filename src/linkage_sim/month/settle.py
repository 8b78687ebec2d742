"""Phase 7, settle: bazaar sales are paid, firms pay what is due, households spend, borrow and repay."""

from __future__ import annotations

from typing import Any

from linkage_sim.books import (
    ASSETS_BOUGHT,
    ASSETS_SOLD,
    BANK_LOAN,
    BANK_REPAID,
    CONSUMPTION,
    CONTRACT_PAY,
    DEBT_LOST,
    DEBT_PAID,
    DEBT_REPAID,
    HAULS,
    INPUTS,
    PAY_DONE,
    PAY_LOST,
    PAY_MADE,
    PICKING,
    RIVAL_PAY,
    SALES,
    STORING,
    WAGES,
)  # fmt: skip
from linkage_sim.columns import column_sum
from linkage_sim.compiled import compiled
from linkage_sim.context import Context
from linkage_sim.month.rows import ENDING, is_month, owed_among
from linkage_sim.month.savings import groups_settle


@compiled
def months_to_pay(usual: int, mobile: int, faster: int) -> int:
    """Months until a delivery is due: as usual in the chain, sooner by phone."""
    return max(0, usual - faster) if mobile == 1 else usual


@compiled
def dues(
    first: int, last: int, month: int, firms: Any, first_enterprise: Any, household: Any, enterprise: Any, receivable: Any, firm_due: Any,
    effects: Any, has_owed: Any,
) -> None:  # fmt: skip
    """Put this month's deliveries on the calendar of payments and sum what falls due; those paid by phone are paid earlier.

    ``has_owed`` (V,) becomes 1 where a firm owes anybody anything.
    """
    faster = int(effects[0].mobile_payments_faster)
    now = month % receivable.shape[1]
    for v in range(first, last):
        for f in range(firm_due.shape[0]):
            firm_due[f, v] = 0.0
        has_owed[v] = owed_among(first_enterprise[v], first_enterprise[v + 1], enterprise) > 0
        if has_owed[v] == 0:
            continue
        for e in range(first_enterprise[v], first_enterprise[v + 1]):
            en = enterprise[e]
            if en.owing_firm < 0:
                continue
            if en.firm_pays > 0.0:
                delay = months_to_pay(int(firms[en.chain].delay), household[en.household].mobile, faster)
                receivable[e, (now + delay) % receivable.shape[1]] += en.firm_pays
            firm_due[en.owing_firm, v] += receivable[e, now]


@compiled
def firms_pay(firms: Any, firm: Any, firm_due: Any, firm_paid_share: Any) -> None:
    """What part of its dues each firm can pay from cash and credit; late months are counted."""
    for f in range(firm.shape[0]):
        fi = firm[f]
        total = 0.0
        for v in range(firm_due.shape[1]):
            total += firm_due[f, v]
        firm_paid_share[f] = 1.0
        if total > 0.0:
            money = max(0.0, fi.cash + fi.credit)
            if fi.active == 0:
                money = 0.0
            firm_paid_share[f] = min(1.0, money / total)
            fi.late_months = fi.late_months + 1.0 if firm_paid_share[f] < 0.999999 else 0.0
            fi.cash -= total * firm_paid_share[f]


@compiled
def firm_is_late(
    e: int, now: int, due: float, share: float, en: Any, fm: Any, fi: Any, receivable: Any, penalty: float
) -> tuple[float, float]:
    """What an enterprise loses and gains, USD, as its firm cannot pay all that is due: a firm that is gone or late too long pays no more.

    Else the rest falls due next month, grown under written terms by ``penalty``.
    """
    rest = due - due * share
    if fi.active == 0 or fi.late_months > fm.grace:
        lost = rest
        for k in range(receivable.shape[1]):
            lost += receivable[e, k]
            receivable[e, k] = 0.0
        en.season_broken += en.season_kept
        en.season_kept = 0.0
        return lost, 0.0
    fine = rest * penalty
    receivable[e, (now + 1) % receivable.shape[1]] += rest + fine
    en.season_late += 1.0 - share
    return 0.0, fine


@compiled
def rivals_pay(
    v: int, first: int, last: int, enterprise: Any, rival_price: Any, rival_firm: Any, flows: Any, bought: Any, rival_paid: Any
) -> None:
    """Rivals pay at the farm gate."""
    for e in range(first, last):
        en = enterprise[e]
        if en.rival_a > 0.0:
            c = en.chain
            from_rival = en.rival_a * rival_price[v, c]
            en.income += from_rival
            flows[v, RIVAL_PAY] += from_rival
            bought[rival_firm[v, c], v] += from_rival
            rival_paid[rival_firm[v, c], v] += from_rival


@compiled
def firms_settle(
    v: int, first: int, last: int, month: int, firms: Any, enterprise: Any, firm: Any, receivable: Any, firm_paid_share: Any, flows: Any,
    repaid: Any, bought: Any, route: Any, penalty: float,
) -> None:  # fmt: skip
    """Firms under contract pay enterprises what is due this month, less the input loan held back."""
    now = month % receivable.shape[1]
    pay = lost = fines = loans = 0.0
    for e in range(first, last):
        en = enterprise[e]
        f = en.owing_firm
        if f < 0:
            continue
        bought[f, v] += en.firm_pays
        due, share = receivable[e, now], firm_paid_share[f]
        paid = due * share
        receivable[e, now] = 0.0
        if due > 0.0 and share < 0.999999:
            gone, fine = firm_is_late(
                e, now, due, share, en, firms[en.chain], firm[f], receivable, penalty * route[f, v].written
            )  # fmt: skip
            lost += gone
            fines += fine
            bought[f, v] += fine
        pay += paid
        if en.debt > 0.0 and f == en.firm:
            back = min(en.debt, paid)
            en.debt -= back
            paid -= back
            loans += back
            repaid[f, v] += back
        en.income += paid
        owed = 0.0
        for k in range(receivable.shape[1]):
            owed += receivable[e, k]
        if owed <= 1e-9:
            lost += owed
            for k in range(receivable.shape[1]):
                receivable[e, k] = 0.0
            en.owing_firm = -1
    flows[v, CONTRACT_PAY] += pay
    flows[v, PAY_DONE] += pay
    flows[v, PAY_LOST] += lost
    flows[v, PAY_MADE] += fines
    flows[v, DEBT_REPAID] += loans
    flows[v, DEBT_PAID] += loans


@compiled
def enterprises_earn(
    v: int, first: int, last: int, price: float, haul: float, skilled: float, has_goods: bool, is_harvest: bool, invests: bool, ch: Any,
    household: Any, enterprise: Any, flows: Any,
) -> None:  # fmt: skip
    """What enterprises of one village and chain earned at the bazaar this month less their costs, into ``enterprise.income``; posts it.

    ``invests`` : whether they may have paid for practices, planting or animals this month
    """
    price_a, upkeep = price * (1.0 + ch.bazaar_grade_premium), ch.assets_upkeep / 12.0
    for e in range(first, last):
        en = enterprise[e]
        en.income = -en.assets * upkeep
    if has_goods:
        for e in range(first, last):
            en = enterprise[e]
            sold = en.sold_a * price_a + en.sold_b * price
            en.income += sold - (en.sold_a + en.sold_b) * haul - (en.stock_a + en.stock_b) * ch.harvest_storing_cost
        sold_a, sold_b = column_sum(enterprise, "sold_a", first, last), column_sum(enterprise, "sold_b", first, last)
        stock = column_sum(enterprise, "stock_a", first, last) + column_sum(enterprise, "stock_b", first, last)
        flows[v, SALES] += sold_a * price_a + sold_b * price
        flows[v, HAULS] += (sold_a + sold_b) * haul
        flows[v, STORING] += stock * ch.harvest_storing_cost
    flows[v, INPUTS] += column_sum(enterprise, "assets", first, last) * upkeep
    if invests:
        flows[v, INPUTS] += column_sum(enterprise, "practice_cost", first, last)
        flows[v, ASSETS_BOUGHT] += column_sum(enterprise, "asset_cost", first, last)
        flows[v, ASSETS_SOLD] += column_sum(enterprise, "asset_sale", first, last)
        for e in range(first, last):
            en = enterprise[e]
            en.income += en.asset_sale - en.asset_cost - en.practice_cost
            en.practice_cost = en.asset_cost = en.asset_sale = 0.0
    if is_harvest:
        total = 0.0
        for e in range(first, last):
            en = enterprise[e]
            cost = ch.harvest_picking_cost * en.picking_factor * (1.0 - skilled * household[en.household].business)
            en.income -= en.picked * cost
            total += en.picked * cost
        flows[v, PICKING] += total


@compiled
def other_incomes(first: int, last: int, household: Any) -> None:
    """What a range of households earns from elsewhere; it changes in January, and with events."""
    for h in range(first, last):
        hh = household[h]
        hh.other_income = hh.wages + hh.remittances * hh.remittance_factor


@compiled
def households_earn(first: int, last: int, start: int, end: int, one_chain: bool, household: Any, enterprise: Any) -> None:
    """What each household of a village earned this month with its enterprises ``start`` to ``end``."""
    if one_chain and end - start == last - first:  # everybody has one, in the order of households
        for h in range(first, last):
            household[h].income = enterprise[start + h - first].income
        return
    for h in range(first, last):
        household[h].income = 0.0
    for e in range(start, end):
        en = enterprise[e]
        household[en.household].income += en.income


@compiled
def spend_and_save(
    first: int, last: int, at: int, interest_rate: float, spending: float, buffer: float, household: Any, money: Any
) -> None:
    """Cash of the households of a village after a month: borrow, consume, repay; what moved goes into ``money`` from a row on."""
    for h in range(first, last):
        hh, mo = household[h], money[at + h - first]
        interest = hh.bank_debt * interest_rate / 12.0
        cash = hh.cash + hh.other_income + hh.income - interest
        loan = max(0.0, -cash)
        debt = hh.bank_debt + loan
        cash += loan
        spent = min(cash, hh.need + hh.shock)
        cash -= spent
        back = min(debt, 0.5 * cash)
        cash -= back
        more = spending * max(0.0, cash - buffer * hh.need)
        hh.bank_debt = debt - back
        hh.cash = cash - more
        hh.income -= interest
        mo.spent = spent + more
        mo.loan = loan
        mo.repaid = interest + back


@compiled
def households_settle(
    first: int, last: int, month: int, chains: Any, season: Any, people: Any, firms: Any, first_household: Any, of_chain: Any,
    household: Any, enterprise: Any, village: Any, firm: Any, receivable: Any, bazaar_price: Any, rival_price: Any,
    rival_firm: Any, firm_paid_share: Any, flows: Any, repaid: Any, bought: Any, rival_paid: Any, route: Any, effects: Any, money: Any,
    money_at: Any, has_goods: Any, has_rival: Any, has_owed: Any, changed: Any,
) -> None:  # fmt: skip
    """Money of every household of a range of villages."""
    pp = people[0]
    ef = effects[0]
    for v in range(first, last):
        vi = village[v]
        for f in range(repaid.shape[0]):
            repaid[f, v] = bought[f, v] = rival_paid[f, v] = 0.0
        rivals = False
        for c in range(chains.shape[0]):
            invests = int(chains[c].practice_month) == month % 12 or int(chains[c].area_month) == month % 12
            enterprises_earn(
                v, of_chain[v, c], of_chain[v, c + 1], bazaar_price[vi.bazaar, c], vi.haul, ef.business_skills_picking,
                has_goods[v, c] == 1, season[c, month % 12] > 0.0, invests, chains[c], household, enterprise, flows,
            )  # fmt: skip
            rivals = rivals or has_rival[v, c] == 1
        start, end = of_chain[v, 0], of_chain[v, chains.shape[0]]
        if rivals:
            rivals_pay(v, start, end, enterprise, rival_price, rival_firm, flows, bought, rival_paid)
        if has_owed[v] == 1:
            firms_settle(
                v, start, end, month, firms, enterprise, firm, receivable, firm_paid_share, flows, repaid, bought, route,
                ef.contract_support_penalty,
            )  # fmt: skip
        of, to, at = first_household[v], first_household[v + 1], money_at[v]
        if month % 12 == 0 or changed[v] == month:
            other_incomes(of, to, household)
        households_earn(of, to, start, end, chains.shape[0] == 1, household, enterprise)
        spend_and_save(of, to, at, pp.interest, pp.spending, pp.buffer, household, money)
        flows[v, WAGES] += column_sum(household, "other_income", of, to)
        flows[v, CONSUMPTION] += column_sum(money, "spent", at, at + to - of)
        flows[v, BANK_LOAN] += column_sum(money, "loan", at, at + to - of)
        flows[v, BANK_REPAID] += column_sum(money, "repaid", at, at + to - of)


@compiled
def settle_loans(
    first: int, last: int, month: int, chains: Any, behaviour: Any, first_enterprise: Any, household: Any, enterprise: Any, flows: Any,
    repaid: Any,
) -> None:  # fmt: skip
    """At the end of the season loans that deliveries did not repay: part is recovered, the rest is lost to the firm."""
    for v in range(first, last):
        for e in range(first_enterprise[v], first_enterprise[v + 1]):
            en = enterprise[e]
            if en.debt <= 0.0 or month % 12 != int(chains[en.chain].season_end):
                continue
            hh = household[en.household]
            back = min(en.debt * behaviour[0].debt_recovered, hh.cash)
            hh.cash -= back
            hh.income -= back
            if en.firm >= 0:
                repaid[en.firm, v] += back
                flows[v, DEBT_REPAID] += back
            else:
                flows[v, CONSUMPTION] += back
            flows[v, DEBT_PAID] += back
            flows[v, DEBT_LOST] += en.debt - back
            en.debt = 0.0


@compiled
def firms_receive(firm: Any, repaid: Any, rival_paid: Any) -> None:
    """Input loans repaid come in, what was bought at the farm gate for cash is paid; both (F, V) USD."""
    for f in range(firm.shape[0]):
        for v in range(repaid.shape[1]):
            firm[f].cash += repaid[f, v] - rival_paid[f, v]


@compiled
def fall_due(first: int, last: int, month: int, w: Any) -> None:
    """What firms owe in some villages this month."""
    dues(first, last, month, w.firms, w.first_enterprise, w.household, w.enterprise, w.receivable, w.firm_due, w.effects, w.has_owed)


@compiled
def pay(w: Any) -> None:
    """What firms can pay of it."""
    firms_pay(w.firms, w.firm, w.firm_due, w.firm_paid_share)


@compiled
def settle(first: int, last: int, month: int, w: Any) -> None:
    """Households and savings groups of some villages."""
    households_settle(
        first, last, month, w.chains, w.season, w.people, w.firms, w.first_household, w.of_chain, w.household, w.enterprise, w.village,
        w.firm, w.receivable, w.bazaar_price, w.rival_price, w.rival_firm, w.firm_paid_share, w.flows, w.repaid, w.bought, w.rival_paid,
        w.route, w.effects, w.money, w.money_at, w.has_goods, w.has_rival, w.has_owed, w.changed,
    )  # fmt: skip
    groups_settle(first, last, w.first_household, w.household, w.village, w.effects, w.flows)


@compiled
def receive(w: Any) -> None:
    """What firms get back and pay at the farm gate."""
    firms_receive(w.firm, w.repaid, w.rival_paid)


@compiled
def end_season(first: int, last: int, month: int, w: Any) -> None:
    """Loans in some villages at the end of a season."""
    settle_loans(first, last, month, w.chains, w.behaviour, w.first_enterprise, w.household, w.enterprise, w.flows, w.repaid)


@compiled
def alone(month: int, w: Any) -> None:
    """All of it in one thread."""
    villages = w.village.shape[0]
    fall_due(0, villages, month, w)
    pay(w)
    settle(0, villages, month, w)
    receive(w)
    if is_month(ENDING, month % 12, w.month_of):
        w.repaid[:] = 0.0
        w.rival_paid[:] = 0.0
        end_season(0, villages, month, w)
        receive(w)


def run(context: Context) -> None:
    """Phase 7 of one month."""
    w, month = context.whole, context.month
    if context.threads == 1:
        alone(month, w)
        return
    context.over_villages(fall_due, month, w)
    pay(w)
    context.over_villages(settle, month, w)
    receive(w)
    if context.is_month("season_end"):
        context.repaid[:] = context.rival_paid[:] = 0.0
        context.over_villages(end_season, month, w)
        receive(w)


READS = ("bazaar_price", "rival_price", "enterprise.sold_a", "enterprise.sold_b", "enterprise.firm_pays", "firm.credit", "household.need")
WRITES = (
    "receivable", "firm_due", "firm_paid_share", "firm.late_months", "firm.cash", "household.cash", "household.income",
    "household.other_income", "household.bank_debt", "household.saved", "household.group_debt", "village.fund", "enterprise.debt",
    "enterprise.owing_firm", "enterprise.season_late", "enterprise.season_kept", "enterprise.season_broken",
    "enterprise.income", "enterprise.practice_cost", "enterprise.asset_cost", "enterprise.asset_sale", "flows",
)  # fmt: skip
