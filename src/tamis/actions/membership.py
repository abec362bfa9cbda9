"""Who is in a segment, decided on the records by the reference evaluator: no copy is asked."""

from collections.abc import Callable

import apsw

from tamis.actions.catch_up import stored_rule
from tamis.domain.contacts import Contact
from tamis.domain.emails import email_key
from tamis.domain.fields import FieldSet
from tamis.domain.segments import Segment
from tamis.records import recipients, segments
from tamis.rules.evaluate import selects
from tamis.rules.moment import Moment


def membership(db: apsw.Connection, contact: Contact, fields: FieldSet, moment: Moment) -> Callable[[int], bool]:
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


def is_member(
    db: apsw.Connection,
    segment: Segment,
    contact: Contact,
    fields: FieldSet,
    moment: Moment,
    in_segment: Callable[[int], bool] | None = None,
) -> bool:
    """Tell whether a segment's rule selects a contact that was not removed from it by hand."""
    if recipients.is_removed(db, segment.id, contact.id):
        return False
    rule = stored_rule(segment.rule, fields, segments.refs_for(db, segment.contact_type_id, [segment.rule]))
    return selects(rule, contact, moment, in_segment or membership(db, contact, fields, moment))
