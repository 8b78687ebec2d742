"""What a phase works on: the state, the compiled numbers, the clock and the luck of one run."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from linkage_sim.books import N_FLOWS
from linkage_sim.columns import table_of
from linkage_sim.draws import Key
from linkage_sim.frames import Frame, frame_of
from linkage_sim.world.events import Events
from linkage_sim.world.goods import MONEY, goods_table, work_table
from linkage_sim.world.layout import MONTHS, Layout
from linkage_sim.world.luck import Luck
from linkage_sim.world.parameters import Parameters
from linkage_sim.world.state import State


class Programme(Protocol):
    """What the months need to know of a programme; the facilitator is one."""

    @property
    def held(self) -> Frame:
        """What its compiled acts read and change, in one piece."""

    def is_working(self, month: int) -> bool:
        """Whether it is there in a recorded month and has a plan."""

    def act(self, context: Context) -> None:
        """Live one month of the plan."""

    def go_on(self, context: Context) -> None:
        """The rest of a month of the plan in which Python has to do an act."""

    def report(self, context: Context) -> dict[str, Any]:
        """What it did."""


OWN = (
    "key", "effects", "kits", "outside_flows", "market_first", "services", "repaid", "bought", "rival_paid", "first_household",
    "first_enterprise", "of_chain", "by_household", "of_household", "input_normal", "bazaar_outlet", "wanted", "supply", "last_quote",
    "asked", "still", "goods", "has_goods", "has_rival", "has_links", "has_kits", "is_plain", "work", "work_at", "money", "money_at",
    "dealt", "last_gap", "bracket", "scratch", "ahead", "no_ties", "season_ahead", "month_of", "working", "quote_gap", "substitution_fade",
    "changed", "has_skill", "has_owed", "is_brought", "facilitator",
)  # fmt: skip
"""Arrays and tables that a run has beside its state and the numbers of its world."""


FACILITATOR = np.dtype([
    ("cash", "f8"), ("redeemed", "f8"), ("skill", "f8"), ("concept", "f8"), ("market_view", "f8"), ("sharing", "f8"), ("aim", "f8"),
    ("claimed_over_true", "f8"),
])  # fmt: skip
"""The facilitator, one row: USD in its ledger, and of vouchers redeemed that are not yet charged to an act; mean business skill and concept
score of its staff, its view of the market, the sharing between agencies, how far a coordination table reaches (shares); suppliers that the
firms chosen claimed over those they had."""
SHARED = (
    "parameters", "key", "layout", "luck", "market_first", "threads", "month", "first_household", "first_enterprise", "of_chain",
    "by_household", "of_household", "input_normal", "bazaar_outlet", "months", "month_of", "work_apart", "money_apart",
)  # fmt: skip
"""What a run and its forks have in common, or what is no array."""
CHANGES = frozenset({*OWN, *(each.name for each in fields(State))}.difference(SHARED, ("effects",)))
"""Arrays and tables that each run has for itself."""
PIECES = 8
"""Ranges of villages for each thread: whoever is done takes the next, since neither villages nor processors are alike."""


@dataclass
class Context:
    """One run between two months.

    Parameters
    ----------
    state : all that changes
    parameters : compiled numbers of the world
    key : luck of this replicate
    layout : where things of this world stand
    luck : of its households and fields
    market_first : (M,) kg a year that firms in business have ordered before the first spin-up month
    events : what strikes this world; None where nothing does
    threads : villages are shared out over this many threads; results do not depend on it
    """

    state: State
    parameters: Parameters
    key: Key
    layout: Layout
    luck: Luck
    market_first: NDArray[np.float64]
    threads: int = 1
    month: int = 0
    programme: Programme | None = None
    events: Events | None = None
    effects: Any = None
    kits: NDArray[np.float64] = field(default_factory=lambda: np.zeros(2))
    outside_flows: NDArray[np.float64] = field(default_factory=lambda: np.zeros(N_FLOWS))
    is_fork: bool = False
    _pool: ThreadPoolExecutor | None = None

    def __post_init__(self) -> None:
        self.services = np.zeros(self.state.route.shape)
        self.repaid = np.zeros(self.state.route.shape)
        self.bought = np.zeros(self.state.route.shape)
        self.rival_paid = np.zeros(self.state.route.shape)
        s, layout = self.state, self.layout
        self.first_household, self.first_enterprise, self.of_chain = layout.first_household, layout.first_enterprise, layout.of_chain
        self.by_household, self.of_household = layout.by_household, layout.of_household
        self.input_normal, self.bazaar_outlet, self.months = layout.input_normal, layout.bazaar_outlet, layout.months
        self.month_of = layout.month_of
        self.facilitator = table_of(FACILITATOR, 1)
        self.working, self.changed = np.zeros(1, dtype=np.int64), np.full(self.villages, self.month)
        self.quote_gap, self.substitution_fade = np.zeros(1), np.zeros(1)
        self.wanted = np.zeros(len(self.state.input_stock))
        self.supply = np.zeros_like(self.state.bazaar_price)
        self.last_quote = np.ones_like(self.supply)
        self.asked = np.ones_like(self.supply)
        self.still = np.zeros(self.supply.shape, dtype=np.uint8)
        self.goods = goods_table(len(s.enterprise))
        self.has_goods = np.ones((self.villages, len(self.parameters.chains)), dtype=np.uint8)
        self.has_rival, self.has_links = np.ones_like(self.has_goods), np.ones(self.villages, dtype=np.uint8)
        self.has_kits, self.is_plain = np.ones_like(self.has_links), np.zeros_like(self.has_links)
        self.has_skill, self.has_owed, self.is_brought = self.has_kits.copy(), self.has_kits.copy(), np.zeros_like(self.has_goods)
        self.work, self.work_apart = work_table(layout.most_goods, self.threads)
        self.work_at, self.money_at = np.zeros((2, self.villages), dtype=np.int64)
        self.money, self.money_apart = work_table(int(np.diff(self.first_household).max(initial=0)), self.threads, MONEY)
        route = s.route
        dealt = [route[name] != 0.0 for name in ("due", "accepted", "side", "broken", "bought_a", "bought_b")]
        self.dealt = np.ascontiguousarray(np.logical_or.reduce(dealt).T).astype(np.uint8)
        self.last_gap = np.zeros_like(self.supply)
        self.bracket = np.zeros((4, *self.supply.shape))
        self.scratch = np.zeros((*self.has_goods.shape, 3))
        self.ahead = np.zeros((*self.supply.shape, 13))
        self.no_ties = np.zeros((route.shape[1], route.shape[0]), dtype=np.uint8)
        self.season_ahead = np.zeros_like(self.supply)

    def look_again(self, villages: Any = slice(None)) -> None:
        """Somebody there may get or lose a contract, a practice, a kit, knowledge, skill or trust this month (``changed`` (V,)).

        In other villages and months phases take what they found before of what follows from these.
        """
        self.changed[villages] = self.month

    @cached_property
    def whole(self) -> Frame:
        """State, numbers of the world and what is worked on besides, in one piece, as phases hand it to compiled code; made once."""
        parts = {name: getattr(self, name) for name in OWN}
        for held in (self.state, self.parameters):
            parts |= {each.name: getattr(held, each.name) for each in fields(held)}
        parts |= {f"luck_{each.name}": getattr(self.luck, each.name) for each in fields(self.luck)}
        return frame_of(**parts)

    def fork(self, effects: Any, events: Events | None) -> Context:
        """Another run that stands, between two months, where this one stands and goes on by itself, without a programme.

        Parameters
        ----------
        effects : of its interventions, as of `linkage_sim.world.parameters.numbers_of`; events : what strikes it
        """
        other = Context.__new__(Context)
        own = CHANGES if events is None else CHANGES | {"markets"}
        vars(other).update({name: vars(self)[name] for name in SHARED}, effects=effects, events=events, is_fork=True)
        other.whole = self.whole.copied(own, effects=effects)
        other.state = State.in_frame(other.whole)
        if events is not None:
            assert self.events is not None, "events are part of the world"
            other.parameters = replace(self.parameters, markets=other.whole.markets)
            events.happened[:] = self.events.happened
        other.look_again()
        return other

    def __getattr__(self, name: str) -> Any:
        if name not in OWN or "whole" not in vars(self):
            raise AttributeError(f"a context has no {name!r}")
        vars(self)[name] = found = getattr(self.whole, name)
        return found

    @property
    def calendar(self) -> int:
        """Calendar month, 0 = January; month 0 of the record is a January."""
        return self.month % 12

    def is_month(self, name: str) -> bool:
        """Whether this is the ``contract_month``, ``practice_month``, ``season_end`` or (where it shifts) ``area_month`` of some chain."""
        return self.month % 12 in self.months[name]

    def chosen(self, name: str) -> NDArray[np.int64]:
        """(C,) 1 for chains whose month of that name it is, else 0; ``area_month`` only where the chain shifts."""
        found: NDArray[np.bool_] = self.month_of[MONTHS.index(name)] == self.calendar
        return found.astype(np.int64)

    @property
    def villages(self) -> int:
        """Number of villages."""
        return len(self.first_household) - 1

    def cuts(self, count: int, shares: int) -> list[int]:
        """Where, among so many, one of so many shares ends and the next begins."""
        return [count * share // shares for share in range(shares + 1)]

    def over_villages(self, kernel: Callable[..., None], *arguments: Any) -> None:
        """Call ``kernel(first, last, *arguments)`` on ranges of villages, each thread in its own rows of the work tables.

        Kernels write only rows of their own villages, and sums over villages are taken in village order afterwards,
        so that the result is the same to the last bit for any number of threads.
        """
        if self.threads == 1:
            kernel(0, self.villages, *arguments)
            return

        waiting = itertools.pairwise(self.cuts(self.villages, PIECES * self.threads))

        def take(thread: int) -> None:
            for first, last in waiting:
                self.work_at[first:last], self.money_at[first:last] = thread * self.work_apart, thread * self.money_apart
                kernel(first, last, *arguments)

        self.in_threads(take, [(thread,) for thread in range(self.threads)])

    def over(self, count: int, kernel: Callable[..., None], *arguments: Any) -> None:
        """The same for ``count`` of anything else, of which a kernel writes only what is its own; one range a thread."""
        if self.threads == 1 or count < 2:
            kernel(0, count, *arguments)
            return
        self.in_threads(kernel, [(a, b, *arguments) for a, b in itertools.pairwise(self.cuts(count, self.threads))])

    def in_threads(self, job: Callable[..., None], given: list[tuple[Any, ...]]) -> None:
        """Call a job with each of these arguments at once, and wait for all."""
        if self._pool is None:
            self._pool = ThreadPoolExecutor(self.threads)
        waiting = [self._pool.submit(job, *each) for each in given]
        for each in waiting:
            each.result()

    def end(self) -> None:
        """Release the threads, and the memory of what only months need, before a country's outcome takes as much again."""
        self.close()
        if self.is_fork:  # all that it has for itself is one piece
            return
        vars(self).pop("whole", None)
        self.goods = goods_table(len(self.state.enterprise))
        self.is_brought[:] = 0

    def close(self) -> None:
        """Release the threads."""
        if self._pool is not None:
            self._pool.shutdown()
            self._pool = None
