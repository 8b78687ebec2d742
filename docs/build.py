"""Make the parts of the documentation that come from the model itself.

python docs/build.py interventions     docs/interventions.md, from the data file
python docs/build.py measures          docs/measures.md, from the declared measures
python docs/build.py parameters        docs/parameters.md, from the declarations and the data files
python docs/build.py state             docs/state.md, from the declared columns
python docs/build.py odd               docs/odd_rules.json and what is generated in docs/odd.md; read the document first
python docs/build.py effects           docs/effects.md, every intervention alone with the same money
python docs/build.py visits            docs/images/best_visits.svg and .png
python docs/build.py patterns          docs/patterns.md and its figures, from pattern scenarios (some minutes)
python docs/build.py maps              docs/maps.md and its figures, from the shipped plans over grids of assumptions (some 15 minutes)
python docs/build.py explain           the examples of docs/explain.md, from the first world of the combined plan
python docs/build.py fairness          docs/fairness.md, from the shipped plans under other assumptions
python docs/build.py flips             the example of docs/analysis.md, from scenarios/sweeps/apricot_flips.yaml (some 20 minutes)
python docs/build.py situations        the table of scenarios/README.md, from the situations in scenarios/tajikistan (two minutes)
python docs/build.py map               docs/images/tajikistan.png, from data/regions/national.yaml
"""

from __future__ import annotations

import sys
from pathlib import Path

import flips
import odd
import situations
import stories

DOCS = Path(__file__).parent
WORLDS = 20
PATTERN_WORLDS = 30
MAP_WORLDS = 8
MAP_NOTES = {
    "thinness": "With up to six traders a bazaar, each with market power, much of what farmers' support adds goes to the traders, and the "
    "buyers' side leads; with more traders the farmers' side does. How traders behave decides far more than how firms do: along the "
    "other axis the lead is largest where firms mind their word little but not at all carelessly, since fully reliable firms have bought "
    "more before any programme.",
    "thinness_sold": "Where firms already buy what they can sell, support of firms adds little, and the lead is lost nearly everywhere.",
    "staff": "Neither concept nor checks turn the ranking here: the farmers' side leads in every cell. Two things pull against each other: "
    "big firms fill new orders from large suppliers instead of villages, but they can pay their part of co-investment and finance what "
    "they buy, which small firms cannot; where even small firms have the money, choosing by size costs smallholders (`model.md`). True "
    "suppliers elsewhere say little about what a firm will buy in these villages; and the villages that misaligned staff fail to "
    "introduce (pattern P9) hardly matter while orders, not villages, are short.",
    "staff_thin": "With two traders of market power at every bazaar the buyers' side leads in every cell, again whatever staff believe and "
    "check. In this model the market decides which side wins; staff and checks decide which firms win, and how many of their suppliers "
    "there really are (patterns P4 and P9).",
}
MAP_CLOSING = (
    "So the thesis fails where traders are many, and where firms already buy what they can sell; `fairness.md` moves other assumptions "
    "one at a time, among them what large suppliers offer firms and what a storage kit saves."
)


def interventions() -> str:
    """The table intervention -> column, size, duration, decay, cost, source."""
    from linkage_sim.scenario.pages import interventions_page

    return interventions_page()


def measures() -> str:
    """Every declared measure with unit, direction and meaning."""
    from linkage_sim.results.pages import measures_page

    return measures_page()


def parameters() -> str:
    """Every declared parameter, and what the shipped data files hold."""
    from linkage_sim.scenario.reference import parameters_page

    return parameters_page()


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


def patterns() -> str:
    """Patterns P1 to P11: claims, numbers, figures."""
    from linkage_sim.experiments.patterns import LEVEL, PATTERNS
    from linkage_sim.plots.pattern import pattern_figure
    from linkage_sim.plots.style import save_figure

    shown = []
    for number, show in PATTERNS.items():
        shown.append(show(PATTERN_WORLDS))
        save_figure(
            pattern_figure(f"P{number}. {shown[-1].short}", shown[-1].panels, PATTERN_WORLDS), DOCS / "images" / f"patterns_p{number}.png"
        )
        print(number, [claim.holds for claim in shown[-1].claims], flush=True)
    lines = [
        "# Patterns the model shows",
        "",
        f"Eleven patterns, each in a small scenario of its own, over {PATTERN_WORLDS} worlds with the same luck in every setting. Made by",
        "`python docs/build.py patterns`; the same claims are tested in `tests/patterns`.",
        "",
        f"A claim is a one-sided paired t-test over worlds at {100 * LEVEL:.0f} %: that is its false-alarm rate, how often it would pass",
        "if the mechanism had no effect at all. *In single worlds* says in how many worlds the first number is the larger",
        "one: how far a single history may be trusted to show the pattern.",
        "",
        "| pattern | scenario | claims that hold |",
        "|---|---|---|",
    ]
    for one in shown:
        files = ", ".join(f"[`{name}`](../scenarios/patterns/{name}.yaml)" for name in one.scenarios)
        lines.append(
            f"| [P{one.number}](#p{one.number}) {one.title} | {files} | {sum(claim.holds for claim in one.claims)} of {len(one.claims)} |"
        )
    for one in shown:
        lines += ["", f'<a id="p{one.number}"></a>', "", f"## P{one.number}. {one.title}", "", f"*Why in the model.* {one.why}", ""]
        lines += [
            f"![P{one.number}](images/patterns_p{one.number}.png)",
            "",
            "| claim | numbers (means) | in single worlds | p | holds |",
            "|---|---|---|---|---|",
        ]
        for claim in one.claims:
            chance = "< 0.0001" if claim.chance < 1e-4 else f"{claim.chance:.4f}"
            lines.append(
                f"| {claim.text} | {claim.numbers} | {100 * claim.pass_rate:.0f} % | {chance} | {'yes' if claim.holds else 'no'} |"
            )
        if one.note:
            lines += ["", one.note]
    return "\n".join([*lines, ""])


def maps() -> str:
    """Maps of where the buyers' side gains more than the farmers' side, and where less."""
    from linkage_sim.experiments.maps import MAPS, win_map
    from linkage_sim.plots.style import save_figure
    from linkage_sim.plots.winmap import win_figure

    lines = [
        "# Where the thesis fails",
        "",
        "The story behind this model holds that working with lead firms beats working with farmers alone. These maps look for the places",
        "where it does not: the shipped apricot plans (farmers' side only, buyers' side only, both), each with the same budget and in",
        f"the same {MAP_WORLDS} worlds, over a grid of two assumptions. Gains are in USD per household and year, from the start of the",
        "programme, against the same world without one. Made by `python docs/build.py maps`.",
        "",
    ]
    for name, (title, x, y, setting) in MAPS.items():
        found = win_map(title, x, y, MAP_WORLDS, setting=setting, progress=lambda stage, done, total: print(stage, done, total, flush=True))
        across, down = (x.label, list(x.steps), x.usual), (y.label, list(y.steps), y.usual)
        save_figure(
            win_figure(title, found.lead, found.sure, found.best, x=across, y=down, worlds=MAP_WORLDS), DOCS / "images" / f"map_{name}.png"
        )
        lines += [f"## {title}", "", f"![{title}](images/map_{name}.png)", "", found.in_words(), "", MAP_NOTES[name], ""]
    return "\n".join([*lines, MAP_CLOSING, ""])


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
    from linkage_sim.plots.style import save_figure
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
        save_figure(figure, DOCS / "images" / f"best_visits.{ending}")


def main() -> None:
    """Make what is named on the command line."""
    wanted = sys.argv[1:] or [
        "interventions",
        "measures",
        "parameters",
        "state",
        "patterns",
        "maps",
        "fairness",
        "effects",
        "visits",
        "explain",
        "situations",
        "map",
    ]
    (DOCS / "images").mkdir(exist_ok=True)
    if "interventions" in wanted:
        (DOCS / "interventions.md").write_text(interventions(), encoding="utf8")
    if "measures" in wanted:
        (DOCS / "measures.md").write_text(measures(), encoding="utf8")
    if "patterns" in wanted:
        (DOCS / "patterns.md").write_text(patterns(), encoding="utf8")
    if "maps" in wanted:
        (DOCS / "maps.md").write_text(maps(), encoding="utf8")
    if "parameters" in wanted:
        (DOCS / "parameters.md").write_text(parameters(), encoding="utf8")
    if "state" in wanted:
        (DOCS / "state.md").write_text(odd.state_page(), encoding="utf8")
    if "odd" in wanted:
        odd.write()
    if "effects" in wanted:
        (DOCS / "effects.md").write_text(effects(), encoding="utf8")
    if "visits" in wanted:
        visits()
    if "fairness" in wanted:
        (DOCS / "fairness.md").write_text(fairness(), encoding="utf8")
    if "explain" in wanted:
        stories.write()
    if "flips" in wanted:
        flips.write()
    if "situations" in wanted:
        situations.write()
    if "map" in wanted:
        national_map()


if __name__ == "__main__":
    main()
