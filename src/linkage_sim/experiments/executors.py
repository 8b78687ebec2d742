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


class Workers:
    """Processes of this machine that work on tasks; used as a context, at whose end they are gone, however it ends.

    Parameters
    ----------
    jobs : processes; 1 runs everything in this one. They start with the first tasks and stay for the next
    """

    def __init__(self, jobs: int) -> None:
        self.jobs = jobs
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> Workers:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: object) -> None:
        if kind is None:
            self._end()
        else:
            self.stop()

    def run(
        self, function: Callable[[T], R], tasks: Sequence[T], done: Callable[[int], None] = lambda number: None
    ) -> list[R]:
        """Run a function on every task.

        Parameters
        ----------
        function : of a module, so that another process finds it; its result must not depend on the process
        tasks : what it is called with
        done : told how many tasks are finished, each time one is

        Returns
        -------
        results in the order of tasks

        Raises
        ------
        EngineError
            where worker processes keep dying. Whatever a task raises is raised here.
        """
        found: dict[int, R] = {}
        if self.jobs == 1:
            for number, task in enumerate(tasks):
                found[number] = function(task)
                done(len(found))
        breakdowns = 0
        while len(found) < len(tasks):
            before = len(found)
            try:
                self._collect(function, tasks, found, done)
            except BrokenProcessPool as error:
                self.stop()
                breakdowns = breakdowns + 1 if len(found) == before else 0
                if breakdowns >= MOST_BREAKDOWNS:
                    raise EngineError(
                        "worker processes keep dying (out of memory, or stopped from outside); use fewer, or --jobs 1"
                    ) from error
        return [found[number] for number in range(len(tasks))]

    def _collect(
        self, function: Callable[[T], R], tasks: Sequence[T], found: dict[int, R], done: Callable[[int], None]
    ) -> None:
        """Send the tasks that have no result yet and take results as they come."""
        if self._pool is None:
            context = multiprocessing.get_context("spawn")
            self._pool = ProcessPoolExecutor(self.jobs, mp_context=context, initializer=_begin_worker)
        missing = [number for number in range(len(tasks)) if number not in found]
        with _no_main_module():
            sent: dict[Future[R], int] = {self._pool.submit(function, tasks[number]): number for number in missing}
        waiting = set(sent)
        while waiting:
            finished, waiting = wait(waiting, return_when=FIRST_COMPLETED)
            for future in finished:
                found[sent[future]] = future.result()
                done(len(found))

    def _end(self) -> None:
        if self._pool is not None:
            self._pool.shutdown()
            self._pool = None

    def stop(self) -> None:
        """End the processes at once, whatever they are doing."""
        if self._pool is None:
            return
        workers = list((getattr(self._pool, "_processes", None) or {}).values())
        self._pool.shutdown(wait=False, cancel_futures=True)
        self._pool = None
        for worker in workers:
            worker.terminate()
        for worker in workers:
            worker.join()


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
