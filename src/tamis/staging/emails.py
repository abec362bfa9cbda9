"""The email column: the key of each email, invalid emails, and emails that occur in several rows."""

import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tamis.domain.contacts.emails import Email, email_key, email_problem, escape_invisible
from tamis.domain.files.formulas import unescape
from tamis.domain.values.text import shorten
from tamis.staging.cells import CELLS_PER_FETCH, cell_sql, distinct_cells
from tamis.staging.handle import StagingDatabase
from tamis.staging.sql import cursor, execute

EMAIL_PLACE = -1
"""The place of the email among the problems of a row: before its fields."""

# Atoms of RFC 5321 joined by dots; the lengths are those up to which `domain.emails` need not ask the library.
_ATOM = "[A-Za-z0-9!#$%&*+/=?^_`{|}~-]+"
_FAST = rf"{_ATOM}(\.{_ATOM})*@[A-Za-z0-9.-]+"
_LONGEST_LOCAL, _LONGEST = 64, 200
_PARSED = "parsed_emails"
EXAMPLES = 5


@dataclass(frozen=True, slots=True)
class EmailExpressions:
    """SQL expressions over `rows` for an email and its key, null when invalid, and the join that they need."""

    email: str
    key: str
    join: str


@dataclass(frozen=True, slots=True)
class CleanedEmails:
    """The number of rows whose email was cleaned of surrounding text, and examples: before and after."""

    count: int
    examples: tuple[tuple[str, str], ...]


def parse_emails(
    staging: StagingDatabase, position: int, padded: frozenset[int], parse: Callable[[str], Email | None]
) -> EmailExpressions:
    """Parse the emails of all rows; invalid ones are added to `problems`."""
    cell = cell_sql(position, padded)
    fast = _fast_path_condition(staging, cell)
    table = _PARSED
    execute(
        staging, f"CREATE TABLE {table} (cell VARCHAR, email VARCHAR, key VARCHAR, problem VARCHAR, cleaned BOOLEAN)"
    )
    for texts in distinct_cells(staging, cell, f"NOT {fast}"):
        found = [parse(text) for text in texts]
        execute(
            staging,
            f"INSERT INTO {table} SELECT unnest($1::VARCHAR[]), unnest($2::VARCHAR[]), unnest($3::VARCHAR[]), "
            "unnest($4::VARCHAR[]), unnest($5::BOOLEAN[])",
            [
                texts,
                [email and email.address for email in found],
                [email and email.key for email in found],
                [None if email else email_problem(text) for text, email in zip(texts, found, strict=True)],
                [email is not None and _is_cleaned(text, email) for text, email in zip(texts, found, strict=True)],
            ],
        )
    execute(
        staging,
        f"INSERT INTO problems SELECT rowid, {EMAIL_PLACE}, NULL, $1 FROM rows "
        f"WHERE {cell} IS NULL AND rowid NOT IN (SELECT n FROM problems)",
        [email_problem("")],
    )
    if not execute(staging, f"SELECT count(*) FROM {table}").fetchall()[0][0]:
        return EmailExpressions(cell, f"lower({cell})", "")
    join = f" LEFT JOIN {table} ON {table}.cell = {cell}"
    execute(
        staging,
        f"INSERT INTO problems SELECT r.rowid, {EMAIL_PLACE}, NULL, l.problem "
        f"FROM rows r JOIN {table} l ON l.cell = {cell} WHERE l.key IS NULL",
    )
    return EmailExpressions(
        f"CASE WHEN {fast} THEN {cell} ELSE {table}.email END",
        f"CASE WHEN {fast} THEN lower({cell}) ELSE {table}.key END",
        join,
    )


def find_cleaned(staging: StagingDatabase, position: int, padded: frozenset[int]) -> CleanedEmails:
    """Count the rows without a problem whose email differs from its cell in more than blanks.

    An email in a formula, such as ="ann@example.org", differs as well."""
    cell = cell_sql(position, padded)
    rows = (
        f"FROM rows r LEFT JOIN {_PARSED} l ON l.cell = {cell} "
        "LEFT JOIN stripped s ON s.n = r.rowid AND s.place = $1 "
        "WHERE (l.cleaned OR s.n IS NOT NULL) AND r.rowid NOT IN (SELECT n FROM problems)"
    )
    any_cleaned = execute(
        staging,
        f"SELECT EXISTS (FROM {_PARSED} WHERE cleaned) OR EXISTS (FROM stripped WHERE place = $1)",
        [position],
    ).fetchall()[0][0]
    if not any_cleaned:
        return CleanedEmails(0, ())
    found = execute(staging, f"SELECT count(*) {rows}", [position]).fetchall()[0][0]
    before = f"CASE WHEN s.n IS NULL THEN {cell} ELSE '=\"' || {cell} || '\"' END"
    examples = execute(
        staging,
        f"SELECT {before} AS written, coalesce(l.email, {cell}) AS email {rows} "
        f"GROUP BY ALL ORDER BY min(r.rowid) LIMIT {EXAMPLES}",
        [position],
    ).fetchall()
    return CleanedEmails(
        int(found), tuple((shorten(escape_invisible(before)), str(after)) for before, after in examples)
    )


def _is_cleaned(text: str, email: Email) -> bool:
    stripped = unicodedata.normalize("NFC", text.strip())
    return email.address not in (stripped, unescape(stripped))


def iter_keys(staging: StagingDatabase, emails: EmailExpressions) -> Iterator[list[str]]:
    """Return the email keys of all rows that have one, some thousands at a time."""
    with cursor(staging) as reading:
        reading.execute(f"SELECT {emails.key} AS key FROM rows{emails.join} WHERE key IS NOT NULL")
        while rows := reading.fetchmany(CELLS_PER_FETCH):
            yield [row[0] for row in rows]


def reject(staging: StagingDatabase, emails: EmailExpressions, reasons: dict[str, str]) -> None:
    """Add the rows with the given keys to `problems`, each with its reason."""
    execute(
        staging,
        f"INSERT INTO problems SELECT k.n, {EMAIL_PLACE}, NULL, w.reason "
        f"FROM (SELECT rows.rowid AS n, {emails.key} AS key FROM rows{emails.join}) k "
        "JOIN (SELECT unnest($1::VARCHAR[]) AS key, unnest($2::VARCHAR[]) AS reason) w ON w.key = k.key",
        [list(reasons), list(reasons.values())],
    )


def exclude_rows(staging: StagingDatabase, emails: EmailExpressions) -> tuple[int, int]:
    """Create `excluded`, the rows that are not stored themselves; return how many are rejected and how many repeated.

    Rows with problems are rejected; a repeated row is followed by a good row with the same email. `repeats` gets the
    good rows (`n`) of each email that occurs in several, with the last of them (`last`)."""
    execute(staging, "CREATE TABLE excluded AS SELECT DISTINCT n FROM problems")
    rejected = _count(staging)
    good = (
        f"(SELECT rows.rowid AS n, {emails.key} AS key FROM rows{emails.join} "
        "WHERE rows.rowid NOT IN (SELECT n FROM excluded))"
    )
    execute(
        staging,
        f"CREATE TABLE repeated_keys AS SELECT key, max(n) AS last FROM {good} GROUP BY key HAVING count(*) > 1",
    )
    execute(staging, "CREATE TABLE repeats (n BIGINT, last BIGINT)")
    if execute(staging, "SELECT count(*) FROM repeated_keys").fetchall()[0][0]:
        execute(staging, f"INSERT INTO repeats SELECT g.n, a.last FROM {good} g JOIN repeated_keys a ON a.key = g.key")
        execute(staging, "INSERT INTO excluded SELECT n FROM repeats WHERE n < last")
    return rejected, _count(staging) - rejected


def _count(staging: StagingDatabase) -> int:
    return int(execute(staging, "SELECT count(*) FROM excluded").fetchall()[0][0])


def _fast_path_condition(staging: StagingDatabase, cell: str) -> str:
    """Return the condition that an email is on the fast path: its key is the email in lower case."""
    domain = f"split_part({cell}, '@', 2)"
    fast = (
        f"(regexp_full_match({cell}, '{_FAST}') AND length({cell}) <= {_LONGEST} "
        f"AND strpos({cell}, '@') <= {_LONGEST_LOCAL + 1})"
    )
    execute(staging, "CREATE TABLE unusual_domains (domain VARCHAR)")
    with cursor(staging) as reading:
        reading.execute(f"SELECT DISTINCT {domain} FROM rows WHERE {fast}")
        while rows := reading.fetchmany(CELLS_PER_FETCH):
            other = [row[0] for row in rows if email_key(f"a@{row[0]}") != f"a@{row[0].lower()}"]
            if other:
                execute(staging, "INSERT INTO unusual_domains SELECT unnest($1::VARCHAR[])", [other])
    if not execute(staging, "SELECT count(*) FROM unusual_domains").fetchall()[0][0]:
        return fast
    return f"({fast} AND {domain} NOT IN (SELECT domain FROM unusual_domains))"
