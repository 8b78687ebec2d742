"""Files of a user's own market graph, read to rows of words with line numbers, and written: GraphML and CSV."""

from __future__ import annotations

import csv
import io
import re
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import networkx as nx

from linkage_sim.scenario.declare import MONTHS
from linkage_sim.scenario.messages import Problem, ProblemsFound, nearest_word
from linkage_sim.world.places import Problems, Where

CLOSED = tuple(f"closed_{month}" for month in MONTHS)
ROAD_NEEDED = ("from", "to", "kilometres")
ROAD_COLUMNS = (*ROAD_NEEDED, "hours", "usd_per_kg", *CLOSED, "mountain", "name", "derived")
PLACE_NEEDED = ("name", "kind")
PLACE_COLUMNS = (
    *PLACE_NEEDED, "district", "latitude", "longitude", "households", "settlement", "synthetic", "source",
)  # fmt: skip
LARGEST_FILE = 5_000_000
"""Bytes; the limit of scenario files too."""


@dataclass(frozen=True)
class Row:
    """One place or road as a file gives it: where it stands (file and line) and its values as words."""

    where: Where
    values: dict[str, str]

    def word(self, column: str) -> str:
        """Return the value without blanks round it; empty where it is not given."""
        return self.values.get(column, "").strip()


def read_rows(path: Path) -> tuple[list[Row], list[Row]]:
    """Read a GraphML file, or a CSV edge list with the optional ``<name>_nodes.csv`` beside it.

    Parameters
    ----------
    path : ends in .csv, .graphml or .xml

    Returns
    -------
    rows of places (none where a CSV edge list stands alone), rows of roads

    Raises
    ------
    ScenarioError
        for a file that is missing, too large, not text, or not of its format; with file and line.
    """
    suffix = path.suffix.lower()
    if suffix == ".csv":
        problems = Problems()
        roads = _csv_rows(path, ROAD_NEEDED, ROAD_COLUMNS, problems)
        beside = nodes_path(path)
        places = _csv_rows(beside, PLACE_NEEDED, PLACE_COLUMNS, problems) if beside.exists() else []
        problems.stop()
        return places, roads
    if suffix in (".graphml", ".xml"):
        return _graphml_rows(path)
    raise _problem(path, 0, f'unknown kind of file "{suffix}"', "known: .csv, .graphml, .xml")


def nodes_path(path: Path) -> Path:
    """Return the file of places beside a CSV edge list."""
    return path.with_name(f"{path.stem}_nodes.csv")


def _problem(path: Path, line: int, found: str, allowed: str = "", nearest: str = "") -> ProblemsFound:
    return ProblemsFound([Problem(str(path), line, "", found, allowed, nearest)])


def _beside(path: Path) -> list[str]:
    try:
        return sorted(other.name for other in path.parent.iterdir())
    except OSError:
        return []


def _text(path: Path) -> str:
    try:
        if path.is_dir():
            raise _problem(path, 0, "is a folder, not a file")
        with path.open("rb") as stream:
            raw = stream.read(LARGEST_FILE + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise _problem(path, 0, f"cannot be read: {reason}", nearest=nearest_word(path.name, _beside(path))) from error
    if len(raw) > LARGEST_FILE:
        raise _problem(path, 1, f"is larger than {LARGEST_FILE / 1e6:g} MB")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise _problem(path, line, f"byte {raw[error.start]:#04x} is not UTF-8 text", "allowed: save it as UTF-8") from error


def _csv_rows(path: Path, needed: tuple[str, ...], known: tuple[str, ...], problems: Problems) -> list[Row]:
    text = _text(path)
    header_line = text.split("\n", 1)[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=";" if ";" in header_line else ",")
    rows: list[Row] = []
    header: list[str] = []
    try:
        for cells in reader:
            where = Where(str(path), reader.line_num)
            if not header:
                header = [cell.strip().lower() for cell in cells]
                _check_header(where, header, needed, known, problems)
            elif any(cell.strip() for cell in cells):
                if len(cells) > len(header):
                    problems.add(where, f"{len(cells)} cells under {len(header)} columns", allowed=", ".join(header))
                rows.append(Row(where, dict(zip(header, cells, strict=False))))
    except csv.Error as error:
        problems.add(Where(str(path), reader.line_num), f"is not a CSV file: {error}")
    if not rows:
        problems.add(Where(str(path), 1), "holds no rows", allowed=f"a header with {', '.join(needed)}, then one row each")
    return rows


def _check_header(where: Where, header: list[str], needed: tuple[str, ...], known: tuple[str, ...], problems: Problems) -> None:
    for column in header:
        if column not in known:
            problems.add(where, f'unknown column "{column}"', word=column, known=known)
        elif header.count(column) > 1:
            problems.add(where, f'column "{column}" stands twice')
    missing = [column for column in needed if column not in header]
    if missing:
        problems.add(where, f"no column {', '.join(missing)}", allowed=", ".join(known))


def _graphml_rows(path: Path) -> tuple[list[Row], list[Row]]:
    text = _text(path)
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise _problem(path, 1, "declares a document type or entities", "allowed: GraphML without them")
    words = re.sub(r"""\battr\.type\s*=\s*("[^"]*"|'[^']*')""", 'attr.type="string"', text)  # so that all checks are ours
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # networkx warns of keys without a type
            found: nx.Graph[Any] = nx.read_graphml(io.BytesIO(words.encode()))
    except ElementTree.ParseError as error:
        raise _problem(path, error.position[0], f"is not XML: {error}") from error
    except (nx.NetworkXException, ValueError, KeyError, TypeError, AttributeError, LookupError) as error:
        raise _problem(path, 1, f"is not a GraphML file that can be read: {error}") from error
    lines = _element_lines(text)
    names = {node: str(data.get("name", data.get("label", node))).strip() for node, data in found.nodes(data=True)}
    places = [
        Row(Where(str(path), lines.get((str(node),), 1)), _words(data) | {"name": names[node]}) for node, data in found.nodes(data=True)
    ]
    roads = []
    for a, b, data in found.edges(data=True):
        line = lines.get((str(a), str(b))) or lines.get((str(b), str(a)), 1)
        roads.append(Row(Where(str(path), line), _words(data) | {"from": names[a], "to": names[b]}))
    if not roads:
        raise _problem(path, 1, "holds no edges", "allowed: one edge for each road, with kilometres")
    return places, roads


def _words(data: dict[str, Any]) -> dict[str, str]:
    return {str(column).strip().lower(): str(value) for column, value in data.items()}


def _element_lines(text: str) -> dict[tuple[str, ...], int]:
    """Line of each node (by id) and edge (by ids of its ends); networkx does not keep them."""
    lines: dict[tuple[str, ...], int] = {}
    number, end = 1, 0
    for element in re.finditer(r"<(node|edge)\b([^>]*)>", text):
        number += text.count("\n", end, element.start())
        end = element.start()
        given = {word: one or two for word, one, two in re.findall(r"""(\w+)\s*=\s*(?:"([^"]*)"|'([^']*)')""", element[2])}
        ends = ("id",) if element[1] == "node" else ("source", "target")
        lines.setdefault(tuple(given.get(word, "") for word in ends), number)
    return lines


def write_places(graph: nx.Graph[str], path: Path) -> None:
    """Write a market graph so that `linkage_sim.world.own_places.read_places` reads the same places and roads again.

    Parameters
    ----------
    graph : from `linkage_sim.world.graph.market_graph`
    path : ends in .graphml, or in .csv (then ``<name>_nodes.csv`` is written too); existing files are replaced

    Raises
    ------
    ScenarioError
        for another ending.
    """
    suffix = path.suffix.lower()
    places = {name: {column: data[column] for column in PLACE_COLUMNS if column in data} for name, data in graph.nodes(data=True)}
    roads = [
        (
            a,
            b,
            {column: data[column] for column in ROAD_COLUMNS if column in data} | dict(zip(CLOSED, data["closed"], strict=True)),
        )
        for a, b, data in graph.edges(data=True)
    ]
    if suffix == ".graphml":
        copy: nx.Graph[str] = nx.Graph()
        copy.add_nodes_from(places.items())
        copy.add_edges_from(roads)
        nx.write_graphml_xml(copy, path)
    elif suffix == ".csv":
        _write_csv(path, ROAD_COLUMNS, [{"from": a, "to": b} | data for a, b, data in roads])
        _write_csv(nodes_path(path), PLACE_COLUMNS, list(places.values()))
    else:
        raise _problem(path, 0, f'unknown kind of file "{suffix}"', "known: .csv, .graphml")


def _write_csv(path: Path, columns: tuple[str, ...], rows: list[dict[str, Any]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
