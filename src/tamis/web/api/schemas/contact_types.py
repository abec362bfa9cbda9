"""Contact types and their fields."""

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType, field

from tamis.domain.contacts.contacts import ContactType
from tamis.domain.values.fields import RESERVED, Field, Kind
from tamis.web.api.schemas.common import Body, Name


class ContactTypeOut(msgspec.Struct):
    """A contact type: a kind of contacts with fields of their own."""

    id: int
    name: str
    created_at: datetime


class NewContactType(Body):
    """A contact type to create."""

    name: Name


class ContactTypeChanges(Body):
    """The changes to a contact type."""

    name: Name


class FieldOut(msgspec.Struct):
    """A field of a contact type; `reserved` ones are the standard fields of every type, which cannot be changed."""

    id: int
    key: Annotated[str, Meta(description="Names the field in contacts and rules; derived from its name.")]
    name: str
    kind: Kind
    options: list[str]
    reserved: bool


class NewField(Body):
    """A field to create; fields of the kinds `choice` and `choices` have options."""

    name: Name
    kind: Kind
    options: list[str] = field(default_factory=list)


class RenamedOption(Body):
    """A new name of an option; contacts and rules follow it."""

    option: str
    name: str


class FieldChanges(Body):
    """The changes to a field; what is missing stays."""

    name: Name | UnsetType = UNSET
    kind: Annotated[Kind | UnsetType, Meta(description="Values that do not fit the new kind are refused.")] = UNSET
    add_options: list[str] = field(default_factory=list)
    delete_options: list[str] = field(default_factory=list)
    rename_options: list[RenamedOption] = field(default_factory=list)
    order_options: Annotated[list[str], Meta(description="The options to put first.")] = field(default_factory=list)
    clear_unconvertible: Annotated[bool, Meta(description="Clear values that do not fit the new kind.")] = False


def contact_type_out(shown: ContactType) -> ContactTypeOut:
    """Return a contact type as the API shows it."""
    return ContactTypeOut(shown.id, shown.name, shown.created_at)


def field_out(shown: Field) -> FieldOut:
    """Return a field as the API shows it."""
    return FieldOut(shown.id, shown.key, shown.name, shown.kind, list(shown.options), shown in RESERVED)
