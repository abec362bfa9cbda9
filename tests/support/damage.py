"""Damage to the file of the records, page by page, and what Tamis makes of it."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tamis.actions.accounts.accounts import create_account
from tamis.actions.contacts.contacts import contact_page
from tamis.actions.fields.fields import create_field
from tamis.actions.fields.types import create_type
from tamis.actions.importing.rows.upsert import upsert
from tamis.actions.maintenance.backups import make_backup
from tamis.actions.segments.recipients import add_recipient, recipient_page
from tamis.actions.segments.segments import create_segment
from tamis.actions.segments.sizes import sized_segments
from tamis.actions.services import Services
from tamis.columns.engine.files import NAME as COLUMNS_FILE
from tamis.domain.contacts.contacts import encode_values
from tamis.domain.contacts.emails import Email
from tamis.domain.errors import Damaged, Unavailable
from tamis.domain.values.fields import Kind
from tamis.records import types
from tamis.records.accounts import accounts
from tamis.records.contacts import NewContact
from tamis.records.engine.sqlite.database import FILE_NAME
from tamis.rules.syntaxes.text import from_text
from tamis.settings import Settings
from tests.support.records import records_of

EVERYONE = 1 << 53
SETTINGS = {"columns_threads": 1}
LONG = 9_000
"""A text of so many characters has pages of its own, beyond that of its row."""


@dataclass(frozen=True, slots=True)
class Truth:
    """What is read from a data directory that is whole."""

    contacts: Any
    recipients: Any
    segments: Any


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one damage: whether readers met it, whether a write was acknowledged before it was known, whether
    the check found it, and what was wrong, if anything was."""

    met: bool
    acknowledged: bool
    found: bool
    wrong: tuple[str, ...]


def address(name: str) -> Email:
    """Make an email that is no contact's."""
    return Email(f"{name}@example.org", f"{name}@example.org")


def fill(data: Path, people: int) -> None:
    """Make records with all kinds of pages: tables and indexes of several levels, long rows, free pages."""
    services = Services(Settings(data, **SETTINGS))  # type: ignore[arg-type]
    account, _ = services.write(create_account, "owner@example.org", "UTC", None)
    of = services.write(create_type, account, "People")
    note = services.write(create_field, of, "Note", Kind.TEXT)
    fields = types.fields_of_type(services.records.reader(), of.id)
    rows = []
    for n in range(people):
        text = f"note {n * 7919} " * (LONG // 12 if n % 50 == 0 else 3)
        rows.append(NewContact(f"p{n}@example.org", f"p{n}@example.org", encode_values({note.id: text})))
    services.write(upsert, of.id, fields, rows, (note.id,))
    services.write(create_segment, account, of, "All", from_text('email contains "@"'))
    services.write(create_segment, account, of, "Some", from_text('email contains "7"'))
    for n in range(20):
        services.write(add_recipient, account, 2, address(f"x{n}"), "", "")
    services.project()
    services.close()
    with records_of(data) as db:
        db.execute("CREATE TABLE gone (id INTEGER PRIMARY KEY, text TEXT)").fetchall()
        db.execute(
            "WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 2000) "
            "INSERT INTO gone (text) SELECT hex(randomblob(100)) FROM n"
        ).fetchall()
        db.execute("DROP TABLE gone").fetchall()


def read(services: Services) -> Truth:
    """Read all that a client can."""
    db = services.records.reader()
    account = accounts.account_by_id(db, 1)
    of = types.type_by_id(db, 1, 1)
    assert account
    assert of
    listed = sized_segments(services, account).segments
    return Truth(
        [(c.id, c.email, c.values) for c in contact_page(services, of, 0, EVERYONE)[0]],
        [number for number, _ in recipient_page(services, 1, 2, 0, EVERYONE)],
        [(s.segment.id, s.segment.name, s.recipients) for s in listed],
    )


def truth_of(data: Path) -> Truth:
    """Read a whole data directory."""
    services = Services(Settings(data, **SETTINGS))  # type: ignore[arg-type]
    try:
        return read(services)
    finally:
        services.close()


def pages_by_kind(data: Path) -> dict[str, list[int]]:
    """List the numbers of the pages of the records, by what they are, without empty ones, all of which are alike."""
    found: dict[str, list[int]] = {"header": [1]}
    with records_of(data) as db:
        tables = {row[0] for row in db.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
        pages = db.execute("SELECT name, pagetype, pageno FROM dbstat WHERE pageno > 1 AND (ncell > 0 OR payload > 0)")
        for name, kind, page in pages:
            called = "overflow" if kind == "overflow" else f"{kind} of {'table' if name in tables else 'index'}"
            found.setdefault(called, []).append(page)
        count = db.pragma("page_count")
        used = {row[0] for row in db.execute("SELECT pageno FROM dbstat")}
    found["free"] = [page for page in range(2, count + 1) if page not in used]
    return found


Damage = Callable[[bytearray, int, int, int], None]
"""Damages the bytes of a file: given the size of a page, the number of one, and that of another."""


def flip(file: bytearray, size: int, page: int, _: int) -> None:
    """Change a few bits in the middle of a page."""
    middle = (page - 1) * size + size // 2
    for at in range(middle, middle + 16):
        file[at] ^= 0x15


def zero(file: bytearray, size: int, page: int, _: int) -> None:
    """Leave nothing of a page."""
    file[(page - 1) * size : page * size] = bytes(size)


def swap(file: bytearray, size: int, page: int, other: int) -> None:
    """Put two pages into each other's places, as a disk does that writes to a wrong one."""
    here, there = slice((page - 1) * size, page * size), slice((other - 1) * size, other * size)
    file[here], file[there] = file[there], file[here]


def cut(file: bytearray, size: int, page: int, _: int) -> None:
    """Let the file end within a page."""
    del file[(page - 1) * size + size // 3 :]


def damaged_copy(data: Path, copy: Path, damage: Damage, page: int, other: int) -> None:
    """Copy a data directory that is closed, with damage in its records."""
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(data, copy)
    whole = bytearray((copy / FILE_NAME).read_bytes())
    damage(whole, 4096, page, other)
    (copy / FILE_NAME).write_bytes(whole)


def outcome(data: Path, truth: Truth, backup: Path) -> Outcome:
    """Read, write, check, back up and come again, and tell what was not as it must be."""
    wrong: list[str] = []
    met = acknowledged = found = False
    try:
        services = Services(Settings(data, **SETTINGS))  # type: ignore[arg-type]
    except Unavailable:
        return Outcome(met=True, acknowledged=False, found=True, wrong=())
    try:
        met = _reads(services, truth, wrong)
        acknowledged = _writes(services, wrong)
        found = services.records.check(lambda _: False) is not None
        if (met or found) and _writes(services, wrong):
            wrong.append("a write was acknowledged after the damage was known")
        wrong += _backs_up(services, backup, known=found or met)
    finally:
        services.close()
    wrong += _comes_again(data, known=found, acknowledged=acknowledged)
    return Outcome(met, acknowledged, found, tuple(wrong))


def _reads(services: Services, truth: Truth, wrong: list[str]) -> bool:
    try:
        if read(services) != truth:
            wrong.append("a wrong answer")
    except Damaged:
        return True
    except Exception as error:
        if isinstance(services.records.diagnose(error), Damaged):  # as every interface asks
            return True
        wrong.append(f"a reader got {type(error).__name__}: {error}")
    return False


def _writes(services: Services, wrong: list[str]) -> bool:
    try:
        account = accounts.account_by_id(services.records.reader(), 1)
        if account is None:
            wrong.append("the account is not there")
            return False
        services.write(add_recipient, account, 2, address("last"), "", "")
    except Damaged:
        return False
    except Exception as error:
        if "already" not in str(error):
            wrong.append(f"a writer got {type(error).__name__}: {error}")
        return False
    return True


def _backs_up(services: Services, backup: Path, *, known: bool) -> Iterator[str]:
    shutil.rmtree(backup, ignore_errors=True)
    try:
        make_backup(services, str(backup))
    except Unavailable:
        if backup.exists():
            yield "a backup that failed is there"
    except Exception as error:
        yield f"a backup got {type(error).__name__}: {error}"
    else:
        if known:
            yield "a damaged store was backed up"


def _comes_again(data: Path, *, known: bool, acknowledged: bool) -> Iterator[str]:
    try:
        services = Services(Settings(data, **SETTINGS))  # type: ignore[arg-type]
    except Unavailable:
        return
    try:
        wrong: list[str] = []
        if known and _writes(services, wrong):
            yield "a write was acknowledged by the next process, although the damage was known"
        if acknowledged and not known:
            columns = services.project()
            rows = (
                columns.cursor().execute("SELECT count(*) FROM inclusions WHERE email = 'last@example.org'").fetchall()
            )
            if rows != [(1,)]:
                yield "an acknowledged write is lost"
        yield from wrong
    except Damaged:
        pass
    finally:
        services.close()


def without_columns(data: Path) -> None:
    """Take the projection away, so that it is built from all of the records."""
    (data / COLUMNS_FILE).unlink()
