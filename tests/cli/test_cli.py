from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from experiments.small import report_left_out, small_folder
from linkage_sim import __version__
from linkage_sim.cli import main
from linkage_sim.results.folders import open_run


@pytest.fixture(autouse=True)
def _no_report(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("linkage_sim.experiments.compare._write_report", report_left_out)


@pytest.fixture
def valley(tmp_path: Path) -> Path:
    return small_folder(tmp_path / "valley")


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"linkage-sim {__version__}\n"


def test_the_package_runs_as_a_module() -> None:
    done = subprocess.run([sys.executable, "-m", "linkage_sim", "--version"], capture_output=True, text=True, check=True)
    assert done.stdout == f"linkage-sim {__version__}\n"


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    text = capsys.readouterr().out
    assert all(word in text for word in ("run", "compare", "check", "schema", "phases", "demo", "rerun"))


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["frobnicate"], 'Unknown command "frobnicate"'),
        (["compare", "--replicates", "many", "x"], "--replicates"),
        (["compare", "--moonshine"], "--moonshine"),
        (["compare"], "nothing to compare"),
        (["compare", "nowhere"], "nowhere"),
        (["check"], "nothing to check"),
        (["check", "nowhere.yaml"], "no such file"),
        (["run"], "SCENARIO"),
        (["run", "nowhere.yaml"], "no such file"),
        (["run", "apricot/baseline", "--replicates", "0"], "replicates must be 1 or more"),
        (["run", "apricot/baseline", "--seed", "-3"], "seed must be"),
        (["rerun", "nowhere"], "no such folder"),
        (["schema", "--out", "/nowhere/schema.json"], "cannot be written"),
    ],
)
def test_what_is_wrong_is_said_on_stderr_with_exit_code_2(words: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words) == 2
    shown = capsys.readouterr()
    assert message in shown.err
    assert "Traceback" not in shown.err
    assert shown.out == ""


def test_check_names_what_is_wrong_by_file_and_line(valley: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(valley)]) == 0
    assert "farmers: all in order. Small farmers; 40,000 USD for " in capsys.readouterr().out
    file = valley / "farmers.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("budget: 40000", "buget: 40000"), encoding="utf-8")
    assert main(["check", str(valley)]) == 2
    message = capsys.readouterr().err
    assert "farmers.yaml:6" in message
    assert "nearest: budget" in message


def test_the_schema_is_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema"]) == 0
    printed = capsys.readouterr().out
    assert json.loads(printed)["title"] == "linkage_sim scenario"
    assert main(["schema", "--out", str(tmp_path / "schema.json")]) == 0
    assert (tmp_path / "schema.json").read_text(encoding="utf-8") == printed


def test_phases_print_the_month(capsys: pytest.CaptureFixture[str]) -> None:
    from linkage_sim.month.plan import PHASES

    assert main(["phases"]) == 0
    text = capsys.readouterr().out
    assert all(f"{phase.number} {phase.name}: {phase.meaning}" in text for phase in PHASES)
    named = {name.rpartition(".")[2] for phase in PHASES for name in (*phase.reads, *phase.writes)}
    assert all(name in text for name in named)
    assert max(len(line) for line in text.splitlines() if line.startswith("    ")) <= 100


def test_run_and_rerun(valley: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "runs"
    assert main(["run", str(valley / "buyers.yaml"), "--replicates", "2", "--jobs", "1", "--seed", "4", "--out", str(out)]) == 0
    shown = capsys.readouterr()
    folders = sorted(out.iterdir())
    assert [folder.name.endswith(end) for folder, end in zip(folders, ("-s4", "-s4-r1"), strict=True)] == [True, True]
    assert f"run folder: {folders[0]} and 1 more" in shown.out
    assert "mean of 2 worlds" in shown.out
    assert "worlds: 2 of 2" in shown.err
    assert main(["rerun", str(folders[1])]) == 0
    assert "identical: every monthly value, to the last bit" in capsys.readouterr().out


def test_compare_prints_a_table_and_where_the_report_is(valley: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "results"
    assert main(["compare", str(valley), "--replicates", "2", "--jobs", "1", "--out", str(out)]) == 0
    shown = capsys.readouterr()
    (folder,) = out.iterdir()
    assert shown.out.splitlines()[-1] == f"report: {folder / 'report.html'}"
    for words in ("Small farmers", "Small buyers", "in percent", "Headed by women", "Poorest third", "90 % interval"):
        assert words in shown.out, words
    for words in (
        "Households",
        "programme",
        "months after exit",
        "of 2 worlds",
        "At equal budget",
        "Mind: Only 2 worlds",
    ):
        assert words in shown.out, words
    assert max(len(line) for line in shown.out.splitlines()[:-1]) <= 100
    assert "break-even" in shown.err
    assert main(["compare", str(valley), "--replicates", "2", "--jobs", "1", "--out", str(out), "--no-break-even"]) == 0
    assert "At equal budget" not in capsys.readouterr().out


def test_unequal_budgets_need_to_be_allowed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = small_folder(tmp_path / "unequal", farmers=39000)
    words = [
        "compare",
        str(folder),
        "--replicates",
        "2",
        "--jobs",
        "1",
        "--no-break-even",
        "--out",
        str(tmp_path / "results"),
    ]
    assert main(words) == 2
    assert "farmers 39,000 USD" in capsys.readouterr().err
    assert main([*words, "--allow-unequal-budgets"]) == 0
    assert "Mind: Budgets differ" in capsys.readouterr().out


def test_the_demo_compares_the_shipped_programmes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[object] = []

    def compare(*paths: object, **words: object) -> int:
        asked.append((*paths, words["replicates"]))
        return 0

    monkeypatch.setattr("linkage_sim.cli.compare", compare)
    assert main(["demo", "--out", str(tmp_path)]) == 0
    ((folder, replicates),) = asked  # type: ignore[misc]
    assert (Path(str(folder)) / "baseline.yaml").exists()
    assert replicates == 20


def test_a_folder_of_results_that_cannot_be_written_is_said(valley: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").touch()
    words = [
        "compare",
        str(valley),
        "--replicates",
        "2",
        "--jobs",
        "1",
        "--no-break-even",
        "--out",
        str(tmp_path / "file"),
    ]
    assert main(words) == 2
    assert "cannot be written" in capsys.readouterr().err
    assert main(["run", str(valley / "baseline.yaml"), "--out", str(tmp_path / "file")]) == 2
    assert "cannot be written" in capsys.readouterr().err


def test_ctrl_c_is_told_with_exit_code_130(
    valley: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(*arguments: object, **words: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("linkage_sim.experiments.compare.gathered", stopped)
    words = [
        "compare",
        str(valley),
        "--replicates",
        "2",
        "--jobs",
        "1",
        "--no-break-even",
        "--out",
        str(tmp_path / "results"),
    ]
    assert main(words) == 130
    assert "stopped; no run was kept" in capsys.readouterr().err
    assert main([*words, "--keep-runs"]) == 130
    assert f"stopped; finished runs are readable in {tmp_path / 'results'}" in capsys.readouterr().err


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_real_ctrl_c_leaves_finished_runs_readable(valley: Path, tmp_path: Path, jobs: str) -> None:
    out = tmp_path / "results"
    words = ["compare", str(valley), "--replicates", "5000", "--jobs", jobs, "--keep-runs", "--out", str(out)]
    # a suite that was started in the background hands on "ignore SIGINT"
    start = "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler); "
    command = [sys.executable, "-c", start + "from linkage_sim.cli import main; sys.exit(main())", *words]
    # a new group, so that the signal reaches the workers too, as from a keyboard
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, start_new_session=True)
    end = time.monotonic() + 240
    while len(list(out.glob("*/runs/*"))) < 8:
        assert process.poll() is None, process.communicate()[1]
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGINT)
    message = process.communicate(timeout=60)[1]
    assert process.returncode == 130, message
    assert "Traceback" not in message
    assert f"stopped; finished runs are readable in {out}" in message
    (folder,) = out.iterdir()
    runs = list((folder / "runs").iterdir())
    assert len(runs) >= 8
    assert not any(run.name.startswith(".") for run in runs)
    for run in runs:
        assert len(open_run(run).monthly) == 84
    assert {path.name for path in folder.iterdir()} == {"runs"}, "no comparison is claimed"


def test_output_that_nobody_reads_to_the_end_is_no_error() -> None:
    command = f"{sys.executable} -c 'import sys; from linkage_sim.cli import main; sys.exit(main())' schema | head -n 1"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert done.stderr == ""
    assert done.stdout == "{\n"


MEASURE_IMPORT = """
import sys
from linkage_sim.cli import main
main(["--version"])
print(*[name for name in ("numba", "pandas", "pydantic", "scipy", "matplotlib") if name in sys.modules])
"""


def test_the_command_line_starts_light() -> None:
    done = subprocess.run([sys.executable, "-c", MEASURE_IMPORT], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[1:] == [""]


def test_signs_that_a_terminal_lacks_are_replaced() -> None:
    code = "from linkage_sim.cli import _say; _say('\\u2212 1 \\u2500')"
    environment = os.environ | {"PYTHONIOENCODING": "ascii"}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment)
    assert done.stdout == "- 1 -\n"
