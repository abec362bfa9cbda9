"""Add options from a file to fields whose options Tamis inferred, or where a person has requested it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from tamis.actions.audit import record_entry
from tamis.actions.fields.types import reload_type
from tamis.domain.accounts.audit import AuditAction, field_subject
from tamis.domain.contacts.contacts import ContactType
from tamis.domain.errors import Refused
from tamis.domain.values.choices import OptionIndex
from tamis.domain.values.fields import Field
from tamis.domain.values.text import fold
from tamis.records import change_log, types
from tamis.records.handles import Transaction

MAX_INFERRED_OPTIONS = 200
"""The limit for options that Tamis infers: as many as a person will still look through."""
MAX_OPTIONS = 1_000


def max_options(*, requested: bool) -> int:
    """Return how many options a field may have after options were added, by request of a person or not."""
    return MAX_OPTIONS if requested else MAX_INFERRED_OPTIONS


def with_options(field: Field, options: Sequence[str]) -> Field:
    """Return a field with options added after its own; of several spellings of one option, the first counts."""
    known = OptionIndex.of(field.options)
    new = {fold(option): option for option in reversed(options) if known.find(option) is None}
    ordered = tuple(dict.fromkeys(new[fold(option)] for option in options if fold(option) in new))
    return replace(field, options=field.options + ordered)


def add_options(
    db: Transaction,
    now: datetime,
    contact_type: ContactType,
    wanted: Mapping[int, Sequence[str]],
    requested: Collection[int],
) -> list[Field]:
    """Add options to fields by id, and return the fields afterwards. An option that exists in any spelling stays as it
    is, so that two imports can add options at once.

    `requested` are the ids of the fields for which a person has requested it. Raises Refused if the options of another
    field are no longer inferred or a field is gone, and NotFound if the contact type is.
    """
    contact_type = reload_type(db, contact_type)
    present = types.fields_of_type(db, contact_type.id)
    found = []
    for field_id, options in wanted.items():
        field = present.by_id.get(field_id)
        if field is None or not field.kind.has_options or not (field.options_inferred or field_id in requested):
            name = field.name if field else "of a column"
            raise Refused("field_changed_meanwhile", field=name)
        longer = with_options(field, options)
        if len(longer.options) > max(max_options(requested=field_id in requested), len(field.options)):
            raise Refused("field_options_changed_meanwhile", field=field.name)
        if longer != field:
            types.update_field(db, contact_type.id, longer)
            change_log.record_field_changes(db, contact_type.id, now)
            record_entry(
                db,
                now,
                contact_type.account_id,
                AuditAction.FIELD_CHANGED,
                field_subject(longer),
                contact_type=contact_type.id,
                options_added=len(longer.options) - len(field.options),
            )
        found.append(longer)
    return found
