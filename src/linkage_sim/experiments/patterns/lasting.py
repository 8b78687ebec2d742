"""P7, P8 and P11: what lasts after exit, who is left out, and whose gains are told."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from linkage_sim.engine import Outcome, Simulation
from linkage_sim.experiments.patterns.common import Claim, Numbers, Panel, Shown, begun, column, income_of, mean_of, paired_runs
from linkage_sim.rules.firm import running_cost
from linkage_sim.scenario.scenario import Scenario

YEARS_AFTER = (1, 2, 3, 4)
FAMILIES = ("remote", "near", "small", "large", "poorest", "richest")
NO_MONEY = {"facilitator.budget": 0.0}


def pays_both(simulation: Simulation) -> NDArray[np.bool_]:
    """Which contracts pay both sides without a programme, as their season's terms stand; (E,).

    For the household the price, late and with rejected lots, is worth more than the outside value; for the firm what the village
    is expected to bring covers the whole yearly cost of the route, with the part that the facilitator does.
    """
    state, context = simulation.context.state, simulation.context
    fm = context.parameters.firms[0]
    enterprise = state.enterprise
    firm, village = enterprise["firm"], state.household["village"][enterprise["household"]]
    later = enterprise["delay_value"] * (1.0 - fm["rejection"])
    household = enterprise["price_a"] * later > enterprise["price_a"] - enterprise["premium_a"]
    route = state.route[firm, village]
    kg_a, kg_b = np.minimum(route["believed_a"], route["target_a"]), np.minimum(route["believed_b"], route["target_b"])
    earned = (1.0 - route["side_record"]) * (
        (route["netback_a"] - route["price_a"]) * kg_a + (route["netback_b"] - route["price_b"]) * kg_b
    )
    cost = [
        running_cost(float(state.firm["running"][f]), float(r["travel"]), float(r["dependence"]), False, 0.0)
        for f, r in zip(firm, route, strict=True)
    ]
    return np.asarray((firm >= 0) & household & (earned > np.array(cost) + route["members"] * fm["member_cost"]))


def cohort(replicates: int) -> Numbers:
    """P7: linkages of supported firms that are alive when the programme leaves, followed for four years.

    Returns
    -------
    (2, replicates, years): share alive in every year so far, of those that paid both sides at exit, and of the others; NaN where
    there are none
    """
    found = np.full((2, replicates, len(YEARS_AFTER)), np.nan)
    for replicate, (simulation,) in enumerate(begun("p7_after_exit", [{}], replicates)):
        line = simulation.scenario.timeline
        simulation.run(until=line.before + line.during)
        state = simulation.context.state
        firm = state.enterprise["firm"].copy()
        helped = (firm >= 0) & (state.firm["supported"][firm] == 1)
        good = pays_both(simulation)
        alive = np.ones(len(firm))
        for year in YEARS_AFTER:
            simulation.run(until=line.before + line.during + 12 * year)
            alive *= simulation.context.state.enterprise["firm"] == firm
            found[0, replicate, year - 1] = mean_of(alive, helped & good)
            found[1, replicate, year - 1] = mean_of(alive, helped & ~good)
    return found


def after_exit(replicates: int) -> tuple[Numbers, Numbers]:
    """P7: users of practices and linkages by year, more than without the programme.

    Returns
    -------
    households linked because of the programme (replicates, years); users of subsidised practices beyond those without subsidy
    (replicates, years)
    """

    def linked(scenario: Scenario, outcome: Outcome) -> Sequence[float]:
        return [float(value) for value in column(outcome, "linked.all").reshape(-1, 12).mean(axis=1)]

    def using(scenario: Scenario, outcome: Outcome) -> Sequence[float]:
        users = column(outcome, "quality_users") + column(outcome, "improved_users")
        return [float(value) for value in users.reshape(-1, 12).mean(axis=1)]

    plans = paired_runs("p7_after_exit", [NO_MONEY, {}], replicates, linked)
    subsidy = paired_runs("p7_subsidy", [NO_MONEY, {}], replicates, using)
    return plans[1] - plans[0], subsidy[1] - subsidy[0]


def linked_by_family(replicates: int) -> Numbers:
    """P8: mean share of seasons under contract, from the second programme year on, by kind of household.

    Returns
    -------
    (3, replicates, families): no programme; firms supported; firms supported and associations built; families as in `FAMILIES`
    """
    settings = [NO_MONEY, {"programme.associations.share": 0.0}, {}]
    found = np.full((3, replicates, len(FAMILIES)), np.nan)
    for replicate, simulations in enumerate(begun("p8_left_out", settings, replicates)):
        for place, simulation in enumerate(simulations):
            line, state = simulation.scenario.timeline, simulation.context.state
            enterprise = state.enterprise
            home = state.household[enterprise["household"]]
            by_hours = np.argsort(np.argsort(state.village["hours"]))[home["village"]] * 2 // len(state.village)
            by_size = np.argsort(np.argsort(enterprise["assets"])) * 3 // len(enterprise)
            of = (by_hours == 1, by_hours == 0, by_size == 0, by_size == 2, home["tercile"] == 0, home["tercile"] == 2)
            seasons = range(line.before // 12 + 1, line.months // 12)
            contracts = np.zeros(len(enterprise))
            for season in seasons:
                simulation.run(until=12 * season + 6)
                contracts += simulation.context.state.enterprise["firm"] >= 0
            found[place, replicate] = [mean_of(contracts / len(seasons), family) for family in of]
    return found


def told_gains(replicates: int) -> tuple[Numbers, Numbers]:
    """P11: yearly gain against the same household's twin without the programme, by how far it came with supported firms.

    Returns
    -------
    gain in USD a year of those still linked in the last season, of all who ever joined, of all in whose village an offer was made
    (3, replicates); how many they are, as shares of all households (3, replicates)
    """
    gains, shares = np.full((3, replicates), np.nan), np.zeros((3, replicates))
    for replicate, (twin, plan) in enumerate(begun("p11_survivors", [NO_MONEY, {}], replicates)):
        line = plan.scenario.timeline
        households = len(plan.context.state.household)
        offered, joined = np.zeros(households, dtype=bool), np.zeros(households, dtype=bool)
        still = joined
        for year in range(line.before // 12, line.months // 12):
            plan.run(until=12 * year + 6)
            state = plan.context.state
            helped = state.firm["supported"] == 1
            offers = ((state.route["is_open"] == 1) & (state.route["price_a"] > 0.0) & helped[:, None]).any(axis=0)
            firm = state.enterprise["firm"]
            still = np.zeros(households, dtype=bool)
            still[state.enterprise["household"][(firm >= 0) & helped[firm]]] = True
            offered |= offers[state.household["village"]]
            joined |= still
        for simulation in (twin, plan):
            simulation.run()
        gain = (income_of(plan.outcome()) - income_of(twin.outcome())) / ((line.during + line.after) / 12.0)
        for place, group in enumerate((still, joined, offered)):
            gains[place, replicate], shares[place, replicate] = mean_of(gain, group), group.mean()
    return gains, shares


def show_p7(worlds: int) -> Shown:
    """P7 over some worlds."""
    good, bad = cohort(worlds)
    more, users = after_exit(worlds)
    share, count = "{:.2f} against {:.2f}", "{:.0f} against {:.0f}"
    paid = users[:, 5]
    exit_year = 6
    return Shown(
        7,
        "What lasts after exit",
        "Linkages that pay both sides outlive the programme; subsidised practice that does not pay fades over a few seasons; "
        "neither keeps 100 %",
        "Contracts and practices are chosen anew each season; habit and owned equipment carry a practice a little further; what the "
        "facilitator did for a firm is lost when it leaves.",
        ("p7_after_exit", "p7_subsidy"),
        (
            Claim("of linkages that paid both sides at exit more live a year later than of the others", good[:, 0], bad[:, 0], share),
            Claim("and three years later", good[:, 2], bad[:, 2], share),
            Claim("more than a third of those that paid both still live two years later", good[:, 1], 1 / 3, share),
            Claim("but fewer than 90 % one year later", 0.9, good[:, 0], share),
            Claim("and fewer than two thirds of these three years later", 2 / 3 * good[:, 0], good[:, 2], share),
            Claim("subsidised practice: a year after exit fewer use it than in the last paid year", paid, users[:, exit_year], count),
            Claim("but more than 30 % of them still do", users[:, exit_year], 0.3 * paid, count),
            Claim("fewer in the second year", users[:, exit_year], users[:, exit_year + 1], count),
            Claim("in the fourth less than 30 %", 0.3 * paid, users[:, exit_year + 3], count),
        ),
        (
            Panel("Linkages alive at exit", "years after exit", "still alive", [0.0, *(float(year) for year in YEARS_AFTER)],
                  {"paid both sides": np.vstack([np.ones(worlds), good.T]), "did not": np.vstack([np.ones(worlds), bad.T])}, percent=True),
            Panel("Subsidised practice that does not pay", "years after exit", "users still",
                  [0.0, *(float(year) for year in YEARS_AFTER)], {"users": users[:, 5:10].T / paid}, percent=True),
        ),
        f"The *number* of linkages need not fall: a firm that filled its orders and earned reinvests, and {more[:, -1].mean():.0f} more "
        f"households are linked in the last year than without the programme, against {more[:, 5].mean():.0f} in the programme's last. "
        "So the cohort is followed, not the count.",
        worlds=worlds,
    )  # fmt: skip


def show_p8(worlds: int) -> Shown:
    """P8 over some worlds."""
    found = linked_by_family(worlds)
    _, firms, both = found
    remote, near, small, large, poor, rich = range(6)
    share = "{:.2f} against {:.2f}"

    def gap(plan: Numbers, less: int, more: int) -> Numbers:
        return np.asarray(plan[:, more] - plan[:, less])

    claims = []
    for word, less, more in (("remote", remote, near), ("small", small, large), ("poor", poor, rich)):
        claims += [
            Claim(
                f"firms alone: {FAMILIES[less]} households are linked in fewer seasons than {FAMILIES[more]} ones",
                firms[:, more],
                firms[:, less],
                share,
            ),
            Claim(f"associations bring {word} households in", both[:, less], firms[:, less], share),
        ]
    claims += [
        Claim("and narrow the gap between small and large", gap(firms, small, large), gap(both, small, large), share),
        Claim("and that between poor and rich", gap(firms, poor, rich), gap(both, poor, rich), share),
    ]
    return Shown(
        8,
        "Who is left out",
        "Remote, small and poor households are left out first; associations bring them back in",
        "Driving to a village, keeping a buyer's people there and dealing with a supplier cost the same for little fruit as for much, "
        "and firms with few orders take the largest suppliers first. An association gathers, weighs and shares out.",
        ("p8_left_out",),
        tuple(claims),
        (
            Panel("", "", "seasons under contract", [*FAMILIES],
                  {"no programme": found[0].T, "lead firms supported": firms.T, "and associations": both.T}, percent=True),
        ),
        worlds=worlds,
    )  # fmt: skip


def show_p11(worlds: int) -> Shown:
    """P11 over some worlds."""
    gains, shares = told_gains(worlds)
    usd = "{:.1f} against {:.1f} USD a year"
    names = ["still linked\nat the end", "ever joined", "offered"]
    still, joined, offered = (100 * share for share in shares.mean(axis=1))
    return Shown(
        11,
        "Whose gains are told",
        "Gains of surviving linkages overstate gains of all joined, and those overstate gains of all offered",
        "Those join who expect to gain; those stay who did.",
        ("p11_survivors",),
        (
            Claim("those still linked gained more than all who ever joined", gains[0], gains[1], usd),
            Claim("those who joined gained more than all who were offered", gains[1], gains[2], usd),
            Claim("and survivors overstate the gain of those offered by more than a tenth", gains[0], 1.1 * gains[2], usd),
        ),
        (Panel("", "", "gain, USD a year", names, {"households": gains}),),
        f"Shares of all households: {still:.0f} % still linked, {joined:.0f} % ever joined, {offered:.0f} % offered.",
        worlds=worlds,
    )  # fmt: skip
