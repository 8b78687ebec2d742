"""Run a sweep in a process of its own that is killed again and again, at moments that differ; told on standard output.

Usage: killed.py DESIGN OUT KILLS. Every child goes on with the folder as it is found; -9 reaches it once it has written
one or more new parts, after a pause that is another each time. The last one is left to end.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

from linkage_sim.experiments.sweep import plan, store
from linkage_sim.experiments.sweep.run import swept


def child(design: str, out: str) -> int:
    """Process that goes on with the sweep; the compiled code is there already."""
    number = os.fork()
    if number == 0:
        code = 1
        try:
            swept(design, jobs=1, out=out)
            code = 0
        finally:
            os._exit(code)
    return number


def main(design: str, out: str, kills: int) -> None:
    swept(design, replicates=1, jobs=1, out=f"{out}-warm")
    store.FLUSH_SECONDS = 0.0
    plan.BATCH_SECONDS = 0.0
    for kill in range(kills):
        before = len(list(Path(out).glob("*/parts/part-*")))
        wanted = 0 if kill == 0 else 1
        number = child(design, out)
        while len(list(Path(out).glob("*/parts/part-*"))) < before + wanted or not list(Path(out).glob("*/design.json")):
            assert os.waitpid(number, os.WNOHANG) == (0, 0), "it ended before it could be killed"
        time.sleep(0.0031 * (kill * 7 % 5))
        os.kill(number, signal.SIGKILL)
        _, status = os.waitpid(number, 0)
        parts = len(list(Path(out).glob("*/parts/part-*")))
        finished = len(list(Path(out).glob("*/table.parquet")))
        sys.stdout.write(f"killed {os.WIFSIGNALED(status)} parts {parts} finished {finished}\n")
    left = swept(design, jobs=1, out=out)
    sys.stdout.write(f"lived {left.lived} of {left.runs}\n")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
