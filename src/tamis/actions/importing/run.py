"""Import a file of contacts: the whole way from a path to a report."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

from tamis.actions.batches import batched, collector_paused
from tamis.actions.fields import create_fields
from tamis.actions.forgetting import refusals
from tamis.actions.house import House
from tamis.actions.importing.csv_file import RECORDS_A_BATCH, open_csv
from tamis.actions.importing.mapping import ColumnMap, map_columns
from tamis.actions.importing.read_rows import RowReader
from tamis.actions.importing.rejects import RejectsFile
from tamis.actions.importing.storing import Storing, storing
from tamis.actions.importing.survey import Survey, survey
from tamis.domain.accounts import Account
from tamis.domain.contacts import ContactType
from tamis.domain.dates import DateOrder
from tamis.domain.errors import Invalid, Problem
from tamis.domain.fields import Field, FieldSet, key_of, name_of
from tamis.domain.infer import Ambiguous, Inferred
from tamis.records import forgotten, types
from tamis.records.contacts import NewContact


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """How a file is to be imported: `chosen` maps columns to fields, `erase` lets blank cells clear values,
    `order` is that of its dates, where a person has said it."""

    create_fields: bool = False
    chosen: Mapping[str, str] | None = None
    erase: bool = False
    dry_run: bool = False
    order: DateOrder | None = None


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What became of every row: rows = created + updated + unchanged + repeated + rejected."""

    rows: int
    created: int
    updated: int
    unchanged: int
    repeated: int
    rejected: int
    rejects_file: str | None
    ignored_columns: tuple[str, ...]
    created_fields: tuple[Field, ...]


Progress = Callable[[str, int, int], None]
"""Told what is being done, how many rows of it are done, and how many there are (0 while that is unknown)."""


def import_csv(
    house: House,
    account: Account,
    contact_type: ContactType,
    path: Path,
    options: ImportOptions,
    progress: Progress = lambda *_: None,
) -> ImportReport:
    """Import a CSV file into a contact type; raises Invalid when nothing of the file can be taken.

    A batch is atomic: a killed import has finished it or not touched it, and running the import again ends in the
    same state. Of rows with the same address the last good one counts.
    """
    present = types.fields_of_type(house.records.reader(), contact_type.id)
    with collector_paused(), open_csv(path) as file:
        columns = map_columns(file.header, present, options.chosen or {}, options.create_fields)
        asked = columns.fields | dict.fromkeys(columns.unknown)
        found = survey(file.batches, columns.email, asked, options.order, lambda done: progress("Reading", done, 0))
    kinds = _decided(file.header, found)
    made = _make_fields(house, contact_type, file.header, columns, kinds, options.dry_run)
    columns = replace(columns, fields=columns.fields | made)
    erasable = [field.id for field in columns.fields.values()] if options.erase else []
    fields = FieldSet((*present.fields, *made.values()))
    rejects = RejectsFile(house.settings.data, path, file.header, house.clock())
    db = house.records.reader()
    checked = forgotten.last_number(db)
    try:
        with storing(house, contact_type.id, fields, erasable, write=not options.dry_run, checked=checked) as store:
            orders = {position: kind.order for position, kind in kinds.items()}
            reader = RowReader(len(file.header), columns, account.zone, refusals(db, account, contact_type), orders)
            counts = _run(path, reader, found, store, rejects, progress)
    finally:
        rejects.close()
    return ImportReport(
        rows=counts.rows,
        created=store.total.created,
        updated=store.total.updated,
        unchanged=store.total.unchanged,
        repeated=counts.repeated,
        rejected=counts.rejected,
        rejects_file=str(rejects.path) if rejects.path else None,
        ignored_columns=tuple(file.header[p] for p in columns.ignored),
        created_fields=tuple(made.values()),
    )


class _Counts(NamedTuple):
    rows: int
    repeated: int
    rejected: int


def _run(
    path: Path, reader: RowReader, found: Survey, store: Storing, rejects: RejectsFile, progress: Progress
) -> _Counts:
    rows = repeated = rejected = 0
    held: dict[str, NewContact] = {}  # of addresses that come up again, only the last good row is stored, at the end
    with collector_paused(), open_csv(path) as file:
        for batch in file.batches:
            good, bad = reader.read(batch)
            rejects.add(bad)
            rows += len(good) + len(bad)
            rejected += len(bad)
            if found.repeated:
                again = [contact for contact in good if hash(contact.email_key) in found.repeated]
                good = [contact for contact in good if hash(contact.email_key) not in found.repeated]
                repeated += len(again) + len(held)
                held.update((contact.email_key, contact) for contact in again)
                repeated -= len(held)
            store.store(good)
            progress("Storing", rows, found.rows)
        for part in batched(held.values(), RECORDS_A_BATCH):
            store.store(part)
    return _Counts(rows, repeated, rejected)


def _decided(header: tuple[str, ...], found: Survey) -> dict[int, Inferred]:
    questions = [
        Problem("", kind.question(header[position]))
        for position, kind in found.kinds.items()
        if isinstance(kind, Ambiguous)
    ]
    if questions:
        raise Invalid(questions)
    return {position: kind for position, kind in found.kinds.items() if isinstance(kind, Inferred)}


def _make_fields(
    house: House,
    contact_type: ContactType,
    header: tuple[str, ...],
    columns: ColumnMap,
    kinds: Mapping[int, Inferred],
    dry_run: bool,
) -> dict[int, Field]:
    named = [(name_of(header[p]), kinds[p].kind, kinds[p].options) for p in columns.unknown]
    if dry_run:
        made = [Field(-1 - n, key_of(name), name, kind, options) for n, (name, kind, options) in enumerate(named)]
    else:
        made = house.write(create_fields, contact_type, named)
    return dict(zip(columns.unknown, made, strict=True))
