"""Lead firms from call to exit: criteria, memorandum, addenda, leaving support, over-subsidy, substitution."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from linkage_sim import engine
from linkage_sim.books import GRANTS
from linkage_sim.programme.facilitator import Facilitation
from linkage_sim.programme.selection import CRITERIA, criteria, scores, true_suppliers
from linkage_sim.scenario.effects import Weights
from programme.watching import BEFORE, DURING, SEED, column, flow, lived
from promises.small_world import with_plan

LAST = BEFORE + DURING - 1
SURE = {"facilitator.concept": 1.0, "facilitator.spread": 0.0, "interventions.lead_firm_selection.score_noise": 0.0}


def only(word: str) -> dict[str, float]:
    """Weights that let one criterion decide."""
    return {f"interventions.lead_firm_selection.weights.{each}": float(each == word) for each in CRITERIA}


def appraised(overrides: Mapping[str, Any], visits: int) -> tuple[np.ndarray, dict[str, np.ndarray], np.ndarray]:
    """Applicants, criteria and scores in the first month of a programme."""
    plan = {"selection": {"act": "lead_firm_selection", "share": 0.3, "choose": 1}}
    simulation = engine.Simulation(
        with_plan(plan, {"lead_firms.number": 8, "interventions.co_investment.investment": 30000} | SURE | dict(overrides)), SEED
    )
    simulation.run(until=BEFORE)
    context, programme = simulation.context, simulation.context.programme
    assert isinstance(programme, Facilitation)
    firm = context.state.firm
    applicants = np.flatnonzero((firm["active"] == 1) & (firm["imitator"] == 0))
    w, p, number = context.whole, programme.held, len(applicants)
    believed = np.array([max(1.0, true_suppliers(f, w)) for f in range(len(firm))])
    p.applicants[:number] = applicants
    found = criteria(context.month, number, visits, 0.0, believed, w, p)
    return applicants, dict(zip(CRITERIA, found, strict=True)), scores(context.month, number, visits, believed, w, p)


def test_criteria_are_those_that_have_weights() -> None:
    assert tuple(Weights.model_fields) == CRITERIA


@pytest.mark.parametrize("word", CRITERIA)
def test_each_criterion_can_decide(word: str) -> None:
    _, found, score = appraised(only(word), visits=6)
    assert found[word].std() > 0.0, "firms differ in it"
    assert np.argmax(score) == np.argmax(found[word])


@pytest.mark.parametrize("word", ["links", "reach", "reputation"])
def test_what_only_suppliers_tell_is_unseen_without_visits(word: str) -> None:
    _, unseen, _ = appraised({}, visits=0)
    _, some, _ = appraised({}, visits=2)
    _, many, _ = appraised({}, visits=20)
    assert not unseen[word].any()
    assert 0.0 < np.abs(some[word]).max() < np.abs(many[word]).max()


def test_applications_that_cost_nothing_are_all_read() -> None:
    free = {f"interventions.lead_firm_selection.unit.{part}": 0 for part in ("staff_months", "visits", "materials")}
    plan = {"selection": {"act": "lead_firm_selection", "share": 0.0, "rule": "claims", "choose": 2}}
    told = engine.run(with_plan(plan, free), SEED).programme
    assert len(told["claims"]) == told["units"]["selection"] > 2.0
    assert sum(claim["chosen"] for claim in told["claims"]) == 2.0
    assert told["spent"]["selection"] == 0.0


def test_without_the_concept_size_decides() -> None:
    applicants, _, score = appraised({"facilitator.concept": 0.0}, visits=6)
    simulation = engine.Simulation(with_plan({}, {"lead_firms.number": 8}), SEED)
    capital = simulation.context.state.firm["first_capital"][applicants]
    assert np.argmax(score) == np.argmax(capital)


def test_friends_of_a_careless_firm_confirm_more_false_names() -> None:
    """Calls only: what is believed of the claims of firms that mind lying less than others rises, of the rest it falls."""

    def told(follows: float) -> tuple[np.ndarray, np.ndarray]:
        plan = {"selection": {"act": "lead_firm_selection", "share": 0.5, "choose": 1, "visits": 0, "references": 12}}
        setting = {"lead_firms.number": 12, "interventions.lead_firm_selection.reference_honesty": follows}
        run = engine.Simulation(with_plan(plan, setting), SEED)
        run.run(until=BEFORE + 2)
        claims = run.outcome().programme["claims"]
        honesty = run.context.state.firm["honesty"][[int(claim["firm"]) for claim in claims]]
        return honesty, np.array([claim["believed"] / claim["claimed"] for claim in claims])

    honesty, friends = told(1.0)
    _, same = told(0.0)
    assert len(honesty) == 12
    assert friends[honesty < 1.0].mean() > same[honesty < 1.0].mean()
    assert friends[honesty > 1.0].mean() < same[honesty > 1.0].mean()


def chosen_plan(**more: Any) -> dict[str, dict[str, Any]]:
    """Three firms and shared investments."""
    return {
        "selection": {"act": "lead_firm_selection", "share": 0.1, "choose": 3, "support": more.pop("support", 60)},
        "growth": {"act": "co_investment", "share": 0.5, **more},
    }


def test_a_memorandum_brings_no_money_and_addenda_follow_one_another() -> None:
    waits = {"interventions.co_investment.memorandum": 5, "interventions.co_investment.spacing": 7}
    run, seen = lived(chosen_plan(), waits, **{f"firm{f}": lambda c, f=f: c.state.firm["addenda"][f] for f in range(6)})
    chosen = np.flatnonzero(run.context.state.firm["addenda"])
    assert len(chosen)
    months = {f: np.flatnonzero(np.diff(seen[f"firm{f}"], prepend=0.0)) for f in chosen}
    assert min(each[0] for each in months.values()) == BEFORE + 5
    assert all((np.diff(each) >= 7).all() for each in months.values())
    assert max(len(each) for each in months.values()) > 1
    assert flow(run, GRANTS)[: BEFORE + 5].sum() == 0.0


def test_firms_leave_support_and_live_on() -> None:
    _, seen = lived(
        chosen_plan(support=18), supported=lambda c: c.state.firm["supported"].sum(), active=lambda c: c.state.firm["active"][:6].sum()
    )
    assert seen["supported"][BEFORE] == seen["supported"][BEFORE + 17] == 3
    assert seen["supported"][BEFORE + 18] == 0
    assert seen["active"][-1] > 0


HOPELESS = {
    "lead_firms.fixed_cost": 3000,
    "lead_firms.capital": 12000,
    "lead_firms.credit_line": 0.2,
    "lead_firms.capital_spread": 0,
    "lead_firms.reliability_spread": 0,
    "lead_firms.turnover": 0.1,
}
"""Overhead that buying in these villages cannot carry."""


def test_a_firm_supported_beyond_its_own_worth_lives_only_while_supported() -> None:
    """Nothing tells the firm to close: it runs out of cash by its own rules, later where the programme pays its cost."""

    def living(running: float) -> np.ndarray:
        plan = chosen_plan(running=running, share_paid=0.9)
        _, seen = lived(
            plan, HOPELESS, living=lambda c: c.state.firm["active"][:6].sum(), kept=lambda c: np.sum(c.programme.held.leaves >= 0)
        )
        return seen["living"]

    alone, carried = living(0.0), living(1.0)
    assert alone[LAST] == 0, "without the subsidy none lives to the end of the programme"
    assert carried[LAST] == 3, "those chosen live as long as they are paid for"
    assert carried[-1] < 3, "and close afterwards"


def test_running_subsidies_open_villages_that_do_not_pay() -> None:
    def routes(running: float) -> tuple[float, float]:
        run, _ = lived(chosen_plan(running=running), {"lead_firms.route_running": 250})
        return float(column(run, "routes")[BEFORE + 12 : LAST].mean()), float(column(run, "routes")[-9:].mean())

    bare, paid = routes(0.0), routes(1.0)
    assert paid[0] > bare[0]
    assert paid[0] - bare[0] > paid[1] - bare[1], "they do not stay when the subsidy ends"


def test_what_the_facilitator_did_itself_is_missing_after_exit() -> None:
    plan = {
        "selection": {"act": "lead_firm_selection", "share": 0.1, "choose": 3},
        "brokers": {"act": "brokering", "share": 0.5},
    }

    def routes(substitution: float) -> tuple[float, float]:
        setting = {"interventions.brokering.substitution": substitution, "interventions.brokering.substitution_fade": 0.1}
        setting |= {"lead_firms.route_running": 200}
        found = np.array(
            [
                [column(lived(plan, setting, seed)[0], "routes")[months].mean() for months in (slice(BEFORE + 12, LAST), slice(-12, None))]
                for seed in range(4)
            ]
        )
        return tuple(found.mean(axis=0))  # type: ignore[return-value]

    little, much = routes(0.0), routes(0.9)
    assert much[0] > little[0], "while the facilitator works more villages are served"
    assert much[1] - much[0] < little[1] - little[0], "and more of them are lost after exit"
