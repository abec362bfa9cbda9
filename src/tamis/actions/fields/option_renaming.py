"""Rename options in the rules that name them."""

from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from itertools import islice

from tamis.actions.segments.dependents import segment_names, users_of_option, users_of_parts
from tamis.domain.errors import Invalid, Refused
from tamis.domain.segments.segments import Segment
from tamis.domain.values.fields import Field
from tamis.domain.values.text import fold
from tamis.records import contacts, types
from tamis.records.events.catalogue import names_of_type
from tamis.records.handles import Reader, Transaction
from tamis.records.segments import segment_versions, segments, trash
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
    """Rewrite the rules of segments with the new names of options of a field that is already stored, and those that can
    be restored: earlier versions, and rules of deleted segments."""
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

    def rewrite(document: str) -> str:
        return to_json(build(map_conditions(from_json(document), change), fields, refs, events))

    _rewrite_kept(db, type_id, rewrite)
    for segment in naming:
        segments.update(db, segment, segment.name, rewrite(segment.rule), now)


def _rewrite_kept(db: Transaction, type_id: int, rewrite: Callable[[str], str]) -> None:
    """Rewrite the rules of versions and of deleted segments over a type, except those that need something that is
    gone: they can neither be read nor restored."""
    versions, trashed = segment_versions.rules_of_type(db, type_id), trash.rules_of_type(db, type_id)
    rewritten: dict[str, str] = {}
    for document in {rule for *_, rule in versions} | {rule for _, rule in trashed}:
        with suppress(Invalid):
            rewritten[document] = rewrite(document)
    for segment_id, number, rule in versions:
        if rewritten.get(rule, rule) != rule:
            segment_versions.set_rule(db, segment_id, number, rewritten[rule])
    for segment_id, rule in trashed:
        if rewritten.get(rule, rule) != rule:
            trash.set_rule(db, segment_id, rewritten[rule])


def _too_many_have(db: Reader, type_id: int, field: Field, options: Collection[str]) -> bool:
    holders = (
        contact_id
        for contact_id, value in contacts.values_of(db, type_id, field)
        if not set(options).isdisjoint(value if isinstance(value, tuple) else (value,))
    )
    return next(islice(holders, MAX_CONTACTS, None), None) is not None
