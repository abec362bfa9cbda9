"""Edit fields: their names, options and kinds, with the values of contacts.

Changing values this way does not touch a contact's `updated_at`: nothing new is known about the contact, and a rule
over `updated_at` must not select people because a field was tidied up.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from typing import NamedTuple
from zoneinfo import ZoneInfo

from tamis.actions.audit import record_entry
from tamis.actions.batches import batched
from tamis.actions.fields.fields import find_custom_field, problems_with_key, problems_with_options
from tamis.actions.fields.option_renaming import find_rules_to_rename_in, rename_options_in_rules
from tamis.actions.segments.dependents import refuse_while_used, segment_names, users_of_field, users_of_option
from tamis.domain.accounts.accounts import Account
from tamis.domain.accounts.audit import AuditAction, Detail, field_subject
from tamis.domain.contacts.contacts import ContactType
from tamis.domain.errors import Invalid, Message, Problem, Refused
from tamis.domain.inference.column_inference import FileHints, infer_formats
from tamis.domain.inference.column_profiler import ColumnHints, ColumnProfiler
from tamis.domain.parsing.cell_parser import make_cell_parser
from tamis.domain.parsing.column_format import ColumnFormat
from tamis.domain.values.choices import OptionIndex
from tamis.domain.values.dates import DateOrder
from tamis.domain.values.fields import (
    Field,
    Kind,
    Value,
    ValueProblem,
    format_value,
    in_option_order,
    key_from_name,
    parser,
)
from tamis.domain.values.text import fold, name_problem, shorten
from tamis.records import change_log, contacts, types
from tamis.records.handles import Reader, Transaction
from tamis.records.maintenance import erasure

VALUES_PER_BATCH = 10_000
MOST_EXAMPLES = 20


@dataclass(frozen=True, slots=True)
class FieldEdit:
    """The changes to make to a field; a name or kind of None stays.

    `rename_options` pairs old and new names of options. `order_options` are the options to put first, by their new
    names. `expected_options` are those that the editor was shown. `clear_unconvertible` clears values that cannot be
    converted to the new kind; `date_order` is the order of dates in text.
    """

    name: str | None = None
    kind: Kind | None = None
    add_options: Sequence[str] = ()
    delete_options: Sequence[str] = ()
    rename_options: Sequence[tuple[str, str]] = ()
    order_options: Sequence[str] = ()
    expected_options: Sequence[str] | None = None
    clear_unconvertible: bool = False
    date_order: DateOrder | None = None


class UnconvertibleValue(NamedTuple):
    """A value that cannot be converted to another kind, and the email of its contact."""

    email: str
    value: str


class ValuesDoNotFit(Refused):
    """A field cannot be converted because `count` contacts have unconvertible values; `first` are a few of them."""

    def __init__(self, field: Field, kind: Kind, count: int, first: Sequence[UnconvertibleValue]) -> None:
        self.field, self.kind, self.count, self.first = field, kind, count, tuple(first)
        examples = [shorten(value) for value in list(dict.fromkeys(m.value for m in first))[:3]]
        super().__init__("values_do_not_fit", field=field.name, kind=kind, count=count, examples=examples)


SaveLostValues = Callable[[Field, Sequence[UnconvertibleValue]], None]
"""Called with the field and the values that contacts lose before the edit is stored; an exception rolls the edit
back."""

OptionChanges = dict[str, str | None]
"""The new names of options, None for deleted ones; unchanged options are missing."""


def edit_field(
    db: Transaction,
    now: datetime,
    account: Account,
    contact_type: ContactType,
    reference: str,
    edit: FieldEdit,
    save: SaveLostValues | None = None,
) -> Field:
    """Change a custom field; raises NotFound, Invalid with every problem, and Refused.

    Rules and contacts follow a new name of the field or of an option. An option cannot be deleted while a rule names
    it, or while contacts have it and any rule uses the field: losing it could make them match "is blank" or "is not".
    The kind cannot change while a rule uses the field, nor with unconvertible values (ValuesDoNotFit), unless the edit
    clears them; `save` receives these.
    """
    fields = types.fields_of_type(db, contact_type.id)
    field = find_custom_field(contact_type, fields, reference)
    if edit.expected_options is not None and tuple(edit.expected_options) != field.options:
        raise Refused("options_changed_since_seen", field=field.name)
    changed_options, edited = _edited(field, edit)
    if (other := fields.by_key.get(edited.key, field)) != field:
        raise Refused("field_exists", contact_type=contact_type.name, field=other.name)
    if edited.kind is not field.kind:
        refuse_while_used(Message("the_field", field=field.name), users_of_field(db, contact_type.id, field))
    deleted = [option for option, text in changed_options.items() if text is None]
    renamed = {option: text for option, text in changed_options.items() if text is not None}
    if deleted:
        _refuse_deletion(db, contact_type.id, field, sorted(deleted))
    naming = find_rules_to_rename_in(db, contact_type.id, field, renamed)
    if edited != field:
        types.update_field(db, contact_type.id, edited)
        change_log.record_field_changes(db, contact_type.id, now)
    chosen_from = replace(field, options=edited.options) if edited.kind.has_options else field
    if changed_options or (field.kind is Kind.CHOICES and chosen_from != field):
        _store(
            db, now, contact_type.id, field, _changed_values(db, contact_type.id, field, chosen_from, changed_options)
        )
    if deleted:
        erasure.request_erasure(db, now)
    if edited.kind is not field.kind:
        lost = _convert(db, now, contact_type.id, field, edited, account.zone, edit)
        if lost:
            erasure.request_erasure(db, now)
        if lost and save:
            save(edited, lost)
    rename_options_in_rules(db, now, contact_type.id, field, renamed, naming)
    if edited != field:
        details = {"contact_type": contact_type.id, **_audit_details(field, edited, changed_options)}
        record_entry(db, now, account.id, AuditAction.FIELD_CHANGED, field_subject(edited), **details)
    return edited


def _audit_details(before: Field, after: Field, changed_options: OptionChanges) -> dict[str, Detail]:
    """Return what an edit changed. Options are counted, not named: they are values of contacts."""
    details: dict[str, Detail] = {}
    if after.name != before.name:
        details["previous_name"] = before.name
    if after.kind is not before.kind:
        details |= {"kind": after.kind.value, "previous_kind": before.kind.value}
    if after.options != before.options:
        deleted = sum(text is None for text in changed_options.values())
        details |= {
            "options_added": len(after.options) - len(before.options) + deleted,
            "options_deleted": deleted,
            "options_renamed": len(changed_options) - deleted,
        }
    return details


def _edited(field: Field, edit: FieldEdit) -> tuple[OptionChanges, Field]:
    """Return the changes of the options, and the field after the edit; raises Invalid."""
    problems = []
    name = field.name if edit.name is None else edit.name.strip()
    kind = edit.kind or field.kind
    if edit.name is not None:
        wrong = name_problem(name)
        problems += [Problem("name", "name_not_valid", problem=wrong)] if wrong else problems_with_key(name)
    changed_options, unknown = _option_changes(field, edit)
    problems += unknown
    if (edit.delete_options or edit.rename_options) and not kind.has_options:
        path = "delete_options" if edit.delete_options else "rename_options"
        problems.append(Problem(path, "options_not_allowed", kind=kind))
    after = (changed_options.get(option, option) for option in field.options) if kind.has_options else ()
    options = [option for option in after if option is not None] + [option.strip() for option in edit.add_options]
    problems += problems_with_options(kind, options, "add_options", field.options)
    places = {fold(option.strip()): place for place, option in enumerate(edit.order_options)}
    for option in places.keys() - {fold(known) for known in options}:
        problems.append(Problem("order_options", "option_not_left", field=field.name, option=option))
    if problems:
        raise Invalid(problems)
    options.sort(key=lambda option: places.get(fold(option), len(places)))
    key = field.key if edit.name is None else key_from_name(name)
    # A person who edits the options takes them over: imports no longer add to them unasked.
    inferred = field.options_inferred and kind.has_options and tuple(options) == field.options
    return changed_options, replace(
        field, key=key, name=name, kind=kind, options=tuple(options), options_inferred=inferred
    )


def _option_changes(field: Field, edit: FieldEdit) -> tuple[OptionChanges, list[Problem]]:
    """Return the changes of the options of a field, and problems with options that it does not have."""
    known = OptionIndex.of(field.options)
    wanted: list[tuple[str, str, str | None]] = [("delete_options", option, None) for option in edit.delete_options]
    wanted += [("rename_options", option, text.strip()) for option, text in edit.rename_options]
    changed_options: OptionChanges = {}
    problems = []
    for path, option, text in wanted:
        found = known.find(option)
        if found is None:
            problems.append(Problem(path, "option_unknown", field=field.name, option=option.strip()))
        elif text != found:
            changed_options[found] = text
    return changed_options, problems


def _refuse_deletion(db: Reader, type_id: int, field: Field, options: Sequence[str]) -> None:
    """Raise Refused, naming all users, if an option cannot be deleted."""
    reasons: list[Message] = []
    for option in options:
        users = users_of_option(db, type_id, field, option)
        if users:
            reasons.append(Message("option_in_use", option=option, field=field.name, segments=segment_names(users)))
    users = [] if reasons else users_of_field(db, type_id, field)
    holders = sum(1 for _ in _changed_values(db, type_id, field, field, dict.fromkeys(options))) if users else 0
    if holders:
        lost = list(options)
        reasons.append(
            Message(
                "contacts_would_enter", contacts=holders, lost=lost, segments=segment_names(users), field=field.name
            )
        )
    if reasons:
        raise Refused("options_in_use", reasons=reasons)


def _changed_values(
    db: Reader, type_id: int, field: Field, after: Field, changed_options: Mapping[str, str | None]
) -> Iterator[tuple[int, Value | None]]:
    """Yield the contacts whose values change, with their values after the options became those of the field `after`."""
    for contact_id, value in contacts.values_of(db, type_id, field):
        chosen = value if isinstance(value, tuple) else (str(value),)
        left = {text for text in (changed_options.get(option, option) for option in chosen) if text is not None}
        new = in_option_order(left, after) if isinstance(value, tuple) else next(iter(left), None)
        if new != value:
            yield contact_id, new


def _convert(
    db: Transaction, now: datetime, type_id: int, old: Field, new: Field, zone: ZoneInfo, edit: FieldEdit
) -> list[UnconvertibleValue]:
    """Convert all values to another kind by their text, and clear the unconvertible ones if the edit says so; return
    these. Raises ValuesDoNotFit."""
    unconvertible: dict[int, str] = {}
    read = _parser(db, type_id, old, new, zone, edit)

    def converted() -> Iterator[tuple[int, Value | None]]:
        for contact_id, value in contacts.values_of(db, type_id, old):
            text = format_value(value)
            try:
                fitting = read(text)
            except ValueProblem:
                fitting = None
            if fitting is None:
                unconvertible[contact_id] = text
            if edit.clear_unconvertible or not unconvertible:
                yield contact_id, fitting

    _store(db, now, type_id, new, converted())
    if unconvertible and not edit.clear_unconvertible:
        raise ValuesDoNotFit(
            old, new.kind, len(unconvertible), _with_emails(db, dict(islice(unconvertible.items(), MOST_EXAMPLES)))
        )
    return _with_emails(db, unconvertible)


def _parser(
    db: Reader, type_id: int, old: Field, new: Field, zone: ZoneInfo, edit: FieldEdit
) -> Callable[[str], Value | None]:
    """Return the parser of values as another kind. Numbers have the decimal mark that an import would infer from all of
    them, and no units, which would be lost unseen."""
    if new.kind is Kind.NUMBER:
        profiler = ColumnProfiler(ColumnHints(new.name, Kind.NUMBER))
        profiler.reset(sum(1 for _ in contacts.values_of(db, type_id, old)))
        profiler.add((format_value(value), 1) for _, value in contacts.values_of(db, type_id, old))
        found = infer_formats({0: profiler}, FileHints())[0]
        if isinstance(found, ColumnFormat):
            return make_cell_parser(new, zone, replace(found, unit=""))
    return parser(new, zone, edit.date_order or DateOrder.YMD)


def _with_emails(db: Reader, unconvertible: Mapping[int, str]) -> list[UnconvertibleValue]:
    return [UnconvertibleValue(email, unconvertible[id_]) for id_, email in contacts.emails_of(db, list(unconvertible))]


def _store(
    db: Transaction, now: datetime, type_id: int, field: Field, values: Iterator[tuple[int, Value | None]]
) -> None:
    for part in batched(values, VALUES_PER_BATCH):
        contacts.store_values(db, type_id, field, part, now)
