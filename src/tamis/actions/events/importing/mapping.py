"""Which columns of a file are what of an event."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from tamis.actions.events.stated_events import property_key
from tamis.actions.importing.mapping.email_column import ColumnContents, find_email_column
from tamis.actions.importing.mapping.mapping import can_map
from tamis.domain.contacts.email_names import NameMatch, match_name
from tamis.domain.errors import Invalid, Problem
from tamis.domain.events.events import MAX_PROPERTIES
from tamis.domain.values.fields import key_from_name

EMAIL, EVENT, AT, ID, PROPERTIES = "email", "event", "at", "id", "properties"
PARTS = (EMAIL, EVENT, AT, ID)


@dataclass(frozen=True, slots=True)
class EventColumnMap:
    """The positions of the columns of a file. `properties` are the names of properties by position; `nested` is the
    column whose objects have more of them. Without a column of names, all events have the one name that was chosen."""

    email: int
    at: int
    event: int | None
    id: int | None
    properties: Mapping[int, str]
    nested: int | None
    ignored: tuple[int, ...]


def has_event_header(cells: Sequence[str], chosen: Mapping[str, str]) -> bool:
    """Return whether the cells of a record name a column of emails, so that it is the header of a file."""
    return any(match_name(cell) >= NameMatch.KNOWN or key_from_name(chosen.get(cell, "")) == EMAIL for cell in cells)


def map_event_columns(
    header: Sequence[str],
    contents: Sequence[ColumnContents],
    nested: Collection[int],
    chosen: Mapping[str, str],
    event: str | None,
) -> EventColumnMap:
    """Map a header: as `chosen`, else by name; the column of emails is also found by its contents. Raises Invalid with
    all problems."""
    mapping = _Mapping(header, nested, chosen, has_name=event is not None)
    for position in sorted(range(len(header)), key=lambda position: header[position] not in chosen):
        mapping.add(position)
    return mapping.finish(contents)


class _Mapping:
    """A mapping as it grows column by column; chosen columns come first, and take their part from others."""

    def __init__(
        self, header: Sequence[str], nested: Collection[int], chosen: Mapping[str, str], *, has_name: bool
    ) -> None:
        self._header, self._nested, self._chosen, self._has_name = header, nested, chosen, has_name
        self._problems = [Problem("chosen", "column_unknown", column=name) for name in chosen if name not in header]
        self._parts: dict[str, int] = {}
        self._properties: dict[int, str] = {}
        self._places: dict[str, int] = {}
        self._objects: int | None = None
        self._ignored: list[int] = []

    def add(self, position: int) -> None:
        """Map a column."""
        name = self._header[position]
        is_chosen = name in self._chosen
        target = self._chosen.get(name, name)
        key = property_key(target)
        if not target.strip() or not (is_chosen or can_map(name)):
            self._ignored.append(position)
        elif key in PARTS and (is_chosen or key != EVENT or not self._has_name):
            self._add_part(key, position, is_chosen=is_chosen)
        elif key == PROPERTIES and position in self._nested:
            self._objects = position
        elif not key:
            self._problems.append(Problem("header", "event_property_without_letters"))
        elif key in self._places:
            other = self._header[self._places[key]]
            self._problems.append(Problem("header", "event_property_twice", property=name, other=other))
        else:
            self._places[key], self._properties[position] = position, target

    def _add_part(self, part: str, position: int, *, is_chosen: bool) -> None:
        if part not in self._parts:
            self._parts[part] = position
        elif is_chosen:
            self._problems.append(Problem("chosen", "event_part_twice", part=part))
        else:
            self._ignored.append(position)

    def finish(self, contents: Sequence[ColumnContents]) -> EventColumnMap:
        """Return the mapping; raises Invalid with all problems."""
        parts, properties = self._parts, dict(sorted(self._properties.items()))
        email = parts.get(EMAIL)
        if email is None and (found := find_email_column(self._header, contents, list(properties), ())):
            email = found.position
        if email is None:
            self._problems.append(Problem("header", "email_column_missing", columns=self._header))
        else:
            properties.pop(email, None)
        if AT not in parts:
            self._problems.append(Problem("header", "event_column_missing", part=AT, columns=self._header))
        if EVENT not in parts and not self._has_name:
            self._problems.append(Problem("header", "event_name_column_missing", columns=self._header))
        if (count := len(properties)) > MAX_PROPERTIES:
            self._problems.append(Problem("header", "too_many_property_columns", most=MAX_PROPERTIES, count=count))
        if self._problems or email is None:
            raise Invalid(self._problems)
        ignored = tuple(sorted(self._ignored))
        return EventColumnMap(email, parts[AT], parts.get(EVENT), parts.get(ID), properties, self._objects, ignored)
