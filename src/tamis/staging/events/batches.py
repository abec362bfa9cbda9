"""A batch of staged events on its way to storage: each as the line in which the records keep it, and which are new.

`batch` has the events of a range of rows, `known` those of them that are not stored, since they are there already.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from tamis.staging.events.properties import PropertySource
from tamis.staging.events.rows import EventRow, document_sql
from tamis.staging.handle import StagingDatabase
from tamis.staging.sql import cursor, execute

LINES_AT_ONCE = 50_000
_TAB = "chr(9)"
_NEW = "n NOT IN (SELECT n FROM known)"


class NamedEvents(NamedTuple):
    """The events of a name in a file: the number of the name there, its id, and its properties' columns by id."""

    number: int
    name_id: int
    columns: Mapping[int, PropertySource]


class KnownEvents(NamedTuple):
    """The events of a batch that are there already: how many are the same, and the rows with the id of another one."""

    repeated: int
    conflicting: list[int]


class NameCount(NamedTuple):
    """How many new events of a name a batch has, and the first and the last of their instants."""

    name_id: int
    events: int
    first_at: int
    last_at: int


def count_rows(staging: StagingDatabase) -> int:
    """Return a number that is greater than that of any row with an event."""
    return int(execute(staging, "SELECT coalesce(max(n), -1) + 1 FROM staged_events").fetchall()[0][0])


def create_batch(staging: StagingDatabase, names: Sequence[NamedEvents], start: int, end: int) -> int:
    """Create `batch` of the rows from `start` to `end`, of which none is known yet; return how many events it has."""
    execute(
        staging,
        "CREATE OR REPLACE TABLE batch (n BIGINT, contact_id BIGINT, name_id BIGINT, at_us BIGINT, "
        "fingerprint UINTEGER, line VARCHAR)",
    )
    for name in names:
        execute(
            staging,
            "INSERT INTO batch SELECT n, contact_id, $1, at_us, "
            f"(md5_number(CASE WHEN key = '' THEN line ELSE left(line, length(head) - 1) END) >> 96)::UINTEGER, line "
            f"FROM (SELECT *, concat(head, at_us, {_TAB}, occurrence, {_TAB}, document) AS line FROM ("
            f"SELECT e.n, contact_id, at_us, key, coalesce(o.occurrence, 1) AS occurrence, "
            f"{document_sql(name.columns)} AS document, "
            f"concat(lpad(contact_id::VARCHAR, 10, '0'), {_TAB}, $1, {_TAB}, replace(key, '\\', '\\\\'), {_TAB}) "
            "AS head "
            "FROM staged_events e LEFT JOIN occurrences o ON o.n = e.n "
            "WHERE name_number = $2 AND e.n >= $3 AND e.n < $4))",
            [name.name_id, name.number, start, end],
        )
    forget_stored(staging)
    return int(execute(staging, "SELECT count(*) FROM batch").fetchall()[0][0])


def contacts_of_batch(staging: StagingDatabase) -> list[int]:
    """Return the ids of the contacts of the events of the batch, in order."""
    found = execute(staging, "SELECT list(contact_id ORDER BY contact_id) FROM (SELECT DISTINCT contact_id FROM batch)")
    return found.fetchall()[0][0] or []


def drop_contacts(staging: StagingDatabase, contact_ids: Sequence[int]) -> list[int]:
    """Drop the events of some contacts from the batch, and return the numbers of their rows."""
    deleted = execute(
        staging,
        "DELETE FROM batch WHERE contact_id IN (SELECT unnest($1::BIGINT[])) RETURNING n",
        [list(contact_ids)],
    )
    return [n for (n,) in deleted.fetchall()]


def find_candidates(
    staging: StagingDatabase, filters: Iterable[Sequence[tuple[int, bytes]]], masks: Sequence[int]
) -> list[int]:
    """Return the contacts, in order, of the events that a run may have, by its Bloom filters, which come in parts: the
    last contact of each, and its words. `masks` are the bits of an event by the first twelve of its fingerprint."""
    previous = -1
    swapped = [int.from_bytes(mask.to_bytes(8, "little"), "big") for mask in masks]
    execute(staging, "CREATE OR REPLACE TABLE candidates (contact_id BIGINT)")
    _create_masks(staging, swapped)
    for part in filters:
        lasts = [last for last, _ in part]
        execute(
            staging,
            "CREATE OR REPLACE TEMP TABLE filters AS SELECT last, len(words) AS size, words FROM (SELECT "
            "unnest($1::BIGINT[]) AS last, string_split(unnest($2::VARCHAR[]), ',') AS words)",
            [lasts, [words.hex(",", 8) for _, words in part]],
        )
        execute(
            staging,
            "CREATE OR REPLACE TEMP TABLE filter_words AS SELECT last, place - 1 AS place, "
            "('0x' || word)::UBIGINT AS word FROM (SELECT last, unnest(words) AS word, "
            "generate_subscripts(words, 1) AS place FROM filters)",
        )
        execute(
            staging,
            "INSERT INTO candidates SELECT contact_id FROM (SELECT b.contact_id, b.fingerprint, f.last, f.size "
            "FROM batch b ASOF JOIN filters f ON b.contact_id <= f.last "
            "WHERE b.contact_id > $1 AND b.contact_id <= $2) p JOIN filter_words w "
            "ON w.last = p.last AND w.place = p.fingerprint % p.size "
            "JOIN masks m ON m.number = p.fingerprint >> 20 WHERE w.word & m.mask = m.mask",
            [previous, lasts[-1]],
        )
        previous = lasts[-1]
    found = execute(
        staging, "SELECT list(contact_id ORDER BY contact_id) FROM (SELECT DISTINCT contact_id FROM candidates)"
    )
    return found.fetchall()[0][0] or []


def forget_stored(staging: StagingDatabase) -> None:
    """Create the empty table of lines to compare with, and `known`."""
    execute(staging, "CREATE OR REPLACE TABLE stored_lines (line VARCHAR)")
    execute(staging, "CREATE OR REPLACE TABLE known (n BIGINT, is_same BOOLEAN)")


def add_stored(staging: StagingDatabase, texts: Iterable[str]) -> None:
    """Add lines of stored events with which the batch is compared; each text has some of them."""
    part: list[str] = []
    for text in texts:
        part.append(text)
        if len(part) == 500:
            _add_stored(staging, part)
            part = []
    _add_stored(staging, part)


def _add_stored(staging: StagingDatabase, texts: Sequence[str]) -> None:
    if texts:
        execute(
            staging,
            "INSERT INTO stored_lines SELECT line FROM (SELECT unnest(string_split(text, chr(10))) AS line "
            "FROM (SELECT unnest($1::VARCHAR[]) AS text)) "
            "WHERE left(line, 10)::BIGINT IN (SELECT contact_id FROM batch)",
            [list(texts)],
        )


def judge(staging: StagingDatabase) -> KnownEvents:
    """Fill `known` with the events of the batch that are stored, or that have the id of an earlier row of the file."""
    execute(
        staging,
        f"INSERT INTO known SELECT b.n, b.content = any_value(s.content) FROM "
        f"(SELECT n, {_IDENTITY} AS identity, {_CONTENT} AS content FROM batch "
        "WHERE contact_id IN (SELECT left(line, 10)::BIGINT FROM stored_lines)) b JOIN "
        f"(SELECT {_IDENTITY} AS identity, {_CONTENT} AS content FROM stored_lines) s "
        "ON s.identity = b.identity GROUP BY b.n, b.content",
    )
    execute(
        staging,
        f"INSERT INTO known SELECT n, is_same FROM same_ids WHERE n IN (SELECT n FROM batch) AND {_NEW}",
    )
    ((repeated,),) = execute(staging, "SELECT count(*) FROM known WHERE is_same").fetchall()
    conflicting = execute(staging, "SELECT n FROM known WHERE NOT is_same ORDER BY n").fetchall()
    return KnownEvents(int(repeated), [n for (n,) in conflicting])


def new_events(staging: StagingDatabase, name_id: int) -> list[EventRow]:
    """Return the new events of a name, in the order of the file."""
    return _rows(staging, f"name_id = {name_id:d} AND {_NEW}")


def newest_events(staging: StagingDatabase, number: int) -> list[tuple[int, EventRow]]:
    """Take the newest events of each name out of the batch, and return each with the id of its name."""
    execute(
        staging,
        "CREATE OR REPLACE TEMP TABLE newest AS "
        f"SELECT name_id, unnest(max_by(n, at_us, {number:d})) AS n FROM batch WHERE {_NEW} GROUP BY name_id",
    )
    names = dict(execute(staging, "SELECT n, name_id FROM newest").fetchall())
    return [(names[row.number], row) for row in _rows(staging, "n IN (SELECT n FROM newest)")]


def count_new(staging: StagingDatabase) -> list[NameCount]:
    """Count the new events of each name."""
    rows = execute(
        staging, f"SELECT name_id, count(*), min(at_us), max(at_us) FROM batch WHERE {_NEW} GROUP BY name_id"
    ).fetchall()
    return [NameCount(*map(int, row)) for row in rows]


def contacts_of_new(staging: StagingDatabase) -> list[int]:
    """Return the ids of the contacts that have new events."""
    query = f"SELECT list(contact_id) FROM (SELECT DISTINCT contact_id FROM batch WHERE {_NEW})"
    return execute(staging, query).fetchall()[0][0] or []


def value_counts(staging: StagingDatabase, source: PropertySource, name_id: int) -> list[tuple[str, int]]:
    """Return the distinct values of a property in the new events of a name, and how many have each."""
    return execute(
        staging,
        f"SELECT {source.column}, count(*) FROM staged_events WHERE {source.column} IS NOT NULL "
        f"AND n IN (SELECT n FROM batch WHERE name_id = $1 AND {_NEW}) GROUP BY ALL",
        [name_id],
    ).fetchall()


def create_run(staging: StagingDatabase) -> None:
    """Create `run`, the lines of the new events in order; the `newest` are not among them."""
    execute(
        staging,
        "CREATE OR REPLACE TABLE run AS SELECT contact_id, fingerprint, line FROM batch "
        f"WHERE {_NEW} AND n NOT IN (SELECT n FROM newest) ORDER BY line",
    )


def run_lines(staging: StagingDatabase) -> Iterator[list[str]]:
    """Yield the lines of the run in order, some thousands at a time."""
    with cursor(staging) as reading:
        reading.execute("SELECT line FROM run ORDER BY rowid")
        while rows := reading.fetchmany(LINES_AT_ONCE):
            yield [line for (line,) in rows]


class FilterWords(NamedTuple):
    """A Bloom filter: the last contact of its events, how many there are, and its words that are not 0, by place."""

    last_contact_id: int
    events: int
    places: list[int]
    words: list[int]


def filter_words(
    staging: StagingDatabase, masks: Sequence[int], events: int, events_per_word: int
) -> list[FilterWords]:
    """Return the filters of the run, each of about so many events, and of all events of its contacts."""
    _create_masks(staging, masks)
    rows = execute(
        staging,
        f"WITH contacts AS (SELECT contact_id, min(rowid) // {events:d} AS number FROM run GROUP BY contact_id), "
        "filters AS (SELECT number, max(contact_id) AS last, count(*) AS events, "
        f"count(*) // {events_per_word:d} + 1 AS size FROM run JOIN contacts USING (contact_id) GROUP BY number), "
        "words AS (SELECT number, fingerprint % size AS place, bit_or(mask) AS word FROM run "
        "JOIN contacts USING (contact_id) JOIN filters USING (number) JOIN masks ON masks.number = fingerprint >> 20 "
        "GROUP BY number, place) "
        "SELECT last, any_value(events), list(place), list(word) FROM words JOIN filters USING (number) "
        "GROUP BY last ORDER BY last",
    ).fetchall()
    return [FilterWords(*row) for row in rows]


def _create_masks(staging: StagingDatabase, masks: Sequence[int]) -> None:
    execute(
        staging,
        "CREATE OR REPLACE TEMP TABLE masks AS SELECT unnest($1::INTEGER[]) AS number, unnest($2::UBIGINT[]) AS mask",
        [list(range(len(masks))), list(masks)],
    )


def _rows(staging: StagingDatabase, condition: str) -> list[EventRow]:
    found = execute(
        staging,
        f"SELECT n, contact_id, at_us, {_part(3)}, {_part(6)}, {_part(5)}::INTEGER FROM batch "
        f"WHERE {condition} ORDER BY n",
    ).fetchall()
    return [EventRow(n, id_, at, key.replace("\\\\", "\\"), *rest) for n, id_, at, key, *rest in found]


def _part(number: int) -> str:
    return f"split_part(line, {_TAB}, {number})"


_IDENTITY = f"CASE WHEN {_part(3)} = '' THEN line ELSE concat({_part(1)}, {_TAB}, {_part(2)}, {_TAB}, {_part(3)}) END"
"""What the event of a line is known by: contact, name and id, or else all of it."""
_CONTENT = f"concat({_part(4)}, {_TAB}, {_part(6)})"
