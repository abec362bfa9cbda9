"""Validation of the Segment API's parameters; problems are named by parameter."""

import re
from dataclasses import dataclass, field
from typing import TypeVar

from tamis.domain.contacts.emails import Email, parse_email
from tamis.domain.errors import Param, Problem
from tamis.domain.values.text import CONTROL, MAX_LINE, SURROGATE
from tamis.web.body_values import BodyValues

T = TypeVar("T")
_INTEGER = re.compile(r"[+-]?[0-9]{1,4000}")
_ID = re.compile(r"[0-9]{1,18}")
UNKNOWN_ID = 0
"""An id that nothing has: the value of an id that is too large or negative."""


def parse_id(text: str | None) -> int:
    """Parse an id from the query; anything else becomes UNKNOWN_ID, so that it is answered like an unknown id."""
    return int(text) if text and _ID.fullmatch(text) else UNKNOWN_ID


@dataclass(slots=True)
class BodyParams:
    """Reads the parameters of a body and collects all problems."""

    form: BodyValues
    problems: list[Problem] = field(default_factory=list)

    def integer(self, name: str) -> int:
        """Require an integer; one that cannot be an id becomes UNKNOWN_ID."""
        value = self.form.scalar(name)
        if value is None:
            return self._missing(name, UNKNOWN_ID)
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int | str) or not _INTEGER.fullmatch(str(value)):
            self._add_problem(name, "must_be_an_integer")
            return UNKNOWN_ID
        return parse_id(str(value))

    def text(self, name: str) -> str:
        """Require a single line of text."""
        value = self.form.scalar(name)
        if value is None:
            return self._missing(name, "")
        if not isinstance(value, str):
            self._add_problem(name, "must_be_a_string")
            return ""
        if CONTROL.search(value) or SURROGATE.search(value):
            self._add_problem(name, "field_has_control_characters")
        self._check_length(name, value)
        return value

    def email(self, name: str) -> Email:
        """Require a valid email."""
        value = self.form.scalar(name)
        default = Email("", "")
        if value is None:
            return self._missing(name, default)
        found = parse_email(value) if isinstance(value, str) else None
        if found is None:
            self._add_problem(name, "must_be_an_email")
        if isinstance(value, str):
            self._check_length(name, value)
        return found or default

    def texts(self, name: str) -> list[str]:
        """Read a list of texts; numbers are taken as written."""
        return [value.strip() for value in self._texts(name)]

    def values(self, name: str) -> list[str]:
        """Read a list of values of a rule: texts, whose blanks count in a part of a text, numbers and booleans."""
        return self._texts(name, booleans=True)

    def _texts(self, name: str, booleans: bool = False) -> list[str]:
        values = self.form.array(name)
        for index, value in enumerate(values):
            if not isinstance(value, str | int | float) or (isinstance(value, bool) and not booleans):
                self._add_problem(f"{name}.{index}", "must_be_a_string")
            else:
                self._check_length(f"{name}.{index}", str(value))
        return [str(value).lower() if isinstance(value, bool) else str(value) for value in values]

    def query_type(self, name: str) -> str | None:
        """Read how conditions are joined, which is optional."""
        value = self.form.scalar(name)
        if value is None or isinstance(value, str):
            return value
        self._add_problem(name, "query_type_must_be")
        return None

    def _missing(self, name: str, default: T) -> T:
        self._add_problem(name, "field_required")
        return default

    def _check_length(self, name: str, value: str) -> None:
        if len(value) > MAX_LINE:
            self._add_problem(name, "field_too_long", most=MAX_LINE)

    def _add_problem(self, name: str, code: str, **params: Param) -> None:
        self.problems.append(Problem(name, code, name=name.replace("_", " "), **params))
