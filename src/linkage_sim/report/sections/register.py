"""The assumption register: every value with its source, assumed ones marked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from linkage_sim.report.blocks import Block, Heading, Listing, Parameter, Register, Section, Text, Words
from linkage_sim.report.numbers import MISSING, as_written, percent
from linkage_sim.report.read import as_text, mapping, sequence
from linkage_sim.report.view import View
from linkage_sim.report.words import KINDS, UNITS, plain, sentence

DESCRIBE = ("format", "name", "title", "story")
"""What names a scenario; shown with the plans."""
SAFE = ("http://", "https://")


def register_section(view: View) -> Section:
    """Values by part of the scenario, with the share that is assumed, and the list of sources."""
    entries = _entries(view)
    if not entries:
        return Section("register", "What it rests on")
    sources = mapping(view.comparison.data.get("sources"))
    parts: dict[str, list[Parameter]] = {}
    for entry in entries:
        parts.setdefault(as_text(entry["path"]).split(".")[0], []).append(_parameter(entry, sources))
    blocks: list[Block] = [
        Text(_counted(entries), "strong"),
        Text(
            "Open a part to see its values; parts that are open are printed. An assumed value is our own judgement: "
            "plausible, not measured, and to "
            "be varied. "
            "Bounds are what a scenario file may say, not what is likely."
        ),
        Register([(sentence(plain(part)), found) for part, found in parts.items()]),
    ]
    cited = source_list(view)
    if cited:
        blocks += [Heading("Sources"), Listing(cited)]
    return Section("register", "What it rests on", blocks)


def _entries(view: View) -> list[Mapping[str, Any]]:
    """Entries of the register that are values, not names or stories."""
    entries = [mapping(entry) for entry in sequence(view.comparison.data.get("register"))]
    return [entry for entry in entries if as_text(entry.get("path")) and entry["path"] not in DESCRIBE]


def assumed_share(view: View) -> float | None:
    """Share of uncertain values that nobody outside the project stands behind; levers and settings are choices."""
    entries = _entries(view)
    uncertain = [entry for entry in entries if entry.get("kind") == "uncertainty"]
    return sum(bool(entry.get("assumed")) for entry in uncertain) / len(uncertain) if uncertain else None


def _counted(entries: list[Mapping[str, Any]]) -> str:
    """How many values there are, and how many are assumed."""
    uncertain = [entry for entry in entries if entry.get("kind") == "uncertainty"]
    assumed = sum(bool(entry.get("assumed")) for entry in uncertain)
    text = f"The comparison rests on {len(entries):,} values. "
    if uncertain:
        share = percent(assumed / len(uncertain), 0)
        text += (
            f"{len(uncertain):,} of them describe people, firms, markets and costs, which nobody in the programme "
            f"decides; {assumed:,} of these "
            f"({share}) are assumed. "
        )
    return text + "The others are choices of the programme and settings of the trial."


def _parameter(entry: Mapping[str, Any], sources: Mapping[str, Any]) -> Parameter:
    unit = as_text(entry.get("unit"))
    unit = UNITS.get(unit, unit)
    low, high = entry.get("low"), entry.get("high")
    differs = mapping(entry.get("differs"))
    value = f"{as_written(entry.get('value'))} {unit}".strip()
    if differs:
        value += "".join(f"; {plain(name)}: {as_written(other)}" for name, other in differs.items())
    return Parameter(
        path=as_text(entry["path"]),
        meaning=sentence(as_text(entry.get("meaning")) or plain(as_text(entry["path"]).rpartition(".")[2])),
        value=value,
        bounds=f"{as_written(low)} to {as_written(high)}" if low is not None and high is not None else MISSING,
        decided=KINDS.get(as_text(entry.get("kind")), plain(as_text(entry.get("kind")))),
        source=_source(as_text(entry.get("source")), sources, bool(entry.get("assumed"))),
        assumed=bool(entry.get("assumed")),
        differs=bool(differs),
    )


def _source(key: str, sources: Mapping[str, Any], assumed: bool) -> Words:
    """Who said it; a value that is merely assumed needs no name."""
    if assumed and key in ("", "assumed"):
        return ""
    if key in sources:
        return Markup('<a href="#source-{}">{}</a>').format(key, plain(key))
    return plain(key) or MISSING


def source_list(view: View) -> list[Markup]:
    """Citations with plain links, in the order of their keys."""
    found = []
    for key, source in sorted(mapping(view.comparison.data.get("sources")).items()):
        citation, url = as_text(mapping(source).get("citation")) or key, as_text(mapping(source).get("url"))
        line = Markup('<span id="source-{}"><strong>{}</strong>: {}</span>').format(key, plain(key), citation)
        if url.startswith(SAFE):
            line += Markup(' <a href="{}" rel="noreferrer">{}</a>').format(url, url)
        found.append(line)
    return found
