"""Numbers and months as a trainer would say them."""

from __future__ import annotations

from collections.abc import Iterable

MONTH_NAMES = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def calendar_month(month: int, *, short: bool = False) -> str:
    """August of year 3; month 0 is January of year 1."""
    name = MONTH_NAMES[month % 12]
    return name if short else f"{name} of year {month // 12 + 1}"


def phase_of(month: int, before: int, during: int) -> str:
    """Where a month lies against the programme."""
    if month < before:
        return "before the programme"
    if month < before + during:
        return f"month {month - before + 1} of the programme"
    return (
        f"{month - before - during + 1} months after the programme left"
        if month > before + during
        else "the month after the programme left"
    )


def year_of(year: int, before: int, during: int) -> str:
    """Where a calendar year (from 0) lies against the programme."""
    start = 12 * year
    if start < before:
        return "before the programme"
    if start < before + during:
        return f"year {(start - before) // 12 + 1} of the programme"
    return f"year {(start - before - during) // 12 + 1} after the programme left"


def chance(p: float) -> str:
    """A chance as "8 of 10"."""
    if p < 0.005:
        return "next to none"
    if p > 0.995:
        return "next to certain"
    if p < 0.05 or p > 0.95:
        return f"{100 * p:.0f} of 100"
    return f"{10 * p:.0f} of 10" if abs(10 * p - round(10 * p)) < 0.25 else f"{100 * p:.0f} of 100"


def luck(p: float, draw: float) -> str:
    """A chance, and what luck made of it."""
    return f"chance {chance(p)}; drawn {draw:.2f}, {'below' if draw < p else 'not below'} {p:.2f}"


def unit_of_sale(units: Iterable[str]) -> str:
    """What goods of some chains are counted in: kg, piece, or both where they differ; kg where there are none."""
    return " or ".join(sorted(set(units))) or "kg"


def quantity(amount: float, unit: str) -> str:
    """Goods in their unit of sale: whole from 10 on."""
    told = f"{amount:,.0f}" if amount >= 10 else f"{amount:.1f}"
    return f"{told} {unit.replace('piece', 'piece' if told == '1.0' else 'pieces')}"


def usd(amount: float) -> str:
    """Dollars: whole from 100 on."""
    return f"{amount:,.0f} USD" if abs(amount) >= 100 else f"{amount:,.1f} USD"


def price(amount: float, unit: str) -> str:
    """A price per unit of sale."""
    return f"{amount:.2f} USD/{unit}"


def joined(parts: list[str]) -> str:
    """A, b and c."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
