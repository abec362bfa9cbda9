"""`tamis field`."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Literal

from cyclopts import App, Parameter

from tamis.actions.fields import fields
from tamis.actions.fields.field_conversion import edit_field_saving_lost_values, preview_edit
from tamis.actions.fields.field_edits import MOST_EXAMPLES, FieldEdit, UnconvertibleValue, ValuesDoNotFit
from tamis.actions.lookups import fields_of_type
from tamis.cli.common import (
    Common,
    TypeOption,
    open_services,
    print_notice,
    print_result,
    print_table,
    resolve_account,
    resolve_type,
)
from tamis.domain.errors import Invalid, Param, Problem, Refused
from tamis.domain.messages.kinds import KIND_NAMES
from tamis.domain.values.dates import DateOrder
from tamis.domain.values.fields import RESERVED, Field, Kind
from tamis.domain.values.text import pluralize, shorten

field_app = App(name="field", help="Manage the fields of a contact type.")


@field_app.command(name="create")
def create_field(
    name: str,
    *,
    type_: TypeOption,
    kind: Kind,
    option: Annotated[list[str] | None, Parameter(negative="")] = None,
    common: Common = Common(),  # noqa: B008  frozen
) -> None:
    """Create a field.

    Parameters
    ----------
    name
        Name of the field. Rules use its key, which is derived from the name: "Birth date" becomes birth_date.
    kind
        Kind of its values.
    option
        An option of a choice or choices field. Can be repeated.
    """
    with open_services(common) as services:
        contact_type = resolve_type(services, resolve_account(services, common), type_)
        made = services.write(fields.create_field, contact_type, name, kind, option or ())
    print_result(common, _field(made), f"Field {made.id}: {made.name} ({KIND_NAMES[made.kind]}), key {made.key}")


@field_app.command(name="list")
def list_fields(*, type_: TypeOption, common: Common = Common()) -> None:  # noqa: B008  frozen
    """List the fields of a contact type, standard fields first."""
    with open_services(common) as services:
        contact_type = resolve_type(services, resolve_account(services, common), type_)
        found = fields_of_type(services.records.reader(), contact_type.id).fields
    if common.json:
        print_result(common, {"fields": [_field(f) for f in found]})
    else:
        rows = [(f.id, f.key, KIND_NAMES[f.kind], f.name, ", ".join(f.options)) for f in found]
        print_table(("ID", "Key", "Kind", "Name", "Options"), rows, right=(0,))


@field_app.command
def edit(
    field: str,
    *,
    type_: TypeOption,
    name: str | None = None,
    kind: Kind | None = None,
    add_option: Annotated[list[str] | None, Parameter(negative="")] = None,
    delete_option: Annotated[list[str] | None, Parameter(negative="")] = None,
    rename_option: Annotated[list[str] | None, Parameter(negative="")] = None,
    order_option: Annotated[list[str] | None, Parameter(negative="")] = None,
    on_bad_value: Literal["reject", "blank"] = "reject",
    date_order: DateOrder | None = None,
    dry_run: Annotated[bool, Parameter(negative="")] = False,
    common: Common = Common(),  # noqa: B008  frozen
) -> None:
    """Edit a field; refused if a segment depends on what would change or if values would be lost.

    Parameters
    ----------
    field
        Key, name or ID of the field.
    name
        New name, which also gives the field a new key; rules keep using the field.
    kind
        New kind of its values, which are converted; refused if a value does not fit.
    add_option
        An option to add at the end. Can be repeated.
    delete_option
        An option to delete, including from contacts that have it. Can be repeated.
    rename_option
        OLD=NEW: an option to rename, including in contacts and rules. Can be repeated.
    order_option
        An option to move to the front. Repeat it to list several, in order.
    on_bad_value
        What to do with values that do not fit the new kind: reject (change nothing and show some of them) or blank
        (clear them and save them to a file).
    date_order
        The order of dates such as 03/04/2024 in a text field that becomes a date field.
    dry_run
        Show what would happen and which values would not fit, without changing anything.
    """
    renamed = [_renamed(pair) for pair in rename_option or ()]
    wanted = FieldEdit(
        name,
        kind,
        add_option or (),
        delete_option or (),
        tuple(renamed),
        order_option or (),
        clear_unconvertible=on_bad_value == "blank",
        date_order=date_order,
    )
    if replace(wanted, clear_unconvertible=False, date_order=None) == FieldEdit():
        raise Invalid([Problem("", "nothing_to_change_of_field")])
    with open_services(common) as services:
        account = resolve_account(services, common)
        change = preview_edit if dry_run else edit_field_saving_lost_values
        try:
            edited = change(services, account, resolve_type(services, account, type_), field, wanted)
        except ValuesDoNotFit as error:
            raise Refused("values_would_not_fit", **_usage(error)) from None
    made, lost = edited.field, edited.lost
    document: dict[str, object] = {
        "misfits": len(lost),
        "misfits_file": str(edited.lost_file) if edited.lost_file else None,
    }
    if dry_run:
        document["contacts"] = [misfit._asdict() for misfit in lost]
    lines = [f"Field {made.id}: {made.name} ({KIND_NAMES[made.kind]}), key {made.key}"]
    if lost and dry_run:
        lines.append(f"{pluralize(len(lost), 'value')} would not fit: {_field_row(lost, len(lost))}")
    elif lost:
        lines.append(f"Cleared {pluralize(len(lost), 'value')} that did not fit (saved to {edited.lost_file})")
    if dry_run:
        print_notice("Dry run: nothing was changed.")
    print_result(common, _field(made) | document, *lines)


@field_app.command
def move(
    field: str,
    *,
    type_: TypeOption,
    before: str | None = None,
    common: Common = Common(),  # noqa: B008  frozen
) -> None:
    """Move a field before another one in all lists of fields, or to the end.

    Parameters
    ----------
    field
        Key, name or ID of the field.
    before
        Key, name or ID of the field to move it before; by default, it moves to the end.
    """
    with open_services(common) as services:
        moved = services.write(
            fields.reorder_field, resolve_type(services, resolve_account(services, common), type_), field, before
        )
    print_result(
        common, _field(moved), f"Moved field {moved.name} " + (f"before {before}." if before else "to the end.")
    )


@field_app.command
def delete(field: str, *, type_: TypeOption, common: Common = Common()) -> None:  # noqa: B008  frozen
    """Delete a field and its values; refused while a segment uses it.

    Parameters
    ----------
    field
        Key, name or ID of the field.
    """
    with open_services(common) as services:
        contact_type = resolve_type(services, resolve_account(services, common), type_)
        gone = services.write(fields.delete_field, contact_type, field)
    print_result(common, {"id": gone.id, "key": gone.key}, f"Deleted field {gone.name}.")


def _usage(error: ValuesDoNotFit) -> dict[str, Param]:
    listed = _field_row(error.first, error.count)
    return {"field": error.field.name, "kind": error.kind, "count": error.count, "misfits": listed}


def _field_row(misfits: Sequence[UnconvertibleValue], count: int) -> str:
    shown = ", ".join(f'{email} "{shorten(value)}"' for email, value in misfits[:MOST_EXAMPLES])
    return shown + (f" and {count - MOST_EXAMPLES:,} more" if count > MOST_EXAMPLES else "")


def _renamed(pair: str) -> tuple[str, str]:
    option, equals, text = pair.partition("=")
    if not equals:
        raise Invalid([Problem("--rename-option", "renaming_not_written_so", pair=pair)])
    return option, text


def _field(field: Field) -> dict[str, object]:
    return {
        "id": field.id,
        "key": field.key,
        "name": field.name,
        "kind": field.kind,
        "options": field.options,
        "options_inferred": field.options_inferred,
        "reserved": field in RESERVED,
    }
