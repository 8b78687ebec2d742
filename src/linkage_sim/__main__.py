"""``python -m linkage_sim``: the same command where a script folder is not on the path."""

from __future__ import annotations

import sys

from linkage_sim.cli import main

sys.exit(main())
