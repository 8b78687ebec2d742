"""The notebooks run from top to bottom in a kernel of this very interpreter, made small by their first cell."""

from __future__ import annotations

import json
import os
import re
import sys
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("nbclient", reason="the extra `notebooks` (nbclient, nbformat, ipykernel) is not installed")
pytest.importorskip("ipykernel", reason="the extra `notebooks` (nbclient, nbformat, ipykernel) is not installed")

import nbformat
from nbclient import NotebookClient

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "notebooks"

# name -> what its first cell is set to, and how many pictures it shows
SMALL: dict[str, tuple[dict[str, object], int]] = {
    "01_first_comparison": ({"REPLICATES": 2, "JOBS": 1}, 4),
    "02_inside_one_month": ({"MONTH": 6}, 3),
    "03_a_sweep_and_its_sensitivity": ({"SAMPLES": 2, "REPLICATES": 1, "RESAMPLES": 20, "JOBS": 1}, 4),
    "04_when_does_supply_side_win": ({"POINTS": 8, "REPLICATES": 1, "RESAMPLES": 20, "SPLITS": 2, "FRONTIER_WORLDS": 2, "JOBS": 1}, 4),
    "05_selection_and_verification": ({"REPLICATES": 2, "VISITS": (0, 3), "WORLDS": 2}, 4),
}
PICTURES = {"image/png", "image/svg+xml"}


@pytest.fixture
def kernel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Name of a kernel that is this interpreter with this source, whatever else is installed."""
    spec = tmp_path / "kernels" / "tested"
    spec.mkdir(parents=True)
    paths = [str(ROOT / "src"), os.environ.get("PYTHONPATH", "")]
    told = {
        "argv": [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"],
        "display_name": "tested",
        "language": "python",
        "env": {"PYTHONPATH": os.pathsep.join(path for path in paths if path)},
    }
    (spec / "kernel.json").write_text(json.dumps(told), encoding="utf-8")
    for name in ("JUPYTER_PATH", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR"):
        monkeypatch.setenv(name, str(tmp_path))
    return "tested"


def read(name: str) -> Any:
    return nbformat.read(FOLDER / f"{name}.ipynb", as_version=4)


def test_every_notebook_is_run_here() -> None:
    assert {path.stem for path in FOLDER.glob("*.ipynb")} == set(SMALL)


@pytest.mark.parametrize("name", SMALL)
def test_a_notebook_is_kept_without_outputs_and_begins_with_its_parameters(name: str) -> None:
    notebook = read(name)
    nbformat.validate(notebook)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert all(not cell.outputs and cell.execution_count is None for cell in code)
    assert code[0].metadata["tags"] == ["parameters"]
    assert notebook.cells[0].source.startswith(f"# {name[:2]} ")


@pytest.mark.parametrize("name", SMALL)
def test_links_of_a_notebook_lead_somewhere(name: str) -> None:
    text = "\n".join(cell.source for cell in read(name).cells if cell.cell_type == "markdown")
    found = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text)
    assert found
    assert all((FOLDER / link).resolve().is_file() for link in found)


@pytest.mark.slow
@pytest.mark.parametrize("name", SMALL)
def test_a_notebook_runs(name: str, kernel: str, tmp_path: Path) -> None:
    notebook = read(name)
    small, pictures = SMALL[name]
    cell = next(cell for cell in notebook.cells if cell.cell_type == "code")
    values = small | ({"OUT": str(tmp_path / "results")} if "\nOUT = " in cell.source else {})
    for key, value in values.items():
        cell.source, count = re.subn(rf"^{key} = .*$", f"{key} = {value!r}", cell.source, flags=re.MULTILINE)
        assert count == 1, key
    NotebookClient(notebook, timeout=300, kernel_name=kernel, resources={"metadata": {"path": str(tmp_path)}}).execute()
    outputs = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
    told = [output.text for output in outputs if output.output_type == "stream" and output.name == "stderr"]
    assert not told, "a notebook warns of nothing:\n" + "\n".join(told)
    shown = [output for output in outputs if output.output_type in ("display_data", "execute_result") and PICTURES & set(output.data)]
    assert len(shown) >= pictures
