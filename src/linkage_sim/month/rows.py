"""Whose month it is, and which enterprises of a village a phase that acts once a season is about: those of these chains."""

from __future__ import annotations

from typing import Any

import numpy as np

from linkage_sim.compiled import compiled

CONTRACTING, PLANTING, ENDING, SHIFTING = range(4)
"""Rows of ``month_of`` (4, C): the month of each chain's contracts, practices, season's end, and of shifting areas (-1 for never)."""


@compiled
def is_month(which: int, calendar: int, month_of: Any) -> bool:
    """Whether this calendar month is that of any chain; ``which`` is a row of ``month_of``."""
    found = False
    for c in range(month_of.shape[1]):
        found = found or month_of[which, c] == calendar
    return found


@compiled
def chains_of_month(which: int, calendar: int, month_of: Any) -> Any:
    """(C,) 1 for chains whose month it is, else 0."""
    chosen = np.zeros(month_of.shape[1], dtype=np.int64)
    for c in range(chosen.shape[0]):
        chosen[c] = month_of[which, c] == calendar
    return chosen


@compiled
def room_for_rows(first: int, last: int, first_enterprise: Any) -> Any:
    """An array that holds the rows of the largest of these villages."""
    most = 1
    for v in range(first, last):
        most = max(most, first_enterprise[v + 1] - first_enterprise[v])
    return np.empty(most, dtype=np.int64)


@compiled
def rows_of(first: int, last: int, chosen: Any, enterprise: Any, rows: Any) -> int:
    """How many enterprises ``first``..``last`` are of a chain that is 1 in ``chosen`` (C,); in their order they fill ``rows`` from 0.

    Without a branch: which chain a row is of cannot be foreseen.
    """
    n = 0
    for e in range(first, last):
        rows[n] = e
        n += chosen[enterprise[e].chain]
    return n


@compiled
def linked_among(first: int, last: int, enterprise: Any) -> int:
    """How many of a range of enterprises have a contract; counted in vectors, for in most villages nobody has."""
    number = 0
    for e in range(first, last):
        number += enterprise[e].firm >= 0
    return number


@compiled
def owed_among(first: int, last: int, enterprise: Any) -> int:
    """How many of a range of enterprises some firm owes."""
    number = 0
    for e in range(first, last):
        number += enterprise[e].owing_firm >= 0
    return number


@compiled
def rows_of_chain(v: int, c: int, of_chain: Any) -> Any:
    """Enterprises of one village and chain, in their order; ``of_chain`` as of `linkage_sim.world.layout.Layout`."""
    return range(of_chain[v, c], of_chain[v, c + 1])


@compiled
def most_of_chain(first: int, last: int, of_chain: Any) -> int:
    """Enterprises of the largest village and chain among villages ``first``..``last``."""
    most = 0
    for v in range(first, last):
        for c in range(of_chain.shape[1] - 1):
            most = max(most, of_chain[v, c + 1] - of_chain[v, c])
    return most


@compiled
def fall(values: Any, order: Any) -> None:
    """Put the places of ``values`` into ``order`` from the largest to the smallest, equals as they stand.

    A merge sort from the bottom; NumPy's takes three seconds to compile.
    """
    n = values.shape[0]
    sorted_so_far = np.empty_like(order)
    for k in range(n):
        order[k] = k
    width = 1
    while width < n:
        for start in range(0, n, 2 * width):
            one, other = start, min(start + width, n)
            middle, end = other, min(start + 2 * width, n)
            for k in range(start, end):
                if one < middle and (other >= end or values[order[one]] >= values[order[other]]):
                    sorted_so_far[k] = order[one]
                    one += 1
                else:
                    sorted_so_far[k] = order[other]
                    other += 1
        for k in range(n):
            order[k] = sorted_so_far[k]
        width *= 2
