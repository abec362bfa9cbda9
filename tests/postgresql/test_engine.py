"""The writer, readers and snapshots of records in PostgreSQL, and two processes on the same database."""

from pathlib import Path

import psycopg
import pytest

from tamis.actions.accounts.accounts import create_account
from tamis.actions.services import Services
from tamis.domain.errors import Refused, Unavailable
from tamis.records.accounts import accounts
from tamis.records.change_log import last_change
from tamis.records.engine.opening import open_records
from tamis.records.engine.sql import each, fetch, one, run, run_many
from tamis.records.handles import Transaction, snapshot
from tamis.settings import Settings

ADD = "INSERT INTO audit_log (account_id, at, actor_kind, actor_id, actor_name, action, subject_kind, subject_id,"
ADD += " subject_name) VALUES (?, 1, 'server', '', '', 'x', '', '', ?) RETURNING id"


def add(db: Transaction, name: str) -> int:
    account = one(db, "SELECT min(id) FROM accounts")
    assert account
    number: int = fetch(db, ADD, (account[0], name))[0][0]
    return number


@pytest.fixture
def written(services: Services) -> Services:
    services.write(create_account, "owner@example.org", "UTC", None)
    return services


def test_values_are_those_of_sqlite(written: Services) -> None:
    db = written.records.reader()
    rows = fetch(db, "SELECT 1 = 1, 2 > 3, 7, CAST(2 AS bigint), 'a', CAST(NULL AS text), sum(id) FROM accounts")
    assert rows == [(1, 0, 7, 2, "a", None, 1)]
    assert [type(value) for value in rows[0]] == [int, int, int, int, str, type(None), int]
    secret = b"\x00\xff'"
    written.records.write(lambda db: run(db, "UPDATE store SET pepper = ?", (secret,)))
    assert one(db, "SELECT pepper FROM store") == (secret,)


def test_texts_compare_by_their_bytes(written: Services) -> None:
    names = ["b", "B", "ä", "a b", "ab", "Z", "_"]
    written.records.write(lambda db: [add(db, name) for name in names])
    found = [
        name
        for (name,) in fetch(
            written.records.reader(), "SELECT subject_name FROM audit_log WHERE action = 'x' ORDER BY 1"
        )
    ]
    assert found == sorted(names)


def test_a_number_that_is_too_large_and_a_text_with_nul_are_of_no_row(written: Services) -> None:
    db = written.records.reader()
    assert one(db, "SELECT id FROM accounts WHERE id = ?", (2**63,)) is None
    assert one(db, "SELECT id FROM accounts WHERE email = ?", ("owner@example.org\0",)) is None
    assert one(db, "SELECT id FROM accounts WHERE email = ?", ("owner@example.org",)) == (1,)


def test_numbers_are_consecutive_whatever_failed_between(written: Services) -> None:
    records = written.records
    first = records.write(lambda db: add(db, "first"))

    def fail(db: Transaction) -> None:
        add(db, "undone")
        raise LookupError

    with pytest.raises(LookupError):
        records.write(fail)
    assert records.write(lambda db: add(db, "second")) == first + 1
    records.write(lambda db: run(db, "DELETE FROM audit_log WHERE id = ?", (first + 1,)))
    assert records.write(lambda db: add(db, "third")) == first + 2  # no number is given twice


def test_numbers_that_another_process_lost_are_given_again(written: Services, url: str, tmp_path: Path) -> None:
    first = written.records.write(lambda db: add(db, "first"))
    with psycopg.connect(url) as killed:
        killed.execute("SELECT nextval('begun_writes'), nextval('audit_log_id_seq'), nextval('audit_log_id_seq')")
    assert written.records.write(lambda db: add(db, "second")) == first + 1


def test_a_write_of_another_process_changes_the_version_and_is_read(
    written: Services, url: str, tmp_path: Path
) -> None:
    other = open_records(tmp_path, url)
    try:
        before = written.records.version()
        assert written.records.version() == before
        other.write(lambda db: accounts.set_timezone(db, 1, "Asia/Tokyo"))
        assert written.records.version() != before
        assert fetch(written.records.reader(), "SELECT timezone FROM accounts") == [("Asia/Tokyo",)]
    finally:
        other.close()


def test_a_snapshot_is_one_state(written: Services) -> None:
    db = written.records.reader()
    with snapshot(db):
        before = last_change(db), fetch(db, "SELECT count(*) FROM audit_log")
        written.records.write(lambda db: add(db, "later"))
        assert (last_change(db), fetch(db, "SELECT count(*) FROM audit_log")) == before
    assert fetch(db, "SELECT count(*) FROM audit_log") != before[1]


def test_rows_are_read_in_parts_while_others_are_read(written: Services) -> None:
    written.records.write(
        lambda db: run_many(db, ADD.removesuffix(" RETURNING id"), ((1, str(n)) for n in range(5_000)))
    )
    db = written.records.reader()
    numbers = []
    for (name,) in each(db, "SELECT subject_name FROM audit_log WHERE action = 'x' ORDER BY id"):
        numbers.append(int(name))
        if len(numbers) % 1_000 == 0:
            assert fetch(db, "SELECT count(*) FROM accounts") == [(1,)]
    assert numbers == list(range(5_000))


def test_a_reader_cannot_write(written: Services) -> None:
    with pytest.raises(Unavailable, match="primary"):
        fetch(written.records.reader(), "UPDATE accounts SET timezone = 'UTC' RETURNING id")


def test_lost_connections_cost_what_is_running(written: Services, url: str) -> None:
    db = written.records.reader()
    with pytest.raises(Unavailable, match="PostgreSQL cannot be reached"), snapshot(db):  # noqa: PT012
        fetch(db, "SELECT 1 FROM accounts")
        end_sessions(url)
        fetch(db, "SELECT 1 FROM accounts")
    assert fetch(db, "SELECT id FROM accounts") == [(1,)]
    end_sessions(url)
    assert fetch(db, "SELECT id FROM accounts") == [(1,)]  # nothing was running
    written.records.write(lambda db: add(db, "kept"))

    def lose(db: Transaction) -> None:
        add(db, "lost")
        end_sessions(url)
        add(db, "lost, too")

    with pytest.raises(Unavailable):
        written.records.write(lose)
    assert written.records.write(lambda db: add(db, "kept, too")) > 0
    assert fetch(db, "SELECT subject_name FROM audit_log WHERE action = 'x'") == [("kept",), ("kept, too",)]


def end_sessions(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as session:
        session.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


def test_one_process_projects_at_a_time(written: Services, url: str, tmp_path: Path) -> None:
    written.project()
    other = Services(Settings(tmp_path / "other", records=url, columns_threads=2))
    try:
        with pytest.raises(Unavailable, match="another Tamis server works with the records in this database"):
            other.project()
        written.release_columns()
        other.project()
    finally:
        other.close()


def test_a_server_that_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    url = f"postgresql://somebody:secret-word@/nowhere?host={tmp_path}"
    with pytest.raises(Unavailable, match="PostgreSQL cannot be reached") as caught:
        Services(Settings(tmp_path / "data", records=url))
    assert "secret-word" not in f"{caught.value!r} {caught.value.__cause__!r} {Settings(tmp_path, records=url)!r}"


def test_a_copy_is_refused(written: Services) -> None:
    with pytest.raises(Refused, match="use pg_dump"):
        written.records.open_copy()


def test_an_error_of_a_statement_is_not_called_one_of_the_server(written: Services) -> None:
    with pytest.raises(psycopg.OperationalError, match="cannot insert into view"):
        written.records.write(lambda db: run(db, "INSERT INTO sqlite_sequence (name, seq) VALUES ('x', 1)"))
    assert written.records.write(lambda db: add(db, "later")) > 0
