"""A scenario's numbers in the form kernels read: record arrays whose fields keep the scenario's names."""

from __future__ import annotations

import functools
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from linkage_sim.compiled import as_table
from linkage_sim.rules.contract import FIXED, FLOOR_PLUS, SPOT_PLUS
from linkage_sim.scenario.chain import ValueChain, month_values
from linkage_sim.scenario.declare import MONTHS, Section
from linkage_sim.scenario.scenario import Scenario
from linkage_sim.world.routes import Routes

Table = NDArray[Any]
Numbers = NDArray[np.float64]
BESIDE_FIRMS = ("region", "value_chains", "behaviour", "households", "trust", "traders", "input_providers")
"""Entries of a scenario that all but its firms' numbers follow from (tested)."""
FORMULAS = {"fixed": FIXED, "spot_plus": SPOT_PLUS, "floor_plus": FLOOR_PLUS}


def _numbers(section: Section, prefix: str = "") -> dict[str, float]:
    """Every plain number of a section by name; nested sections are joined with an underscore."""
    found: dict[str, float] = {}
    for name, value in section:
        if isinstance(value, (int, float)):
            found[prefix + name] = float(value)
        elif isinstance(value, Section):
            found.update(_numbers(value, f"{prefix}{name}_"))
    return found


@functools.cache
def _numbers_type(names: tuple[str, ...]) -> np.dtype[Any]:
    """Record type of numbers; always the same object for the same names (see `linkage_sim.world.state.table_type`)."""
    return np.dtype([(name, "f8") for name in names])


def _records(rows: list[dict[str, float]]) -> Table:
    """Record array of rows with the same names, in the order of the first."""
    names = tuple(rows[0])
    table: Table = as_table(np.array([tuple(row[name] for name in names) for row in rows], dtype=_numbers_type(names)))
    return table


def numbers_of(section: Section) -> Table:
    """What kernels read of a section of a scenario: one row, fields named after its plain numbers, as act_number in nested sections."""
    return _records([_numbers(section)])


def _month(name: str) -> float:
    return float(MONTHS.index(name))


def _harvest(ripe: list[int]) -> tuple[int, int]:
    """Month in which a year's harvest begins, after the longest pause, and how many months later its last month is."""
    if len(ripe) == 12:
        return 0, 0
    pauses = [(ripe[k] - ripe[k - 1] - 1) % 12 for k in range(len(ripe))] if len(ripe) > 1 else [11]
    start = ripe[pauses.index(max(pauses))]
    return start, max((month - start) % 12 for month in ripe)


def bazaars_with_shop(bazaars: int, share: float) -> NDArray[np.bool_]:
    """Which bazaars have an input shop: the first of them, up to a share of all; (B,)."""
    return np.asarray((np.arange(bazaars) + 0.5) / bazaars <= share)


def usual_inputs(chains: Table, assets: Numbers, chain: NDArray[Any], place: NDArray[Any], places: int) -> Numbers:
    """What the practices of enterprises cost in a normal year, summed by place, USD; (places,).

    Parameters
    ----------
    chains : numbers by chain; assets, chain, place : (E,) asset units, chain and place of every enterprise
    """
    costs = (chains["practices_improved_cost"] + chains["practices_quality_cost"])[chain]
    return np.bincount(place, weights=assets * costs, minlength=places).astype(np.float64)


def _firms(scenario: Scenario) -> list[dict[str, float]]:
    """Numbers of lead firms by chain: those of the scenario, or the chain's own."""
    usual = _numbers(scenario.lead_firms)
    usual["formula"] = float(FORMULAS[scenario.lead_firms.price_formula])
    rows = []
    for chain in scenario.value_chains.values():
        own = _numbers(chain.firms)
        row = usual | {name: value for name, value in own.items() if name in usual}
        rows.append(row | {"first_rejection": own.get("first_rejection", row["rejection"])})
    return rows


def _slopes(scenario: Scenario) -> Numbers:
    """Rise of traders' cost per kg with what they move, by chain, USD/kg per kg/month: what they handle differs in weight and value."""
    usual = scenario.traders.slope
    own = [chain.bazaar.trader_slope for chain in scenario.value_chains.values()]
    return np.array([usual if slope is None else slope for slope in own])


def _area_months(chains: list[ValueChain]) -> list[float]:
    """Month in which a chain's area or herd is chosen: land is shared out once, in the first planting month of those that shift."""
    shifting = [_month(chain.practices.month) for chain in chains if chain.assets.land > 0 and chain.assets.adjustment > 0]
    return [min(shifting) if shifting and chain.assets.land > 0 else _month(chain.practices.month) for chain in chains]


def _chain(chain: ValueChain) -> dict[str, float]:
    row = {name: value for name, value in _numbers(chain).items() if not name.startswith(("firms_", "bazaar_trader"))}
    row["contract_month"] = _month(chain.contract.month)
    row["season_end"] = _month(chain.contract.season_end)
    row["practice_month"] = _month(chain.practices.month)
    row["bad_month"] = _month(chain.harvest.bad_year.month)
    season = month_values(chain.harvest.season)
    ripe = [month for month in range(12) if season[month] > 0]
    start, last = _harvest(ripe)
    row["harvest_start"] = float(start)
    row["kept_for"] = float(min(11, last + chain.harvest.keeps))
    row["firm_keeps"] = 0.0 if chain.harvest.keeps == 0 else 11.0 if len(ripe) == 12 else row["kept_for"]
    row["ripe_months"] = float(len(ripe))
    row["all_year"] = float(len(ripe) == 12)
    row["gestation_years"] = float(round(chain.assets.gestation / 12))
    contract, practice = int(row["contract_month"]), int(row["practice_month"])
    between = [(contract + k) % 12 for k in range((practice - contract) % 12)]
    row["due_reset"] = float(not any(season[month] > 0 for month in between))
    bad = chain.harvest.bad_year
    row["usual_bad_year"] = 1.0 - bad.chance * bad.villages * (1.0 - 0.5 * (bad.worst + bad.mildest))
    return row


@dataclass(frozen=True)
class Parameters:
    """Compiled numbers of one scenario's world. Shapes: C chains, M end markets, N processors, P places, W wholesale cities."""

    chains: Table
    behaviour: Table
    firms: Table
    people: Table
    ties: Table
    traders: Table
    inputs: Table
    season: Numbers
    city_season: Numbers
    markets: Table
    market_chain: NDArray[np.int64]
    plants: Table
    plant_city: NDArray[np.int64]
    plant_chain: NDArray[np.int64]
    plant_market: NDArray[np.int64]
    bazaar_city: NDArray[np.int64]
    place_city: NDArray[np.int64]
    bazaar_slope: Numbers
    bazaar_haul: Numbers
    bazaar_closed_chance: Numbers
    village_closed_chance: Numbers
    market_closed_chance: Numbers
    firm_haul: Numbers
    market_haul: Numbers
    city_haul: Numbers
    plant_haul: Numbers
    plant_market_haul: Numbers
    plant_city_haul: Numbers

    @classmethod
    def of(cls, scenario: Scenario, routes: Routes, like: Parameters | None = None) -> Parameters:
        """Compile the numbers of a scenario for given routes.

        Parameters
        ----------
        like : for the same routes, of a scenario with the same `BESIDE_FIRMS`
        """
        if like is not None:
            return replace(like, firms=_records(_firms(scenario)))
        chains = list(scenario.value_chains.values())
        markets = [(c, market) for c, chain in enumerate(chains) for market in chain.end_markets.values()]
        first = np.cumsum([0] + [len(chain.end_markets) for chain in chains])
        plants = [(c, plant) for c, chain in enumerate(chains) for plant in chain.processors.values()]
        months = _area_months(chains)
        rows = [_numbers(plant) | {"place": float(routes.place_names.index(plant.place))} for _, plant in plants]
        empty = {"capacity": 0.0, "conversion": 0.0, "cost": 0.0, "margin": 0.0, "labour": 0.0, "place": 0.0}
        at_bazaars = np.array(scenario.region.numbers_of(routes.district_names, "traders"))[routes.bazaar_district]
        targets = [first[c] + list(chains[c].end_markets).index(plant.end_market) for c, plant in plants]
        return cls(
            chains=_records([_chain(chain) | {"area_month": month} for chain, month in zip(chains, months, strict=True)]),
            behaviour=_records([_numbers(scenario.behaviour)]),
            firms=_records(_firms(scenario)),
            people=_records([_numbers(scenario.households)]),
            ties=_records([_numbers(scenario.trust)]),
            traders=_records([_numbers(scenario.traders)]),
            inputs=_records([_numbers(scenario.input_providers)]),
            season=np.array([month_values(chain.harvest.season) for chain in chains]),
            city_season=np.array([month_values(chain.city.season) for chain in chains]),
            markets=_records([_numbers(market) for _, market in markets]),
            market_chain=np.array([c for c, _ in markets], dtype=np.int64),
            plants=_records(rows) if rows else _records([empty])[:0],
            plant_city=np.array([routes.place_city[routes.place_names.index(plant.place)] for _, plant in plants], dtype=np.int64),
            plant_chain=np.array([c for c, _ in plants], dtype=np.int64),
            plant_market=np.array(targets, dtype=np.int64),
            bazaar_city=routes.bazaar_city,
            place_city=routes.place_city,
            bazaar_slope=_slopes(scenario)[None, :] / scenario.traders.number / at_bazaars[:, None],
            bazaar_haul=routes.bazaar_city_cost,
            bazaar_closed_chance=routes.bazaar_city_closed,
            village_closed_chance=routes.village_closed,
            market_closed_chance=np.array([routes.market_closed[market.place] for _, market in markets]).transpose(1, 0, 2).copy(),
            firm_haul=routes.place_village_cost,
            market_haul=np.array([routes.place_market_cost[market.place] for _, market in markets]).reshape(
                len(markets), len(routes.place_names)
            ),
            city_haul=routes.place_city_cost,
            plant_haul=np.array([routes.place_market_cost[plant.place] for _, plant in plants]).reshape(
                len(plants), len(routes.place_names)
            ),
            plant_market_haul=np.array(
                [
                    routes.place_market_cost[chains[c].end_markets[plant.end_market].place][routes.place_names.index(plant.place)]
                    for c, plant in plants
                ]
            ),
            plant_city_haul=np.array([routes.place_city_cost[routes.place_names.index(plant.place)] for _, plant in plants]),
        )
