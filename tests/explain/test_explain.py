"""A story is told with the compiled rules, and what it tells is what happened, to the last bit."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from linkage_sim import engine
from linkage_sim.cli import main
from linkage_sim.errors import EngineError
from linkage_sim.explain import Decision, Story, explain_simulation
from linkage_sim.explain.firm import FirmWatch
from linkage_sim.explain.household import HouseholdWatch
from linkage_sim.explain.replay import live_again
from linkage_sim.explain.words import chance, luck, phase_of, price, quantity, unit_of_sale
from linkage_sim.model import LinkageModel
from linkage_sim.scenario.load import load_scenario, shipped
from linkage_sim.scenario.scenario import Scenario
from promises.small_world import PLAN, bits, small, with_plan

SEED = 7
SHORT_OF_CASH: dict[str, Any] = {
    "lead_firms.capital": 2000, "lead_firms.capital_spread": 0, "lead_firms.credit_line": 0.1, "lead_firms.turnover": 0.05,
    "lead_firms.delay": 0, "lead_firms.route_setup": 20, "lead_firms.route_running": 20, "lead_firms.reliability": 0.05,
    "lead_firms.reputation": 0, "lead_firms.price_formula": "floor_plus",
}  # fmt: skip
RIVALS: dict[str, Any] = {
    "lead_firms.entry": 8, "lead_firms.order_cost": 0.1, "lead_firms.price_formula": "spot_plus",
    "events.frost": {"kind": "frost", "chain": "apricot", "at": 28}, "events.exit": {"kind": "buyer_exit", "chain": "apricot", "at": 43},
}  # fmt: skip
MARKETS = "value_chains.apricot.end_markets"
BOTH_GRADES: dict[str, Any] = {
    f"{MARKETS}.premium.grade_b_value": 1, f"{MARKETS}.regional.grade_b_value": 1, f"{MARKETS}.bulk.price": 1.3,
    "value_chains.apricot.city.price": 0.3, "value_chains.apricot.harvest.picking_spread": 0.8,
}  # fmt: skip
SETTINGS: tuple[dict[str, Any], ...] = ({}, SHORT_OF_CASH, RIVALS, BOTH_GRADES)
KINDS = {"join", "adopt_improved", "adopt_quality", "deliver_a", "deliver_b", "store", "keep_word", "open_route"}


PORTFOLIO = len(SETTINGS)
"""Number of one more setting: households with several enterprises, of several chains."""
RUNS = range(len(SETTINGS) + 1)


def scenario_of(number: int) -> Scenario:
    if number == PORTFOLIO:
        return load_scenario(shipped("chains/portfolio"), {"timeline.spin_up": 12})
    return with_plan(PLAN, SETTINGS[number])


@cache
def watched(number: int) -> tuple[engine.Simulation, list[HouseholdWatch], list[FirmWatch]]:
    """A run of one setting in which every household and firm was looked at."""
    simulation = engine.Simulation(scenario_of(number), SEED)
    households = [HouseholdWatch(simulation, row) for row in range(len(simulation.context.state.household))]
    firms = [FirmWatch(simulation, row) for row in range(len(simulation.context.state.firm))]
    live_again(simulation, [*households, *firms])
    return simulation, households, firms


def decisions(number: int) -> list[Decision]:
    _, households, firms = watched(number)
    return [decision for watch in (*households, *firms) for decision in watch.decisions]


def test_a_thousand_random_decisions_are_replayed_to_the_last_bit() -> None:
    everything = [decision for number in RUNS for decision in decisions(number)]
    by_kind = {kind: [each for each in everything if each.kind == kind] for kind in KINDS}
    luck_of_test = np.random.default_rng(1)
    picked = [luck_of_test.permutation(len(found))[:200] for found in by_kind.values()]
    chosen = [found[i] for found, rows in zip(by_kind.values(), picked, strict=True) for i in rows]
    assert len(chosen) >= 1000
    assert all(len(found) >= 60 for found in by_kind.values()), {kind: len(found) for kind, found in by_kind.items()}
    assert [each for each in chosen if not each.exact] == []


@pytest.mark.parametrize("number", RUNS)
def test_every_decision_of_a_run_is_replayed_to_the_last_bit(number: int) -> None:
    assert [each for each in decisions(number) if not each.exact] == []


def test_both_answers_come_up_for_every_kind() -> None:
    """Otherwise a replay that always says yes would pass."""
    found: dict[str, set[bool]] = {kind: set() for kind in KINDS}
    for each in (decision for number in RUNS for decision in decisions(number)):
        if each.chance is not None and each.draw is not None:
            found[each.kind].add(each.draw < each.chance)
        elif each.value is not None and each.threshold is not None:
            found[each.kind].add(each.value > each.threshold)
    assert found == {kind: {True, False} for kind in KINDS}


def test_draw_and_threshold_give_the_decision() -> None:
    for each in decisions(1):
        if each.kind == "join" and each.chance is not None and each.draw is not None:
            assert (each.draw < each.chance) == (each.happened["firm"] >= 0.0)
        if each.kind == "keep_word" and each.value is not None and each.threshold is not None:
            assert (each.value > each.threshold) == (each.happened["breaks"] == 1.0)
        if each.kind == "open_route" and each.happened["is_open"] == 1.0:
            assert each.value is not None
            assert each.threshold is not None
            assert each.value > each.threshold


def test_a_wrong_replay_is_noticed() -> None:
    one = next(each for each in decisions(0) if each.kind == "store")
    nudged = float(np.nextafter(one.replayed["sold_a"], np.inf))
    assert not replace(one, replayed={**one.replayed, "sold_a": nudged}).exact


def test_looking_on_changes_no_bit() -> None:
    simulation, _, _ = watched(0)
    assert bits(simulation.outcome()) == bits(engine.run(with_plan(PLAN, SETTINGS[0]), SEED))


def test_replayed_deliveries_sum_to_what_the_run_recorded() -> None:
    simulation, households, _ = watched(0)
    months = simulation.scenario.timeline.months
    delivered = np.zeros(months)
    for watch in households:
        for each in watch.decisions:
            if each.kind == "store":
                delivered[each.month] += each.replayed["delivered"]
    recorded = simulation.recorder.values[:, simulation.recorder.names.index("contract_kg")]
    np.testing.assert_allclose(delivered, recorded, rtol=1e-9, atol=1e-9)
    assert recorded.sum() > 100


def test_stories_tell_of_everything_that_matters() -> None:
    stories: list[Story] = [watch.story() for number in RUNS for part in watched(number)[1:] for watch in part]
    told = {entry.kind for story in stories for entry in story.entries}
    assert told >= {
        "join", "adopt_improved", "adopt_quality", "deliver_a", "deliver_b", "store", "sold", "paid", "late", "trust", "trained", "kit",
        "voucher", "introduced", "frost", "firm_closed", "unharvested", "shock", "remittances", "road", "route", "word", "closed",
        "entered", "orders", "chosen", "addendum", "bought",
    }  # fmt: skip
    text = "\n".join(story.text() for story in stories)
    for words in ("Side-sold ", "Joined ", "Broke its word", "Took up ", "Opened ", "Gave up ", "rejected the lot", "Trust in "):
        assert words in text or any(words in entry.text for story in stories for entry in story.entries), words
    assert not re.search(r"\bnan\b|\binf\b|e[+-]\d\d|array|np\.", text)


def test_a_month_has_every_number_and_a_quiet_one_says_so() -> None:
    story = watched(0)[1][0].story()
    assert "Nothing happened and nothing was to be decided." in Story("x", "y", 12, 12, 36, "z").text(5)
    joined = next(entry for entry in story.entries if entry.kind == "join")
    assert joined.text in story.text(joined.month)
    with pytest.raises(EngineError, match="month 72 is not in this run: its months are 0 to 71"):
        story.text(72)


def test_with_several_enterprises_a_sentence_says_which() -> None:
    story = next(watch.story() for watch in watched(PORTFOLIO)[1] if len(watch.enterprises) > 1)
    chains = {name.replace("_", " ").capitalize() for name in scenario_of(PORTFOLIO).value_chains}
    assert len({entry.text.split(":")[0] for entry in story.entries if entry.kind == "join"} & chains) > 1


def test_words_are_plain() -> None:
    assert [chance(p) for p in (0.0, 0.02, 0.3, 0.33, 0.8, 0.97, 1.0)] == [
        "next to none", "2 of 100", "3 of 10", "33 of 100", "8 of 10", "97 of 100", "next to certain",
    ]  # fmt: skip
    assert luck(0.8, 0.31) == "chance 8 of 10; drawn 0.31, below 0.80"
    assert phase_of(11, 12, 36) == "before the programme"
    assert phase_of(12, 12, 36) == "month 1 of the programme"
    assert phase_of(48, 12, 36) == "the month after the programme left"
    assert phase_of(50, 12, 36) == "3 months after the programme left"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from linkage_sim.experiments.single import run

    return run(small("combined"), out=tmp_path_factory.mktemp("runs")).path


def asked(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, str]:
    code = main(["explain", *(str(word) for word in words)])
    caught = capsys.readouterr()
    return code, caught.out + caught.err


def test_the_command_tells_a_household_and_a_firm(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, text = asked(capsys, folder, "--household", 100_003)
    assert code == 0
    assert text.startswith("Household 100003, in: ")
    assert "Year 6 (" in text
    code, text = asked(capsys, folder, "--firm", "1")
    assert code == 0
    assert text == asked(capsys, folder, "--firm", text.split(",")[0])[1], "by number and by name it is the same firm"


def test_a_month_and_plain_data(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, text = asked(capsys, folder, "--household", 3, "--month", 19, "--json")
    data = json.loads(text)
    assert code == 0
    assert {entry["month"] for entry in data["entries"]} == {19}
    made = [entry["decision"] for entry in data["entries"] if "decision" in entry]
    assert made
    assert all(one["exact"] and one["inputs"] for one in made)
    assert "August of year 2 (month 19, month 8 of the programme)" in asked(capsys, folder, "--household", 3, "--month", 19)[1]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--household", 99), "no household 99 in this run: it has 144, numbered 0 to 800015; nearest: 15"),
        (("--firm", "Oftobi Ash"), 'no firm "Oftobi Ash" in this run'),
        (("--firm", "99"), "numbered 1 to 10"),
        (("--household", 0, "--month", 72), "month 72 is not in this run: its months are 0 to 71"),
        ((), "name one agent: a household or a firm"),
        (("--household", 0, "--firm", "1"), "name one agent: a household or a firm"),
    ],
)
def test_wrong_questions_get_one_clear_line(
    folder: Path, capsys: pytest.CaptureFixture[str], words: tuple[object, ...], message: str
) -> None:
    code, text = asked(capsys, folder, *words)
    assert code == 2
    assert message in text
    assert len(text.strip().splitlines()) == 1


def test_another_model_version_is_refused(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    manifest = folder / "manifest.json"
    text = manifest.read_text()
    manifest.write_text(text.replace(json.loads(text)["model_version"], "0" * 16))
    try:
        code, said = asked(capsys, folder, "--household", 0)
    finally:
        manifest.write_text(text)
    assert code == 2
    assert "the rules have changed" in said


def test_a_mesa_model_explains_its_agents() -> None:
    model = LinkageModel(small("combined"), rng=SEED)
    while model.month < 20:
        model.step()
    household = model.agents_by_type[type(model.agents[0])][3]
    assert model.explain(household) == _cut(explain_simulation(model.scenario, SEED, household=household.identity, until=20), 20).text()
    assert "(month 15" in model.explain(household, 15)
    with pytest.raises(EngineError, match="its months are 0 to 19"):
        model.explain(household, 20)
    firm = next(agent for agent in model.agents if type(agent).__name__ == "LeadFirm")
    assert model.explain(firm).startswith("Oftobi Asht, in: ")
    with pytest.raises(EngineError, match="only households and lead firms"):
        model.explain(next(agent for agent in model.agents if type(agent).__name__ == "Facilitator"))
    household.cash = 12.0
    model.step()
    with pytest.raises(EngineError, match="changed by hand"):
        model.explain(household)


def _cut(story: Story, months: int) -> Story:
    story.months = months
    return story


def test_a_scenario_is_not_changed_by_being_explained() -> None:
    scenario: Scenario = small("baseline")
    before = scenario.hash()
    explain_simulation(scenario, SEED, household=0, until=5)
    assert scenario.hash() == before


def test_goods_sold_by_the_piece_are_told_in_pieces() -> None:
    assert (quantity(1.0, "piece"), quantity(0.4, "piece"), quantity(40.0, "piece")) == ("1.0 piece", "0.4 pieces", "40 pieces")
    assert (quantity(1200.0, "kg"), price(0.5, "kg")) == ("1,200 kg", "0.50 USD/kg")
    assert (unit_of_sale(["kg", "piece"]), unit_of_sale([])) == ("kg or piece", "kg")
    simulation = engine.Simulation(load_scenario(shipped("chains/handicrafts"), {"timeline.spin_up": 12}), SEED)
    watch = HouseholdWatch(simulation, int(simulation.context.state.enterprise["household"][0]))
    live_again(simulation, [watch])
    told = " ".join(entry.text for entry in watch.story().entries)
    assert "pieces" in told
    assert "USD/piece" in told
    assert not re.search(r"\bkg\b", told)
