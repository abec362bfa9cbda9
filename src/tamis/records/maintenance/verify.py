"""Verification of the records, read-only, for `tamis doctor`."""

from collections.abc import Iterator
from typing import NamedTuple

from tamis.domain.segments.segments import Segment
from tamis.records.engine.sql import each_tuple, fetch, select, select_only, select_tuples
from tamis.records.handles import Reader
from tamis.records.queries import load
from tamis.records.segments import segments

SQL = load("verify")


class Sequence(NamedTuple):
    """The last id that a table has assigned, and the highest one in it."""

    table: str
    given: int
    highest: int


def count_contacts_and_inclusions(db: Reader) -> tuple[int, int]:
    """Count the contacts and the manually added emails."""
    return select_only(db, _pair, SQL["counts"])


def unusual_keys(db: Reader, table: str) -> Iterator[tuple[int, str, str]]:
    """Yield id, email and key of the rows of `contacts` or `inclusions` whose key needs a closer check."""
    return each_tuple(db, tuple[int, str, str], SQL["contact_keys" if table == "contacts" else "inclusion_keys"])


def count_duplicate_emails(db: Reader) -> tuple[int, int]:
    """Count the emails that occur more than once in a contact type, and in the inclusions of a segment, without relying
    on any index."""
    return select_only(db, int, SQL["duplicates_in_types"]), select_only(db, int, SQL["duplicates_in_segments"])


def find_wrong_recipient_ids(db: Reader) -> list[int]:
    """List the inclusions whose recipient id is not made of their segment and their contact or row."""
    return [id_ for id_, *_ in fetch(db, SQL["wrong_recipient_ids"])]


def count_orphaned_exclusions(db: Reader) -> int:
    """Count the exclusions of contacts that do not exist."""
    return len(fetch(db, SQL["orphaned_exclusions"]))


def count_orphans_of_imports(db: Reader) -> tuple[int, int, int]:
    """Count the rows kept for undoing imports whose contact or import does not exist: prior values, ranges of created
    contacts, and contacts by their last import."""
    (found,) = select_tuples(db, tuple[int, int, int], SQL["orphans_of_imports"])
    return found


def count_imports(db: Reader) -> tuple[int, int]:
    """Count the imports, and the prior values kept for undoing them."""
    return select_only(db, _pair, SQL["import_counts"])


def list_sequences(db: Reader) -> list[Sequence]:
    """Return the last assigned and the highest id of each table that numbers its rows."""
    return select(db, Sequence, SQL["sequences"])


def live_segments(db: Reader) -> list[Segment]:
    """List the live segments of all accounts."""
    return select(db, segments.from_row, SQL["segments"])


def types_with_forgotten(db: Reader) -> list[int]:
    """List the contact types with forgotten emails."""
    return select(db, int, SQL["types_with_forgotten"])


def types_with_exclusions(db: Reader) -> list[int]:
    """List the contact types with exclusions of emails that are not contacts."""
    return select(db, int, SQL["types_with_exclusions"])


def contact_email_keys(db: Reader, type_id: int) -> Iterator[str]:
    """Yield the email keys of all contacts of a type."""
    for (key,) in each_tuple(db, tuple[str], SQL["contact_email_keys"], (type_id,)):
        yield key


def all_email_keys(db: Reader, type_id: int) -> Iterator[str]:
    """Yield the email keys of a contact type, of its contacts and its inclusions."""
    for (key,) in each_tuple(db, tuple[str], SQL["all_email_keys"], (type_id,)):
        yield key


def page_of_documents(db: Reader, type_id: int, after: int, limit: int) -> list[tuple[int, str]]:
    """Return a page of a type's contacts above an id, each with its document for the projection."""
    return select_tuples(db, tuple[int, str], SQL["page_of_documents"], (type_id, after, limit))


def sample_contact_ids(db: Reader, type_id: int, limit: int) -> list[int]:
    """Return the ids of some random contacts of a type."""
    return select(db, int, SQL["sample_contact_ids"], (type_id, limit))


def _pair(first: int, second: int) -> tuple[int, int]:
    return first, second
