"""What becomes of cells that are no values of the fields that their columns feed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tamis.actions.importing.report import BadValue, ImportOptions
from tamis.domain.errors import Invalid, Problem
from tamis.domain.fields import Field, Kind


@dataclass(frozen=True, slots=True)
class Policy:
    """What becomes of the bad cells of a column: whether what they name becomes an option, by itself or because a
    person has asked for it, and whether what is still bad is left blank, or else the row is rejected."""

    adds: bool
    asked: bool
    blanks: bool


def check_policies(header: Sequence[str], email: int, kinds: Mapping[int, Kind], options: ImportOptions) -> None:
    """Raise Invalid where what is said about bad values cannot be done; `kinds` are those of the fields that columns
    feed, by position."""
    problems = [f'the file has no column "{name}"' for name in options.bad_values if name not in header]
    if options.bad_values.get(header[email], BadValue.REJECT) is not BadValue.REJECT:
        problems.append(f'"{header[email]}" holds the email of a contact, and without one there is no contact')
    problems += [
        f'"{header[position]}" feeds a {kind} field, which has no options to add to'
        for position, kind in kinds.items()
        if options.bad_values.get(header[position]) is BadValue.ADD and not kind.has_options
    ]
    if problems:
        raise Invalid([Problem("--on-bad-value", problem) for problem in problems])


def policies(header: Sequence[str], fields: Mapping[int, Field], options: ImportOptions) -> dict[int, Policy]:
    """Return the policy for each column that feeds a field, by position."""
    found = {}
    for position, field in fields.items():
        said = options.bad_values.get(header[position])
        asked = said is BadValue.ADD or (said is None and options.add_options)
        adds = field.kind.has_options and (asked or (said is None and field.options_inferred))
        blanks = (options.on_bad_value if said in (None, BadValue.ADD) else said) is BadValue.BLANK
        found[position] = Policy(adds, asked, blanks)
    return found
