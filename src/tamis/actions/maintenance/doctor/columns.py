"""Verify the columns against the records, a part at a time.

Each part is a separate call that reads a consistent view of both stores, is quick, and blocks nothing else.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple
from zoneinfo import ZoneInfo

from tamis.actions.events.contact_events import events_of
from tamis.actions.maintenance.doctor.report import REBUILD, REPORT, some
from tamis.actions.segments.membership import external_membership
from tamis.actions.segments.stored_rules import rules_of_type
from tamis.actions.services import Services
from tamis.columns.interface.verification import Discrepancies, SegmentState
from tamis.domain.contacts.contacts import Contact
from tamis.domain.contacts.emails import email_key
from tamis.domain.contacts.externals import External
from tamis.domain.values.text import pluralize
from tamis.records import contacts, types
from tamis.records.accounts import accounts
from tamis.records.handles import Reader
from tamis.records.maintenance import verify
from tamis.records.segments import externals, overrides, segments
from tamis.rules.evaluation.aggregates import Events
from tamis.rules.evaluation.dependencies import sort_into_levels
from tamis.rules.evaluation.evaluate import selects
from tamis.rules.time.evaluation_time import EvaluationTime
from tamis.rules.tree import Rule

CONTACTS_PER_PART = 50_000
CONTACTS_PER_BATCH = 500


class PartialCheck(NamedTuple):
    """The result of a part of a check: how much was checked, the id above which the next part begins (None at the end),
    and the problems found."""

    checked: int
    after: int | None
    problems: list[str]


def verify_contacts(services: Services, type_id: int, after: int) -> PartialCheck:
    """Compare the next 50,000 contacts of a type above an id with their copies, value by value."""
    with services.view() as view:
        db, checks = view.records, view.columns.verification
        fields = types.fields_of_type(db, type_id)
        if checks.layout_differs(type_id, fields):
            return PartialCheck(0, None, [f"the columns of contact type {type_id} do not match its fields: {REBUILD}"])
        page = verify.page_of_documents(db, type_id, after, CONTACTS_PER_PART)
        last = page[-1][0] if len(page) == CONTACTS_PER_PART else None
        found = checks.differing_contacts(type_id, fields, [document for _, document in page], after, last)
    wrong = []
    if found.number:
        wrong.append(
            "the projection has other values than the records: "
            f"{pluralize(found.number, 'contact')} of type {type_id} (IDs {some(found.some, found.number)}): {REBUILD}"
        )
    return PartialCheck(len(page), last, wrong)


def verify_overrides(services: Services, type_id: int) -> PartialCheck:
    """Compare the manual overrides in the segments of a type with their copies."""
    with services.view() as view:
        db, checks = view.records, view.columns.verification
        ids = {segment.id for segment in segments.live_of_type(db, type_id)}
        included = [row for row in overrides.inclusions_for_columns(db, None) if row.segment_id in ids]
        excluded = [row for row in overrides.exclusions_for_columns(db, None) if row[0] in ids]
        excluded += externals.exclusions_for_columns(db, type_id, None)
        counts = checks.differing_overrides(ids, included, excluded)
    wrong = [
        f"segments of contact type {type_id} have {pluralize(count, what)} not matching the projection: {REBUILD}"
        for count, what in zip(counts, ("manually added email", "exclusion"), strict=True)
        if count
    ]
    return PartialCheck(len(included) + len(excluded), None, wrong)


def verify_segment(services: Services, segment_id: int) -> PartialCheck:
    """Compute the members of a segment from scratch, and compare the stored members, its size and its log."""
    with services.view() as view:
        db, checks = view.records, view.columns.verification
        segment = next((one for one in verify.live_segments(db) if one.id == segment_id), None)
        if segment is None:  # deleted since it was listed
            return PartialCheck(0, None, [])
        type_id = segment.contact_type_id
        as_of = EvaluationTime(view.as_of_type(type_id), ZoneInfo(accounts.timezone_of_type(db, type_id)))
        rules = rules_of_type(db, type_id, types.fields_of_type(db, type_id))
        state = checks.segment_state(type_id, segment.id, rules.get(segment.id), as_of)
    called = f'segment {segment.id} "{segment.name}"'
    return PartialCheck(state.counted, None, [f"{called} {fault}" for fault in _faults(state)])


def _faults(state: SegmentState) -> list[str]:
    found: list[tuple[bool, Callable[[], str]]] = [
        (state.missing.number > 0, lambda: f"is missing {_recipients(state.missing)}: {REBUILD}"),
        (state.surplus.number > 0, lambda: f"has {_recipients(state.surplus)} that should not be there: {REBUILD}"),
        (state.repeated > 0, lambda: f"has {pluralize(state.repeated, 'recipient')} twice: {REBUILD}"),
        (
            (state.size or 0) != state.counted,
            lambda: f"has a stored size of {pluralize(state.size or 0, 'member')} but has {state.counted:,}: {REBUILD}",
        ),
        (
            state.inclusions_missing > 0,
            lambda: f"is missing {pluralize(state.inclusions_missing, 'manually added email')}: {REBUILD}",
        ),
        (
            state.exclusions_present > 0,
            lambda: f"has {pluralize(state.exclusions_present, 'excluded member')}: {REBUILD}",
        ),
        (state.by_log is None, lambda: f"has no beginning in the log of membership changes: {REBUILD}"),
        (
            state.by_log is not None and state.by_log != state.counted,
            lambda: (
                f"has {pluralize(state.counted, 'member')}, but {state.by_log:,} by its log of membership changes: "
                f"{REBUILD}"
            ),
        ),
        (
            state.against_log.number > 0,
            lambda: f"has {_recipients(state.against_log)} contrary to the last membership change: {REBUILD}",
        ),
    ]
    return [sentence() for wrong, sentence in found if wrong]


def _recipients(found: Discrepancies) -> str:
    return f"{pluralize(found.number, 'recipient')} ({some(found.some, found.number)})"


def verify_sample(services: Services, type_id: int, size: int) -> PartialCheck:
    """Compare the stored memberships of a random sample of the contacts and external recipients of a type with what the
    reference evaluator says."""
    with services.view() as view:
        db, checks = view.records, view.columns.verification
        ids = verify.sample_contact_ids(db, type_id, size)
        as_of = EvaluationTime(view.as_of_type(type_id), ZoneInfo(accounts.timezone_of_type(db, type_id)))
        expected = _memberships(db, type_id, ids, as_of)
        stored = checks.memberships_of(ids)
        live = {segment.id for segment in segments.live_of_type(db, type_id)}
        drawn = [externals.external_by_email(db, type_id, key) for key in externals.sample_externals(db, type_id, size)]
        persons = [external for external in drawn if external]
        expected_of_externals = _memberships_of_externals(db, type_id, persons, live, as_of)
        numbers = [external.person_id for external in persons]
        stored_of_externals = checks.memberships_of_externals(numbers) if numbers else set()
    problems = _wrong("contact", type_id, live, expected, stored)
    problems += _wrong("external recipient", type_id, live, expected_of_externals, stored_of_externals)
    return PartialCheck(len(ids), None, problems)


def _wrong(
    called: str, type_id: int, live: set[int], expected: set[tuple[int, int]], stored: set[tuple[int, int]]
) -> list[str]:
    wrong = sorted({pair for pair in expected ^ stored if pair[0] in live})
    problems = [
        f"{called} {who} is {'not ' if (segment, who) in expected else ''}in segment {segment}, contrary to its rule "
        f"and manual changes: {REBUILD}"
        for segment, who in wrong[:5]
    ]
    if len(wrong) > len(problems):
        problems.append(
            f"{len(wrong) - len(problems):,} more memberships of contact type {type_id} are wrong: {REBUILD}"
        )
    return problems


def _memberships_of_externals(
    db: Reader, type_id: int, persons: Sequence[External], live: set[int], as_of: EvaluationTime
) -> set[tuple[int, int]]:
    fields = types.fields_of_type(db, type_id)
    found: set[tuple[int, int]] = set()
    for external in persons:
        is_in = external_membership(db, external, fields, as_of)
        found.update((segment_id, external.person_id) for segment_id in live if is_in(segment_id))
    return found


def _memberships(db: Reader, type_id: int, ids: Sequence[int], as_of: EvaluationTime) -> set[tuple[int, int]]:
    fields = types.fields_of_type(db, type_id)
    rules = rules_of_type(db, type_id, fields)
    order = [segment_id for level in sort_into_levels(rules) for segment_id in level]
    found: set[tuple[int, int]] = set()
    for start in range(0, len(ids), CONTACTS_PER_BATCH):
        part = ids[start : start + CONTACTS_PER_BATCH]
        excluded = set(overrides.exclusions_for_columns(db, part))
        inclusions = overrides.inclusions_for_columns(db, list(overrides.inclusions_of_contacts(db, part)))
        included = {(row.segment_id, email_key(row.email)) for row in inclusions}
        for contact in contacts.by_ids(db, part, fields):
            events = events_of(db, contact)
            found.update(_of_contact(contact, order, rules, included, excluded, as_of, events))
    return found


def _of_contact(
    contact: Contact,
    order: Sequence[int],
    rules: dict[int, Rule],
    included: set[tuple[int, str | None]],
    excluded: set[tuple[int, int]],
    as_of: EvaluationTime,
    events: Events,
) -> set[tuple[int, int]]:
    key = email_key(contact.email)
    member_of: set[int] = set()
    for segment_id in order:  # each one after those that it names
        by_rule = (segment_id, contact.id) not in excluded and selects(
            rules[segment_id], contact, as_of, member_of.__contains__, events
        )
        if by_rule or (segment_id, key) in included:
            member_of.add(segment_id)
    return {(segment_id, contact.id) for segment_id in member_of}


def verify_log(services: Services) -> PartialCheck:
    """Check the numbers of the log, and that nothing is stored for segments and types that do not exist."""
    with services.view() as view:
        db, checks = view.records, view.columns.verification
        lines, repeated, invalid = checks.count_log_entries()
        live = {segment.id for segment in verify.live_segments(db)}
        stray = sorted(checks.segments_stored() - live)
        lost = sorted(set(types.all_type_ids(db)) - checks.types_stored())
    wrong = []
    if repeated:
        wrong.append(f"{pluralize(repeated, 'membership change')} with a duplicate number: {REPORT}")
    if invalid:
        wrong.append(f"{pluralize(invalid, 'membership change')} that is neither an entry nor an exit: {REPORT}")
    if stray:
        wrong.append(
            f"the projection has members of segments that do not exist ({some(stray[:5], len(stray))}): {REBUILD}"
        )
    if lost:
        wrong.append(f"the projection has no contacts of the types {some(lost[:5], len(lost))}: {REBUILD}")
    return PartialCheck(lines, None, wrong)
