"""Patterns P1 to P11 over 30 worlds in purpose-made scenarios (model 1).

Each claim is a one-sided paired t-test over worlds at 1 %: where the mechanism had no effect at all, such a claim would
pass by luck in about 1 of 100 runs of the suite (its false-alarm rate). Seeds are fixed, so a result does not change from
run to run. Claims say "more", "less", "at least twice", not how much.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from linkage_sim.experiments.patterns import LEVEL, PATTERNS, Claim, Panel, coverage_gains, pattern_file
from linkage_sim.plots.pattern import interval_of, pattern_figure

WORLDS = 30
DOCS = Path(__file__).resolve().parents[2] / "docs"


@pytest.mark.slow
@pytest.mark.parametrize("number", PATTERNS)
def test_every_claim_of_a_pattern_holds(number: int) -> None:
    shown = PATTERNS[number](WORLDS)
    assert shown.number == number
    failed = [f"{claim.text}: {claim.numbers}, p {claim.chance:.4f}" for claim in shown.claims if not claim.holds]
    assert not failed, "\n".join(failed)


def test_a_claim_without_effect_passes_as_often_as_said() -> None:
    luck = np.random.default_rng(1)
    passed = [Claim("", luck.normal(size=WORLDS), luck.normal(size=WORLDS)).holds for _ in range(4000)]
    assert LEVEL / 2 < np.mean(passed) < 2 * LEVEL


def test_a_claim_is_one_sided_paired_and_leaves_out_what_is_missing() -> None:
    world = np.array([10.0, 200.0, 3000.0, 40000.0, np.nan])
    more = Claim("more", world + np.array([1.0, 1.1, 0.9, 1.0, 1.0]), world, "{:.0f} against {:.0f}")
    assert more.holds
    assert not Claim("less", more.less, more.more).holds
    assert more.pass_rate == 1.0
    assert more.numbers == "10804 against 10802"
    assert not Claim("same", world, world).holds
    assert Claim("always", 1.0, np.zeros(4)).holds
    assert not Claim("one world shows nothing", np.array([1.0]), np.array([0.0])).holds


def test_a_world_without_firms_is_lived_to_its_end() -> None:
    served, others = coverage_gains((0.5,), 1)
    assert served[0, 0] > 0.0 > others[0, 0]


def test_the_page_names_every_pattern_its_scenarios_and_figures() -> None:
    page = (DOCS / "patterns.md").read_text(encoding="utf-8")
    assert [int(number) for number in re.findall(r"^## P(\d+)\. ", page, re.MULTILINE)] == list(PATTERNS)
    named = set(re.findall(r"\.\./scenarios/patterns/(\w+)\.yaml", page))
    shipped = {path.stem for path in pattern_file("p1_coverage").parent.glob("*.yaml")}
    assert named == {name for name in shipped if re.match(r"p\d", name)}
    for image in re.findall(r"\]\((images/\w+\.png)\)", page + (DOCS / "maps.md").read_text(encoding="utf-8")):
        assert (DOCS / image).is_file(), image


def test_a_figure_draws_means_leaves_out_what_is_missing_and_names_every_line() -> None:
    values = np.array([[1.0, 3.0, np.nan], [np.nan, np.nan, np.nan], [4.0, 4.0, 4.0]])
    mean, half = interval_of(values)
    assert mean[0] == 2.0
    assert np.isnan(mean[1])
    assert half[2] == 0.0
    panels = [
        Panel("shares", "", "kg", ["a", "b", "c"], {"one": values, "two": values + 1.0}, percent=True),
        Panel("", "x", "USD", [0.0, 1.0, 5.0], {"one": -values}),
    ]
    figure = pattern_figure("Title", panels, 3)
    first, second = figure.axes
    assert [text.get_text() for text in first.get_legend().get_texts()] == ["one", "two"]
    assert [label.get_text() for label in first.get_xticklabels()] == ["a", "b", "c"]
    assert second.get_legend() is None
    assert any("3 simulated worlds" in text.get_text() for text in figure.texts)
