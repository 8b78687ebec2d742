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
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from typing import Any, Generic, TypeVar, cast

from linkage_sim.errors import EngineError

T = TypeVar("T")
R = TypeVar("R")
L = TypeVar("L")

Progress = Callable[[str, int, int], None]
"""Told what is being done, how much of it is done, and of how much; the total is 0 where it cannot be told."""

MOST_ATTEMPTS = 3
"""A task whose process died this often is given up."""
KEEP_DYING = "worker processes keep dying (out of memory, or stopped from outside)"


@dataclass(frozen=True)
class Answer(Generic[R]):
    """What became of a task: a value, an error that it raised, or nothing as its process died."""

    value: R | None = None
    error: Exception | None = None
    died: bool = False


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
        waiting = deque((number, 1) for number in range(len(tasks)))

        def take() -> tuple[tuple[int, int], T] | None:
            return None if not waiting else ((waiting[0][0], waiting[0][1]), tasks[waiting.popleft()[0]])

        for (number, attempt), answer in self._answers(function, take):
            if answer.error is not None:
                raise answer.error
            if answer.died:
                if attempt >= MOST_ATTEMPTS:
                    raise EngineError(f"{KEEP_DYING}; use fewer, or --jobs 1")
                waiting.appendleft((number, attempt + 1))
                continue
            found[number] = cast("R", answer.value)
            done(len(found))
        return [found[number] for number in range(len(tasks))]

    def each(self, function: Callable[[T], R], take: Callable[[], T | None]) -> Iterator[tuple[T, Answer[R]]]:
        """Answers as they come, whatever becomes of a task.

        Parameters
        ----------
        function : as of `run`
        take : asked for the next task whenever a process is free; None where there is none for now. It is asked again
            after every answer, so a task may be put back
        """

        def labelled() -> tuple[T, T] | None:
            task = take()
            return None if task is None else (task, task)

        yield from self._answers(function, labelled)

    def _answers(self, function: Callable[[T], R], take: Callable[[], tuple[L, T] | None]) -> Iterator[tuple[L, Answer[R]]]:
        """Answers with the labels of their tasks, in the order in which they come."""
        if self.jobs == 1:
            while (taken := take()) is not None:
                yield taken[0], _answered(function, taken[1])
            return
        at_work: dict[Connection, tuple[_Worker, L]] = {}
        try:
            while True:
                while len(at_work) < self.jobs and (taken := take()) is not None:
                    worker = self._free([each for each, _ in at_work.values()])
                    worker.send((function, taken[1]))
                    at_work[worker.connection] = worker, taken[0]
                if not at_work:
                    return
                for connection in wait(list(at_work)):
                    worker, label = at_work.pop(cast("Connection", connection))
                    yield label, self._answer(worker)
        finally:
            for worker, _ in at_work.values():
                self._remove(worker)

    def _free(self, busy: Sequence[_Worker]) -> _Worker:
        """A process without work, a new one where there is none."""
        for worker in self._crew:
            if worker not in busy:
                return worker
        self._crew.append(_Worker())
        return self._crew[-1]

    def _answer(self, worker: _Worker) -> Answer[Any]:
        """What a process sent; one that died is removed."""
        try:
            return worker.result()
        except EOFError:
            self._remove(worker)
            return Answer(died=True)

    def _remove(self, worker: _Worker) -> None:
        worker.stop()
        if worker in self._crew:
            self._crew.remove(worker)

    def stop(self) -> None:
        """End the processes at once, whatever they are doing."""
        for worker in self._crew:
            worker.stop()
        self._crew.clear()


@contextlib.contextmanager
def aside(function: Callable[[T], object], task: T) -> Iterator[None]:
    """Another process works on a task while the block runs and is gone at its end; nobody asks what became of the task.

    With one processor there is none.
    """
    if jobs_for(None, 2) == 1:
        yield
        return
    worker = _Worker()
    try:
        worker.send((function, task))
        yield
    finally:
        worker.stop()


class _Worker:
    """One process and the pipe to it."""

    def __init__(self) -> None:
        context = multiprocessing.get_context("spawn")
        self.connection, other = context.Pipe()
        self.process = context.Process(target=_work, args=(other,), daemon=True)
        with no_main_module(), _no_interrupt():
            self.process.start()
        other.close()

    def send(self, work: Any) -> None:
        """Send a task; a process that has died meanwhile shows when its result is asked for."""
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            self.connection.send(work)

    def result(self) -> Answer[Any]:
        """What became of the task; EOFError where the process died."""
        try:
            answer = self.connection.recv()
        except ConnectionResetError as error:
            raise EOFError from error
        assert isinstance(answer, Answer)
        return answer

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
        except Exception as error:  # a task that cannot be read here
            connection.send(Answer(error=_sendable(error)))
            continue
        answer = _answered(function, task)
        connection.send(answer if answer.error is None else Answer(error=_sendable(answer.error)))
        del function, task, answer
        if not gc.get_freeze_count():  # what a first task leaves (libraries, machine code) stays: never look through it again
            gc.collect()
            gc.freeze()


def _answered(function: Callable[[T], R], task: T) -> Answer[R]:
    try:
        return Answer(function(task))
    except Exception as error:
        return Answer(error=error)


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
def no_main_module() -> Iterator[None]:
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
