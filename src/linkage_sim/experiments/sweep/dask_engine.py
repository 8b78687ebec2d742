"""The batches of a sweep on Dask: a cluster of this machine, or any that has a scheduler (docs/sweeps.md)."""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Any, TypeVar

from linkage_sim.errors import EngineError
from linkage_sim.experiments.executors import Answer, no_main_module

T = TypeVar("T")
R = TypeVar("R")
MISSING = "the engine dask needs dask and distributed, which are not installed; pip install 'linkage-sim[cluster]', or use --engine local"
AHEAD = 2
"""Batches on their way for every thread of the cluster, so that none waits for the next."""
PATIENCE = 15.0
"""Seconds to wait for a scheduler to answer."""
LOOK_EVERY = 2.0
"""Seconds between looks at how many workers there are."""


class DaskEngine:
    """Dask; used as a context, at whose end the connection, or the cluster it started, is closed.

    Parameters
    ----------
    address : of a scheduler; None starts a cluster on this machine
    jobs : processes of that
    """

    attempts = 1
    """Dask itself sends a task again whose worker died; one that it gives up is given up."""

    def __init__(self, address: str | None, jobs: int) -> None:
        try:
            import distributed
        except ImportError as error:
            raise EngineError(MISSING) from error
        self.address, self.jobs = address, jobs
        self._dask: Any = distributed
        self._client: Any = None
        self._cluster: Any = None
        self._looked, self._threads = 0.0, 1

    def __enter__(self) -> DaskEngine:
        try:
            if self.address is None:
                with no_main_module():
                    self._cluster = self._dask.LocalCluster(
                        n_workers=self.jobs, threads_per_worker=1, dashboard_address=None, silence_logs=logging.ERROR
                    )
            self._client = self._dask.Client(self._cluster or self.address, timeout=PATIENCE, set_as_default=False)
        except (OSError, TimeoutError, ValueError) as error:
            self.__exit__(None, None, None)
            reason = " ".join(str(error).split()) or type(error).__name__
            raise EngineError(
                f"no Dask scheduler answers at {self.address or 'this machine'} ({reason}); start one with: dask scheduler"
            ) from error
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for opened in (self._client, self._cluster):
            if opened is not None:
                with contextlib.suppress(Exception):  # what is closing already may refuse
                    opened.close()
        self._client = self._cluster = None

    def each(self, function: Callable[[T], R], take: Callable[[], T | None]) -> Iterator[tuple[T, Answer[R]]]:
        """Answers in the order in which they come; see `linkage_sim.experiments.sweep.engines.Engine`.

        Raises
        ------
        EngineError
            where the scheduler is gone.
        """
        flying: dict[str, T] = {}
        coming = self._dask.as_completed(loop=self._client.loop)
        while True:
            while len(flying) < AHEAD * self._width() and (task := take()) is not None:
                future = self._client.submit(function, task, pure=False)
                flying[future.key] = task
                coming.add(future)
                del future
            if not flying:
                return
            future = next(coming)
            task = flying.pop(future.key)
            answer: Answer[R] = self._answer(future)
            future.release()
            yield task, answer

    def _width(self) -> int:
        """Threads of all workers, looked up now and then as workers come and go."""
        now = time.monotonic()
        if now - self._looked >= LOOK_EVERY:
            self._looked, self._threads = now, max(1, sum(self._client.nthreads().values()))
        return self._threads

    def _answer(self, future: Any) -> Answer[Any]:
        if future.status == "finished":
            try:
                return Answer(future.result())
            except Exception as lost:
                raise self._gone() from lost
        if future.status != "error":
            raise self._gone()
        raised = future.exception()
        if isinstance(raised, self._dask.scheduler.KilledWorker):
            return Answer(died=True)
        if isinstance(raised, ImportError):
            return Answer(
                error=EngineError(f"a worker cannot load the model ({raised}); install linkage_sim on all machines of the cluster")
            )
        return Answer(error=raised)

    def _gone(self) -> EngineError:
        return EngineError("the Dask scheduler is gone; what was finished is kept, so start it and give the same command again")
