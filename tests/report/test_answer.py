"""The answer follows the rows: clear leads, ties, losses, both sides against either."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest

from linkage_sim.report.answer import answer_section
from linkage_sim.report.blocks import Text
from linkage_sim.report.read import comparison_of
from linkage_sim.report.view import View

PLANS = ("combined", "demand_side_only", "supply_side_only")


def made_up(
    gains: dict[str, tuple[float, float, float, float]],
    duels: dict[tuple[str, str], tuple[float, float, float, float]] | None = None,
    **more: Any,
) -> dict[str, Any]:
    """A small comparison: mean, low, high and share of worlds by plan; the same by pair."""
    sides = {
        "combined": ("training", "brokering"),
        "demand_side_only": ("brokering",),
        "supply_side_only": ("training",),
    }
    family = {"training": "supply", "brokering": "demand"}
    scenarios: list[dict[str, Any]] = [{"name": "baseline", "title": "No programme", "acts": []}]
    for name in gains:
        acts = [{"name": act, "act": act, "family": family[act], "spent": 50.0} for act in sides.get(name, ("training",))]
        scenarios.append({"name": name, "title": name.replace("_", " "), "acts": acts})
    rows = [
        {
            "scenario": name,
            "measure": "income",
            "unit": "USD per household and year",
            "group": "all",
            "mean": gain[0],
            "low": gain[1],
            "high": gain[2],
            "share_better": gain[3],
            "replicates": 20,
            "level": 100 + gain[0],
        }
        for name, gain in gains.items()
    ]
    pairs = [
        {"pair": list(pair), "measure": "income", "mean": gap[0], "low": gap[1], "high": gap[2], "share_better": gap[3]}
        for pair, gap in (duels or {}).items()
    ]
    return {
        "format": 1,
        "replicates": 20,
        "baseline": "baseline",
        "timeline": {"before": 24, "during": 60, "after": 36},
        "currency": {"exchange_rate": 10.0},
        "scenarios": scenarios,
        "rows": rows,
        "head_to_head": pairs,
        **more,
    }


def answer(data: dict[str, Any]) -> str:
    block = answer_section(View(comparison_of(data))).blocks[0]
    assert isinstance(block, Text)
    return html.unescape(re.sub(r"<[^>]+>", "", str(block.words))).replace("\N{NO-BREAK SPACE}", " ")


CLEAR = {
    "combined": (12.0, 9.0, 15.0, 1.0),
    "supply_side_only": (6.0, 4.0, 8.0, 0.95),
    "demand_side_only": (2.0, -1.0, 5.0, 0.6),
}


def test_a_clear_lead_is_called_clear() -> None:
    duels = {
        ("combined", "supply_side_only"): (6.0, 4.0, 8.0, 0.9),
        ("combined", "demand_side_only"): (10.0, 7.0, 13.0, 1.0),
    }
    words = answer(made_up(CLEAR, duels))
    assert "“combined” raised household income from the value chain most: +12 USD (+120 TJS) a year" in words
    assert "(90 % range 9 to 15 USD); better than no programme in 20 of 20 worlds" in words
    assert "Its lead over the next, “supply side only”, is clear: +6 USD (90 % range 4 to 8), ahead in 18 of 20 worlds" in words.replace(
        "+6.0", "+6"
    ).replace("4.0 to 8.0", "4 to 8")
    assert "both sides did better than “supply side only” or “demand side only”" in words
    assert "tie" not in words


@pytest.mark.parametrize(
    "gap",
    [
        (1.0, -0.5, 2.5, 0.8),  # the range holds zero
        (1.0, 0.0, 2.0, 0.65),  # zero at its end counts
    ],
)
def test_a_tie_is_called_a_tie(gap: tuple[float, float, float, float]) -> None:
    duels = {
        ("supply_side_only", "combined"): (-gap[0], -gap[2], -gap[1], 1 - gap[3]),
        ("combined", "demand_side_only"): (10.0, 7.0, 13.0, 1.0),
    }
    words = answer(made_up(CLEAR, duels))
    assert "“combined” had the largest average gain" in words
    assert "But that is a tie with “supply side only”" in words
    assert f"ahead in {round(20 * gap[3])} of 20 worlds" in words
    assert "not shown here: “combined” beat “demand side only” and cannot be told from “supply side only”" in words


def test_without_paired_differences_overlapping_ranges_are_a_tie() -> None:
    close = CLEAR | {"supply_side_only": (11.0, 8.0, 14.0, 1.0)}
    assert "is a tie with “supply side only”" in answer(made_up(close))
    assert "is clear: +12 against +6.0 USD, and the ranges do not overlap" in answer(made_up(CLEAR))


def test_a_plan_that_may_have_done_nothing_is_not_praised() -> None:
    words = answer(made_up({"supply_side_only": (2.0, -1.0, 5.0, 0.6)}))
    assert words.startswith("No plan raised household income from the value chain beyond doubt.")
    assert "includes zero" in words
    assert "12 of 20 worlds" in words


def test_a_loss_is_called_a_loss() -> None:
    words = answer(made_up({"supply_side_only": (-2.0, -3.0, -1.0, 0.1), "demand_side_only": (-5.0, -6.0, -4.0, 0.0)}))
    assert words.startswith("No plan raised household income from the value chain on average")
    assert "“supply side only”" in words


def test_both_sides_can_fall_behind() -> None:
    gains = {
        "combined": (3.0, 2.0, 4.0, 1.0),
        "supply_side_only": (9.0, 8.0, 10.0, 1.0),
        "demand_side_only": (1.0, 0.5, 1.5, 1.0),
    }
    words = answer(made_up(gains))
    assert "not shown here: “combined” beat “demand side only” and fell behind “supply side only”" in words


def test_the_turning_point_and_another_order_per_dollar_are_told() -> None:
    turning = {"pair": ["combined", "supply_side_only"], "turns_at": 1.32}
    data = made_up(CLEAR, break_even=turning)
    for name, value in (("combined", 0.4), ("supply_side_only", 0.7)):
        row = {
            "scenario": name,
            "measure": "income_per_dollar",
            "group": "all",
            "mean": value,
            "low": value - 0.05,
            "high": value + 0.05,
        }
        data["rows"].append(row)
    words = answer(data)
    assert "the order turns once what it buys costs 1.3 times what is assumed" in words
    assert "For each dollar spent, “supply side only” comes first (0.70 against 0.40 USD of income)." in words


def test_what_stayed_after_exit_is_told() -> None:
    data = made_up(CLEAR)
    row = {
        "scenario": "combined",
        "measure": "income_after",
        "group": "all",
        "mean": 5.0,
        "low": 2.0,
        "high": 8.0,
        "share_better": 0.9,
    }
    assert "In the three years after the programme left, the gain stayed: +5.0 USD a year (2.0 to 8.0)." in answer(
        data | {"rows": [*data["rows"], row]}
    )
    doubtful = row | {"low": -1.0}
    assert "is not sure to have stayed" in answer(data | {"rows": [*data["rows"], doubtful]})


def test_nothing_to_compare_is_said() -> None:
    assert answer(made_up({})) == "This comparison holds no income to compare."
