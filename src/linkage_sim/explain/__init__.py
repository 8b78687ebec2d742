"""Why an agent did what it did: a run lived again, with the same compiled rules, inputs, draws and thresholds."""

from linkage_sim.explain.replay import explain_run, explain_simulation
from linkage_sim.explain.story import Decision, Entry, Story

__all__ = ["Decision", "Entry", "Story", "explain_run", "explain_simulation"]
