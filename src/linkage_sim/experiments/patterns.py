"""Patterns of the model (model 1): small paired experiments that tests and figures share.

Every function runs purpose-made scenarios of ``scenarios/patterns`` over many seeds with common random numbers and
returns the numbers of each seed, so that a caller may test or draw them. Nothing here decides whether a pattern holds.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from linkage_sim.engine import Outcome, run_together, seed_of
from linkage_sim.scenario.load import load_scenario, shipped
from linkage_sim.scenario.scenario import Scenario

Numbers = NDArray[np.float64]
Setting = Mapping[str, object]
FULL_COVERAGE = 436_000.0
"""USD that train and equip every household of the P1 scenario at its unit costs."""


def pattern_file(name: str) -> Path:
    """Path of a shipped pattern scenario, such as ``p1_coverage``."""
    return shipped(f"patterns/{name}")


def paired_runs(
    name: str, settings: Sequence[Setting], replicates: int, measure: Callable[[Scenario, Outcome], Sequence[float]]
) -> Numbers:
    """Measure every setting in the same worlds.

    Parameters
    ----------
    name : pattern scenario
    settings : overrides by dotted path, one mapping a setting
    replicates : worlds
    measure : numbers of one run

    Returns
    -------
    (settings, replicates, numbers)
    """
    scenarios = [load_scenario(pattern_file(name), dict(setting)) for setting in settings]
    found: list[list[Sequence[float]]] = [[] for _ in scenarios]
    for replicate in range(replicates):
        seed = seed_of(scenarios[0], replicate)
        for place, (scenario, outcome) in enumerate(run_together(scenarios, seed)):
            found[place].append(measure(scenario, outcome))
    return np.array(found, dtype=float)


def column(outcome: Outcome, name: str) -> Numbers:
    """One monthly series of a run; (months,)."""
    return outcome.monthly[:, outcome.names.index(name)]


def coverage_gains(shares: Sequence[float], replicates: int, setting: Setting | None = None) -> tuple[Numbers, Numbers]:
    """P1: yearly gain per household served, at growing shares of villages covered.

    Parameters
    ----------
    shares : of villages covered, above 0; setting : overrides for all runs, such as more traders

    Returns
    -------
    gain of households served and of those not served, USD a year; both (shares, replicates); without a household not
    served the second is 0
    """
    common = dict(setting or {})
    served, others = np.zeros((len(shares), replicates)), np.zeros((len(shares), replicates))
    plans = [common | {"facilitator.budget": FULL_COVERAGE * share} for share in (0.0, *shares)]
    scenarios = [load_scenario(pattern_file("p1_coverage"), plan) for plan in plans]
    years = (scenarios[0].timeline.during + scenarios[0].timeline.after) / 12.0
    for replicate in range(replicates):
        outcomes = [outcome for _, outcome in run_together(scenarios, seed_of(scenarios[0], replicate))]
        income = [outcome.households["during_income"] + outcome.households["after_income"] for outcome in outcomes]
        for place, outcome in enumerate(outcomes[1:]):
            gain = (income[place + 1] - income[0]) / years
            was_served = outcome.households["trained"] > 0
            served[place, replicate] = gain[was_served].mean() if was_served.any() else 0.0
            others[place, replicate] = gain[~was_served].mean() if (~was_served).any() else 0.0
    return served, others


def quality_training(settings: Sequence[Setting], replicates: int) -> Numbers:
    """P3: adoption of quality practice (share) and yearly income after the programme (USD a household), without and with training.

    Returns
    -------
    (settings, 2, replicates, 2): setting; untrained, trained; world; adoption, income
    """

    def measure(scenario: Scenario, outcome: Outcome) -> Sequence[float]:
        line = scenario.timeline
        users = column(outcome, "quality_users")[line.before + 12 :].mean() / len(outcome.households)
        return users, outcome.households["after_income"].mean() / (line.after / 12.0)

    both: list[Setting] = []
    for setting in settings:
        both += [{**setting, "facilitator.budget": 0.0}, setting]
    found = paired_runs("p3_quality", both, replicates, measure)
    return found.reshape(len(settings), 2, replicates, 2)


def selection(settings: Sequence[Setting], replicates: int) -> Numbers:
    """P4: true suppliers of the firms chosen, of all applicants, of the best possible choice, and claimed over true.

    Returns
    -------
    (settings, replicates, 4)
    """

    def measure(scenario: Scenario, outcome: Outcome) -> Sequence[float]:
        claims = outcome.programme["claims"]
        chosen = [claim["true"] for claim in claims if claim["chosen"]]
        true = sorted(claim["true"] for claim in claims)
        overstated = [claim["claimed"] / claim["true"] for claim in claims]
        return float(np.mean(chosen)), float(np.mean(true)), float(np.mean(true[-len(chosen) :])), float(np.mean(overstated))

    return paired_runs("p4_selection", settings, replicates, measure)


def side_selling(settings: Sequence[Setting], replicates: int) -> Numbers:
    """P5: share of the contract kg due that is side-sold; (settings, replicates)."""

    def measure(scenario: Scenario, outcome: Outcome) -> Sequence[float]:
        return (column(outcome, "side_kg").sum() / max(1.0, column(outcome, "due_kg").sum()),)

    return paired_runs("p5_side_selling", settings, replicates, measure)[:, :, 0]


def after_exit(replicates: int) -> tuple[Numbers, Numbers, Numbers]:
    """P7: what lasts after exit.

    Returns
    -------
    linkages alive at exit that are still alive in each later year, as a share, with and without the programme
    (2, replicates, years after); households linked because of the programme by year (replicates, years);
    users of subsidised practices beyond those without subsidy by year (replicates, years)
    """

    def linked(scenario: Scenario, outcome: Outcome) -> Sequence[float]:
        alive = column(outcome, "still_linked") / np.maximum(column(outcome, "linked_before"), 1.0)
        return [*alive.reshape(-1, 12)[:, -1], *column(outcome, "linked.all").reshape(-1, 12).mean(axis=1)]

    plans = paired_runs("p7_after_exit", [{"facilitator.budget": 0.0}, {}], replicates, linked)
    years = plans.shape[2] // 2
    scenario = load_scenario(pattern_file("p7_after_exit"))
    after = scenario.timeline.after // 12
    survival = plans[:, :, :years][:, :, years - after :]
    more = (plans[1] - plans[0])[:, years:]

    def using(scenario: Scenario, outcome: Outcome) -> Sequence[float]:
        users = column(outcome, "quality_users") + column(outcome, "improved_users")
        return [float(value) for value in users.reshape(-1, 12).mean(axis=1)]

    subsidy = paired_runs("p7_subsidy", [{"facilitator.budget": 0.0}, {}], replicates, using)
    return survival, more, subsidy[1] - subsidy[0]
