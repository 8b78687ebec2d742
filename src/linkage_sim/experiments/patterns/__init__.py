"""Patterns P1 to P11 of the model (model 1): small paired experiments that tests, figures and docs share.

Every pattern runs purpose-made scenarios of ``scenarios/patterns`` over many worlds with common random numbers. Its `Shown` holds
the claims that make it up, each a one-sided paired test, and the numbers to draw. No claim was weakened to fit an outcome.
"""

from __future__ import annotations

from collections.abc import Callable

from linkage_sim.experiments.patterns.common import LEVEL, Claim, Panel, Shown, column, paired_runs, pattern_file
from linkage_sim.experiments.patterns.contracts import show_p5, show_p6, show_p10
from linkage_sim.experiments.patterns.firms import show_p4, show_p9
from linkage_sim.experiments.patterns.lasting import show_p7, show_p8, show_p11
from linkage_sim.experiments.patterns.supply import coverage_gains, show_p1, show_p2, show_p3

PATTERNS: dict[int, Callable[[int], Shown]] = {
    1: show_p1, 2: show_p2, 3: show_p3, 4: show_p4, 5: show_p5, 6: show_p6,
    7: show_p7, 8: show_p8, 9: show_p9, 10: show_p10, 11: show_p11,
}  # fmt: skip
"""Number of a pattern -> the experiment that shows it over some worlds."""

__all__ = ["LEVEL", "PATTERNS", "Claim", "Panel", "Shown", "column", "coverage_gains", "paired_runs", "pattern_file"]
