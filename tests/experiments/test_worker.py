"""Compiling before the first run."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest
from numba.core.compiler import Flags
from numba.core.targetconfig import TargetConfig

from experiments.small import small_scenarios
from linkage_sim.experiments import worker
from linkage_sim.experiments.executors import silent
from linkage_sim.scenario.load import load_scenario
from linkage_sim.scenario.shipped import shipped


def test_what_another_process_compiles_can_be_compiled_in_any() -> None:
    worker._compile_the_rest([load_scenario(shipped("apricot/combined"))])


def test_while_compiling_options_of_numba_compare_as_they_always_do() -> None:
    before = TargetConfig.__eq__, TargetConfig.__hash__
    plain, other, spelled = Flags(), Flags(), Flags()
    other.forceinline = True
    spelled.forceinline = False  # as it is where nothing is said
    found = []
    for compiling in (contextlib.nullcontext(), worker._quick_compiling()):
        with compiling:
            found.append((plain == Flags(), plain == spelled, plain == other, plain == 1, len({plain, Flags(), spelled, other})))
    assert found[0] == found[1] == (True, True, False, False, 2)
    assert (TargetConfig.__eq__, TargetConfig.__hash__) == before


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
