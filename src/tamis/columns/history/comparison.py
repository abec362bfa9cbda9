"""DuckDB's implementation of comparing the projection's history with the kept one, a pack or page at a time."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import duckdb

from tamis.columns.engine.errors import is_external_cause
from tamis.columns.history.daily_rollup import insert_days
from tamis.columns.history.parquet import from_parquet
from tamis.columns.history.restore import KEPT_MEMBERS, insert_changes, insert_snapshots, list_members
from tamis.columns.interface.kept_history import Comparison
from tamis.columns.interface.verification import Discrepancies
from tamis.columns.layout.membership import recipients_between, span
from tamis.domain.segments.history import ChangeRow, MemberList, Pack, SegmentDay, SnapshotRow
from tamis.domain.segments.segments import SEGMENT_SHIFT

SHOWN = 5
_STATE_OF_ENGINE = (duckdb.InterruptException, duckdb.OutOfMemoryException, duckdb.FatalException)
_SPAN = "segment_id > $1 AND segment_id <= $2"


class DuckKeptHistoryReads:
    """Compares the history in a view with kept rows, which are loaded into temporary tables."""

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        self._con = con

    def mark(self) -> int:
        """Return the mark of the history that the projection has."""
        return int(self._con.execute("SELECT mark FROM meta").fetchall()[0][0])

    def pack_is_whole(self, pack: Pack) -> bool:
        """Return whether a pack is readable and has the numbers that it claims, each once."""
        return self._is_whole(
            pack.changes,
            "count(*) > 0 AND count(*) = count(DISTINCT number) AND min(number) >= $1 AND max(number) <= $2 AND "
            "bool_and(abs(change) = 1) AND count(*) = count(recipient_id + epoch_us(instant) + length(cause))",
            [pack.first_number, pack.last_number],
        )

    def list_is_whole(self, part: MemberList) -> bool:
        """Return whether a part of a list is readable and belongs to its segment."""
        whole = "count(*) = count(epoch_us(entered_at)) AND bool_and(recipient_id BETWEEN $1 AND $2)"
        return not part.members or self._is_whole(part.members, whole, list(span(part.segment_id)))

    def changes(self, after: int, last: int, rows: Sequence[ChangeRow], pack: Pack | None) -> Comparison:
        """Compare the changes with numbers above `after` up to `last`."""
        self._con.execute("CREATE OR REPLACE TEMP TABLE kept_changes AS FROM membership_changes LIMIT 0")
        insert_changes(self._con, [rows] if rows else [], [pack] if pack else [], self._spill(), "kept_changes")
        stored = "FROM membership_changes WHERE number > $1 AND number <= $2"
        others = ("recipient_id", "delta", "instant", "cause")
        return self._compared("FROM kept_changes", stored, ("number",), others, [after, last])

    def snapshots(self, after: int, last: int, kept: Sequence[SnapshotRow]) -> Comparison:
        """Compare the snapshots of a span of segments."""
        self._con.execute("CREATE OR REPLACE TEMP TABLE kept_snapshots AS FROM membership_snapshots LIMIT 0")
        insert_snapshots(self._con, kept, "kept_snapshots")
        others = ("segment_id", "instant", "cause", "recipients")
        return self._compared(
            "FROM kept_snapshots", f"FROM membership_snapshots WHERE {_SPAN}", ("number",), others, [after, last]
        )

    def days(self, after: int, last: int, kept: Sequence[SegmentDay]) -> Comparison:
        """Compare the daily sizes of a span of segments."""
        self._con.execute("CREATE OR REPLACE TEMP TABLE kept_days AS FROM daily_sizes LIMIT 0")
        insert_days(self._con, kept, "kept_days")
        others = ("recipients", "entered", "departed", "snapshot_cause")
        return self._compared(
            "FROM kept_days", f"FROM daily_sizes WHERE {_SPAN}", ("segment_id", "day"), others, [after, last]
        )

    def members(self, after: int, last: int, lists: Iterable[MemberList]) -> Comparison:
        """Compare the members of a span of segments with those of the kept lists and the later changes."""
        list_members(self._con, lists, 0, self._spill())
        stored = f"FROM {recipients_between(span(after)[1] + 1, span(last)[1])}"
        return self._compared(f"FROM {KEPT_MEMBERS}", stored, ("recipient_id",), ("entered_at",), [])

    def unlisted(self, after: int, last: int) -> Discrepancies:
        """Return the segments that have a size but no list of members, or a list but no size."""
        sized = f"(SELECT segment_id, true AS sized FROM segment_sizes WHERE {_SPAN})"
        return self._differing(
            f"SELECT segment_id FROM (FROM listed FULL JOIN {sized} USING (segment_id)) "
            "WHERE number IS NULL OR sized IS NULL",
            [after, last],
        )

    def against_days(self, after: int, last: int) -> Discrepancies:
        """Return the segments whose last daily size differs from the number of kept members."""
        return self._differing(
            "SELECT segment_id FROM (SELECT segment_id, arg_max(recipients, day) AS size FROM kept_days "
            f"WHERE {_SPAN} GROUP BY segment_id) SEMI JOIN listed USING (segment_id) LEFT JOIN "
            f"(SELECT recipient_id >> {SEGMENT_SHIFT} AS segment_id, count(*) AS n FROM {KEPT_MEMBERS} GROUP BY 1) "
            "USING (segment_id) WHERE size <> coalesce(n, 0)",
            [after, last],
        )

    def _compared(
        self, kept: str, stored: str, key: tuple[str, ...], others: tuple[str, ...], values: list[int]
    ) -> Comparison:
        """Compare rows by a key that is unique on both sides, which the doctor verifies elsewhere."""
        differs = " OR ".join(f"k.{name} IS DISTINCT FROM s.{name}" for name in others)
        same = " AND ".join(f"k.{name} = s.{name}" for name in key)
        differing = self._differing(
            f"SELECT coalesce(k.{key[0]}, s.{key[0]}) FROM ({kept}) k FULL JOIN ({stored}) s ON {same} "
            f"WHERE k.{key[0]} IS NULL OR s.{key[0]} IS NULL OR {differs}",
            values,
        )
        rows = self._con.execute(f"SELECT count(*) FROM ({kept})").fetchall()
        return Comparison(rows[0][0], differing)

    def _differing(self, query: str, values: list[int]) -> Discrepancies:
        rows = self._con.execute(f"SELECT count(*), min(n, {SHOWN}) FROM ({query}) q(n)", values).fetchall()
        number, some = rows[0]
        return Discrepancies(number, some or [])

    def _is_whole(self, content: bytes, condition: str, values: list[int]) -> bool:
        """Test the rows of a part on a separate connection: an error would end the view."""
        with from_parquet(content, self._spill()) as rows, self._con.cursor() as reading:
            try:
                found = reading.execute(f"SELECT {condition} FROM {rows}", values).fetchall()
            except _STATE_OF_ENGINE:
                raise
            except (duckdb.Error, RuntimeError) as error:  # not Parquet, or without these columns
                if is_external_cause(error):
                    raise
                return False
        return bool(found[0][0])

    def _spill(self) -> Path:
        """Return the directory to which this database spills."""
        return Path(self._con.execute("SELECT current_setting('temp_directory')").fetchall()[0][0])
