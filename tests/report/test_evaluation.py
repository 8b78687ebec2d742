"""Sections on evaluation designs and on the system: they show the rows they are made of, and leave out what is not there."""

from __future__ import annotations

import html
import re
from typing import Any

from linkage_sim.report.blocks import Section, Table, Text
from linkage_sim.report.read import comparison_of
from linkage_sim.report.sections.evaluation import evaluation_section
from linkage_sim.report.sections.system import system_section
from linkage_sim.report.view import View


def cell(words: object) -> str:
    text = re.sub(r"<br>.*|<[^>]+>", "", str(words))
    return html.unescape(text).replace("\N{NO-BREAK SPACE}", " ").replace("\N{MINUS SIGN}", "-")


def tables(section: Section) -> dict[str, dict[tuple[str, ...], list[str]]]:
    """Rows of every table by caption, and by their columns of words."""
    found = {}
    for block in section.blocks:
        if isinstance(block, Table):
            names = sum(not column.numeric for column in block.columns)
            found[cell(block.caption)] = {tuple(map(cell, row[:names])): [cell(each) for each in row[names:]] for row in block.rows}
    return found


def row(data: dict[str, Any], scenario: str, measure: str) -> dict[str, Any]:
    return next(r for r in data["rows"] if (r["scenario"], r["measure"], r["group"]) == (scenario, measure, "all"))


def set_rows(data: dict[str, Any], scenario: str, **values: float) -> None:
    for measure, value in values.items():
        row(data, scenario, measure).update(mean=value, low=value - 1.0, high=value + 1.0, level=value)


def test_designs_stand_beside_the_truth(small: dict[str, Any]) -> None:
    title = next(each["title"] for each in small["scenarios"] if each["name"] == "combined")
    set_rows(small, "combined", before_after_after=31.0, before_after_truth_after=23.0, before_after_bias_after=8.0)
    found = tables(evaluation_section(View(comparison_of(small))))
    shown = found["Before and after: USD per household and year"][title, "after exit"]
    assert [float(each) for each in shown[:3]] == [31.0, 23.0, 8.0]
    assert [float(each) for each in shown[3].split(" to ")] == [7.0, 9.0]
    base = next(each["title"] for each in small["scenarios"] if each["name"] == "baseline")
    alone = found["Participants against neighbours: USD per household and year"][base, "after exit"]
    assert float(alone[1]) == 0.0
    assert float(alone[0]) == float(alone[2]) > 0.0
    assert (base, "after exit") not in found["Before and after: USD per household and year"]


def test_what_is_wrong_beyond_luck_is_named(small: dict[str, Any]) -> None:
    def opening() -> str:
        block = evaluation_section(View(comparison_of(small))).blocks[0]
        assert isinstance(block, Text)
        return cell(block.words)

    for name in ("baseline", "combined", "supply_side_only"):
        for design in ("before_after", "differences", "neighbours"):
            if (name, design) not in {("baseline", "before_after"), ("baseline", "differences")}:
                row(small, name, f"{design}_bias_after").update(mean=1.0, low=-1.0, high=3.0)
    assert "no design is wrong beyond what luck explains" in opening()
    row(small, "combined", "differences_bias_after").update(mean=5.0, low=2.0, high=8.0)
    title = next(each["title"] for each in small["scenarios"] if each["name"] == "combined")
    assert f"difference in differences (“{title}”)." in opening()


def test_those_who_stayed_are_set_against_those_who_were_asked(small: dict[str, Any]) -> None:
    set_rows(small, "combined", gain_surviving_after=30.0, gain_joined_after=20.0, gain_offered_after=12.0, offered=900.0)
    section = evaluation_section(View(comparison_of(small)))
    words = " ".join(cell(block.words) for block in section.blocks if isinstance(block, Text))
    title = next(each["title"] for each in small["scenarios"] if each["name"] == "combined")
    assert f"“{title}” 2.5 times" in words
    (table,) = (rows for caption, rows in tables(section).items() if caption.startswith("Gain after exit against twins"))
    assert table[(title,)][:2] == ["900", "+12.0"]
    assert len(table) == 1, "a plan without firms has nobody who was offered"


def test_the_system_section_shows_stages_and_yardstick(small: dict[str, Any]) -> None:
    set_rows(small, "combined", expand_linkages=-7.0, adopt=0.75, below_competitive=0.21, survival_fragile=0.4)
    found = tables(system_section(View(comparison_of(small))))
    title = next(each["title"] for each in small["scenarios"] if each["name"] == "combined")
    stages = found["Adopt, adapt, expand, respond"]
    assert stages[(title,)][0] == "75 %"
    assert float(stages[(title,)][3]) == -7.0
    assert len(stages) == 1
    assert found["Linkages that hold by themselves"][(title,)][2] == "40 %"
    assert found["Prices against a competitive market"][(title,)][3] == "21 %"
    assert len(found["Prices against a competitive market"]) == 3, "the baseline too"


def test_the_yardstick_says_which_goods_are_counted_in_pieces(small: dict[str, Any]) -> None:
    def note() -> str:
        section = system_section(View(comparison_of(small)))
        assert section is not None
        captions = {cell(block.caption): cell(block.note) for block in section.blocks if isinstance(block, Table)}
        return captions["Prices against a competitive market"]

    set_rows(small, "combined", below_competitive=0.21)
    assert "is a piece" not in note()
    small["sold_in"] = {"honey": "kg", "handicrafts": "piece"}
    assert "A kg of handicrafts is a piece." in note()


def test_without_their_rows_both_sections_are_left_out(small: dict[str, Any]) -> None:
    small["rows"] = [r for r in small["rows"] if r["measure"] in ("income", "reached")]
    view = View(comparison_of(small))
    assert not evaluation_section(view).blocks
    assert not system_section(view).blocks
