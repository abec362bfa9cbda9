"""Create, find, list, edit, count and delete segments."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from itertools import count

from tamis.actions.consent.mailing import has_suppressions
from tamis.actions.fields.types import reload_type
from tamis.actions.segments.dependents import refuse_while_used, users_of_segment
from tamis.actions.segments.segment_audit import record_segment, record_segment_edit
from tamis.actions.segments.stored_rules import stored_rule
from tamis.actions.segments.validation import (
    build_or_collect,
    problems_with_description,
    problems_with_name,
    problems_with_names,
)
from tamis.actions.services import Services
from tamis.domain.accounts.accounts import Account
from tamis.domain.accounts.audit import AuditAction
from tamis.domain.contacts.contacts import ContactType
from tamis.domain.errors import Invalid, Message, NotFound
from tamis.domain.preconditions import NO_PRECONDITION, Precondition, entity_tag
from tamis.domain.segments.segments import Segment, is_segment_id
from tamis.domain.values.text import MAX_LINE
from tamis.records import types
from tamis.records.accounts import accounts
from tamis.records.events.catalogue import names_for, names_of_type
from tamis.records.handles import Reader, Transaction
from tamis.records.segments import segments
from tamis.rules.build import build
from tamis.rules.syntaxes.draft import Draft
from tamis.rules.syntaxes.json import from_json, to_json
from tamis.rules.time.evaluation_time import EvaluationTime
from tamis.rules.tree import Rule


class Keep(Enum):
    """The marker for keeping the current rule of a segment; None is a rule without conditions."""

    RULE = "rule"


@dataclass(frozen=True, slots=True)
class SegmentEdit:
    """What is changed of a segment; None keeps its name and its description."""

    name: str | None = None
    draft: Draft | Keep | None = Keep.RULE
    description: str | None = None


@dataclass(frozen=True, slots=True)
class CheckedEdit:
    """A segment before an edit, with its valid new name, new rule in JSON form and new description."""

    segment: Segment
    name: str
    document: str
    description: str


def create_segment(
    db: Transaction,
    now: datetime,
    account: Account,
    contact_type: ContactType,
    name: str,
    draft: Draft | None,
    description: str = "",
) -> Segment:
    """Create a segment; raises NotFound, and Invalid with every problem of its name, description and rule."""
    contact_type = reload_type(db, contact_type)
    rule = check_new_segment(db, account, contact_type, name, draft, description)
    document = to_json(rule)
    segment = segments.insert(db, account.id, contact_type.id, name.strip(), document, now, description.strip())
    record_segment(db, now, segment, AuditAction.SEGMENT_CREATED)
    return segment


def check_new_segment(
    db: Reader, account: Account, contact_type: ContactType, name: str, draft: Draft | None, description: str = ""
) -> Rule:
    """Return the rule of a segment if it could be created; raises Invalid with every problem."""
    problems = problems_with_name(db, account, name.strip(), None) + problems_with_description(description)
    rule = build_or_collect(db, contact_type.id, draft, problems)
    problems += problems_with_names(db, contact_type.id, None, rule)
    if problems:
        raise Invalid(problems)
    return rule


def edit_segment(
    db: Transaction,
    now: datetime,
    account: Account,
    segment_id: int,
    edit: SegmentEdit,
    precondition: Precondition = NO_PRECONDITION,
) -> Segment:
    """Edit a segment; raises NotFound, Outdated, and Invalid with every problem, including cycles of segments. An edit
    that changes nothing writes nothing."""
    checked = check_edit(db, account, segment_id, edit, precondition)
    segment = checked.segment
    if (checked.name, checked.document, checked.description) == (segment.name, segment.rule, segment.description):
        return segment
    updated = segments.update(db, segment, checked.name, checked.document, now, checked.description)
    record_segment_edit(db, now, segment, updated)
    return updated


def check_edit(
    db: Reader,
    account: Account,
    segment_id: int,
    edit: SegmentEdit,
    precondition: Precondition = NO_PRECONDITION,
) -> CheckedEdit:
    """Return what `edit_segment` would write, without writing it; raises what `edit_segment` raises."""
    segment = segment_by_id(db, account, segment_id)
    precondition.require(segment_tag(segment))
    name = segment.name if edit.name is None else edit.name.strip()
    description = segment.description if edit.description is None else edit.description.strip()
    problems = problems_with_name(db, account, name, segment) + problems_with_description(edit.description)
    document = segment.rule
    if not isinstance(edit.draft, Keep):
        rule = build_or_collect(db, segment.contact_type_id, edit.draft, problems)
        problems += problems_with_names(db, segment.contact_type_id, segment, rule)
        document = to_json(rule)
    if problems:
        raise Invalid(problems)
    return CheckedEdit(segment, name, document, description)


def duplicate_segment(db: Transaction, now: datetime, account: Account, segment_id: int) -> Segment:
    """Create a copy of a segment, named "Copy of" the original; overrides are not copied. Raises NotFound."""
    segment = segment_by_id(db, account, segment_id)
    name = free_name(db, account, f"Copy of {segment.name}")
    type_id, description = segment.contact_type_id, segment.description
    copy = segments.insert(db, account.id, type_id, name, segment.rule, now, description)
    record_segment(db, now, copy, AuditAction.SEGMENT_CREATED, copy_of=segment.id)
    return copy


def free_name(db: Reader, account: Account, name: str) -> str:
    """Return a name, or the first free one of "name (2)", "name (3)" …, shortened if it would be too long."""
    for number in count(1):
        ending = f" ({number})" if number > 1 else ""
        free = name[: MAX_LINE - len(ending)].rstrip() + ending
        if segments.live_by_name(db, account.id, free) is None:
            return free
    raise AssertionError("numbers do not end")


def delete_segment(
    db: Transaction,
    now: datetime,
    account: Account,
    segment_id: int,
    precondition: Precondition = NO_PRECONDITION,
) -> Segment:
    """Soft-delete a segment; raises NotFound, Outdated, and Refused while the rule of another segment names it."""
    segment = segment_by_id(db, account, segment_id)
    precondition.require(segment_tag(segment))
    refuse_while_used(Message("the_segment", segment=segment.name), users_of_segment(db, segment))
    segments.delete(db, segment, now)
    record_segment(db, now, segment, AuditAction.SEGMENT_DELETED)
    return segment


def segment_tag(segment: Segment) -> str:
    """Return the entity tag of a segment: of what people can edit, not of its size."""
    return entity_tag(segment.id, segment.name, segment.description, segment.rule)


def segment_by_id(db: Reader, account: Account, segment_id: int) -> Segment:
    """Find a live segment of an account; raises NotFound."""
    segment = segments.live_by_id(db, account.id, segment_id)
    if segment is None:
        raise NotFound("segment_unknown", segment=segment_id)
    return segment


def find_segment(db: Reader, account: Account, reference: str) -> Segment:
    """Find a live segment by id or name; raises NotFound."""
    found = None
    if is_segment_id(reference):
        found = segments.live_by_id(db, account.id, int(reference))
    found = found or segments.live_by_name(db, account.id, reference)
    if found is None:
        raise NotFound("segment_name_unknown", segment=reference)
    return found


def rule_of(db: Reader, segment: Segment) -> Rule:
    """Return the rule of a segment as a tree."""
    type_id = segment.contact_type_id
    refs, events = segments.refs_for(db, type_id, [segment.rule]), names_for(db, type_id, [segment.rule])
    return stored_rule(segment.rule, types.fields_of_type(db, type_id), refs, events)


def segment_sizes(services: Services, account_id: int | None = None) -> dict[int, int]:
    """Return the current number of recipients of each segment, after all changes of one account or of all; empty
    segments may be missing."""
    with services.view_of_sizes(account_id) as view:
        return dict(view.columns.sizes.of_all())


@dataclass(frozen=True, slots=True)
class RuleSize:
    """How many contacts a rule selects, and how many of them can be mailed."""

    count: int
    mailable: int


def count_rule(services: Services, account_id: int, type_id: int, rule: str) -> int:
    """Count the contacts that an unsaved rule, in its JSON form, selects now; raises NotFound and Invalid."""
    return size_of_rule(services, account_id, type_id, rule).count


def size_of_rule(services: Services, account_id: int, type_id: int, rule: str) -> RuleSize:
    """Count the contacts that an unsaved rule, in its JSON form, selects now, and those of them who can be mailed;
    raises NotFound and Invalid."""
    with services.view(account_id) as view:
        db = view.records
        account = accounts.account_by_id(db, account_id)
        if account is None or types.type_by_id(db, account_id, type_id) is None:
            raise NotFound("contact_type_id_unknown", contact_type=type_id)
        tree = build(
            from_json(rule),
            types.fields_of_type(db, type_id),
            segments.refs_of_type(db, type_id),
            names_of_type(db, type_id),
        )
        as_of, reads = EvaluationTime(view.as_of_type(type_id), account.zone), view.columns.rules
        if tree is None or not has_suppressions(db, account_id):
            count = reads.count(type_id, tree, as_of)
            return RuleSize(count, count)
        counted = reads.count_parts(type_id, tree, [tree], as_of, mailable=True)
        return RuleSize(counted.parts[0], counted.mailable or 0)
