"""What the comparison cannot say, and how to make it again."""

from __future__ import annotations

from linkage_sim.report.blocks import Block, Code, Column, Listing, Section, Table, Text, Words
from linkage_sim.report.numbers import MISSING, finite, number, percent
from linkage_sim.report.read import as_text, mapping
from linkage_sim.report.sections.register import assumed_share
from linkage_sim.report.view import View
from linkage_sim.report.words import joined


def limits_section(view: View) -> Section:
    """Limits that hold for every comparison, with its own share of assumptions."""
    share = assumed_share(view)
    assumed = f"{percent(share, 0)} of the uncertain values are assumed." if share is not None else "Many values are assumed."
    points = [
        "It does not forecast. It says what would follow if the assumptions held: no year of it is a year to come.",
        f"{assumed} The ranges hold luck of weather, people and markets only; a wrong assumption can move all plans, and turn their order.",
        "Firms, people and villages are invented. Nothing here is about a real firm or village.",
        "Prices come from few and contradictory sources. Roads rest on distance and terrain.",
        "It is one value chain in one region. Another crop or another district needs its own comparison.",
        "What the model leaves out does not appear: politics, wars, health, care work inside households, land rights, pollution.",
        f"It ends {_end(view)}. Trees planted, trust built or debts made may matter longer.",
    ]
    firm = _firm_share(view)
    blocks: list[Block] = [Listing(points)]
    if firm:
        blocks.append(Text(firm))
    return Section("limits", "What it cannot say", blocks)


def _end(view: View) -> str:
    after = view.comparison.years[2]
    return f"{after:g} years after the programme left" if after else "with the programme"


def _firm_share(view: View) -> str:
    """What firms bought before the programme: it can decide the ranking, so it is stated."""
    share = mapping(view.comparison.data.get("pre_programme_firm_share"))
    mean, low, high = (finite(share.get(name)) for name in ("mean", "low", "high"))
    if mean is None:
        return ""
    reach = ""
    if low is not None and high is not None:
        reach = f" ({number(100.0 * low, 0)} to {percent(high, 0)} in nine of ten worlds)"
    return (
        f"Before the programme, firms bought {percent(mean)} of the crop{reach}. This matters: where firms buy nothing "
        "by themselves, work on the buyers' side looks better. Firms act here from the first month, with or without a "
        "programme."
    )


def reproduce_section(view: View) -> Section:
    """Command, versions and hashes."""
    data = view.comparison.data
    names = [plan.name for plan in view.comparison.plans]
    path = as_text(data.get("command_path"))
    command = f"linkage-sim compare {path or 'SCENARIOS'} --replicates {view.comparison.replicates}"
    seed = finite(data.get("seed"))
    if seed is not None:
        command += f" --seed {seed:.0f}"
    facts: list[list[Words]] = [
        [words, shown]
        for words, value in (
            ("made", data.get("created")),
            ("package version", data.get("package_version")),
            ("model version", data.get("model_version")),
            ("seed", None if seed is None else f"{seed:.0f}"),
            ("worlds", view.comparison.replicates),
            ("baseline", data.get("baseline")),
        )
        if (shown := str(value) if isinstance(value, int) else as_text(value))
    ]
    hashes: list[list[Words]] = [[plan.name, plan.title, plan.hash or MISSING] for plan in view.comparison.plans]
    words = "The same scenarios, seed and version give the same numbers to the last digit, on any number of cores."
    if not path:
        words = f"SCENARIOS stands for the files of {joined(names)}. {words}"
    text = Text(words)
    blocks: list[Block] = [
        Code([command]),
        text,
        Table("This comparison", [Column("", numeric=False), Column("", numeric=False)], facts),
        Table(
            "Scenarios",
            [Column("name", numeric=False), Column("title", numeric=False), Column("hash", numeric=False)],
            hashes,
        ),
    ]
    return Section("reproduce", "How to make it again", blocks)
