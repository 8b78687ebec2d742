"""Numbers as people read them."""

from __future__ import annotations

import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkage_sim.report.numbers import (
    MINUS,
    MISSING,
    as_written,
    count,
    decimals_for,
    finite,
    money,
    number,
    percent,
    span,
    worlds,
)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0.0, "0"),
        (-0.0, "0"),
        (9.83, "9.8"),
        (12.4, "12"),
        (147.4, "147"),
        (1234.0, "1,230"),
        (98765.0, "98,800"),
        (-3.21, f"{MINUS}3.2"),
        (0.0421, "0.042"),
        (-0.004, f"{MINUS}0.0040"),
        (None, MISSING),
        (math.nan, MISSING),
        (math.inf, MISSING),
    ],
)
def test_numbers_have_two_or_three_digits(value: float | None, words: str) -> None:
    assert number(value) == words


@given(st.floats(-1e15, 1e15) | st.sampled_from([math.nan, math.inf, -math.inf, 1e-300]))
def test_a_number_is_never_a_nan_and_never_too_long(value: float) -> None:
    text = number(value)
    assert "nan" not in text
    assert "inf" not in text
    assert len(text) <= 22
    digits = re.sub(r"\D", "", text).strip("0")
    assert len(digits) <= 3


def test_signs_and_ranges() -> None:
    assert number(4.0, 1, sign=True) == "+4.0"
    assert number(-0.04, 1, sign=True) == "0.0"
    assert span(-1.23, 8.5) == f"{MINUS}1.2 to 8.5"
    assert span(0.52, 24.0) == "1 to 24"
    assert span(None, 3.0) == MISSING
    assert percent(0.0712) == "7.1\N{NO-BREAK SPACE}%"
    assert percent(None) == MISSING
    assert money(10.0, 10.95, sign=True) == "+10\N{NO-BREAK SPACE}USD (+110\N{NO-BREAK SPACE}TJS)"
    assert money(10.0, None) == "10\N{NO-BREAK SPACE}USD"


def test_columns_share_their_decimals() -> None:
    assert decimals_for([9.8, 12.4]) == 1
    assert decimals_for([0.42, 0.3]) == 2
    assert decimals_for([4210.0]) == -1
    assert decimals_for([None, 0.0]) == 0


def test_worlds_are_counted() -> None:
    assert worlds(0.9, 20) == "18 of 20 worlds"
    assert worlds(1.0, 1) == "1 of 1 world"
    assert worlds(None, 20) == MISSING


def test_counts() -> None:
    assert [count(value) for value in (1.0, 5.8, 48.4, 8.02, None, 1234.0)] == ["1", "5.8", "48", "8", MISSING, "1,230"]


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0.15, "0.15"),
        (240000.0, "240,000"),
        (2250, "2,250"),
        (True, "yes"),
        (None, MISSING),
        ([0.5, 0.35], "0.5, 0.35"),
        ("sughd", "sughd"),
        (2.0**63, "no limit"),
        (math.nan, MISSING),
        (1e-9, "1e\N{MINUS SIGN}09"),
        ("", MISSING),
        ([], MISSING),
        (-4.0, f"{MINUS}4"),
    ],
)
def test_parameters_are_shown_as_written(value: object, words: str) -> None:
    assert as_written(value) == words


def test_finite() -> None:
    assert [finite(value) for value in (1, 2.5, "3", None, True, math.nan)] == [1.0, 2.5, None, None, None, None]
