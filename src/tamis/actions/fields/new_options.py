"""Add options to fields out of a file: to a list that Tamis has made itself, or because a person has asked for it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from tamis.actions.fields.types import still_there
from tamis.domain.choices import OptionIndex
from tamis.domain.contacts import ContactType
from tamis.domain.errors import Refused
from tamis.domain.fields import Field
from tamis.domain.text import fold
from tamis.records import change_log, types
from tamis.records.handles import Transaction

MOST_INFERRED = 200
"""A list that Tamis makes by itself has no more options than a person still looks through."""
MOST_ASKED = 1_000


def most_options(*, asked: bool) -> int:
    """Return how many options a field may have after some are added, `asked` for by a person or not."""
    return MOST_ASKED if asked else MOST_INFERRED


def with_options(field: Field, options: Sequence[str]) -> Field:
    """Return a field with more options behind those that it has; of several spellings of one the first counts."""
    known = OptionIndex.of(field.options)
    new = {fold(option): option for option in reversed(options) if known.find(option) is None}
    ordered = tuple(dict.fromkeys(new[fold(option)] for option in options if fold(option) in new))
    return replace(field, options=field.options + ordered)


def add_options(
    db: Transaction,
    now: datetime,
    contact_type: ContactType,
    wanted: Mapping[int, Sequence[str]],
    asked: Collection[int],
) -> list[Field]:
    """Add options to fields by their ids, and return these fields as they are then; an option that is there, in any
    spelling, stays as it is, so that two imports can add at once.

    `asked` are the ids of the fields for which a person wants it. Raises Refused where another field is no list of
    Tamis's own any more, or a field is gone, and NotFound where the contact type is.
    """
    contact_type = still_there(db, contact_type)
    present = types.fields_of_type(db, contact_type.id)
    found = []
    for field_id, options in wanted.items():
        field = present.by_id.get(field_id)
        if field is None or not field.kind.has_options or not (field.options_inferred or field_id in asked):
            name = field.key if field else "of a column"
            raise Refused("field_changed_meanwhile", field=name)
        longer = with_options(field, options)
        if len(longer.options) > max(most_options(asked=field_id in asked), len(field.options)):
            raise Refused("field_options_changed_meanwhile", field=field.key)
        if longer != field:
            types.update_field(db, contact_type.id, longer)
            change_log.record_field_changes(db, contact_type.id, now)
        found.append(longer)
    return found
