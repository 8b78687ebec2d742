"""Machine code on disk: a module's folder changes with every source its kernels can call."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import numba
import numpy as np
import pytest

from linkage_sim import compiled as module
from linkage_sim.compiled import CALLED, HERE, cache_folder, sources_of
from linkage_sim.draws import uniform
from linkage_sim.programme.direct import units_paid

KERNELS = sorted(
    ".".join(path.relative_to(HERE).with_suffix("").parts)
    for path in HERE.rglob("*.py")
    if "@compiled" in (text := path.read_text(encoding="utf-8")) or "@rule" in text
)


def names_in_kernels(tree: ast.Module) -> set[str]:
    """Names used inside decorated functions, without their annotations."""
    used: set[str] = set()
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and any(getattr(one, "id", "") in ("compiled", "rule") for one in node.decorator_list):
            for line in node.body:
                used |= {part.id for part in ast.walk(line) if isinstance(part, ast.Name)}
    return used


@pytest.mark.parametrize("name", KERNELS)
def test_kernels_use_only_sources_that_name_their_folder(name: str) -> None:
    tree = ast.parse(HERE.joinpath(*name.split(".")).with_suffix(".py").read_text(encoding="utf-8"))
    used = names_in_kernels(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("linkage_sim."):
            inner = (node.module or "").removeprefix("linkage_sim.")
            if used & {one.asname or one.name for one in node.names}:
                assert inner in CALLED or inner.split(".")[0] in CALLED, f"{name} calls {inner}"
                assert inner in sources_of(name)


def test_a_change_in_a_called_file_renames_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in sources_of("month.trade"):
        target = tmp_path.joinpath(*name.split(".")).with_suffix(".py")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(HERE.joinpath(*name.split(".")).with_suffix(".py").read_bytes())
    before = cache_folder("month.trade")
    monkeypatch.setattr(module, "HERE", tmp_path)
    cache_folder.cache_clear()
    sources_of.cache_clear()
    try:
        assert cache_folder("month.trade") == before
        rule = tmp_path / "rules" / "harvest.py"
        rule.write_text(rule.read_text(encoding="utf-8") + "\n# changed\n", encoding="utf-8")
        cache_folder.cache_clear()
        assert cache_folder("month.trade") != before
    finally:
        cache_folder.cache_clear()
        sources_of.cache_clear()


def test_nothing_of_this_process_is_left_in_code_once_it_is_whole() -> None:
    """Kernels that others take in are kept as they were lowered: with addresses of range, max and the like, which nobody asks for."""
    whole = numba.njit(lambda most: units_paid(2.0, 0.1, 3.0, 50.0, most)[0] + int(uniform(np.zeros(2, dtype=np.uint64), 1, 2, most)))
    assert whole(1000) > 0
    (compiled,) = whole.overloads.values()
    text = compiled.library.get_llvm_str()
    assert "numba.dynamic.globals" not in text
    assert not compiled.library.has_dynamic_globals


USE = """
import sys
from numba.core import event
from linkage_sim.draws import _fill, key_of, uniforms
import numpy as np
with event.install_recorder("numba:compile") as compiled:
    drawn = uniforms(key_of(1), "firm.place", 4, np.arange(5))
print(len(compiled.buffer), drawn.tobytes().hex())
"""


def test_a_second_process_compiles_nothing_and_called_kernels_are_kept_apart(tmp_path: Path) -> None:
    told = []
    for _ in range(2):
        command = [sys.executable, "-c", USE]
        done = subprocess.run(command, env=os.environ | {"XDG_CACHE_HOME": str(tmp_path)}, capture_output=True, text=True, check=True)
        assert "Warning" not in done.stderr
        told.append(done.stdout.split())
    assert int(told[0][0]) > 0
    assert int(told[1][0]) == 0
    assert told[0][1] == told[1][1]
    kept = {path.name.split("-")[0]: path.parent.parent.name for path in tmp_path.rglob("*.nbc")}
    assert kept == {"draws._fill": "entry", "draws.uniform": "called", "draws.philox": "called", "draws.share_of": "called"}
