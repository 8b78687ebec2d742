"""Tasks on the processes of this machine: the same results for any number of them, and none outlives its parent."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from typing import Any, TypeVar

from linkage_sim.errors import EngineError

T = TypeVar("T")
R = TypeVar("R")

Progress = Callable[[str, int, int], None]
"""Told what is being done, how much of it is done, and of how much; the total is 0 where it cannot be told."""

MOST_BREAKDOWNS = 3
"""A pool that broke this often without finishing a task is given up."""


def silent(stage: str, done: int, total: int) -> None:
    """Progress that nobody watches."""


def jobs_for(jobs: int | None, tasks: int) -> int:
    """How many processes to use: what was asked for, else one for every processor; never more than tasks.

    Raises
    ------
    EngineError
        for less than one.
    """
    if jobs is not None and jobs < 1:
        raise EngineError(f"jobs must be 1 or more, not {jobs}")
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(usable if jobs is None else jobs, tasks))


def run_tasks(
    function: Callable[[T], R], tasks: Sequence[T], jobs: int, done: Callable[[int], None] = lambda number: None
) -> list[R]:
    """Run a function on every task.

    Parameters
    ----------
    function : of a module, so that another process finds it; its result must not depend on the process
    tasks : what it is called with
    jobs : processes; 1 runs everything here
    done : told how many tasks are finished, each time one is

    Returns
    -------
    results in the order of tasks

    Raises
    ------
    EngineError
        where worker processes keep dying. Whatever a task raises is raised here.
    """
    if jobs == 1:
        results = []
        for number, task in enumerate(tasks, start=1):
            results.append(function(task))
            done(number)
        return results
    found: dict[int, R] = {}
    breakdowns = 0
    while len(found) < len(tasks):
        before = len(found)
        missing = [number for number in range(len(tasks)) if number not in found]
        try:
            with _pool(min(jobs, len(missing))) as pool:
                _collect(pool, function, tasks, missing, found, done)
        except BrokenProcessPool as error:
            breakdowns = breakdowns + 1 if len(found) == before else 0
            if breakdowns >= MOST_BREAKDOWNS:
                raise EngineError(
                    "worker processes keep dying (out of memory, or stopped from outside); try fewer jobs, or --jobs 1"
                ) from error
    return [found[number] for number in range(len(tasks))]


def _collect(
    pool: ProcessPoolExecutor,
    function: Callable[[T], R],
    tasks: Sequence[T],
    missing: list[int],
    found: dict[int, R],
    done: Callable[[int], None],
) -> None:
    """Send the missing tasks and take results as they come."""
    with _no_main_module():
        sent: dict[Future[R], int] = {pool.submit(function, tasks[number]): number for number in missing}
    waiting = set(sent)
    while waiting:
        finished, waiting = wait(waiting, return_when=FIRST_COMPLETED)
        for future in finished:
            found[sent[future]] = future.result()
            done(len(found))


@contextlib.contextmanager
def _pool(jobs: int) -> Iterator[ProcessPoolExecutor]:
    """A pool whose processes are gone when the block ends, however it ends."""
    pool = ProcessPoolExecutor(jobs, mp_context=multiprocessing.get_context("spawn"), initializer=_begin_worker)
    try:
        yield pool
    except BaseException:
        workers = list((getattr(pool, "_processes", None) or {}).values())
        pool.shutdown(wait=False, cancel_futures=True)
        for worker in workers:
            worker.terminate()
        for worker in workers:
            worker.join()
        raise
    pool.shutdown()


def _begin_worker() -> None:
    """A worker leaves Ctrl-C to its parent, and ends when its parent does."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_follow, args=(parent,), daemon=True).start()


def _follow(parent: Any) -> None:
    parent.join()
    os._exit(1)


@contextlib.contextmanager
def _no_main_module() -> Iterator[None]:
    """Let new processes start without reading the user's script again.

    Workers only need functions of this package, so a script works without a guard around its main part, a notebook or
    standard input works as well, and workers start sooner.
    """
    main = sys.modules["__main__"]
    kept = {name: getattr(main, name) for name in ("__spec__", "__file__") if hasattr(main, name)}
    main.__spec__ = None
    if "__file__" in kept:
        del main.__file__
    try:
        yield
    finally:
        for name, value in kept.items():
            setattr(main, name, value)
