"""The budget split frontier: one budget moved step by step from one side to the other, with and without organisation spending."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from linkage_sim.compiled import model_version
from linkage_sim.errors import EngineError
from linkage_sim.experiments.break_even import family
from linkage_sim.experiments.compare import simulated
from linkage_sim.experiments.executors import Progress, Workers, jobs_for, silent
from linkage_sim.experiments.worker import compile_once, with_seed
from linkage_sim.results.folders import check_writable, new_folder
from linkage_sim.results.measures import MEASURES
from linkage_sim.results.pairing import Sample, difference
from linkage_sim.scenario.load import load_scenario, scenario_from_resolved
from linkage_sim.scenario.scenario import Scenario, digest

if TYPE_CHECKING:
    import pandas as pd

WHOLE = ("market_assessment", "lead_firm_selection")
"""Acts of which half cannot be bought: they keep their share as long as their side's part of the budget reaches."""
WITH, WITHOUT = "with organisation spending", "without organisation spending"
BEST_DRAWS = 1000


@dataclass(frozen=True)
class Frontier:
    """Gains of a budget split between two plans.

    Parameters
    ----------
    folder : where table and picture are written; None where they were not
    measure : what is compared, with its unit
    ends : titles of the two plans
    organisation : share of the budget that organisation spending takes on the line that has it
    frame : one row for every line and split: ``line``, ``split`` (share of the second plan), ``mean``, ``low``, ``high`` (90 %, paired
        to the baseline), ``share_better``, ``unspent`` (share of the budget), ``near_best`` (its paired difference to the best split of
        its line may be zero), ``share_best`` (of drawings of worlds in which it is the best of its line), ``worlds``
    """

    folder: Path | None
    measure: str
    unit: str
    ends: tuple[str, str]
    organisation: float
    frame: pd.DataFrame

    def in_words(self) -> str:
        """The best split of each line, and which others cannot be told from it."""
        said = []
        for line, own in self.frame.groupby("line", sort=False):
            best = own.sort_values("mean").iloc[-1]
            near = [f"{100 * split:.0f}" for split in own.loc[own["near_best"] & (own["split"] != best["split"]), "split"]]
            told = f"{', '.join(near)} % cannot be told from it" if near else "no other split comes close"
            said.append(
                f'{str(line).capitalize()}, {100 * best["split"]:.0f} % on "{self.ends[1]}" gains most '
                f"({best['mean']:.1f} {self.unit}, {best['low']:.1f} to {best['high']:.1f}); {told}."
            )
        return " ".join(said)


def splits_of(
    supply: Scenario, demand: Scenario, splits: Sequence[float], organisation: float, whole: Sequence[str] = WHOLE
) -> list[Scenario]:
    """Plans that give a share of the budget to the acts of one plan and the rest to those of another.

    Organisation acts are taken out of both plans first; together they get ``organisation`` at every split. What each plan gave its
    other acts keeps its proportions, except that acts of ``whole`` keep their share of the budget where there is enough for it.

    Parameters
    ----------
    supply, demand : plans of one world and one budget
    splits : shares for ``demand``, 0..1
    organisation : share of the budget for organisation acts of either plan, 0..1; 0 leaves them out

    Raises
    ------
    EngineError
        for plans of different worlds or budgets, or a plan that has nothing but organisation acts.
    """
    _check(supply, demand, splits, organisation)
    own = {name: act for name, act in supply.programme.items() if family(act.act) != "organisation"}
    other = {name: act for name, act in demand.programme.items() if family(act.act) != "organisation"}
    others = {f"{name}_2" if name in own else name: act for name, act in other.items()}
    renamed = {name: f"{name}_2" for name in other if name in own}
    apart = {name: act for plan in (supply, demand) for name, act in plan.programme.items() if family(act.act) == "organisation"}
    of_apart = sum(act.share for act in apart.values())
    found = []
    for split in splits:
        rest = 1.0 - (organisation if apart else 0.0)
        shares = {
            **_scaled({name: (act.act, act.share) for name, act in own.items()}, rest * (1.0 - split), whole),
            **_scaled({name: (act.act, act.share) for name, act in others.items()}, rest * split, whole),
        }
        if organisation > 0.0 and of_apart > 0.0:
            shares |= {name: act.share * organisation / of_apart for name, act in apart.items()}
        programme: dict[str, Any] = {}
        for name, share in shares.items():
            act = {**own, **others, **apart}[name].model_dump(mode="json")
            for key in ("after", "until"):
                if name in others and act.get(key) in renamed:
                    act[key] = renamed[act[key]]
                if act.get(key) is not None and shares.get(act[key], 0.0) <= 0.0:
                    act[key] = None
            if share > 0.0:
                programme[name] = act | {"share": round(share, 12)}
        found.append(_plan(supply, f"split_{round(100 * split):03d}_{'with' if organisation > 0.0 else 'without'}", programme))
    return found


def _plan(supply: Scenario, name: str, programme: Mapping[str, Any]) -> Scenario:
    data = supply.resolved() | {"name": name, "title": name.replace("_", " "), "story": "", "programme": dict(programme)}
    return scenario_from_resolved(data)


def _scaled(acts: Mapping[str, tuple[str, float]], part: float, whole: Sequence[str]) -> dict[str, float]:
    """Shares of one side's acts that fill its part of the budget."""
    fixed = {name: share for name, (act, share) in acts.items() if act in whole}
    free = {name: share for name, (act, share) in acts.items() if act not in whole}
    if part <= 0.0 or not acts:
        return dict.fromkeys(acts, 0.0)
    if sum(fixed.values()) < part and sum(free.values()) > 0.0:
        factor = (part - sum(fixed.values())) / sum(free.values())
        return fixed | {name: share * factor for name, share in free.items()}
    every = {name: share for name, (_, share) in acts.items()}
    return {name: share * part / sum(every.values()) for name, share in every.items()}


def _check(supply: Scenario, demand: Scenario, splits: Sequence[float], organisation: float) -> None:
    if not all(0.0 <= split <= 1.0 for split in splits) or not 0.0 <= organisation < 1.0:
        raise EngineError("shares of the budget must lie between 0 and 1")
    if supply.facilitator != demand.facilitator:
        raise EngineError(f'"{supply.title}" and "{demand.title}" have different facilitators or budgets; give both the same')
    if supply.timeline != demand.timeline or supply.model_copy(update={"seed": demand.seed}).world_hash() != demand.world_hash():
        raise EngineError(f'"{supply.title}" and "{demand.title}" live in different worlds; give both the same')
    for plan in (supply, demand):
        if not any(act.share > 0.0 and family(act.act) != "organisation" for act in plan.programme.values()):
            raise EngineError(f'"{plan.title}" spends nothing on farmers or firms, so there is nothing to split')


def frontier(
    supply: str | Path | Scenario,
    demand: str | Path | Scenario,
    splits: int = 11,
    replicates: int = 10,
    *,
    organisation: float | None = None,
    measure: str = "income",
    seed: int | None = None,
    jobs: int | None = None,
    out: str | Path | None = "results",
    whole: Sequence[str] = WHOLE,
    progress: Progress = silent,
) -> Frontier:
    """Move one budget from a supply-side plan to a demand-side plan and see what it gains, in the same worlds.

    Parameters
    ----------
    supply, demand : plans (files or scenarios) of one world and one budget
    splits : how many, evenly from all on ``supply`` to all on ``demand``; 2 or more
    replicates : worlds, 2 or more
    organisation : share of the budget for organisation acts on the line that has them; None for the larger share of the two plans
    measure : name of a measure that is compared with the baseline
    out : folder of results; None writes nothing
    whole : acts of which half cannot be bought

    Raises
    ------
    ScenarioError, EngineError, ResultsError
        for files that are wrong, plans that cannot be split, an unknown measure, a folder that cannot be written.
    """
    if splits < 2 or replicates < 2:
        raise EngineError(f"splits and replicates must be 2 or more, not {splits} and {replicates}")
    known = {each.name: each for each in MEASURES if each.relative and "whole" in each.windows and each.better != "neither"}
    if measure not in known:
        raise EngineError(f"no measure {measure!r} can be compared over the whole time; known: {', '.join(known)}")
    own, other = (with_seed(each if isinstance(each, Scenario) else load_scenario(each), seed) for each in (supply, demand))
    other = with_seed(other, own.seed)
    taken = max(_organisation(own), _organisation(other)) if organisation is None else organisation
    at = [round(float(each), 6) for each in np.linspace(0.0, 1.0, splits)]
    lines = {WITHOUT: splits_of(own, other, at, 0.0, whole)}
    if taken > 0.0:
        lines = {WITH: splits_of(own, other, at, taken, whole), **lines}
    baseline = _plan(own, "baseline", {})
    plans = [plan for line in lines.values() for plan in line]
    if out is not None:
        check_writable(Path(out))
    compile_once(plans, progress)
    with Workers(jobs_for(jobs, replicates)) as workers:
        base, *samples = simulated(workers, [baseline, *plans], replicates, progress, "worlds")
    frame = _table(lines, at, base, samples, known[measure].name, known[measure].better, own.facilitator.budget)
    found = Frontier(None, measure, known[measure].unit, (own.title, other.title), taken, frame)
    if out is None:
        return found
    named = digest([[plan.hash() for plan in plans], replicates, own.seed, measure, model_version()])[:8]
    folder = Path(out) / f"frontier-{named}"
    about = {
        "ends": list(found.ends), "measure": measure, "unit": found.unit, "organisation": taken, "replicates": replicates, "seed": own.seed,
        "whole": list(whole), "model_version": model_version(), "words": found.in_words(),
    }  # fmt: skip
    with new_folder(Path(out), folder.name) as part:
        frame.to_csv(part / "frontier.csv", index=False, lineterminator="\n")
        (part / "frontier.json").write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")
        import_module("linkage_sim.report.frontier").write_picture(found, part)  # a room that builds on this one
    return replace(found, folder=folder)


def _organisation(plan: Scenario) -> float:
    return sum(act.share for act in plan.programme.values() if family(act.act) == "organisation")


def _table(
    lines: Mapping[str, Sequence[Scenario]], at: Sequence[float], base: Sequence[Sample], samples: Sequence[Sequence[Sample]], measure: str,
    better: Any, budget: float,
) -> pd.DataFrame:  # fmt: skip
    """Gains of all lines and splits."""
    import pandas as pd

    key = (measure, "all")
    sign = -1.0 if better == "lower" else 1.0
    rng = np.random.default_rng(1)
    rows = []
    for place, line in enumerate(lines):
        own = samples[place * len(at) : (place + 1) * len(at)]
        gains = np.array([[_gap(s.levels[key], b.levels[key]) for s, b in zip(each, base, strict=True)] for each in own])
        if np.isnan(gains).any():
            raise EngineError(f"{measure} cannot be said in every world; choose another measure")
        best = int((sign * gains.mean(axis=1)).argmax())
        drawn = rng.integers(len(base), size=(BEST_DRAWS, len(base)))
        wins = np.bincount((sign * gains[:, drawn].mean(axis=2)).argmax(axis=0), minlength=len(at)) / BEST_DRAWS
        for number, (split, each) in enumerate(zip(at, own, strict=True)):
            found = difference([s.levels[key] for s in each], [s.levels[key] for s in base], better)
            gap = difference([s.levels[key] for s in each], [s.levels[key] for s in own[best]], better)
            assert found is not None
            assert gap is not None
            unspent = sum(s.programme["returned"] + s.programme["unassigned"] for s in each) / len(each) / budget
            rows.append(
                {
                    "line": line, "split": split, "mean": found.mean, "low": found.low, "high": found.high,
                    "share_better": found.share_better, "unspent": unspent, "near_best": number == best or gap.low <= 0.0 <= gap.high,
                    "share_best": float(wins[number]), "worlds": len(base),
                }
            )  # fmt: skip
    return pd.DataFrame(rows)


def _gap(own: float | None, base: float | None) -> float:
    return float("nan") if own is None or base is None else own - base
