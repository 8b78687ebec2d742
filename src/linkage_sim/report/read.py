"""What the report is made from: a comparison folder's file, read so that a missing piece is only left out."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from linkage_sim.errors import ResultsError
from linkage_sim.report.numbers import finite

FILE = "comparison.json"
FORMAT = 1


@dataclass(frozen=True, slots=True)
class Row:
    """One measure of one plan for one group of households, against the baseline of the same worlds.

    Attributes
    ----------
    mean, low, high : mean difference and its 90 % range; the level itself where a measure is not compared
    share_better : share of worlds in which the plan did better; None where that means nothing
    level : mean level of the plan
    """

    scenario: str
    measure: str
    unit: str
    group: str
    mean: float
    low: float | None
    high: float | None
    share_better: float | None
    replicates: int
    level: float | None

    @property
    def is_clear(self) -> bool:
        """Whether the whole range lies on one side of zero."""
        return self.low is not None and self.high is not None and (self.low > 0.0 or self.high < 0.0)


@dataclass(frozen=True, slots=True)
class Act:
    """One act of a plan: what it is, on which side, how much money it was given and used, and when."""

    name: str
    act: str
    family: str
    share: float | None
    start: float | None
    end: float | None
    spent: float | None
    units: float | None


@dataclass(frozen=True, slots=True)
class Plan:
    """One scenario of the comparison."""

    name: str
    title: str
    story: str
    hash: str
    budget: float | None
    spent: float | None
    unspent: float | None
    acts: tuple[Act, ...]
    claims: Mapping[str, Any] | Sequence[Any]

    def spent_on(self, family: str) -> float:
        """USD spent on one side."""
        return sum(act.spent or 0.0 for act in self.acts if act.family == family)


@dataclass(frozen=True, slots=True)
class Point:
    """One year of a course: mean over worlds and its range."""

    year: float
    mean: float
    low: float
    high: float


@dataclass(frozen=True)
class Comparison:
    """A comparison folder's results with ways to ask for them.

    Attributes
    ----------
    data : the file as read
    plans : all scenarios in their order, the baseline among them
    """

    data: Mapping[str, Any]
    plans: tuple[Plan, ...]
    rows: Mapping[tuple[str, str, str], Row] = field(repr=False)

    @property
    def baseline(self) -> str:
        """Name of the scenario that the others are compared with."""
        return as_text(self.data.get("baseline"))

    @property
    def programmes(self) -> tuple[Plan, ...]:
        """All scenarios but the baseline."""
        return tuple(plan for plan in self.plans if plan.name != self.baseline)

    @property
    def replicates(self) -> int:
        """Simulated worlds."""
        return int(finite(self.data.get("replicates")) or 0)

    @property
    def rate(self) -> float | None:
        """TJS per USD."""
        return finite(mapping(self.data.get("currency")).get("exchange_rate"))

    @property
    def pieces(self) -> tuple[str, ...]:
        """Value chains sold by the piece, in words: what is called a kg of them is a piece."""
        return tuple(name.replace("_", " ") for name, unit in mapping(self.data.get("sold_in")).items() if unit == "piece")

    @property
    def years(self) -> tuple[float, float, float]:
        """Years before, with and after the programme."""
        line = mapping(self.data.get("timeline"))
        return tuple((finite(line.get(part)) or 0.0) / 12.0 for part in ("before", "during", "after"))  # type: ignore[return-value]

    def row(self, scenario: str, measures: str | Sequence[str], group: str = "all") -> Row | None:
        """The row of the first of these measures that the file holds."""
        for measure in (measures,) if isinstance(measures, str) else measures:
            found = self.rows.get((scenario, measure, group))
            if found is not None:
                return found
        return None

    def rows_of(self, measures: str | Sequence[str], group: str = "all") -> list[tuple[Plan, Row]]:
        """Programmes that have this measure, in their order."""
        found = [(plan, self.row(plan.name, measures, group)) for plan in self.programmes]
        return [(plan, row) for plan, row in found if row is not None]

    def plan(self, name: object) -> Plan | None:
        """A scenario by name."""
        return next((plan for plan in self.plans if plan.name == name), None)

    def course(self, scenario: str, measures: Sequence[str]) -> list[Point]:
        """The first of these measures that was kept year by year; years without a number left out."""
        series = mapping(mapping(self.data.get("yearly")).get(scenario))
        for measure in measures:
            kept = mapping(series.get(measure))
            years, means, lows, highs = (sequence(kept.get(part)) for part in ("years", "mean", "low", "high"))
            found = []
            for place, (year, mean) in enumerate(zip(map(finite, years), map(finite, means), strict=False)):
                if year is not None and mean is not None:
                    low = finite(lows[place]) if place < len(lows) else None
                    high = finite(highs[place]) if place < len(highs) else None
                    found.append(Point(year, mean, mean if low is None else low, mean if high is None else high))
            if found:
                return found
        return []


def mapping(value: object) -> Mapping[str, Any]:
    """The value where it is a mapping, or an empty one."""
    return value if isinstance(value, Mapping) else {}


def as_text(value: object) -> str:
    """The value where it is words, or no words."""
    return value.strip() if isinstance(value, str) else ""


def sequence(value: object) -> Sequence[Any]:
    """The value where it is a list, or an empty one."""
    return value if isinstance(value, (list, tuple)) else ()


def read_comparison(folder: Path) -> Comparison:
    """Read a comparison folder.

    Raises
    ------
    ResultsError
        where there is no readable comparison of a known format.
    """
    path = folder / FILE
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ResultsError(f"{path}: no such file; `linkage-sim compare` writes it") from None
    except (OSError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise ResultsError(f"{path}: cannot be read ({error}); run the comparison again") from None
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        found = data.get("format") if isinstance(data, dict) else type(data).__name__
        raise ResultsError(f"{path}: format {found}, this version reads format {FORMAT}; run the comparison again")
    return comparison_of(data)


def comparison_of(data: Mapping[str, Any]) -> Comparison:
    """Make a comparison from plain data; entries that cannot be understood are left out."""
    plans = tuple(_plan(entry) for entry in sequence(data.get("scenarios")) if as_text(mapping(entry).get("name")))
    rows = [_row(entry) for entry in sequence(data.get("rows")) if isinstance(entry, Mapping)]
    kept = {(row.scenario, row.measure, row.group): row for row in rows if row is not None}
    return Comparison(data, plans, kept)


def _row(entry: Mapping[str, Any]) -> Row | None:
    mean = finite(entry.get("mean"))
    if mean is None:
        return None
    return Row(
        scenario=as_text(entry.get("scenario")),
        measure=as_text(entry.get("measure")),
        unit=as_text(entry.get("unit")),
        group=as_text(entry.get("group")) or "all",
        mean=mean,
        low=finite(entry.get("low")),
        high=finite(entry.get("high")),
        share_better=finite(entry.get("share_better")),
        replicates=int(finite(entry.get("replicates")) or 0),
        level=finite(entry.get("level")),
    )


def _plan(entry: Mapping[str, Any]) -> Plan:
    name = as_text(entry.get("name"))
    left = [finite(entry.get("returned")), finite(entry.get("unassigned"))]
    return Plan(
        name=name,
        title=as_text(entry.get("title")) or name.replace("_", " "),
        story=as_text(entry.get("story")),
        hash=as_text(entry.get("hash")),
        budget=finite(entry.get("budget")),
        spent=finite(entry.get("spent")),
        unspent=None if left == [None, None] else sum(part or 0.0 for part in left),
        acts=tuple(_act(act) for act in sequence(entry.get("acts")) if isinstance(act, Mapping)),
        claims=mapping(entry.get("claims")) or sequence(entry.get("claims")),
    )


def _act(entry: Mapping[str, Any]) -> Act:
    return Act(
        name=as_text(entry.get("name")),
        act=as_text(entry.get("act")) or as_text(entry.get("name")),
        family=as_text(entry.get("family")),
        share=finite(entry.get("share")),
        start=finite(entry.get("start")),
        end=finite(entry.get("end")),
        spent=finite(entry.get("spent")),
        units=finite(entry.get("units")),
    )
