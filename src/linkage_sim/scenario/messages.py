"""What is wrong with a scenario, where, what is allowed and which word is nearest: collected, then shown together."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from linkage_sim.errors import ScenarioError

LONGEST_VALUE = 60
LONGEST_LIST = 110


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong.

    Attributes
    ----------
    file : path of the file, or a word such as ``overrides`` for what no file holds
    line : line in that file, from 1; 0 where there is no file
    path : dotted key path, empty for the file as a whole
    found : what was found, in words
    allowed : what is allowed, in words, empty where there is nothing to list
    nearest : the known word nearest to the one found, or empty
    """

    file: str
    line: int
    path: str
    found: str
    allowed: str = ""
    nearest: str = ""

    def text(self) -> str:
        """One or two lines for people: where, path, what; then nearest and allowed."""
        where = f"{shown_path(self.file)}:{self.line}" if self.line else shown_path(self.file)
        lines = ["  ".join(part for part in (where, self.path, self.found) if part)]
        hints = [f"nearest: {self.nearest}" if self.nearest else "", self.allowed]
        if any(hints):
            lines.append("    " + "      ".join(hint for hint in hints if hint))
        return "\n".join(lines)


class ProblemsFound(ScenarioError):
    """A `ScenarioError` that still carries each problem apart, for programs that show them next to a field.

    Parameters
    ----------
    problems : one or more; those that say the same are shown once, in order of file and line
    """

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = in_order(problems)
        super().__init__("\n".join(problem.text() for problem in self.problems))


def in_order(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Each problem once, files in the order in which they first appear, lines ascending."""
    once = tuple(dict.fromkeys(problems))
    files = list(dict.fromkeys(problem.file for problem in once))
    return tuple(sorted(once, key=lambda problem: (files.index(problem.file), problem.line)))


def shown_path(file: str) -> str:
    """Path from the current folder where the file lies below it, else as it is."""
    if not Path(file).is_absolute():
        return file
    try:
        return Path(file).relative_to(Path.cwd()).as_posix()
    except (ValueError, OSError):
        return file


def shown_value(value: object) -> str:
    """A value as a user would write it in a scenario file, cut where it is long."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:.12g}"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        text = " ".join(value.split())
        return f'"{text[:LONGEST_VALUE]}..."' if len(text) > LONGEST_VALUE else f'"{text}"'
    return "a list" if isinstance(value, (list, tuple)) else "a section"


def nearest_word(word: str, words: Iterable[str]) -> str:
    """The known word most like ``word``, or empty where none is alike."""
    known = {candidate.lower(): candidate for candidate in words}
    wanted = word.lower()[:LONGEST_VALUE]
    alike = difflib.get_close_matches(wanted, list(known), n=3, cutoff=0.5)
    # Letters in the wrong order are the commonest slip.
    swapped = [candidate for candidate in alike if sorted(candidate) == sorted(wanted)]
    return known[(swapped or alike)[0]] if alike else ""


def known_words(words: Sequence[str], label: str = "known") -> str:
    """``known: a, b, c, ...``, cut to about one line."""
    if not words:
        return f"{label}: none"
    taken: list[str] = []
    for word in words:
        if taken and sum(map(len, taken)) + 2 * len(taken) + len(word) > LONGEST_LIST:
            taken.append("...")
            break
        taken.append(word)
    return f"{label}: {', '.join(taken)}"


def join(path: str, key: str | int) -> str:
    """Dotted path of a key below ``path``."""
    return f"{path}.{key}" if path else str(key)
