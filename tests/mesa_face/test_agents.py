from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import mesa
import numpy as np
import pytest

from linkage_sim.agents import VIEWS, Enterprise, Facilitator, InputProvider, LeadFirm, Processor, Route, Smallholder
from linkage_sim.errors import EngineError, StateError
from linkage_sim.model import LinkageModel
from linkage_sim.month.join import tie_trust
from linkage_sim.world.state import COLUMNS, WIDE

Make = Callable[..., LinkageModel]
OF_TABLE = {"household": Smallholder, "enterprise": Enterprise, "firm": LeadFirm, "route": Route}


def views_of(model: LinkageModel, table: str) -> list[Any]:
    if table in ("household", "firm"):
        return list(model.agents_by_type[OF_TABLE[table]])
    if table == "enterprise":
        return [each for farmer in model.agents_by_type[Smallholder] for each in farmer.enterprises]
    villages = range(len(model.state.village))
    return [firm.route(village) for firm in model.agents_by_type[LeadFirm] for village in villages]


# --- reading ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("table", OF_TABLE)
def test_every_declared_column_is_read_from_its_row(harvest: LinkageModel, table: str) -> None:
    views = views_of(harvest, table)
    rows = getattr(harvest.state, table)
    assert len(views) == rows.size
    for column in (column for column in COLUMNS if column.table == table):
        values = [getattr(view, column.name) for view in views]
        assert values == rows[column.name].ravel().tolist(), column.name
        kind = bool if column.unit == "flag" else float if column.kind == "f8" else int
        assert {type(value) for value in values} == {kind}, column.name


@pytest.mark.parametrize("column", [column for column in COLUMNS if column.table in OF_TABLE], ids=lambda c: f"{c.table}.{c.name}")
def test_the_help_of_a_column_is_its_declaration(column: Any) -> None:
    told = getattr(OF_TABLE[column.table], column.name).__doc__
    assert column.meaning in told
    assert column.unit in told
    assert f"{column.low:g} to {column.high:g}" in told


def test_wide_columns_are_live_rows_that_cannot_be_written(harvest: LinkageModel) -> None:
    beginnings = {"firm": LeadFirm, "bazaar": InputProvider, "processor": Processor}
    for name, (shape, _, meaning) in WIDE.items():
        kind = beginnings.get(shape.split(" x ")[0])
        if kind is None:
            continue
        assert meaning in getattr(kind, name).__doc__
        for agent in harvest.agents_by_type[kind]:
            value, row = getattr(agent, name), getattr(harvest.state, name)[agent.row]
            assert np.array_equal(value, row)
            if row.ndim:
                with pytest.raises(ValueError, match="read-only"):
                    value[...] = 0.0
    shop = harvest.agents_by_type[InputProvider][0]
    shop.input_stock = 12.5
    assert harvest.state.input_stock[0] == 12.5
    with pytest.raises(StateError, match="input_stock"):
        shop.input_stock = -1.0


def test_views_follow_the_run(make: Make) -> None:
    model = make()
    farmer = model.agents_by_type[Smallholder][3]
    before = farmer.cash
    for _ in range(8):
        model.step()
    assert farmer.cash != before
    assert farmer.cash == model.state.household["cash"][3]


# --- what is computed ---------------------------------------------------------------------------------


def test_enterprises_belong_to_their_household(harvest: LinkageModel) -> None:
    found = [(farmer.row, each.row) for farmer in harvest.agents_by_type[Smallholder] for each in farmer.enterprises]
    assert sorted(found) == sorted((household, row) for row, household in enumerate(harvest.state.enterprise["household"].tolist()))
    assert {each.chain_name for each in harvest.agents_by_type[Smallholder][0].enterprises} == {"apricot"}


def test_links_and_suppliers_agree_from_both_sides(harvest: LinkageModel) -> None:
    linked = harvest.agents_by_type[Smallholder].select(lambda farmer: farmer.is_linked)
    assert len(linked) > 10
    suppliers = {farmer for firm in harvest.agents_by_type[LeadFirm] for farmer in firm.suppliers}
    assert set(linked) == suppliers
    for farmer in linked:
        assert farmer in farmer.linked_firm.suppliers
        assert farmer.village_name in farmer.linked_firm.villages
        assert harvest.network[farmer.village_name] is farmer.cell
    assert harvest.recorded("linked.all") == len(linked)


def test_trust_is_that_of_the_month(harvest: LinkageModel) -> None:
    farmers = harvest.agents_by_type[Smallholder]
    s, ties = harvest.state, harvest.simulation.context.parameters.ties
    trusts = [each.trust for farmer in farmers for each in farmer.enterprises if each.firm >= 0]
    assert sum(trusts) == pytest.approx(harvest.recorded("trust"), rel=1e-9)
    for farmer in farmers.select(lambda farmer: farmer.is_linked, at_most=5):
        each = farmer.contract
        expected = tie_trust(each.row, each.firm, farmer.village, s.tie_kept, s.tie_broken, s.route, ties)
        assert farmer.trust == each.trust_in(farmer.linked_firm) == pytest.approx(expected, rel=1e-12)
    alone = next(farmer for farmer in farmers if not farmer.is_linked)
    assert math.isnan(alone.trust)
    assert alone.linked_firm is None
    for firm in harvest.agents_by_type[LeadFirm]:
        own = [each.trust for farmer in firm.suppliers for each in farmer.enterprises if each.firm == firm.row]
        assert firm.trust == pytest.approx(np.mean(own)) if own else math.isnan(firm.trust)


def test_names_and_places(harvest: LinkageModel) -> None:
    firms = harvest.agents_by_type[LeadFirm]
    assert firms.get("name") == list(harvest.scenario.lead_firms.names[: len(firms)])
    assert [firm.cell.coordinate for firm in firms] == [firm.place_name for firm in firms]
    (plant,) = harvest.agents_by_type[Processor]
    assert (plant.name, plant.chain_name, plant.cell.coordinate) == ("sorting_plant", "apricot", plant.plant.place)
    assert plant.capacity == harvest.scenario.value_chains["apricot"].processors["sorting_plant"].capacity
    shops = harvest.agents_by_type[InputProvider]
    assert shops.get("bazaar_name") == ["asht", "isfara", "konibodom"]
    outlets = {name for shop in shops for name in shop.outlets}
    assert len(outlets) == int(harvest.state.village["outlet"].sum())
    assert repr(firms[0]) == "<LeadFirm 0>"


def test_the_facilitator_shows_the_programme(make: Make) -> None:
    model = make(through=29)
    (facilitator,) = model.agents_by_type[Facilitator]
    assert facilitator.spent == model.outcome().programme["spent"]
    assert sum(facilitator.spent.values()) > 0.0
    assert (facilitator.skill, facilitator.concept) == (model.recorded("skill"), model.recorded("concept"))
    assert facilitator.view == model.simulation.context.facilitator["market_view"][0]
    assert [firm.supported for firm in facilitator.supported_firms] == [True] * len(facilitator.supported_firms)
    with pytest.raises(AttributeError):
        facilitator.skill = 1.0


# --- writing ------------------------------------------------------------------------------------------


def test_setting_a_column_writes_the_row(harvest: LinkageModel) -> None:
    farmer, firm = harvest.agents_by_type[Smallholder][0], harvest.agents_by_type[LeadFirm][1]
    farmer.cash, farmer.reached, farmer.trained = 12, True, np.int64(3)
    farmer.enterprises[0].firm = 1
    firm.route("asht/v02").price_a = np.float32(0.5)
    household = harvest.state.household[0]
    assert (household["cash"], household["reached"], household["trained"]) == (12.0, 1, 3)
    assert farmer.linked_firm is firm
    assert harvest.state.route[1, 1]["price_a"] == 0.5
    harvest.agents_by_type[LeadFirm].set("cash", 7.0)
    assert (harvest.state.firm["cash"] == 7.0).all()


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("cash", -1.0, "household.cash of row 0 cannot be -1.0; allowed 0 to inf USD"),
        ("cash", math.nan, "cannot be nan"),
        ("cash", math.inf, "cannot be inf"),
        ("cash", "much", "wanted a number"),
        ("cash", True, "wanted a number"),
        ("patience", 1.5, "allowed 0 to 1 per month"),
        ("reached", 2, "allowed 0 to 1 flag"),
        ("reached", 0.5, "wanted True or False"),
        ("trained", 300, "allowed 0 to 255"),
        ("trained", 1.0, "wanted a whole number"),
    ],
)
def test_what_may_not_be_written_is_refused_and_changes_nothing(make: Make, name: str, value: object, said: str) -> None:
    model = make()
    farmer, before = model.agents_by_type[Smallholder][0], model.state.household.copy()
    with pytest.raises(StateError, match=said):
        setattr(farmer, name, value)
    assert all(np.array_equal(model.state.household[name], before[name]) for name in before.dtype.names)


def test_an_index_stays_inside_what_it_names(make: Make) -> None:
    model = make()
    each, firm = model.agents_by_type[Smallholder][0].enterprises[0], model.agents_by_type[LeadFirm][0]
    for name in ("firm", "owing_firm"):
        with pytest.raises(StateError, match="allowed -1 to 9 index"):
            setattr(each, name, 10)
    with pytest.raises(StateError, match="allowed -1 to 2 index"):
        firm.route(0).tier_a = 3
    with pytest.raises(StateError, match=r"allowed 0 to 2\.14748e"):
        firm.addenda = 10**12


def test_what_is_laid_out_or_computed_can_only_be_read(make: Make) -> None:
    farmer = make().agents_by_type[Smallholder][0]
    for name in ("identity", "village", "tercile", "trust", "linked_firm", "village_name", "is_linked"):
        with pytest.raises(AttributeError):
            setattr(farmer, name, 0)
    for name in ("household", "chain", "identity", "trust"):
        with pytest.raises(AttributeError):
            setattr(farmer.enterprises[0], name, 0)


def test_what_is_put_in_by_hand_balances_and_is_told(make: Make) -> None:
    model = make(through=3)
    farmers = model.agents_by_type[Smallholder]
    farmers.do(lambda farmer: setattr(farmer, "cash", farmer.cash + 2.0))
    farmers[0].enterprises[0].stock_a = 100.0 + farmers[0].enterprises[0].stock_a
    model.step()
    assert model.by_hand["households USD"] == pytest.approx(2.0 * len(farmers))
    assert model.by_hand["households kg"] == pytest.approx(100.0)
    model.run_model()
    assert sum(amount != 0.0 for amount in model.by_hand.values()) == 2
    assert model.outcome().worst_balance < 1e-6


def test_a_farmer_driven_by_hand_lives_with_it(make: Make) -> None:
    plain, driven = make(through=14), make(through=14)  # practices are chosen in April, month 15
    for each in (each for farmer in driven.agents_by_type[Smallholder] for each in farmer.enterprises):
        each.knowledge_improved = 1.0
    for model in (plain, driven):
        model.step()
    users = [model.state.enterprise["uses_improved"].sum() for model in (plain, driven)]
    assert users[1] > users[0]


# --- the agents of a model ----------------------------------------------------------------------------


def test_agents_are_made_when_first_asked_for(make: Make) -> None:
    model = make()
    assert not model._views
    assert len(model._all_agents) == 0
    assert model.agent_types == list(VIEWS)
    assert len(model.agents) == len(model._all_agents) == 240 + 10 + 1 + 3 + 1
    assert model.agents.get("unique_id") == list(range(1, 256))
    assert model.agents is model.agents
    assert list(model.agents_by_type) == list(VIEWS)


def test_agents_of_the_users_own_are_numbered_after_the_views(make: Make) -> None:
    model = make()
    first = mesa.Agent(model)
    rest = mesa.Agent.create_agents(model, 2)
    assert [first.unique_id, *rest.get("unique_id")] == [256, 257, 258]
    assert len(set(model.agents.get("unique_id"))) == len(model.agents) == 258
    first.remove()
    assert len(model.agents_by_type[mesa.Agent]) == 2


def test_views_are_made_by_the_model_and_stay(make: Make) -> None:
    model = make()
    farmer = model.agents_by_type[Smallholder][0]
    with pytest.raises(EngineError, match="made by the model"):
        Smallholder(model, 0)
    for refuse in (farmer.remove, model.agents_by_type[Facilitator][0].remove, model.remove_all_agents):
        with pytest.raises(EngineError, match="cannot be removed"):
            refuse()
    with pytest.raises(ValueError, match="Cannot move"):
        farmer.cell = model.network["asht"]
    with pytest.raises(StateError, match="no village 'nowhere'; known: asht/v01"):
        model.agents_by_type[LeadFirm][0].route("nowhere")
    assert len(model.agents) == 255


def test_agent_sets_work_as_in_mesa(harvest: LinkageModel) -> None:
    farmers = harvest.agents_by_type[Smallholder]
    women = farmers.select(lambda farmer: farmer.woman)
    assert len(women) == harvest.state.household["woman"].sum()
    assert farmers.get(["cash", "village"])[5] == [farmers[5].cash, farmers[5].village]
    assert farmers.agg("cash", sum) == pytest.approx(harvest.state.household["cash"].sum())
    assert farmers.groupby("village_name").count() == dict.fromkeys(harvest.simulation.world.routes.village_names, 40)
    richest = next(iter(farmers.sort("usual_income", ascending=False)))
    assert richest.usual_income == harvest.state.household["usual_income"].max()
    assert len(farmers.shuffle()) == len(farmers)
    seen: list[int] = []
    farmers.do(lambda farmer: seen.append(farmer.row))
    assert seen == list(range(len(farmers)))
