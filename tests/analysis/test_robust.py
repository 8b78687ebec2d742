from __future__ import annotations

import numpy as np
import pytest

from analysis.tables import made_up, named, spread
from linkage_sim.analysis.robust import break_even, break_even_table, choices, crossings, regret_table
from linkage_sim.analysis.variance import variance_ratio
from linkage_sim.errors import ResultsError

LHS = {"kind": "latin_hypercube"}
X = spread(400, 2)


def test_regret_by_hand() -> None:
    x = np.array([[0.0], [1.0], [2.0], [3.0]])
    gains = {"safe": lambda x: np.full(len(x), 2.0), "bold": lambda x: np.array([9.0, 4.0, 1.0, -3.0])}
    table = regret_table(made_up(x, named(1), gains, design={"kind": "grid"}), resamples=20)
    found = table.set_index(["scenario", "measure"])["estimate"]
    assert [
        found["safe", name] for name in ("mean_gain", "worst_gain", "mean_regret", "max_regret", "share_best", "share_harm")
    ] == pytest.approx([2.0, 2.0, 2.25, 7.0, 0.5, 0.0])
    assert [
        found["bold", name] for name in ("mean_gain", "worst_gain", "mean_regret", "max_regret", "share_best", "share_harm")
    ] == pytest.approx([2.75, -3.0, 1.5, 5.0, 0.5, 0.25])
    assert choices(table) == {"mean_gain": "bold", "worst_gain": "safe", "mean_regret": "bold", "max_regret": "bold"}


def test_a_tie_is_found_where_it_is() -> None:
    gains = {"a": lambda x: 3.0 * x[:, 0], "b": lambda x: 1.2 + 2.0 * (x[:, 1] - 0.5)}
    sweep = made_up(X, named(2), gains, design=LHS, replicates=3, luck=0.5)
    found = break_even(sweep, "a", "b", "x1", resamples=60)
    assert found.value == pytest.approx(0.4, abs=0.03)
    assert found.value_low < 0.4 + 0.01
    assert found.value_high > 0.4 - 0.01
    assert found.share == 1.0
    assert found.rising is True
    other = break_even(sweep, "b", "a", "x1", resamples=20)
    assert other.value == pytest.approx(found.value)
    assert other.rising is False
    nothing = break_even(sweep, "a", "baseline", "x2", resamples=20)
    assert nothing.value is None
    table = break_even_table([found, nothing])
    assert table["one_leads"].tolist() == ["above", "everywhere"]


def test_a_tie_between_levels_of_a_factor_with_few_values() -> None:
    x = np.array([[level, other] for level in (1.0, 2.0, 4.0) for other in np.linspace(0, 1, 40)])
    gains = {"a": lambda x: x[:, 0], "b": lambda x: np.full(len(x), 2.5)}
    found = break_even(made_up(x, named(2), gains, design={"kind": "grid"}), "a", "b", "x1", resamples=10)
    assert found.at.tolist() == [1.0, 2.0, 4.0]
    assert found.lead.tolist() == pytest.approx([-1.5, -0.5, 1.5])
    assert found.value == pytest.approx(2.5)


def test_crossings_of_a_curve() -> None:
    at = np.array([0.0, 1.0, 2.0, 3.0, 4.0])
    assert crossings(at, np.array([-1.0, 1.0, 1.0, -1.0, -2.0])) == pytest.approx([0.5, 2.5])
    assert crossings(at, np.array([1.0, 0.0, 1.0, 2.0, 3.0])) == []
    assert crossings(at, np.array([-2.0, 0.0, 2.0, 2.0, 2.0])) == pytest.approx([1.0])


def test_unknown_names_are_told() -> None:
    sweep = made_up(X, named(2), {"a": lambda x: x[:, 0]}, design=LHS)
    with pytest.raises(ResultsError, match="known: x1, x2"):
        break_even(sweep, "a", "baseline", "x9")
    with pytest.raises(ResultsError, match="known: income"):
        sweep.outcome("incom")


def test_what_pairing_saved() -> None:
    """Luck shared by a world of variance 100, of a run 4: (100 + 104) / 4 = 51 against the baseline, 208 / 8 = 26 between plans."""
    x = spread(300, 1)
    rng = np.random.default_rng(8)
    sweep = made_up(x, named(1), {"a": lambda x: x[:, 0], "b": lambda x: x[:, 0]}, design=LHS, replicates=40, luck=2.0)
    frame = sweep.frame.copy()  # a world's luck drawn anew at every point, so that its sample variance is close to 100
    luck = dict(zip(zip(*[frame[name] for name in ("point", "replicate")], strict=True), rng.standard_normal(len(frame)), strict=True))
    frame["income"] += [10.0 * luck[key] for key in zip(frame["point"], frame["replicate"], strict=True)]
    frame["income"] -= frame.groupby("replicate")["income"].transform("mean")
    sweep.frame = frame
    table = variance_ratio(sweep, resamples=40).set_index(["one", "other"])
    assert table.loc[("a", "baseline"), "ratio"] == pytest.approx(51.0, rel=0.1)
    assert table.loc[("b", "a"), "ratio"] == pytest.approx(26.0, rel=0.1)
    assert table.loc[("a", "baseline"), "low"] < table.loc[("a", "baseline"), "ratio"] < table.loc[("a", "baseline"), "high"]
    assert len(variance_ratio(made_up(x, named(1), {"a": lambda x: x[:, 0]}, design=LHS), resamples=5)) == 0
