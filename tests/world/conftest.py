from __future__ import annotations

from collections.abc import Callable
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from linkage_sim.scenario.read import read_file
from linkage_sim.scenario.region import Region


def without_sources(value: Any) -> Any:
    """Quantities as bare values; the shipped region writes all of them in their declared units."""
    if isinstance(value, dict):
        if "value" in value:
            return without_sources(value["value"])
        return {name: without_sources(child) for name, child in value.items()}
    return [without_sources(child) for child in value] if isinstance(value, list) else value


@pytest.fixture(scope="session")
def sughd_words() -> dict[str, Any]:
    path = resources.files("linkage_sim") / "data" / "regions" / "sughd.yaml"
    words: dict[str, Any] = without_sources(read_file(Path(str(path))).plain())
    return words


@pytest.fixture
def region(sughd_words: dict[str, Any]) -> Callable[..., Region]:
    """The shipped region, with sections changed."""

    def make(**changes: Any) -> Region:
        return Region.model_validate(sughd_words | changes)

    return make


@pytest.fixture
def sughd(region: Callable[..., Region]) -> Region:
    return region()
