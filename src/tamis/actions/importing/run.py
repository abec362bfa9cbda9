"""Import a file of contacts: the whole way from a path to a report."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from tamis.actions.batches import batched
from tamis.actions.house import House
from tamis.actions.importing.csv_file import open_csv
from tamis.actions.importing.mapping import ColumnMap, map_columns
from tamis.actions.importing.read_rows import Good, read_rows
from tamis.actions.importing.rejects import RejectsFile
from tamis.actions.importing.survey import ROWS_A_BATCH, Survey, survey
from tamis.actions.importing.upsert import Outcome, upsert
from tamis.actions.types import create_field
from tamis.domain.accounts import Account
from tamis.domain.contacts import ContactType
from tamis.domain.fields import Field, FieldSet, key_of
from tamis.records import types


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """How a file is to be imported: `chosen` maps columns to fields, `erase` lets blank cells clear values."""

    create_fields: bool = False
    chosen: Mapping[str, str] | None = None
    erase: bool = False
    dry_run: bool = False


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
    with open_csv(path) as file:
        columns = map_columns(file.header, present, options.chosen or {}, options.create_fields)
        found = survey(file.rows, columns.email, columns.unknown, lambda done: progress("Reading", done, 0))
    made = _make_fields(house, contact_type, file.header, columns, found, options.dry_run)
    fields = FieldSet((*present.fields, *made.values()))
    columns = replace(columns, fields=columns.fields | made)
    rejects = RejectsFile(house.settings.data, path, file.header, house.clock())
    try:
        total = _run(house, account, contact_type, path, fields, columns, found, options, rejects, progress)
    finally:
        rejects.close()
    return replace(
        total,
        rejects_file=str(rejects.path) if rejects.path else None,
        ignored_columns=tuple(file.header[p] for p in columns.ignored),
        created_fields=tuple(made.values()),
    )


def _run(
    house: House,
    account: Account,
    contact_type: ContactType,
    path: Path,
    fields: FieldSet,
    columns: ColumnMap,
    found: Survey,
    options: ImportOptions,
    rejects: RejectsFile,
    progress: Progress,
) -> ImportReport:
    report = ImportReport(0, 0, 0, 0, 0, 0, None, (), ())
    held: dict[str, Good] = {}

    def store(rows: list[Good]) -> None:
        nonlocal report
        outcome: Outcome = house.write(upsert, contact_type.id, fields, rows, write=not options.dry_run)
        report = replace(
            report,
            created=report.created + outcome.created,
            updated=report.updated + outcome.updated,
            unchanged=report.unchanged + outcome.unchanged,
        )

    with open_csv(path) as file:
        for batch in batched(file.rows, ROWS_A_BATCH):
            good, bad = read_rows(batch, len(file.header), columns, account.zone, options.erase)
            rejects.add(bad)
            single = [row for row in good if hash(row.email.key) not in found.repeated]
            for row in good:
                if hash(row.email.key) in found.repeated:
                    report = replace(report, repeated=report.repeated + (row.email.key in held))
                    held[row.email.key] = row
            store(single)
            report = replace(report, rows=report.rows + len(batch), rejected=report.rejected + len(bad))
            progress("Storing", report.rows, found.rows)
    for part in batched(held.values(), ROWS_A_BATCH):
        store(list(part))
    return report


def _make_fields(
    house: House,
    contact_type: ContactType,
    header: tuple[str, ...],
    columns: ColumnMap,
    found: Survey,
    dry_run: bool,
) -> dict[int, Field]:
    made = {}
    for number, position in enumerate(columns.unknown):
        name, kind = header[position], found.kinds[position]
        if dry_run:
            made[position] = Field(-1 - number, key_of(name), name, kind)
        else:
            made[position] = house.write(create_field, contact_type, name, kind)
    return made
