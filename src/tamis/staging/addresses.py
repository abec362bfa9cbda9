"""The column of e-mail addresses: the key of each, those that are none, and those that stand in the file again."""

import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tamis.domain.emails import Email, email_key, problem_with_email, visible
from tamis.domain.formulas import unescape
from tamis.domain.text import short
from tamis.staging.cells import CELLS_A_FETCH, cell, distinct_cells
from tamis.staging.handle import StagingDatabase
from tamis.staging.sql import cursor, execute

ADDRESS = -1
"""Where the address stands among the problems of a row: before those of its fields."""

# Atoms of RFC 5321 joined by dots; the lengths are those up to which `domain.emails` need not ask the library.
_ATOM = "[A-Za-z0-9!#$%&*+/=?^_`{|}~-]+"
_PLAIN = rf"{_ATOM}(\.{_ATOM})*@[A-Za-z0-9.-]+"
_LONGEST_LOCAL, _LONGEST = 64, 200
_LOOKED_UP = "looked_up_addresses"
EXAMPLES = 5


@dataclass(frozen=True, slots=True)
class Addresses:
    """Expressions over `rows` for an address and its key, null where it is none, and the join that they need."""

    email: str
    key: str
    join: str


@dataclass(frozen=True, slots=True)
class Cleaned:
    """How many rows had an address with something around it that was taken away, and examples: before and after."""

    count: int
    examples: tuple[tuple[str, str], ...]


def read_addresses(
    staging: StagingDatabase, position: int, padded: frozenset[int], read: Callable[[str], Email | None]
) -> Addresses:
    """Read the addresses of all rows, adding what is wrong with them to `problems`."""
    here = cell(position, padded)
    plain = _plain(staging, here)
    table = _LOOKED_UP
    execute(
        staging, f"CREATE TABLE {table} (cell VARCHAR, email VARCHAR, key VARCHAR, problem VARCHAR, cleaned BOOLEAN)"
    )
    for texts in distinct_cells(staging, here, f"NOT {plain}"):
        found = [read(text) for text in texts]
        execute(
            staging,
            f"INSERT INTO {table} SELECT unnest($1::VARCHAR[]), unnest($2::VARCHAR[]), unnest($3::VARCHAR[]), "
            "unnest($4::VARCHAR[]), unnest($5::BOOLEAN[])",
            [
                texts,
                [email and email.address for email in found],
                [email and email.key for email in found],
                [None if email else problem_with_email(text) for text, email in zip(texts, found, strict=True)],
                [email is not None and _is_other(text, email) for text, email in zip(texts, found, strict=True)],
            ],
        )
    execute(
        staging,
        f"INSERT INTO problems SELECT rowid, {ADDRESS}, $1 FROM rows "
        f"WHERE {here} IS NULL AND rowid NOT IN (SELECT n FROM problems)",
        [problem_with_email("")],
    )
    if not execute(staging, f"SELECT count(*) FROM {table}").fetchall()[0][0]:
        return Addresses(here, f"lower({here})", "")
    join = f" LEFT JOIN {table} ON {table}.cell = {here}"
    execute(
        staging,
        f"INSERT INTO problems SELECT r.rowid, {ADDRESS}, l.problem FROM rows r JOIN {table} l ON l.cell = {here} "
        "WHERE l.key IS NULL",
    )
    return Addresses(
        f"CASE WHEN {plain} THEN {here} ELSE {table}.email END",
        f"CASE WHEN {plain} THEN lower({here}) ELSE {table}.key END",
        join,
    )


def cleaned(staging: StagingDatabase, position: int, padded: frozenset[int]) -> Cleaned:
    """Count the rows without a problem whose address is not the one that stands in the cell, but for blanks; one that
    stood in a formula, as ="ann@example.org" does, is not."""
    here = cell(position, padded)
    rows = (
        f"FROM rows r LEFT JOIN {_LOOKED_UP} l ON l.cell = {here} "
        "LEFT JOIN shelled s ON s.n = r.rowid AND s.place = $1 "
        "WHERE (l.cleaned OR s.n IS NOT NULL) AND r.rowid NOT IN (SELECT n FROM problems)"
    )
    any_other = execute(
        staging,
        f"SELECT EXISTS (FROM {_LOOKED_UP} WHERE cleaned) OR EXISTS (FROM shelled WHERE place = $1)",
        [position],
    ).fetchall()[0][0]
    if not any_other:
        return Cleaned(0, ())
    found = execute(staging, f"SELECT count(*) {rows}", [position]).fetchall()[0][0]
    before = f"CASE WHEN s.n IS NULL THEN {here} ELSE '=\"' || {here} || '\"' END"
    examples = execute(
        staging,
        f"SELECT {before} AS written, coalesce(l.email, {here}) AS email {rows} "
        f"GROUP BY ALL ORDER BY min(r.rowid) LIMIT {EXAMPLES}",
        [position],
    ).fetchall()
    return Cleaned(int(found), tuple((short(visible(before)), str(after)) for before, after in examples))


def _is_other(text: str, email: Email) -> bool:
    stripped = unicodedata.normalize("NFC", text.strip())
    return email.address not in (stripped, unescape(stripped))


def keys(staging: StagingDatabase, addresses: Addresses) -> Iterator[list[str]]:
    """Return the keys of all rows that have one, some thousands at a time."""
    with cursor(staging) as reading:
        reading.execute(f"SELECT {addresses.key} AS key FROM rows{addresses.join} WHERE key IS NOT NULL")
        while rows := reading.fetchmany(CELLS_A_FETCH):
            yield [row[0] for row in rows]


def refuse(staging: StagingDatabase, addresses: Addresses, refused: dict[str, str]) -> None:
    """Add the rows with certain keys to `problems`, each with its reason."""
    execute(
        staging,
        f"INSERT INTO problems SELECT k.n, {ADDRESS}, w.why "
        f"FROM (SELECT rows.rowid AS n, {addresses.key} AS key FROM rows{addresses.join}) k "
        "JOIN (SELECT unnest($1::VARCHAR[]) AS key, unnest($2::VARCHAR[]) AS why) w ON w.key = k.key",
        [list(refused), list(refused.values())],
    )


def leave_out(staging: StagingDatabase, addresses: Addresses) -> tuple[int, int]:
    """Fill `left_out` with the rows that are not stored as they are: those with problems, and those whose address
    stands in a later good row again; return how many are of which sort.

    `repeats` gets the good rows (`n`) of each address that stands in several, with the last of them (`last`)."""
    execute(staging, "CREATE TABLE left_out AS SELECT DISTINCT n FROM problems")
    bad = _count(staging)
    good = (
        f"(SELECT rows.rowid AS n, {addresses.key} AS key FROM rows{addresses.join} "
        "WHERE rows.rowid NOT IN (SELECT n FROM left_out))"
    )
    execute(staging, f"CREATE TABLE again AS SELECT key, max(n) AS last FROM {good} GROUP BY key HAVING count(*) > 1")
    execute(staging, "CREATE TABLE repeats (n BIGINT, last BIGINT)")
    if execute(staging, "SELECT count(*) FROM again").fetchall()[0][0]:
        execute(staging, f"INSERT INTO repeats SELECT g.n, a.last FROM {good} g JOIN again a ON a.key = g.key")
        execute(staging, "INSERT INTO left_out SELECT n FROM repeats WHERE n < last")
    return bad, _count(staging) - bad


def _count(staging: StagingDatabase) -> int:
    return int(execute(staging, "SELECT count(*) FROM left_out").fetchall()[0][0])


def _plain(staging: StagingDatabase, here: str) -> str:
    """Return the condition that an address is plain: then its key is its lower case."""
    domain = f"split_part({here}, '@', 2)"
    looks_plain = (
        f"(regexp_full_match({here}, '{_PLAIN}') AND length({here}) <= {_LONGEST} "
        f"AND strpos({here}, '@') <= {_LONGEST_LOCAL + 1})"
    )
    execute(staging, "CREATE TABLE other_domains (domain VARCHAR)")
    with cursor(staging) as reading:
        reading.execute(f"SELECT DISTINCT {domain} FROM rows WHERE {looks_plain}")
        while rows := reading.fetchmany(CELLS_A_FETCH):
            other = [row[0] for row in rows if email_key(f"a@{row[0]}") != f"a@{row[0].lower()}"]
            if other:
                execute(staging, "INSERT INTO other_domains SELECT unnest($1::VARCHAR[])", [other])
    if not execute(staging, "SELECT count(*) FROM other_domains").fetchall()[0][0]:
        return looks_plain
    return f"({looks_plain} AND {domain} NOT IN (SELECT domain FROM other_domains))"
