"""The apricot chain's month as ordinary Mesa agents: an oracle for linkage_sim, and what its speed is measured against."""

from plain_mesa.model import PlainModel
from plain_mesa.settings import Unsupported

__all__ = ["PlainModel", "Unsupported"]
