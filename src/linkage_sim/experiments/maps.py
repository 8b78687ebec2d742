"""Where the thesis fails: which of the shipped plans wins over a grid of two assumptions, at equal budget and in the same worlds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from linkage_sim.engine import run_together, seed_of
from linkage_sim.experiments.executors import Progress, Workers, jobs_for, silent
from linkage_sim.experiments.worker import compile_once
from linkage_sim.scenario.load import load_scenario, shipped
from linkage_sim.scenario.scenario import Scenario

Numbers = NDArray[np.float64]
Setting = Mapping[str, object]

PLANS = ("supply_side_only", "demand_side_only", "combined")
SHORT: Setting = {"timeline.spin_up": 36, "timeline.before": 12}
"""Shorter lives before the programme than shipped, so that a map takes minutes; nothing else differs."""


@dataclass(frozen=True)
class Axis:
    """One assumption and its values.

    Parameters
    ----------
    label : in words, with the unit
    steps : value as written on the axis -> overrides by dotted path; those of an act go to plans that have it
    usual : the step that is shipped, empty where it lies between steps
    """

    label: str
    steps: Mapping[str, Setting]
    usual: str = ""


@dataclass(frozen=True)
class WinMap:
    """Gains of the three plans over a grid.

    Parameters
    ----------
    title : of the map; x, y : its axes
    gains : (3, y steps, x steps, worlds) USD per household and year from the start of the programme, against the same world without
    """

    title: str
    x: Axis
    y: Axis
    gains: Numbers

    @property
    def lead(self) -> Numbers:
        """Mean gain of the demand-side plan less that of the supply-side plan; (y, x)."""
        return np.asarray((self.gains[1] - self.gains[0]).mean(axis=-1))

    @property
    def sure(self) -> NDArray[np.bool_]:
        """Whether the 95 % interval of that difference (Student's t over worlds) leaves out zero; (y, x)."""
        difference = self.gains[1] - self.gains[0]
        worlds = difference.shape[-1]
        half = stats.t.ppf(0.975, worlds - 1) * difference.std(axis=-1, ddof=1) / np.sqrt(worlds)
        return np.asarray(np.abs(difference.mean(axis=-1)) > half)

    def in_words(self) -> str:
        """How many cells each side surely wins, and where both together gain most."""
        sure, lead = self.sure, self.lead
        return (
            f"Of {lead.size} cells the buyers' side surely gains more in {int((sure & (lead > 0)).sum())} and the farmers' side in "
            f"{int((sure & (lead < 0)).sum())}; in the others the two cannot be told apart. Both together have the highest mean in "
            f"{int((self.best == 2).sum())}."
        )

    @property
    def best(self) -> NDArray[np.int64]:
        """Which plan has the highest mean gain: 0 supply side, 1 demand side, 2 both; (y, x)."""
        return np.asarray(self.gains.mean(axis=-1).argmax(axis=0))


def traders(number: int, conduct: float) -> Setting:
    """So many traders a bazaar, acting in such a way."""
    return {"traders.number": number, "traders.conduct": conduct}


THIN = Axis(
    "traders per bazaar, each with market power (Cournot)",
    {str(n): traders(n, round(1.0 / n, 4)) for n in (1, 2, 4, 6, 12, 40, 200)},
)  # fmt: skip
RELIABLE = Axis(
    "reliability of firms (weight of the future)",
    {f"{share:g}": {"lead_firms.reliability": share} for share in (0.0, 0.1, 0.2, 0.4, 0.6, 0.8, 1.0)}, "0.6",
)  # fmt: skip
VISITS = Axis(
    "visits to claimed suppliers per applicant (no references)",
    {
        str(visits): {
            "programme.selection.visits": visits, "programme.selection.references": 0,
            "programme.selection.rule": "checked" if visits else "claims",
        }
        for visits in (0, 1, 3, 6, 8)
    },
    "6",
)  # fmt: skip
CONCEPT = Axis(
    "concept of staff (0: big firm, 1: smallholders)",
    {f"{share:g}": {"facilitator.concept": share} for share in (0.0, 0.1, 0.25, 0.4, 0.55, 0.75, 1.0)}, "0.55",
)  # fmt: skip
SMALL_FIRMS: Setting = {
    "lead_firms.number": 12,
    "value_chains.apricot.end_markets.premium.orders": 7750,
    "value_chains.apricot.end_markets.regional.orders": 6000,
    "programme.selection.choose": 3,
}
"""Twelve applicants with half the orders each, of which three are chosen: with six applicants for four places a choice hardly matters."""
MUCH_SOLD: Setting = {
    "value_chains.apricot.end_markets.premium.orders": 45000,
    "value_chains.apricot.end_markets.regional.orders": 45000,
}
"""Standing orders with which firms buy about a sixth of the crop before any programme; see docs/fairness.md."""
THIN_MARKET: Setting = {**SMALL_FIRMS, **traders(2, 0.5)}
MAPS: dict[str, tuple[str, Axis, Axis, Setting]] = {
    "thinness": ("Few or many traders, and firms that keep their word or not", THIN, RELIABLE, {}),
    "thinness_sold": ("The same where firms buy much before any programme", THIN, RELIABLE, MUCH_SOLD),
    "staff": ("What staff take a lead firm to be, and how they check", VISITS, CONCEPT, SMALL_FIRMS),
    "staff_thin": ("The same where two traders a bazaar have market power", VISITS, CONCEPT, THIN_MARKET),
}
"""Name of a map -> title, x axis, y axis, overrides for all cells."""


def plan_under(name: str, overrides: Setting) -> Scenario:
    """A shipped apricot plan under other assumptions; overrides of acts it does not have are left out."""
    acts = load_scenario(shipped(f"apricot/{name}")).programme
    kept = {path: value for path, value in overrides.items() if not path.startswith("programme.") or path.split(".")[1] in acts}
    return load_scenario(shipped(f"apricot/{name}"), kept)


@dataclass(frozen=True)
class _Row:
    """One row of a map in one world: cells of scenarios, the baseline first in each."""

    cells: tuple[tuple[Scenario, ...], ...]
    replicate: int


def _live(row: _Row) -> list[list[float]]:
    """Gain of every plan in every cell of a row; what cells share is lived once."""
    seen: dict[str, float] = {}
    different = {scenario.model_dump_json(): scenario for cell in row.cells for scenario in cell}
    line = row.cells[0][0].timeline
    years = (line.during + line.after) / 12.0
    seed = seed_of(row.cells[0][0], row.replicate)
    for text, (_, outcome) in zip(different, run_together(different.values(), seed), strict=True):
        households = outcome.households
        seen[text] = float((households["during_income"] + households["after_income"]).mean()) / years
    income = [[seen[scenario.model_dump_json()] for scenario in cell] for cell in row.cells]
    return [[plan - cell[0] for plan in cell[1:]] for cell in income]


def win_map(
    title: str, x: Axis, y: Axis, replicates: int, *, jobs: int | None = None, setting: Setting | None = None, progress: Progress = silent
) -> WinMap:
    """Run the shipped plans over a grid of two assumptions.

    Parameters
    ----------
    title, x, y : of the map
    replicates : worlds, the same in every cell
    jobs : processes; None for one for every processor
    setting : overrides for all cells; progress : told how many rows of a world are done

    Raises
    ------
    EngineError
        for less than one job.
    """
    common = {**SHORT, **(setting or {})}
    rows = [
        tuple(
            tuple(plan_under(name, {**common, **down, **across}) for name in ("baseline", *PLANS)) for across in x.steps.values()
        )
        for down in y.steps.values()
    ]  # fmt: skip
    compile_once(rows[0][0], progress)
    tasks = [_Row(row, replicate) for row in rows for replicate in range(replicates)]
    with Workers(jobs_for(jobs, len(tasks))) as workers:
        found = workers.run(_live, tasks, lambda done: progress(title, done, len(tasks)))
    gains = np.array(found).reshape(len(rows), replicates, len(x.steps), len(PLANS))
    return WinMap(title, x, y, gains.transpose(3, 0, 2, 1))
