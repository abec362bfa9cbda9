"""Convert the values of a field to another kind, and report the values that cannot be converted.

Nothing is lost unseen: without the consent of a person, a field with unconvertible values is not converted at all. With
it, these values are written to a file before the change is stored.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import NoReturn

from tamis.actions.fields.field_edits import FieldEdit, UnconvertibleValue, edit_field
from tamis.actions.importing.rows.rejects import PLACE, write_rejects
from tamis.actions.services import Services
from tamis.domain.accounts.accounts import Account
from tamis.domain.contacts.contacts import ContactType
from tamis.domain.values.fields import Field
from tamis.records.handles import Transaction
from tamis.staging.delimited import SourceRow

LOST = "-lost"


@dataclass(frozen=True, slots=True)
class EditResult:
    """A field after an edit, the values that contacts lose, and the file with these."""

    field: Field
    lost: Sequence[UnconvertibleValue]
    lost_file: Path | None = None


class _RollBack(Exception):
    """Rolls back the transaction of an edit that is only previewed."""

    def __init__(self, result: EditResult) -> None:
        self.result = result


def edit_field_saving_lost_values(
    services: Services, account: Account, contact_type: ContactType, reference: str, edit: FieldEdit
) -> EditResult:
    """Edit a field like `edit_field`, but first write the values that contacts lose to a file."""
    written: list[tuple[Sequence[UnconvertibleValue], Path]] = []

    def save(field: Field, lost: Sequence[UnconvertibleValue]) -> None:
        written.append((lost, _write(services, contact_type, field, lost)))

    try:
        field = services.write(edit_field, account, contact_type, reference, edit, save)
    except BaseException:
        for _, path in written:
            path.unlink(missing_ok=True)
        raise
    return EditResult(field, *written[0]) if written else EditResult(field, ())


def preview_edit(
    services: Services, account: Account, contact_type: ContactType, reference: str, edit: FieldEdit
) -> EditResult:
    """Return what an edit of a field would do, including unconvertible values, without doing it; raises what
    `edit_field` raises, except for unconvertible values."""
    try:
        services.write(_preview, account, contact_type, reference, replace(edit, clear_unconvertible=True))
    except _RollBack as roll_back:
        return roll_back.result


def lost_files(services: Services, contact_type: ContactType, field: Field) -> list[Path]:
    """List the files with values that contacts lost when a field was converted, newest first."""
    return sorted((services.settings.data / PLACE).glob(f"{_stem(contact_type, field)}-*{LOST}.csv"), reverse=True)


def discard_lost_files(services: Services, type_id: int) -> None:
    """Delete the files with values that contacts of a type lost when fields were converted."""
    for path in (services.settings.data / PLACE).glob(f"field-{type_id}-*{LOST}.csv"):
        path.unlink(missing_ok=True)


def _preview(
    db: Transaction, now: datetime, account: Account, contact_type: ContactType, reference: str, edit: FieldEdit
) -> NoReturn:
    lost: list[UnconvertibleValue] = []
    field = edit_field(db, now, account, contact_type, reference, edit, lambda _, values: lost.extend(values))
    raise _RollBack(EditResult(field, lost))


def _write(services: Services, contact_type: ContactType, field: Field, lost: Sequence[UnconvertibleValue]) -> Path:
    reason = f'"{field.name}" is now a {field.kind} field, and this value does not fit'
    rows = ((SourceRow(n, n, [value.email, value.value]), [reason]) for n, value in enumerate(lost, 1))
    stem = _stem(contact_type, field)
    return write_rejects(services.settings.data, stem, ("email", field.key), rows, services.clock(), LOST)


def _stem(contact_type: ContactType, field: Field) -> str:
    return f"field-{contact_type.id}-{field.id}"
