"""A file without checksums, of an older version, is written anew with them, also one that is larger than the cache."""

from pathlib import Path

import apsw
import pytest

from tamis.records.integrity.checksums import VFS, has_checksums, prepare


@pytest.mark.parametrize("rows", [10, 20_000], ids=["within the cache", "larger than the cache"])
def test_a_file_of_an_older_version_gets_checksums(tmp_path: Path, rows: int) -> None:
    file = tmp_path / "tamis.sqlite"
    made = apsw.Connection(str(file))
    made.execute("PRAGMA journal_mode = WAL").fetchall()
    made.execute("CREATE TABLE contacts (id INTEGER PRIMARY KEY, email TEXT)").fetchall()
    with made:
        made.executemany("INSERT INTO contacts (email) VALUES (?)", [(f"{n}@{'x' * 400}",) for n in range(rows)])
    made.close()
    assert not has_checksums(file)
    prepare(file)
    assert has_checksums(file)
    read = apsw.Connection(str(file), vfs=VFS)
    assert read.execute("SELECT count(*) FROM contacts").fetchall() == [(rows,)]
    assert read.execute("PRAGMA quick_check").fetchall() == [("ok",)]
    read.close()
