from __future__ import annotations

import inspect
import math

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from linkage_sim.rules import area, contract, firm, harvest, practice, price, selection, trust
from linkage_sim.rules.core import RULES, sigmoid

MODULES = (area, contract, firm, harvest, practice, price, selection, trust)
SHARES = {
    "trust", "rejection", "delay_value", "conduct", "memory", "side_selling", "association", "reliability", "patience",
    "patience_year", "breakup", "detection", "recovered", "gap_share", "share", "draw", "skill", "concept", "overlap", "bias",
    "knowledge", "decay", "diffusion", "neighbours_using", "habit", "equipment_share", "programme_share", "neighbours",
    "loss", "kit_effect", "quality_cut", "base", "hurdle", "noise", "discount", "offer_chance", "income_share",
}  # fmt: skip
"""Arguments that are shares; drawn between 0.01 and 0.99."""
FLAGS = {"is_open", "owns_equipment", "contracted"}
OTHERS: dict[str, st.SearchStrategy[float]] = {
    "formula": st.integers(0, 2),
    "months": st.integers(1, 12),
    "log_price": st.floats(-2.0, 2.0),
    "slope": st.floats(1e-7, 1e-2),
    "haul": st.floats(0.01, 0.2),
}


def drawn(name: str) -> st.SearchStrategy[float]:
    """Values of an argument by its name."""
    if name in FLAGS:
        return st.booleans()
    if name in SHARES:
        return st.floats(0.01, 0.99)
    return OTHERS[name] if name in OTHERS else st.floats(0.05, 5.0)


@pytest.mark.parametrize("name", sorted(RULES))
def test_compiled_rule_agrees_with_its_python_form(name: str) -> None:
    rule = RULES[name]
    arguments = {argument: drawn(argument) for argument in inspect.signature(rule.py_func).parameters}

    @given(st.fixed_dictionaries(arguments))
    def agrees(values: dict[str, float]) -> None:
        given_values = [values[argument] for argument in arguments]
        compiled, plain = rule(*given_values), rule.py_func(*given_values)
        assert math.isfinite(compiled)
        assert compiled == pytest.approx(plain, rel=1e-12, abs=1e-12)

    agrees()


def test_every_rule_is_registered_under_its_own_name() -> None:
    for module in MODULES:
        for name, value in vars(module).items():
            if hasattr(value, "py_func") and value.py_func.__module__ == module.__name__:
                assert RULES[name] is value
    assert len(RULES) >= 39


def test_no_rule_knows_the_sides() -> None:
    """Nothing may be coded as an outcome: no rule mentions supply-side or demand-side (model 1)."""
    for rule in RULES.values():
        text = inspect.getsource(rule.py_func).lower()
        assert "supply_side" not in text
        assert "supply-side" not in text
        assert "demand_side" not in text
        assert "demand-side" not in text


@given(st.floats(allow_nan=False))
@example(math.inf)
@example(-math.inf)
@example(1e308)
@example(-1e308)
@example(709.9)
@example(-709.9)
def test_sigmoid_is_a_share_at_any_size(x: float) -> None:
    assert 0.0 <= sigmoid(x) <= 1.0
    assert 0.0 <= sigmoid.py_func(x) <= 1.0
    assert sigmoid(x) + sigmoid(-x) == pytest.approx(1.0, abs=1e-15)


@given(st.floats(-30.0, 30.0))
def test_sigmoid_is_the_logistic_function(x: float) -> None:
    assert sigmoid(x) == pytest.approx(1.0 / (1.0 + math.exp(-x)), rel=1e-14)


@given(st.floats(-700.0, 700.0), st.floats(0.0, 100.0))
def test_sigmoid_rises(x: float, step: float) -> None:
    assert sigmoid(x + step) >= sigmoid(x)
