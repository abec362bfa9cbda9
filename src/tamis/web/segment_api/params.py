"""What the Segment API requires of single parameters, in its own words; problems are named by the parameter."""

import re
from dataclasses import dataclass, field
from typing import TypeVar

from tamis.domain.emails import Email, parse_email
from tamis.domain.errors import Param, Problem
from tamis.domain.text import CONTROL, MAX_LINE, SURROGATE
from tamis.web.segment_api.body import BodyValues

T = TypeVar("T")
_INTEGER = re.compile(r"[+-]?[0-9]{1,4000}")
_ID = re.compile(r"[0-9]{1,18}")
UNKNOWN_ID = 0
"""An id that nothing has: what a number too large, or negative, comes to."""


def parse_id(text: str | None) -> int:
    """Read an id of the query; anything that is not one becomes NO_ID, so that it answers like an unknown one."""
    return int(text) if text and _ID.fullmatch(text) else UNKNOWN_ID


@dataclass(slots=True)
class BodyParams:
    """Reads the parameters of a body and collects all that is wrong with them."""

    form: BodyValues
    problems: list[Problem] = field(default_factory=list)

    def integer(self, name: str) -> int:
        """Require an integer; one that no id can be becomes NO_ID."""
        value = self.form.scalar(name)
        if value is None:
            return self._required(name, UNKNOWN_ID)
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int | str) or not _INTEGER.fullmatch(str(value)):
            self._problem(name, "must_be_an_integer")
            return UNKNOWN_ID
        return parse_id(str(value))

    def text(self, name: str) -> str:
        """Require a single line of text."""
        value = self.form.scalar(name)
        if value is None:
            return self._required(name, "")
        if not isinstance(value, str):
            self._problem(name, "must_be_a_string")
            return ""
        if CONTROL.search(value) or SURROGATE.search(value):
            self._problem(name, "field_has_control_characters")
        self._short(name, value)
        return value

    def email(self, name: str) -> Email:
        """Require a valid e-mail address."""
        value = self.form.scalar(name)
        nothing = Email("", "")
        if value is None:
            return self._required(name, nothing)
        found = parse_email(value) if isinstance(value, str) else None
        if found is None:
            self._problem(name, "must_be_an_email")
        if isinstance(value, str):
            self._short(name, value)
        return found or nothing

    def texts(self, name: str) -> list[str]:
        """Read a list of texts; numbers in it are taken as they are written."""
        return [value.strip() for value in self._texts(name)]

    def values(self, name: str) -> list[str]:
        """Read a list of values of rules: texts that keep their blanks, which count in a part of a text, numbers and
        booleans."""
        return self._texts(name, booleans=True)

    def _texts(self, name: str, booleans: bool = False) -> list[str]:
        values = self.form.array(name)
        for index, value in enumerate(values):
            if not isinstance(value, str | int | float) or (isinstance(value, bool) and not booleans):
                self._problem(f"{name}.{index}", "must_be_a_string")
            else:
                self._short(f"{name}.{index}", str(value))
        return [str(value).lower() if isinstance(value, bool) else str(value) for value in values]

    def query_type(self, name: str) -> str | None:
        """Read how conditions are joined, which may be left out."""
        value = self.form.scalar(name)
        if value is None or isinstance(value, str):
            return value
        self._problem(name, "query_type_must_be")
        return None

    def _required(self, name: str, nothing: T) -> T:
        self._problem(name, "field_required")
        return nothing

    def _short(self, name: str, value: str) -> None:
        if len(value) > MAX_LINE:
            self._problem(name, "field_too_long", most=MAX_LINE)

    def _problem(self, name: str, code: str, **params: Param) -> None:
        self.problems.append(Problem(name, code, name=name.replace("_", " "), **params))
