"""Contact types, and their fields."""

from collections.abc import Mapping, Sequence

from msgspec import UNSET, UnsetType

from tamis.client.calls import Resource, Sender, call, paged
from tamis.client.models.account import ContactType, Field
from tamis.client.request import Page, Request, json_body, path


class ContactTypeCalls(Resource[Sender]):
    """Contact types."""

    @paged
    def list(self, *, page_size: int | None = None, cursor: str | None = None) -> Request[Page[ContactType]]:
        """List the contact types of the account."""
        return Request("GET", "/contact-types", Page[ContactType], {"limit": page_size, "cursor": cursor})

    @call
    def get(self, type_id: int) -> Request[ContactType]:
        """Return a contact type."""
        return Request("GET", path("contact-types", type_id), ContactType)

    @call
    def create(self, name: str) -> Request[ContactType]:
        """Create a contact type."""
        return Request("POST", "/contact-types", ContactType, content=json_body(name=name))

    @call
    def update(self, type_id: int, *, name: str) -> Request[ContactType]:
        """Rename a contact type."""
        return Request("PATCH", path("contact-types", type_id), ContactType, content=json_body(name=name))

    @call
    def delete(self, type_id: int) -> Request[None]:
        """Delete a contact type with its fields; it must have no contacts and no segments."""
        return Request("DELETE", path("contact-types", type_id), type(None))


class FieldCalls(Resource[Sender]):
    """The fields of contact types."""

    @paged
    def list(self, type_id: int, *, page_size: int | None = None, cursor: str | None = None) -> Request[Page[Field]]:
        """List the fields of a contact type, reserved ones first."""
        query = {"limit": page_size, "cursor": cursor}
        return Request("GET", path("contact-types", type_id, "fields"), Page[Field], query)

    @call
    def create(
        self, type_id: int, name: str, kind: str, *, options: Sequence[str] | UnsetType = UNSET
    ) -> Request[Field]:
        """Create a field of a kind: `text`, `number`, `date`, `datetime`, `boolean`, `choice` or `choices`."""
        content = json_body(name=name, kind=kind, options=options)
        return Request("POST", path("contact-types", type_id, "fields"), Field, content=content)

    @call
    def update(
        self,
        field_id: int,
        *,
        name: str | UnsetType = UNSET,
        kind: str | UnsetType = UNSET,
        add_options: Sequence[str] | UnsetType = UNSET,
        delete_options: Sequence[str] | UnsetType = UNSET,
        rename_options: Mapping[str, str] | UnsetType = UNSET,
        order_options: Sequence[str] | UnsetType = UNSET,
        clear_unconvertible: bool | UnsetType = UNSET,
    ) -> Request[Field]:
        """Change a field; contacts and rules follow renamed options. Values that do not fit a new kind are refused,
        unless `clear_unconvertible` clears them."""
        renamed = (
            UNSET
            if isinstance(rename_options, UnsetType)
            else [{"option": option, "name": name} for option, name in rename_options.items()]
        )
        content = json_body(
            name=name,
            kind=kind,
            add_options=add_options,
            delete_options=delete_options,
            rename_options=renamed,
            order_options=order_options,
            clear_unconvertible=clear_unconvertible,
        )
        return Request("PATCH", path("fields", field_id), Field, content=content)

    @call
    def delete(self, field_id: int) -> Request[None]:
        """Delete a field and its values; segments must not use it."""
        return Request("DELETE", path("fields", field_id), type(None))
