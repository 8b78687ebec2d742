"""Machine code on disk: a module's folder changes with every source its kernels can call."""

import ast
from pathlib import Path

import pytest

from linkage_sim import compiled as module
from linkage_sim.compiled import CALLED, HERE, cache_folder, sources_of

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
