"""Tasks on the processes of this machine: the same results for any number of them, and none outlives its parent."""

from __future__ import annotations

import contextlib
import gc
import multiprocessing
import os
import pickle
import signal
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from multiprocessing.connection import Connection, wait
from typing import Any, TypeVar, cast

from linkage_sim.errors import EngineError

T = TypeVar("T")
R = TypeVar("R")

Progress = Callable[[str, int, int], None]
"""Told what is being done, how much of it is done, and of how much; the total is 0 where it cannot be told."""

MOST_ATTEMPTS = 3
"""A task whose process died this often is given up."""


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

    Each process is sent one task at a time over a pipe of its own, so nothing waits for a process that was stopped
    (the standard pool can hang when it is stopped while a large task is on its way). One that dies is replaced.

    Parameters
    ----------
    jobs : processes; 1 runs everything in this one. They start with the first tasks and stay for the next
    """

    def __init__(self, jobs: int) -> None:
        self.jobs = jobs
        self._crew: list[_Worker] = []

    def __enter__(self) -> Workers:
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        self.stop()

    def run(self, function: Callable[[T], R], tasks: Sequence[T], done: Callable[[int], None] = lambda number: None) -> list[R]:
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
            where a task keeps killing the process it is sent to. Whatever a task raises is raised here.
        """
        found: dict[int, R] = {}
        if self.jobs == 1:
            for number, task in enumerate(tasks):
                found[number] = function(task)
                done(len(found))
            return list(found.values())
        waiting = deque((number, 1) for number in range(len(tasks)))
        while len(self._crew) < min(self.jobs, len(tasks)):
            self._crew.append(_Worker())
        at_work: dict[Connection, tuple[_Worker, int, int]] = {}
        while len(found) < len(tasks):
            busy = {worker for worker, _, _ in at_work.values()}
            for worker in [each for each in self._crew if each not in busy][: len(waiting)]:
                number, attempt = waiting.popleft()
                worker.send((function, tasks[number]))
                at_work[worker.connection] = worker, number, attempt
            for connection in wait(list(at_work)):
                worker, number, attempt = at_work.pop(cast("Connection", connection))
                try:
                    found[number] = worker.result()
                    done(len(found))
                except EOFError:
                    self._replace(worker, attempt)
                    waiting.appendleft((number, attempt + 1))
        return [found[number] for number in range(len(tasks))]

    def _replace(self, worker: _Worker, attempt: int) -> None:
        """Put a new process in the place of one that died."""
        worker.stop()
        self._crew.remove(worker)
        if attempt >= MOST_ATTEMPTS:
            raise EngineError("worker processes keep dying (out of memory, or stopped from outside); use fewer, or --jobs 1")
        self._crew.append(_Worker())

    def stop(self) -> None:
        """End the processes at once, whatever they are doing."""
        for worker in self._crew:
            worker.stop()
        self._crew.clear()


class _Worker:
    """One process and the pipe to it."""

    def __init__(self) -> None:
        context = multiprocessing.get_context("spawn")
        self.connection, other = context.Pipe()
        self.process = context.Process(target=_work, args=(other,), daemon=True)
        with _no_main_module(), _no_interrupt():
            self.process.start()
        other.close()

    def send(self, work: Any) -> None:
        """Send a task; a process that has died meanwhile shows when its result is asked for."""
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            self.connection.send(work)

    def result(self) -> Any:
        """Result of the task; what it raised is raised, EOFError where the process died."""
        try:
            went_well, result = self.connection.recv()
        except ConnectionResetError as error:
            raise EOFError from error
        if not went_well:
            raise result
        return result

    def stop(self) -> None:
        self.process.terminate()
        self.process.join()
        self.connection.close()


def _work(connection: Connection) -> None:
    """Do what is sent, until there is no more; Ctrl-C is left to the parent, and when that ends, so does this."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_follow, args=(parent,), daemon=True).start()
    while True:
        try:
            function, task = connection.recv()
        except EOFError:
            return
        try:
            answer: tuple[bool, Any] = True, function(task)
        except Exception as error:
            answer = False, _sendable(error)
        connection.send(answer)
        if not gc.get_freeze_count():  # what a first task leaves (libraries, machine code) stays: never look through it again
            gc.collect()
            gc.freeze()


def _sendable(error: Exception) -> Exception:
    """An exception as it can travel between processes."""
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:
        return EngineError(f"{type(error).__name__}: {error}")
    return error


def _follow(parent: Any) -> None:
    parent.join()
    os._exit(1)


@contextlib.contextmanager
def _no_interrupt() -> Iterator[None]:
    """Keep Ctrl-C from a process that is only starting; it reaches this one when the block ends."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


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
