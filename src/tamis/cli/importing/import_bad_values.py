"""The option --on-bad-value of `tamis import`, and the report on invalid cells."""

from collections.abc import Mapping, Sequence

from tamis.actions.importing.reports.report import BadValue
from tamis.domain.errors import Invalid, Problem
from tamis.domain.files.import_reports import Details

OPTION = "--on-bad-value"
MOST_VALUES = 5


def parse_bad_values(arguments: Sequence[str]) -> tuple[BadValue, dict[str, BadValue]]:
    """Parse `reject`, `blank` and `COLUMN=reject|blank|add`; return the value for all columns and those by column.

    Raises Invalid."""
    everywhere, by_column = BadValue.REJECT, {}
    problems = []
    for text in arguments:
        column, equals, word = text.rpartition("=")
        found = next((value for value in BadValue if value == word.strip()), None)
        if found is None or (found is BadValue.ADD and not equals):
            problems.append(Problem(OPTION, "bad_value_not_written_so", text=text))
        elif equals:
            by_column[column.strip()] = found
        else:
            everywhere = found
    if problems:
        raise Invalid(problems)
    return everywhere, by_column


def bad_value_lines(report: Details, names: Mapping[str, str], *, dry_run: bool = False) -> list[str]:
    """Say which options were added, which are unknown, and which cells were left blank.

    `names` are those of the fields, by key."""
    lines = [
        f"{'Options to add' if dry_run else 'Options added'} to {names.get(key, key)}: {_quoted(options)}"
        for key, options in report.added_options.items()
    ]
    for key, options in report.unknown_options.items():
        counted = [f'"{option}" ({rows:,} {"row" if rows == 1 else "rows"})' for option, rows in options.items()]
        more = " …" if len(counted) > MOST_VALUES else ""
        lines.append(
            f"Unknown options of {names.get(key, key)}: {', '.join(counted[:MOST_VALUES])}{more}. "
            "Add them with --add-options."
        )
    for column, cells in report.omitted.items():
        examples = [f'"{each.value}" (line {each.line:,})' for each in cells.examples]
        such_as = f", such as {', '.join(examples)}" if examples else ""
        lines.append(f'Left blank in "{column}": {cells.count:,} {_cells(cells.count)} that did not fit{such_as}')
    if report.omitted_file:
        lines.append(f"Rows with cells left blank are saved in {report.omitted_file}")
    return lines


def _cells(count: int) -> str:
    return "cell" if count == 1 else "cells"


def _quoted(options: Sequence[str]) -> str:
    shown = ", ".join(f'"{option}"' for option in options[:MOST_VALUES])
    return shown + (f" and {len(options) - MOST_VALUES:,} more" if len(options) > MOST_VALUES else "")
