"""A million contacts with twelve fields exported to a file, compared with DuckDB alone and with Python's csv module."""

import csv
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from bench.harness import Figure, Measured, timed
from bench.stores import Store, Stores
from tamis.actions.exporting.delivery import deliver
from tamis.actions.exporting.directories import export_directory, export_file
from tamis.actions.exporting.write import write_export
from tamis.actions.services import Services
from tamis.columns.layout.contacts import column, table
from tamis.domain.files.exports import Export, Format, OutputOptions, resolve_fields
from tamis.domain.values.fields import Field
from tamis.records import types
from tamis.settings import Settings

TIMES = 3
FIELDS = (
    "email", "first_name", "last_name", "country", "city", "plan", "age", "total_spent", "birth_date", "last_order_at",
    "subscribed", "created_at",
)  # fmt: skip
ROWS_AT_ONCE = 10_000
AIMS = {Format.CSV: 300_000, Format.NDJSON: 300_000, Format.PARQUET: 500_000}
BARE = {
    Format.CSV: "FORMAT csv, HEADER true",
    Format.NDJSON: "FORMAT json",
    Format.PARQUET: "FORMAT parquet, COMPRESSION zstd",
}


def run(stores: Stores) -> Iterator[Figure]:
    """Export all contacts in each format, in turn with the baselines."""
    store = stores.copy()
    services = Services(Settings.from_environment(store.data))
    try:
        services.project()
        fields = _fields(services, store)
        target = stores.directory / "exported"
        for form, aim in AIMS.items():
            ours, bare, by_python = [], [], []
            for _ in range(TIMES):
                ours.append(_rate(stores, partial(_export, services, store, form, fields, target)))
                bare.append(_rate(stores, partial(_bare, services, store, form, fields, target)))
                if form is Format.CSV:
                    by_python.append(_rate(stores, partial(_by_python, services, store, fields, target)))
            note = f"{target.stat().st_size / 1e6:.0f} MB"
            yield _figure(form, ours, bare, "bare COPY of DuckDB, in no order", aim, note)
            if by_python:
                yield _figure(form, ours, by_python, "rows through Python's csv module", aim, note)
    finally:
        services.close()


def _figure(form: Format, ours: list[float], baseline: list[float], baseline_is: str, aim: int, note: str) -> Figure:
    mine = Measured.of(ours)
    wanted = f"at least {aim:,} rows/s"
    return Figure(
        f"export: {form}", "rows/s", mine, Measured.of(baseline), baseline_is, wanted, mine.median >= aim, note
    )


def _fields(services: Services, store: Store) -> tuple[Field, ...]:
    return resolve_fields(types.fields_of_type(services.records.reader(), store.type_id), FIELDS)


def _rate(stores: Stores, act: Callable[[], None]) -> float:
    return stores.contacts / timed(act)


def _export(services: Services, store: Store, form: Format, fields: tuple[Field, ...], target: Path) -> None:
    keys = tuple(f.key for f in fields)
    wanted = Export(store.account_id, OutputOptions(form), type_id=store.type_id, fields=keys)
    with export_directory(store.data) as place:
        write_export(services, wanted, place.name)
        deliver(export_file(place), target, replace=True)


def _bare(services: Services, store: Store, form: Format, fields: tuple[Field, ...], target: Path) -> None:
    names = ", ".join(column(f) for f in fields)
    services.project().cursor().execute(
        f"COPY (SELECT {names} FROM {table(store.type_id)}) TO '{target}' ({BARE[form]}, USE_TMP_FILE false)"
    ).fetchall()


def _by_python(services: Services, store: Store, fields: tuple[Field, ...], target: Path) -> None:
    names = ", ".join(column(f) for f in fields)
    con = services.project().cursor()
    with target.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([f.key for f in fields])
        con.execute(f"SELECT {names} FROM {table(store.type_id)} ORDER BY id")
        while rows := con.fetchmany(ROWS_AT_ONCE):
            writer.writerows(rows)
