"""`tamis contact create` and `tamis contact edit`."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

from cyclopts import Parameter

from tamis.actions.contacts.contact_edits import create_contact, edit_contact
from tamis.actions.contacts.contacts import show_contact
from tamis.actions.lookups import fields_of_type
from tamis.cli.common import Common, TypeOption, open_services, print_result, resolve_account, resolve_type
from tamis.domain.contacts.contacts import Contact
from tamis.domain.errors import Invalid, Problem
from tamis.domain.values.fields import FieldSet, format_value

Settings = Annotated[list[str] | None, Parameter(name="--set", negative="")]


def create(
    email: str,
    *,
    type_: TypeOption,
    set_: Settings = None,
    common: Common = Common(),  # noqa: B008  frozen
) -> None:
    """Create a contact.

    Parameters
    ----------
    email
        Email of the contact.
    set_
        FIELD=VALUE: the value of a field, given by key or name. Can be repeated.
    """
    with open_services(common) as services:
        account = resolve_account(services, common)
        contact_type = resolve_type(services, account, type_)
        fields = fields_of_type(services.records.reader(), contact_type.id)
        texts = {"email": email, **_texts(set_ or [], fields)}
        with _problems_by_name(fields):
            made = services.write(create_contact, account, contact_type, texts)
    print_result(common, document_of(made, fields), f"Created {made.email} (contact {made.id}).")


def edit(
    email: str,
    *,
    type_: TypeOption,
    set_: Settings = None,
    common: Common = Common(),  # noqa: B008  frozen
) -> None:
    """Edit the values of a contact, including its email.

    Parameters
    ----------
    email
        Email of the contact.
    set_
        FIELD=VALUE: the new value of a field, given by key or name; a blank value clears it. Can be repeated.
    """
    with open_services(common) as services:
        account = resolve_account(services, common)
        contact_type = resolve_type(services, account, type_)
        db = services.records.reader()
        found = show_contact(db, services.clock(), account, contact_type, email)
        texts = _texts(set_ or [], found.fields)
        with _problems_by_name(found.fields):
            edited = services.write(edit_contact, account, contact_type, found.contact.id, texts)
    done = "Nothing to change in" if edited == found.contact else "Updated"
    print_result(common, document_of(edited, found.fields), f"{done} {edited.email}.")


def _texts(settings: list[str], fields: FieldSet) -> dict[str, str]:
    """Parse FIELD=VALUE; an unknown field is kept, and refused later together with all other problems."""
    wrong = [setting for setting in settings if "=" not in setting]
    if wrong:
        raise Invalid([Problem("--set", "setting_not_written_so", setting=setting) for setting in wrong])
    pairs = (setting.split("=", 1) for setting in settings)
    return {found.key if (found := fields.find(name.strip())) else name.strip(): value for name, value in pairs}


@contextmanager
def _problems_by_name(fields: FieldSet) -> Iterator[None]:
    """Raise problems with the values of fields again, with the name of the field in the place of its key."""
    try:
        yield
    except Invalid as error:
        raise Invalid([Problem.of(fields.names.get(p.path, p.path), p) for p in error.problems]) from None


def document_of(contact: Contact, fields: FieldSet) -> dict[str, object]:
    """Return a contact with all of its fields for --json."""
    values = {field.key: contact.value_of(field) for field in fields.fields}
    return {
        "id": contact.id,
        "email": contact.email,
        "suppressed": contact.suppressed,
        "values": {
            key: value if value is None or isinstance(value, bool | float | tuple) else format_value(value)
            for key, value in values.items()
        },
    }
