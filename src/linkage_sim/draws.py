"""Common random numbers: a draw is addressed by (seed, stream, month, id), never queued.

Philox4x32-10 (Salmon et al. 2011, Parallel random numbers: as easy as 1, 2, 3). The scenario is never part of
an address, so the same household meets the same luck in every scenario.
"""

from __future__ import annotations

import hashlib
import math

import numpy as np
from numpy.typing import NDArray

from linkage_sim.compiled import compiled, inlined

STREAMS: tuple[str, ...] = (
    "world.village_distance", "world.village_bearing",
    "world.persons", "world.woman", "world.assets", "world.owner", "world.skill", "world.wages", "world.remittances",
    "world.patience", "world.credit", "world.picking", "world.knows_improved", "world.knows_quality",
    "firm.place", "firm.skill", "firm.suppliers", "firm.capital", "firm.reliability", "firm.orders",
    "weather.district", "weather.village", "weather.own", "weather.bad_year", "weather.bad_year_size",
    "weather.bad_year_village", "city.shock", "market.shock", "road.village", "road.bazaar", "road.market",
    "household.shock", "household.remittance",
    "contract.join", "trade.deliver", "trade.reject", "practice.improved", "practice.quality",
    "firm.entry", "staff.turnover", "staff.skill", "staff.concept", "programme.target", "programme.duplicate",
    "selection.visit", "selection.reference", "selection.score", "brokering.view", "firm.honesty", "practice.served",
    "contract.breakup", "mobile.adopt", "programme.village_duplicate", "programme.aim", "assets.deaths", "market.order_gap",
    "event.strikes", "event.village", "event.household",
)  # fmt: skip
"""Every stream of the model; its place in this tuple is its address. Renaming or moving one changes results."""

STREAM: dict[str, int] = {name: number for number, name in enumerate(STREAMS)}

MASK = np.uint64(0xFFFFFFFF)
M0, M1 = np.uint64(0xD2511F53), np.uint64(0xCD9E8D57)
W0, W1 = np.uint64(0x9E3779B9), np.uint64(0xBB67AE85)
S32, S21, S11 = np.uint64(32), np.uint64(21), np.uint64(11)

Word = np.uint64
"""A 32-bit word, held in 64 bits so that products keep their upper half."""
Key = NDArray[Word]
"""Two 32-bit words in an array of shape (2,)."""


def key_of(*parts: int | str) -> Key:
    """Key of a stream family: whole numbers and words are hashed together, never added. Seed 0 is a seed."""
    digest = hashlib.blake2b("/".join(str(part) for part in parts).encode(), digest_size=8).digest()
    return np.frombuffer(digest, dtype="<u4").astype(np.uint64)


@inlined
def philox(c0: Word, c1: Word, c2: Word, c3: Word, k0: Word, k1: Word) -> tuple[Word, Word, Word, Word]:
    """Ten rounds of Philox4x32 on 32-bit words held in unsigned 64-bit integers."""
    for _ in range(10):
        p0 = M0 * c0
        p1 = M1 * c2
        c0, c1, c2, c3 = (p1 >> S32) ^ c1 ^ k0, p1 & MASK, (p0 >> S32) ^ c3 ^ k1, p0 & MASK
        k0 = (k0 + W0) & MASK
        k1 = (k1 + W1) & MASK
    return c0, c1, c2, c3


@inlined
def share_of(high: Word, low: Word) -> float:
    """Number strictly between 0 and 1 from 53 bits of two words; the highest would round to 1 and is held below."""
    return min((float(np.int64((high << S21) ^ (low >> S11))) + 0.5) * 1.1102230246251565e-16, 0.9999999999999999)


@inlined
def uniform(key: Key, stream: int, month: int, identity: int) -> float:
    """One uniform number strictly between 0 and 1, 53 bits.

    Parameters
    ----------
    key : uint64 (2,), from `key_of`
    stream : place in `STREAMS`
    month : month of the run; negative in the spin-up
    identity : who draws, 0..2**63-1
    """
    who = np.uint64(identity)
    words = philox(who & MASK, np.uint64(month + 1048576) & MASK, np.uint64(stream), who >> S32, key[0], key[1])
    return share_of(words[0], words[1])


MIDDLE = 0.425
"""How far from one half a uniform number may be for `normal_of_middle`."""


@inlined
def normal_of_middle(u: float) -> float:
    """As `normal`, for numbers within `MIDDLE` of one half; loops over it run in vectors."""
    q = u - 0.5
    r = 0.180625 - q * q
    return (
        q
        * (((((((2509.0809287301226727 * r + 33430.575583588128105) * r + 67265.770927008700853) * r
            + 45921.953931549871457) * r + 13731.693765509461125) * r + 1971.5909503065514427) * r
            + 133.14166789178437745) * r + 3.387132872796366608)
        / (((((((5226.495278852545925 * r + 28729.085735721942674) * r + 39307.89580009271061) * r
            + 21213.794301586595867) * r + 5394.1960214247511077) * r + 687.1870074920579083) * r
            + 42.313330701600911252) * r + 1.0)
    )  # fmt: skip


@compiled
def normal(u: float) -> float:
    """Standard normal quantile of a uniform number (Wichura 1988, AS 241, PPND16: 16 digits)."""
    q = u - 0.5
    if abs(q) <= MIDDLE:
        return normal_of_middle(u)
    r = math.sqrt(-math.log(min(u, 1.0 - u)))
    if r <= 5.0:
        r -= 1.6
        x = (
            (((((((7.7454501427834140764e-4 * r + 0.0227238449892691845833) * r + 0.24178072517745061177) * r
                + 1.27045825245236838258) * r + 3.64784832476320460504) * r + 5.7694972214606914055) * r
                + 4.6303378461565452959) * r + 1.42343711074968357734)
            / (((((((1.05075007164441684324e-9 * r + 5.475938084995344946e-4) * r + 0.0151986665636164571966) * r
                + 0.14810397642748007459) * r + 0.68976733498510000455) * r + 1.6763848301838038494) * r
                + 2.05319162663775882187) * r + 1.0)
        )  # fmt: skip
    else:
        r -= 5.0
        x = (
            (((((((2.01033439929228813265e-7 * r + 2.71155556874348757815e-5) * r + 0.0012426609473880784386) * r
                + 0.026532189526576123093) * r + 0.29656057182850489123) * r + 1.7848265399172913358) * r
                + 5.4637849111641143699) * r + 6.6579046435011037772)
            / (((((((2.04426310338993978564e-15 * r + 1.4215117583164458887e-7) * r + 1.8463183175100546818e-5) * r
                + 7.868691311456132591e-4) * r + 0.0148753612908506148525) * r + 0.13692988092273580531) * r
                + 0.59983220655588793769) * r + 1.0)
        )  # fmt: skip
    return -x if q < 0 else x


@compiled
def _fill(key: Key, stream: int, month: int, ids: NDArray[np.int64], out: NDArray[np.float64]) -> None:
    for i in range(ids.shape[0]):
        out[i] = uniform(key, stream, month, ids[i])


def uniforms(key: Key, stream: str, month: int, ids: NDArray[np.int64]) -> NDArray[np.float64]:
    """Uniform numbers of many at once, shape of ``ids``; `uniform` of each.

    Raises
    ------
    KeyError
        for a stream that is not declared in `STREAMS`.
    """
    flat = np.ascontiguousarray(ids, dtype=np.int64).ravel()
    out = np.empty(flat.shape)
    _fill(key, STREAM[stream], month, flat, out)
    return out.reshape(np.shape(ids))


@compiled
def _normals(u: NDArray[np.float64]) -> None:
    for i in range(u.shape[0]):
        u[i] = normal(u[i])


def normals(key: Key, stream: str, month: int, ids: NDArray[np.int64]) -> NDArray[np.float64]:
    """Standard normal numbers of many at once, shape of ``ids``."""
    out = uniforms(key, stream, month, ids).ravel()
    _normals(out)
    return out.reshape(np.shape(ids))
