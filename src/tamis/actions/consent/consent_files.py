"""Records of consent as CSV files."""

import csv
from collections.abc import Iterator
from pathlib import Path

from tamis.actions.consent.subscriptions import all_consent_records, page_of_consent_records
from tamis.actions.services import Services
from tamis.domain.consent.topics import ConsentRecord
from tamis.domain.contacts.contacts import ContactType
from tamis.domain.files.formulas import escape
from tamis.domain.values.instants import format_instant
from tamis.records.handles import Reader

HEADER = ("id", "email", "contact_id", "topic_id", "topic", "state", "at", "source", "text", "reason")
MAX_RECORDS_OF_EMAIL = 100_000


def write_consent_records(services: Services, contact_type: ContactType, target: Path, email: str | None = None) -> int:
    """Write the records of consent of a contact type, or of one email, to a CSV file; return how many. Raises
    Invalid."""
    rows = 0
    with target.open("w", encoding="utf-8", newline="") as file:
        written = csv.writer(file)
        written.writerow(HEADER)
        for record, address in _records(services.records.reader(), contact_type, email):
            written.writerow(_row(record, address or ""))
            rows += 1
    return rows


def _records(db: Reader, contact_type: ContactType, email: str | None) -> Iterator[tuple[ConsentRecord, str | None]]:
    if email is None:
        return all_consent_records(db, contact_type)
    return iter(page_of_consent_records(db, contact_type, MAX_RECORDS_OF_EMAIL, email=email))


def _row(record: ConsentRecord, email: str) -> tuple[object, ...]:
    evidence = record.evidence
    texts = map(escape, (evidence.source, evidence.agreed_text, evidence.reason))
    ids = (record.id, escape(email), record.contact_id, record.topic_id)
    return (*ids, escape(record.topic), record.state.value, format_instant(record.at), *texts)
