"""The end of a season in villages: what was met there, trust in firms, knowledge, memory, the firms' records (model 4, Learn)."""

from __future__ import annotations

from typing import Any

import numpy as np

from linkage_sim.compiled import compiled, inlined
from linkage_sim.month.rows import most_of_chain, rows_of_chain
from linkage_sim.month.supports import grading_season
from linkage_sim.rules.contract import breach_mended
from linkage_sim.rules.harvest import harvest_year
from linkage_sim.rules.practice import knowledge_next
from linkage_sim.rules.trust import remembered


@compiled
def kept_and_broken(en: Any, tt: Any, healed: float) -> tuple[float, float]:
    """Shares of an enterprise's dealings this season in which its firm kept and broke its word; late pay counts in part.

    ``healed`` is the part of the firm's broken promises that was mended in this village.
    """
    met = en.season_kept + en.season_broken
    if met <= 0.0 or en.firm < 0:
        return 0.0, 0.0
    late = min(1.0, tt.late_weight * en.season_late)
    kept = en.season_kept / met * (1.0 - late) + healed * en.season_broken / met
    return kept, (en.season_broken * (1.0 - healed) + en.season_kept * late) / met


@compiled
def mended_by(f: int, v: int, vi: Any, route: Any, ef: Any) -> float:
    """Part of a firm's broken promises that was mended in a village."""
    return breach_mended(vi.organisation, ef.village_organisations_mended, route[f, v].written, ef.contract_support_mended)


@compiled
def uses(rows: Any, enterprise: Any) -> tuple[int, int]:
    """How many of these enterprises use improved and quality practice."""
    improved = quality = 0
    for e in rows:
        improved += enterprise[e].uses_improved
        quality += enterprise[e].uses_quality
    return improved, quality


@compiled
def dealt_with(c: int, v: int, per_chain: int, route: Any) -> bool:
    """Whether anything was delivered, refused or side-sold this season that was due to a firm of a chain in a village."""
    for f in range(c * per_chain, (c + 1) * per_chain):  # firms stand chain by chain
        ro = route[f, v]
        if ro.season_kept + ro.season_broken + ro.season_side > 0.0:
            return True
    return False


@compiled
def village_season(v: int, rows: Any, dealt: bool, tt: Any, enterprise: Any, vi: Any, route: Any, ef: Any, met_here: Any, out: Any) -> None:
    """What a village saw in a season of one chain: ``met_here`` (F, 3) sums of kept and broken by firm, and members.

    ``out`` (5,) becomes the shares of growers who use improved and quality practice, growers, the share side-sold, kg under contract.
    ``rows`` are all its enterprises of the chain; ``dealt`` as of `dealt_with`.
    """
    improved, quality = uses(rows, enterprise)
    out[2] = len(rows)
    out[0], out[1] = improved / out[2], quality / out[2]
    if not dealt:
        return
    for e in rows:
        en = enterprise[e]
        met = en.season_kept + en.season_broken
        if met > 0.0 and en.firm >= 0:
            kept, broken = kept_and_broken(en, tt, mended_by(en.firm, v, vi, route, ef))
            met_here[en.firm, 0] += kept
            met_here[en.firm, 1] += broken
            met_here[en.firm, 2] += 1.0
        out[4] += met + en.season_side
        out[3] += en.season_side
    out[3] = out[3] / out[4] if out[4] > 0.0 else 0.0


@compiled
def season_met(
    first: int, last: int, ends: Any, ties: Any, of_chain: Any, enterprise: Any, village: Any, route: Any, effects: Any,
    met: Any, seen: Any,
) -> None:  # fmt: skip
    """What every village met in the season that ends: ``met`` (V, F, 3) means and members, ``seen`` (V, C, 5); both come in as 0.

    ``ends`` (C,) is 1 for chains whose season it is.
    """
    per_chain = route.shape[0] // ends.shape[0]
    for v in range(first, last):
        for c in range(ends.shape[0]):
            rows = rows_of_chain(v, c, of_chain)
            if ends[c] == 0 or len(rows) == 0:
                continue
            dealt = dealt_with(c, v, per_chain, route)
            village_season(v, rows, dealt, ties[0], enterprise, village[v], route, effects[0], met[v], seen[v, c])
            if dealt:
                for f in range(c * per_chain, (c + 1) * per_chain):
                    if met[v, f, 2] > 0.0:
                        met[v, f, 0] /= met[v, f, 2]
                        met[v, f, 1] /= met[v, f, 2]


@compiled
def bazaar_news(village: Any, met: Any, news: Any) -> None:
    """What is told at each bazaar: ``news`` (B, F, 3) mean kept and broken over all members who sell there, and how many they are."""
    for v in range(village.shape[0]):
        b = village[v].bazaar
        for f in range(met.shape[1]):
            members = met[v, f, 2]
            if members > 0.0:
                news[b, f, 0] += met[v, f, 0] * members
                news[b, f, 1] += met[v, f, 1] * members
                news[b, f, 2] += members
    for b in range(news.shape[0]):
        for f in range(news.shape[1]):
            if news[b, f, 2] > 0.0:
                news[b, f, 0] /= news[b, f, 2]
                news[b, f, 1] /= news[b, f, 2]


@compiled
def hear(c: int, per_chain: int, tt: Any, met_here: Any, told: Any, no_ties: Any, heard: Any, known: Any) -> tuple[int, bool]:
    """What reaches those of a village who did not deal with a firm: ``heard`` (2, F), added to promises kept and broken.

    Fills ``known`` from 0 with the firms of chain ``c`` that were met in this village or at its bazaar, or in whom there may be ties;
    returns how many, and whether any was met in this village. ``no_ties`` (F,) as of `season_end`.
    """
    n = 0
    met_any = False
    for f in range(c * per_chain, (c + 1) * per_chain):  # firms stand chain by chain
        met, news = met_here[f], told[f]
        talk = met[2] > 0.0 or news[2] > 0.0
        met_any = met_any or met[2] > 0.0
        if talk or no_ties[f] == 0:
            heard[0, f] = remembered(0.0, tt.memory, 1.0, 0.0, tt.neighbours, met[0], tt.bazaar_news, news[0])
            heard[1, f] = remembered(0.0, tt.memory, tt.bad_news, 0.0, tt.neighbours, met[1], tt.bazaar_news, news[1])
            known[n] = f
            n += 1
    return n, met_any


@compiled
def ties_season(e: int, en: Any, tt: Any, healed: float, met_here: Any, told: Any, heard: Any, tie_kept: Any, tie_broken: Any) -> None:
    """Trust of one enterprise in the firms of its chain: its own dealings with its firm, what it hears of the others."""
    memory = tt.memory
    first = en.chain * tie_kept.shape[1]
    kept, broken = kept_and_broken(en, tt, healed)
    own = en.firm - first if kept + broken > 0.0 else -1
    before_kept, before_broken = (tie_kept[e, own], tie_broken[e, own]) if own >= 0 else (0.0, 0.0)
    for k in range(tie_kept.shape[1]):
        tie_kept[e, k] = memory * tie_kept[e, k] + heard[0, first + k]
        tie_broken[e, k] = memory * tie_broken[e, k] + heard[1, first + k]
    if own >= 0:
        met, news = met_here[en.firm], told[en.firm]
        tie_kept[e, own] = remembered(before_kept, memory, 1.0, kept, tt.neighbours, met[0], tt.bazaar_news, news[0])
        tie_broken[e, own] = remembered(before_broken, memory, tt.bad_news, broken, tt.neighbours, met[1], tt.bazaar_news, news[1])


@compiled
def ties_heard(rows: Any, k: int, memory: float, kept: float, broken: float, tie_kept: Any, tie_broken: Any) -> bool:
    """A season of ties of these enterprises in firm ``k`` of their chain, with whom they did not deal; whether any tie is left.

    Where nothing was heard, what is 0 is not written.
    """
    if kept == 0.0 and broken == 0.0:
        left = False
        for e in rows:
            if tie_kept[e, k] != 0.0 or tie_broken[e, k] != 0.0:
                tie_kept[e, k] *= memory
                tie_broken[e, k] *= memory
                left = True
        return left
    for e in rows:
        tie_kept[e, k] = memory * tie_kept[e, k] + kept
        tie_broken[e, k] = memory * tie_broken[e, k] + broken
    return True


@compiled
def ties_end(
    v: int, c: int, rows: Any, tt: Any, enterprise: Any, vi: Any, route: Any, ef: Any, met_here: Any, told: Any, no_ties: Any, heard: Any,
    known: Any, others: Any, tie_kept: Any, tie_broken: Any,
) -> None:  # fmt: skip
    """Trust of all enterprises of a village and chain at the end of a season; ``known`` and ``others`` are room for firms and rows."""
    per_chain = tie_kept.shape[1]
    n, met_any = hear(c, per_chain, tt, met_here, told, no_ties, heard, known)
    if n == 0:
        return
    m = 0
    if met_any:
        for e in rows:
            en = enterprise[e]
            others[m] = e
            if en.firm >= 0 and en.season_kept + en.season_broken > 0.0:
                ties_season(e, en, tt, mended_by(en.firm, v, vi, route, ef), met_here, told, heard, tie_kept, tie_broken)
            else:
                m += 1
    for f in known[:n]:
        k, kept, broken = f - c * per_chain, heard[0, f], heard[1, f]
        if met_any:
            left = ties_heard(others[:m], k, tt.memory, kept, broken, tie_kept, tie_broken) or m < len(rows)
        else:
            left = ties_heard(rows, k, tt.memory, kept, broken, tie_kept, tie_broken)
        no_ties[f] = 0 if left else 1
        heard[0, f] = heard[1, f] = 0.0


@inlined
def knowledge_season(en: Any, bb: Any, improved: float, quality: float) -> None:
    """Knowledge of one enterprise at the end of its season, where these shares of growers use the practices."""
    decay = bb.knowledge_decay * (bb.user_decay if en.uses_improved == 1 else 1.0)
    en.knowledge_improved = knowledge_next(en.knowledge_improved, decay, bb.diffusion, improved)
    decay = bb.knowledge_decay * (bb.user_decay if en.uses_quality == 1 else 1.0)
    en.knowledge_quality = knowledge_next(en.knowledge_quality, decay, bb.diffusion, quality)


@compiled
def enterprises_season(rows: Any, slot: int, bb: Any, enterprise: Any, seen: Any, memory: Any) -> None:
    """Memory and knowledge of enterprises of a village and chain at the end of their season; ``seen`` (5,) as of `village_season`."""
    for e in rows:
        knowledge_season(enterprise[e], bb, seen[0], seen[1])
    for e in rows:
        memory[e, slot] = enterprise[e].year_harvest
        if enterprise[e].season_late != 0.0:
            enterprise[e].season_late = 0.0
    if seen[4] > 0.0:  # else nothing was delivered either
        for e in rows:
            en = enterprise[e]
            if en.season_kept + en.season_broken + en.season_side > 0.0:
                en.season_kept = en.season_broken = en.season_side = en.season_delivered = 0.0


@compiled
def route_season(ro: Any, ch: Any, fm: Any, rival: int, substitution_fade: float, ef: Any) -> None:
    """A firm's record of a village at the end of a season; a rival, without members, goes by what it bought."""
    ro.grading = 0.0
    if ro.written > 0.0 and ro.written_goal == 0.0:
        grading_season(ro, fm, ef)
    ro.dependence *= 1.0 - substitution_fade
    if ro.is_open == 1:
        w = fm.record_memory if ro.seasons > 0.0 else 0.0
        seen = ro.season_kept if rival == 1 else ro.offered_a * ch.usual_bad_year
        ro.believed_a = w * ro.believed_a + (1.0 - w) * seen
        ro.believed_b = w * ro.believed_b + (1.0 - w) * ro.offered_b * ch.usual_bad_year
        if ro.season_due > 0.0:
            ro.side_record = fm.record_memory * ro.side_record + (1.0 - fm.record_memory) * ro.season_side / ro.season_due
        ro.lot = (ro.season_kept + ro.season_broken) / ch.ripe_months
        ro.seasons += 1.0
    else:
        ro.side_record = fm.record_memory * ro.side_record + (1.0 - fm.record_memory) * fm.first_side_selling
        ro.seasons = 0.0
    ro.season_due = ro.season_side = ro.season_kept = ro.season_broken = 0.0


@compiled
def season_end(
    first: int, last: int, month: int, ends: Any, chains: Any, behaviour: Any, ties: Any, firms: Any, of_chain: Any,
    enterprise: Any, firm: Any, route: Any, tie_kept: Any, tie_broken: Any, no_ties: Any, memory: Any, side_share: Any,
    substitution_fade: float, village: Any, effects: Any, met: Any, news: Any, seen: Any,
) -> None:  # fmt: skip
    """Trust of every tie, the firms' records of a village, knowledge, remembered harvests.

    ``no_ties`` (V, F) is 1 where all ties were 0 at an earlier season's end and nothing was heard since: they are not read.
    """
    bb = behaviour[0]
    heard = np.zeros((2, route.shape[0]))
    known = np.empty(route.shape[0], dtype=np.int64)
    others = np.empty(most_of_chain(first, last, of_chain), dtype=np.int32)
    for v in range(first, last):
        for c in range(ends.shape[0]):
            rows = rows_of_chain(v, c, of_chain)
            if ends[c] == 0 or len(rows) == 0:
                continue
            ties_end(
                v, c, rows, ties[0], enterprise, village[v], route, effects[0], met[v], news[village[v].bazaar], no_ties[v], heard, known,
                others, tie_kept, tie_broken,
            )  # fmt: skip
            slot = harvest_year(month, chains[c].harvest_start) % memory.shape[1]
            enterprises_season(rows, slot, bb, enterprise, seen[v, c], memory)
            side_share[v, c] = seen[v, c, 3]
    for f in range(route.shape[0]):
        c = firm[f].chain
        if ends[c] == 1:
            for v in range(first, last):
                route_season(route[f, v], chains[c], firms[c], firm[f].imitator, substitution_fade, effects[0])
