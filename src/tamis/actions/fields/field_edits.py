"""Change fields: their names, their options, their kinds with the values that contacts have.

Values are changed without touching when a contact was updated: nobody has said anything new about it, and a rule over
`updated_at` must not let people in because a field was tidied up.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from typing import NamedTuple
from zoneinfo import ZoneInfo

from tamis.actions.batches import batched
from tamis.actions.fields.fields import find_custom_field, problems_with_key, problems_with_options
from tamis.actions.fields.option_renaming import carry_rules, rules_to_carry
from tamis.actions.segments.dependents import called, refuse_while_used, users_of_field, users_of_option
from tamis.domain.accounts import Account
from tamis.domain.choices import OptionIndex
from tamis.domain.contacts import ContactType
from tamis.domain.dates import DateOrder
from tamis.domain.errors import Invalid, Message, Problem, Refused
from tamis.domain.fields import Field, Kind, Value, ValueProblem, format_value, in_option_order, key_from_name, parser
from tamis.domain.inference.column_inference import FileHints, infer_formats
from tamis.domain.inference.column_profiler import ColumnHints, ColumnProfiler
from tamis.domain.parsing.cell_parser import make_cell_parser
from tamis.domain.parsing.column_format import ColumnFormat
from tamis.domain.text import fold, name_problem, shorten
from tamis.records import change_log, contacts, types
from tamis.records.handles import Reader, Transaction
from tamis.records.maintenance import erasure

VALUES_A_BATCH = 10_000
MOST_EXAMPLES = 20


@dataclass(frozen=True, slots=True)
class FieldEdit:
    """What is to be different about a field; a name or a kind that is None stays.

    `rename_options` pairs an option with what it shall be called, `order_options` names options, as they are called
    then, in the order in which they shall stand before all others. `seen_options` are those that the editor saw. Values
    that are none of another kind are cleared where `blank_misfits`; `date_order` is that of dates in text.
    """

    name: str | None = None
    kind: Kind | None = None
    add_options: Sequence[str] = ()
    delete_options: Sequence[str] = ()
    rename_options: Sequence[tuple[str, str]] = ()
    order_options: Sequence[str] = ()
    seen_options: Sequence[str] | None = None
    blank_misfits: bool = False
    date_order: DateOrder | None = None


class Misfit(NamedTuple):
    """A value that is none of another kind, and the email of the contact that has it."""

    email: str
    value: str


class ValuesDoNotFit(Refused):
    """A field cannot be of another kind: so many contacts have values that are none, of which some are `first`."""

    def __init__(self, field: Field, kind: Kind, count: int, first: Sequence[Misfit]) -> None:
        self.field, self.kind, self.count, self.first = field, kind, count, tuple(first)
        examples = [shorten(value) for value in list(dict.fromkeys(m.value for m in first))[:3]]
        super().__init__("values_do_not_fit", field=field.key, kind=kind, count=count, examples=examples)


Keep = Callable[[Field, Sequence[Misfit]], None]
"""Told which values contacts lose, and for which field, before that is stored; what it raises undoes the edit."""

Becomes = dict[str, str | None]
"""What options become: another text, or None for one that is deleted; one that is not named stays."""


def edit_field(
    db: Transaction,
    now: datetime,
    account: Account,
    contact_type: ContactType,
    reference: str,
    edit: FieldEdit,
    keep: Keep | None = None,
) -> Field:
    """Change a custom field; raises NotFound, Invalid with every problem, and Refused.

    A rule keeps the field under its new name, and an option under its new text; so do contacts. An option that a rule
    names is not deleted, and neither is one that contacts have while any rule uses the field: taken from them, it could
    let them into "is blank" or "is not". The kind stays while a rule uses the field, and where values do not fit the
    new one (ValuesDoNotFit), unless contacts are to lose these; `keep` is told of them.
    """
    fields = types.fields_of_type(db, contact_type.id)
    field = find_custom_field(contact_type, fields, reference)
    if edit.seen_options is not None and tuple(edit.seen_options) != field.options:
        raise Refused("options_changed_since_seen", field=field.key)
    becomes, edited = _edited(field, edit)
    if fields.by_key.get(edited.key, field) != field:
        raise Refused("field_exists", contact_type=contact_type.name, field=edited.key)
    if edited.kind is not field.kind:
        refuse_while_used(Message("the_field", field=field.key), users_of_field(db, contact_type.id, field))
    deleted = [option for option, text in becomes.items() if text is None]
    renamed = {option: text for option, text in becomes.items() if text is not None}
    if deleted:
        _refuse_deletion(db, contact_type.id, field, sorted(deleted))
    naming = rules_to_carry(db, contact_type.id, field, renamed)
    if edited != field:
        types.update_field(db, contact_type.id, edited)
        change_log.record_field_changes(db, contact_type.id, now)
    chosen_from = replace(field, options=edited.options) if edited.kind.has_options else field
    if becomes or (field.kind is Kind.CHOICES and chosen_from != field):
        _store(db, now, contact_type.id, field, _carried(db, contact_type.id, field, chosen_from, becomes))
    if deleted:
        erasure.request_erasure(db, now)
    if edited.kind is not field.kind:
        lost = _convert(db, now, contact_type.id, field, edited, account.zone, edit)
        if lost:
            erasure.request_erasure(db, now)
        if lost and keep:
            keep(edited, lost)
    carry_rules(db, now, contact_type.id, field, renamed, naming)
    return edited


def _edited(field: Field, edit: FieldEdit) -> tuple[Becomes, Field]:
    """Make the field that is asked for, and tell what becomes of its options; raises Invalid."""
    problems = []
    name = field.name if edit.name is None else edit.name.strip()
    kind = edit.kind or field.kind
    if edit.name is not None:
        wrong = name_problem(name)
        problems += [Problem("name", "name_not_valid", problem=wrong)] if wrong else problems_with_key(name)
    becomes, unknown = _becomes(field, edit)
    problems += unknown
    if (edit.delete_options or edit.rename_options) and not kind.has_options:
        path = "delete_options" if edit.delete_options else "rename_options"
        problems.append(Problem(path, "options_not_allowed", kind=kind))
    after = (becomes.get(option, option) for option in field.options) if kind.has_options else ()
    options = [option for option in after if option is not None] + [option.strip() for option in edit.add_options]
    problems += problems_with_options(kind, options, "add_options", field.options)
    places = {fold(option.strip()): place for place, option in enumerate(edit.order_options)}
    for option in places.keys() - {fold(known) for known in options}:
        problems.append(Problem("order_options", "option_not_left", field=field.key, option=option))
    if problems:
        raise Invalid(problems)
    options.sort(key=lambda option: places.get(fold(option), len(places)))
    key = field.key if edit.name is None else key_from_name(name)
    # Whoever changes a list of options makes it theirs: from then on, no import adds to it unasked.
    inferred = field.options_inferred and kind.has_options and tuple(options) == field.options
    return becomes, replace(field, key=key, name=name, kind=kind, options=tuple(options), options_inferred=inferred)


def _becomes(field: Field, edit: FieldEdit) -> tuple[Becomes, list[Problem]]:
    """Tell what becomes of the options of a field, and which of those that are named it does not have."""
    known = OptionIndex.of(field.options)
    wanted: list[tuple[str, str, str | None]] = [("delete_options", option, None) for option in edit.delete_options]
    wanted += [("rename_options", option, text.strip()) for option, text in edit.rename_options]
    becomes: Becomes = {}
    problems = []
    for path, option, text in wanted:
        found = known.find(option)
        if found is None:
            problems.append(Problem(path, "option_unknown", field=field.key, option=option.strip()))
        elif text != found:
            becomes[found] = text
    return becomes, problems


def _refuse_deletion(db: Reader, type_id: int, field: Field, options: Sequence[str]) -> None:
    """Raise Refused, naming all users, where an option cannot be deleted."""
    reasons: list[Message] = []
    for option in options:
        users = users_of_option(db, type_id, field, option)
        if users:
            reasons.append(Message("option_in_use", option=option, field=field.key, segments=called(users)))
    users = [] if reasons else users_of_field(db, type_id, field)
    holders = sum(1 for _ in _carried(db, type_id, field, field, dict.fromkeys(options))) if users else 0
    if holders:
        lost = list(options)
        reasons.append(
            Message("contacts_would_enter", contacts=holders, lost=lost, segments=called(users), field=field.key)
        )
    if reasons:
        raise Refused("options_in_use", reasons=reasons)


def _carried(
    db: Reader, type_id: int, field: Field, after: Field, becomes: Mapping[str, str | None]
) -> Iterator[tuple[int, Value | None]]:
    """Return the contacts whose value is another one when the options of their field are those of the field `after`."""
    for contact_id, value in contacts.values_of(db, type_id, field):
        chosen = value if isinstance(value, tuple) else (str(value),)
        left = {text for text in (becomes.get(option, option) for option in chosen) if text is not None}
        new = in_option_order(left, after) if isinstance(value, tuple) else next(iter(left), None)
        if new != value:
            yield contact_id, new


def _convert(
    db: Transaction, now: datetime, type_id: int, old: Field, new: Field, zone: ZoneInfo, edit: FieldEdit
) -> list[Misfit]:
    """Turn all values into those of another kind, by way of their text, and clear those that do not fit, if that is
    wanted; return these. Raises ValuesDoNotFit."""
    misfits: dict[int, str] = {}
    read = _reader(db, type_id, old, new, zone, edit)

    def converted() -> Iterator[tuple[int, Value | None]]:
        for contact_id, value in contacts.values_of(db, type_id, old):
            text = format_value(value)
            try:
                fitting = read(text)
            except ValueProblem:
                fitting = None
            if fitting is None:
                misfits[contact_id] = text
            if edit.blank_misfits or not misfits:
                yield contact_id, fitting

    _store(db, now, type_id, new, converted())
    if misfits and not edit.blank_misfits:
        raise ValuesDoNotFit(old, new.kind, len(misfits), _named(db, dict(islice(misfits.items(), MOST_EXAMPLES))))
    return _named(db, misfits)


def _reader(
    db: Reader, type_id: int, old: Field, new: Field, zone: ZoneInfo, edit: FieldEdit
) -> Callable[[str], Value | None]:
    """Return what reads the texts of values as another kind: numbers with the decimal mark that all of them tell, as
    an import decides it. A unit would be lost unseen, so it fits no number."""
    if new.kind is Kind.NUMBER:
        profiler = ColumnProfiler(ColumnHints(new.name, Kind.NUMBER))
        profiler.reset(sum(1 for _ in contacts.values_of(db, type_id, old)))
        profiler.add((format_value(value), 1) for _, value in contacts.values_of(db, type_id, old))
        found = infer_formats({0: profiler}, FileHints())[0]
        if isinstance(found, ColumnFormat):
            return make_cell_parser(new, zone, replace(found, unit=""))
    return parser(new, zone, edit.date_order or DateOrder.YMD)


def _named(db: Reader, misfits: Mapping[int, str]) -> list[Misfit]:
    return [Misfit(email, misfits[id_]) for id_, email in contacts.emails_of(db, list(misfits))]


def _store(
    db: Transaction, now: datetime, type_id: int, field: Field, values: Iterator[tuple[int, Value | None]]
) -> None:
    for part in batched(values, VALUES_A_BATCH):
        contacts.store_values(db, type_id, field, part, now)
