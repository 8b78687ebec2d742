"""The agents a Mesa user sees: live views of one row of the state, holding no numbers of their own.

Attributes are made from the declarations of the columns (`linkage_sim.world.state.COLUMNS`): reading one reads the
row, setting one writes the row after a check of its type and bounds. What is computed from columns, or fixed where
rows are laid out (identity, village, household, ...), can only be read.
"""

from __future__ import annotations

import math
import numbers
import operator
from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar, cast

import mesa
import numpy as np
from mesa.discrete_space import FixedAgent

from linkage_sim.engine import Simulation
from linkage_sim.errors import EngineError, StateError
from linkage_sim.programme.facilitator import Facilitation
from linkage_sim.rules.trust import trust as trust_rule
from linkage_sim.scenario.chain import ProcessorPlant
from linkage_sim.world.state import COLUMNS, TABLES, WIDE, Column

Made = TypeVar("Made", bound=type)
LAID_OUT = ("id", "index")
"""Units of world columns by which rows are laid out and found; they cannot be written."""


def trust_in(simulation: Simulation, enterprise: Any, firm: Any, village: Any) -> Any:
    """Trust of enterprises in firms of their chain, 0..1; rows of any shape that NumPy can match."""
    state, ties = simulation.context.state, simulation.context.parameters.ties[0]
    known = state.route["introduced"][firm, village]
    kept = ties["unknown_kept"] + known * (ties["introduced_kept"] - ties["unknown_kept"])
    broken = ties["unknown_broken"] + known * (ties["introduced_broken"] - ties["unknown_broken"])
    rule = getattr(trust_rule, "py_func", trust_rule)
    tie = firm % state.tie_kept.shape[1]
    return rule(state.tie_kept[enterprise, tie], state.tie_broken[enterprise, tie], kept, broken)


def firm_name(simulation: Simulation, row: int) -> str:
    """Fictional name of a firm; one without a name in the scenario is called by its number."""
    names = simulation.scenario.lead_firms.names
    return names[row] if row < len(names) else f"firm {row + 1}"


# --- attributes from declarations -----------------------------------------------------------------------


def _highest(column: Column, simulation: Simulation) -> float:
    """Upper bound of a column; an index that names a table (``owing_firm``) or an end market stays inside it."""
    if column.kind.startswith("f"):
        return column.high
    word, rows = column.name.rpartition("_")[2], math.inf
    if column.unit == "index" and word in TABLES:
        rows = len(getattr(simulation.context.state, word)) - 1
    if column.unit == "index" and column.name.startswith("tier"):
        rows = len(simulation.context.parameters.markets) - 1
    return min(column.high, rows, float(np.iinfo(column.kind).max))


def checked(column: Column, value: Any, at: tuple[int, ...], high: float) -> float | int:
    """The value, if it may be written to a column; a StateError where its type is wrong or it is out of bounds."""
    place = f"{column.table}.{column.name} of row {', '.join(map(str, at))} cannot be {value!r}"
    if isinstance(value, bool | np.bool_) and column.unit == "flag":
        return int(value)
    is_whole = not column.kind.startswith("f")
    if isinstance(value, bool | np.bool_) or not isinstance(value, numbers.Integral if is_whole else numbers.Real):
        wanted = "True or False" if column.unit == "flag" else "a whole number" if is_whole else "a number"
        raise StateError(f"{place}; wanted {wanted}, in {column.unit}")
    number = float(value)
    if not column.low <= number <= high or math.isinf(number):
        raise StateError(f"{place}; allowed {column.low:g} to {high:g} {column.unit}")
    return int(number) if is_whole else number


def _column(column: Column) -> property:
    """Property of one declared column."""
    is_fixed = column.owner == "world" and column.unit in LAID_OUT

    def read(view: Any) -> float | int | bool:
        value = getattr(view.state, column.table)[column.name].item(view.at)
        return bool(value) if column.unit == "flag" else cast("float | int", value)

    def write(view: Any, value: Any) -> None:
        good = checked(column, value, view.at, _highest(column, view.simulation))
        getattr(view.state, column.table)[column.name][view.at] = good
        view.model.written = True

    owner = {"world": "fixed" if is_fixed else "set when the world is built"}.get(column.owner, f"phase {column.owner}")
    doc = f"{column.meaning}.\n\n{column.unit}, {column.low:g} to {column.high:g}; {owner}."
    return property(read, None if is_fixed else write, doc=doc)


def _wide(name: str, meaning: str, is_fixed: bool) -> property:
    """Property of one wide column: a number, or a row of several that can be looked at but not written."""
    column = Column("state", name, "f8", meaning.rpartition(", ")[2], 0.0, math.inf, "", meaning)

    def read(view: Any) -> Any:
        row = getattr(view.state, name)[view.at[0]]
        if row.ndim == 0:
            return row.item()
        row.flags.writeable = False
        return row

    def write(view: Any, value: Any) -> None:
        values = getattr(view.state, name)
        values[view.at] = checked(column, value, view.at, column.high if values.dtype.kind == "f" else 1.0)
        view.model.written = True

    return property(read, None if is_fixed else write, doc=f"{meaning}.")


def columns_of(table: str, wide: str = "") -> Callable[[Made], Made]:
    """Give a class the columns of a table, and the wide columns that begin with a value per ``wide``."""

    def give(made: Made) -> Made:
        found = {column.name: _column(column) for column in COLUMNS if column.table == table}
        for name, (shape, owner, meaning) in WIDE.items():
            if shape.split(" x ")[0] == wide:
                found[name] = _wide(name, meaning, owner == "world" or shape != wide)
        for name, attribute in found.items():
            if hasattr(made, name):
                raise TypeError(f"{made.__name__}.{name} would hide the column {table}.{name}")
            setattr(made, name, attribute)
        return made

    return give


class View:
    """A look at one row of the state.

    Attributes
    ----------
    row : number of the row in its table
    at : the same as an index of NumPy
    state : all tables of the run
    """

    model: Any
    row: int
    at: tuple[int, ...]

    @property
    def simulation(self) -> Simulation:
        """The run behind the view."""
        return cast(Simulation, self.model.simulation)

    @property
    def state(self) -> Any:
        return self.model.simulation.context.state

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any: ...


def _chain_name(view: View) -> str:
    """Value chain, as the scenario calls it."""
    return tuple(view.simulation.scenario.value_chains)[int(view.chain)]


@columns_of("enterprise", wide="enterprise")
class Enterprise(View):
    """What one household does in one value chain; its stock, contract and knowledge."""

    chain_name = property(_chain_name)

    def __init__(self, model: Any, row: int) -> None:
        self.model, self.row, self.at = model, row, (row,)

    @property
    def linked_firm(self) -> LeadFirm | None:
        """Firm it has a contract with, None without one."""
        return self.model.view(LeadFirm, self.firm) if self.firm >= 0 else None

    @property
    def trust(self) -> float:
        """Trust in its linked firm, 0..1; nan without one."""
        return self.trust_in(self.firm) if self.firm >= 0 else math.nan

    def trust_in(self, firm: LeadFirm | int) -> float:
        """Trust in any firm, 0..1."""
        village = self.state.household["village"][self.household]
        return float(trust_in(self.simulation, self.row, firm if isinstance(firm, int) else firm.row, village))


@columns_of("route")
class Route(View):
    """What one firm does in one village."""

    village_name = property(lambda self: self.simulation.world.routes.village_names[self.at[1]], doc="Village.")

    def __init__(self, model: Any, firm: int, village: int) -> None:
        self.model, self.row, self.at = model, firm, (firm, village)


# --- Mesa agents ----------------------------------------------------------------------------------------


class _Standing(View, FixedAgent):
    """An agent of the model; it stands at one place and is made by the model, one for each row."""

    def __init__(self, model: Any, row: int) -> None:
        self.row, self.at = row, (row,)
        super().__init__(model)

    def remove(self) -> None:
        """Refuse with an EngineError: a view may not go while its row lives on in the run."""
        raise EngineError(f"{self!r} cannot be removed: it is a view of a row that lives on; select agents instead")

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.row}>"


@columns_of("household")
class Smallholder(_Standing):
    """A household that grows and sells. Has every household column, and its enterprises.

    ``village`` is a number as in all columns; ``village_name`` is what the market graph calls it.
    """

    village_name = property(lambda self: self.simulation.world.routes.village_names[self.village], doc="Village.")
    is_linked = property(lambda self: self.contract is not None, doc="Whether it has a contract with a firm.")

    @cached_property
    def enterprises(self) -> list[Enterprise]:
        """What it does, one for each of its value chains; may be empty."""
        context = self.simulation.context
        first, last = context.of_household[self.row], context.of_household[self.row + 1]
        return [Enterprise(self.model, row) for row in context.by_household[first:last].tolist()]

    @property
    def contract(self) -> Enterprise | None:
        """Its enterprise with a contract (the first of several); None without one."""
        return next((enterprise for enterprise in self.enterprises if enterprise.firm >= 0), None)

    @property
    def linked_firm(self) -> LeadFirm | None:
        """Firm it has a contract with; None without one."""
        return self.contract.linked_firm if self.contract else None

    @property
    def trust(self) -> float:
        """Trust in its linked firm, 0..1; nan without one."""
        return self.contract.trust if self.contract else math.nan


@columns_of("firm", wide="firm")
class LeadFirm(_Standing):
    """A firm, also one that has closed or not yet opened: ``active`` says whether it is in business."""

    name = property(lambda self: firm_name(self.simulation, self.row), doc="Fictional name.")
    chain_name = property(_chain_name)
    place_name = property(lambda self: self.simulation.world.routes.place_names[self.place], doc="Where it works.")

    @property
    def villages(self) -> list[str]:
        """Villages where it buys."""
        names = self.simulation.world.routes.village_names
        return [names[village] for village in np.flatnonzero(self.state.route["is_open"][self.row])]

    @property
    def suppliers(self) -> list[Smallholder]:
        """Households under contract with it."""
        rows = np.unique(self.state.enterprise["household"][self.state.enterprise["firm"] == self.row])
        return [self.model.view(Smallholder, int(row)) for row in rows]

    @property
    def trust(self) -> float:
        """Mean trust of its suppliers in it, 0..1; nan without any."""
        rows = np.flatnonzero(self.state.enterprise["firm"] == self.row)
        village = self.state.household["village"][self.state.enterprise["household"][rows]]
        return float(trust_in(self.simulation, rows, self.row, village).mean()) if len(rows) else math.nan

    def route(self, village: str | int) -> Route:
        """What it does in a village, by name or number."""
        names = self.simulation.world.routes.village_names
        if village not in names and village not in range(len(names)):
            raise StateError(f"no village {village!r}; known: {', '.join(names)}")
        return Route(self.model, self.row, names.index(village) if isinstance(village, str) else village)


@columns_of("", wide="processor")
class Processor(_Standing):
    """A processor: buys what standing orders of firms do not take, and in the city."""

    chain_name = property(lambda self: self._own[0], doc="Value chain, as the scenario calls it.")
    name = property(lambda self: self._own[1], doc="Name in the scenario.")
    plant = property(lambda self: self._own[2], doc="The scenario's words on it, such as ``plant.place``.")

    @cached_property
    def _own(self) -> tuple[str, str, ProcessorPlant]:
        chains = self.simulation.scenario.value_chains
        return [(chain, name, plant) for chain in chains for name, plant in chains[chain].processors.items()][self.row]


for _name, _declared in ProcessorPlant.model_fields.items():
    if _name not in ("place", "end_market"):
        setattr(Processor, _name, property(operator.attrgetter(f"plant.{_name}"), doc=f"{_declared.description}."))


@columns_of("", wide="bazaar")
class InputProvider(_Standing):
    """The shop for inputs at one bazaar; has the bazaar's wide columns too (prices by value chain)."""

    bazaar_name = property(lambda self: self.simulation.world.routes.bazaar_names[self.row], doc="Where it sells.")

    @property
    def outlets(self) -> list[str]:
        """Villages of this bazaar with an outlet of their own."""
        village, names = self.state.village, self.simulation.world.routes.village_names
        return [names[row] for row in np.flatnonzero((village["bazaar"] == self.row) & (village["outlet"] == 1))]


class Facilitator(View, mesa.Agent):
    """The organisation that runs the programme; it stands nowhere, and everything about it can only be read."""

    skill = property(lambda self: self._of_itself("skill"), doc="Mean business skill of field staff, 0..1.")
    concept = property(lambda self: self._of_itself("concept"), doc="Mean concept score of field staff, 0..1.")
    view = property(lambda self: self._of_itself("market_view"), doc="Share of its ignorance that assessments removed, 0..1.")

    def __init__(self, model: Any) -> None:
        self.row, self.at = 0, (0,)
        super().__init__(model)

    remove, __repr__ = _Standing.remove, _Standing.__repr__

    def _of_itself(self, name: str) -> float:
        return float(self.simulation.context.facilitator[name][0])

    @property
    def programme(self) -> Facilitation:
        """The programme as the engine runs it: plan and purses, staff, claims."""
        return cast(Facilitation, self.simulation.context.programme)

    @property
    def spent(self) -> dict[str, float]:
        """USD spent so far, by act of the plan."""
        return dict(self.programme.report(self.simulation.context)["spent"])

    @property
    def supported_firms(self) -> list[LeadFirm]:
        """Firms chosen by the programme."""
        return [self.model.view(LeadFirm, int(row)) for row in np.flatnonzero(self.state.firm["supported"])]


VIEWS = (Smallholder, LeadFirm, Processor, InputProvider, Facilitator)
"""Kinds of agents, in the order in which they are numbered."""
