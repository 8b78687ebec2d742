"""Drawing who lives there: households, enterprises, firms and the prices they start from."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from linkage_sim.books import N_FLOWS
from linkage_sim.columns import Table, table_of
from linkage_sim.compiled import as_table, compiled
from linkage_sim.draws import Key, normals, uniforms
from linkage_sim.rules.area import expected_return
from linkage_sim.rules.contract import delayed_value
from linkage_sim.scenario.chain import ValueChain, month_values
from linkage_sim.scenario.scenario import Scenario
from linkage_sim.world.equilibrium import UsualYear, usual_year
from linkage_sim.world.parameters import Parameters, bazaars_with_shop, usual_inputs
from linkage_sim.world.routes import Routes
from linkage_sim.world.state import FIRST_STEP, GESTATION, WIDE, YEARS, State, table_type

Ints = NDArray[np.int64]
PER_VILLAGE = 100_000
"""Identities are village * PER_VILLAGE + ordinal, so that a village may grow without moving the luck of others."""
PER_HOUSEHOLD = 16
"""Identities of enterprises are household * PER_HOUSEHOLD + chain."""


def household_identities(routes: Routes) -> tuple[Ints, Ints]:
    """Identity and village of every household, in canonical order; both (H,)."""
    village = np.repeat(np.arange(len(routes.village_names)), routes.village_households)
    first = np.concatenate(([0], np.cumsum(routes.village_households)[:-1]))
    ordinal = np.arange(len(village)) - np.repeat(first, routes.village_households)
    return village * PER_VILLAGE + ordinal, village


@compiled
def _delay_values(patience: Any, delay: Any, out: Any) -> None:
    """Worth now of a dollar paid after some months."""
    for e in range(out.shape[0]):
        out[e] = delayed_value(patience[e], delay[e])


def owner_shares(scenario: Scenario, routes: Routes) -> NDArray[np.float64]:
    """Share of households that have an enterprise, by district and chain: (D, C).

    A district says it by the name the scenario gives the chain, else by that of the chain's data file.
    """
    region, found = scenario.region, np.zeros((len(routes.district_names), len(scenario.value_chains)))
    known = region.districts if region.graph_file is None else {}
    for c, (name, chain) in enumerate(scenario.value_chains.items()):
        for d, district in enumerate(routes.district_names):
            said = known[district].owners if district in known else {}
            found[d, c] = said.get(name, said.get(chain.data, chain.assets.owners))
    return found


def _households(scenario: Scenario, routes: Routes, key: Key, identity: Ints, village: Ints) -> Table:
    people = scenario.households
    table = table_of(table_type("household"), len(identity))
    table["identity"], table["village"] = identity, village
    table["persons"] = np.clip(np.round(people.persons + people.persons_spread * normals(key, "world.persons", 0, identity)), 1, 15)
    table["woman"] = uniforms(key, "world.woman", 0, identity) < people.women_headed
    district = routes.village_district[village]
    other = people.other_income / 12 * np.exp(people.other_income_spread * normals(key, "world.wages", 0, identity))
    other *= np.array(scenario.region.numbers_of(routes.district_names, "income"))[district]
    sends = uniforms(key, "world.remittances", 0, identity)
    against = np.array(scenario.region.numbers_of(routes.district_names, "remittances"))[district]
    share = np.clip(people.remittances * 2.0 * sends * against, 0.0, 0.95)
    table["wages"], table["remittances"] = other * (1 - share), other * share
    patience = people.patience + people.patience_spread * normals(key, "world.patience", 0, identity)
    table["patience"] = np.clip(patience, 0.8, 0.998)
    table["patience_year"] = table["patience"] ** 12
    can_borrow = uniforms(key, "world.credit", 0, identity) < people.credit_access
    table["credit"] = np.where(can_borrow, people.credit_limit, 0.0)
    table["remittance_factor"] = 1.0
    hours = routes.village_bazaar_hours
    table["remote"] = (hours > np.median(hours))[village]
    return table


def _enterprises(scenario: Scenario, routes: Routes, key: Key, households: Table) -> Table:
    """Enterprises village by village, chain by chain, household by household; what is drawn is drawn for owners only."""
    chains = list(scenario.value_chains.values())
    shares = owner_shares(scenario, routes)[routes.village_district]
    owns = np.empty((len(households), len(chains)), dtype=np.bool_)
    for c in range(len(chains)):
        owns[:, c] = uniforms(key, "world.owner", c, households["identity"]) < shares[households["village"], c]
    household, which = np.nonzero(owns)
    order = np.argsort(households["village"][household].astype(np.int64) * len(chains) + which, kind="stable")
    household, which = household[order], which[order]
    table = table_of(table_type("enterprise"), len(household))
    table["household"], table["chain"] = household, which
    for c, chain in enumerate(chains):
        rows = np.flatnonzero(which == c)
        owners = household[rows]
        identity = households["identity"][owners]
        table["identity"][rows] = identity * PER_HOUSEHOLD + c
        assets = chain.assets.median * np.exp(chain.assets.spread * normals(key, "world.assets", c, identity))
        assets *= np.where(households["woman"][owners] == 1, scenario.households.women_assets, 1.0)
        table["assets"][rows] = np.clip(assets, chain.assets.smallest, chain.assets.largest)
        spread = scenario.households.skill_spread
        table["skill"][rows] = np.exp(spread * normals(key, "world.skill", c, identity) - 0.5 * spread**2)
        picking = chain.harvest.picking_spread
        table["picking_factor"][rows] = np.exp(picking * normals(key, "world.picking", c, identity) - 0.5 * picking**2)
        table["knows_improved_draw"][rows] = uniforms(key, "world.knows_improved", c, identity)
        table["knows_quality_draw"][rows] = uniforms(key, "world.knows_quality", c, identity)
        table["knowledge_improved"][rows] = chain.practices.improved.known
        table["knowledge_quality"][rows] = chain.practices.quality.known
    table["usual_assets"] = table["assets"]
    table["firm"], table["owing_firm"] = -1, -1
    table["weather"] = 1.0
    return table


def _incomes(scenario: Scenario, parameters: Parameters, households: Any, enterprises: Any) -> None:
    """Usual incomes, needs, terciles of income per person, income share of every crop."""
    ch, chain = parameters.chains, enterprises["chain"]
    kg = enterprises["assets"] * ch["harvest_yield_per_asset"][chain] * enterprises["skill"] * ch["harvest_conversion"][chain]
    enterprises["expected_kg"] = kg * ch["usual_bad_year"][chain] * (1 - ch["harvest_loss_harvest"][chain])
    per_kg = np.maximum(0.0, ch["bazaar_reference_price"] - ch["harvest_picking_cost"])[chain]
    worth = np.maximum(0.0, enterprises["expected_kg"] * per_kg - enterprises["assets"] * ch["assets_upkeep"][chain])
    crop = np.bincount(enterprises["household"], weights=worth, minlength=len(households)) / 12
    households["usual_income"] = households["wages"] + households["remittances"] + crop
    enterprises["income_share"] = worth / 12 / households["usual_income"][enterprises["household"]]
    households["need"] = scenario.households.consumption * households["usual_income"]
    households["cash"] = scenario.households.buffer * households["need"]
    per_person = households["usual_income"] / households["persons"]
    rank = np.empty(len(households), dtype=np.int64)
    rank[np.argsort(per_person, kind="stable")] = np.arange(len(households))
    households["tercile"] = rank * 3 // max(len(households), 1)


def _places_of(c: int, scenario: Scenario, routes: Routes) -> list[int]:
    """Where firms of a chain may stand: bazaars whose districts have growers, and the wholesale cities of those."""
    grows = owner_shares(scenario, routes)[:, c] > 0.0
    bazaars = [b for b, d in enumerate(routes.bazaar_district.tolist()) if grows[d]] or list(range(len(routes.bazaar_names)))
    cities = {routes.city_names[w] for w in routes.bazaar_city[bazaars]}
    return bazaars + [p for p, name in enumerate(routes.place_names) if name in cities]


def _own(scenario: Scenario, name: str, per_chain: int) -> Any:
    """A number of lead firms for every firm: its chain's own, or that of the scenario."""
    usual = getattr(scenario.lead_firms, name)
    own = [getattr(chain.firms, name) for chain in scenario.value_chains.values()]
    return np.repeat([usual if value is None else value for value in own], per_chain)


def _firms(scenario: Scenario, routes: Routes, key: Key) -> tuple[Any, Any]:
    """Firms of every chain with reserved identities for imitators; standing orders (F, M)."""
    lead = scenario.lead_firms
    chains = list(scenario.value_chains.values())
    per_chain = lead.number + lead.imitators
    table = np.zeros(per_chain * len(chains), dtype=table_type("firm"))
    ordinal = np.tile(np.arange(per_chain), len(chains))
    table["chain"] = np.repeat(np.arange(len(chains)), per_chain)
    identity = table["chain"].astype(np.int64) * 1000 + ordinal
    table["imitator"] = ordinal >= lead.number
    table["active"] = ordinal < lead.number + np.repeat([chain.firms.rivals for chain in chains], per_chain)
    luck = uniforms(key, "firm.place", 0, identity)
    for c in range(len(chains)):
        usable = np.array(_places_of(c, scenario, routes))
        mine = table["chain"] == c
        table["place"][mine] = usable[(luck[mine] * len(usable)).astype(int)]
    z = lead.skill_spread * normals(key, "firm.skill", 0, identity)
    table["skill"] = z
    noise = lead.suppliers_spread * normals(key, "firm.suppliers", 0, identity)
    table["elsewhere"] = np.round(lead.suppliers * np.exp(lead.suppliers_skill * z + noise))
    table["honesty"] = np.exp(lead.honesty_spread * normals(key, "firm.honesty", 0, identity))
    own = lead.reliability_spread * normals(key, "firm.reliability", 0, identity)
    table["reliability"] = np.clip(lead.reliability + lead.reliability_skill * z + own, 0.0, 1.0)
    table["running"] = lead.route_running * np.exp(lead.route_running_skill * z)
    capital = _own(scenario, "capital", per_chain) * np.exp(lead.capital_spread * normals(key, "firm.capital", 0, identity))
    table["first_capital"], table["credit"] = capital, lead.credit_line * capital
    size = np.exp(lead.large_size * lead.capital_spread * normals(key, "firm.capital", 0, identity))
    table["reach"] = np.where(table["imitator"] == 1, 0.0, _own(scenario, "large_reach", per_chain) * size)
    table["cash"] = np.where(table["active"] == 1, capital, 0.0)
    table["capacity"] = _own(scenario, "capacity", per_chain)
    markets = [(c, market) for c, chain in enumerate(chains) for market in chain.end_markets.values()]
    orders = np.zeros((len(table), len(markets)))
    for m, (c, market) in enumerate(markets):
        drawn = market.orders_spread * normals(key, "firm.orders", m, identity)
        orders[:, m] = np.where(table["chain"] == c, market.orders * np.exp(market.orders_skill * z + drawn), 0.0)
    return table, orders


def _usual_returns(parameters: Parameters, enterprises: Any, villages: Any, households: Any, usual_price: Any) -> None:
    """Return of one asset unit at usual prices: what a household compares with when it shifts land or animals."""
    village = households["village"][enterprises["household"]]
    chain = enterprises["chain"]
    price = np.einsum("bcm,cm->bc", usual_price, parameters.season)[villages["bazaar"][village], chain]
    ch = parameters.chains
    net = np.maximum(price - villages["haul"][village], 0.05 * price)
    net += (ch["bazaar_grade_premium"][chain] * price) * ch["harvest_grade_a"][chain]
    kg = enterprises["expected_kg"] / enterprises["assets"]
    picking = ch["harvest_picking_cost"][chain] * enterprises["picking_factor"]
    returns = np.empty(len(enterprises))
    _expected_returns(kg, net, picking, ch["harvest_loss_harvest"][chain], ch["assets_upkeep"][chain], returns)
    enterprises["usual_return"] = returns


@compiled
def _expected_returns(kg: Any, net: Any, picking: Any, loss: Any, upkeep: Any, out: Any) -> None:
    for e in range(out.shape[0]):
        out[e] = expected_return(kg[e], net[e], picking[e], loss[e], upkeep[e])


def _villages(routes: Routes) -> Any:
    table = np.zeros(len(routes.village_names), dtype=table_type("village"))
    table["district"], table["bazaar"] = routes.village_district, routes.village_bazaar
    table["hours"], table["haul"] = routes.village_bazaar_hours, routes.village_bazaar_cost
    table["remote"] = routes.village_bazaar_hours > np.median(routes.village_bazaar_hours)
    table["input_ratio"] = 1.0
    return table


def _normal_crop(chains: list[ValueChain], villages: Any, households: Any, enterprises: Any, n_bazaars: int) -> Any:
    """Normal crop after losses by bazaar and chain, kg a year: (B, C)."""
    crop = np.zeros((n_bazaars, len(chains)))
    bazaar = villages["bazaar"][households["village"][enterprises["household"]]]
    np.add.at(crop, (bazaar, enterprises["chain"]), enterprises["expected_kg"])
    return crop


OF_PEOPLE = ("region", "households", "value_chains", "behaviour", "traders")
"""Entries of a scenario that households, enterprises and the usual year follow from (tested); what `_delays` sets is left aside."""


def _delays(scenario: Scenario, households: Table, enterprises: Table) -> None:
    """What money is worth to an enterprise that comes after the delay usual in its chain."""
    patience = np.ascontiguousarray(households["patience"][enterprises["household"]])
    delay = _own(scenario, "delay", 1).astype(np.float64)[enterprises["chain"]]
    _delay_values(patience, delay, enterprises["delay_value"])


def _people(scenario: Scenario, routes: Routes, parameters: Parameters, key: Key, villages: Any) -> tuple[Table, Table, UsualYear]:
    """Households, enterprises, and the year that they expect."""
    identity, village = household_identities(routes)
    households = _households(scenario, routes, key, identity, village)
    enterprises = _enterprises(scenario, routes, key, households)
    _incomes(scenario, parameters, households, enterprises)
    crop = _normal_crop(list(scenario.value_chains.values()), villages, households, enterprises, len(routes.bazaar_names))
    lives = np.bincount(villages["bazaar"][village], minlength=len(routes.bazaar_names)).astype(np.float64)
    year = usual_year(scenario, parameters, crop, lives)
    _usual_returns(parameters, enterprises, villages, households, year.price)
    return households, enterprises, year


def populate(scenario: Scenario, routes: Routes, parameters: Parameters, key: Key, like: State | None = None) -> State:
    """State of a world before its first spin-up month.

    Parameters
    ----------
    scenario, routes, parameters : what the world is made of
    key : luck of this replicate; the same for every scenario
    like : such a state, with the same luck, of a scenario with the same `OF_PEOPLE`
    """
    if like is None:
        villages = _villages(routes)
        households, enterprises, year = _people(scenario, routes, parameters, key, villages)
    else:
        villages, households, enterprises = like.village.copy(), like.household.copy(), like.enterprise.copy()
        year = UsualYear(like.usual_price.copy(), like.bazaar_demand0.copy(), like.city_usual.copy(), like.city_region.copy())
    _delays(scenario, households, enterprises)
    firms, orders = _firms(scenario, routes, key)
    wide = _wide(scenario, routes, parameters, len(enterprises), len(firms))
    wide["orders"], wide["orders_left"] = orders, orders.copy()
    wide["bazaar_demand0"], wide["usual_price"] = year.demand0, year.price
    wide["city_usual"], wide["city_region"] = year.city_usual, year.city_region
    wide["bazaar_price"], wide["bazaar_quote"] = year.price[:, :, 11].copy(), year.price[:, :, 11].copy()
    shops = len(routes.bazaar_names)
    has_shop = bazaars_with_shop(shops, scenario.input_providers.bazaar_outlets)
    at = villages["bazaar"][households["village"][enterprises["household"]]]
    normal = usual_inputs(parameters.chains, enterprises["assets"], enterprises["chain"], at, shops)
    wide["input_stock"] = has_shop * scenario.input_providers.stock * normal
    villages["reach_hours"] = villages["hours"] + 100.0 * ~has_shop[villages["bazaar"]]
    return State(
        household=households, enterprise=enterprises, village=as_table(villages), firm=as_table(firms),
        route=_routes(scenario, parameters, firms, villages), **wide,
    )  # fmt: skip


def _routes(scenario: Scenario, parameters: Parameters, firms: Any, villages: Any) -> Table:
    table = table_of(table_type("route"), len(firms), len(villages))
    table["side_record"] = scenario.lead_firms.first_side_selling
    table["tier_a"], table["tier_b"] = -1, -1
    terms = parameters.firms[firms["chain"]]
    drive = 2.0 * np.outer(terms["trip_hour"], villages["hours"])
    table["trip"] = terms["trip_cost"][:, None] + drive
    table["travel"] = terms["field_trips"][:, None] * drive
    return table


def _wide(scenario: Scenario, routes: Routes, parameters: Parameters, enterprises: int, firms: int) -> dict[str, Any]:
    """Arrays beside the tables as they are where nothing has happened yet."""
    chains = list(scenario.value_chains.values())
    sizes = {
        "enterprise": enterprises, "firm": firms, "village": len(routes.village_names), "chain": len(chains),
        "delay": int(max(_own(scenario, "delay", 1))) + 2, "year": YEARS, "month": 12, "bazaar": len(routes.bazaar_names),
        "end market": len(parameters.markets), "processor": len(parameters.plants), "district": len(routes.district_names),
        "city": len(routes.city_names), "firm of its chain": firms // len(chains), "gestation": GESTATION, "flow": N_FLOWS,
    }  # fmt: skip
    whole = {
        "rival_firm": np.int32, "bazaar_closed": np.uint8, "market_open": np.uint8, "order_gap": np.uint8, "market_barred": np.uint8,
    }  # fmt: skip
    wide = {name: np.zeros(tuple(sizes[part] for part in shape), dtype=whole.get(name, np.float64)) for name, shape in _SHAPES.items()}
    wide["rival_firm"][:], wide["quote_step"][:] = -1, FIRST_STEP
    for name in ("market_open", "district_bad", "crop_left"):
        wide[name][:] = 1
    wide["plant_capacity"][:] = parameters.plants["capacity"]
    wide["city_base"][:] = [chain.city.price * month_values(chain.city.season)[11] for chain in chains]
    wide["city_price"] = wide["city_base"].copy()
    wide["market_price"] = parameters.markets["price"].copy()
    return wide


_SHAPES = {name: shape.split(" x ") for name, (shape, _, _) in WIDE.items()}
