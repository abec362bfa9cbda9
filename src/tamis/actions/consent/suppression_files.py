"""Suppressions as CSV files, and those of another data directory, such as one that a backup replaces."""

import csv
import io
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple, TextIO

from tamis.actions.batches import batched
from tamis.actions.consent import signed_tokens
from tamis.actions.consent.kept_unsubscriptions import take_over_unsubscriptions
from tamis.actions.consent.stated_suppressions import parse_suppressions
from tamis.actions.consent.suppressions import all_suppressions, suppress_all
from tamis.actions.maintenance.stores import RECORDS
from tamis.actions.services import Services
from tamis.domain.accounts.accounts import Account
from tamis.domain.consent.consent_values import parse_consent
from tamis.domain.consent.suppressions import NewSuppression, SuppressionReason
from tamis.domain.contacts.email_names import NameMatch, match_name
from tamis.domain.contacts.emails import email_key, parse_email_for_lookup
from tamis.domain.errors import Invalid, Problem, ValueProblem
from tamis.domain.files.formulas import escape, unescape
from tamis.domain.values.instants import format_instant
from tamis.records.accounts import accounts
from tamis.records.consent import signing_keys, suppressions
from tamis.records.handles import Reader, Transaction

HEADER = ("email", "reason", "source", "since")
DELIMITERS = (",", ";", "\t")
ROWS_PER_BATCH = 10_000
FILE_SOURCE = "import"


@dataclass
class ImportedSuppressions:
    """What became of the rows of a file; `rejected` are the lines that could not be read, with the reasons."""

    suppressed: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: list[tuple[int, str]] = field(default_factory=list)


def write_suppressions(services: Services, account: Account, target: Path) -> tuple[int, int]:
    """Write the suppressions of an account to a CSV file; return how many, and how many are missing because only a hash
    of their email is kept."""
    with target.open("w", encoding="utf-8", newline="") as file:
        return write_rows(services.records.reader(), account, file)


def write_rows(db: Reader, account: Account, file: TextIO) -> tuple[int, int]:
    """Write the suppressions of an account as CSV, and return the same."""
    written = hidden = 0
    rows = csv.writer(file)
    rows.writerow(HEADER)
    for found in all_suppressions(db, account):
        if found.email is None:
            hidden += 1
            continue
        rows.writerow((escape(found.email), found.reason.value, found.source, format_instant(found.since)))
        written += 1
    return written, hidden


def import_suppressions(
    services: Services, account: Account, source: Path, reason: SuppressionReason = SuppressionReason.MANUAL
) -> ImportedSuppressions:
    """Suppress the emails of a CSV file (see `suppress_rows`)."""
    return suppress_rows(services, account, source.read_bytes(), reason)


def suppress_rows(
    services: Services,
    account: Account,
    content: bytes,
    reason: SuppressionReason = SuppressionReason.MANUAL,
    source: str = FILE_SOURCE,
) -> ImportedSuppressions:
    """Suppress the emails of a CSV file with a column of emails and, if there are any, the columns reason and since;
    `reason` is that of rows that give none. Raises Invalid."""
    found = ImportedSuppressions()
    request_id = secrets.token_hex(8)
    for batch in batched(_rows(content, reason), ROWS_PER_BATCH):
        stated = parse_suppressions(account, [row for _, row in batch])
        valid = []
        for (line, _), item in zip(batch, stated, strict=True):
            if isinstance(item, NewSuppression):
                valid.append(item)
            else:
                found.rejected.append((line, "; ".join(f"{problem.path} {problem}" for problem in item)))
        statuses = services.submit_of(account.id, suppress_all, account, valid, source, request_id).result()
        found.suppressed += statuses.count("suppressed")
        found.updated += statuses.count("updated")
        found.unchanged += statuses.count("unchanged")
    return found


class TakenOver(NamedTuple):
    """How many suppressions are new or have a graver reason, how many contacts have been unsubscribed from a topic, and
    how many suppressions of forgotten people cannot be recognised here: their hashes have another secret key."""

    suppressions: int
    unsubscribed: int
    unreadable: int


def require_data(directory: Path) -> None:
    """Raise Invalid if a directory has no data."""
    if not RECORDS.is_there(directory):
        raise Invalid([Problem("suppressions-of", "no_data_in_directory", directory=str(directory))])


def take_over_consent(services: Services, directory: Path) -> TakenOver:
    """Add the suppressions of another data directory with the same accounts, of which nothing is lifted, who has
    unsubscribed from topics, and the keys of its signed tokens. Raises Invalid if there are no data."""
    require_data(directory)
    other = Services(replace(services.settings, data=directory, records=""))
    taken = unsubscribed = unreadable = 0
    try:
        db = other.records.reader()
        services.write(signed_tokens.add_keys, signing_keys.all_keys(db))
        is_same = services.write(lambda ours, _: suppressions.use_pepper_of(ours, db))
        for theirs in accounts.all_accounts(db):
            ours = accounts.account_by_email(services.records.reader(), email_key(theirs.email) or "")
            if ours is None:
                continue
            hashes = suppressions.hashes_without_email(db, theirs.id)
            if is_same:
                services.write(_add_hashes, ours, hashes)
                taken += len(hashes)
            else:
                unreadable += len(hashes)
            for batch in batched(_stated(other, theirs), ROWS_PER_BATCH):
                statuses = services.write(suppress_all, ours, batch, "restore")
                taken += len(statuses) - statuses.count("unchanged")
            unsubscribed += take_over_unsubscriptions(services, ours, db, theirs)
    finally:
        other.close()
    return TakenOver(taken, unsubscribed, unreadable)


def _stated(services: Services, account: Account) -> Iterator[NewSuppression]:
    for found in all_suppressions(services.records.reader(), account):
        address = parse_email_for_lookup(found.email or "")
        if address:
            yield NewSuppression(address, found.reason, found.since)


def _add_hashes(db: Transaction, _now: object, account: Account, hashes: list[suppressions.HashedRow]) -> None:
    """Add suppressions of which only the hash is known; the projection of restored records is built afterwards."""
    suppressions.insert_hashes(db, account.id, hashes)


def _rows(content: bytes, reason: SuppressionReason) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield the number of the line and what each row says; raises Invalid."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Invalid([Problem("file", "suppressions_not_utf8")]) from None
    first = text.partition("\n")[0]
    rows = csv.DictReader(io.StringIO(text, newline=""), delimiter=max(DELIMITERS, key=first.count))
    try:
        yield from _stated_rows(rows, reason)
    except csv.Error:  # such as a quote that is never closed, after which the rest is one field
        raise Invalid([Problem("file", "suppressions_not_csv", line=rows.line_num + 1)]) from None


def _stated_rows(rows: "csv.DictReader[str]", reason: SuppressionReason) -> Iterator[tuple[int, dict[str, str]]]:
    names = [(name or "").strip().lower() for name in rows.fieldnames or ()]
    emails = [name for name in names if match_name(name) >= NameMatch.KNOWN]
    if not emails:
        raise Invalid([Problem("header", "email_column_missing", columns=names)])
    rows.fieldnames = names
    email = max(emails, key=match_name)
    for row in rows:
        stated = {"email": unescape(row[email] or ""), "reason": _reason(row.get("reason") or "", reason)}
        if since := (row.get("since") or "").strip():
            stated["since"] = since
        yield rows.line_num, stated


def _reason(text: str, default: SuppressionReason) -> str:
    """Return a reason in our words, also where a file has those of another sender, such as HardBounce."""
    text = text.strip()
    try:
        meaning = parse_consent("reason", text)
    except ValueProblem:
        return text
    return meaning.value if isinstance(meaning, SuppressionReason) else text or default.value
