"""A task that says which process it runs in, and waits."""

from __future__ import annotations

import os
import time
from pathlib import Path


def wait_long(mark: str) -> None:
    Path(f"{mark}.{os.getpid()}").touch()
    time.sleep(120)
