from __future__ import annotations

import pytest

from analysis.tables import made_up, spread
from linkage_sim.analysis.words import bound_words, plain, quantity, rounded_between


def test_paths_in_plain_words() -> None:
    assert plain("traders.number") == "traders per bazaar"
    assert plain("lead_firms.reliability") == "weight of the future in keeping its word (lead firms)"
    assert plain("value_chains.apricot.end_markets.premium.price") == "price per kg of the final product (premium, apricot)"
    assert plain("facilitator.concept") == "concept (facilitator)"
    assert plain("interventions.co_investment.orders").endswith(" (co-investment)")
    assert plain("programme.brokers.share") == "share of the total budget set aside for this act (brokers)"
    assert plain("no.such_thing") == "no such thing"


def test_ranges_in_words() -> None:
    assert bound_words("traders per bazaar", None, 3.0, "number", True) == "fewer than 3 traders per bazaar"
    assert bound_words("traders per bazaar", 2.5, None, "number", True) == "3 or more traders per bazaar"
    assert bound_words("months until payment", 2.0, 4.0, "months", True) == "months until payment: 2 to 3"
    assert bound_words("price", None, 2.5, "USD/kg", False) == "price under 2.5 USD/kg"
    assert bound_words("price", 1.0, 2.5, "USD/kg", False) == "price from 1 USD/kg to 2.5 USD/kg"
    assert quantity(120000.0, "USD") == "120,000 USD"


@pytest.mark.parametrize(("low", "high", "found"), [(0.389, 0.4021, 0.4), (2.0, 3.0, 3.0), (0.0, 0.013, 0.01), (11.2, 11.9, 11.5)])
def test_the_roundest_number_between_two(low: float, high: float, found: float) -> None:
    assert rounded_between(low, high) == pytest.approx(found)


def test_words_of_a_factor_that_is_no_number() -> None:
    x = spread(20, 1).round()
    factors = [{"name": "programme.selection.rule", "values": ["claims", "checked"]}]
    (factor,) = made_up(x, factors, {"a": lambda x: x[:, 0]}, design={"kind": "grid"}).factors
    assert factor.limits(None, 0.5).endswith(": claims")
    assert factor.limits(0.5, None).endswith(": checked")
