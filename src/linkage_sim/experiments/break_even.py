"""At which unit costs the ranking turns: the better plan again, with all it buys made dearer (model 4, Fairness)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from linkage_sim.results.pairing import RATIOS, Sample, difference, ratio_of
from linkage_sim.scenario.pages import ACTS_THROUGH
from linkage_sim.scenario.scenario import Scenario

FACTORS = (1.25, 1.5, 2.0, 3.0, 4.0)
MOST_REPLICATES = 10
MEASURE, PER_DOLLAR = "income_gain", "income_per_dollar"
Samples = Mapping[str, Sequence[Sample]]
Simulate = Callable[[Sequence[Scenario], int], list[list[Sample]]]
"""Run scenarios in the first so many worlds; samples by scenario, then by replicate."""


def family(act: str) -> str:
    """Side that an act belongs to in the model document: supply, demand or organisation."""
    return ACTS_THROUGH[act][0]


def gain(samples: Samples, name: str, baseline: str, first: int | None = None) -> float:
    """Mean income gained per household and year over worlds, against the baseline twin."""
    found = _against(samples[name][:first], samples[baseline][:first])
    return 0.0 if found is None else found.mean


def _against(own: Sequence[Sample], other: Sequence[Sample]) -> Any:
    key = ("income", "all")
    return difference([s.levels[key] for s in own], [s.levels[key] for s in other], "higher")


def per_dollar(own: Sequence[Sample], base: Sequence[Sample]) -> float | None:
    """Income gained per programme dollar over worlds; None where nothing was spent."""
    each = next(ratio for ratio in RATIOS if ratio.name == "income_per_dollar")
    found = ratio_of(each, own, base, "all")
    return None if found is None else found.mean


def side_pair(plans: Sequence[Scenario], gains: Mapping[str, float]) -> tuple[str, str] | None:
    """The best plan of supply acts only and that of demand acts only, the better first; None where one is missing."""
    best: dict[str, str] = {}
    for plan in plans:
        sides = {family(act.act) for act in plan.programme.values()} - {"organisation"}
        if len(sides) == 1:
            side = sides.pop()
            usual = f"{side}_side_only"
            if side not in best or plan.name == usual or (best[side] != usual and gains[plan.name] > gains[best[side]]):
                best[side] = plan.name
    if len(best) < 2:
        return None
    one, other = sorted(best.values(), key=lambda name: -gains[name])
    return one, other


def break_even_of(scenarios: Sequence[Scenario], samples: Samples, baseline: str, simulate: Simulate) -> list[dict[str, Any]]:
    """Break-even of the two best plans, and of the two sides where these are others.

    Parameters
    ----------
    samples : of all scenarios, by replicate
    simulate : runs dearer versions of a plan

    Returns
    -------
    plain data of each pair; empty with fewer than two plans
    """
    plans = [scenario for scenario in scenarios if scenario.programme]
    if len(plans) < 2:
        return []
    gains = {plan.name: gain(samples, plan.name, baseline) for plan in plans}
    ranked = sorted(gains, key=lambda name: -gains[name])
    top = (ranked[0], ranked[1])
    sides = side_pair(plans, gains)
    worlds = min(MOST_REPLICATES, len(samples[baseline]))
    winners = [plan for plan in plans if plan.name in {top[0], sides[0] if sides else ""}]
    dearer = [_dearer(plan, factor) for plan in winners for factor in FACTORS]
    found = simulate(dearer, worlds)
    courses = {plan.name: found[number * len(FACTORS) : (number + 1) * len(FACTORS)] for number, plan in enumerate(winners)}
    titles = {plan.name: plan.title for plan in plans}
    pairs = [top] if sides is None or sides == top else [top, sides]
    return [_pair(pair, samples, baseline, courses[pair[0]], worlds, titles) for pair in pairs]


def _dearer(plan: Scenario, factor: float) -> Scenario:
    terms = plan.facilitator.model_copy(update={"unit_cost_factor": plan.facilitator.unit_cost_factor * factor})
    return plan.model_copy(update={"facilitator": terms})


def _pair(
    pair: tuple[str, str],
    samples: Samples,
    baseline: str,
    courses: Sequence[Sequence[Sample]],
    worlds: int,
    titles: Mapping[str, str],
) -> dict[str, Any]:
    """Break-even of one pair, per budget and per dollar spent.

    Gains at today's costs are means over all worlds; how they change with costs was seen in the first of them.
    """
    winner, runner_up = pair
    factors = [1.0, *FACTORS]
    lead = _against(samples[winner], samples[runner_up])
    found: dict[str, Any] = {
        "pair": [winner, runner_up],
        "measure": MEASURE,
        "factors": factors,
        "replicates": worlds,
        "lead": {"mean": lead.mean, "low": lead.low, "high": lead.high, "share_better": lead.share_better},
    }
    per_budget = _course(samples, pair, baseline, courses, lambda own, base: _against(own, base).mean)
    dollars = _course(samples, pair, baseline, courses, per_dollar)
    found |= per_budget
    found["per_dollar"] = {"measure": PER_DOLLAR, **dollars}
    names = (titles[winner], titles[runner_up])
    words = [_words(names, per_budget["turns_at"], lead.low > 0.0, worlds), _dollar_words(names, dollars)]
    return found | {"text": " ".join(words)}


def _course(
    samples: Samples,
    pair: tuple[str, str],
    baseline: str,
    courses: Sequence[Sequence[Sample]],
    value: Callable[[Sequence[Sample], Sequence[Sample]], float | None],
) -> dict[str, Any]:
    """What the winner gains at each cost factor, what the runner-up gains, and where the two meet.

    Gains are None from the factor on at which nothing can be bought any more.
    """
    base = samples[baseline]
    worlds = len(courses[0])
    today, other = (value(samples[name], base) for name in pair)
    first = value(samples[pair[0]][:worlds], base[:worlds])
    gains = [today]
    for own in courses:
        then = value(own, base[:worlds])
        gains.append(None if today is None or first is None or then is None else today + then - first)
    known = [gain for gain in gains if gain is not None]
    turns = None
    if other is not None and known and gains[0] is not None:
        turns = turning_point([1.0, *FACTORS][: len(known)], known, other)
    return {"gain_winner": gains, "gain_runner_up": other, "turns_at": turns}


def turning_point(factors: Sequence[float], gains: Sequence[float], other: float) -> float | None:
    """Cost factor at which a falling gain meets another, between neighbours by a straight line.

    Returns
    -------
    None where it stays above to the end; the first factor where it never was above.
    """
    if gains[0] <= other:
        return factors[0]
    for (one, high), (two, low) in zip(zip(factors, gains, strict=True), zip(factors[1:], gains[1:], strict=True), strict=False):
        if low <= other:
            return one + (two - one) * (high - other) / (high - low)
    return None


def _words(names: tuple[str, str], turns: float | None, is_clear: bool, worlds: int) -> str:
    one = f'"{names[0]}"' if is_clear else f'"{names[0]}", whose lead may be chance,'
    other, seen = f'"{names[1]}"', f"({worlds} worlds)"
    if turns is None:
        return f"At equal budget, {one} stays ahead of {other} even at {FACTORS[-1]:g} times its unit costs {seen}."
    if turns <= 1.0:
        return f"At equal budget, {one} is level with {other} at today's unit costs."
    return f"At equal budget, {one} falls behind {other} at {turns:.2f} times its unit costs {seen}."


def _dollar_words(names: tuple[str, str], dollars: Mapping[str, Any]) -> str:
    own, other, turns = dollars["gain_winner"][0], dollars["gain_runner_up"], dollars["turns_at"]
    if own is None or other is None:
        return "Per dollar spent they cannot be compared: one of them spent nothing."
    if turns is None:
        return "Per dollar spent it stays ahead as well."
    if turns <= 1.0:
        return f'Per dollar spent, "{names[1]}" is ahead already today ({other:.2f} against {own:.2f} USD).'
    return f"Per dollar spent that happens at {turns:.2f} times its unit costs."
