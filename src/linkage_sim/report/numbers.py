"""Numbers as people read them: few digits, separators, true minus signs, never a NaN."""

from __future__ import annotations

from collections.abc import Iterable
from math import floor, isfinite, log10

MINUS = "\N{MINUS SIGN}"
MISSING = "\N{EN DASH}"
"""Shown where a number could not be had."""
NOTHING = 1e-6
"""Smaller than any unit here; shown as 0."""
GAP = "\N{NO-BREAK SPACE}"


def finite(value: object) -> float | None:
    """A number that can be shown, or None."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return float(value) if isfinite(value) else None


def decimals_for(values: Iterable[float | None], digits: int = 3) -> int:
    """Decimals that give the largest number three digits from ten on and two below; negative ones round to tens.

    Parameters
    ----------
    values : shown side by side, so that all get the same decimals
    digits : of the largest number, from ten on
    """
    largest = max((abs(value) for value in values if value is not None), default=0.0)
    if largest == 0.0:
        return 0
    order = floor(log10(largest) + 1e-9)
    if order >= 2:
        return 2 - order
    return max(digits - 1 - order, 0) if order == 1 else 1 - order


def number(value: float | None, decimals: int | None = None, *, sign: bool = False) -> str:
    """A number with thousands separators.

    Parameters
    ----------
    value : None becomes a dash
    decimals : negative rounds to tens, hundreds; None chooses for this number alone
    sign : write a plus before gains
    """
    if value is None or not isfinite(value):
        return MISSING
    if abs(value) < NOTHING:
        value = 0.0
    places = decimals_for([value], 2) if decimals is None else decimals
    rounded = round(value, places)
    text = f"{abs(rounded):,.{max(places, 0)}f}"
    if rounded == 0.0:
        return text
    return (MINUS if rounded < 0.0 else "+" if sign else "") + text


def span(low: float | None, high: float | None, decimals: int | None = None) -> str:
    """A range in words: "1.2 to 8.5"."""
    if low is None or high is None:
        return MISSING
    places = decimals_for([low, high], 2) if decimals is None else decimals
    return f"{number(low, places)} to {number(high, places)}"


def percent(share: float | None, decimals: int | None = None, *, sign: bool = False) -> str:
    """A share as percent."""
    if share is None or not isfinite(share):
        return MISSING
    places = min(1, max(0, decimals_for([100.0 * share], 2))) if decimals is None else decimals
    return f"{number(100.0 * share, places, sign=sign)}{GAP}%"


def count(value: float | None) -> str:
    """How many, as an average over worlds: "48", "5.8", "8"."""
    if value is None or not isfinite(value):
        return MISSING
    whole = abs(value) >= 10.0 or abs(value - round(value)) < 0.05
    return number(value, 0 if whole and abs(value) < 1000.0 else None if whole else 1)


def worlds(share: float | None, total: int) -> str:
    """In how many worlds something held: "18 of 20 worlds"."""
    if share is None or total <= 0:
        return MISSING
    held = round(share * total)
    noun = "world" if total == 1 else "worlds"
    return f"{held} of {total} {noun}"


def money(usd: float | None, rate: float | None, decimals: int | None = None, *, sign: bool = False) -> str:
    """Dollars with somoni beside them: "+4.8 USD (+53 TJS)".

    Parameters
    ----------
    usd : None becomes a dash
    rate : TJS per USD; None leaves somoni out
    decimals : of the dollars
    sign : write a plus before gains
    """
    if usd is None:
        return MISSING
    text = f"{number(usd, decimals, sign=sign)}{GAP}USD"
    return text if rate is None else f"{text} ({number(usd * rate, sign=sign)}{GAP}TJS)"


def as_written(value: object) -> str:
    """A parameter as its file gives it: all its digits up to six, words as they are."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None:
        return MISSING
    if isinstance(value, (int, float)):
        shown = finite(value)
        if shown is None:
            return MISSING
        if abs(shown) >= 1e15:
            return "no limit"
        if shown != 0.0 and abs(shown) < 1e-6:
            return f"{shown:.3g}".replace("-", MINUS)
        places = 0 if shown == 0.0 else max(0, 5 - floor(log10(abs(shown))))
        text = f"{shown:,.{places}f}"
        text = text.rstrip("0").rstrip(".") if "." in text else text
        return text.replace("-", MINUS)
    if isinstance(value, (list, tuple)):
        return ", ".join(as_written(each) for each in value) or MISSING
    return value if isinstance(value, str) and value else MISSING
