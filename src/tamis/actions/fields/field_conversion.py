"""Turn the values of a field into those of another kind, and say whose would not fit.

Nothing is lost unseen: unless a person has said that contacts lose values that do not fit, nothing is converted, and
what they lose then is in a file, which is written before the change is stored.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import NoReturn

from tamis.actions.fields.field_edits import FieldEdit, Misfit, edit_field
from tamis.actions.importing.rejects import PLACE, write_rejects
from tamis.actions.services import Services
from tamis.domain.accounts import Account
from tamis.domain.contacts import ContactType
from tamis.domain.fields import Field
from tamis.records.handles import Transaction
from tamis.staging.delimited import SourceRow

LOST = "-lost"


@dataclass(frozen=True, slots=True)
class Edited:
    """A field after an edit, the values that contacts lose by it, and the file in which these are."""

    field: Field
    lost: Sequence[Misfit]
    lost_file: Path | None = None


class _Tried(Exception):
    """Ends the transaction of an edit that is only tried."""

    def __init__(self, edited: Edited) -> None:
        self.edited = edited


def edit_field_keeping(
    services: Services, account: Account, contact_type: ContactType, reference: str, edit: FieldEdit
) -> Edited:
    """Change a field as `edit_field` does, after writing the values that contacts lose to a file."""
    written: list[tuple[Sequence[Misfit], Path]] = []

    def keep(field: Field, lost: Sequence[Misfit]) -> None:
        written.append((lost, _write(services, contact_type, field, lost)))

    try:
        field = services.write(edit_field, account, contact_type, reference, edit, keep)
    except BaseException:
        for _, path in written:
            path.unlink(missing_ok=True)
        raise
    return Edited(field, *written[0]) if written else Edited(field, ())


def try_edit(
    services: Services, account: Account, contact_type: ContactType, reference: str, edit: FieldEdit
) -> Edited:
    """Return what a change of a field would do, and whose values would not fit, without doing it; raises what
    `edit_field` would, but for values that do not fit."""
    try:
        services.write(_try, account, contact_type, reference, replace(edit, blank_misfits=True))
    except _Tried as tried:
        return tried.edited


def lost_files(services: Services, contact_type: ContactType, field: Field) -> list[Path]:
    """List the files with values that contacts have lost when the kind of a field was changed, newest first."""
    return sorted((services.settings.data / PLACE).glob(f"{_stem(contact_type, field)}-*{LOST}.csv"), reverse=True)


def _try(
    db: Transaction, now: datetime, account: Account, contact_type: ContactType, reference: str, edit: FieldEdit
) -> NoReturn:
    lost: list[Misfit] = []
    field = edit_field(db, now, account, contact_type, reference, edit, lambda _, misfits: lost.extend(misfits))
    raise _Tried(Edited(field, lost))


def _write(services: Services, contact_type: ContactType, field: Field, lost: Sequence[Misfit]) -> Path:
    reason = f"{field.key} is a {field.kind} field now, and this value does not fit"
    rows = ((SourceRow(n, n, [misfit.email, misfit.value]), [reason]) for n, misfit in enumerate(lost, 1))
    stem = _stem(contact_type, field)
    return write_rejects(services.settings.data, stem, ("email", field.key), rows, services.clock(), LOST)


def _stem(contact_type: ContactType, field: Field) -> str:
    return f"field-{contact_type.id}-{field.id}"
