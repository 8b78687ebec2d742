"""Compiling before the first run."""

from __future__ import annotations

from pathlib import Path

import pytest

from experiments.small import small_scenarios
from linkage_sim.experiments import worker
from linkage_sim.experiments.executors import silent
from linkage_sim.scenario.load import load_scenario
from linkage_sim.scenario.shipped import shipped


def test_months_and_phases_can_be_gone_through_from_the_end() -> None:
    worker._compile_from_the_end([load_scenario(shipped("apricot/combined"))])


def test_compiling_is_told_once_and_done_where_nothing_can_be_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    place = tmp_path / "cache"
    monkeypatch.setenv("NUMBA_DISABLE_JIT", "0")
    monkeypatch.setattr(worker.platformdirs, "user_cache_dir", lambda name: str(place))
    place.touch()  # a file: no folder can be made in it
    monkeypatch.setattr(worker, "aside", lambda *_: pytest.fail("help that nobody would find"))
    worker.compile_once(small_scenarios(), lambda stage, done, total: told.append(stage))
    assert told == ["compiling (first time only)"]
    place.unlink()
    monkeypatch.undo()
    monkeypatch.setattr(worker.platformdirs, "user_cache_dir", lambda name: str(place))
    for _ in range(2):
        worker.compile_once(small_scenarios(), silent)
    assert len(list(place.glob("code-*/complete-*"))) == 1
