"""Business skills: for farmers, and for aspiring entrepreneurs who may open a small firm."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from linkage_sim.programme.direct import serve
from linkage_sim.programme.villages import is_wasted

if TYPE_CHECKING:
    from linkage_sim.context import Context
    from linkage_sim.programme.facilitator import Facilitation
    from linkage_sim.scenario.acts import BusinessSkills


def teach_business(programme: Facilitation, context: Context, name: str, act: BusinessSkills) -> bool:
    """Farmers sell at better times, plan their work and try a practice that pays; entrepreneurs are readied to open."""
    if act.who == "entrepreneurs":
        return prepare_entrepreneurs(programme, context, name)
    effect = programme.effects.business_skills
    if not programme.ledger.purses[name].affords():
        return False
    rows = serve(programme, context, name, act, True)
    if not len(rows):
        return False
    household = context.state.household
    household["business"][rows] = np.maximum(household["business"][rows], effect.skill)
    household["reached"][rows] = 1
    return True


def prepare_entrepreneurs(programme: Facilitation, context: Context, name: str) -> bool:
    """Ready those who may open a firm later, the least prepared first, each at most once a year."""
    purse, firm = programme.ledger.purses[name], context.state.firm
    waiting = np.flatnonzero((firm["imitator"] == 1) & (firm["active"] == 0) & (firm["cash"] == 0.0))
    taught = programme.until("business_skills", firm.shape)
    acted = False
    for f in waiting[np.argsort(firm["prepared"][waiting], kind="stable")]:
        if taught[f] >= context.month:
            continue
        if not purse.affords():
            break
        programme.ledger.pay_unit(name, context.outside_flows)
        taught[f] = context.month + 12
        if not is_wasted(programme, context, 10**6 + int(f)):
            firm["prepared"][f] = 1.0
            acted = True
    return acted
