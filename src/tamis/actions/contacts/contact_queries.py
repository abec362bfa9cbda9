"""Pages of the contacts that any rule selects, in any order, as programs read them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from tamis.actions.fields.types import type_by_id
from tamis.actions.services import Services
from tamis.domain.accounts.accounts import Account
from tamis.domain.contacts.contacts import Contact
from tamis.domain.errors import Invalid, Problem
from tamis.domain.paging import PagePosition, SortKey, SortOrder
from tamis.domain.values.fields import SYSTEM_IDS, Field, FieldSet, Kind
from tamis.domain.values.text import shorten
from tamis.records import contacts, types
from tamis.records.events.catalogue import names_of_type
from tamis.records.handles import Reader
from tamis.records.segments import segments
from tamis.rules.build import build
from tamis.rules.syntaxes.text import from_text
from tamis.rules.time.evaluation_time import EvaluationTime
from tamis.rules.tree import Rule

MAX_CONTACT_ID = 2**31


@dataclass(frozen=True, slots=True)
class QueriedContacts:
    """A page of contacts, the fields of their type, and the position after which the next page begins, if there is
    one."""

    contacts: list[Contact]
    fields: FieldSet
    next: PagePosition | None


def query_contacts(
    services: Services,
    account: Account,
    type_id: int,
    where: str | None,
    sort: str | None,
    after: tuple[int, object] | None,
    limit: int,
) -> QueriedContacts:
    """Return a page of the contacts that the text of a rule selects, all without one. `sort` is the key of a field,
    with a minus sign to begin with the highest value; contacts without a value come last, and without `sort` all are in
    the order of their creation. `after` is the id and the sort key of a position.

    Contacts that keep their value of that field, and that the rule selects throughout, are in exactly one page. Raises
    NotFound, and Invalid with the paths `where`, `sort` and `cursor`.
    """
    with services.view(account.id) as view:
        db = view.records
        type_by_id(db, account, type_id)
        fields = types.fields_of_type(db, type_id)
        problems: list[Problem] = []
        rule = _parse_rule(db, type_id, where, fields, problems)
        order = _parse_order(sort, fields, problems)
        position = _parse_position(after, order, problems)
        if problems:
            raise Invalid(problems)
        as_of = EvaluationTime(view.as_of_type(type_id), account.zone)
        found: Sequence[PagePosition] = ()
        if rule is not None or where is None:
            found = view.columns.contacts.positions(type_id, rule, as_of, order, position, limit + 1)
        page = found[:limit]
        by_id = {contact.id: contact for contact in contacts.by_ids(db, [p.contact_id for p in page], fields)}
    if len(by_id) != len(page):  # damaged: a page of the file in the place of another
        raise services.records.diagnose(LookupError("the records lack contacts that the projection has"))
    return QueriedContacts([by_id[p.contact_id] for p in page], fields, page[-1] if len(found) > limit else None)


def selected_fields(keys: str | None, fields: FieldSet) -> Sequence[Field]:
    """Return the fields with some keys, separated by commas, or all of a type, but none that is no value of contacts;
    raises Invalid with the path `fields`."""
    if keys is None:
        return fields.own
    found, problems = [], []
    for key in keys.split(","):
        field = fields.by_key.get(key.strip())
        if field is None:
            problems.append(Problem("fields", "field_key_unknown", field=shorten(key.strip())))
        else:
            found.append(field)
    if problems:
        raise Invalid(problems)
    return [field for field in dict.fromkeys(found) if field.id not in SYSTEM_IDS]


def _parse_rule(db: Reader, type_id: int, where: str | None, fields: FieldSet, problems: list[Problem]) -> Rule:
    if where is None:
        return None
    try:
        return build(from_text(where), fields, segments.refs_of_type(db, type_id), names_of_type(db, type_id))
    except Invalid as refused:
        problems += [Problem.of("where", problem) for problem in refused.problems]
        return None


def _parse_order(sort: str | None, fields: FieldSet, problems: list[Problem]) -> SortOrder:
    if sort is None:
        return SortOrder()
    key = sort.removeprefix("-")
    field = fields.by_key.get(key)
    if field is None:
        problems.append(Problem("sort", "field_key_unknown", field=shorten(key)))
    return SortOrder(field, descending=sort.startswith("-"))


def _parse_position(after: tuple[int, object] | None, order: SortOrder, problems: list[Problem]) -> PagePosition | None:
    if after is None:
        return None
    id_, key = after
    try:
        if not 0 < id_ < MAX_CONTACT_ID:
            raise ValueError(id_)
        return PagePosition(id_, None if order.field is None or key is None else _sort_key(key, order.field.kind))
    except ValueError:
        problems.append(Problem("cursor", "cursor_not_valid"))
        return None


def _sort_key(key: object, kind: Kind) -> SortKey:
    match kind, key:
        case Kind.BOOLEAN, bool():
            return key
        case Kind.NUMBER, int() | float() if not isinstance(key, bool):
            return float(key)
        case Kind.DATE, str():
            return date.fromisoformat(key)
        case Kind.DATETIME, str():
            return datetime.fromisoformat(key).replace(tzinfo=None)
        case ((Kind.TEXT | Kind.CHOICE | Kind.CHOICES), str()):
            return key
    raise ValueError(key)
