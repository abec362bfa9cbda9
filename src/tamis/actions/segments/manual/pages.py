"""Pages of the members of a segment with the values of their fields."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tamis.actions.contacts.contact_queries import selected_fields
from tamis.actions.segments.manual.members import recipient_ids
from tamis.actions.segments.segments import segment_by_id
from tamis.actions.services import Services
from tamis.actions.view import View
from tamis.columns.interface.view import ColumnsView
from tamis.domain.accounts.accounts import Account
from tamis.domain.contacts.emails import parse_email_for_lookup
from tamis.domain.errors import NotFound
from tamis.domain.segments.members import Member
from tamis.domain.segments.segments import Segment
from tamis.domain.values.fields import FIRST_NAME, LAST_NAME, Field, FieldSet, Value
from tamis.domain.values.text import shorten
from tamis.records import contacts, types


@dataclass(frozen=True, slots=True)
class MemberValues:
    """A recipient of a segment with its values by field id; of one that is no contact only the names are known."""

    member: Member
    values: Mapping[int, Value]


@dataclass(frozen=True, slots=True)
class ValuedMembersPage:
    """A page of members of a contact type, the fields that were asked for, and the recipient id after which the next
    page begins, if there is one."""

    type_id: int
    members: list[MemberValues]
    fields: Sequence[Field]
    next: int | None


def page_of_members(
    services: Services,
    account: Account,
    segment_id: int,
    keys: str | None,
    after: int,
    limit: int,
    *,
    mailable: bool = False,
) -> ValuedMembersPage:
    """Return the members above a recipient id with the values of some fields, given by their keys separated by commas,
    or of all: whoever is a member during the whole walk is on exactly one page. With `mailable`, only those
    who may be mailed. Raises NotFound and Invalid."""
    with services.view(account.id) as view:
        segment = segment_by_id(view.records, account, segment_id)
        fields = types.fields_of_type(view.records, segment.contact_type_id)
        shown = selected_fields(keys, fields)
        found = _members(view, segment, after, limit + 1, mailable=mailable)
        page = found[:limit]
        following = page[-1].recipient_id if len(found) > limit else None
        return ValuedMembersPage(segment.contact_type_id, _with_values(view, page, fields), shown, following)


def member_of_email(services: Services, account: Account, segment_id: int, email: str) -> ValuedMembersPage:
    """Return the member of a segment with an email, as a page; raises NotFound."""
    with services.view(account.id) as view:
        db = view.records
        segment = segment_by_id(db, account, segment_id)
        fields = types.fields_of_type(db, segment.contact_type_id)
        address = parse_email_for_lookup(email)
        for recipient_id in recipient_ids(db, segment, address) if address else ():
            found = _members(view, segment, recipient_id - 1, 1)
            if found and found[0].recipient_id == recipient_id:
                values = _with_values(view, found, fields)
                return ValuedMembersPage(segment.contact_type_id, values, selected_fields(None, fields), None)
    raise NotFound("member_unknown", email=shorten(email), segment=segment.name)


def _members(
    view: View[ColumnsView], segment: Segment, after: int, limit: int, *, mailable: bool = False
) -> list[Member]:
    type_id, members = segment.contact_type_id, view.columns.members
    return members.page(type_id, segment.id, (), after=after, before=None, limit=limit, mailable=mailable)


def _with_values(view: View[ColumnsView], page: Sequence[Member], fields: FieldSet) -> list[MemberValues]:
    ids = [member.contact_id for member in page if member.contact_id is not None]
    by_id = {contact.id: contact.values for contact in contacts.by_ids(view.records, ids, fields)}
    return [MemberValues(member, by_id.get(member.contact_id or 0) or _names(member)) for member in page]


def _names(member: Member) -> dict[int, Value]:
    if member.contact_id is not None:
        return {}
    names = ((FIRST_NAME, member.first_name), (LAST_NAME, member.last_name))
    return {field.id: name for field, name in names if name}
