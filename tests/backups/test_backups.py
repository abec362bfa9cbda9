"""A backup is whole or not there, holds all that was acknowledged before it began, and is put in place whole or not."""

import json
import shutil
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import requests

from tamis.actions.maintenance.backups import MANIFEST, make_backup, restore
from tamis.actions.segments.recipients import recipient_page
from tamis.actions.segments.segments import segment_sizes
from tamis.actions.services import Services
from tamis.columns.engine.files import NAME as COLUMNS
from tamis.domain.errors import TamisError
from tamis.records.maintenance.files import NAME as RECORDS
from tamis.settings import Settings
from tests.backups.first_format import to_first_format
from tests.erasure.traceable_people import VICTIMS, TraceablePeople, traces
from tests.support import forked
from tests.support.process import TIMEOUT_SECONDS, Refused, Server, environment, tamis
from tests.support.sakila import IN_INDIA, import_sakila
from tests.support.users import new_account

EVERYONE = 1 << 53


@pytest.fixture(scope="module")
def backed_up(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A closed data directory with contacts, some of them deleted but not yet erased, and its backup."""
    directory = tmp_path_factory.mktemp("backups") / "data"
    services = Services(Settings(directory))
    made = TraceablePeople(services)
    services.project()
    made.forget_victims()
    services.project()
    make_backup(services, str(directory.with_name("backup")))
    values = {value for n in VICTIMS for value in made.values[n]}
    assert traces(directory, values)
    assert traces(directory.with_name("backup"), values) == {}  # what was deleted does not live on in backups
    services.close()
    shutil.copytree(directory.with_name("backup"), directory.with_name("of the first format"))
    to_first_format(directory.with_name("of the first format"), directory / COLUMNS)
    return directory


def rows_of(directory: Path) -> list[tuple[int, str]]:
    """Read the rows of the first segment."""
    services = Services(Settings(directory))
    rows = recipient_page(services, 1, 1, 0, EVERYONE)
    services.close()
    return rows


def history_of(directory: Path) -> list[object]:
    """Read the log of membership changes, which nothing can compute again."""
    services = Services(Settings(directory))
    con = services.project().cursor()
    rows: list[object] = [
        con.execute(f"SELECT * FROM {name} ORDER BY ALL").fetchall()
        for name in ("membership_changes", "membership_snapshots")
    ]
    services.close()
    return rows


def test_a_restore_brings_back_all_data_with_its_history(backed_up: Path, tmp_path: Path) -> None:
    restored = tmp_path / "restored"
    restore(restored, backed_up.with_name("backup"))
    assert {file.name for file in restored.iterdir()} == {RECORDS, f"{RECORDS}-acknowledged"}
    assert history_of(restored) == history_of(backed_up) != [[], []]
    assert rows_of(restored) == rows_of(backed_up)


def test_a_backup_of_the_first_format_restores_its_column_file(backed_up: Path, tmp_path: Path) -> None:
    restored = tmp_path / "restored"
    restore(restored, backed_up.with_name("of the first format"))
    assert sorted(file.name for file in restored.iterdir()) == sorted((RECORDS, COLUMNS, f"{RECORDS}-acknowledged"))
    services = Services(Settings(restored))
    assert not services.open_columns().is_behind  # it need not be built
    services.close()
    assert history_of(restored) == history_of(backed_up) != [[], []]
    assert rows_of(restored) == rows_of(backed_up)


def test_a_backup_needs_no_column_file(backed_up: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    shutil.copytree(backed_up, data)
    (data / COLUMNS).write_bytes(b"damaged")
    services = Services(Settings(data))
    make_backup(services, str(tmp_path / "backup"))
    services.close()
    restore(tmp_path / "restored", tmp_path / "backup")
    assert history_of(tmp_path / "restored") == history_of(backed_up)


def test_a_backup_contains_every_write_acknowledged_before_it_began(tmp_path: Path) -> None:
    with Server(tmp_path / "data") as server:
        owner = new_account(server.data, server.address, "owner@example.org")
        type_id = owner.tamis("type", "create", "Customers")["id"]
        import_sakila(owner, type_id)
        india = owner.make_segment(type_id, select_field=["5"], select_operator=["is"], value=["India"])
        acknowledged: list[str] = []
        stop, enough = threading.Event(), threading.Event()

        def write() -> None:
            person = replace(owner, http=requests.Session())
            for number in range(100_000):
                if stop.is_set():
                    return
                assert person.add(india, f"n{number}@example.org").status_code == 200
                acknowledged.append(f"n{number}@example.org")
                if number == 100:
                    enough.set()

        writer = threading.Thread(target=write)
        writer.start()
        assert enough.wait(TIMEOUT_SECONDS)
        before = set(acknowledged)
        report = owner.tamis("backup", tmp_path / "backup")
        stop.set()
        writer.join()
        assert report["directory"] == str(tmp_path / "backup")
        assert len(acknowledged) > len(before)

    restored = tmp_path / "restored"
    assert tamis(restored, "restore", tmp_path / "backup")["change"] == report["change"]
    members = rows_of(restored)
    found = {json.loads(row)["email"] for _, row in members}
    assert before <= found
    assert len(found - set(acknowledged)) == IN_INDIA
    services = Services(Settings(restored))
    assert segment_sizes(services) == {india: len(members)}
    services.close()


def _flip(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 255
    file.write_bytes(content)


def _reword(backup: Path, old: str, new: str) -> None:
    text = (backup / MANIFEST).read_text()
    assert old in text
    (backup / MANIFEST).write_text(text.replace(old, new))


DAMAGE: dict[str, Callable[[Path], object]] = {
    "a byte of the records": lambda d: _flip(d / RECORDS),
    "the end of the records": lambda d: (d / RECORDS).write_bytes((d / RECORDS).read_bytes()[:-1]),
    "no records": lambda d: (d / RECORDS).unlink(),
    "no manifest": lambda d: (d / MANIFEST).unlink(),
    "an empty manifest": lambda d: (d / MANIFEST).write_text(""),
    "half a manifest": lambda d: (d / MANIFEST).write_text((d / MANIFEST).read_text()[:200]),
    "files of other names": lambda d: _reword(d, RECORDS, "../x"),
    "files of another format": lambda d: _reword(d, '"format": 2', '"format": 1'),
    "no format that ever was": lambda d: _reword(d, '"format": 2', '"format": 0'),
    "another store": lambda d: _reword(d, '"store_id": "', '"store_id": "0'),
    "another change": lambda d: _reword(d, '"change": ', '"change": 9'),
    "a later format": lambda d: _reword(d, '"format": 2', '"format": 3'),
}
OF_THE_FIRST_FORMAT: dict[str, Callable[[Path], object]] = {
    "a byte of the columns": lambda d: _flip(d / COLUMNS),
    "no columns": lambda d: (d / COLUMNS).unlink(),
    "files of another format": lambda d: _reword(d, '"format": 1', '"format": 2'),
}


@pytest.mark.parametrize(
    ("source", "damage"),
    [("backup", name) for name in DAMAGE] + [("of the first format", name) for name in OF_THE_FIRST_FORMAT],
)
def test_a_damaged_backup_is_refused_and_restores_nothing(
    backed_up: Path, tmp_path: Path, source: str, damage: str
) -> None:
    backup = tmp_path / "backup"
    shutil.copytree(backed_up.with_name(source), backup)
    (DAMAGE if source == "backup" else OF_THE_FIRST_FORMAT)[damage](backup)
    with pytest.raises(TamisError, match=r"use another backup|is not a backup|newer version"):
        restore(tmp_path / "restored", backup)
    assert list(tmp_path.iterdir()) == [backup]


def test_mixed_files_of_two_backups_are_refused(backed_up: Path, tmp_path: Path) -> None:
    services = Services(Settings(tmp_path / "other"))
    make_backup(services, str(tmp_path / "backup"))
    services.close()
    to_first_format(tmp_path / "backup", backed_up / COLUMNS)
    with pytest.raises(TamisError, match="do not belong together"):
        restore(tmp_path / "restored", tmp_path / "backup")
    assert not (tmp_path / "restored").exists()


def test_backup_and_restore_overwrite_nothing(backed_up: Path, tmp_path: Path) -> None:
    data, backup = tmp_path / "data", tmp_path / "backup"
    tamis(data, "account", "create", "--email", "owner@example.org")
    with pytest.raises(Refused, match="inside the data directory"):
        tamis(data, "backup", data / "backup")
    backup.mkdir()
    assert tamis(data, "backup", backup)["bytes"] > 0
    with pytest.raises(Refused, match="is not empty: choose"):
        tamis(data, "backup", backup)
    with pytest.raises(Refused, match="is not empty: restore into"):
        tamis(data, "restore", backup)
    with pytest.raises(Refused, match="inside the backup would be lost with it"):
        tamis(backup / "data", "restore", backup)
    assert not (backup / "data").exists()
    with Server(data), pytest.raises(Refused, match="is in use by a running Tamis"):
        tamis(data, "restore", backup)
    assert not list(tmp_path.glob("*.unfinished"))


PROGRAM = """
import os, signal, sys
from pathlib import Path
from tamis.actions.maintenance import backups
from tamis.actions.maintenance import atomic_directory
from tamis.actions.services import Services
from tamis.records.engine.sqlite import engine
from tamis.records.maintenance import files
from tamis.settings import Settings

def kill_after(owner, name, times=1):
    done = getattr(owner, name)
    left = times
    def run(*args, **options):
        nonlocal left
        result = done(*args, **options)
        left -= 1
        if not left:
            os.kill(os.getpid(), signal.SIGKILL)
        return result
    setattr(owner, name, run)

match sys.argv[1]:
    case "records": kill_after(engine, "write_copy")
    case "sums": kill_after(backups, "file_sum")
    case "checked": kill_after(files, "identify")
    case "synced": kill_after(atomic_directory, "sync", 2)
    case "named": kill_after(Path, "rename")
if sys.argv[2] == "backup":
    backups.make_backup(Services(Settings(Path(sys.argv[3]))), sys.argv[4])
else:
    backups.restore(Path(sys.argv[4]), Path(sys.argv[3]))
"""


@pytest.mark.parametrize(
    ("doing", "step"),
    [("backup", m) for m in ("records", "sums", "checked", "synced", "named")]
    + [("restore", m) for m in ("sums", "checked", "named")],
)
def test_a_killed_backup_or_restore_leaves_a_complete_directory_or_none(
    backed_up: Path, tmp_path: Path, doing: str, step: str
) -> None:
    source = backed_up if doing == "backup" else backed_up.with_name("backup")
    target = tmp_path / "target"
    killed = forked.run(
        [sys.executable, "-c", PROGRAM, step, doing, str(source), str(target)],
        env=environment(),
    )
    assert killed.returncode == -9, killed.stderr
    assert target.exists() == (step == "named")
    if not target.exists():  # it is done again, over what is left
        if doing == "backup":
            services = Services(Settings(backed_up))
            make_backup(services, str(target))
            services.close()
        else:
            restore(target, source)
    assert not list(tmp_path.glob("*.unfinished"))
    if doing == "backup":
        restore(tmp_path / "restored", target)
        target = tmp_path / "restored"
    assert rows_of(target) == rows_of(backed_up)
