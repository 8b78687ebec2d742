"""The random numbers: known answers, addresses, and luck that looks like luck.

Statistical tests use fixed keys, so that they pass or fail for ever. Their false-alarm rate is the chance that an
honest generator would have failed with a fresh key: 1e-6 for each statistic (thresholds below).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from scipy import stats

from linkage_sim import draws
from linkage_sim.draws import STREAM, STREAMS, key_of, normal, normals, philox, share_of, uniform, uniforms

MANY = 200_000
RARE = 1e-6
"""False-alarm rate of every statistic below."""
KEYS = [key_of(seed) for seed in (0, 1, 2024)]


def words(*numbers: int) -> list[np.uint64]:
    return [np.uint64(number) for number in numbers]


@pytest.mark.parametrize(
    ("counter", "key", "answer"),
    [
        ([0] * 4, [0] * 2, [0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8]),
        ([0xFFFFFFFF] * 4, [0xFFFFFFFF] * 2, [0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD]),
        (
            [0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344],
            [0xA4093822, 0x299F31D0],
            [0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1],
        ),
    ],
)
def test_philox_known_answers_of_random123(counter: list[int], key: list[int], answer: list[int]) -> None:
    assert [int(word) for word in philox(*words(*counter, *key))] == answer


def test_share_of_the_extreme_words_is_inside_0_and_1() -> None:
    lowest, highest = share_of(*words(0, 0)), share_of(*words(0xFFFFFFFF, 0xFFFFFFFF))
    assert 0.0 < lowest < 1e-15
    assert 1.0 - 1e-15 < highest < 1.0
    assert np.isfinite([normal(lowest), normal(highest)]).all()


@pytest.mark.parametrize("key", KEYS)
def test_uniform_has_the_right_mean_variance_and_shape(key: draws.Key) -> None:
    u = uniforms(key, "weather.own", 3, np.arange(MANY))
    z = stats.norm.isf(RARE / 2)
    assert abs(u.mean() - 1 / 2) < z * np.sqrt(1 / 12 / MANY)
    assert abs(u.var() - 1 / 12) < z * np.sqrt((1 / 80 - 1 / 144) / MANY)
    assert stats.kstest(u, "uniform").pvalue > RARE


@pytest.mark.parametrize("key", KEYS)
def test_low_bits_are_as_random_as_high_bits(key: draws.Key) -> None:
    u = uniforms(key, "weather.own", 3, np.arange(MANY))
    assert stats.kstest((u * 2.0**30) % 1.0, "uniform").pvalue > RARE


@pytest.mark.parametrize(
    ("stream", "months", "step"),
    [
        ("weather.own", (3, 4), 0),
        ("weather.own", (-1, 0), 0),
        ("weather.own", (3, 3), 1),
        ("weather.village", (3, 3), 0),
    ],
)
def test_neighbouring_addresses_are_independent(stream: str, months: tuple[int, int], step: int) -> None:
    one = uniforms(KEYS[0], "weather.own", months[0], np.arange(MANY))
    two = uniforms(KEYS[0], stream, months[1], np.arange(MANY) + step)
    cells = np.histogram2d(one, two, bins=10, range=((0, 1), (0, 1)))[0]
    assert stats.chisquare(cells.ravel()).pvalue > RARE
    assert abs(np.corrcoef(one, two)[0, 1]) < stats.norm.isf(RARE / 2) / np.sqrt(MANY)


def test_all_streams_are_independent_in_pairs() -> None:
    """1,000 numbers of every stream: the largest of all correlations stays below what chance allows (Bonferroni)."""
    n = 1000
    table = np.array([uniforms(KEYS[0], stream, 7, np.arange(n)) for stream in STREAMS])
    correlations = np.corrcoef(table)[np.triu_indices(len(STREAMS), 1)]
    assert np.abs(correlations).max() < stats.norm.isf(RARE / 2 / len(correlations)) / np.sqrt(n)


def test_keys_of_neighbouring_seeds_are_independent() -> None:
    one, two = (uniforms(key_of(seed), "weather.own", 0, np.arange(MANY)) for seed in (0, 1))
    assert abs(np.corrcoef(one, two)[0, 1]) < stats.norm.isf(RARE / 2) / np.sqrt(MANY)


def test_key_hashes_its_parts_and_never_adds_them() -> None:
    keys = [key_of(0), key_of(1), key_of(0, 1), key_of(1, 0), key_of("replicate", 0, 1), key_of(2**63 - 1)]
    assert len({tuple(key) for key in keys}) == len(keys)
    assert all(key.shape == (2,) and key.dtype == np.uint64 and key.max() < 2**32 for key in keys)


@given(
    st.integers(0, 2**63 - 1),
    st.integers(0, len(STREAMS) - 1),
    st.integers(-1000, 10_000),
    st.integers(0, 2**63 - 1),
)
@example(0, 0, -60, 0)
@example(0, 0, 0, 2**32)
def test_an_address_always_gives_the_same_number_strictly_inside_0_and_1(seed: int, stream: int, month: int, identity: int) -> None:
    key = key_of(seed)
    first = uniform(key, stream, month, identity)
    assert 0.0 < first < 1.0
    assert uniform(key_of(seed), stream, month, identity) == first
    assert uniforms(key, STREAMS[stream], month, np.array([identity]))[0] == first
    assert uniform.py_func(key, stream, month, identity) == first


@given(st.integers(0, 2**40), st.integers(-600, 600))
def test_neighbours_of_an_address_have_other_numbers(identity: int, month: int) -> None:
    """False alarm: 5 chances in 2**53 a case."""
    key = KEYS[0]
    near = [
        uniform(key, 0, month, identity), uniform(key, 0, month, identity + 1), uniform(key, 0, month + 1, identity),
        uniform(key, 1, month, identity), uniform(KEYS[1], 0, month, identity),
        uniform(key, 0, month, identity + 2**32),
    ]  # fmt: skip
    assert len(set(near)) == len(near)


@given(st.permutations(range(40)))
def test_order_and_company_do_not_matter(order: list[int]) -> None:
    ids = np.arange(40) * 977
    together = uniforms(KEYS[2], "trade.deliver", 5, ids)
    assert (uniforms(KEYS[2], "trade.deliver", 5, ids[order]) == together[order]).all()
    assert (uniforms(KEYS[2], "trade.deliver", 5, ids[:7]) == together[:7]).all()


def test_shape_of_ids_is_kept() -> None:
    ids = np.arange(12).reshape(3, 4)
    assert uniforms(KEYS[0], "trade.deliver", 0, ids).shape == (3, 4)
    assert normals(KEYS[0], "trade.deliver", 0, ids).shape == (3, 4)
    assert uniforms(KEYS[0], "trade.deliver", 0, np.array([], dtype=np.int64)).shape == (0,)


def test_unknown_stream_is_refused() -> None:
    with pytest.raises(KeyError):
        uniforms(KEYS[0], "weather.onw", 0, np.arange(3))


def test_streams_are_declared_once() -> None:
    assert len(set(STREAMS)) == len(STREAMS) == len(STREAM)


@given(st.floats(0.0, 1.0, exclude_min=True, exclude_max=True))
@example(1e-300)
@example(5e-324)
@example(0.5)
@example(0.075)
@example(0.925)
@example(0.9999999999999999)
def test_normal_is_the_quantile_of_scipy(u: float) -> None:
    assert normal(u) == pytest.approx(stats.norm.ppf(u), rel=1e-12, abs=1e-12)


def test_normal_on_a_grid_is_monotone_odd_and_exact() -> None:
    u = np.concatenate((np.logspace(-300, -1, 3000), np.linspace(0.1, 0.9, 3001), 1 - np.logspace(-1, -15, 500)))
    z = np.array([normal(one) for one in u])
    assert np.abs(z - stats.norm.ppf(u)).max() < 1e-12
    assert (np.diff(z[np.argsort(u)]) >= 0).all()
    half = np.linspace(0.001, 0.5, 1000)
    assert np.abs([normal(a) + normal(1 - a) for a in half]).max() < 1e-12


def test_normals_have_mean_0_and_variance_1() -> None:
    z = normals(KEYS[1], "weather.own", 0, np.arange(MANY))
    bound = stats.norm.isf(RARE / 2)
    assert abs(z.mean()) < bound / np.sqrt(MANY)
    assert abs(z.var() - 1) < bound * np.sqrt(2 / MANY)
    assert stats.kstest(z, "norm").pvalue > RARE


PURE = """
import json
import numpy as np
from linkage_sim.draws import key_of, normals, uniforms
ids = np.array([0, 1, 7, 100_003, 2**32 - 1, 2**40 + 5])
months = (-60, 0, 119)
key = key_of(0)
streams = ("weather.own", "staff.skill")
rows = [draw(key, stream, m, ids) for draw in (uniforms, normals) for stream in streams for m in months]
print(json.dumps([float(x).hex() for row in rows for x in row]))
"""


def test_pure_python_gives_the_same_numbers() -> None:
    found = []
    for disabled in ("0", "1"):
        environment = os.environ | {"NUMBA_DISABLE_JIT": disabled}
        done = subprocess.run([sys.executable, "-W", "error", "-c", PURE], env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        found.append([float.fromhex(x) for x in json.loads(done.stdout)])
    compiled, pure = np.array(found)
    half = len(compiled) // 2
    assert (compiled[:half] == pure[:half]).all()
    assert np.abs(compiled - pure).max() < 1e-12
