"""Name compiled kernels for Linux `perf`, which sees machine code made in a running process as numbers only.

perf record -e cpu-clock -F 10000 -o perf.data python benchmarks/perf_map.py 40
perf report -i perf.data --no-children --sort symbol

lives the six apricot plans in so many worlds (`bulk.together`) after a map of all kernels was written where perf looks for it. What is
shown is every compiled function that was not taken in by its caller, with the phase it belongs to. Needs perf and nm (binutils).
"""

from __future__ import annotations

import gc
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from bulk import PLANS, together
from numba.core.codegen import JITCodeLibrary
from numba.core.dispatcher import Dispatcher

from linkage_sim.scenario.load import load_scenario, shipped

OBJECTS: dict[int, bytes] = {}
"""Object code by the identity of the library it was loaded into."""


def keep_objects() -> None:
    """From now on keep the object code of all libraries that Numba loads from its cache."""
    load = JITCodeLibrary._unserialize.__func__

    def keeping(kind: Any, codegen: Any, state: Any) -> Any:
        library = load(kind, codegen, state)
        if state[1] == "object":
            OBJECTS[id(library)] = state[2][0]
        return library

    JITCodeLibrary._unserialize = classmethod(keeping)


def functions_of(code: bytes) -> dict[str, tuple[int, int]]:
    """Where each function of some object code begins, and how many bytes it has."""
    with tempfile.NamedTemporaryFile(suffix=".o") as file:
        file.write(code)
        file.flush()
        told = subprocess.run(["nm", "-S", file.name], capture_output=True, text=True, check=True).stdout
    found = [line.split() for line in told.splitlines()]
    return {line[3]: (int(line[0], 16), int(line[1], 16)) for line in found if len(line) == 4 and line[2] in "tTwW"}


def map_lines() -> list[str]:
    """Lines of a map for perf: address, bytes, name of all functions of kernels that Python or the engine may call."""
    lines = []
    for kernel in [each for each in gc.get_objects() if isinstance(each, Dispatcher)]:
        for made in kernel.overloads.values():
            entry = made.fndesc.llvm_func_name
            functions = functions_of(OBJECTS[id(made.library)]) if id(made.library) in OBJECTS else {}
            if entry in functions:
                base = made.library.get_pointer_to_function(entry) - functions[entry][0]
                phase = kernel.py_func.__module__.rsplit(".", 1)[-1]
                lines += [f"{base + start:x} {size:x} {phase}/{readable(name)}" for name, (start, size) in functions.items()]
    return lines


def readable(name: str) -> str:
    """The Python name in a mangled one: its last part before Numba's marks."""
    parts = re.findall(r"(?<=\d)[A-Za-z_]\w*?(?=\d|B\d|$)", name.split("B", 1)[0])
    return parts[-1] if parts else name


def main() -> None:
    """Load all kernels, write the map, live."""
    keep_objects()
    scenarios = [load_scenario(shipped(name)) for name in PLANS]
    together(scenarios, 0)
    together(scenarios, 1)
    Path(f"/tmp/perf-{os.getpid()}.map").write_text("\n".join(map_lines()) + "\n", encoding="utf-8")
    for replicate in range(int(sys.argv[1]) if len(sys.argv) > 1 else 40):
        together(scenarios, replicate)


if __name__ == "__main__":
    main()
