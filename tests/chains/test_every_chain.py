"""Every chain is data alone, lives sixty months with balanced books, and somebody buys under contract."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from ruamel.yaml import YAML

from chains.worlds import CHAINS, column, scenario, started
from linkage_sim import engine
from linkage_sim.errors import LinkageError
from linkage_sim.scenario.declare import MONTHS
from linkage_sim.scenario.shipped import data_folder

PACKAGE = Path(__file__).resolve().parents[2] / "src" / "linkage_sim"
FOLDER = data_folder() / "value_chains"
NAMES = sorted({path.stem for path in FOLDER.glob("*.yaml")} | {"apricot", "milk", "beef", "cattle", "carpet"})


@cache
def outcome(name: str) -> engine.Outcome:
    each = scenario(name)
    return engine.run(each, engine.seed_of(each, 0), check=True)


@pytest.mark.parametrize("name", [*CHAINS, "portfolio"])
def test_sixty_months_balance(name: str) -> None:
    found = outcome(name)
    assert len(found.monthly) == 60
    assert np.isfinite(found.monthly).all()
    assert found.worst_balance < 1e-6
    assert found.mean_gap < 0.05


@pytest.mark.parametrize("name", [*CHAINS, "portfolio"])
def test_households_sell_and_a_firm_buys_under_contract(name: str) -> None:
    found = outcome(name)
    years = [column(found, each).reshape(5, 12).sum(axis=1) for each in ("bazaar_kg", "contract_kg", "contract_usd")]
    assert all((year > 0.0).all() for year in years[:1])
    assert (years[1] > 0.0).sum() >= 4
    assert years[2].sum() > 0.0
    assert column(found, "firms")[-1] >= 1.0
    assert column(found, "income.all").sum() > 0.0


PLAUSIBLE = {
    "apple": (0.3, 1.1), "apricot": (0.45, 0.95), "dairy": (0.22, 0.55), "handicrafts": (4.0, 8.0), "honey": (2.8, 5.5),
    "meat": (4.5, 7.5), "onion": (0.1, 0.45), "potato": (0.15, 0.45),
}  # fmt: skip
"""Bounds of the mean price at bazaars, unit of sale, from the published prices named in docs/value_chains.md."""
INCOME = {
    "apple": (30, 400), "apricot": (60, 600), "dairy": (40, 400), "handicrafts": (60, 500), "honey": (150, 1500),
    "meat": (120, 900), "onion": (60, 900), "potato": (60, 700),
}  # fmt: skip
"""Bounds of yearly cash income of a household that has the enterprise (onion: with potatoes), USD."""


@pytest.mark.parametrize("name", CHAINS)
def test_prices_and_incomes_are_plausible(name: str) -> None:
    found, simulation = outcome(name), started(name)
    owners = len(np.unique(simulation.context.state.enterprise["household"]))
    price = column(found, "bazaar_price").mean()
    income = column(found, "income.all").sum() / 5 / owners
    assert PLAUSIBLE[name][0] < price < PLAUSIBLE[name][1]
    assert INCOME[name][0] < income < INCOME[name][1]


def test_the_page_tells_what_the_files_hold() -> None:
    page = (PACKAGE.parents[1] / "docs" / "value_chains.md").read_text(encoding="utf-8")
    rows = [[cell.strip() for cell in line.strip("|\n ").split("|")] for line in page.splitlines() if line.startswith("| ")]
    told = {row[0]: row for row in rows if len(row) == 11 and row[0] != "chain"}
    assert set(told) == set(CHAINS)
    for name, row in told.items():
        each = scenario(name)
        chain = each.value_chains[name]
        ripe = [month for month in MONTHS if chain.harvest.season.get(month, 0) > 0]
        assert row[1] == f"{chain.assets.unit} ({chain.assets.median:g})"
        assert row[2] == f"{chain.harvest.yield_per_asset * chain.harvest.conversion:.4g} {chain.sold_in}"
        assert row[3] == ("all year" if len(ripe) == 12 else " ".join(ripe))
        assert row[4:7] == [f"{value:g}" for value in (chain.harvest.keeps, chain.bazaar.reference_price, chain.city.price)]
        assert set(row[7].split(", ")) == {f"{key} {market.price:g}" for key, market in chain.end_markets.items()}
        assert row[8] == f"{each.lead_firms.delay if chain.firms.delay is None else chain.firms.delay}"


def numbers(node: Any, path: str = "") -> list[tuple[str, Any]]:
    """Every number of a data file and where it stands; quantities with their source are whole."""
    if isinstance(node, dict) and "value" in node:
        return [(path, node)]
    if isinstance(node, dict):
        return [found for key, inner in node.items() for found in numbers(inner, f"{path}.{key}")]
    return [(path, node)] if isinstance(node, (int, float)) else []


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_number_of_a_chain_names_its_source(path: Path) -> None:
    found = numbers(YAML(typ="safe").load(path))
    assert len(found) > 50
    assert not [where for where, number in found if not isinstance(number, dict) or not number.get("source")]


EXAMPLES = re.compile(r"shipped apricot|apricot/\w*|value_chains\.apricot|shipped\(\W?\"apricot\"\)|scenarios/apricot|``apricot``")
"""Where code names the folder of scenarios that ships as the default, or gives it as an example."""


def test_more_rivals_than_firms_that_may_enter_are_refused() -> None:
    with pytest.raises(LinkageError, match=r"4 rivals, but lead_firms\.imitators reserves 3"):
        scenario("meat", {".firms.rivals": 4})


def test_no_code_names_a_chain() -> None:
    """A value chain is data: no branch, no constant, no comment in code is about one."""
    words = re.compile(rf"\b({'|'.join(NAMES)})s?\b", re.IGNORECASE)
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            rest = EXAMPLES.sub("", line)
            if words.search(rest):
                found.append(f"{path.relative_to(PACKAGE)}:{number} {line.strip()}")
    assert not found, "\n".join(found)


def test_rules_and_phases_name_no_chain_at_all() -> None:
    words = re.compile("|".join(NAMES), re.IGNORECASE)
    code = [path for room in ("rules", "month", "world", "programme") for path in (PACKAGE / room).rglob("*.py")]
    assert code
    assert not [path.name for path in code if words.search(path.read_text(encoding="utf-8"))]
