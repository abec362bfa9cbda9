"""`tamis type`."""

from cyclopts import App

from tamis.actions.fields import types as actions
from tamis.actions.lookups import types_of_account
from tamis.cli.common import Common, account_of, opened, show, show_table, type_of

type_app = App(name="type", help="Contact types: kinds of contacts with their own fields.")


@type_app.command
def create(name: str, *, common: Common = Common()) -> None:  # noqa: B008  frozen
    """Make a contact type.

    Parameters
    ----------
    name
        Name of the type, such as Customers.
    """
    with opened(common) as services:
        made = services.write(actions.create_type, account_of(services, common), name)
    show(common, {"id": made.id, "name": made.name}, f"Contact type {made.id}: {made.name}")


@type_app.command(name="list")
def list_types(*, common: Common = Common()) -> None:  # noqa: B008  frozen
    """List the contact types."""
    with opened(common) as services:
        found = types_of_account(services.records.reader(), account_of(services, common).id)
    if common.json:
        show(common, {"contact_types": [{"id": t.id, "name": t.name} for t in found]})
    else:
        show_table(("Id", "Name"), [(t.id, t.name) for t in found], right=(0,))


@type_app.command
def rename(type_: str, name: str, *, common: Common = Common()) -> None:  # noqa: B008  frozen
    """Rename a contact type.

    Parameters
    ----------
    type_
        Name or id of the contact type.
    name
        Its new name.
    """
    with opened(common) as services:
        account = account_of(services, common)
        renamed = services.write(actions.rename_type, account, type_of(services, account, type_), name)
    show(common, {"id": renamed.id, "name": renamed.name}, f"Contact type {renamed.id}: {renamed.name}")


@type_app.command
def delete(type_: str, *, common: Common = Common()) -> None:  # noqa: B008  frozen
    """Delete a contact type and its fields; refused while it has contacts or segments.

    Parameters
    ----------
    type_
        Name or id of the contact type.
    """
    with opened(common) as services:
        gone = type_of(services, account_of(services, common), type_)
        services.write(actions.delete_type, gone)
    show(common, {"id": gone.id, "name": gone.name}, f"The contact type {gone.name} is deleted.")
