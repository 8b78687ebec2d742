"""The report of a comparison: one HTML file that works offline."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from jinja2 import Environment, FunctionLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from linkage_sim.report.answer import answer_section
from linkage_sim.report.blocks import Section
from linkage_sim.report.numbers import finite
from linkage_sim.report.read import Comparison, as_text, mapping, read_comparison, sequence
from linkage_sim.report.sections.claims import claims_section
from linkage_sim.report.sections.closing import limits_section, reproduce_section
from linkage_sim.report.sections.cost import cost_section
from linkage_sim.report.sections.drove import drove_section
from linkage_sim.report.sections.evaluation import evaluation_section
from linkage_sim.report.sections.geography import map_section
from linkage_sim.report.sections.lasted import lasted_section
from linkage_sim.report.sections.plans import plans_section
from linkage_sim.report.sections.register import register_section
from linkage_sim.report.sections.sure import sure_section
from linkage_sim.report.sections.system import system_section
from linkage_sim.report.sections.whom import whom_section
from linkage_sim.report.view import View

REPORT = "report.html"
SECTIONS = (
    sure_section,
    whom_section,
    cost_section,
    lasted_section,
    system_section,
    evaluation_section,
    drove_section,
    claims_section,
    map_section,
    plans_section,
    register_section,
    limits_section,
    reproduce_section,
)
"""In the order of the report, after the answer."""


def write_report(folder: Path) -> Path:
    """Write ``report.html`` beside ``comparison.json``.

    Parameters
    ----------
    folder : of a comparison

    Returns
    -------
    where the report is

    Raises
    ------
    ResultsError
        where the folder holds no readable comparison.
    """
    path = Path(folder) / REPORT
    path.write_text(report_text(read_comparison(Path(folder))), encoding="utf-8", newline="\n")
    return path


def report_text(comparison: Comparison) -> str:
    """The report as HTML; the same text for the same comparison.

    Parameters
    ----------
    comparison : as read; whatever is missing from it is left out
    """
    view = View(comparison)
    sections: list[Section] = [section for make in SECTIONS if (section := make(view)).blocks]
    environment = Environment(
        loader=FunctionLoader(template),
        autoescape=select_autoescape(default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["capitalised"] = capitalised
    warnings = [words for warning in sequence(comparison.data.get("warnings")) if (words := as_text(warning))]
    return environment.get_template("report.html.j2").render(
        title=as_text(comparison.data.get("title")) or "A comparison of programmes",
        plans=len(comparison.programmes),
        worlds=comparison.replicates,
        households=view.households,
        answer=answer_section(view),
        sections=sections,
        warnings=warnings,
        style=Markup(template("style.css")),
        script=Markup(template("filter.js")),
        rate=comparison.rate,
        price_year=finite(mapping(comparison.data.get("currency")).get("price_year")),
        created=as_text(comparison.data.get("created")),
        version=as_text(comparison.data.get("package_version")),
    )


def capitalised(words: str) -> str:
    """The heading of a column with a capital first letter; markup stays markup."""
    return type(words)(words[:1].upper() + words[1:])


def template(name: str) -> str:
    """Text of a file shipped beside this module."""
    return files("linkage_sim.report").joinpath("templates", name).read_text(encoding="utf-8")
