from __future__ import annotations

from pathlib import Path

import pytest

from experiments.small import small
from linkage_sim.cli import main
from linkage_sim.errors import EngineError
from linkage_sim.experiments.break_even import family
from linkage_sim.experiments.frontier import WITH, WITHOUT, frontier, splits_of


def test_shares_of_every_split() -> None:
    supply, demand = small("supply_side_only"), small("demand_side_only")
    none, few, half, whole = splits_of(supply, demand, [0.0, 0.1, 0.5, 1.0], 0.085)
    assert {name: act.share for name, act in whole.programme.items()} == pytest.approx({n: a.share for n, a in demand.programme.items()})
    assert whole.programme["brokers"].after == "selection"
    assert none.programme["coaching"].share == pytest.approx(0.085)
    assert none.programme["training"].share == pytest.approx(0.55 * 0.915)
    for plan in (none, few, half, whole):
        assert sum(act.share for act in plan.programme.values()) == pytest.approx(1.0)
        assert plan.facilitator == supply.facilitator
    sides = {
        side: sum(act.share for act in half.programme.values() if family(act.act) == side) for side in ("supply", "demand", "organisation")
    }
    assert sides == pytest.approx({"supply": 0.4575, "demand": 0.4575, "organisation": 0.085})
    # what cannot be halved keeps its share, where there is enough
    assert half.programme["assessment"].share == pytest.approx(0.075)
    assert few.programme["assessment"].share == pytest.approx(0.075 * 0.0915 / 0.915)
    without = splits_of(supply, demand, [0.0, 1.0], 0.0)
    assert {name: act.share for name, act in without[0].programme.items()} == pytest.approx(
        {n: a.share for n, a in supply.programme.items()}
    )
    assert not any(family(act.act) == "organisation" for plan in without for act in plan.programme.values())


def test_acts_of_one_name_are_kept_apart() -> None:
    demand = small("demand_side_only")
    both = splits_of(demand, demand, [0.5], 0.0)[0].programme
    assert both["brokers"].after == "selection"
    assert both["brokers_2"].after == "selection_2"
    assert sum(act.share for act in both.values()) == pytest.approx(1.0)


def test_what_cannot_be_split_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    supply, demand = small("supply_side_only"), small("demand_side_only")
    with pytest.raises(EngineError, match="different facilitators"):
        splits_of(supply, small("demand_side_claims"), [0.5], 0.0)
    with pytest.raises(EngineError, match="different worlds"):
        splits_of(supply, small("demand_side_only", **{"traders.number": 3}), [0.5], 0.0)
    with pytest.raises(EngineError, match="nothing to split"):
        splits_of(small("baseline"), demand, [0.5], 0.0)
    with pytest.raises(EngineError, match="between 0 and 1"):
        splits_of(supply, demand, [0.5], 1.0)
    with pytest.raises(EngineError, match="known: income"):
        frontier(supply, demand, measure="incme", out=None)
    assert main(["frontier", "apricot/supply_side_only", "apricot/demand_side_only", "--splits", "1", "--out", str(tmp_path)]) == 2
    assert "2 or more" in capsys.readouterr().err


def test_a_frontier_is_paired_and_its_ends_are_the_plans(tmp_path: Path) -> None:
    from linkage_sim.experiments.compare import compare

    supply, demand = small("supply_side_only"), small("demand_side_only")
    found = frontier(supply, demand, 2, 2, jobs=1, out=tmp_path)
    assert found.folder is not None
    assert {path.name for path in found.folder.iterdir()} == {"frontier.csv", "frontier.json", "frontier.svg", "frontier.png"}
    assert found.organisation == pytest.approx(0.085)
    frame = found.frame.set_index(["line", "split"])
    compared = compare([small("baseline"), supply, demand], replicates=2, jobs=1, out=tmp_path, break_even=False)
    for line, split, plan in ((WITHOUT, 0.0, "supply_side_only"), (WITH, 1.0, "demand_side_only")):
        row = compared.row(plan, "income")
        assert row is not None
        assert frame.loc[(line, split), ["mean", "low", "high"]].tolist() == [row["mean"], row["low"], row["high"]]
    assert frame.loc[(WITHOUT, 0.0), "mean"] != 0.0
    assert frame.groupby("line")["near_best"].any().all()
    assert frame.groupby("line")["share_best"].sum().tolist() == pytest.approx([1.0, 1.0])
    assert "gains most" in found.in_words()
