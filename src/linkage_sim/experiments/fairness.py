"""Whether a silent default decides the ranking: the same plans under other assumptions (model 4, Fairness)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from linkage_sim.engine import run_together, seed_of
from linkage_sim.experiments.patterns import column
from linkage_sim.scenario.load import load_scenario, shipped

PLANS = ("supply_side_only", "demand_side_only", "combined")
CHAIN = "value_chains.apricot"

SETTINGS: dict[str, Mapping[str, object]] = {
    "as shipped": {},
    "firms buy hardly anything before the programme": {
        f"{CHAIN}.end_markets.premium.orders": 2500,
        f"{CHAIN}.end_markets.regional.orders": 2500,
    },
    "firms buy much before the programme": {
        f"{CHAIN}.end_markets.premium.orders": 45000,
        f"{CHAIN}.end_markets.regional.orders": 45000,
    },
    "training costs half": {
        "interventions.training.unit.staff_months": 0.05,
        "interventions.training.unit.visits": 0.25,
        "interventions.training.unit.materials": 35,
    },
    "training costs twice": {
        "interventions.training.unit.staff_months": 0.2,
        "interventions.training.unit.visits": 1.0,
        "interventions.training.unit.materials": 140,
    },
    "co-investment brings half the orders": {"interventions.co_investment.orders": 0.866},
    "co-investment brings twice the orders": {"interventions.co_investment.orders": 3.464},
    "firms know no large suppliers": {"lead_firms.large_reach": 0.0},
    "firms know twice as many large suppliers": {"lead_firms.large_reach": 0.2},
    "bazaars pay nothing for grade A": {f"{CHAIN}.bazaar.grade_premium": 0.0},
    "bazaars pay 25 % for grade A": {f"{CHAIN}.bazaar.grade_premium": 0.25},
    "storage kit saves half as much": {"interventions.storage.loss_cut": 0.2},
    "traders act as in Cournot": {"traders.conduct": 0.1667},
    "orchards of 0.64 ha": {f"{CHAIN}.assets.median": 0.64},
    "premium market pays 2.0 USD/kg": {f"{CHAIN}.end_markets.premium.price": 2.0},
}
"""Assumptions that a trial of the equations found able to move the ranking, and some that might."""


@dataclass(frozen=True)
class Ranking:
    """Gain by plan under one setting.

    Parameters
    ----------
    setting : in words
    firm_share : share of output sold to firms before the programme
    gains : plan -> (mean, low, high) USD per household and year from the start of the programme, 90 % interval of the mean
    gap : demand-side less supply-side gain, (mean, low, high)
    ahead : worlds in which the demand-side plan gains more
    worlds : replicates
    """

    setting: str
    firm_share: float
    gains: dict[str, tuple[float, float, float]]
    gap: tuple[float, float, float]
    ahead: int
    worlds: int


def interval(values: Sequence[float]) -> tuple[float, float, float]:
    """Mean and its 90 % interval (Student's t)."""
    numbers = np.asarray(values, dtype=float)
    half = float(stats.t.ppf(0.95, len(numbers) - 1) * numbers.std(ddof=1) / np.sqrt(len(numbers))) if len(numbers) > 1 else 0.0
    mean = float(numbers.mean())
    return mean, mean - half, mean + half


def ranking(setting: str, overrides: Mapping[str, object], replicates: int) -> Ranking:
    """Run the shipped plans and their baseline under one setting."""
    scenarios = [load_scenario(shipped(f"apricot/{name}"), dict(overrides)) for name in ("baseline", *PLANS)]
    line = scenarios[0].timeline
    years = (line.during + line.after) / 12.0
    gains: dict[str, list[float]] = {name: [] for name in PLANS}
    shares = []
    for replicate in range(replicates):
        income = {}
        for scenario, outcome in run_together(scenarios, seed_of(scenarios[0], replicate)):
            households = outcome.households
            income[scenario.name] = float((households["during_income"] + households["after_income"]).mean()) / years
            if scenario.name == "baseline":
                before = slice(0, line.before)
                to_firms = column(outcome, "contract_kg")[before].sum() + column(outcome, "rival_kg")[before].sum()
                shares.append(float(to_firms / column(outcome, "picked_kg")[before].sum()))
        for name in PLANS:
            gains[name].append(income[name] - income["baseline"])
    gap = np.array(gains["demand_side_only"]) - np.array(gains["supply_side_only"])
    return Ranking(
        setting, float(np.mean(shares)), {name: interval(values) for name, values in gains.items()}, interval(gap.tolist()),
        int((gap > 0).sum()), replicates,
    )  # fmt: skip
