"""What `tamis doctor` reads of the records; nothing of it writes."""

from collections.abc import Iterator
from typing import NamedTuple

import apsw

from tamis.domain.errors import Damaged
from tamis.domain.segments import Segment
from tamis.records import segments
from tamis.records.engine.database import migrations
from tamis.records.engine.sql import each_tuple, fetch, select, select_only, select_tuples
from tamis.records.handles import Reader
from tamis.records.names import register_fold
from tamis.records.queries import load

SQL = load("verify")
MAX_PROBLEMS = 20


class Sequence(NamedTuple):
    """The last number that a table has given, and the highest one that it has."""

    table: str
    given: int
    highest: int


def check_file(db: Reader) -> list[str]:
    """Let SQLite read every page and every index entry, and say what is wrong with them."""
    try:
        rows = fetch(db, f"PRAGMA integrity_check({MAX_PROBLEMS})")
        broken = fetch(db, "PRAGMA foreign_key_check")
    except (apsw.Error, Damaged) as error:
        return [str(error.__cause__ or error)]
    told = [str(row[0]) for row in rows if row[0] != "ok"]
    return told + [f"a row of {row[0]} names a row of {row[2]} that is not there" for row in broken[:MAX_PROBLEMS]]


def compare_schema(db: Reader) -> list[str]:
    """Compare tables and indexes with those that this version makes; gives the names of those that differ."""
    fresh = apsw.Connection(":memory:")
    register_fold(fresh)
    try:
        for _, sql in migrations():
            fresh.execute(sql).fetchall()
        wanted = dict(select_tuples(Reader(fresh), tuple[str, str], SQL["schema"]))
    finally:
        fresh.close()
    present = dict(select_tuples(db, tuple[str, str], SQL["schema"]))
    return sorted(name for name in wanted.keys() | present.keys() if wanted.get(name) != present.get(name))


def count_contacts_and_inclusions(db: Reader) -> tuple[int, int]:
    """Count the contacts and the addresses added by hand."""
    return select_only(db, _pair, SQL["counts"])


def unusual_keys(db: Reader, table: str) -> Iterator[tuple[int, str, str]]:
    """Return id, address and key of those in `contacts` or `inclusions` whose key is not plainly the right
    one."""
    return each_tuple(db, tuple[int, str, str], SQL["contact_keys" if table == "contacts" else "inclusion_keys"])


def count_duplicate_emails(db: Reader) -> tuple[int, int]:
    """Count the addresses that stand more than once in a contact type, and among the added ones of a segment, without
    trust in any index."""
    return select_only(db, int, SQL["duplicates_in_types"]), select_only(db, int, SQL["duplicates_in_segments"])


def find_wrong_recipient_ids(db: Reader) -> list[int]:
    """List the additions by hand whose number is not made of their segment and their contact or row."""
    return [id_ for id_, *_ in fetch(db, SQL["wrong_recipient_ids"])]


def count_orphaned_exclusions(db: Reader) -> int:
    """Count the removals by hand of contacts that are not there."""
    return len(fetch(db, SQL["orphaned_exclusions"]))


def count_orphans_of_imports(db: Reader) -> tuple[int, int, int]:
    """Count, of what is kept for undoing imports, that which is of no contact or import that there is: what contacts
    were, spans of contacts that were made, and contacts that were written last."""
    (found,) = select_tuples(db, tuple[int, int, int], SQL["orphans_of_imports"])
    return found


def count_imports(db: Reader) -> tuple[int, int]:
    """Count the imports, and the contacts of which it is kept what they were before one."""
    return select_only(db, _pair, SQL["import_counts"])


def list_sequences(db: Reader) -> list[Sequence]:
    """Tell of each table that numbers its rows which number it gave last."""
    return select(db, Sequence, SQL["sequences"])


def live_segments(db: Reader) -> list[Segment]:
    """List the live segments of all accounts."""
    return select(db, segments.from_row, SQL["segments"])


def types_with_suppressions(db: Reader) -> list[int]:
    """List the contact types in which any address was forgotten."""
    return select(db, int, SQL["types_with_suppressions"])


def types_with_exclusions(db: Reader) -> list[int]:
    """List the contact types from whose segments any address that is no contact is excluded."""
    return select(db, int, SQL["types_with_exclusions"])


def contact_email_keys(db: Reader, type_id: int) -> Iterator[str]:
    """Return the keys of the addresses of all contacts of a type."""
    for (key,) in each_tuple(db, tuple[str], SQL["contact_email_keys"], (type_id,)):
        yield key


def all_email_keys(db: Reader, type_id: int) -> Iterator[str]:
    """Return the keys of all addresses of a contact type, also of those added by hand."""
    for (key,) in each_tuple(db, tuple[str], SQL["all_email_keys"], (type_id,)):
        yield key


def page_of_documents(db: Reader, type_id: int, after: int, limit: int) -> list[tuple[int, str]]:
    """Return a page of a type's contacts above an id, each with its document for the column store."""
    return select_tuples(db, tuple[int, str], SQL["page_of_documents"], (type_id, after, limit))


def sample_contact_ids(db: Reader, type_id: int, limit: int) -> list[int]:
    """Draw contacts of a type at random."""
    return select(db, int, SQL["sample_contact_ids"], (type_id, limit))


def _pair(first: int, second: int) -> tuple[int, int]:
    return first, second
