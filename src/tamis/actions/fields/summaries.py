"""Summaries of the contact types of an account, and of the fields of one type."""

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as attribute

from tamis.actions.fields.fields import find_custom_field
from tamis.actions.segments.dependents import users_by_field, users_of_field
from tamis.actions.services import Services
from tamis.domain.accounts.accounts import Account
from tamis.domain.contacts.contacts import ContactType
from tamis.domain.segments.segments import Segment
from tamis.domain.values.fields import RESERVED, Field
from tamis.records import types
from tamis.records.segments import segments


@dataclass(frozen=True, slots=True)
class TypeSummary:
    """A contact type with its numbers of contacts, custom fields and segments."""

    type: ContactType
    contacts: int
    fields: int
    segments: int


@dataclass(frozen=True, slots=True)
class FieldSummary:
    """A field of a contact type: how many of its `contacts` have a value, and the segments whose rules use it. The
    counts `by_option` are filled in for a single field only."""

    field: Field
    value_count: int
    users: tuple[Segment, ...]
    contacts: int
    by_option: Mapping[str, int] = attribute(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FieldSummaries:
    """The fields of a contact type, in order, and its number of contacts."""

    contacts: int
    reserved: tuple[FieldSummary, ...]
    custom: tuple[FieldSummary, ...]


def list_type_summaries(services: Services, account: Account) -> list[TypeSummary]:
    """List the contact types of an account, oldest first."""
    found = []
    with services.view(account.id) as view:
        db = view.records
        for known in types.types_of_account(db, account.id):
            total, _ = view.columns.field_stats.count_with_value(known.id, ())
            custom = len(types.fields_of_type(db, known.id).fields) - len(RESERVED)
            found.append(TypeSummary(known, total, custom, len(segments.live_of_type(db, known.id))))
    return found


def summarize_fields(services: Services, contact_type: ContactType) -> FieldSummaries:
    """Return summaries of all fields of a contact type."""
    with services.view(contact_type.account_id) as view:
        db, values = view.records, view.columns.field_stats
        fields = types.fields_of_type(db, contact_type.id).fields
        total, counts = values.count_with_value(contact_type.id, fields)
        users = users_by_field(db, contact_type.id)
    summaries = [
        FieldSummary(field, count, tuple(users.get(field.id, ())), total)
        for field, count in zip(fields, counts, strict=True)
    ]
    reserved = tuple(summary for summary in summaries if summary.field in RESERVED)
    return FieldSummaries(total, reserved, tuple(summaries[len(reserved) :]))


def summarize_field(services: Services, contact_type: ContactType, field_id: int) -> FieldSummary:
    """Return the summary of a custom field; raises NotFound, and Refused for a reserved one."""
    with services.view(contact_type.account_id) as view:
        db, values = view.records, view.columns.field_stats
        field = find_custom_field(contact_type, types.fields_of_type(db, contact_type.id), str(field_id))
        total, (value_count,) = values.count_with_value(contact_type.id, [field])
        had = values.option_counts(contact_type.id, field) if field.options else {}
        users = users_of_field(db, contact_type.id, field)
    return FieldSummary(field, value_count, tuple(users), total, had)
