"""How rules and kernels are compiled: one decorator, one cache folder named by the source it holds.

The disk cache of compiled code goes stale when only a called function in another file changes, so the folder
is named by a hash of every rule and kernel source. The same hash is the model version in manifests and run keys.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import numba
import numpy as np
import platformdirs


def as_table(rows: Any) -> Any:
    """Record array in the form kernels read; without compilation (NUMBA_DISABLE_JIT=1) one whose rows have attributes."""
    return rows.view(np.recarray) if numba.config.DISABLE_JIT else rows


F = TypeVar("F", bound=Callable[..., Any])
HERE = Path(__file__).parent


@functools.cache
def model_version() -> str:
    """Sixteen hex digits over all sources that can change a number."""
    state = hashlib.blake2b(digest_size=8)
    for folder in ("rules", "month", "world", "programme"):
        for path in sorted((HERE / folder).glob("*.py")):
            state.update(path.name.encode() + path.read_bytes())
    for name in ("draws.py", "context.py", "engine.py", "books.py"):
        state.update((HERE / name).read_bytes())
    return state.hexdigest()


def compiled(function: F) -> F:
    """Compile a function for scalars and arrays; the machine code is kept in the user's cache folder.

    The compiled function releases the GIL and never uses fast-math, so that a result does not depend on threads.
    """
    before = numba.config.CACHE_DIR
    numba.config.CACHE_DIR = str(Path(platformdirs.user_cache_dir("linkage_sim")) / f"code-{model_version()}")
    try:
        return numba.njit(cache=True, nogil=True, error_model="numpy")(function)  # type: ignore[no-any-return]
    finally:
        numba.config.CACHE_DIR = before
