"""Look through the contacts of a type: search, filter by a segment, sort, page."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from tamis.actions.services import Services
from tamis.domain.accounts import Account
from tamis.domain.contacts import Contact, ContactType
from tamis.domain.errors import NotFound
from tamis.domain.fields import COUNTRY, EMAIL, FIRST_NAME, LAST_NAME, RESERVED, Field, FieldSet
from tamis.domain.paging import PageAnchor, SortOrder
from tamis.records import contacts, segments, types
from tamis.records.handles import Reader, Transaction
from tamis.rules.operators import BY_NAME
from tamis.rules.search import search
from tamis.rules.time.evaluation_time import EvaluationTime
from tamis.rules.tree import All, InSegment, Node, join

CONTACTS_A_PAGE = 50
MOST_BY_DEFAULT = 3


@dataclass(frozen=True, slots=True)
class Look:
    """Which contacts are looked at: all words of `text` must stand in them; `segment_id` is the segment that they must
    be in now, also by hand."""

    text: str = ""
    segment_id: int | None = None


@dataclass(frozen=True, slots=True)
class ContactPage:
    """A page of contacts in the order that was asked for, with the fields of their type, and whether others come before
    it and after it. `total` is how many there are where the page alone tells that, else None: ask `count_contacts`."""

    contacts: list[Contact]
    fields: FieldSet
    more_before: bool
    more_after: bool
    total: int | None


def find_contacts(
    services: Services,
    account: Account,
    contact_type: ContactType,
    look: Look,
    order: SortOrder,
    near: PageAnchor | None = None,
    limit: int = CONTACTS_A_PAGE,
) -> ContactPage:
    """Return a page of the contacts of a type; raises Invalid for a text that cannot be searched for, and NotFound for
    a segment that is none of the type."""
    with services.view(account.id) as view:
        db, as_of = view.records, EvaluationTime(view.as_of_type(contact_type.id), account.zone)
        rule = rule_of(db, contact_type, look)
        ids, near = view.columns.contacts.page(contact_type.id, rule, as_of, order, near, limit + 1)
        back = near is not None and near.before
        more = len(ids) > limit
        ids = (ids[1:] if back else ids[:limit]) if more else ids
        fields = types.fields_of_type(db, contact_type.id)
        found = {contact.id: contact for contact in contacts.by_ids(db, ids, fields)}
    page = [found[id_] for id_ in ids if id_ in found]
    alone = near is None and not more
    return ContactPage(page, fields, more if back else near is not None, back or more, len(ids) if alone else None)


def count_contacts(services: Services, account: Account, contact_type: ContactType, look: Look) -> int:
    """Count the contacts that are looked at; raises as `find_contacts` does."""
    with services.view(account.id) as view:
        rule = rule_of(view.records, contact_type, look)
        as_of = EvaluationTime(view.as_of_type(contact_type.id), account.zone)
        return view.columns.contacts.count(contact_type.id, rule, as_of)


def shown_columns(db: Reader, contact_type: ContactType) -> list[Field]:
    """Return the fields that the list of a type's contacts shows beside the address: those that were chosen, else the
    names, the country and the first few that people have made."""
    fields = types.fields_of_type(db, contact_type.id)
    chosen = [fields.by_id[id_] for id_ in types.visible_fields(db, contact_type.id) if id_ in fields.by_id]
    own = [field for field in fields.fields if field not in RESERVED]
    return chosen or [FIRST_NAME, LAST_NAME, COUNTRY, *own[:MOST_BY_DEFAULT]]


def choose_columns(db: Transaction, _now: datetime, contact_type: ContactType, field_ids: Collection[int]) -> None:
    """Choose which fields the list of a type's contacts shows beside the address, in the order of the fields; none
    stands for those that it shows by itself."""
    fields = types.fields_of_type(db, contact_type.id)
    types.set_visible_fields(
        db, contact_type.id, [f.id for f in fields.fields if f.id in field_ids and f.id != EMAIL.id]
    )


def rule_of(db: Reader, contact_type: ContactType, look: Look) -> Node | None:
    """Return the rule of the contacts that are looked at, None for all of them; raises as `find_contacts` does."""
    parts: list[Node] = []
    if look.segment_id is not None:
        segment = segments.live_in_type(db, contact_type.id, look.segment_id)
        if segment is None:
            raise NotFound("segment_of_type_unknown", contact_type=contact_type.name, segment=look.segment_id)
        parts.append(InSegment(segment.id, segment.name, BY_NAME["is in segment"]))
    found = search(look.text, types.fields_of_type(db, contact_type.id))
    if found:
        parts.append(found)
    return join(All, parts) if parts else None
