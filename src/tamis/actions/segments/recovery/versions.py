"""The versions of a segment: listing, describing and restoring them."""

from dataclasses import dataclass
from datetime import datetime

from tamis.actions.fields.types import type_by_id
from tamis.actions.segments.segment_audit import record_segment, rule_change
from tamis.actions.segments.segments import segment_by_id, segment_tag
from tamis.actions.segments.validation import build_or_collect, problems_with_names
from tamis.actions.services import Services
from tamis.domain.accounts.accounts import Account
from tamis.domain.accounts.audit import AuditAction
from tamis.domain.errors import Message, NotFound, Problem, Refused
from tamis.domain.preconditions import NO_PRECONDITION, Precondition
from tamis.domain.segments.segments import Segment
from tamis.domain.segments.versions import BEYOND_LAST, SegmentVersion
from tamis.domain.values.instants import day_of
from tamis.records.handles import Reader, Transaction, snapshot
from tamis.records.segments import segment_versions, segments
from tamis.rules.descriptions.describe import describe
from tamis.rules.syntaxes.draft import Draft
from tamis.rules.syntaxes.json import from_json, to_json
from tamis.rules.syntaxes.text import to_text
from tamis.rules.tree import Rule


@dataclass(frozen=True, slots=True)
class DescribedVersion:
    """A version with its rule in words, as the present fields and segments read it. `problems` say what the rule needs
    that is gone; then there are no words."""

    version: SegmentVersion
    rule: Rule
    text: str | None
    sentence: str | None
    problems: tuple[Problem, ...]


def list_versions(
    services: Services, account: Account, segment_id: int, limit: int, before: int = BEYOND_LAST
) -> list[DescribedVersion]:
    """List versions of a segment with numbers below `before`, newest first; raises NotFound."""
    db = _sized(services, account)
    with snapshot(db):
        segment = segment_by_id(db, account, segment_id)
        found = segment_versions.versions_before(db, segment.id, before, limit)
        return [describe_version(db, services.clock(), account, segment, version) for version in found]


def version_of(services: Services, account: Account, segment_id: int, number: int) -> DescribedVersion:
    """Return a version of a segment; raises NotFound."""
    db = _sized(services, account)
    with snapshot(db):
        segment = segment_by_id(db, account, segment_id)
        version = version_by_number(db, segment, number)
        return describe_version(db, services.clock(), account, segment, version)


def _sized(services: Services, account: Account) -> Reader:
    """Return a reader of the records, which have the sizes of the versions as soon as these are applied."""
    with services.view_of_sizes(account.id):
        pass
    return services.records.reader()


def version_by_number(db: Reader, segment: Segment, number: int) -> SegmentVersion:
    """Find a version of a segment; raises NotFound."""
    version = segment_versions.version_by_number(db, segment.id, number)
    if version is None:
        raise NotFound("segment_version_unknown", segment=segment.name, version=number)
    return version


def describe_version(
    db: Reader, now: datetime, account: Account, segment: Segment, version: SegmentVersion
) -> DescribedVersion:
    """Describe a version of a segment."""
    problems: list[Problem] = []
    rule = build_or_collect(db, segment.contact_type_id, from_json(version.rule), problems)
    if problems:
        return DescribedVersion(version, None, None, None, tuple(problems))
    name = type_by_id(db, account, segment.contact_type_id).name
    return DescribedVersion(version, rule, to_text(rule), describe(rule, name, day_of(now, account.zone)), ())


def draft_of_version(db: Reader, account: Account, segment_id: int, number: int) -> Draft | None:
    """Return the rule of a version, for a dry run; raises NotFound, and Refused if what it needs is gone."""
    segment = segment_by_id(db, account, segment_id)
    version = version_by_number(db, segment, number)
    _require_restorable(db, segment, version)
    return from_json(version.rule)


def restore_version(
    db: Transaction,
    now: datetime,
    account: Account,
    segment_id: int,
    number: int,
    precondition: Precondition = NO_PRECONDITION,
) -> Segment:
    """Give a segment the rule of an earlier version, which makes a new version, unless it has that rule. The name and
    the manual changes of its members stay.

    Raises NotFound, Outdated, and Refused if what the rule needs is gone.
    """
    segment = segment_by_id(db, account, segment_id)
    precondition.require(segment_tag(segment))
    document = to_json(_require_restorable(db, segment, version_by_number(db, segment, number)))
    if document == segment.rule:
        return segment
    restored = segments.update(db, segment, segment.name, document, now, restored_from=number)
    record_segment(db, now, restored, AuditAction.SEGMENT_CHANGED, **rule_change(db, restored), restored_version=number)
    return restored


def _require_restorable(db: Reader, segment: Segment, version: SegmentVersion) -> Rule:
    problems: list[Problem] = []
    rule = build_or_collect(db, segment.contact_type_id, from_json(version.rule), problems)
    problems += problems_with_names(db, segment.contact_type_id, segment, rule)
    if problems:
        reasons = [Message(problem.code, **problem.params) for problem in problems]
        raise Refused("segment_version_not_restorable", version=version.number, segment=segment.name, reasons=reasons)
    return rule
