"""Whatever is missing from a comparison is left out of the report; it never breaks and never shows a NaN."""

from __future__ import annotations

import copy
import math
import re
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from linkage_sim.report.read import comparison_of
from linkage_sim.report.write import report_text

ALL = (
    "replicates",
    "seed",
    "baseline",
    "timeline",
    "currency",
    "households",
    "scenarios",
    "measures",
    "rows",
    "head_to_head",
    "yearly",
    "break_even",
    "pre_programme_firm_share",
    "map",
    "register",
    "sources",
    "warnings",
    "title",
    "created",
    "package_version",
)


def sound(text: str) -> None:
    body = re.sub(r"<(style|script)\b.*?</\1>", " ", text, flags=re.DOTALL)
    assert not re.search(r"\b(nan|NaN|None|inf)\b", re.sub(r"<[^>]+>", " ", body))
    assert "What if, not what will be." in text


@pytest.mark.parametrize("name", ALL)
def test_a_missing_part_is_left_out(name: str, small: dict[str, Any]) -> None:
    del small[name]
    sound(report_text(comparison_of(small)))


@pytest.mark.parametrize("value", ["words", math.nan])
def test_a_part_of_another_kind_is_left_out(value: Any, small: dict[str, Any]) -> None:
    for name in ALL:
        sound(report_text(comparison_of(small | {name: value})))


@pytest.mark.parametrize("value", [None, [], {}, "words", 3, math.nan])
def test_all_parts_may_be_of_another_kind(value: Any) -> None:
    sound(report_text(comparison_of(dict.fromkeys(ALL, value))))


def test_an_empty_comparison_gives_a_short_report() -> None:
    text = report_text(comparison_of({"format": 1}))
    sound(text)
    assert "<svg" not in text


def test_sections_without_content_are_left_out_of_the_contents(small: dict[str, Any]) -> None:
    for scenario in small["scenarios"]:
        scenario["claims"] = []
    small["map"] = {}
    text = report_text(comparison_of(small))
    assert 'href="#claims"' not in text
    assert 'href="#map"' not in text
    assert 'href="#plans"' in text


def test_claims_may_be_written_as_a_list(small: dict[str, Any]) -> None:
    who = {"applicants": (100.0, 1.5), "chosen": (90.0, 2.0)}
    claims = [{"who": name, "true": true, "claimed_over_true": over} for name, (true, over) in who.items()]
    for scenario in small["scenarios"]:
        scenario["claims"] = claims
    assert "0.9 times" in report_text(comparison_of(small))


def test_numbers_that_are_none_become_dashes(small: dict[str, Any]) -> None:
    for row in small["rows"]:
        row["low"] = row["high"] = row["share_better"] = None
    for scenario in small["scenarios"]:
        scenario["budget"] = scenario["spent"] = None
    sound(report_text(comparison_of(small)))


def test_break_even_may_be_a_list_or_hold_the_sides(small: dict[str, Any]) -> None:
    one = small["break_even"][0] | {"pair": ["combined", "supply_side_only"], "sides": None}
    other = one | {"pair": ["supply_side_only", "combined"]}
    found = []
    for turning in ([one, other, {"text": "Only words."}, None], one | {"sides": other}, one | {"sides": one}, one):
        text = report_text(comparison_of(small | {"break_even": turning}))
        sound(text)
        found.append((text.count("<svg>break-even-"), "Only words." in text))
    assert found == [(2, True), (2, False), (1, False), (1, False)]


VALUES = st.one_of(st.none(), st.just(math.nan), st.text(max_size=3), st.floats(-1e9, 1e9), st.just([]), st.just({}))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(values=st.lists(VALUES, min_size=8, max_size=8), seed=st.integers(0, 10_000))
def test_damaged_values_never_break_it(values: list[Any], seed: int, small: dict[str, Any]) -> None:
    fresh = copy.deepcopy(small)
    spots = [(holder, key) for holder, key in holders(fresh) if key not in ("name", "path")]
    for step, value in enumerate(values):
        holder, key = spots[(seed * 31 + step * 7919) % len(spots)]
        holder[key] = value
    sound(report_text(comparison_of(fresh)))


def holders(value: Any) -> list[tuple[dict[str, Any], str]]:
    """Every key of every mapping, from outside to inside."""
    if isinstance(value, list):
        return [found for each in value for found in holders(each)]
    if not isinstance(value, dict):
        return []
    return [(value, key) for key in value if key != "format"] + [found for each in value.values() for found in holders(each)]
