"""Rename options in the rules that name them."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from itertools import islice

from tamis.actions.segments.dependents import segment_names, users_of_option, users_of_parts
from tamis.domain.errors import Refused
from tamis.domain.fields import Field
from tamis.domain.segments import Segment
from tamis.domain.text import fold
from tamis.records import contacts, segments, types
from tamis.records.events.catalogue import names_of_type
from tamis.records.handles import Reader, Transaction
from tamis.rules.build import build
from tamis.rules.operators import BY_NAME, ValueType
from tamis.rules.syntaxes.draft import DraftCondition, map_conditions
from tamis.rules.syntaxes.json import from_json, to_json

MAX_CONTACTS = 100_000
"""Fewer than are projected in one batch: in two, contacts would leave a segment and enter it again."""


def find_rules_to_rename_in(db: Reader, type_id: int, field: Field, renamed: Mapping[str, str]) -> list[Segment]:
    """Return the segments whose rules name options of a field that are about to be renamed.

    Raises Refused if a rule compares parts of options, since it could then select others, and if rules name options
    that very many contacts have.
    """
    if not renamed:
        return []
    users = users_of_parts(db, type_id, field)
    if users:
        raise Refused("option_parts_in_use", segments=segment_names(users), field=field.name)
    naming = {user.id: user for option in renamed for user in users_of_option(db, type_id, field, option)}
    if naming and _too_many_have(db, type_id, field, renamed.keys()):
        raise Refused("option_in_use_by_many", most=MAX_CONTACTS, segments=segment_names(naming.values()))
    return list(naming.values())


def rename_options_in_rules(
    db: Transaction,
    now: datetime,
    type_id: int,
    field: Field,
    renamed: Mapping[str, str],
    naming: Iterable[Segment],
) -> None:
    """Rewrite the rules of segments with the new names of options of a field that is already stored."""
    texts = {fold(option): text for option, text in renamed.items()} | dict(renamed)

    def new_name(value: str) -> str:
        kept = value in field.options and value not in renamed  # another option that differs only in spelling
        return value if kept else texts.get(value) or texts.get(fold(value), value)

    def change(condition: DraftCondition) -> DraftCondition:
        if condition.field != field.id or BY_NAME[condition.operator].values is not ValueType.FIELD_VALUE:
            return condition
        return replace(condition, values=tuple(map(new_name, condition.values)))

    fields, refs = types.fields_of_type(db, type_id), segments.refs_of_type(db, type_id)
    events = names_of_type(db, type_id)
    for segment in naming:
        rule = build(map_conditions(from_json(segment.rule), change), fields, refs, events)
        segments.update(db, segment, segment.name, to_json(rule), now)


def _too_many_have(db: Reader, type_id: int, field: Field, options: Collection[str]) -> bool:
    holders = (
        contact_id
        for contact_id, value in contacts.values_of(db, type_id, field)
        if not set(options).isdisjoint(value if isinstance(value, tuple) else (value,))
    )
    return next(islice(holders, MAX_CONTACTS, None), None) is not None
