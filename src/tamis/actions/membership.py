"""Who is in a segment, decided on the records by the reference evaluator: no copy is asked."""

import apsw

from tamis.actions.catch_up import stored_rule
from tamis.domain.contacts import Contact
from tamis.domain.emails import email_key
from tamis.domain.externals import External
from tamis.domain.fields import FieldSet
from tamis.domain.segments import Segment
from tamis.records import recipients, segments
from tamis.rules.evaluate import Membership, selects
from tamis.rules.externals import selects_external
from tamis.rules.moment import Moment
from tamis.rules.tree import Rule


def membership(db: apsw.Connection, contact: Contact, fields: FieldSet, moment: Moment) -> Membership:
    """Make what tells whether a contact is in a live segment of its type, by its rule or by hand.

    Each segment is looked at once, also when others name it. One that is gone has nobody in it, and neither has one
    that is asked for while it is being decided itself: rules that name each other in a circle are refused when they
    are made.
    """
    known: dict[int, bool] = {}
    key = email_key(contact.email) or ""

    def is_in(segment_id: int) -> bool:
        if segment_id not in known:
            known[segment_id] = False
            segment = segments.live_in_type(db, contact.contact_type_id, segment_id)
            known[segment_id] = segment is not None and (
                recipients.is_added(db, segment_id, key)
                or is_member(db, segment, contact, fields, moment, in_segment=is_in)
            )
        return known[segment_id]

    return is_in


def external_membership(db: apsw.Connection, external: External, fields: FieldSet, moment: Moment) -> Membership:
    """Make what tells whether an external recipient is in a live segment of its type: it was added to it, or is not
    excluded from it and is selected by its rule by way of other segments."""
    known: dict[int, bool] = {}

    def is_in(segment_id: int) -> bool:
        if segment_id not in known:
            known[segment_id] = False
            segment = segments.live_in_type(db, external.contact_type_id, segment_id)
            known[segment_id] = segment is not None and (
                segment_id in external.added
                or (
                    segment_id not in external.excluded
                    and selects_external(_rule(db, segment, fields), external, moment, is_in)
                )
            )
        return known[segment_id]

    return is_in


def is_member(
    db: apsw.Connection,
    segment: Segment,
    contact: Contact,
    fields: FieldSet,
    moment: Moment,
    in_segment: Membership | None = None,
) -> bool:
    """Tell whether a segment's rule selects a contact that was not removed from it by hand."""
    if recipients.is_removed(db, segment.id, contact.id):
        return False
    rule = _rule(db, segment, fields)
    return selects(rule, contact, moment, in_segment or membership(db, contact, fields, moment))


def _rule(db: apsw.Connection, segment: Segment, fields: FieldSet) -> Rule:
    return stored_rule(segment.rule, fields, segments.refs_for(db, segment.contact_type_id, [segment.rule]))
