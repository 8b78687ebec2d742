"""A value chain as a user writes it: data, never code (model 2)."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, field_validator, model_validator

from linkage_sim.scenario.declare import MONTHS, Section, monthly, parameter

Month = Literal["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]


def month_values(given: dict[Month, float]) -> tuple[float, ...]:
    """Twelve values from January; a month left out is 0."""
    values = {str(name): value for name, value in given.items()}
    return tuple(float(values.get(name, 0.0)) for name in MONTHS)


class Assets(Section):
    """What a household produces with: hectares, trees, cows, hives or looms."""

    unit: str = Field(description="name of one asset unit, in words, for reports")
    owners: float = parameter("share", 0.01, 1, "households that have this enterprise")
    median: float = parameter("number", 0.001, 1000, "median asset units of an owner")
    spread: float = parameter("log", 0, 2, "standard deviation of the log of asset units")
    smallest: float = parameter("number", 0.0001, 1000, "no owner has less")
    largest: float = parameter("number", 0.001, 10000, "no owner has more")
    land: float = parameter("ha", 0, 100, "land of one asset unit; 0 = needs none: animals, hives, looms", default=0, source="assumed")
    adjustment: float = parameter(
        "per year", 0, 1, "part of the way to the area or herd wanted that is gone in a season; 0 = fixed", default=0, source="assumed"
    )
    gestation: float = parameter("months", 0, 84, "from planting to the first harvest; counted in whole years", default=0, source="assumed")
    upkeep: float = parameter(
        "USD/year", 0, 1e5, "seed, feed, water and the like of one asset unit, whatever it yields", default=0, source="assumed"
    )
    price: float = parameter("USD", 0, 1e5, "one more asset unit: planting, an animal, a loom", default=0, source="assumed")
    resale: float = parameter("share", 0, 1, "part of that price got back for a unit given up", default=0, source="assumed")
    herd_rate: float = parameter(
        "per year", 0, 3, "most by which what needs no land may grow or shrink in a year", default=0, source="assumed"
    )
    breeding: float = parameter("per year", 0, 3, "growth from own young or own work, which costs nothing", default=0, source="assumed")
    deaths: float = parameter("per year", 0, 1, "mean share that dies or wears out in a year", default=0, source="assumed")

    @model_validator(mode="after")
    def ordered(self) -> Assets:
        if not self.smallest <= self.median <= self.largest:
            raise ValueError("smallest <= median <= largest does not hold")
        return self


class BadYear(Section):
    """An event that takes part of the crop of a whole district: spring frost, disease."""

    month: Month = Field(description="month in which it strikes")
    chance: float = parameter("per year", 0, 1, "chance of a bad year in a district")
    worst: float = parameter("share", 0, 1, "share of the crop left in the worst bad year")
    mildest: float = parameter("share", 0, 1, "share of the crop left in the mildest bad year")
    villages: float = parameter("share", 0, 1, "villages of the district that are hit")

    @model_validator(mode="after")
    def ordered(self) -> BadYear:
        if self.worst > self.mildest:
            raise ValueError("worst must not exceed mildest")
        return self


class Harvest(Section):
    """Harvest (model 4): yields, weather, losses, grades."""

    yield_per_asset: float = parameter("number", 0.1, 1e6, "fresh kg per asset unit in a year without events")
    conversion: float = parameter("kg/kg", 0.01, 1, "kg sold per kg fresh")
    season: dict[Month, float] = monthly("share", 0, 1, "share of the year's harvest by month; sums to 1")
    weather_district: float = parameter("log", 0, 1, "yearly weather shared by a district")
    weather_village: float = parameter("log", 0, 1, "yearly weather shared by a village")
    weather_own: float = parameter("log", 0, 1, "yearly luck of one enterprise")
    bad_year: BadYear
    grade_a: float = parameter("share", 0, 1, "share of grade A without quality practice")
    loss_harvest: float = parameter("share", 0, 0.9, "loss at harvest without storage equipment")
    loss_store: float = parameter("share", 0, 1, "loss in store per month without storage equipment; 1 = cannot be stored")
    keeps: int = parameter(
        "months", 0, 11, "months after the last month of harvest by which all is sold; 0 = sold in its month", default=11, source="assumed"
    )
    picking_cost: float = parameter("USD/kg", 0, 100, "labour and feed until it can be sold, per kg picked")
    picking_spread: float = parameter("log", 0, 1, "spread of picking cost over enterprises")
    storing_cost: float = parameter("USD/kg", 0, 1, "keeping one kg for one month")
    food_need: float = parameter("kg/year", 0, 1000, "eaten at home per household, kept first")
    labour: float = parameter("days/t", 0, 10000, "work days per tonne picked and made ready for sale")

    @model_validator(mode="after")
    def season_sums_to_one(self) -> Harvest:
        if abs(sum(self.season.values()) - 1) > 1e-6:
            raise ValueError(f"season must sum to 1, it sums to {sum(self.season.values()):g}")
        return self


class Practice(Section):
    """A practice that a household may adopt each season (model 4, Adopt)."""

    gain: float = parameter("share", 0, 3, "gain: of yield (improved) or of the share of grade A (quality)")
    loss_cut: float = parameter("share", 0, 0.5, "cut of the loss at harvest")
    cost: float = parameter("USD", 0, 10000, "inputs and equipment per asset unit and year")
    equipment_share: float = parameter("share", 0, 1, "share of the cost that is equipment and lasts")
    equipment_life: float = parameter("months", 12, 240, "life of the equipment, in months")
    known: float = parameter("share", 0, 1, "knowledge of the practice before any programme")


class Practices(Section):
    """Improved practice raises yield; quality practice raises the share of grade A."""

    month: Month = Field(description="month in which practices are chosen")
    improved: Practice
    quality: Practice


class Bazaar(Section):
    """Local demand and prices at the district bazaars (model 4, Bazaar price)."""

    reference_price: float = parameter("USD/kg", 0.001, 1000, "price at which local demand is stated")
    local_share: float = parameter("share", 0.001, 2, "local demand at that price, as a share of a normal crop")
    elasticity: float = parameter("number", 0.05, 5, "price elasticity of local demand")
    choke: float = parameter("number", 1.5, 100, "price at which nobody buys any more, as a multiple of the reference price")
    grade_premium: float = parameter("share", 0, 1, "what bazaars pay more for grade A; swept 0-0.25")
    trader_slope: float | None = parameter(
        "USD/kg per kg/month",
        1e-9,
        1,
        "rise of a trader's cost per kg with what he moves; left out: as traders.slope",
        default=None,
        source="assumed",
    )


class City(Section):
    """The regional wholesale market (model 4)."""

    price: float = parameter("USD/kg", 0.001, 1000, "wholesale price in a normal year")
    season: dict[Month, float] = monthly("share", 0.1, 5, "seasonal factor of the wholesale price by month")
    elasticity: float = parameter("number", 0.3, 50, "price elasticity of demand in the city")
    size: float = parameter("number", 1, 10000, "the city's normal supply as a multiple of this region's crop")
    persistence: float = parameter("per month", 0, 0.999, "memory of the price shock")
    shock: float = parameter("log", 0, 1, "monthly standard deviation of the price shock")


class EndMarket(Section):
    """A market at the end of the chain with its own grade rule and depth."""

    place: str = Field(description="node of the market graph where it is reached")
    price: float = parameter("USD/kg", 0.001, 10000, "price per kg of the final product")
    grade_b_value: float = parameter("share", 0, 1, "what grade B fetches there, as a share; 0 = refused")
    conversion: float = parameter("kg/kg", 0.01, 2, "kg of product per kg bought")
    processing_cost: float = parameter("USD/kg", 0, 1000, "sorting, washing, packing per kg bought")
    marketing_cost: float = parameter("USD/kg", 0, 1000, "box, certificates, selling per kg bought")
    orders: float = parameter("kg/year", 0, 1e9, "median standing order of one firm")
    orders_spread: float = parameter("log", 0, 2, "spread of standing orders over firms")
    orders_skill: float = parameter("number", -2, 2, "how much sourcing skill raises orders (log per unit)")
    depth: float = parameter("number", 1, 1000, "most that all firms together can sell there, as a multiple of first orders")
    persistence: float = parameter("per month", 0, 0.999, "memory of the price shock")
    shock: float = parameter("log", 0, 1, "monthly standard deviation of the price shock")
    correlation: float = parameter("number", -1, 1, "correlation with shocks of the city price")
    order_gap: float = parameter(
        "per month", 0, 1, "chance that a firm's order is not placed this month, and is not made up for", default=0, source="assumed"
    )


class ProcessorPlant(Section):
    """A processor: buys from lead firms what their own orders do not take, and at the city."""

    place: str = Field(description="node of the market graph")
    capacity: float = parameter("kg/month", 0, 1e8, "most it can take in a month")
    conversion: float = parameter("kg/kg", 0.01, 2, "kg of product per kg bought")
    cost: float = parameter("USD/kg", 0, 1000, "cost per kg bought")
    margin: float = parameter("share", 0, 0.9, "margin it wants on what it sells")
    end_market: str = Field(description="end market it sells to")
    labour: float = parameter("days/t", 0, 1000, "work days per tonne bought")


class Contract(Section):
    """What is particular to contracts in this chain."""

    month: Month = Field(description="month in which firms offer and households choose")
    season_end: Month = Field(description="month in which the season is settled, trust is updated, firms invest")
    autonomy: float = parameter("share", 0, 1, "extra gain wanted before giving up free sale (annual crops want more)")
    labour: float = parameter("days/t", 0, 1000, "firm's work days per tonne collected, sorted and packed")


class ChainFirms(Section):
    """Lead firms of this chain where they differ from those of the scenario (`lead_firms`); left out: the same."""

    delay: int | None = parameter("months", 0, 6, "months until payment", default=None, source="assumed")
    rejection: float | None = parameter("share", 0, 0.9, "chance that a lot is rejected at the gate", default=None, source="assumed")
    first_rejection: float | None = parameter(
        "share", 0, 0.95, "that chance in the first season of a route", default=None, source="assumed"
    )
    spot_pass: float | None = parameter(
        "share", 0, 1, "part of what is bought without contract that passes an end market's checks", default=None, source="assumed"
    )
    capacity: float | None = parameter("kg/month", 0, 1e7, "what a firm can process in a month", default=None, source="assumed")
    capital: float | None = parameter("USD", 0, 1e8, "median cash at the start", default=None, source="assumed")
    fixed_cost: float | None = parameter("USD/year", 0, 1e6, "yearly overhead", default=None, source="assumed")
    trip_cost: float | None = parameter(
        "USD", 0, 1e4, "collecting one lot from a village, without the driving", default=None, source="assumed"
    )
    smallest_lot: float | None = parameter("kg", 0.1, 1e5, "lot below which cost per kg does not rise", default=None, source="assumed")
    order_cost: float | None = parameter("USD", 0.001, 10000, "investment per kg a year of new orders", default=None, source="assumed")
    large_reach: float | None = parameter(
        "share", 0, 10, "part of an order at which the premium of large suppliers has doubled; 0 = none", default=None, source="assumed"
    )
    rivals: int = parameter(
        "number", 0, 60, "firms that buy without contract from the start, of the imitators", default=0, source="assumed", kind="setting"
    )


class ValueChain(Section):
    """One value chain: a data file with sources."""

    data: str = Field(default="", description="name of a file in data/value_chains that this starts from")
    product: str = Field(description="what is sold, in words")
    sold_in: str = Field(
        default="kg",
        pattern="^(kg|piece)$",
        description="unit of sale, for reports; parameters and books say kg for it",
        json_schema_extra={"source": "assumed", "kind": "setting"},
    )
    assets: Assets
    harvest: Harvest
    practices: Practices
    bazaar: Bazaar
    city: City
    end_markets: dict[str, EndMarket] = Field(min_length=1)
    processors: dict[str, ProcessorPlant] = Field(default_factory=dict)
    contract: Contract
    firms: ChainFirms = Field(default_factory=ChainFirms)

    @field_validator("end_markets", "processors")
    @classmethod
    def in_order_of_name(cls, named: dict[str, Section]) -> dict[str, Section]:
        """The order of entries in a file may not change a result."""
        return dict(sorted(named.items()))

    @model_validator(mode="after")
    def processors_sell_somewhere(self) -> ValueChain:
        for name, plant in self.processors.items():
            if plant.end_market not in self.end_markets:
                raise ValueError(f"processors.{name}.end_market: no end market {plant.end_market!r}; known: {', '.join(self.end_markets)}")
        return self
