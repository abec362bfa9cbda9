"""The policy for cells that are invalid in the field that their column is mapped to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tamis.actions.importing.reports.report import BadValue, ImportOptions
from tamis.domain.errors import Invalid, Problem
from tamis.domain.values.fields import Field, Kind


@dataclass(frozen=True, slots=True)
class Policy:
    """What happens to the invalid cells of a column.

    `adds`: new options in them are added to the field, which a person `requested` or which is the default. Cells that
    are still invalid are left blank where it `blanks`, else their row is rejected."""

    adds: bool
    requested: bool
    blanks: bool


def check_policies(header: Sequence[str], email: int, kinds: Mapping[int, Kind], options: ImportOptions) -> None:
    """Raise Invalid for impossible choices of what happens to invalid cells.

    `kinds` are those of the mapped fields, by position."""
    problems = [
        Problem("bad_values", "column_unknown", column=name) for name in options.bad_values if name not in header
    ]
    if options.bad_values.get(header[email], BadValue.REJECT) is not BadValue.REJECT:
        problems.append(Problem("bad_values", "bad_email_is_no_contact", column=header[email]))
    problems += [
        Problem("bad_values", "no_options_to_add_to", column=header[position], kind=kind)
        for position, kind in kinds.items()
        if options.bad_values.get(header[position]) is BadValue.ADD and not kind.has_options
    ]
    if problems:
        raise Invalid(problems)


def policies(header: Sequence[str], fields: Mapping[int, Field], options: ImportOptions) -> dict[int, Policy]:
    """Return the policy of each mapped column, by position."""
    found = {}
    for position, field in fields.items():
        chosen = options.bad_values.get(header[position])
        requested = chosen is BadValue.ADD or (chosen is None and options.add_options)
        adds = field.kind.has_options and (requested or (chosen is None and field.options_inferred))
        blanks = (options.on_bad_value if chosen in (None, BadValue.ADD) else chosen) is BadValue.BLANK
        found[position] = Policy(adds, requested, blanks)
    return found
