"""What the tree itself must keep to: layers, sizes, sources, licences, and nothing that ties it to one machine."""

from __future__ import annotations

import ast
import csv
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "linkage_sim"
DATA = PACKAGE / "data"


# --- the tree -----------------------------------------------------------------------------------------

TOP_LEVEL = {
    "pyproject.toml", "src", "scenarios", "notebooks", "results", "tests", "README.md", "docs", "benchmarks",
    "Makefile", "constraints.txt", "CHANGELOG.md", "CITATION.cff", "LICENSE", "DATA_LICENCES.md",
}  # fmt: skip

# written so that this file does not match itself
TIED_TO_A_MACHINE = re.compile(
    r"/(?:wor[k]|far[m]|roo[t]|hom[e]/\w+|User[s]/\w+|tm[p]/\w+)/"
    r"|\b[A-Z]:\\User[s]\\"
    r"|py[p]i\.org|pythonhoste[d]\.org|registry\.npm[j]s|deb\.debia[n]\.org|crates\.i[o]|conda\.anacond[a]\.org"
    r"|\.\./share[d]/(?:design|data|evidence|hooks)"
)


def files_in_git() -> list[Path]:
    """Files that are tracked or would be by `git add .`; skips the test outside a git checkout."""
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    command = ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return [ROOT / name for name in sorted(set(listed.split("\0"))) if name and (ROOT / name).is_file()]


def test_nothing_ties_the_tree_to_one_machine() -> None:
    found = []
    for path in files_in_git():
        content = path.read_bytes()
        if b"\0" in content[:8192]:
            continue
        for number, line in enumerate(content.decode("utf-8", errors="replace").splitlines(), 1):
            if match := TIED_TO_A_MACHINE.search(line):
                found.append(f"{path.relative_to(ROOT)}:{number} {match.group()}")
    assert not found, "machine paths or registry hosts:\n" + "\n".join(found)


def test_the_top_level_holds_only_what_belongs_there() -> None:
    top = {path.relative_to(ROOT).parts[0] for path in files_in_git()}
    assert {name for name in top if not name.startswith(".")} <= TOP_LEVEL


def test_results_holds_only_its_readme() -> None:
    kept = {str(path.relative_to(ROOT / "results")) for path in files_in_git() if (ROOT / "results") in path.parents}
    assert kept == {"README.md"}


def test_no_module_is_over_500_lines() -> None:
    lines = {path.relative_to(ROOT): len(path.read_text(encoding="utf-8").splitlines()) for path in modules()}
    assert not {str(path): count for path, count in lines.items() if count > 500}


def test_the_readme_begins_with_the_two_commands() -> None:
    opening = (ROOT / "README.md").read_text(encoding="utf-8")[:800]
    assert opening.index("make demo") < opening.index("make test")


def test_the_makefile_and_continuous_integration_keep_their_commands() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    assert {"demo", "test", "quick", "check", "bench", "clean"} <= targets
    run = ROOT / ".ci" / "run"
    assert "make test" in run.read_text(encoding="utf-8")
    assert os.name == "nt" or os.access(run, os.X_OK)


# --- packaging ----------------------------------------------------------------------------------------


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_constraints_are_exact_and_hold_no_address() -> None:
    for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            assert re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.]+( ; \w+ (<|>=|==|!=) \"[\w.]+\")?", line), line


def test_every_dependency_has_an_exact_version() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [
        *project["dependencies"],
        *(name for extra in project["optional-dependencies"].values() for name in extra),
    ]
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pinned = {canonical(line.split("==")[0]) for line in lines if "==" in line and not line.startswith("#")}
    names = {canonical(re.split(r"[<>=!~ \[;]", requirement)[0]) for requirement in wanted}
    assert names <= pinned


def test_the_version_stands_in_every_place() -> None:
    found = re.search(r'^__version__ = "([^"]+)"$', (PACKAGE / "__init__.py").read_text(encoding="utf-8"), re.MULTILINE)
    assert found
    citation = YAML(typ="safe").load(ROOT / "CITATION.cff")
    assert str(citation["version"]) == found.group(1)
    assert found.group(1) in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


@pytest.mark.slow
def test_the_wheel_carries_scenarios_and_data(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(tmp_path), str(ROOT)]
    built = subprocess.run(command, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stdout + built.stderr
    (wheel,) = tmp_path.glob("*.whl")
    inside = set(zipfile.ZipFile(wheel).namelist())
    expected = {f"linkage_sim/{path.relative_to(PACKAGE).as_posix()}" for path in files_below(DATA)}
    expected |= {f"linkage_sim/scenarios/{path.relative_to(ROOT / 'scenarios').as_posix()}" for path in scenario_files()}
    assert scenario_files()
    assert expected | {"linkage_sim/py.typed"} <= inside


def files_below(folder: Path) -> list[Path]:
    return [path for path in sorted(folder.rglob("*")) if path.is_file() and path.suffix != ".pyc"]


# --- sources and licences -----------------------------------------------------------------------------


def load(path: Path) -> Any:
    return YAML(typ="safe").load(path)


def scenario_files() -> list[Path]:
    return sorted((ROOT / "scenarios").rglob("*.yaml"))


def source_keys() -> set[str]:
    return set(load(DATA / "sources.yaml"))


def sources_in(value: Any) -> Iterator[str]:
    """Every value of a key `source`, at any depth of a YAML file; a list of keys counts each."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key == "source":
                yield from inner if isinstance(inner, list) else [inner]
            else:
                yield from sources_in(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from sources_in(inner)


def sources_in_code(path: Path) -> Iterator[str]:
    """Every literal given as `source=...` in a call or as the key "source" of a dictionary."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            values = [word.value for word in node.keywords if word.arg == "source"]
        elif isinstance(node, ast.Dict):
            pairs = zip(node.keys, node.values, strict=True)
            values = [value for key, value in pairs if isinstance(key, ast.Constant) and key.value == "source"]
        else:
            continue
        for value in values:
            if isinstance(value, ast.Constant) and isinstance(value.value, str) and value.value:
                yield value.value


def test_every_source_in_data_and_scenarios_is_registered() -> None:
    known = source_keys()
    files = [path for path in [*DATA.rglob("*.yaml"), *scenario_files()] if path.name != "sources.yaml"]
    assert files
    unknown = {f"{path.relative_to(ROOT)}: {key}" for path in files for key in sources_in(load(path)) if key not in known}
    assert not unknown


def test_every_source_in_code_is_registered() -> None:
    known = source_keys()
    unknown = {
        f"{path.relative_to(ROOT)}: {key}"
        for path in (PACKAGE / "scenario").rglob("*.py")
        for key in sources_in_code(path)
        if key not in known
    }
    assert not unknown


def test_sources_say_who_where_and_under_which_terms() -> None:
    for key, source in load(DATA / "sources.yaml").items():
        assert re.fullmatch(r"[a-z][a-z0-9_]*", key)
        assert set(source) == {"citation", "url", "licence_or_terms", "note"}, key
        assert source["url"] is None or re.match(r"https?://\S+$", source["url"]), key
        assert all(isinstance(source[name], str) and source[name] for name in ("citation", "licence_or_terms", "note")), key


def test_parameter_rows_agree_with_the_register() -> None:
    register = load(DATA / "sources.yaml")
    with (DATA / "tajikistan_parameters.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["value_chain"] for row in rows} == {
        "household", "fruit_apricot", "fruit_apple", "vegetable_onion", "vegetable_potato", "dairy", "meat", "honey", "handicraft",
        "logistics", "programme",
    }  # fmt: skip
    for row in rows:
        source = register[row["source_key"]]
        if row["source_key"] == "expert_default":
            assert row["verified"] == "no", row
        else:
            assert source["url"] == row["source"], row
        bounds = [float(row[name]) for name in ("low", "central", "high") if row[name]]
        assert bounds == sorted(bounds), row


def test_every_shipped_data_file_has_its_licence() -> None:
    text = (ROOT / "DATA_LICENCES.md").read_text(encoding="utf-8")
    shipped = text.split("## Read but not shipped")[0]
    for path in DATA.rglob("*.csv"):
        assert f"`{path.name}`" in shipped, path.name


# --- prices -------------------------------------------------------------------------------------------


def number_of(entry: Any) -> float:
    """The bare number of `0.13`, `0.13 USD/kg` or `{value: 0.13, ...}`."""
    value = entry["value"] if isinstance(entry, dict) else entry
    return float(str(value).split()[0])


def test_the_page_on_prices_tells_what_the_value_chain_holds() -> None:
    page = (ROOT / "docs" / "prices.md").read_text(encoding="utf-8")
    chain = load(DATA / "value_chains" / "dried_apricot.yaml")
    assert f"base {number_of(chain['city']['price']):g} USD/kg" in page
    rungs = re.findall(r"^ *\| (\w+) \| ([\d.]+) \| ([\d.]+) \| ([\d.]+) \| ([\d.]+) \| ([\d.]+) \|$", page, re.MULTILINE)
    assert {rung[0] for rung in rungs} == set(chain["end_markets"])
    for name, *figures in rungs:
        market = chain["end_markets"][name]
        names = ("price", "conversion", "processing_cost", "marketing_cost")
        price, conversion, processing, marketing = (number_of(market[key]) for key in names)
        left = conversion * price - processing - marketing
        assert [float(figure) for figure in figures] == [
            price,
            conversion,
            processing,
            marketing,
            pytest.approx(left, abs=0.005),
        ]


# --- layers -------------------------------------------------------------------------------------------

BASE = frozenset({"errors", "units", "draws", "compiled", "columns", "frames"})
MODEL = BASE | {"scenario", "rules", "world", "context", "programme", "books", "calls", "month", "results"}
SHOWS = BASE | {"scenario", "results", "experiments"}

# room -> rooms it may import; itself always. What is not here does not exist: add a room together with its row.
MAY_IMPORT: dict[str, frozenset[str]] = {
    "errors": frozenset(),
    "units": frozenset(),
    "compiled": frozenset(),
    "columns": frozenset(),
    "frames": frozenset({"compiled", "columns"}),
    "draws": frozenset({"compiled"}),
    "rules": frozenset({"compiled"}),  # the decorator, nothing else of ours
    "scenario": BASE,
    "data": frozenset(),
    "books": BASE,
    "calls": BASE | {"books"},
    "world": BASE | {"scenario", "rules", "books"},  # the usual year applies rules; flow columns are the books'
    "context": BASE | {"scenario", "world", "books"},
    "programme": BASE | {"scenario", "rules", "world", "context", "books"},
    "month": BASE | {"scenario", "rules", "world", "context", "programme", "books"},
    "results": BASE | {"scenario"},
    "engine": MODEL,
    "explain": MODEL | {"engine"},
    "agents": MODEL | {"engine"},
    "model": MODEL | {"engine", "agents", "explain"},
    "experiments": MODEL | {"engine"},
    "analysis": SHOWS,
    "plots": SHOWS,
    "report": SHOWS | {"analysis", "plots"},
    "app": SHOWS | {"analysis", "plots", "report"},
}
SEE_EVERY_ROOM = {"__init__", "__main__", "cli", "cli_analysis"}
ONLY_THE_FACE_KNOWS_MESA = {"model", "agents"}


def modules() -> list[Path]:
    return sorted(path for path in PACKAGE.rglob("*.py") if "__pycache__" not in path.parts)


def room_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports_of(path: Path) -> Iterator[tuple[int, str]]:
    """Line and dotted name of every import, wherever it stands; `from x import y` gives x.y as well as x."""
    package = path.relative_to(PACKAGE.parent).with_suffix("").parts
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = ".".join(package[: -node.level]) if node.level else ""
            origin = ".".join(part for part in (above, node.module or "") if part)
            yield from ((node.lineno, f"{origin}.{alias.name}") for alias in node.names)


def test_every_room_imports_only_what_it_may() -> None:
    broken = []
    for path in modules():
        room = room_of(path)
        if room in SEE_EVERY_ROOM:
            continue
        assert room in MAY_IMPORT, f"{path.relative_to(ROOT)}: no such room; add it to MAY_IMPORT with what it may import"
        for line, name in imports_of(path):
            parts = name.split(".")
            if parts[0] != "linkage_sim" or parts[1:] == ["__version__"]:
                continue
            other = parts[1] if len(parts) > 1 else "__init__"
            if other != room and other not in MAY_IMPORT[room]:
                broken.append(f"{path.relative_to(ROOT)}:{line} {room} imports {other}")
    assert not broken, "\n".join(broken)


def test_the_table_of_layers_is_one_direction_and_hides_the_engine_from_what_is_shown() -> None:
    order = list(MAY_IMPORT)
    for place, (room, others) in enumerate(MAY_IMPORT.items()):
        assert others <= set(order[:place]), f"{room} may import a room that stands after it"
    for room in ("analysis", "plots", "report", "app"):
        assert not MAY_IMPORT[room] & {"engine", "month", "model", "agents", "world"}
    assert MAY_IMPORT["rules"] <= {"compiled"}


def test_only_the_face_imports_mesa() -> None:
    users = {room_of(path) for path in modules() for _, name in imports_of(path) if name.split(".")[0] == "mesa"}
    assert users <= ONLY_THE_FACE_KNOWS_MESA


# --- import -------------------------------------------------------------------------------------------

MEASURE_IMPORT = """
import sys, time
start = time.perf_counter()
import linkage_sim
seconds = time.perf_counter() - start
heavy = [name for name in ("mesa", "matplotlib", "numba", "pandas", "linkage_sim.app") if name in sys.modules]
print(seconds, *heavy)
"""


def test_importing_the_package_is_fast_and_loads_nothing_heavy() -> None:
    runs = [
        subprocess.run([sys.executable, "-c", MEASURE_IMPORT], capture_output=True, text=True, check=True).stdout.split() for _ in range(3)
    ]
    assert all(run[1:] == [] for run in runs), f"loaded on import: {runs[0][1:]}"
    assert min(float(run[0]) for run in runs) < 0.3


def test_public_names_are_few_and_exist() -> None:
    import linkage_sim

    assert 0 < len(linkage_sim.__all__) <= 12
    assert all(hasattr(linkage_sim, name) for name in linkage_sim.__all__)


def test_the_example_of_the_readme_is_a_scenario(tmp_path: Path) -> None:
    from linkage_sim.scenario.load import load_scenario

    text = (ROOT / "README.md").read_text(encoding="utf-8")
    example = text[text.index("```yaml") + 8 :]
    example = example[: example.index("```")]
    for path in (ROOT / "scenarios" / "apricot").glob("*.yaml"):
        shutil.copy(path, tmp_path)
    (tmp_path / "more_visits.yaml").write_text(example, encoding="utf-8")
    assert load_scenario(tmp_path / "more_visits.yaml").programme["selection"].visits == 12


def test_the_page_of_interventions_is_up_to_date() -> None:
    from linkage_sim.scenario.pages import interventions_page

    assert (ROOT / "docs" / "interventions.md").read_text(encoding="utf-8") == interventions_page()


def test_the_page_of_measures_is_that_of_the_declarations() -> None:
    from linkage_sim.results.pages import measures_page

    assert (ROOT / "docs" / "measures.md").read_text(encoding="utf-8") == measures_page()
