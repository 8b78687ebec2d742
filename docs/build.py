"""Make the parts of the documentation that come from the model itself.

python docs/build.py interventions     docs/interventions.md, from the data file
python docs/build.py p1                docs/images/p1_coverage.svg and .png, from pattern scenarios
python docs/build.py effects           docs/effects.md, every intervention alone with the same money
python docs/build.py visits            docs/images/best_visits.svg and .png
python docs/build.py fairness          docs/fairness.md, from the shipped plans under other assumptions
"""

from __future__ import annotations

import sys
from pathlib import Path

DOCS = Path(__file__).parent
WORLDS = 20


def interventions() -> str:
    """The table intervention -> column, size, duration, decay, cost, source."""
    from linkage_sim.scenario.pages import interventions_page

    return interventions_page()


def fairness() -> str:
    """How the ranking of the shipped plans moves with assumptions."""
    from linkage_sim.experiments.fairness import SETTINGS, ranking

    lines = [
        "# Nothing may decide the ranking in secret",
        "",
        "The shipped apricot plans, each with the same budget and in the same worlds, under other assumptions than those shipped.",
        f"Gain in USD per household and year from the start of the programme, with the 90 % interval of its mean over {WORLDS} worlds.",
        "Made by `python docs/build.py fairness`; many assumptions are moved one at a time, without correction for looking often.",
        "",
        "| assumption | sold to firms before | supply side | demand side | both | demand less supply | demand ahead |",
        "|---|---|---|---|---|---|---|",
    ]
    for setting, overrides in SETTINGS.items():
        found = ranking(setting, overrides, WORLDS)
        cells = [f"{mean:.1f} ({low:.1f} to {high:.1f})" for mean, low, high in (*found.gains.values(), found.gap)]
        print(setting, found.firm_share, *cells, found.ahead, flush=True)
        lines.append(f"| {setting} | {100 * found.firm_share:.0f} % | {' | '.join(cells)} | {found.ahead} of {found.worlds} |")
    lines += [
        "",
        "Read the last two columns: where the interval of *demand less supply* holds 0 the two plans cannot be told apart under that",
        "assumption. Lead firms follow every rule from the first spin-up month in all rows; what they buy before the programme is set by",
        "their standing orders (second and third row).",
        "",
    ]
    return "\n".join(lines)


def p1() -> None:
    """The figure of pattern P1."""
    from linkage_sim.experiments.fairness import interval
    from linkage_sim.experiments.patterns import coverage_gains
    from linkage_sim.plots.coverage import coverage_figure

    shares = (0.05, 0.25, 0.5, 0.75, 1.0)
    settings: dict[str, dict[str, object]] = {
        "3 traders a bazaar": {},
        "6 traders": {"traders.number": 6},
        "100 traders, large city": {"traders.number": 100, "value_chains.apricot.city.size": 100},
    }
    gains = {}
    for name, setting in settings.items():
        served, _ = coverage_gains(shares, 30, setting)
        gains[name] = [interval(row.tolist()) for row in served]
        print(name, gains[name], flush=True)
    figure = coverage_figure(shares, gains)
    for ending in ("svg", "png"):
        figure.savefig(DOCS / "images" / f"p1_coverage.{ending}", dpi=150)


def effects() -> str:
    """Every intervention's effect, alone and with the same money."""
    from linkage_sim.experiments.one_act import effects_page

    return effects_page(WORLDS // 2)


def visits() -> None:
    """The figure of the best number of visits."""
    from linkage_sim.experiments.fairness import interval
    from linkage_sim.experiments.verification import BOLD, SUPPLIERS_ONLY, VISITS, sweep
    from linkage_sim.plots.visits import visits_figure

    settings = {"all criteria, as shipped": {}, "only suppliers count": SUPPLIERS_ONLY, "firms that fear no check": BOLD}
    per_dollar, income = {}, {}
    for name, setting in settings.items():
        found = sweep(VISITS, 60, setting)
        per_dollar[name] = [interval(row.tolist()) for row in found.per_dollar]
        income[name] = [interval(row.tolist()) for row in found.income]
        print(name, found.best(found.per_dollar), found.best(found.income), found.overstated.mean(axis=1).round(2), flush=True)
    figure = visits_figure(VISITS, per_dollar, income)
    for ending in ("svg", "png"):
        figure.savefig(DOCS / "images" / f"best_visits.{ending}", dpi=150)


def main() -> None:
    """Make what is named on the command line."""
    wanted = sys.argv[1:] or ["interventions", "p1", "fairness", "effects", "visits"]
    (DOCS / "images").mkdir(exist_ok=True)
    if "interventions" in wanted:
        (DOCS / "interventions.md").write_text(interventions(), encoding="utf8")
    if "p1" in wanted:
        p1()
    if "effects" in wanted:
        (DOCS / "effects.md").write_text(effects(), encoding="utf8")
    if "visits" in wanted:
        visits()
    if "fairness" in wanted:
        (DOCS / "fairness.md").write_text(fairness(), encoding="utf8")


if __name__ == "__main__":
    main()
