"""Small scenario files for the tests of this folder."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from linkage_sim.scenario.load import load_scenario
from linkage_sim.scenario.messages import Problem, ProblemsFound
from linkage_sim.scenario.scenario import Scenario

HEAD = "format: 1\nname: small\ntitle: A small scenario\n"
BODY = "region: {data: sughd}\nvalue_chains: {apricot: {data: dried_apricot}}\n"


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Write a file below the temporary folder and return its path."""

    def make(text: str, name: str = "small.yaml") -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    return make


@pytest.fixture
def scenario(write: Callable[..., Path]) -> Callable[..., Scenario]:
    """Load a scenario on Sughd's apricots with more lines."""

    def make(more: str = "", **overrides: object) -> Scenario:
        return load_scenario(write(HEAD + BODY + more), overrides)

    return make


@pytest.fixture
def problems(write: Callable[..., Path]) -> Callable[..., list[Problem]]:
    """Problems of a scenario on Sughd's apricots with more lines; the first of these lines is line 6."""

    def make(more: str, head: str = HEAD + BODY) -> list[Problem]:
        with pytest.raises(ProblemsFound) as caught:
            load_scenario(write(head + more))
        return list(caught.value.problems)

    return make
