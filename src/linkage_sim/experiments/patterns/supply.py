"""P1 to P3: what training and equipment bring where nobody pays more for more or better fruit."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from linkage_sim.engine import Outcome, run_together, seed_of
from linkage_sim.experiments.patterns.common import (
    CHAIN,
    Claim,
    Numbers,
    Panel,
    Setting,
    Shown,
    column,
    income_of,
    paired_runs,
    pattern_file,
)
from linkage_sim.scenario.load import load_scenario
from linkage_sim.scenario.scenario import Scenario

FULL_COVERAGE = 218_000.0
"""USD that train and equip every household of the P1 scenario at its unit costs."""
SHARES = (0.05, 0.25, 0.5, 1.0)
CONNECTED: Setting = {"traders.number": 100, f"{CHAIN}.city.size": 100}


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
        income = [income_of(outcome) for outcome in outcomes]
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


def show_p1(worlds: int) -> Shown:
    """P1 over some worlds."""
    served, others = coverage_gains(SHARES, worlds)
    usd = "{:.1f} against {:.1f} USD"
    return Shown(
        1,
        "Coverage of a supply-side programme",
        "The more villages a supply-side programme covers, the less each household it serves gains",
        "The bazaar price falls along a thin local demand, and the few traders who take fruit away pay less for more of it.",
        ("p1_coverage",),
        (
            Claim("gain per household served is more at 25 % than at 50 % of villages", served[1], served[2], usd),
            Claim("and more at 50 % than at 100 %", served[2], served[3], usd),
            Claim("half the gain at 5 % is more than the gain at 100 %", 0.5 * served[0], served[3], usd),
            Claim("households not served lose at 50 %", 0.0, others[2], "no change against {1:.1f} USD"),
        ),
        (
            Panel(
                "", "share of villages covered (%)", "gain, USD a year", [100 * share for share in SHARES],
                {"households served": served, "households not served": np.where(np.array(SHARES)[:, None] < 1.0, others, np.nan)},
            ),
        ),
        worlds=worlds,
    )  # fmt: skip


def show_p2(worlds: int) -> Shown:
    """P2 over some worlds."""
    shares = SHARES[1:]
    thin, _ = coverage_gains(shares, worlds)
    connected, _ = coverage_gains(shares, worlds, CONNECTED)
    usd = "{:.1f} against {:.1f} USD"
    return Shown(
        2,
        "The same with well-connected bazaars",
        "With well-connected bazaars P1 nearly vanishes",
        "Arbitrage by many traders pins the bazaar price to that of a large city.",
        ("p1_coverage",),
        (
            Claim("the gain falls more from 25 % to 100 % with 3 traders than with 100 and a large city", thin[0] - thin[2],
                  connected[0] - connected[2], "{:.1f} against {:.1f} USD less"),
            Claim("there the gain at 100 % is more than 85 % of that at 25 %", connected[2], 0.85 * connected[0], usd),
        ),
        (
            Panel(
                "", "share of villages covered (%)", "gain, USD a year", [100 * share for share in shares],
                {"3 traders a bazaar": thin, "100 traders, large city": connected},
            ),
        ),
        worlds=worlds,
    )  # fmt: skip


def show_p3(worlds: int) -> Shown:
    """P3 over some worlds."""
    premium, firms = f"{CHAIN}.bazaar.grade_premium", "lead_firms.number"
    settings: list[Setting] = [{premium: 0.0, firms: 0}, {premium: 0.25, firms: 0}, {premium: 0.0, firms: 6}]
    found = quality_training(settings, worlds)
    adoption = found[:, 1, :, 0] - found[:, 0, :, 0]
    income = found[:, 1, :, 1] - found[:, 0, :, 1]
    nothing = 0.01 * found[0, 0, :, 1]
    points, usd = "{:.3f} against {:.3f} of households", "{:.2f} against {:.2f} USD"
    names = ["nobody", "bazaar\n(25 %)", "lead firms"]
    return Shown(
        3,
        "Who pays for quality?",
        "Training in quality moves practice and income little where nobody pays for quality",
        "Households compare what a practice is expected to earn with what it costs.",
        ("p3_quality",),
        (
            Claim("without a payer training adds less than 2 points of users", 0.02, adoption[0], points),
            Claim("and raises income by less than 1 %", nothing, income[0], usd),
            Claim("and lowers it by less than 1 %", income[0], -nothing, usd),
            Claim("a paying bazaar: more than five times the users that training adds without payer", adoption[1], 5 * adoption[0], points),
            Claim("paying firms: more than five times as well", adoption[2], 5 * adoption[0], points),
            Claim("a paying bazaar: training raises income more than without payer", income[1], income[0], usd),
        ),
        (
            Panel("Users that training adds", "who pays for quality", "households", names, {"training": adoption}, percent=True),
            Panel("Income that training adds", "who pays for quality", "USD a household and year", names, {"training": income}),
        ),
        "With paying firms the added income is within noise: firms' own extension has taught much already, and their orders limit what "
        "they buy.",
        worlds=worlds,
    )  # fmt: skip
