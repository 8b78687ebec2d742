"""Commands that say what sweeps and budget splits show; `cli.py` loads them when they are asked for."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from linkage_sim.cli import Jobs, Out, Replicates, Seed, _found, _say, _stoppable, _table, _tell


def analyze(
    folder: Path,
    /,
    *,
    outcome: Annotated[
        str | None, Parameter(help="outcome by which plans are chosen; left out: the first that has a better direction")
    ] = None,
    resamples: Annotated[int, Parameter(help="how often points and worlds are drawn again for intervals")] = 300,
) -> int:
    """Say what a sweep shows: sensitivity, when the ranking flips, what is worth knowing, robust choice.

    Parameters
    ----------
    folder : of a finished sweep
    """
    from linkage_sim.analysis.analyze import analyze as analyzed
    from linkage_sim.analysis.table import records
    from linkage_sim.errors import ResultsError
    from linkage_sim.results.answer import number

    if resamples < 20:
        raise ResultsError(f"resamples must be 20 or more, not {resamples}")
    found = analyzed(folder, outcome, resamples)
    for flip in found.flips:
        _tell(flip.words)
    known = found.information[found.information["factor"] != ""].head(3)
    lines = [
        [row['words'], number(row['estimate'], 0 if row['high'] >= 100 else 2), f"{number(row['low'], 0 if row['high'] >= 100 else 2)} to "
         f"{number(row['high'], 0 if row['high'] >= 100 else 2)}"]
        for row in records(known)
    ]  # fmt: skip
    if lines:
        _say("")
        _table("What is worth knowing before choosing", ["", f"value, {known['unit'].iloc[0]}", "90 % interval"], lines)
    _say(f"tables and figures: {folder / 'analysis'}")
    _say(f"page: {found.report}")
    return 0


def frontier(
    supply: Path,
    demand: Path,
    /,
    *,
    splits: Annotated[int, Parameter(help="how many splits of the budget, evenly from all on the first plan to all on the second")] = 11,
    replicates: Replicates = 10,
    organisation: Annotated[
        float | None, Parameter(help="share for organisation acts; left out: the larger share of the two plans")
    ] = None,
    measure: Annotated[str, Parameter(help="what is compared with no programme; docs/measures.md")] = "income",
    seed: Seed = None,
    jobs: Jobs = None,
    out: Out = Path("results"),
) -> int:
    """Move one budget step by step from one plan to another, with and without organisation spending.

    Parameters
    ----------
    supply, demand : plans of one world and one budget, such as apricot/supply_side_only and apricot/demand_side_only
    """
    from linkage_sim.analysis.table import records
    from linkage_sim.experiments.frontier import frontier as moved
    from linkage_sim.experiments.progress import watched
    from linkage_sim.results.answer import number

    with _stoppable("nothing was kept"), watched() as told:
        found = moved(
            _found(supply), _found(demand), splits, replicates, organisation=organisation, measure=measure, seed=seed, jobs=jobs, out=out,
            progress=told,
        )  # fmt: skip
    lines = [
        [
            f"{str(row['line']).split(' ')[0]}, {100 * row['split']:.0f} %",
            number(row["mean"], 2),
            f"{number(row['low'], 2)} to {number(row['high'], 2)}",
            f"{100 * row['unspent']:.0f} %",
        ]
        for row in records(found.frame)
    ]
    _table(
        f'With and without organisation spending, by share of the budget on "{found.ends[1]}"',
        ["", f"{measure}, {found.unit}", "90 % interval", "unspent"],
        lines,
    )
    _tell(found.in_words())
    _say(f"table and picture: {found.folder}")
    return 0
