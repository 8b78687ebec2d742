from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from experiments.tasks import always_dies, complains, complains_awkwardly, dies_once, process_of, square, waits_with
from experiments.waits import wait_long
from linkage_sim.errors import EngineError
from linkage_sim.experiments.executors import Workers, aside, jobs_for


def run_tasks(function, tasks, jobs, *done):  # type: ignore[no-untyped-def]
    with Workers(jobs) as workers:
        return workers.run(function, tasks, *done)


def test_results_come_in_the_order_of_tasks_for_any_number_of_processes() -> None:
    tasks = list(range(12))
    told: list[int] = []
    assert run_tasks(square, tasks, 1, told.append) == [number**2 for number in tasks]
    assert told == list(range(1, 13))
    told.clear()
    assert run_tasks(square, tasks, 2, told.append) == [number**2 for number in tasks]
    assert told == list(range(1, 13))


def test_a_worker_that_died_is_replaced(tmp_path: Path) -> None:
    marks = [str(tmp_path / name) for name in "abc"]
    assert run_tasks(dies_once, marks, 2) == marks


def test_processes_stay_for_the_next_tasks() -> None:
    with Workers(2) as workers:
        first = set(workers.run(process_of, [0] * 4))
        second = set(workers.run(process_of, [0] * 4))
        assert len(first | second) <= 2
        assert os.getpid() not in first | second


def test_workers_that_always_die_are_given_up() -> None:
    with pytest.raises(EngineError, match=r"keep dying.*--jobs 1"):
        run_tasks(always_dies, [1, 2], 2)


@pytest.mark.parametrize("raised", [None, ValueError])
def test_a_process_aside_works_while_the_block_runs_and_no_longer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, raised: type[Exception] | None
) -> None:
    monkeypatch.setattr("linkage_sim.experiments.executors.jobs_for", lambda jobs, tasks: 2)
    with contextlib.suppress(ValueError), aside(wait_long, str(tmp_path / "mark")):
        while not (marks := list(tmp_path.glob("mark.*"))):
            time.sleep(0.1)
        process = int(marks[0].suffix[1:])
        assert process != os.getpid()
        os.kill(process, 0)
        if raised is not None:
            raise raised
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)


def test_nobody_minds_what_becomes_of_a_process_aside() -> None:
    for task in (complains, always_dies):
        with aside(task, 1):
            time.sleep(0.1)


def test_a_stop_does_not_wait_for_large_tasks_on_their_way() -> None:
    """A task larger than a pipe holds, sent to a process that is busy, must not hold up the end."""
    start = time.monotonic()
    with pytest.raises(KeyboardInterrupt), Workers(2) as workers:
        workers.run(waits_with, [b"x" * 1_000_000] * 50, interrupt)
    assert time.monotonic() - start < 30


def interrupt(done: int) -> None:
    raise KeyboardInterrupt


def test_an_error_that_cannot_travel_is_told_in_words() -> None:
    with pytest.raises(EngineError, match="Awkward: 3 and 4"):
        run_tasks(complains_awkwardly, [3, 3], 2)


@pytest.mark.parametrize("jobs", [1, 2])
def test_what_a_task_raises_is_raised_here(jobs: int) -> None:
    with pytest.raises(EngineError, match="task 3 cannot be done"):
        run_tasks(complains, [3, 3], jobs)


def test_processes_are_never_more_than_tasks_and_at_least_one() -> None:
    assert jobs_for(8, 3) == 3
    assert jobs_for(None, 1) == 1
    assert jobs_for(2, 0) == 1
    with pytest.raises(EngineError, match="1 or more, not 0"):
        jobs_for(0, 3)


SCRIPT = """
import sys
sys.path[:0] = {path!r}
from linkage_sim.experiments.executors import Workers
from experiments.tasks import square
with Workers(2) as workers:
    print(workers.run(square, [1, 2, 3]))
"""


def test_a_script_needs_no_guard_around_its_main_part(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(SCRIPT.format(path=sys.path), encoding="utf-8")
    for command in ([sys.executable, str(script)], [sys.executable, "-"]):
        text = script.read_text(encoding="utf-8") if command[1] == "-" else None
        done = subprocess.run(command, input=text, capture_output=True, text=True, check=False, timeout=60)
        assert (done.stdout, done.returncode) == ("[1, 4, 9]\n", 0), done.stderr


WAITING = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # a suite that was started in the background hands on "ignore SIGINT"
sys.path[:0] = {path!r}
from linkage_sim.experiments.executors import Workers
from experiments.waits import wait_long
with Workers(2) as workers:
    workers.run(wait_long, [{mark!r}, {mark!r}])
"""


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_workers_end_when_their_parent_does(tmp_path: Path, how: signal.Signals) -> None:
    mark = tmp_path / "pids"
    script = tmp_path / "script.py"
    script.write_text(WAITING.format(path=sys.path, mark=str(mark)), encoding="utf-8")
    parent = subprocess.Popen([sys.executable, str(script)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        pids = wait_for(lambda: found if len(found := sorted(mark.parent.glob("pids.*"))) == 2 else None)
        workers = [int(path.suffix[1:]) for path in pids]
        assert all(is_alive(pid) for pid in workers)
        parent.send_signal(how)
        parent.wait(timeout=30)
        assert wait_for(lambda: not any(is_alive(pid) for pid in workers))
    finally:
        parent.kill()


def wait_for(condition):  # type: ignore[no-untyped-def]
    end = time.monotonic() + 60
    while not (found := condition()):
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.05)
    return found


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    except (ProcessLookupError, FileNotFoundError):
        return False
