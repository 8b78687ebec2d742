"""Safe reading: what YAML means here, where each value stands, and what is refused."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from linkage_sim.errors import ScenarioError
from linkage_sim.scenario import read
from linkage_sim.scenario.messages import ProblemsFound
from linkage_sim.scenario.read import Node, as_node, read_file, read_text


def refused(text: str) -> tuple[int, str]:
    """Line and words of the first problem of a text that must be refused."""
    with pytest.raises(ProblemsFound) as caught:
        read_text(text, "x.yaml")
    assert isinstance(caught.value, ScenarioError)
    first = caught.value.problems[0]
    assert first.file == "x.yaml"
    return first.line, first.found


def test_values_are_plain_and_know_their_lines() -> None:
    node = read_text("# c\na: 1\nb:\n  c: [x, 2.5, true, null]\n  d: {e: .5}\nf: >\n  two\n  words\n", "x.yaml")
    assert node.plain() == {"a": 1, "b": {"c": ["x", 2.5, True, None], "d": {"e": 0.5}}, "f": "two words\n"}
    lines = {path: line for path, (file, line) in node.lines() if file == "x.yaml"}
    assert lines["a"] == 2
    assert lines["b"] == 3
    assert lines["b.c"] == 4
    assert lines["b.c.3"] == 4
    assert lines["b.d.e"] == 5
    assert lines["f"] == 6


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("yes", "yes"),
        ("on", "on"),
        ("off", "off"),
        ("True", True),
        ("false", False),
        ("~", None),
        ("", None),
        ("017", 17),
        ("-3", -3),
        ("1e3", 1000.0),
        ("+.5", 0.5),
        ("1_000", "1_000"),
        ("0x1F", "0x1F"),
        ("12:30", "12:30"),
        ("2024-01-01", "2024-01-01"),
        ("'1'", "1"),
        ('"true"', "true"),
    ],
)
def test_words_mean_what_yaml_1_2_says(word: str, value: object) -> None:
    found = read_text(f"a: {word}\n", "x.yaml").plain()["a"]
    assert found == value
    assert type(found) is type(value)


def test_simple_aliases_are_read() -> None:
    assert read_text("a: &x {b: 1}\nc: *x\n", "x.yaml").plain() == {"a": {"b": 1}, "c": {"b": 1}}


@pytest.mark.parametrize(
    ("text", "line", "word"),
    [
        ("a: 1\nb: !!python/object/apply:os.system [ls]\n", 2, "tag"),
        ("a: !!str 1\n", 1, "tag"),
        ("a: ! b\n", 1, "tag"),
        ("a: &x {b: 1}\nc:\n  <<: *x\n", 3, "merge"),
        ("a: 1\nb: 2\na: 3\n", 3, "lines 1 and 3"),
        ("b:\n  c: 1\n  c: 1\n", 3, "lines 2 and 3"),
        ("a: 1\n---\nb: 1\n", 2, "second document"),
        ("- a\n- b\n", 1, "a list"),
        ("just words\n", 1, "just words"),
        ("", 1, "empty"),
        ("# only a comment\n", 1, "empty"),
        ("a: 1\n  b: 2\n", 2, "not valid YAML"),
        ("a: 'x\n\n\n", 1, "not valid YAML"),
        ("a: 1\nb: {b: 1\n\n", 2, "not valid YAML"),
        ("\ta: 1\n", 1, "not valid YAML"),
        ('a: "\\UFFFFFFFF"\n', 1, "not valid YAML"),
        ('a: "\\uD800"\n', 1, "control character"),
        ('a: 1\nb: "\\0"\n', 2, "control character"),
        ("a: 1\nb: \x07\n", 2, "control character"),
        ("%YAML 1.1\n---\na: yes\n", 1, "directives"),
        ("a: .nan\n", 1, ".nan"),
        ("a: [1, -.INF]\n", 1, "-.INF"),
        ("a: 1e999\n", 1, "too large"),
        (f"a: {'9' * 41}\n", 1, "41 characters"),
        ("a: *x\n", 1, "alias"),
        ("a: &x [*x]\n", 1, "alias"),
        ("*x : 1\n", 1, "alias"),
        ("1: a\n", 1, "not a word"),
        ("true: a\n", 1, "not a word"),
        ("? [a]\n: 1\n", 1, "key is a list"),
        ("a: b: c\n", 1, "not valid YAML"),
    ],
)
def test_what_is_unsafe_or_unclear_is_refused_with_its_line(text: str, line: int, word: str) -> None:
    found_line, found = refused(text)
    assert found_line == line
    assert word in found


def test_all_repeated_keys_are_reported_together() -> None:
    with pytest.raises(ProblemsFound) as caught:
        read_text("a: 1\na: 2\nb:\n  c: 1\n  c: 2\n", "x.yaml")
    assert [(problem.line, problem.path) for problem in caught.value.problems] == [(2, "a"), (5, "b.c")]


def test_deep_nesting_is_refused_before_python_gives_up() -> None:
    deep = sys.getrecursionlimit() * 2
    line, found = refused("a: " + "[" * deep + "]" * deep)
    assert line == 1
    assert f"more than {read.DEEPEST}" in found
    blocks = "".join(f"{' ' * level}a:\n" for level in range(deep))
    assert f"more than {read.DEEPEST}" in refused(blocks)[1]
    nested = "a: &x " + "[" * 30 + "]" * 30 + "\nb: " + "[" * 20 + "*x" + "]" * 20
    assert "deep" in refused(nested)[1]


def test_alias_bombs_are_refused() -> None:
    bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    bomb += "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 10))
    assert "more than" in refused(bomb)[1]
    many = "a: &x 1\nb: [" + ", ".join(["*x"] * (read.MOST_ALIASES + 1)) + "]\n"
    assert f"more than {read.MOST_ALIASES} aliases" in refused(many)[1]


def test_too_many_values_are_refused() -> None:
    line, found = refused("a:\n" + "- 1\n" * (read.MOST_VALUES + 1))
    assert "more than" in found
    assert line > 1


def test_files_that_cannot_be_read_give_one_clean_message(tmp_path: Path) -> None:
    cases = {
        tmp_path / "none.yaml": "no such file",
        tmp_path: "is a folder",
    }
    (tmp_path / "latin.yaml").write_bytes("a: 1\nb: é\n".encode("latin-1"))
    cases[tmp_path / "latin.yaml"] = "not UTF-8"
    (tmp_path / "wide.yaml").write_bytes("a: 1\n".encode("utf-16"))
    cases[tmp_path / "wide.yaml"] = "not UTF-8"
    with (tmp_path / "large.yaml").open("wb") as stream:
        stream.truncate(read.LARGEST_FILE + 1)
    cases[tmp_path / "large.yaml"] = "larger than 5 MB"
    cases[tmp_path / ("x" * 300)] = "cannot be read"
    cases[Path("a\0b.yaml")] = "no such file|embedded null"
    for path, word in cases.items():
        with pytest.raises(ScenarioError, match=word):
            read_file(path)
    with pytest.raises(ProblemsFound) as caught:
        read_file(tmp_path / "latin.yaml")
    assert caught.value.problems[0].line == 2


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_is_refused_and_does_not_hang(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.yaml")
    with pytest.raises(ScenarioError, match="not a regular file"):
        read_file(tmp_path / "pipe.yaml")


def test_a_missing_file_names_the_nearest_one(tmp_path: Path) -> None:
    (tmp_path / "baseline.yaml").write_text("a: 1\n")
    with pytest.raises(ScenarioError, match=r"nearest: baseline\.yaml"):
        read_file(tmp_path / "basline.yaml")


def test_a_byte_order_mark_is_read_over(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_bytes(b"\xef\xbb\xbfa: 1\r\nb: 2\r\n")
    assert read_file(tmp_path / "a.yaml").plain() == {"a": 1, "b": 2}


def test_plain_python_data_becomes_nodes_and_back() -> None:
    data = {"a": [1, 2.5, {"b": None, "c": True}], "d": "text"}
    assert as_node(data, "here").plain() == data
    assert as_node(data, "here") == as_node({"a": (1, 2.5, {"b": None, "c": True}), "d": "text"}, "here")
    assert isinstance(as_node(1, "here"), Node)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), {1: 2}, {"": 1}, object(), b"x", {1, 2}, "a\0b", 1j])
def test_python_data_that_no_file_could_hold_is_refused(value: object) -> None:
    with pytest.raises(ScenarioError):
        as_node({"a": value}, "here")


def test_endless_python_data_is_refused() -> None:
    endless: list[object] = []
    endless.append(endless)
    with pytest.raises(ScenarioError, match="deep"):
        as_node({"a": endless}, "here")
