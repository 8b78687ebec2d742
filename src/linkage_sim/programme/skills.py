"""Business skills: for farmers, and for aspiring entrepreneurs who may open a small firm."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from linkage_sim.compiled import compiled
from linkage_sim.programme.direct import serve
from linkage_sim.programme.ledger import affords, pay_unit
from linkage_sim.programme.villages import is_wasted

if TYPE_CHECKING:
    from linkage_sim.context import Context
    from linkage_sim.programme.facilitator import Facilitation
    from linkage_sim.scenario.acts import BusinessSkills


@compiled
def teach_farmers(i: int, month: int, w: Any, p: Any) -> bool:
    """Farmers sell at better times, plan their work and try a practice that pays."""
    number = serve(i, month, w, p)
    for k in range(number):
        hh = w.household[p.rows[k]]
        hh.business = max(hh.business, w.effects[0].business_skills_skill)
        hh.reached = 1
    return number > 0


def prepare_entrepreneurs(programme: Facilitation, context: Context, i: int, act: BusinessSkills) -> bool:
    """Ready those who may open a firm later, the least prepared first, each at most once a year."""
    purse, firm = programme.plan[i], context.state.firm
    waiting = np.flatnonzero((firm["imitator"] == 1) & (firm["active"] == 0) & (firm["cash"] == 0.0))
    acted = False
    for f in waiting[np.argsort(firm["prepared"][waiting], kind="stable")].tolist():
        if programme.taught_until[f] >= context.month:
            continue
        if not affords(purse):
            break
        pay_unit(purse, context.facilitator[0], context.outside_flows)
        programme.taught_until[f] = context.month + 12
        if not is_wasted(10**6 + f, context.month, context.whole, programme.held):
            firm["prepared"][f] = 1.0
            acted = True
    return acted
