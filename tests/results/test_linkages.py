"""Measures of linkages and of lasting change: known answers, and that a real run gives them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from linkage_sim.results.linkages import (
    ADOPTED,
    LINKAGES,
    adapt,
    adopt,
    expand_linkages,
    expand_villages,
    subsidised_only,
    survival,
    volume_kept,
)
from linkage_sim.results.observed import Level, Observed
from results.made_up import observed, records
from results.test_evaluation import seen

LEVELS = {measure.name: measure.compute for measure in LINKAGES}


def level(name: str, run: Observed) -> Level:
    return LEVELS[name](run, run.months("whole"), "all")


def routes(**columns: Any) -> Observed:
    names = ("touched", "links_exit", "hold_exit", "kept", "kept_hold", "links_end", "hold_end")
    given = {"firm": [0, 0, 1, 1], "village": [0, 1, 0, 1], **dict.fromkeys(names, 0.0), **columns}
    return observed(route_rows=records(**given))


def firms(**columns: Any) -> Observed:
    names = ("supported", "active", "active_exit")
    return observed(
        firm_rows=records(**{**dict.fromkeys(names, 1), "links_exit": 0.0, "links_end": 0.0, "invested_seasons": 0.0, **columns})
    )


@pytest.mark.parametrize(("months", "expected"), [(12, 0.8), (24, 0.5), (36, 0.25)])
def test_survival_is_that_of_the_linkages_at_exit(months: int, expected: float) -> None:
    alive = np.zeros(72)
    alive[[36 + 11, 36 + 23, 36 + 35]] = 80.0, 50.0, 25.0
    run = observed(linked_before=np.where(np.arange(72) >= 36, 100.0, 0.0), still_linked=alive)
    assert survival(months)(run, slice(0, 72), "all") == pytest.approx(expected)
    short = observed(after=months - 1, linked_before=100.0, still_linked=50.0)
    assert survival(months)(short, slice(0, 72), "all") is None, "the run ends before"


def test_volume_kept_compares_years() -> None:
    kg = np.zeros(72)
    kg[24:36], kg[36:48], kg[48:60], kg[60:72] = 10.0, 8.0, 5.0, 12.0
    run = observed(contract_kg=kg)
    assert [volume_kept(months)(run, slice(0, 72), "all") for months in (12, 24, 36)] == pytest.approx([0.8, 0.5, 1.2])
    assert volume_kept(36)(observed(after=30, contract_kg=1.0), slice(0, 66), "all") is None
    assert volume_kept(12)(observed(during=6, contract_kg=1.0), slice(0, 54), "all") is None


def test_self_enforcing_linkages_and_what_became_of_them() -> None:
    run = routes(links_exit=[10.0, 10, 20, 0], hold_exit=[10.0, 5, 15, 0], kept=[9.0, 4, 14, 0], kept_hold=[9.0, 3, 12, 0],
                 links_end=[8.0, 0, 0, 8], hold_end=[2.0, 0, 0, 2])  # fmt: skip
    assert level("self_enforcing", run) == pytest.approx(30 / 40)
    assert level("self_enforcing_end", run) == pytest.approx(4 / 16)
    assert level("survival_self_enforcing", run) == pytest.approx(24 / 30)
    assert level("survival_fragile", run) == pytest.approx(3 / 10)
    assert level("self_enforcing", routes()) is None, "no linkages"
    assert level("self_enforcing", observed()) is None, "not kept"


def test_a_run_without_months_after_exit_says_nothing_of_what_lasted() -> None:
    table = records(firm=[0], village=[0], kept=0.0, kept_hold=0.0, links_exit=5.0, hold_exit=2.0)
    run = observed(after=0, route_rows=table, households=records(sustained=[0, 0]))
    for name in ("survival_self_enforcing", "survival_fragile", "sustained"):
        assert level(name, run) is None


def test_households_by_how_far_they_came() -> None:
    run = observed(households=records(offered=[1, 1, 1, 0], joined=[1, 1, 0, 0], surviving=[1, 0, 0, 0], sustained=[0, 0, 0, 0]))
    assert [level(name, run) for name in ("offered", "joined", "surviving", "sustained")] == [3.0, 2.0, 1.0, 0.0]
    assert level("offered", observed()) is None


def test_adopt_needs_linkages_while_supported() -> None:
    run = firms(supported=[1, 1, 1, 1, 0], active_exit=[1, 1, 0, 1, 1], links_exit=[ADOPTED, ADOPTED - 1, 99.0, 30.0, 99.0])
    assert adopt(run, slice(0, 72), "all") == pytest.approx(2 / 4)
    assert adopt(firms(supported=[0, 0]), slice(0, 72), "all") is None
    assert adopt(observed(), slice(0, 72), "all") is None


def test_adapt_needs_two_seasons_of_own_money_and_linkages_in_the_end() -> None:
    run = firms(
        supported=[1, 1, 1, 1, 0],
        active=[1, 1, 1, 0, 1],
        links_end=[20.0, 20.0, 5.0, 20.0, 20.0],
        invested_seasons=[2.0, 1.0, 3.0, 3.0, 3.0],
    )
    assert adapt(run, slice(0, 72), "all") == pytest.approx(1 / 4)


def test_firms_that_lived_by_support_only() -> None:
    run = firms(supported=[1, 1, 1, 0], active_exit=[1, 1, 0, 1], active=[1, 0, 0, 0])
    assert subsidised_only(run, slice(0, 72), "all") == pytest.approx(1 / 2)


def test_expansion_counts_only_what_the_programme_never_touched() -> None:
    """Firm 0 is touched in village 0 only; firm 1 grows by 6 in village 1, and in village 2, which has no touched link."""
    places = {"firm": [0, 0, 0, 1, 1, 1], "village": [0, 1, 2, 0, 1, 2]}
    own = routes(**places, touched=[1, 0, 0, 0, 0, 0], links_end=[30.0, 0, 0, 2, 10, 3])
    twin = routes(**places, touched=0, links_end=[5.0, 0, 0, 4, 4, 0])
    assert expand_linkages(own, twin, "whole") == pytest.approx(-2 + 6 + 3)
    assert expand_villages(own, twin, "whole") == pytest.approx(1.0), "villages 1 and 2 both have more"
    less = routes(**places, touched=[1, 0, 0, 0, 0, 0], links_end=[30.0, 0, 0, 2, 4, 3])
    assert expand_villages(less, twin, "whole") == pytest.approx(0.5)
    assert expand_linkages(twin, twin, "whole") is None, "nothing was touched"
    assert expand_villages(twin, twin, "whole") is None


def test_a_real_run_gives_every_measure() -> None:
    run = seen("plan")
    found = {name: level(name, run) for name in LEVELS if name != "trust"}
    long = {"survival_36", "volume_kept_36"}  # the run ends 24 months after exit
    assert {name for name, value in found.items() if value is None} <= long | {"survival_fragile", "gone_after_support"}
    assert 0.0 < found["self_enforcing"] <= 1.0  # type: ignore[operator]
    assert found["survival_24"] == pytest.approx(LEVELS["survival_24"](run, slice(0, 72), "all"))
    whole = run.of_routes("links_exit", "kept")
    assert whole is not None
    month = run.before + run.during + 23
    assert run.column("linked_before")[month] == whole[0].sum()
    assert run.column("still_linked")[month] == whole[1].sum(), "two ways of counting what lived agree"
