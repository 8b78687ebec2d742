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
from linkage_sim.compiled import compiled
from linkage_sim.context import Context
from linkage_sim.month.savings import groups_settle


@compiled
def months_to_pay(usual: int, mobile: int, faster: int) -> int:
    """Months until a delivery is due: as usual in the chain, sooner by phone."""
    return max(0, usual - faster) if mobile == 1 else usual


@compiled
def dues(
    first: int, last: int, month: int, firms: Any, first_enterprise: Any, household: Any, enterprise: Any, receivable: Any, firm_due: Any,
    effects: Any,
) -> None:  # fmt: skip
    """Put this month's deliveries on the calendar of payments and sum what falls due; those paid by phone are paid earlier."""
    faster = int(effects[0].mobile_payments_faster)
    now = month % receivable.shape[1]
    for v in range(first, last):
        for f in range(firm_due.shape[0]):
            firm_due[f, v] = 0.0
        for e in range(first_enterprise[v], first_enterprise[v + 1]):
            en = enterprise[e]
            if en.owing_firm < 0:
                continue
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
def firm_pays_enterprise(
    e: int, v: int, month: int, en: Any, fm: Any, receivable: Any, firm: Any, firm_paid_share: Any, flows: Any, repaid: Any, bought: Any,
    penalty: float,
) -> float:  # fmt: skip
    """What an enterprise is paid this month by the firm that owes it, less the input loan held back, USD; posts it.

    Under written terms what is paid late grows by ``penalty`` a month.
    """
    f = en.owing_firm
    bought[f, v] += en.firm_pays
    now = month % receivable.shape[1]
    due = receivable[e, now]
    paid = due * firm_paid_share[f]
    receivable[e, now] = 0.0
    if due > 0.0 and firm_paid_share[f] < 0.999999:
        if firm[f].active == 0 or firm[f].late_months > fm.grace:
            lost = due - paid
            for k in range(receivable.shape[1]):
                lost += receivable[e, k]
                receivable[e, k] = 0.0
            flows[v, PAY_LOST] += lost
            en.season_broken += en.season_kept
            en.season_kept = 0.0
        else:
            fine = (due - paid) * penalty
            receivable[e, (now + 1) % receivable.shape[1]] += due - paid + fine
            flows[v, PAY_MADE] += fine
            bought[f, v] += fine
            en.season_late += 1.0 - firm_paid_share[f]
    flows[v, CONTRACT_PAY] += paid
    flows[v, PAY_DONE] += paid
    if en.debt > 0.0 and f == en.firm:
        back = min(en.debt, paid)
        en.debt -= back
        paid -= back
        flows[v, DEBT_REPAID] += back
        flows[v, DEBT_PAID] += back
        repaid[f, v] += back
    owed = 0.0
    for k in range(receivable.shape[1]):
        owed += receivable[e, k]
    if owed <= 1e-9:
        flows[v, PAY_LOST] += owed
        for k in range(receivable.shape[1]):
            receivable[e, k] = 0.0
        en.owing_firm = -1
    return paid


@compiled
def enterprises_earn(
    first: int, last: int, b: int, haul: float, skilled: float, chains: Any, household: Any, enterprise: Any,
    bazaar_price: Any,
) -> tuple[float, float, float, float, float]:  # fmt: skip
    """What each enterprise of a village earned at the bazaar this month less its costs, into ``enterprise.income``.

    Returns
    -------
    sales, haulage, picking, storing, and inputs and upkeep of all, USD
    """
    sales = hauls = picking = storing = inputs = 0.0
    for e in range(first, last):
        en = enterprise[e]
        ch = chains[en.chain]
        price = bazaar_price[b, en.chain]
        sold = en.sold_a * price * (1.0 + ch.bazaar_grade_premium) + en.sold_b * price
        hauled = (en.sold_a + en.sold_b) * haul
        stored = (en.stock_a + en.stock_b) * ch.harvest_storing_cost
        upkeep = en.assets * ch.assets_upkeep / 12.0
        picked = 0.0
        if en.picked > 0.0:
            business = household[en.household].business
            picked = en.picked * ch.harvest_picking_cost * en.picking_factor * (1.0 - skilled * business)
        en.income = sold - hauled - picked - stored - en.practice_cost - upkeep + (en.asset_sale - en.asset_cost)
        sales += sold
        hauls += hauled
        picking += picked
        storing += stored
        inputs += en.practice_cost + upkeep
    return sales, hauls, picking, storing, inputs


@compiled
def invest(v: int, first: int, last: int, enterprise: Any, flows: Any) -> None:
    """Post what was paid for practices, planting and animals; what does not change is not written."""
    for e in range(first, last):
        en = enterprise[e]
        if en.practice_cost + en.asset_cost + en.asset_sale > 0.0:
            flows[v, ASSETS_BOUGHT] += en.asset_cost
            flows[v, ASSETS_SOLD] += en.asset_sale
            en.practice_cost = en.asset_cost = en.asset_sale = 0.0


@compiled
def firms_settle(
    v: int, first: int, last: int, month: int, firms: Any, enterprise: Any, firm: Any, receivable: Any, rival_price: Any, rival_firm: Any,
    firm_paid_share: Any, flows: Any, repaid: Any, bought: Any, rival_paid: Any, route: Any, penalty: float,
) -> None:  # fmt: skip
    """Rivals pay at the farm gate, firms under contract what is due."""
    for e in range(first, last):
        en = enterprise[e]
        if en.rival_a > 0.0:
            c = en.chain
            from_rival = en.rival_a * rival_price[v, c]
            en.income += from_rival
            flows[v, RIVAL_PAY] += from_rival
            bought[rival_firm[v, c], v] += from_rival
            rival_paid[rival_firm[v, c], v] += from_rival
        if en.owing_firm >= 0:
            fine = penalty * route[en.owing_firm, v].written
            en.income += firm_pays_enterprise(
                e, v, month, en, firms[en.chain], receivable, firm, firm_paid_share, flows, repaid, bought, fine
            )  # fmt: skip


@compiled
def households_earn(first: int, last: int, first_enterprise: int, last_enterprise: int, household: Any, enterprise: Any) -> None:
    """What each household of a village earned this month with its enterprises and from elsewhere."""
    for h in range(first, last):
        hh = household[h]
        hh.other_income = hh.wages + hh.remittances * hh.remittance_factor
        hh.income = 0.0
    for e in range(first_enterprise, last_enterprise):
        en = enterprise[e]
        household[en.household].income += en.income


@compiled
def spend_and_save(
    first: int, last: int, interest_rate: float, spending: float, buffer: float, household: Any
) -> tuple[float, float, float, float]:
    """Cash of the households of a village after a month: borrow, consume, repay.

    Returns
    -------
    income from elsewhere, consumption, loans, interest and repayments of all, USD
    """
    wages = consumption = loans = repaid = 0.0
    for h in range(first, last):
        hh = household[h]
        interest = hh.bank_debt * interest_rate / 12.0
        cash = hh.cash + hh.other_income + hh.income - interest
        loan = max(0.0, -cash)
        debt = hh.bank_debt + loan
        cash += loan
        spent = min(cash, hh.need + hh.shock)
        cash -= spent
        back = min(debt, 0.5 * cash)
        hh.bank_debt = debt - back
        cash -= back
        more = spending * max(0.0, cash - buffer * hh.need)
        hh.cash = cash - more
        hh.income -= interest
        wages += hh.other_income
        consumption += spent + more
        loans += loan
        repaid += interest + back
    return wages, consumption, loans, repaid


@compiled
def households_settle(
    first: int, last: int, month: int, chains: Any, people: Any, firms: Any, first_household: Any, first_enterprise: Any,
    household: Any, enterprise: Any, village: Any, firm: Any, receivable: Any, bazaar_price: Any, rival_price: Any,
    rival_firm: Any, firm_paid_share: Any, flows: Any, repaid: Any, bought: Any, rival_paid: Any, route: Any, effects: Any,
) -> None:  # fmt: skip
    """Money of every household of a range of villages; sums are kept in numbers of their own and posted once a village."""
    pp = people[0]
    ef = effects[0]
    for v in range(first, last):
        vi = village[v]
        for f in range(repaid.shape[0]):
            repaid[f, v] = bought[f, v] = rival_paid[f, v] = 0.0
        start, end = first_enterprise[v], first_enterprise[v + 1]
        sales, hauls, picking, storing, inputs = enterprises_earn(
            start, end, vi.bazaar, vi.haul, ef.business_skills_picking, chains, household, enterprise, bazaar_price
        )
        invest(v, start, end, enterprise, flows)
        firms_settle(
            v, start, end, month, firms, enterprise, firm, receivable, rival_price, rival_firm, firm_paid_share, flows, repaid, bought,
            rival_paid, route, ef.contract_support_penalty,
        )  # fmt: skip
        households_earn(first_household[v], first_household[v + 1], start, end, household, enterprise)
        wages, consumption, loans, repayments = spend_and_save(
            first_household[v], first_household[v + 1], pp.interest, pp.spending, pp.buffer, household
        )
        flows[v, SALES] += sales
        flows[v, HAULS] += hauls
        flows[v, PICKING] += picking
        flows[v, STORING] += storing
        flows[v, INPUTS] += inputs
        flows[v, WAGES] += wages
        flows[v, CONSUMPTION] += consumption
        flows[v, BANK_LOAN] += loans
        flows[v, BANK_REPAID] += repayments


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
    dues(first, last, month, w.firms, w.first_enterprise, w.household, w.enterprise, w.receivable, w.firm_due, w.effects)


@compiled
def pay(w: Any) -> None:
    """What firms can pay of it."""
    firms_pay(w.firms, w.firm, w.firm_due, w.firm_paid_share)


@compiled
def settle(first: int, last: int, month: int, w: Any) -> None:
    """Households and savings groups of some villages."""
    households_settle(
        first, last, month, w.chains, w.people, w.firms, w.first_household, w.first_enterprise, w.household, w.enterprise, w.village,
        w.firm, w.receivable, w.bazaar_price, w.rival_price, w.rival_firm, w.firm_paid_share, w.flows, w.repaid, w.bought, w.rival_paid,
        w.route, w.effects,
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


def run(context: Context) -> None:
    """Phase 7 of one month."""
    w, month = context.whole, context.month
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
