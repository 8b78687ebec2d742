"""All analyses of a sweep at once, as tidy tables, with a folder of figures and a page for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING

from linkage_sim.analysis.flips import Flip, box_table, flip_table, flips
from linkage_sim.analysis.information import Scale, information, scale_of
from linkage_sim.analysis.resample import DRAWS
from linkage_sim.analysis.robust import Crossing, break_even, break_even_table, regret_table
from linkage_sim.analysis.sensitivity import sensitivity
from linkage_sim.analysis.table import Outcome, Sweep, open_sweep
from linkage_sim.analysis.variance import variance_ratio
from linkage_sim.results.folders import check_writable

if TYPE_CHECKING:
    import pandas as pd

FOLDER, REPORT = "analysis", "analysis.html"


@dataclass(frozen=True)
class Analysis:
    """What a sweep says.

    Parameters
    ----------
    folder : of the sweep; None where nothing was written
    outcome : by which plans are chosen; sensitivity and variance are of all outcomes
    scale : households and years that turn its gains into dollars
    tables : tidy tables by name: sensitivity, flips, boxes, information, regret, break_even, variance
    flips, crossings : with the points and curves behind two of them
    """

    sweep: Sweep
    folder: Path | None
    outcome: Outcome
    scale: Scale
    tables: Mapping[str, pd.DataFrame]
    flips: Sequence[Flip]
    crossings: Sequence[Crossing]

    @property
    def report(self) -> Path | None:
        """The page, one HTML file."""
        return None if self.folder is None else self.folder / REPORT

    @property
    def sensitivity(self) -> pd.DataFrame:
        """See `linkage_sim.analysis.sensitivity.sensitivity`."""
        return self.tables["sensitivity"]

    @property
    def regret(self) -> pd.DataFrame:
        """See `linkage_sim.analysis.robust.regret_table`."""
        return self.tables["regret"]

    @property
    def information(self) -> pd.DataFrame:
        """See `linkage_sim.analysis.information.information`."""
        return self.tables["information"]


def analyze(folder: str | Path, outcome: str | None = None, resamples: int = DRAWS, write: bool = True) -> Analysis:
    """Analyse a finished sweep, and write tables, figures and a page into its folder.

    Parameters
    ----------
    folder : of a sweep
    outcome : by which plans are chosen (flips, information, regret, break-even); None for the first that has a better direction
    resamples : how often points and worlds are drawn again for intervals
    write : ``analysis/`` (CSV, Parquet, SVG) and ``analysis.html``; what an earlier analysis wrote is replaced

    Returns
    -------
    Analysis
        Its ``tables`` are tidy pandas frames.

    Raises
    ------
    ResultsError
        for a folder that holds no finished sweep, an outcome it does not hold, or one that cannot be written.
    """
    path = Path(folder)
    sweep = open_sweep(path)
    chosen = sweep.outcome(outcome)
    if write:
        check_writable(path)
    found = analyzed(sweep, chosen, resamples, path if write else None)
    if write:
        # a room that builds on this one, so it is looked up only here and now
        import_module("linkage_sim.report.analysis").write_analysis(found, path)
    return found


def analyzed(sweep: Sweep, outcome: Outcome | None = None, resamples: int = DRAWS, folder: Path | None = None) -> Analysis:
    """All analyses of a sweep in memory."""
    chosen = sweep.outcome() if outcome is None else outcome
    turns = flips(sweep, chosen, resamples)
    numbers = [factor for factor in sweep.factors if not factor.choices]
    crossings = [
        break_even(sweep, one, other, factor.name, chosen, resamples) for one, other in combinations(sweep.plans, 2) for factor in numbers
    ]
    tables = {
        "sensitivity": sensitivity(sweep, None, resamples),
        "flips": flip_table(sweep, turns),
        "boxes": box_table(sweep, turns),
        "information": information(sweep, chosen, None, resamples),
        "regret": regret_table(sweep, chosen, resamples),
        "break_even": break_even_table(crossings),
        "variance": variance_ratio(sweep, None, resamples),
    }
    return Analysis(sweep, folder, chosen, scale_of(sweep.scenario), tables, turns, crossings)
