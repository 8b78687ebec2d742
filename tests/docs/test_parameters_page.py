"""The page of parameters holds every declared parameter and what the shipped files say, as the declarations have it now."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from linkage_sim.scenario.declare import MONTHS
from linkage_sim.scenario.load import declared_parameters, load_scenario, shipped
from linkage_sim.scenario.reference import NAME, anchor, cell, number, parameters_page, shown
from linkage_sim.scenario.shipped import data_folder, shipped_scenarios

PAGE = Path(__file__).resolve().parents[2] / "docs" / "parameters.md"


def test_the_page_is_up_to_date() -> None:
    assert PAGE.read_text(encoding="utf8") == parameters_page(), "run `python docs/build.py parameters`"


@pytest.mark.parametrize("name", [name for name in shipped_scenarios() if name.endswith("baseline") or name.startswith("apricot/")])
def test_every_value_of_a_scenario_has_a_row(name: str) -> None:
    paths = set(re.findall(r"^\| `([\w.]+)` \|", PAGE.read_text(encoding="utf8"), re.MULTILINE))
    missing = []
    for one in declared_parameters(load_scenario(shipped(name))):
        keys = one.path.split(".")
        if keys[-1] in MONTHS or keys[-1].isdecimal():
            keys.pop()
        if not any(matches(path.split("."), keys) for path in paths):
            missing.append(one.path)
    assert not missing


def matches(path: list[str], keys: list[str]) -> bool:
    """Whether a row stands for a path; `NAME` stands for any name."""
    return len(path) == len(keys) and all(part in (NAME, key) for part, key in zip(path, keys, strict=True))


def test_every_shipped_file_has_its_values_with_sources() -> None:
    text = PAGE.read_text(encoding="utf8")
    files = [*data_folder().glob("value_chains/*.yaml"), *data_folder().glob("regions/*.yaml"), data_folder() / "interventions.yaml"]
    assert len(files) >= 3
    for path in files:
        assert f"](../src/linkage_sim/data/{path.relative_to(data_folder()).as_posix()})" in text, path.name
    assert "| `harvest.yield_per_asset` | 2250 |  | `asht_orchards_2022` |" in text
    assert "| `training.knowledge` | 0.85 | share | `assumed` |" in text
    assert "| `price` | USD/kg | 0.13 (`east_fruit_exports_2020`) |" in text


def test_every_source_in_a_table_is_explained() -> None:
    text = PAGE.read_text(encoding="utf8")
    listed = set(re.findall(r"^\| `(\w+)` \|", text[text.index("## Sources") :], re.MULTILINE))
    assert {"assumed", "trial", "geonames"} <= listed
    given = set(re.findall(r"\| `(\w+)` \| (?:uncertainty|lever|setting) \|", text))
    assert given <= listed, given - listed


def test_cells_are_safe_and_numbers_short() -> None:
    assert cell("a | b\n c <x>") == "a \\| b c &lt;x>"
    assert [number(value) for value in (0.1, 2.0, 12000, 4e-5, 0, 1e8)] == ["0.1", "2", "12,000", "4e-05", "0", "100,000,000"]
    assert shown({"jul": 0.4, "aug": 0.6}) == "jul 0.4, aug 0.6"
    assert shown(True) == "true"
    assert anchor("Section `value_chains`") == "section-value_chains"
