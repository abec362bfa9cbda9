"""Planning of fields: which present field each desired one describes, and the steps between them.

What rules need comes first (a new field, a name, a kind, an option); what rules must not use any more is deleted last.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tamis.definitions.matching import match, repeated_names
from tamis.definitions.models import BuiltSegment, DesiredField, DesiredType, PresentType
from tamis.definitions.order import PlannedStep
from tamis.definitions.rules import DesiredFields
from tamis.definitions.steps import CreateField, DeleteField, EditField
from tamis.domain.errors import Invalid, Problem
from tamis.domain.values.fields import RESERVED, Field, key_from_name
from tamis.domain.values.text import fold

RESERVED_KEYS = frozenset(reserved.key for reserved in RESERVED)


@dataclass(frozen=True, slots=True)
class FieldMatch:
    """A desired field, the present one that it describes, if any, and the field as it will be."""

    desired: DesiredField
    present: Field | None
    field: Field
    renamed_options: tuple[tuple[str, str], ...] = ()
    added_options: tuple[str, ...] = ()
    deleted_options: tuple[str, ...] = ()

    @property
    def changes_kind(self) -> bool:
        """Whether the values are converted."""
        return self.present is not None and self.present.kind is not self.field.kind


@dataclass(frozen=True, slots=True)
class FieldMatches:
    """The fields of a desired type, and the present ones that it lacks."""

    matches: Sequence[FieldMatch]
    left: tuple[Field, ...] = field(default=())

    @property
    def desired(self) -> DesiredFields:
        """The fields as rules see them."""
        renamed = {each.field.id: dict(each.renamed_options) for each in self.matches if each.renamed_options}
        return DesiredFields(tuple(each.field for each in self.matches), renamed)


def match_fields(want: DesiredType, have: PresentType | None) -> FieldMatches:
    """Match the fields of a type; raises Invalid with every problem."""
    problems = repeated_names(want.fields, key_from_name, lambda each: each.line, "field_defined_twice")
    for each in want.fields:
        problems += _problems(each)
    if problems:
        raise Invalid(problems)
    found = match(want.fields, have.fields if have else (), key_from_name, lambda each: each.name)
    return FieldMatches(
        [_field_match(each, present, -number) for number, (each, present) in enumerate(found.pairs, 1)], found.left
    )


def field_steps(
    want: DesiredType, matches: FieldMatches, segments: Sequence[BuiltSegment], users: Mapping[int, frozenset[str]]
) -> list[PlannedStep]:
    """Return the steps of the fields of a type. `users` are, by the id of a field, the keys of the steps of segments
    whose present rules use it. Raises Invalid when a kind cannot change because a rule uses the field throughout."""
    _refuse_kinds_in_use(matches, segments)
    steps: list[PlannedStep] = []
    for each in matches.matches:
        key = field_step_key(want, each.field)
        after = {type_step_key(want)}
        if each.present is None:
            options = tuple(option.name for option in each.desired.options)
            step = CreateField(want.name, each.field.id, each.desired.name, each.desired.kind, options)
            steps.append(PlannedStep(key, step, frozenset(after)))
            continue
        if each.changes_kind:
            after |= users.get(each.present.id, frozenset())
        first, last = _edits(want.name, each, each.present)
        if first:
            steps.append(PlannedStep(key, first, frozenset(after)))
        if last:
            later = frozenset({key}) | users.get(each.present.id, frozenset())
            steps.append(PlannedStep(f"{key} options", last, later))
    for gone in matches.left:
        after_users = users.get(gone.id, frozenset())
        steps.append(PlannedStep(f"field {gone.id} deleted", DeleteField(want.name, gone.id, gone.name), after_users))
    return steps


def type_step_key(want: DesiredType) -> str:
    """Return the key of the step that creates or renames a type."""
    return f"type {fold(want.name)}"


def field_step_key(want: DesiredType, of: Field) -> str:
    """Return the key of the step after which rules can use a field."""
    return f"{type_step_key(want)} field {of.key}"


def _problems(each: DesiredField) -> list[Problem]:
    place = f"line {each.line}"
    key = key_from_name(each.name)
    problems = []
    if each.name and not key:
        problems.append(Problem(place, "name_without_letters", name=each.name))
    if key in RESERVED_KEYS:
        problems.append(Problem(place, "field_is_reserved", field=each.name))
    if each.kind.has_options and not each.options:
        problems.append(Problem(place, "options_missing", kind=each.kind))
    if each.options and not each.kind.has_options:
        problems.append(Problem(place, "options_not_allowed", kind=each.kind))
    if len({fold(option.name) for option in each.options}) < len(each.options):
        problems.append(Problem(place, "options_repeated"))
    return problems


def _field_match(desired: DesiredField, present: Field | None, new_id: int) -> FieldMatch:
    options = tuple(option.name for option in desired.options)
    # A name that only differs from the present one in punctuation keeps the key, also one that an import has chosen.
    name_stays = present is not None and present.name == desired.name
    key = present.key if present and name_stays else key_from_name(desired.name)
    made = Field(present.id if present else new_id, key, desired.name, desired.kind, options)
    if present is None or not desired.kind.has_options:
        return FieldMatch(desired, present, made)
    found = match(desired.options, present.options, fold, str)
    renamed = tuple((was, option.name) for option, was in found.pairs if was is not None and was != option.name)
    added = tuple(option.name for option, was in found.pairs if was is None)
    return FieldMatch(desired, present, made, renamed, added, found.left)


def _edits(type_name: str, match: FieldMatch, present: Field) -> tuple[EditField | None, EditField | None]:
    """Return the edit that rules may need, and the one that deletes options."""
    renamed = dict(match.renamed_options)
    natural = [renamed.get(option, option) for option in present.options if option not in match.deleted_options]
    wanted = match.field.options
    order = wanted if wanted and (*natural, *match.added_options) != wanted else ()
    new_name = match.field.name if match.field.name != present.name else None
    kind = match.field.kind if match.changes_kind else None
    deleted = match.deleted_options
    first = EditField(
        type_name,
        present.id,
        present.name,
        new_name,
        kind,
        match.renamed_options,
        match.added_options,
        option_order=() if deleted else order,
    )
    last = EditField(
        type_name, present.id, match.field.name, deleted_options=deleted, option_order=order if deleted else ()
    )
    nothing = EditField(type_name, present.id, present.name)
    return (first if first != nothing else None), (last if deleted else None)


def _refuse_kinds_in_use(matches: FieldMatches, segments: Sequence[BuiltSegment]) -> None:
    problems = []
    for each in matches.matches:
        if each.present is None or not each.changes_kind:
            continue
        users = [s.desired.name for s in segments if s.uses_before(each.present.id) and s.uses_after(each.present.id)]
        if users:
            problems.append(
                Problem(f"line {each.desired.line}", "kind_in_use", field=each.present.name, segments=users)
            )
    if problems:
        raise Invalid(problems)
