"""What must be so in a directory that a crash has left, after what was promised before it."""

import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import apsw

from tamis.actions.maintenance.backups import restore
from tamis.actions.services import Services
from tamis.records import types
from tamis.records.accounts import accounts
from tamis.records.engine.sqlite.database import connect
from tamis.records.segments import segments
from tamis.rules.time.evaluation_time import EvaluationTime
from tamis.settings import Settings
from tests.reliability.power.workload import OWNER, PEOPLE
from tests.stores.oracle import Oracle


@dataclass(frozen=True)
class Promise:
    """Something that was done: when it was asked and acknowledged, seconds since 1970, and what was said of it."""

    what: str
    begun: float
    acknowledged: float
    details: dict[str, Any]


@dataclass
class Seen:
    """What was found in all directories together."""

    crashes: int = 0
    promises: int = 0
    opened: int = 0
    quarantined: list[str] = field(default_factory=list)


def promises(journal: Path) -> list[Promise]:
    """Read what was written down."""
    lines = [json.loads(line) for line in journal.read_text().splitlines()]
    return [Promise(line.pop("what"), line.pop("begun"), line.pop("acknowledged"), line) for line in lines]


class Crash:
    """A directory as a crash at an instant has left it; `kept` had been acknowledged by then, `asked` had begun."""

    def __init__(self, left: Path, at: float, made: Sequence[Promise], seen: Seen) -> None:
        self._left, self._data, self._seen = left, left / "data", seen
        self._kept = [promise for promise in made if promise.acknowledged < at]
        self._asked = [promise for promise in made if promise.begun < at]
        seen.crashes += 1

    def look(self) -> None:
        """Look at the files."""
        if any(promise.what == "account" for promise in self._kept):
            db = connect(self._data / "tamis.sqlite")
            try:
                self._look_at_records(db)
            finally:
                db.close()
        for promise in self._asked:
            if promise.what == "export":
                self._whole(self._left / promise.details["file"], promise.details["found"], promise in self._kept)

    def _look_at_records(self, db: apsw.Connection) -> None:
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert db.execute("PRAGMA foreign_key_check").fetchall() == []
        keys = {str(row[0]) for row in db.execute("SELECT public_key FROM key_pairs").fetchall()}
        requested = {_key(promise) for promise in self._asked if promise.what in ("account", "key")}
        assert {_key(promise) for promise in self._kept if promise.what in ("account", "key")} <= keys <= requested
        self._check_overrides(db)
        self._look_at_imports(db)
        self._look_at_uploads(db)
        self._seen.promises += len(self._kept)

    def _check_overrides(self, db: apsw.Connection) -> None:
        found = {row[0] for row in db.execute("SELECT email FROM inclusions").fetchall()}
        may: set[str] = set()
        must: set[str] = set()
        for promise in self._asked:
            address = promise.details.get("address", "")
            if promise.what == "add":
                may |= {address}
                must |= {address} if promise in self._kept else set()
            elif promise.what == "delete":
                must -= {address}
                may -= {address} if promise in self._kept else set()
        assert must <= found <= may, (must - found, found - may)

    def _look_at_imports(self, db: apsw.Connection) -> None:
        done = [promise for promise in self._kept if promise.what == "import"]
        editions = {promise.details["edition"] for promise in self._asked if promise.what == "import"}
        if done:
            (of,) = db.execute("SELECT id FROM fields WHERE key = 'edition'").fetchall()[0]
            rows = db.execute("SELECT DISTINCT field_values ->> ? FROM contacts", (f'$."{of}"',)).fetchall()
            assert len(rows) == 1, f"a batch is there by half: {rows}"
            assert done[-1].details["edition"] <= int(float(str(rows[0][0])))
            assert int(float(str(rows[0][0]))) in editions
            assert db.execute("SELECT count(*) FROM contacts").fetchall() == [(PEOPLE,)]
        for id_, state, report in db.execute("SELECT id, state, report FROM imports").fetchall():
            finished = [promise for promise in self._asked if promise.what == "import"][int(str(id_)) - 1]
            assert state == "finished" or finished not in done
            if state == "finished":
                reported = finished.details["found"]
                assert json.loads(str(report))["rejects_file"] == reported["rejects"]
                self._whole(self._data / "rejects" / reported["rejects"], reported["rejected"], True)

    def _look_at_uploads(self, db: apsw.Connection) -> None:
        found = {str(id_): size for id_, size in db.execute("SELECT id, size FROM uploads").fetchall()}
        for id_, size in found.items():
            assert (self._data / "uploads" / id_).stat().st_size == size, "a file that was handed in is cut off"
        for promise in self._kept:
            id_ = str(promise.details.get("found")).rpartition("/")[2]
            if promise.what == "upload" and not any(other.details.get("upload") == id_ for other in self._asked):
                assert id_ in found

    def _whole(self, file: Path, content: str, must: bool) -> None:
        if must or file.exists():
            assert file.read_text() == content, f"{file.name} is not what was written"

    def recover(self) -> None:
        """Open the store as the next start does: it comes to what the reference evaluator makes of the records; and
        restore the backup, if there is one."""
        services = Services(Settings(self._data, columns_threads=1))
        try:
            columns = services.project()
            if columns.quarantined:
                self._seen.quarantined.append(columns.quarantined.name)
            db = services.records.reader()
            account = accounts.account_by_email(db, OWNER)
            for of_type in types.types_of_account(db, account.id) if account else ():
                assert account
                live = segments.live_of_account(db, account.id)
                oracle = Oracle(account, of_type)
                expected = oracle.expected(db, live, EvaluationTime(datetime.now(UTC), account.zone))
                stored = oracle.stored(columns.cursor(), live)
                assert {id_: set(keyed) for id_, keyed in stored.items()} == expected
                assert {id_: columns.cached_sizes.by_segment.get(id_, 0) for id_ in expected} == {
                    i: len(m) for i, m in expected.items()
                }
        finally:
            services.close()
        self._seen.opened += 1
        for promise in self._asked:
            if promise.what == "backup":
                source, target = self._left / promise.details["directory"], self._left / "restored"
                if promise in self._kept or source.exists():
                    assert restore(target, source).files
                    shutil.rmtree(target)


def _key(promise: Promise) -> str:
    found = promise.details["found"]
    return found if isinstance(found, str) else str(found["public_key"])
