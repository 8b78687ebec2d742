"""What carries out the batches of a sweep: processes of this machine, or a Dask cluster."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Protocol, TypeVar

from linkage_sim.errors import EngineError
from linkage_sim.experiments.executors import MOST_ATTEMPTS, Answer, Workers, jobs_for
from linkage_sim.scenario.messages import nearest_word

T = TypeVar("T")
R = TypeVar("R")
WORDS = ("local", "dask")


class Engine(Protocol):
    """Carries out tasks and gives their answers as they come.

    Attributes
    ----------
    attempts : how often a task is worth sending whose process dies
    """

    attempts: int

    def each(self, function: Callable[[T], R], take: Callable[[], T | None]) -> Iterator[tuple[T, Answer[R]]]:
        """Answers in the order in which they come.

        Parameters
        ----------
        function : of a module, so that another process finds it
        take : asked for the next task whenever a worker is free; None where there is none for now. It is asked again
            after every answer, so a task may be put back
        """
        ...


class LocalEngine(Workers):
    """Processes of this machine; nothing to start, nothing left behind."""

    attempts = MOST_ATTEMPTS

    def __enter__(self) -> LocalEngine:
        return self


def engine_of(name: str, jobs: int | None, tasks: int) -> AbstractContextManager[Engine]:
    """An engine by its name, to be used as a context.

    Parameters
    ----------
    name : ``local``, ``dask`` (a cluster of this machine), or the address of a scheduler such as ``tcp://host:8786``
    jobs : processes; None for one a processor. A scheduler has its own
    tasks : more processes than these are not started

    Raises
    ------
    EngineError
        for an unknown name, or where Dask is not installed.
    """
    if name == "local":
        return LocalEngine(jobs_for(jobs, tasks))
    if name == "dask" or "://" in name:
        from linkage_sim.experiments.sweep.dask_engine import DaskEngine

        if name != "dask" and jobs is not None:
            raise EngineError("--jobs says how many processes to start here; a scheduler has its own workers, so leave it out")
        return DaskEngine(None if name == "dask" else name, jobs_for(jobs, tasks))
    nearest = nearest_word(name, WORDS)
    hint = f"nearest: {nearest}      " if nearest else ""
    raise EngineError(f"unknown engine {name!r}\n    {hint}known: local, dask, tcp://host:port")
