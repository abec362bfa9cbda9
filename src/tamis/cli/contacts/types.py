"""`tamis type`."""

from cyclopts import App

from tamis.actions.fields import types as actions
from tamis.actions.lookups import types_of_account
from tamis.cli.common import Common, open_services, print_result, print_table, resolve_account, resolve_type

type_app = App(name="type", help="Manage contact types, each with its own fields.")


@type_app.command
def create(name: str, *, common: Common = Common()) -> None:  # noqa: B008  frozen
    """Create a contact type.

    Parameters
    ----------
    name
        Name of the type, such as Customers.
    """
    with open_services(common) as services:
        made = services.write(actions.create_type, resolve_account(services, common), name)
    print_result(common, {"id": made.id, "name": made.name}, f"Contact type {made.id}: {made.name}")


@type_app.command(name="list")
def list_types(*, common: Common = Common()) -> None:  # noqa: B008  frozen
    """List contact types."""
    with open_services(common) as services:
        found = types_of_account(services.records.reader(), resolve_account(services, common).id)
    if common.json:
        print_result(common, {"contact_types": [{"id": t.id, "name": t.name} for t in found]})
    else:
        print_table(("ID", "Name"), [(t.id, t.name) for t in found], right=(0,))


@type_app.command
def rename(type_: str, name: str, *, common: Common = Common()) -> None:  # noqa: B008  frozen
    """Rename a contact type.

    Parameters
    ----------
    type_
        ID or name of the contact type.
    name
        New name.
    """
    with open_services(common) as services:
        account = resolve_account(services, common)
        renamed = services.write(actions.rename_type, account, resolve_type(services, account, type_), name)
    print_result(common, {"id": renamed.id, "name": renamed.name}, f"Contact type {renamed.id}: {renamed.name}")


@type_app.command
def delete(type_: str, *, common: Common = Common()) -> None:  # noqa: B008  frozen
    """Delete a contact type and its fields; refused while it has contacts or segments.

    Parameters
    ----------
    type_
        ID or name of the contact type.
    """
    with open_services(common) as services:
        gone = resolve_type(services, resolve_account(services, common), type_)
        services.write(actions.delete_type, gone)
    print_result(common, {"id": gone.id, "name": gone.name}, f"Deleted contact type {gone.name}.")
