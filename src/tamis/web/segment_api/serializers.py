"""The JSON objects of the Segment API; the order of keys is part of the contract."""

from tamis.actions.segments.rule_syntax import to_arrays
from tamis.actions.segments.sizes import SizedSegment
from tamis.domain.contacts.contacts import Contact, ContactType
from tamis.domain.values.fields import RESERVED, SYSTEM_FIELDS, Field, FieldSet, Value
from tamis.domain.values.instants import format_instant


def segment(sized: SizedSegment) -> dict[str, object]:
    """Return a segment as the API shows it."""
    shown = sized.segment
    arrays = to_arrays(sized.rule)
    return {
        "id": shown.id,
        "user_id": shown.account_id,
        "contact_type_id": shown.contact_type_id,
        "segment_name": shown.name,
        "select_field": arrays.select_field,
        "select_operator": arrays.select_operator,
        "value": arrays.value,
        "query_type": arrays.query_type,
        "deleted_at": None,
        "created_at": format_instant(shown.created_at),
        "updated_at": format_instant(shown.updated_at),
        "segment_emails_count": sized.recipients,
    }


def contact_type(shown: ContactType) -> dict[str, object]:
    """Return a contact type as the API shows it."""
    made = format_instant(shown.created_at)
    return {"id": shown.id, "user_id": shown.account_id, "name": shown.name, "created_at": made, "updated_at": made}


def contact_type_with_fields(shown: ContactType, fields: FieldSet) -> dict[str, object]:
    """Return a contact type with all fields that its rules can use."""
    return {**contact_type(shown), "fields": [field(f) for f in fields.fields]}


def field(shown: Field) -> dict[str, object]:
    """Return a field as the API shows it; `select_field` takes its id."""
    return {
        "id": shown.id,
        "name": shown.name,
        "key": shown.key,
        "type": shown.kind,
        "options": shown.options,
        "reserved": shown in RESERVED,
    }


def contact(shown: Contact, account_id: int, fields: FieldSet) -> dict[str, object]:
    """Return a contact as the API shows it: reserved fields by key, custom ones below `custom_fields`."""
    reserved = [f for f in RESERVED if f not in SYSTEM_FIELDS]
    custom = [f for f in fields.fields if f not in RESERVED]
    return {
        "id": shown.id,
        "user_id": account_id,
        "contact_type_id": shown.contact_type_id,
        "email": shown.email,
        **{f.key: shown.values.get(f.id) for f in reserved},
        "custom_fields": {f.key: _value(shown.values.get(f.id)) for f in custom},
        "created_at": format_instant(shown.created_at),
        "updated_at": format_instant(shown.updated_at),
    }


def _value(value: Value | None) -> Value | None:
    return int(value) if isinstance(value, float) and value.is_integer() and abs(value) <= 2**53 else value
