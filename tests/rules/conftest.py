"""A rule is compiled when it is first called, which takes longer than hypothesis allows one example."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("compiled", deadline=None)
settings.load_profile("compiled")
