"""The list of the contacts of a type: searched, filtered by segment, sorted, and read by page."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from tamis.actions.services import Services
from tamis.domain.accounts.accounts import Account
from tamis.domain.contacts.contacts import Contact, ContactType
from tamis.domain.errors import NotFound
from tamis.domain.paging import PageAnchor, SortOrder
from tamis.domain.values.fields import COUNTRY, EMAIL, FIRST_NAME, LAST_NAME, RESERVED, Field, FieldSet
from tamis.records import contacts, types
from tamis.records.handles import Reader, Transaction
from tamis.records.segments import segments
from tamis.rules.operators import BY_NAME
from tamis.rules.search import search
from tamis.rules.time.evaluation_time import EvaluationTime
from tamis.rules.tree import All, InSegment, Node, join

CONTACTS_PER_PAGE = 50
MAX_DEFAULT_FIELDS = 3


@dataclass(frozen=True, slots=True)
class ContactFilter:
    """Which contacts to list: those that contain every word of `text` and are members of `segment_id`, if given."""

    text: str = ""
    segment_id: int | None = None


@dataclass(frozen=True, slots=True)
class ContactPage:
    """A page of contacts in the requested order, the fields of their type, and whether there are more before and after.

    `total` is the number of contacts if the page alone tells it; if it is None, use `count_contacts`.
    """

    contacts: list[Contact]
    fields: FieldSet
    more_before: bool
    more_after: bool
    total: int | None


def find_contacts(
    services: Services,
    account: Account,
    contact_type: ContactType,
    contact_filter: ContactFilter,
    order: SortOrder,
    near: PageAnchor | None = None,
    limit: int = CONTACTS_PER_PAGE,
) -> ContactPage:
    """Return a page of the contacts of a type; raises Invalid for a text that cannot be searched for, and NotFound for
    a segment of another type."""
    with services.view(account.id) as view:
        db, as_of = view.records, EvaluationTime(view.as_of_type(contact_type.id), account.zone)
        rule = filter_rule(db, contact_type, contact_filter)
        ids, near = view.columns.contacts.page(contact_type.id, rule, as_of, order, near, limit + 1)
        back = near is not None and near.before
        more = len(ids) > limit
        ids = (ids[1:] if back else ids[:limit]) if more else ids
        fields = types.fields_of_type(db, contact_type.id)
        found = {contact.id: contact for contact in contacts.by_ids(db, ids, fields)}
    page = [found[id_] for id_ in ids if id_ in found]
    is_only_page = near is None and not more
    return ContactPage(
        page, fields, more if back else near is not None, back or more, len(ids) if is_only_page else None
    )


def count_contacts(
    services: Services, account: Account, contact_type: ContactType, contact_filter: ContactFilter
) -> int:
    """Count the contacts that match a filter; raises what `find_contacts` raises."""
    with services.view(account.id) as view:
        rule = filter_rule(view.records, contact_type, contact_filter)
        as_of = EvaluationTime(view.as_of_type(contact_type.id), account.zone)
        return view.columns.contacts.count(contact_type.id, rule, as_of)


def visible_columns(db: Reader, contact_type: ContactType) -> list[Field]:
    """Return the fields that the list of a type's contacts shows after the email: the chosen ones, otherwise the names,
    the country and the first few custom fields."""
    fields = types.fields_of_type(db, contact_type.id)
    chosen = [fields.by_id[id_] for id_ in types.visible_fields(db, contact_type.id) if id_ in fields.by_id]
    custom = [field for field in fields.fields if field not in RESERVED]
    return chosen or [FIRST_NAME, LAST_NAME, COUNTRY, *custom[:MAX_DEFAULT_FIELDS]]


def set_visible_columns(db: Transaction, _now: datetime, contact_type: ContactType, field_ids: Collection[int]) -> None:
    """Set which fields the list of a type's contacts shows after the email, in the order of the fields; no fields mean
    the default ones."""
    fields = types.fields_of_type(db, contact_type.id)
    types.set_visible_fields(
        db, contact_type.id, [f.id for f in fields.fields if f.id in field_ids and f.id != EMAIL.id]
    )


def filter_rule(db: Reader, contact_type: ContactType, contact_filter: ContactFilter) -> Node | None:
    """Return a filter as a rule, None for all contacts; raises what `find_contacts` raises."""
    parts: list[Node] = []
    if contact_filter.segment_id is not None:
        segment = segments.live_in_type(db, contact_type.id, contact_filter.segment_id)
        if segment is None:
            raise NotFound("segment_of_type_unknown", contact_type=contact_type.name, segment=contact_filter.segment_id)
        parts.append(InSegment(segment.id, segment.name, BY_NAME["is in segment"]))
    found = search(contact_filter.text, types.fields_of_type(db, contact_type.id))
    if found:
        parts.append(found)
    return join(All, parts) if parts else None
