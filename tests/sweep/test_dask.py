from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from linkage_sim.errors import EngineError
from linkage_sim.experiments.sweep.run import swept
from sweep.tiny import tiny_sweep

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("distributed") is None, reason="dask and distributed are not installed (extra cluster)"
)
SOURCES = str(Path(__file__).resolve().parents[2] / "src")


@contextlib.contextmanager
def process(*words: str) -> Iterator[subprocess.Popen[bytes]]:
    """A process of the dask command, ended with the block."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, [SOURCES, os.environ.get("PYTHONPATH", "")]))}
    command = [sys.executable, "-W", "ignore", "-m", "dask", *words]
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as started:
        try:
            yield started
        finally:
            started.kill()


def address_in(file: Path, scheduler: subprocess.Popen[bytes]) -> str:
    """Where a scheduler answers, as it writes itself."""
    while scheduler.poll() is None:
        with contextlib.suppress(OSError, ValueError):
            return str(json.loads(file.read_text(encoding="utf-8"))["address"])
        time.sleep(0.02)
    raise AssertionError("the scheduler ended before it said where it is")


@pytest.mark.filterwarnings("default")
def test_a_worker_killed_in_mid_sweep_changes_no_bit(tmp_path: Path) -> None:
    path = tiny_sweep(tmp_path, samples=10)
    file = tmp_path / "scheduler.json"
    common = ("--host", "127.0.0.1", "--scheduler-file", str(file), "--no-dashboard")
    worker = ("worker", *common, "--no-nanny", "--nthreads", "1")
    with process("scheduler", *common, "--port", "0") as scheduler:
        local = swept(path, jobs=1, out=tmp_path / "local")
        address = address_in(file, scheduler)
        with process(*worker) as first, process(*worker):
            seen: list[int] = []

            def kills(stage: str, done: int, total: int) -> None:
                if stage == "runs" and done and not seen:
                    first.send_signal(signal.SIGKILL)
                    first.wait()
                    seen.append(total - done)

            found = swept(path, engine=address, out=tmp_path / "dask", progress=kills)
            assert seen
            assert seen[0] > 0, "it was killed while there was work left"
            assert first.returncode == -signal.SIGKILL
    assert (found.lived, found.failures) == (40, 0)
    assert (found.folder / "table.parquet").read_bytes() == (local.folder / "table.parquet").read_bytes()


def test_a_scheduler_that_is_not_there_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("linkage_sim.experiments.sweep.dask_engine.PATIENCE", 0.5)
    start = time.monotonic()
    with pytest.raises(EngineError, match=r"no Dask scheduler answers at tcp://127.0.0.1:9"):
        swept(tiny_sweep(tmp_path), engine="tcp://127.0.0.1:9", out=tmp_path / "out")
    assert time.monotonic() - start < 20
