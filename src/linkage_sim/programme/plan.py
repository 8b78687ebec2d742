"""A programme's plan as compiled code reads it: one row an act, and what the acts share."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import numpy as np

from linkage_sim.columns import Table, table_of

if TYPE_CHECKING:
    from linkage_sim.scenario.scenario import Scenario

ACTS = (
    "training", "storage", "market_assessment", "brokering", "co_investment", "staff_coaching", "reflection_session", "communication",
    "coordination", "lead_firm_selection", "input_vouchers", "business_skills", "associations", "village_organisations",
    "mobile_payments", "savings_groups", "input_provider_links", "contract_support", "processor_links",
)  # fmt: skip
"""Every kind of act; its place is its number in a plan. Those up to ``mobile_payments`` are lived by compiled code
(`linkage_sim.programme.acts.is_compiled`); after those from ``lead_firm_selection`` on phases look again everywhere (`note` there); from
``associations`` to ``input_provider_links`` stand those that support villages for some months (`VILLAGE_ACTS`)."""
(
    TRAINING, STORAGE, ASSESSMENT, BROKERING, CO_INVESTMENT, COACHING, REFLECTION, COMMUNICATION, COORDINATION, SELECTION, VOUCHERS,
    SKILLS, ASSOCIATIONS, ORGANISATIONS, MOBILE, GROUPS, PROVIDERS, CONTRACTS, PROCESSORS,
) = range(len(ACTS))  # fmt: skip
AT_ONCE = ("market_assessment", "lead_firm_selection", "reflection_session")
"""Acts whose money is released whole; that of all others is released evenly over their months."""
QUEUED = ("training", "storage", "input_vouchers", "business_skills")
"""Acts that serve households one after the other, if not entrepreneurs."""
VILLAGE_ACTS = PROVIDERS + 1 - ASSOCIATIONS
"""So many kinds, from `ASSOCIATIONS` to `PROVIDERS`, support a village for some months."""
TARGETS = ("all", "women", "poorest", "remote", "linked")
ALL, WOMEN, POOREST, REMOTE, LINKED = range(5)
"""Whom an act serves first."""
NEVER = -1
"""Instead of a month or a place: not yet, or nowhere."""

PLAN = np.dtype(
    [
        ("kind", np.int64),  # place in `ACTS`
        ("first", np.int64),  # month of the run in which it may begin
        ("last", np.int64),
        ("after", np.int64),  # row of the act it waits for
        ("until", np.int64),  # row of the act that ends it
        ("done", np.int64),  # month in which it first did anything
        ("at_once", np.uint8),  # money is released whole, not evenly over its months
        ("total", np.float64),  # USD set aside
        ("price", np.float64),  # USD of the first unit, overhead included
        ("learning", np.float64),  # how fast that falls as units are done
        ("released", np.float64),  # USD that may be spent so far
        ("spent", np.float64),  # USD
        ("reserved", np.float64),  # USD promised
        ("units", np.float64),  # done
        ("target", np.int64),  # place in `TARGETS`
        ("queue", np.int64),  # row of its queue of households
        ("queued", np.int64),  # households in it, once it is drawn
        ("again", np.uint8),  # it is gone through again once all were served
        ("improved", np.float64),  # knowledge of a practice that training gives
        ("quality", np.float64),
        ("every", np.int64),  # months after which an assessment is repeated
        ("assessed", np.int64),  # month of the last one
        ("progress", np.float64),  # part done of the next introduction
        ("share_paid", np.float64),  # programme's share of every addendum; negative: that of the table of interventions
        ("running", np.float64),  # part of a supported firm's running cost paid
        ("paid", np.float64),  # part of the cost of practices that a voucher pays
        ("choose", np.int64),  # firms chosen
        ("visits", np.int64),  # claimed suppliers visited per applicant
        ("references", np.int64),  # referees called per applicant
        ("support", np.int64),  # months after which a chosen firm leaves support
    ]
)
"""One row an act, in the order of the plan; USD, months of the run, shares."""


def is_for_entrepreneurs(act: Any) -> bool:
    """Whether an act of a scenario teaches business skills to aspiring entrepreneurs."""
    return bool(vars(act).get("who") == "entrepreneurs")


def has_queue(act: Any) -> bool:
    """Whether an act of a scenario serves households one after the other."""
    return act.act in QUEUED and not is_for_entrepreneurs(act)


def plan_of(scenario: Scenario, prices: list[float]) -> Table:
    """The plan of a scenario before its first month; ``prices`` in USD of the first unit of every act, overhead included."""
    acts, line, queues = list(scenario.programme.values()), scenario.timeline, itertools.count()
    places = {name: place for place, name in enumerate(scenario.programme)} | {None: NEVER}
    plan = table_of(PLAN, len(acts))

    def given(name: str, otherwise: Any) -> list[Any]:
        return [vars(act).get(name, otherwise) for act in acts]  # what an act does not have, models are slow to say

    plan["kind"] = [ACTS.index(act.act) for act in acts]
    plan["first"] = [line.before + act.start - 1 for act in acts]
    plan["last"] = [line.before + (line.during if act.end is None else act.end) - 1 for act in acts]
    plan["after"], plan["until"] = [places[act.after] for act in acts], [places[act.until] for act in acts]
    plan["at_once"] = [act.act in AT_ONCE for act in acts]
    plan["total"] = [act.share * scenario.facilitator.budget for act in acts]
    plan["price"], plan["learning"] = prices, scenario.facilitator.learning
    plan["target"] = [TARGETS.index(target) for target in given("target", "all")]
    plan["queue"] = [next(queues) if has_queue(act) else NEVER for act in acts]
    plan["done"] = plan["queued"] = NEVER
    plan["again"] = [refresh or act.act == "business_skills" for act, refresh in zip(acts, given("refresh", False), strict=True)]
    for practice in ("improved", "quality"):
        taught = [topic in (practice, "both") for topic in given("topic", "")]
        plan[practice] = scenario.interventions.training.knowledge * np.array(taught)
    plan["share_paid"] = [-1.0 if share is None else share for share in given("share_paid", None)]
    checked = np.array([rule == "checked" for rule in given("rule", "")])
    plan["visits"], plan["references"] = checked * np.array(given("visits", 0)), checked * np.array(given("references", 0))
    for name in ("every", "running", "paid", "choose", "support"):
        plan[name] = given(name, 0)
    return plan
