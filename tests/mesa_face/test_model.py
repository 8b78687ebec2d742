from __future__ import annotations

import gc
import json
import math
import pickle
import re
import subprocess
import sys
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import mesa
import numpy as np
import pytest

from linkage_sim import agents, engine
from linkage_sim.agents import Facilitator, LeadFirm, Smallholder
from linkage_sim.engine import Outcome
from linkage_sim.errors import EngineError, ResultsError, ScenarioError, StateError
from linkage_sim.model import LinkageModel, Place
from linkage_sim.scenario.load import dump_scenario, load_scenario
from linkage_sim.scenario.scenario import Scenario
from linkage_sim.scenario.shipped import shipped

Make = Callable[..., LinkageModel]
PAGE = Path(__file__).resolve().parents[2] / "docs" / "mesa.md"
MONTHS = 32


@pytest.fixture
def combined(small: dict[str, Any]) -> Scenario:
    return load_scenario(shipped("apricot/combined"), small)


def cash(agent: Any) -> float | None:
    """Cash of those who have any; by its name Mesa 3.5 would want it of every agent."""
    return getattr(agent, "cash", None)


def same(one: Outcome, other: Outcome) -> bool:
    """Whether two outcomes are equal to the last bit."""
    arrays = all(np.array_equal(getattr(one, name), getattr(other, name)) for name in ("monthly", "flows", "households"))
    rest = ("names", "programme", "worst_balance", "mean_gap")
    return arrays and all(getattr(one, name) == getattr(other, name) for name in rest)


# --- the same run as the engine's ---------------------------------------------------------------------


def test_stepping_the_model_is_the_engines_run_bit_for_bit(combined: Scenario) -> None:
    model = LinkageModel(combined, rng=11)
    model.run_model()
    assert same(model.outcome(), engine.run(combined, 11))
    assert model.outcome().monthly.any()


@pytest.mark.parametrize(
    "given",
    [{"threads": 2}, {"spin_up": False}, {"keep_trade": True}, {"check": True}, {"agent_reporters": {"cash": cash}}],
    ids=lambda given: next(iter(given)),
)
def test_nothing_about_looking_on_changes_the_run(combined: Scenario, given: dict[str, Any]) -> None:
    model = LinkageModel(combined, replicate=2, **given)
    while model.running:
        model.step()
        assert len(model.agents) == 255
        assert model.trade_graph()
    assert same(model.outcome(), engine.run(combined, engine.seed_of(combined, 2)))


def test_two_models_in_one_process_do_not_touch(make: Make) -> None:
    models = [make("apricot/combined", rng=1), make("apricot/baseline", rng=1), make("apricot/combined", rng=2)]
    while any(model.running for model in models):
        for model in models:
            model.step()
            model.agents.get("unique_id")
    for model in models:
        assert same(model.outcome(), engine.run(model.scenario, model.seed))
    assert not np.array_equal(models[0].outcome().monthly, models[1].outcome().monthly)
    assert not np.array_equal(models[0].outcome().monthly, models[2].outcome().monthly)


# --- the constructor ----------------------------------------------------------------------------------


def test_a_scenario_may_be_given_in_every_form(tmp_path: Path, small: dict[str, Any], combined: Scenario) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(dump_scenario(combined), encoding="utf-8")
    for given in (combined, file, str(file)):
        assert LinkageModel(given).scenario.hash() == combined.hash()
    assert LinkageModel("apricot/combined", overrides=small).scenario.hash() == combined.hash()
    assert LinkageModel(overrides=small).scenario.name == "baseline"
    assert LinkageModel(combined).scenario is combined


def test_values_are_changed_by_path_and_checked_like_a_file(combined: Scenario) -> None:
    model = LinkageModel(combined, facilitator__budget=1000, overrides={"programme.training.share": 0.01})
    changed = model.scenario
    assert (changed.facilitator.budget, changed.programme["training"].share) == (1000.0, 0.01)
    assert combined.facilitator.budget != 1000.0
    assert changed.sources == {**combined.sources, **changed.sources}
    with pytest.raises(ScenarioError, match=r"facilitator\.bugdet[\s\S]*budget"):
        LinkageModel(combined, facilitator__bugdet=1000)
    with pytest.raises(ScenarioError, match=r"replicats"):
        LinkageModel(combined, replicats=1)
    with pytest.raises(ScenarioError, match="nothing named 'apricot/combind'"):
        LinkageModel("apricot/combind")
    with pytest.raises(ScenarioError):
        LinkageModel("nowhere.yaml")


def test_seeds(combined: Scenario) -> None:
    assert LinkageModel(combined).seed == engine.seed_of(combined, 0)
    assert LinkageModel(combined, replicate=3).seed == engine.seed_of(combined, 3)
    assert LinkageModel(combined, rng=0).seed == 0
    assert LinkageModel(combined, rng=np.int64(5)).seed == 5
    assert LinkageModel(combined, seed=7).scenario.seed == 7
    assert LinkageModel(combined, rng=4).random.random() == LinkageModel(combined, rng=4).random.random()
    for wrong in ({"rng": -1}, {"rng": 1.5}, {"rng": True}, {"replicate": -1}, {"replicate": "1"}):
        with pytest.raises(EngineError, match="must be a whole number, 0 or more"):
            LinkageModel(combined, **wrong)
    with pytest.raises(EngineError, match="rng or replicate, not both"):
        LinkageModel(combined, rng=1, replicate=1)
    with pytest.raises(EngineError, match="threads"):
        LinkageModel(combined, threads=0)


def test_the_scenario_of_a_model_cannot_be_changed(make: Make, combined: Scenario) -> None:
    model = make()
    with pytest.raises(EngineError, match="make another model"):
        model.scenario = combined


# --- the month ----------------------------------------------------------------------------------------


def test_steps_months_and_the_end(make: Make) -> None:
    model = make()
    assert (model.steps, model.month, model.running) == (0, 0, True)
    model.step()
    assert (model.steps, model.month, model.running) == (1, 1, True)
    model.run_model()
    assert (model.steps, model.month, model.running) == (MONTHS, MONTHS, False)
    before = model.outcome().monthly.copy()
    for _ in range(2):
        with pytest.raises(EngineError, match="the run has ended: it has 32 months"):
            model.step()
    assert (model.steps, model.month) == (MONTHS, MONTHS)
    assert np.array_equal(model.outcome().monthly, before)


def test_the_spin_up_may_be_stepped_through(make: Make) -> None:
    model = make(spin_up=False)
    assert model.month == -12
    model.step()
    assert (model.steps, model.month) == (1, -11)
    assert math.isnan(model.recorded("bazaar_price"))
    model.run_model()
    assert (model.steps, model.month) == (12 + MONTHS, MONTHS)


def test_a_subclass_adds_to_a_month(combined: Scenario) -> None:
    class Visited(LinkageModel):
        def __init__(self, **given: Any) -> None:
            super().__init__(combined, **given)
            self.seen: list[int] = []

        def step(self) -> None:
            self.seen.append(self.month)
            super().step()

    model = Visited(rng=11)
    model.run_model()
    assert model.seen == list(range(MONTHS))
    assert model.steps == MONTHS
    assert same(model.outcome(), engine.run(combined, 11))


def test_columns_are_checked_when_asked(make: Make) -> None:
    for check in (False, True):
        model = make(check=check)
        model.state.household["patience"][4] = 1.5  # past the views, which would refuse
        if check:
            with pytest.raises(StateError, match=r"month 0, after phase environment: household\.patience of row 4"):
                model.step()
        else:
            model.step()


# --- collecting ---------------------------------------------------------------------------------------


def test_the_collector_keeps_the_record_of_the_region(make: Make) -> None:
    model = make()
    model.run_model()
    frame = model.datacollector.get_model_vars_dataframe()
    outcome = model.outcome()
    assert {"income", "linked", "bazaar_price", "contract_kg", "spent"} <= set(frame.columns)
    assert not any("." in name for name in frame.columns)
    assert len(frame) == MONTHS
    for name in frame.columns:
        column = outcome.names.index(name if name in outcome.names else f"{name}.all")
        assert frame[name].tolist() == outcome.monthly[:, column].tolist()


def test_reporters_of_the_users_own(make: Make) -> None:
    model = make(
        model_reporters={
            "women": "income.women",
            "month": "month",
            "active": lambda m: sum(m.agents_by_type[LeadFirm].get("active")),
        },
        agent_reporters={"cash": cash},
        agenttype_reporters={Facilitator: {"skill": "skill"}},
    )
    for _ in range(3):
        model.step()
    frame = model.datacollector.get_model_vars_dataframe()
    women = model.outcome().names.index("income.women")
    assert frame["women"].tolist() == model.outcome().monthly[:3, women].tolist()
    assert frame["month"].tolist() == [1, 2, 3]
    assert (frame["active"] >= 6).all()
    agents = model.datacollector.get_agent_vars_dataframe()
    assert len(agents) == 3 * 255
    now = agents.loc[3]["cash"]
    assert now.loc[1] == model.state.household["cash"][0]
    assert now.loc[241] == model.state.firm["cash"][0]
    skills = model.datacollector.get_agenttype_vars_dataframe(Facilitator)["skill"]
    assert skills.tolist() == [model.outcome().monthly[month, model.outcome().names.index("skill")] for month in range(3)]


def test_what_is_not_recorded_is_refused(make: Make) -> None:
    with pytest.raises(ResultsError, match=r"no monthly column 'incom'; known: households\.all, income\.all"):
        make().recorded("incom")


# --- batches ------------------------------------------------------------------------------------------


def batch(small: dict[str, Any], **given: Any) -> list[dict[str, Any]]:
    parameters = {path.replace(".", "__"): value for path, value in small.items()}
    parameters |= {"scenario": ["apricot/baseline", "apricot/combined"], "replicate": range(2)}
    return mesa.batch_run(LinkageModel, parameters, display_progress=False, **given)


def expected(small: dict[str, Any], row: dict[str, Any]) -> LinkageModel:
    model = LinkageModel(row["scenario"], replicate=row["replicate"], overrides=small)
    model.run_model()
    return model


def test_batch_run_gives_the_last_month_of_every_run(small: dict[str, Any]) -> None:
    rows = batch(small)
    assert {(row["scenario"], row["replicate"]) for row in rows} == {
        (f"apricot/{name}", replicate) for name in ("baseline", "combined") for replicate in range(2)
    }
    assert len(rows) == 4
    for row in rows:
        model = expected(small, row)
        assert (row["income"], row["linked"]) == (model.recorded("income.all"), model.recorded("linked.all"))


def test_batch_run_tells_values_of_models_and_agents_of_the_same_month(small: dict[str, Any]) -> None:
    given = {path.replace(".", "__"): value for path, value in small.items()}
    given |= {"model_reporters": [{"cash_usd": "cash_usd"}], "agent_reporters": [{"cash": cash}]}
    rows = mesa.batch_run(LinkageModel, given, data_collection_period=7, display_progress=False)
    months = sorted({row["Step"] for row in rows})
    assert len(months) in (5, 6)  # Mesa 3.3 adds the last month
    for month in months:
        of_month = [row for row in rows if row["Step"] == month]
        assert len(of_month) == 255
        assert sum(row["cash"] for row in of_month if row["AgentID"] <= 240) == pytest.approx(of_month[0]["cash_usd"])


BATCH = """
import json, sys
import mesa
from linkage_sim.model import LinkageModel

if __name__ == "__main__":
    given = json.loads(sys.argv[1])
    for row in mesa.batch_run(LinkageModel, given, number_processes=2, display_progress=False):
        print(row["scenario"], row["replicate"], row["income"].hex())
"""


@pytest.mark.slow
def test_batch_run_with_two_processes_gives_the_same(tmp_path: Path, small: dict[str, Any]) -> None:
    script = tmp_path / "batch.py"
    script.write_text(BATCH, encoding="utf-8")
    given = {path.replace(".", "__"): value for path, value in small.items()}
    given |= {"scenario": ["apricot/baseline", "apricot/combined"], "replicate": [0, 1]}
    command = [sys.executable, str(script), json.dumps(given)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    alone = {f"{row['scenario']} {row['replicate']} {row['income'].hex()}" for row in batch(small)}
    assert set(done.stdout.splitlines()) == alone


# --- memory -------------------------------------------------------------------------------------------


def held(make: Make) -> Iterator[weakref.ref[Any]]:
    """References to a model that was used in every way, and to what it holds."""
    model = make(through=2, threads=2, agent_reporters={"cash": cash})
    mesa.Agent(model)
    farmer = model.agents_by_type[Smallholder][0]
    assert list(model.network["asht"].neighborhood.agents)
    assert farmer.enterprises
    assert model.trade_graph()
    for thing in (model, farmer, model.network, model.network["asht"], model.state, model.simulation):
        yield weakref.ref(thing)


def test_a_model_that_is_dropped_is_freed(make: Make) -> None:
    references = list(held(make))
    gc.collect()
    assert [reference() for reference in references] == [None] * len(references)
    assert not any(isinstance(key, LinkageModel) for key in getattr(mesa.Agent, "_ids", {}))


def test_default_reporters_and_scenarios_can_be_sent_to_other_processes(combined: Scenario) -> None:
    model = LinkageModel(combined)
    assert pickle.loads(pickle.dumps(model.datacollector.model_reporters)).keys() == model.datacollector.model_reporters.keys()
    assert pickle.loads(pickle.dumps(combined)).hash() == combined.hash()
    assert isinstance(model.network["asht"], Place)


# --- the page -----------------------------------------------------------------------------------------


def test_the_snippets_of_the_page_run_and_do_what_it_says() -> None:
    text = PAGE.read_text(encoding="utf-8")
    snippets = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    assert len(snippets) == 6
    names: dict[str, Any] = {}
    for snippet in snippets:
        exec(compile(snippet, str(PAGE), "exec"), names)
    assert names["by_village"]
    assert 0.0 < names["trust"] < 1.0
    assert len(names["monthly"]) == 84
    assert len(names["firms"]) == 84 * 10
    assert {(row["scenario"], row["replicate"]) for row in names["rows"]} == {
        (f"apricot/{name}", replicate) for name in ("baseline", "combined") for replicate in (0, 1)
    }
    assert 0.1 < names["prices"] < 10.0
    assert len(names["sales"]) == 10
    assert f"All {len(names['model'].agents):,} agents" in text


def test_the_page_names_what_exists() -> None:
    text = PAGE.read_text(encoding="utf-8")
    table = re.findall(r"^\| `(\w+)` \| [^|]+ \| (.+) \|$", text, re.MULTILINE)
    assert len(table) == 5
    for kind, rest in table:
        for name in re.findall(r"`(\w+)(?:\(\w+\))?`", rest):
            assert hasattr(getattr(agents, kind), name), f"{kind}.{name}"
