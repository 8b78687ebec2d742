"""Every intervention alone, each with the same money, in the same worlds: its one-line effect."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from linkage_sim.engine import Outcome, run_together, seed_of
from linkage_sim.experiments.fairness import interval
from linkage_sim.experiments.patterns import column
from linkage_sim.scenario.effects import Interventions
from linkage_sim.scenario.load import load_scenario, shipped
from linkage_sim.scenario.scenario import Scenario

SHARE = 0.25
"""Part of the shipped apricot budget that each act gets."""
NEEDS_FIRMS = ("brokering", "co_investment", "contract_support", "processor_links")
NEEDS_STAFF_WORK = ("staff_coaching", "communication", "coordination", "reflection_session", "market_assessment", "lead_firm_selection")
CHOICE: dict[str, Any] = {"act": "lead_firm_selection", "share": 0.06, "choose": 3}
WORK: dict[str, dict[str, Any]] = {
    "z_brokers": {"act": "brokering", "share": 0.25, "after": "z_selection"},
    "z_training": {"act": "training", "share": 0.2},
}
Interval = tuple[float, float, float]


@dataclass(frozen=True)
class Effect:
    """What one act changes against the same plan without it; (mean, low, high), 90 % interval of the mean over worlds.

    Parameters
    ----------
    act : name, with what it is set to where it has two forms
    beside : acts that it has to stand beside, as it acts through them; both plans have them
    spent : USD of it spent
    income : USD per household and year from the start of the programme
    linked : households with a contract
    side : share of contract kg due that is side-sold
    users : households with improved or quality practice, as a share
    quality : share of grade A in what is picked
    """

    act: str
    beside: tuple[str, ...]
    spent: Interval
    income: Interval
    linked: Interval
    side: Interval
    users: Interval
    quality: Interval


def acts_to_try() -> Iterator[tuple[str, dict[str, Any], dict[str, dict[str, Any]]]]:
    """Name, act and the acts it stands beside, for every act of the table of interventions."""
    for name in Interventions.model_fields:
        if name == "data":
            continue
        act: dict[str, Any] = {"act": name, "share": SHARE}
        beside: dict[str, dict[str, Any]] = {}
        if name in NEEDS_FIRMS or name in NEEDS_STAFF_WORK:
            beside["z_selection"] = CHOICE
        if name in NEEDS_STAFF_WORK:
            beside |= WORK
        if name == "lead_firm_selection":  # instead of a choice on claims, not besides one
            act = {**CHOICE, "share": SHARE, "visits": 2}
            beside = {"z_selection": {**CHOICE, "rule": "claims"}, **WORK}
        yield name, act, beside
        if name == "business_skills":
            yield f"{name} (entrepreneurs)", {**act, "who": "entrepreneurs"}, beside


def plans(act: Mapping[str, Any], beside: Mapping[str, Mapping[str, Any]], setting: Mapping[str, Any]) -> tuple[Scenario, Scenario]:
    """The plan without an act and the plan with it."""
    without = dict(beside)
    having: dict[str, Mapping[str, Any]] = {**beside, "one": act}
    if act["act"] == "lead_firm_selection":
        having = {**{name: other for name, other in beside.items() if name != "z_selection"}, "z_selection": act}
    folder = shipped("apricot/baseline")
    both = [
        load_scenario(folder, {**setting, **{f"programme.{name}": dict(each) for name, each in plan.items()}}) for plan in (without, having)
    ]
    return both[0], both[1]


def numbers_of(scenario: Scenario, outcome: Outcome) -> dict[str, float]:
    """What is compared of one run, from the start of the programme."""
    line = scenario.timeline
    months = slice(line.before, None)
    households = outcome.households
    years = (line.during + line.after) / 12.0
    name = "one" if "one" in scenario.programme else "z_selection"
    return {
        "spent": float(outcome.programme["spent"].get(name, 0.0)),
        "income": float((households["during_income"] + households["after_income"]).mean()) / years,
        "linked": float(column(outcome, "linked.all")[months].mean()),
        "side": float(column(outcome, "side_kg")[months].sum() / max(1.0, column(outcome, "due_kg")[months].sum())),
        "users": float((column(outcome, "improved_users") + column(outcome, "quality_users"))[months].mean() / 2.0 / len(households)),
        "quality": float(column(outcome, "grade_a_kg")[months].sum() / max(1.0, column(outcome, "picked_kg")[months].sum())),
    }


def one_act_effects(worlds: int, setting: Mapping[str, Any] | None = None, only: Sequence[str] | None = None) -> list[Effect]:
    """Live every act alone, and the same plan without it, in the same worlds.

    Parameters
    ----------
    worlds : replicates, 2 or more for an interval
    setting : overrides for all runs, by dotted path
    only : acts to try; None for all

    Returns
    -------
    effects in the order of the table of interventions
    """
    tried = [each for each in acts_to_try() if only is None or each[1]["act"] in only]
    pairs = [plans(act, beside, setting or {}) for _, act, beside in tried]
    differences: list[dict[str, list[float]]] = [{} for _ in tried]
    for world in range(worlds):
        scenarios = {scenario.hash(): scenario for pair in pairs for scenario in pair}
        seed = seed_of(pairs[0][0], world)
        lived = {scenario.hash(): numbers_of(scenario, outcome) for scenario, outcome in run_together(list(scenarios.values()), seed)}
        for place, (without, having) in enumerate(pairs):
            for name, value in lived[having.hash()].items():
                less = 0.0 if name == "spent" else lived[without.hash()][name]
                differences[place].setdefault(name, []).append(value - less)
    return [
        Effect(name, tuple(sorted({each["act"] for each in beside.values()})), **{word: interval(values) for word, values in found.items()})
        for (name, _, beside), found in zip(tried, differences, strict=True)
    ]


def effects_page(worlds: int) -> str:
    """Markdown page with one line for every act."""
    budget = load_scenario(shipped("apricot/baseline")).facilitator.budget
    lines = [
        "# What each intervention does alone",
        "",
        f"Every act with the same {100 * SHARE:.0f} % of the shipped apricot budget ({SHARE * budget:,.0f} USD) in the shipped region,",
        f"against the same plan without it in the same {worlds} worlds; 90 % interval of the mean in brackets. From the start of the",
        "programme to three years after it. Acts that work through others stand beside them in both plans (second column): a firm must be",
        "chosen before it can be introduced, and coaching changes nothing where staff do nothing. Not one of these lines says what an act",
        "does beside others; P1 and P3 show that this can be more or less. Numbers follow the assumptions of `interventions.md`, most of",
        "which are judgement. An act that cannot place its money returns the rest. Made by `python docs/build.py effects`.",
        "",
        "| act | beside | spent, USD | income, USD per household and year | households linked | side-selling, points "
        "| users of practices, points | grade A, points |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for each in one_act_effects(worlds):
        beside = ", ".join(f"`{name}`" for name in each.beside) or "-"
        cells = [
            _cell(each.income, 1, 2),
            _cell(each.linked, 1, 1),
            *(_cell(value, 100, 2) for value in (each.side, each.users, each.quality)),
        ]
        lines.append(f"| `{each.act}` | {beside} | {each.spent[0]:,.0f} | {' | '.join(cells)} |")
    return "\n".join([*lines, ""])


def _cell(value: Interval, factor: float, digits: int) -> str:
    """Mean and interval; bold where the interval leaves out 0."""
    mean, low, high = (factor * each for each in value)
    text = f"{mean:+.{digits}f} ({low:.{digits}f} to {high:.{digits}f})"
    return f"**{text}**" if low > 0.0 or high < 0.0 else text if np.isfinite(mean) else "-"
