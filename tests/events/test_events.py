"""Each kind of event changes what it should, from its month on, and the books balance."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest

from linkage_sim import engine
from linkage_sim.books import FIRM_SHIPPED, FIRM_TO_CITY
from linkage_sim.errors import ScenarioError
from linkage_sim.month.events import begins, goes_on
from linkage_sim.scenario.scenario import Scenario
from linkage_sim.world.state import State
from linkage_sim.world.world import World
from promises.small_world import columns, small

SEED = 11
JULY = 18
"""Recorded month 18 is a July: fruit ripens, contracts have been made."""
Row = dict[str, float]


def struck(**events: dict[str, Any]) -> Scenario:
    return small("baseline", {f"events.{name}": event for name, event in events.items()})


@cache
def settled() -> tuple[World, State]:
    """World and state after the spin-up: events strike recorded months only, so every scenario here starts from it."""
    first = engine.Simulation(small("baseline"), SEED)
    first.run(until=0)
    return first.world, first.context.state


def simulation(scenario: Scenario) -> engine.Simulation:
    world, state = settled()
    return engine.Simulation(scenario, SEED, world=world, start=state, check=True)


def lived(scenario: Scenario, until: int | None = None) -> engine.Simulation:
    one = simulation(scenario)
    one.run(until=until)
    return one


@cache
def calm() -> engine.Simulation:
    return lived(small("baseline"))


def series(one: engine.Simulation, name: str) -> Any:
    return one.recorder.values[:, one.recorder.names.index(name)]


EVENTS: dict[str, dict[str, Any]] = {
    "frost": {"kind": "frost", "chain": "apricot", "left": 0.2, "villages": 1.0, "at": JULY},
    "border_closure": {"kind": "border_closure", "place": "oybek", "lasts": 4, "at": JULY},
    "export_ban": {"kind": "export_ban", "chain": "apricot", "lasts": 4, "at": JULY},
    "remittance_drop": {"kind": "remittance_drop", "households": 0.5, "size": 0.4, "lasts": 3, "at": JULY},
    "standard_change": {"kind": "standard_change", "chain": "apricot", "end_market": "premium", "at": 14, "cost_rise": 0.4},
    "buyer_exit": {"kind": "buyer_exit", "chain": "apricot", "at": JULY},
    "road_closure": {"kind": "road_closure", "districts": ["asht"], "at": JULY},
}


@pytest.mark.parametrize("kind", EVENTS)
def test_months_before_an_event_are_the_same_to_the_last_bit_and_later_ones_are_not(kind: str) -> None:
    one, at = lived(struck(it=EVENTS[kind])), EVENTS[kind]["at"]
    usual, other = calm().recorder.values, one.recorder.values
    assert usual[:at].tobytes() == other[:at].tobytes()
    assert usual[at:].tobytes() != other[at:].tobytes()
    assert one.context.events is not None
    assert one.context.events.happened == [(at, "it")]
    assert one.recorder.books.worst < 1e-6


def test_an_event_leaves_the_numbers_of_its_world_alone() -> None:
    world, _ = settled()
    before = world.parameters.markets.tobytes()
    lived(struck(it=EVENTS["standard_change"]), 20)
    assert world.parameters.markets.tobytes() == before


def test_the_spin_up_knows_no_events() -> None:
    every = struck(it={"kind": "remittance_drop", "chance": 1.0, "lasts": 12})
    own = engine.Simulation(every, SEED)
    own.run(until=0)
    assert columns(own.context.state) == columns(settled()[1])
    assert every.world_hash() != small("baseline").world_hash(), "worlds with other events are not the same world"


def test_frost_takes_the_crop_of_its_districts_until_it_is_harvested() -> None:
    one = lived(struck(it=EVENTS["frost"] | {"districts": ["asht"]}), JULY + 1)
    usual = lived(small("baseline"), JULY + 1)
    state, other = one.context.state, usual.context.state
    asht = one.world.routes.district_names.index("asht")
    there = state.village["district"][state.household["village"][state.enterprise["household"]]] == asht
    np.testing.assert_allclose(state.enterprise["potential"][there], 0.2 * other.enterprise["potential"][there])
    assert (state.enterprise["potential"][~there] == other.enterprise["potential"][~there]).all()
    one.run(until=40)
    assert (one.context.state.crop_left == 1.0).all()
    ripened = series(one, "ripened_kg")[30:40].sum(), series(calm(), "ripened_kg")[30:40].sum()
    assert ripened[0] == pytest.approx(ripened[1], rel=0.05), "the next crop is whole again"


def test_frost_in_winter_is_felt_at_the_next_harvest() -> None:
    one = lived(struck(it=EVENTS["frost"] | {"at": 13}))
    assert 0.1 < series(one, "ripened_kg")[12:24].sum() / series(calm(), "ripened_kg")[12:24].sum() < 0.3


def test_frost_hits_the_stated_share_of_villages() -> None:
    one = lived(struck(it=EVENTS["frost"] | {"villages": 0.4}), JULY + 1)
    hit = (one.context.state.crop_left[:, 0] < 1.0).mean()
    assert 0.1 < hit < 0.8


def test_a_closed_border_bars_the_markets_beyond_it_and_opens_again() -> None:
    one = lived(struck(it=EVENTS["border_closure"]), JULY + 1)
    places = [market.place for market in one.scenario.value_chains["apricot"].end_markets.values()]
    barred = one.context.state.market_barred[0]
    assert [bool(flag) for flag in barred] == [place == "oybek" for place in places]
    assert (one.context.state.market_open[0, barred == 1] == 0).all()
    usual = lived(small("baseline"), JULY + 1).context.state.market_price
    names = list(one.scenario.value_chains["apricot"].end_markets)
    fallen = one.context.state.market_price < usual
    assert {name for name, falls in zip(names, fallen, strict=True) if falls} == {"regional"}, "bulk pays less than the city anyway"
    one.run(until=JULY + 5)
    assert not one.context.state.market_barred.any()


def test_an_export_ban_closes_all_markets_abroad_and_weighs_on_the_city() -> None:
    one = lived(struck(it=EVENTS["export_ban"]), JULY + 1)
    nodes = one.scenario.region.nodes
    places = [market.place for market in one.scenario.value_chains["apricot"].end_markets.values()]
    assert [bool(flag) for flag in one.context.state.market_barred[0]] == [nodes[place].kind != "city" for place in places]
    assert one.context.state.city_base[0, 0] == pytest.approx(0.7 * lived(small("baseline"), JULY + 1).context.state.city_base[0, 0])


def test_firms_do_not_keep_fruit_for_a_barred_market() -> None:
    """While the border is shut firms sell in the city what they would have shipped abroad."""
    banned = lived(struck(it=EVENTS["export_ban"] | {"lasts": 12}))
    window = slice(JULY, JULY + 12)
    assert banned.recorder.flows[window, FIRM_SHIPPED].sum() < calm().recorder.flows[window, FIRM_SHIPPED].sum()
    bought = series(banned, "contract_kg")[window].sum() + series(banned, "rival_kg")[window].sum()
    assert banned.recorder.flows[window, FIRM_TO_CITY].sum() > 0.2 * bought


def test_transfers_fall_for_the_stated_share_and_come_back() -> None:
    one = simulation(struck(it=EVENTS["remittance_drop"]))
    one.run(until=JULY)
    before = one.context.state.household["remittance_factor"].copy()
    one.step()
    fell = one.context.state.household["remittance_factor"] < before
    assert 0.35 < fell.mean() < 0.65
    np.testing.assert_allclose(one.context.state.household["remittance_factor"][fell], before[fell] * 0.6)
    one.run(until=JULY + 3)
    assert (one.context.state.household["remittance_factor"] < before).mean() == pytest.approx(fell.mean()), "the same households all along"
    one.step()
    assert (one.context.state.household["remittance_factor"] == before).all()


def test_a_tighter_standard_stays() -> None:
    one = lived(struck(it=EVENTS["standard_change"]))
    first, now = settled()[0].parameters.markets, one.context.parameters.markets
    names = list(one.scenario.value_chains["apricot"].end_markets)
    m = names.index("premium")
    assert now["grade_b_value"][m] == 0.5 * first["grade_b_value"][m]
    assert now["processing_cost"][m] == first["processing_cost"][m] + 0.4
    assert now[[n for n in range(len(names)) if n != m]].tobytes() == first[[n for n in range(len(names)) if n != m]].tobytes()
    assert series(one, "contract_usd")[24:].sum() < series(calm(), "contract_usd")[24:].sum()


def test_the_largest_buyer_leaves_and_only_it() -> None:
    before = lived(small("baseline"), JULY).context.state
    active = before.firm["active"] == 1
    largest = int(np.argmax(np.where(active, before.orders.sum(axis=1), -1.0)))
    one = lived(struck(it=EVENTS["buyer_exit"]), JULY + 1).context.state
    assert set(np.flatnonzero(active & (one.firm["active"] == 0))) == {largest}
    assert not (one.enterprise["firm"] == largest).any()
    assert not one.route["is_open"][largest].any()
    assert not one.enterprise["price_a"][one.enterprise["firm"] < 0].any(), "nobody reckons with the price of a firm that is gone"


def test_a_named_buyer_leaves() -> None:
    one = lived(struck(it=EVENTS["buyer_exit"] | {"firm": 2}), JULY + 1).context.state
    assert one.firm["active"][2] == 0


def test_roads_are_closed_by_district_and_by_name() -> None:
    one = lived(struck(it=EVENTS["road_closure"] | {"roads": ["asht_khujand", "border_road"]}), JULY + 1)
    state, routes = one.context.state, one.world.routes
    assert [bool(closed) for closed in state.village["closed"]] == [routes.district_names[d] == "asht" for d in routes.village_district]
    assert [bool(closed) for closed in state.bazaar_closed] == [name == "asht" for name in routes.bazaar_names]
    places = [market.place for market in one.scenario.value_chains["apricot"].end_markets.values()]
    assert [bool(flag) for flag in state.market_open[0]] == [place != "oybek" for place in places]
    one.step()
    assert not one.context.state.bazaar_closed.any()


def test_chance_is_drawn_once_a_year_in_its_month_and_by_its_name() -> None:
    scenario = struck(
        one={"kind": "remittance_drop", "chance": 0.5, "month": "mar", "lasts": 2},
        two={"kind": "remittance_drop", "chance": 0.5, "month": "mar"},
    )
    run = simulation(scenario)
    assert run.context.events is not None
    first, second = run.context.events.strikes
    key = run.context.key
    began = [[month for month in range(600) if begins(each, key, month)] for each in (first, second)]
    assert all(month % 12 == 2 for month in began[0])
    assert 15 <= len(began[0]) <= 35
    assert began[0] != began[1]
    assert [goes_on(first, key, began[0][0] + k) for k in range(3)] == [[began[0][0]], [began[0][0]], []]
    alone = simulation(struck(one={"kind": "remittance_drop", "chance": 0.5, "month": "mar", "lasts": 2})).context.events
    assert alone is not None
    assert [month for month in range(600) if begins(alone.strikes[0], key, month)] == began[0]


def test_results_do_not_depend_on_threads() -> None:
    scenario = struck(**EVENTS)
    world, state = settled()
    values = []
    for threads in (1, 3):
        one = engine.Simulation(scenario, SEED, world=world, start=state, threads=threads)
        one.run(until=30)
        values.append(one.recorder.values[:30].tobytes())
    assert values[0] == values[1]


@pytest.mark.parametrize(
    ("event", "words"),
    [
        ({"kind": "frots", "at": 3}, ['unknown kind "frots"', "nearest: frost"]),
        ({"kind": "frost", "chain": "apricott", "at": 3}, ["events.it.chain", "nearest: apricot"]),
        ({"kind": "frost", "chain": "apricot", "districts": ["ash"], "at": 3}, ['no district "ash"', "nearest: asht"]),
        ({"kind": "frost", "chain": "apricot"}, ["events.it.at", "never strikes"]),
        ({"kind": "frost", "chain": "apricot", "at": 72}, ["events.it.at", "the last recorded month is 71"]),
        ({"kind": "border_closure", "place": "oibek", "at": 3}, ["events.it.place", "nearest: oybek"]),
        ({"kind": "border_closure", "place": "khujand", "at": 3}, ['no border post or export market "khujand"']),
        ({"kind": "standard_change", "chain": "apricot", "end_market": "premum", "at": 3}, ["end_market", "nearest: premium"]),
        ({"kind": "buyer_exit", "chain": "apricot", "firm": 40, "at": 3}, ["events.it.firm", "no firm 40: there are "]),
        ({"kind": "road_closure", "roads": ["asht_khujan"], "at": 3}, ['no road "asht_khujan"', "nearest: asht_khujand"]),
        ({"kind": "road_closure", "at": 3}, ["closes nothing"]),
    ],
)
def test_bad_targets_are_named(event: dict[str, Any], words: list[str]) -> None:
    with pytest.raises(ScenarioError) as caught:
        struck(it=event)
    assert all(word in str(caught.value) for word in words), str(caught.value)
