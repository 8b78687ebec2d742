"""A region as a user writes it: real places, roads between them, synthetic villages (model 2)."""

from __future__ import annotations

from collections.abc import Iterable

from pydantic import Field

from linkage_sim.scenario.chain import Month
from linkage_sim.scenario.declare import Section, Share, monthly, parameter, shares


class District(Section):
    """A district: its bazaar stands at the seat; its villages are generated from the seed and are synthetic."""

    seat: str = Field(description="settlement of the places file (by name) where the bazaar stands")
    villages: int = parameter("number", 0, 5000, "villages", kind="setting")
    households: float = parameter("number", 1, 100000, "mean households per village", kind="setting")
    nearest: float = parameter("km", 0, 500, "nearest village")
    farthest: float = parameter("km", 0, 500, "farthest village")
    city: str = Field(default="", description="city whose wholesale market its bazaar belongs to; left out: the region's")
    income: float = parameter(
        "number", 0.05, 5, "income from wages and business against that of the section households", default=1.0, source="assumed"
    )
    remittances: float = parameter(
        "number", 0, 3, "share of transfers in that income against that of the section households", default=1.0, source="assumed"
    )
    traders: float = parameter(
        "number", 0.01, 1000, "traders at its bazaar against the number of the section traders", default=1.0, source="assumed"
    )
    owners: dict[str, Share] = shares("households that have an enterprise, by value chain, in place of the chain's own share")


class Node(Section):
    """A city, border post or export market."""

    kind: str = Field(pattern="^(city|border|export)$", description="city, border or export")
    settlement: str = Field(default="", description="settlement of the places file that gives its position")
    latitude: float | None = Field(
        default=None, ge=-90, le=90, description="where there is no settlement", json_schema_extra={"unit": "number", "source": "geonames"}
    )
    longitude: float | None = Field(
        default=None,
        ge=-180,
        le=180,
        description="where there is no settlement",
        json_schema_extra={"unit": "number", "source": "geonames"},
    )


class Road(Section):
    """A road between two nodes (bazaars by district name)."""

    ends: tuple[str, str] = Field(description="the two places")
    kilometres: float | None = Field(
        default=None,
        ge=0,
        le=20000,
        description="length; left out: great circle times winding",
        json_schema_extra={"unit": "km", "source": "assumed", "kind": "uncertainty"},
    )
    mountain: bool = Field(default=False, description="a pass or mountain road: slower")
    closed: dict[Month, float] = Field(
        default_factory=dict,
        description="chance by month that the road is closed all that month",
        json_schema_extra={"unit": "share", "source": "", "kind": "uncertainty", "each_low": 0, "each_high": 1},
    )


class Transport(Section):
    """What it costs to move a kilogram."""

    winding: float = parameter("number", 1, 5, "road length over great circle")
    plain_speed: float = parameter("km/h", 1, 150, "lorry speed in the plain")
    mountain_speed: float = parameter("km/h", 1, 150, "lorry speed on mountain roads")
    freight: float = parameter("USD/t-km", 0, 10, "lorry freight for full loads")
    lorry_hour: float = parameter("USD/kg/h", 0, 1, "time cost of full loads on roads between bazaars, cities and borders")
    hour: float = parameter("USD/kg/h", 0, 1, "time cost of small lots between village and bazaar")
    small_lot: float = parameter("USD/kg", 0, 1, "handling of small lots between village and bazaar")
    large_lot: float = parameter("USD/kg", 0, 1, "handling of full loads between bazaar, firm and city")
    village_closed: dict[Month, float] = monthly("share", 0, 1, "chance by month that a village road is closed all that month")


class Region(Section):
    """Real places and the roads between them."""

    data: str = Field(default="", description="name of a file in data/regions that this starts from")
    title: str = Field(description="name for people")
    city: str = Field(description="node where the wholesale market stands of all districts that name no other")
    districts: dict[str, District] = Field(min_length=1)
    nodes: dict[str, Node] = Field(min_length=1)
    roads: dict[str, Road] = Field(min_length=1)
    transport: Transport
    exchange_rate: float = parameter("TJS/USD", 0.01, 1000, "for showing somoni beside dollars", kind="setting")
    price_year: int = parameter("number", 1990, 2100, "year of the dollars", kind="setting")
    graph_file: str | None = Field(
        default=None, description="GraphML or CSV edge list of your own places instead of districts, nodes and roads"
    )

    def numbers_of(self, districts: Iterable[str], name: str) -> list[float]:
        """A number of each district; 1 for places of the user's own, of which the scenario's districts say nothing."""
        known = self.districts if self.graph_file is None else {}
        return [float(getattr(known[district], name)) if district in known else 1.0 for district in districts]

    def city_of(self, district: str) -> str:
        """City whose wholesale market a district's bazaar belongs to; own places all belong to the region's city."""
        known = self.districts.get(district) if self.graph_file is None else None
        return known.city if known is not None and known.city else self.city
