"""The year that everybody expects at the start: a deterministic equilibrium without firms (model 4, Expect)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from linkage_sim.compiled import compiled
from linkage_sim.rules.harvest import hold_value, months_to_sell, share_sold
from linkage_sim.rules.price import clearing_price, local_demand, outflow
from linkage_sim.scenario.scenario import Scenario
from linkage_sim.world.parameters import Parameters

Numbers = NDArray[np.float64]
ROUNDS = 60


@dataclass(frozen=True)
class UsualYear:
    """Usual prices and flows: price (B, C, 12) USD/kg, demand0 (B, C) kg/month, city supplies (W, C, 12) kg/month."""

    price: Numbers
    demand0: Numbers
    city_usual: Numbers
    city_region: Numbers


@compiled
def settle_year(
    crop: Any, season: Any, city_season: Any, chains: Any, demand0: Any, haul: Any, slopes: Any, conduct: float, patience: float,
    noise: float, price: Any, flow: Any,
) -> None:  # fmt: skip
    """Usual prices of every bazaar and chain: households expect the price, and the price is what they cause."""
    stocks = np.zeros(12)
    for b in range(crop.shape[0]):
        for c in range(crop.shape[1]):
            ch = chains[c]
            slope = slopes[b, c]
            start = int(ch.harvest_start)
            for m in range(12):
                price[b, c, m] = max(ch.city_price * city_season[c, m] - haul[b], 0.2 * ch.city_price)
            for _round in range(ROUNDS):
                stock = 0.0
                for _lap in range(2):
                    for step in range(12):
                        m = (start + step) % 12
                        stock = stock * (1.0 - ch.harvest_loss_store) + crop[b, c] * season[c, m]
                        months = int(months_to_sell(m, start, ch.kept_for, ch.all_year))
                        best = 0.0
                        worth = 1.0
                        for k in range(1, months + 1):
                            worth *= patience * (1.0 - ch.harvest_loss_store)
                            best = max(best, hold_value(worth, price[b, c, (m + k) % 12], k, ch.harvest_storing_cost))
                        share = 1.0 if months == 0 else share_sold(price[b, c, m], best, noise)
                        stocks[m] = stock * share
                        stock -= stocks[m]
                for m in range(12):
                    city = ch.city_price * city_season[c, m]
                    cleared = clearing_price(
                        stocks[m], demand0[b, c], ch.bazaar_reference_price, ch.bazaar_elasticity, city, haul[b], slope, conduct,
                        price[b, c, m],
                    )  # fmt: skip
                    cleared = min(cleared, ch.bazaar_choke * ch.bazaar_reference_price)
                    price[b, c, m] = 0.7 * price[b, c, m] + 0.3 * cleared
            for m in range(12):
                city = ch.city_price * city_season[c, m]
                demand = local_demand(price[b, c, m], demand0[b, c], ch.bazaar_reference_price, ch.bazaar_elasticity)
                flow[b, c, m] = outflow(price[b, c, m], city, haul[b], slope, conduct, demand, ch.bazaar_elasticity)


def usual_year(scenario: Scenario, parameters: Parameters, crop: Numbers, households: Numbers) -> UsualYear:
    """Usual year of a region.

    Parameters
    ----------
    scenario : whose numbers are used
    parameters : compiled
    crop : (B, C) kg a year in a normal year after losses at harvest
    households : (B,) who live round each bazaar

    Notes
    -----
    The usual supply of all cities together is a multiple of the region's crop. A city's part follows half the crop and half
    the households of its bazaars, so that a city whose districts do not grow a crop still eats it; it is never less than
    their usual inflow. Its season is half that of the inflow and half even (all assumed).
    """
    chains = parameters.chains
    n_bazaars, n_chains = crop.shape
    demand0 = np.maximum(crop * chains["bazaar_local_share"] / 12.0, 1.0)
    price = np.zeros((n_bazaars, n_chains, 12))
    flow = np.zeros_like(price)
    traders = scenario.traders
    settle_year(
        crop, parameters.season, parameters.city_season, chains, demand0, parameters.bazaar_haul, parameters.bazaar_slope,
        traders.conduct, scenario.households.patience, scenario.behaviour.store_noise, price, flow,
    )  # fmt: skip
    cities = int(parameters.place_city.max()) + 1
    usual, region = np.zeros((cities, n_chains, 12)), np.zeros((cities, n_chains, 12))
    for w in range(cities):
        own = parameters.bazaar_city == w
        part = 0.5 * crop[own].sum(axis=0) / np.maximum(crop.sum(axis=0), 1e-9) + 0.5 * households[own].sum() / households.sum()
        mean = np.maximum(crop.sum(axis=0) * part / 12.0, 1.0)[:, None]
        region[w] = np.maximum(flow[own].sum(axis=0), 0.0)
        inflow = region[w].mean(axis=1, keepdims=True)
        shape = np.where(inflow > 1e-6 * mean, 0.5 + 0.5 * region[w] / np.maximum(inflow, 1e-12), 1.0)
        usual[w] = np.maximum(chains["city_size"][:, None] * mean * shape, np.maximum(region[w], 0.1 * mean))
    return UsualYear(price=price, demand0=demand0, city_usual=usual, city_region=region)
