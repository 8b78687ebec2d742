"""State in columns: every column is declared once, with unit, bounds, meaning and the phase that owns it.

Kernels read ``row.stock_a`` of every table. Households, enterprises and routes, of which there may be a million, are held column by
column (`linkage_sim.columns`), the others as record arrays; a few wide columns (a value per firm, per month of delay, per remembered
year) are plain arrays beside them.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from linkage_sim.columns import Table
from linkage_sim.errors import StateError
from linkage_sim.frames import Frame

INF = float("inf")
GESTATION = 8
"""Slots of what was planted and does not bear yet: the longest gestation in years stays below it."""
YEARS = 5
"""Remembered years of harvest and price."""


@dataclass(frozen=True)
class Column:
    """Declaration of one column.

    Parameters
    ----------
    table, name : where it lives
    kind : NumPy type code
    unit : of the value; low, high : inclusive bounds; owner : phase that changes it ("world" = fixed)
    """

    table: str
    name: str
    kind: str
    unit: str
    low: float
    high: float
    owner: str
    meaning: str


def _columns(table: str, text: str) -> list[Column]:
    found = []
    for line in text.strip().splitlines():
        name, kind, unit, low, high, owner, meaning = (part.strip() for part in line.split("|"))
        found.append(Column(table, name, kind, unit, float(low), float(high), owner, meaning))
    return found


COLUMNS: list[Column] = [
    *_columns("household", """
        gap | f8 | USD | 0 | inf | environment | cash missing for this month's need
        patience | f8 | per month | 0 | 1 | world | discount factor
        patience_year | f8 | per year | 0 | 1 | world | yearly discount factor
        need | f8 | USD/month | 0 | inf | world | fixed monthly consumption
        cash | f8 | USD | 0 | inf | settle | cash
        wages | f8 | USD/month | 0 | inf | world | usual income from wages and business
        remittances | f8 | USD/month | 0 | inf | world | usual transfers
        remittance_factor | f8 | share | 0 | 1 | environment | share of usual transfers that arrive
        shock | f8 | USD | 0 | inf | environment | cost of illness or feast this month
        bank_debt | f8 | USD | 0 | inf | settle | borrowed for practices
        income | f8 | USD | -inf | inf | settle | net income from enterprises this month
        other_income | f8 | USD | 0 | inf | settle | wages and transfers this month
        year_income | f8 | USD | -inf | inf | record | income from all sources this calendar year
        last_income | f8 | USD | -inf | inf | record | income from all sources last calendar year
        persons | f8 | persons | 1 | inf | world | members
        woman | u1 | flag | 0 | 1 | world | headed by a woman
        tercile | u1 | index | 0 | 2 | world | third of expected income per person, 0 = poorest
        remote | u1 | flag | 0 | 1 | world | in the farther half of villages
        offered | u1 | flag | 0 | 1 | choose | was ever offered a contract by a firm the programme supports or introduced
        joined | u1 | flag | 0 | 1 | record | ever had a contract with such a firm
        linked | u1 | flag | 0 | 1 | record | has a contract with a firm this month
        reached | u1 | flag | 0 | 1 | acts | served by an act of the programme or linked to a firm it supports
        before_income | f8 | USD | -inf | inf | record | enterprise income in the recorded months before the programme
        during_income | f8 | USD | -inf | inf | record | enterprise income during the programme
        after_income | f8 | USD | -inf | inf | record | enterprise income after it
        years_sum | f8 | USD | -inf | inf | record | income from all sources, calendar years since the programme began
        years_squares | f8 | USD2 | 0 | inf | record | sum of squares of these yearly incomes
        identity | i8 | id | 0 | inf | world | address of its draws
        village | i4 | index | 0 | inf | world | village it lives in
        usual_income | f8 | USD/month | 0 | inf | world | expected income from all sources
        credit | f8 | USD | 0 | inf | world | most it can borrow for a practice
        trained | u1 | index | 0 | 255 | acts | times trained
        member | u1 | flag | 0 | 1 | acts | in a savings group
        saved | f8 | USD | 0 | inf | settle | savings in its group
        group_debt | f8 | USD | 0 | inf | settle | owed to its group
        business | f8 | share | 0 | 1 | acts | business skill
        mobile | u1 | flag | 0 | 1 | learn | is paid by phone
    """),
    *_columns("enterprise", """
        household | i4 | index | 0 | inf | world | owner
        chain | i2 | index | 0 | inf | world | value chain
        uses_improved | u1 | flag | 0 | 1 | choose | uses improved practice this season
        uses_quality | u1 | flag | 0 | 1 | choose | uses quality practice this season
        potential | f8 | kg | 0 | inf | produce | ripe this month
        stock_a | f8 | kg | 0 | inf | trade | grade A in store
        stock_b | f8 | kg | 0 | inf | trade | grade B in store
        kit_months | f8 | months | 0 | inf | acts | months the storage kit still lasts
        kit_effect | f8 | share | 0 | 1 | acts | part of losses the kit avoids while it lasts
        firm | i4 | index | -1 | inf | choose | linked firm, -1 = none
        owing_firm | i4 | index | -1 | inf | trade | firm that still owes it money, -1 = none
        sold_a | f8 | kg | 0 | inf | trade | grade A sold to the bazaar this month
        sold_b | f8 | kg | 0 | inf | trade | grade B sold to the bazaar this month
        rival_a | f8 | kg | 0 | inf | trade | grade A sold to a rival this month
        picked | f8 | kg | 0 | inf | trade | picked this month
        firm_pays | f8 | USD | 0 | inf | trade | owed by the firm for this month's deliveries
        delivered | f8 | kg | 0 | inf | trade | delivered under contract this month
        picking_factor | f8 | number | 0 | inf | world | own picking cost against the average
        assets | f8 | asset units | 0 | inf | choose | hectares, trees, cows, ... that bear
        income | f8 | USD | -inf | inf | settle | earned this month, net of costs
        practice_cost | f8 | USD | 0 | inf | choose | own payment for practices and kits this month
        asset_cost | f8 | USD | 0 | inf | choose | paid for planting, animals and tools this month
        asset_sale | f8 | USD | 0 | inf | choose | got for animals and tools given up this month
        debt | f8 | USD | 0 | inf | settle | input loan owed to the firm
        equipment_improved | f8 | months | 0 | inf | choose | months the equipment still lasts
        equipment_quality | f8 | months | 0 | inf | choose | months the equipment still lasts
        knowledge_improved | f8 | share | 0 | 1 | learn | knowledge of improved practice
        knowledge_quality | f8 | share | 0 | 1 | learn | knowledge of quality practice
        food_left | f8 | kg | 0 | inf | produce | still to keep for the home this season
        year_harvest | f8 | kg | 0 | inf | produce | ripened this season so far
        weather | f8 | number | 0 | inf | environment | this season's weather and events
        skill | f8 | number | 0 | inf | world | 1 = average
        identity | i8 | id | 0 | inf | world | address of its draws
        linked_trust | f8 | share | 0 | 1 | produce | trust in the linked firm when this month is decided, 0 without one
        deliver_draw | f8 | share | 0 | 1 | produce | this month's luck in delivering
        delay_value | f8 | share | 0 | 1 | learn | worth now of a dollar paid after the delay usual in its chain, or by phone
        cash_gap | f8 | USD | 0 | inf | produce | its part of the cash the household misses this month, by what its goods are worth
        rejected | u1 | flag | 0 | 1 | produce | this month's lot is rejected at the gate
        price_a | f8 | USD/kg | 0 | inf | choose | contract price of grade A
        price_b | f8 | USD/kg | 0 | inf | choose | contract price of grade B, 0 = not bought
        premium_a | f8 | USD/kg | 0 | inf | choose | part of it above the outside value then
        premium_b | f8 | USD/kg | 0 | inf | choose | part of it above the outside value then
        due_a | f8 | kg | 0 | inf | trade | grade A still due this season
        due_b | f8 | kg | 0 | inf | trade | grade B still due this season
        contracted | f8 | kg | 0 | inf | choose | kg contracted for the season
        season_delivered | f8 | kg | 0 | inf | trade | delivered this season
        season_side | f8 | kg | 0 | inf | trade | side-sold this season
        season_kept | f8 | kg | 0 | inf | trade | taken by the firm at its word this season
        season_broken | f8 | kg | 0 | inf | trade | refused or cut by the firm this season
        season_late | f8 | number | 0 | inf | settle | months of late pay this season
        knows_improved_draw | f8 | share | 0 | 1 | world | knowledge above which improved practice can be used
        knows_quality_draw | f8 | share | 0 | 1 | world | knowledge above which quality practice can be used
        income_share | f8 | share | 0 | 1 | world | share of household income this crop usually brings
        habit_improved | f8 | share | 0 | 1 | choose | habit of improved practice
        habit_quality | f8 | share | 0 | 1 | choose | habit of quality practice
        voucher | f8 | share | 0 | 1 | acts | share of practice costs paid by a voucher this season
        wanted_cost | f8 | USD | 0 | inf | choose | inputs wanted this month, before vouchers
        expected_kg | f8 | kg | 0 | inf | choose | harvest expected in a year without news
        usual_assets | f8 | asset units | 0 | inf | world | asset units at the start
        usual_return | f8 | USD/year | -inf | inf | world | return of one asset unit expected at the start
    """),
    *_columns("village", """
        district | i4 | index | 0 | inf | world | district
        bazaar | i4 | index | 0 | inf | world | bazaar where it sells
        hours | f8 | h | 0 | inf | world | to the bazaar
        haul | f8 | USD/kg | 0 | inf | world | to the bazaar
        closed | u1 | flag | 0 | 1 | environment | road closed this month
        remote | u1 | flag | 0 | 1 | world | in the farther half
        association | f8 | share | 0 | 1 | learn | strength of the association
        association_goal | f8 | share | 0 | 1 | acts | strength support is building up to
        outlet | u1 | flag | 0 | 1 | learn | has an input outlet of its own
        input_sales | f8 | USD | 0 | inf | learn | input sales this season
        input_wanted | f8 | USD | 0 | inf | choose | inputs wanted this month
        input_ratio | f8 | share | 0 | 1 | choose | part of them the shop has in stock
        reach_hours | f8 | h | 0 | inf | learn | hours to the nearest outlet
        organisation | f8 | share | 0 | 1 | learn | strength of the village organisation
        organisation_goal | f8 | share | 0 | 1 | acts | strength support is building up to
        group | f8 | share | 0 | 1 | learn | how fully its savings groups work
        group_goal | f8 | share | 0 | 1 | acts | what support is building up to
        fund | f8 | USD | 0 | inf | settle | cash of its savings groups
        mobile | f8 | share | 0 | 1 | learn | part that agents and phones can serve
        mobile_goal | f8 | share | 0 | 1 | acts | what support is building up to
        provider | u1 | flag | 0 | 1 | acts | its outlet belongs to a supported input provider
        outlet_support | f8 | share | 0 | 1 | acts | part of the outlet's yearly cost the programme carries
    """),
    *_columns("firm", """
        chain | i2 | index | 0 | inf | world | value chain
        place | i4 | index | 0 | inf | world | where it works
        imitator | u1 | flag | 0 | 1 | world | may enter later; a rival without services
        skill | f8 | number | -inf | inf | world | sourcing skill
        reliability | f8 | share | 0 | 1 | world | weight of the future in keeping its word
        honesty | f8 | number | 0 | inf | world | dislike of lying against the average firm
        elsewhere | f8 | number | 0 | inf | world | true suppliers outside the modelled villages
        reach | f8 | share | 0 | inf | world | part of an order at which what large suppliers want above the wholesale price has doubled
        running | f8 | USD/year | 0 | inf | world | cost of collecting in one village
        first_capital | f8 | USD | 0 | inf | world | cash at the start
        credit | f8 | USD | 0 | inf | acts | credit line, with advances of processors
        active | u1 | flag | 0 | 1 | learn | in business
        cash | f8 | USD | -inf | inf | settle | cash
        capacity | f8 | kg/month | 0 | inf | learn | most it can process in a month
        stock_a | f8 | kg | 0 | inf | sell | grade A in store
        stock_b | f8 | kg | 0 | inf | sell | grade B in store
        breaks | u1 | flag | 0 | 1 | trade | breaks its word this month
        word_loss | f8 | USD | -inf | inf | trade | what keeping its word costs this month, when it decides
        word_due | f8 | kg | 0 | inf | trade | contract kg offered to it then that pass its quality check
        word_margin | f8 | USD | -inf | inf | trade | margin of these kg at today's end market
        word_hears | f8 | households | 0 | inf | trade | households that would hear of a broken word
        expected_margin | f8 | USD/year | -inf | inf | learn | yearly margin it expects of buying in villages
        season_count | f8 | seasons | 0 | inf | learn | seasons it has been in business
        season_margin | f8 | USD | -inf | inf | sell | margin this season so far, after running and before fixed cost
        season_kg | f8 | kg | 0 | inf | sell | bought this season so far, in villages and from large suppliers
        season_large | f8 | USD | -inf | inf | sell | part of this season's margin that comes from goods of large suppliers
        season_breaks | f8 | number | 0 | inf | trade | months in which it broke its word this season
        planned_margin | f8 | USD/kg | -inf | inf | offer | margin per kg bought in villages when the offers were made
        tied | f8 | USD | 0 | inf | offer | money that its planned purchases tie up until they are sold
        planned_kg | f8 | kg | 0 | inf | offer | goods it planned to buy for its orders, in villages and from large suppliers
        order_margin | f8 | USD/kg | -inf | inf | offer | the same over all goods for its orders, those of large suppliers too
        late_months | f8 | months | 0 | inf | settle | months in a row it paid late
        supported | u1 | flag | 0 | 1 | acts | chosen by the programme
        addenda | i4 | number | 0 | inf | acts | co-investments done
        spent | f8 | USD | 0 | inf | acts | programme money spent on it
        prepared | f8 | share | 0 | 1 | acts | how ready an aspiring entrepreneur is to open
        processor | f8 | share | 0 | 1 | acts | how fully its contract with a processor works
        plant_advance | f8 | USD | 0 | inf | acts | part of the credit line that a processor advances
        plant_orders | f8 | kg | 0 | inf | acts | what a processor buys from it under contract in a year
        plant_kg | f8 | kg | 0 | inf | sell | sold to processors this season
        subsidy | f8 | share | 0 | 1 | acts | part of its running cost the programme pays
    """),
    *_columns("route", """
        bought_a | f8 | kg | 0 | inf | trade | grade A bought this month
        bought_b | f8 | kg | 0 | inf | trade | grade B bought this month
        due | f8 | kg | 0 | inf | trade | contract kg offered to it this month
        accepted | f8 | kg | 0 | inf | trade | part of them that passes its quality check
        margin | f8 | USD | -inf | inf | trade | margin of these at today's end market, if it keeps its word
        loss | f8 | USD | -inf | inf | trade | what keeping its word costs here this month
        side | f8 | kg | 0 | inf | trade | side-sold this month
        worth_a | f8 | USD/kg | -inf | inf | trade | netback today of the end market meant for grade A, 0 without one
        worth_b | f8 | USD/kg | -inf | inf | trade | netback today of the end market meant for grade B, 0 without one
        broken | f8 | kg | 0 | inf | trade | refused or cut this month
        is_open | u1 | flag | 0 | 1 | offer | the firm buys in this village
        introduced | f8 | share | 0 | 1 | acts | how fully the programme introduced it
        dependence | f8 | share | 0 | 1 | learn | part of its work the facilitator does
        members | f8 | number | 0 | inf | choose | suppliers under contract
        trip | f8 | USD | 0 | inf | world | one collection trip from the bazaar town and back
        travel | f8 | USD/year | 0 | inf | world | travel of the firm's people to the village besides collection
        lot | f8 | kg | 0 | inf | learn | kg of one collection
        seasons | f8 | seasons | 0 | inf | learn | seasons it has been open
        believed_a | f8 | kg | 0 | inf | learn | grade A the firm expects in a season
        believed_b | f8 | kg | 0 | inf | learn | grade B the firm expects in a season
        side_record | f8 | share | 0 | 1 | learn | the firm's record of side-selling there
        price_a | f8 | USD/kg | 0 | inf | offer | offered for grade A, 0 = not bought
        price_b | f8 | USD/kg | 0 | inf | offer | offered for grade B, 0 = not bought
        premium_a | f8 | USD/kg | 0 | inf | offer | part of it above the outside value
        premium_b | f8 | USD/kg | 0 | inf | offer | part of it above the outside value
        netback_a | f8 | USD/kg | -inf | inf | offer | netback when the offer was made
        netback_b | f8 | USD/kg | -inf | inf | offer | netback when the offer was made
        tier_a | i2 | index | -1 | inf | offer | end market meant for grade A
        tier_b | i2 | index | -1 | inf | offer | end market meant for grade B
        target_a | f8 | kg | 0 | inf | offer | grade A the firm contracts at most this season
        target_b | f8 | kg | 0 | inf | offer | grade B the firm contracts at most this season
        smallest | f8 | kg | 0 | inf | offer | smallest supplier it offers to
        extension | u1 | flag | 0 | 1 | offer | offers extension
        loan | u1 | flag | 0 | 1 | offer | offers input loans
        setup_promise | f8 | share | 0 | 1 | acts | share of set-up the programme promised
        offered_a | f8 | kg | 0 | inf | choose | grade A its members would deliver in a year without events
        offered_b | f8 | kg | 0 | inf | choose | grade B its members would deliver in a year without events
        season_due | f8 | kg | 0 | inf | trade | contract kg that came ripe this season
        season_side | f8 | kg | 0 | inf | trade | side-sold this season
        season_kept | f8 | kg | 0 | inf | trade | taken at its word this season
        season_broken | f8 | kg | 0 | inf | trade | refused or cut this season
        written | f8 | share | 0 | 1 | acts | how fully written terms, grading and mediation work
        written_goal | f8 | share | 0 | 1 | acts | 1 while the programme pays them
        grading | f8 | USD | 0 | inf | learn | paid for grading by its users at the last season's end
    """),
]  # fmt: skip

TABLES = ("household", "enterprise", "village", "firm", "route")
FIRST_STEP = 0.5
"""Part of the gap (log) to the cleared price by which a quote moves as long as nothing is known of it (``quote_step``)."""
WIDE: dict[str, tuple[str, str, str]] = {
    "tie_kept": ("enterprise x firm of its chain", "learn", "remembered share of promises kept"),
    "tie_broken": ("enterprise x firm of its chain", "learn", "remembered share of promises broken"),
    "growing": ("enterprise x gestation", "choose", "asset units planted, by the year in which they first bear"),
    "order_gap": ("firm x end market", "environment", "this month's order is not placed"),
    "receivable": ("enterprise x delay", "settle", "USD owed by the linked firm, by month due (two more than the longest delay)"),
    "memory": ("enterprise x year", "learn", "remembered harvests, kg"),
    "price_memory": ("village x chain x year", "learn", "remembered season prices net at the village, USD/kg"),
    "usual_price": ("bazaar x chain x month", "learn", "price usual in a calendar month at the bazaar, USD/kg"),
    "side_share": ("village x chain", "learn", "side-selling last season"),
    "rival_price": ("village x chain", "trade", "price rivals paid this or last harvest, USD/kg; 0 = none came"),
    "rival_gain": ("village x chain", "trade", "what rivals usually add to a kg of free grade A, taken or left, USD/kg"),
    "rival_second": ("village x chain", "trade", "second highest bid of rivals, USD/kg"),
    "rival_top": ("village x chain", "trade", "netback of the rival that bids highest, USD/kg"),
    "rival_firm": ("village x chain", "trade", "the rival that bids, -1 = none"),
    "rival_ratio": ("village x chain", "trade", "share of free grade A that the rival takes"),
    "rival_want": ("village x chain", "trade", "free grade A offered to the rival, kg"),
    "rival_cap": ("village x chain", "trade", "kg the rival still takes this month"),
    "village_supply": ("village x chain", "trade", "kg brought to the bazaar"),
    "bazaar_price": ("bazaar x chain", "trade", "cleared price, USD/kg"),
    "bazaar_quote": ("bazaar x chain", "trade", "price decided on, USD/kg"),
    "quote_step": ("bazaar x chain x month", "trade", "part of the gap to the cleared price by which a quote moves first"),
    "bazaar_outflow": ("bazaar x chain", "trade", "kg traders took to the city; negative: brought"),
    "bazaar_demand": ("bazaar x chain", "trade", "kg sold to local consumers"),
    "bazaar_demand0": ("bazaar x chain", "world", "local demand at the reference price, kg/month"),
    "bazaar_closed": ("bazaar", "environment", "road to the city closed this month"),
    "city_base": ("city x chain", "environment", "wholesale price before supply, USD/kg"),
    "city_shock": ("chain", "environment", "log price shock, the same in all cities"),
    "city_price": ("city x chain", "trade", "wholesale price, USD/kg"),
    "city_usual": ("city x chain x month", "world", "usual supply of the city, kg/month"),
    "city_region": ("city x chain x month", "world", "usual part of it that its own bazaars send, kg/month"),
    "city_extra": ("city x chain", "sell", "kg resold in the city last month"),
    "market_shock": ("end market", "environment", "log price shock"),
    "market_price": ("end market", "environment", "price per kg of product, USD/kg"),
    "market_open": ("city x end market", "environment", "can be reached from the city this month"),
    "market_barred": ("city x end market", "environment", "barred by an event: until it ends goods meant for it fetch the city price"),
    "crop_left": ("village x chain", "environment", "crop left by events until it is harvested, share"),
    "market_taken": ("end market", "learn", "kg a year of standing orders of all firms"),
    "orders": ("firm x end market", "learn", "standing order, kg a year"),
    "large_plan": ("firm x end market", "offer", "part of a year's standing order to be filled from large suppliers, kg"),
    "orders_left": ("firm x end market", "sell", "not yet shipped this season, kg"),
    "input_stock": ("bazaar", "learn", "inputs the provider still has this season, USD"),
    "input_sales": ("bazaar", "learn", "inputs wanted this season, USD"),
    "firm_due": ("firm x village", "settle", "USD payable this month"),
    "firm_paid_share": ("firm", "settle", "part of it the firm can pay"),
    "flows": ("village x flow", "record", "kg and USD moved this month by village"),
    "firm_flows": ("firm x flow", "record", "kg and USD moved this month by firm"),
    "plant_free": ("processor", "sell", "kg it can still take this month"),
    "plant_capacity": ("processor", "acts", "most it can process in a month, kg"),
    "district_bad": ("district x chain", "environment", "crop left after this season's bad year"),
}

Records = NDArray[Any]
Numbers = NDArray[np.float64]


@functools.cache
def table_type(table: str) -> np.dtype[Any]:
    """Record type of a table; always the same object: a call of a kernel costs many times more for an equal but other one."""
    return np.dtype([(column.name, column.kind) for column in COLUMNS if column.table == table], align=True)


@dataclass
class State:
    """All that changes in a run. Shapes: H households, E enterprises, V villages, B bazaars, F firms, C chains, M end markets."""

    household: Table
    enterprise: Table
    village: Records
    firm: Records
    route: Table
    tie_kept: Numbers
    tie_broken: Numbers
    growing: Numbers
    order_gap: NDArray[np.uint8]
    receivable: Numbers
    memory: Numbers
    price_memory: Numbers
    usual_price: Numbers
    side_share: Numbers
    rival_price: Numbers
    rival_gain: Numbers
    rival_second: Numbers
    rival_top: Numbers
    rival_firm: NDArray[np.int32]
    rival_ratio: Numbers
    rival_want: Numbers
    rival_cap: Numbers
    village_supply: Numbers
    bazaar_price: Numbers
    bazaar_quote: Numbers
    quote_step: Numbers
    bazaar_outflow: Numbers
    bazaar_demand: Numbers
    bazaar_demand0: Numbers
    bazaar_closed: NDArray[np.uint8]
    city_base: Numbers
    city_shock: Numbers
    city_price: Numbers
    city_usual: Numbers
    city_region: Numbers
    city_extra: Numbers
    market_shock: Numbers
    market_price: Numbers
    market_open: NDArray[np.uint8]
    market_barred: NDArray[np.uint8]
    crop_left: Numbers
    market_taken: Numbers
    orders: Numbers
    large_plan: Numbers
    orders_left: Numbers
    input_stock: Numbers
    input_sales: Numbers
    firm_due: Numbers
    firm_paid_share: Numbers
    flows: Numbers
    firm_flows: Numbers
    plant_free: Numbers
    plant_capacity: Numbers
    district_bad: Numbers

    @classmethod
    def in_frame(cls, frame: Frame) -> State:
        """The state that stands in a frame among other things; an array is looked for once it is asked for."""
        state = cls.__new__(cls)
        vars(state)["_frame"] = frame
        return state

    def __getattr__(self, name: str) -> Any:
        if name not in self.__dataclass_fields__ or "_frame" not in vars(self):
            raise AttributeError(f"a state has no {name!r}")
        vars(self)[name] = found = getattr(vars(self)["_frame"], name)
        return found

    def copy(self) -> State:
        """An independent copy of every array."""
        return State(**{field.name: getattr(self, field.name).copy() for field in fields(self)})

    def check(self, phase: str, month: int) -> None:
        """Raise StateError where a declared column left its bounds or is NaN.

        Parameters
        ----------
        phase, month : for the message
        """
        for column in COLUMNS:
            values = getattr(self, column.table)[column.name]
            if values.size and not (values.min() >= column.low - 1e-9 and values.max() <= column.high + 1e-9):
                bad = int(np.argmax(~((values >= column.low - 1e-9) & (values <= column.high + 1e-9))))
                raise StateError(
                    f"month {month}, after phase {phase}: {column.table}.{column.name} of row {bad} is {values.flat[bad]:g}; "
                    f"allowed {column.low:g} to {column.high:g} {column.unit}"
                )
        for name in WIDE:
            values = getattr(self, name)
            if values.dtype.kind == "f" and not np.isfinite(values).all():
                raise StateError(f"month {month}, after phase {phase}: {name} is not a finite number")
