"""The values of the properties of events, to suggest while a rule is written."""

from collections.abc import Sequence

from tamis.actions.fields.types import type_by_id
from tamis.actions.services import Services
from tamis.domain.accounts.accounts import Account
from tamis.domain.errors import NotFound
from tamis.domain.events.events import read_property
from tamis.domain.values.fields import Kind
from tamis.domain.values.text import fold, is_simple
from tamis.records.events import read
from tamis.records.events.catalogue import names_of_type
from tamis.records.events.rows import decode_properties
from tamis.records.handles import Reader

MAX_SUGGESTIONS = 50
NEWEST = 1_000_000
"""The events of a name of which values are counted, so that a list is there while somebody types, however many events
there are."""
EVENTS_FOR_SPELLINGS = 1_000


def suggested_property_values(
    services: Services, account: Account, type_id: int, property_id: int, typed: str = ""
) -> Sequence[tuple[str, int]]:
    """Return the values of a text property that contain `typed`, most frequent first, with the number of events that
    have each, of the newest of their name. Raises NotFound."""
    with services.view(account.id) as view:
        type_by_id(view.records, account, type_id)
        for each in names_of_type(view.records, type_id).properties:
            if each.field.id == property_id and each.field.kind is Kind.TEXT:
                found = view.columns.events.frequent_values(each.event_id, each.field, typed, NEWEST, MAX_SUGGESTIONS)
                return _as_sent(view.records, type_id, property_id, found)
    raise NotFound("field_without_suggestions", field=property_id)


def _as_sent(
    db: Reader, type_id: int, property_id: int, values: Sequence[tuple[str, int]]
) -> Sequence[tuple[str, int]]:
    """Return values as they were sent, as far as recent events show it: the projection has only the folded form of
    texts that are not simple."""
    if all(is_simple(value) for value, _ in values):
        return values
    sent: dict[str, str] = {}
    for event in read.newest_of_type(db, type_id, EVENTS_FOR_SPELLINGS):
        value = read_property(decode_properties(event.properties).get(property_id, ""), Kind.TEXT)
        if isinstance(value, str):
            sent.setdefault(fold(value), value)
    return [(value if is_simple(value) else sent.get(value, value), count) for value, count in values]
