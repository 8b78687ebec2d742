"""The best number of visits: one budget, more or fewer checks before firms are chosen (model 4, Claims and checks; P4)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from linkage_sim.engine import run_together, seed_of
from linkage_sim.experiments.patterns import pattern_file
from linkage_sim.programme.ledger import first_unit_cost, priced
from linkage_sim.scenario.load import load_scenario
from linkage_sim.scenario.scenario import Scenario

Numbers = NDArray[np.float64]
VISITS = (0, 1, 2, 3, 4, 6, 10, 16, 24)
SUPPLIERS_ONLY: Mapping[str, object] = {
    f"interventions.lead_firm_selection.weights.{name}": float(name == "suppliers")
    for name in ("suppliers", "links", "demand", "own_money", "viability", "reach", "gain", "reputation")
}
"""Weights with which only the number of suppliers counts."""

BOLD: Mapping[str, object] = {
    "interventions.lead_firm_selection.claim_guilt": 0.02,
    "interventions.lead_firm_selection.claim_penalty": 0.05,
}
"""Applicants who dislike lying little and fear no check."""


@dataclass(frozen=True)
class Sweep:
    """What each number of visits brings; arrays of shape (visits, worlds).

    Parameters
    ----------
    visits : per applicant
    cost : USD that call, applications and checks take of the budget; (visits,)
    suppliers : true suppliers of the firms chosen, together
    per_dollar : true suppliers behind 1,000 USD of the whole budget, of which only what checks leave supports them
    income : USD per household and year gained from the start of the programme against the same world without one
    overstated : claimed over true suppliers, mean over applicants
    """

    visits: tuple[int, ...]
    cost: Numbers
    suppliers: Numbers
    per_dollar: Numbers
    income: Numbers
    overstated: Numbers

    def best(self, values: Numbers) -> int:
        """Number of visits with the highest mean over worlds."""
        return self.visits[int(np.argmax(values.mean(axis=1)))]


def selection_cost(scenario: Scenario, visits: int) -> float:
    """USD that reading and checking every applicant costs with so many visits each."""
    act, terms = scenario.programme["selection"], scenario.facilitator
    checks = visits * scenario.facilitator.visit + getattr(act, "references", 0) * scenario.facilitator.call
    look = first_unit_cost(terms, scenario.interventions.lead_firm_selection.unit)
    return scenario.lead_firms.number * (look + priced(checks, terms.overhead, terms.unit_cost_factor))


def plan_with(visits: int, setting: Mapping[str, object]) -> Scenario:
    """The plan with so many visits; what they leave of the budget goes to the other two acts in their usual proportion.

    Raises
    ------
    ValueError
        where the budget does not pay for the checks.
    """
    usual = load_scenario(pattern_file("best_visits"), dict(setting))
    share = (selection_cost(usual, visits) + 1.0) / usual.facilitator.budget
    if share >= 1.0:
        raise ValueError(f"{visits} visits an applicant cost more than the budget of {usual.facilitator.budget:g} USD")
    brokers, growth = usual.programme["brokers"].share, usual.programme["growth"].share
    left = (1.0 - share) / (brokers + growth)
    plan = {
        "programme.selection.visits": visits,
        "programme.selection.share": share,
        "programme.brokers.share": brokers * left,
        "programme.growth.share": growth * left,
    }
    return load_scenario(pattern_file("best_visits"), {**setting, **plan})


def sweep(visits: Sequence[int], worlds: int, setting: Mapping[str, object] | None = None) -> Sweep:
    """Live every number of visits in the same worlds.

    Parameters
    ----------
    visits : per applicant, rising; worlds : replicates; setting : overrides for all runs, by dotted path
    """
    common = dict(setting or {})
    without = load_scenario(pattern_file("best_visits"), {**common, "facilitator.budget": 0.0})
    plans = [plan_with(number, common) for number in visits]
    budget = plans[0].facilitator.budget
    line = without.timeline
    years = (line.during + line.after) / 12.0
    suppliers, income, overstated = (np.zeros((len(visits), worlds)) for _ in range(3))
    for world in range(worlds):
        outcomes = [outcome for _, outcome in run_together([without, *plans], seed_of(without, world))]
        earned = [(each.households["during_income"] + each.households["after_income"]).mean() / years for each in outcomes]
        for place, outcome in enumerate(outcomes[1:]):
            claims = outcome.programme["claims"]
            suppliers[place, world] = sum(claim["true"] for claim in claims if claim["chosen"])
            overstated[place, world] = np.mean([claim["claimed"] / claim["true"] for claim in claims])
            income[place, world] = earned[place + 1] - earned[0]
    cost = np.array([selection_cost(plan, number) for plan, number in zip(plans, visits, strict=True)])
    left = (budget - cost) / budget
    return Sweep(tuple(visits), cost, suppliers, suppliers * left[:, None] / budget * 1000.0, income, overstated)
