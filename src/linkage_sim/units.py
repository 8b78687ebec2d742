"""The closed list of units, and the few conversions a scenario file may ask for.

A quantity is written as a bare number (then it is in the declared unit), as ``"0.72 USD/kg"``
or as ``{value: 0.72, unit: USD/kg, source: key}``.
"""

from __future__ import annotations

# unit -> (dimension, factor to the dimension's first unit)
UNITS: dict[str, tuple[str, float]] = {
    "share": ("share", 1.0),
    "percent": ("share", 0.01),
    "number": ("number", 1.0),
    "kg": ("mass", 1.0),
    "t": ("mass", 1000.0),
    "kg/month": ("mass per month", 1.0),
    "t/month": ("mass per month", 1000.0),
    "kg/year": ("mass per year", 1.0),
    "t/year": ("mass per year", 1000.0),
    "kg/ha": ("yield", 1.0),
    "t/ha": ("yield", 1000.0),
    "kg/kg": ("conversion", 1.0),
    "USD": ("money", 1.0),
    "USD/kg": ("price", 1.0),
    "USD/t": ("price", 0.001),
    "USD/t-km": ("freight", 1.0),
    "USD/kg/h": ("freight per hour", 1.0),
    "USD/t/h": ("freight per hour", 0.001),
    "USD/kg per kg/month": ("price slope", 1.0),
    "USD/month": ("money per month", 1.0),
    "USD/year": ("money per year", 1.0),
    "USD/ha": ("money per area", 1.0),
    "USD/ha/year": ("money per area and year", 1.0),
    "USD/day": ("money per day", 1.0),
    "USD/h": ("money per hour", 1.0),
    "USD/year per USD": ("yearly sales per money", 1.0),
    "TJS/USD": ("exchange rate", 1.0),
    "ha": ("area", 1.0),
    "km": ("length", 1.0),
    "km/h": ("speed", 1.0),
    "m": ("height", 1.0),
    "h": ("hours", 1.0),
    "days": ("days", 1.0),
    "months": ("duration", 1.0),
    "years": ("duration", 12.0),
    "seasons": ("seasons", 1.0),
    "persons": ("persons", 1.0),
    "log": ("log", 1.0),
    "per month": ("rate per month", 1.0),
    "per year": ("rate per year", 1.0),
    "per season": ("rate per season", 1.0),
    "days/t": ("labour", 1.0),
}


def convert(value: float, unit: str, to: str) -> float | None:
    """Convert ``value`` from ``unit`` to ``to``; None where the two measure different things.

    Parameters
    ----------
    value : number in ``unit``
    unit, to : keys of `UNITS`
    """
    if unit == to:
        return value
    if unit not in UNITS or to not in UNITS:
        return None
    (dimension, factor), (wanted, divisor) = UNITS[unit], UNITS[to]
    return value * factor / divisor if dimension == wanted else None


LASTING_MONTHS = 24
"""Months after exit at which it is counted what lasted (DCED practice: 12 to 24)."""
