"""Types that all calls share: pages, problems, ids."""

from typing import Annotated, Generic, TypeVar

import msgspec
from litestar.params import Parameter
from msgspec import UNSET, Meta, UnsetType

T = TypeVar("T")
MAX_ID = 2**53 - 1
"""The largest number that every JSON parser reads exactly."""

Id = Annotated[int, Parameter(ge=1, le=MAX_ID, description="The ID.")]
"""An id in a path."""
Name = Annotated[str, Meta(description="A single line, trimmed; 1 to 255 characters.")]


class Body(msgspec.Struct, forbid_unknown_fields=True):
    """The base of request bodies: a misspelled key is an error."""


class Page(msgspec.Struct, Generic[T]):
    """A page of a list."""

    data: list[T]
    next_cursor: Annotated[str | None, Meta(description="Send it as `cursor` for the next page; null on the last.")]


class ErrorItem(msgspec.Struct):
    """One thing that is wrong with a request."""

    path: Annotated[str, Meta(description="Where: `fields.age`, `rule.all[2].value`, or the name of a parameter.")]
    code: Annotated[str, Meta(description="Stable, for programs.")]
    detail: Annotated[str, Meta(description="A sentence for people.")]


class ProblemDetails(msgspec.Struct):
    """An error, after RFC 9457."""

    type: str
    title: str
    status: int
    detail: str
    code: Annotated[str, Meta(description="Stable, for programs.")]
    request_id: Annotated[str, Meta(description="Finds the request in the log of the server.")]
    errors: Annotated[
        list[ErrorItem] | UnsetType, Meta(description="Everything that is wrong with the input, at once.")
    ] = UNSET
