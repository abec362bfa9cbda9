"""Rounds in which a server is killed at a chosen kind of point, and what must be true when it has started again."""

import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import msgspec
import requests

from tamis.actions.local_calls import Erase
from tamis.actions.local_protocol import encode_call
from tamis.actions.services import Services
from tamis.columns.engine.files import NAME as FILE_NAME
from tamis.domain.contacts.emails import email_key
from tamis.records.engine.sqlite.database import connect
from tamis.records.handles import Reader
from tamis.records.segments import segments
from tamis.rules.time.evaluation_time import EvaluationTime
from tamis.settings import Settings
from tests.reliability.prepared_data import BUSY_SERVER, PreparedData
from tests.reliability.random_writers import Writers
from tests.stores.oracle import Oracle
from tests.support.process import SOON, Server, environment


@dataclass
class Figures:
    """What was seen in all rounds together."""

    kills: Counter[str] = field(default_factory=Counter)
    acknowledged: int = 0
    certain: int = 0
    recipients: int = 0
    recoveries: list[float] = field(default_factory=list)
    unusable: int = 0


class Rounds:
    """Rounds on one data directory, one after the other; used as a block."""

    def __init__(self, directory: Path, people: int, seed: int, figures: Figures) -> None:
        self.chance = random.Random(seed)
        self.figures = figures
        self.prepared = PreparedData(directory / "data", people, self.chance)
        self.server = Server(self.prepared.data, program=("-c", BUSY_SERVER))
        self._counted = 0

    def run(self, kind: str) -> None:
        """Kill the server at a point of some kind, start it again, and verify everything."""
        if kind == "migration":
            self.prepared.go_back_to_the_first_schema()
        if kind == "rebuild":
            for file in self.prepared.data.glob(f"{FILE_NAME}*"):
                file.unlink()
        KINDS[kind](self)
        self.figures.kills[kind] += 1
        self._look_at_the_records()
        begun = time.perf_counter()
        self.server.start()
        self.prepared.owner.base = f"{self.server.address}/api/"
        self.prepared.owner.http = requests.Session()
        assert self.prepared.owner.get("segment/list").status_code == 200
        self.figures.recoveries.append(time.perf_counter() - begun)
        self._look_at_the_answers()
        assert self.server.stop() == 0
        self._look_at_the_log()

    # -- points of kills ---------------------------------------------------------------------------------------------

    def while_writing(self) -> None:
        """At any time while clients write and a file is imported."""
        with self._writers(importing=self.chance.random() < 0.5):
            time.sleep(self.chance.uniform(0.2, 2.5))

    def during_projection(self) -> None:
        """A large import has just been committed, and a client reads."""
        self._serve()
        self.server.process.send_signal(signal.SIGSTOP)
        self.prepared.journal.edition += 1
        done = subprocess.run(
            self.prepared.importing(self.prepared.journal.edition, SOON),
            capture_output=True,
            env=environment(),
            check=False,
        )
        assert done.returncode == 0, done.stderr
        for batch in self.prepared.journal.batches.may_be:
            self.prepared.journal.batches.set(batch, self.prepared.journal.edition)
            self.prepared.journal.batches.acknowledged += 1
        self.server.process.send_signal(signal.SIGCONT)
        asking = threading.Thread(target=self._ask)
        asking.start()
        time.sleep(self.chance.uniform(0, 0.6))
        self.server.kill()
        asking.join()

    def in_a_start(self) -> None:
        """A process that was just started: with what there is to follow, to build or to migrate."""
        self.server.launch()
        time.sleep(self.chance.uniform(0.1, 2))
        self.server.kill()

    def in_a_migration(self) -> None:
        """The records have just begun to change: then they are brought to the newest schema within milliseconds."""
        self.server.launch()
        before = _size(self.prepared)
        while _size(self.prepared) == before and self.server.process.poll() is None:
            time.sleep(0.0005)
        time.sleep(self.chance.uniform(0, 0.02))
        self.server.kill()

    def in_a_stop(self) -> None:
        """An operator asks it to end while clients write."""
        with self._writers(importing=False):
            time.sleep(self.chance.uniform(0.2, 1.5))
            self.server.process.send_signal(signal.SIGTERM)
            time.sleep(self.chance.uniform(0, 0.4))

    def in_a_rewrite(self) -> None:
        """The projection file is being written anew, or takes the place of the old one, while clients write."""
        with self._writers(importing=False):
            time.sleep(self.chance.uniform(0.1, 0.4))
            asking = threading.Thread(target=self._erase)
            asking.start()
            deadline = time.monotonic() + 20
            late = self.chance.random() < 0.5  # when the copy is made, or while it is being made
            while not self._is_rewriting(late) and asking.is_alive() and time.monotonic() < deadline:
                time.sleep(0.0005)
            time.sleep(self.chance.uniform(0, 0.02 if late else 0.8))
        asking.join()

    def _writers(self, *, importing: bool) -> "_Plug":
        self._serve()
        return _Plug(self.server, Writers(self.prepared, importing=importing))

    def _serve(self) -> None:
        self.server.start()
        self.prepared.owner.base = f"{self.server.address}/api/"

    def _ask(self) -> None:
        with suppress(requests.RequestException):
            self.prepared.owner.get("segment/list")

    def _erase(self) -> None:
        server = msgspec.json.decode((self.prepared.data / "server.json").read_bytes(), type=dict[str, str])
        with suppress(requests.RequestException):
            requests.post(
                server["address"] + "/local/ask",
                data=encode_call(Erase()),
                headers={"Authorization": f"Bearer {server['token']}"},
                timeout=60,
            )

    def _is_rewriting(self, late: bool) -> bool:
        if (self.prepared.data / f"{FILE_NAME}.new").exists():
            return True
        return not late and any(self.prepared.data.glob("columns.copying-*"))

    # -- what must be true -------------------------------------------------------------------------------------------

    def _look_at_the_records(self) -> None:
        """Whatever was acknowledged is in the records, and nothing is there by half."""
        journal, db = self.prepared.journal, connect(self.prepared.data / "tamis.sqlite")
        try:
            assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            assert db.execute("PRAGMA foreign_key_check").fetchall() == []
            self.figures.certain += journal.batches.hold_against(self.prepared.editions(db))
            self.figures.certain += journal.rules.hold_against(self.prepared.thresholds(db))
        finally:
            db.close()
        self.figures.acknowledged += journal.acknowledged - self._counted
        self._counted = journal.acknowledged

    def _look_at_the_answers(self) -> None:
        """What the API shows is what the reference evaluator makes of the records, each address once."""
        owner, prepared = self.prepared.owner, self.prepared
        db = connect(prepared.data / "tamis.sqlite")
        try:
            live = segments.live_of_account(Reader(db), prepared.account.id)
            expected = Oracle(prepared.account, prepared.type).expected(
                Reader(db), live, EvaluationTime(datetime.now(UTC), prepared.account.zone)
            )
        finally:
            db.close()
        sizes = {segment["id"]: segment["segment_emails_count"] for segment in owner.segments()}
        assert sizes == {segment.id: len(expected[segment.id]) for segment in live}
        shown: dict[int, set[str]] = {}
        for segment in live:
            keys = [email_key(address) or "" for address in owner.addresses(segment.id)]
            shown[segment.id] = set(keys)
            assert len(keys) == len(shown[segment.id]), f"an address stands twice in {segment}"
            assert shown[segment.id] == expected[segment.id], segment
            self.figures.recipients += len(keys)
        overrides = prepared.journal.overrides
        self.figures.certain += overrides.hold_against(
            {thing: thing[1] in shown[thing[0]] for thing in overrides.may_be}
        )

    def _look_at_the_log(self) -> None:
        """Every line of the log has its number, and all of them lead to the present members; a copy is looked at."""
        copy = self.prepared.data.with_name("copy")
        shutil.copytree(self.prepared.data, copy)
        services = Services(Settings(copy, columns_threads=2))
        try:
            columns = services.project()
            assert columns.quarantined is None
            oracle = Oracle(self.prepared.account, self.prepared.type)
            db = services.records.reader()
            live = segments.live_of_account(db, self.prepared.account.id)
            oracle.expected(db, live, EvaluationTime(datetime.now(UTC), self.prepared.account.zone))
            stored = oracle.stored(columns.cursor(), live)
            fold_the_log(columns.cursor(), {id_: set(keyed.values()) for id_, keyed in stored.items()})
        finally:
            services.close()
            shutil.rmtree(copy)
        self.figures.unusable += len(list(self.prepared.data.glob("*.unusable-*")))
        assert not self.figures.unusable, "a projection file was put aside that was only cut off"


def fold_the_log(con: duckdb.DuckDBPyConnection, present: dict[int, set[int]]) -> None:
    """Read the whole log: its numbers have no gap, and each segment's lines since it was filled lead from a number of
    recipients, which the log tells, to those that are present."""
    rows = con.execute(
        "SELECT number, recipient_id >> 32, recipient_id, delta FROM membership_changes "
        "UNION ALL SELECT number, segment_id, NULL, recipients FROM membership_snapshots ORDER BY number"
    ).fetchall()
    assert [row[0] for row in rows] == list(range(1, len(rows) + 1))
    for segment_id, members in present.items():
        lines = [(recipient_id, delta) for _, of, recipient_id, delta in rows if of == segment_id]
        filled = max(place for place, (recipient_id, _) in enumerate(lines) if recipient_id is None)
        followed = set(members)
        for recipient_id, delta in reversed(lines[filled + 1 :]):
            assert (recipient_id in followed) is (delta == 1), "an entry of who is not in, or an exit of who is"
            followed ^= {recipient_id}
        assert len(followed) == lines[filled][1]


class _Plug:
    """Writers at work within a block, at whose end the plug is pulled."""

    def __init__(self, server: Server, writers: Writers) -> None:
        self._server, self._writers = server, writers

    def __enter__(self) -> None:
        self._writers.start()

    def __exit__(self, *_: object) -> None:
        self._server.kill()
        self._writers.pull_the_plug()
        self._writers.stop()


def _size(prepared: PreparedData) -> int:
    log = prepared.data / "tamis.sqlite-wal"
    try:
        return log.stat().st_size
    except FileNotFoundError:  # it may just have been deleted
        return 0


KINDS: dict[str, Callable[[Rounds], None]] = {
    "writing": Rounds.while_writing,
    "projection": Rounds.during_projection,
    "rebuild": Rounds.in_a_start,
    "migration": Rounds.in_a_migration,
    "rewrite": Rounds.in_a_rewrite,
    "start": Rounds.in_a_start,
    "stop": Rounds.in_a_stop,
}


def run_rounds(kinds: list[str], people: int, seed: int, figures: Figures) -> None:
    """Run rounds on a fresh data directory; a failure tells the seed and the directory, which then stays."""
    directory = Path(tempfile.mkdtemp(prefix="tamis-kills-"))
    rounds, kind = None, "making the directory"
    try:
        rounds = Rounds(directory, people, seed, figures)
        for kind in kinds:
            rounds.run(kind)
    except BaseException:
        print(f"seed {seed}, rounds {kinds}, failed in {kind}; the data is kept in {directory}", file=sys.stderr)
        raise
    finally:
        if rounds and rounds.server.is_running:
            rounds.server.kill()
    shutil.rmtree(directory)
