"""Entity tags of stored objects, and the preconditions of writes that depend on them (RFC 9110, 8.8 and 13)."""

import hashlib
from dataclasses import dataclass

import msgspec

from tamis.domain.errors import Outdated

ANY = "*"


def entity_tag(*content: object) -> str:
    """Return the strong entity tag of a representation's content, in quotes."""
    return f'"{hashlib.sha256(msgspec.json.encode(content)).hexdigest()[:24]}"'


@dataclass(frozen=True, slots=True)
class Precondition:
    """The tags of which an object must have one (`If-Match`), and those that it must not have (`If-None-Match`); None
    requires nothing, and `*` stands for the tag of any object that exists."""

    match: frozenset[str] | None = None
    none_match: frozenset[str] | None = None

    def require(self, tag: str | None) -> None:
        """Raise Outdated unless an object with this tag, None for one that does not exist, fulfills the
        precondition."""
        if self.match is not None and not _has(self.match, tag):
            raise Outdated("object_changed_meanwhile" if tag else "object_does_not_exist")
        if self.none_match is not None and _has(self.none_match, tag):
            raise Outdated("object_exists_already")


NO_PRECONDITION = Precondition()


def _has(tags: frozenset[str], tag: str | None) -> bool:
    return tag is not None and (tag in tags or ANY in tags)
