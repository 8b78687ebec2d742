"""Broken files: whatever is done to a scenario or data file, the reader answers with a scenario or a clean message."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from linkage_sim.engine import Simulation, with_values
from linkage_sim.scenario.load import declared_parameters, dump_scenario, load_scenario, shipped
from linkage_sim.scenario.messages import Problem, ProblemsFound
from linkage_sim.scenario.scenario import Scenario

FOLDER = shipped("apricot")
SCENARIOS = sorted(path.name for path in FOLDER.glob("*.yaml"))
DATA = {
    "sughd.yaml": "data/regions/sughd",
    "dried_apricot.yaml": "data/value_chains/dried_apricot",
    "interventions.yaml": "data/interventions",
}
TEXTS = {name: (FOLDER / name).read_text(encoding="utf-8") for name in SCENARIOS}
TEXTS |= {name: shipped(place).read_text(encoding="utf-8") for name, place in DATA.items()}
TEXTS["resolved.yaml"] = dump_scenario(load_scenario(FOLDER / "combined.yaml"))

OWN_DATA = """
format: 1
name: own
title: own data files
region: {data: SUGHD}
value_chains: {apricot: {data: CHAIN}}
interventions: {data: TABLE}
"""

NUMBER = re.compile(r"(?<![\w.])-?\d+(\.\d+)?(?![\w.])")
KEY = re.compile(r"[a-z_]{3,}(?=:)")
JUNK = (
    *("0", "-1", "1", "-0.0", "1e308", "-1e308", "1e-320", "1e999", "9" * 39, "9" * 400, ".nan", ".inf", "-.inf"),
    *("NaN", "inf", "0x1F", "1_000", "12:30", "true", "no", "null", "~", "", '"1"', "5 parrots", "5 %", "3 years"),
    *("[]", "{}", "[1, 2]", "{value: 1}", "{value: 1, unit: kg}", "{value: {value: 1}}", "{jan: 1}", "*a", "&a"),
    *("!!python/name:os.system", "|", ">", "'", "[[[[", "- 1", "? x", "<<", "%YAML 1.1", "---", "...", "\t", "#"),
    *(": :", "@", "`", "\u2028", "\u00e9\u044f\u4e2d", "a.b", "../x.yaml", "nul.yaml", "a" * 400),
)
ODD_BYTES = (
    *(b"\x00", b"\xff", b"\xc3", b"\xed\xa0\x80", b"\xef\xbb\xbf", b"\r", b"\x85", b"\xe2\x80\xa8", b"\x07"),
    b"\xf0\x9f\x8c\xb1",
)


def delete(lines: list[str], draw: Callable[[int], int]) -> None:
    del lines[draw(len(lines))]


def duplicate(lines: list[str], draw: Callable[[int], int]) -> None:
    lines.insert(draw(len(lines)), lines[draw(len(lines))])


def swap(lines: list[str], draw: Callable[[int], int]) -> None:
    one, other = draw(len(lines)), draw(len(lines))
    lines[one], lines[other] = lines[other], lines[one]


def number(lines: list[str], draw: Callable[[int], int]) -> None:
    _replace(lines, NUMBER, draw, lambda _: JUNK[draw(len(JUNK))])


def misspell(lines: list[str], draw: Callable[[int], int]) -> None:
    def slip(word: str) -> str:
        at = draw(len(word))
        return (
            word[:at] + word[at + 1 :],
            word[:at] + word[at] + word[at:],
            word[:at] + "x" + word[at + 1 :],
            word.upper(),
        )[draw(4)]

    _replace(lines, KEY, draw, slip)


def value(lines: list[str], draw: Callable[[int], int]) -> None:
    at = draw(len(lines))
    key, colon, _ = lines[at].partition(":")
    lines[at] = f"{key}{colon} {JUNK[draw(len(JUNK))]}\n"


def indent(lines: list[str], draw: Callable[[int], int]) -> None:
    at = draw(len(lines))
    lines[at] = (f"  {lines[at]}", lines[at][1:], lines[at].lstrip(" "), lines[at].rstrip("\n"))[draw(4)]


def insert(lines: list[str], draw: Callable[[int], int]) -> None:
    at = draw(len(lines))
    column = draw(len(lines[at]) + 1)
    lines[at] = lines[at][:column] + JUNK[draw(len(JUNK))] + lines[at][column:]


MUTATIONS = (delete, duplicate, swap, number, misspell, value, indent, insert)


def _replace(lines: list[str], pattern: re.Pattern[str], draw: Callable[[int], int], new: Callable[[str], str]) -> None:
    places = [(at, found) for at, line in enumerate(lines) for found in pattern.finditer(line)]
    if places:
        at, found = places[draw(len(places))]
        lines[at] = lines[at][: found.start()] + new(found.group()) + lines[at][found.end() :]


@st.composite
def broken_files(draw: st.DrawFn) -> tuple[str, bytes]:
    """Name of a shipped file and its text after one to four accidents."""
    name = draw(st.sampled_from(sorted(TEXTS)))
    lines = TEXTS[name].splitlines(keepends=True)
    for mutate in draw(st.lists(st.sampled_from(MUTATIONS), min_size=1, max_size=4)):
        if lines:
            mutate(lines, lambda bound: draw(st.integers(0, max(0, bound - 1))))
    raw = "".join(lines).encode("utf-8")
    if draw(st.integers(0, 9)) == 0:
        at = draw(st.integers(0, len(raw)))
        raw = raw[:at] + draw(st.sampled_from(ODD_BYTES)) + raw[at:]
    return name, raw


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with all shipped files as they are."""
    path = tmp_path_factory.mktemp("broken")
    for name, text in TEXTS.items():
        (path / name).write_text(text, encoding="utf-8")
    return path


def scenario_with(folder: Path, name: str, raw: bytes) -> Path:
    """Write a broken file and return the scenario to read: itself, or one that uses it as its data."""
    broken = folder / "broken.yaml"
    broken.write_bytes(raw)
    if name not in DATA:
        return broken
    own = OWN_DATA
    for word, file in zip(("SUGHD", "CHAIN", "TABLE"), DATA, strict=True):
        own = own.replace(word, "broken.yaml" if file == name else file)
    (folder / "own.yaml").write_text(own, encoding="utf-8")
    return folder / "own.yaml"


@settings(
    max_examples=200,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(broken=broken_files())
def test_a_broken_file_gives_a_scenario_or_a_message_with_file_and_line(folder: Path, broken: tuple[str, bytes]) -> None:
    path = scenario_with(folder, *broken)
    scenario, problems = read_or_refuse(path)
    if scenario is None:
        assert re.search(r"\.yaml:[1-9]\d*  ", "\n".join(problem.text() for problem in problems))
        for problem in problems:
            raw = Path(problem.file).read_bytes()
            assert 1 <= problem.line <= len(raw.splitlines()) + raw.count(b"\xe2\x80\xa8") + raw.count(b"\xc2\x85") + 1
            assert problem.found
        return
    assert len(scenario.hash()) == 16
    lives(scenario)
    for parameter in declared_parameters(scenario):
        if parameter.is_number:
            assert math.isfinite(parameter.value)
            assert parameter.low is not None
            assert parameter.high is not None
            assert parameter.low <= parameter.value <= parameter.high, parameter.path


def lives(scenario: Scenario) -> None:
    """Run a few villages of a scenario for three years: finite numbers and balanced books."""
    data = scenario.resolved()
    districts = {
        name: district | {"villages": min(district["villages"], 1), "households": min(district["households"], 5)}
        for name, district in data["region"]["districts"].items()
    }
    line = data["timeline"] | {"spin_up": min(data["timeline"]["spin_up"], 12), "before": min(data["timeline"]["before"], 12)}
    line["after"] = min(line["after"], 3)
    firms = data["lead_firms"] | {"number": min(data["lead_firms"]["number"], 3), "imitators": min(data["lead_firms"]["imitators"], 2)}
    few = with_values(scenario, region=data["region"] | {"districts": districts}, timeline=line, lead_firms=firms)
    simulation = Simulation(few, 1)
    simulation.run(until=min(24, few.timeline.months))
    assert np.isfinite(simulation.recorder.values).all()


def read_or_refuse(path: Path) -> tuple[Scenario | None, tuple[Problem, ...]]:
    """A scenario, or the problems that a `ScenarioError` names; any other exception fails the test."""
    try:
        return load_scenario(path), ()
    except ProblemsFound as error:
        return None, error.problems


@pytest.mark.parametrize("name", sorted(TEXTS))
def test_the_unbroken_files_are_read(folder: Path, name: str) -> None:
    assert load_scenario(scenario_with(folder, name, TEXTS[name].encode("utf-8"))).hash()
