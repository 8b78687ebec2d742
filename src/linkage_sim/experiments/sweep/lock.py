"""One writer at a time in a folder: a lock that the operating system lets go when its process ends, however it ends."""

from __future__ import annotations

import os
import platform
import sys
from pathlib import Path
from types import TracebackType

from linkage_sim.errors import ResultsError

NAME = "lock"
HELD_AT = 1 << 20
"""Byte that Windows locks, far from what is written, so that others can read who holds it."""


class FolderLock:
    """Held for as long as the block lasts; the lock of a process that died is free again.

    Parameters
    ----------
    folder : that only one process may write to

    Raises
    ------
    ResultsError
        on entering, where another living process holds it.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / NAME
        self._descriptor = -1

    def __enter__(self) -> FolderLock:
        self._descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            _hold(self._descriptor)
        except OSError:
            os.close(self._descriptor)
            raise ResultsError(
                f"{self.path.parent}: another process works on this folder ({self._holder()}); wait for it or stop it, then start again"
            ) from None
        os.truncate(self._descriptor, 0)
        os.write(self._descriptor, f"process {os.getpid()} on {platform.node()}\n".encode())
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        os.close(self._descriptor)

    def _holder(self) -> str:
        try:
            return self.path.read_text(encoding="utf-8").strip() or "unknown"
        except OSError:
            return "unknown"


if sys.platform == "win32":
    import msvcrt

    def _hold(descriptor: int) -> None:
        os.lseek(descriptor, HELD_AT, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        os.lseek(descriptor, 0, os.SEEK_SET)

else:
    import fcntl

    def _hold(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
