"""Make the examples of docs/explain.md: the blocks between ``<!-- made: ... -->`` and ``<!-- /made -->``."""

from __future__ import annotations

import json
import re
import textwrap
from pathlib import Path

from linkage_sim.engine import Simulation, seed_of
from linkage_sim.explain.firm import FirmWatch
from linkage_sim.explain.household import HouseholdWatch
from linkage_sim.explain.replay import live_again
from linkage_sim.explain.story import Entry, Story
from linkage_sim.scenario.load import load_scenario, shipped

PAGE = Path(__file__).parent / "explain.md"
WANTED = {"join", "deliver_a", "adopt_quality", "trained", "kit"}
"""Turning points that the example household should have met."""
WIDTH = 136


def folded(text: str) -> str:
    """Lines folded to the width of the page."""
    lines = [textwrap.wrap(line, WIDTH, subsequent_indent="    " if line.startswith(("  -", "Year")) else "") for line in text.split("\n")]
    return "\n".join("\n".join(each) for each in lines)


def shortened(entry: Entry, story: Story) -> str:
    """One decision as --json gives it, with one of the columns it is compared in."""
    found = next(each for each in story.data(entry.month)["entries"] if each["text"] == entry.text)
    for side in ("replayed", "happened"):
        found["decision"][side] = {"season_side": found["decision"][side]["season_side"], "...": "..."}
    return json.dumps(found, indent=1)


def write() -> None:
    """Live the first world of the combined plan and tell of the first household that met most, and of the second firm."""
    scenario = load_scenario(shipped("apricot/combined"))
    simulation = Simulation(scenario, seed_of(scenario, 0))
    watches = [HouseholdWatch(simulation, row) for row in range(0, len(simulation.context.state.household), 4)]
    firm = FirmWatch(simulation, 1)
    live_again(simulation, [*watches, firm])
    stories = [watch.story() for watch in watches]
    story = max(stories, key=lambda each: len(WANTED & {entry.kind for entry in each.entries if entry.turning}))
    lot = next(entry for entry in story.entries if entry.kind == "deliver_a" and entry.turning)
    word = max((entry for entry in firm.entries if entry.kind == "word"), key=lambda entry: entry.turning)
    blocks = {
        "household": f"```\n{folded(story.text())}\n```",
        "month": f"```\n{folded(story.text(lot.month))}\n```",
        "firm": f"```\n{folded(firm.story().text(word.month))}\n```",
        "json": f"```json\n{shortened(lot, story)}\n```",
    }
    page = PAGE.read_text(encoding="utf-8")
    for name, block in blocks.items():
        page = re.sub(
            rf"<!-- made: {name} -->.*?<!-- /made -->",
            lambda _, name=name, block=block: f"<!-- made: {name} -->\n{block}\n<!-- /made -->",
            page,
            flags=re.DOTALL,
        )
    PAGE.write_text(page, encoding="utf-8")
