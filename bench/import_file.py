"""Importing a million rows of 12 columns: new, again unchanged, and again with every tenth changed.

For comparison, DuckDB that only reads the file, PostgreSQL's COPY, and one upsert a row; and what an import does to the
answers of a server."""

import csv
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import apsw
import duckdb

from bench import servers
from bench.generated_contacts import FIELDS
from bench.generated_files import write_people
from bench.harness import Figure, Measured, show_progress, timed
from bench.load import another_process, request, request_at_a_rate
from bench.postgres import installed, postgres
from bench.stores import SEGMENTS, TYPE, Stores
from tamis.actions.accounts.accounts import create_account
from tamis.actions.fields.fields import create_field
from tamis.actions.fields.types import create_type
from tamis.actions.importing.reports.report import ImportOptions
from tamis.actions.importing.run import import_file
from tamis.actions.segments.segments import create_segment
from tamis.actions.services import Services
from tamis.domain.values.fields import Kind
from tamis.files.encodings.encoding import find_encoding
from tamis.files.source import SourceFile
from tamis.rules.syntaxes.text import from_text
from tamis.settings import Settings

ROWS = 1_000_000
TIMES = 2
NEW, UNCHANGED, MEMORY = 150_000, 400_000, 1024
UPSERTS = 20_000
PACE = 0.01
QUIET_SECONDS = 10.0
FOREVER_SECONDS = 300.0


@dataclass(frozen=True, slots=True)
class Run:
    """One import as a whole command: rows a second until all segments are fresh, and the most memory, in MiB."""

    rate: float
    memory: float


def run(stores: Stores) -> Iterator[Figure]:
    """Import into an empty store with 20 segments, three times over, as the command does it."""
    file = write_people(stores.directory / "people.csv", ROWS)
    changed = write_people(stores.directory / "changed.csv", ROWS, changed=True)
    new, same, some = [], [], []
    for _ in range(TIMES):
        data, place = _empty(stores)
        new.append(_import(data, file, "created", ROWS))
        same.append(_import(data, file, "unchanged", ROWS))
        some.append(_import(data, changed, "updated", ROWS // 10))
        shutil.rmtree(place)
        show_progress(f"  {new[-1].rate:,.0f}, {same[-1].rate:,.0f} and {some[-1].rate:,.0f} rows/s")
    yield _detection(file)
    yield _kinds(stores, file)
    small = write_people(stores.directory / "quarter.csv", ROWS // 4)
    data, place = _empty(stores)
    quarter = _import(data, small, "created", ROWS // 4)
    shutil.rmtree(place)
    rate = _rates(new)
    aim = f"at least {NEW:,}"
    baselines = {
        "DuckDB only reads the file": ROWS / timed(lambda: _read(file)),
        "one durable upsert a row, SQLite": _upsert_rows(file, stores.directory / "plain.sqlite"),
    }
    if installed():
        baselines["PostgreSQL 15, COPY into a table with one unique index"] = _copy(file, stores.directory / "pg")
    for what, base in baselines.items():
        yield Figure("import, new rows", "rows/s", rate, Measured.of([base]), what, aim, rate.median >= NEW)
    again = _rates(same)
    yield Figure("import, unchanged", "rows/s", again, None, "", f"at least {UNCHANGED:,}", again.median >= UNCHANGED)
    yield Figure("import, every tenth row changed", "rows/s", _rates(some))
    memory = Measured.of([run.memory for run in (*new, *same, *some)])
    yield Figure(
        "import: peak memory",
        "MiB",
        memory,
        Measured.of([quarter.memory]),
        f"{ROWS // 4:,} rows",
        f"under {MEMORY}",
        memory.high < MEMORY,
    )
    yield _while_a_server_runs(stores, file)


def _detection(file: Path) -> Figure:
    """Find the encoding of the file, and of the same file in Windows-1250, where each name has a letter of its own."""
    other = file.with_suffix(".cp1250.csv")
    with file.open(encoding="utf-8") as text, other.open("w", encoding="cp1250", errors="replace") as target:
        target.writelines(line.replace("a", "ą") for line in text)

    def find(path: Path) -> Measured:
        source = SourceFile(path.name, path, path.stat().st_size)
        return Measured.of([timed(lambda: find_encoding(source)) for _ in range(3)])

    return Figure("import: finding the encoding", "s", find(file), find(other), f"Windows-1250, {ROWS:,} rows")


def _kinds(stores: Stores, file: Path) -> Figure:
    """Try the file with fields to be made, whose kinds all cells decide, and with the same fields there already."""

    def try_out(*, known: bool) -> Measured:
        data, place = stores.empty()
        services = Services(Settings.from_environment(data))
        account, _ = services.write(create_account, "bench@example.org", "UTC", None)
        customers = services.write(create_type, account, TYPE)
        for name, kind in {**FIELDS, "Number": Kind.NUMBER}.items() if known else ():
            services.write(create_field, customers, name, kind)
        options = ImportOptions(create_fields=True, dry_run=True)
        found = [timed(lambda: import_file(services, account, customers, file, options)) for _ in range(3)]
        services.close()
        shutil.rmtree(place)
        return Measured.of(found)

    return Figure(
        "import: a dry run that decides kinds", "s", try_out(known=False), try_out(known=True), "with known fields"
    )


def _rates(runs: list[Run]) -> Measured:
    return Measured.of([run.rate for run in runs])


def _empty(stores: Stores) -> tuple[Path, Path]:
    data, place = stores.empty()
    services = Services(Settings.from_environment(data))
    try:
        account, _ = services.write(create_account, "bench@example.org", "UTC", None)
        customers = services.write(create_type, account, TYPE)
        for name, kind in {**FIELDS, "Number": Kind.NUMBER}.items():
            services.write(create_field, customers, name, kind)
        for name, rule in SEGMENTS.items():
            services.write(create_segment, account, customers, name, from_text(rule))
        services.project()
    finally:
        services.close()
    return data, place


def _import(data: Path, file: Path, outcome: str, count: int) -> Run:
    """Run the command, which ends when all segments are fresh."""
    begun = time.perf_counter()
    command = [sys.executable, "-m", "tamis", "import", str(file), "--type", TYPE, "--data", str(data), "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout
        report = json.loads(process.stdout.read())
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.perf_counter() - begun
    assert report[outcome] == count, report
    return Run(report["rows"] / seconds, usage.ru_maxrss / 1024)


def _read(file: Path) -> None:
    with duckdb.connect() as con:
        con.execute("CREATE TABLE t AS SELECT * FROM read_csv($1, all_varchar = true)", [str(file)])


def _copy(file: Path, directory: Path) -> float:
    with file.open(encoding="utf-8", newline="") as handle:
        header = next(csv.reader(handle))
    names = ", ".join(f'"{name}" text' for name in header)
    file.chmod(0o644)
    with postgres(directory) as server:
        server.sql(f'CREATE TABLE people ({names}, UNIQUE ("{header[0]}"))')
        return ROWS / timed(lambda: server.sql(f"\\copy people FROM '{file}' CSV HEADER"))


def _upsert_rows(file: Path, path: Path) -> float:
    with file.open(encoding="utf-8", newline="") as handle:
        header, *rows = islice(csv.reader(handle), UPSERTS + 1)
    db = apsw.Connection(str(path))
    db.execute("PRAGMA journal_mode = WAL").fetchall()
    db.execute("PRAGMA synchronous = FULL").fetchall()
    names = [f"c{n}" for n in range(len(header))]
    db.execute(f"CREATE TABLE people ({', '.join(names)}, UNIQUE (c0))").fetchall()
    update = ", ".join(f"{name} = excluded.{name}" for name in names[1:])
    marks = ", ".join("?" * len(names))
    sql = f"INSERT INTO people VALUES ({marks}) ON CONFLICT (c0) DO UPDATE SET {update}"

    def upsert() -> None:
        for row in rows:
            db.execute(sql, row).fetchall()

    seconds = timed(upsert)
    db.close()
    return UPSERTS / seconds


def _while_a_server_runs(stores: Stores, file: Path) -> Figure:
    store = stores.copy()
    requested = request("GET", "/api/segment/list", store.headers)
    with servers.tamis(store.data) as server, another_process() as worker:
        quiet = worker.call(request_at_a_rate, server.port, requested, PACE, QUIET_SECONDS)
        stop = store.data / "measured"
        beside = worker.start(request_at_a_rate, server.port, requested, PACE, FOREVER_SECONDS, stop)
        _import(store.data, file, "rows", ROWS)
        stop.touch()
        busy = beside.result()
    return Figure(
        "GET segment/list during an import of a million rows, p99",
        "ms",
        Measured.of([busy.p99]),
        Measured.of([quiet.p99]),
        "the same server without an import",
        note=f"{1 / PACE:.0f} requests a second, {busy.count:,} of them during the import, {busy.failed} failed; "
        f"median {busy.median:.1f} ms",
    )
