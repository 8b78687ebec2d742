"""Make the table of scenarios/README.md: the block between ``<!-- made: situations -->`` and ``<!-- /made -->``."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

import pandas as pd

from linkage_sim.experiments.compare import compare

PAGE = Path(__file__).parent.parent / "scenarios" / "README.md"
FOLDER = PAGE.parent / "tajikistan"
WORLDS = 20
GROUPS: dict[str, tuple[str, ...]] = {
    "baseline": ("0?_*.yaml", "12_*.yaml"),
    "one_firm_world": ("10_*.yaml",),
    "one_buyer_strong": ("11_*_strong.yaml",),
    "one_buyer_weak": ("11_*_weak.yaml",),
    "shock_world": ("13_*.yaml",),
}
"""What is compared: name of the world without the programme or the change -> its files."""
NUMBERS = {
    "income, USD per household and year": ("income", "all", 1),
    "of the poorest third": ("income", "poorest", 1),
    "households reached": ("reached", "all", 0),
    "linkages alive 24 months after exit": ("linkages_alive", "all", 0),
    "income per dollar": ("income_per_dollar", "all", 2),
}
"""Column -> measure, group, digits; all against the first file of the group."""


def cell(rows: pd.DataFrame, digits: int) -> str:
    """Mean and 90 % interval of one measure, - where there is none."""
    if rows.empty or rows["mean"].isna().all():
        return "-"
    one = rows.iloc[0]
    return f"{one['mean']:+.{digits}f} ({one['low']:.{digits}f} to {one['high']:.{digits}f})"


def rows_of(baseline: str, patterns: tuple[str, ...]) -> list[str]:
    """Table rows of one group of situations."""
    files = sorted(path for pattern in patterns for path in FOLDER.glob(pattern))
    with tempfile.TemporaryDirectory() as out:
        frame = compare(files, WORLDS, out=out, baseline=baseline, break_even=False).frame
    lines = []
    for path in files:
        name = path.stem.split("_", 1)[1]
        if name == baseline:
            continue
        own = frame[frame["scenario"] == name]
        cells = []
        for measure, group, digits in NUMBERS.values():
            cells.append(cell(own[(own["measure"] == measure) & (own["group"] == group)], digits))
        better = own[(own["measure"] == "income") & (own["group"] == "all")]["share_better"].iloc[0]
        cells.append(f"{round(WORLDS * better)} of {WORLDS}")
        lines.append(f"| `{path.stem}` | {' | '.join(cells)} |")
        print(lines[-1], flush=True)
    return lines


def write() -> None:
    """Run all situations and write the table."""
    lines = [
        f"| situation | {' | '.join(NUMBERS)} | income better in |",
        "|---" * (len(NUMBERS) + 2) + "|",
        *(row for baseline, patterns in GROUPS.items() for row in rows_of(baseline, patterns)),
    ]
    block = "\n".join(lines)
    text = PAGE.read_text(encoding="utf8")
    made = f"<!-- made: situations -->\n{block}\n<!-- /made -->"
    text = re.sub(r"<!-- made: situations -->.*?<!-- /made -->", lambda _: made, text, flags=re.DOTALL)
    PAGE.write_text(text, encoding="utf8")
