"""A comparison in words and short numbers, for the terminal: plain text, no layout."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from linkage_sim.results.comparison import Comparison

MINUS = "\N{MINUS SIGN}"
DASH = "\N{EN DASH}"


@dataclass(frozen=True)
class Column:
    """One column of a table: a measure, its heading, and how its numbers are written.

    Parameters
    ----------
    sign : write a plus before gains
    worlds : say in how many worlds the scenario did better
    """

    heading: str
    measure: str
    group: str = "all"
    decimals: int = 1
    sign: bool = True
    worlds: bool = True


INCOME_TABLE = (
    Column("All households", "income"),
    Column("in percent", "income_percent", worlds=False),
    Column("Headed by women", "income", "women"),
    Column("Poorest third", "income", "poorest"),
)
COST_TABLE = (
    Column("Households reached", "reached", decimals=0, sign=False, worlds=False),
    Column("Cost per household reached, USD", "cost_per_household", decimals=0, sign=False, worlds=False),
    Column("Income gained per programme dollar, USD", "income_per_dollar", decimals=2),
    Column("Linkages alive 24 months after exit", "linkages_alive", decimals=0),
)


def number(value: float, decimals: int, *, sign: bool = False) -> str:
    """A number as people read it."""
    rounded = round(value, decimals)
    text = f"{abs(rounded):,.{decimals}f}"
    if rounded == 0.0:
        return text
    return (MINUS if rounded < 0.0 else "+" if sign else "") + text


def worlds(share: float, count: int) -> str:
    """In how many worlds something held."""
    return f"{round(share * count)} of {count}"


def cell(row: dict[str, Any] | None, column: Column) -> str:
    """Mean, interval and worlds below each other; a dash where it cannot be said."""
    if row is None:
        return DASH
    lines = [number(row["mean"], column.decimals, sign=column.sign)]
    lines.append(f"{number(row['low'], column.decimals)} to {number(row['high'], column.decimals)}")
    if column.worlds and row["share_better"] is not None:
        lines.append(f"{worlds(row['share_better'], row['replicates'])} worlds")
    return "\n".join(lines)


def table(comparison: Comparison, columns: Sequence[Column]) -> list[list[str]]:
    """Title and cells of every scenario but the baseline, best income first."""
    return [
        [
            plan["title"],
            *(cell(comparison.row(plan["name"], column.measure, column.group), column) for column in columns),
        ]
        for plan in ranked(comparison)
    ]


def ranked(comparison: Comparison) -> list[dict[str, Any]]:
    """Scenarios but the baseline, by income gained per household and year."""
    data = comparison.data
    rest = [plan for plan in data["scenarios"] if plan["name"] != data["baseline"]]
    return sorted(rest, key=lambda plan: -(comparison.row(plan["name"], "income") or {"mean": 0.0})["mean"])


def answer(comparison: Comparison) -> list[str]:
    """The answer in a few sentences: who raised income most, by how much it leads, and when that turns."""
    plans = ranked(comparison)
    row = comparison.row(plans[0]["name"], "income")
    if row is None:
        return []
    title, count = plans[0]["title"], row["replicates"]
    gain = f"{number(row['mean'], 1, sign=True)} USD per household and year"
    better = worlds(row["share_better"], count)
    how = f"90 % interval {number(row['low'], 1)} to {number(row['high'], 1)}, better in {better} worlds"
    if row["low"] > 0.0:
        found = [f'"{title}" raised income most: {gain} against "{_title(comparison)}" ({how}).']
    elif row["mean"] > 0.0:
        found = [f'No gain can be told from chance; the largest is that of "{title}": {gain} ({how}).']
    else:
        found = [f'Nothing raised income on average; "{title}" lost least: {gain} ({how}).']
    found.extend(_lead(comparison, plans))
    found.extend(entry["text"] for entry in comparison.data["break_even"])
    return found


def _title(comparison: Comparison) -> str:
    data = comparison.data
    return next(str(plan["title"]) for plan in data["scenarios"] if plan["name"] == data["baseline"])


def _lead(comparison: Comparison, plans: Sequence[dict[str, Any]]) -> list[str]:
    """How clearly the best leads the next."""
    if len(plans) < 2:
        return []
    pair = (plans[0]["name"], plans[1]["name"])
    for entry in comparison.data["head_to_head"]:
        if set(entry["pair"]) == set(pair):
            turn: Callable[[float], float] = (lambda value: value) if entry["pair"][0] == pair[0] else (lambda value: -value)
            low, high = sorted((turn(entry["low"]), turn(entry["high"])))
            share = entry["share_better"] if entry["pair"][0] == pair[0] else 1.0 - entry["share_better"]
            ahead = f"ahead in {worlds(share, entry['replicates'])} worlds"
            words = f"{number(turn(entry['mean']), 1)} USD ({number(low, 1)} to {number(high, 1)}), {ahead}"
            if low > 0.0:
                return [f'Its lead over "{plans[1]["title"]}" is {words}.']
            return [f'It cannot be told from "{plans[1]["title"]}": a lead of {words}.']
    return []
