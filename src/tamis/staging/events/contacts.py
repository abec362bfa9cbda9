"""The contacts of events: the distinct emails of a file, and the ids of those that are contacts."""

from collections.abc import Iterator, Mapping

from tamis.staging.emails import EMAIL_PLACE, EmailExpressions
from tamis.staging.handle import StagingDatabase
from tamis.staging.sql import cursor, execute

KEYS_AT_ONCE = 10_000


def distinct_emails(staging: StagingDatabase, emails: EmailExpressions) -> Iterator[list[tuple[str, str]]]:
    """Yield the distinct emails of the rows without problems, each with its key, some thousands at a time."""
    with cursor(staging) as reading:
        reading.execute(
            "SELECT key, arg_min(email, n) FROM "
            f"(SELECT rows.rowid AS n, {emails.key} AS key, {emails.email} AS email FROM rows{emails.join} "
            "WHERE rows.rowid NOT IN (SELECT n FROM problems)) WHERE key IS NOT NULL GROUP BY key ORDER BY min(n)"
        )
        while rows := reading.fetchmany(KEYS_AT_ONCE):
            yield rows


def create_contact_ids(staging: StagingDatabase) -> None:
    """Create the table of the ids of contacts by the keys of their emails."""
    execute(staging, "CREATE TABLE contact_ids (key VARCHAR, id BIGINT)")


def add_contact_ids(staging: StagingDatabase, ids: Mapping[str, int]) -> None:
    """Add ids of contacts by key."""
    execute(
        staging,
        "INSERT INTO contact_ids SELECT unnest($1::VARCHAR[]), unnest($2::BIGINT[])",
        [list(ids), list(ids.values())],
    )


def reject_emails(staging: StagingDatabase, emails: EmailExpressions, reasons: Mapping[str, str]) -> None:
    """Reject the rows with some email keys, each with its reason."""
    if reasons:
        execute(
            staging,
            f"INSERT INTO problems SELECT rows.rowid, {EMAIL_PLACE}, NULL, w.reason FROM rows{emails.join} "
            "JOIN (SELECT unnest($1::VARCHAR[]) AS key, unnest($2::VARCHAR[]) AS reason) w "
            f"ON w.key = {emails.key}",
            [list(reasons), list(reasons.values())],
        )
