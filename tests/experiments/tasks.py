"""Tasks that other processes find by name."""

from __future__ import annotations

import os
import time
from pathlib import Path

from linkage_sim.errors import EngineError


def square(number: int) -> int:
    return number * number


def dies_once(mark: str) -> str:
    """End the process the first time, work the second."""
    path = Path(mark)
    if not path.exists():
        path.touch()
        os._exit(1)
    return mark


def always_dies(number: int) -> int:
    os._exit(1)


def complains(number: int) -> int:
    raise EngineError(f"task {number} cannot be done")


def process_of(number: int) -> int:
    return os.getpid()


def waits_with(load: bytes) -> int:
    time.sleep(0.1)
    return len(load)


class Awkward(Exception):
    """Cannot be made again from its message."""

    def __init__(self, one: int, other: int) -> None:
        super().__init__(f"{one} and {other}")


def complains_awkwardly(number: int) -> int:
    raise Awkward(number, number + 1)
