"""Events that strike a world in recorded months: scripted or by chance, the same in every scenario compared (model 2, Environment)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Literal

from pydantic import Field, model_validator

from linkage_sim.scenario.chain import Month, ValueChain
from linkage_sim.scenario.declare import Section, parameter
from linkage_sim.scenario.region import Region

ABROAD = ("border", "export")
"""Kinds of places where goods leave the country."""


class Event(Section):
    """When an event strikes: in one month, by chance in a calendar month of any year, or both."""

    at: int | None = Field(
        default=None,
        ge=0,
        le=1799,
        description="recorded month in which it strikes, 0 is the first January; left out: only by chance",
        json_schema_extra={"unit": "months", "source": "assumed", "kind": "uncertainty"},
    )
    chance: float = parameter("per year", 0, 1, "chance a year that it strikes", default=0.0, source="assumed")
    month: Month = Field(
        default="jan",
        description="calendar month in which chance may bring it",
        json_schema_extra={"source": "assumed", "kind": "uncertainty"},
    )

    @model_validator(mode="after")
    def can_happen(self) -> Event:
        if self.at is None and self.chance == 0:
            raise ValueError("at: never strikes: give at (a recorded month), or chance (a year)")
        return self


class Lasting(Event):
    """An event that goes on for some months."""

    lasts: int = parameter("months", 1, 600, "months it lasts, the first included", default=6, source="assumed")


class Frost(Event):
    """Frost, hail or disease takes part of the crop that grows or ripens next."""

    kind: Literal["frost"]
    chain: str = Field(description="value chain whose crop it takes")
    districts: tuple[str, ...] = Field(default=(), description="only these districts; empty: all")
    left: float = parameter("share", 0, 1, "share of the crop left where it strikes", default=0.5, source="domain_shocks")
    villages: float = parameter("share", 0, 1, "villages of those districts that are hit", default=0.3, source="tridge_frost_2021")


class BorderClosure(Lasting):
    """No end market beyond a border post or at an export market can be reached; goods fetch the city price."""

    kind: Literal["border_closure"]
    place: str = Field(description="border post or export market that is closed, a node of the region")


class ExportBan(Lasting):
    """No end market abroad may be served; what was meant for abroad stays and presses on the wholesale price."""

    kind: Literal["export_ban"]
    chain: str = Field(description="value chain that may not be exported")
    city_fall: float = parameter(
        "share", 0, 0.95, "fall of the wholesale price by what others could not export", default=0.3, source="assumed"
    )


class RemittanceDrop(Lasting):
    """Transfers from abroad fall."""

    kind: Literal["remittance_drop"]
    lasts: int = parameter("months", 1, 600, "months it lasts, the first included", default=9, source="domain_events")
    households: float = parameter("share", 0, 1, "households whose transfers fall", default=1.0, source="assumed")
    size: float = parameter("share", 0, 1, "how far they fall", default=0.3, source="domain_events")


class StandardChange(Event):
    """An end market tightens its standard, from that month on: grade B is worth less, checks and sorting cost more."""

    kind: Literal["standard_change"]
    chain: str = Field(description="value chain")
    end_market: str = Field(description="end market of that chain")
    grade_b_fall: float = parameter("share", 0, 1, "fall of what grade B fetches there", default=0.5, source="assumed")
    cost_rise: float = parameter("USD/kg", 0, 100, "rise of sorting and checking cost per kg bought", default=0.05, source="assumed")


class BuyerExit(Event):
    """A lead firm closes for reasons of its own: what it owes is lost, its routes end."""

    kind: Literal["buyer_exit"]
    chain: str = Field(description="value chain in which it buys")
    firm: int | None = Field(
        default=None,
        ge=0,
        le=119,
        description="number of the firm in that chain, from 0; left out: the one with the largest standing orders then",
        json_schema_extra={"unit": "number", "source": "assumed", "kind": "uncertainty"},
    )


class RoadClosure(Lasting):
    """Roads are closed: village roads of districts, or roads of the region by name."""

    kind: Literal["road_closure"]
    lasts: int = parameter("months", 1, 600, "months it lasts, the first included", default=1, source="assumed")
    districts: tuple[str, ...] = Field(default=(), description="districts whose village roads are closed")
    roads: tuple[str, ...] = Field(default=(), description="roads of the region that are closed, by name")

    @model_validator(mode="after")
    def closes_something(self) -> RoadClosure:
        if not self.districts and not self.roads:
            raise ValueError("districts: closes nothing: give districts, roads or both")
        return self


AnyEvent = Annotated[
    Frost | BorderClosure | ExportBan | RemittanceDrop | StandardChange | BuyerExit | RoadClosure,
    Field(discriminator="kind"),
]

Wrong = tuple[str, str, str, tuple[str, ...]]
"""Path below the event, what was found, the unknown word (may be empty), known words (may be empty)."""


def unknown_targets(event: AnyEvent, chains: Mapping[str, ValueChain], region: Region | None, firms: int, months: int) -> Iterable[Wrong]:
    """What an event names that is not there.

    Parameters
    ----------
    chains : of the scenario
    region : districts, nodes and roads; None where places come from a file of the user's own, which is read later
    firms : lead firms and imitators; months : recorded months
    """
    if event.at is not None and event.at >= months:
        yield "at", f"strikes in month {event.at}; the last recorded month is {months - 1}", "", ()
    chain = getattr(event, "chain", None)
    if chain is not None and chain not in chains:
        yield "chain", f'no value chain "{chain}"', chain, tuple(chains)
    elif isinstance(event, StandardChange) and event.end_market not in chains[event.chain].end_markets:
        yield "end_market", f'no end market "{event.end_market}"', event.end_market, tuple(chains[event.chain].end_markets)
    if isinstance(event, BuyerExit) and (event.firm or 0) >= firms:
        yield "firm", f"no firm {event.firm or 0}: there are {firms}, numbered from 0", "", ()
    if region is None:
        return
    for district in getattr(event, "districts", ()):
        if district not in region.districts:
            yield "districts", f'no district "{district}"', district, tuple(region.districts)
    for road in getattr(event, "roads", ()):
        if road not in region.roads:
            yield "roads", f'no road "{road}"', road, tuple(region.roads)
    abroad = tuple(name for name, node in region.nodes.items() if node.kind in ABROAD)
    if isinstance(event, BorderClosure) and event.place not in abroad:
        yield "place", f'no border post or export market "{event.place}"', event.place, abroad
    if isinstance(event, ExportBan) and chain in chains:
        markets = chains[event.chain].end_markets.values()
        if not any(market.place in abroad for market in markets):
            yield "chain", f'"{event.chain}" has no end market abroad', "", ()
