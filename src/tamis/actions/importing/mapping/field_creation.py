"""Fields and options that an import creates."""

from collections.abc import Mapping, Sequence

from tamis.actions.fields.fields import check_new_fields, create_fields
from tamis.actions.fields.new_options import add_options, with_options
from tamis.actions.importing.rows.bad_values import Policy
from tamis.actions.services import Services
from tamis.domain.contacts.contacts import ContactType
from tamis.domain.inference.declared_types import DeclaredType
from tamis.domain.parsing.column_format import ColumnFormat
from tamis.domain.values.fields import Field, key_from_name, name_from_header


def add_new_options(
    services: Services,
    contact_type: ContactType,
    fields: Mapping[int, Field],
    new: Mapping[int, Sequence[str]],
    chosen: Mapping[int, Policy],
    dry_run: bool,
) -> dict[int, Field]:
    if dry_run:
        return {position: with_options(fields[position], options) for position, options in new.items()}
    wanted = {fields[position].id: options for position, options in new.items()}
    requested = [fields[position].id for position in new if chosen[position].requested]
    return dict(zip(new, services.write(add_options, contact_type, wanted, requested), strict=True))


def new_field_name(name: str, declared: DeclaredType | None) -> str:
    """Return the name of a new field: its name when it was exported, if that has the same key."""
    exported = declared.name if declared else ""
    return exported if exported and key_from_name(exported) == key_from_name(name) else name_from_header(name)


def make_fields(
    services: Services,
    contact_type: ContactType,
    names: Sequence[str],
    new: Mapping[int, ColumnFormat],
    dry_run: bool,
) -> dict[int, Field]:
    named = [(names[position], found.kind, found.options) for position, found in new.items()]
    if dry_run:
        checked = check_new_fields(services.records.reader(), contact_type, named)
        made = [
            Field(-1 - n, key_from_name(name), name, kind, options) for n, (name, kind, options) in enumerate(checked)
        ]
    else:
        made = services.write(create_fields, contact_type, named)
    return dict(zip(new, made, strict=True))
