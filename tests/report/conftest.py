"""A comparison with made-up numbers."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

FIXTURE = Path(__file__).with_name("fixture.json")


@pytest.fixture(scope="session")
def shipped_data() -> dict[str, Any]:
    return json.loads(FIXTURE.read_text(encoding="utf-8"))  # type: ignore[no-any-return]


@pytest.fixture
def data(shipped_data: dict[str, Any]) -> dict[str, Any]:
    """A copy that a test may change."""
    return copy.deepcopy(shipped_data)


@pytest.fixture
def small(data: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Three plans and few values; figures are made but not written, which takes most of the time."""
    kept = ("baseline", "combined", "supply_side_only")
    data["scenarios"] = [each for each in data["scenarios"] if each["name"] in kept]
    data["rows"] = [row for row in data["rows"] if row["scenario"] in kept and row["group"] in ("all", "women", "men")]
    data["yearly"] = {name: {each: data["yearly"][name][each] for each in ("income_gain", "bazaar_price", "routes")} for name in kept}
    data["register"] = data["register"][::6]
    monkeypatch.setattr("linkage_sim.report.blocks.svg_text", lambda figure, name, title, description: f"<svg>{name}</svg>")
    return data
