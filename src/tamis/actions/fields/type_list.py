"""The contact types of an account at a glance, and the fields of one: what is filled in, and who uses it."""

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as attribute

from tamis.actions.fields.fields import find_custom_field
from tamis.actions.segments.dependents import users_by_field, users_of_field
from tamis.actions.services import Services
from tamis.domain.accounts import Account
from tamis.domain.contacts import ContactType
from tamis.domain.fields import RESERVED, Field
from tamis.domain.segments import Segment
from tamis.records import segments, types


@dataclass(frozen=True, slots=True)
class TypeGlance:
    """A contact type with how many contacts, custom fields and segments it has."""

    type: ContactType
    contacts: int
    fields: int
    segments: int


@dataclass(frozen=True, slots=True)
class FieldGlance:
    """A field of a contact type with how many contacts have a value of it, and the segments whose rules use it;
    `contacts` is how many the type has, `by_option` how many have each option, where only one field is looked at."""

    field: Field
    filled: int
    users: tuple[Segment, ...]
    contacts: int
    by_option: Mapping[str, int] = attribute(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FieldList:
    """The fields of a contact type, in order, and how many contacts it has."""

    contacts: int
    reserved: tuple[FieldGlance, ...]
    custom: tuple[FieldGlance, ...]


def type_glances(services: Services, account: Account) -> list[TypeGlance]:
    """List the contact types of an account, oldest first."""
    found = []
    with services.view(account.id) as view:
        db = view.records
        for known in types.types_of_account(db, account.id):
            total, _ = view.columns.field_stats.count_with_value(known.id, ())
            custom = len(types.fields_of_type(db, known.id).fields) - len(RESERVED)
            found.append(TypeGlance(known, total, custom, len(segments.live_of_type(db, known.id))))
    return found


def field_list(services: Services, contact_type: ContactType) -> FieldList:
    """Look at the fields of a contact type."""
    with services.view(contact_type.account_id) as view:
        db, values = view.records, view.columns.field_stats
        fields = types.fields_of_type(db, contact_type.id).fields
        total, filled = values.count_with_value(contact_type.id, fields)
        users = users_by_field(db, contact_type.id)
    glances = [
        FieldGlance(field, count, tuple(users.get(field.id, ())), total)
        for field, count in zip(fields, filled, strict=True)
    ]
    reserved = tuple(glance for glance in glances if glance.field in RESERVED)
    return FieldList(total, reserved, tuple(glances[len(reserved) :]))


def field_glance(services: Services, contact_type: ContactType, field_id: int) -> FieldGlance:
    """Look at one custom field; raises NotFound, and Refused for a reserved one."""
    with services.view(contact_type.account_id) as view:
        db, values = view.records, view.columns.field_stats
        field = find_custom_field(contact_type, types.fields_of_type(db, contact_type.id), str(field_id))
        total, (filled,) = values.count_with_value(contact_type.id, [field])
        had = values.option_counts(contact_type.id, field) if field.options else {}
        users = users_of_field(db, contact_type.id, field)
    return FieldGlance(field, filled, tuple(users), total, had)
