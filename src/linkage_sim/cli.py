"""The command line: what can be asked, and how answers and errors are shown."""

from __future__ import annotations

import contextlib
import io
import os
import sys
import textwrap
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import App, CycloptsError, Parameter

from linkage_sim import __version__
from linkage_sim.errors import LinkageError, ScenarioError

if TYPE_CHECKING:
    from rich.console import Console

    from linkage_sim.experiments.sweep.run import Swept
    from linkage_sim.results.comparison import Comparison
    from linkage_sim.scenario.scenario import Scenario

WIDTH = 100
"""Columns where the output is no terminal."""
MOST_OUTCOMES = 4
"""Outcomes of a sweep that are shown; the table holds all."""
WRONG, STOPPED = 2, 130
"""Exit codes: wrong input, stopped by Ctrl-C."""

app = App(
    name="linkage-sim",
    help="What a programme's money does when spent on farmers, on the firms that buy from them, or on both.",
    version=f"linkage-sim {__version__}",
    version_flags=["--version"],
    suppress_keyboard_interrupt=False,
)

Replicates = Annotated[int, Parameter(help="simulated worlds; every scenario lives in each of them")]
Seed = Annotated[int | None, Parameter(help="seed of the series of worlds; left out: the scenario's own")]
Jobs = Annotated[int | None, Parameter(help="processes; left out: one for every processor. Results are the same")]
Out = Annotated[Path, Parameter(help="folder for results")]


# --- commands -----------------------------------------------------------------------------------------


@app.command
def run(
    scenario: Path,
    /,
    *,
    seed: Seed = None,
    replicates: Replicates = 1,
    jobs: Jobs = None,
    out: Out = Path("results"),
    threads: Annotated[int, Parameter(help="threads of one run; the result is the same")] = 1,
    profile: Annotated[bool, Parameter(help="only say where the time of one run goes", negative="")] = False,
) -> int:
    """Run one scenario and write a run folder for each world.

    Parameters
    ----------
    scenario : a scenario file, or the name of a shipped one such as apricot/baseline
    """
    from linkage_sim.errors import EngineError
    from linkage_sim.experiments.progress import watched
    from linkage_sim.experiments.single import run_replicates
    from linkage_sim.experiments.worker import with_seed
    from linkage_sim.results.answer import number
    from linkage_sim.results.measures import measured
    from linkage_sim.scenario.load import load_scenario

    if replicates < 1:
        raise EngineError(f"replicates must be 1 or more, not {replicates}")
    chosen = with_seed(load_scenario(_found(scenario)), seed)
    if profile:
        return _profile(chosen, threads)
    with _stoppable(f"finished runs are readable in {out}"), watched() as told:
        runs = run_replicates(chosen, replicates, out, jobs=jobs, threads=threads, progress=told)
    levels = [measured(each.observed) for each in runs]
    names = ("income_during", "income_after", "price_received", "firm_share", "side_selling", "linkages_alive", "spent")
    lines = []
    for name in names:
        known = [value for level in levels if (value := level[name, "all"]) is not None]
        if known:
            mean = sum(known) / len(known)
            lines.append([name.replace("_", " "), number(mean, 0 if abs(mean) >= 1000 else 2), _unit(name)])
    where = f"mean of {replicates} worlds" if replicates > 1 else "one world"
    _table(f"{chosen.title} ({where})", ["", "level", ""], lines)
    for each in runs:
        if each.manifest["flagged"]:
            gap = 100 * each.manifest["quote_gap"]
            _say(f"Mind: {each.path.name}: the price decided on and the price cleared differ by {gap:.1f} % on average")
    more = f" and {len(runs) - 1} more" if len(runs) > 1 else ""
    _say(f"run folder: {runs[0].path}{more}")
    return 0


def _profile(scenario: Scenario, threads: int) -> int:
    from linkage_sim.engine import seed_of
    from linkage_sim.experiments.profile import profile
    from linkage_sim.experiments.progress import watched

    with _stoppable("nothing was written"), watched() as told:
        found = profile(scenario, seed_of(scenario, 0), threads=threads, progress=told)
    total = sum(found.phases.values())
    lines = [[name, f"{each:.3g}", f"{100 * each / total:.0f} %"] for name, each in found.phases.items()]
    _table(f"{scenario.title}: {found.months} months", ["phase", "seconds", "of all"], lines)
    each_row = found.month / max(found.enterprises, 1) * 1e9
    _say(f"world {found.world:.3g} s, months {total:.3g} s: {found.month * 1e3:.3g} ms a month, {each_row:.0f} ns for each enterprise")
    _say(
        f"memory: reading and writing the state ({found.state / 1e6:,.0f} MB) once takes {found.least * 1e3:.3g} ms at the "
        f"{found.bandwidth / 1e9:.1f} GB/s that copying reaches here with {threads} thread{'s' if threads > 1 else ''}; "
        f"a month takes {found.month / found.least:.1f} times that"
    )
    return 0


@app.command
def compare(
    *folder_or_files: Path,
    replicates: Replicates = 20,
    seed: Seed = None,
    jobs: Jobs = None,
    out: Out = Path("results"),
    baseline: Annotated[str, Parameter(help="name of the scenario that all are compared with")] = "baseline",
    allow_unequal_budgets: Annotated[bool, Parameter(help="compare although budgets differ", negative="")] = False,
    keep_runs: Annotated[bool, Parameter(help="keep a run folder of every scenario and world", negative="")] = False,
    break_even: Annotated[bool, Parameter(help="also find the unit costs at which the ranking turns")] = True,
    again: Annotated[bool, Parameter(help="compare also what is finished already", negative="")] = False,
) -> int:
    """Compare scenarios with a baseline in the same worlds, and write a report. What is finished already is shown at once.

    Parameters
    ----------
    folder_or_files : a folder of scenario files, or files
    """
    from linkage_sim.experiments.compare import compare as compared
    from linkage_sim.experiments.progress import watched
    from linkage_sim.results.folders import now

    if not folder_or_files:
        raise ScenarioError("nothing to compare; name a folder of scenario files, such as scenarios/apricot, or files")
    paths = [_found(path) for path in folder_or_files]
    begun = now()
    kept = f"finished runs are readable in {out}"
    with _stoppable(kept if keep_runs else "no run was kept; --keep-runs keeps every finished one"), watched() as told:
        comparison = compared(
            paths[0] if len(paths) == 1 else paths,
            replicates=replicates,
            seed=seed,
            jobs=jobs,
            out=out,
            baseline=baseline,
            allow_unequal_budgets=allow_unequal_budgets,
            keep_runs=keep_runs,
            progress=told,
            break_even=break_even,
            again=again,
        )
    _show(comparison)
    if comparison.data["created"] < begun:
        _tell(f"compared before, on {comparison.data['created']}; --again compares once more")
    return 0


@app.command
def sweep(
    file: Path,
    /,
    *,
    jobs: Jobs = None,
    engine: Annotated[str, Parameter(help="local, dask (a cluster of this machine), or a scheduler such as tcp://host:8786")] = "local",
    out: Out = Path("results"),
    replicates: Annotated[int | None, Parameter(help="simulated worlds of every point; left out: those of the file")] = None,
) -> int:
    """Run a design file: many points, worlds and scenarios. Stopped at any moment, the same command goes on.

    Parameters
    ----------
    file : a design file, or the name of a shipped one such as sweeps/first
    """
    from linkage_sim.experiments.progress import watched
    from linkage_sim.experiments.sweep.run import swept

    with watched() as told:
        found = swept(_found(file), replicates, jobs, engine, out, told)
    _show_sweep(found)
    return 0


@app.command
def demo(*, replicates: Replicates = 20, jobs: Jobs = None, out: Out = Path("results")) -> int:
    """Compare the programmes that come with this package."""
    from linkage_sim.scenario.shipped import shipped

    return compare(shipped("apricot"), replicates=replicates, jobs=jobs, out=out)


@app.command
def check(*files: Path) -> int:
    """Check scenario files and name everything that is wrong with them, by file and line.

    Parameters
    ----------
    files : scenario files, or folders of them
    """
    from linkage_sim.scenario.load import load_scenarios

    if not files:
        raise ScenarioError("nothing to check; name scenario files or folders")
    for scenario in load_scenarios([_found(path) for path in files]):
        _say(f"{scenario.name}: all in order. {scenario.title}; {_plan(scenario)}")
    return 0


@app.command
def schema(*, out: Annotated[Path | None, Parameter(help="file to write; left out: printed")] = None) -> int:
    """Print the JSON Schema of a scenario file, so that an editor completes and checks it."""
    import json

    from linkage_sim.errors import ResultsError
    from linkage_sim.scenario.json_schema import json_schema

    text = json.dumps(json_schema(), indent=1, ensure_ascii=True)
    if out is None:
        _say(text)
        return 0
    try:
        out.write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        raise ResultsError(f"{out}: cannot be written ({error.strerror})") from error
    _say(f"schema: {out}")
    return 0


@app.command
def phases() -> int:
    """Print what happens in a month, with the columns that every phase reads and writes."""
    from linkage_sim.month.plan import PHASES

    for each in PHASES:
        _say(f"{each.number} {each.name}: {each.meaning}")
        for verb, columns in (("reads ", each.reads), ("writes", each.writes)):
            for number, line in enumerate(_by_table(columns)):
                _say(f"    {verb if number == 0 else '      '}  {line}")
    _say("What a phase reads lists the columns that matter most to it; what it writes is complete.")
    return 0


@app.command
def rerun(
    run_folder: Path,
    /,
    *,
    out: Annotated[Path | None, Parameter(help="folder for the new run; left out: beside the old")] = None,
) -> int:
    """Run a run folder again from itself, and say whether the two are identical to the last bit.

    Parameters
    ----------
    run_folder : a folder that run or compare --keep-runs wrote
    """
    from linkage_sim.experiments.single import rerun as run_again

    found = run_again(run_folder, out)
    _say(f"run folder: {found.run.path}")
    if found.differs:
        _say(f"DIFFERENT in {len(found.differs)} monthly columns: {', '.join(found.differs[:10])}")
        return 1
    _say("identical: every monthly value, to the last bit")
    return 0


@app.command
def explain(
    run_folder: Path,
    /,
    *,
    household: Annotated[int | None, Parameter(help="identity of a household, as in households.parquet")] = None,
    firm: Annotated[str | None, Parameter(help="number of a firm, from 1, or its name")] = None,
    month: Annotated[int | None, Parameter(help="only this recorded month, with every number behind it")] = None,
    json: Annotated[bool, Parameter(help="plain data: inputs, draw, chance or threshold of every decision", negative="")] = False,
) -> int:
    """Tell why a household or a firm did what it did, by living its run again.

    Parameters
    ----------
    run_folder : a folder that run or compare --keep-runs wrote
    """
    from json import dumps

    from linkage_sim.explain import explain_run

    story = explain_run(run_folder, household=household, firm=firm, month=month)
    _say(dumps(story.data(month), indent=1) if json else story.text(month))
    return 0


app.command(
    "linkage_sim.cli_analysis:analyze", help="Say what a sweep shows: what moves gains, when the ranking flips, what is worth knowing."
)
app.command(
    "linkage_sim.cli_analysis:frontier", help="Move one budget step by step from one plan to another, with and without organisation."
)


# --- showing ------------------------------------------------------------------------------------------


def _show(comparison: Comparison) -> None:
    from linkage_sim.results.answer import COST_TABLE, INCOME_TABLE, answer, table

    data = comparison.data
    year = data["currency"]["price_year"]
    lines = data["timeline"]
    span = f"{(lines['during'] + lines['after']) / 12:g} years"
    base = next(plan["title"] for plan in data["scenarios"] if plan["name"] == data["baseline"])
    for title, columns in (
        (f'Income gained against "{base}", USD of {year} per household and year, over {span}', INCOME_TABLE),
        (f'Whom it reached, what it cost, what lasted (linkages: more than with "{base}")', COST_TABLE),
    ):
        _table(title, ["", *(column.heading for column in columns)], table(comparison, columns))
    count = data["replicates"]
    _tell(f"Means over {count} worlds. Below each: its 90 % interval, then in how many of the worlds it was better.")
    _say("")
    for sentence in answer(comparison):
        _tell(sentence)
    for warning in data["warnings"]:
        _tell(f"Mind: {warning}")
    _say("")
    _say(f"report: {comparison.report}")


def _show_sweep(found: Swept) -> None:
    """Means of the first outcomes, what failed, and where the table is."""
    from linkage_sim.experiments.sweep.store import read_table
    from linkage_sim.results.answer import number

    design, table = read_table(found.folder)
    outcomes = design["outcomes"][:MOST_OUTCOMES]
    means = table.groupby("scenario")[[each["name"] for each in outcomes]].mean()
    lines = [[name, *(number(value, 0 if abs(value) >= 1000 else 2) for value in means.loc[name])] for name in design["scenarios"]]
    headings = [f"{each['name'].replace('_', ' ')}, {each['unit']}" for each in outcomes]
    _table(f"Means over {design['points']} points and {design['replicates']} worlds", ["", *headings], lines)
    for warning in found.warnings:
        _tell(f"Mind: {warning}")
    if found.failures:
        _tell(f"{found.failures} of {found.runs} runs failed; they are rows of the table with their error:")
        for error, where in found.failed.items():
            _say(f"    {len(where)} runs, first {where[0]}: {error}")
    _say(f"{found.runs} runs, {found.lived} of them lived now; table: {found.folder / 'table.parquet'}")


def _by_table(columns: Sequence[str]) -> list[str]:
    """Columns of one table together, those of the region last; folded to the width of a page."""
    tables: dict[str, list[str]] = {}
    for column in columns:
        table, _, name = column.rpartition(".")
        tables.setdefault(table, []).append(name)
    lines = []
    for table in sorted(tables, key=lambda table: not table):
        start = f"{table or 'region'}: "
        words = ", ".join(tables[table])
        lines += textwrap.wrap(start + words, WIDTH - 12, subsequent_indent=" " * len(start), break_on_hyphens=False)
    return lines


@contextlib.contextmanager
def _stoppable(kept: str) -> Iterator[None]:
    """Say what was kept where the block is stopped by Ctrl-C."""
    try:
        yield
    except KeyboardInterrupt:
        raise KeyboardInterrupt(kept) from None


def _unit(name: str) -> str:
    from linkage_sim.results.pairing import declared_measures

    return declared_measures()[name]["unit"]


def _plan(scenario: Scenario) -> str:
    acts = ", ".join(act.act for act in scenario.programme.values())
    return f"{scenario.facilitator.budget:,.0f} USD for {acts}" if acts else "no programme"


def _found(path: Path) -> Path:
    """A path as given, or what comes with the package under that name where there is no such file."""
    if path.exists():
        return path
    from linkage_sim.scenario.shipped import shipped

    with contextlib.suppress(LinkageError):
        return shipped(path.as_posix())
    return path


def _console(error: bool = False) -> Console:
    from rich.console import Console

    stream = sys.stderr if error else sys.stdout
    return Console(stderr=error, width=None if stream.isatty() else WIDTH, highlight=False, soft_wrap=False)


def _speaks_utf() -> bool:
    return (getattr(sys.stdout, "encoding", "") or "").lower().replace("-", "").startswith("utf")


def _shown(text: str) -> str:
    """Text with the signs that the terminal has."""
    return text if _speaks_utf() else text.translate(dict.fromkeys((0x2212, 0x2013, 0x2500), "-"))


def _say(text: str) -> None:
    """One line as it is, however long, so that it can be searched and copied."""
    sys.stdout.write(f"{_shown(text)}\n")


def _tell(text: str) -> None:
    """A paragraph, folded to the width of the page."""
    _console().print(_shown(text), markup=False)


def _table(title: str, headings: Sequence[str], lines: Sequence[Sequence[str]]) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    shown = Table(title=Text(title), title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    for place, heading in enumerate(headings):
        shown.add_column(heading, vertical="top", min_width=15 if place else 20)
    for place, line in enumerate(lines):
        shown.add_row(*(Text(part) for part in line))
        if place < len(lines) - 1 and any("\n" in part for part in line):
            shown.add_row()
    page = io.StringIO()
    Console(file=page, width=_console().width).print(shown)
    _say("\n".join(line.rstrip() for line in page.getvalue().splitlines()))


# --- the entry ----------------------------------------------------------------------------------------


def main(arguments: Sequence[str] | None = None) -> int:
    """Carry out one command.

    Parameters
    ----------
    arguments : words of the command line; None for those of this process

    Returns
    -------
    exit code: 0 done, 1 a re-run differs, 2 wrong input, 130 stopped by Ctrl-C
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    try:
        found = app(arguments, exit_on_error=False, print_error=False, result_action="return_value")
        sys.stdout.flush()
        return found if isinstance(found, int) else 0
    except LinkageError as error:
        sys.stderr.write(f"{error}\n")
        return WRONG
    except CycloptsError as error:
        sys.stderr.write(f"{error}\nlinkage-sim --help lists commands; linkage-sim COMMAND --help their options\n")
        return WRONG
    except KeyboardInterrupt as stop:
        sys.stderr.write(f"\nstopped; {stop}\n" if stop.args else "\nstopped\n")
        return STOPPED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


if __name__ == "__main__":
    sys.exit(main())
