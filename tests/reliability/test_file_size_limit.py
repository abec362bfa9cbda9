"""Files that cannot grow, by a limit on their size: the projection undoes what it cannot finish, and goes on."""

import resource
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

from tamis.actions.segments.segments import segment_sizes
from tamis.actions.services import Services
from tamis.columns.engine.errors import StoreFailure
from tamis.columns.engine.files import NAME as FILE_NAME
from tamis.columns.engine.files import WAL_SUFFIX
from tamis.columns.engine.store import Columns
from tamis.domain.errors import Unavailable
from tamis.domain.segments.segments import Segment
from tamis.domain.values.fields import Kind
from tamis.settings import Settings
from tests.stores.workspace import Workspace, new_workspace


@contextmanager
def largest_file(size: int) -> Iterator[None]:
    """Let no file of this process grow beyond a size, for a block."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@dataclass
class Scores:
    """A thousand contacts; those with a score are in a segment, and the projection file has them."""

    workspace: Workspace
    segment: Segment
    so_far: int = 0

    @property
    def columns(self) -> Columns:
        """The projection as it is."""
        return self.workspace.services.open_columns()

    def give(self, count: int) -> None:
        """Give the next contacts a score, without a read of the columns."""
        self.workspace.write(**{f"p{n}": {"score": str(n)} for n in range(self.so_far, self.so_far + count)})
        self.so_far += count

    def check(self) -> None:
        """The segment and its size are what was written."""
        assert self.workspace.members(self.segment) == {f"p{n}" for n in range(self.so_far)}
        assert segment_sizes(self.workspace.services) == {self.segment.id: self.so_far}

    def size(self, ending: str = "") -> int:
        """Return the size of the projection file, or of one next to it."""
        file = self.columns.path.with_name(FILE_NAME + ending)
        return file.stat().st_size if file.exists() else 0

    def run(self, sql: str) -> None:
        """Run a statement in the projection, with the errors that readers and the projection get."""
        try:
            self.columns.cursor().execute(sql).fetchall()
        except duckdb.Error as error:
            self.columns._raise_failure(error, "answer")


@pytest.fixture
def scores(tmp_path: Path) -> Iterator[Scores]:
    """Open the stores with these settings; no file of theirs may be quarantined."""
    services = Services(Settings(tmp_path, columns_threads=1))
    workspace = new_workspace(services)
    workspace.field("Score", Kind.NUMBER)
    workspace.field("Note", Kind.TEXT)
    made = Scores(workspace, workspace.segment("Scored", "score is not blank"))
    workspace.write(**{f"p{n}": {"note": secrets.token_hex(400)} for n in range(1_000)})
    made.check()
    made.run("CHECKPOINT")
    yield made
    made.give(10)
    made.check()
    made.workspace.services.close()
    assert not list(tmp_path.glob("*.unusable-*"))
    made.workspace.services = Services(Settings(tmp_path, columns_threads=1))
    made.check()
    made.workspace.services.close()


def test_a_commit_without_space_is_rolled_back_and_retried(scores: Scores) -> None:
    scores.give(10)
    with largest_file(1_000):
        for _ in range(3):
            with pytest.raises(Unavailable, match=r"disk is full: the projection cannot|disk failed"):
                scores.check()
    scores.check()


def test_a_checkpoint_without_space_does_not_stop_others(scores: Scores, caplog: pytest.LogCaptureFixture) -> None:
    scores.run("SET GLOBAL checkpoint_threshold = '1KB'")
    scores.give(300)
    scores.workspace.services.records.truncate_log()
    whole = scores.size()
    assert whole > 500_000
    with largest_file(whole):
        scores.check()  # the commit has room in the log; the checkpoint after it has none in the file
        assert scores.size(WAL_SUFFIX) > 0
        scores.give(10)
        scores.check()
    assert "columns_stopped" in caplog.text


def test_a_stopped_database_is_reopened(scores: Scores) -> None:
    scores.run("CREATE TABLE another AS SELECT random() FROM range(1000)")
    with largest_file(1_000), pytest.raises(Unavailable, match="has stopped and is being reopened"):
        scores.run("CHECKPOINT")
    assert scores.columns.failure is StoreFailure.STOPPED
    with pytest.raises(Unavailable, match="try again"):
        scores.run("SELECT 1")
    scores.check()
    assert scores.columns.failure is None


def test_a_query_without_space_is_refused_with_a_reason(scores: Scores) -> None:
    scores.run("SET GLOBAL memory_limit = '20MB'")
    with largest_file(1_000), pytest.raises(Unavailable, match=r"the projection cannot answer"):
        scores.run("SELECT count(*) FROM (SELECT DISTINCT hash(i, j) FROM range(3000) a(i), range(1000) b(j))")
    scores.run("SET GLOBAL memory_limit = '1GB'")
    scores.check()


def test_a_new_file_without_space_leaves_nothing_incomplete(scores: Scores) -> None:
    path = scores.columns.path
    scores.workspace.services.close()
    path.unlink()
    scores.workspace.services = Services(Settings(path.parent, columns_threads=1))
    with largest_file(5_000), pytest.raises(Unavailable, match="cannot be created"):
        scores.check()
    assert not path.exists()
    scores.check()
