"""One family of errors: every failure says what, where, how much and what to do."""

from __future__ import annotations


class LinkageError(Exception):
    """Root of everything this package raises on purpose."""


class ScenarioError(LinkageError):
    """A scenario or data file is wrong; the message lists every problem with file and line."""


class StateError(LinkageError):
    """A column left its declared bounds or became NaN."""


class BooksError(LinkageError):
    """A month did not balance; the message names the account."""


class ResultsError(LinkageError):
    """A run folder is missing, damaged or cannot be written."""


class EngineError(LinkageError):
    """A run cannot be carried out as asked."""
