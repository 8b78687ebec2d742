from __future__ import annotations

import warnings

import numpy as np
import pytest

from analysis.tables import made_up, named, spread
from linkage_sim.analysis.flips import box_table, clearness, flip_table, flips
from linkage_sim.analysis.prim import find_box

X = spread(800, 4)
INSIDE = (X[:, 1] < 0.4) & (X[:, 3] >= 0.55)
LHS = {"kind": "latin_hypercube"}


def test_a_known_box_is_found_with_its_limits() -> None:
    box = find_box(X, INSIDE)
    assert box is not None
    assert box.limits == {1: (None, 0.4), 3: (0.55, None)}
    assert box.coverage > 0.98
    assert box.density > 0.98
    assert all(chance < 1e-6 for chance in box.chances.values())


def test_our_boxes_agree_with_those_of_ema_workbench() -> None:
    import pandas as pd

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from ema_workbench.analysis import prim
    rng = np.random.default_rng(4)
    case = INSIDE ^ (rng.random(len(X)) < 0.04)  # one point in 25 on the wrong side
    own = find_box(X, case)
    assert own is not None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = prim.Prim(pd.DataFrame(X, columns=list("abcd")), case, threshold=0.8, peel_alpha=0.05).find_box()
    path = theirs.peeling_trajectory
    best = (2 * path["coverage"] * path["density"] / (path["coverage"] + path["density"])).max()
    mine = 2 * own.coverage * own.density / (own.coverage + own.density)
    assert mine > best - 0.03
    assert set(own.limits) == {1, 3}


def test_luck_alone_gives_no_box() -> None:
    found = [find_box(X, np.random.default_rng(seed).random(len(X)) < 0.3) for seed in range(4)]
    dense = [box for box in found if box is not None and box.density >= 0.5 and box.coverage >= 0.1]
    assert not dense  # false alarms: none of four


def test_the_flip_in_words_with_shares_and_a_table() -> None:
    factors = [
        {"name": "traders.number", "unit": "number"}, {"name": "lead_firms.reliability", "unit": "share"}, *named(2),
    ]  # fmt: skip
    x = X.copy()
    x[:, 0] = np.ceil(10 * x[:, 0])
    gains = {"farmers": lambda x: np.full(len(x), 5.0), "buyers": lambda x: np.where((x[:, 0] < 3.5) & (x[:, 1] < 0.4), 2.0, 9.0)}
    sweep = made_up(x, factors, gains, design=LHS, replicates=3, luck=0.4)
    found = flips(sweep, resamples=50)
    assert [(flip.one, flip.other) for flip in found] == [("buyers", "farmers"), ("farmers", "baseline"), ("buyers", "baseline")]
    flip = found[0]
    share = float(((x[:, 0] >= 3.5) | (x[:, 1] >= 0.4)).mean())
    assert flip.share == pytest.approx(share, abs=0.005)
    assert flip.low <= flip.share <= flip.high
    assert "fewer than 4 traders per bazaar and weight of the future in keeping its word (lead firms) under 0.4" in flip.words
    assert '"buyers" wins over "farmers" at 88 % of the points, unless' in flip.words
    assert flip.sure > 0.8
    assert flip.sure_other > 0.1
    table, boxes = flip_table(sweep, found), box_table(sweep, found)
    assert table["share"].tolist()[1:] == [1.0, 1.0]
    assert "at every point of the design" in table["words"][1]
    assert boxes[["factor", "high"]].to_numpy().tolist() == [["traders.number", 4.0], ["lead_firms.reliability", pytest.approx(0.4)]]
    assert (boxes["winner"] == "farmers").all()


def test_lower_is_better_turns_the_order_round() -> None:
    gains = {"a": lambda x: -1.0 - x[:, 0], "b": lambda x: np.full(len(x), -1.0)}
    (flip, *_) = flips(made_up(X, named(4), gains, design=LHS, better="lower"), resamples=5)
    assert (flip.one, flip.share) == ("a", 1.0)


def test_near_ties_weigh_little() -> None:
    rng = np.random.default_rng(2)
    clear = np.where(INSIDE, -3.0, np.where(rng.random(len(X)) < 0.2, -0.05, 1.0))
    box = find_box(X, clear < 0.0, clearness(clear))
    assert box is not None
    assert box.limits == {1: (None, 0.4), 3: (0.55, None)}
