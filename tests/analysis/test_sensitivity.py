from __future__ import annotations

import numpy as np
import pytest
from SALib.sample import morris

from analysis.tables import Numbers, made_up, named, spread
from linkage_sim.analysis.sensitivity import explained, problem, sensitivity
from linkage_sim.analysis.table import Sweep
from linkage_sim.experiments.sweep.factor import Factor
from linkage_sim.experiments.sweep.sample import Layout, sampled
from linkage_sim.scenario.shape import Leaf

PI = np.pi
# First and total indices of sin(x1) + 7 sin(x2)^2 + 0.1 x3^4 sin(x1), from its variances (Ishigami and Homma 1990)
V1, V2, V13 = 0.5 * (1 + 0.1 * PI**4 / 5) ** 2, 7**2 / 8, 0.1**2 * PI**8 * (1 / 18 - 1 / 50)
FIRST = np.array([V1, V2, 0.0]) / (V1 + V2 + V13)
TOTAL = np.array([V1 + V13, V2, V13]) / (V1 + V2 + V13)


def ishigami(x: Numbers) -> Numbers:
    return np.asarray(np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0]))


def ishigami_sweep(samples: int, second_order: bool = False, replicates: int = 1, luck: float = 0.0) -> Sweep:
    """Through the design of the sweeps: their points, their description, their table."""
    factors = [Factor(f"x{n}", "uncertainty", Leaf("number"), "uniform", {"low": -PI, "high": PI}, (), 0.0, ("plan",)) for n in (1, 2, 3)]
    layout = Layout("sobol", samples, seed=5, second_order=second_order)
    x, _ = sampled(layout, factors)
    described = [factor.described() for factor in factors]
    return made_up(x, described, {"plan": ishigami}, design=layout.described(), replicates=replicates, luck=luck)


@pytest.mark.parametrize("second_order", [False, True])
def test_sobol_indices_of_ishigami_to_two_hundredths(second_order: bool) -> None:
    table = sensitivity(ishigami_sweep(4096, second_order), resamples=40)
    found = table.set_index(["index", "factor"])
    for index, known in (("first", FIRST), ("total", TOTAL)):
        estimate = np.array([found.loc[(index, f"x{n}"), "estimate"] for n in (1, 2, 3)])
        assert np.abs(estimate - known).max() < 0.02
    assert (table["low"] <= table["estimate"]).all()
    assert (table["estimate"] <= table["high"]).all()
    covered = [
        found.loc[("total", f"x{n}"), "low"] - 0.01 <= TOTAL[n - 1] <= found.loc[("total", f"x{n}"), "high"] + 0.01 for n in (1, 2, 3)
    ]
    assert all(covered)


def test_luck_is_averaged_over_worlds() -> None:
    one, many = (sensitivity(ishigami_sweep(1024, replicates=n, luck=3.0), resamples=5) for n in (1, 9))
    error = [float((table[table["index"] == "total"]["estimate"].to_numpy() - TOTAL).sum()) for table in (one, many)]
    assert error[0] > 3 * max(error[1], 0.02)  # luck of one run alone looks like interaction


def test_a_block_with_a_point_that_failed_in_all_worlds_is_left_out_whole() -> None:
    sweep = ishigami_sweep(64, replicates=2)
    frame = sweep.frame.copy()
    frame.loc[(frame["point"] == 7) & (frame["scenario"] == "baseline"), "failed"] = True  # second block of five
    frame.loc[(frame["point"] == 3) & (frame["replicate"] == 1) & (frame["scenario"] == "plan"), "failed"] = True  # one world is left
    table = sensitivity(Sweep(sweep.design, frame), resamples=5)
    assert set(table["points"]) == {63 * 5}


def test_morris_effects_are_over_the_whole_range() -> None:
    x = morris.sample(problem(3), 30, num_levels=6, seed=5)
    x[:, 0] = 10 * x[:, 0]
    gain = {"plan": lambda x: 0.4 * x[:, 0] - 3.0 * x[:, 1], "other": lambda x: 0.4 * x[:, 0]}
    table = sensitivity(made_up(x, named(3), gain, design={"kind": "morris", "samples": 30, "levels": 6}), resamples=10)
    found = table.set_index(["scenario", "index", "factor"])["estimate"]
    assert [found["plan", "mu", f"x{n}"] for n in (1, 2, 3)] == pytest.approx([4.0, -3.0, 0.0], abs=1e-9)
    assert [found["plan", "mu_star", f"x{n}"] for n in (1, 2, 3)] == pytest.approx([4.0, 3.0, 0.0], abs=1e-9)
    assert [found["plan - other", "mu", f"x{n}"] for n in (1, 2, 3)] == pytest.approx([0.0, -3.0, 0.0], abs=1e-9)


def test_other_designs_say_what_a_smooth_curve_explains() -> None:
    x = spread(600, 3)
    share = explained(x, np.sin(5 * x[:, 0]) + 0.5 * x[:, 1])
    variances = np.array([np.var(np.sin(5 * x[:, 0])), np.var(0.5 * x[:, 1]), 0.0])
    assert share == pytest.approx(variances / variances.sum(), abs=0.03)
    table = sensitivity(made_up(x, named(3), {"plan": lambda x: x[:, 0]}, design={"kind": "latin_hypercube"}), resamples=5)
    assert set(table["index"]) == {"alone"}


def test_what_never_changes_has_no_indices() -> None:
    x = spread(40, 2)
    sweep = made_up(x, named(2), {"plan": lambda x: np.full(len(x), 3.0)}, design={"kind": "latin_hypercube"})
    assert len(sensitivity(sweep, resamples=5)) == 0
