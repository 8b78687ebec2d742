"""The declared measures as a page: name, unit, direction, windows, groups, meaning."""

from __future__ import annotations

from linkage_sim.results.declare import IN_WORDS, Measure, TwinMeasure
from linkage_sim.results.measures import MEASURES, TWIN_MEASURES
from linkage_sim.results.pairing import CONFIDENCE, RATIOS

HEAD = ["| measure | unit | better is | windows | meaning |", "|---|---|---|---|---|"]


def _line(measure: Measure | TwinMeasure) -> str:
    marks = []
    if isinstance(measure, Measure):
        marks = [word for word, is_so in (("by group", measure.grouped), ("by year", measure.yearly)) if is_so]
        marks += [] if measure.relative else ["the scenario's own level, not set against the baseline"]
    text = "; ".join([measure.meaning, *marks])
    return f"| `{measure.name}` | {measure.unit} | {measure.better} | {', '.join(measure.windows)} | {text} |"


def measures_page() -> str:
    """Markdown page of everything that a comparison holds."""
    lines = [
        "# Measures",
        "",
        "Everything that is observed, from the declarations in `src/linkage_sim/results/`. A row of `comparison.csv` is a measure in a",
        "window for a scenario and a group of households. The window stands behind the name (`income_after`); `whole` adds nothing.",
        f"Intervals are {CONFIDENCE:.0%} t-intervals of the mean over worlds. This page is made by `python docs/build.py measures`.",
        "",
        *(f"* `{window}`: {words}" for window, words in IN_WORDS.items()),
        "",
        "## Of one run",
        "",
        "`mean` is the difference to the baseline in the same world, `level` the scenario's own.",
        "",
        *HEAD,
        *map(_line, MEASURES),
        "",
        "## Against the twin of every household",
        "",
        "The same household in the same world with the same luck, without the programme. `linkage_sim.results.evaluation.attributed` gives",
        "the change of every single household, `against_twin` the same from two run folders; `evaluation.csv` and `Comparison.evaluation`",
        "set what designs without a twin would have reported beside the truth.",
        "",
        *HEAD,
        *map(_line, TWIN_MEASURES),
        "",
        "## Ratios of means over worlds",
        "",
        "| measure | unit | better is | meaning |",
        "|---|---|---|---|",
        *(f"| `{each.name}` | {each.unit} | {each.better} | {each.meaning}{'; by group' if each.grouped else ''} |" for each in RATIOS),
    ]
    return "\n".join([*lines, ""])
