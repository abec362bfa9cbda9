"""Verify the records by themselves, without blocking anybody."""

from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import attrgetter

from tamis.actions.batches import batched
from tamis.actions.maintenance.doctor.report import REPORT, RESTORE, Check, some, start_check
from tamis.actions.maintenance.stores import RECORDS
from tamis.actions.segments.stored_rules import stored_rule
from tamis.domain.emails import email_key
from tamis.domain.errors import Invalid
from tamis.domain.segments import EXTERNAL_BIT, LAST_SEGMENT, Segment
from tamis.domain.text import pluralize
from tamis.records import email_exclusions, segments, suppressions, types
from tamis.records.handles import Reader
from tamis.records.integrity.health import FileHealth
from tamis.records.maintenance import erasure, verify
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


def verify_records(db: Reader, health: FileHealth) -> Iterator[Check]:
    """Check the records, one law at a time."""
    yield _file(db, health)
    yield _schema(db)
    yield _addresses(db)
    yield _numbers(db)
    yield _overrides(db)
    yield _imports(db)
    yield _rules(db)
    yield _forgotten(db)
    yield _erasures(db)


def _file(db: Reader, health: FileHealth) -> Check:
    """Check every page. Damage is noted, so that nothing more is written; where there is none, an older note is
    cleared."""
    with start_check("the file of the records is whole", "every page and index entry") as check:
        problems = verify.check_file(db)
        for problem in problems:
            check.wrong(f"{RECORDS.NAME} is damaged ({problem}): {RESTORE}")
        if problems:
            health.record(problems[0])
        else:
            health.clear()
    return check.done()


def _are(number: int) -> str:
    return "is" if number == 1 else "are"


def _schema(db: Reader) -> Check:
    with start_check("the records have the tables and indexes of this version") as check:
        for name in verify.compare_schema(db):
            check.wrong(f"{name} is missing, or was changed by another program: {RESTORE}")
    return check.done()


def _addresses(db: Reader) -> Check:
    contacts, added = verify.count_contacts_and_inclusions(db)
    with start_check("an address stands once", f"{pluralize(contacts, 'contact')}, {added:,} added by hand") as check:
        for table, called in (("contacts", "contact"), ("inclusions", "address added by hand")):
            rows = verify.unusual_keys(db, table)
            wrong = [id_ for id_, address, key in rows if email_key(address) != key]
            if wrong:
                check.wrong(
                    f"{pluralize(len(wrong), 'row')} in {table} {_are(len(wrong))} kept under another address (ids "
                    f"{some(wrong[:SHOWN], len(wrong))}), so that the same {called} can stand twice: {RESTORE}"
                )
        in_type, in_segment = verify.count_duplicate_emails(db)
        if in_type:
            check.wrong(
                f"{pluralize(in_type, 'address is that', 'addresses are those')} "
                f"of two contacts of one type: delete one of each"
            )
        if in_segment:
            check.wrong(
                f"{pluralize(in_segment, 'address was', 'addresses were')} "
                f"added twice to one segment: delete one of each from it"
            )
    return check.done()


def _numbers(db: Reader) -> Check:
    with start_check("every number is given once") as check:
        for sequence in verify.list_sequences(db):
            if sequence.highest > sequence.given:
                check.wrong(
                    f"{sequence.table} has the number {sequence.highest} and would give numbers from "
                    f"{sequence.given + 1} on again: {RESTORE}"
                )
            if sequence.highest > LIMITS.get(sequence.table, sequence.highest):
                check.wrong(f"{sequence.table} has numbers beyond those that there are: {RESTORE}")
        wrong = verify.find_wrong_recipient_ids(db)
        if wrong:
            check.wrong(
                f"{pluralize(len(wrong), 'address added by hand has', 'addresses added by hand have')} "
                f"the number of another recipient (ids {some(wrong[:SHOWN], len(wrong))}): "
                "delete them from their segments and add them again"
            )
    return check.done()


def _overrides(db: Reader) -> Check:
    with start_check("what was done by hand is about contacts that exist") as check:
        stray = verify.count_orphaned_exclusions(db)
        if stray:
            check.wrong(
                f"{pluralize(stray, 'removal by hand is', 'removals by hand are')} "
                f"of contacts that do not exist, and mean nothing: {REPORT}"
            )
        for type_id in verify.types_with_exclusions(db):
            keys = batched(verify.contact_email_keys(db, type_id), KEYS_PER_STEP)
            unheeded = sum(len(email_exclusions.find_email_exclusions(db, type_id, part)) for part in keys)
            if unheeded:
                check.wrong(
                    f"{pluralize(unheeded, 'contact')} "
                    f"of type {type_id} {_are(unheeded)} excluded by address only: {REPORT}"
                )
    return check.done()


def _imports(db: Reader) -> Check:
    imports, befores = verify.count_imports(db)
    with start_check(
        "imports can be undone", f"{pluralize(imports, 'import')}, {pluralize(befores, 'contact')} as they were"
    ) as check:
        lost, spans, writers = verify.count_orphans_of_imports(db)
        if lost:
            check.wrong(
                f"{pluralize(lost, 'row')} "
                f"of import_prior_values {_are(lost)} of no contact or no import that there is: {REPORT}"
            )
        if spans:
            check.wrong(
                f"{pluralize(spans, 'row')} "
                f"of import_ranges {_are(spans)} of no import, or of contacts of another type: {REPORT}"
            )
        if writers:
            check.wrong(
                f"{pluralize(writers, 'contact was', 'contacts were')} "
                f"written last by an import that there is not: {REPORT}"
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
                    f'the rule of segment {segment.id} "{segment.name}" cannot be evaluated, so that it selects nobody '
                    f"({error}): give it another one (tamis segment edit {segment.id} --where RULE)"
                )
        for segment in find_circular_segments(db):
            check.wrong(
                f'the rule of segment {segment.id} "{segment.name}" comes back to the segment itself over those that '
                f"it names: {RESTORE}"
            )
        if (chain := find_longest_chain(db)) and len(chain) > MAX_CHAIN:
            called = f'from segment {chain[0].id} "{chain[0].name}" to segment {chain[-1].id} "{chain[-1].name}"'
            check.note(
                f"segments name each other over {len(chain)} levels, {called}, more than the {MAX_CHAIN} that can be "
                "made now: they are right, but slower to follow, and better made shorter"
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
        built |= {segment.id: stored_rule(segment.rule, fields, refs) for segment in of_type}
    return built


def rule_of(db: Reader, segment: Segment) -> Rule:
    """Build the stored rule of a segment; raises Invalid."""
    type_id = segment.contact_type_id
    fields = types.fields_of_type(db, type_id)
    return build(from_json(segment.rule), fields, segments.refs_for(db, type_id, [segment.rule]))


def _forgotten(db: Reader) -> Check:
    with start_check("forgotten addresses stay away") as check:
        for type_id in verify.types_with_suppressions(db):
            back = 0
            for keys in batched(verify.all_email_keys(db, type_id), KEYS_PER_STEP):
                back += len(suppressions.find_suppressed(db, type_id, keys))
            if back:
                check.wrong(
                    f"{pluralize(back, 'address', 'addresses')} "
                    f"of contact type {type_id} forgotten before {_are(back)} there again: delete them "
                    "with tamis contact delete --forget, or allow them with tamis contact allow"
                )
    return check.done()


def _erasures(db: Reader) -> Check:
    with start_check("nothing that was deleted is left in the files") as check:
        pending = erasure.find_pending(db)
        if pending:
            check.note(
                f"since {pending.since:%Y-%m-%d %H:%M} UTC there is something deleted whose bytes may still be in the "
                "files: the server takes it out in time, and tamis erase does so now"
            )
    return check.done()
