"""`run --profile`: every phase is timed, nothing is written, and the run is the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from linkage_sim.cli import main
from linkage_sim.experiments.profile import copy_bandwidth, profile
from linkage_sim.month.plan import PHASES
from promises.small_world import small


def test_every_phase_of_every_month_is_timed() -> None:
    scenario = small("combined")
    found = profile(scenario, 7, threads=2)
    assert list(found.phases) == [phase.name for phase in PHASES]
    assert min(found.phases.values()) > 0.0
    assert found.months == scenario.timeline.spin_up + scenario.timeline.months
    assert found.month * found.months == pytest.approx(sum(found.phases.values()))
    assert found.enterprises > 0
    assert found.state > 400 * found.enterprises  # a row of the table alone has more bytes
    assert found.least == pytest.approx(2 * found.state / found.bandwidth)


def test_memory_is_faster_than_a_disk() -> None:
    assert copy_bandwidth() > 1e8


def test_the_command_writes_no_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "chains/honey", "--profile", "--out", str(tmp_path / "results")]) == 0
    shown = capsys.readouterr().out
    assert all(phase.name in shown for phase in PHASES)
    assert "times that" in shown
    assert not (tmp_path / "results").exists()
