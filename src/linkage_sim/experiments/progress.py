"""How far long work is, for whoever waits for it, with the time left."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Iterator
from typing import Any

from linkage_sim.experiments.executors import Progress


class Lines:
    """Progress as lines, where nobody watches a terminal: at most one in a few seconds."""

    every = 5.0

    def __init__(self) -> None:
        self.stage, self.start, self.last = "", 0.0, 0.0

    def __call__(self, stage: str, done: int, total: int) -> None:
        now = time.monotonic()
        if stage != self.stage:
            self.stage, self.start, self.last = stage, now, now
            sys.stderr.write(f"{stage} ...\n" if not total else f"{stage}: 0 of {total}\n")
        elif done == total or now - self.last >= self.every:
            self.last = now
            left = (now - self.start) / max(done, 1) * (total - done)
            sys.stderr.write(f"{stage}: {done} of {total}" + (f", about {left:.0f} s left\n" if done < total else "\n"))
        sys.stderr.flush()


class Bars:
    """Progress as bars with the time left."""

    def __init__(self, bars: Any) -> None:
        self.bars, self.tasks = bars, dict[str, Any]()

    def __call__(self, stage: str, done: int, total: int) -> None:
        if stage not in self.tasks:
            for task in self.bars.tasks:
                if task.total is None:
                    self.bars.update(task.id, total=1, completed=1)
            self.tasks[stage] = self.bars.add_task(stage, total=total or None)
        self.bars.update(self.tasks[stage], completed=done)


@contextlib.contextmanager
def watched() -> Iterator[Progress]:
    """Progress on standard error: bars on a terminal, else a line now and then."""
    if not sys.stderr.isatty():
        yield Lines()
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as RichProgress

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with RichProgress(*columns, console=Console(stderr=True), transient=True) as bars:
        yield Bars(bars)
