"""Purging: deleting all contacts that a rule selects, or that have done nothing for some time, in batches.

A batch is selected in a view and deleted in one transaction, which leaves alone whoever has changed since the view: so
nobody is deleted who does not match any more. Whoever stops in between goes on by purging again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tamis.actions.audit import record_part
from tamis.actions.contacts.contacts import erase_rows
from tamis.actions.fields.types import type_by_id
from tamis.actions.importing.rows.rejects import discard_rejects_with_any
from tamis.actions.services import Services
from tamis.actions.view import View
from tamis.columns.interface.view import ColumnsView
from tamis.domain.accounts.accounts import Account
from tamis.domain.accounts.audit import AuditAction, type_subject
from tamis.domain.contacts.contacts import Contact, ContactType
from tamis.domain.contacts.emails import parse_email
from tamis.domain.errors import Invalid, Problem, ValueProblem
from tamis.domain.paging import SortOrder
from tamis.domain.segments.segments import Segment
from tamis.domain.values.durations import Duration, parse_duration
from tamis.domain.values.fields import FieldSet
from tamis.records import change_log, contacts, types
from tamis.records.events.catalogue import names_of_type
from tamis.records.handles import Reader, Transaction
from tamis.records.segments import segments
from tamis.rules.build import build
from tamis.rules.syntaxes.text import from_text
from tamis.rules.time.evaluation_time import EvaluationTime
from tamis.rules.tree import All, Node

CONTACTS_PER_BATCH = 2_000
CONTACTS_PER_CALL = 50_000
SAMPLE_SIZE = 10


@dataclass(frozen=True, slots=True)
class PurgeFilter:
    """Which contacts are purged: those that have neither changed nor done anything for a duration such as `2 years`,
    those that a rule as text selects, or those for which both holds."""

    inactive_for: str | None = None
    where: str | None = None


@dataclass(frozen=True, slots=True)
class PurgePlan:
    """How many of the contacts of a type a purge would delete now, and some of them."""

    count: int
    total: int
    sample: list[Contact]
    fields: FieldSet


@dataclass(frozen=True, slots=True)
class PurgedContacts:
    """How many contacts were deleted, and how many still match."""

    deleted: int
    remaining: int


def in_segment(segment: Segment) -> str:
    """Return the rule, as text, for the contacts in a segment."""
    return f"is in segment {_quoted(segment.name)}"


def plan_purge(services: Services, account: Account, type_id: int, wanted: PurgeFilter) -> PurgePlan:
    """Return what a purge would delete, without deleting it; raises NotFound and Invalid."""
    with services.view(account.id) as view:
        fields = types.fields_of_type(view.records, type_by_id(view.records, account, type_id).id)
        rule, as_of = _rule(view.records, type_id, fields, wanted), _as_of(view, account, type_id)
        reads = view.columns.contacts
        count, total = reads.count(type_id, rule, as_of), reads.count(type_id, None, as_of)
        ids = [place.contact_id for place in reads.positions(type_id, rule, as_of, SortOrder(), None, SAMPLE_SIZE)]
        return PurgePlan(count, total, contacts.by_ids(view.records, ids, fields), fields)


def purge_contacts(
    services: Services,
    account: Account,
    type_id: int,
    wanted: PurgeFilter,
    request_id: str,
    most: int = CONTACTS_PER_CALL,
) -> PurgedContacts:
    """Delete at most so many of the contacts that match; the deletions with one request id are one entry of the audit
    log. Raises NotFound, Invalid and Unavailable."""
    deleted, after = 0, None
    while True:
        with services.view(account.id) as view:
            contact_type = type_by_id(view.records, account, type_id)
            rule = _rule(view.records, type_id, types.fields_of_type(view.records, type_id), wanted)
            as_of, limit = _as_of(view, account, type_id), min(CONTACTS_PER_BATCH, most - deleted)
            found = view.columns.contacts.positions(type_id, rule, as_of, SortOrder(), after, limit) if limit else []
            remaining = 0 if found else view.columns.contacts.count(type_id, rule, as_of)
            change = view.change
        if not found:
            return PurgedContacts(deleted, remaining)
        ids, after = [place.contact_id for place in found], found[-1]
        gone = services.write(_purge_batch, account, contact_type, ids, change, request_id)
        deleted += len(gone)
        emails = [parsed for email in gone if (parsed := parse_email(email))]
        discard_rejects_with_any(services.settings.data, emails)


def _purge_batch(
    db: Transaction,
    now: datetime,
    account: Account,
    contact_type: ContactType,
    contact_ids: Sequence[int],
    seen: int,
    request_id: str,
) -> list[str]:
    """Delete those of some contacts that have not changed after a change number; return their emails."""
    last = change_log.last_change(db)
    groups = change_log.list_contact_changes(db, seen, last) + change_log.list_event_changes(db, seen, last)
    changed = {id_ for group in groups if group.contact_type_id == contact_type.id for id_ in group.contact_ids}
    left = [id_ for id_ in contact_ids if id_ not in changed]
    found = contacts.by_ids(db, left, types.fields_of_type(db, contact_type.id))
    for contact in found:
        erase_rows(db, now, account, contact)
    if found:
        counts = {"deleted": len(found)}
        subject = type_subject(contact_type)
        record_part(db, now, account.id, AuditAction.CONTACTS_PURGED, subject, request_id, counts)
    return [contact.email for contact in found]


def _as_of(view: View[ColumnsView], account: Account, type_id: int) -> EvaluationTime:
    return EvaluationTime(view.as_of_type(type_id), account.zone)


def _rule(db: Reader, type_id: int, fields: FieldSet, wanted: PurgeFilter) -> Node:
    """Return the rule for those who are purged; raises Invalid, also if it would be everybody."""
    refs, events = segments.refs_of_type(db, type_id), names_of_type(db, type_id)
    parts: list[Node] = []
    problems: list[Problem] = []
    if wanted.inactive_for is not None:
        duration = _duration(wanted.inactive_for)
        texts = [f"updated_at is more than {duration} ago"]
        texts += [f"did not {_quoted(name.name)} within {duration}" for name in events.names]
        for text in texts:
            part = build(from_text(text), fields, refs, events)
            assert part
            parts.append(part)
    if wanted.where is not None:
        try:
            part = build(from_text(wanted.where), fields, refs, events)
        except Invalid as refused:
            problems += [Problem.of("where", problem) for problem in refused.problems]
            part = None
        if part:
            parts.append(part)
        elif not problems:
            problems.append(Problem("where", "purge_without_conditions"))
    if not parts and not problems:
        problems.append(Problem("", "purge_without_conditions"))
    if problems:
        raise Invalid(problems)
    return parts[0] if len(parts) == 1 else All(tuple(parts))


def _duration(text: str) -> Duration:
    short = text.strip().lower()
    for letter, unit in (("y", " years"), ("m", " months"), ("w", " weeks"), ("d", " days")):
        if short.endswith(letter) and short[:-1].strip().isdigit():
            short = short[:-1].strip() + unit
    try:
        duration = parse_duration(short)
    except ValueProblem as problem:
        raise Invalid([Problem.of("inactive_for", problem.message)]) from None
    if not duration.count:  # everybody
        raise Invalid([Problem("inactive_for", "purge_without_conditions")])
    return duration


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
