"""The report: one file, offline, complete, plain, the same for the same comparison."""

from __future__ import annotations

import html
import json
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import matplotlib as mpl
import pytest

from linkage_sim.errors import ResultsError
from linkage_sim.report import write_report
from linkage_sim.report.read import comparison_of
from linkage_sim.report.write import SECTIONS, report_text

TITLES = (
    "The answer",
    "How sure",
    "For whom",
    "What it cost",
    "What lasted",
    "Did the system change",
    "What an evaluation would have found",
    "What drove it",
    "What firms claimed, and the truth",
    "The market map",
    "The plans",
    "What it rests on",
    "What it cannot say",
    "How to make it again",
)


@pytest.fixture(scope="module")
def text(shipped_data: dict[str, Any]) -> str:
    return report_text(comparison_of(shipped_data))


def words_of(text: str) -> str:
    """What people read: no tags, no styles, no scripts, no addresses and paths of parameters."""
    shown = re.sub(r"<(style|script|code|pre)\b.*?</\1>", " ", text, flags=re.DOTALL)
    shown = re.sub(r"<a href=\"https?://[^>]*>[^<]*</a>", " ", shown)
    return html.unescape(re.sub(r"<[^>]+>", " ", shown))


class Tags(HTMLParser):
    """Counts open tags and collects ids, so that broken nesting and double ids show."""

    EMPTY = frozenset({"meta", "link", "br", "input", "img", "path", "use", "rect", "circle", "hr"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.targets: list[str] = []
        self.wrong: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name == "id" and value:
                self.ids.append(value)
            if name == "href" and value and value.startswith("#"):
                self.targets.append(value[1:])
        if tag not in self.EMPTY:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in self.EMPTY:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        if tag in self.EMPTY:
            return
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)


def test_it_is_written_beside_the_comparison(tmp_path: Path, shipped_data: dict[str, Any], text: str) -> None:
    (tmp_path / "comparison.json").write_text(json.dumps(shipped_data), encoding="utf-8")
    before = dict(mpl.rcParams)
    path = write_report(tmp_path)
    assert path == tmp_path / "report.html"
    assert path.read_text(encoding="utf-8") == text, "the same comparison gives the same report"
    assert sorted(each.name for each in tmp_path.iterdir()) == ["comparison.json", "report.html"]
    assert dict(mpl.rcParams) == before


def test_every_section_is_there_in_order(text: str) -> None:
    headings = [html.unescape(re.sub(r"<[^>]+>|^\d+ ", "", found)).strip() for found in re.findall(r"<h2[^>]*>(.*?)</h2>", text)]
    shown = [re.sub(r"^\d+ ", "", heading) for heading in headings]
    assert shown == ["Read this first", *TITLES]
    assert len(TITLES) == len(SECTIONS) + 1


def test_nothing_is_loaded_from_outside(text: str, shipped_data: dict[str, Any]) -> None:
    addresses = re.findall(r"(?:https?:)?//[\w.-]+\.[a-z]+[^\s\"'<)]*", text)
    links = re.findall(r'<a href="(https?://[^"]+)"', text)
    cited = {source["url"] for source in shipped_data["sources"].values() if source["url"]}
    assert {html.unescape(link) for link in links} == cited
    assert {html.unescape(address) for address in addresses} <= cited
    for loads in (
        "<link",
        "<img",
        "<iframe",
        "src=",
        "@import",
        "url(http",
        "fetch(",
        "XMLHttpRequest",
        "<object",
        "<embed",
    ):
        assert loads not in text
    assert not re.search(r"url\((?!#)", text)


def test_nobody_reads_a_nan_or_a_name_of_the_code(text: str) -> None:
    shown = words_of(text)
    assert not re.search(r"\b(nan|NaN|None|null|undefined|inf)\b", shown)
    assert not re.search(r">\s*(True|False)\s*<", text)
    plain = re.sub(r"\b(linkage_sim|baseline|combined|(supply|demand)_side_\w+)\b", "", shown)
    assert not re.findall(r"\b[a-z]+_[a-z_]+\b", plain)
    assert not re.search(r"\d\.\d{5,}", plain), "too many digits"
    for jargon in ("p-value", "confidence interval", "standard error", "significan", "hypothesis", "quantile"):
        assert jargon not in shown


def test_tags_close_and_ids_are_single(text: str) -> None:
    tags = Tags()
    tags.feed(text)
    assert not tags.wrong
    assert not tags.open
    assert len(tags.ids) == len(set(tags.ids))
    assert set(tags.targets) <= set(tags.ids)


def test_it_can_be_read_aloud(text: str) -> None:
    figures = re.findall(r"<svg[^>]*class=\"figure\".*?</svg>", text, flags=re.DOTALL)
    assert len(figures) > 20
    for figure in figures:
        assert re.search(r"<title[^>]*>[^<]+</title>", figure)
        assert re.search(r"<desc[^>]*>[^<]+</desc>", figure)
        assert 'role="img"' in figure
    assert '<html lang="en">' in text
    assert not re.findall(r"<th(?![^>]*scope=)[\s>]", text)


def test_it_says_what_it_is(text: str) -> None:
    shown = words_of(text)
    assert "not a forecast" in shown
    assert "Firms are fictional and villages synthetic" in shown
    assert "TJS" in shown
    assert "Only for tests: the numbers are made up." in shown


def test_the_banner_follows_the_answer_before_anything_else(text: str) -> None:
    assert text.index('class="answer"') < text.index('class="banner"') < text.index('id="sure"')


def test_assumed_values_are_marked_and_counted(text: str, shipped_data: dict[str, Any]) -> None:
    entries = [each for each in shipped_data["register"] if each["path"] not in ("format", "name", "title", "story")]
    assert text.count('<tr class="assumed">') == sum(each["assumed"] for each in entries)
    uncertain = [each for each in entries if each["kind"] == "uncertainty"]
    assumed = sum(each["assumed"] for each in uncertain)
    assert f"{assumed} of these ({100 * assumed / len(uncertain):.0f}\N{NO-BREAK SPACE}%) are assumed" in text
    assert '<p class="filter" hidden>' in text, "without a script, the filter is not shown and all parts can be opened"


def test_titles_from_outside_cannot_break_the_page(data: dict[str, Any]) -> None:
    data["title"] = "<script>alert(1)</script>"
    data["scenarios"][1]["title"] = 'A <b>"bold"</b> & plan'
    data["warnings"] = ["<img src=x>"]
    data["sources"]["assumed"] = {"citation": "<i>who</i>", "url": "javascript:alert(1)"}
    text = report_text(comparison_of(data))
    assert "<script>alert" not in text
    assert "<b>" not in text
    assert "<img" not in text
    assert 'href="javascript' not in text


@pytest.mark.parametrize("content", ["", "[]", "{", '{"format": 2}', '{"rows": []}'])
def test_a_folder_without_a_readable_comparison_is_named(content: str, tmp_path: Path) -> None:
    (tmp_path / "comparison.json").write_text(content, encoding="utf-8")
    with pytest.raises(ResultsError, match=r"comparison\.json"):
        write_report(tmp_path)


def test_a_missing_comparison_is_named(tmp_path: Path) -> None:
    with pytest.raises(ResultsError, match="linkage-sim compare"):
        write_report(tmp_path)


def test_the_report_reads_results_only() -> None:
    code = (
        "import sys, linkage_sim.report.write\n"
        "rooms = ('engine', 'world', 'month', 'programme', 'model', 'agents', 'experiments')\n"
        "found = [m for m in sys.modules if m == 'mesa' or m.startswith(tuple(f'linkage_sim.{r}' for r in rooms))]\n"
        "assert not found, found\n"
        "assert 'matplotlib.pyplot' not in sys.modules\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
