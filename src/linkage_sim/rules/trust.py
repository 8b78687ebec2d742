"""Trust of one tie (model 4, Trust)."""

from __future__ import annotations

from linkage_sim.rules.core import rule


@rule
def trust(kept: float, broken: float, prior_kept: float, prior_broken: float) -> float:
    """Belief that a firm keeps its word: (A+A0)/(A+B+A0+B0), 0..1."""
    return (kept + prior_kept) / (kept + broken + prior_kept + prior_broken)


@rule
def remembered(
    before: float, memory: float, weight: float, own: float, neighbour_weight: float, neighbours: float, news_weight: float, news: float
) -> float:
    """Count of kept or broken promises after a season: w*before + weight*(own + wn*neighbours + wb*news).

    ``own``, ``neighbours`` (same village) and ``news`` (all who sell at the same bazaar) are shares of the season's dealings
    with that firm, 0..1, so that counts stay bounded and trust can recover.
    """
    return memory * before + weight * (own + neighbour_weight * neighbours + news_weight * news)
