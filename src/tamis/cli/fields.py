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
from tamis.domain.dates import DateOrder
from tamis.domain.errors import Invalid, Param, Problem, Refused
from tamis.domain.fields import RESERVED, Field, Kind
from tamis.domain.text import pluralize, shorten

field_app = App(name="field", help="Fields of a contact type.")


@field_app.command(name="create")
def create_field(
    name: str,
    *,
    type_: TypeOption,
    kind: Kind,
    option: Annotated[list[str] | None, Parameter(negative="")] = None,
    common: Common = Common(),  # noqa: B008  frozen
) -> None:
    """Make a field of a contact type.

    Parameters
    ----------
    name
        Name of the field; rules call it by its key, which follows from it: "Birth date" is birth_date.
    kind
        What its values are.
    option
        An option of a choice or of several choices; repeat it for each.
    """
    with open_services(common) as services:
        contact_type = resolve_type(services, resolve_account(services, common), type_)
        made = services.write(fields.create_field, contact_type, name, kind, option or ())
    print_result(common, _field(made), f"Field {made.id}: {made.key} ({made.kind})")


@field_app.command(name="list")
def list_fields(*, type_: TypeOption, common: Common = Common()) -> None:  # noqa: B008  frozen
    """List the fields of a contact type, reserved ones first."""
    with open_services(common) as services:
        contact_type = resolve_type(services, resolve_account(services, common), type_)
        found = fields_of_type(services.records.reader(), contact_type.id).fields
    if common.json:
        print_result(common, {"fields": [_field(f) for f in found]})
    else:
        rows = [(f.id, f.key, f.kind, f.name, ", ".join(f.options)) for f in found]
        print_table(("Id", "Key", "Kind", "Name", "Options"), rows, right=(0,))


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
    """Change a field; refused where a segment depends on what would be changed, or values would be lost.

    Parameters
    ----------
    field
        Key, name or id of the field.
    name
        Its new name, from which its new key follows; rules keep the field.
    kind
        What its values shall be; they are converted, and refused where any does not fit.
    add_option
        An option to add after the others; repeat it for each.
    delete_option
        An option to delete, also from the contacts that have it; repeat it for each.
    rename_option
        OLD=NEW: an option to call otherwise, also in contacts and rules; repeat it for each.
    order_option
        An option that shall stand before all that are not named so; repeat it for each, in their order.
    on_bad_value
        What becomes of values that do not fit another kind: reject (nothing is changed, and some of them are shown) or
        blank (these contacts lose them, and they are written to a file).
    date_order
        How dates with the year behind are written in a text field that is to be one of dates.
    dry_run
        Say what would happen, and whose values would not fit, and change nothing.
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
    lines = [f"Field {made.id}: {made.key} ({made.kind})"]
    if lost and dry_run:
        lines.append(f"{pluralize(len(lost), 'value')} would not fit: {_field_row(lost, len(lost))}")
    elif lost:
        lines.append(f"{pluralize(len(lost), 'value')} did not fit and went; {edited.lost_file} has them")
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
    """Put a field before another one in all lists of fields, or after all others.

    Parameters
    ----------
    field
        Key, name or id of the field.
    before
        Key, name or id of the field that it is to stand before; without it, the field becomes the last one.
    """
    with open_services(common) as services:
        moved = services.write(
            fields.reorder_field, resolve_type(services, resolve_account(services, common), type_), field, before
        )
    print_result(common, _field(moved), f"Field {moved.key} stands " + (f"before {before}." if before else "last."))


@field_app.command
def delete(field: str, *, type_: TypeOption, common: Common = Common()) -> None:  # noqa: B008  frozen
    """Delete a field and its values; refused while a segment uses it.

    Parameters
    ----------
    field
        Key, name or id of the field.
    """
    with open_services(common) as services:
        contact_type = resolve_type(services, resolve_account(services, common), type_)
        gone = services.write(fields.delete_field, contact_type, field)
    print_result(common, {"id": gone.id, "key": gone.key}, f"Field {gone.key} is deleted.")


def _usage(error: ValuesDoNotFit) -> dict[str, Param]:
    listed = _field_row(error.first, error.count)
    return {"field": error.field.key, "kind": error.kind, "count": error.count, "misfits": listed}


def _field_row(misfits: Sequence[UnconvertibleValue], count: int) -> str:
    shown = ", ".join(f'{email} "{shorten(value)}"' for email, value in misfits[:MOST_EXAMPLES])
    return shown + (f" and {count - MOST_EXAMPLES:,} more" if count > MOST_EXAMPLES else "")


def _renamed(pair: str) -> tuple[str, str]:
    option, equals, text = pair.partition("=")
    if not equals:
        raise Invalid([Problem("rename-option", "renaming_not_written_so", pair=pair)])
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
