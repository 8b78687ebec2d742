from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from linkage_sim.results.answer import COST_TABLE, INCOME_TABLE, answer, number, table
from linkage_sim.results.comparison import Comparison


def comparison(first: tuple[float, float, float], lead: tuple[float, float, float]) -> Comparison:
    def row(scenario: str, mean: float, low: float, high: float, better: float) -> dict[str, Any]:
        named = {
            "scenario": scenario,
            "measure": "income",
            "group": "all",
            "unit": "USD",
            "replicates": 20,
            "level": 1.0,
        }
        return named | {"mean": mean, "low": low, "high": high, "share_better": better}

    titles = {"baseline": "No programme", "one": "One", "two": "Two"}
    gap = dict(zip(("mean", "low", "high"), lead, strict=True))
    data = {
        "baseline": "baseline",
        "scenarios": [{"name": name, "title": title} for name, title in titles.items()],
        "rows": [row("two", -9.0, -10.0, -8.0, 0.1), row("one", *first, 0.9)],
        "head_to_head": [{"pair": ["two", "one"], "measure": "income", "share_better": 0.25, "replicates": 20} | gap],
        "break_even": [{"text": "It turns at 1.50."}],
    }
    return Comparison(Path("nowhere"), data)


def test_a_clear_winner_is_named_with_its_lead() -> None:
    found = answer(comparison((5.0, 3.0, 7.0), (-14.0, -16.0, -12.0)))
    assert found == [
        '"One" raised income most: +5.0 USD per household and year against "No programme" '
        "(90 % interval 3.0 to 7.0, better in 18 of 20 worlds).",
        'Its lead over "Two" is 14.0 USD (12.0 to 16.0), ahead in 15 of 20 worlds.',
        "It turns at 1.50.",
    ]


def test_what_cannot_be_told_is_not() -> None:
    unsure = answer(comparison((5.0, -1.0, 11.0), (-14.0, -30.0, 2.0)))
    assert unsure[0].startswith('No gain can be told from chance; the largest is that of "One": +5.0 USD')
    assert unsure[1].startswith('It cannot be told from "Two": a lead of 14.0 USD (−2.0 to 30.0)')
    assert answer(comparison((-5.0, -6.0, -4.0), (-4.0, -5.0, -3.0)))[0].startswith("Nothing raised income on average")


def test_cells_hold_mean_interval_and_worlds() -> None:
    first, second = table(comparison((5.0, 3.0, 7.0), (-14.0, -16.0, -12.0)), INCOME_TABLE[:2])
    assert first == ["One", "+5.0\n3.0 to 7.0\n18 of 20 worlds", "–"]
    assert second[:2] == ["Two", "−9.0\n−10.0 to −8.0\n2 of 20 worlds"]
    assert len(table(comparison((5.0, 3.0, 7.0), (0.0, 0.0, 0.0)), COST_TABLE)[0]) == 5


@pytest.mark.parametrize(
    ("value", "decimals", "sign", "text"),
    [(1234.5, 0, False, "1,234"), (-0.04, 1, True, "0.0"), (-0.06, 1, True, "−0.1"), (2.0, 1, True, "+2.0")],
)
def test_numbers_read_well(value: float, decimals: int, sign: bool, text: str) -> None:
    assert number(value, decimals, sign=sign) == text
