from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkage_sim.rules.selection import (
    best_overstatement,
    caught_chance,
    claim_worth,
    duplicated_share,
    effective_months,
    estimated_suppliers,
    referee_bias,
)

share = st.floats(0.0, 1.0)
suppliers = st.floats(0.0, 500.0)
overstatement = st.floats(0.0, 20.0)
checks = st.integers(0, 40).map(float)
TERMS = st.tuples(
    suppliers,
    st.floats(1.0, 200.0),
    st.floats(0.0, 10.0),
    checks,
    st.floats(0.0, 5.0),
    st.floats(0.0, 1.0),
    st.floats(0.0, 5.0),
)
NAMES = ("suppliers", "typical", "slope", "checks", "penalty", "guilt", "highest")


@given(overstatement, checks)
def test_chance_of_being_caught(k: float, visits: float) -> None:
    chance = caught_chance(k, visits)
    assert 0.0 <= chance <= 1.0
    assert caught_chance(0.0, visits) == 0.0
    assert caught_chance(k, 0.0) == 0.0
    assert caught_chance(k, visits + 1.0) >= chance
    assert caught_chance(k + 0.5, visits) >= chance
    assert caught_chance(1.0, 3.0) == pytest.approx(7 / 8)


@given(TERMS)
def test_best_overstatement_is_within_bounds_and_not_worse_than_any_step(terms: tuple[float, ...]) -> None:
    *terms, highest = terms
    best = best_overstatement(*terms, highest)
    assert 0.0 <= best <= highest * (1 + 1e-12)
    worth = claim_worth(best, *terms)
    for step in range(101):
        assert claim_worth(highest * step / 100, *terms) <= worth + 1e-12


@pytest.mark.parametrize("name", ["checks", "penalty", "guilt"])
@given(terms=TERMS, step=st.integers(1, 10))
def test_checks_penalty_and_guilt_deter(name: str, terms: tuple[float, ...], step: int) -> None:
    """What makes a lie dearer never makes it larger; checks against none (a few more may leave less to lose)."""
    less = dict(zip(NAMES, terms, strict=True))
    less |= {"checks": 0.0} if name == "checks" else {}
    more = less | {name: less[name] + step}
    assert best_overstatement(*more.values()) <= best_overstatement(*less.values()) + 1e-9


@given(suppliers, st.floats(1.0, 200.0))
def test_more_visits_deter_more_at_the_usual_terms(own: float, typical: float) -> None:
    """Slope 2, penalty of an award, guilt 0.08, at most four times the truth."""
    lies = [best_overstatement(own, typical, 2.0, float(visits), 1.0, 0.08, 3.0) for visits in range(21)]
    assert all(later <= sooner for sooner, later in pairwise(lies))
    assert lies[-1] == 0.0


def test_an_honest_firm_and_a_free_lie() -> None:
    assert best_overstatement(40.0, 40.0, 2.0, 0.0, 1.0, 0.0, 3.0) == 3.0, "unchecked and without guilt: lie all you can"
    assert best_overstatement(40.0, 40.0, 2.0, 0.0, 1.0, 5.0, 3.0) == 0.0
    assert best_overstatement(40.0, 40.0, 2.0, 6.0, 1.0, 0.08, 3.0) < best_overstatement(40.0, 40.0, 2.0, 0.0, 1.0, 0.08, 3.0)
    assert best_overstatement(40.0, 40.0, 0.0, 0.0, 0.0, 0.0, 3.0) == 0.0, "ties go to the smaller lie"


@st.composite
def checked_claims(draw: st.DrawFn) -> tuple[float, float, float, float, float, float]:
    visited, references = draw(st.integers(0, 50)), draw(st.integers(0, 50))
    confirmed, said = draw(st.integers(0, visited)), draw(st.integers(0, references))
    return draw(suppliers), float(confirmed), float(visited), float(said), float(references), draw(share)


@given(checked_claims())
def test_belief_lies_between_nothing_and_the_claim(case: tuple[float, ...]) -> None:
    claimed, confirmed, visited, said, references, bias = case
    believed = estimated_suppliers(*case)
    assert 0.0 <= believed <= claimed * (1 + 1e-12)
    if confirmed < visited:
        assert estimated_suppliers(claimed, confirmed + 1.0, visited, said, references, bias) >= believed
    if said < references:
        assert estimated_suppliers(claimed, confirmed, visited, said + 1.0, references, bias) >= believed


def test_belief_without_checks_is_the_claim_and_with_many_the_truth() -> None:
    assert estimated_suppliers(80.0, 0.0, 0.0, 0.0, 0.0, 0.6) == 80.0
    assert estimated_suppliers(80.0, 500.0, 1000.0, 0.0, 0.0, 0.6) == pytest.approx(40.0, rel=0.01)
    assert estimated_suppliers(80.0, 6.0, 6.0, 0.0, 0.0, 0.6) == pytest.approx(80.0 * 7 / 8)


def test_friendly_references_are_worth_less_than_visits_and_corrected_for_their_bias() -> None:
    """Half of the names are true, referees confirm 0.5 + 0.5*0.6 = 0.8: corrected they say one half again."""
    assert estimated_suppliers(80.0, 0.0, 0.0, 800.0, 1000.0, 0.6) == pytest.approx(40.0, rel=0.01)
    believed = [estimated_suppliers(80.0, 0.0, 0.0, 10.0, 10.0, bias) for bias in (0.0, 0.5, 1.0)]
    assert believed[0] > believed[1] > believed[2] == 40.0, "referees who confirm anything teach nothing"


@given(share, share, st.integers(1, 50))
def test_agencies_that_share_all_duplicate_nothing_nor_does_one_alone(overlap: float, sharing: float, agencies: int) -> None:
    twice = duplicated_share(overlap, sharing, float(agencies))
    assert 0.0 <= twice <= overlap * (1.0 - sharing)
    assert duplicated_share(overlap, 1.0, float(agencies)) == duplicated_share(overlap, sharing, 1.0) == 0.0
    assert duplicated_share(overlap, sharing, agencies + 1.0) >= twice


@given(st.floats(0.0, 100.0), share, share, share)
def test_facilitation_is_never_more_than_its_months(months: float, skill: float, concept: float, overlap: float) -> None:
    effective = effective_months(months, skill, concept, overlap)
    assert 0.0 <= effective <= months
    assert effective_months(months, 1.0, 1.0, 0.0) == months
    assert effective_months(months, skill, concept, 1.0) == 0.0


@given(st.floats(0.01, 0.99), st.floats(0.0, 5.0), st.floats(0.01, 2.0), st.floats(0.1, 3.0))
def test_who_minds_lying_less_names_friendlier_referees(usual: float, honesty: float, more: float, follows: float) -> None:
    careful, careless = referee_bias(usual, honesty + more, follows), referee_bias(usual, honesty, follows)
    assert 0.0 <= careful <= careless <= 1.0
    assert referee_bias(usual, 1.0, follows) == usual
    assert referee_bias(usual, honesty, 0.0) == usual
