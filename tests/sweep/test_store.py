from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from linkage_sim.errors import ResultsError
from linkage_sim.experiments.sweep import store as store_room
from linkage_sim.experiments.sweep.batch import Row
from linkage_sim.experiments.sweep.lock import NAME, FolderLock
from linkage_sim.experiments.sweep.store import Store, read_table

DESIGN: dict[str, Any] = {
    "format": 1,
    "outcomes": [{"name": "income"}, {"name": "spent"}],
    "scenarios": ["baseline", "farmers"],
    "factors": [],
}


def row(number: int, **changes: Any) -> Row:
    given = {"key": f"{number:032x}", "point": number, "replicate": 0, "place": number % 2, "levels": (number / 3.0, None)}
    return Row(**{**given, **changes})


def parts(folder: Path) -> list[str]:
    return sorted(path.name for path in (folder / "parts").iterdir())


def opened(folder: Path, told: list[str] | None = None) -> Store:
    return Store(folder, DESIGN, (told if told is not None else []).append)


def test_rows_come_back_as_they_were(tmp_path: Path) -> None:
    rows = [row(1), row(2, levels=(None, None), error="BooksError: kg of apricot"), row(3, error="lost", lost=True)]
    with opened(tmp_path / "s") as one:
        one.add(rows[:1])
        one.flush()
        one.add(rows[1:])
    with opened(tmp_path / "s") as other:
        assert list(other.rows.values()) == rows
        assert other.done == {rows[0].key, rows[1].key}, "what was lost is tried again"
        assert parts(tmp_path / "s") == ["part-000001.parquet", "part-000002.parquet"]


def test_a_folder_has_one_writer_and_a_dead_one_lets_go(tmp_path: Path) -> None:
    code = "import sys, os; from pathlib import Path; from linkage_sim.experiments.sweep.lock import FolderLock\n"
    code += "lock = FolderLock(Path(sys.argv[1])).__enter__(); print(os.getpid(), flush=True); sys.stdin.read()"
    with subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        pid = other.stdout.readline().strip()
        with pytest.raises(ResultsError, match=f"another process works on this folder .process {pid} on .*wait for it or stop it"):
            opened(tmp_path).__enter__()
        other.kill()
    assert (tmp_path / NAME).read_text(encoding="utf-8").startswith(f"process {pid} ")
    with opened(tmp_path):
        assert (tmp_path / NAME).read_text(encoding="utf-8").startswith(f"process {os.getpid()} ")
        with pytest.raises(ResultsError), FolderLock(tmp_path):
            pass


def test_a_damaged_part_is_put_aside_and_a_half_written_one_is_gone(tmp_path: Path) -> None:
    with opened(tmp_path) as one:
        one.add([row(1)])
        one.flush()
        one.add([row(2)])
    first = tmp_path / "parts" / "part-000001.parquet"
    first.write_bytes(first.read_bytes()[:-40])
    (tmp_path / "parts" / ".part-000003.parquet.part").write_bytes(b"PAR1")
    told: list[str] = []
    with opened(tmp_path, told) as other:
        assert other.done == {row(2).key}
        other.add([row(1)])
    assert len(told) == 1
    assert "part-000001.parquet: damaged" in told[0]
    assert "done again" in told[0]
    assert parts(tmp_path) == ["part-000001.damaged", "part-000002.parquet", "part-000003.parquet"]


def test_a_folder_that_cannot_be_written_for_a_while_loses_nothing(tmp_path: Path) -> None:
    told: list[str] = []
    with opened(tmp_path, told) as one:
        (tmp_path / "parts").rename(tmp_path / "away")
        for number in (1, 2):
            one.add([row(number)])
            one.flush()
        (tmp_path / "away").rename(tmp_path / "parts")
        one.add([row(3)])
    assert [line.rpartition(": ")[2] for line in told[1:]] == ["written again, nothing was lost"]
    assert "cannot be written (No such file or directory); the sweep goes on" in told[0]
    with opened(tmp_path) as other:
        assert len(other.done) == 3


def test_a_folder_that_stays_full_is_an_error_in_the_end(tmp_path: Path) -> None:
    one = opened(tmp_path).__enter__()
    (tmp_path / "parts").rename(tmp_path / "away")
    one.add([row(1)])
    with pytest.raises(ResultsError, match=r"1 runs could not be written; free some space"):
        one.__exit__(None, None, None)


@pytest.mark.skipif(sys.platform == "win32", reason="limits of POSIX systems")
def test_a_full_disk_leaves_no_part_behind(tmp_path: Path) -> None:
    """The system itself refuses to make files longer than a few bytes."""
    code = (
        "import resource, signal, sys; from pathlib import Path\n"
        "from linkage_sim.experiments.sweep.store import Store\n"
        "from linkage_sim.experiments.sweep.batch import Row\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "design = {'outcomes': [{'name': 'income'}], 'scenarios': ['baseline']}\n"
        "with Store(Path(sys.argv[1]), design, print) as store:\n"
        "    resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100_000))\n"
        "    store.add([Row('a', 0, 0, 0, (1.0,))])\n"
        "    store.flush()\n"
        "    print(list(path.name for path in (Path(sys.argv[1]) / 'parts').iterdir()))\n"
        "    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))\n"
    )
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=False)
    assert "cannot be written (File too large); the sweep goes on" in done.stdout, done.stderr
    assert "[]" in done.stdout
    assert parts(tmp_path) == ["part-000001.parquet"]


def test_many_parts_become_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_room, "FLUSH_SECONDS", 0.0)
    monkeypatch.setattr(store_room, "MANY_PARTS", 4)
    with opened(tmp_path) as one:
        for number in range(6):
            one.add([row(number)])
    assert len(parts(tmp_path)) == 6
    with opened(tmp_path) as other:
        assert list(other.rows.values()) == [row(number) for number in range(6)]
        assert parts(tmp_path) == ["part-000007.parquet"]


def test_a_folder_that_is_no_finished_sweep_is_told(tmp_path: Path) -> None:
    with pytest.raises(ResultsError, match="there is no such folder"):
        read_table(tmp_path / "nowhere")
    with pytest.raises(ResultsError, match="not a sweep folder"):
        read_table(tmp_path)
    with opened(tmp_path) as one:
        one.write_design({})
    with pytest.raises(ResultsError, match="not finished; give the same command again"):
        read_table(tmp_path)
    (tmp_path / "table.parquet").write_bytes(b"PAR1 nonsense")
    with pytest.raises(ResultsError, match="cannot be read as Parquet"):
        read_table(tmp_path)


def test_a_folder_that_cannot_be_made_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(ResultsError, match=r"cannot be written .*--out"):
        opened(tmp_path / "file" / "s").__enter__()
