"""Traders, lead firms and input providers, as a user writes them (model 2 and 4)."""

from __future__ import annotations

from pydantic import Field

from linkage_sim.scenario.declare import Section, parameter


class Traders(Section):
    """Anonymous traders at every bazaar."""

    number: float = parameter("number", 1, 1000, "traders per bazaar", default=6, source="trial")
    slope: float = parameter(
        "USD/kg per kg/month", 1e-9, 1, "rise of a trader's cost per kg with what he moves", default=4e-5, source="trial"
    )
    conduct: float = parameter(
        "share", 0, 1, "0 price-taking, 1/number Cournot, 1 joint profit; published cases span the range", default=0.0, source="assumed"
    )


class LeadFirms(Section):
    """Output-side lead firms: drawn for every replicate, fictional, active from the first spin-up month."""

    number: int = parameter("number", 0, 60, "firms at the start", default=6, source="trial", kind="setting")
    imitators: int = parameter(
        "number", 0, 60, "firms that may enter later (reserved identities)", default=4, source="assumed", kind="setting"
    )
    names: tuple[str, ...] = Field(default=(), description="fictional names, used in order")
    skill_spread: float = parameter("number", 0, 3, "standard deviation of sourcing skill", default=1, source="trial")
    suppliers: float = parameter(
        "number", 1, 10000, "median number of true suppliers outside the modelled villages", default=40, source="assumed"
    )
    suppliers_skill: float = parameter("number", -2, 3, "how skill raises that number (log per unit)", default=0.6, source="trial")
    suppliers_spread: float = parameter("log", 0, 2, "own noise of that number", default=0.3, source="assumed")
    large_premium: float = parameter(
        "share",
        0.001,
        5,
        "what large suppliers (farms, herds, workshops outside the villages) want above the wholesale price for a sorted lot at a set date",
        default=0.3,
        source="assumed",
    )
    large_reach: float = parameter(
        "share",
        0,
        10,
        "part of an order at which that premium has doubled, for a firm of median capital; 0 = it knows no large suppliers",
        default=0.1,
        source="assumed",
    )
    large_size: float = parameter(
        "number", -2, 3, "how a firm's capital raises that part (log per log of capital)", default=1.0, source="assumed"
    )
    honesty_spread: float = parameter(
        "log", 0, 3, "spread over firms of the dislike of lying in an application", default=1.0, source="assumed"
    )
    capital: float = parameter("USD", 0, 1e8, "median cash at the start", default=25000, source="assumed")
    capital_spread: float = parameter("log", 0, 2, "spread of capital: size, unrelated to skill", default=0.8, source="assumed")
    credit_line: float = parameter("share", 0, 10, "credit line as a share of capital", default=0.5, source="assumed")
    fixed_cost: float = parameter(
        "USD/year", 0, 1e6, "yearly overhead that buying in the modelled villages must carry", default=600, source="assumed"
    )
    owner_draw: float = parameter("share", 0, 1, "share of a year's profit the owner takes out", default=0.6, source="assumed")
    capacity: float = parameter("kg/month", 0, 1e7, "what a firm can process in a month", default=6000, source="khovar_plant_2012")
    farmer_share: float = parameter("share", 0, 0.9, "share of the surplus offered to farmers", default=0.35, source="trial")
    association_share: float = parameter("share", 0, 0.9, "added share where the association is fully strong", default=0.15, source="trial")
    association_saving: float = parameter(
        "share",
        0,
        1,
        "part of a firm's yearly cost in a village that a fully strong association takes over: gathering, weighing, sharing out",
        default=0.5,
        source="assumed",
    )
    price_formula: str = Field(
        default="fixed",
        pattern="^(fixed|spot_plus|floor_plus)$",
        description="fixed, spot_plus or floor_plus",
        json_schema_extra={"source": "assumed", "kind": "uncertainty"},
    )
    spot_pass: float = parameter(
        "share",
        0,
        1,
        "part of spot-bought fruit that passes an end market's checks: no sorting or records at the farm",
        default=0.8,
        source="assumed",
    )
    rejection: float = parameter("share", 0, 0.9, "chance that a lot is rejected at the gate", default=0.05, source="assumed")
    delay: int = parameter("months", 0, 6, "months until payment", default=2, source="trial")
    grace: int = parameter("months", 0, 12, "months late before a debt is given up as default", default=3, source="assumed")
    route_running: float = parameter(
        "USD/year", 0, 1e5, "yearly cost of collecting in a village, without the driving (of 250 USD in all)", default=135, source="trial"
    )
    route_running_skill: float = parameter("number", -2, 2, "how skill changes that cost (log per unit)", default=-0.35, source="trial")
    route_setup: float = parameter("USD", 0, 1e5, "cost of opening a village", default=700, source="trial")
    route_life: float = parameter("months", 12, 600, "time over which that is written off", default=120, source="assumed")
    route_rate: float = parameter("per year", 0, 2, "return wanted on it", default=0.25, source="assumed")
    trip_cost: float = parameter(
        "USD", 0, 1e4, "one collection trip to a village, without the driving (of 25 USD in all)", default=15, source="trial"
    )
    trip_hour: float = parameter("USD/h", 0, 100, "an hour of driving between bazaar town and village", default=8, source="assumed")
    field_trips: float = parameter(
        "per year",
        0,
        365,
        "trips of a firm's people to a village besides collection: agreeing, advising, paying",
        default=12,
        source="assumed",
    )
    smallest_lot: float = parameter("kg", 1, 1e5, "lot below which cost per kg does not rise further", default=150, source="assumed")
    member_cost: float = parameter("USD/year", 0, 1000, "weighing, paying and visiting one supplier", default=6, source="assumed")
    turnover: float = parameter("share", 0, 1, "part of a season's purchases that must be financed at once", default=0.6, source="assumed")
    cautious_belief: float = parameter(
        "share", 0.01, 2, "volume a firm expects of a new village against what is there", default=0.35, source="assumed"
    )
    first_side_selling: float = parameter("share", 0, 1, "side-selling a firm expects in a new village", default=0.2, source="assumed")
    record_memory: float = parameter(
        "per season", 0, 1, "weight of the past in a firm's record of a village", default=0.5, source="assumed"
    )
    patience: float = parameter("per year", 0, 0.999, "yearly discount factor", default=0.8, source="assumed")
    reliability: float = parameter("share", 0, 1, "weight of the future in keeping its word", default=0.6, source="assumed")
    reliability_skill: float = parameter("number", -1, 1, "how skill raises reliability", default=0.08, source="assumed")
    reliability_spread: float = parameter("number", 0, 0.5, "own noise of reliability", default=0.15, source="assumed")
    reputation: float = parameter("USD", 0, 1000, "cost of a broken word per household that hears", default=3, source="assumed")
    extension_cost: float = parameter("USD/year", 0, 1000, "teaching quality practice to one supplier", default=8, source="assumed")
    extension_effect: float = parameter("share", 0, 1, "knowledge a supplier gains from it", default=0.5, source="assumed")
    loan_share: float = parameter("share", 0, 1, "share of the cost of quality practice lent to suppliers", default=0.5, source="assumed")
    loan_interest: float = parameter("per year", 0, 2, "interest on input loans", default=0.2, source="assumed")
    order_loss: float = parameter(
        "per year", 0, 1, "standing orders lost a year: buyers change, equipment wears", default=0.08, source="assumed"
    )
    growth: float = parameter("per year", 0, 2, "growth of orders a firm that is full invests in", default=0.1, source="assumed")
    growth_capacity: float = parameter(
        "number", 0, 10, "capacity gained, kg a month per kg a year of new orders", default=0.25, source="assumed"
    )
    order_cost: float = parameter("USD", 0.01, 1000, "investment per kg a year of new orders", default=1.35, source="trial")
    entry: float = parameter(
        "per year", 0, 10, "chance a year that an imitator enters, per unit of observed margin", default=0.08, source="assumed"
    )


class InputProviders(Section):
    """Shops that sell what practices need, first at bazaars, later in villages where sales cover them."""

    bazaar_outlets: float = parameter("share", 0, 1, "bazaars with an outlet at the start", default=1.0, source="assumed")
    reach: float = parameter("h", 0, 48, "hours to an outlet beyond which nobody goes", default=1.5, source="assumed")
    travel_cost: float = parameter("share", 0, 5, "rise of input cost per hour to the outlet", default=0.1, source="assumed")
    stock: float = parameter("number", 0, 100, "first stock, in normal years of sales", default=1.2, source="assumed")
    restock: float = parameter("share", 0, 10, "stock against last year's sales", default=1.3, source="assumed")
    margin: float = parameter("share", 0, 0.9, "margin on sales", default=0.2, source="assumed")
    outlet_cost: float = parameter("USD/year", 0, 1e5, "yearly cost of a village outlet", default=300, source="assumed")
    credit: float = parameter("share", 0, 1, "share of customers given credit", default=0.1, source="assumed")
