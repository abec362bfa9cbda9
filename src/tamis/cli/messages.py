"""Messages of the command line: with its options and commands."""

from collections.abc import Mapping

from tamis.domain.errors import Problem, TamisError
from tamis.domain.messages import SHARED
from tamis.domain.messages.catalog import MessageCatalog
from tamis.domain.messages.files import FILES

OWN: Mapping[str, str] = {
    "account_missing": 'there is no account yet; create one with "tamis account create --email YOU@EXAMPLE.ORG"',
    "account_unclear": "there are {count} accounts; choose one with --account EMAIL",
    "api_refused": "{reason}",
    "another_email_column": (
        'The column "{column}" is used as the email. {others:quoted and} contains emails too: to use that one, add '
        '--map "{other}=email".'
    ),
    "bad_value_not_written_so": '"{text}" must be reject or blank, or COLUMN=reject, COLUMN=blank or COLUMN=add',
    "but_added_by_hand": '; this email was added manually to {places}; remove it with "tamis contact delete --forget"',
    "cannot_listen": "cannot listen on {host}:{port}: {reason}; choose another --host or --port",
    "cannot_listen_for_assistants": "cannot listen on {host}:{port}: {reason}; choose another address for --http",
    "column_seems_to_be_consent": (
        'The column "{column}" seems to say who has unsubscribed or cannot be reached, but suppresses nobody: to '
        'suppress them, add --map "{column}=consent".'
    ),
    "chosen_field_unknown": 'there is no field "{field}": add --create-fields to create it',
    "chosen_field_written_by_tamis": (
        '"{field}" is set by Tamis: choose a field with another name, such as --map COLUMN=Subscribed, and create it '
        "with --create-fields"
    ),
    "client_not_possible": "{reason}",
    "columns_share_a_field": (
        'the columns {columns:quoted and} are both mapped to the field "{field}": map one of them to another field '
        'with --map "{last}=FIELD", or rename it in the file'
    ),
    "data_directory_in_use": (
        "{directory} is in use by another Tamis process: stop it, or choose another --data directory"
    ),
    "data_directory_missing": "there is no directory {directory}",
    "data_directory_not_made": "{directory} cannot be created: {reason}; choose another --data directory",
    "data_held_by_command": "another Tamis command has kept the data locked for a minute: try again later",
    "data_not_writable": "{directory} is not writable: choose another --data directory, or change its owner",
    "dates_in_three_orders": (
        'the dates in the column "{column}" can be read in three ways: {example} could be {readings:plain or}: add '
        "{orders:--date-order_% or}"
    ),
    "dates_in_two_orders": (
        'the dates in the column "{column}" can be read in two ways: {example} could be {readings:plain or}: add '
        "{orders:--date-order_% or}"
    ),
    "days_or_at": "--days shows sizes and --at shows members: choose one of them",
    "demo_data_being_served": "{data} is in use by a running server: stop it, or choose another --data directory",
    "demo_data_exists": '{data} already contains data: serve it with "tamis serve", or choose another --data directory',
    "email_column_missing": (
        "no column contains emails, which identify contacts; the file has {columns:quoted 20}: choose the email column "
        "with --map COLUMN=email"
    ),
    "encoding_does_not_fit": (
        "cannot be read as {encoding}: some bytes are invalid; remove --encoding, or choose another one"
    ),
    "encoding_mark_differs": "starts with a {mark} byte order mark: import it without --encoding {encoding}",
    "encoding_unclear": (
        'can be read in two ways: line {line:,} reads "{one}" in {label}, and "{other}" in {other_label}: add '
        "{encodings:--encoding_% or}, or another encoding"
    ),
    "events_ending_unknown": "must end in .csv or .ndjson, or be given with --format",
    "ending_unknown": "must end in .csv, .ndjson, .parquet, .csv.gz or .ndjson.gz, or be given with --format",
    "deletion_not_confirmed": "not confirmed, so nothing was deleted; to delete {email} without being asked, add --yes",
    "export_target_missing": "use one of these: {how}",
    "group_without_groups": "needs --split with the number of groups",
    "import_unknown": 'there is no import {number}; list imports with "tamis import list"',
    "is_parquet": "is a Parquet file and cannot be read as CSV; add --format parquet",
    "json_has_no_place": "cannot be used here: standard output already contains the exported rows",
    "key_pair_unknown": 'there is no active key pair "{public_key}"; list key pairs with "tamis key list"',
    "key_file_not_read": "{file} cannot be read: it must be a text file with the secret key",
    "kind_not_written_so": '"{pair}" must be COLUMN=KIND, where KIND is one of {kinds}',
    "mapping_not_written_so": '"{pair}" must be COLUMN=FIELD',
    "must_not_be_negative": "must not be negative",
    "no_fields_are_made": 'the column "{column}" does not create a field: add --create-fields',
    "no_terminal": "there is no terminal to ask for the password; send it to standard input with --password-stdin",
    "not_a_loopback_address": '"{text}" must be HOST:PORT of this machine, such as 127.0.0.1:8100',
    "not_a_workbook": "is not a workbook: import it without --format xlsx",
    "not_utf8_argument": "{argument!a} is not valid UTF-8: check how it is typed",
    "nothing_to_change_of_account": "nothing to change: add --timezone or --date-order",
    "nothing_to_change_of_field": "nothing to change: add --name, --kind or one of the options for options",
    "nothing_to_change_of_segment": "nothing to change: add --name, --where or --description",
    "numbers_in_two_ways": (
        'the numbers in the column "{column}" can be read in two ways: {example} could be {readings:plain or}: add '
        "--decimal point or --decimal comma"
    ),
    "only_csv_has_mark": "only applies to CSV files, which can start with a byte order mark: remove it",
    "others_read": "other programs are reading the data right now, so deleted values remain in it: try again",
    "other_email_columns": (
        'The column "{column}" is used as the email. {others:quoted and} contain emails too: to use another one, add '
        '--map "{other}=email".'
    ),
    "parquet_needs_no_gzip": "a Parquet file is already compressed: remove {gzip}",
    "passwords_differ": "the passwords did not match; nothing was changed",
    "renaming_not_written_so": '"{pair}" must be OLD=NEW',
    "definitions_too_large": "is larger than {most} MB, which would take minutes to read",
    "plan_loses_data": "this would lose data: {steps:plain ;}; add --allow-delete to allow it, or run tamis pull first",
    "plan_partly_applied": (
        "applied {applied} of {total:change}; this one failed: {step}: {reason} Correct the file, and apply it again "
        "for the rest"
    ),
    "row_was_forgotten": (
        "this email was forgotten on {day} and cannot be added; allow it with: tamis contact allow {email} --type "
        "{contact_type}"
    ),
    "mailable_needs_segment": "only the recipients of a segment can be exported for mailing: name a segment",
    "rule_needs_type": "a rule needs a contact type: add --type TYPE",
    "sample_size_missing": "add --percent for a sample, --split for groups or both",
    "secret_key_not_set": "set the secret key of the server in {variable}, or use --key-file",
    "segment_name_taken": "another segment already has this name",
    "segment_name_unknown": 'there is no segment "{segment}"; list segments with "tamis segment list"',
    "server_does_not_answer": "the server for this data does not respond: check its log or restart it",
    "setting_not_written_so": '"{setting}" must be FIELD=VALUE',
    "target_exists": "{target} already exists: choose another file, or replace it with --force",
    "too_many_options": (
        '"{field}" would get more than {most:,} options, so none were added: make it a text field with tamis field '
        'edit "{field}" --kind text.'
    ),
    "too_many_options_by_itself": (
        '"{field}" would get more than {most:,} options, so none were added: make it a text field with tamis field '
        'edit "{field}" --kind text, or let the import add them with --add-options.'
    ),
    "too_many_new_fields": (
        "the file has {columns:column} without a field, and there are {fields:,} fields already; a contact type can "
        "have at most {most:,}: import a file with fewer columns, or remove --create-fields and create only the fields "
        "that you need"
    ),
    "user_of_other_account": (
        "{email} is a user of another account already: to let them own this one too, add --existing-user and no "
        "password"
    ),
    "user_with_email_unknown": 'no user of this account has the email {email}; list them with "tamis user list"',
    "values_would_not_fit": (
        '"{field}" cannot become a {kind} field: {count:value} would not fit: {misfits}; list them all with --dry-run, '
        "clear them with --on-bad-value blank, or change them first"
    ),
    "workbook_encoding_not_possible": "is a workbook, which defines its own encoding: import it without --encoding",
    "workbook_sheet_not_possible": "has no sheets: import it without --sheet",
}
OPTIONS = {
    "add_options": "--add-option",
    "at": "--at",
    "bad_values": "--on-bad-value",
    "chosen": "--map",
    "create_fields": "--create-fields",
    "days": "--days",
    "decimal": "--decimal",
    "action": "--action",
    "delete_options": "--delete-option",
    "expires_at": "--expires",
    "fields": "--fields",
    "group": "--group",
    "groups": "--split",
    "header": "",
    "kinds": "--kind",
    "name": "",
    "options": "--option",
    "order": "--date-order",
    "order_options": "--order-option",
    "percent": "--percent",
    "rename_options": "--rename-option",
    "seed": "--seed",
    "segment_name": "",
    "timezone": "--timezone",
}
"""The option for the parameter of a problem, where its name differs."""
CONTINUE_A_FILE_NAME = FILES.keys() | {
    "definitions_not_a_mapping",
    "definitions_too_large",
    "ending_unknown",
    "events_ending_unknown",
    "yaml_not_read",
}
"""Messages that make a sentence with the name of the file before them."""
WORDS = MessageCatalog(SHARED, OWN)


def error_lines(error: TamisError) -> list[str]:
    """Return the problems of an error, one line each."""
    return [problem_line(problem) for problem in error.problems]


def problem_line(problem: Problem) -> str:
    """Return a problem as text, preceded by its option or file."""
    place, text = OPTIONS.get(problem.path, problem.path), WORDS.render(problem)
    return text if not place else f"{place} {text}" if problem.code in CONTINUE_A_FILE_NAME else f"{place}: {text}"
