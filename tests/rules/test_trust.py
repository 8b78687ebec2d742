from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkage_sim.rules.trust import remembered, trust

share = st.floats(0.0, 1.0)
count = st.floats(0.0, 50.0)
prior = st.floats(0.01, 20.0)
MEMORY, BAD_NEWS, NEIGHBOURS = 0.8, 3.0, 0.15
UNKNOWN, INTRODUCED = (0.7, 1.3), (1.0, 1.0)


def after(history: str, memory: float = MEMORY) -> list[float]:
    """Trust after each season of a history: k kept, b broken, . no dealings; own news only."""
    kept = broken = 0.0
    found = []
    for season in history:
        kept = remembered(kept, memory, 1.0, float(season == "k"), NEIGHBOURS, 0.0, 0.0, 0.0)
        broken = remembered(broken, memory, BAD_NEWS, float(season == "b"), NEIGHBOURS, 0.0, 0.0, 0.0)
        found.append(trust(kept, broken, *UNKNOWN))
    return found


@given(count, count, prior, prior)
def test_trust_is_a_share_with_the_signs_of_the_model(kept: float, broken: float, good: float, bad: float) -> None:
    belief = trust(kept, broken, good, bad)
    assert 0.0 < belief < 1.0
    assert trust(kept + 1.0, broken, good, bad) > belief
    assert trust(kept, broken + 1.0, good, bad) < belief
    assert trust(kept, broken, good + 1.0, bad) > belief


def test_an_unknown_firm_and_an_introduced_one() -> None:
    assert trust(0.0, 0.0, *UNKNOWN) == pytest.approx(0.35)
    assert trust(0.0, 0.0, *INTRODUCED) == pytest.approx(0.5)


def test_trust_recovers_as_in_the_trial() -> None:
    """Ten kept, one broken, ten kept: 0.78, 0.50, 0.77 (model_trial 1, Trust)."""
    found = after("k" * 10 + "b" + "k" * 10)
    assert [found[9], found[10], found[20]] == pytest.approx([0.78, 0.50, 0.77], abs=0.02)


def test_without_dealings_trust_returns_to_what_strangers_get() -> None:
    assert after("kkkkk" + "." * 60)[-1] == pytest.approx(0.35, abs=1e-4)
    assert after("bbbbb" + "." * 60)[-1] == pytest.approx(0.35, abs=1e-4)


def test_bad_news_weigh_more_than_good_news() -> None:
    alternating = after("kb" * 30)
    assert max(alternating[-2:]) < 0.5


@given(count, st.floats(0.0, 0.999), st.floats(0.0, 20.0), share, st.floats(0.0, 2.0), share, st.floats(0.0, 2.0), share)
def test_counts_stay_bounded_and_rise_with_news(
    before: float, memory: float, weight: float, own: float, near: float, neighbours: float, far: float, news: float
) -> None:
    later = remembered(before, memory, weight, own, near, neighbours, far, news)
    bound = max(before, weight * (1.0 + near + far) / (1.0 - memory))
    assert 0.0 <= later <= bound * (1 + 1e-12) + 1e-12
    assert remembered(before, memory, weight, min(1.0, own + 0.1), near, neighbours, far, news) >= later
    assert remembered(before, memory, weight, own, near, neighbours, far, min(1.0, news + 0.1)) >= later
    assert remembered(before, memory, weight, own, near, min(1.0, neighbours + 0.1), far, news) >= later


@given(st.lists(st.sampled_from("kb."), min_size=1, max_size=60), st.floats(0.0, 0.95))
def test_any_history_can_be_lived_down(history: list[str], memory: float) -> None:
    """A household that keeps meeting a firm that keeps its word trusts it more in the end than a stranger does."""
    assert after("".join(history) + "k" * 80, memory)[-1] > after("k", memory)[0] - 1e-9
