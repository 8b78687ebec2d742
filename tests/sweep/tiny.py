"""A sweep over a region so small that a run takes a few hundredths of a second."""

from __future__ import annotations

from pathlib import Path

WORLD = """\
format: 1
extends: apricot/{parent}
name: {name}
title: Tiny {name}
timeline: {{spin_up: 12, before: 12, during: 12, after: 12}}
facilitator: {{budget: 20000}}
region:
  districts:
    asht: {{villages: 2, households: 6}}
    isfara: {{villages: 1, households: 6}}
    konibodom: {{villages: 1, households: 6}}
"""
DESIGN = """\
scenarios: [baseline.yaml, farmers.yaml]
levers:
  programme.training.share: {{low: 0.1, high: 0.5}}
uncertainties:
  interventions.storage.loss_cut: {{low: 0.2, high: 0.5}}
  value_chains.apricot.city.price: {{low: 0.5, high: 0.9}}
design: {{kind: latin_hypercube, samples: {samples}, seed: 3}}
replicates: {replicates}
outcomes: [income, income_during, spent, linkages_alive_share]
"""


def tiny_sweep(folder: Path, samples: int = 6, replicates: int = 2) -> Path:
    """A design file with the two scenarios it names."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, parent in (("baseline", "baseline"), ("farmers", "supply_side_only")):
        (folder / f"{name}.yaml").write_text(WORLD.format(name=name, parent=parent), encoding="utf-8")
    return design_file(folder, DESIGN.format(samples=samples, replicates=replicates))


def design_file(folder: Path, text: str, name: str = "tiny") -> Path:
    path = folder / f"{name}.yaml"
    path.write_text(text, encoding="utf-8")
    return path
