"""How a parameter is declared: unit, bounds, default, source and kind in one place."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic_core import PydanticUndefined

Kind = Literal["lever", "uncertainty", "setting"]
"""lever: the programme chooses it; uncertainty: it cannot; setting: how the model is run."""

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


class Section(BaseModel):
    """A frozen group of parameters; unknown keys are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True, allow_inf_nan=False)

    def __eq__(self, other: object) -> bool:
        """As pydantic has it, in a third of the time: whether all values are the same, those for the package's own use too."""
        if self is other:
            return True
        return type(self) is type(other) and vars(self) == vars(other) and self.__pydantic_private__ == other.__pydantic_private__


def parameter(
    unit: str,
    low: float,
    high: float,
    meaning: str,
    *,
    default: Any = PydanticUndefined,
    source: str = "",
    kind: Kind = "uncertainty",
) -> Any:
    """Declare one numeric parameter.

    Parameters
    ----------
    unit : a key of `linkage_sim.units.UNITS`
    low, high : inclusive bounds, in ``unit``
    meaning : one line
    default : number in ``unit``; left out where a data file must give it
    source : key of ``data/sources.yaml``, needed where there is a default
    kind : lever, uncertainty or setting
    """
    if default is not PydanticUndefined and not source:
        raise TypeError(f"a parameter with a default needs a source: {meaning}")
    return Field(
        default,
        ge=low,
        le=high,
        description=meaning,
        json_schema_extra={"unit": unit, "source": source, "kind": kind},
    )


Share = Annotated[float, Field(ge=0, le=1)]
"""A share under a name that the user writes; see `shares`."""


def shares(meaning: str) -> Any:
    """Declare a share, 0 to 1, for each of the names that a user writes; none by default."""
    return Field(
        default_factory=dict,
        description=meaning,
        json_schema_extra={"unit": "share", "source": "", "kind": "uncertainty", "each_low": 0, "each_high": 1},
    )


def monthly(unit: str, low: float, high: float, meaning: str, *, kind: Kind = "uncertainty") -> Any:
    """Declare twelve values by month name (a month left out is 0); bounds hold for each."""
    return Field(
        description=meaning,
        json_schema_extra={"unit": unit, "source": "", "kind": kind, "each_low": low, "each_high": high},
    )
