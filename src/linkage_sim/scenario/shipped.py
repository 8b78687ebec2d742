"""Where the files that come with the package are: in a source tree and in an installed wheel alike."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files
from pathlib import Path

from linkage_sim.errors import ScenarioError
from linkage_sim.scenario.messages import known_words, nearest_word


def shipped(name: str) -> Path:
    """Path of something that comes with the package.

    Parameters
    ----------
    name : a folder of scenarios (``apricot``), a scenario (``apricot/baseline``), or a file of data
        (``data/regions/sughd``, ``data/sources``); the ending ``.yaml`` may be left out

    Raises
    ------
    ScenarioError
        Naming the nearest word and what there is.
    """
    root, inner = (data_folder(), name[5:]) if name.startswith("data/") else (scenario_folder(), name)
    for candidate in (root / inner, root / f"{inner}.yaml"):
        if name and candidate.exists() and candidate.resolve().is_relative_to(root.resolve()):
            return candidate
    known = [*shipped_data(), *shipped_scenarios()]
    nearest = nearest_word(name, known)
    hint = f"nearest: {nearest}      " if nearest else ""
    raise ScenarioError(f"nothing named {name!r} comes with linkage_sim\n    {hint}{known_words(known)}")


def shipped_scenarios() -> list[str]:
    """Names of shipped scenarios, such as ``apricot/baseline``; design files of sweeps are none."""
    return [name for name in _names(scenario_folder(), "") if not name.startswith("sweeps/")]


def shipped_data() -> list[str]:
    """Names of shipped data files, such as ``data/regions/sughd``."""
    return _names(data_folder(), "data/")


def data_names(folder: str) -> list[str]:
    """What ``data:`` may name in a section whose files lie in ``folder`` below data/.

    Parameters
    ----------
    folder : ``regions``, ``value_chains``, or empty for the table of interventions
    """
    if folder:
        return sorted(path.stem for path in (data_folder() / folder).glob("*.yaml"))
    return sorted(path.stem for path in data_folder().glob("interventions*.yaml"))


def data_folder() -> Path:
    """The package's ``data`` folder."""
    return Path(str(files("linkage_sim").joinpath("data")))


@lru_cache(maxsize=1)
def scenario_folder() -> Path:
    """Folder of shipped scenarios: inside an installed package, at the top of a source tree."""
    package = data_folder().parent
    inside = package / "scenarios"
    return inside if inside.is_dir() else package.parents[1] / "scenarios"


def _names(folder: Path, prefix: str) -> list[str]:
    return sorted(prefix + path.relative_to(folder).with_suffix("").as_posix() for path in folder.rglob("*.yaml"))
