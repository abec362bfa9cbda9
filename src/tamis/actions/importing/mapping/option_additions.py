"""Options that an import adds to fields, and unknown options that it does not add."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from tamis.actions.fields.new_options import max_options
from tamis.actions.importing.rows.bad_values import Policy
from tamis.domain.errors import Message
from tamis.domain.messages.catalog import MessageCatalog
from tamis.domain.values.choices import OptionIndex
from tamis.domain.values.fields import Field
from tamis.domain.values.text import fold
from tamis.staging.cells import DocumentPart
from tamis.staging.handle import StagingDatabase
from tamis.staging.new_options import OptionColumn, count_invalid_cells, find_new_options

MOST_UNKNOWN = 20
OptionLister = Callable[[Field], Callable[[str], list[str]]]
"""Returns the function that lists the new options in a cell of a field."""

AddOptions = Callable[[Mapping[int, Sequence[str]]], dict[int, Field]]
"""Adds options to the fields of columns, by position, and returns the updated fields."""


@dataclass(frozen=True, slots=True)
class AddedOptions:
    """The fields with added options, by the position of their column, and notices for people."""

    fields: dict[int, Field]
    notices: tuple[str, ...]


def add_named_options(
    staging: StagingDatabase,
    fields: Mapping[int, Field],
    policies: Mapping[int, Policy],
    padded: frozenset[int],
    list_new: OptionLister,
    add: AddOptions,
    words: MessageCatalog,
) -> AddedOptions:
    """Add the new options in good rows to their fields; a field that would get too many gets none."""
    columns = [
        OptionColumn(position, list_new(field), policies[position].blanks, _room(field, policies[position]))
        for position, field in fields.items()
    ]
    found = find_new_options(staging, columns, padded) if columns else {}
    too_many = [column.position for column in columns if len(found.get(column.position, ())) > column.most]
    wanted = {position: options for position, options in found.items() if position not in too_many}
    return AddedOptions(
        add(wanted) if wanted else {},
        tuple(words.render(_too_many(fields[position], policies[position])) for position in too_many),
    )


def find_added_options(before: Field, after: Field) -> tuple[str, ...]:
    """List the options that a field has now and did not have before."""
    known = OptionIndex.of(before.options)
    return tuple(option for option in after.options if known.find(option) is None)


def unknown_options(
    staging: StagingDatabase,
    fields: Mapping[int, Field],
    parts: Sequence[DocumentPart],
    padded: frozenset[int],
    list_new: OptionLister,
) -> dict[str, dict[str, int]]:
    """Count the rows with options that their fields do not have, by key of the field and option, most frequent
    first."""
    found = {}
    for part in parts:
        field = fields[part.position]
        if part.has_invalid and field.kind.has_options:
            name, counts, spelled = list_new(field), Counter[str](), dict[str, str]()
            for text, rows in count_invalid_cells(staging, part.position, padded):
                for option in _list_unknown(name, text):
                    counts[fold(option)] += rows
                    spelled.setdefault(fold(option), option)
            found[field.key] = {spelled[option]: rows for option, rows in counts.most_common(MOST_UNKNOWN)}
    return found


def _list_unknown(name: Callable[[str], list[str]], text: str) -> list[str]:
    try:
        return name(text)
    except ValueError:  # not a valid option, which is among the reasons of its row
        return []


def _room(field: Field, policy: Policy) -> int:
    return max(max_options(requested=policy.requested) - len(field.options), 0)


def _too_many(field: Field, policy: Policy) -> Message:
    most = max_options(requested=policy.requested)
    return Message(
        "too_many_options" if policy.requested else "too_many_options_by_itself", field=field.name, most=most
    )
