"""Messages of the command line: with its options and commands."""

from collections.abc import Mapping

from tamis.domain.errors import Problem, TamisError
from tamis.domain.messages import SHARED
from tamis.domain.messages.catalog import MessageCatalog

OWN: Mapping[str, str] = {
    "account_missing": 'there is no account yet; make one with "tamis account create --email YOU@EXAMPLE.ORG"',
    "account_unclear": "there are {count} accounts; choose one with --account EMAIL",
    "another_email_column": (
        'The column "{column}" is taken as the email; {others:quoted and} holds emails too: to take that one, '
        'use --map "{other}=email".'
    ),
    "bad_value_not_written_so": '"{text}" must be reject or blank, or COLUMN=reject, COLUMN=blank or COLUMN=add',
    "but_added_by_hand": '; the address was added by hand to {places}; "tamis contact delete --forget" takes it away',
    "cannot_listen": "cannot listen on {host}:{port}: {reason}; choose another --host or --port",
    "chosen_field_unknown": 'there is no field "{field}": add --create-fields to make it',
    "chosen_field_written_by_tamis": (
        '"{field}" is written by Tamis itself: choose a field of another name, such as --map {field}=Subscribed; '
        "with --create-fields, it is made"
    ),
    "columns_share_a_field": (
        'the columns {columns:quoted and} would both feed the field "{field}": let one of them feed another '
        'field with --map "{last}=FIELD", or rename it in the file'
    ),
    "data_directory_in_use": (
        "{directory} is in use by another Tamis process: stop it, or choose another --data directory"
    ),
    "data_directory_missing": "there is no directory {directory}",
    "data_directory_not_made": "{directory} cannot be made: {reason}; choose another --data directory",
    "data_held_by_command": "another Tamis command has held the data for a minute: try again later",
    "data_not_writable": "{directory} is not writable: choose another --data directory, or change its owner",
    "dates_in_three_orders": (
        'the column "{column}" can be read in three ways: {example} is {readings:plain or}: say '
        "{orders:--date-order_% or}"
    ),
    "dates_in_two_orders": (
        'the column "{column}" can be read in two ways: {example} is {readings:plain or}: say '
        "{orders:--date-order_% or}"
    ),
    "days_or_at": "--days shows sizes and --at shows members: choose one of them",
    "demo_data_being_served": "{data} is being served: stop that server, or choose another --data directory",
    "demo_data_exists": '{data} holds data already: serve it with "tamis serve", or choose another --data directory',
    "email_column_missing": (
        "no column holds emails, by which contacts are known; the file has {columns:quoted 20}: say which one "
        "does with --map COLUMN=email"
    ),
    "encoding_does_not_fit": (
        "cannot be read as {encoding}: it has bytes that mean nothing in it; leave --encoding out, or name another one"
    ),
    "encoding_mark_differs": "begins with the mark of {mark}: import it without --encoding {encoding}",
    "encoding_unclear": (
        'can be read in two ways: in line {line:,} stands "{one}" if it is {label}, and "{other}" if it is '
        "{other_label}: say {encodings:--encoding_% or}, or another one"
    ),
    "ending_unknown": "must end in .csv, .ndjson, .parquet, .csv.gz or .ndjson.gz, or say it with --format",
    "export_target_missing": "write either {how}",
    "group_without_groups": "needs --split, which says how many groups there are",
    "import_unknown": 'there is no import {number}; "tamis import list" shows those that there are',
    "is_parquet": "is a Parquet file: it is no text to be read as CSV; say --format parquet",
    "json_has_no_place": "the rows go to standard output, which has no place for it: leave it out",
    "key_pair_unknown": 'there is no live key pair "{public_key}"; "tamis key list" shows those that there are',
    "kind_not_written_so": '"{pair}" must be COLUMN=KIND, and KIND one of {kinds}',
    "mapping_not_written_so": '"{pair}" must be COLUMN=FIELD',
    "must_not_be_negative": "must not be negative",
    "no_fields_are_made": 'the column "{column}" makes no field: add --create-fields',
    "no_terminal": "there is no terminal to ask at; write the password to standard input, with --password-stdin",
    "not_a_workbook": "is no workbook: import it without --format xlsx",
    "not_utf8_argument": "{argument!a} is not written in UTF-8: look for a mistake in it",
    "nothing_to_change_of_account": "say what to change: --timezone or --date-order",
    "nothing_to_change_of_field": "nothing to change: give --name, --kind, or one of the flags for options",
    "nothing_to_change_of_segment": "nothing to change: give --name, --where or both",
    "numbers_in_two_ways": (
        'the column "{column}" can be read in two ways: {example} is {readings:plain or}: say --decimal point or '
        "--decimal comma"
    ),
    "only_csv_has_mark": "only a CSV file begins with a byte order mark: leave it out",
    "others_read": "others read from the data at this moment, which keeps deleted values in it: try again",
    "other_email_columns": (
        'The column "{column}" is taken as the email; {others:quoted and} hold emails too: to take another, '
        'use --map "{other}=email".'
    ),
    "parquet_needs_no_gzip": "a Parquet file is compressed in itself: leave {gzip} out",
    "passwords_differ": "the two were not the same; nothing was changed",
    "renaming_not_written_so": '"{pair}" must be OLD=NEW',
    "row_was_forgotten": (
        "this address was forgotten on {day} and is not taken back; allow it with: tamis contact allow {email} --type "
        "{contact_type}"
    ),
    "rule_needs_type": "a rule needs the contact type that it is about: add --type TYPE",
    "sample_size_missing": "say how many: --percent for a sample, --split for groups, or both",
    "segment_name_unknown": 'there is no segment "{segment}"; "tamis segment list" shows those that there are',
    "server_does_not_answer": "the server on this data does not answer: look after it, or stop it",
    "setting_not_written_so": '"{setting}" must be FIELD=VALUE',
    "target_exists": "{target} is there already: name another file, or replace it with --force",
    "too_many_options": (
        "{field} would get more than {most:,} options, so none was added: make it a text field with "
        "tamis field edit {field} --kind text."
    ),
    "too_many_options_by_itself": (
        "{field} would get more than {most:,} options, so none was added: make it a text field with "
        "tamis field edit {field} --kind text, or let the import add them with --add-options."
    ),
    "too_many_new_fields": (
        "the file has {columns:column} without a field, there are {fields:,} fields, and a contact type has at "
        "most {most:,}: import a file with fewer columns, or leave --create-fields out and make the fields that "
        "you need"
    ),
    "values_would_not_fit": (
        "{field} cannot become a {kind} field: {count:value} would not fit: {misfits}; list all of them with "
        "--dry-run, let these contacts lose them with --on-bad-value blank, or change them first"
    ),
    "workbook_encoding_not_possible": (
        "is a workbook, which says itself how its text is encoded: import it without --encoding"
    ),
    "workbook_sheet_not_possible": "has no sheets: import it without --sheet",
}
OPTIONS = {
    "add_options": "add-option",
    "at": "--at",
    "bad_values": "--on-bad-value",
    "chosen": "--map",
    "create_fields": "--create-fields",
    "days": "--days",
    "decimal": "--decimal",
    "delete_options": "delete-option",
    "fields": "--fields",
    "group": "--group",
    "groups": "--split",
    "kinds": "--kind",
    "options": "option",
    "order": "--date-order",
    "order_options": "order-option",
    "percent": "--percent",
    "rename_options": "rename-option",
    "seed": "--seed",
}
"""The option for the parameter of a problem, where its name differs."""
WORDS = MessageCatalog(SHARED, OWN)


def error_lines(error: TamisError) -> list[str]:
    """Return the problems of an error, one line each."""
    return [problem_line(problem) for problem in error.problems]


def problem_line(problem: Problem) -> str:
    """Return a problem as text, preceded by its option."""
    place = OPTIONS.get(problem.path, problem.path)
    return f"{place}: {WORDS.render(problem)}" if place else WORDS.render(problem)
