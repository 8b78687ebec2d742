"""Make the parts of the documentation that come from the model itself.

python docs/build.py interventions     docs/interventions.md, from the data file
python docs/build.py measures          docs/measures.md, from the declared measures
python docs/build.py p1                docs/images/p1_coverage.svg and .png, from pattern scenarios
python docs/build.py effects           docs/effects.md, every intervention alone with the same money
python docs/build.py visits            docs/images/best_visits.svg and .png
python docs/build.py fairness          docs/fairness.md, from the shipped plans under other assumptions
python docs/build.py map               docs/images/tajikistan.png, from data/regions/national.yaml
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


def measures() -> str:
    """Every declared measure with unit, direction and meaning."""
    from linkage_sim.results.pages import measures_page

    return measures_page()


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


def national_map() -> None:
    """Bazaars, cities, borders and roads of the whole country; closed roads carry their expected closed days a year."""
    from linkage_sim.draws import key_of
    from linkage_sim.plots.map import MapPlace, MapRoad, map_figure
    from linkage_sim.scenario.load import load_scenario, shipped
    from linkage_sim.world.graph import market_graph

    days = (31, 28.25, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
    graph = market_graph(load_scenario(shipped("tajikistan/national")).region, key_of(0))
    cities = {name for name, data in graph.nodes(data=True) if data["kind"] == "city"}
    places = []
    for name, data in graph.nodes(data=True):
        same = any(other != name and graph.nodes[other]["settlement"] == data["settlement"] for other in cities)
        label = "" if same or data["kind"] == "export" else name.replace("_", " ").title()
        places.append(MapPlace(name, label, data["kind"], data["longitude"], data["latitude"]))
    roads = []
    for one, other, data in graph.edges(data=True):
        closed = sum(day * chance for day, chance in zip(days, data["closed"], strict=True))
        roads.append(MapRoad(one, other, data["mountain"], f"{round(closed, 1 if closed < 5 else 0):g} d" if closed >= 0.5 else ""))
    map_figure(places, roads, width=15.0, villages=False).savefig(DOCS / "images" / "tajikistan.png", dpi=80)


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
    wanted = sys.argv[1:] or ["interventions", "measures", "p1", "fairness", "effects", "visits", "map"]
    (DOCS / "images").mkdir(exist_ok=True)
    if "interventions" in wanted:
        (DOCS / "interventions.md").write_text(interventions(), encoding="utf8")
    if "measures" in wanted:
        (DOCS / "measures.md").write_text(measures(), encoding="utf8")
    if "p1" in wanted:
        p1()
    if "effects" in wanted:
        (DOCS / "effects.md").write_text(effects(), encoding="utf8")
    if "visits" in wanted:
        visits()
    if "fairness" in wanted:
        (DOCS / "fairness.md").write_text(fairness(), encoding="utf8")
    if "map" in wanted:
        national_map()


if __name__ == "__main__":
    main()
