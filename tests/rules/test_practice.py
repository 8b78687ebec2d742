from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkage_sim.rules.practice import adoption_chance, knowledge_next, outlay, quality_premium, season_cost

share = st.floats(0.0, 1.0)
usd = st.floats(0.0, 500.0)
ADOPT = st.tuples(usd, usd, share, st.floats(0.0, 5.0), share, st.floats(0.02, 0.4), st.floats(1.0, 500.0))
NAMES = ("gain", "cost", "interest", "hurdle", "habit", "noise", "scale")


@pytest.mark.parametrize(("name", "sign"), [("gain", 1), ("cost", -1), ("interest", -1), ("hurdle", -1), ("habit", 1)])
@given(values=ADOPT, step=st.floats(0.01, 0.1))
def test_adoption_has_the_signs_of_the_model(name: str, sign: int, values: tuple[float, ...], step: float) -> None:
    less = dict(zip(NAMES, values, strict=True))
    more = less | {name: min(1.0, less[name] + step) if name == "habit" else less[name] + step}
    before, after = adoption_chance(*less.values()), adoption_chance(*more.values())
    assert 0.0 <= before <= 1.0
    assert sign * (after - before) >= -1e-12


@given(st.floats(0.0, 500.0), share, st.floats(0.0, 5.0), share, st.floats(0.02, 0.4))
def test_a_practice_that_costs_nothing_is_adopted_by_all(gain: float, interest: float, hurdle: float, habit: float, noise: float) -> None:
    assert adoption_chance(gain, 0.0, interest, hurdle, habit, noise, 0.0) == 1.0


def test_adoption_by_hand() -> None:
    """One half where the gain covers cost, interest and hurdle; hardly anybody (0.4 %) where nothing is gained."""
    assert adoption_chance(20.0 * 1.14 * 1.5, 20.0, 0.14, 0.5, 0.0, 0.3, 20.0) == pytest.approx(0.5)
    assert adoption_chance(20.0 * 1.14, 20.0, 0.14, 0.5, 1.0, 0.3, 20.0) == pytest.approx(0.5)
    assert adoption_chance(0.0, 20.0, 0.14, 0.5, 0.0, 0.3, 20.0) < 0.005


@given(st.floats(0.0, 500.0), st.floats(0.1, 500.0), st.floats(0.0, 1.0))
def test_a_voucher_raises_adoption_without_sharpening_it(gain: float, cost: float, paid: float) -> None:
    full = adoption_chance(gain, cost, 0.1, 0.5, 0.2, 0.3, cost)
    assert adoption_chance(gain, cost * (1.0 - paid), 0.1, 0.5, 0.2, 0.3, cost) >= full


@given(usd, st.floats(0.01, 4.0), share, st.floats(1.0, 3.0), st.floats(1.0, 20.0))
def test_equipment_is_paid_once_and_costs_less_while_it_lasts(unit: float, assets: float, part: float, reach: float, life: float) -> None:
    new, owned = (season_cost(unit, assets, part, owns, reach) for owns in (False, True))
    assert 0.0 <= owned <= new == pytest.approx(unit * assets * reach)
    assert owned == pytest.approx(new * (1.0 - part))
    first = outlay(new, unit, assets, part, life, False, reach)
    assert first == pytest.approx(owned + new * part * life)
    assert first >= new - 1e-9
    assert outlay(owned, unit, assets, part, life, True, reach) == owned


PREMIUM = st.tuples(
    share, st.floats(0.05, 3.0), st.floats(0.5, 1.0), st.floats(0.0, 0.9), st.floats(0.05, 3.0), st.floats(0.0, 0.5),
    share, st.floats(0.0, 2.0),
)  # fmt: skip


@given(PREMIUM, st.booleans())
def test_quality_never_earns_less_than_the_bazaar_pays_for_it(values: tuple[float, ...], contracted: bool) -> None:
    trust, price, delay, rejection, low, bonus, chance, offered = values
    premium = quality_premium(trust, contracted, price, delay, rejection, low, bonus, chance, offered)
    assert premium >= bonus - 1e-12
    more = quality_premium(trust, contracted, price + 0.1, delay, rejection, low, bonus, chance, offered + 0.1)
    assert more >= premium - 1e-12
    assert quality_premium(0.0, contracted, price, delay, rejection, low, bonus, chance, offered) == pytest.approx(bonus)


def test_nobody_offers_and_nothing_is_gained() -> None:
    """P3: without a contract, an offer or a bazaar that pays, quality earns nothing."""
    assert quality_premium(0.8, False, 0.0, 0.94, 0.05, 0.6, 0.0, 0.0, 0.0) == 0.0
    assert quality_premium(0.8, False, 0.0, 0.94, 0.05, 0.6, 0.0, 0.5, 0.3) == pytest.approx(0.12)
    assert quality_premium(0.8, True, 1.0, 0.94, 0.05, 0.6, 0.0, 0.0, 0.0) == pytest.approx(0.8 * (0.893 - 0.6))


@given(share, share, share, share)
def test_knowledge_stays_a_share_decays_alone_and_spreads(knowledge: float, decay: float, diffusion: float, using: float) -> None:
    later = knowledge_next(knowledge, decay, diffusion, using)
    assert 0.0 <= later <= 1.0
    assert knowledge_next(knowledge, decay, diffusion, 0.0) == pytest.approx(knowledge * (1.0 - decay))
    assert knowledge_next(knowledge, decay, diffusion, min(1.0, using + 0.1)) >= later
    assert knowledge_next(knowledge, min(1.0, decay + 0.1), diffusion, using) <= later
