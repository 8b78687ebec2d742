"""Every act changes what it says, through the columns it names; it spends what it has, and it ends as stated.

All runs are paired: same world, same luck, with and without the act. Mechanism variables are compared, not outcomes.
"""

from __future__ import annotations

import numpy as np
import pytest

from linkage_sim import engine
from linkage_sim.books import (
    COLLECTING,
    FIRM_TO_PLANT,
    GROUP_LENT,
    GROUP_REPAID,
    GROUP_SAVED,
    GROUP_SHARED,
    PARTNERS,
    PAY_MADE,
    PICKED,
    PICKING,
)  # fmt: skip
from linkage_sim.programme.firms import introduce
from linkage_sim.programme.plan import ACTS
from linkage_sim.rules.trust import trust
from linkage_sim.scenario.pages import ACTS_THROUGH
from programme.watching import AFTER, BEFORE, CHOICE, DURING, SEED, alone, column, flow, lived
from promises.small_world import PLAN, differing, with_plan

LAST = BEFORE + DURING - 1
"""Last month with the programme."""
POOR = {"households.shock": 0.1, "households.buffer": 1, "households.credit_access": 1.0}


@pytest.mark.parametrize("act", sorted(ACTS))
def test_an_act_spends_within_its_purse_and_what_it_spends_is_posted(act: str) -> None:
    share = 0.05
    plan = {"alone": {"act": act, "share": share}}
    if act in ("brokering", "co_investment", "contract_support"):
        plan |= CHOICE
    simulation, _ = lived(plan)
    programme = simulation.context.programme
    assert programme is not None
    told = programme.report(simulation.context)
    assert told["spent"]["alone"] <= share * told["budget"] + 1e-6
    assert column(simulation, "spent").sum() == pytest.approx(sum(told["spent"].values()))
    assert column(simulation, "spent")[:BEFORE].sum() == column(simulation, "spent")[LAST + 1 :].sum() == 0.0


def test_every_act_is_described_and_has_a_cost() -> None:
    assert set(ACTS_THROUGH) == set(ACTS)
    effects = with_plan(PLAN).interventions
    assert all(getattr(effects, act).unit for act in ACTS)


# --- savings groups ---------------------------------------------------------------------------------------------------


def test_savings_groups_lend_for_need_and_replace_dear_loans() -> None:
    looks = {
        "gap": lambda c: c.state.household["gap"].sum(),
        "bank": lambda c: c.state.household["bank_debt"].sum(),
        "strength": lambda c: c.state.village["group"].mean(),
        "saved": lambda c: c.state.household["saved"].sum(),
        "off": lambda c: (
            c.state.village["fund"].sum() + c.state.household["group_debt"].sum() - c.state.household["saved"].sum()
        ),
    }  # fmt: skip
    with_groups = alone("savings_groups", 0.05)
    without, bare = lived(CHOICE, POOR, **looks)
    run, seen = lived(with_groups, POOR, **looks)
    assert flow(run, GROUP_LENT).sum() > 0.0
    assert seen["gap"][BEFORE + 12 :].sum() < 0.98 * bare["gap"][BEFORE + 12 :].sum()
    # few ever borrow from a bank here: the debts of ten worlds together
    bank = {"bank": looks["bank"]}
    worlds = range(1, 11)
    left = [[lived(plan, POOR, seed, **bank)[1]["bank"][BEFORE + 12 :].sum() for seed in worlds] for plan in (with_groups, CHOICE)]
    assert sum(left[0]) < 0.9 * sum(left[1])
    # what members put in is there or lent out, in every month
    assert np.abs(seen["off"]).max() < 1e-6
    put_in = flow(run, GROUP_SAVED) + flow(run, GROUP_REPAID) - flow(run, GROUP_LENT) - flow(run, GROUP_SHARED)
    assert put_in.sum() == pytest.approx(run.context.state.village["fund"].sum())
    # groups fade without support, and savings go home
    assert seen["strength"][LAST] > seen["strength"][-1] > 0.0
    assert seen["saved"].max() > seen["saved"][-1]
    assert flow(without, GROUP_SAVED).sum() == 0.0


def test_savings_groups_serve_whom_they_are_aimed_at() -> None:
    run, _ = lived(alone("savings_groups", 0.004, target="women"), {"interventions.savings_groups.members": 5})
    women = run.context.state.household["woman"] == 1
    member = run.context.state.household["member"] == 1
    assert member[women].mean() > member[~women].mean()


# --- village organisations --------------------------------------------------------------------------------------------


def test_village_organisations_build_and_fade() -> None:
    _, seen = lived(alone("village_organisations", 0.3), strength=lambda c: c.state.village["organisation"].max())
    effect = with_plan({}).interventions.village_organisations
    assert seen["strength"][:BEFORE].max() == 0.0
    assert seen["strength"][LAST] == pytest.approx(effect.strength)
    assert seen["strength"][-1] == pytest.approx(effect.strength * (1 - effect.decay / 12) ** AFTER)


def test_village_organisations_hold_members_to_their_contracts() -> None:
    def side(strength: float) -> float:
        more = {"interventions.village_organisations.sanction": strength, "behaviour.sanction": 0.5}
        run, _ = lived(alone("village_organisations", 0.3), more)
        return float(column(run, "side_kg").sum() / column(run, "due_kg").sum())

    assert side(2.0) < side(0.0)


def test_village_organisations_share_collection_cost() -> None:
    def cost(part: float) -> float:
        run, _ = lived(alone("village_organisations", 0.3), {"interventions.village_organisations.collection": part})
        months = slice(BEFORE + 12, None)
        return float(flow(run, COLLECTING)[months].sum() / column(run, "routes")[months].sum())

    assert cost(0.9) < cost(0.0)


def test_a_plan_changed_in_place_is_another_plan() -> None:
    """Scenarios are frozen, but for a researcher in a notebook their plan is a dictionary like others."""
    scenario = with_plan({"courses": {"act": "training", "share": 0.2}, "kits": {"act": "storage", "share": 0.1}})
    before = engine.run(scenario, SEED).programme["spent"]
    scenario.programme["courses"] = scenario.programme["courses"].model_copy(update={"share": 0.4})
    del scenario.programme["kits"]
    after = engine.run(scenario, SEED).programme["spent"]
    assert after.keys() == {"courses"}
    assert after["courses"] > 1.5 * before["courses"] > 0.0


def test_an_introduction_by_a_village_organisation_carries_trust() -> None:
    simulation = engine.Simulation(with_plan(CHOICE), SEED)
    programme, village = simulation.context.programme, simulation.context.state.village
    village["organisation"][1], village["association"][2], village["organisation"][2] = 0.8, 0.5, 0.5
    assert programme is not None
    for v in range(3):
        introduce(0, v, 0, 0.0, BEFORE, simulation.context.whole, programme.held)
    carried = simulation.context.state.route["introduced"][0, :3]
    assert carried[0] < carried[2] < carried[1] + 1e-9 or carried[0] < carried[1] < carried[2]
    ties = simulation.context.parameters.ties[0]
    assert trust(0.0, 0.0, ties["introduced_kept"], ties["introduced_broken"]) > trust(
        0.0, 0.0, ties["unknown_kept"], ties["unknown_broken"]
    )


BREAKING = {"lead_firms.reliability": 0.0, "lead_firms.reliability_spread": 0.0, "lead_firms.reliability_skill": 0.0}


@pytest.mark.parametrize("act", ["village_organisations", "contract_support"])
def test_broken_promises_are_mended_in_part(act: str) -> None:
    """Firms whose word counts for nothing: with mending they pay more when they break it, gain less by it, and are trusted more."""

    def paid(part: float) -> tuple[float, float, float]:
        run, seen = lived(alone(act, 0.3), BREAKING | {f"interventions.{act}.mended": part}, trust=lambda c: c.state.tie_broken.sum())
        kg = column(run, "contract_kg")[BEFORE + 6 :].sum()
        return (
            float(column(run, "contract_usd")[BEFORE + 6 :].sum() / kg),
            float(seen["trust"][LAST]),
            float(column(run, "firm_breaks").sum()),
        )

    none, much = paid(0.0), paid(1.0)
    assert none[2] > 0.0
    assert much[0] > none[0]
    assert much[1] < none[1]


# --- business skills --------------------------------------------------------------------------------------------------


def test_business_skills_cut_cost_and_hurdle_and_fade() -> None:
    looks = {"skill": lambda c: c.state.household["business"].mean()}
    bare, _ = lived(CHOICE)
    run, seen = lived(alone("business_skills", 0.3), {"interventions.business_skills.timing": 0.0}, **looks)
    months = slice(BEFORE + 12, LAST)
    assert (
        flow(run, PICKING)[months].sum() / flow(run, PICKED)[months].sum()
        < flow(bare, PICKING)[months].sum() / flow(bare, PICKED)[months].sum()
    )
    assert seen["skill"][LAST] > 0.3
    decay = with_plan({}).interventions.business_skills.decay
    assert seen["skill"][-1] == pytest.approx(seen["skill"][LAST] * (1 - decay / 12) ** AFTER, rel=1e-6)

    def users(cut: float) -> float:
        again, _ = lived(alone("business_skills", 0.3), {"interventions.business_skills.hurdle": cut, "behaviour.hurdle": 2.0})
        return float((column(again, "improved_users") + column(again, "quality_users"))[BEFORE + 12 :].sum())

    assert users(1.0) > users(0.0)


def test_business_skills_sharpen_the_choice_of_when_to_sell() -> None:
    """With less noise those skilled keep more exactly what is worth keeping: their stocks differ, and only through timing."""
    off = {"interventions.business_skills.hurdle": 0.0, "interventions.business_skills.picking": 0.0}
    plan = alone("business_skills", 0.3)
    with_timing, _ = lived(plan, off | {"interventions.business_skills.timing": 0.9})
    without, _ = lived(plan, off | {"interventions.business_skills.timing": 0.0})
    bare, _ = lived({**plan, "alone": plan["alone"] | {"share": 0.0}}, off)
    assert "stock_kg" in differing(with_timing.outcome(), without.outcome())
    assert column(without, "stock_kg").tobytes() == column(bare, "stock_kg").tobytes()


def test_prepared_entrepreneurs_open_sooner() -> None:
    setting = {"lead_firms.entry": 0.3, "interventions.business_skills.entry": 20}
    plan = alone("business_skills", 0.1, who="entrepreneurs")
    months = [[column(lived(each, setting, seed)[0], "rivals").sum() for seed in range(4)] for each in (CHOICE, plan)]
    assert all(more >= less for less, more in zip(*months, strict=True))
    assert sum(months[1]) > sum(months[0])


# --- contract support -------------------------------------------------------------------------------------------------


def test_contract_support_cuts_rejection_and_wears_off_unless_users_pay() -> None:
    looks = {
        "rejected": lambda c: ((c.state.enterprise["rejected"] == 1) & (c.state.enterprise["firm"] >= 0)).sum(),
        "members": lambda c: (c.state.enterprise["firm"] >= 0).sum(),
        "written": lambda c: c.state.route["written"].sum(),
        "fees": lambda c: c.state.route["grading"].sum(),
    }
    usual = {"lead_firms.rejection": 0.12}
    _, bare = lived(CHOICE, usual, **looks)
    plan = alone("contract_support", 0.3)
    _, seen = lived(plan, usual, **looks)
    months = slice(BEFORE + 12, LAST)
    assert (
        seen["rejected"][months].sum() / seen["members"][months].sum()
        < 0.9 * bare["rejected"][months].sum() / bare["members"][months].sum()
    )
    _, cheap = lived(plan, usual | {"interventions.contract_support.fee": 1}, **looks)
    _, dear = lived(plan, usual | {"interventions.contract_support.fee": 10000}, **looks)
    assert dear["fees"].sum() == 0.0
    assert cheap["fees"][LAST + 1 :].sum() > 0.0
    assert 0.0 < dear["written"][-1] < 0.5 * dear["written"][LAST]
    assert cheap["written"][-1] > dear["written"][-1]


def test_contract_support_brings_side_selling_to_light() -> None:
    def side(part: float) -> float:
        run, _ = lived(alone("contract_support", 0.3), {"interventions.contract_support.detection": part, "behaviour.detection": 0.2})
        return float(column(run, "side_kg").sum() / column(run, "due_kg").sum())

    assert side(1.0) < side(0.0)


def test_late_pay_costs_a_firm_under_written_terms() -> None:
    short = {
        "lead_firms.capital": 2000, "lead_firms.capital_spread": 0, "lead_firms.credit_line": 0.1, "lead_firms.turnover": 0.05,
        "lead_firms.delay": 0, "lead_firms.route_setup": 20, "lead_firms.route_running": 20,
    }  # fmt: skip

    def owed(penalty: float) -> float:
        run, _ = lived(alone("contract_support", 0.3), short | {"interventions.contract_support.penalty": penalty})
        late = column(run, "firm_late").sum()
        assert late > 0.0
        return float(flow(run, PAY_MADE).sum() - column(run, "contract_usd").sum())

    assert owed(0.0) == pytest.approx(0.0, abs=1e-6)
    assert owed(0.5) > 1.0


# --- input providers, processors ---------------------------------------------------------------------------------------

FAR = {"input_providers.reach": 0.05, "input_providers.margin": 0.2}


def test_outlets_open_where_nobody_could_buy_and_last_where_sales_cover_them() -> None:
    looks = {"outlets": lambda c: c.state.village["outlet"].sum(), "provider": lambda c: c.state.village["provider"].sum()}
    bare, none = lived(CHOICE, FAR, **looks)
    plan = alone("input_provider_links", 0.1, end=6)
    cheap, lasting = lived(plan, FAR | {"input_providers.outlet_cost": 1}, **looks)
    dear, passing = lived(plan, FAR | {"input_providers.outlet_cost": 500, "interventions.input_provider_links.running": 1}, **looks)
    assert none["outlets"].max() == 0.0
    assert column(bare, "improved_users")[BEFORE:].sum() == 0.0
    for run, seen in ((cheap, lasting), (dear, passing)):
        assert seen["outlets"].max() > 0.0
        assert column(run, "improved_users")[BEFORE + 6 :].sum() > 0.0
        assert flow(run, PARTNERS).sum() > 0.0
    assert lasting["outlets"][-1] > 0.0
    assert passing["outlets"][BEFORE + 20] > 0.0, "the programme carries it for two years"
    assert passing["outlets"][-1] == passing["provider"][-1] == 0.0


def test_outlets_sell_on_credit() -> None:
    def users(credit: float) -> float:
        poor = FAR | {"input_providers.outlet_cost": 1, "households.buffer": 0, "households.credit_access": 0, "input_providers.credit": 0}
        run, _ = lived(alone("input_provider_links", 0.2), poor | {"interventions.input_provider_links.credit": credit})
        return float((column(run, "improved_users") + column(run, "quality_users")).sum())

    assert users(1.0) > users(0.0)


def test_processor_links_add_capacity_that_wears_and_credit_that_is_kept_by_use() -> None:
    looks = {
        "capacity": lambda c: c.state.plant_capacity.sum(),
        "advance": lambda c: c.state.firm["plant_advance"].sum(),
        "credit": lambda c: c.state.firm["credit"].sum(),
        "linked": lambda c: c.state.firm["processor"].sum(),
    }
    run, seen = lived(alone("processor_links", 0.2), **looks)
    effect = run.scenario.interventions.processor_links
    first = seen["capacity"][0]
    assert seen["capacity"].max() > first
    assert first < seen["capacity"][-1] < seen["capacity"][LAST]
    assert seen["advance"].max() == pytest.approx(effect.advance * run.outcome().programme["units"]["alone"], rel=0.6)
    assert np.allclose(seen["credit"] - seen["advance"], seen["credit"][0])
    assert seen["linked"].max() > seen["linked"][-1] >= 0.0


def test_a_plant_under_contract_draws_fruit_that_firms_would_not_have_bought() -> None:
    """Small orders of their own, a plant that pays well: firms contract for it where it leaves them a margin."""
    market = "value_chains.apricot.end_markets"
    setting = {
        f"{market}.premium.orders": 300, f"{market}.regional.orders": 300, f"{market}.regional.price": 1.6,
        "value_chains.apricot.processors.sorting_plant.margin": 0.3, "lead_firms.fixed_cost": 0, "lead_firms.order_loss": 0,
        "interventions.processor_links.capacity": 0, "interventions.processor_links.decay": 0,
    }  # fmt: skip

    def to_plant(margin: float) -> tuple[float, float]:
        again, _ = lived(alone("processor_links", 0.3), setting | {"interventions.processor_links.margin": margin})
        return float(flow(again, FIRM_TO_PLANT).sum()), float(column(again, "contract_kg").sum())

    none, much = to_plant(0.0), to_plant(1.0)
    assert much[0] > none[0]
    assert much[1] > none[1]


# --- mobile payments ----------------------------------------------------------------------------------------------------


def test_mobile_payments_pay_earlier_while_agents_are_there() -> None:
    looks = {
        "phones": lambda c: c.state.household["mobile"].mean(),
        "worth": lambda c: c.state.enterprise["delay_value"].mean(),
        "cover": lambda c: c.state.village["mobile"].mean(),
    }
    bare, none = lived(CHOICE, **looks)
    run, seen = lived(alone("mobile_payments", 0.2), **looks)
    effect = run.scenario.interventions.mobile_payments
    assert none["phones"].max() == 0.0
    assert seen["phones"][LAST] == pytest.approx(seen["cover"][LAST] * effect.adoption, abs=0.1)
    assert seen["worth"][LAST] > none["worth"][LAST]
    assert seen["phones"][LAST] > seen["phones"][-1] > 0.0
    months = slice(BEFORE + 8, LAST)
    owed = [column(each, "owed_usd")[months].sum() / column(each, "contract_usd")[months].sum() for each in (bare, run)]
    assert owed[1] < owed[0]


def test_mobile_payments_save_firms_cost_per_supplier() -> None:
    """The same world up to a month without planning; then supplier costs are cut where there are phones, and nowhere else."""

    def cost(part: float) -> float:
        simulation = engine.Simulation(with_plan(alone("mobile_payments", 0.2)), SEED)
        simulation.run(until=BEFORE + 20)
        simulation.context.effects["mobile_payments_member_cost"] = part
        simulation.step()
        return float(flow(simulation, COLLECTING)[BEFORE + 20])

    assert cost(0.0) - cost(0.9) > 1.0


# --- communication and coordination -----------------------------------------------------------------------------------


def test_communication_raises_concept_and_narrows_its_spread() -> None:
    calm = {"facilitator.turnover": 0.0, "facilitator.staff": 12}
    bare, run = (lived(plan, calm)[0].outcome().programme for plan in (CHOICE, alone("communication")))
    assert run["concept_spread"] < 0.5 * bare["concept_spread"]
    looks = {"concept": lambda c: c.facilitator["concept"][0], "sharing": lambda c: c.facilitator["sharing"][0]}
    _, quiet = lived(CHOICE, calm, **looks)
    _, seen = lived(alone("communication"), calm, **looks)
    assert seen["concept"][LAST] > quiet["concept"][LAST]
    assert seen["sharing"][LAST] > quiet["sharing"][LAST]

    def reached(sharing: float) -> float:
        closed = calm | {"facilitator.agencies": 12, "facilitator.sharing": sharing, "interventions.communication.sharing": 0.0}
        return float(lived(alone("communication"), closed, **looks)[1]["concept"][LAST])

    assert reached(0.0) == pytest.approx(quiet["concept"][0]), "with an officer an agency and no sharing nobody learns of others"
    assert reached(1.0) > reached(0.0)


def test_coordination_cuts_waste_and_aims_support_at_linked_villages() -> None:
    courses = {"courses": {"act": "training", "share": 0.05, "start": 2, "refresh": False}}
    setting = {"facilitator.overlap": 0.6, "facilitator.sharing": 0.0}
    bare, _ = lived(CHOICE | courses, setting)
    run, seen = lived(alone("coordination") | courses, setting, overlap=lambda c: c.programme.overlap)
    units = [each.outcome().programme["units"]["courses"] for each in (bare, run)]
    trained = [each.context.state.household["trained"].sum() for each in (bare, run)]
    assert trained[1] / units[1] > 1.2 * trained[0] / units[0]
    assert seen["overlap"][LAST] < 0.3 * seen["overlap"][BEFORE]

    def part_linked(aim: float) -> float:
        plan = alone("coordination", start=1) | {"courses": courses["courses"] | {"share": 0.03}}
        parts = []
        for seed in range(7, 13):
            again, _ = lived(plan, {"interventions.coordination.aim": aim, "interventions.coordination.sharing": 1.0}, seed)
            household = again.context.state.household
            villages = (again.context.state.route["members"] > 0).any(axis=0)
            parts.append(float(villages[household["village"][household["trained"] > 0]].mean()))
        return float(np.mean(parts))

    assert part_linked(1.0) > part_linked(0.0)
