"""Pages of lists: `limit` and `cursor`."""

import base64
import binascii
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Protocol, TypeVar

import msgspec
from litestar.di import NamedDependency
from litestar.params import Parameter

from tamis.domain.errors import Problem
from tamis.web.api.problems import BadRequest
from tamis.web.api.schemas.common import MAX_ID, Page

T = TypeVar("T")
DEFAULT_LIMIT, MAX_LIMIT = 100, 1_000


@dataclass(frozen=True, slots=True)
class PageQuery:
    """Which page of a list is requested."""

    limit: int
    cursor: str | None

    def position(self, kind: type[T]) -> T | None:
        """Return where the page begins, None for the first page; raises BadRequest for a cursor of another list."""
        if self.cursor is None:
            return None
        try:
            padded = self.cursor + "=" * (-len(self.cursor) % 4)
            found = msgspec.json.decode(base64.b64decode(padded, altchars=b"-_", validate=True), type=kind)
            if isinstance(found, int) and not 0 <= found <= MAX_ID:  # no id, and more than the stores can take
                raise ValueError
            return found
        except (binascii.Error, ValueError, msgspec.MsgspecError, RecursionError):
            raise BadRequest([Problem("cursor", "cursor_not_valid")]) from None


PageDep = NamedDependency[PageQuery]
"""The parameter `page` of a handler."""


def page_query(
    limit: Annotated[int, Parameter(ge=1, le=MAX_LIMIT, description="The maximum number of items on a page.")] = (
        DEFAULT_LIMIT
    ),
    cursor: Annotated[str | None, Parameter(description="`next_cursor` of the previous page.")] = None,
) -> PageQuery:
    """Read which page is requested."""
    return PageQuery(limit, cursor)


def cursor_of(position: object) -> str:
    """Return the cursor of a page that begins at a position."""
    return base64.urlsafe_b64encode(msgspec.json.encode(position)).decode().rstrip("=")


class Identified(Protocol):
    """An item of a list in the order of ids."""

    @property
    def id(self) -> int:
        """Its id."""


Item = TypeVar("Item", bound=Identified)


def page_by_id(items: Sequence[Item], page: PageQuery) -> Page[Item]:
    """Return a page of a short list that is in the order of ids."""
    after = page.position(int) or 0
    return cut_page([item for item in items if item.id > after], page, lambda item: item.id)


def cut_page(following: Sequence[T], page: PageQuery, position_of: Callable[[T], object]) -> Page[T]:
    """Return a page of the items that follow the page before, of which at least one more than its limit are needed."""
    shown = list(following[: page.limit])
    return Page(shown, cursor_of(position_of(shown[-1])) if len(following) > len(shown) else None)
