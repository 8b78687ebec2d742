"""Make the shipped example of docs/analysis.md: the block between ``<!-- made: flips -->`` and ``<!-- /made -->``, and its figures."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

from matplotlib.figure import Figure

from linkage_sim.analysis.analyze import Analysis, analyze
from linkage_sim.analysis.robust import choices
from linkage_sim.analysis.table import records
from linkage_sim.experiments.frontier import Frontier, frontier
from linkage_sim.experiments.sweep.run import sweep
from linkage_sim.report.analysis import RULES, analysis_text
from linkage_sim.report.frontier import frontier_picture
from linkage_sim.report.numbers import number, percent, span
from linkage_sim.scenario.load import shipped

PAGE = Path(__file__).parent / "analysis.md"
IMAGES = PAGE.parent / "images"
WORLDS = 20
MOST = 3
"""Unknowns and factors that are told."""


def write(folder: str | None = None) -> None:
    """Run what is not there yet of the sweep (some 20 minutes) and the frontier (one), and write block and figures.

    Parameters
    ----------
    folder : of a finished sweep of ``scenarios/sweeps/apricot_flips.yaml``; None to run it, into ``results``
    """
    swept = folder or sweep(shipped("sweeps/apricot_flips")).attrs["folder"]
    found = analyze(swept)
    moved = frontier(shipped("apricot/supply_side_only"), shipped("apricot/demand_side_only"), 11, WORLDS)
    figures: dict[str, Figure] = {}
    analysis_text(found, figures)
    names = list(dict.fromkeys(found.sensitivity["scenario"]))
    wanted = {
        "analysis_flip": figures["flip_1"], "analysis_worth": figures["information"], "frontier": frontier_picture(moved),
        "analysis_moves": figures[f"sensitivity_{1 + names.index(difference(found))}"],
    }  # fmt: skip
    for name, figure in wanted.items():
        figure.savefig(IMAGES / f"{name}.png", dpi=130)
    page = PAGE.read_text(encoding="utf-8")
    block = f"<!-- made: flips -->\n{told(found, moved)}\n<!-- /made -->"
    page = re.sub(r"<!-- made: flips -->.*?<!-- /made -->", lambda _: block, page, flags=re.DOTALL)
    PAGE.write_text(page, encoding="utf-8")


def difference(found: Analysis) -> str:
    """Name of the difference of the first two plans."""
    one, other = found.sweep.plans[:2]
    return f"{one} - {other}"


def told(found: Analysis, moved: Frontier) -> str:
    """The block."""
    swept = found.sweep
    runs = len(swept.points) * len(swept.replicates) * len(swept.scenarios)
    plans = set(swept.plans)
    table = found.sensitivity
    own = table[(table["scenario"] == difference(found)) & (table["outcome"] == found.outcome.name)]
    by = own[own["index"] == "total"].set_index("factor").sort_values("estimate", ascending=False)
    first = own[own["index"] == "first"].set_index("factor")
    lines = [
        f"{date.today():%Y-%m-%d}, model version {str(swept.design['model_version'])[:8]}: {runs:,} runs ({len(swept.points):,} points, "
        f"{len(swept.replicates)} worlds, {len(swept.scenarios)} scenarios); {swept.failures} failed.",
        "",
        "Varied: "
        + "; ".join(
            f"{each.words} {number(float(swept.x[:, place].min()))} to {number(float(swept.x[:, place].max()))} {each.unit}"
            + (f" (shipped: {number(each.usual)})" if each.usual is not None else "")
            for place, each in enumerate(swept.factors)
        )
        + ".",
        "",
        *(f"* {flip.words}" for flip in found.flips if {flip.one, flip.other} <= plans),
        "",
        "![Buyers' side against farmers' side over the points of the design](images/analysis_flip.png)",
        "",
        f"The {MOST} unknowns most worth knowing before choosing among the {len(plans)} plans, in dollars of farm income:",
        "",
        "| | value | 90 % interval | optimistic |",
        "|---|---|---|---|",
        *(
            f"| {row['words']} | {number(row['estimate'])} {row['unit']} | {span(row['low'], row['high'])} | {number(row['optimistic'])} |"
            for row in records(found.information[found.information["factor"] != ""].head(MOST))
        ),
        "",
        "![What is worth knowing](images/analysis_worth.png)",
        "",
        "What moves the difference of farmers' and buyers' side (Sobol index in total; alone): "
        + "; ".join(
            f"{row['words']} {row['estimate']:.2f} ({row['low']:.2f} to {row['high']:.2f}); {first.loc[str(factor), 'estimate']:.2f}"
            for factor, row in by.head(MOST).iterrows()
        )
        + ".",
        "",
        "![What moves the difference](images/analysis_moves.png)",
        "",
        *(f"* {RULES[rule].capitalize()}: {swept.title(plan)}." for rule, plan in choices(found.regret).items()),
        *(
            f"* {swept.title(str(row['scenario']))} is best at {percent(float(row['estimate']))} of the points."
            for row in records(found.regret[found.regret["measure"] == "share_best"])
        ),
        "",
        "Common random numbers saved (times as many worlds without them, income): "
        + "; ".join(
            f"{swept.title(row['one'])} against {swept.title(row['other'])} {number(row['ratio'])} ({span(row['low'], row['high'])})"
            for row in records(found.tables["variance"])
            if row["outcome"] == found.outcome.name
        )
        + ".",
        "",
        f"The frontier over {WORLDS} worlds: {moved.in_words()}",
        "",
        "![Budget split frontier of the shipped apricot plans](images/frontier.png)",
    ]
    return "\n".join(lines)
