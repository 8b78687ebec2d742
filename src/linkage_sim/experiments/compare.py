"""Scenarios against a baseline, pair by pair: same worlds, same luck, same budget."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from linkage_sim import __version__
from linkage_sim.compiled import model_version
from linkage_sim.errors import EngineError, ResultsError
from linkage_sim.experiments.break_even import break_even_of, family
from linkage_sim.experiments.executors import Progress, Workers, jobs_for, silent
from linkage_sim.experiments.register import map_of, register_of, sources_of
from linkage_sim.experiments.worker import Replicate, compile_once, live, remove_parts, with_seed
from linkage_sim.results.comparison import FORMAT, Comparison, open_comparison, write_comparison
from linkage_sim.results.declare import row_name
from linkage_sim.results.folders import LARGEST_GAP, check_writable, now
from linkage_sim.results.measures import FIRM_SHARE
from linkage_sim.results.observed import ALL
from linkage_sim.results.pairing import Sample, compared_rows, compared_years, declared_measures, head_to_head
from linkage_sim.scenario.load import load_scenarios
from linkage_sim.scenario.scenario import Scenario, digest

FEW = 10
"""Replicates below which the report warns."""
CLAIMED = ("true", "claimed", "believed")
MUCH_UNSPENT = 0.1
"""Share of a budget left unspent above which the report warns."""


@dataclass(frozen=True)
class Design:
    """What is compared with what, checked.

    Parameters
    ----------
    name : of the folder of results, without its hash
    path : folder of scenario files as it was given; empty where there was none
    scenarios : the baseline first, all of one seed
    warnings : what is suspicious about it
    """

    name: str
    path: str
    scenarios: tuple[Scenario, ...]
    baseline: str
    replicates: int
    warnings: tuple[str, ...]

    @property
    def seed(self) -> int:
        """Seed of the series of worlds."""
        return self.scenarios[0].seed

    @property
    def folder(self) -> str:
        """Name of the folder of results: everything that decides the numbers is in its hash."""
        named = sorted((scenario.name, scenario.hash()) for scenario in self.scenarios)
        return f"{self.name}-{digest([named, self.baseline, self.replicates, self.seed, model_version()])[:8]}"


def compare(
    scenarios: str | Path | Iterable[str | Path | Scenario],
    replicates: int = 20,
    seed: int | None = None,
    jobs: int | None = None,
    out: str | Path = "results",
    baseline: str = "baseline",
    allow_unequal_budgets: bool = False,
    keep_runs: bool = False,
    progress: Progress | None = None,
    break_even: bool = True,
    again: bool = False,
) -> Comparison:
    """Compare scenarios with a baseline over paired worlds, and write the folder with the report.

    What was compared before, by the same version of the model and with the same words, is opened instead: it would be the same.

    Parameters
    ----------
    scenarios : a folder of scenario files, files, or scenarios
    replicates : worlds, 2 or more; every scenario lives in each of them
    seed : of the series of worlds; None for the baseline's own
    jobs : processes; None for one a processor. Results do not depend on it
    out : folder of results
    baseline : name of the scenario that all are compared with
    allow_unequal_budgets : compare although plans have different budgets
    keep_runs : also write a run folder for every scenario and world
    progress : told how far it is
    break_even : also find the unit costs at which the ranking turns
    again : compare also what is finished already

    Returns
    -------
    Comparison
        Its ``frame`` is the tidy table, ``report`` the path of the report.

    Raises
    ------
    ScenarioError, EngineError, ResultsError
        for files that are wrong, scenarios that cannot be compared, a folder that cannot be written.
    """
    told = silent if progress is None else progress
    design = designed(scenarios, replicates, seed, baseline, allow_unequal_budgets)
    check_writable(Path(out))
    done = None if again or keep_runs else finished(Path(out) / design.folder, design, break_even)
    if done is not None:
        return done
    compile_once(design.scenarios, told)
    turning: list[dict[str, Any]] = []
    with Workers(jobs_for(jobs, replicates)) as workers:
        runs = Path(out) / design.folder / "runs" if keep_runs else None
        found = simulated(workers, design.scenarios, replicates, told, "worlds", runs, with_twins=True)
        samples = {scenario.name: own for scenario, own in zip(design.scenarios, found, strict=True)}
        if break_even:
            turning = break_even_of(
                design.scenarios,
                samples,
                baseline,
                lambda dearer, worlds: simulated(workers, dearer, worlds, told, "break-even"),
            )
    told("report", 0, 0)
    data = gathered(design, samples, turning) | {"break_even_sought": break_even}
    return write_comparison(Path(out), design.folder, data, _write_report)


def finished(folder: Path, design: Design, break_even: bool) -> Comparison | None:
    """The same comparison where it is there already, whole and in the same words; else None."""
    if not folder.is_dir():
        return None
    try:
        found = open_comparison(folder)
    except ResultsError:
        return None
    told = [(each["name"], each["title"], each["story"], each["hash"]) for each in found.data["scenarios"]]
    asked = [(each.name, each.title, _story(each), each.hash()) for each in design.scenarios]
    same = told == asked and found.data.get("break_even_sought") == break_even and found.data.get("command_path") == design.path
    return found if same and found.report.is_file() else None


def _story(scenario: Scenario) -> str:
    return " ".join(scenario.story.split())


def _write_report(folder: Path) -> Any:
    """Have the report written: a room that builds on this one, so it is looked up only here and now."""
    return import_module("linkage_sim.report").write_report(folder)


def designed(
    scenarios: str | Path | Iterable[str | Path | Scenario],
    replicates: int,
    seed: int | None,
    baseline: str,
    allow_unequal_budgets: bool,
) -> Design:
    """Load and check what is to be compared.

    Raises
    ------
    ScenarioError, EngineError
        before anything runs.
    """
    if replicates < 2:
        raise EngineError(f"replicates must be 2 or more, not {replicates}: an interval needs worlds that differ")
    name, loaded = _loaded(scenarios)
    known = {scenario.name: scenario for scenario in loaded}
    if len(known) < len(loaded):
        raise EngineError("two scenarios have the same name; names tell them apart in tables and reports")
    if baseline not in known:
        raise EngineError(f"no scenario is named {baseline!r}, which all are compared with; known: {', '.join(known)}")
    if len(known) < 2:
        raise EngineError(f"only {baseline!r} is there; give at least one scenario to compare with it")
    first = known[baseline]
    ordered = [first, *(scenario for scenario in loaded if scenario.name != baseline)]
    warnings = [*_budgets(ordered, allow_unequal_budgets), *_worlds(ordered)]
    if replicates < FEW:
        warnings.append(f"Only {replicates} worlds were simulated; intervals are wide. Use 20 or more before deciding anything.")
    chosen = first.seed if seed is None else seed
    path = str(scenarios) if isinstance(scenarios, (str, Path)) else ""
    return Design(name, path, tuple(with_seed(each, chosen) for each in ordered), baseline, replicates, tuple(warnings))


def _loaded(scenarios: str | Path | Iterable[str | Path | Scenario]) -> tuple[str, list[Scenario]]:
    """Name for the results, and the scenarios."""
    if isinstance(scenarios, (str, Path)):
        path = Path(scenarios).resolve()
        return (path if path.is_dir() else path.parent).name, load_scenarios(scenarios)
    given = list(scenarios)
    files = [each for each in given if not isinstance(each, Scenario)]
    ready = [each for each in given if isinstance(each, Scenario)]
    folders = {(path if path.is_dir() else path.parent).name for path in (Path(file).resolve() for file in files)}
    name = folders.pop() if len(folders) == 1 else "comparison"
    return name, [*(load_scenarios(files) if files else []), *ready]


def _budgets(scenarios: Sequence[Scenario], allow_unequal: bool) -> list[str]:
    budgets = {scenario.name: scenario.facilitator.budget for scenario in scenarios if scenario.programme}
    if len(set(budgets.values())) < 2:
        return []
    listed = ", ".join(f"{name} {budget:,.0f} USD" for name, budget in budgets.items())
    if not allow_unequal:
        raise EngineError(
            f"budgets differ, so a ranking would say nothing: {listed}\n"
            "    give all plans the same facilitator.budget, or compare them as they are with --allow-unequal-budgets"
        )
    return [f"Budgets differ, so gains cannot be ranked as they stand; compare them per dollar: {listed}."]


def _worlds(scenarios: Sequence[Scenario]) -> list[str]:
    first = scenarios[0]
    lines = {scenario.name: scenario.timeline for scenario in scenarios}
    other = [name for name, line in lines.items() if line != first.timeline]
    if other:
        raise EngineError(
            f"timelines differ, so months cannot be paired: {', '.join(other)} against {first.name}\n    give all the same timeline"
        )
    seeded = [with_seed(scenario, first.seed) for scenario in scenarios]
    strange = [each.title for each in seeded if each.world_hash() != seeded[0].world_hash()]
    if not strange:
        return []
    named = ", ".join(f'"{title}"' for title in strange)
    return [f"In {named} the world itself differs from the baseline's, not only the programme: gains are of both together."]


def simulated(
    workers: Workers,
    scenarios: Sequence[Scenario],
    worlds: int,
    progress: Progress,
    stage: str,
    folder: Path | None = None,
    with_twins: bool = False,
) -> list[list[Sample]]:
    """Live through the first so many worlds of several scenarios.

    Parameters
    ----------
    folder : where run folders are kept; None for nowhere
    with_twins : the first scenario is the baseline, and all are also measured against it household by household

    Returns
    -------
    samples by scenario, then by replicate
    """
    tasks = [Replicate(tuple(scenarios), number, model_version(), folder, with_twins=with_twins) for number in range(worlds)]
    progress(stage, 0, worlds)
    try:
        found = workers.run(live, tasks, lambda done: progress(stage, done, worlds))
    except BaseException:
        if folder is not None:
            workers.stop()
            remove_parts(folder)
        raise
    return [[samples[place] for samples in found] for place in range(len(scenarios))]


def gathered(design: Design, samples: dict[str, list[Sample]], turning: list[dict[str, Any]]) -> dict[str, Any]:
    """All of ``comparison.json``: plain data without NaN."""
    first = design.scenarios[0]
    line, region = first.timeline, first.region
    register = register_of(design.scenarios, design.baseline)
    described = [_described(scenario, samples[scenario.name]) for scenario in design.scenarios]
    return {
        "format": FORMAT,
        "created": now(),
        "package_version": __version__,
        "model_version": model_version(),
        "name": design.name,
        "title": region.title,
        "command_path": design.path,
        "replicates": design.replicates,
        "seed": design.seed,
        "baseline": design.baseline,
        "timeline": {"before": line.before, "during": line.during, "after": line.after},
        "sold_in": {name: chain.sold_in for name, chain in first.value_chains.items()},
        "currency": {"exchange_rate": region.exchange_rate, "price_year": region.price_year},
        "households": int(samples[design.baseline][0].levels["households", ALL] or 0),
        "scenarios": described,
        "measures": declared_measures(),
        "rows": compared_rows(samples, design.baseline),
        "head_to_head": head_to_head(samples, design.baseline),
        "yearly": compared_years(samples, design.baseline),
        "break_even": turning,
        "pre_programme_firm_share": _firm_share(samples[design.baseline]),
        "map": map_of(first),
        "register": register,
        "sources": sources_of(register),
        "warnings": [*design.warnings, *_warnings(design, samples, described)],
    }


def _firm_share(samples: Sequence[Sample]) -> dict[str, float] | None:
    """Share of output sold to firms before the programme: mean and where 90 % of worlds lie."""
    found = [sample.levels[row_name(FIRM_SHARE, "before"), ALL] for sample in samples]
    known = [value for value in found if value is not None]
    if not known:
        return None
    low, high = np.quantile(known, [0.05, 0.95])
    return {"mean": math.fsum(known) / len(known), "low": float(low), "high": float(high)}


def _mean(samples: Sequence[Sample], pick: Callable[[Sample], float]) -> float:
    return math.fsum(pick(sample) for sample in samples) / len(samples)


def _described(scenario: Scenario, samples: Sequence[Sample]) -> dict[str, Any]:
    """What a scenario planned and did, means over worlds."""
    acts: list[dict[str, Any]] = [
        {
            "name": name,
            "act": act.act,
            "family": family(act.act),
            "share": act.share,
            "start": act.start,
            "end": scenario.timeline.during if act.end is None else act.end,
            "spent": _mean(samples, lambda s, name=name: s.programme["spent"][name]),  # type: ignore[misc]
            "units": _mean(samples, lambda s, name=name: s.programme["units"][name]),  # type: ignore[misc]
        }
        for name, act in scenario.programme.items()
    ]
    has_plan = bool(scenario.programme)
    return {
        "name": scenario.name,
        "title": scenario.title,
        "story": _story(scenario),
        "hash": scenario.hash(),
        "budget": scenario.facilitator.budget if has_plan else 0.0,
        "spent": math.fsum(act["spent"] for act in acts),
        "returned": _mean(samples, lambda s: s.programme["returned"]) if has_plan else 0.0,
        "unassigned": _mean(samples, lambda s: s.programme["unassigned"]) if has_plan else 0.0,
        "acts": acts,
        "claims": _claims([claim for sample in samples for claim in sample.programme.get("claims", ())]),
    }


def _claims(claims: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """What firms claimed and what was true, of all applicants and of those chosen; means over all worlds."""
    found: dict[str, float] = {}
    chosen = [claim for claim in claims if claim["chosen"]]
    for who, some in (("all", claims), ("chosen", chosen)):
        if some:
            found |= {f"{who}_{name}": math.fsum(claim[name] for claim in some) / len(some) for name in CLAIMED}
    if claims:
        over = {who: [claim["claimed"] / claim["true"] for claim in some] for who, some in (("applicants", claims), ("chosen", chosen))}
        found |= {f"{who}_claimed_over_true": math.fsum(each) / len(each) for who, each in over.items() if each}
        found |= {"applications": float(len(claims)), "choices": float(len(chosen))}
    return found


def _warnings(design: Design, samples: dict[str, list[Sample]], described: Sequence[dict[str, Any]]) -> list[str]:
    """What is suspicious about the runs."""
    found = []
    for scenario, told in zip(design.scenarios, described, strict=True):
        gaps = [sample.quote_gap for sample in samples[scenario.name] if sample.quote_gap > LARGEST_GAP]
        if gaps:
            found.append(
                f'"{scenario.title}": in {len(gaps)} of {design.replicates} worlds the price decided on and the price '
                f"cleared differ by more than {100 * LARGEST_GAP:g} % on average (worst {100 * max(gaps):.1f} %); "
                "treat its numbers with care."
            )
        left = told["returned"] + told["unassigned"]
        if told["budget"] > 0.0 and left > MUCH_UNSPENT * told["budget"]:
            found.append(f'"{scenario.title}" left {100 * left / told["budget"]:.0f} % of its budget unspent.')
    return found
