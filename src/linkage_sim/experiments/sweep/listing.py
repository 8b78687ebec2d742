"""Points from a CSV file: one column a factor, one row a point, every cell checked."""

from __future__ import annotations

import csv
import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from linkage_sim.experiments.sweep.factor import Factor, Numbers
from linkage_sim.scenario.messages import Problem, known_words, nearest_word, shown_value
from linkage_sim.scenario.read import Node


def listed(node: Node, file: Path, factors: Sequence[Factor]) -> tuple[Numbers | None, list[Problem]]:
    """Points of a file.

    Parameters
    ----------
    node : where the design names it
    factors : each needs a column headed by its path

    Returns
    -------
    values : (points, factors) numbers of the columns; None where anything is wrong
    problems : all that is wrong, by line
    """
    try:
        with file.open(encoding="utf-8-sig", newline="") as stream:
            rows = list(csv.reader(stream))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        reason = getattr(error, "strerror", None) or str(error)
        nearest = nearest_word(file.name, [other.name for other in file.parent.glob("*.csv")])
        return None, [Problem(node.file, node.line, "design.file", f"{file.name}: cannot be read ({reason})", nearest=nearest)]
    names = [factor.path for factor in factors]
    heads = [head.strip() for head in rows[0]] if rows else []
    problems = _heads(str(file), heads, names)
    if problems:
        return None, problems
    order = [heads.index(name) for name in names]
    values: list[list[float]] = []
    for line, row in enumerate(rows[1:], start=2):
        if not any(cell.strip() for cell in row):
            continue
        if len(row) != len(heads):
            problems.append(Problem(str(file), line, "", f"has {len(row)} values", f"allowed: {len(heads)}, one for each column"))
            continue
        cells = [_cell(factor, row[place].strip()) for factor, place in zip(factors, order, strict=True)]
        for factor, (_, found, allowed, nearest) in zip(factors, cells, strict=True):
            if found:
                problems.append(Problem(str(file), line, factor.path, found, allowed, nearest))
        values.append([cell[0] for cell in cells])
    if not values and not problems:
        problems.append(Problem(str(file), 1, "", "holds no points", "allowed: one row for each point"))
    return (None if problems else np.array(values, dtype=np.float64)), problems


def _heads(file: str, heads: Sequence[str], names: Sequence[str]) -> list[Problem]:
    """What is wrong with the names of columns."""
    found = [
        Problem(file, 1, head, f"unknown column {shown_value(head)}", known_words(names), nearest_word(head, names))
        for head in heads
        if head not in names
    ]
    for name in names:
        if heads.count(name) != 1:
            found.append(Problem(file, 1, name, "has two columns" if name in heads else "has no column", known_words(heads)))
    return found


def _cell(factor: Factor, text: str) -> tuple[float, str, str, str]:
    """Number of one cell, within the range of its factor (for a word its place); then what is wrong, allowed and nearest."""
    if factor.values:
        words = [shown_value(value).strip('"') for value in factor.values]
        if text in words:
            return factor.columns_of_values[words.index(text)], "", "", ""
        return math.nan, f"unknown value {shown_value(text)}", known_words(words), nearest_word(text, words)
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    low, high = factor.numbers["low"], factor.numbers["high"]
    is_whole = factor.leaf.value == "whole"
    if low <= value <= high and (value.is_integer() or not is_whole):
        return value, "", "", ""
    kind = "whole number" if is_whole else "number"
    return value, f"{shown_value(text)} is out of bounds", f"allowed: {kind}, {low:g} to {high:g}", ""


def seen(factor: Factor, column: Numbers) -> Factor:
    """A factor with the ends that a list has."""
    if factor.values:
        return factor
    return replace(factor, distribution="file", numbers={"low": float(column.min()), "high": float(column.max())})
