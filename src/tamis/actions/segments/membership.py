"""Membership in segments, decided by the reference evaluator on the records alone."""

from collections.abc import Callable

from tamis.actions.events.contact_events import events_of
from tamis.actions.segments.stored_rules import rules_of_type, stored_rule
from tamis.domain.contacts.contacts import Contact
from tamis.domain.contacts.emails import email_key
from tamis.domain.contacts.externals import External
from tamis.domain.segments.segments import Segment, SegmentRefs
from tamis.domain.values.fields import FieldSet
from tamis.records.events.catalogue import names_for
from tamis.records.handles import Reader
from tamis.records.segments import overrides, segments
from tamis.rules.evaluation.dependencies import MembershipSource, resolve_membership
from tamis.rules.evaluation.evaluate import Membership, selects
from tamis.rules.evaluation.externals import selects_external
from tamis.rules.time.evaluation_time import EvaluationTime
from tamis.rules.tree import Rule


def membership(db: Reader, contact: Contact, fields: FieldSet, as_of: EvaluationTime) -> Membership:
    """Return the predicate of whether a contact is in a live segment of its type, by its rule or an override. Each
    segment is evaluated once, even if others name it; a deleted segment has no members."""
    decided, events = membership_source_of_contact(db, contact, fields), events_of(db, contact)
    return resolve_membership(decided, lambda rule, is_in: selects(rule, contact, as_of, is_in, events))


def membership_source_of_contact(db: Reader, contact: Contact, fields: FieldSet) -> MembershipSource:
    """Return what decides whether a contact is in a segment of its type: a rule, or an override as a boolean."""
    key, rule_of = email_key(contact.email) or "", _rules(db, contact.contact_type_id, fields)

    def decided(segment_id: int) -> Rule | bool:
        segment = segments.live_in_type(db, contact.contact_type_id, segment_id)
        if segment is None or overrides.is_included(db, segment_id, key):
            return segment is not None
        return rule_of(segment) if not overrides.is_excluded(db, segment_id, contact.id) else False

    return decided


def external_membership(db: Reader, external: External, fields: FieldSet, as_of: EvaluationTime) -> Membership:
    """Return the predicate of whether an external recipient is in a live segment of its type: it was added there, or it
    is not excluded and the rule selects it through other segments."""
    rule_of = _rules(db, external.contact_type_id, fields)

    def decided(segment_id: int) -> Rule | bool:
        segment = segments.live_in_type(db, external.contact_type_id, segment_id)
        if segment is None or segment_id in external.included:
            return segment is not None
        return rule_of(segment) if segment_id not in external.excluded else False

    return resolve_membership(decided, lambda rule, is_in: selects_external(rule, external, as_of, is_in))


def is_member(
    db: Reader,
    segment: Segment,
    contact: Contact,
    fields: FieldSet,
    as_of: EvaluationTime,
) -> bool:
    """Return whether a segment's rule selects a contact that is not excluded from it."""
    if overrides.is_excluded(db, segment.id, contact.id):
        return False
    rule = _rules(db, segment.contact_type_id, fields)(segment)
    in_segment = membership(db, contact, fields, as_of)
    return selects(rule, contact, as_of, in_segment, events_of(db, contact))


def _rules(db: Reader, type_id: int, fields: FieldSet) -> Callable[[Segment], Rule]:
    """Return the lookup of the rules of a type's segments; all rules are read, once, if one names other segments."""
    all_rules: dict[int, Rule] = {}

    def rule_of(segment: Segment) -> Rule:
        if not segments.names_segments(segment.rule):
            return stored_rule(segment.rule, fields, SegmentRefs(), names_for(db, type_id, [segment.rule]))
        if not all_rules:
            all_rules.update(rules_of_type(db, type_id, fields))
        return all_rules.get(segment.id)

    return rule_of
