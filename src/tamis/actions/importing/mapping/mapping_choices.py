"""The choices that map columns to fields in the console: proposals, checks, and the import options they make."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tamis.actions.importing.mapping.email_column import EmailColumn, email_column_notices, find_email_column
from tamis.actions.importing.mapping.mapping import REJECT_COLUMNS, can_map, field_name
from tamis.actions.importing.reports.preview import FilePreview, PreviewColumn
from tamis.actions.importing.reports.report import BadValue, ImportOptions
from tamis.domain.consent.consent_values import CONSENT
from tamis.domain.consent.link_columns import find_link_column
from tamis.domain.consent.topics import COLUMN_PREFIX, find_topic_column, topic_id_of
from tamis.domain.errors import Invalid, Message, Problem
from tamis.domain.parsing.column_format import AmbiguousDates, AmbiguousNumbers
from tamis.domain.parsing.number_parser import DecimalMark
from tamis.domain.values.dates import DateOrder
from tamis.domain.values.fields import CREATED_AT, EMAIL, MAX_FIELDS, UPDATED_AT, Field, FieldSet, Kind, key_from_name
from tamis.domain.values.text import name_problem

SKIP = "out"
NEW = "new"
NEW_NAMED = "new:"
"""The prefix before the name of a new field for a column: "new:Subscribed"."""
FIELD = "field:"
EMAIL_CHOICE = FIELD + EMAIL.key
DATES = (Kind.DATE, Kind.DATETIME)


@dataclass(frozen=True, slots=True)
class FormatSettings:
    """The choices of an import apart from its mapping.

    `erase`: blank cells clear values. `order` is that of dates, `decimal` the decimal mark. `keep_formulas` keeps the
    apostrophe before formula-like text. `bad_values` says what happens to invalid cells, by position (reject where
    absent), `kinds` are those of new fields, by position. The preview was read with `encoding` and `sheet`."""

    erase: bool = False
    order: DateOrder | None = None
    keep_formulas: bool = False
    decimal: DecimalMark | None = None
    bad_values: Mapping[int, BadValue] = field(default_factory=dict)
    kinds: Mapping[int, Kind] = field(default_factory=dict)
    encoding: str | None = None
    sheet: str | None = None


def targets(fields: FieldSet) -> list[Field]:
    """List the fields that a column may be mapped to, without the email."""
    return [field for field in fields.fields if field not in (EMAIL, CREATED_AT, UPDATED_AT)]


def can_create_field(column: PreviewColumn, fields: FieldSet) -> bool:
    """Return whether a new field can be made for a column: the name is free, and it holds no objects."""
    return (
        bool(key_from_name(column.name))
        and key_from_name(column.name) not in REJECT_COLUMNS
        and not column.contents.is_nested
        and _own_field(column, fields) is None
    )


def propose_choices(preview: FilePreview, fields: FieldSet) -> list[str]:
    """Propose a choice for each column: the field of its name, else a new one; the email as the command line finds
    it."""
    email = email_column(preview, fields)
    return [EMAIL_CHOICE if email and c.position == email.position else _proposed(c, fields) for c in preview.columns]


def email_column(preview: FilePreview, fields: FieldSet) -> EmailColumn | None:
    """Find the email column of a file before anything is chosen."""
    mapped = [c.position for c in preview.columns if _proposed(c, fields).startswith(FIELD)]
    return find_email_column(
        [column.name for column in preview.columns],
        [column.contents for column in preview.columns],
        [column.position for column in preview.columns if can_map(column.name)],
        mapped,
    )


def email_notices(preview: FilePreview, fields: FieldSet) -> tuple[Message, ...]:
    """Return the notices on an email column that is not obvious."""
    found = email_column(preview, fields)
    return email_column_notices([column.name for column in preview.columns], found) if found else ()


def build_options(
    preview: FilePreview, fields: FieldSet, choices: Sequence[str], settings: FormatSettings
) -> ImportOptions:
    """Build import options from one choice per column.

    Raises Invalid with all problems; the path of a column's problem is its position."""
    problems = _problems(preview, fields, choices, settings)
    if problems:
        raise Invalid(problems)
    chosen = {
        column.name: choice.removeprefix(FIELD)
        for column, choice in zip(preview.columns, choices, strict=True)
        if choice == EMAIL_CHOICE
        or (choice.startswith(FIELD) and _key(_own_field(column, fields)) != choice[len(FIELD) :])
    }
    chosen |= {
        column.name: choice.removeprefix(NEW_NAMED).strip()
        for column, choice in zip(preview.columns, choices, strict=True)
        if choice.startswith(NEW_NAMED)
    }
    chosen |= {
        column.name: choice
        for column, choice in zip(preview.columns, choices, strict=True)
        if find_topic_column(choice, fields)
    }
    consent = {column.name for column, choice in zip(preview.columns, choices, strict=True) if choice == CONSENT}
    left_out = {column.name for column, choice in zip(preview.columns, choices, strict=True) if choice == SKIP}
    return ImportOptions(
        create_fields=any(map(is_new_field, choices)),
        chosen=chosen,
        erase=settings.erase,
        order=settings.order,
        keep_formulas=settings.keep_formulas,
        left_out=frozenset(left_out),
        consent=frozenset(consent),
        decimal=settings.decimal,
        kinds={preview.columns[position].name: kind for position, kind in settings.kinds.items()},
        encoding=settings.encoding,
        sheet=settings.sheet,
        bad_values={preview.columns[position].name: value for position, value in settings.bad_values.items()},
    )


def columns_with_unclear_order(
    preview: FilePreview, fields: FieldSet, choices: Sequence[str], kinds: Mapping[int, Kind] | None = None
) -> list[PreviewColumn]:
    """List the mapped columns of dates that fit several orders; `kinds` are those chosen for new fields, by
    position."""
    return _ambiguous_columns(preview, fields, choices, kinds or {}, AmbiguousDates, DATES)


def columns_with_unclear_decimal(
    preview: FilePreview, fields: FieldSet, choices: Sequence[str], kinds: Mapping[int, Kind] | None = None
) -> list[PreviewColumn]:
    """List the mapped columns of numbers with an unclear decimal mark; `kinds` are those chosen for new fields, by
    position."""
    return _ambiguous_columns(preview, fields, choices, kinds or {}, AmbiguousNumbers, (Kind.NUMBER,))


def _ambiguous_columns(
    preview: FilePreview,
    fields: FieldSet,
    choices: Sequence[str],
    kinds: Mapping[int, Kind],
    ambiguity: type[AmbiguousDates] | type[AmbiguousNumbers],
    targets: Sequence[Kind],
) -> list[PreviewColumn]:
    return [
        column
        for column, choice in zip(preview.columns, choices, strict=True)
        if isinstance(column.kind, ambiguity) and _maps_to_kind(choice, fields, targets, kinds.get(column.position))
    ]


def _proposed(column: PreviewColumn, fields: FieldSet) -> str:
    field = _own_field(column, fields)
    if topic := find_topic_column(column.name, fields):
        return topic_choice(topic)
    if not can_map(column.name) or field in (EMAIL, CREATED_AT, UPDATED_AT):
        return SKIP
    if field:
        return FIELD + field.key
    if column.contents.states_suppressions:
        return CONSENT
    if find_link_column(column.name):
        return SKIP
    return NEW if can_create_field(column, fields) else SKIP


def _problems(
    preview: FilePreview, fields: FieldSet, choices: Sequence[str], settings: FormatSettings
) -> list[Problem]:
    problems = []
    users: dict[str, list[PreviewColumn]] = {}
    for column, choice in zip(preview.columns, choices, strict=True):
        if not is_valid_choice(choice, column, fields):
            problems.append(Problem(str(column.position), "column_not_chosen"))
        elif choice not in (SKIP, CONSENT):
            name = column.unique_name if choice == NEW else new_field_name(choice)
            users.setdefault(choice if name is None else FIELD + key_from_name(name), []).append(column)
        if (named := new_field_name(choice)) is not None and (wrong := find_name_problem(named, fields)):
            problems.append(Problem.of(str(column.position), wrong))
    if EMAIL_CHOICE not in users:
        problems.append(Problem("", "email_column_not_chosen"))
    for columns in users.values():
        names = [column.name for column in columns]
        problems += [
            Problem(str(column.position), "columns_feed_one_field", columns=names)
            for column in columns
            if len(columns) > 1
        ]
    if len(fields.fields) + sum(map(is_new_field, choices)) > MAX_FIELDS:
        problems.append(Problem("", "too_many_fields_chosen", most=MAX_FIELDS))
    problems += [
        Problem(str(position), "bad_values_need_options")
        for position, value in settings.bad_values.items()
        if value is BadValue.ADD and not _has_options(choices[position], preview.columns[position], fields, settings)
    ]
    problems += [
        Problem(str(position), "bad_values_need_email")
        for position, value in settings.bad_values.items()
        if value is not BadValue.REJECT and choices[position] == EMAIL_CHOICE
    ]
    if settings.order is None and preview.is_whole:  # rows beyond the preview may decide it
        problems += [
            Problem(
                str(column.position), "date_order_unclear", example=column.kind.example, readings=column.kind.readings
            )
            for column in columns_with_unclear_order(preview, fields, choices, settings.kinds)
            if isinstance(column.kind, AmbiguousDates)
        ]
    if settings.decimal is None and preview.is_whole:
        problems += [
            Problem(
                str(column.position), "decimal_mark_unclear", example=column.kind.example, readings=column.kind.readings
            )
            for column in columns_with_unclear_decimal(preview, fields, choices, settings.kinds)
            if isinstance(column.kind, AmbiguousNumbers)
        ]
    return problems


def topic_choice(topic: Field) -> str:
    """Return the choice that maps a column to a topic."""
    return f"{COLUMN_PREFIX}{topic_id_of(topic)}"


def is_new_field(choice: str) -> bool:
    """Return whether a choice creates a new field."""
    return choice == NEW or choice.startswith(NEW_NAMED)


def new_field_name(choice: str) -> str | None:
    """Return the name typed for a new field, None without one."""
    return choice.removeprefix(NEW_NAMED).strip() if choice.startswith(NEW_NAMED) else None


def is_valid_choice(choice: str, column: PreviewColumn, fields: FieldSet) -> bool:
    """Return whether a column may be mapped as chosen; the name of a new field may still be invalid."""
    if choice == NEW:
        return can_create_field(column, fields)
    if choice == SKIP:
        return True
    field = fields.by_key.get(choice.removeprefix(FIELD)) if choice.startswith(FIELD) else None
    is_known = field is not None and field not in (CREATED_AT, UPDATED_AT)
    is_apart = choice == CONSENT or find_topic_column(choice, fields) is not None
    return can_map(column.name) and (is_known or is_apart or choice.startswith(NEW_NAMED))


def find_name_problem(name: str, fields: FieldSet) -> Message | None:
    wrong = name_problem(name)
    if wrong:
        return Message("field_name_not_valid", problem=wrong)
    if not key_from_name(name):
        return Message("field_name_without_letters", name=name)
    other = fields.find(name)
    return Message("field_name_taken", field=other.name) if other else None


def _has_options(choice: str, column: PreviewColumn, fields: FieldSet, settings: FormatSettings) -> bool:
    if choice == CONSENT:
        return False
    if is_new_field(choice):
        return settings.kinds.get(column.position, column.kind.kind).has_options
    found = fields.find(choice.removeprefix(FIELD))
    return found is not None and found.kind.has_options


def _own_field(column: PreviewColumn, fields: FieldSet) -> Field | None:
    return fields.find(field_name(column.name, column.unique_name, fields))


def _maps_to_kind(choice: str, fields: FieldSet, kinds: Sequence[Kind], chosen: Kind | None) -> bool:
    """Return whether a choice maps to a field of some kinds; a new one has the column's kind unless one is `chosen`."""
    if is_new_field(choice):
        return chosen is None or chosen in kinds
    field = fields.find(choice.removeprefix(FIELD)) if choice.startswith(FIELD) else None
    return field is not None and field.kind in kinds


def _key(field: Field | None) -> str | None:
    return field.key if field else None
