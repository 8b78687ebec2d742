"""The page of a sweep: tables and figures in a folder, and one HTML file that works offline."""

from __future__ import annotations

from pathlib import Path

from jinja2 import Environment, FunctionLoader, StrictUndefined, select_autoescape
from markupsafe import Markup
from matplotlib.figure import Figure

from linkage_sim.analysis.analyze import FOLDER, REPORT, Analysis
from linkage_sim.analysis.robust import choices
from linkage_sim.analysis.table import records
from linkage_sim.analysis.words import is_scale
from linkage_sim.plots.style import save_figure
from linkage_sim.report.blocks import Block, Code, Column, Listing, Section, Table, Text
from linkage_sim.report.numbers import number, span
from linkage_sim.report.sections.sweep import SECTIONS, Gallery
from linkage_sim.report.write import capitalised, template
from linkage_sim.results.folders import new_folder, part_folder

RULES = {
    "mean_gain": "the highest gain on average",
    "worst_gain": "the least bad worst case",
    "mean_regret": "the least regret on average",
    "max_regret": "the smallest largest regret (minimax)",
}
FEW_POINTS = 100
"""Points below which the page warns."""


def write_analysis(found: Analysis, folder: Path) -> Path:
    """Write ``analysis/`` with tables and figures, and ``analysis.html``, into the folder of a sweep.

    Returns
    -------
    where the page is

    Raises
    ------
    ResultsError
        where it cannot be written.
    """
    figures: dict[str, Figure] = {}
    text = analysis_text(found, figures)
    with new_folder(folder, FOLDER) as part:
        for name, frame in found.tables.items():
            frame.to_csv(part / f"{name}.csv", index=False, lineterminator="\n")
            frame.to_parquet(part / f"{name}.parquet", index=False)
        for name, figure in figures.items():
            save_figure(figure, part / f"{name}.svg")
    with part_folder(folder, REPORT) as part:
        (part / REPORT).write_text(text, encoding="utf-8", newline="\n")
        (part / REPORT).replace(folder / REPORT)
    return folder / REPORT


def analysis_text(found: Analysis, figures: dict[str, Figure] | None = None) -> str:
    """The page as HTML; the same text for the same analysis.

    Parameters
    ----------
    figures : filled with the figures by name, where given
    """
    gallery = Gallery(found, {} if figures is None else figures)
    sections = [section for make in SECTIONS if (section := make(gallery)).blocks]
    environment = Environment(
        loader=FunctionLoader(template),
        autoescape=select_autoescape(default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["capitalised"] = capitalised
    sweep = found.sweep
    runs = len(sweep.points) * len(sweep.replicates) * len(sweep.scenarios)
    return environment.get_template("analysis.html.j2").render(
        title=capitalised(str(sweep.design.get("title") or sweep.name.replace("_", " "))),
        under=f"{len(sweep.points):,} points of a {sweep.kind.replace('_', ' ')} design, {len(sweep.replicates)} worlds each, "
        f"{len(sweep.plans)} {'plan' if len(sweep.plans) == 1 else 'plans'} and the baseline: {runs:,} runs.",
        warnings=_warnings(found),
        answer=_answer(found),
        sections=[*sections, _design_section(found), _limits_section(found)],
        style=Markup(template("style.css")),
        model=str(sweep.design.get("model_version", "")),
    )


def _warnings(found: Analysis) -> list[str]:
    sweep = found.sweep
    told = [str(each) for each in sweep.design.get("warnings") or ()]
    if sweep.failures:
        told.append(f"{sweep.failures:,} runs failed or are missing; the worlds they belong to are left out.")
    if len(sweep.points) < FEW_POINTS:
        told.append(
            f"Only {len(sweep.points)} points: boxes, values of information and ties are rough. Use {FEW_POINTS} or more to decide."
        )
    if len(sweep.replicates) < 2:
        told.append("One world a point: luck cannot be told from the factors. Points near a tie may be on the wrong side.")
    levers = [factor.words for factor in sweep.factors if factor.kind == "lever"]
    if levers:
        told.append(f"Levers were varied too ({'; '.join(levers)}). Shares of points and regret are over them as over everything else.")
    if sweep.kind == "morris":
        told.append("A Morris design visits the corners and steps of the ranges: take shares of points and regret from another design.")
    return told


def _answer(found: Analysis) -> Section:
    """The few sentences that matter."""
    sweep = found.sweep
    blocks: list[Block] = []
    plans = set(sweep.plans)
    points = [flip.words for flip in found.flips if {flip.one, flip.other} <= plans] or [flip.words for flip in found.flips]
    blocks.append(Listing(points))
    known = found.information[found.information["factor"] != ""]
    worth = known[known["estimate"] > 0.0].head(3)
    if len(worth):
        unit = worth["unit"].iloc[0]
        said = "; ".join(f"{row['words']}: {number(row['estimate'])} {unit} ({span(row['low'], row['high'])})" for row in records(worth))
        rest = " Nothing else was worth anything on average." if len(worth) < min(3, len(known)) else ""
        blocks.append(Text(f"Worth finding out before choosing: {said}.{rest}"))
    elif len(known):
        blocks.append(
            Text("No single unknown, if it were known, would change the choice of plan by much: it may be made on what is known.")
        )
    if len(sweep.plans) > 1:
        chosen = choices(found.regret)
        blocks.append(
            Table(
                "What each rule of choice would take",
                [Column("rule", numeric=False), Column("plan", numeric=False)],
                [[RULES[rule], sweep.title(plan)] for rule, plan in chosen.items()],
            )
        )
    return Section("answer", "The answer", blocks)


def _design_section(found: Analysis) -> Section:
    """What was varied, and between which values."""
    sweep = found.sweep
    rows = []
    for place, factor in enumerate(sweep.factors):
        values = sweep.x[:, place]
        between = ", ".join(factor.choices) if factor.choices else f"{number(float(values.min()))} to {number(float(values.max()))}"
        usual = sweep.design["factors"][place].get("default")
        shown = number(float(usual)) if isinstance(usual, (int, float)) and not isinstance(usual, bool) else str(usual or "")
        meaning = str(sweep.design["factors"][place].get("meaning") or "")
        words = f"{factor.words}: {meaning}" if is_scale(meaning) else factor.words
        rows.append([words, factor.kind, between, shown, factor.unit, Markup("<code>{}</code>").format(factor.name)])
    table = Table(
        "What was varied", [Column(name, numeric=False) for name in ("factor", "kind", "between", "as it is", "unit", "path")], rows
    )
    outcomes = [[each.name.replace("_", " "), each.unit, each.better] for each in sweep.outcomes]
    return Section(
        "design",
        "What was varied",
        [table, Table("What was measured", [Column(name, numeric=False) for name in ("outcome", "unit", "better")], outcomes)],
    )


def _limits_section(found: Analysis) -> Section:
    points = [
        "Shares of points and averages over points are over the ranges and distributions of the design file. Other ranges, other shares.",
        "Ranges are 90 % intervals over worlds and points drawn again. With few worlds (under 5) they are too narrow.",
        "A box is found by looking for it: its density on new points is likely to be a little lower.",
        "A worst case or a largest regret is the worst of many noisy means; more worlds would make it milder.",
        f"What is worth knowing is worth it for this choice only, between these plans and for {found.outcome.name.replace('_', ' ')}.",
    ]
    words: list[Block] = [
        Text("To make this page again:"),
        Code([f"linkage-sim analyze {found.folder or 'FOLDER'} --outcome {found.outcome.name}"]),
    ]
    return Section("limits", "What it cannot say", [Listing(points), *words])
