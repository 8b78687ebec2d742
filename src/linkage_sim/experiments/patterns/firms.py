"""P4 and P9: whom a programme chooses, and what its staff achieve."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from linkage_sim.engine import Outcome
from linkage_sim.experiments.patterns.common import Claim, Numbers, Panel, Setting, Shown, begun, paired_runs
from linkage_sim.scenario.scenario import Scenario

VISITS = (0, 1, 3, 6, 12, 20)
STAFF: dict[str, Setting] = {
    "shared\nconcept": {},
    "misaligned": {"facilitator.concept": 0.1},
    "misaligned,\ncoached": {"facilitator.concept": 0.1, "programme.coaching.share": 0.3},
    "misaligned,\nno skill": {"facilitator.concept": 0.1, "facilitator.skill": 0.2},
    "seven\nagencies": {"facilitator.agencies": 7},
    "seven that\nshare": {"facilitator.agencies": 7, "facilitator.sharing": 0.8},
}


def selection(settings: Sequence[Setting], replicates: int) -> Numbers:
    """P4: true suppliers of the firms chosen, of all applicants, of the best possible choice, and claimed over true.

    Returns
    -------
    (settings, replicates, 4)
    """

    def measure(scenario: Scenario, outcome: Outcome) -> Sequence[float]:
        claims = outcome.programme["claims"]
        chosen = [claim["true"] for claim in claims if claim["chosen"]]
        true = sorted(claim["true"] for claim in claims)
        overstated = [claim["claimed"] / claim["true"] for claim in claims]
        return float(np.mean(chosen)), float(np.mean(true)), float(np.mean(true[-len(chosen) :])), float(np.mean(overstated))

    return paired_runs("p4_selection", settings, replicates, measure)


def staff_at_work(settings: Sequence[Setting], replicates: int) -> Numbers:
    """P9: what staff choose and achieve.

    Returns
    -------
    (settings, replicates, 4): capital of the chosen firms over that of all, true suppliers of the chosen, villages introduced to a
    firm per 10,000 USD of brokering, households equipped per 10,000 USD of kits
    """
    found = np.zeros((len(settings), replicates, 4))
    for replicate, simulations in enumerate(begun("p9_staff", settings, replicates)):
        for place, simulation in enumerate(simulations):
            simulation.run()
            report, state = simulation.outcome().programme, simulation.context.state
            chosen = state.firm["supported"] == 1
            capital = state.firm["first_capital"]
            true = [claim["true"] for claim in report["claims"] if claim["chosen"]]
            spent = report["spent"]
            found[place, replicate] = (
                capital[chosen].mean() / capital.mean(),
                float(np.mean(true)),
                1e4 * (state.route["introduced"] > 0.0).sum() / spent["brokers"],
                1e4 * (state.enterprise["kit_effect"] > 0.0).sum() / spent["kits"],
            )
    return found


def show_p4(worlds: int) -> Shown:
    """P4 over some worlds."""
    plans = [{"programme.selection.visits": j, "programme.selection.rule": "checked" if j else "claims"} for j in VISITS]
    found = selection(plans, worlds)
    chosen, everybody, best, overstated = (found[:, :, k] for k in range(4))
    firms, times = "{:.0f} against {:.0f} suppliers", "{:.2f} against {:.2f} times the truth"
    return Shown(
        4,
        "Claims and visits",
        "Firms chosen on their claims have fewer true suppliers than firms chosen after visits; visits also deter",
        "Firms overstate their suppliers as far as it pays them; checks are noisy, and being caught costs.",
        ("p4_selection",),
        (
            Claim("one visit finds firms with more true suppliers than claims do", chosen[1], chosen[0], firms),
            Claim("six visits do", chosen[3], chosen[0], firms),
            Claim("one expected visit makes claims more modest", overstated[0], overstated[1], times),
            Claim("six make them more modest still", overstated[1], overstated[3], times),
            Claim("claims hold some information: better than the average applicant", chosen[0], everybody[0], firms),
            Claim("and the best choice is better than that on claims", best[0], chosen[0], firms),
        ),
        (
            Panel("Firms that are chosen", "visits per applicant", "true suppliers per firm", [float(j) for j in VISITS],
                  {"chosen": chosen, "best possible": best, "all applicants": everybody}),
            Panel("What applicants claim", "visits per applicant", "claimed over true suppliers", [float(j) for j in VISITS],
                  {"applicants": overstated}),
        ),
        worlds=worlds,
    )  # fmt: skip


def show_p9(worlds: int) -> Shown:
    """P9 over some worlds."""
    found = staff_at_work(list(STAFF.values()), worlds)
    size, true, villages, kits = (found[:, :, k] for k in range(4))
    shared, misaligned, coached, unskilled, seven, sharing = range(6)
    times, firms = "{:.2f} against {:.2f} times the average", "{:.0f} against {:.0f} suppliers"
    per = "{:.1f} against {:.1f} villages per 10,000 USD"
    served = "{:.0f} against {:.0f} households per 10,000 USD"
    return Shown(
        9,
        "Staff, coaching and agencies",
        "Misaligned or uncoached staff choose big firms over inclusive ones; part of facilitation is wasted; "
        "overlapping agencies waste more",
        "Applicants are scored by what staff take a lead firm to be; effective facilitation is staff months times skill times concept "
        "times what is not duplicated.",
        ("p9_staff",),
        (
            Claim("misaligned staff choose firms with more capital", size[misaligned], size[shared], times),
            Claim("and with fewer true suppliers", true[shared], true[misaligned], firms),
            Claim("coaching before the choice brings more inclusive firms back", true[coached], true[misaligned], firms),
            Claim("misaligned staff introduce fewer villages for the same money", villages[shared], villages[misaligned], per),
            Claim("coaching makes up for part of it", villages[coached], villages[misaligned], per),
            Claim("without business skill they introduce fewer still", villages[misaligned], villages[unskilled], per),
            Claim("seven agencies that share nothing introduce fewer villages than one", villages[shared], villages[seven], per),
            Claim("and equip fewer households", kits[shared], kits[seven], served),
            Claim("sharing brings most of them back", kits[sharing], 0.5 * (kits[shared] + kits[seven]), served),
        ),
        (
            Panel("True suppliers of chosen firms", "", "suppliers per firm", list(STAFF)[:4], {"staff": true[:4]}),
            Panel("Villages introduced to a firm", "", "villages per 10,000 USD", list(STAFF), {"staff": villages}),
        ),
        "Which firms the seven agencies choose does not depend on overlap.",
        worlds=worlds,
    )  # fmt: skip
