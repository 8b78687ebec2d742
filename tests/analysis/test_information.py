from __future__ import annotations

import numpy as np
import pytest

from analysis.tables import made_up, named, spread
from linkage_sim.analysis.information import Scale, information, optimistic, others_removed, partial, scale_of
from linkage_sim.analysis.smooth import features
from linkage_sim.analysis.table import Outcome

X = spread(1500, 4, -1.0, 1.0)
GAINS = {"a": lambda x: np.full(len(x), 2.0), "b": lambda x: 2.0 + x[:, 0] + 2.0 * x[:, 1]}
# b leads by x1 + 2 x2: E max(0, x1) = 1/4, E max(0, 2 x2) = 1/2, E max(0, x1 + 2 x2) = 13/24
KNOWN = {"": 13 / 24, "x1": 0.25, "x2": 0.5, "x3": 0.0, "x4": 0.0}
LHS = {"kind": "latin_hypercube"}


def test_the_value_of_information_of_a_known_case() -> None:
    sweep = made_up(X, named(4, -1.0, 1.0), GAINS, design=LHS, replicates=4, luck=0.5)
    table = information(sweep, resamples=60).set_index("factor")
    assert table["unit"].iloc[0] == "USD per household and year"
    for factor, known in KNOWN.items():
        row = table.loc[factor]
        assert row["estimate"] == pytest.approx(known, abs=0.06), factor
        assert row["low"] - 0.03 <= known <= row["high"] + 0.06
        assert row["low"] <= row["high"]
        assert row["estimate"] <= row["optimistic"] + 1e-12
    assert list(table.index)[:3] == ["", "x2", "x1"]


def test_dollars_are_households_times_years() -> None:
    sweep = made_up(X, named(4, -1.0, 1.0), GAINS, design=LHS)
    plain, scaled = (information(sweep, scale=scale, resamples=5) for scale in (Scale(), Scale(1200, 8)))
    assert scaled["unit"].iloc[0] == "USD"
    assert scaled["estimate"].to_numpy() == pytest.approx(9600 * plain["estimate"].to_numpy())
    assert Scale(10, 4).usd(Outcome("m", "USD", "higher")) == 1.0
    assert Scale(10, 4).usd(Outcome("m", "USD per year", "higher")) == 4
    assert Scale(10, 4).usd(Outcome("m", "share", "higher")) is None


def test_the_shipped_region_has_its_households_and_years() -> None:
    from linkage_sim.scenario.load import load_scenario, shipped

    assert scale_of(load_scenario(shipped("apricot/baseline"))) == Scale(1200, 8.0)
    assert scale_of(None) == Scale()


def test_what_tells_nothing_is_worth_nothing_where_the_naive_estimate_is_fooled() -> None:
    """200 points of pure luck: the curve that chose scores itself far too high, the cautious estimate does not on average."""
    cautious, naive = [], []
    for seed in range(30):
        rng = np.random.default_rng(seed)
        x = rng.random((200, 1))
        gains = rng.standard_normal((200, 3))
        design = features(x[:, 0], x[:, 0])
        cautious.append(max(0.0, partial(design, gains, np.arange(200) % 10)))
        naive.append(optimistic(design, gains))
    assert np.mean(naive) > 0.07
    assert np.mean(cautious) < 0.25 * np.mean(naive)


def test_taking_off_other_factors_leaves_the_mean_and_removes_noise() -> None:
    lead = np.stack([GAINS["a"](X), GAINS["b"](X)], axis=1)
    parts = others_removed([features(X[:, n], X[:, n]) for n in range(4)], lead)
    assert parts[0].mean(axis=0) == pytest.approx(lead.mean(axis=0))
    assert np.std(parts[0][:, 1] - X[:, 0]) < 0.02  # of 1.15 before: what x2 did


def test_levers_are_no_unknowns_and_one_plan_is_no_choice() -> None:
    factors = [{**factor, "kind": "lever" if factor["name"] == "x2" else "uncertainty"} for factor in named(4, -1.0, 1.0)]
    table = information(made_up(X, factors, GAINS, design=LHS), resamples=5)
    assert set(table["factor"]) == {"", "x1", "x3", "x4"}
    assert len(information(made_up(X, factors, {"b": GAINS["b"]}, design=LHS), resamples=5)) == 0
