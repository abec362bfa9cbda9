"""The interface of the engines under test in the laws of rules."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Protocol

from tamis.domain.contacts.contacts import Contact
from tamis.domain.values.fields import FieldSet
from tamis.rules.time.evaluation_time import EvaluationTime
from tamis.rules.tree import Rule
from tests.laws.event_strategies import NOTHING, Histories
from tests.laws.sqlite.store import SqliteStore
from tests.laws.stores import Stores


class Engine(Protocol):
    """A store with the contacts of one type."""

    def close(self) -> None:
        """Close it."""

    def fill(self, audience: list[Contact], histories: Histories = NOTHING, /) -> None:
        """Replace the contacts and their events."""

    def selected(self, rule: Rule, as_of: EvaluationTime, instants: list[datetime] | None = None) -> set[int]:
        """Return the contacts that a rule selects as of a time, or as of an instant for each contact, by ascending id.

        Who is in which segment is said by `tests.laws.time_strategies.is_in`.
        """

    def members(self, rules: Mapping[int, Rule], as_of: EvaluationTime) -> dict[int, set[int]]:
        """Evaluate segments that may name each other, in full, and return the contacts in each."""

    def compared(self, texts: list[str]) -> list[str]:
        """Store texts as the values of a field, and return what they are compared as."""


ENGINES: dict[str, Callable[[FieldSet], Engine]] = {"DuckDB": Stores, "SQLite": SqliteStore}
"""The engines under test."""
