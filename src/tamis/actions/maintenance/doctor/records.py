"""Verify the records by themselves, without blocking anybody."""

from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import attrgetter

from tamis.actions.batches import batched
from tamis.actions.maintenance.doctor.events import check_events
from tamis.actions.maintenance.doctor.report import REPORT, RESTORE, Check, some, start_check
from tamis.actions.segments.stored_rules import stored_rule
from tamis.domain.contacts.emails import email_key
from tamis.domain.errors import Invalid
from tamis.domain.segments.segments import EXTERNAL_BIT, LAST_SEGMENT, Segment
from tamis.domain.values.dates import format_day
from tamis.domain.values.text import pluralize
from tamis.records import types
from tamis.records.consent import email_exclusions, forgotten_emails
from tamis.records.engine.store import Records
from tamis.records.events.catalogue import names_for, names_of_type
from tamis.records.handles import Reader
from tamis.records.maintenance import erasure, verify
from tamis.records.segments import segments
from tamis.rules.build import build
from tamis.rules.evaluation.dependencies import (
    MAX_CHAIN,
    find_circular,
    longest_chain,
    sort_into_levels,
    without_circular,
)
from tamis.rules.syntaxes.json import from_json
from tamis.rules.tree import Rule

KEYS_PER_STEP = 50_000
SHOWN = 5
LIMITS = {"contacts": EXTERNAL_BIT - 1, "inclusions": EXTERNAL_BIT - 1, "segments": LAST_SEGMENT}


def verify_records(db: Reader, records: Records) -> Iterator[Check]:
    """Check the records, one law at a time."""
    yield _file(records)
    yield _schema(records)
    yield _addresses(db)
    yield _numbers(db)
    yield _overrides(db)
    yield _imports(db)
    yield check_events(db)
    yield _rules(db)
    yield _forgotten(db)
    yield _erasures(db)


def _file(records: Records) -> Check:
    """Check every page. Damage is noted, so that nothing more is written; where there is none, an older note is
    cleared."""
    with start_check("records file is intact", records.examined) as check:
        for problem in records.find_problems():
            check.wrong(f"{records.place} is damaged ({problem}): {RESTORE}")
    return check.done()


def _are(number: int) -> str:
    return "is" if number == 1 else "are"


def _schema(records: Records) -> Check:
    with start_check("records have the tables and indexes of this version") as check:
        for name in records.compare_schema():
            check.wrong(f"{name} is missing or was changed by another program: {RESTORE}")
    return check.done()


def _addresses(db: Reader) -> Check:
    contacts, inclusions = verify.count_contacts_and_inclusions(db)
    with start_check("emails are unique", f"{pluralize(contacts, 'contact')}, {inclusions:,} added manually") as check:
        for table, called in (("contacts", "contact"), ("inclusions", "manually added email")):
            rows = verify.unusual_keys(db, table)
            wrong = [id_ for id_, address, key in rows if email_key(address) != key]
            if wrong:
                check.wrong(
                    f"{pluralize(len(wrong), 'row')} in {table} {_are(len(wrong))} stored under another email (IDs "
                    f"{some(wrong[:SHOWN], len(wrong))}), so the same {called} can exist twice: {RESTORE}"
                )
        in_type, in_segment = verify.count_duplicate_emails(db)
        if in_type:
            check.wrong(
                f"{pluralize(in_type, 'email belongs', 'emails belong')} to two contacts of one type: "
                "delete one of each"
            )
        if in_segment:
            check.wrong(
                f"{pluralize(in_segment, 'email was', 'emails were')} "
                f"added twice to one segment: delete one of each from it"
            )
    return check.done()


def _numbers(db: Reader) -> Check:
    with start_check("IDs are unique") as check:
        for sequence in verify.list_sequences(db):
            if sequence.highest > sequence.given:
                check.wrong(
                    f"{sequence.table} has the ID {sequence.highest} and would reuse IDs from "
                    f"{sequence.given + 1} on: {RESTORE}"
                )
            if sequence.highest > LIMITS.get(sequence.table, sequence.highest):
                check.wrong(f"{sequence.table} has IDs that are too large: {RESTORE}")
        wrong = verify.find_wrong_recipient_ids(db)
        if wrong:
            check.wrong(
                f"{pluralize(len(wrong), 'manually added email has', 'manually added emails have')} "
                f"the ID of another recipient (IDs {some(wrong[:SHOWN], len(wrong))}): "
                "delete them from their segments and add them again"
            )
    return check.done()


def _overrides(db: Reader) -> Check:
    with start_check("manual changes refer to existing contacts") as check:
        stray = verify.count_orphaned_exclusions(db)
        if stray:
            check.wrong(f"{pluralize(stray, 'exclusion is', 'exclusions are')} of contacts that do not exist: {REPORT}")
        for type_id in verify.types_with_exclusions(db):
            keys = batched(verify.contact_email_keys(db, type_id), KEYS_PER_STEP)
            unheeded = sum(len(email_exclusions.find_email_exclusions(db, type_id, part)) for part in keys)
            if unheeded:
                check.wrong(
                    f"{pluralize(unheeded, 'contact')} "
                    f"of type {type_id} {_are(unheeded)} excluded by email only: {REPORT}"
                )
    return check.done()


def _imports(db: Reader) -> Check:
    imports, befores = verify.count_imports(db)
    with start_check(
        "imports can be undone", f"{pluralize(imports, 'import')}, {pluralize(befores, 'prior value', 'prior values')}"
    ) as check:
        lost, spans, writers = verify.count_orphans_of_imports(db)
        if lost:
            check.wrong(
                f"{pluralize(lost, 'row')} "
                f"of import_prior_values {_are(lost)} of a contact or import that does not exist: {REPORT}"
            )
        if spans:
            check.wrong(
                f"{pluralize(spans, 'row')} "
                f"of import_ranges {_are(spans)} of an import that does not exist, or of another contact type: {REPORT}"
            )
        if writers:
            check.wrong(
                f"{pluralize(writers, 'contact was', 'contacts were')} "
                f"last written by an import that does not exist: {REPORT}"
            )
    return check.done()


def _rules(db: Reader) -> Check:
    live = verify.live_segments(db)
    with start_check("every rule can be evaluated", pluralize(len(live), "segment")) as check:
        for segment in live:
            try:
                rule_of(db, segment)
            except Invalid as error:
                check.wrong(
                    f'the rule of segment {segment.id} "{segment.name}" cannot be evaluated, so it selects nobody '
                    f"({error}): give it another rule (tamis segment edit {segment.id} --where RULE)"
                )
        for segment in find_circular_segments(db):
            check.wrong(
                f'the rule of segment {segment.id} "{segment.name}" depends on itself through other segments: {RESTORE}'
            )
        if (chain := find_longest_chain(db)) and len(chain) > MAX_CHAIN:
            called = f'from segment {chain[0].id} "{chain[0].name}" to segment {chain[-1].id} "{chain[-1].name}"'
            check.note(
                f"segments refer to each other over {len(chain)} levels, {called}, more than the {MAX_CHAIN} allowed "
                "for new rules: they are correct, but slower to update, and better made shorter"
            )
    return check.done()


def find_longest_chain(db: Reader) -> list[Segment]:
    """Return a longest chain of segments of which each names the next one."""
    live = {segment.id: segment for segment in verify.live_segments(db)}
    rules = without_circular(_built(db, live.values()))
    levels = sort_into_levels(rules)
    return [live[id_] for id_ in longest_chain(levels[-1][0], rules)] if levels else []


def find_circular_segments(db: Reader) -> list[Segment]:
    """List the segments whose rules depend on themselves through the segments that they name."""
    live = verify.live_segments(db)
    circular = find_circular(_built(db, live))
    return [segment for segment in live if segment.id in circular]


def _built(db: Reader, live: Iterable[Segment]) -> dict[int, Rule]:
    """Build the rules of segments; those that cannot be evaluated select nobody."""
    built: dict[int, Rule] = {}
    for type_id, of_type in groupby(sorted(live, key=attrgetter("contact_type_id")), attrgetter("contact_type_id")):
        fields, refs = types.fields_of_type(db, type_id), segments.refs_of_type(db, type_id)
        events = names_of_type(db, type_id)
        built |= {segment.id: stored_rule(segment.rule, fields, refs, events) for segment in of_type}
    return built


def rule_of(db: Reader, segment: Segment) -> Rule:
    """Build the stored rule of a segment; raises Invalid."""
    type_id = segment.contact_type_id
    fields = types.fields_of_type(db, type_id)
    refs, events = segments.refs_for(db, type_id, [segment.rule]), names_for(db, type_id, [segment.rule])
    return build(from_json(segment.rule), fields, refs, events)


def _forgotten(db: Reader) -> Check:
    with start_check("forgotten emails are absent") as check:
        for type_id in verify.types_with_forgotten(db):
            back = 0
            for keys in batched(verify.all_email_keys(db, type_id), KEYS_PER_STEP):
                back += len(forgotten_emails.find_forgotten(db, type_id, keys))
            if back:
                check.wrong(
                    f"{pluralize(back, 'email')} "
                    f"of contact type {type_id} that had been forgotten {_are(back)} back: delete them "
                    "with tamis contact delete --forget, or allow them with tamis contact allow"
                )
    return check.done()


def _erasures(db: Reader) -> Check:
    with start_check("deleted data is erased from the files") as check:
        pending = erasure.find_pending(db)
        if pending:
            check.note(
                f"data deleted since {format_day(pending.since.date())}, {pending.since:%H:%M} UTC may still be in the "
                "files: the server erases it in time, and tamis erase does so now"
            )
    return check.done()
