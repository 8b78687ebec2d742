"""The same rules and kernels as plain Python: NUMBA_DISABLE_JIT=1 gives the same results to 1e-9."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pytest

SCRIPT = """
import numpy as np
from linkage_sim import engine
from linkage_sim.scenario.load import load_scenario, shipped

tiny = {
    "region.districts.asht.villages": 1, "region.districts.isfara.villages": 1, "region.districts.konibodom.villages": 1,
    "region.districts.asht.households": 5, "region.districts.isfara.households": 5, "region.districts.konibodom.households": 5,
    "timeline.spin_up": 12, "timeline.before": 12, "timeline.during": 12, "timeline.after": 0, "lead_firms.number": 2,
    "lead_firms.imitators": 1, "facilitator.budget": 50000, "value_chains.apricot.assets.median": 3,
}
outcome = engine.run(load_scenario(shipped("apricot/combined"), tiny), 3)
print(" ".join(repr(float(x)) for x in np.concatenate((outcome.monthly.sum(axis=0), outcome.households["during_income"]))))
"""


@pytest.mark.slow
def test_plain_python_gives_the_same_results() -> None:
    found = []
    for disabled in ("0", "1"):
        environment = os.environ | {"NUMBA_DISABLE_JIT": disabled}
        done = subprocess.run([sys.executable, "-c", SCRIPT], env=environment, capture_output=True, text=True, check=True)
        found.append(np.array([float(word) for word in done.stdout.split()]))
    np.testing.assert_allclose(found[0], found[1], rtol=1e-9, atol=1e-9)
