"""Maps of where the thesis fails: the same worlds in every cell, the same numbers as a direct run, what is drawn."""

from __future__ import annotations

import numpy as np
import pytest

from linkage_sim.engine import run, seed_of
from linkage_sim.experiments.maps import CONCEPT, MAPS, PLANS, SHORT, VISITS, Axis, WinMap, plan_under, win_map
from linkage_sim.plots.winmap import win_figure

TINY = {
    "timeline.spin_up": 12, "timeline.before": 0, "timeline.during": 12, "timeline.after": 0,
    **{f"region.districts.{name}.villages": 1 for name in ("asht", "isfara", "konibodom")},
    **{f"region.districts.{name}.households": 8 for name in ("asht", "isfara", "konibodom")},
}  # fmt: skip


def one_step(axis: Axis, *names: str) -> Axis:
    return Axis(axis.label, {name: axis.steps[name] for name in names})


def test_a_map_gives_the_gains_of_direct_runs_and_the_same_for_any_number_of_processes() -> None:
    x, y = one_step(VISITS, "0", "6"), one_step(CONCEPT, "0.55")
    found = win_map("", x, y, 2, jobs=1, setting=TINY)
    assert found.gains.shape == (3, 1, 2, 2)
    assert np.array_equal(found.gains[0, 0, 0], found.gains[0, 0, 1])  # no visits are made on the farmers' side
    overrides = {**SHORT, **TINY, **y.steps["0.55"], **x.steps["6"]}
    income = []
    for name in ("baseline", *PLANS):
        scenario = plan_under(name, overrides)
        households = run(scenario, seed_of(scenario, 1)).households
        income.append((households["during_income"] + households["after_income"]).mean())
    assert found.gains[:, 0, 1, 1] == pytest.approx(np.array(income[1:]) - income[0], abs=1e-9)


def test_every_step_of_every_map_is_a_scenario() -> None:
    for _, x, y, setting in MAPS.values():
        for axis in (x, y):
            assert axis.usual in ("", *axis.steps)
            for overrides in axis.steps.values():
                for name in PLANS:
                    plan_under(name, {**setting, **overrides})


def by_hand() -> WinMap:
    gains = np.zeros((3, 1, 2, 5))
    gains[1, 0, 0] = [4.0, 5.0, 6.0, 5.0, 5.0]
    gains[0, 0, 1] = [1.0, -1.0, 1.0, -1.0, 1.0]
    gains[2, 0, 1] = 2.0
    return WinMap("by hand", Axis("traders", {"1": {}, "6": {}}, "6"), Axis("reliability", {"0.6": {}}), gains)


def test_a_cell_is_sure_only_where_its_interval_leaves_out_zero() -> None:
    found = by_hand()
    assert found.lead == pytest.approx(np.array([[5.0, -0.2]]))
    assert found.sure.tolist() == [[True, False]]
    assert found.best.tolist() == [[1, 2]]
    assert "gains more in 1 and the farmers' side in 0" in found.in_words()


def test_a_map_writes_every_difference_frames_the_sure_and_marks_the_shipped_value() -> None:
    found = by_hand()
    figure = win_figure(
        "T", found.lead, found.sure, found.best, x=("traders", ["1", "6"], "6"), y=("reliability", ["0.6"], ""), worlds=5
    )  # fmt: skip
    axes = figure.axes[0]
    assert [text.get_text() for text in axes.texts] == ["+5.0", "\N{MINUS SIGN}0.2", "both"]
    assert len(axes.patches) == 1
    assert [label.get_fontweight() for label in axes.get_xticklabels()] == ["normal", "bold"]
