"""Sweeps: many points, worlds and scenarios from one design file, and nothing lost on the way (docs/sweeps.md)."""

from __future__ import annotations

from linkage_sim.experiments.sweep.run import sweep
from linkage_sim.experiments.sweep.store import read_table

__all__ = ["read_table", "sweep"]
