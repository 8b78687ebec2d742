"""What a replay finds, and how it is told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from linkage_sim.errors import EngineError
from linkage_sim.explain.words import calendar_month, phase_of, year_of


@dataclass(frozen=True)
class Decision:
    """One decision, replayed.

    Parameters
    ----------
    month : recorded month; kind : join, adopt_improved, adopt_quality, deliver_a, deliver_b, store, keep_word or open_route
    agent : row of the enterprise or firm; other : row of the firm or village it is about, -1 = none
    inputs : every number the rule was given, with the unit in the name where it has one
    chance, draw : the decision is yes where the draw lies below the chance; None where nothing is drawn
    value, threshold : the decision is yes where the value lies above the threshold; None where a draw decides
    replayed : what the rules give now, column by column; happened : what stands in the run's own columns
    """

    month: int
    kind: str
    agent: int
    other: int
    inputs: Mapping[str, float]
    replayed: Mapping[str, float]
    happened: Mapping[str, float]
    chance: float | None = None
    draw: float | None = None
    value: float | None = None
    threshold: float | None = None

    @property
    def exact(self) -> bool:
        """Whether the replay gives what happened, to the last bit."""
        names = list(self.replayed)
        now, then = (np.array([float(side[name]) for name in names]) for side in (self.replayed, self.happened))
        return bool(names) and now.tobytes() == then.tobytes()


@dataclass(frozen=True)
class Entry:
    """One sentence of a story.

    Parameters
    ----------
    turning : whether it belongs in a story without details
    decision : what it tells of, None for what only happened
    """

    month: int
    kind: str
    text: str
    turning: bool = False
    decision: Decision | None = None


@dataclass
class Story:
    """All that happened to one agent.

    Parameters
    ----------
    agent, title : of whom, in which scenario; before, during, months : of the timeline
    about : who it is, in words
    entries : in order of month
    years : one summary a calendar year
    """

    agent: str
    title: str
    before: int
    during: int
    months: int
    about: str
    entries: list[Entry] = field(default_factory=list)
    years: list[str] = field(default_factory=list)

    def of(self, month: int | None) -> list[Entry]:
        """Entries of a month, or all.

        Raises
        ------
        EngineError
            for a month the run does not have.
        """
        if month is not None and not 0 <= month < self.months:
            raise EngineError(f"month {month} is not in this run: its months are 0 to {self.months - 1}")
        return [entry for entry in self.entries if month is None or entry.month == month]

    def text(self, month: int | None = None) -> str:
        """The story in words: year by year with its turning points, or one month with all its numbers."""
        found = self.of(month)
        lines = [f"{self.agent}, in: {self.title}", self.about, ""]
        if month is not None:
            lines.append(f"{calendar_month(month)} (month {month}, {phase_of(month, self.before, self.during)})")
            lines += [f"  - {entry.text}" for entry in found] or ["  - Nothing happened and nothing was to be decided."]
            return "\n".join(lines)
        for year, summary in enumerate(self.years):
            lines.append(f"Year {year + 1} ({year_of(year, self.before, self.during)}): {summary}")
            turning = [entry for entry in found if entry.turning and entry.month // 12 == year]
            lines += [f"  - {calendar_month(entry.month, short=True)} (month {entry.month}): {entry.text}" for entry in turning]
        lines += ["", "Every number behind a month: add --month and its number."]
        return "\n".join(lines)

    def data(self, month: int | None = None) -> dict[str, Any]:
        """The same as plain data: every decision with its inputs, draw, chance or threshold."""
        entries = []
        for entry in self.of(month):
            row: dict[str, Any] = {"month": entry.month, "kind": entry.kind, "text": entry.text, "turning_point": entry.turning}
            if entry.decision is not None:
                one = entry.decision
                row["decision"] = {
                    "kind": one.kind, "agent": one.agent, "other": one.other, "inputs": dict(one.inputs), "chance": one.chance,
                    "draw": one.draw, "value": one.value, "threshold": one.threshold, "replayed": dict(one.replayed),
                    "happened": dict(one.happened), "exact": one.exact,
                }  # fmt: skip
            entries.append(row)
        return {"agent": self.agent, "scenario": self.title, "about": self.about, "years": self.years, "entries": entries}
